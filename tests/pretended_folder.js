// 試験の道具：フォルダーの約束（FileSystemDirectoryHandle）のうち、ページの使うものを、
// メモリーの中で果たす。選ばれるフォルダーにファイルを置き、あるものを取り出す。
class PretendedFile {
  constructor(name) {
    this.kind = "file";
    this.name = name;
    this.data = new Uint8Array();
    this.time = Date.now();
  }

  async getFile() {
    return new File([this.data], this.name, { lastModified: this.time });
  }

  async createWritable() {
    const parts = [];
    return {
      write: async (one) => parts.push(one.slice()),
      abort: async () => {},
      close: async () => {
        this.data = new Uint8Array(await new Blob(parts).arrayBuffer());
        this.time = Math.max(this.time + 1, Date.now());
      },
    };
  }
}

class PretendedFolder {
  constructor(name) {
    this.kind = "directory";
    this.name = name;
    this.inside = new Map();
  }

  #find(name, kind, create, Made) {
    if (!this.inside.has(name) && create) this.inside.set(name, new Made(name));
    const found = this.inside.get(name);
    if (!found) throw new DOMException(name, "NotFoundError");
    if (found.kind !== kind) throw new DOMException(name, "TypeMismatchError");
    return found;
  }

  async getDirectoryHandle(name, { create = false } = {}) {
    return this.#find(name, "directory", create, PretendedFolder);
  }

  async getFileHandle(name, { create = false } = {}) {
    return this.#find(name, "file", create, PretendedFile);
  }

  async removeEntry(name, { recursive = false } = {}) {
    const found = this.inside.get(name);
    if (!found) throw new DOMException(name, "NotFoundError");
    if (found.inside?.size && !recursive) throw new DOMException(name, "InvalidModificationError");
    this.inside.delete(name);
  }

  async *entries() {
    yield* [...this.inside];
  }

  async *keys() {
    yield* [...this.inside.keys()];
  }
}

const pretended = new PretendedFolder("計画");
window.chosen = async () => pretended;
window.showDirectoryPicker = () => window.chosen();

window.putFiles = async (files) => {
  for (const [path, text] of Object.entries(files)) {
    let folder = await window.chosen();
    const names = path.split("/");
    const name = names.pop();
    for (const one of names) folder = await folder.getDirectoryHandle(one, { create: true });
    const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await stream.write(Uint8Array.fromBase64(text));
    await stream.close();
  }
};

window.takeFiles = async () => {
  const found = {};
  const look = async (folder, path) => {
    for await (const [name, one] of folder.entries()) {
      if (one.kind === "directory") {
        await look(one, `${path}${name}/`);
      } else {
        const file = await one.getFile();
        found[path + name] = new Uint8Array(await file.arrayBuffer()).toBase64();
      }
    }
  };
  await look(await window.chosen(), "");
  return found;
};
