// ワーカーの中で Python（Pyodide）を始める。ページの外には、何も求めない。
"use strict";

const PACKAGES = "/lib/python3.14/site-packages";

/** 束を開く。名から中身への対応。 */
async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  const end = all.indexOf(10);
  const index = JSON.parse(new TextDecoder().decode(all.subarray(0, end)));
  const files = new Map();
  let at = end + 1;
  for (const [name, size] of index) {
    files.set(name, all.subarray(at, at + size));
    at += size;
  }
  return files;
}

/** 束のファイルを、フォルダーに置く。 */
function place(FS, files, folder) {
  const made = new Set();
  for (const [name, data] of files) {
    const path = `${folder}/${name}`;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) {
      FS.mkdirTree(parent);
      made.add(parent);
    }
    FS.writeFile(path, data, { canOwn: true });
  }
}

function blobUrl(data) {
  return URL.createObjectURL(new Blob([data], { type: "text/javascript" }));
}

/** Python を始める。`python` は Pyodide の束、`parts` は部品の束の並び。 */
async function startPython(python, module, parts, env) {
  // Pyodide は、importScripts の使えないことで、自分がモジュールとして動いていると見る。
  // file:// のページからは、モジュールのワーカーを作れない。
  self.importScripts = () => {
    throw new Error("importScripts");
  };
  const loader = blobUrl(python.get("pyodide.mjs"));
  const machine = blobUrl(python.get("pyodide.asm.mjs"));
  const { loadPyodide } = await import(loader);
  const createPyodideModule = (await import(machine)).default;
  URL.revokeObjectURL(loader);
  URL.revokeObjectURL(machine);
  // ページの中にあるものだけを答える。ほかのものは、求めさせない。
  self.fetch = async (target) => {
    const name = String(target.url ?? target).split("/").pop();
    if (name === "pyodide.asm.wasm") return new Response(null);
    if (python.has(name)) return new Response(python.get(name));
    throw new TypeError(`the page has no ${name}`);
  };
  WebAssembly.instantiateStreaming = async (response, imports) => {
    await response;
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
  // typst の部品は、時間帯を JavaScript の文でたずねる。文を動かすことは、ページの守りが禁じている。
  self.eval = (text) => {
    if (text === "Intl.DateTimeFormat().resolvedOptions().timeZone") {
      return Intl.DateTimeFormat().resolvedOptions().timeZone;
    }
    throw new EvalError(text.slice(0, 100));
  };
  const found = await loadPyodide({
    createPyodideModule,
    indexURL: "https://page.invalid/",
    packageBaseUrl: "https://page.invalid/",
    lockFileContents: JSON.parse(new TextDecoder().decode(python.get("lock.json"))),
    env: { HOME: "/home", PYTHONHASHSEED: "0", ...env },
  });
  for (const files of parts) place(found.FS, files, PACKAGES);
  return found;
}
