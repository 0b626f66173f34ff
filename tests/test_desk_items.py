"""操作の画面の、項目・編集・実施項目を加えるページ。できるものと記録は、コマンドと同じになる。"""

from __future__ import annotations

import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from desk_samples import ROOT, client, folder_in, text
from flask.testing import FlaskClient
from openpyxl import load_workbook

import sheetgen
from sheetgen.desk.changes import change_pieces
from sheetgen.desk.revision import revision_of
from sheetgen.year.adding import AddRequest
from sheetgen.year.editing.edit_recording import EditRequest
from sheetgen.year.editing.writing import EditBookRequest

HOME = "policies[4].measures[0].entries[7]"
TITLE = f"field|items|{HOME}|row.item.title"
EFFECT = f"field|years|{HOME}.years[1]|row.year.effect"
WHEN = {"run", "at", "by"}
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class Office:
    """一つの作業フォルダーと、それを見るブラウザー。"""

    def __init__(self, place: Path) -> None:
        self.root = folder_in(place)
        self.plan = self.root / "data" / "plan.json"
        self.web: FlaskClient = client(self.root)

    def get(self, address: str, status: int = 200) -> str:
        answer = self.web.get(address)
        assert answer.status_code == status, text(answer)
        return text(answer)

    def post(self, address: str, values: dict[str, Any], status: int = 200) -> str:
        """送り、移った先のページ。"""
        seen = {"revision": revision_of(self.plan)}
        answer = self.web.post(address, data={**seen, **values}, follow_redirects=True)
        assert answer.status_code == status, text(answer)
        return text(answer)

    def confirm(self, page: str, address: str, **more: str) -> str:
        """見せられたフォームの隠した欄を、そのまま送る。"""
        hidden = {unescape(name): unescape(value) for name, value in _HIDDEN.findall(page)}
        return self.post(address, {**hidden, **more})

    def journal(self) -> list[dict[str, Any]]:
        lines = (self.root / "data" / "journal.jsonl").read_text("utf-8").splitlines()
        return [{k: v for k, v in json.loads(line).items() if k not in WHEN} for line in lines]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """見るだけの画面。"""
    return Office(tmp_path_factory.mktemp("shown"))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_items_are_found_by_words_policy_and_section(shown: Office) -> None:
    assert "74件" in shown.get("/items/")
    found = shown.get("/items/?q=自動販売機")
    assert "自動販売機設置場所の貸付拡大" in found
    assert "（全部で 74件）" in found
    assert ">08-08<" in shown.get("/items/?q=８－８")
    plan = sheetgen.load_plan(shown.plan)
    mine = sum(p.number == 5 for p, _, _ in plan.items())
    assert f"{mine}件（全部で 74件）" in shown.get("/items/?policy=5")
    owner = plan.owners()[0]
    owned = sum(owner in item.owners for _, _, item in plan.items())
    assert f"{owned}件（全部で" in shown.get(f"/items/?section={owner.full_name}")
    assert "当てはまる実施項目はありません" in shown.get("/items/?q=どこにもないことば")


def test_an_item_shows_its_values_sheets_and_history(shown: Office) -> None:
    page = shown.get("/items/08-08")
    for words in ("(8)⑧ 自動販売機設置場所の貸付拡大", "指標の単位: 台", "7,000", "36,000",
                  "令和6年度の実績照会", "令和6年度の見直し照会", "記録簿にない値"):  # fmt: skip
        assert words in page.replace("６", "6")
    assert 'src="/items/08-08/sheet.svg?round=results&amp;year=2024"' in page
    assert shown.get("/items/99-99", 409)
    assert shown.web.get("/items/(8)⑧").headers["Location"].endswith("/items/08-08")


def test_the_picture_is_the_one_of_the_wing(shown: Office) -> None:
    answer = shown.web.get("/items/08-08/sheet.svg?round=revision&mark=A7")
    assert answer.mimetype == "image/svg+xml"
    plan = sheetgen.load_plan(shown.plan)
    from sheetgen.plan.round import Round, RoundKind

    chosen = Round(RoundKind.REVISION, plan.revision.fiscal_year)
    layout = shown.root / "templates" / "report"
    same = sheetgen.sheet_picture(
        plan, shown.root / "templates" / "shinchoku_sheet.xlsx", chosen, "08-08", ["A7"],
        layout=layout,
    )  # fmt: skip
    assert answer.data == same.svg
    assert shown.web.get("/items/08-08/sheet.svg").status_code == 404
    assert shown.web.get("/items/08-08/sheet.svg?round=sideways").status_code == 409


def test_a_picture_that_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    office = Office(tmp_path)
    (office.root / "templates" / "report" / "sheet.typ").write_text("#let")
    answer = office.web.get("/items/08-08/sheet.svg?round=results")
    assert answer.status_code == 200
    assert "様式の絵を描けません。" in text(answer)
    assert re.search(r">D0\d\d</span>", office.get("/items/08-08/sheet?round=results", 409))


def test_text_that_no_longer_fits_is_told_before_sending(office: Office) -> None:
    tree = json.loads(office.plan.read_text("utf-8"))
    tree["policies"][4]["measures"][0]["entries"][7]["current_state"] = "長い文です。" * 900
    office.plan.write_text(json.dumps(tree, ensure_ascii=False), "utf-8")
    page = office.get("/items/08-08")
    assert page.count("紙に収まらない文があります") == 2
    assert '<p class="where">templates/shinchoku_sheet.xlsx シート' in page
    assert "行あふれます" in office.get("/items/08-08/sheet?round=results")


def test_a_small_change_is_seen_then_recorded(office: Office) -> None:
    before = office.plan.read_bytes()
    review = office.post(
        "/items/08-08/edit", {EFFECT: "7500", TITLE: "自動販売機設置場所の貸付拡大"}
    )
    assert "1個の値が変わります" in review
    assert "<del>7000</del> → <ins>7500</ins>" in review
    assert office.plan.read_bytes() == before
    done = office.confirm(review, "/items/record")
    assert "1個の値を変えました" in done
    assert json.loads(office.plan.read_bytes())["policies"][4]["measures"][0]["entries"][7][
        "years"][1]["effect"] == 7500  # fmt: skip
    assert "7000" in office.get("/items/history/edits")
    sheetgen.undo(office.plan)
    assert office.plan.read_bytes() == before


def test_a_stale_review_is_refused(office: Office) -> None:
    review = office.post("/items/08-08/edit", {EFFECT: "7500"})
    tree = json.loads(office.plan.read_text("utf-8"))
    tree["office"] = "ほかの人"
    office.plan.write_text(json.dumps(tree, ensure_ascii=False), "utf-8")
    before = office.plan.read_bytes()
    hidden = {unescape(name): unescape(value) for name, value in _HIDDEN.findall(review)}
    assert office.web.post("/items/record", data=hidden).status_code == 409
    assert office.plan.read_bytes() == before


def test_a_recorded_result_is_changed_with_a_reason(office: Office) -> None:
    tree = json.loads(office.plan.read_text("utf-8"))
    item = tree["policies"][4]["measures"][0]["entries"][7]
    item["years"][0]["result"] |= {"value": 34, "text": "三十四台とした。"}
    office.plan.write_text(json.dumps(tree, ensure_ascii=False), "utf-8")
    value = f"field|results|{HOME}.years[0]|row.year.result.value"
    assert f'name="{value}" value="34"' in office.get("/items/08-08/edit")
    review = office.post("/items/08-08/edit", {value: "35"})
    assert "E046" in review
    held = office.confirm(review, "/items/record")
    assert "まだ何も記録していません" in held
    office.confirm(held, "/items/record", reason="課から訂正の連絡")
    assert [(one["new"], one["reason"]) for one in office.journal() if one["action"] == "edit"] == [
        (35, "課から訂正の連絡")
    ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({TITLE: ""}, "E085"),
        ({f"field|items|{HOME}|row.owners": "ない課"}, "E035"),
        ({}, "変わるところはありません"),
    ],
)
def test_a_wrong_change_is_told(shown: Office, values: dict[str, str], words: str) -> None:
    page = shown.post("/items/08-08/edit", values)
    assert words in page
    assert "<button>記録する</button>" not in page


def test_a_field_that_is_not_open_is_refused(shown: Office) -> None:
    before = shown.plan.read_bytes()
    shown.post("/items/record", {f"field|items|{HOME}|row.key": "x", "item": "08-08"}, 409)
    assert shown.plan.read_bytes() == before


def test_the_address_of_a_section_is_changed(office: Office) -> None:
    assert "企画部" in office.get("/sections/")
    address = "/sections/企画部/経営企画課"
    page = office.get(address)
    name = re.search(r'name="(field\|sections\|[^"]*\|row\.section\.email)"', page)
    assert name is not None
    review = office.post(address, {unescape(name[1]): "keiei@example.lg.jp"})
    assert "keiei@example.lg.jp" in review
    office.confirm(review, "/items/record")
    section = json.loads(office.plan.read_bytes())["departments"][0]["sections"][0]
    assert section["email"] == "keiei@example.lg.jp"
    office.get("/sections/ない部/ない課", 409)


def edited(path: Path) -> bytes:
    """編集ブックの、効果見込額を一つ直したもの。"""
    book = load_workbook(path)
    sheet = book["年次計画"]
    cell = next(
        c for row in sheet.iter_rows() for c in row if c.value == 7000 and not c.protection.locked
    )
    cell.value = 7500
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_the_editing_book_goes_out_and_comes_back_as_with_the_command(tmp_path: Path) -> None:
    desk, typed = Office(tmp_path / "desk"), Office(tmp_path / "typed")
    page = desk.post("/editing/write", {"sheets": "年次計画"})
    assert "sheetgen edit --sheet 年次計画" in unescape(page)
    written = sheetgen.write_edit_book(
        EditBookRequest(
            typed.plan, typed.root / "templates" / "keikaku_henshu.xlsx", typed.root,
            sheets=("年次計画",),
        )
    )  # fmt: skip
    mine = desk.root / written.path.relative_to(typed.root)
    assert mine.read_bytes() == written.path.read_bytes()
    assert "計画の編集.xlsx" in desk.get("/editing/")

    data = edited(mine)
    review = desk.post("/editing/", {"file": (io.BytesIO(data), "直した.xlsx")})
    assert "<del>7000</del> → <ins>7500</ins>" in review
    assert "年次計画 " in review
    batch = re.search(r"/editing/([0-9a-f-]+)/record", review)
    assert batch is not None
    assert "まだ記録していないもの" in desk.get("/editing/")
    before = desk.plan.read_bytes()
    assert before == typed.plan.read_bytes()
    done = desk.confirm(review, f"/editing/{batch[1]}/record", accept="1")
    assert "取り消し" in done
    assert "まだ記録していないもの" not in desk.get("/editing/")

    file = tmp_path / "直した.xlsx"
    file.write_bytes(data)
    template = typed.root / "templates" / "shinchoku_sheet.xlsx"
    sheetgen.edit(EditRequest(plan=typed.plan, file=file, template=template, accept=True))
    assert desk.plan.read_bytes() == typed.plan.read_bytes() != before
    assert desk.journal() == typed.journal()


def test_a_value_changed_on_both_sides_is_chosen(office: Office) -> None:
    office.post("/editing/write", {"sheets": "年次計画"})
    book = next(office.root.glob("output/*/編集/*.xlsx"))
    data = edited(book)
    review = office.post("/items/08-08/edit", {EFFECT: "7100"})
    office.confirm(review, "/items/record")
    page = office.post("/editing/", {"file": (io.BytesIO(data), "直した.xlsx")})
    if "どちらの値にしますか" not in page:
        pytest.fail(page)
    assert "<button>記録する</button>" not in page
    batch = re.search(r"/editing/([0-9a-f-]+)/take", page)
    assert batch is not None
    chosen = office.post(f"/editing/{batch[1]}/take", {"take": "book"})
    assert "<del>7100</del> → <ins>7500</ins>" in chosen
    assert "--take book" in chosen
    kept = office.post(f"/editing/{batch[1]}/take", {"take": "master"})
    assert "変わるところはありません" in kept
    office.post(f"/editing/{batch[1]}/take", {"take": "both"}, 400)
    office.post(f"/editing/{batch[1]}/discard", {})
    office.get(f"/editing/{batch[1]}", 404)


def test_what_is_no_editing_book_is_told(shown: Office) -> None:
    before = shown.plan.read_bytes()
    page = shown.post("/editing/", {"file": (io.BytesIO(b"not a book"), "手紙.xlsx")})
    assert "編集ブックを読めませんでした" in page
    form = (ROOT / "templates" / "shinchoku_sheet.xlsx").read_bytes()
    assert "E01" in shown.post("/editing/", {"file": (io.BytesIO(form), "様式.xlsx")})
    assert "選んでから" in shown.post("/editing/", {}, 400)
    assert "まだ記録していないもの" not in shown.get("/editing/")
    assert shown.plan.read_bytes() == before


NEW = {"measure": "8", "title": "新しい項目", "owners": "企画部 財政課", "improvement": "改善する",
       "current_state": "課題", "vision": "姿", "indicator.name": "件数",
       "indicator.current": "1", "indicator.target": "5", "target:2025": "3"}  # fmt: skip


def test_an_item_is_added_as_with_the_command(tmp_path: Path) -> None:
    desk, typed = Office(tmp_path / "desk"), Office(tmp_path / "typed")
    before = desk.plan.read_bytes()
    review = desk.post("/items/add", {f"add|{key}": value for key, value in NEW.items()})
    assert "1件を加えられます" in review
    assert "--title 新しい項目" in unescape(review)
    assert desk.plan.read_bytes() == before
    done = desk.confirm(review, "/items/add/record", accept="1")
    assert "実施項目 1件を計画のデータに加えました" in done
    sheetgen.add_items(AddRequest(plan=typed.plan, fields=NEW, accept=True))
    assert desk.plan.read_bytes() == typed.plan.read_bytes()
    assert desk.journal() == typed.journal()


def test_a_list_is_added(office: Office) -> None:
    book = load_workbook(io.BytesIO(office.web.get("/items/add/list").data))
    sheet = book["実施項目"]
    head = next(row for row in sheet.iter_rows() if any(c.value == "実施項目" for c in row))
    titles = {str(c.value).strip(): c.column for c in head if c.value}
    for name, value in {
        "推進項目": "8",
        "実施項目": "一覧の項目",
        "主管課": "企画部 財政課",
    }.items():
        sheet.cell(head[0].row + 1, titles[name]).value = value
    target = io.BytesIO()
    book.save(target)
    review = office.post("/items/add/list", {"list": (io.BytesIO(target.getvalue()), "一覧.xlsx")})
    assert "一覧の項目" in review
    name = re.search(r"/items/add/list/([0-9a-f-]+)/discard", review)
    assert name is not None
    assert f"/items/add/list/{name[1]}" in office.get("/items/add")
    done = office.confirm(review, "/items/add/record", accept="1")
    assert "一覧の項目" in done
    assert not list((office.root / "data").glob("desk/*"))
    office.get(f"/items/add/list/{name[1]}", 404)
    [entry] = [one for one in office.journal() if one["action"] == "add"]
    assert str(entry["file"]).endswith("一覧.xlsx")


@pytest.mark.parametrize(
    ("values", "status", "words"),
    [({}, 400, "書いてから"), ({"add|title": "名だけ"}, 200, "加えられません")],
)
def test_a_wrong_item_is_told(
    shown: Office, values: dict[str, str], status: int, words: str
) -> None:
    before = shown.plan.read_bytes()
    page = shown.post("/items/add", values, status)
    assert words in page
    assert "<button>加える</button>" not in page
    assert shown.plan.read_bytes() == before


def test_no_plan_yet(tmp_path: Path) -> None:
    root = folder_in(tmp_path, with_plan=False)
    web = client(root)
    for address in ("/items/", "/editing/", "/items/add", "/sections/"):
        answer = web.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_long_texts_show_only_what_differs() -> None:
    same = "同じ文です。" * 20
    pieces = change_pieces(same + "前の値" + same, same + "後の値" + same)
    told = "".join(piece.text for piece in pieces)
    assert len(told) < 80
    assert [(p.kind, p.text) for p in pieces if p.kind] == [("del", "前"), ("ins", "後")]
    assert [p.text for p in change_pieces(None, 5)] == ["（空欄）", " → ", "5"]
