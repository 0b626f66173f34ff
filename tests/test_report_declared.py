"""年次見直しの文書：計画が自分で言うこと（評価の扱い、増やした欄、ない欄、階層、暫定）に従う。"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import second_city
from openpyxl import load_workbook
from pikepdf import OutlineItem
from reporting import ROOT, document_for, make_report, pdf_of

from sheetgen.form.template import FormTemplate
from sheetgen.plan.loading import load_plan, parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.years import PlanYears
from sheetgen.publish.document.grades import toned
from sheetgen.publish.document.results import ResultsPart, results_part
from sheetgen.publish.document.sheets import item_text, year_columns
from sheetgen.publish.document.whole import build_document
from sheetgen.publish.form_pages import FormPages
from sheetgen.publish.html import render_html
from sheetgen.publish.made_before import made_before
from sheetgen.publish.publishing import Output

Change = Callable[[dict[str, Any]], None]
REVERSED = {
    "1": "behind",
    "2": "behind",
    "3": "on_track",
    "4": "achieved",
    "5": "achieved",
    "対象外": "none",
}
"""未着手の 1 から、達成の 5 まで。"""


def items(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        entry
        for policy in data["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
    ]


def graded(data: dict[str, Any], *grades: str | None) -> None:
    """令和７・８年度の評価と取組実績を入れ、令和９年度の見直しとする。"""
    data["revision"]["fiscal_year"] = 2027
    for item, grade in zip(items(data), grades, strict=True):
        item["introduced"] = 2025
        item["initiatives"]["2027"] = "窓口の配置を決める。"
        for year in item["years"][:2] if grade else ():
            year["result"] |= {"text": "・試行した。", "grade": grade}


def with_scale(data: dict[str, Any], scale: dict[str, str]) -> None:
    data["evaluation_scale"] = [
        {"grade": grade, "meaning": f"{grade}の段階", "counts": counts}
        for grade, counts in scale.items()
    ]


def city(folder: Path, *changes: Change) -> Plan:
    data = json.loads(second_city.write_plan(folder / "base.json").read_text("utf-8"))
    for change in changes:
        change(data)
    path = folder / "plan.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return parse_plan(path.read_bytes(), str(path))


def results_of(plan: Plan, *on_form: str) -> ResultsPart:
    part = results_part(PlanYears(plan), 2, None, on_form)
    assert part is not None
    return part


def reversed_scale(data: dict[str, Any]) -> None:
    with_scale(data, REVERSED)
    graded(data, "5", "1", "対象外")


def own_fields(data: dict[str, Any]) -> None:
    """課題、歳入増、二次評価、段階、上半期、委員会の意見。指標も効果額も概要表もない。"""
    data["omit"] = [
        "indicator", "years.target", "years.result.value",
        "years.effect", "years.result.effect", "overview", "measure",
    ]  # fmt: skip
    data["terms"] = {"policy": "重点目標", "measure": "重点目標", "item": "取組"}
    data["scales"] = {
        "second": [
            {"grade": "適", "meaning": "適切", "counts": "on_track"},
            {"grade": "否", "meaning": "見直す", "counts": "behind"},
        ]
    }
    declared = {"per": "year", "asked": "results"}
    data["fields"] = [
        {"key": "issue", "label": "課題", "kind": "text", **declared},
        {"key": "income", "label": "歳入増(千円)", "kind": "money", "sum": True, **declared},
        {"key": "second", "label": "二次評価", "kind": "grade", "scale": "second",
         "per": "year", "asked": "office"},
        {"key": "stage", "label": "段階", "kind": "choice", "choices": ["検討", "実施"],
         "per": "year", "asked": "revision"},
        {"key": "half", "label": "上半期の状況", "kind": "text", "per": "year", "asked": "half"},
        {"key": "opinion", "label": "委員会の意見", "kind": "text", "per": "item",
         "asked": "office"},
    ]  # fmt: skip
    data["rounds"] = [
        {"key": "half", "name": "上半期照会", "of": "this_year", "asks": ["years.values.half"]}
    ]
    for number, item in enumerate(items(data)):
        del item["indicator"], item["overview"]
        item["values"] = {"opinion": "成果を見せること。"} if number == 0 else {}
        for index, year in enumerate(item["years"]):
            del year["target"], year["effect"], year["result"]["value"], year["result"]["effect"]
            year["values"] = {"stage": "実施" if index < number else "検討"}
            if index < 2:
                year["values"] |= {"issue": "人が足りない。", "income": 1000.4 + number}
                year["values"]["second"] = "適" if number else "否"
        item["years"][2]["values"]["half"] = "案をまとめた。"
    items(data)[1]["years"][1]["provisional"] = ["values.income"]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return city(tmp_path_factory.mktemp("own"), reversed_scale, own_fields)


def page_of(plan: Plan, folder: Path) -> str:
    """様式のページのない、ウェブの文書。"""
    template = FormTemplate(second_city.write_template(folder / "form.xlsx"))
    bare = city(folder)
    form = FormPages(bare, template).form
    document = build_document(PlanYears(plan), form, ())
    return render_html(document, ROOT / "templates" / "report").decode("utf-8")


def test_the_best_of_a_reversed_scale_is_not_behind(tmp_path: Path) -> None:
    plan = city(
        tmp_path, reversed_scale, lambda data: items(data)[1]["years"][1].update(target="-")
    )
    results = results_of(plan)
    assert results.behind is not None
    assert [(row.item, row.grade) for row in results.behind.rows] == [("01-02", "1")]
    assert "評価が 1・2 のもの" in results.behind.note
    assert "評価が 対象外 の実施項目（1件）は、数にかかわらず含んでいない" in results.behind.note


def test_a_grade_that_counts_nothing_is_apart_whatever_the_figures(tmp_path: Path) -> None:
    def short_of_target(data: dict[str, Any]) -> None:
        for item in items(data):
            item["years"][1]["result"]["value"] = 99  # 減らす指標で、目標は 11.0

    results = results_of(city(tmp_path, reversed_scale, short_of_target))
    assert results.behind is not None
    assert [row.item for row in results.behind.rows] == ["01-01", "01-02"]
    assert results.grades is not None
    assert results.grades.grades == ("5", "4", "3", "2", "1", "対象外", "未評価")
    assert results.grades.total.counts == (1, 0, 0, 0, 1, 1, 0)
    families = [one.family for one in results.grades.tones]
    assert families == ["achieved"] * 2 + ["on_track"] + ["behind"] * 2 + ["none", "empty"]
    assert "「対象外」は、進み具合を表さない評価なので、分けて数えている" in results.grades.note


def test_a_scale_that_says_nothing_gives_no_sentence(tmp_path: Path) -> None:
    results = results_of(city(tmp_path, lambda data: graded(data, "S", "A", "B")))
    assert results.behind is not None
    assert results.behind.rows == ()
    assert "評価が S・A・B なら、目標に届いたことになるかどうかが決められていない" in (
        results.behind.note
    )
    assert results.grades is not None
    assert {one.family for one in results.grades.tones} == {"neutral", "empty"}
    assert "「S・A・B」は、目標に届いたことになるかどうかが決められていない" in results.grades.note


def test_no_table_of_those_behind_where_nothing_tells(tmp_path: Path) -> None:
    """指標がなく、評価の扱いも分からなければ、「該当なし」とも言えない。"""

    def change(data: dict[str, Any]) -> None:
        graded(data, "S", "A", "B")
        data["omit"] = ["years.target", "years.result.value"]
        for item in items(data):
            for year in item["years"]:
                del year["target"], year["result"]["value"]

    plan = city(tmp_path, change)
    assert results_of(plan).behind is None
    assert "目標に届いていない" not in page_of(plan, tmp_path)


def test_the_shipped_scale_keeps_its_order_and_colours(plan_path: Path) -> None:
    plan = load_plan(plan_path)
    found = toned(plan.evaluation_scale)
    assert [one.grade for one, _ in found] == list("ABCD")
    assert [(tone.family, tone.depth) for _, tone in found] == [("step", n) for n in range(4)]


def test_declared_grades_and_choices_are_counted(own: Plan) -> None:
    second, stage = results_of(own).tallies
    assert second.heading == "令和８年度の二次評価"
    assert (second.grades, second.total.counts) == (("適", "否", "未評価"), (2, 1, 0))
    # 見直し照会で聞く欄は、これから取り組む年度のもの。
    assert stage.heading == "令和９年度の段階"
    assert (stage.grades, stage.total.counts) == (("検討", "実施", "記入なし"), (3, 0, 0))


def test_declared_sums_are_added_as_printed_and_marked(own: Plan) -> None:
    (income,) = results_of(own).totals
    assert income.heading == "歳入増の計(千円)"
    assert income.columns == (
        "重点目標", "令和7年度", "令和8年度", "令和9年度", "令和10年度", "計",
    )  # fmt: skip
    rows = {row.label: row.cells for row in income.rows}
    assert rows["計"] == ("3,003", "3,003（暫定）", "-", "-", "6,006（暫定）")
    assert rows["累計"] == ("3,003", "6,006（暫定）", "-", "-", "")
    assert "（暫定）は、まだ確定していない値（1件）を含む計である。" in income.note


def test_the_reasons_of_those_behind_include_declared_texts(own: Plan) -> None:
    behind = results_of(own).behind
    assert behind is not None
    assert behind.keys == ("item", "owners", "grade", "reason")
    assert [row.reason for row in behind.rows] == ["・試行した。\n【課題】人が足りない。"]


def test_values_of_every_declared_field_are_on_the_page_of_the_item(own: Plan) -> None:
    first, second = [item_text(own, *place) for place in own.items()][:2]
    assert [one.name for one in year_columns(own)] == [
        "年次計画", "取組実績", "評価", "課題", "歳入増(千円)", "二次評価", "段階", "上半期の状況",
    ]  # fmt: skip
    assert second.years[1].cells[3:6] == ("人が足りない。", "1,001（暫定）", "適")
    assert second.years[2].cells[-1] == "案をまとめた。"
    assert second.closing == "〔小計〕歳入増(千円) 2,002（暫定）"
    assert ("委員会の意見", "成果を見せること。") in [(one.name, one.text) for one in first.fields]


def test_a_field_that_the_form_does_not_show_has_a_chapter(own: Plan) -> None:
    shown = {one.key for one in own.field_table.values()} - {"values.opinion"}
    (texts,) = results_of(own, *shown).texts
    assert texts.heading == "委員会の意見"
    assert [(row.item, row.text) for row in texts.rows] == [("01-01", "成果を見せること。")]
    assert results_of(own, *shown, "values.opinion").texts == ()


def test_what_the_plan_lacks_is_nowhere(own: Plan, tmp_path: Path) -> None:
    text = page_of(own, tmp_path)
    for word in (
        "指標",
        "目標値",
        "実績値",
        "見込額",
        "効果額",
        "推進項目",
        "改善内容",
        "実施項目",
    ):
        assert word not in text, word
    assert text.count(">重点目標１ 市民サービス</h3>") == 1
    assert "（暫定）は、まだ確定していない値（1件）である。" in text


def test_a_plan_without_grades_has_no_chapter_of_grades(tmp_path: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        graded(data, "S", "A", "B")
        data["omit"] = ["years.result.grade", "overall_grade"]
        for item in items(data):
            del item["overall_grade"]
            for year in item["years"]:
                del year["result"]["grade"]

    plan = city(tmp_path, change)
    results = results_of(plan)
    assert results.grades is None
    assert results.behind is not None
    assert "grade" not in results.behind.keys
    assert "評価" not in page_of(plan, tmp_path)


def test_no_part_without_points_and_overview_rows(tmp_path: Path) -> None:
    """策定の年度に、概要表も主なポイントもなければ、見出しだけの部を置かない。"""

    def change(data: dict[str, Any]) -> None:
        own_fields(data)
        data["revision"]["fiscal_year"] = 2025

    text = page_of(city(tmp_path, change), tmp_path)
    assert 'id="revision"' not in text
    assert "1．" not in text
    assert "１．見本市行政改革推進プラン" in text


def test_every_table_of_years_follows_a_longer_plan(tmp_path: Path) -> None:
    def longer(data: dict[str, Any]) -> None:
        data["fiscal_years"].append(2029)
        for item in items(data):
            item["years"].append(json.loads(json.dumps(item["years"][-1])) | {"fiscal_year": 2029})

    plan = city(tmp_path, reversed_scale, own_fields, longer)
    results = results_of(plan)
    assert results.totals[0].columns[-2] == "令和11年度"
    place = next(plan.items())
    assert [year.label for year in item_text(plan, *place).years][-1] == "令和11年度"


def headed_template(folder: Path, text: str) -> Path:
    """題のセルに、上の階層の名を見せる様式。"""
    path = second_city.write_template(folder / "form.xlsx")
    book = load_workbook(path)
    book[second_city.FORM]["A1"] = text
    book.save(path)
    return path


def outline_of(folder: Path, template: Path) -> list[tuple[int, str]]:
    """PDF のしおり：深さと名。"""
    made = make_report(folder, plan=folder / "plan.json", template=template, outputs=(Output.PDF,))

    def inside(found: Iterable[OutlineItem], depth: int) -> Iterator[tuple[int, str]]:
        for one in found:
            yield depth, one.title
            yield from inside(one.children, depth + 1)

    with pikepdf.open(pdf_of(made)) as opened, opened.open_outline() as outline:
        return list(inside(outline.root, 1))


def test_one_level_has_one_heading(tmp_path: Path) -> None:
    city(tmp_path, lambda data: data.update(omit=["measure"], terms={"policy": "重点目標"}))
    template = headed_template(tmp_path, "{{ policy.name }} {{ item.title }}")
    found = outline_of(tmp_path, template)
    assert [one for one in found if one[0] > 1] == [
        (2, "令和８年度年次見直し後のアクションプランの主なポイント"),
        (2, "重点目標１ 市民サービス"),  # 概要表
        (2, "重点目標１ 市民サービス"),
        (3, "(1)① 窓口の見直し その1"),
        (3, "(1)② 窓口の見直し その2"),
        (3, "(1)③ 窓口の見直し その3"),
    ]


def test_three_levels_print_the_section_with_its_name(tmp_path: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["terms"] = {"section": "施策"}
        for item, section in zip(items(data), ("改革", "改革", "育成"), strict=True):
            item["section"] = section

    plan = city(tmp_path, change)
    template = headed_template(tmp_path, "{{ measure.name }} {{ item.title }}")
    found = outline_of(tmp_path, template)
    assert found[found.index((2, "(１)窓口")) :] == [
        (2, "(１)窓口"),
        (3, "施策 改革"),
        (4, "(1)① 窓口の見直し その1"),
        (4, "(1)② 窓口の見直し その2"),
        (3, "施策 育成"),
        (4, "(1)③ 窓口の見直し その3"),
    ]
    text = page_of(plan, tmp_path)
    assert text.count('<h4 class="section">施策 ') == 2
    assert "〔改革〕" not in text


def early_effects(data: dict[str, Any]) -> None:
    """初めの項目の一年目の効果額と文が、暫定。"""
    graded(data, "S", "A", "B")
    year = items(data)[0]["years"][0]
    year["provisional"] = ["effect", "result.effect", "result.text"]
    year["result"]["effect"] = 1200


def test_a_form_marks_the_provisional_values_and_their_sums(tmp_path: Path) -> None:
    plan = city(tmp_path, early_effects)
    template = FormTemplate(second_city.write_template(tmp_path / "form.xlsx"))
    pages = FormPages(plan, template)
    page, other = list(pages.pages())[:2]
    texts = dict(zip((cell.ref for cell in pages.form.look.cells), page.texts, strict=True))
    assert (texts["E6"], texts["C6"]) == ("1200（暫定）", "100（暫定）")
    assert texts["C13"].endswith("（暫定）")  # 小計の数式
    assert not any("暫定" in text for text in other.texts)


def test_the_workbook_of_the_forms_marks_what_the_document_marks(tmp_path: Path) -> None:
    city(tmp_path, early_effects)
    template = second_city.write_template(tmp_path / "form.xlsx")
    made = make_report(
        tmp_path, plan=tmp_path / "plan.json", template=template, outputs=(Output.XLSX,)
    )
    first, other = load_workbook(made.files[0].path).worksheets[:2]
    values = load_workbook(made.files[0].path, data_only=True).worksheets[0]
    pages = FormPages(city(tmp_path, early_effects), FormTemplate(template))
    texts = next(pages.pages()).texts
    marked = {
        cell.ref for cell, text in zip(pages.form.look.cells, texts, strict=True) if "暫定" in text
    }
    # 数は数のまま、印は表示形式で付ける。足し算も、そのまま働く。
    assert (first["E6"].value, first["E6"].number_format) == (1200, 'General"（暫定）"')
    assert first["C13"].data_type == "f"
    planned = [values[f"C{row}"].value for row in (6, 8, 10, 12)]
    assert values["C13"].value == sum(one for one in planned if not isinstance(one, str | None))
    assert (
        {
            cell.coordinate
            for row in first.iter_rows()
            for cell in row
            if "（暫定）" in f"{cell.value}{cell.number_format}"
        }
        == marked
        >= {"C6", "E6", "C13"}
    )
    assert not [cell for row in other.iter_rows() for cell in row if "暫定" in cell.number_format]


def test_a_long_provisional_sum_is_printed_small_enough_for_its_cell(tmp_path: Path) -> None:
    def narrow(data: dict[str, Any]) -> None:
        early_effects(data)
        items(data)[0]["years"][0]["effect"] = 123_456_789

    city(tmp_path, narrow)
    template = second_city.write_template(tmp_path / "form.xlsx")
    book = load_workbook(template)
    book.worksheets[0].column_dimensions["C"].width = 12
    book.save(template)
    made = make_report(
        tmp_path, plan=tmp_path / "plan.json", template=template, outputs=(Output.XLSX,)
    )
    first = load_workbook(made.files[0].path).worksheets[0]
    usual = load_workbook(template).worksheets[0]["C13"].font.sz
    assert first["C6"].font.sz < usual
    assert 6 <= first["C13"].font.sz < usual


def test_names_that_a_file_cannot_hold_and_no_subtitle(tmp_path: Path) -> None:
    """見直しの名はフォルダーとファイルの名にもなる。題に続く字がなければ、空の行も空きもない。"""

    def change(data: dict[str, Any]) -> None:
        graded(data, "S", "A", "B")
        data["terms"] = {"subtitle": "", "revision": "見直し/改訂", "item": "取組/事業"}

    plan = city(tmp_path, change)
    template = second_city.write_template(tmp_path / "form.xlsx")
    wishes = {"plan": tmp_path / "plan.json", "template": template}
    made = make_report(tmp_path, **wishes, outputs=(Output.HTML,))
    (path,) = (one.path for one in made.files)
    assert path.relative_to(tmp_path / "output").parts[1:] == (
        "見直し／改訂",
        "令和９年度見直し／改訂.html",
    )
    assert [one.files for one in made_before(tmp_path, plan.words)] == [(path,)]
    text = path.read_text("utf-8")
    headings = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", text)
    assert len(headings) > 3
    assert not [one for one in headings if "  " in one or re.search(r"<span[^>]*></span>", one)]
    document = document_for(tmp_path, **wishes)
    parts = (document.revision, document.results, document.sheets)
    assert [one.heading for one in parts if one is None or not all(one.heading)] == []


def test_the_effects_say_which_sums_are_provisional(tmp_path: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        graded(data, "S", "A", "B")
        for item in items(data):
            item["years"][1]["result"]["effect"] = 50
        items(data)[2]["years"][1]["provisional"] = ["result.effect"]

    effects = results_of(city(tmp_path, change)).effects
    assert effects is not None
    assert effects.total.actual.text == "150（暫定）"
    assert [one.actual.text for one in effects.by_year] == ["-", "150（暫定）", "-", "-"]
    assert "（暫定）は、まだ確定していない値（1件）を含む計である。" in effects.note


def test_only_one_of_the_two_effects_is_a_table_of_its_own(tmp_path: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        graded(data, "S", "A", "B")
        data["omit"] = ["years.effect"]
        for item in items(data):
            item["years"][1]["result"]["effect"] = 50
            for year in item["years"]:
                del year["effect"]

    plan = city(tmp_path, change)
    results = results_of(plan)
    assert results.effects is None
    (actual,) = results.totals
    assert actual.heading == "実績効果額の計(千円)"
    assert actual.rows[-2].cells[1] == "150"
    assert "見込額" not in page_of(plan, tmp_path)


def test_the_whole_period_holds_only_what_the_plan_has(tmp_path: Path) -> None:
    def ended(data: dict[str, Any]) -> None:
        data["revision"]["fiscal_year"] = 2029
        for item, grade in zip(items(data), ("5", "1", "対象外"), strict=True):
            item["overall_grade"] = grade
            item["years"][-1]["result"]["text"] = "・終えた。"

    whole = results_of(city(tmp_path, reversed_scale, own_fields, ended)).whole
    assert whole is not None
    assert (whole.total, whole.by_policy) == (None, ())
    assert whole.keys == ("item", "grade")
    assert whole.final_heading == "最終の結果（3件）"
    assert [one.grade for one in whole.finals] == ["5", "1", "対象外"]
    assert whole.yearly[0].grades[0] == "5"
    assert whole.yearly[0].rows[-1].counts == (1, 0, 0, 0, 1, 1, 0)
    assert "目標値" not in whole.note
    assert "効果額" not in whole.note
