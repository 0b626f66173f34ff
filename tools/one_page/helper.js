// 子のワーカー：届いたファイルを読む、または文書を組む。倒れても、時間切れで止められても、
// 画面の側の Python は続く。python.js のあとに続けて読み込まれる。
"use strict";

let helper = null;
let python = null;

/** 使えるメモリーを限る。超えて求めると、Python の MemoryError になる。 */
function limitMemory(bytes) {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + Number(pages) * 65536 > bytes) throw new RangeError("memory");
    return grow.call(this, pages);
  };
}

async function prepare(message) {
  if (message.memory) limitMemory(message.memory);
  const parts = [message.parts];
  if (message.fonts) parts.push(await unpack(message.fonts));
  python = await startPython(message.python, message.module, parts, {});
  if (message.typst) python.unpackArchive(message.typst, "wheel", { extractDir: PACKAGES });
  helper = python.pyimport("in_helper");
  helper.prepare(message.work);
  postMessage({ ready: true });
}

onmessage = async ({ data: message }) => {
  try {
    if (message.work) {
      await prepare(message);
    } else if (message.read) {
      const reply = helper.read(message.read, message.largest);
      const bytes = reply.toJs();
      reply.destroy();
      postMessage({ reply: bytes }, [bytes.buffer]);
    } else {
      const { order, values, files } = message.typeset;
      // ワーカーのスタックは小さく、文書を組むには足りない。待てる呼び方には、別のスタックが付く。
      const made = await helper.typeset.callPromising(order, values, files);
      const [answer, pdf] = made.toJs();
      made.destroy();
      postMessage({ answer, pdf, memory: python._module.HEAP8.length }, [pdf.buffer]);
    }
  } catch (error) {
    // ここまで来る誤りは、Python そのものが倒れたもの。
    postMessage({ died: String(error).slice(0, 500) });
    close();
  }
};
