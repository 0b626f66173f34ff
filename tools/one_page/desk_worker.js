// 画面のワーカー：Python のアプリケーションを動かし、ページの求めに答える。
// python.js と mounted.js のあとに続けて読み込まれる。
"use strict";

const given = {};
let desk = null;
let python = null;
let mounted = null;
let turn = Promise.resolve();

// ---- ページに頼む

const asked = new Map();
let lastAsked = 0;

function ask(op, ...args) {
  lastAsked += 1;
  const id = lastAsked;
  postMessage({ ask: id, op, args });
  return new Promise((resolve, reject) => asked.set(id, { resolve, reject }));
}

function answered({ answer, value, error }) {
  const { resolve, reject } = asked.get(answer);
  asked.delete(answer);
  if (error) {
    const made = new Error(error.message);
    made.name = error.name;
    reject(made);
  } else {
    resolve(value);
  }
}

// ---- 子のワーカー

/** 子のワーカー一つ。作ったときに動き始める。 */
class Helper {
  constructor(work, memory, more = {}) {
    this.memory = memory;
    this.worker = new Worker(given.helper);
    this.ready = this.#next(more.typst ? 300 : 60);
    this.worker.postMessage({
      work,
      memory,
      ...more,
      python: given.python,
      module: given.module,
      parts: given.parts,
    });
  }

  /** 次の知らせ。倒れたか、時間のうちに来なければ、そのわけ。 */
  #next(seconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ late: true }), seconds * 1000);
      const told = (value) => {
        clearTimeout(timer);
        resolve(value);
      };
      this.worker.onmessage = ({ data }) => told(data);
      this.worker.onerror = (event) => {
        event.preventDefault();
        told({ died: event.message });
      };
    });
  }

  async call(message, seconds) {
    const ready = await this.ready;
    if (!ready.ready) return { died: ready.died ?? "late" };
    this.worker.postMessage(message);
    return this.#next(seconds);
  }

  end() {
    this.worker.terminate();
  }
}

/** 組むワーカーを替える、メモリーの大きさ。大きな文書を一つ組むと、これを超える。 */
const FATTEST = 300 * 2 ** 20;
/** 初めのページと、それに要る体裁と手伝いの数。 */
const FIRST_ANSWERS = 4;
let reader = null;
let typesetter = null;

function warmReader(memory) {
  if (reader && memory && reader.memory !== memory) endReader();
  reader ??= new Helper("read", memory ?? 2 ** 30);
  return reader;
}

function endReader() {
  reader?.end();
  reader = null;
}

const work = {
  async read(data, seconds, memory, largest) {
    const found = await warmReader(memory).call({ read: data, largest }, seconds);
    if (found.reply) return { state: "answered", reply: found.reply };
    endReader();
    return { state: found.late ? "late" : "died" };
  },

  endReader,

  async typeset(order, values, files) {
    const found = await (await warmTypesetter()).call({ typeset: { order, values, files } }, 1800);
    if (found.answer) {
      // 組んだものの控えは、ワーカーとともに消える。太ったら、次は新しいものにする。
      if (found.memory > FATTEST) endTypesetter();
      return { state: "answered", answer: found.answer, pdf: found.pdf };
    }
    endTypesetter();
    return { state: "died", reason: found.died ?? "late" };
  },

  carry: () => mounted.flush(),

  async lock() {
    await mounted.flush();
    const who = await ask("lock");
    if (!who) await mounted.refresh();
    return who;
  },

  unlock: () => ask("unlock"),

  tell: (title, done, total, name) => postMessage({ progress: { title, done, total, name } }),
};

async function warmTypesetter() {
  if (!typesetter) {
    const [typst, fonts] = await ask("packs", "typst", "fonts");
    typesetter ??= new Helper("typeset", 0, { typst, fonts });
  }
  return typesetter;
}

function endTypesetter() {
  typesetter?.end();
  typesetter = null;
}

// ---- 求めに答える

async function start(message) {
  const told = (step) => postMessage({ step });
  told("unpacking");
  const files = await unpack(message.python);
  // 訳すことは、ほかのスレッドが行う。その間に、部品を広げる。
  const compiling = WebAssembly.compile(files.get("pyodide.asm.wasm"));
  files.delete("pyodide.asm.wasm");
  given.python = files;
  // file:// では、ページの作った blob を、ワーカーからは読めない。
  given.helper = blobUrl(message.helper);
  given.parts = await unpack(message.parts);
  told("starting");
  given.module = await compiling;
  python = await startPython(given.python, given.module, [given.parts], {});
  told("loading");
  python.runPython("import in_desk");
  postMessage({ started: true });
}

async function open(message) {
  const root = `/${message.name}`;
  mounted = new Mounted(python.FS, root, ask);
  await mounted.refresh();
  const { open_folder: openFolder } = python.pyimport("in_desk");
  desk = await openFolder.callPromising(root, work, message.who);
  postMessage({ opened: true });
  warmReader();
}

let answeredPages = 0;

async function respond({ request, method, target, headers, body }) {
  answeredPages += 1;
  // 初めのページを見ている間に、絵と文書の用意をしておく。
  if (answeredPages === FIRST_ANSWERS) setTimeout(warmTypesetter, 500);
  await mounted.refresh();
  const { respond: answer } = python.pyimport("in_desk");
  const found = await answer.callPromising(desk, method, target, JSON.stringify(headers), body);
  const [status, told, content] = found;
  postMessage({ request, status, headers: JSON.parse(told), body: content }, [content.buffer]);
}

async function handle(message) {
  try {
    if (message.start) await start(message.start);
    else if (message.open) await open(message.open);
    else await respond(message);
  } catch (error) {
    const { request } = message;
    postMessage({ request, failed: { name: error.name, message: String(error.message ?? error) } });
  }
}

onmessage = ({ data: message }) => {
  if (message.answer) answered(message);
  else turn = turn.then(() => handle(message));
};
