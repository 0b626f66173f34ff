"""シートの部品を、XML として順に読む。

何でも受け付ける道。接頭辞も、属性の順も問わず、番地のないセルも読む。流しながら読むので、
空の行が百万あっても、時間はかかるがメモリーは要らない。出典: ECMA-376 Part 1, 18.3.1。
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.archive import refuse
from sheetgen.reading.book import CellKind, RawCell, RawSheet, Remark
from sheetgen.reading.cells import (
    MAX_CELLS,
    REF,
    CellMaker,
    Text,
    UnreadableValueError,
    rich_text,
    unescape,
    within_limits,
)
from sheetgen.reading.xml_parts import MAX_DEPTH, Attrs, Element, local_name, run, without_prefixes
from sheetgen.xlsx.refs import MAX_COLUMN, MAX_ROW, column_letters, column_number

_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TRUE = frozenset({"1", "true", "on"})


@dataclass(slots=True)
class SheetContent:
    """シートの部品から読んだもの。``rows`` と ``columns`` は、隠れた行と列の（始め、終わり）。

    ``links`` は範囲と関係の ID の組。``problems`` に、シートの名はまだない。
    """

    cells: dict[str, RawCell] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)
    columns: list[tuple[int, int]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def put(self, ref: str, cell: RawCell) -> None:
        """セルを加える。:class:`SheetgenError` (R029, R037)。"""
        if ref in self.cells:
            raise SheetgenError(Problem("R037", Place(cell=ref)))
        if len(self.cells) >= MAX_CELLS:
            raise refuse("R029", limit=MAX_CELLS)
        self.cells[ref] = cell

    def merge(self, attrs: Attrs) -> None:
        """``mergeCell`` を加える。"""
        self.merged.append(attrs.get("ref", "").replace("$", ""))

    def column(self, attrs: Attrs) -> None:
        """隠れた ``col`` を加える。:class:`SheetgenError` (R032)。"""
        if attrs.get("hidden") in TRUE or is_zero(attrs.get("width")):
            first = _position(attrs.get("min"), 1, MAX_COLUMN)
            self.columns.append((first, _position(attrs.get("max"), first, MAX_COLUMN)))

    def link(self, attrs: Attrs) -> None:
        """外を指す ``hyperlink`` を加える。"""
        if attrs.get("id"):
            self.links.append((attrs.get("ref", ""), attrs["id"]))

    def hidden_rows(self) -> frozenset[int]:
        """何かが書かれている、隠れた行。"""
        if not self.rows:
            return frozenset()
        return _within({int(ref.lstrip(_LETTERS)) for ref in self.cells}, self.rows)

    def hidden_columns(self) -> frozenset[int]:
        """何かが書かれている、隠れた列。"""
        if not self.columns:
            return frozenset()
        return _within({column_number(ref.rstrip(_DIGITS)) for ref in self.cells}, self.columns)

    def sheet(self, name: str, hidden: bool, remarks: Iterable[Remark]) -> RawSheet:
        """読み終えたシート。"""
        return RawSheet(
            name=name,
            hidden=hidden,
            cells=self.cells,
            merged=tuple(self.merged),
            hidden_rows=self.hidden_rows(),
            hidden_columns=self.hidden_columns(),
            remarks=tuple(remarks),
        )

    def unreadable(self, ref: str, written: str) -> None:
        """読めない値のセル。値を捨てず、誤りの値として残す。"""
        self.problems.append(Problem("R036", Place(cell=ref), {"value": written[:50], "more": ""}))
        self.put(ref, RawCell(CellKind.ERROR, written))


def _within(used: set[int], areas: list[tuple[int, int]]) -> frozenset[int]:
    """``areas`` のどれかに入る番号。

    絞り込んだ一覧では、隠れた行も、値のある行も数千ある。一つずつ突き合わせず、並べて一度だけたどる。
    """
    found: list[int] = []
    left = iter(sorted(areas))
    first, last = next(left)
    for one in sorted(used):
        while last < one:
            area = next(left, None)
            if area is None:
                return frozenset(found)
            first, last = area
        if first <= one:
            found.append(one)
    return frozenset(found)


def on_sheet(sheet: str, problem: Problem) -> Problem:
    """問題の場所に、シートの名を加える。"""
    return Problem(problem.code, Place(sheet=sheet, cell=problem.place.cell), problem.facts)


def is_zero(text: str | None) -> bool:
    """``0``、``0.0`` のように、高さや幅が 0 と書かれているか。"""
    return text is not None and text != "" and not text.strip("0.")


class SheetParser:
    """一枚のシートを読むあいだの状態。"""

    def __init__(self, maker: CellMaker, part: str) -> None:
        self._part = part
        self.content = SheetContent()
        self._maker = maker
        self._path: list[str] = []
        self._row = self._column = 0
        self._attrs: Attrs = {}
        self._ref = ""
        self._value: str | None = None
        self._formula: str | None = None
        self._inline: Element | None = None
        self._tree: list[Element] = []
        self._words: list[str] = []
        self._listening = False
        self._shared: dict[str, str] = {}
        self._formula_attrs: Attrs = {}

    def start(self, name: str, attrs: Attrs) -> None:
        """要素の始まり。"""
        path = self._path
        local = local_name(name)
        path.append(local)
        depth = len(path)
        if depth > MAX_DEPTH:
            raise refuse("R031", part=self._part)
        attrs = without_prefixes(attrs)
        if self._tree:
            self._flush()
            element = Element(local, attrs)
            self._tree[-1].children.append(element)
            self._tree.append(element)
        elif depth == 3:
            self._outline(path[1], local, attrs)
        elif depth == 4 and local == "c" and path[1] == "sheetData":
            self._open_cell(attrs)
        elif depth == 5 and path[3] == "c" and path[1] == "sheetData":
            self._open_content(local, attrs)

    def end(self, name: str) -> None:
        """要素の終わり。"""
        local = local_name(name)
        depth = len(self._path)
        if self._tree:
            self._flush()
            self._tree.pop()
        elif depth == 5 and self._listening:
            text = "".join(self._words)
            self._listening = False
            if local == "v":
                self._value = text
            else:
                self._formula = self._formula_text(text)
        elif depth == 4 and local == "c" and self._ref:
            self._close_cell()
        self._path.pop()

    def characters(self, text: str) -> None:
        """要素の中の文字。"""
        if self._listening or self._tree:
            self._words.append(text)

    def _flush(self) -> None:
        if self._words:
            self._tree[-1].text += "".join(self._words)
            self._words.clear()

    def _outline(self, parent: str, local: str, attrs: Attrs) -> None:
        content = self.content
        if parent == "sheetData" and local == "row":
            self._row = _position(attrs.get("r"), self._row + 1, MAX_ROW)
            self._column = 0
            if attrs.get("hidden") in TRUE or is_zero(attrs.get("ht")):
                content.rows.append((self._row, self._row))
        elif parent == "mergeCells" and local == "mergeCell":
            content.merge(attrs)
        elif parent == "cols" and local == "col":
            content.column(attrs)
        elif parent == "hyperlinks" and local == "hyperlink":
            content.link(attrs)

    def _open_cell(self, attrs: Attrs) -> None:
        written = attrs.get("r", "").replace("$", "").upper()
        if not written:
            self._column += 1
            written = f"{column_letters(self._column)}{self._row}"
        if not within_limits(written):
            raise SheetgenError(Problem("R032", Place(cell=written[:20])))
        match = REF.fullmatch(written)
        assert match is not None
        self._column = column_number(match[1])
        self._ref = written
        self._attrs = attrs
        self._value = self._formula = self._inline = None

    def _open_content(self, local: str, attrs: Attrs) -> None:
        if local in ("v", "f"):
            self._listening = True
            self._words.clear()
            self._formula_attrs = attrs
        elif local == "is":
            self._inline = Element(local, attrs)
            self._words.clear()
            self._tree.append(self._inline)

    def _formula_text(self, text: str) -> str:
        """数式の文字。共有の数式の二つ目からは、最初のセルに書かれたもの。"""
        attrs = self._formula_attrs
        index = attrs.get("si", "") if attrs.get("t") == "shared" else None
        if index is None:
            return unescape(text)
        if text:
            self._shared[index] = unescape(text)
        return self._shared.get(index, "")

    def _close_cell(self) -> None:
        ref, self._ref = self._ref, ""
        inline: Text | None = None if self._inline is None else rich_text(self._inline)
        attrs = self._attrs
        try:
            cell = self._maker.make(
                attrs.get("t", ""), attrs.get("s", ""), self._value, inline, self._formula
            )
        except UnreadableValueError:
            self.content.unreadable(ref, self._value or "")
            return
        if cell is not None:
            self.content.put(ref, cell)


def _position(text: str | None, default: int, limit: int) -> int:
    """行や列の番号。:class:`SheetgenError` (R032)。"""
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= limit or len(text) > 9:
        raise SheetgenError(Problem("R032", Place(cell=text[:20])))
    return int(text)


def parse_sheet(chunks: Iterable[bytes], part: str, maker: CellMaker) -> SheetContent:
    """シートの部品を読む。

    :raises SheetgenError: XML でない（R027）、DOCTYPE がある（R028）、セルが多すぎる（R029）、
        深すぎる（R031）、Excel の範囲の外（R032）、または同じセルが二度ある（R037）。
    """
    parser = SheetParser(maker, part)
    run(chunks, part, parser.start, parser.end, parser.characters)
    return parser.content
