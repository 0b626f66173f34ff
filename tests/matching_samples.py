"""見分けの試験のために、実物の様式を作り、戻ってきたブックのように手を加える。"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sheetgen.collect.answers import CollectScope, KnownItem, Matched, MatchedForm
from sheetgen.collect.matching.matched_book import match_book
from sheetgen.form.issued import Issue
from sheetgen.form.jobs import GenerateRequest
from sheetgen.form.rounds import settle_round
from sheetgen.form.template import FormTemplate
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import item_label
from sheetgen.plan.round import RoundKind
from sheetgen.plan.value import Value
from sheetgen.reading.book import BookFormat, CellKind, RawBook, RawCell, RawName, RawSheet
from sheetgen.reading.opening import read_book
from sheetgen.records.issues import load_issues
from sheetgen.records.shelf import computed_issue
from sheetgen.send.generating import generate
from sheetgen.xlsx.filled import input_name
from sheetgen.xlsx.refs import ref_of, split_area, split_ref

ITEM = "08-08"
NEIGHBOUR = "08-07"
ANSWERS: Mapping[str, Value] = {
    "years[0].result.text": "・自動販売機を３台追加した。\n・次年度も続ける。",
    "years[0].result.value": 34,
    "years[0].result.effect": 6810,
    "years[0].result.grade": "A",
}
PROBLEMS_OF_FIELDS = {"R120", "R121", "R122", "R123"}


@dataclass
class Records:
    """配布記録の口。``kept`` になければ、``make`` で求める。"""

    kept: list[Issue]
    make: Callable[[], Issue] | None = None

    def by_key(self, key: str) -> Issue | None:
        return next((one for one in self.kept if one.key == key), None)

    def for_form(self, form_id: str) -> tuple[Issue, ...]:
        return tuple(one for one in self.kept if form_id in one.forms)

    def computed(self, form_id: str) -> Issue | None:
        issue = self.make() if self.make else None
        return issue if issue and form_id in issue.forms else None


@dataclass(repr=False)
class Desk:
    """一回の照会で配ったものと、回収するときに分かっていること。"""

    issue: Issue
    asked: CollectScope
    books: list[RawBook]
    paths: list[Path]

    def __repr__(self) -> str:
        return f"Desk({self.issue.key})"

    def book_of(self, item: str) -> RawBook:
        """この実施項目の様式だけのブック（「はじめに」と一覧も付く）。"""
        form = next(one for one in self.issue.forms.values() if one.item_id == item)
        book = next(b for b in self.books if any(s.name == form.sheet for s in b.sheets))
        others = {one.sheet for one in self.issue.forms.values()} - {form.sheet}
        return replace(
            book,
            sheets=tuple(sheet for sheet in book.sheets if sheet.name not in others),
            names=tuple(name for name in book.names if name.sheet == form.sheet),
        )

    def match(self, book: RawBook, **changes: object) -> Matched:
        asked = replace(self.asked, **changes) if changes else self.asked  # type: ignore[arg-type]
        return match_book(book, "戻り.xlsx", "0" * 64, asked)

    def ref(self, path: str) -> str:
        return next(cell.ref for cell in self.issue.layout.inputs if cell.path == path)


def make_desk(
    home: Path, plan_path: Path, template: Path, kind: RoundKind, year: int | None = None
) -> Desk:
    plan_file = home / "plan.json"
    plan_file.write_bytes(plan_path.read_bytes())
    request = GenerateRequest(
        plan=plan_file, template=template, root=home, out=home / "books", round=kind, year=year
    )
    made = generate(request)
    plan = load_plan(plan_file)
    chosen = settle_round(plan, kind, year)
    (issue,), _ = load_issues(home / "issued")
    items = {
        item.id: KnownItem(item.id, item_label(measure, item), item.title)
        for _, measure, item in plan.items()
    }
    compute = functools.cache(lambda: computed_issue(plan, chosen, FormTemplate(template)))
    asked = CollectScope(
        round=chosen,
        year=chosen.year,
        municipality=plan.municipality,
        plan_title=plan.plan_title,
        items=items,
        retired=frozenset({"99-01"}),
        issues=Records([issue], compute),
    )
    paths = [book.path for book in made.books]
    return Desk(issue, asked, [read_book(path.read_bytes()) for path in paths], paths)


def form_sheet(book: RawBook) -> RawSheet:
    """様式のシート（見えるシートのうち、「はじめに」でないもの）。"""
    return next(one for one in book.sheets if not one.hidden and one.name != "はじめに")


def with_sheet(book: RawBook, sheet: RawSheet, old: str | None = None) -> RawBook:
    """同じ名（または ``old``）のシートを取り替える。名前の範囲と指す先も、名に合わせる。"""
    before = old or sheet.name
    names = tuple(
        name._replace(
            sheet=sheet.name if name.sheet == before else name.sheet,
            target=name.target.replace(f"'{before}'!", f"'{sheet.name}'!"),
        )
        for name in book.names
    )
    sheets = tuple(sheet if one.name == before else one for one in book.sheets)
    return replace(book, sheets=sheets, names=names)


def cell(value: object) -> RawCell:
    """打ち込んだセル。"""
    kind = CellKind.TEXT if isinstance(value, str) else CellKind.NUMBER
    return RawCell(kind, value)  # type: ignore[arg-type]


def put(book: RawBook, cells: Mapping[str, object]) -> RawBook:
    """様式のセルに打ち込む。``None`` は消す。"""
    sheet = form_sheet(book)
    now = {**sheet.cells}
    for ref, value in cells.items():
        now.pop(ref, None)
        if value is not None:
            now[ref] = cell(value)
    return with_sheet(book, replace(sheet, cells=now))


def answered(desk: Desk, item: str = ITEM, answers: Mapping[str, Value] = ANSWERS) -> RawBook:
    """答えを記入したブック。"""
    return put(desk.book_of(item), {desk.ref(path): value for path, value in answers.items()})


def without_names(book: RawBook) -> RawBook:
    return replace(book, names=())


def without(book: RawBook, *, carrier: bool = False, printed: bool = False,
            register: bool = False) -> RawBook:  # fmt: skip
    """目印を消す。"""
    sheet = form_sheet(book)
    gone = ("sheetgen-form/",) * carrier + ("様式ID",) * printed
    cells = {
        ref: one
        for ref, one in sheet.cells.items()
        if not (gone and isinstance(one.value, str) and one.value.startswith(gone))
    }
    book = with_sheet(book, replace(sheet, cells=cells))
    if register:
        book = replace(book, sheets=tuple(s for s in book.sheets if not s.hidden))
    return book


def values_of(form: MatchedForm, paths: Iterable[str] = ANSWERS) -> dict[str, object]:
    """見つけた中身。"""
    return {
        path: form.found[path].cell.value if form.found[path].cell else None  # type: ignore[union-attr]
        for path in paths
        if path in form.found
    }


def codes(matched: Matched) -> list[str]:
    """一冊の、すべての問題の符号。"""
    found = [problem.code for problem in matched.problems]
    for form in matched.forms:
        found += [problem.code for problem in form.problems]
    return found


@dataclass
class Table:
    """表計算ソフトのように、行と列を足したり消したりするシート。

    ``fields`` は、欄の道ごとの今のセル（None なら、消された）。
    """

    sheet: RawSheet
    names: dict[str, str | None]
    fields: dict[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, book: RawBook, desk: Desk) -> Table:
        fields = {str(one.path): one.ref for one in desk.issue.layout.inputs}
        names: dict[str, str | None] = {input_name(path): ref for path, ref in fields.items()}
        return cls(form_sheet(book), names, dict(fields))

    def insert(self, axis: int, at: int) -> None:
        """``at`` の前に一行（``axis`` 0）または一列（1）を足す。"""
        self._move(lambda number: number + (number >= at), axis)

    def delete(self, axis: int, at: int) -> None:
        """``at`` の行または列を消す。"""
        self._move(lambda number: None if number == at else number - (number > at), axis)

    def shift(self, axis: int, first: int, last: int, at: int) -> None:
        """``first`` から ``last`` の列（行）だけ、``at`` から先のセルを一つずらす。"""

        def moved(ref: str | None) -> str | None:
            if ref is None:
                return None
            place = list(split_ref(ref))
            if first <= place[1 - axis] <= last and place[axis] >= at:
                place[axis] += 1
            return ref_of(*place)

        cells = {str(moved(ref)): one for ref, one in self.sheet.cells.items()}
        self.sheet = replace(self.sheet, cells=cells)
        self.names = {name: moved(ref) for name, ref in self.names.items()}
        self.fields = {path: moved(ref) for path, ref in self.fields.items()}

    def sort(self, order: Mapping[int, int]) -> None:
        """行を並べ替える。中身だけが動き、名前は動かない。"""
        names = self.names
        self._move(lambda row: order.get(row, row), 0)
        self.names = names

    def _move(self, where: Callable[[int], int | None], axis: int) -> None:
        def moved(ref: str | None) -> str | None:
            if ref is None:
                return None
            at = list(split_ref(ref))
            new = where(at[axis])
            if new is None:
                return None
            at[axis] = new
            return ref_of(*at)

        cells = {new: one for ref, one in self.sheet.cells.items() if (new := moved(ref))}
        merged = []
        for text in self.sheet.merged:
            area = split_area(text)
            kept = [n for one in range(area[axis], area[axis + 2] + 1) if (n := where(one))]
            if kept:
                edges = [*area]
                edges[axis], edges[axis + 2] = kept[0], kept[-1]
                merged.append(f"{ref_of(edges[0], edges[1])}:{ref_of(edges[2], edges[3])}")
        rows = self.sheet.hidden_rows
        if axis == 0:
            rows = frozenset(new for row in rows if (new := where(row)))
        self.sheet = replace(self.sheet, cells=cells, merged=tuple(merged), hidden_rows=rows)
        self.names = {name: moved(ref) for name, ref in self.names.items()}
        self.fields = {path: moved(ref) for path, ref in self.fields.items()}

    def book(self, before: RawBook, names: str = "kept") -> RawBook:
        """ブックに戻す。``names`` は名前のあつかい。

        kept は Excel のようにセルとともに動かす。lost は残さない。stale は配ったときのまま（名前を
        知らないプログラムの残し方）。broken はすべて #REF!。
        """
        sheet = self.sheet
        written = {
            "kept": lambda: self.names,
            "lost": dict,
            "stale": lambda: {one.name: one.target.rpartition("!")[2].replace("$", "")
                              for one in before.names if one.name.startswith("sg.")},
            "broken": lambda: dict.fromkeys(self.names),
        }[names]()  # fmt: skip
        made = tuple(
            RawName(name, sheet.name, f"'{sheet.name}'!{_absolute(ref)}" if ref else "#REF!")
            for name, ref in written.items()
        )
        return with_sheet(replace(before, names=made), sheet)


def _absolute(ref: str) -> str:
    row, _ = split_ref(ref)
    letters = ref.rstrip("0123456789")
    return f"${letters}${row}"


def pasted_values(book: RawBook, down: int = 0, right: int = 0, name: str = "Sheet1") -> RawBook:
    """様式の値だけを、新しいブックに貼り付ける。"""
    sheet = form_sheet(book)
    cells = {}
    for ref, one in sheet.cells.items():
        row, column = split_ref(ref)
        if row not in sheet.hidden_rows:
            cells[ref_of(row + down, column + right)] = RawCell(one.kind, one.value)
    return RawBook(BookFormat.XLSX, (RawSheet(name, False, cells),))
