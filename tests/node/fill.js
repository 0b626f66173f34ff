// 様式を開き、頼まれたセルに書いて、別の名で保存する（exceljs、SheetJS、xlsx-populate のどれかで）。
// 使い方: node fill.js 仕事.json
// 形: [{ "program": "exceljs", "source": …, "target": …, "answers": { シート: { "A1": 値 } } }]
import { readFileSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import ExcelJS from "exceljs";
import * as SheetJS from "xlsx";
import XlsxPopulate from "xlsx-populate";

async function fillWithExcelJs({ source, target, answers }) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(source);
  for (const [name, cells] of Object.entries(answers)) {
    const sheet = book.getWorksheet(name);
    for (const [address, value] of Object.entries(cells)) sheet.getCell(address).value = value;
  }
  await book.xlsx.writeFile(target);
}

function fillWithSheetJs({ source, target, answers }) {
  const book = SheetJS.read(readFileSync(source), { cellFormula: true, cellStyles: true });
  for (const [name, cells] of Object.entries(answers)) {
    const sheet = book.Sheets[name];
    for (const [address, value] of Object.entries(cells)) {
      if (value === null) delete sheet[address];
      else sheet[address] = { t: typeof value === "number" ? "n" : "s", v: value };
    }
  }
  const bookType = { ".xlsb": "xlsb", ".xls": "biff8", ".ods": "ods" }[extname(target)] ?? "xlsx";
  writeFileSync(target, SheetJS.write(book, { bookType, type: "buffer", compression: true, bookSST: true }));
}

// シートの部品は、名でなく番号（n 枚目は sheetn.xml）で探す。
async function fillWithXlsxPopulate({ source, target, answers }) {
  const book = await XlsxPopulate.fromFileAsync(source);
  for (const [name, cells] of Object.entries(answers)) {
    const sheet = book.sheet(name);
    for (const [address, value] of Object.entries(cells)) sheet.cell(address).value(value ?? undefined);
  }
  await book.toFileAsync(target);
}

const programs = {
  exceljs: fillWithExcelJs,
  sheetjs: fillWithSheetJs,
  "xlsx-populate": fillWithXlsxPopulate,
};
for (const job of JSON.parse(readFileSync(process.argv[2], "utf-8"))) {
  await programs[job.program](job);
}
process.stdout.write("{}");
