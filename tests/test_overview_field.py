"""概要表の短い文を、見直し照会で課に聞く：欄を置いたテンプレートだけで、その照会だけに。"""

from __future__ import annotations

import copy
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from making import bindings, changed_plan, form_sheets, input_cells, item_of, load, make
from ooxml import rules
from openpyxl.styles import Protection
from reporting import ROOT, request_for, shortened
from returned.clients import Job
from returned.desk import Desk, codes, recorded, states
from returned.quick import quickly

from sheetgen.collect.request import CollectResult, Take
from sheetgen.form.rounds import input_fields
from sheetgen.messages.catalogue import level_of
from sheetgen.plan.loading import load_plan
from sheetgen.plan.round import RoundKind
from sheetgen.problems import Level
from sheetgen.publish.publishing import Output
from sheetgen.publish.reporting import report
from sheetgen.records.editions import open_history
from sheetgen.records.history import trace
from sheetgen.records.leftovers import unsettled_overview
from sheetgen.records.open_items import ItemState
from sheetgen.records.undoing import undo
from sheetgen.send.checking import check
from sheetgen.year.rolled_plan import RolloverRequest
from sheetgen.year.rollover import rollover

PATH = "overview.policy"
SHIPPED = ROOT / "templates" / "shinchoku_sheet.xlsx"
FORM = "進捗管理シート"
ITEM, SECTION = "08-01", "収納課"
NEW = "口座振替のウェブ受付の開始"


def with_field(path: Path, *, locked: bool = False) -> Path:
    """いちばん下に、概要表の文の行を足したテンプレート。"""
    book = openpyxl.load_workbook(SHIPPED)
    sheet = book[FORM]
    last = next(row for row in range(1, 40) if sheet.cell(row, 1).value == "{{ form.carrier }}")
    sheet.move_range(f"A{last}:M{last}", rows=1)
    sheet.row_dimensions[last + 1].hidden = True
    sheet.row_dimensions[last].hidden = False
    sheet.row_dimensions[last].height = 30
    for column in range(1, 14):
        old, new = sheet.cell(last - 1, column), sheet.cell(last, column)
        new._style = copy.copy(old._style)
    sheet.merge_cells(f"A{last}:C{last}")
    sheet.merge_cells(f"D{last}:M{last}")
    sheet[f"A{last}"] = "概要表に載せる取組方針"
    sheet[f"D{last}"] = f"{{{{ {PATH} }}}}"
    for column in range(4, 14):
        sheet.cell(last, column).protection = Protection(locked=locked)
    sheet.print_area = f"A1:M{last}"
    book.save(path)
    return path


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return with_field(tmp_path / "template.xlsx")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return changed_plan(ROOT / "data" / "plan.json", tmp_path / "small.json", shortened)


@pytest.fixture
def desk(tmp_path: Path, plan: Path, template: Path) -> Desk:
    """見直し照会を、収納課に配った机。"""
    made = Desk(tmp_path / "desk", plan, template)
    made.distribute(round=RoundKind.REVISION, sections=(SECTION,))
    return made


def answer(desk: Desk, name: str, source: Path | None = None, **more: Any) -> Path:
    """様式に書いて返す。``more`` は道の代わりの名で書いた答え。"""
    written = {"initiative.text": "■ 口座振替のウェブ受付を始める。", PATH: more["policy"]}
    book = source or next((desk.root / "output").rglob(f"*{SECTION}_見直し照会.xlsx"))
    folder = desk.root / "返信"
    folder.mkdir(exist_ok=True)
    (place,) = [one for one in desk.places().values() if one.item["id"] == ITEM]
    quickly([Job(book, {place.sheet: desk.cells(written)}, folder / name)])
    return folder


def test_the_field_is_open_in_the_revision_alone(
    tmp_path: Path, plan: Path, template: Path
) -> None:
    cell = next(ref for ref, path in input_cells(template).items() if path == PATH)
    was = item_of(load(plan), ITEM)["overview"]["policy"]
    for kind, locked in ((RoundKind.REVISION, False), (RoundKind.RESULTS, True)):
        (book,) = make(tmp_path / kind.value, plan, template, round=kind, items=(ITEM,)).books
        assert rules.violations(book.path) == []
        (sheet,) = form_sheets(openpyxl.load_workbook(book.path))
        assert (sheet[cell].value, sheet[cell].protection.locked) == (was, locked)
        hints = [str(one.promptTitle) for one in sheet.data_validations.dataValidation]
        label = input_fields(load_plan(plan))[PATH].label
        assert (label in hints) is not locked
    assert not [p for p in check(plan, template).problems if level_of(p) is Level.ERROR]


def test_the_shipped_form_does_not_ask(tmp_path: Path, plan: Path) -> None:
    assert PATH not in bindings(SHIPPED).values()
    desk = Desk(tmp_path / "desk", plan, SHIPPED)
    desk.distribute(round=RoundKind.REVISION, sections=(SECTION,))
    issued = "".join(path.read_text("utf-8") for path in (desk.plan.parent / "issued").iterdir())
    assert "initiative.text" in issued
    assert PATH not in issued


def test_it_may_be_shown_without_asking(tmp_path: Path, plan: Path) -> None:
    shown = with_field(tmp_path / "shown.xlsx", locked=True)
    assert not [p for p in check(plan, shown).problems if level_of(p) is Level.ERROR]


def test_an_answer_goes_into_the_overview_and_can_be_taken_back(desk: Desk) -> None:
    before = desk.plan.read_bytes()
    was = desk.items()[ITEM]["overview"]
    folder = answer(desk, "答え.xlsx", policy=NEW)
    result = desk.collect(folder)
    assert recorded(result) == {ITEM}
    assert desk.items()[ITEM]["overview"] == {**was, "policy": NEW}
    (line,) = [one for one in desk.journal() if one["path"] == PATH]
    label = "取組方針･取組内容（概要表）"
    assert (line["label"], line["old"], line["new"]) == (label, was["policy"], NEW)
    assert (line["round"], line["file"].endswith("答え.xlsx"), bool(line["cell"])) == (
        "2024M",
        True,
        True,
    )
    assert states(desk.collect(folder))[ITEM] is ItemState.KEPT
    (field,) = [one for one in trace(desk.plan, ITEM).fields if one.path == PATH]
    assert (field.label, field.now, field.by_hand) == (label, NEW, False)
    undo(desk.plan, now=datetime(2024, 12, 1))
    assert desk.plan.read_bytes() == before


def test_the_new_text_stands_in_the_next_document(desk: Desk) -> None:
    desk.collect(answer(desk, "答え.xlsx", policy=NEW))
    wish = RolloverRequest(plan=desk.plan, force=True, to=2025, reason="試し")
    rollover(wish, now=datetime(2025, 3, 1))
    left = unsettled_overview(open_history(desk.plan))
    assert ITEM not in left
    assert "01-01" in left
    request = request_for(desk.root, plan=desk.plan, outputs=(Output.HTML,))
    (file,) = report(request).files
    assert NEW in file.path.read_text("utf-8")
    # 閉じた年度の文書には、まだない。
    old = request_for(desk.root, plan=desk.plan, outputs=(Output.HTML,), year=2024)
    (file,) = report(old).files
    assert NEW not in file.path.read_text("utf-8")


def test_a_reply_instead_of_a_text_is_asked_and_sent_back(desk: Desk) -> None:
    folder = answer(desk, "一.xlsx", policy="変更なし")
    result = desk.collect(folder)
    assert "R380" in codes(result, ITEM)
    assert states(result)[ITEM] is ItemState.HELD
    (back,) = (desk.root / "output").rglob(f"*{SECTION}_差戻し.xlsx")
    cell = next(ref for ref, path in input_cells(desk.template).items() if path == PATH)
    sheet = openpyxl.load_workbook(back)["(8)①"]
    assert not sheet[cell].protection.locked
    answer(desk, "二.xlsx", back, policy=NEW)
    again = desk.collect(folder)
    assert recorded(again) == {ITEM}
    assert desk.items()[ITEM]["overview"]["policy"] == NEW


def test_the_plan_may_be_kept_against_the_reply(desk: Desk) -> None:
    was = desk.items()[ITEM]["overview"]["policy"]
    folder = answer(desk, "一.xlsx", policy="変更なし")
    result: CollectResult = desk.collect(folder, takes=(Take(None, ITEM),))
    assert recorded(result) == {ITEM}
    assert desk.items()[ITEM]["overview"]["policy"] == was


def test_what_was_changed_meanwhile_is_asked(desk: Desk) -> None:
    """配ったあとで概要表を手で直してあれば、黙って置き換えない。"""

    def change(data: dict[str, Any]) -> None:
        item_of(data, ITEM)["overview"]["policy"] = "手で直した"

    changed_plan(desk.plan, desk.plan, change)
    result = desk.collect(answer(desk, "答え.xlsx", policy=NEW))
    assert states(result)[ITEM] is ItemState.HELD
    assert desk.items()[ITEM]["overview"]["policy"] == "手で直した"


def test_a_field_that_the_template_lost_is_still_read(desk: Desk) -> None:
    """回収は配布記録による。いまのテンプレートにない欄の長さは、測れない（R343）。"""
    folder = answer(desk, "答え.xlsx", policy="口座振替のウェブ受付を始める。" * 60)
    desk.template = SHIPPED
    result = desk.collect(folder)
    assert "R343" in codes(result, ITEM)
