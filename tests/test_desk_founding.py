"""計画を始めるページ：画面、編集ブック、前の計画のどれでも、コマンドと同じものができる。"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from desk_samples import ROOT, folder_in, text
from desk_twins import Twins, contents, hidden
from edit_desk import OfficeBook
from test_edit_founding import YEARS, fill_city

from sheetgen.year.editing.writing import BOOK
from sheetgen.year.starting_points import STARTING_POINTS

CITY = {
    "municipality": "見本市",
    "code": "０１１００２",
    "plan_title": "行政改革推進プラン",
    "office": "総務部行革担当",
    "first_year": "2025",
    "years": "5",
    "policies": "市民サービス：窓口、相談\n\n財政",
    "sections": "総務部 総務課\n総務部 市民課\n福祉部 相談課",
}
PLAN = ROOT / "data" / "plan.json"


@pytest.fixture
def twins(tmp_path: Path) -> Twins:
    (tmp_path / "empty").mkdir()
    return Twins(tmp_path / "empty", tmp_path)


def upload(path: Path, name: str = "") -> tuple[io.BytesIO, str]:
    """渡すファイル。"""
    return io.BytesIO(path.read_bytes()), name or path.name


def test_a_plan_begins_from_what_is_typed(twins: Twins) -> None:
    assert "画面に書いて始める" in text(twins.get("/founding/"))
    made = twins.same("/founding/", CITY)
    assert "次に、実施項目を加えてください" in text(made)
    assert (twins.desk / "data" / "plan.json").is_file()
    assert not (twins.desk / "data" / "desk").exists()


def test_the_starting_point_and_the_grades_are_chosen(twins: Twins) -> None:
    shown = text(twins.get("/founding/"))
    assert all(f'<option value="{one.name}"' in shown for one in STARTING_POINTS)
    grades = "◎：達した：達成\n△：届かない：遅れ"
    twins.refused("/founding/", {**CITY, "kind": "二次"}, "I050", status=200)
    twins.refused("/founding/", {**CITY, "grades": "◎"}, "I051", status=200)
    made = twins.same("/founding/", {**CITY, "kind": "KPI型", "grades": grades})
    assert "重点取組一覧.xlsx" in text(made)


def test_sections_may_come_as_a_file_of_excel(twins: Twins) -> None:
    rows = "部,課\r\n総務部,総務課\r\n福祉部,相談課,soudan@example.jp\r\n"
    sections = (io.BytesIO(rows.encode("cp932")), "部と課.csv")
    form = {name: value for name, value in CITY.items() if name != "sections"}
    assert "計画を始めました" in text(twins.post("/founding/", {**form, "sections_file": sections}))
    assert b"soudan@example.jp" in (twins.desk / "data" / "plan.json").read_bytes()


@pytest.mark.parametrize(
    ("change", "codes", "status"),
    [
        ({"plan_title": " ", "years": "", "policies": "\n"}, ("I020",), 409),
        ({"years": "99"}, ("U002",), 409),
        ({"first_year": "令和"}, ("U001",), 409),
        ({"sections": "総務部総務課"}, ("I004",), 200),
        ({"code": "011003"}, ("M044",), 200),
        ({"policies": "：窓口"}, ("I007",), 200),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(
    twins: Twins, change: dict[str, str], codes: tuple[str, ...], status: int
) -> None:
    shown = twins.refused("/founding/", {**CITY, **change}, *codes, status=status)
    assert 'value="総務部行革担当"' in shown
    assert not (twins.desk / "data" / "plan.json").exists()


def test_the_next_plan_takes_over_what_is_chosen(twins: Twins) -> None:
    asked = twins.post("/founding/earlier", {"plan_file": upload(PLAN)})
    carried = hidden(asked, "/founding/")
    form = {**carried, "plan_title": "次の計画", "item": ["08-08", "01-01"]}
    assert "引き継ぐ実施項目" in text(twins.post("/founding/", {**form, "item": []}))
    made = twins.post("/founding/", form)
    assert "計画を始めました" in text(made)
    assert not (twins.desk / "data" / "desk").exists()
    line = f'sheetgen init --plan-title 次の計画 --from "{PLAN}" --item 08-08 --item 01-01'
    twins.run(line)
    assert contents(twins.desk) == contents(twins.line)


def test_a_file_that_is_no_plan_is_refused_and_not_kept(twins: Twins) -> None:
    wrong = {"plan_file": (io.BytesIO(b"[]"), "plan.json")}
    assert twins.post("/founding/earlier", wrong).status_code == 409
    assert not list((twins.desk / "data").rglob("*.json"))
    twins.refused("/founding/earlier", {}, "I020")
    twins.refused("/founding/book", {}, "I020")
    twins.refused("/founding/", {**CITY, "earlier": "../../x"}, "I020")


def test_a_plan_begins_from_the_editing_book(twins: Twins) -> None:
    blank = twins.post("/founding/blank", {})
    assert f'download="{BOOK}"' in text(blank)
    unfilled = twins.post("/founding/book", {"book": upload(twins.desk / BOOK)})
    assert unfilled.status_code == 409
    assert ">I040</span>" in text(unfilled)
    assert not (twins.desk / "data" / "plan.json").exists()
    book = OfficeBook(twins.desk / BOOK, twins.desk / "data" / "plan.json")
    fill_city(book)
    saved = book.save(twins.line.parent / "書いた.xlsx")
    made = twins.post("/founding/book", {"book": upload(saved)})
    assert "次に、点検してください" in text(made)
    plan = (twins.desk / "data" / "plan.json").read_text("utf-8")
    assert "窓口の統合" in plan
    assert str(YEARS[0]) in plan


def test_a_plan_is_not_begun_twice(tmp_path: Path) -> None:
    twins = Twins(folder_in(tmp_path / "source"), tmp_path)
    assert "もう計画を始めてあります" in text(twins.get("/founding/"))
    for path in ("/founding/", "/founding/blank"):
        twins.refused(path, CITY, "I001")
    assert twins.post("/founding/earlier", {"plan_file": upload(PLAN)}).status_code == 409
    assert not (twins.desk / "data" / "desk").exists()
