// ページ：フォルダーを選ばせ、ワーカーを始め、アプリケーションのページを見せる。
// folder.js と zip.js のあとに続けて読み込まれる。
"use strict";

const $ = (id) => document.getElementById(id);
const start = $("host-start");
const app = $("app");

const WORDS = {
  unpacking: "Python を広げています（1/4）",
  starting: "Python を始めています（2/4）",
  loading: "画面の用意をしています（3/4）",
  ready: "用意ができました。フォルダーを選んでください。",
};

// ---- ページに入っているもの

/** 束の中身（縮めたまま）。一度だけ取り出し、元の文字は捨てる。 */
const packs = new Map();
function packOf(name) {
  const element = $(`pack-${name}`);
  if (element) {
    const text = element.textContent;
    const bytes = Uint8Array.fromBase64
      ? Uint8Array.fromBase64(text)
      : Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    packs.set(name, bytes);
    element.remove();
  }
  return packs.get(name);
}

function scriptUrl(data) {
  return URL.createObjectURL(new Blob([data], { type: "text/javascript" }));
}

const sourceOf = (name) => $(`source-${name}`).textContent;

// ---- ワーカー

/** 画面のワーカー。求めは、一つずつ順に答えられる。 */
class Desk {
  constructor() {
    this.worker = new Worker(scriptUrl(sourceOf("desk")));
    this.waiting = new Map();
    this.last = 0;
    this.folder = null;
    this.working = Promise.resolve();
    this.worker.onmessage = ({ data }) => this.#told(data);
    this.worker.onerror = (event) => this.#died(event.message ?? "worker");
    this.started = new Promise((resolve) => (this.onStarted = resolve));
    this.worker.postMessage({
      start: { python: packOf("python"), parts: packOf("parts"), helper: sourceOf("helper") },
    });
  }

  async open(folder, who) {
    this.folder = folder;
    await Promise.all([this.started, Desk.ended]);
    const opened = new Promise((resolve) => (this.onOpened = resolve));
    this.worker.postMessage({ open: { name: folder.name, who } });
    await opened;
  }

  request(method, target, headers = [], body = new Uint8Array()) {
    this.last += 1;
    const request = this.last;
    this.worker.postMessage({ request, method, target, headers, body }, [body.buffer]);
    return new Promise((resolve, reject) => this.waiting.set(request, { resolve, reject }));
  }

  get isBusy() {
    return this.waiting.size > 0;
  }

  /** ワーカーを終える。書いている途中の一つのファイルは、書き終える。 */
  end() {
    this.worker.terminate();
    Desk.ended = this.working.then(() => this.folder?.unlock()).catch(() => {});
  }

  #told(data) {
    if (data.ask) this.working = this.#work(data);
    else if (data.step) preparing(data.step);
    else if (data.started) this.onStarted();
    else if (data.opened) this.onOpened();
    else if (data.progress) progressing(data.progress);
    else if (data.failed && !data.request) this.#died(`${data.failed.name}: ${data.failed.message}`);
    else {
      const { resolve, reject } = this.waiting.get(data.request);
      this.waiting.delete(data.request);
      if (data.failed) this.#died(`${data.failed.name}: ${data.failed.message}`, reject);
      else resolve(data);
    }
  }

  /** フォルダーの仕事をして、答える。 */
  async #work({ ask, op, args }) {
    try {
      if (op === "packs") {
        this.worker.postMessage({ answer: ask, value: args.map(packOf) });
        return;
      }
      const value = await this.folder[op](...args);
      this.worker.postMessage({ answer: ask, value });
    } catch (error) {
      const { name, message } = error;
      this.worker.postMessage({ answer: ask, error: { name, message } });
    }
    noticeStale();
  }

  #died(reason, ...more) {
    this.end();
    const error = Object.assign(new Error(reason), { name: "WorkerDied" });
    const waiting = [...this.waiting.values()].map((one) => one.reject);
    this.waiting.clear();
    for (const reject of [...waiting, ...more]) reject(error);
    failed(
      "続けられなくなりました",
      "途中だったことは、「もう一度始める」を押したときに、終わりまで進めるか、始める前に戻します。",
      `わけ: ${reason}`,
    );
  }
}

/** 前のワーカーの仕事が、すっかり終わること。 */
Desk.ended = Promise.resolve();

let desk = null;
let folder = null;

// ---- 上の帯

function bar(words, { done = 0, total = 0, isWorking = false } = {}) {
  $("host-bar").hidden = !words && !$("host-actions").childElementCount;
  $("host-words").textContent = words;
  const progress = $("host-progress");
  progress.hidden = !isWorking;
  if (total) {
    progress.max = total;
    progress.value = done;
  } else progress.removeAttribute("value");
  document.documentElement.classList.toggle("host-working", isWorking);
}

function progressing({ title, done, total, name }) {
  const words = total ? `${title}：${total}のうち ${done} まで済みました　${name}` : `${title}　${name}`;
  bar(words, { done, total, isWorking: true });
}

function action(words, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  button.addEventListener("click", act);
  return button;
}

function noticeStale() {
  const { stale } = folder ?? {};
  const id = "host-take-over";
  if (!stale || $(id)) return;
  const button = action(`${stale.who}さんの書きかけの印（${stale.since}）を除く`, () => {
    const told =
      `${stale.who}さんが${stale.since}に書き始め、そのあと知らせが絶えています。` +
      "もう使っていないことを、本人に確かめましたか。確かめたら「OK」を押し、同じことをもう一度行ってください。";
    if (confirm(told)) {
      folder.takeOver();
      button.remove();
      bar("");
    }
  });
  button.id = id;
  $("host-actions").append(button);
  bar("ほかの人の印が残っています。");
}

/** 写しで使っているときの、受け取る釦。 */
function offerCopy() {
  if (!folder || folder.isReal || !folder.written.size || $("host-take")) return;
  const button = action("変わったフォルダーを zip で受け取る", () => {
    save(zipped(folder.files), `${folder.name}.zip`);
    folder.written.clear();
    button.remove();
    bar("");
  });
  button.id = "host-take";
  $("host-actions").append(button);
  bar("元のフォルダーは、まだ変わっていません。終わる前に受け取ってください。");
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// ---- ページを見せる

const styles = new Map();
let shown = { target: "/", hash: "" };
/** 送った結果のページ。戻ったときに、もう一度送らずに見せる。 */
const kept = new Map();
let keeping = 0;

function headerOf(answer, name) {
  return answer.headers.find(([one]) => one.toLowerCase() === name)?.[1];
}

function localTarget(address, base) {
  const url = new URL(address, `http://localhost${base}`);
  if (url.host !== "localhost") return null;
  return { target: url.pathname + url.search, hash: url.hash };
}

/** 求めて、移る先があれば移る。 */
async function follow(method, target, headers, body) {
  let answer = await desk.request(method, target, headers, body);
  let here = target;
  let hash = "";
  for (let left = 10; left && answer.status >= 300 && answer.status < 400; left -= 1) {
    const next = localTarget(headerOf(answer, "location"), here);
    here = next.target;
    hash = next.hash;
    answer = await desk.request("GET", here, referrer());
  }
  return { answer, target: here, hash, isMoved: here !== target };
}

function referrer() {
  return [["Referer", `http://localhost${shown.target}`]];
}

async function visit(method, target, { headers = [], body, hash = "", push = true } = {}) {
  bar("動いています。", { isWorking: true });
  try {
    const found = await follow(method, target, [...headers, ...referrer()], body);
    const type = headerOf(found.answer, "content-type") ?? "";
    const disposition = headerOf(found.answer, "content-disposition") ?? "";
    if (found.answer.status === 204) return;
    if (disposition.startsWith("attachment") || !type.startsWith("text/html")) {
      save(new Blob([found.answer.body], { type }), nameOf(disposition, found.target));
      return;
    }
    const state = { target: found.target, hash: found.hash || hash };
    if (method !== "GET" && !found.isMoved) {
      keeping += 1;
      state.kept = keeping;
      kept.set(keeping, found.answer);
    }
    const address = `#${state.target}${state.hash}`;
    if (push) history.pushState(state, "", address);
    else history.replaceState(state, "", address);
    await show(found.answer, state);
  } catch (error) {
    // ワーカーが倒れたときは、もう、そう見せてある。
    if (error.name !== "WorkerDied") throw error;
  } finally {
    bar("");
    offerCopy();
  }
}

function nameOf(disposition, target) {
  const coded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1];
  return coded ? decodeURIComponent(coded) : plain ?? decodeURIComponent(target.split(/[/?]/).pop());
}

async function resource(address) {
  const { target } = localTarget(address, shown.target);
  return desk.request("GET", target);
}

async function show(answer, state) {
  shown = state;
  const made = new DOMParser().parseFromString(new TextDecoder().decode(answer.body), "text/html");
  const sheets = [...made.querySelectorAll('link[rel="stylesheet"]')];
  for (const link of sheets) {
    const address = link.getAttribute("href");
    if (!styles.has(address)) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(new TextDecoder().decode((await resource(address)).body));
      styles.set(address, sheet);
    }
  }
  document.adoptedStyleSheets = sheets.map((link) => styles.get(link.getAttribute("href")));
  const scripts = [...made.querySelectorAll("script[src]")].map((one) => one.getAttribute("src"));
  for (const one of made.querySelectorAll("script, noscript")) one.remove();
  const pictures = [...made.querySelectorAll("img[src]")].filter(
    (one) => !/^(data|blob):/.test(one.getAttribute("src")),
  );
  for (const one of pictures) {
    one.dataset.from = one.getAttribute("src");
    one.removeAttribute("src");
  }
  document.title = made.title;
  document.documentElement.lang = made.documentElement.lang || "ja";
  app.replaceChildren(...document.adoptNode(made.body).childNodes);
  app.querySelector("footer")?.append(noticesButton());
  land(state.hash);
  for (const address of scripts) await run(address);
  for (const one of pictures) eye.observe(one);
}

function noticesButton() {
  const button = action("このページに入っているもの（ライセンス）", showNotices);
  button.className = "quiet";
  return button;
}

function showNotices() {
  const list = $("host-licence-list");
  if (!list.childElementCount) list.append($("host-notice-text").content.cloneNode(true));
  $("host-licences").showModal();
}

// 絵は、見える所に来たものから描く。何十もの絵を、初めに待たせない。
const eye = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      eye.unobserve(target);
      draw(target, target.dataset.from);
    }
  },
  { rootMargin: "300px" },
);
const drawn = [];
async function draw(picture, address) {
  if (!picture.isConnected) return;
  const answer = await resource(address);
  if (!picture.isConnected) return;
  const url = URL.createObjectURL(new Blob([answer.body], { type: headerOf(answer, "content-type") }));
  drawn.push(url);
  picture.src = url;
}

const scripts = new Map();
async function run(address) {
  if (!scripts.has(address)) {
    const { body } = await resource(address);
    scripts.set(address, scriptUrl(body));
  }
  const script = document.createElement("script");
  script.src = scripts.get(address);
  await new Promise((resolve) => {
    script.onload = script.onerror = resolve;
    app.append(script);
  });
}

function land(hash) {
  while (drawn.length) URL.revokeObjectURL(drawn.pop());
  const at = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
  if (at) {
    at.scrollIntoView();
    at.focus({ preventScroll: true });
    return;
  }
  scrollTo(0, 0);
  const main = app.querySelector("main");
  main?.setAttribute("tabindex", "-1");
  main?.focus({ preventScroll: true });
}

// ---- リンクと様式（form）

function wantsOther(event) {
  return event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey;
}

addEventListener("click", (event) => {
  const link = event.target.closest?.("#app a[href]");
  if (!link || event.defaultPrevented || event.button) return;
  const address = link.getAttribute("href");
  if (/^(blob|data|mailto):/.test(address)) return;
  event.preventDefault();
  if (address.startsWith("#")) {
    const state = { ...shown, hash: address };
    if (!wantsOther(event)) history.pushState(state, "", `#${shown.target}${address}`);
    shown = state;
    land(address);
    return;
  }
  const local = localTarget(address, shown.target);
  if (local) visit("GET", local.target, { hash: local.hash });
});

addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.closest("#app") || form.closest("#host-start")) return;
  event.preventDefault();
  const by = event.submitter;
  const data = new FormData(form, by);
  const address = by?.getAttribute("formaction") ?? form.getAttribute("action") ?? shown.target;
  const method = (by?.getAttribute("formmethod") ?? form.method ?? "get").toUpperCase();
  const { target, hash } = localTarget(address || shown.target, shown.target);
  if (method === "GET") {
    const query = new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
    visit("GET", `${target.split("?")[0]}?${query}`, { hash });
    return;
  }
  const isMultipart = (by?.getAttribute("formenctype") ?? form.enctype) === "multipart/form-data";
  const coded = new Response(isMultipart ? folderNames(data) : new URLSearchParams(data));
  const type = coded.headers.get("content-type");
  const body = new Uint8Array(await coded.arrayBuffer());
  visit("POST", target, { headers: [["Content-Type", type]], body, hash });
});

// 置く所でない所に落とされたファイルを、ブラウザーに開かせない。このページが消える。
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => event.preventDefault());
}

/** フォルダーごと選ばれたファイルは、フォルダーからの道を名にする。 */
function folderNames(data) {
  const made = new FormData();
  for (const [name, value] of data) {
    if (typeof value === "string") made.append(name, value);
    else made.append(name, value, value.webkitRelativePath || value.name);
  }
  return made;
}

addEventListener("popstate", async ({ state }) => {
  if (!state || !desk) return;
  if (state.kept && kept.has(state.kept)) await show(kept.get(state.kept), state);
  else await visit("GET", state.target, { hash: state.hash, push: false });
});

addEventListener("beforeunload", (event) => {
  const hasUntaken = folder && !folder.isReal && folder.written.size;
  if (desk?.isBusy || folder?.token || hasUntaken) event.preventDefault();
});

// ---- 始める

function preparing(step) {
  $("host-ready").textContent = WORDS[step];
  $("host-ready-bar").value = Object.keys(WORDS).indexOf(step) + 1;
}

function failed(title, words, detail = "") {
  document.adoptedStyleSheets = [];
  app.replaceChildren(start);
  bar("");
  $("host-failed").hidden = false;
  $("host-failed-title").textContent = title;
  $("host-failed-words").textContent = words;
  $("host-failed-detail").textContent = detail;
  $("host-open").hidden = true;
  $("host-retry").focus();
}

function begin() {
  $("host-failed").hidden = true;
  $("host-open").hidden = false;
  preparing("unpacking");
  desk = new Desk();
  desk.started.then(() => preparing("ready"));
}

async function use(chosen) {
  folder = chosen;
  for (const button of start.querySelectorAll("button")) button.disabled = true;
  try {
    remember("who", chosen.who);
    $("host-ready").textContent = `「${chosen.name}」を読んでいます（4/4）`;
    await desk.open(chosen, chosen.who);
    await visit("GET", "/");
  } finally {
    for (const button of start.querySelectorAll("button")) button.disabled = false;
  }
}

async function useHandle(handle) {
  const permission = { mode: "readwrite" };
  try {
    if (handle.requestPermission && (await handle.requestPermission(permission)) !== "granted") {
      tellCopy("このフォルダーへの書き込みが、許可されませんでした。");
      return;
    }
    await store("folder", handle).catch(() => {});
    await use(new Folder(handle, $("host-who").value.trim()));
  } catch (error) {
    if (error.name !== "AbortError") tellCopy(`フォルダーを使えません（${error.name}）。`);
  }
}

function tellCopy(why) {
  $("host-copy").hidden = false;
  $("host-other").hidden = true;
  $("host-copy-why").textContent = why;
}

function useCopy(copied) {
  copied.who = $("host-who").value.trim();
  return use(copied);
}

function remember(key, value) {
  try {
    localStorage.setItem(`sheetgen-${key}`, value ?? "");
  } catch {
    // 覚えられなくても、次に打てばよい。
  }
}

function recall(key) {
  try {
    return localStorage.getItem(`sheetgen-${key}`) ?? "";
  } catch {
    return "";
  }
}

/** 選んだフォルダーを、次に開くときのために覚える。`value` がなければ、覚えたものを返す。 */
function store(key, value) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("sheetgen", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const mode = value ? "readwrite" : "readonly";
      const kept = opening.result.transaction("kept", mode).objectStore("kept");
      const asked = value ? kept.put(value, key) : kept.get(key);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    };
  });
}

function lacking() {
  if (typeof WebAssembly !== "object") return "WebAssembly が使えません。";
  if (typeof WebAssembly.Suspending !== "function") return "ブラウザーが古いか、対応していません。";
  if (typeof DecompressionStream !== "function") return "ブラウザーが古いか、対応していません。";
  return "";
}

function prepareStart() {
  $("host-notices").addEventListener("click", showNotices);
  $("host-licences-close").addEventListener("click", () => $("host-licences").close());
  const why = lacking();
  if (why) {
    $("host-unable").hidden = false;
    $("host-unable-words").textContent = why;
    return;
  }
  $("host-who").value = recall("who");
  $("host-retry").addEventListener("click", async () => {
    const before = folder;
    begin();
    if (before) await use(before);
  });
  if (typeof showDirectoryPicker !== "function") {
    $("host-pick").hidden = true;
    tellCopy("このブラウザーは、フォルダーに書き込めません。");
  }
  $("host-choose").addEventListener("click", async () => {
    try {
      await useHandle(await showDirectoryPicker({ id: "sheetgen", mode: "readwrite" }));
    } catch (error) {
      if (error.name !== "AbortError") tellCopy(`フォルダーを選べません（${error.name}）。`);
    }
  });
  $("host-by-copy").addEventListener("click", () => tellCopy(""));
  $("host-folder").addEventListener("change", async (event) => useCopy(await Copied.from(event.target.files)));
  $("host-empty").addEventListener("click", () => useCopy(new Copied("新しい計画", new Map())));
  prepareDrop();
  keepToken();
  store("folder").then((handle) => {
    if (!handle) return;
    const again = $("host-again");
    again.hidden = false;
    again.textContent = `前のフォルダー「${handle.name}」を使う`;
    again.addEventListener("click", () => useHandle(handle));
  }, () => {});
  begin();
}

function prepareDrop() {
  const zone = $("host-pick");
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const handle = await event.dataTransfer.items[0]?.getAsFileSystemHandle?.();
    if (handle?.kind === "directory") await useHandle(handle);
  });
}

prepareStart();
