"""戻ってきたシートの上で、一つの表の見出し、列、行を見つける。

行は目印の列で、列は見出しで決まる。並びと場所には頼らない。表の行でない書き込みは、失わずに
知らせる。
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from sheetgen.collect.matching.chart import is_vacant, key_of
from sheetgen.messages.editing import (
    NO_HEADING,
    STRAY_COLUMN,
    STRAY_HEADINGS,
    STRAY_LOCKED,
    STRAY_ROW,
)
from sheetgen.messages.quoting import excerpt, in_short
from sheetgen.plan.value import Value
from sheetgen.problems import Problem
from sheetgen.reading.book import RawCell, RawSheet
from sheetgen.records.edits import EditBook, EditTable
from sheetgen.xlsx.refs import Area, ref_of, split_area, split_ref
from sheetgen.year.editing.edit_fields import ADDING, KEY_PATH, EditField, EditKind
from sheetgen.year.editing.typed_values import same_as_issued

Report = Callable[..., None]
"""問題を加える。``report(code, ref, label, **facts)``。"""
IssuedRows = Mapping[str, Mapping[str, Value]]
"""書いたときの値：行の目印、欄の道の順に引く。"""
_ENOUGH = 0.5
"""同じ列、同じ見出しの行と見るのに要る、合うものの割合。"""
_FEWEST = 1 / 3
"""見出しの行と見るのに要る、見出しの割合。人の変えた見出しがあっても、行は分かる。"""
_MOST = 5
_TOTALS = re.compile(r"(?:小|総|累|部|課)?計|総?合計|平均")
_SUMMING = re.compile(r"=?(?:SUM|SUBTOTAL|AVERAGE|COUNT)")
_CLEARED = frozenset({"sections", "highlights", "overview", "items", "grades"})
"""中身を消した行を、消した行とみる表。ほかの表では、空欄も値である。"""
_IDENTITY = {
    "years": ("row.title", "row.fiscal_year"),
    "overview": ("row.item_id",),
    "sections": ("row.department", "row.section.name"),
}
"""もとからある行では、読むだけの欄のほかに、どの記録かを言う欄。"""
_BY_ROW = frozenset(
    {"sections", "overview", "items", "years", "results", "year_values", "item_values"}
)
"""どの値も、その行の記録だけのものである表。文の並ぶ表では、文を入れ替えてもよい。"""
_SORTED = 5
"""一つの列の中で、違う値がこれだけ入れ替わっていれば、列だけの並べ替えとみる。"""
_FREE = frozenset({"sections"})
"""どの記録かを言う欄も、書き換えてよい表。"""
_MANY = 3
"""書き換えてよい欄で、これだけの行が入れ替わっていれば、並べ替えとみる。"""
_UNSTEADY = {"overview": ("row.mark",)}
_FROM_RECORDS = frozenset({"proposals", "stale_names"})
"""計画のほかの記録から来て、あとから同じ値を求められない欄と、表。"""


class BookCell(NamedTuple):
    """見つけた一つの欄。``ref`` は戻ったブックでの番地。``cell`` が None なら、空のセル。"""

    path: str
    sheet: str
    ref: str
    cell: RawCell | None


class BookRow(NamedTuple):
    """表の一行。``key`` が None なら、足された行。``number`` は戻ったブックでの行の番号。

    ``cells`` は、見つかった列のすべて（``row.item.title`` などの道から）。消された列の道はない。
    """

    key: str | None
    sheet: str
    number: int
    cells: Mapping[str, BookCell]


class BookTable(NamedTuple):
    """一枚の表。``rows`` は戻ったブックでの並び。何も書かれていない足された行は入らない。"""

    table: EditTable
    rows: tuple[BookRow, ...]

    @property
    def lost(self) -> tuple[str, ...]:
        """書いたのに、戻らなかった行の目印。"""
        here = {row.key for row in self.rows}
        return tuple(key for key in self.table.keys if key not in here)


class ReturnedBook(NamedTuple):
    """見分けた編集ブック。消されたシートの表は入らない。

    ``cells`` は表の外の欄（``plan.office`` などの道から）。``problems`` は、見分けるときの問題。
    エラーがあれば、何も記録してはならない。
    """

    record: EditBook
    tables: tuple[BookTable, ...]
    cells: Mapping[str, BookCell]
    problems: tuple[Problem, ...]


def folded(text: object) -> str:
    """幅と空白の違いをならした見出し。"""
    return "".join(unicodedata.normalize("NFKC", str(text)).split()).casefold()


class Grid:
    """一枚のシートの、何か入っているセル。結合の後ろに隠れたセルを除く。"""

    def __init__(self, sheet: RawSheet) -> None:
        self.sheet = sheet
        self.merged: list[Area] = [split_area(text) for text in sheet.merged]
        self.rows: dict[int, dict[int, RawCell]] = {}
        last = max((split_ref(ref)[0] for ref in sheet.cells), default=0)
        self._merged_at: defaultdict[int, list[Area]] = defaultdict(list)
        for area in self.merged:
            for row in range(area[0], min(area[2], last) + 1):
                self._merged_at[row].append(area)
        for ref, cell in sheet.cells.items():
            if not is_vacant(cell) and not self.is_covered(*split_ref(ref)):
                row, column = split_ref(ref)
                self.rows.setdefault(row, {})[column] = cell

    def is_covered(self, row: int, column: int) -> bool:
        """結合の後ろに隠れたセルか。"""
        return any(
            left <= column <= right and (row, column) != (top, left)
            for top, left, _, right in self._merged_at.get(row, ())
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """見出しの書き方にそろえた、すべての文字。"""
        return frozenset(folded(text) for text in self.texts)

    @cached_property
    def texts(self) -> frozenset[str]:
        """すべての短い文字。"""
        return frozenset(
            cell.value.strip()
            for row in self.rows.values()
            for cell in row.values()
            if isinstance(cell.value, str) and len(cell.value) <= 200
        )

    def headings(self, row: int) -> dict[int, str]:
        """その行の、列から見出しへ。上から縦に結合された見出しも、その行のものとする。"""
        found = {
            left: folded(self.text(top, left))
            for top, left, _, _ in self._merged_at.get(row, ())
            if top < row
        }
        found |= {column: folded(cell.value) for column, cell in self.rows.get(row, {}).items()}
        return found

    def cell(self, row: int, column: int) -> RawCell | None:
        """その場所のセル。"""
        return self.rows.get(row, {}).get(column)

    def text(self, row: int, column: int) -> str:
        """その場所の文字。"""
        cell = self.cell(row, column)
        return "" if cell is None or cell.value is None else str(cell.value).strip()


def heading_row(table: EditTable, grid: Grid) -> int | None:
    """見出しの行：この表の見出しの最も多い行。同じなら、書いたときの行に近いもの。"""
    wanted = {folded(column.heading) for column in table.columns if column.heading.strip()}
    best: tuple[int, int, int] | None = None
    for number in grid.rows:
        found = len(wanted & set(grid.headings(number).values()))
        rank = (found, -abs(number - table.heading_row), number)
        if found >= len(wanted) * _FEWEST and (best is None or rank > best):
            best = rank
    return best[2] if best and wanted else None


class TableFinder:
    """一枚のシートの上の、一つの表。``rows`` は見つけた行。"""

    def __init__(
        self,
        table: EditTable,
        grid: Grid,
        issued: IssuedRows,
        report: Report,
        fields: Sequence[EditField],
    ) -> None:
        self._table, self._grid, self._issued, self._report = table, grid, issued, report
        self._keys = frozenset(table.keys)
        self._inputs = {one.path for one in fields}
        self._orders = {one.path for one in fields if one.kind is EditKind.ORDER}
        self._headings = {one.path: one.heading for one in table.columns}
        self._top = heading_row(table, grid) or 0
        self._key_at = self._key_column()
        self._numbers = sorted(grid.rows)
        self._columns: dict[str, int] = {}
        self.rows: list[BookRow] = []
        if self._key_at is None and table.keys and self._has_rows():
            report("E019", None, None, heading=self._key_label)
            return
        self._find_columns()
        self._find_rows()

    def _has_rows(self) -> bool:
        return any(number > self._top for number in self._numbers)

    def _key_column(self) -> int | None:
        """目印の列：この表の目印の最も多い列。一つもなければ、見出しの合う列。"""
        counts = Counter(
            column
            for row in self._grid.rows.values()
            for column, cell in row.items()
            if isinstance(cell.value, str) and cell.value.strip() in self._keys
        )
        if counts:
            return max(counts, key=lambda column: (counts[column], -column))
        wanted = folded(self._headings.get(KEY_PATH, ""))
        headings = self._grid.headings(self._top)
        return next((column for column, text in headings.items() if wanted == text != ""), None)

    def _key_of(self, number: int) -> str:
        return "" if self._key_at is None else self._grid.text(number, self._key_at)

    def _is_heading(self, number: int) -> bool:
        """この表の見出しばかりの行か。"""
        row = self._grid.rows.get(number, {})
        wanted = {folded(text) for text in self._headings.values() if text.strip()}
        found = sum(folded(cell.value) in wanted for cell in row.values())
        return found >= max(2, len(row) * _ENOUGH)

    # ── 列 ──

    def _find_columns(self) -> None:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for column, text in sorted(self._grid.headings(self._top).items()):
            if column != self._key_at:
                places[text].append(column)
        for one in self._table.columns:
            columns = places[folded(one.heading)] if one.heading.strip() else []
            if one.path != KEY_PATH and columns:
                self._choose(one.path, columns)
        missing = [one.path for one in self._table.columns
                   if one.path != KEY_PATH and one.path not in self._columns]  # fmt: skip
        for path in missing:
            self._find_elsewhere(path)
        self._report_columns([path for path in missing if path not in self._columns])

    def _choose(self, path: str, columns: Sequence[int]) -> None:
        """見出しの合う列。いくつもあれば、中身も同じなら初めの列、違えば決められない。"""
        contents = [
            [key_of(cell.value) if (cell := self._grid.cell(number, column)) else None
             for number in self._known_rows()]
            for column in columns
        ]  # fmt: skip
        if any(content != contents[0] for content in contents):
            found = "、".join(self._heading_ref(column) for column in columns)
            self._report("E020", self._heading_ref(columns[0]), self._headings[path],
                         heading=self._headings[path], found=found)  # fmt: skip
        self._columns[path] = columns[0]

    def _known_rows(self) -> list[int]:
        return [number for number in self._numbers if self._key_of(number) in self._keys]

    def _data_rows(self) -> list[int]:
        """見出しより下の行と、上に動いた、目印のある行。"""
        known = self._known_rows()
        top = self._top or next(iter(known), 0) - 1
        return [one for one in self._numbers if one > top or (one in known and one != self._top)]

    def _free_columns(self) -> list[int]:
        """どの欄にも決まらず、行に何か書いてある列。"""
        taken = {self._key_at, *self._columns.values()}
        columns = {column for number in self._data_rows() for column in self._grid.rows[number]}
        return sorted(columns - taken)

    def _find_elsewhere(self, path: str) -> None:
        """見出しの合わない列を、書いたときの値か、両隣の列から見つける。"""
        free = self._free_columns()
        shares = {column: self._share(path, column) for column in free}
        best = max(shares, key=lambda column: shares[column] or 0.0, default=None)
        if best is not None and (shares[best] or 0.0) >= _ENOUGH:
            rivals = [one for one in free if one != best and shares[one] == shares[best]]
            if not rivals:
                self._take(path, best)
                return
        between = self._between(path)
        unknown = between is not None and shares.get(between) is None
        if between is not None and unknown and self._grid.text(self._top, between):
            self._take(path, between)

    def _take(self, path: str, column: int) -> None:
        self._columns[path] = column
        found = self._unknown_heading(column)
        if not self._headings[path].strip():
            return  # もとから見出しのない、読むだけの列
        self._report("E021", self._heading_ref(column), self._headings[path],
                     heading=self._headings[path], found=found)  # fmt: skip

    def _share(self, path: str, column: int) -> float | None:
        """書いたときの値のうち、その列に今もある割合。比べるものがなければ ``None``。"""
        held = [
            same_as_issued(value, self._grid.cell(number, column))
            for number in self._known_rows()
            if (value := self._issued.get(self._key_of(number), {}).get(path)) not in (None, "")
        ]
        return sum(held) / len(held) if held else None

    def _between(self, path: str) -> int | None:
        """両隣の列から見た、この欄の列。どちらかの隣が動いていれば ``None``。"""
        order = [one for one in self._table.columns if one.path in (path, *self._columns)]
        at = next(number for number, one in enumerate(order) if one.path == path)
        guesses = {
            self._columns[near.path] + order[at].column - near.column
            for near in (*order[max(at - 1, 0) : at], *order[at + 1 : at + 2])
        }
        found = guesses.pop() if len(guesses) == 1 else None
        return None if found in (self._key_at, *self._columns.values()) else found

    def _unknown_heading(self, column: int) -> str:
        return excerpt(self._grid.text(self._top, column)) or NO_HEADING

    def _heading_ref(self, column: int) -> str:
        return ref_of(self._top or self._table.heading_row, column)

    def _report_columns(self, missing: Sequence[str]) -> None:
        """見つからない列と、知らない列を知らせる。"""
        free = self._free_columns()
        shown = in_short([
            f"「{self._unknown_heading(column)}」({self._heading_ref(column)})" for column in free
        ], _MOST, "列")  # fmt: skip
        for path in missing:
            label = self._headings[path]
            if path in self._inputs and free:
                self._report("E020", None, label, heading=label, found=shown)
            elif path in self._inputs:
                self._report("E022", None, label, heading=label)
        for column in () if missing else free:
            rows = [number for number in self._data_rows() if self._grid.cell(number, column)]
            what = STRAY_COLUMN.format(heading=self._unknown_heading(column))
            text = excerpt(self._grid.text(rows[0], column))
            self._report("E023", ref_of(rows[0], column), None, what=what, text=text)

    # ── 行 ──

    def _find_rows(self) -> None:
        seen: dict[str, int] = {}
        for number in self._data_rows():
            key = self._key_of(number)
            if key in self._keys:
                if key in seen:
                    self._report_twice(seen[key], number)
                    continue
                seen[key] = number
                self._add(key, number)
            else:
                self._add_unmarked(key, number)
        self._restore_keys()
        self._report_merged()
        self._report_hidden()
        if not self._report_moved():
            self._report_sorted_alone()
        self._drop_cleared()

    def _add(self, key: str | None, number: int) -> None:
        name = self._grid.sheet.name
        cells = {
            path: BookCell(path, name, ref_of(number, column), self._grid.cell(number, column))
            for path, column in self._columns.items()
        }
        self.rows.append(BookRow(key, name, number, cells))

    def _add_unmarked(self, key: str, number: int) -> None:
        """目印のない行か、知らない目印の行。"""
        row = {at: cell for at, cell in self._grid.rows[number].items() if at != self._key_at}
        columns = {at: path for path, at in self._columns.items()}
        written = [at for at in sorted(row) if columns.get(at) in self._inputs]
        first = ref_of(number, (written or sorted(row) or [self._key_at or 1])[0])
        text = excerpt(self._grid.text(*split_ref(first)))
        if self._is_heading(number):
            self._report("E023", first, None, what=STRAY_HEADINGS, text=text)
        elif key:
            ref, label = ref_of(number, self._key_at or 1), self._key_label
            self._report("E025", ref, label, found=excerpt(key), heading=label)
        elif not written or _is_total(row):
            if any(columns.get(at) for at in row) or not columns:
                self._report("E023", first, None, what=STRAY_ROW, text=text)
            # 知らない列だけの書き込みは、その列のこととして知らせてある。
        elif self._table.rows not in ADDING:
            self._report("E026", first, None, text=text)
        else:
            self._add(None, number)

    def _restore_keys(self) -> None:
        """目印だけの消えた行。どの記録かを言う欄が書いたときのままなら、その記録の行である。"""
        paths = self._record_paths()
        lost = defaultdict(list)
        for key in set(self._table.keys) - {row.key for row in self.rows}:
            lost[self._issued_content(key, paths)].append(key)
        for at, row in enumerate(self.rows):
            keys = [] if row.key or not paths else lost.get(self._content(row, paths), [])
            if len(keys) == 1 and any(self._issued_content(keys[0], paths)):
                self.rows[at] = row._replace(key=keys.pop())
                self._report("E037", ref_of(row.number, self._key_at or 1), None,
                             row=f"{row.number}行目")  # fmt: skip

    def _record_paths(self) -> list[str]:
        """どの記録の行かを決める欄。"""
        is_free = self._table.rows in _FREE
        return [path for path in self._identity() if path in self._inputs or not is_free]

    def _report_twice(self, first: int, second: int) -> None:
        """行を写して、同じ目印が二つある。"""
        one, other = (ref_of(number, self._key_at or 1) for number in (first, second))
        label = self._key_label
        self._report("E024", other, label, first=one, second=other, heading=label)

    @property
    def _key_label(self) -> str:
        """目印の列の見出し。"""
        return self._headings.get(KEY_PATH, "")

    def _report_merged(self) -> None:
        """いくつもの欄にまたがる結合。後ろの欄は空に見えるが、空にしたのではない。"""
        numbers = {row.number for row in self.rows}
        for top, left, bottom, right in self._grid.merged:
            rows = [number for number in numbers if top <= number <= bottom]
            paths = [path for path, at in self._columns.items() if left <= at <= right]
            if len(rows) * len(paths) > 1 and not self._inputs.isdisjoint(paths):
                area = f"{ref_of(top, left)}:{ref_of(bottom, right)}"
                self._report("E027", ref_of(top, left), None, area=area)

    def _report_sorted_alone(self) -> None:
        """一つの列だけの並べ替え。値は一つも増えず、減りもせず、行だけが入れ替わっている。"""
        rows = [row for row in self.rows if row.key in self._issued]
        for path in self._columns if self._table.rows in _BY_ROW else ():
            moved = [row for row in rows if self._changed(row, (path,))]
            here = Counter(self._content(row, (path,)) for row in moved)
            before = Counter(self._issued_content(row.key or "", (path,)) for row in moved)
            if here == before and len(here) >= _SORTED and path not in self._orders:
                ref, label = moved[0].cells[path].ref, self._headings[path]
                self._report("E038", ref, label, heading=label, count=len(moved))

    def _report_hidden(self) -> None:
        """隠れた行の、足したものと直したもの。"""
        inputs = [path for path in self._columns if path in self._inputs]
        hidden = [row for row in self.rows if row.number in self._grid.sheet.hidden_rows]
        changed = [row for row in hidden if row.key is None or self._changed(row, inputs)]
        if changed:
            self._report("E030", None, None, rows=_numbers(changed))

    def _report_moved(self) -> bool:
        """目印を残して中身だけが動いた行と、読むだけの欄の書き換え。行が動いていれば真。"""
        paths = self._identity()
        changes = {
            row.key: changed
            for row in self.rows
            if row.key and (changed := self._changed(row, paths))
        }
        moved = self._moved(changes)
        if moved:
            self._report("E028", ref_of(moved[0].number, self._key_at or 1), self._key_label,
                         count=len(moved), rows=_numbers(moved))  # fmt: skip
        for row in self.rows:
            for path in changes.get(row.key or "", ()) if row not in moved else ():
                if path not in self._inputs and (cell := row.cells[path].cell) is not None:
                    what = STRAY_LOCKED.format(heading=self._headings[path])
                    self._report("E023", row.cells[path].ref, self._headings[path], what=what,
                                 text=excerpt(str(cell.value)))  # fmt: skip
        return bool(moved)

    def _changed(self, row: BookRow, paths: Sequence[str]) -> list[str]:
        """書いたときのままでない欄。"""
        issued = self._issued.get(row.key or "", {})
        return [
            path for path in paths
            if path in issued and path in row.cells
            and not same_as_issued(issued[path], row.cells[path].cell)
        ]  # fmt: skip

    def _moved(self, changes: Mapping[str, Sequence[str]]) -> list[BookRow]:
        """別の行の中身が入っている行。

        課は、名を変えて別の課と一つにすることもある。もとの行からもその名がなくなり、行の間で入れ
        替わっているときだけ、動いたとみる。
        """
        paths = self._record_paths()
        owners: dict[tuple[str | None, ...], str] = {}
        for key in self._table.keys:
            owners.setdefault(self._issued_content(key, paths), key)
        held = {row.key: self._content(row, paths) for row in self.rows if row.key}
        moved = [row for row in self.rows if row.key and row.key in changes
                 and owners.get(held[row.key], row.key) != row.key]  # fmt: skip
        if self._table.rows not in _FREE:
            return moved
        moved = [row for row in moved if row.key and owners[held[row.key]] in changes]
        here = {held[row.key] for row in moved if row.key}
        before = {self._issued_content(row.key, paths) for row in moved if row.key}
        return moved if here == before or len(moved) >= _MANY else []

    def _issued_content(self, key: str, paths: Sequence[str]) -> tuple[str | None, ...]:
        issued = self._issued.get(key, {})
        return tuple(key_of(issued.get(path)) for path in paths)

    @staticmethod
    def _content(row: BookRow, paths: Sequence[str]) -> tuple[str | None, ...]:
        return tuple(
            key_of(cell.value) if (cell := row.cells[path].cell) else None for path in paths
        )

    def _identity(self) -> tuple[str, ...]:
        """どの記録の行かを言う欄と、読むだけの欄。"""
        if self._table.rows in _FROM_RECORDS:
            return ()
        own = _IDENTITY.get(self._table.rows, ())
        loose = _UNSTEADY.get(self._table.rows, ())
        return tuple(
            path for path in self._columns
            if path in own or (path not in self._inputs and path not in loose)
        )  # fmt: skip

    def _drop_cleared(self) -> None:
        """中身がすべて消され、目印だけが残った行を、消した行とする。"""
        if self._table.rows not in _CLEARED:
            return
        inputs = [path for path in self._columns if path in self._inputs - self._orders]
        whole = all(one.path in self._columns for one in self._table.columns
                    if one.path in self._inputs)  # fmt: skip

        def is_cleared(row: BookRow) -> bool:
            issued = self._issued.get(row.key or "")
            held = whole if issued is None else any(issued.get(p) not in (None, "") for p in inputs)
            return bool(row.key and inputs and held) and all(
                row.cells[path].cell is None for path in inputs
            )

        cleared = [row for row in self.rows if is_cleared(row)]
        if cleared:
            self.rows = [row for row in self.rows if row not in cleared]
            self._report("E029", None, None, rows=_numbers(cleared))


def _is_total(row: Mapping[int, RawCell]) -> bool:
    """計の行か：初めの文字が計を言うか、集める式がある。"""
    words = [cell.value for _, cell in sorted(row.items()) if isinstance(cell.value, str)]
    summing = any(cell.formula and _SUMMING.match(cell.formula) for cell in row.values())
    return summing or bool(words and _TOTALS.fullmatch(folded(words[0])))


def _numbers(rows: Sequence[BookRow]) -> str:
    return in_short([f"{row.number}行目" for row in rows], _MOST, "行")
