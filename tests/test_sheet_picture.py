"""一枚の様式の絵。印刷されるとおりに描き、印を付け、収まらない文を告げる。"""

from __future__ import annotations

from pathlib import Path

import pytest

import sheetgen
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import SheetgenError
from sheetgen.publish import painting
from sheetgen.publish.painting import PAINTER
from sheetgen.publish.sheet_pictures import Picture, printed_sheet, sheet_picture

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"
LAYOUT = ROOT / "templates" / "report"
RESULTS, REVISION = Round(RoundKind.RESULTS, 2024), Round(RoundKind.REVISION, 2024)
ORANGE, RED, OPEN = b"#d76a00", b"#c00000", b"#fff6d6"


@pytest.fixture(scope="module")
def plan() -> sheetgen.Plan:
    return sheetgen.load_plan(ROOT / "data" / "plan.json")


def picture(plan: sheetgen.Plan, chosen: Round | None = RESULTS, *marked: str) -> Picture:
    return sheet_picture(plan, TEMPLATE, chosen, "08-08", marked, layout=LAYOUT)


def refusal(*args: object, **options: object) -> list[str]:
    with pytest.raises(SheetgenError) as caught:
        sheet_picture(*args, **options)  # type: ignore[arg-type]
    return [problem.code for problem in caught.value.problems]


def test_the_picture_is_drawn_in_lines_alone(plan: sheetgen.Plan) -> None:
    """見る PC の書体も、よそのものも要らない。ページの守り（CSP）にも掛からない。"""
    made = picture(plan)
    assert made.svg.startswith(b"<svg ")
    for needed in (b"<text", b"font-family", b"<style", b"style=", b"<script", b'href="http'):
        assert needed not in made.svg
    assert (made.width, made.height) == (841.89, 595.28)
    assert not made.problems
    assert ORANGE not in made.svg
    assert RED not in made.svg


def test_only_the_round_opens_the_cells(plan: sheetgen.Plan) -> None:
    shown = {kind: picture(plan, kind) for kind in (RESULTS, REVISION, None)}
    assert len({one.svg for one in shown.values()}) == 3
    fills = {kind: OPEN in one.svg.lower() for kind, one in shown.items()}
    assert fills == {RESULTS: True, REVISION: True, None: False}
    heading = {kind: one.values for kind, one in shown.items()}
    assert heading[RESULTS] != heading[REVISION]


def test_cells_and_paths_are_marked(plan: sheetgen.Plan) -> None:
    base = "policies[4].measures[0].entries[7]"
    made = picture(
        plan, RESULTS, "G12", "years[0].result.value", f"{base}.years[0].result.text",
        f"{base}.owners[0].section", f"{base}.initiatives[2024]", f"{base}.title", "G12",
        f"{base}.initiatives[2025]", "overview.policy", "ZZ99",
    )  # fmt: skip
    assert made.marked == ("G12", "L10", "H10", "I3", "A7", "C3")
    assert made.svg.count(ORANGE) == 6


def test_what_does_not_fit_is_framed_and_counted(plan: sheetgen.Plan) -> None:
    values = {"years[0].result.text": "あふれる文である。" * 260}
    made = sheet_picture(plan, TEMPLATE, RESULTS, "08-08", layout=LAYOUT, values=values)
    (problem,) = made.problems
    assert (problem.code, problem.place.item, problem.place.cell) == ("F010", "08-08", "H10")
    (over,) = made.over
    assert (over.cell, over.label) == ("H10", "令和5年度の取組実績")
    assert over.lines > 0
    assert made.svg.count(RED) == 1
    longer = {"years[0].result.text": "あふれる文である。" * 300}
    assert printed_sheet(plan, TEMPLATE, RESULTS, "08-08", longer).sheet.lacking["H10"] > over.lines
    again = picture(plan)
    assert (again.problems, again.over) == ((), ())


def test_the_values_are_told_beside_the_picture(plan: sheetgen.Plan) -> None:
    told = {one.cell: (one.label, one.text) for one in picture(plan).values}
    assert told["C3"] == ("実施項目", "自動販売機設置場所の貸付拡大")
    assert told["G13"] == ("令和6年度の効果見込額(千円)", "7,000")
    assert told["I3"] == ("主管課", "【企画部 経営企画課】")
    assert "L1" not in told  # 回収のための目印


def test_what_came_back_is_laid_over(plan: sheetgen.Plan) -> None:
    values = {"years[0].result.value": "３４台", "form.owners": "ない欄", "years[99].plan": "ない"}
    made = sheet_picture(plan, TEMPLATE, RESULTS, "08-08", layout=LAYOUT, values=values)
    assert ("L10", "令和5年度の成果指標の実績値", "３４台") in made.values
    assert all(one.cell != "L10" for one in picture(plan).values)


def test_refusals_say_why(plan: sheetgen.Plan, tmp_path: Path) -> None:
    assert refusal(plan, TEMPLATE, RESULTS, "99-99", layout=LAYOUT) == ["F003"]
    assert refusal(plan, TEMPLATE, RESULTS, "08-08", layout=tmp_path) == ["D004"]
    assert refusal(plan, tmp_path / "no.xlsx", RESULTS, "08-08", layout=LAYOUT) == ["T001"]
    fontless = {"layout": LAYOUT, "fonts": tmp_path}
    assert refusal(plan, TEMPLATE, RESULTS, "08-08", **fontless) == ["D002"]


def test_one_child_draws_many_and_is_replaced(
    plan: sheetgen.Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    PAINTER.close()
    monkeypatch.setattr(painting, "PICTURES", 3)
    first, children = picture(plan), []
    for _ in range(4):
        child = PAINTER._child
        assert picture(plan) == first
        children.append(child and child.pid)
    # 三枚で替わる。
    assert children[0] == children[1]
    assert children[2] is None
    assert children[3] not in {None, children[0]}


def test_a_child_gone_while_waiting_is_replaced(plan: sheetgen.Plan) -> None:
    PAINTER.close()
    first = picture(plan)
    child = PAINTER._child
    assert child is not None
    child.kill()
    child.wait()
    assert picture(plan) == first


def test_a_child_that_never_answers_is_ended(
    plan: sheetgen.Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    PAINTER.close()
    monkeypatch.setattr(painting, "LONGEST_SECONDS", 0.3)
    monkeypatch.setattr(painting, "_SERVE", "import time; time.sleep(60)")
    assert refusal(plan, TEMPLATE, RESULTS, "08-08", layout=LAYOUT) == ["D029"]
    assert PAINTER._child is None


def test_an_idle_child_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    soon = "from sheetgen.publish import typesetting; typesetting.IDLE_SECONDS = 0.05; "
    monkeypatch.setattr(painting, "_SERVE", soon + "typesetting.serve_pictures()")
    PAINTER.close()
    assert PAINTER._begin().wait(timeout=20) == 0
    PAINTER.close()
