"""状況：どの実施項目がどこまで進んだか、何を見せるか。"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import second_city
from making import changed_plan, item_of, load, places
from reporting import document_for, with_results
from returned.desk import Desk, states
from returned.post import Post
from returned.sections import TEXT
from status_desk import (
    ASKED,
    BLANK,
    HELD,
    NOT_SENT,
    NOW,
    ON_TIME,
    RETURNED,
    WAITING,
    issue,
    sent,
)

from sheetgen.cli.japanese import columns
from sheetgen.cli.status import deadline_words, status_table
from sheetgen.collect.recording import open_items_after as with_outcomes
from sheetgen.collect.request import ItemOutcome
from sheetgen.messages.year import LOST
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import SheetgenError, UsageError
from sheetgen.records.open_items import (
    ItemState,
    OpenItem,
    load_open_items,
    open_items_path,
    save_open_items,
)
from sheetgen.year.standing import Stage, Standing, StatusRequest
from sheetgen.year.status import status

ROOT = Path(__file__).resolve().parent.parent
LAYOUT = ROOT / "templates"


def look(plan: Path, **wishes: object) -> Standing:
    request = StatusRequest(plan=plan, layout=LAYOUT, root=plan.parent, **wishes)  # type: ignore[arg-type]
    return status(request, NOW).standing


def stages(standing: Standing) -> dict[str, Stage]:
    return {one.item: one.stage for one in standing.items}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Standing:
    folder = tmp_path_factory.mktemp("status")
    plan = with_results(ROOT / "data" / "plan.json", folder / "plan.json", (2023,))
    sent(plan)
    return look(plan)


def test_each_item_is_in_its_stage(standing: Standing) -> None:
    found = stages(standing)
    assert found[HELD] is Stage.IN_QUESTION
    [held] = [one for one in standing.items if one.item == HELD]
    assert held.note.splitlines() == [*ASKED, "ファイル: 届いたもの.xlsx"]
    assert found[BLANK] is Stage.BLANK
    assert found[RETURNED] is Stage.IN_QUESTION
    assert found[WAITING] is Stage.OUT
    assert found["02-07"] is Stage.NOT_SENT
    rest = {found[item] for item in found if item not in {HELD, BLANK, RETURNED, WAITING, "02-07"}}
    assert rest == {Stage.RECORDED, Stage.OUT}
    assert sum(standing.counts) == 71 == standing.total
    # 新規項目には、前の年度の実績を聞かない。
    assert standing.not_asked == ("(1)⑤", "(1)⑥", "(6)④")
    assert not {"01-05", "01-06", "06-04"} & found.keys()


def test_what_is_the_same_is_called_the_same() -> None:
    """状況と回収は、同じ状態を同じことばで言う。状況にだけあるのは、配る前と、取り消した後。"""
    assert {str(one) for one in Stage} - {str(one) for one in ItemState} == {"未配布", "取消"}
    assert {str(one) for one in ItemState} - {str(one) for one in Stage} == {"今回記録"}
    pages = [*(ROOT / "docs").glob("*.md"), *LAYOUT.rglob("*.html"), *LAYOUT.rglob("*.txt")]
    for page in pages:
        text = page.read_text("utf-8")
        assert not re.search("回答待ち|戻り未記録", text), page.name
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    for word in {*map(str, Stage), *map(str, ItemState)}:
        assert f"| {word} |" in glossary, word


def test_the_table_fits_a_screen_of_80_columns(standing: Standing) -> None:
    lines = list(status_table(standing))
    assert len(lines) == 30
    assert len({columns(line) for line in lines}) == 1
    assert columns(lines[0]) < 80
    marked = [line[2:].split()[1] for line in lines if line.startswith("* ")]
    assert marked == [one.name.split()[1] for one in standing.sections if one.is_late]
    assert marked


def test_the_deadline_is_told_above_the_table(standing: Standing) -> None:
    def told(*days: str) -> str:
        sections = [replace(one, deadline="") for one in standing.sections]
        for place, day in enumerate(days):
            sections[place] = replace(sections[place], deadline=day)
        return deadline_words(replace(standing, sections=tuple(sections)))

    assert told() == ""
    assert told("2024-07-31", "2024-07-31") == "提出期限 令和６年７月３１日（水）"
    assert told("2024-08-30", "2024-07-31").startswith(
        "提出期限 令和６年７月３１日（水）から令和６年８月３０日（金）まで"
    )


def test_sections_add_up_and_are_late(standing: Standing) -> None:
    assert len(standing.sections) == 28
    for number, _ in enumerate(standing.stages):
        assert sum(one.counts[number] for one in standing.sections) == standing.counts[number]
    by_name = {one.name: one for one in standing.sections}
    assert by_name["企画部 経営企画課"].reminders == 1
    assert by_name["企画部 経営企画課"].is_late
    assert by_name["企画部 経営企画課"].sent_on == "2024-07-01"
    assert not by_name[ON_TIME].is_late
    assert by_name[NOT_SENT].sent_on == ""
    assert standing.late == sum(one.is_late for one in standing.items) > 0


def test_figures_are_those_of_the_plan(standing: Standing, tmp_path: Path) -> None:
    plan = with_results(ROOT / "data" / "plan.json", tmp_path / "plan.json", (2023,))
    sent(plan)
    data = load(plan)
    first = [(place.policy["number"], place.item, place.item["years"][0]) for place in places(data)]
    for row, number in zip(standing.effect_rows, range(1, 6), strict=True):
        own = [year for policy, _, year in first if policy == number]
        planned = sum(one["effect"] for one in own if isinstance(one["effect"], int))
        done = [one["result"]["effect"] for one in own]
        assert (row.planned_to_date.value or 0) == planned
        assert (row.actual_to_date.value or 0) == sum(one for one in done if isinstance(one, int))
    started = [year for _, item, year in first if item["introduced"] <= 2023]
    assert standing.grade_total.total == len(started) == 71
    assert standing.grades[-1] == "未評価"
    for grade, count in zip(standing.grades[:-1], standing.grade_total.counts, strict=False):
        assert count == sum(one["result"]["grade"] == grade for one in started)


@pytest.mark.parametrize(
    ("item", "beyond", "grade", "said"),
    [
        ("08-12", 0, "C", "達成"),  # 当期純利益。目標は同じままで、初めの値より小さい
        ("08-12", 0, "A", "達成"),
        ("08-12", 500, "A", ""),
        ("08-12", -500, "D", ""),
        ("08-11", -1, "D", ""),  # 初めの値のままの目標。保つのか、そこまでにするのか
        ("02-04", 0, "D", "達成"),  # 可燃ごみの排出量。目標は年々小さくなる
        ("02-04", 1, "A", "未達"),
        ("08-08", -1, "A", "未達"),
    ],
)
def test_page_and_document_say_the_same_of_a_target(
    tmp_path: Path, item: str, beyond: int, grade: str, said: str
) -> None:
    """目標と同じなら、どちらの向きでも届いている。向きが分からなければ、どちらも何も言わない。"""

    def change(plan: dict[str, Any]) -> None:
        year = item_of(plan, item)["years"][0]
        year["result"].update(value=year["target"] + beyond, grade=grade)

    plan = changed_plan(ROOT / "data" / "plan.json", tmp_path / "plan.json", change)
    (row,) = [one for one in look(plan).items if one.item == item]
    assert row.against == said
    results = document_for(tmp_path, plan=plan).results
    assert results is not None
    assert [one.item for one in results.behind.rows] == ([item] if said == "未達" else [])
    assert (row.label in results.behind.note) is (said == "")


def test_a_target_that_stays_at_nothing_is_one_to_come_down_to(tmp_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        item = item_of(plan, "08-11")
        item["indicator"].update(current=0, target=0)
        for year in item["years"]:
            year["target"] = 0
        item["years"][0]["result"].update(value=2, grade="B")

    plan = changed_plan(ROOT / "data" / "plan.json", tmp_path / "plan.json", change)
    assert [one.item for one in look(plan).items if one.against == "未達"] == ["08-11"]


def test_pictures_keep_to_their_box_and_break_at_gaps(standing: Standing) -> None:
    drawn = [one.picture for one in standing.items if one.picture]
    assert len(drawn) > 30
    for picture in drawn:
        points = [*picture.target_points, *picture.actual_points]
        assert all(0 < x < picture.width and 0 < y < picture.height for x, y in points)
        assert len(picture.actual_points) <= 1
        assert picture.actual_lines == ()
    bench = next(one for one in standing.items if one.item == WAITING)
    assert bench.picture is not None
    heights = [y for _, y in bench.picture.target_points]
    assert heights == sorted(heights, reverse=True)
    assert [year.target for year in bench.trend] == ["34", "35", "36", "37", "38"]


def test_before_anything_is_sent(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_bytes((ROOT / "data" / "plan.json").read_bytes())
    request = StatusRequest(plan=plan, layout=LAYOUT, root=tmp_path)
    result = status(request, NOW)
    assert set(stages(result.standing).values()) == {Stage.NOT_SENT}
    assert [problem.code for problem in result.problems] == ["S010"]
    assert result.round == Round(RoundKind.RESULTS, 2024)
    assert {path.name for path in tmp_path.iterdir()} == {"plan.json", "output"}


def test_the_round_is_the_one_sent_last(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_bytes((ROOT / "data" / "plan.json").read_bytes())
    issue(plan, [WAITING], chosen=Round(RoundKind.REVISION, 2024))
    found = look(plan)
    assert found.round_name == "令和６年度の見直し照会"
    assert stages(found)[WAITING] is Stage.OUT
    assert look(plan, round=RoundKind.RESULTS).round_name == "令和６年度の実績照会"
    with pytest.raises(UsageError):
        look(plan, year=2040)


def test_a_page_takes_the_place_of_the_last(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    first = status(StatusRequest(plan=plan, layout=LAYOUT, root=tmp_path), NOW)
    later = NOW.replace(hour=17)
    again = status(StatusRequest(plan=plan, layout=LAYOUT, root=tmp_path), later)
    assert first.page == again.page
    assert [path.name for path in again.page.parent.iterdir()] == ["状況.html"]
    assert "17:00" in again.page.read_text("utf-8")
    assert again.standing.title == "見本市行政改革推進プラン"
    assert again.standing.grades == ("S", "A", "B", "未評価")


def test_a_city_in_its_first_year_has_no_results_yet(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    data = load(plan)
    data["revision"].update(fiscal_year=2025, published="2025-03")
    plan.write_text(json.dumps(data), encoding="utf-8")
    found = look(plan)
    assert found.round_name == "令和７年度の見直し照会"
    assert found.result_year == ""
    assert found.grade_total.total == 0


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    with pytest.raises(SheetgenError) as caught:
        status(StatusRequest(plan=plan, layout=tmp_path, root=tmp_path), NOW)
    assert [problem.code for problem in caught.value.problems] == ["D004"]


def test_collecting_tells_the_status(desk: Desk, post: Post) -> None:
    plain, held = post.send("08-08"), post.send("08-12", {TEXT: "別紙のとおり"})
    result = desk.collect(plain, held)
    assert states(result)["08-12"] is ItemState.HELD
    found = {one.item: one for one in look(desk.plan).items}
    assert found["08-08"].stage is Stage.RECORDED
    assert found["08-12"].stage is Stage.IN_QUESTION
    assert "R332" in found["08-12"].note
    assert found["08-01"].stage is Stage.OUT
    desk.collect(post.send("08-12"))
    assert stages(look(desk.plan))["08-12"] is Stage.RECORDED
    left, _ = load_open_items(desk.plan, "2024J")
    assert {one.state for one in left.values()} == {ItemState.UNTOUCHED}
    assert desk.command("undo").returncode == 0
    assert stages(look(desk.plan))["08-12"] is not Stage.RECORDED


def test_a_record_that_the_plan_no_longer_holds_is_not_called_recorded(
    desk: Desk, post: Post
) -> None:
    """前の計画のデータを置き直すと、記録簿には残るが、値はない。もう一度回収すれば入る。"""
    before, answer = desk.plan.read_bytes(), post.send("08-08")
    desk.collect(answer)
    assert stages(look(desk.plan))["08-08"] is Stage.RECORDED
    desk.plan.write_bytes(before)
    (found,) = [one for one in look(desk.plan).items if one.item == "08-08"]
    assert (found.stage, found.note) == (Stage.RETURNED, LOST)
    desk.collect(answer)
    assert stages(look(desk.plan))["08-08"] is Stage.RECORDED


def outcome(state: ItemState) -> ItemOutcome:
    return ItemOutcome("08-08", "課", state, files=("一.xlsx",))


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        (None, ItemState.HELD, ItemState.HELD),
        (None, ItemState.MISSING, None),
        (ItemState.HELD, ItemState.MISSING, ItemState.HELD),
        (ItemState.HELD, ItemState.UNTOUCHED, ItemState.HELD),
        (ItemState.UNTOUCHED, ItemState.HELD, ItemState.HELD),
        (ItemState.HELD, ItemState.RECORDED, None),
        (ItemState.UNTOUCHED, ItemState.KEPT, None),
    ],
)
def test_what_stays_open(before: ItemState | None, now: ItemState, after: ItemState | None) -> None:
    earlier = {"08-08": OpenItem(before, "前", ("一.xlsx",))} if before else {}
    found = with_outcomes(earlier, [outcome(now)], "後")
    assert {item: one.state for item, one in found.items()} == ({"08-08": after} if after else {})
    again = with_outcomes(found, [outcome(now)], "もっと後")
    assert again == found


def test_a_damaged_note_is_told_and_made_anew(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    open_items_path(plan).write_text("{", encoding="utf-8")
    result = status(StatusRequest(plan=plan, layout=LAYOUT, root=tmp_path), NOW)
    assert "S001" in [problem.code for problem in result.problems]
    one = {"01-01": OpenItem(ItemState.HELD, "2026-07-01T09:00:00+09:00", ("あ.xlsx",), ("R302",))}
    assert save_open_items(plan, "2026J", one) == ()
    assert load_open_items(plan, "2026J") == (one, ())
    assert load_open_items(plan, "2026M") == ({}, ())
