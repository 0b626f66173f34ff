"""編集ブックの誤った記入：一つの誤りに一つの問題があり、シート・セル・欄の名・原因・直し方を言う。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from edit_desk import ROOT, EditDesk
from edit_samples import with_results

from sheetgen.messages.catalogue import describe, message_of
from sheetgen.plan.leaves import steps_of, value_at
from sheetgen.plan.loading import parse_plan
from sheetgen.plan.saving import render_plan
from sheetgen.problems import Level
from sheetgen.reading.book import CellKind, RawCell

Cells = Mapping[tuple[str, str], object]
Write = Callable[["Book"], Cells]


class Book:
    """一冊の、セルの番地。"""

    def __init__(self, desk: EditDesk) -> None:
        self.desk = desk

    def at(self, rows: str, number: int, path: str) -> tuple[str, str]:
        """表の ``number`` 行目の欄。"""
        return self.desk.ref(rows, self.desk.table(rows).keys[number], path)

    def below(self, rows: str, path: str, number: int = 0) -> tuple[str, str]:
        """足す行の欄。"""
        return self.desk.below(rows, path, number)

    def cell(self, path: str) -> tuple[str, str]:
        """表の外の欄。"""
        found = next(one for one in self.desk.record.cells if one.path == path)
        return found.sheet, found.ref

    def gone(self, rows: str, number: int) -> Cells:
        """消した行。"""
        columns = self.desk.table(rows).columns
        return {self.at(rows, number, one.path): None for one in columns}

    def reference(self) -> int:
        """初めの再掲の行。"""
        keys = self.desk.table("overview").keys
        return next(
            at
            for at, key in enumerate(keys)
            if value_at(self.desk.tree, steps_of(key))["type"] != "item"
        )


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """実績を二つ入れた、実物の計画の編集ブック。"""
    folder = tmp_path_factory.mktemp("refusals")
    source = folder / "もと.json"
    plan = parse_plan((ROOT / "data" / "plan.json").read_bytes(), "plan.json")
    source.write_bytes(render_plan(with_results(plan)))
    return Book(EditDesk(folder, source))


def _one(rows: str, path: str, value: object, number: int = 2) -> Write:
    return lambda book: {book.at(rows, number, path): value}


def _plan(name: str, value: object) -> Write:
    return lambda book: {book.cell(f"plan.{name}"): value}


def _added(rows: str, **values: object) -> Write:
    """足した行。欄の名の ``__`` は「.」。"""
    return lambda book: {
        book.below(rows, f"row.{name.replace('__', '.')}"): value for name, value in values.items()
    }


def _twice(rows: str, **values: object) -> Write:
    """同じ二行を足す。"""
    return lambda book: {
        book.below(rows, f"row.{name.replace('__', '.')}", number): value
        for number in (1, 0)
        for name, value in values.items()
    }


REFERENCE: dict[str, object] = {
    "item_id": "08-08", "measure": "1", "title": "題", "reference_mark": "［再］",
    "owners": "課", "note": "注",
}  # fmt: skip
ERROR = RawCell(CellKind.ERROR, "#REF!")
FORMULA = RawCell(CellKind.BLANK, None, "General", "=A1")
DATE = RawCell(CellKind.DATE, "2025-03-15", "yyyy/m/d")

# 初めに書くセルが、告げるべきセル。
ONE: dict[str, tuple[Write, str]] = {
    "単位の違う数": (_one("years", "row.year.target", "34台"), "R222"),
    "ない課": (_one("items", "row.owners", "総務部 謎課", 11), "E035"),
    "ない推進項目": (_one("items", "row.measure", "99", 12), "E036"),
    "空の題名": (_one("items", "row.item.title", None, 13), "E085"),
    "空の主管課": (_one("items", "row.owners", None, 14), "E085"),
    "空の推進項目": (_one("items", "row.measure", None, 15), "E085"),
    "空の追加した年度": (_one("items", "row.introduced", None, 16), "E085"),
    "空の表示形式": (_one("items", "row.item.indicator.number_format", None, 17), "E085"),
    "空の課の名": (_one("sections", "row.section.name", None), "E085"),
    "空の部の名": (_one("sections", "row.department", None, 3), "E085"),
    "空の順": (_one("sections", "row.order", None, 4), "E085"),
    "空の主なポイントの順": (_one("highlights", "row.order", None), "E085"),
    "空の主なポイントの方針": (_one("highlights", "row.policy", None, 3), "E085"),
    "空の主なポイント": (_one("highlights", "row.text", None, 4), "E085"),
    "空の評価": (_one("grades", "row.step.grade", None), "E085"),
    "空の評価の意味": (_one("grades", "row.step.meaning", None, 1), "E085"),
    "空の概要表の題": (_one("overview", "row.title", None), "E085"),
    "空の再掲の注記": (lambda b: {b.at("overview", b.reference(), "row.note"): None}, "E085"),
    "空の基本方針の名": (_one("policy_texts", "row.text", None, 0), "E085"),
    "空の市区町村": (_plan("municipality", None), "E085"),
    "空の計画の名": (_plan("plan_title", None), "E085"),
    "年月でない": (_plan("revision.published", "春"), "E033"),
    "市区町村の番号でない": (_plan("municipality_code", "999"), "E033"),
    "年度でない": (_one("items", "row.introduced", DATE, 18), "E033"),
    "改行のある題名": (_one("items", "row.item.title", "甲\n乙", 19), "E031"),
    "計算結果のない式": (_one("items", "row.item.title", FORMULA, 20), "R201"),
    "エラー値": (_one("items", "row.item.title", ERROR, 21), "R203"),
    "数の欄のエラー値": (_one("years", "row.year.target", ERROR), "R203"),
    "長すぎる文": (_one("items", "row.item.vision", "あ" * 40000, 22), "R211"),
    "様式に入らない文": (_one("items", "row.item.vision", "あ" * 3000), "E051"),
    "知らない目印": (_one("items", "row.key", "zzz", 30), "E025"),
    "負の順": (_one("highlights", "row.order", -1, 5), "E033"),
    "ない種類": (_one("highlights", "row.kind", "注", 6), "E044"),
    "実績のわけがない": (_one("results", "row.year.result.value", 35, 1), "E046"),
    "実績のない評価": (
        lambda b: {
            b.at("results", 0, "row.year.result.grade"): "Z",
            b.at("results", 0, "row.reason"): "改めた",
        },
        "R224",
    ),
    "付けてある評価を改めた": (_one("grades", "row.step.grade", "S", 0), "E088"),
    "同じ評価": (_added("grades", step__grade="A", step__meaning="よい"), "M058"),
    "ほかの評価と同じ名": (_one("grades", "row.step.grade", "C", 1), "M058"),
    "部のない課": (_added("sections", section__name="新課"), "E048"),
    "課のない部": (_added("sections", department="総務部"), "E048"),
    "もうある課": (
        _added("sections", section__name="職員課", department="総務部"), "E086",
    ),
    "二度足した課": (_twice("sections", section__name="新課", department="総務部"), "E086"),
    "方針のない主なポイント": (_added("highlights", text="▪ 新しい"), "E048"),
    "方針の読めない主なポイント": (_added("highlights", policy="九十九", text="▪ 新しい"), "E036"),
    "ない実施項目の再掲": (_added("overview", **{**REFERENCE, "item_id": "99-99"}), "E033"),
    "足りない再掲": (
        _added("overview", **{k: v for k, v in REFERENCE.items() if k != "note"}), "E048",
    ),
    "二度足した再掲": (_twice("overview", **REFERENCE), "E086"),
    "主管課のない実施項目": (
        _added("items", owners=None, measure="1", item__title="新しい項目"), "I020",
    ),
    "ない題の年次計画": (
        _added("years", title="ない項目", fiscal_year="令和6年度", year__plan="文"), "E068",
    ),
    "年度のない年次計画": (
        _added("years", fiscal_year=None, title="ない項目", year__plan="文"), "E048",
    ),
    "もとからある方針の文章": (
        _added("policy_texts", label="基本方針の文章", policy=1, text="別の文章"), "E086",
    ),
    "飛んだ番号の方針": (_added("policy_texts", policy=9, label="基本方針", text="九"), "E063"),
    "ない欄": (_added("policy_texts", label="まえがき", policy=1, text="文"), "E062"),
    "終わりでない方針の推進項目": (
        _added("policy_texts", measure=99, policy=1, label="推進項目", text="文"), "E063",
    ),
}  # fmt: skip


LATE = ("M058", "E051", "I020", "E068")
"""計画にしてみて、初めて分かるもの。"""


def _groups(book: Book) -> list[dict[str, Cells]]:
    """行の重ならない誤りを、一冊に集める。"""
    groups: list[dict[str, Cells]] = []
    for name, (write, code) in ONE.items():
        cells = write(book)
        for group in groups:
            taken = {(sheet, _row(ref)) for held in group.values() for sheet, ref in held}
            late = {code, *(ONE[one][1] for one in group)} & set(LATE)
            if not late and not taken & {(sheet, _row(ref)) for sheet, ref in cells}:
                group[name] = cells
                break
        else:
            groups.append({name: cells})
    return groups


def _row(ref: str | None) -> str:
    return str(ref).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_one_fault_is_one_message_at_its_cell(book: Book) -> None:
    wrong = {}
    for group in _groups(book):
        outcome = book.desk.change(
            {ref: one for cells in group.values() for ref, one in cells.items()}
        )
        held = [one for one in outcome.problems if message_of(one).level is not Level.NOTE]
        told = sorted((one.code, str(one.place.sheet), _row(one.place.cell)) for one in held)
        firsts = {name: next(iter(cells)) for name, cells in group.items()}
        wanted = sorted((ONE[name][1], sheet, _row(ref)) for name, (sheet, ref) in firsts.items())
        if told != wanted:
            wrong[tuple(group)] = told, wanted
        for one in held:
            words = describe(one)
            assert one.place.file == book.desk.path.name
            assert one.place.label or "目印" in words
            assert "{" not in words
            assert "null" not in words
    assert wrong == {}


LONG = {
    "年次計画": ("years", "row.year.plan", "E051"),
    "取組方針": ("years", "row.initiative", "E051"),
    "関連所属": ("items", "row.related_sections", "F010"),
}


@pytest.mark.parametrize("name", LONG)
def test_a_text_too_long_for_the_form_is_told_at_the_cell_of_the_book(
    book: Book, name: str
) -> None:
    rows, path, code = LONG[name]
    cell = book.at(rows, 1 if rows == "years" else 0, path)
    outcome = book.desk.change({cell: "あ" * 2500})
    held = [one for one in outcome.problems if message_of(one).level is Level.ERROR]
    assert [(one.code, (one.place.sheet, one.place.cell)) for one in held] == [(code, cell)]


GONE: dict[str, tuple[Callable[[Book], Any], str]] = {
    "実施項目の行": (lambda b: b.gone("items", 5), "E060"),
    "主管課である課の行": (lambda b: b.gone("sections", 0), "E061"),
    "付けてある評価の行": (lambda b: b.gone("grades", 0), "E088"),
}


@pytest.mark.parametrize("name", GONE)
def test_a_row_that_may_not_go(book: Book, name: str) -> None:
    remove, code = GONE[name]
    cells = remove(book)
    outcome = book.desk.change(cells)
    assert [one.code for one in outcome.problems] == [code]
    place = outcome.problems[0].place
    assert (place.file, place.sheet) == (book.desk.path.name, next(iter(cells))[0])
    assert outcome.lines == ()
    assert outcome.plan == book.desk.base


def test_what_was_meant_to_say_why_without_a_change(book: Book) -> None:
    outcome = book.desk.change({book.at("results", 0, "row.reason"): "数え直した"})
    assert [(one.code, one.place.cell) for one in outcome.problems] == [
        ("E093", book.at("results", 0, "row.reason")[1])
    ]


def test_the_year_of_a_new_item_is_read_by_its_own_unit(book: Book) -> None:
    """年次計画の数は、足した実施項目の指標の単位で読み、読めなければ、そのセルで言う。"""
    item = _added("items", measure="1", owners="総務部 職員課", item__title="足した項目",
                  item__indicator__unit="台")(book)  # fmt: skip
    title = {"title": "足した項目", "fiscal_year": "令和6年度"}
    outcome = book.desk.change({**item, **_added("years", **title, year__target="34台")(book)})
    assert "R222" not in {one.code for one in outcome.problems}
    assert outcome.plan is not None
    found = next(one for _, _, one in outcome.plan.items() if one.title == "足した項目")
    assert [one.target for one in found.years if one.fiscal_year == 2024] == [34]
    outcome = book.desk.change({**item, **_added("years", **title, year__target="34件")(book)})
    told = [(one.place.sheet, one.place.cell) for one in outcome.problems if one.code == "R222"]
    assert told == [book.below("years", "row.year.target")]


def test_two_rows_of_one_year(book: Book) -> None:
    item = _added("items", measure="1", owners="総務部 職員課", item__title="足した項目")(book)
    years = _twice("years", title="足した項目", fiscal_year="令和6年度", year__plan="文")(book)
    outcome = book.desk.change({**item, **years})
    assert [one.code for one in outcome.problems if one.code != "I027"] == ["E086"]


def test_a_chapter_partly_written_is_told_at_the_cell_that_is_missing(tmp_path: Path) -> None:
    desk = EditDesk(tmp_path)
    tree = desk.tree
    tree["overview"]["philosophy"] = None
    desk.plan.write_bytes(render_plan(type(desk.base).model_validate(tree)))
    desk.write()
    keys = [key for key in desk.table("overview_texts").keys if ".philosophy." in key]
    cells = {key: desk.ref("overview_texts", key, "row.text") for key in keys}
    outcome = desk.change({cells["overview.philosophy.name"]: "理念"})
    (problem,) = outcome.problems
    assert problem.code == "M026"
    assert (problem.place.sheet, problem.place.cell) == cells["overview.philosophy.title"]
    whole = desk.change(dict.fromkeys(cells.values(), "同じ文"))
    assert whole.plan is not None
    assert whole.plan.overview.philosophy is not None
    assert whole.plan.overview.philosophy.background == ("同じ文",) * 3
    assert whole.already == 0
