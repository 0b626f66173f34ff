// exceljs で、フォルダーのブックをすべて開く。使い方: node exceljs_read.mjs フォルダー 回数
// 回数の代わりに values と書くと、読んだ値をブック・シート・番地ごとに出す（数式は、控えてある答え）。
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// exceljs は、試験のために入れたものを使う。
const ExcelJS = createRequire(new URL("../../tests/node/", import.meta.url))("exceljs");

const [folder, passes] = process.argv.slice(2);
const paths = readdirSync(folder).filter((name) => name.endsWith(".xlsx")).sort();

function plain(value) {
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  if (value.richText) return value.richText.map((run) => run.text).join("");
  if (value.formula !== undefined || value.sharedFormula !== undefined) return value.result ?? null;
  return plain(value.text ?? value.error ?? null);
}

async function values(path) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(path);
  const sheets = {};
  for (const page of book.worksheets) {
    sheets[page.name] = {};
    page.eachRow((row) =>
      row.eachCell((cell) => {
        const value = cell.isMerged && cell.master !== cell ? null : plain(cell.value);
        if (value !== null) sheets[page.name][cell.address] = value;
      }),
    );
  }
  return sheets;
}

if (passes === "values") {
  const found = {};
  for (const name of paths) found[name] = await values(join(folder, name));
  // 大きな答えは、パイプに渡し終えるのを待ってから終わる。
  await new Promise((done) => process.stdout.write(JSON.stringify(found), done));
  process.exit();
}

const seconds = [];
for (let pass = 0; pass < Number(passes); pass += 1) {
  const start = performance.now();
  for (const name of paths) await new ExcelJS.Workbook().xlsx.readFile(join(folder, name));
  seconds.push((performance.now() - start) / 1000);
}
console.log(JSON.stringify(seconds));
