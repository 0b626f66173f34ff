"""XML を、元のバイト列の位置として読み、書く。

出典: ECMA-376 Part 1, 22.9.2.19 (ST_Xstring)。XML に入れられない字は ``_xHHHH_`` と書く。
もともとそう見える文字は、それもまた書き換える。

書き手は、分からないものを一字も変えずに残す。そこで、XML を組み立て直さない。要素の始めと終わりを
expat に聞き、元のバイト列に変わる所だけを差し込む。
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

# 検索してから置き換える。日本語の文では、どれにも当たらないのがふつうである。
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "_": "_x005F_"}


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    return _MARKUP.get(character) or f"_x{ord(character):04X}_"


def cell_text(text: str) -> str:
    """セルの文字として書ける形にする。"""
    return _SPECIAL.sub(_escaped, text) if _SPECIAL.search(text) else text


# 属性の中の改行とタブは、そのままでは空白になってしまう。
_IN_ATTRIBUTE = re.compile('[&<>"\t\n\r]')
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
               "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}  # fmt: skip


def attribute_value(text: str) -> str:
    """XML の属性の値を、二重引用符で囲める形にする（読んだ値をそのまま書き戻すとき）。"""
    if not _IN_ATTRIBUTE.search(text):
        return text
    return _IN_ATTRIBUTE.sub(lambda match: _REFERENCES[match.group()], text)


def attribute_text(text: str) -> str:
    """人の書いた文字を、属性の値（ST_Xstring）として書ける形にする。"""
    if not _SPECIAL.search(text):
        return attribute_value(text)
    kept = _SPECIAL.sub(lambda m: m.group() if m.group() in "&<>" else _escaped(m), text)
    return attribute_value(kept)


_BOM = codecs.BOM_UTF8
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


class MarkupError(ValueError):
    """XML として読めない、または受け付けない書き方（DOCTYPE）である。"""


@dataclass(slots=True, eq=False)
class Node:
    """一つの要素とその位置。

    ``start`` から ``open_end`` までが開始タグ、``close_start`` から ``end`` までが終了タグ。
    空要素では、あとの三つが同じ。``attrs`` の名は、接頭辞も含めて書かれたまま。``text`` は、
    この要素がじかに持つ文字。
    """

    qname: str
    local: str
    uri: str
    attrs: dict[str, str]
    start: int
    open_end: int
    close_start: int = 0
    end: int = 0
    children: list[Node] = field(default_factory=list)
    text: str = ""

    @property
    def is_empty_tag(self) -> bool:
        """``<a/>`` の形で書かれているか。"""
        return self.close_start == self.open_end == self.end

    @property
    def prefix(self) -> str:
        """``x:`` のような接頭辞（なければ空）。"""
        return self.qname[: len(self.qname) - len(self.local)]

    def find(self, local: str) -> Node | None:
        """この名の最初の子。"""
        return next((child for child in self.children if child.local == local), None)

    def all(self, local: str) -> list[Node]:
        """この名の子すべて。"""
        return [child for child in self.children if child.local == local]

    def walk(self) -> Iterator[Node]:
        """自分と、下にあるすべての要素。"""
        yield self
        for child in self.children:
            yield from child.walk()

    def open_tag(self, **changes: str | None) -> bytes:
        """属性を変えた開始タグを書く。``None`` は属性を除く。空要素は空要素のまま。"""
        attrs: dict[str, str | None] = {**self.attrs, **changes}
        words = [self.qname]
        words += [f'{name}="{attribute_value(v)}"' for name, v in attrs.items() if v is not None]
        return f"<{' '.join(words)}{'/' if self.is_empty_tag else ''}>".encode()


def normalise(data: bytes) -> bytes:
    """バイト列を BOM のない UTF-8 にそろえる（OPC が許すのは UTF-8 と UTF-16）。"""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16")
        if text.startswith("<?xml"):
            text = text[text.index("?>") + 2 :]
        return _DECLARATION + text.encode()
    return data.removeprefix(_BOM)


def _end_of_tag(data: bytes, start: int) -> int:
    """``start`` から始まるタグの ``>`` の次の位置。引用符の中の ``>`` は数えない。"""
    position = start
    while True:
        close = data.index(b">", position)
        quotes = [q for q in (data.find(b'"', position, close), data.find(b"'", position, close))
                  if q >= 0]  # fmt: skip
        if not quotes:
            return close + 1
        opening = min(quotes)
        position = data.index(data[opening : opening + 1], opening + 1) + 1


def parse(data: bytes) -> Node:
    """正規化した XML を読み、根の要素を返す。:class:`MarkupError` を送出する。"""
    # OPC では UTF-8 と UTF-16 だけ。ほかの文字コードの宣言があっても、その読み方はしない。
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.ordered_attributes = False
    root: list[Node] = []
    stack: list[Node] = []
    scopes: list[dict[str, str]] = [{"": "", "xml": "http://www.w3.org/XML/1998/namespace"}]

    def start(qname: str, attrs: dict[str, str]) -> None:
        scope = scopes[-1]
        declared = {
            name[6:]: value
            for name, value in attrs.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        if declared:
            scope = {**scope, **declared}
        scopes.append(scope)
        prefix, _, local = qname.rpartition(":")
        begin = parser.CurrentByteIndex
        node = Node(qname, local, scope.get(prefix, ""), attrs, begin, _end_of_tag(data, begin))
        (stack[-1].children if stack else root).append(node)
        stack.append(node)

    def end(_qname: str) -> None:
        scopes.pop()
        node = stack.pop()
        if data[node.open_end - 2 : node.open_end] == b"/>":
            node.close_start = node.end = node.open_end
        else:
            node.close_start = parser.CurrentByteIndex
            node.end = data.index(b">", node.close_start) + 1

    def characters(text: str) -> None:
        if stack:
            stack[-1].text += text

    def doctype(*_: object) -> None:
        raise MarkupError("DOCTYPE")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise MarkupError(str(error)) from error
    return root[0]


class Splice:
    """元のバイト列への差し替えの集まり。

    差し替える所は重ならないこと。差し替えるものは何でもよく、シートごとに埋める slot は、
    そのまま断片の並びに残る。
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._changes: list[tuple[int, int, int, list[object]]] = []

    def replace(self, start: int, end: int, *pieces: object) -> None:
        """``start`` から ``end`` までを差し替える。同じ位置への挿入は、加えた順に並ぶ。"""
        self._changes.append((start, end, len(self._changes), list(pieces)))

    def insert(self, position: int, *pieces: object) -> None:
        """この位置に入れる。"""
        self.replace(position, position, *pieces)

    def remove(self, node: Node) -> None:
        """要素を取り除く。"""
        self.replace(node.start, node.end)

    def retag(self, node: Node, **changes: str | None) -> None:
        """開始タグの属性を変える。"""
        self.replace(node.start, node.open_end, node.open_tag(**changes))

    def fill(self, node: Node, *pieces: object) -> None:
        """要素の中身を差し替える。"""
        if node.is_empty_tag:
            opening = self.data[node.start : node.open_end - 2].rstrip() + b">"
            closing = f"</{node.qname}>".encode()
            self.replace(node.start, node.end, opening, *pieces, closing)
        else:
            self.replace(node.open_end, node.close_start, *pieces)

    def pieces(self) -> list[object]:
        """定数のバイト列と差し替えを、順に並べて返す。隣り合う定数は一つにまとめる。"""
        found: list[object] = []
        position = 0
        for start, end, _, replacement in sorted(self._changes, key=lambda c: c[:3]):
            if start < position:
                raise AssertionError(f"overlapping splice at byte {start}")
            found.append(self.data[position:start])
            found.extend(replacement)
            position = end
        found.append(self.data[position:])
        return _join_constants(found)

    def result(self) -> bytes:
        """差し替えたバイト列。すべての差し替えがバイト列のときだけ使える。"""
        (piece,) = self.pieces() or [b""]
        if not isinstance(piece, bytes):
            raise AssertionError("slots are left")
        return piece


def _join_constants(pieces: list[object]) -> list[object]:
    """隣り合うバイト列を一つにまとめ、空のものを除く。"""
    found: list[object] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            if not piece:
                continue
            if found and isinstance(found[-1], bytes):
                found[-1] += piece
                continue
        found.append(piece)
    return found


# fmt: off
_WORKSHEET = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects",
    "controls", "webPublishItems", "tableParts", "extLst",
)
_WORKBOOK = (
    "fileVersion", "fileSharing", "workbookPr", "AlternateContent", "revisionPtr", "absPath",
    "workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences",
    "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)


# fmt: on


def _position(parent: Node, local: str, order: tuple[str, ...]) -> int:
    later = set(order[order.index(local) + 1 :])
    return next(
        (child.start for child in parent.children if child.local in later), parent.close_start
    )


def worksheet_position(root: Node, local: str) -> int:
    """``local`` という子を入れるべき位置（バイト）。"""
    return _position(root, local, _WORKSHEET)


def workbook_position(root: Node, local: str) -> int:
    """workbook に ``local`` という子を入れるべき位置（バイト）。"""
    return _position(root, local, _WORKBOOK)
