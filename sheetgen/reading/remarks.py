"""セルの外の書き込み: コメント、図形の文字、画像。

出典: ECMA-376 Part 1, 18.7（コメント）、20.5（図形）、[MS-XLSX] 2.6.205（スレッド形式のコメント）。
VML は Excel の書くままで、XML とは限らない。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading.archive import Archive
from sheetgen.reading.book import Remark, RemarkKind
from sheetgen.reading.cells import rich_text, unescape
from sheetgen.reading.relations import Relation, Relations
from sheetgen.reading.xml_parts import Element, tree, utf8
from sheetgen.xlsx.refs import MAX_COLUMN, MAX_ROW, column_letters

_ANCHORS = {"twoCellAnchor", "oneCellAnchor", "absoluteAnchor"}
_NOTE = "Note"


# Excel の VML では、閉じていない <br> が XML を壊す。
_BREAKS = (b"<br>", b"<BR>", b"<br/>", b"<br />")
_Reader = Callable[[str], Iterator[Remark]]


class RemarkReader:
    """一枚のシートの関係から、書き込みを集める。読めない部品は参考として知らせる。"""

    def __init__(self, archive: Archive, relations: Relations) -> None:
        self._archive = archive
        self._relations = relations
        self.problems: list[Problem] = []

    def read(self, found: list[Relation], links: list[tuple[str, str]]) -> list[Remark]:
        """書き込みを、種類ごとに書かれた順で返す。"""
        threads: dict[str | None, list[Remark]] = {}
        for remark in self._each(found, "threadedComment", self._threads):
            threads.setdefault(remark.ref, []).append(remark)
        # 会話になったコメントは、古い形のコメントにも案内文とともに写されている。
        remarks = [
            remark
            for remark in self._each(found, "comments", self._comments)
            if remark.ref not in threads
        ]
        remarks += [remark for replies in threads.values() for remark in replies]
        remarks += self._each(found, "drawing", self._drawing)
        remarks += self._each(found, "vmlDrawing", self._vml)
        targets = {one.id: one.target for one in found if one.external and one.kind == "hyperlink"}
        for ref, key in links:
            if key in targets:
                remarks.append(Remark(RemarkKind.LINK, targets[key], ref))
        return remarks

    def _each(self, found: list[Relation], kind: str, reader: _Reader) -> list[Remark]:
        remarks: list[Remark] = []
        for one in found:
            if one.kind != kind or one.external:
                continue
            try:
                remarks += reader(one.target)
            except SheetgenError:
                self.problems.append(Problem("R045", facts={"part": one.target}))
        return remarks

    def _comments(self, part: str) -> Iterator[Remark]:
        root = self._relations.tree(part)
        for node in root.walk():
            text = node.find("text") if node.local == "comment" else None
            if text is not None:
                value = rich_text(text).value
                if value.strip():
                    yield Remark(RemarkKind.COMMENT, value, node.attrs.get("ref"))

    def _threads(self, part: str) -> Iterator[Remark]:
        for node in self._relations.tree(part).all("threadedComment"):
            text = node.find("text")
            if text is not None and text.text.strip():
                yield Remark(RemarkKind.COMMENT, unescape(text.text), node.attrs.get("ref"))

    def _drawing(self, part: str) -> Iterator[Remark]:
        for anchor in self._relations.tree(part).walk():
            if anchor.local in _ANCHORS:
                yield from _shapes(anchor, _anchor_ref(anchor))
        for one in self._relations.of(part):
            # SmartArt の文字は、図の外の部品にある。
            if one.kind == "diagramData" and not one.external:
                text = _paragraphs(self._relations.tree(one.target))
                if text.strip():
                    yield Remark(RemarkKind.TEXT_BOX, text)

    def _vml(self, part: str) -> Iterator[Remark]:
        data = utf8(self._archive.read(part), part)
        for word in _BREAKS:
            data = data.replace(word, b"&#10;")
        for shape in tree(data, part).walk():
            client = shape.find("ClientData")
            box = shape.find("textbox")
            if box is None or (client is not None and client.attrs.get("ObjectType") == _NOTE):
                continue
            words = _vml_text(box)
            if words.strip():
                yield Remark(RemarkKind.TEXT_BOX, words, _vml_ref(client))


def _shapes(anchor: Element, ref: str | None) -> Iterator[Remark]:
    """図形の文字と画像。同じ図形の、古い読み手のための写しは読まない。"""
    stack = list(reversed(anchor.children))
    while stack:
        node = stack.pop()
        if node.local == "sp":
            text = _paragraphs(node)
            if text.strip():
                yield Remark(RemarkKind.TEXT_BOX, text, ref)
        elif node.local == "pic":
            name = next((one for one in node.walk() if one.local == "cNvPr"), None)
            label = (name.attrs.get("descr") or name.attrs.get("name")) if name is not None else ""
            yield Remark(RemarkKind.PICTURE, label or "", ref)
        elif node.local != "Fallback":
            stack.extend(reversed(node.children))


def _paragraphs(node: Element) -> str:
    """DrawingML の文字。段落は改行にする。"""
    lines = []
    for paragraph in node.walk():
        if paragraph.local != "p":
            continue
        words = []
        for one in paragraph.walk():
            if one.local == "t":
                words.append(one.text)
            elif one.local == "br":
                words.append("\n")
        lines.append("".join(words))
    return "\n".join(lines).strip("\n")


def _vml_text(box: Element) -> str:
    words: list[str] = []
    for one in box.walk():
        if one.local.lower() == "div" and words:
            words.append("\n")
        words.append(one.text.strip())
    return "".join(words).strip()


def _anchor_ref(anchor: Element) -> str | None:
    start = anchor.find("from")
    if start is None:
        return None
    column, row = start.find("col"), start.find("row")
    return _ref(column.text if column else "", row.text if row else "")


def _vml_ref(client: Element | None) -> str | None:
    """``x:Anchor`` の始めの列と行。"""
    anchor = client.find("Anchor") if client is not None else None
    words = anchor.text.split(",") if anchor is not None else []
    return _ref(words[0].strip(), words[2].strip()) if len(words) > 2 else None


def _ref(column: str, row: str) -> str | None:
    """0 から数えた列と行を、番地にする。"""
    if not (column.isascii() and column.isdigit() and row.isascii() and row.isdigit()):
        return None
    if len(column) > 7 or len(row) > 7 or int(column) >= MAX_COLUMN or int(row) >= MAX_ROW:
        return None
    return f"{column_letters(int(column) + 1)}{int(row) + 1}"
