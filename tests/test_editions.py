"""公表した計画と照会のときの計画：一度しまい、二度と書かず、過ぎた年度はそれで見る。"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from making import changed_plan, form_sheets, input_cells, item_of, places
from reporting import LAYOUT, ROOT, document_for, request_for, shortened, with_results

from sheetgen.cli.boundary import main
from sheetgen.collect.receiving import collect_returns
from sheetgen.collect.request import CollectRequest
from sheetgen.form.jobs import GenerateRequest
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import read_path, with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.plan.saving import render_plan
from sheetgen.problems import ExitCode, SheetgenError, UsageError
from sheetgen.publish.comparing import CompareRequest, compare
from sheetgen.publish.document.results import ResultsPart, results_part
from sheetgen.publish.exporting import DataFormat, ExportRequest, export
from sheetgen.publish.publishing import Output
from sheetgen.publish.reporting import document_of, report
from sheetgen.publish.sources import source_of
from sheetgen.records.editions import keep_round_sent, open_history
from sheetgen.records.journal import Action
from sheetgen.records.ledger import commit, open_ledger
from sheetgen.send.distributing import DistributeRequest, distribute
from sheetgen.send.generating import generate
from sheetgen.year.adding import AddRequest, add_items
from sheetgen.year.rolled_plan import RolloverRequest
from sheetgen.year.rollover import rollover


def results_of(plan: Path) -> ResultsPart | None:
    """文書の実績の部。様式のページは作らない（実物の計画では、それに一秒余りかかる）。"""
    source = source_of(open_history(plan, printed=True), None, None)
    return results_part(source.years, 3, source.earlier, ())


NOW = datetime(2025, 3, 31, 12, 0)
TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"
REVISION = Round(RoundKind.REVISION, 2024)
RETIRED = ("05-04", "08-09")


@pytest.fixture
def plan(tmp_path: Path, plan_path: Path) -> Path:
    """令和5年度の実績がすべて入った、実物の計画のデータ。"""
    return with_results(plan_path, tmp_path / "plan.json", (2023,))


def answered(plan: Path, item: str, values: dict[str, Any], mark: str = "2024M") -> None:
    """照会の答えを、計画のデータと記録簿に入れる。"""
    with open_ledger(plan, writing=True) as ledger:
        found = ledger.master.plan.find(item)[2]
        run = ledger.new_run(NOW.astimezone(), "係", round=mark)
        lines = [
            run.entry(
                Action.RECORD,
                item=item,
                path=path,
                label="欄",
                old=read_path(found, path, 0),
                new=value,
            )
            for path, value in values.items()
        ]
        new = with_items(ledger.master.plan, {item: with_values(found, values, 0)})
        commit(ledger, new, [*lines, run.end()])


def turn(plan: Path, **asked: Any) -> None:
    wish = {"force": True, "to": 2025, "reason": "試し", **asked}
    rollover(RolloverRequest(plan=plan, **wish), now=NOW, who="係")


REVISED = {"years[2].target": 40, "years[2].effect": 8000, "initiatives[2025]": "■ 増やす。"}


@pytest.mark.parametrize("kept", [True, False], ids=["しまってある", "記録簿から"])
def test_the_changes_of_a_revision_are_found_without_naming_a_file(
    plan: Path, tmp_path: Path, kept: bool
) -> None:
    """見直し照会が変えた値は、切り替えたときの控えには、もう入っている。"""
    if kept:
        keep_round_sent(plan, REVISION)
    answered(plan, "08-08", REVISED)
    turn(plan)
    before = open_history(plan).published(2024)
    assert before is not None
    assert load_plan(plan).find("08-08")[2].initiative(2025) == "■ 増やす。"
    item = before.plan.find("08-08")[2]
    assert (item.years[2].target, item.years[2].effect) == (36, 7200)
    assert item.initiative(2025) != REVISED["initiatives[2025]"]
    assert before.restored is not kept
    result = compare(
        CompareRequest(plan=plan, layout=LAYOUT, root=tmp_path, outputs=(Output.HTML,))
    )
    assert ("D061" if kept else "D051") in {one.code for one in result.report.problems}
    text = result.report.files[0].path.read_text("utf-8")
    assert "7,200" in text
    assert "8,000" in text
    document = document_for(tmp_path, plan=plan)
    assert document.results is not None
    rows = [row for group in document.results.changes.groups for row in group.rows]
    (changed,) = [one for one in rows if one.item == "08-08"]
    assert "令和７年度の" in changed.what


def test_what_the_round_began_with_is_kept_once(plan: Path) -> None:
    keep_round_sent(plan, REVISION)
    path = plan.parent / "archive" / "令和6年度_見直し照会.json"
    first = path.read_bytes()
    assert first == plan.read_bytes()
    answered(plan, "08-08", REVISED)
    keep_round_sent(plan, REVISION)
    assert path.read_bytes() == first


def test_a_retired_item_stays_in_the_years_in_which_it_was_in_force(
    plan: Path, tmp_path: Path
) -> None:
    before = results_of(plan)
    whole = before.effects.total if before else None
    assert whole is not None
    turn(plan, retire=RETIRED)
    ended = {one.item.id: one.fiscal_year for one in load_plan(plan).ended_items}
    assert ended == {"05-04": 2024, "08-09": 2024}
    after = results_of(plan)
    assert before is not None
    assert after is not None
    assert after.grades.total == before.grades.total
    assert after.grades.total.total == 71
    assert "うち、終了したもの2件" in after.grades.note
    assert after.effects.total.planned == whole.planned
    assert after.effects.total.actual == whole.actual
    # これから先の見込額は減り、減った分を言う。
    data = json.loads(plan.read_text("utf-8"))
    gone = sum(
        year["effect"]
        for one in data["ended_items"]
        for year in one["item"]["years"][2:]
        if isinstance(year["effect"], int)
    )
    assert gone > 0
    assert after.effects.total.planned_in_all.value == (whole.planned_in_all.value or 0) - gone
    assert f"見込額 {gone:,} は含まない" in after.effects.note
    # 番号を詰めると、同じ番号の、いまある実施項目と見分けられない。
    titles = [one["item"]["title"] for one in data["ended_items"]]
    assert all(title in after.effects.note for title in titles)


def test_a_retired_item_is_asked_for_its_last_year_and_its_answer_is_published(
    plan: Path, tmp_path: Path
) -> None:
    turn(plan, retire=RETIRED, renumber=True)
    made = generate(GenerateRequest(plan=plan, template=TEMPLATE, root=tmp_path))
    forms = [item for book in made.books for item in book.items]
    assert {*RETIRED} <= set(forms)
    with open_ledger(plan, writing=True) as ledger:
        known = {one.item.id: one.item for one in ledger.master.plan.ended_items}
        last = with_values(
            known["08-09"], {"years[1].result.grade": "B", "years[1].result.effect": 77}, 0
        )
        commit(ledger, with_items(ledger.master.plan, {"08-09": last}), [])
    results = results_of(plan)
    assert results is not None
    assert results.grades.heading == "令和６年度の評価"
    assert results.ended is not None
    rows = {row.label: row for row in results.ended.rows}
    assert rows["(8)⑨"].grade == "B"
    assert rows["(8)⑨"].actual_effect == "77"
    assert results.effects.total.actual.value == 77


def test_the_scale_stays_with_the_year_in_which_it_was_used(plan: Path, tmp_path: Path) -> None:
    before = results_of(plan)
    turn(plan)
    data = json.loads(plan.read_text("utf-8"))
    data["evaluation_scale"] = [
        {"grade": "5", "meaning": "新しい意味"},
        {"grade": "1", "meaning": "新しい意味"},
    ]
    plan.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", "utf-8")
    after = results_of(plan)
    assert before is not None
    assert after is not None
    assert after.grades.grades == before.grades.grades
    assert after.grades.meanings == before.grades.meanings
    assert after.grades.total == before.grades.total


def test_owners_and_targets_of_a_past_year_are_those_of_its_round(
    plan: Path, tmp_path: Path
) -> None:
    keep_round_sent(plan, Round(RoundKind.RESULTS, 2024))
    before = results_of(plan)
    assert before is not None

    def change(data: dict[str, Any]) -> None:
        item = item_of(data, "08-08")
        item["owners"] = [{"department": "総務部", "section": "財産管理課"}]
        item["years"][0]["target"] = 99999
        item["years"][0]["effect"] = 1

    changed_plan(plan, plan, change)
    after = results_of(plan)
    assert after is not None
    assert after.grades == before.grades
    assert after.effects.total.planned == before.effects.total.planned
    assert after.behind == before.behind


def test_money_of_a_year_before_an_item_began_is_not_counted_and_said(
    plan: Path, tmp_path: Path
) -> None:
    before = results_of(plan)

    def change(data: dict[str, Any]) -> None:
        item_of(data, "06-04")["years"][0]["result"]["effect"] = 777

    changed_plan(plan, plan, change)
    after = results_of(plan)
    assert before is not None
    assert after is not None
    assert after.effects.total == before.effects.total
    assert "（(6)④、777）は数えていない" in after.effects.note


def test_a_published_document_comes_again_byte_for_byte(plan: Path, tmp_path: Path) -> None:
    changed_plan(plan, plan, shortened)
    asked = request_for(tmp_path, plan=plan, outputs=(Output.PDF, Output.HTML))
    final = report(
        type(asked)(**{**vars_of(asked), "final": True, "published": "2024-03"}), now=NOW, who="係"
    )
    assert "D056" in {one.code for one in final.problems}
    published = {file.path.name: file.path.read_bytes() for file in final.files}
    kept = plan.parent / "archive" / "令和6年度_公表.json"
    assert kept.read_bytes() == plan.read_bytes()
    keep_round_sent(plan, REVISION)
    first = next(item for _, _, item in load_plan(plan).items()).id
    answered(plan, first, {"initiatives[2025]": "■ 次の年度。", "years[2].target": 1})
    turn(plan)
    for changes in ({"year": 2024}, {"plan": kept}):
        again = report(request_for(tmp_path / "再び", **{**vars_of(asked), **changes}))
        assert {file.path.name: file.path.read_bytes() for file in again.files} == published


def test_what_was_published_is_never_written_again_and_the_last_of_it_is_the_published(
    plan: Path, tmp_path: Path
) -> None:
    """正して公表し直したものは別の名でしまい、前のものは残る。"""
    changed_plan(plan, plan, shortened)
    asked = request_for(tmp_path, plan=plan, outputs=(Output.HTML,))
    final = type(asked)(**{**vars_of(asked), "final": True, "published": "2024-03"})
    report(final, now=NOW, who="係")
    keep_round_sent(plan, REVISION)
    first = plan.parent / "archive" / "令和6年度_公表.json"
    before = first.read_bytes()
    assert open_history(plan).published(2024).file == first  # type: ignore[union-attr]

    changed_plan(plan, plan, lambda data: item_of(data, "01-01").update(title="正した名"))
    with pytest.raises(UsageError):
        report(final, now=NOW, who="係")
    (plan.parent / "archive" / "令和6年度_見直し照会.json").unlink()
    report(final, now=NOW, who="係")
    assert first.read_bytes() == before
    again = first.with_stem("令和6年度_公表-2")
    assert load_plan(again).find("01-01")[2].title == "正した名"
    assert open_history(plan).published(2024).file == again  # type: ignore[union-attr]
    report(final, now=NOW, who="係")
    assert sorted(first.parent.glob("*公表*")) == sorted([first, again])


def vars_of(request: Any) -> dict[str, Any]:
    return {name: getattr(request, name) for name in request.__slots__}


def test_a_document_is_final_only_when_nothing_is_open(plan: Path, tmp_path: Path) -> None:
    changed_plan(plan, plan, lambda data: data["revision"].update(published=None))
    for wish, code in (
        ({"final": True}, "D054"),
        ({"final": True, "draft": True, "published": "2024-03"}, "D052"),
        ({"published": "2024-03"}, "D053"),
        ({"final": True, "published": "2024-03", "year": 2025}, "D057"),
    ):
        with pytest.raises(UsageError) as refused:
            report(request_for(tmp_path, plan=plan, **wish))
        assert [one.code for one in refused.value.problems] == [code]
    assert not (plan.parent / "archive").exists()


def test_a_wrong_earlier_plan_is_refused_with_the_right_one(plan: Path, tmp_path: Path) -> None:
    keep_round_sent(plan, REVISION)
    answered(plan, "08-08", REVISED)
    turn(plan)
    wrong = plan.parent / "archive" / "令和6年度_2025-03-31.json"
    with pytest.raises(UsageError) as refused:
        document_of(request_for(tmp_path, plan=plan, earlier=wrong))
    (problem,) = refused.value.problems
    assert problem.code == "D055"
    assert problem.facts["right"] == "令和6年度_見直し照会.json"
    right = wrong.with_name("令和6年度_見直し照会.json")
    assert document_for(tmp_path, plan=plan, earlier=right) == document_for(tmp_path, plan=plan)


def test_nothing_is_written_into_a_kept_plan(plan: Path) -> None:
    keep_round_sent(plan, REVISION)
    kept = plan.parent / "archive" / "令和6年度_見直し照会.json"
    before = {path: path.read_bytes() for path in kept.parent.iterdir()}
    with pytest.raises(SheetgenError) as refused, open_ledger(kept, writing=True):
        pass
    assert [one.code for one in refused.value.problems] == ["S113"]
    made = generate(GenerateRequest(plan=kept, template=TEMPLATE, root=plan.parent))
    assert "S113" in {one.code for one in made.problems}
    wish = DistributeRequest(
        plan=kept, template=TEMPLATE, root=plan.parent, letters=ROOT / "templates" / "letters"
    )
    with pytest.raises(SheetgenError) as refused:
        distribute(wish)
    assert [one.code for one in refused.value.problems] == ["S113"]
    assert not list(plan.parent.rglob("*.eml"))
    assert {path: path.read_bytes() for path in kept.parent.iterdir()} == before


def test_items_retired_by_an_older_version_are_taken_over(plan: Path, tmp_path: Path) -> None:
    """前の版は、終えた実施項目を計画のデータから消し、控えにだけ残した。"""
    before = results_of(plan)
    turn(plan, retire=RETIRED)
    data = json.loads(plan.read_text("utf-8"))
    del data["ended_items"], data["past_scales"]
    plan.write_bytes((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())
    seen = open_history(plan).plan
    assert {one.item.id: one.fiscal_year for one in seen.ended_items} == dict.fromkeys(
        RETIRED, 2024
    )
    after = results_of(plan)
    assert before is not None
    assert after is not None
    assert after.grades.total == before.grades.total
    assert after.effects.total.actual == before.effects.total.actual


def test_the_month_of_publication_is_not_guessed(plan: Path, tmp_path: Path) -> None:
    """実績を加えて作り直した文書は、公表年月に公表したものではない。"""
    assert document_for(tmp_path, plan=plan).cover.published == (
        "令和６年３月（令和５年度の取組実績を追加）"
    )
    turn(plan)
    assert document_for(tmp_path, plan=plan).cover.published == "令和　　年　　月"


def test_the_model_shows_the_plan_of_each_year(plan_path: Path) -> None:
    plan = load_plan(plan_path)
    assert [plan.in_year(year).item_count for year in (2023, 2024, 2027)] == [71, 74, 74]
    assert isinstance(plan.with_ended(2023), Plan)
    assert render_plan(plan.with_ended(2023)) == plan_path.read_bytes()


def test_a_past_round_is_collected_into_the_plan_as_it_was(tmp_path: Path, plan_path: Path) -> None:
    """令和7年度に届いた、令和6年度の実績照会の答え。終えた項目に入り、加えた項目は待たない。"""
    plan = tmp_path / "data" / "plan.json"
    plan.parent.mkdir()
    plan.write_bytes(plan_path.read_bytes())
    keep_round_sent(plan, Round(RoundKind.RESULTS, 2024))
    wish = {"template": TEMPLATE, "root": tmp_path}
    made = generate(GenerateRequest(plan=plan, items=("08-09",), out=tmp_path / "送った", **wish))
    turn(plan, retire=("08-09",))

    def grow(data: dict[str, Any]) -> None:
        measure = data["policies"][0]["measures"][0]
        new = json.loads(json.dumps(measure["entries"][0], ensure_ascii=False))
        new.update(id="01-07", number=7, title="新しい項目", introduced=2025)
        measure["entries"].append(new)
        for place in places(data):
            if place.item["owners"][0]["section"] == "経営企画課":
                place.item["owners"] = [{"department": "総務部", "section": "財産管理課"}]

    changed_plan(plan, plan, grow)
    (book,) = made.books
    opened = openpyxl.load_workbook(book.path)
    (sheet,) = form_sheets(opened)
    cells = {path: cell for cell, path in input_cells(TEMPLATE).items()}
    sheet[cells["years[0].result.text"]] = "・売却を進めた。"
    sheet[cells["years[0].result.value"]] = 2350
    sheet[cells["years[0].result.effect"]] = 2350
    sheet[cells["years[0].result.grade"]] = "A"
    opened.save(tmp_path / "戻り.xlsx")
    result = collect_returns(
        CollectRequest(
            paths=(tmp_path / "戻り.xlsx",), plan=plan, year=2024, round=RoundKind.RESULTS, **wish
        )
    )
    states = {one.item: one.state.value for one in result.items}
    assert len(states) == 71
    assert "01-07" not in states
    assert result.run is not None, [problem.code for problem in result.problems]
    (ended,) = load_plan(plan).ended_items
    assert ended.item.years[0].result.effect == 2350
    # 課は、そのときの主管課で数える。
    owners = {one.item: one.section for one in result.items}
    assert owners["01-01"] == "企画部 経営企画課"


def test_a_past_target_changed_by_hand_is_told(plan: Path, tmp_path: Path) -> None:
    keep_round_sent(plan, Round(RoundKind.RESULTS, 2024))
    asked = request_for(tmp_path, plan=plan)
    assert "D060" not in {one.code for one in document_of(asked)[1]}
    changed_plan(
        plan, plan, lambda data: item_of(data, "08-08")["years"][0].update(effect=1, target=1)
    )
    (told,) = [one for one in document_of(asked)[1] if one.code == "D060"]
    assert told.facts == {"year": "令和５年度", "count": "1", "first": "08-08"}


def test_every_item_is_counted_in_a_section_though_its_section_is_gone(
    plan: Path, tmp_path: Path
) -> None:
    """終えた実施項目の課が、そのあとの組織改正でなくなっても、課ごとの数の和は計になる。"""
    turn(plan, retire=RETIRED)

    def reorganise(data: dict[str, Any]) -> None:
        for one in data["ended_items"]:
            one["item"]["owners"] = [{"department": "旧部", "section": "旧課"}]

    changed_plan(plan, plan, reorganise)
    # 控えのない計画では、終えたときの課しか分からない。
    for kept in (plan.parent / "archive").glob("*.json"):
        kept.unlink()
    results = results_of(plan)
    assert results is not None
    assert sum(row.total for row in results.grades.by_section) == results.grades.total.total == 71
    assert results.grades.by_section[-1].label == "旧部 旧課"
    made = generate(GenerateRequest(plan=plan, template=TEMPLATE, root=tmp_path))
    told = [one.place.item for one in made.problems if one.code == "F040"]
    assert sorted(told) == sorted(RETIRED)


def test_open_data_hold_what_is_published_while_a_revision_is_out(
    plan: Path, tmp_path: Path
) -> None:
    def exported(name: str) -> list[dict[str, str]]:
        wish = ExportRequest(
            plan=plan, root=tmp_path, out=tmp_path / name, formats=(DataFormat.CSV,)
        )
        export(wish)
        with (tmp_path / name / "yearly_figures.csv").open(encoding="utf-8-sig") as source:
            return list(csv.DictReader(source))

    keep_round_sent(plan, REVISION)
    before = exported("前")
    answered(plan, "08-08", REVISED)
    assert exported("後") == before
    turn(plan)
    values = [row["値"] for row in exported("次") if row["実施項目のID"] == "item-08-08"]
    assert "8000" in values
    assert "7200" not in values


def test_the_history_of_an_ended_item_is_still_there(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(plan, "08-09", {"years[0].result.effect": 123}, mark="2024J")
    turn(plan, retire=RETIRED, renumber=True)
    for name in ("08-09", "8-9"):
        assert main(["history", name, "--plan", str(plan)]) == ExitCode.OK
        shown = capsys.readouterr().out
        assert "08-09 (8)⑨" in shown
        assert "123" in shown
    # 印刷の番号は、いまその番号の実施項目を指す。
    assert main(["history", "(8)⑨", "--plan", str(plan)]) == ExitCode.OK
    assert "08-10" in capsys.readouterr().out


def ended_plan(plan: Path) -> None:
    """計画の終わった翌年度まで進める。実績はすべて入れる。"""
    data = json.loads(with_results(plan, plan, range(2023, 2028)).read_text("utf-8"))
    for place in places(data):
        kept = place.item["initiatives"]
        place.item["initiatives"] = {year: text for year, text in kept.items() if year < "2028"}
        place.item["overall_grade"] = "B"
    plan.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", "utf-8")
    for year in range(2025, 2029):
        turn(plan, to=year, retire=(RETIRED[:1] if year == 2026 else ()))


def test_the_last_document_has_the_whole_period(plan: Path, tmp_path: Path) -> None:
    ended_plan(plan)
    document = document_for(tmp_path, plan=plan)
    results = document.results
    assert results is not None
    whole = results.whole
    assert whole is not None
    assert [row.total for row in whole.yearly[0].rows] == [71, 74, 74, 73, 73]
    assert whole.yearly[0].rows[-1].counts == (0, 73, 0, 0, 0)
    assert len(whole.finals) == 73
    assert whole.ended is not None
    assert [row.title for row in whole.ended.rows] == [load_plan(plan).ended_items[0].item.title]
    assert whole.total == results.effects.total
    assert document.revision.highlights is not None
    assert document.revision.highlights.after == (
        "令和９年度（計画最終年度）の実施項目数；７３件（ほかに、計画期間の途中で終了１件）"
    )
    made = report(request_for(tmp_path, plan=plan, outputs=(Output.HTML,)))
    page = made.files[0].path.read_text("utf-8")
    assert "計画期間（令和５年度から令和９年度まで）のまとめ" in page


def test_nothing_is_added_after_the_end(plan: Path, tmp_path: Path) -> None:
    ended_plan(plan)
    before = plan.read_bytes()
    with pytest.raises(SheetgenError) as refused:
        add_items(AddRequest(plan=plan, fields={"title": "遅い項目"}))
    assert [one.code for one in refused.value.problems] == ["S115"]
    assert plan.read_bytes() == before
    report(
        request_for(tmp_path, plan=plan, final=True, published="2028-12", outputs=(Output.HTML,))
    )
    kept = plan.parent / "archive" / "令和10年度_公表.json"
    assert kept.read_bytes() == plan.read_bytes()


def test_a_figure_is_printed_in_the_format_that_was_taken_with_it(
    plan: Path, tmp_path: Path
) -> None:
    """回収のときに改めた表示形式は、照会のときの計画にない。56 を 56 に届かないとは言えない。"""
    keep_round_sent(plan, Round(RoundKind.RESULTS, 2024))

    def take(data: dict[str, Any]) -> None:
        item = item_of(data, "05-01")
        item["indicator"]["number_format"] = "0.0"
        item["years"][0]["result"]["value"] = 55.6

    changed_plan(plan, plan, take)
    results = results_of(plan)
    assert results is not None
    (row,) = [one for one in results.behind.rows if one.item == "05-01"]
    assert (row.target, row.actual) == ("56.0", "55.6")


def grown(data: dict[str, Any], introduced: int, **result: Any) -> None:
    """初めの推進項目に、実施項目を一つ加える。"""
    measure = data["policies"][0]["measures"][0]
    new = json.loads(json.dumps(measure["entries"][0], ensure_ascii=False))
    new.update(id="01-07", number=7, title="加えた項目", introduced=introduced)
    for year in new["years"]:
        year["result"] = dict.fromkeys(year["result"])
    new["years"][0]["result"].update(result)
    measure["entries"].append(new)


def test_an_item_found_after_the_round_went_out_is_counted_everywhere_alike(
    plan: Path, tmp_path: Path
) -> None:
    """照会のあとで、その年度からの項目を加えた。X008 のとおり、追加した年度を直した。"""
    keep_round_sent(plan, Round(RoundKind.RESULTS, 2024))
    kept = plan.parent / "archive" / "令和6年度_実績照会.json"
    before = results_of(plan)

    def correct(data: dict[str, Any]) -> None:
        grown(data, 2023, effect=5555, grade="A")
        item = item_of(data, "06-04")
        item["introduced"] = 2023
        item["years"][0]["result"].update(effect=777, grade="A")
        late = item_of(data, "08-08")
        late["introduced"] = 2024
        late["years"][0]["result"] = dict.fromkeys(late["years"][0]["result"])

    changed_plan(plan, plan, correct)
    after = results_of(plan)
    assert before is not None
    assert after is not None
    assert after.grades.total.total == before.grades.total.total + 2 - 1 == 72
    gone = load_plan(kept).find("08-08")[2].years[0].result.effect
    assert isinstance(gone, int)
    assert (
        after.effects.total.actual.value == (before.effects.total.actual.value or 0) + 6332 - gone
    )
    export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "表", formats=(DataFormat.CSV,)))
    with (tmp_path / "表" / "grades.csv").open(encoding="utf-8-sig") as source:
        assert len(list(csv.DictReader(source))) == 72


def test_an_item_of_a_coming_year_is_not_published_before_its_year(
    plan: Path, tmp_path: Path
) -> None:
    """次の年度からの項目は、この年度の文書にも、件数にも、オープンデータにもない。"""
    before = document_for(tmp_path, plan=plan)
    changed_plan(plan, plan, lambda data: grown(data, 2025))
    document, told = document_of(request_for(tmp_path, plan=plan))
    assert document == before
    assert ("D063", "01-07") in {(one.code, one.place.item) for one in told}
    export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "表", formats=(DataFormat.CSV,)))
    with (tmp_path / "表" / "items.csv").open(encoding="utf-8-sig") as source:
        assert len(list(csv.DictReader(source))) == 74
    # 始まらないまま終えたものは、公表した件数を変えない。
    turn(plan, retire=("01-07", "08-09"))
    highlights = document_for(tmp_path, plan=plan).revision.highlights
    assert highlights is not None
    assert highlights.before == "令和６年度の実施項目数；74件"
    assert "７３件（終了１件）" in highlights.after


def test_a_document_that_differs_from_the_final_one_is_told(plan: Path, tmp_path: Path) -> None:
    """確定したあとで計画のデータを直した文書は、公表年月が同じでも、公表したものではない。"""
    changed_plan(plan, plan, shortened)
    asked = request_for(tmp_path, plan=plan, outputs=(Output.HTML,))
    final = type(asked)(**{**vars_of(asked), "final": True, "published": "2024-03"})
    report(final, now=NOW, who="係")

    def told() -> list[str]:
        return [one.place.file for one in document_of(asked)[1] if one.code == "D062"]  # type: ignore[misc]

    # 実績と、課のメールは、公表した計画を変えない。
    def arrive(data: dict[str, Any]) -> None:
        item_of(data, "08-01")["years"][0]["result"]["effect"] = 12
        data["departments"][0]["sections"][0]["email"] = "a@example.jp"

    changed_plan(plan, plan, arrive)
    assert told() == []
    changed_plan(plan, plan, lambda data: item_of(data, "08-01")["years"][2].update(effect=99999))
    assert told() == [str(plan.parent / "archive" / "令和6年度_公表.json")]
    wish = ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "表", formats=(DataFormat.CSV,))
    assert "D062" in {one.code for one in export(wish).problems}
    report(final, now=NOW, who="係")
    assert told() == []


def test_open_data_carry_the_terms_written_while_a_revision_is_out(
    plan: Path, tmp_path: Path
) -> None:
    keep_round_sent(plan, REVISION)
    terms = {"license": "CC-BY-4.0", "license_url": None, "contact": "0463-00-0000"}
    changed_plan(plan, plan, lambda data: data.update(open_data=terms))
    wish = ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "表", formats=(DataFormat.CSV,))
    result = export(wish)
    assert not {"X004", "X006"} & {one.code for one in result.problems}
    assert "0463-00-0000" in (tmp_path / "表" / "datapackage.json").read_text("utf-8")


def test_what_was_kept_in_a_turn_that_was_taken_back_is_not_read(
    plan: Path, tmp_path: Path
) -> None:
    """切り替えを控えから戻してやり直した。前の切り替えのあとにしまった計画の番号は、もう印刷しない。"""
    turn(plan, retire=("08-09",), renumber=True)
    asked = Round(RoundKind.RESULTS, 2025)
    keep_round_sent(plan, asked)
    folder = plan.parent / "archive"
    kept = folder / "令和7年度_実績照会.json"
    stale = kept.read_bytes()
    plan.write_bytes((folder / "令和6年度_2025-03-31.json").read_bytes())
    wish = RolloverRequest(
        plan=plan, to=2025, retire=("05-04",), renumber=True, force=True, reason="やり直し"
    )
    told = [one for one in rollover(wish, now=NOW).problems if one.code == "S116"]
    assert not kept.exists()
    (aside,) = [Path(str(one.place.file)) for one in told]
    assert aside.read_bytes() == stale
    keep_round_sent(plan, asked)
    assert load_plan(kept).find("08-09")[2].number == 9
    with_results(plan, plan, (2023, 2024))
    results = results_of(plan)
    assert results is not None
    labels = [row.label for row in results.behind.rows]
    assert {"08-09", "08-10"} <= {row.item for row in results.behind.rows}
    assert len(labels) == len(set(labels))


def test_an_answer_undone_after_the_turn_was_still_in_the_plan_that_was_closed(plan: Path) -> None:
    """前の版で切り替えた計画：閉じたときの値から戻すのに、あとの取り消しは関わらない。"""
    answered(plan, "08-08", REVISED)
    with open_ledger(plan, writing=False) as ledger:
        run = ledger.entries[0].run
    turn(plan)
    assert main(["undo", "--run", run, "--plan", str(plan)]) == ExitCode.OK
    assert load_plan(plan).find("08-08")[2].years[2].target == 36
    before = open_history(plan).published(2024)
    assert before is not None
    assert before.plan.find("08-08")[2].years[2].target == 36


def test_an_item_added_by_mistake_and_taken_back_is_counted_in_no_year(
    plan: Path, tmp_path: Path
) -> None:
    before = results_of(plan)
    words = [
        "--measure", "8", "--title", "誤り", "--owner", "企画部 経営企画課", "--improvement", "● a",
        "--current-state", "◆ b", "--vision", "■ c", "--indicator", "件数", "--current", "1",
        "--final-target", "10", "--introduced", "R5", "--effect", "R5=100",
    ]  # fmt: skip
    assert main(["add-item", "--plan", str(plan), *words]) == ExitCode.OK
    keep_round_sent(plan, Round(RoundKind.RESULTS, 2024))
    assert main(["undo", "--plan", str(plan)]) == ExitCode.OK
    after = results_of(plan)
    assert before is not None
    assert after is not None
    assert after.grades.total == before.grades.total
    assert after.effects.total == before.effects.total


def test_a_kept_plan_that_is_lost_is_told(plan: Path, tmp_path: Path) -> None:
    turn(plan)
    asked = request_for(tmp_path, plan=plan)
    assert "D064" not in {one.code for one in document_of(asked)[1]}
    kept = plan.parent / "archive" / "令和6年度_2025-03-31.json"
    kept.rename(tmp_path / "どこか.json")
    (told,) = [one for one in document_of(asked)[1] if one.code == "D064"]
    assert told.facts == {"count": 1, "files": kept.name}
