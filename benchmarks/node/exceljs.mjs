// exceljs で、テンプレートに値を入れる。使い方: node exceljs.mjs 仕事.json 出力フォルダー
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// exceljs は、試験のために入れたものを使う。
const ExcelJS = createRequire(new URL("../../tests/node/", import.meta.url))("exceljs");

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const template = readFileSync(job.template);

// exceljs には写す命令がない。よく使われる、model を渡すやり方による。
function copySheet(book, source, name) {
  const copy = book.addWorksheet(name);
  copy.model = Object.assign(structuredClone(source.model), { id: copy.id, name });
  copy.name = name;
  for (const range of source.model.merges) {
    try {
      copy.mergeCells(range);
    } catch {
      // もう結合されている
    }
  }
  return copy;
}

function fillSheet(page, sheet, paint) {
  for (const ref of sheet.unmerge) page.unMergeCells(ref);
  const styles = {};
  for (const [, , source] of sheet.cells) styles[source] = structuredClone(page.getCell(source).style);
  for (const [ref, value, source, numberFormat, size, state] of sheet.cells) {
    const cell = page.getCell(ref);
    const style = structuredClone(styles[source]);
    if (numberFormat !== null) style.numFmt = numberFormat;
    if (size !== null) style.font = { ...style.font, size };
    if (state !== "keep") style.protection = { locked: state === "closed" };
    if (state === "open") style.fill = paint;
    cell.value = value;
    cell.style = style;
  }
  for (const ref of sheet.clear) page.getCell(ref).value = null;
  for (const range of sheet.merge) page.mergeCells(range);
  for (const [row, height] of Object.entries(sheet.heights)) page.getRow(Number(row)).height = height;
  for (const [ref, target, place] of sheet.links) {
    const cell = page.getCell(ref);
    cell.value = { text: cell.value, hyperlink: `#'${target}'!${place}` };
  }
  for (const rule of sheet.validations) {
    if (rule.kind === "none") continue;
    page.dataValidations.add(rule.ref, {
      type: rule.kind,
      operator: rule.operator || undefined,
      formulae: rule.formulas,
      allowBlank: true,
      errorStyle: rule.strict ? "stop" : "warning",
      showErrorMessage: true,
      showInputMessage: true,
      errorTitle: rule.errorTitle,
      error: rule.error,
      promptTitle: rule.promptTitle,
      prompt: rule.prompt,
    });
  }
}

async function writeBook(one) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(template);
  const [sampleSheet, sampleCell] = job.sample;
  const paint = structuredClone(book.getWorksheet(sampleSheet).getCell(sampleCell).fill);
  const seen = new Set();
  const pages = one.sheets.map((sheet) => {
    const source = book.getWorksheet(sheet.template);
    if (seen.has(sheet.template)) return [copySheet(book, source, sheet.name), sheet];
    seen.add(sheet.template);
    return [source, sheet];
  });
  for (const [page, sheet] of pages) fillSheet(page, sheet, paint);
  for (const [page, sheet] of pages) page.name = sheet.name;
  pages.forEach(([page], index) => (page.orderNo = index + 1));
  return Buffer.from(await book.xlsx.writeBuffer());
}

const start = performance.now();
const books = [];
for (const one of job.books) books.push([one.file, await writeBook(one)]);
const seconds = (performance.now() - start) / 1000;
mkdirSync(process.argv[3], { recursive: true });
for (const [name, data] of books) writeFileSync(join(process.argv[3], name), data);
const peak = process.resourceUsage().maxRSS;
console.log(JSON.stringify({ write: seconds, peak_kb: peak }));
