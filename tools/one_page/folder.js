// ページの側のフォルダー。ワーカーに頼まれたことを、選ばれたフォルダーに行う。
"use strict";

const READ = ["data", "templates", "output"];
/** この中のものは、すべて読む。外のものは、すぐ下のファイルだけ。 */
const MARK = "data/.plan.json.desk";
const HOLDER = "data/.plan.json.holder";
const FRESH_SECONDS = 180;
const BEAT_SECONDS = 20;
const LARGEST_BESIDE = 50 * 2 ** 20;

function failure(name, message) {
  const made = new Error(message);
  made.name = name;
  return made;
}

const isMissing = (error) => error.name === "NotFoundError" || error.name === "TypeMismatchError";

/** 錠とは関わりのない、フォルダーの中の名。 */
const isOwn = (name) => name.startsWith(".") && /\.(desk|holder|lock|tmp|crswap)$/.test(name);

/** このページの印の名札。開いている間だけ、ブラウザーの錠を持つ。 */
const TOKEN = crypto.randomUUID();
const lockName = (token) => `sheetgen-${token}`;

function ownTokens() {
  try {
    return JSON.parse(localStorage.getItem("sheetgen-tokens") ?? "[]");
  } catch {
    return [];
  }
}

function keepToken() {
  try {
    localStorage.setItem("sheetgen-tokens", JSON.stringify([TOKEN, ...ownTokens()].slice(0, 20)));
    navigator.locks.request(lockName(TOKEN), () => new Promise(() => {})).catch(() => {});
  } catch {
    // 覚えられなければ、残した印が古くなるのを待つ。
  }
}

/** ほんとうのフォルダー。 */
class Folder {
  constructor(handle, who) {
    this.handle = handle;
    this.name = handle.name || "フォルダー";
    this.who = who;
    this.isReal = true;
    this.token = null;
    this.stale = null;
  }

  /** この人の、倒れた前のページが残した印か。 */
  async #isDead(mark) {
    if (mark.token === this.taken) return true;
    if (!ownTokens().includes(mark.token)) return false;
    const { held } = await navigator.locks.query();
    return !held.some((one) => one.name === lockName(mark.token));
  }

  async #folder(path, create = false) {
    let folder = this.handle;
    for (const name of path.split("/").filter(Boolean)) {
      folder = await folder.getDirectoryHandle(name, { create });
    }
    return folder;
  }

  #split(path) {
    const at = path.lastIndexOf("/");
    return [path.slice(0, Math.max(at, 0)), path.slice(at + 1)];
  }

  async #file(path) {
    const [parent, name] = this.#split(path);
    try {
      return await (await this.#folder(parent)).getFileHandle(name);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async #state(path) {
    const handle = await this.#file(path);
    if (!handle) return null;
    try {
      const file = await handle.getFile();
      return { size: file.size, time: file.lastModified };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** いまあるファイル（道、大きさ、更新の時刻）と、フォルダー。 */
  async scan() {
    const files = [];
    const folders = [];
    const look = async (folder, path, inside) => {
      const waiting = [];
      for await (const [name, handle] of folder.entries()) {
        const whole = path ? `${path}/${name}` : name;
        if (handle.kind === "directory") {
          if (!inside && !READ.includes(name)) continue;
          folders.push(whole);
          waiting.push(look(handle, whole, true));
        } else if (!isOwn(name)) {
          waiting.push(this.#listed(handle, whole, inside, files));
        }
      }
      await Promise.all(waiting);
    };
    await look(this.handle, "", false);
    return { files, folders };
  }

  async #listed(handle, path, inside, files) {
    try {
      const file = await handle.getFile();
      if (inside || file.size <= LARGEST_BESIDE) files.push([path, file.size, file.lastModified]);
    } catch (error) {
      if (!isMissing(error) && error.name !== "NotReadableError") throw error;
    }
  }

  /** 中身。`[道, 状態, 中身]` の並び。ないものの状態は null。 */
  read(paths) {
    return Promise.all(
      paths.map(async (path) => {
        const handle = await this.#file(path);
        if (!handle) return [path, null, null];
        const file = await handle.getFile();
        const data = await file.arrayBuffer();
        return [path, { size: file.size, time: file.lastModified }, data];
      }),
    );
  }

  async #check(path, before) {
    if (this.token && path.startsWith("data/")) await this.#stillMine();
    const now = await this.#state(path);
    if (now?.size !== before?.size || now?.time !== before?.time) {
      throw failure("ChangedMeanwhile", path);
    }
  }

  /** 書く。読んだ時（`before`、なければ null）から変わっていれば、書かない。 */
  async write(path, data, before) {
    await this.#check(path, before);
    const [parent, name] = this.#split(path);
    const folder = await this.#folder(parent, true);
    const handle = await folder.getFileHandle(name, { create: true });
    // 閉じたときに、一度に置き換わる。それまで、前のものはそのまま。
    const stream = await handle.createWritable();
    try {
      await stream.write(data);
    } catch (error) {
      await stream.abort().catch(() => {});
      throw error;
    }
    await stream.close();
    const file = await handle.getFile();
    if (file.size !== data.byteLength) throw failure("ChangedMeanwhile", path);
    return { size: file.size, time: file.lastModified };
  }

  async remove(path, before) {
    await this.#check(path, before);
    const [parent, name] = this.#split(path);
    await (await this.#folder(parent)).removeEntry(name);
  }

  async makeFolder(path) {
    await this.#folder(path, true);
  }

  async removeFolder(path) {
    const [parent, name] = this.#split(path);
    try {
      await (await this.#folder(parent)).removeEntry(name);
    } catch (error) {
      if (!isMissing(error) && error.name !== "InvalidModificationError") throw error;
    }
  }

  // ---- 二人で使うための印

  async #mark() {
    const handle = await this.#file(MARK);
    if (!handle) return null;
    try {
      return JSON.parse(await (await handle.getFile()).text());
    } catch {
      return null; // 書きかけか、なくなった
    }
  }

  async #put(path, text) {
    const [parent, name] = this.#split(path);
    const handle = await (await this.#folder(parent, true)).getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    await stream.write(text);
    await stream.close();
  }

  #told() {
    const { who, since, token } = this;
    return JSON.stringify({ who: who || "?", since, beat: Date.now() / 1000, token });
  }

  async #stillMine() {
    const now = await this.#mark();
    if (now?.token !== this.token) throw failure("ChangedMeanwhile", MARK);
  }

  /** 印を置く。ほかの人が書いていれば、その人の名を返す。 */
  async lock() {
    const there = await this.#mark();
    if (there && !(await this.#isDead(there))) {
      const told = `${there.who}、${there.since}から、sheetgen.html で`;
      if (Math.abs(Date.now() / 1000 - there.beat) >= FRESH_SECONDS) this.stale = there;
      return told;
    }
    this.token = TOKEN;
    this.since = new Date().toLocaleTimeString("ja-JP", { hour: "2-digit", minute: "2-digit" });
    await this.#put(MARK, this.#told());
    const holder = await this.#state(HOLDER);
    if (holder && Date.now() - holder.time < FRESH_SECONDS * 1000) {
      const [[, , data]] = await this.read([HOLDER]);
      await this.unlock();
      return new TextDecoder().decode(data).trim() || "?";
    }
    // 同時に置いた人がいれば、後の印が残る。
    await new Promise((resolve) => setTimeout(resolve, 60));
    const now = await this.#mark();
    if (now?.token !== this.token) {
      this.token = null;
      return now ? `${now.who}、${now.since}から、sheetgen.html で` : "?";
    }
    this.beat = setInterval(() => this.#put(MARK, this.#told()).catch(() => {}), BEAT_SECONDS * 1000);
    return "";
  }

  async unlock() {
    clearInterval(this.beat);
    const { token } = this;
    this.token = null;
    if (!token || (await this.#mark())?.token !== token) return;
    const [parent, name] = this.#split(MARK);
    await (await this.#folder(parent)).removeEntry(name).catch(() => {});
  }

  /** 残されたままの印を引き継ぐ。 */
  takeOver() {
    this.taken = this.stale?.token;
    this.stale = null;
  }
}

/** フォルダーを選べない所での、写しのフォルダー。終わりに zip で渡す。 */
class Copied {
  constructor(name, files) {
    this.name = name;
    this.isReal = false;
    this.files = files;
    this.written = new Set();
    this.stale = null;
    this.clock = Date.now();
  }

  /** `<input webkitdirectory>` で選ばれたもの。 */
  static async from(list) {
    const files = new Map();
    let name = "フォルダー";
    for (const file of list) {
      const parts = file.webkitRelativePath.split("/");
      name = parts.shift() || name;
      if (parts.length > 1 && !READ.includes(parts[0])) continue;
      const data = await file.arrayBuffer();
      files.set(parts.join("/"), { data, size: file.size, time: file.lastModified });
    }
    return new Copied(name, files);
  }

  async scan() {
    const files = [...this.files].map(([path, { size, time }]) => [path, size, time]);
    const folders = new Set();
    for (const path of this.files.keys()) {
      const parts = path.split("/");
      for (let end = 1; end < parts.length; end += 1) folders.add(parts.slice(0, end).join("/"));
    }
    return { files, folders: [...folders] };
  }

  async read(paths) {
    return paths.map((path) => {
      const found = this.files.get(path);
      if (!found) return [path, null, null];
      return [path, { size: found.size, time: found.time }, found.data.slice(0)];
    });
  }

  async write(path, data) {
    this.clock = Math.max(this.clock + 1, Date.now());
    const made = { data: data.slice().buffer, size: data.byteLength, time: this.clock };
    this.files.set(path, made);
    this.written.add(path);
    return { size: made.size, time: made.time };
  }

  async remove(path) {
    this.files.delete(path);
    this.written.add(path);
  }

  async makeFolder() {}

  async removeFolder() {}

  async lock() {
    return "";
  }

  async unlock() {}
}
