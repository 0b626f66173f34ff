"""手で組み立てた Outlook のメッセージ（``.msg``）。入れ物（OLE2）から、性質の並びまで。

出典: [MS-CFB]、[MS-OXMSG] 2.1～2.4。
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


class _Writer:
    """入れ物を組み立てる。4 KiB に満たない流れは、小さな流れの集まりに入れる。"""

    def __init__(self) -> None:
        self.fat: list[int] = []
        self.body = b""
        self.mini_fat: list[int] = []
        self.mini = b""
        self.entries: list[list[object]] = []

    def add(self, name: str, kind: int) -> int:
        self.entries.append([name, kind, _END if kind != 1 else 0, 0, _FREE, _FREE])
        return len(self.entries) - 1

    def fill(self, parent: int, tree: Tree) -> None:
        last = None
        for name in sorted(tree, key=lambda one: (len(one), one.upper())):
            inner = tree[name]
            here = self.add(name, 2 if isinstance(inner, bytes) else 1)
            self.entries[parent if last is None else last][5 if last is None else 4] = here
            last = here
            if isinstance(inner, bytes):
                self.entries[here][3] = len(inner)
                if inner:
                    self.entries[here][2] = self._stored(inner)
            else:
                self.fill(here, inner)

    def _stored(self, data: bytes) -> int:
        if len(data) >= _CUTOFF:
            return self.chain(data)
        start = len(self.mini_fat)
        count = -(-len(data) // _MINI)
        self.mini_fat += [*range(start + 1, start + count), _END]
        self.mini += data.ljust(count * _MINI, b"\0")
        return start

    def chain(self, data: bytes) -> int:
        start = len(self.fat)
        count = -(-len(data) // _SECTOR)
        self.fat += [*range(start + 1, start + count), _END]
        self.body += data.ljust(count * _SECTOR, b"\0")
        return start


def nested_compound(tree: Tree) -> bytes:
    """流れと、入れ物の中の入れ物を持つ複合ファイル。"""
    made = _Writer()
    root = made.add("Root Entry", 5)
    made.fill(root, tree)
    if made.mini:
        made.entries[root][2:4] = [made.chain(made.mini), len(made.mini)]
    minis = struct.pack(f"<{len(made.mini_fat)}I", *made.mini_fat)
    mini_at = (
        made.chain(minis.ljust(-(-len(minis) // _SECTOR) * _SECTOR, b"\xff")) if minis else _END
    )
    directory = b"".join(map(_entry, made.entries))
    directory_at = made.chain(directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0"))
    tables = -(-len(made.fat) // (_SECTOR // 4 - 1))
    at = len(made.fat)
    fat = made.fat + [_FAT] * tables
    fat += [_FREE] * (_SECTOR // 4 * tables - len(fat))
    assert tables <= 109
    head = struct.pack(
        "<8s16x5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, tables, directory_at, 0, _CUTOFF, mini_at, -(-len(minis) // _SECTOR), _END, 0,
    )  # fmt: skip
    head += struct.pack("<109I", *range(at, at + tables), *[_FREE] * (109 - tables))
    return head + made.body + struct.pack(f"<{len(fat)}I", *fat)


def _entry(row: Sequence[object]) -> bytes:
    name, kind, start, size, right, child = row
    words = str(name).encode("utf-16-le") + b"\0\0"
    assert len(words) <= 64
    return (
        words.ljust(64, b"\0")
        + struct.pack("<HBB3I", len(words), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


@dataclass(frozen=True)
class Attached:
    """``.msg`` の一つの添付。``data`` が :class:`Outlook` なら、添付されたメッセージ。

    ``narrow`` があれば、名をその符号（cp932 など）で書く。
    """

    name: str
    data: bytes | Outlook
    mime: str = ""
    content_id: str = ""
    hidden: bool = False
    narrow: str = ""


@dataclass(frozen=True)
class Outlook:
    """``.msg`` の一通。``headers`` は、届いたメールの見出し。"""

    subject: str = "照会の回答"
    sender: str = "経営企画課"
    address: str = "kikaku@example.lg.jp"
    sent: datetime | None = datetime(2024, 7, 20, 0, 15, tzinfo=UTC)
    attachments: tuple[Attached, ...] = ()
    headers: str = ""
    code_page: int | None = None
    message_class: str = "IPM.Note"


def outlook(mail: Outlook) -> bytes:
    """``.msg`` のファイルの中身。"""
    return nested_compound({"__nameid_version1.0": _NAMES, **_message(mail, inner=False)})


_NAMES: Tree = {f"__substg1.0_{one}0102": b"" for one in ("0002", "0003", "0004")}


def _message(mail: Outlook, *, inner: bool) -> Tree:
    values: list[tuple[int, object]] = [
        (0x001A, mail.message_class), (0x0037, mail.subject), (0x0C1A, mail.sender),
        (0x5D01, mail.address), (0x1000, "本文"), (0x340D, 0x40E79),
    ]  # fmt: skip
    if mail.sent:
        values.append((0x0039, mail.sent))
    if mail.headers:
        values.append((0x007D, mail.headers))
    if mail.code_page:
        values.append((0x3FFD, mail.code_page))
    count = len(mail.attachments)
    head = struct.pack("<8x4I", 0, count, 0, count) + (b"" if inner else bytes(8))
    tree: dict[str, bytes | Tree] = dict(_properties(head, values))
    for number, one in enumerate(mail.attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = _attachment(number, one)
    return tree


def _attachment(number: int, one: Attached) -> Tree:
    method = 5 if isinstance(one.data, Outlook) else 1
    values: list[tuple[int, object]] = [(0x0E21, number), (0x3705, method)]
    name = one.name.encode(one.narrow) if one.narrow else one.name
    values += [(0x3707, name), (0x370E, one.mime)] if one.mime else [(0x3707, name)]
    if one.content_id:
        values.append((0x3712, one.content_id))
    if one.hidden:
        values.append((0x7FFE, True))
    tree: dict[str, bytes | Tree] = dict(_properties(bytes(8), values, narrow=bool(one.narrow)))
    if isinstance(one.data, Outlook):
        tree["__substg1.0_3701000D"] = _message(one.data, inner=True)
        more = struct.pack("<HHII4x", 0x000D, 0x3701, 6, 0xFFFFFFFF)
    else:
        tree["__substg1.0_37010102"] = one.data
        more = struct.pack("<HHII4x", 0x0102, 0x3701, 6, len(one.data))
    stream = tree["__properties_version1.0"]
    assert isinstance(stream, bytes)
    tree["__properties_version1.0"] = stream + more
    return tree


def _properties(
    head: bytes, values: Sequence[tuple[int, object]], *, narrow: bool = False
) -> dict[str, bytes]:
    """性質の並びと、文字の流れ。``narrow`` なら、バイト列は一バイト系の文字とする。"""
    streams = {}
    rows = [head]
    for number, value in values:
        if isinstance(value, bool):
            rows.append(struct.pack("<HHIQ", 0x000B, number, 6, int(value)))
        elif isinstance(value, int):
            rows.append(struct.pack("<HHIQ", 0x0003, number, 6, value))
        elif isinstance(value, datetime):
            since = value - datetime(1601, 1, 1, tzinfo=UTC)
            ticks = (since.days * 86400 + since.seconds) * 10**7
            rows.append(struct.pack("<HHIQ", 0x0040, number, 6, ticks))
        else:
            kind = 0x001E if isinstance(value, bytes) else 0x001F
            raw = value if isinstance(value, bytes) else str(value).encode("utf-16-le")
            streams[f"__substg1.0_{number:04X}{kind:04X}"] = raw
            rows.append(struct.pack("<HHII4x", kind, number, 6, len(raw) + 2))
    return {"__properties_version1.0": b"".join(rows), **streams}
