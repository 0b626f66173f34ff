// ブックを読み、名前の末尾の示す形式で保存し直す: node resave.js 元 先…
import XLSX from "xlsx";

const [source, ...targets] = process.argv.slice(2);
const book = XLSX.readFile(source, { cellNF: true, cellStyles: true, cellDates: false });
for (const target of targets) {
  XLSX.writeFile(book, target, { bookType: target.split(".").pop().replace(/^xls$/, "biff8") });
}
console.log(JSON.stringify({ sheets: book.SheetNames }));
