"""戻ってきた編集ブックを見分け、どのシートがどの表で、どのセルがどの欄かを決める。"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from sheetgen.collect.matching.chart import is_vacant, key_of
from sheetgen.collect.matching.field_cells import SheetNames, names_by_sheet
from sheetgen.collect.matching.identity import carriers_of, printed_ids
from sheetgen.messages.editing import STRAY_MORE, STRAY_ROW, STRAY_SHEET
from sheetgen.messages.quoting import excerpt, in_short
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem
from sheetgen.reading.book import RawBook, RawCell, RawSheet, RemarkKind
from sheetgen.records.edits import (
    CARRIER_NAME,
    CARRIER_VERSION,
    EditBook,
    EditCell,
    EditTable,
    parse_edit_carrier,
)
from sheetgen.xlsx.filled import input_name
from sheetgen.xlsx.refs import ref_of, split_ref
from sheetgen.year.editing.book_tables import (
    BookCell,
    BookRow,
    BookTable,
    Grid,
    IssuedRows,
    Report,
    ReturnedBook,
    TableFinder,
    folded,
    heading_row,
)
from sheetgen.year.editing.edit_fields import KEY_PATH, LISTS, EditField
from sheetgen.year.editing.rows import EditContext

Issued = Mapping[str, IssuedRows]
"""書いたときの値：並べたもの（``items`` など）、行の目印、欄の道の順に引く。"""
_BY_NAME, _BY_KEYS, _ENOUGH = 0.3, 0.2, 0.5
"""シートを見分けるときの、名の合うことと目印のあることの重さと、要る割合。"""
_MOST, _MOST_STRAYS = 5, 20


class EditMark(NamedTuple):
    """編集ブックの目印。``key`` はブックの目印、``version`` は ``sheetgen-edit/1`` の形。"""

    municipality: str
    plan: str
    key: str
    version: str


def marks_of(book: RawBook) -> dict[EditMark, list[str]]:
    """ブックにある目印と、それのあるシートの名（ブックの情報のものは空）。"""
    found: defaultdict[EditMark, list[str]] = defaultdict(list)
    for sheet in book.sheets:
        for mark in dict.fromkeys(_marks_in(sheet)):
            found[mark].append(sheet.name)
    text = book.properties.get("keywords", "")
    if CARRIER_NAME in text:
        written = _mark(text[text.index(CARRIER_NAME) :])
        if written is not None and not any(one.key == written.key for one in found):
            found[written] = []
    return dict(found)


def mark_of(book: RawBook) -> EditMark | None:
    """編集ブックの目印。違うものがあれば、シートの多いもの。なければ ``None``。"""
    found = marks_of(book)
    return max(found, key=lambda mark: len(found[mark]), default=None)


def refusals(book: RawBook, file: str, plan: Plan, record: EditBook | None) -> list[Problem]:
    """この計画の編集ブックとして読めないわけ。``record`` は、目印で引いた控え。"""
    place, marks, mark = Place(file=file), marks_of(book), mark_of(book)
    if mark is None:
        is_form = any(carriers_of(sheet) or printed_ids(sheet) for sheet in book.sheets)
        return [Problem("E011" if is_form else "E010", place)]
    if mark.version != CARRIER_VERSION:
        return [Problem("E013", place, {"version": mark.version})]
    keys = {one.key: sheets for one, sheets in marks.items() if sheets}
    if len(keys) > 1:
        listed = "、".join(f"{key}: {in_short(names, _MOST, '枚')}" for key, names in keys.items())
        return [Problem("E014", place, {"found": listed})]
    if record is not None:
        return []  # この計画の控えにある。名が違うのは、そのあとで改めたから
    found, wanted = (mark.municipality, mark.plan), (plan.municipality, plan.plan_title)
    if found != wanted:
        shown = {"found": "「".join(found) + "」", "wanted": "「".join(wanted) + "」"}
        return [Problem("E012", place, shown)]
    return [Problem("E015", place, {"key": mark.key})]


def _marks_in(sheet: RawSheet) -> list[EditMark]:
    texts = (cell.value for cell in sheet.cells.values() if isinstance(cell.value, str))
    marks = [_mark(text) for text in texts if CARRIER_NAME in text]
    return [mark for mark in marks if mark is not None]


def _mark(text: str) -> EditMark | None:
    found = parse_edit_carrier(text)
    if found is None or not found.get("book"):
        return None
    return EditMark(
        found.get("municipality", ""), found.get("plan", ""), found["book"], found["version"]
    )


def issued_values(record: EditBook, context: EditContext) -> Issued:
    """書いたときの値を、そのときの計画から求める。"""
    found: dict[str, IssuedRows] = {}
    for table in record.tables:
        paths = [one.path for one in table.columns if one.path != KEY_PATH]
        getters = {path: attrgetter(path.removeprefix("row.")) for path in paths}
        found[table.rows] = {
            row.key: {path: get(row) for path, get in getters.items()}
            for row in getattr(context, table.rows)
        }
    return found


def match_edit_book(
    book: RawBook,
    record: EditBook,
    file: str,
    issued: Issued | None = None,
    lists: Mapping[str, Sequence[EditField]] = LISTS,
) -> ReturnedBook:
    """編集ブックの表と行と欄。

    ``file`` は人に見せる名、``issued`` は書いたときの値（見出しの変わった列や、中身だけの動いた
    行を見つけるのに使う）。``lists`` は、計画の表ごとの欄。
    """
    return _Matching(book, record, file, issued or {}, lists).result()


class _Page(NamedTuple):
    """書き出した一枚のシート。"""

    sheet: str
    table: EditTable | None
    cells: tuple[EditCell, ...]

    @property
    def words(self) -> set[str]:
        """見出しと、欄の左の文字。"""
        texts = [column.heading for column in self.table.columns] if self.table else []
        return {folded(one) for one in (*texts, *(cell.label for cell in self.cells)) if one}


def _pages(record: EditBook) -> list[_Page]:
    sheets = [*(one.sheet for one in record.tables), *(one.sheet for one in record.cells)]
    names = dict.fromkeys(sheets)
    return [
        _Page(
            name,
            next((one for one in record.tables if one.sheet == name), None),
            tuple(one for one in record.cells if one.sheet == name),
        )
        for name in names
    ]


class _Matching:
    """一冊の見分け。"""

    def __init__(
        self,
        book: RawBook,
        record: EditBook,
        file: str,
        issued: Issued,
        lists: Mapping[str, Sequence[EditField]],
    ) -> None:
        self._lists = lists
        self._record, self._file, self._issued = record, file, issued
        self._problems: list[Problem] = []
        self._names = names_by_sheet(book.names)
        self._pages = _pages(record)
        self._grids: dict[str, list[Grid]] = {page.sheet: [] for page in self._pages}
        self._emptied: list[str] = []
        for sheet in book.sheets:
            self._place(sheet)
        known = {folded(name) for name, grids in self._grids.items() if not grids}
        for name in self._emptied:
            if folded(name) in known:  # 中身がほかのシートにあるなら、空のシートは何でもない
                self._report(name)("E016", None, None)

    def result(self) -> ReturnedBook:
        tables: list[BookTable] = []
        cells: dict[str, BookCell] = {}
        for page in self._pages:
            grids = self._grids[page.sheet]
            grids.sort(key=lambda grid: folded(grid.sheet.name) != folded(page.sheet))
            if grids and page.table:
                tables.append(self._table(page.table, grids))
            if grids:
                found = self._cells(page, grids)
                cells |= found
                self._outside(page, grids, {one.ref for one in found.values()})
        return ReturnedBook(self._record, tuple(tables), cells, tuple(_shortened(self._problems)))

    def _report(self, sheet: str) -> Report:
        def report(code: str, ref: str | None, label: str | None, **facts: object) -> None:
            place = Place(file=self._file, sheet=sheet, cell=ref, label=label)
            self._problems.append(Problem(code, place, facts))

        return report

    def _outside(self, page: _Page, grids: Sequence[Grid], inputs: Collection[str]) -> None:
        """表より上と、表のないシートの、書き出したときにはなかった文字。"""
        for grid in grids:
            top = heading_row(page.table, grid) if page.table else None
            self._report_words(page.sheet, grid, inputs, top)

    def _report_words(
        self, name: str, grid: Grid, inputs: Collection[str], top: int | None
    ) -> None:
        if name not in self._record.words:
            return
        known = {folded(text) for text in self._record.words[name]}
        for row in sorted(grid.rows):
            if top is not None and row >= top:
                break
            for column, cell in grid.rows[row].items():
                ref = ref_of(row, column)
                if ref not in inputs and folded(cell.value) not in known:
                    what, text = STRAY_ROW, excerpt(grid.text(row, column))
                    self._report(grid.sheet.name)("E023", ref, None, what=what, text=text)

    # ── シート ──

    def _place(self, sheet: RawSheet) -> None:
        """このシートが、書き出したどのシートかを決める。"""
        grid, is_ours = Grid(sheet), bool(_marks_in(sheet))
        for remark in sheet.remarks:
            if remark.kind is not RemarkKind.LINK:  # メールを打つだけで、リンクになる
                what, text = remark.kind.value, excerpt(remark.text.strip())
                self._report(sheet.name)("E023", remark.ref, None, what=what, text=text)
        ranks = {page.sheet: self._rank(page, grid, is_ours) for page in self._pages}
        best = max(ranks, key=lambda name: ranks[name], default=None)
        if best is not None and ranks[best] >= _ENOUGH:
            self._grids[best].append(grid)
        elif any(folded(page.sheet) == folded(sheet.name) for page in self._pages):
            self._emptied.append(sheet.name)
        elif is_ours and sheet.name in self._record.words:
            self._report_words(sheet.name, grid, (), None)
        elif grid.rows and not is_ours:
            row = min(grid.rows)
            column = min(grid.rows[row])
            text = excerpt(grid.text(row, column))
            self._report(sheet.name)("E023", ref_of(row, column), None, what=STRAY_SHEET, text=text)

    @staticmethod
    def _rank(page: _Page, grid: Grid, is_ours: bool) -> float:
        """見出しのある割合に、シートの名と行の目印を重ねたもの。"""
        words = page.words
        share = len(words & grid.words) / max(len(words), 1)
        named = folded(page.sheet) == folded(grid.sheet.name)
        keys = set(page.table.keys) if page.table else set()
        held = len(keys & grid.texts) / len(keys) if keys else 0.0
        if not (named or held or is_ours) or not (share or held):
            return 0.0  # 同じような見出しの、よその表
        return share + _BY_NAME * named + _BY_KEYS * held

    # ── 表 ──

    def _table(self, table: EditTable, grids: Sequence[Grid]) -> BookTable:
        issued = self._issued.get(table.rows, {})
        fields = self._lists.get(table.rows, ())
        finders = [
            TableFinder(table, grid, issued, self._report(grid.sheet.name), fields)
            for grid in grids
        ]
        return BookTable(table, tuple(self._merged(finders)))

    def _merged(self, finders: Sequence[TableFinder]) -> list[BookRow]:
        """何枚ものシートに分けられた表の行。同じ行が二枚にあれば、写したシートである。"""
        rows = list(finders[0].rows)
        for other in finders[1:]:
            known = {row.key: row for row in rows if row.key}
            again = [(known[row.key], row) for row in other.rows if row.key in known]
            if not again:
                rows += other.rows
                continue
            first, second = again[0]
            added = sorted(_content(row) for row in rows if row.key is None)
            more = sorted(_content(row) for row in other.rows if row.key is None)
            alike = added == more and all(_content(one) == _content(two) for one, two in again)
            sheets = f"「{first.sheet}」と「{second.sheet}」"
            ref = ref_of(second.number, 1)
            self._report(second.sheet)("E018" if alike else "E017", ref, None, sheets=sheets)
            rows += [row for row in other.rows if row.key and row.key not in known]
        return rows

    # ── 表の外の欄 ──

    def _cells(self, page: _Page, grids: Sequence[Grid]) -> dict[str, BookCell]:
        if not page.cells:
            return {}
        found = self._cells_on(page, grids[0])
        for cell in page.cells:
            if cell.path not in found:
                self._report(grids[0].sheet.name)("E022", None, cell.label, heading=cell.label)
        for grid in grids[1:]:
            again = self._cells_on(page, grid)
            both = [path for path in again if path in found]
            if not both:
                continue
            alike = all(_shown(again[path].cell) == _shown(found[path].cell) for path in both)
            sheets = f"「{grids[0].sheet.name}」と「{grid.sheet.name}」"
            code = "E018" if alike else "E017"
            self._report(grid.sheet.name)(code, again[both[0]].ref, None, sheets=sheets)
        return found

    def _cells_on(self, page: _Page, grid: Grid) -> dict[str, BookCell]:
        names = self._names.get(grid.sheet.name.casefold(), SheetNames())
        refs: dict[str, str] = {}
        for cell in page.cells:
            ref = self._cell_ref(cell, grid, names)
            if ref is not None and ref not in refs.values():
                refs[cell.path] = ref
        unmoved = all(refs.get(cell.path, cell.ref) == cell.ref for cell in page.cells)
        for cell in page.cells:
            found = _label_of(grid, cell.ref)
            if cell.path not in refs and unmoved and found and found not in page.words:
                refs[cell.path] = cell.ref
                self._report(grid.sheet.name)(
                    "E021", cell.ref, cell.label, heading=cell.label, found=excerpt(found)
                )
        return {
            path: BookCell(path, grid.sheet.name, ref, grid.cell(*split_ref(ref)))
            for path, ref in refs.items()
        }

    @staticmethod
    def _cell_ref(cell: EditCell, grid: Grid, names: SheetNames) -> str | None:
        """欄のセル。名前、位置、見出しの順に頼り、左の見出しで確かめる。"""
        named = names.cells.get(input_name(cell.path))
        wanted = folded(cell.label)
        for ref in (named, cell.ref):
            if ref is None or not wanted or grid.is_covered(*split_ref(ref)):
                continue
            if _label_of(grid, ref) == wanted:
                return ref
        spots = [
            (row, column)
            for row, columns in grid.rows.items()
            for column, one in columns.items()
            if wanted and isinstance(one.value, str) and folded(one.value) == wanted
        ]
        if len(spots) == 1:
            return _beside(grid, *spots[0])
        return named


def _shortened(problems: Sequence[Problem]) -> Iterator[Problem]:
    """欄でない所の書き込みは、一枚のシートに多ければ、数だけを知らせる。"""
    strays: Counter[str | None] = Counter()
    for one in problems:
        strays[one.place.sheet] += one.code == "E023"
        if one.code != "E023" or strays[one.place.sheet] <= _MOST_STRAYS:
            yield one
    for sheet, count in strays.items():
        if count > _MOST_STRAYS:
            what = STRAY_MORE.format(count=count - _MOST_STRAYS)
            place = Place(file=problems[0].place.file, sheet=sheet)
            yield Problem("E023", place, {"what": what, "text": "…"})


def _label_of(grid: Grid, ref: str) -> str:
    """左の、いちばん近い文字。"""
    row, column = split_ref(ref)
    left = [at for at in grid.rows.get(row, {}) if at < column]
    return folded(grid.text(row, max(left))) if left else ""


def _beside(grid: Grid, row: int, column: int) -> str:
    """見出しの右のセル。見出しが横に結合されていれば、その右。"""
    right = next(
        (right for top, left, bottom, right in grid.merged if (top, left) == (row, column)), column
    )
    written = [at for at in grid.rows.get(row, {}) if at > right]
    return ref_of(row, min(written, default=right + 1))


def _shown(cell: RawCell | None) -> str | None:
    return None if cell is None or is_vacant(cell) else key_of(cell.value)


def _content(row: BookRow) -> tuple[tuple[str, str], ...]:
    """見えている中身。"""
    return tuple(sorted((path, _shown(one.cell) or "") for path, one in row.cells.items()))
