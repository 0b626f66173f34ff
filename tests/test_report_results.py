"""年次見直しの文書の、実績の部：分からないことを数にせず、言い切れないことを言わない。"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import second_city
from comparing import rows_of
from making import changed_plan, item_of, make, places
from ooxml import clients
from programs import pdftotext_bbox
from reporting import (
    ROOT,
    document_for,
    make_report,
    page_texts,
    pdf_of,
    request_for,
    shortened,
    with_results,
)

from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_plan
from sheetgen.plan.years import PlanYears
from sheetgen.problems import SheetgenError
from sheetgen.publish.comparison.whole import build_comparison
from sheetgen.publish.document.years import year_notes
from sheetgen.publish.html import render_html
from sheetgen.publish.publishing import ReportResult
from sheetgen.publish.reporting import document_of
from sheetgen.year.standing import StatusRequest
from sheetgen.year.status import status


def with_one_result(
    plan_path: Path, path: Path, item: str, *, short: bool = False, **result: Any
) -> Path:
    """令和5年度の実績を、一つの実施項目にだけ入れた計画を書く。"""

    def change(plan: dict[str, Any]) -> None:
        item_of(plan, item)["years"][0]["result"].update(result)
        if short:
            shortened(plan)

    return changed_plan(plan_path, path, change)


def test_what_changed_is_not_counted_without_the_earlier_plan(
    tmp_path: Path, plan_path: Path
) -> None:
    plan = with_one_result(
        plan_path, tmp_path / "plan.json", "08-01", short=True, text="・進めた。"
    )
    request = request_for(tmp_path, plan=plan)
    document, problems = document_of(request)
    assert [problem.code for problem in problems] == ["D013", "D015"]
    assert document.results is not None
    changes = document.results.changes
    assert [(group.name, group.rows) for group in changes.groups] == [("新規", ())]
    texts = page_texts(pdf_of(make_report(tmp_path, plan=plan)))
    (page,) = [text for text in texts if text.startswith("令和６年度年次見直しで変わった")]
    assert "新規0件" in page
    assert "変更" not in page
    html = render_html(document, request.layout).decode("utf-8")
    assert "<h4>新規 0件</h4>" in html
    assert "<h4>変更" not in html
    # 前の計画があれば、変わらないことも数のうち。
    known = document_for(tmp_path, plan=plan, earlier=plan).results
    assert known is not None
    names = [group.name for group in known.changes.groups]
    assert names == ["新規", "終了", "推進項目の移動", "変更", "番号だけの変更"]
    assert not any(group.rows for group in known.changes.groups)


def test_an_earlier_plan_that_is_none_is_told(tmp_path: Path, plan_path: Path) -> None:
    request = request_for(tmp_path, earlier=plan_path)
    (same,) = document_of(request)[1]
    assert same.code == "D016"
    assert "令和６年度" in describe(same)
    later = document_of(request_for(tmp_path, earlier=plan_path, year=2025))
    assert "D016" not in {problem.code for problem in later[1]}
    other = second_city.write_plan(tmp_path / "other.json")
    with pytest.raises(SheetgenError) as refused:
        document_of(request_for(tmp_path, earlier=other))
    assert [problem.code for problem in refused.value.problems] == ["D020"]


def test_results_missing_from_the_year_shown_are_told(tmp_path: Path, plan_path: Path) -> None:
    assert year_notes(PlanYears(load_plan(plan_path)), 2024) == []
    plan = with_one_result(plan_path, tmp_path / "plan.json", "01-01", grade="A")
    (told,) = year_notes(PlanYears(load_plan(plan)), 2024)
    assert told.code == "D013"
    assert told.facts == {"year": "令和５年度", "count": "70", "first": "01-02"}
    whole = with_results(plan_path, tmp_path / "whole.json", (2023,))
    assert [told.code for told in year_notes(PlanYears(load_plan(whole)), 2024)] == []


@pytest.mark.parametrize(
    ("item", "beyond", "behind"),
    [
        ("08-12", 1, False),  # 当期純利益。目標は同じままで、初めの値より小さい
        ("08-12", -1, False),
        ("02-04", 1, True),  # 可燃ごみの排出量。目標は年々小さくなる
        ("02-04", -1, False),
        ("08-08", 1, False),  # 自動販売機の設置台数。目標は年々大きくなる
        ("08-08", -1, True),
    ],
)
def test_a_figure_is_behind_only_on_the_side_the_targets_tell(
    tmp_path: Path, plan_path: Path, item: str, beyond: int, behind: bool
) -> None:
    year = next(one for _, _, one in load_plan(plan_path).items() if one.id == item).year(2023)
    assert isinstance(year.target, int | float)
    plan = with_one_result(
        plan_path, tmp_path / "plan.json", item, value=year.target + beyond, grade="B"
    )
    results = document_for(tmp_path, plan=plan).results
    assert results is not None
    assert [row.item for row in results.behind.rows] == ([item] if behind else [])


def test_what_is_not_known_yet_is_said_beside_the_figures(tmp_path: Path, plan_path: Path) -> None:
    """実績のそろわない文書が、届いていない、効果がないと読まれないように。"""
    plan = with_one_result(
        plan_path, tmp_path / "plan.json", "08-08", text="・進めた。", effect=6800, grade="A"
    )
    results = document_for(tmp_path, plan=plan).results
    assert results is not None
    data = load_plan(plan)
    open_items = [
        item
        for _, _, item in data.items()
        if isinstance(item.year(2023).effect, int) and item.id != "08-08"
    ]
    assert f"（{len(open_items)}件）" in results.effects.note
    assert "（70件）" in results.behind.note
    whole = with_results(plan_path, tmp_path / "whole.json", (2023,))
    known = document_for(tmp_path, plan=whole).results
    assert known is not None
    assert "件）" not in known.effects.note + known.behind.note
    assert "負の額" not in known.effects.note
    loss = with_one_result(plan_path, tmp_path / "loss.json", "08-08", effect=-500)
    negative = document_for(tmp_path, plan=loss).results
    assert negative is not None
    assert "負の額" in negative.effects.note


def test_a_joint_item_is_named_from_the_year_in_which_it_begins(
    tmp_path: Path, plan_path: Path
) -> None:
    """共管の実施項目を、どの課に数えたか。数えていない年度には記さない。"""

    def note(introduced: int) -> str:
        def change(plan: dict[str, Any]) -> None:
            item_of(plan, "03-06")["introduced"] = introduced
            item_of(plan, "08-08")["years"][0]["result"]["grade"] = "A"

        plan = changed_plan(plan_path, tmp_path / f"{introduced}.json", change)
        results = document_for(tmp_path, plan=plan).results
        assert results is not None
        return results.grades.section_note

    assert "(3)⑥" in note(2023)
    assert "職員課、経営企画課" in note(2023)
    assert note(2024) == ""


def test_print_too_small_to_read_is_told(tmp_path: Path, plan_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        item_of(plan, "01-01")["improvement"] = "とても長い文章である。" * 150
        item_of(plan, "08-08")["improvement"] = "とても長い文章である。" * 270

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    request = request_for(tmp_path, plan=plan)
    (told,) = document_of(request)[1]
    assert (told.code, told.place.item) == ("D018", "08-08")
    assert told.facts["count"] == "2"
    assert 6 <= float(str(told.facts["smallest"])) < 8


def test_the_legend_speaks_of_the_year_of_its_document(tmp_path: Path, plan_path: Path) -> None:
    for year, shown in ((2024, "令和６年度"), (2025, "令和７年度"), (2028, "令和９年度")):
        legend = document_for(tmp_path, plan=plan_path, year=year).sheets.legend
        assert legend is not None
        callouts = {one.letter: one for one in legend.callouts}
        assert callouts["カ"].title == f"{shown}の取組方針・取組内容"
        assert f"「カ.{shown}の取組方針・取組内容」を踏まえて、{shown}以降の" in callouts["ク"].text
        # ほかの年度は、書かれたまま。
        assert "(令和４年度)" in callouts["ケ"].text


def test_the_sections_stay_on_one_page_with_their_total(results_report: ReportResult) -> None:
    texts = page_texts(pdf_of(results_report))
    (page,) = [text for text in texts if text.startswith("令和５年度の評価（課ごと）")]
    assert "計" in page.split("消防本部消防総務課")[1]


def test_no_row_of_a_table_is_cut_by_the_end_of_its_page(tmp_path: Path, plan_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        for place in places(plan):
            place.item["title"] = f"{'とても長い名の実施項目' * 6}その{place.item['id']}"
            place.item["overview"]["title"] = place.item["title"]
            place.item["years"][0]["result"].update(text="・遅れた。", value="-", grade="D")

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    results = document_for(tmp_path, plan=plan).results
    assert results is not None
    texts = page_texts(pdf_of(make_report(tmp_path, plan=plan)))
    start, *_ = [n for n, text in enumerate(texts) if text.startswith(results.behind.heading)]
    (end,) = [n for n, text in enumerate(texts) if text.startswith(results.changes.heading)]
    assert end - start > 2
    assert len(results.behind.rows) > 15
    for row in results.behind.rows:
        assert sum(row.label + row.title in text for text in texts[start:end]) == 1, row.item


def test_many_policies_are_carried_over_to_a_next_page(tmp_path: Path, plan_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        last = plan["policies"][-1]
        for number in range(6, 9):
            plan["policies"].append(
                {**last, "number": number, "name": f"方針その{number}", "measures": []}
            )

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    pdf = pdf_of(make_report(tmp_path, plan=plan))
    pages = page_texts(pdf)
    (first,) = [n for n, text in enumerate(pages) if text.startswith("３）行財政改革の")][:1]
    assert "8.方針その8" in pages[first + 1].translate(str.maketrans("８", "8"))
    for page in pdftotext_bbox(pdf):
        assert all(word.y0 >= 0 and word.y1 <= page.height for word in page)


def test_the_contents_leave_no_heading_at_a_columns_end(report_result: ReportResult) -> None:
    page = pdftotext_bbox(pdf_of(report_result))[1]
    for left, right in ((0.0, page.width / 2), (page.width / 2, page.width)):
        column = [word for word in page if left <= word.x0 < right and word.y1 < page.height - 40]
        lowest = max(column, key=lambda word: (word.y1, -word.x0))
        line = [word for word in column if abs(word.y1 - lowest.y1) < 2]
        first = min(line, key=lambda word: word.x0).text
        assert first.startswith("("), first  # 実施項目は半角のかっこ、推進項目は全角のかっこ


def test_rows_left_from_the_last_revision_are_told(tmp_path: Path, plan_path: Path) -> None:
    """概要表の文は照会にも年度の切り替えにも入らず、新しい年度の見出しの下に残る。"""

    def change(plan: dict[str, Any]) -> None:
        plan["revision"]["fiscal_year"] = 2025
        for item in ("01-01", "01-02", "08-08"):
            item_of(plan, item)["initiatives"]["2025"] = "■ 新しい年度の取組。"
        item_of(plan, "01-02")["overview"]["policy"] = "新しい年度の取組"
        item_of(plan, "08-08")["overview"]["policy"] = "同左"
        untouched = item_of(plan, "01-03")["initiatives"]
        untouched["2025"] = untouched["2024"]

    rows = {"01-01", "01-02", "01-03", "08-08"}

    def stale(**changes: Any) -> list[Any]:
        found = document_of(request_for(tmp_path, plan=plan, **changes))[1]
        return [str(one.facts["items"]).split("、") for one in found if one.code == "D070"]

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    (items,) = stale(earlier=plan_path)
    assert rows & set(items) == {"01-01"}
    assert "01-04" in items  # 新しい年度の長い文は、まだない
    assert stale() == []
    assert stale(earlier=plan) == []


def test_a_revision_without_highlights_is_told(plan_path: Path) -> None:
    """年度を切り替えたあとは、主なポイントが空になっている。"""
    plan = load_plan(plan_path)
    empty = plan.revision.model_copy(update={"highlights": (), "highlight_notes": ()})
    bare = plan.model_copy(update={"revision": empty})
    year = plan.revision.fiscal_year
    assert "D017" not in {one.code for one in year_notes(PlanYears(plan), year)}
    assert "D017" in {one.code for one in year_notes(PlanYears(bare), year)}
    assert "D017" not in {one.code for one in year_notes(PlanYears(bare), year - 1)}


def test_money_is_rounded_once_and_totals_are_those_of_what_is_printed(
    tmp_path: Path, plan_path: Path
) -> None:
    """千円未満のある効果額が、様式・文書・ページ・対照表・状況で、同じ数に見える。"""

    def change(plan: dict[str, Any]) -> None:
        years = item_of(plan, "08-08")["years"]
        for year, effect in zip(years, (18410.5, 18410.5, 100, 100, 100.4), strict=True):
            year["effect"] = effect
        years[0]["result"].update(text="・進めた。", effect=61476.25, grade="A")

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    planned, total, actual = "18,411", "37,122", "61,476"
    document = document_for(tmp_path, plan=plan)
    (text,) = [one for one in document.sheets.items if one.item == "08-08"]
    assert [text.years[0].effect, text.effect_subtotal] == [planned, total]
    assert [text.years[0].actual_effect, text.actual_effect_subtotal] == [actual, actual]
    (page,) = [one for one in document.sheets.pages if one.item == "08-08"]
    assert [page.texts.count(one) for one in (planned, total, actual)] == [2, 1, 2]
    assert not [one for one in page.texts if "37,121" in one]
    html = render_html(document, request_for(tmp_path).layout).decode("utf-8")
    assert total in html
    assert not {"18,410.5", "37,121.4", "61,476.25"} & set(re.findall(r"[0-9,.]+", html))

    places = list(load_plan(plan).items())
    results = document.results
    standing = status(StatusRequest(plan=plan, layout=ROOT / "templates", root=tmp_path)).standing
    assert results is not None
    for effects, rows in (
        (results.effects.total, results.effects.by_policy),
        (standing.effect_total, standing.effect_rows),
    ):
        assert effects.actual.text == actual
        seen = [item.year(2023).effect for _, _, item in places]
        shown = [18411 if one == 18410.5 else one for one in seen if not isinstance(one, str)]
        assert effects.planned.value == sum(one or 0 for one in shown)
        assert effects.planned_in_all.value == sum(row.planned_in_all.value or 0 for row in rows)
        assert f"{effects.planned_in_all.value:,}" == effects.planned_in_all.text

    made = make(tmp_path, plan, ROOT / "templates" / "shinchoku_sheet.xlsx", items=("08-08",))
    (sheet,) = [
        cells
        for name, cells in clients.by_calamine(made.books[0].path).items()
        if name.startswith("(")
    ]
    assert sorted(value for value in sheet.values() if value in (18411, 37122)) == [
        18411, 18411, 37122,
    ]  # fmt: skip

    compared = build_comparison(load_plan(plan_path), load_plan(plan))
    words = [new.text for _, new, _ in rows_of(compared)]
    assert planned in words
    assert total in words
