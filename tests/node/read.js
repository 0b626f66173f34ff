// 渡された .xlsx を二つの読み手で開き、空でないセルをすべて JSON で書き出す。
// 使い方: node read.js 一.xlsx 二.xlsx …
// 形: { 読み手: { ファイル: { シート: { "A1": 値 } } } }（結合は左上のセルだけ）
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import ExcelJS from "exceljs";
import * as SheetJS from "xlsx";

/** exceljs の値を、人が見る値にする（数式は計算ずみの値、飾りのある文字は文字だけ）。 */
function plain(value) {
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  if (Array.isArray(value.richText)) return value.richText.map((run) => run.text).join("");
  if ("formula" in value || "sharedFormula" in value) return plain(value.result ?? null);
  if ("hyperlink" in value) return plain(value.text);
  if ("error" in value) return value.error;
  return value;
}

async function readWithExcelJs(path) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(path);
  const sheets = {};
  for (const sheet of book.worksheets) {
    const cells = (sheets[sheet.name] = {});
    sheet.eachRow((row) =>
      row.eachCell((cell) => {
        if (cell.isMerged && cell.master.address !== cell.address) return;
        const value = plain(cell.value);
        if (value !== null && value !== undefined && value !== "") cells[cell.address] = value;
      }),
    );
  }
  return sheets;
}

function readWithSheetJs(path) {
  const book = SheetJS.read(readFileSync(path), { cellFormula: true });
  const sheets = {};
  for (const name of book.SheetNames) {
    const cells = (sheets[name] = {});
    for (const [address, cell] of Object.entries(book.Sheets[name])) {
      if (address.startsWith("!") || cell.v === undefined || cell.v === "") continue;
      cells[address] = cell.v;
    }
  }
  return sheets;
}

const found = { exceljs: {}, sheetjs: {} };
for (const path of process.argv.slice(2)) {
  const name = basename(path);
  found.exceljs[name] = await readWithExcelJs(path);
  found.sheetjs[name] = readWithSheetJs(path);
}
process.stdout.write(JSON.stringify(found));
