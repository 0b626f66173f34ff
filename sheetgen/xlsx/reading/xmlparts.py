"""届いた部品の XML を、DOCTYPE と深い入れ子を断りながら読む。

Only UTF-8 and UTF-16 are read, as OPC says, whatever the declaration claims.  No
entity beyond the five of XML can occur, because every one needs a DOCTYPE.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from sheetgen.xlsx.reading.archive import refuse

MAX_DEPTH = 200
"""入れ子の深さの上限。Excel の部品は 30 ほどである。"""

_UTF16 = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}

Start = Callable[[str, str, dict[str, str]], None]
End = Callable[[str], None]


@dataclass(slots=True, eq=False)
class Element:
    """一つの要素。``attrs`` の名から接頭辞は除いてある。``text`` は直下の文字。"""

    local: str
    uri: str
    attrs: dict[str, str]
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
    """部品を、BOM も宣言もない UTF-8 にそろえる。:class:`SheetgenError` (R027)。"""
    encoding = _UTF16.get(data[:2])
    try:
        text = data.decode(encoding or "utf-8-sig").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise refuse("R027", part=part) from None
    if text.startswith("<?xml"):
        text = text[text.find("?>") + 2 :]
    return text.encode()


def split_name(name: str) -> tuple[str, str]:
    """expat の ``uri}local`` を分ける。"""
    uri, _, local = name.rpartition("}")
    return uri, local


def run(
    chunks: Iterable[bytes],
    part: str,
    start: Start,
    end: End,
    characters: Callable[[str], None],
) -> None:
    """部品を順に読む。:class:`SheetgenError` (R027, R028, R031)。"""
    # 宣言された文字コードに従わない: 点検した文字と、読む文字が違ってはならない。
    parser = expat.ParserCreate("utf-8", namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def opened(name: str, attrs: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise refuse("R031", part=part)
        uri, local = split_name(name)
        start(uri, local, {key.rpartition("}")[2]: value for key, value in attrs.items()})

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition("}")[2])

    def doctype(*_: object) -> None:
        raise refuse("R028", part=part)

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise refuse("R027", part=part) from None


def tree(data: bytes, part: str) -> Element:
    """小さな部品を読み、根の要素を返す。"""
    root = Element("", "", {})
    stack = [root]
    words: list[str] = []

    def start(uri: str, local: str, attrs: dict[str, str]) -> None:
        flush()
        element = Element(local, uri, attrs)
        stack[-1].children.append(element)
        stack.append(element)

    def flush() -> None:
        if words:
            stack[-1].text += "".join(words)
            words.clear()

    def end(_: str) -> None:
        flush()
        stack.pop()

    run((utf8(data, part),), part, start, end, words.append)
    return root.children[0]
