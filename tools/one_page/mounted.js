// 画面の側のワーカーの中のフォルダー。メモリーに置き、変わったものを覚えて、ページに書かせる。
"use strict";

/** 書きかけの名。ディスクには置かない。 */
function isTemporary(path) {
  return path
    .split("/")
    .some(
      (name) =>
        name.startsWith(".作成中_") ||
        (name.startsWith(".") && (name.endsWith(".tmp") || name.endsWith(".lock"))) ||
        name.endsWith(".holder"),
    );
}

/**
 * 開いたフォルダー。`ask(op, ...)` は、ページにフォルダーの仕事をさせ、答えを待つ。
 *
 * `known` は、ディスクにあるものの大きさと更新の時刻（読んだ時、書いた時のもの）。`changed` は、
 * メモリーで変わって、まだ書いていない道。初めに変わった順ではなく、最後に変わった順。
 */
class Mounted {
  constructor(FS, root, ask) {
    this.FS = FS;
    this.root = root;
    this.ask = ask;
    this.known = new Map();
    this.folders = new Set();
    this.changed = new Set();
    this.quiet = false;
    FS.mkdirTree(root);
    FS.mount(this.#type(), {}, root);
  }

  /** メモリーのファイルの仕組みに、変わったことを覚える所を足したもの。 */
  #type() {
    const memory = this.FS.filesystems.MEMFS;
    return {
      mount: (mount) => {
        const made = memory.mount(mount);
        this.#watch(made);
        return made;
      },
    };
  }

  #watch(node) {
    const { FS } = this;
    const note = (one) => this.#note(one);
    const isFolder = FS.isDir(node.mode);
    const before = node.node_ops;
    node.node_ops = { ...before };
    if (isFolder) {
      node.node_ops.mknod = (parent, name, mode, dev) => {
        const made = before.mknod(parent, name, mode, dev);
        this.#watch(made);
        note(made);
        return made;
      };
      for (const what of ["unlink", "rmdir"]) {
        node.node_ops[what] = (parent, name) => {
          const path = this.#path(parent, name);
          before[what](parent, name);
          this.mark(path);
        };
      }
      node.node_ops.rename = (old, folder, name) => {
        const from = this.#path(old);
        before.rename(old, folder, name);
        const to = this.#path(folder, name);
        this.#moved(from, to, old);
      };
    }
    const setattr = before.setattr;
    node.node_ops.setattr = (one, change) => {
      setattr(one, change);
      if (change.size !== undefined) note(one);
    };
    const stream = node.stream_ops;
    if (!isFolder && stream.write) {
      node.stream_ops = {
        ...stream,
        write: (opened, ...rest) => {
          note(opened.node);
          return stream.write(opened, ...rest);
        },
      };
    }
  }

  /** 動いた先の中のものも、すべて変わったものとする。 */
  #moved(from, to, node) {
    this.mark(from);
    const walk = (path, one) => {
      this.mark(path);
      if (this.FS.isDir(one.mode)) {
        for (const [name, inner] of Object.entries(one.contents)) walk(`${path}/${name}`, inner);
      }
    };
    for (const path of [...this.known.keys(), ...this.folders]) {
      if (path.startsWith(`${from}/`)) this.mark(path);
    }
    walk(to, node);
  }

  #path(node, name) {
    const whole = this.FS.getPath(node);
    const path = name === undefined ? whole : `${whole}/${name}`;
    return path.slice(this.root.length + 1);
  }

  #note(node) {
    if (node.parent !== node) this.mark(this.#path(node));
  }

  mark(path) {
    if (this.quiet || isTemporary(path)) return;
    this.changed.delete(path);
    this.changed.add(path);
  }

  /** 覚えずに行う。ディスクにあるとおりにするとき。 */
  #quietly(action) {
    this.quiet = true;
    try {
      return action();
    } finally {
      this.quiet = false;
    }
  }

  /** ディスクを見て、ほかで変わったものをメモリーに読む。まだ書いていないものがないときに呼ぶ。 */
  async refresh() {
    const { files, folders } = await this.ask("scan");
    const now = new Map(files.map(([path, size, time]) => [path, { size, time }]));
    const wanted = [];
    for (const [path, state] of now) {
      const before = this.known.get(path);
      if (before?.size !== state.size || before.time !== state.time) wanted.push(path);
    }
    const read = wanted.length ? await this.ask("read", wanted) : [];
    this.#quietly(() => {
      for (const path of folders) this.FS.mkdirTree(`${this.root}/${path}`);
      for (const [path, state, data] of read) {
        if (state) this.#put(path, state, new Uint8Array(data));
        else now.delete(path);
      }
      for (const path of this.known.keys()) if (!now.has(path)) this.#drop(path);
      const here = new Set(folders);
      const gone = [...this.folders].filter((path) => !here.has(path));
      for (const path of gone.sort().reverse()) this.#dropFolder(path);
      this.folders = here;
    });
    return wanted.length;
  }

  #put(path, state, data) {
    const whole = `${this.root}/${path}`;
    this.FS.mkdirTree(whole.slice(0, whole.lastIndexOf("/")));
    this.FS.writeFile(whole, data, { canOwn: true });
    this.FS.utime(whole, state.time, state.time);
    this.known.set(path, state);
  }

  #drop(path) {
    this.known.delete(path);
    const { exists, object } = this.FS.analyzePath(`${this.root}/${path}`);
    if (exists && this.FS.isFile(object.mode)) this.FS.unlink(`${this.root}/${path}`);
  }

  #dropFolder(path) {
    try {
      this.FS.rmdir(`${this.root}/${path}`);
    } catch {
      // 中に、まだ何かある。
    }
  }

  /**
   * 変わったものを、変わった順にディスクに書く。書けなければ、書けなかったものから後を、
   * メモリーでもディスクにあるとおりに戻してから、誤りにする。
   */
  async flush() {
    while (this.changed.size) {
      const [path] = this.changed;
      try {
        await this.#carry(path);
      } catch (error) {
        await this.#restore([...this.changed]);
        throw error;
      }
      this.changed.delete(path);
    }
  }

  async #carry(path) {
    const whole = `${this.root}/${path}`;
    const { exists, object } = this.FS.analyzePath(whole, true);
    const before = this.known.get(path) ?? null;
    if (exists && this.FS.isDir(object.mode)) {
      if (!this.folders.has(path)) await this.ask("makeFolder", path);
      this.folders.add(path);
    } else if (exists) {
      const data = this.FS.readFile(whole);
      const state = await this.ask("write", path, data, before);
      this.known.set(path, state);
      this.#quietly(() => this.FS.utime(whole, state.time, state.time));
    } else if (before) {
      await this.ask("remove", path, before);
      this.known.delete(path);
    } else if (this.folders.has(path)) {
      await this.ask("removeFolder", path);
      this.folders.delete(path);
    }
  }

  async #restore(paths) {
    this.changed.clear();
    const read = await this.ask("read", paths);
    this.#quietly(() => {
      for (const [path, state, data] of read) {
        if (state) this.#put(path, state, new Uint8Array(data));
        else this.#drop(path);
      }
    });
  }
}
