"""空の編集ブックに書いて計画を立てる：一冊で始まり、直すところはセルとともに告げ、半端に書かない。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import second_city
from edit_desk import OfficeBook

import sheetgen
from sheetgen.cli.boundary import main
from sheetgen.form.shipped_templates import find_templates
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.problems import SheetgenError
from sheetgen.records.edits import load_edit_book
from sheetgen.year.editing.founding_book import found_from_book
from sheetgen.year.starting_points import point_of, starting_point

BOOK = "計画の編集.xlsx"
NAMES = {
    "plan.municipality": "みなと市",
    "plan.plan_title": "みなと市行政改革プラン",
    "plan.office": "総務部 企画課",
    "founding.first_year": "R8",
    "founding.years": 4,
}
SECTIONS = (("総務部", "企画課"), ("総務部", "財政課"), ("市民部", "市民課"))
NOTE = "概要表の☆の文章"
POLICIES: tuple[tuple[int, str, str], ...] = (
    (0, "基本方針", "市民サービス"),
    (1, "基本方針の文章", "市民の手間を減らす。"),
    (2, "推進項目", "窓口"),
    (3, "推進項目", "相談"),
    (7, "基本方針", "財政"),
    (9, "推進項目", "歳入"),
    (10, NOTE, "☆税外収入をふやす"),
)
"""空の編集ブックの、何行目に、何を、どう書くか。間の行は空のままにする。"""
ITEM = {
    "measure": "窓口",
    "item.title": "窓口の統合",
    "owners": "市民部 市民課",
    "related_sections": "企画課",
    "item.improvement": "● 窓口をまとめる。",
    "item.current_state": "◆ 分かれている。",
    "item.vision": "■ 一か所で済む。",
    "item.indicator.name": "待ち時間",
    "item.indicator.unit": "分",
    "item.indicator.current": 12.5,
    "item.indicator.target": 8.0,
    "item.indicator.number_format": "0.0",
}
YEARS = (2026, 2027, 2028, 2029)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """空の編集ブックを置いたフォルダー。"""
    folder = tmp_path_factory.mktemp("init") / "みなと市"
    assert sheetgen.init_blank(folder) == folder / BOOK
    return folder


def _open(folder: Path) -> OfficeBook:
    return OfficeBook(folder / BOOK, folder / "data" / "plan.json")


def fill_city(book: OfficeBook) -> None:
    """よその市の計画を、すべて書く。"""
    for path, value in NAMES.items():
        book.set(path, value)
    for at, (department, section) in enumerate(SECTIONS):
        book.add("sections", {"department": department, "section.name": section}, at)
    for at, label, text in POLICIES:
        book.add("policy_texts", {"label": label, "text": text}, at)
    book.add("items", ITEM)
    book.add("items", {"measure": "3", "item.title": "広告", "owners": "財政課"}, 1)
    for at, year in enumerate(YEARS):
        row = {
            "title": "窓口の統合",
            "fiscal_year": f"令和{year - 2018}年度",
            "year.plan": "・まとめる。",
            "year.target": 12.0 - at,
            "year.effect": 100 + at,
            "initiative": f"■ {year}年度の方針",
        }
        book.add("years", row, at)
    for key, (grade, meaning) in zip(
        book.keys("grades"), (("S", "上"), ("A", "中"), ("B", "下"), (None, None)), strict=True
    ):
        book.put("grades", key, "step.grade", grade)
        book.put("grades", key, "step.meaning", meaning)
        if grade is None:
            book.put("grades", key, "key", None)
            book.put("grades", key, "order", None)
    book.put("overview_texts", "overview.philosophy.title", "text", "基本理念")
    book.put("overview_texts", "overview.philosophy.name", "text", "ともに")
    book.put("overview_texts", "overview.philosophy.background[0]", "text", "背景である。")


@pytest.mark.parametrize(
    ("kind", "levels"), [("二次評価型", ("改革の柱",)), ("KPI型", ("基本目標", "施策"))]
)
def test_the_book_is_of_the_chosen_kind(tmp_path: Path, kind: str, levels: tuple[str, ...]) -> None:
    """一つの階層の形では、上の階層の行だけを書けばよい。"""
    sheetgen.init_blank(tmp_path, kind)
    book = _open(tmp_path)
    for path, value in NAMES.items():
        book.set(path, value)
    book.add("sections", {"department": "総務部", "section.name": "企画課"})
    for at, label in enumerate(levels):
        book.add("policy_texts", {"label": label, "text": "窓口"}, at)
    book.add("items", {"measure": "1", "item.title": "統合", "owners": "総務部 企画課"})
    plan = found_from_book(tmp_path, book.save(tmp_path / "書いた.xlsx")).plan
    assert [(one.number, one.name, len(one.items)) for _, one in plan.measures()] == [
        (1, "窓口", 1)
    ]
    known = starting_point(kind).skeleton(find_templates())
    assert list(plan.omit) == known["omit"]
    point = point_of(plan, find_templates())
    assert point is not None
    assert point.name == kind


def _founded(blank: Path, target: Path, change: Callable[[OfficeBook], object]) -> Plan:
    book = _open(blank)
    fill_city(book)
    change(book)
    return found_from_book(blank, book.save(target / "書いた.xlsx")).plan


def _shape(plan: Plan) -> list[Any]:
    return [
        (one.number, one.name, one.description,
         [(m.number, m.name, m.notes, [item.title for item in m.entries]) for m in one.measures])
        for one in plan.policies
    ]  # fmt: skip


def test_a_plan_is_founded_wholly_in_the_book(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = _open(blank)
    fill_city(book)
    file = book.save(tmp_path / "書いた.xlsx")
    folder = tmp_path / "city"
    folder.mkdir()
    (blank / "data" / "edits").rename(tmp_path / "kept")  # 控えは、立てるフォルダーにあってもよい
    (folder / "data").mkdir()
    (tmp_path / "kept").rename(folder / "data" / "edits")
    try:
        assert main(["init", str(folder), "--from", str(file)]) == 0
    finally:
        (folder / "data" / "edits").rename(blank / "data" / "edits")
    assert "I006" not in capsys.readouterr().out
    plan = load_plan(folder / "data" / "plan.json")
    assert (plan.municipality, plan.plan_title) == ("みなと市", "みなと市行政改革プラン")
    assert (plan.fiscal_years, plan.revision.fiscal_year) == (YEARS, 2026)
    assert plan.is_founding
    assert [(one.department, one.section) for one in plan.owners()] == list(SECTIONS)
    assert [one.grade for one in plan.evaluation_scale] == ["S", "A", "B"]
    assert _shape(plan) == [
        (1, "市民サービス", "市民の手間を減らす。",
         [(1, "窓口", (), ["窓口の統合"]), (2, "相談", (), [])]),
        (2, "財政", "", [(3, "歳入", ("☆税外収入をふやす",), ["広告"])]),
    ]  # fmt: skip
    item = next(one for _, _, one in plan.items())
    assert (item.id, item.introduced, item.indicator.number_format) == ("01-01", 2026, "0.0")
    assert [(one.target, one.effect) for one in item.years] == [
        (12.0, 100), (11.0, 101), (10.0, 102), (9.0, 103),
    ]  # fmt: skip
    assert item.initiative(2028) == "■ 2028年度の方針"
    readme = (folder / "README.md").read_text("utf-8")
    assert "sheetgen edit" in readme
    assert "add-item" not in readme
    # 四年の様式は、その市が作る。
    template = second_city.write_template(folder / "templates" / "事業票.xlsx")
    monkeypatch.chdir(folder)
    wish = ["--template", str(template)]
    assert main(["check", *wish]) == 0
    assert main(["generate", "--round", "見直し照会", *wish]) == 0
    assert main(["report", "--only", "html", *wish]) == 0
    [page] = folder.glob("output/**/*.html")
    assert "窓口の統合" in page.read_text("utf-8")


def test_every_fault_is_told_with_its_cell_and_nothing_is_written(
    blank: Path, tmp_path: Path
) -> None:
    book = _open(blank)
    fill_city(book)
    wrong = {
        ("計画", book.set("plan.municipality", None)): "I040",
        ("計画", book.set("founding.years", 50)): "I042",
    }
    section = book.add("sections", {"section.name": "課だけ", "department": None}, 3)
    wrong["部と課", section["department"]] = "E048"
    sheet = "基本方針と推進項目"
    wrong[sheet, book.add("policy_texts", {"measure": 5}, 2)["measure"]] = "I045"
    row = book.add("policy_texts", {"label": "方針", "text": "?"}, 20)
    wrong[sheet, row["label"]] = "E062"
    wrong["実施項目", book.add("items", {"owners": "市民部 住民課"})["owners"]] = "I028"
    wrong["実施項目", book.add("items", {"measure": "支出"}, 1)["measure"]] = "I021"
    wrong["年次計画", book.add("years", {"fiscal_year": "R30"}, 1)["fiscal_year"]] = "I034"
    wrong["年次計画", book.add("years", {"title": "窓"}, 2)["title"]] = "E068"
    wrong["年次計画", book.add("years", {"year.target": "#N/A"}, 3)["year.target"]] = "R203"
    again = book.add("years", {"title": "窓口の統合", "fiscal_year": "2026"}, 4)
    wrong["年次計画", again["fiscal_year"]] = "E086"
    row = book.add("items", {"item.indicator.number_format": "0.0;;@"}, 1)
    wrong["実施項目", row["item.indicator.number_format"]] = "E033"
    title = book.cell("overview_texts", "overview.philosophy.title", "text")
    title.value = None
    wrong["計画の概要", title.coordinate] = "M026"
    with pytest.raises(SheetgenError) as stopped:
        found_from_book(blank, book.save(tmp_path / "誤り.xlsx"))
    found = {(one.place.sheet, one.place.cell): one.code for one in stopped.value.problems}
    assert found == wrong
    assert len(stopped.value.problems) == len(wrong)
    before = sorted(blank.rglob("*"))
    assert main(["init", str(blank), "--from", str(tmp_path / "誤り.xlsx")]) == 1
    assert sorted(blank.rglob("*")) == before


def _told(blank: Path, target: Path, change: Callable[[OfficeBook], object]) -> list[Any]:
    with pytest.raises(SheetgenError) as stopped:
        _founded(blank, target, change)
    return [(one.code, one.place.sheet, one.place.cell) for one in stopped.value.problems]


def test_a_book_without_sections_or_an_order_is_refused(blank: Path, tmp_path: Path) -> None:
    def no_sections(book: OfficeBook) -> None:
        for at in range(len(SECTIONS)):
            book.add("sections", {"department": None, "section.name": None}, at)

    def measure_first(book: OfficeBook) -> None:
        book.add("policy_texts", {"label": "推進項目"}, 0)
        for at in (1, 2, 3):
            book.add("policy_texts", {"text": None}, at)

    def same_titles(book: OfficeBook) -> None:
        book.add("items", {"item.title": "窓口の 統合"}, 1)

    def no_grades(book: OfficeBook) -> None:
        for key in book.keys("grades"):
            for path in ("order", "step.grade", "step.meaning"):
                book.put("grades", key, path, None)

    assert ("I047", "部と課", None) in _told(blank, tmp_path, no_sections)
    assert ("I046", "基本方針と推進項目", "D5") in _told(blank, tmp_path, measure_first)
    assert _told(blank, tmp_path, same_titles) == [
        ("E075", "年次計画", f"C{row}") for row in range(5, 9)
    ]
    assert _told(blank, tmp_path, no_grades) == [("M042", "評価の区分", None)]


def test_an_empty_book_names_the_cells_to_be_filled(blank: Path) -> None:
    with pytest.raises(SheetgenError) as stopped:
        found_from_book(blank, blank / BOOK)
    record = _open(blank).record
    cells = {one.path: one.ref for one in record.cells}
    found = [(one.code, one.place.cell) for one in stopped.value.problems]
    assert found[:5] == [("I040", cells[path]) for path in NAMES]
    assert [one.place.sheet for one in stopped.value.problems[5:]] == [
        "部と課",
        "基本方針と推進項目",
    ]


def test_numbers_may_be_written_or_left_empty(blank: Path, tmp_path: Path) -> None:
    def number(book: OfficeBook) -> None:
        for at, policy, measure in ((0, 1, None), (2, 1, 1), (3, 1, 2), (7, 2, None), (9, 2, 3)):
            book.add("policy_texts", {"policy": policy, "measure": measure}, at)

    plain = _founded(blank, tmp_path, lambda book: None)
    assert _shape(_founded(blank, tmp_path, number)) == _shape(plain)


def test_the_sample_of_the_legend_may_be_an_item_of_the_same_book(
    blank: Path, tmp_path: Path
) -> None:
    def legend(book: OfficeBook) -> None:
        for name, text in (("title", "見方"), ("sample_item_id", "01-01")):
            book.put("overview_texts", f"overview.legend.{name}", "text", text)

    plan = _founded(blank, tmp_path, legend)
    assert plan.overview.legend is not None
    assert plan.overview.legend.sample_item_id == "01-01"


def test_the_blank_book_shows_only_what_a_new_plan_needs(blank: Path) -> None:
    book = _open(blank).book
    assert book.sheetnames[:-1] == [
        "書き方", "計画", "部と課", "基本方針と推進項目", "実施項目", "年次計画", "評価の区分",
        "計画の概要",
    ]  # fmt: skip
    shown = [
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value and not sheet.row_dimensions[cell.row].hidden
    ]
    assert not [text for text in shown if "（市区町村" in text or "見直し" in text]
    assert any("sheetgen init" in text for text in shown)


def test_other_books_and_flags_are_refused(
    blank: Path, tmp_path: Path, project_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*words: object) -> str:
        assert main([str(word) for word in words]) in (1, 2), words
        out = capsys.readouterr()
        return out.out + out.err

    assert "I001" in told("init", blank, "--blank")
    assert "I043" in told("init", tmp_path / "n", "--blank", "--years", "4")
    assert "I043" in told(
        "init", tmp_path / "n", "--from", blank / BOOK, "--plan-title", "別の計画"
    )
    moved = tmp_path / "elsewhere" / BOOK
    moved.parent.mkdir()
    moved.write_bytes((blank / BOOK).read_bytes())
    assert "I044" in told("init", tmp_path / "n", "--from", moved)
    plan = tmp_path / "data" / "plan.json"
    plan.parent.mkdir()
    plan.write_bytes((project_root / "data" / "plan.json").read_bytes())
    made = sheetgen.write_edit_book(
        sheetgen.EditBookRequest(
            plan=plan, template=project_root / "templates" / "keikaku_henshu.xlsx", root=tmp_path,
            sheets=("計画",),
        )
    )  # fmt: skip
    assert "I041" in told("init", tmp_path / "n", "--from", made.path)
    assert not (tmp_path / "n").exists()
    # 立てたあとに、空の編集ブックを読ませる。
    for kept in (blank / "data" / "edits").iterdir():
        (plan.parent / "edits" / kept.name).write_bytes(kept.read_bytes())
    assert load_edit_book(plan, _open(blank).record.key)
    assert "E070" in told("edit", blank / BOOK, "--plan", plan)
