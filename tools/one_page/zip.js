// フォルダーの写しを、zip にする（縮めずに）。
"use strict";

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data) {
  let value = 0xffffffff;
  for (const byte of data) value = CRC[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** 数の並びを、リトルエンディアンのバイトにする。`[値, バイト数]` の並び。 */
function packed(...fields) {
  return Uint8Array.from(
    fields.flatMap(([value, size]) =>
      Array.from({ length: size }, (_, at) => Math.floor(value / 2 ** (8 * at)) & 255),
    ),
  );
}

function dosTime(time) {
  const at = new Date(time);
  const clock = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  const day = ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  return [clock, day];
}

/** `files` は道から `{ data, time }` への対応。 */
function zipped(files) {
  const parts = [];
  const directory = [];
  let at = 0;
  const entries = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, { data, time }] of entries) {
    const name = new TextEncoder().encode(path);
    const bytes = new Uint8Array(data);
    const [clock, day] = dosTime(time);
    const common = packed(
      [20, 2], [0x800, 2], [0, 2], [clock, 2], [day, 2],
      [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [name.length, 2], [0, 2],
    );
    const head = packed([0x04034b50, 4]);
    directory.push(
      packed([0x02014b50, 4], [20, 2]), common, packed([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), name,
    );
    parts.push(head, common, name, bytes);
    at += head.length + common.length + name.length + bytes.length;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = packed(
    [0x06054b50, 4], [0, 2], [0, 2], [entries.length, 2], [entries.length, 2], [size, 4], [at, 4], [0, 2],
  );
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}
