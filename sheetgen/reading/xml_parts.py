"""届いた部品の XML を、DOCTYPE と深い入れ子を断りながら読む。

OPC のとおり、宣言が何と言っていても、UTF-8 と UTF-16 だけを読む。確かめた文字と、
読む文字が同じでなければならない。XML の五つのほかの実体は DOCTYPE が要るので、出てこない。
名は接頭辞を除いて読む。ブックの中の同じ所で、二つの語彙の名が重なることはない。
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from sheetgen.reading.archive import refuse

MAX_DEPTH = 200
"""入れ子の深さの上限。Excel の部品は 30 ほどである。"""
UTF16_STARTS = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}
Attrs = dict[str, str]


@dataclass(slots=True, eq=False)
class Element:
    """一つの要素。名に接頭辞はない。``text`` は直下の文字。"""

    local: str
    attrs: Attrs
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def find(self, local: str) -> Element | None:
        """この名の最初の子。"""
        return next((child for child in self.children if child.local == local), None)

    def all(self, local: str) -> list[Element]:
        """この名の子すべて。"""
        return [child for child in self.children if child.local == local]

    def walk(self) -> Iterator[Element]:
        """自分と、下にあるすべての要素を、書かれた順に。"""
        stack = [self]
        while stack:
            one = stack.pop()
            yield one
            stack.extend(reversed(one.children))


def utf8(data: bytes, part: str) -> bytes:
    """部品を UTF-8 にそろえる。:class:`SheetgenError` (R027)。"""
    encoding = UTF16_STARTS.get(data[:2])
    if encoding is None:
        return data
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode()
    except UnicodeError:
        raise refuse("R027", part=part) from None


def local_name(name: str) -> str:
    """接頭辞を除いた名。"""
    return name.rpartition(":")[2] if ":" in name else name


def without_prefixes(attrs: Attrs) -> Attrs:
    """属性の名から接頭辞を除く。接頭辞のない同じ名があれば、そちらを残す。"""
    if ":" not in "".join(attrs):
        return attrs
    found = {local_name(name): value for name, value in attrs.items() if ":" in name}
    found.update((name, value) for name, value in attrs.items() if ":" not in name)
    return found


def run(
    chunks: Iterable[bytes],
    part: str,
    start: Callable[[str, Attrs], None],
    end: Callable[[str], None],
    characters: Callable[[str], None],
) -> None:
    """部品を順に読む。名は書かれたまま渡す。:class:`SheetgenError` (R027, R028)。"""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True

    def doctype(*_: object) -> None:
        raise refuse("R028", part=part)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise refuse("R027", part=part) from None


def tree(data: bytes, part: str) -> Element:
    """小さな部品を読み、根の要素を返す。:class:`SheetgenError` (R027, R028, R031)。"""
    root = Element("", {})
    stack = [root]
    words: list[str] = []

    def start(name: str, attrs: Attrs) -> None:
        if words:
            stack[-1].text += "".join(words)
            words.clear()
        element = Element(local_name(name), without_prefixes(attrs))
        stack[-1].children.append(element)
        stack.append(element)
        if len(stack) > MAX_DEPTH:
            raise refuse("R031", part=part)

    def end(_: str) -> None:
        element = stack.pop()
        if words:
            element.text += "".join(words)
            words.clear()

    run((utf8(data, part),), part, start, end, words.append)
    return root.children[0]
