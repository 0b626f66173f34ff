// ページの部品の .py を、ページの中の Python（Pyodide）で .pyc にする。始まりが速くなる。
//
// node compile.mjs <Pyodide のフォルダー> <部品のフォルダー>
// 部品のフォルダーの中に、__pycache__ を作る。中身だけで決まる（時刻を書かない）ので、いつも同じになる。
import path from "node:path";
import { pathToFileURL } from "node:url";

const [pyodideFolder, partsFolder] = process.argv.slice(2).map((one) => path.resolve(one));
const { loadPyodide } = await import(pathToFileURL(path.join(pyodideFolder, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: `${pyodideFolder}/` });
const root = "/lib/python3.14/site-packages";
python.FS.mkdirTree(root);
python.FS.mount(python.FS.filesystems.NODEFS, { root: partsFolder }, root);
// 訳せないもの（使わない、前の版の Python のもの）は、元のままにする。
python.runPython(`
import compileall, py_compile
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
compileall.compile_dir("${root}", quiet=2, invalidation_mode=mode)
`);
process.exit(0);
