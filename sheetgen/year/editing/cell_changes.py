"""戻った編集ブックの、書いたときと違うセルを、計画のどの値の変更かにする。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sheetgen.era import wareki
from sheetgen.messages.quoting import quoted
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.leaves import LeafKind, Steps, leaf_at, steps_of, value_at
from sheetgen.plan.omitted import fill_omitted
from sheetgen.plan.plan import Plan
from sheetgen.plan.text import LONGEST_TEXT
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem
from sheetgen.reading.book import CellKind, RawCell
from sheetgen.year.editing.book_tables import BookCell, BookRow, ReturnedBook
from sheetgen.year.editing.edit_fields import (
    CELLS,
    LISTS,
    WORDS,
    YEAR_VALUES,
    EditField,
    EditKind,
    kind_at,
    lists_of,
    text_label,
)
from sheetgen.year.editing.expecting import EditReader
from sheetgen.year.editing.rows import SEPARATOR, EditContext
from sheetgen.year.editing.typed_values import same_as_issued

Json = Any


ONLY_NEW = {
    "highlights": ("row.kind",),
    "policy_texts": ("row.policy", "row.measure", "row.label"),
    "overview": ("row.measure", "row.item_id"),
    "years": ("row.title", "row.fiscal_year"),
}
"""足した行だけに書く欄。"""
_OF_REFERENCE = ("row.reference_mark", "row.note")
_OF_ITEM = ("row.improvement", "row.policy", "row.settled", "row.indicator", "row.target")
_NEEDED = {
    "sections": ("row.order", "row.department"),
    "highlights": ("row.order", "row.policy", "row.text"),
    "overview": ("row.title",),
    "items": ("row.measure", "row.owners"),
    "grades": ("row.order",),
}
"""もとからある行で、型からは分からない、空にできない欄。"""
_FILLED = frozenset(
    {LeafKind.LINE, LeafKind.YEAR, LeafKind.MONTH, LeafKind.CODE, LeafKind.FORMAT, LeafKind.ITEM}
)
"""``null`` にできなければ、空にもできない種類。"""
_DRAFTED = {"years": ("row.year.plan", "row.year.target", "row.year.effect", "row.initiative")}
"""足した行の、実施項目を加えるときの決まりで読む欄（実施項目の行は、どの欄も）。"""
_DECIDED = ("proposals", "stale_names")
"""決めたものは、もう並べない表。前に読んだブックには、まだその行がある。"""
_UNSURE_ROWS = ("E024", "E025", "E026", "E028")
"""どの記録の行か分からない行のあるときの符号。"""
_LONGEST_SHOWN = 40


_PROPOSED = "row.proposed"
"""旧名の残る文の、替えた文の欄。見せるだけだが、人は書き換えたくなる。"""


class Edit(NamedTuple):
    """一つのセルの変更。

    ``rows`` は表（``items`` など。表の外なら空）、``key`` は行の目印。``old`` はもとの計画の値、
    ``new`` はブックの値で、計画のデータに入る形。
    """

    rows: str
    key: str
    field: EditField
    old: Json
    new: Json
    place: Place
    raw: str = ""
    rule: str = ""

    @property
    def steps(self) -> Steps | None:
        """もとの計画の中の、その値の場所。一つの値の欄でなければ ``None``。"""
        if self.field.relative is None:
            return None
        return (*steps_of(self.key), *steps_of(self.field.relative))


class NewRow(NamedTuple):
    """足された一行。``values`` は書かれた欄の値（道から）、``places`` はその場所。"""

    rows: str
    row: BookRow
    values: Mapping[str, Json]
    places: Mapping[str, Place]

    def place(self, path: str) -> Place:
        """その欄の場所。"""
        found = self.places.get(path)
        if found is not None:
            return found
        first, cell = next(iter(self.places.values())), self.row.cells.get(path)
        label = next((one.label for one in LISTS[self.rows] if one.path == path), first.label)
        return replace(first, cell=cell.ref if cell else first.cell, label=label)

    def blanks(self, needs: Sequence[tuple[str, str]]) -> list[Problem]:
        """``needs``（道と、計画のことばの入る名）のうち、何も書かれていない欄の問題。"""
        return [
            Problem("E048", self.place(path), {"label": label.format(terms=terms())})
            for path, label in needs
            if path not in self.places and self.values.get(path) in (None, "")
        ]

    @property
    def is_whole(self) -> bool:
        """書かれた欄を、どれも読めたか。読めなかった欄のことは、もう言ってある。"""
        apart = _DRAFTED.get(self.rows, ())
        return self.rows == "items" or all(
            path in self.values or path in apart for path in self.places
        )


class Lost(NamedTuple):
    """戻らなかった行。"""

    rows: str
    key: str
    place: Place


@dataclass(slots=True)
class Edits:
    """一冊の変更のすべて。

    ``texts`` は、書き換えていないものも含む、文の欄の場所（行の目印から）。``sheets`` は、表から
    それのあるシートへ。
    """

    edits: list[Edit] = field(default_factory=list)
    added: list[NewRow] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    chapters: dict[Steps, Place] = field(default_factory=dict)
    """名と文章の場所。直していないセルも。"""
    sheets: dict[str, str] = field(default_factory=dict)
    """並べたもの（``items`` など）から、そのシートの名へ。"""


def edits_of(
    book: ReturnedBook, base: Plan, context: EditContext, reader: EditReader, file: str
) -> Edits:
    """書いたときと違うセル、足された行、消された行。``context`` は書いたときの値。"""
    return _Comparing(book, base, context, reader, file).run()


class _Comparing:
    def __init__(
        self, book: ReturnedBook, base: Plan, context: EditContext, reader: EditReader, file: str
    ) -> None:
        self._book, self._context, self._reader, self._file = book, context, reader, file
        self._plan, self._lists = base, lists_of(base)
        self._tree = fill_omitted(base.model_dump(mode="json"))
        self._found = Edits(problems=list(book.problems))
        self._corrected: set[str] = set()

    def run(self) -> Edits:
        for one in CELLS:
            cell = self._book.cells.get(one.path)
            if cell is not None:
                self._cell("", "", one, cell, issued_value(self._context, one.path), None)
        for table in self._book.tables:
            rows = table.table.rows
            self._found.sheets[rows] = table.table.sheet
            written = {row.key: row for row in getattr(self._context, rows)}
            for row in table.rows:
                if row.key is None:
                    self._new_row(rows, row)
                elif row.key in written or rows in _DECIDED:
                    self._row(rows, row, written.get(row.key))
            # 目印の分からない行があれば、どの行が消えたのかは分からない。
            sheets = {table.table.sheet, *(row.sheet for row in table.rows)}
            if not any(
                one.code in _UNSURE_ROWS and one.place.sheet in sheets
                for one in self._book.problems
            ):
                place = Place(self._file, table.table.sheet)
                self._found.lost += [Lost(rows, key, place) for key in table.lost]
        self._reasons_alone()
        self._found.edits = list(self._distinct(self._found.edits))
        return self._found

    def _row(self, rows: str, row: BookRow, written: object | None) -> None:
        shown = row.cells.get(_PROPOSED) if rows == "stale_names" else None
        if shown and not same_as_issued(issued_value(written, "proposed"), shown.cell):
            place = Place(self._file, shown.sheet, shown.ref, None, "替えた文")
            self._found.problems.append(Problem("E095", place))
        for one in self._lists[rows]:
            cell = row.cells.get(one.path)
            if cell is None:
                continue
            if one.relative == "":
                place = self._place(rows, row.key or "", one, cell)
                self._found.chapters[steps_of(row.key or "")] = place
            issued = issued_value(written, one.path.partition(".")[2])
            suited, code = self._suited(rows, row.key or "", one)
            if code and not same_as_issued(issued, cell.cell):
                place = self._place(rows, row.key or "", one, cell)
                self._found.problems.append(Problem(code, place))
            elif not code:
                self._cell(rows, row.key or "", suited, cell, issued, written)

    def _suited(self, rows: str, key: str, one: EditField) -> tuple[EditField, str]:
        """その行での欄。行に当たらない欄なら、そのわけの符号。"""
        if one.path in ONLY_NEW.get(rows, ()):
            return one, "E044"
        if rows != "overview":
            return one, ""
        if value_at(self._tree, steps_of(key))["type"] == "item":
            return one, "E045" if one.path in _OF_REFERENCE else ""
        if one.path in _OF_ITEM:
            return one, "E045"
        relative = (one.relative or "").removeprefix("overview.")
        return one._replace(relative=relative, kind=EditKind.LINE), ""

    def _cell(
        self,
        rows: str,
        key: str,
        one: EditField,
        cell: BookCell,
        issued: Value,
        written: object,
    ) -> None:
        if same_as_issued(issued, cell.cell) and not _is_made_figure(one, issued, cell.cell):
            return
        if one.kind is not EditKind.REASON:
            self._corrected.add(key)
        place = self._place(rows, key, one, cell)
        read = self._read(cell.cell, one, key, written, place)
        if read is None:
            return
        old = self._old(rows, key, one, written)
        if read.value == old and type(read.value) is type(old):
            return
        if read.value in (None, "", []) and _is_needed(rows, key, one):
            facts = {"old": quoted(shown_value(old), _LONGEST_SHOWN)}
            self._found.problems.append(Problem("E085", place, facts))
            return
        self._found.edits.append(Edit(rows, key, one, old, read.value, place, read.raw, read.rule))

    def _read(
        self, cell: RawCell | None, one: EditField, key: str, written: object, place: Place
    ) -> _Read | None:
        kind = kind_at(one, key, self._plan) if key or one.relative else None
        wanted = EditKind(kind.value) if kind else one.kind
        found = self._reader.read(cell, wanted, written, one.options)
        self._found.problems += [Problem(code, place, facts) for code, facts in found.doubts]
        if not found.readable:
            if not found.doubts:
                self._found.problems.append(Problem("E042", place, {"value": found.raw}))
            return None
        value = found.value
        if value is None and one.relative is not None:
            value = self._blank(key, one)
        return _Read(value, found.raw, found.rule)

    def _old(self, rows: str, key: str, one: EditField, written: object) -> Json:
        """もとの計画の値。"""
        if one.relative is not None:
            steps = (*steps_of(key), *steps_of(one.relative))
            try:
                return value_at(self._tree, steps)
            except (LookupError, TypeError):
                return self._blank(key, one)
        name = one.path.partition(".")[2]
        if one.path == "row.initiative":
            year = str(getattr(written, "year").fiscal_year)  # noqa: B009
            return value_at(self._tree, steps_of(key)[:-2])["initiatives"].get(year)
        if one.kind in (EditKind.MEASURE, EditKind.POLICY):
            return int(str(getattr(written, name)).partition(" ")[0])
        if one.path == "founding.first_year":
            return self._tree["fiscal_years"][0] if self._context.founding.first_year else None
        return None if written is None and not rows else issued_value(written, name)

    def _blank(self, key: str, one: EditField) -> Json:
        """空のセルの値。文章の欄には ``null`` でなく空の文を、並びの欄には空の並びを入れる。"""
        if one.kind in (EditKind.OWNERS, EditKind.NAMES):
            return []
        if one.kind is EditKind.FLAG:
            return False
        leaf = leaf_at((*steps_of(key), *steps_of(one.relative or "")), self._plan)
        return None if leaf is None or leaf.nullable else ""

    def _new_row(self, rows: str, row: BookRow) -> None:
        values: dict[str, Json] = {}
        places: dict[str, Place] = {}
        for one in self._lists[rows]:
            cell = row.cells.get(one.path)
            if cell is None or same_as_issued(None, cell.cell):
                continue
            places[one.path] = place = self._place(rows, "", one, cell)
            if rows == "items" or one.path in _DRAFTED.get(rows, ()):
                continue
            read = self._reader.read(cell.cell, one.kind, None)
            self._found.problems += [Problem(code, place, facts) for code, facts in read.doubts]
            if read.readable:
                values[one.path] = read.value
        if places:
            self._found.added.append(NewRow(rows, row, values, places))

    def _reasons_alone(self) -> None:
        """実績を変えずに書いた「直したわけ」。"""
        for one in self._found.edits:
            if one.field.kind is EditKind.REASON and one.key not in self._corrected:
                self._found.problems.append(Problem("E093", one.place))

    def _place(self, rows: str, key: str, one: EditField, cell: BookCell) -> Place:
        label = one.label
        if one.relative is not None and rows == "policy_texts" and key:
            label = text_label(key, terms())
        elif one.relative is not None and rows == "overview_texts":
            leaf = leaf_at(steps_of(key)) if key else None
            label = leaf.label if leaf else label
        elif rows == WORDS:
            label = next(row.name for row in self._context.words if row.key == key)
        elif one.kind is EditKind.COUNTS and key:
            label = f"「{value_at(self._tree, steps_of(key))['grade']}」の{label}"
        if rows in ("years", "results", YEAR_VALUES) and one.path not in _OF_NO_YEAR and key:
            year = value_at(self._tree, steps_of(key))["fiscal_year"]
            label = f"{wareki(year)}の{label}"
        return Place(self._file, cell.sheet, cell.ref, None, label, self._item_of(key))

    def _item_of(self, key: str) -> str | None:
        steps = steps_of(key) if key and "/" not in key else ()
        for length in (3, 6):
            try:
                found = value_at(self._tree, steps[:length]) if len(steps) >= length else None
            except (LookupError, TypeError):
                continue
            if isinstance(found, dict) and found.get("type") == "item":
                return str(found["id"])
        return None

    def _distinct(self, edits: Sequence[Edit]) -> Iterator[Edit]:
        """同じ値を二か所で違えて直したものを挙げる。同じに直したものは一つにする。"""
        seen: dict[object, Edit] = {}
        for one in edits:
            address: object = one.steps or (one.rows, one.key, one.field.path)
            first = seen.setdefault(address, one)
            if first is one:
                yield one
            elif first.new != one.new:
                facts = {"sheet": first.place.sheet, "cell": first.place.cell}
                self._found.problems.append(Problem("E043", one.place, facts))


_OF_NO_YEAR = ("row.title", "row.fiscal_year", "row.overall_grade", "row.reason")
"""年度のない欄。ほかの欄は、どの年度のことかを名に添える。"""


class _Read(NamedTuple):
    value: Json
    raw: str
    rule: str


def _is_made_figure(one: EditField, issued: Value, cell: RawCell | None) -> bool:
    """文字で書かれていた数を、数に打ち直したか。文字の数は、どの計にも入らない。"""
    is_figure = one.kind in (EditKind.FIGURE, EditKind.MONEY)
    return (
        is_figure and isinstance(issued, str) and cell is not None and cell.kind is CellKind.NUMBER
    )


def issued_value(record: object, path: str) -> Value:
    """書いたときにセルに入れた値。"""
    for name in path.split("."):
        record = None if record is None else getattr(record, name)
    value: Value = record  # type: ignore[assignment]
    return value


def _is_needed(rows: str, key: str, one: EditField) -> bool:
    """もとからある行で、空にできない欄か。並びの文は、空にすれば除く。"""
    if one.path in _NEEDED.get(rows, ()):
        return True
    if one.relative is None or rows == "overview_texts":
        return False
    if rows == "overview" and one.kind is EditKind.LINE and one.relative in _OF_ANY_REFERENCE:
        return True
    steps = (*steps_of(key), *steps_of(one.relative))
    leaf = leaf_at(steps)
    listed = isinstance(steps[-1], int)
    return leaf is not None and not (leaf.nullable or listed) and leaf.kind in _FILLED


_OF_ANY_REFERENCE = ("title", "owners", "mark", "note")


def shown_value(value: Json) -> Value:
    """記録簿と画面に書く形。並びは「、」でつなぐ。"""
    if isinstance(value, list):
        words = [
            f"{one['department']} {one['section']}" if isinstance(one, dict) else str(one)
            for one in value
        ]
        return SEPARATOR.join(words)[:LONGEST_TEXT] or None
    if isinstance(value, bool):
        return "○" if value else None
    found: Value = value
    return found
