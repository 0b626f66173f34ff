"""年次見直しの文書の、実績のある年、よその計画、そして作れないときのことば。"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import second_city
from making import changed_plan, item_of, places
from programs import pdftotext_bbox
from reporting import (
    LAYOUT,
    document_for,
    joined,
    lines_in,
    make_report,
    page_texts,
    pdf_of,
    placed_cells,
    shortened,
    with_results,
)

from sheetgen.messages.catalogue import describe, message_of
from sheetgen.plan.loading import load_plan
from sheetgen.problems import Level, SheetgenError
from sheetgen.publish.comparison.whole import build_comparison
from sheetgen.publish.pdf import unprintable
from sheetgen.publish.publishing import Output, ReportResult


def squeezed(text: str) -> str:
    """空白と改行を除く。"""
    return "".join(text.split())


# --- 実績のある年度 ---


def test_results_give_the_next_years_document(
    results_report: ReportResult, plan_path: Path, tmp_path: Path
) -> None:
    assert pdf_of(results_report).name == "令和７年度年次見直し.pdf"
    assert [problem.code for problem in results_report.problems] == ["D011", "D015"]
    plan = with_results(plan_path, tmp_path / "plan.json", (2023,))
    document = document_for(tmp_path, plan=plan, year=2025)
    results = document.results
    assert results is not None
    texts = page_texts(pdf_of(results_report))
    whole = "".join(texts)
    assert squeezed("３．第６次行財政改革推進計画-アクションプランの令和５年度の取組実績") in whole
    assert squeezed("４．伊勢原市第６次行財政改革推進計画-アクションプラン") in whole
    for row in results.behind.rows:
        for text in (row.label, row.title, row.actual, row.reason):
            assert squeezed(text) in whole, row.item
    sections = next(text for text in texts if text.startswith("令和５年度の評価（課ごと）"))
    for row in results.grades.by_section[:20]:
        figures = "".join(str(count) for count in (*row.counts, row.total))
        assert f"{squeezed(row.label)}{figures}" in sections
    effects = next(text for text in texts if text.startswith("効果額（令和５年度と累計）"))
    for one in results.effects.by_policy:
        figures = one.planned.text + one.actual.text + one.planned_to_date.text
        assert squeezed(one.label + figures) in effects


def test_figures_of_results_are_those_of_the_plan(plan_path: Path, tmp_path: Path) -> None:
    plan = with_results(plan_path, tmp_path / "plan.json", (2023, 2024))
    document = document_for(tmp_path, plan=plan, year=2026)
    results = document.results
    assert results is not None
    raw = json.loads(plan.read_text("utf-8"))
    items = [
        entry
        for policy in raw["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
        if entry["type"] == "item"
    ]
    second = [item["years"][1] for item in items]
    graded = [year["result"]["grade"] for year in second]
    scale = [one["grade"] for one in raw["evaluation_scale"]]
    assert results.grades.total.counts == (*(graded.count(grade) for grade in scale), 0)
    assert sum(row.total for row in results.grades.by_policy) == len(items) == 74
    assert sum(row.total for row in results.grades.by_section) == 74

    def total(years: int, pick: Callable[[Any], Any]) -> int:
        values = [pick(year) for item in items for year in item["years"][:years]]
        return sum(value for value in values if isinstance(value, int))

    effects = results.effects
    assert effects.total.actual_to_date.value == total(2, lambda y: y["result"]["effect"])
    assert effects.total.planned_to_date.value == total(2, lambda y: y["effect"])
    assert effects.total.planned_in_all.value == 2_671_349
    assert [one.actual.value is None for one in effects.by_year] == [False, False, *[True] * 3]
    assert effects.by_year[-1].planned_to_date.value == 2_671_349
    assert effects.by_year[0].label == "令和５年度"  # 見出しや文と同じ、全角の数字
    # 共管の実施項目は一つの課にだけ数えるので、そのことを言う。
    assert "(3)⑥（職員課、経営企画課）" in results.grades.section_note
    behind = {row.item for row in results.behind.rows}
    for item, year in zip(items, second, strict=True):
        target, actual = year["target"], year["result"]["value"]
        if isinstance(target, int | float) and isinstance(actual, int | float):
            wrong_side = actual != target and item["id"] in behind
            assert not (actual == target and item["id"] in behind)
            assert wrong_side or item["id"] not in behind


def test_a_year_without_anything_behind_says_so(tmp_path: Path, plan_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        plan["overview"]["philosophy"] = None
        item_of(plan, "08-01")["years"][0]["result"]["text"] = "・進めた。"

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    texts = page_texts(pdf_of(make_report(tmp_path, plan=plan, year=2025)))
    heading = "令和５年度の目標に届いていない実施項目（0件）"
    (page,) = [text for text in texts if text.startswith(heading)]
    assert "該当する実施項目はありません。" in page
    # 基本理念のない計画では、章の番号が詰まり、基本方針の図に中心がない。
    (page,) = [text for text in texts if text.startswith("２）行財政改革の５つの基本方針")]
    assert "限られた経営資源で" in page
    assert "【基本理念】" not in page


def test_lower_is_better_where_the_target_lies_below(tmp_path: Path, plan_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        # (2)④ 可燃ごみの排出量は、少ないほどよい。
        result = item_of(plan, "02-04")["years"][0]["result"]
        target = item_of(plan, "02-04")["years"][0]["target"]
        result.update(text="・減らした。", value=target + 1, grade="A")
        other = item_of(plan, "08-08")["years"][0]
        other["result"].update(text="・増やした。", value=other["target"] + 1, grade="A")

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    results = document_for(tmp_path, plan=plan, year=2025).results
    assert results is not None
    assert [row.item for row in results.behind.rows] == ["02-04"]


def test_the_year_after_the_last_shows_the_grades_of_the_whole(
    tmp_path: Path, plan_path: Path
) -> None:
    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        for place in places(plan):
            place.item["overall_grade"] = "C" if place.item["id"] == "02-01" else "B"
            place.item["years"][-1]["result"].update(text="・終えた。", value="-")

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    results = document_for(tmp_path, plan=plan, year=2028).results
    assert results is not None
    assert results.grades.heading == "令和９年度の全期間総合評価"
    assert results.grades.total.counts == (0, 19, 1, 0, 0)
    assert [(row.item, row.grade) for row in results.behind.rows] == [("02-01", "C")]
    texts = page_texts(pdf_of(make_report(tmp_path, plan=plan, year=2028)))
    # 公表する年月は、確定するまで空けておく。
    assert texts[0].endswith("令和１０年度年次見直しについて企画部行政経営担当令和年月")


def test_what_is_new_ended_and_changed(tmp_path: Path, plan_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        plan["revision"]["fiscal_year"] = 2025
        plan["revision"]["published"] = "2025-03"
        plan["revision"]["retired_items"] = ["09-04"]
        entries = plan["policies"][4]["measures"][1]["entries"]
        assert entries.pop()["id"] == "09-04"
        item_of(plan, "08-08")["introduced"] = 2025
        item_of(plan, "08-08")["years"][0]["result"]["text"] = "・進めた。"
        item_of(plan, "01-01")["vision"] = "■ 変えた。"
        item_of(plan, "01-01")["years"][3]["target"] = 99

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    results = document_for(tmp_path, plan=plan, earlier=plan_path).results
    assert results is not None
    found = {group.name: group.rows for group in results.changes.groups}
    assert [one.item for one in found["新規"]] == ["08-08"]
    assert [(one.item, one.title) for one in found["終了"]] == [
        ("09-04", "国民健康保険事業特別会計への一般会計法定外繰出金の縮減")
    ]
    assert [(one.item, one.what) for one in found["変更"]] == [
        ("01-01", "計画最終年度において目指す姿、令和８年度の成果指標の目標値")
    ]
    # 新規の印と数も、新旧対照表も、同じことを言う。
    seen, before = load_plan(plan), load_plan(plan_path)
    assert seen.new_item_count == len(found["新規"])
    comparison = build_comparison(before, seen)
    assert [one.count for one in comparison.listings[:-1]] == [
        f"{len(rows)}件" for rows in found.values()
    ]
    texts = page_texts(pdf_of(make_report(tmp_path, plan=plan, earlier=plan_path)))
    page = next(text for text in texts if text.startswith("令和７年度年次見直しで変わった"))
    assert "新規1件" in page
    assert "終了1件" in page
    assert "変更1件" in page


# --- 別の市 ---


def test_a_second_city_gets_a_sound_document(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    template = second_city.write_template(tmp_path / "事業票.xlsx")
    wishes = {"plan": plan, "template": template}
    result = make_report(tmp_path, **wishes)
    document = document_for(tmp_path, **wishes)
    assert document.overview is None
    pages = pdftotext_bbox(pdf_of(result))
    assert [(round(p.width), round(p.height)) for p in pages[-3:]] == [(595, 842)] * 3
    for page, words in zip(document.sheets.pages, pages[-3:], strict=True):
        for cell in placed_cells(document.sheets, page):
            assert "".join(joined(lines_in(words, cell))) == squeezed(cell.text), cell.look.ref
    texts = page_texts(pdf_of(result))
    assert texts[0].startswith("見本市行政改革推進プラン")
    assert any(text.startswith("１．行政改革推進プラン") for text in texts)
    assert any(text.startswith("２．見本市行政改革推進プラン") for text in texts)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_other_numbers_of_policies_are_drawn(tmp_path: Path, plan_path: Path, count: int) -> None:
    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        last = plan["policies"][-1]
        for number in range(6, count + 1):
            plan["policies"].append(
                {**last, "number": number, "name": f"方針その{number}", "measures": []}
            )
        del plan["policies"][count:]
        kept = {policy["number"] for policy in plan["policies"]}
        for name in ("highlights", "highlight_notes"):
            plan["revision"][name] = [
                one for one in plan["revision"][name] if one["policy"] in kept
            ]

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    document = document_for(tmp_path, plan=plan)
    texts = page_texts(pdf_of(make_report(tmp_path, plan=plan)))
    overview = document.overview
    assert overview is not None
    assert overview.policies is not None
    assert overview.philosophy
    whole = "".join(texts)
    assert len(overview.policies.policies) == count
    for one in overview.policies.policies:
        assert squeezed(one.description) in whole
        assert one.policy.name in whole


# --- 作れないとき ---


def refused(folder: Path, **changes: Any) -> SheetgenError:
    """断られることを確かめ、その理由を返す。何も置かれていないことも確かめる。"""
    with pytest.raises(SheetgenError) as caught:
        make_report(folder, **changes)
    assert not list(folder.rglob("*.pdf"))
    return caught.value


def test_without_fonts_the_word_tells_how_to_get_one(tmp_path: Path) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    error = refused(tmp_path, fonts=fonts)
    assert [problem.code for problem in error.problems] == ["D002"]
    assert "BIZ UDゴシック" in describe(error.problems[0])


def test_without_typst_the_others_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "typst.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    result = make_report(tmp_path, outputs=tuple(Output))
    assert [file.output for file in result.files] == [Output.HTML, Output.XLSX]
    assert [problem.code for problem in result.problems] == ["D001"]


@pytest.mark.parametrize(
    ("file", "old", "new", "line_of"),
    [
        ("revision.typ", "page.before", "page.befor", "page.befor"),
        ("overview.typ", "chapter(one.heading)", "chaptr(one.heading)", "chaptr"),
        ("sheets.typ", "let cells = ()", "let cells = (", "let cells = ("),
        ("main.typ", 'import "cover.typ": cover,', 'import "cover.typ": cober,', "cober"),
    ],
)
def test_a_broken_template_is_named_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, line_of: str
) -> None:
    layout = tmp_path / "layout"
    shutil.copytree(LAYOUT, layout)
    broken = (layout / file).read_text("utf-8").replace(old, new, 1)
    (layout / file).write_text(broken, encoding="utf-8")
    (problem,) = refused(tmp_path, layout=layout).problems
    assert problem.code == "D003"
    assert Path(problem.place.file or "").name == file
    expected = next(n for n, text in enumerate(broken.splitlines(), 1) if line_of in text)
    assert abs(int(str(problem.facts["line"])) - expected) <= 1


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, layout=tmp_path / "none").problems
    assert (problem.code, problem.facts["name"]) == ("D004", "main.typ")


def test_very_long_text_is_named(tmp_path: Path, plan_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        item_of(plan, "08-08")["vision"] = "とても長い文章。" * 900

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    error = refused(tmp_path, plan=plan)
    assert {(p.code, p.place.item) for p in error.problems} == {("F010", "08-08")}


def test_long_text_shrinks_and_stays_on_its_page(tmp_path: Path, plan_path: Path) -> None:
    long = "とても長い文章であるが、字を小さくすれば一枚に収まる。" * 30

    def change(plan: dict[str, Any]) -> None:
        item_of(plan, "08-08")["vision"] = long

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    result = make_report(tmp_path, plan=plan)
    assert [one.code for one in result.problems] == []
    pages = pdftotext_bbox(pdf_of(result))
    assert len(pages) == 98
    assert sum(long in page.text for page in pages) == 2  # 見方の見本と、様式


def test_a_character_in_no_font_is_printed_as_a_marked_geta(
    tmp_path: Path, plan_path: Path
) -> None:
    """一字のために、文書を作れなくしない。替えたことは告げる。"""

    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        item_of(plan, "08-01")["improvement"] = "● 楔形文字\U00012000と\U00012001を使う。"

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    result = make_report(tmp_path, plan=plan)
    (problem,) = [one for one in result.problems if one.code.startswith("D00")]
    assert (problem.code, message_of(problem).level) == ("D009", Level.CONFIRM)
    for one in ("\U00012000（U+12000）", "\U00012001（U+12001）"):
        assert one in str(problem.facts["character"])
    assert "楔形文字\U00012000と" in str(problem.facts["text"])
    texts = page_texts(pdf_of(result))
    assert any("楔形文字〓と〓を使う" in text for text in texts)


def test_an_unseen_character_of_the_master_is_not_printed(tmp_path: Path, plan_path: Path) -> None:
    """U+00AD は、漢字の間でもハイフンになる。"""

    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        item_of(plan, "08-01")["improvement"] = "● 自\u00ad動\u200b販\u2060売\ufeff機を置く。"

    result = make_report(tmp_path, plan=changed_plan(plan_path, tmp_path / "plan.json", change))
    assert [one.code for one in result.problems if one.code.startswith("D00")] == []
    assert any("自動販売機を置く" in text for text in page_texts(pdf_of(result)))


def test_a_character_of_another_font_is_printed_and_told(tmp_path: Path, plan_path: Path) -> None:
    other = "😀"
    _, missing = unprintable(other)

    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        item_of(plan, "08-01")["improvement"] = f"● 絵文字{other}を使う。"

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    result = make_report(tmp_path, plan=plan)
    told = [one.code for one in result.problems if one.code.startswith("D00")]
    assert told in ((["D008"], ["D009"]) if missing else ([],))
    printed = "〓" if told == ["D009"] else other
    assert any(f"絵文字{printed}を使う" in text for text in page_texts(pdf_of(result)))


def test_template_marks_in_the_data_stay_text(tmp_path: Path, plan_path: Path) -> None:
    nasty = '● #panic("x") $ x $ *太字* _下線_ @label <tag> \\ [ ] { } // /* #{1+1}'

    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        item_of(plan, "08-01")["improvement"] = nasty

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    texts = page_texts(pdf_of(make_report(tmp_path, plan=plan)))
    assert sum(squeezed(nasty) in text for text in texts) == 1


def test_a_year_outside_the_plan_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, year=2029).problems
    assert problem.code == "D010"


def test_a_year_gone_by_is_refused(tmp_path: Path) -> None:
    """終わった実施項目も、その年度の文章も、いまのデータにはない。件数が違ってしまう。"""
    (problem,) = refused(tmp_path, year=2023).problems
    assert problem.code == "D019"


def test_missing_initiatives_and_results_are_told(tmp_path: Path) -> None:
    result = make_report(tmp_path, year=2025, outputs=(Output.HTML,))
    found = {problem.code: problem.facts for problem in result.problems}
    assert set(found) == {"D011", "D012", "D013"}
    assert found["D012"]["count"] == "74"
    (lacking,) = [one for one in result.problems if one.code == "D012"]
    assert "--round 見直し照会 --year 前の年度」" in message_of(lacking).remedy
    assert found["D013"]["count"] == "71"
