// exceljs で、フォルダーのブックをすべて開く。使い方: node exceljs_read.mjs フォルダー 回数
import { readdirSync } from "node:fs";
import { join } from "node:path";
import ExcelJS from "exceljs";

const [folder, passes] = process.argv.slice(2);
const paths = readdirSync(folder).filter((name) => name.endsWith(".xlsx")).sort();
const seconds = [];
for (let pass = 0; pass < Number(passes); pass += 1) {
  const start = performance.now();
  for (const name of paths) await new ExcelJS.Workbook().xlsx.readFile(join(folder, name));
  seconds.push((performance.now() - start) / 1000);
}
console.log(JSON.stringify(seconds));
