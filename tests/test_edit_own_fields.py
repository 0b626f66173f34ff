"""計画が自分で決めた欄とことばを、編集ブックと、じかに直すことと、一覧で書く。"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from desk_samples import client, folder_in, text
from edit_desk import BOOK_TEMPLATE, ROOT, TEMPLATE, EditDesk, codes
from openpyxl import load_workbook

import sheetgen
from sheetgen.form.template import FormTemplate
from sheetgen.plan.loading import load_plan, parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.records.edits import EditTable
from sheetgen.year.adding import AddRequest
from sheetgen.year.editing.direct_edits import DirectEditRequest
from sheetgen.year.editing.founding_book import write_founding_book
from sheetgen.year.editing.plan_sheets import fitted
from sheetgen.year.editing.plan_words import PlanWording
from sheetgen.year.editing.rows import Beside
from sheetgen.year.editing.writing import make_edit_book
from sheetgen.year.list_columns import column_of, list_columns

Tree = dict[str, Any]
HOME = "policies[0].measures[0].entries[0]"
YEAR = f"{HOME}.years[1]"
BOOK_SHEETS = ("基本方針と推進項目", "実施項目", "年次計画", "実績")
KEY_OF_THE_REAL_BOOK = "c6494e0a"
"""伊勢原市の計画の編集ブックの目印。同梱の計画かテンプレートを直したときだけ、改める。"""


def own_tree() -> Tree:
    """欄を増やし、なくし、ことばを改めた計画の、JSON としての値。"""
    tree: Tree = json.loads((ROOT / "data/plan.json").read_bytes())
    tree |= {
        "terms": {"item": "取組", "measure": "重点施策", "labels": {"years.plan": "年の計画"}},
        "omit": ["years.effect", "years.result.effect", "indicator.unit"],
        "scales": {"second": [{"grade": "適", "meaning": "よい", "counts": "on_track"},
                              {"grade": "否", "meaning": "わるい"}]},
        "fields": [
            {"key": "issue", "label": "課題", "kind": "text", "per": "year", "asked": "results"},
            {"key": "income", "label": "歳入増(千円)", "kind": "money", "per": "year",
             "asked": "results", "sum": True},
            {"key": "second", "label": "二次評価", "kind": "grade", "scale": "second",
             "per": "year", "asked": "office"},
            {"key": "stage", "label": "段階", "kind": "choice", "choices": ["検討", "実施"],
             "per": "year", "asked": "revision"},
            {"key": "opinion", "label": "委員会の意見", "kind": "text", "per": "item",
             "asked": "office"},
            {"key": "goal", "label": "目標の番号", "kind": "figure", "per": "item"},
        ],
        "rounds": [{"key": "half", "name": "上半期照会", "of": "this_year",
                    "asks": ["years.values.issue"]}],
    }  # fmt: skip
    tree["evaluation_scale"][0]["counts"] = "achieved"
    _keep_a_few(tree)
    for item in _items(tree):
        del item["indicator"]["unit"]
        for year in item["years"]:
            del year["effect"], year["result"]["effect"]
    first = next(_items(tree))
    first["years"][1] |= {
        "values": {"issue": "人手", "income": 12},
        "provisional": ["values.income"],
    }
    return tree


def _keep_a_few(tree: Tree) -> None:
    """試すのに要るだけの実施項目を残す。"""
    kept = {"01-01", "01-02", tree["overview"]["legend"]["sample_item_id"]}
    tree["ended_items"] = []
    for policy in tree["policies"]:
        for measure in policy["measures"]:
            measure["entries"] = [one for one in measure["entries"] if one.get("id") in kept]


def _items(tree: Tree) -> Iterator[Tree]:
    for policy in tree["policies"]:
        for measure in policy["measures"]:
            yield from (one for one in measure["entries"] if one["type"] == "item")
    yield from (one["item"] for one in tree["ended_items"])


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "plan.json"
    path.write_text(json.dumps(own_tree(), ensure_ascii=False), "utf-8")
    return path


@pytest.fixture
def desk(source: Path, tmp_path: Path) -> EditDesk:
    return EditDesk(tmp_path, source)


def headings(table: EditTable) -> list[str]:
    return [one.heading for one in table.columns]


def test_the_book_of_a_plan_that_says_nothing_of_itself_is_the_same_to_the_byte() -> None:
    base = (ROOT / "data/plan.json").read_bytes()
    plan, template = parse_plan(base, "plan.json"), FormTemplate(BOOK_TEMPLATE)
    assert fitted(template.package, plan) is template.package
    made = make_edit_book(plan, base, template, Beside())
    assert made.book.key == KEY_OF_THE_REAL_BOOK


def test_what_the_plan_declares_has_its_columns_and_what_it_omits_has_none(desk: EditDesk) -> None:
    assert headings(desk.table("year_values")) == [
        "目印", "番号", "取組", "主管課", "年度", "取組実績", "評価",
        "課題", "歳入増(千円)", "二次評価", "段階", "直したわけ",
    ]  # fmt: skip
    assert headings(desk.table("item_values"))[4:] == ["委員会の意見", "目標の番号"]
    years = desk.table("years")
    assert headings(years) == ["目印", "番号", "取組", "年度", "年の計画", "成果指標の目標値",
                               "取組方針・取組内容"]  # fmt: skip
    assert "実績効果額(千円)" not in headings(desk.table("results"))
    assert headings(desk.table("items"))[1] == "重点施策"
    assert headings(desk.table("grades"))[-1] == "扱い"
    book = load_workbook(desk.path)
    assert book["年の計画"].column_dimensions["G"].hidden
    rules = {
        str(one.sqref): one.formula1 for one in book["増やした欄"].data_validations.dataValidation
    }
    assert sorted(rules.values()) == ['"検討,実施"', '"適,否"']
    assert all(len(ref.split(":")) == 2 for ref in rules), "どの行でも選べる"


def test_the_tabs_and_the_lists_of_the_book_speak_the_words_of_the_plan() -> None:
    tree = own_tree()
    tree["terms"]["policy"] = "柱"
    base = json.dumps(tree, ensure_ascii=False).encode()
    plan = parse_plan(base, "plan.json")
    made = make_edit_book(plan, base, FormTemplate(BOOK_TEMPLATE), Beside())
    book = load_workbook(io.BytesIO(made.data))
    assert {"取組", "年の計画", "柱と重点施策"} <= set(book.sheetnames)
    assert not {"実施項目", "年次計画", "基本方針と推進項目"} & set(book.sheetnames)
    guide = "".join(str(cell.value) for row in book["柱と重点施策"] for cell in row)
    assert "推進項目" not in guide
    rules = book["柱と重点施策"].data_validations.dataValidation
    assert [one.formula1 for one in rules] == ['"柱,柱の文章,重点施策,概要表の☆の文章"']
    for name, first in (("list_policies", plan.policies[0]), ("list_measures", _measure(plan))):
        sheet, _, area = book.defined_names[name].attr_text.partition("!")
        cell = book[sheet.strip("'")][area.replace("$", "").split(":")[0]]
        assert cell.value == f"{first.number} {first.name}"


def _measure(plan: Plan) -> Any:
    return plan.policies[0].measures[0]


def test_a_book_written_before_the_words_changed_comes_home(desk: EditDesk) -> None:
    cells = {desk.ref("items", HOME, "row.item.vision"): "新しい姿"}
    tree = desk.tree
    tree["terms"] = {"item": "事業", "policy": "柱"}
    desk.plan.write_text(json.dumps(tree, ensure_ascii=False), "utf-8")
    assert desk.save(cells).run
    assert next(_items(desk.tree))["vision"] == "新しい姿"


def test_a_sheet_is_asked_for_by_its_shipped_name_too() -> None:
    base = json.dumps(own_tree(), ensure_ascii=False).encode()
    plan, template = parse_plan(base, "plan.json"), FormTemplate(BOOK_TEMPLATE)
    for name in ("実施項目", "取組"):
        made = make_edit_book(plan, base, template, Beside(), (name,))
        assert [one.sheet for one in made.book.tables] == ["取組"]


def test_a_plan_of_one_level_has_no_second_one_in_the_guide() -> None:
    tree = own_tree()
    tree["omit"].append("measure")
    tree["terms"] = {"item": "取組"}
    for number, policy in enumerate(tree["policies"], 1):
        policy["measures"] = [policy["measures"][0] | {"number": number}]
    wording = PlanWording(parse_plan(json.dumps(tree).encode(), "plan.json"), BOOK_SHEETS)
    assert wording.tabs == {"実施項目": "取組", "基本方針と推進項目": "基本方針"}
    told = "部と課、基本方針、推進項目は、一つずつは要ります。「実施項目」に書きます。"
    assert wording.text(told) == "部と課、基本方針は、一つずつは要ります。「取組」に書きます。"


def test_the_blank_book_of_one_level_has_rows_of_that_level_alone(tmp_path: Path) -> None:
    skeleton = {"terms": {"policy": "柱"}, "omit": ["measure"]}
    path = write_founding_book(tmp_path, BOOK_TEMPLATE, 2026, skeleton)
    sheet = load_workbook(path)["柱"]
    shown = {cell.value for cell in sheet["D"][4:] if cell.value}
    assert shown == {"柱", "柱の文章"}


@pytest.mark.parametrize(("term", "tab"), [("取組/事業", "取組／事業"), ("実績", None)])
def test_a_word_unfit_for_a_tab_is_written_as_it_can_be(term: str, tab: str | None) -> None:
    tree = own_tree()
    tree["terms"] = {"item": term}
    wording = PlanWording(parse_plan(json.dumps(tree).encode(), "plan.json"), BOOK_SHEETS)
    assert wording.tabs.get("実施項目") == tab


def test_an_office_field_goes_through_the_book_and_back(desk: EditDesk) -> None:
    before = desk.plan.read_bytes()
    cells = {
        desk.ref("year_values", YEAR, "row.values.second"): "適",
        desk.ref("year_values", YEAR, "row.values.stage"): "実施",
        desk.ref("item_values", HOME, "row.values.opinion"): "進めること",
        desk.ref("item_values", HOME, "row.values.goal"): 11,
        desk.ref("grades", "evaluation_scale[1]", "row.counts"): "順調",
        desk.ref("steps", "scales.second[1]", "row.counts"): "遅れ",
        desk.ref("words", "terms.policy", "row.own"): "柱",
        desk.ref("words", "terms.measure", "row.own"): None,
        desk.ref("words", 'terms.labels["years.plan"]', "row.own"): None,
        desk.ref("words", 'terms.labels["years.values.issue"]', "row.own"): "残る課題",
    }
    result = desk.save(cells)
    assert result.run
    assert not result.is_held
    told = {(line.item, line.path): (line.label, line.new) for line in result.lines}
    assert told[("01-01", "years[1].values.second")] == ("令和6年度の二次評価", "適")
    assert told[("01-01", "item.values.opinion")] == ("委員会の意見", "進めること")
    assert told[(None, "scales.second[1].counts")] == ("「否」の扱い", "遅れ")
    assert told[(None, "evaluation_scale[1].counts")] == ("「B」の扱い", "順調")
    item = next(_items(desk.tree))
    assert item["values"] == {"opinion": "進めること", "goal": 11}
    assert item["years"][1]["values"] == {
        "issue": "人手", "income": 12, "second": "適", "stage": "実施",
    }  # fmt: skip
    assert item["years"][1]["provisional"] == ["values.income"]
    assert desk.tree["terms"] == {
        "policy": "柱", "item": "取組", "labels": {"years.values.issue": "残る課題"},
    }  # fmt: skip
    assert desk.tree["scales"]["second"][1]["counts"] == "behind"
    assert desk.tree["evaluation_scale"][1]["counts"] == "on_track"
    trace = sheetgen.trace(desk.plan, "01-01")
    assert any(one.label == "令和6年度の二次評価" for one in trace.fields)
    sheetgen.undo(desk.plan, result.run)
    assert desk.plan.read_bytes() == before


def test_a_word_that_changed_again_is_named_when_the_first_change_is_not_undone(
    desk: EditDesk,
) -> None:
    cell = desk.ref("words", "terms.policy", "row.own")
    first = desk.save({cell: "柱"})
    desk.write()
    desk.save({desk.ref("words", "terms.policy", "row.own"): "目標"})
    assert first.run
    with pytest.raises(sheetgen.SheetgenError) as raised:
        sheetgen.undo(desk.plan, first.run)
    assert [one.place.label for one in raised.value.problems] == ["計画のことば"]


def test_emptying_the_last_own_value_leaves_nothing_behind(desk: EditDesk) -> None:
    second = desk.ref("year_values", f"{HOME}.years[2]", "row.values.second")
    desk.save({second: "適"})
    assert next(_items(desk.tree))["years"][2]["values"] == {"second": "適"}
    desk.write()
    desk.save({second: None})
    assert "values" not in next(_items(desk.tree))["years"][2]


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        ("row.values.stage", "着手", "E036"),
        ("row.values.second", "A", "R224"),
        ("row.values.income", 1_500, "E046"),
        ("row.values.issue", "足りている", "E046"),
    ],
)
def test_a_value_is_read_by_its_kind_and_an_answer_is_corrected_with_a_reason(
    desk: EditDesk, path: str, value: object, wanted: str
) -> None:
    cell = desk.ref("year_values", YEAR, path)
    outcome = desk.change({cell: value})
    assert wanted in codes(outcome)
    if wanted == "E046":
        reason = desk.ref("year_values", YEAR, "row.reason")
        outcome = desk.change({cell: value, reason: "訂正の連絡"})
        assert "E046" not in codes(outcome)
        assert outcome.lines[0].reason == "訂正の連絡"


def test_a_new_grade_comes_with_what_it_counts(desk: EditDesk) -> None:
    desk.save({
        desk.below("grades", "row.step.grade"): "対象外",
        desk.below("grades", "row.step.meaning"): "評価しない",
        desk.below("grades", "row.counts"): "対象外",
    })  # fmt: skip
    added = {"grade": "対象外", "meaning": "評価しない", "counts": "none"}
    assert desk.tree["evaluation_scale"][-1] == added


def test_the_words_of_a_plan_can_be_asked_for_by_name(tmp_path: Path) -> None:
    base = (ROOT / "data/plan.json").read_bytes()
    plan, template = parse_plan(base, "plan.json"), FormTemplate(BOOK_TEMPLATE)
    made = make_edit_book(plan, base, template, Beside(), ("ことば",))
    assert [one.rows for one in made.book.tables] == ["words"]
    assert "ことば" in sheetgen.edit_sheets(BOOK_TEMPLATE, ROOT / "data/plan.json")


def test_a_plan_without_results_has_no_sheet_of_them() -> None:
    tree = own_tree()
    tree["omit"] += ["years.result", "overall_grade", "indicator"]
    for item in _items(tree):
        del item["indicator"], item["overall_grade"]
        for year in item["years"]:
            del year["result"]
    base = json.dumps(tree, ensure_ascii=False).encode()
    plan = parse_plan(base, "plan.json")
    made = make_edit_book(plan, base, FormTemplate(BOOK_TEMPLATE), Beside())
    tables: Mapping[str, EditTable] = {one.rows: one for one in made.book.tables}
    assert "results" not in tables
    assert "年の計画" in {one.sheet for one in tables.values()}
    assert not any("指標" in one for one in headings(tables["items"]))


def test_an_office_field_is_written_directly(source: Path, tmp_path: Path) -> None:
    plan = tmp_path / "data" / "plan.json"
    plan.parent.mkdir()
    shutil.copy(source, plan)
    groups = sheetgen.open_item_fields(plan, "01-01")
    fields = {one.name: one for group in groups for one in group.fields}
    second = fields[f"year_values|{YEAR}|row.values.second"]
    assert (second.label, second.choices) == ("二次評価", ("", "適", "否"))
    assert not any("effect" in name or "unit" in name for name in fields)

    def edit(name: str, words: str, reason: str = "") -> Any:
        asked = DirectEditRequest(plan=plan, template=TEMPLATE, texts={name: words}, reason=reason)
        return sheetgen.edit_directly(asked)

    assert edit(second.name, "否").run
    assert next(_items(json.loads(plan.read_bytes())))["years"][1]["values"]["second"] == "否"
    income = f"year_values|{YEAR}|row.values.income"
    assert "E046" in codes(edit(income, "1500"))
    assert edit(income, "1500", "訂正").run


def test_the_list_of_items_asks_for_the_fields_of_the_plan(source: Path, tmp_path: Path) -> None:
    plan = load_plan(source)
    titles = [one.title for one in list_columns(plan)]
    assert {"目標の番号", "令和6年度 段階", "令和6年度 年の計画", "重点施策", "取組"} <= {*titles}
    assert not any(
        word in title for title in titles for word in ("効果", "単位", "二次", "度 課題")
    )
    for heading in ("令和6年度 年次計画", "令和6年度 年の計画"):
        assert _key(heading, plan) == "plan:2024"
    assert _key("推進項目", plan) == _key("重点施策", plan) == "measure"
    assert _key("令和6年度 効果見込額(千円)", plan) is None
    book = load_workbook(io.BytesIO(sheetgen.item_list_book(plan)))
    assert "目標の番号" in {one.value for one in book.worksheets[0][1]}


def _key(heading: str, plan: Plan) -> str | None:
    found = column_of(heading, plan)
    return found.key if found else None


def test_an_item_is_added_with_its_own_fields(source: Path, tmp_path: Path) -> None:
    plan = tmp_path / "data" / "plan.json"
    plan.parent.mkdir()
    shutil.copy(source, plan)
    fields = {"measure": "1", "title": "新しい取組", "owners": "企画部 経営企画課",
              "values.goal": "11", "values.stage:2025": "実施"}  # fmt: skip
    wrong = AddRequest(plan=plan, fields={**fields, "values.stage:2025": "着手"}, accept=True)
    assert "I052" in codes(sheetgen.add_items(wrong))
    added = sheetgen.add_items(AddRequest(plan=plan, fields=fields, accept=True))
    assert added.saved
    tree = json.loads(plan.read_bytes())
    made = next(one for one in _items(tree) if one["id"] == added.items[0].id)
    assert made["values"] == {"goal": 11}
    assert [one.get("values") for one in made["years"]] == [None, None, {"stage": "実施"}, None,
                                                             None]  # fmt: skip
    assert "effect" not in made["years"][0]


def test_the_agenda_has_the_rounds_in_the_order_of_the_year(source: Path) -> None:
    sends = [one.round for one in sheetgen.agenda(source).steps if one.duty == "配布"]
    assert [one.kind.label for one in sends if one] == ["実績照会", "上半期照会", "見直し照会"]


def test_the_desk_shows_the_fields_and_the_rounds_of_the_plan(source: Path, tmp_path: Path) -> None:
    root = folder_in(tmp_path)
    shutil.copy(source, root / "data" / "plan.json")
    web = client(root)
    page = text(web.get("/items/01-01"))
    assert ">歳入増(千円)</th>" in page
    assert 'data-name="歳入増(千円)">12（暫定）</td>' in page
    assert "<h3>令和6年度の上半期照会</h3>" in page or "上半期照会" in page
    values = page.partition('<h2 id="sheet">')[0]
    assert "効果見込額" not in values
    assert "単位:" not in values.partition("金額の単位")[0]
    for address in ("/sending/", "/collecting/", "/standing/"):
        assert '<option value="half"' in text(web.get(address)), address
    adding = text(web.get("/items/add"))
    assert '<select id="avalues-stage-2025" name="add|values.stage:2025">' in adding
    assert "効果見込額" not in adding
    edit = text(web.get("/items/01-01/edit"))
    assert "二次評価" in edit
    assert "委員会の意見" in edit
