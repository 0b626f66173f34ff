"""自分のことばと欄を持つ計画の、新旧対照表とオープンデータ。

書いた値はすべて出て、ない欄と、ほかの市のことばは、どこにも出ない。
"""

from __future__ import annotations

import copy
import csv
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from comparing import file_of, made
from plan_samples import sample_plan

from sheetgen.publish.exporting import ExportRequest, export
from sheetgen.publish.publishing import Output

Json = dict[str, Any]
OTHERS = (
    "実施項目", "基本方針", "推進項目", "年次見直し", "アクションプラン", "進捗管理シート",
    "取組実績", "年次計画", "効果見込額", "実績効果額", "取組方針", "具体的な改善取組内容",
    "現状と課題", "全期間総合評価", "指標", "関連所属", "概要表", "主管課",
)  # fmt: skip
OMITTED = (
    "indicator", "years.effect", "years.result.effect", "years.target", "years.result.value",
    "initiatives", "overall_grade", "related_sections", "section", "measure",
    "overview",
)  # fmt: skip


def _own() -> Json:
    """一つの階層の、自分のことばの計画。"""
    plan = sample_plan()
    plan |= {
        "plan_title": "みらい計画",
        "terms": {
            "subtitle": "", "policy": "柱", "item": "重点事業", "sheet": "事業票",
            "revision": "ローリング",
            "labels": {
                "years.result.text": "進み具合", "years.result.grade": "自己点検",
                "years.plan": "予定", "improvement": "すること", "current_state": "いま",
                "vision": "めざす姿", "owners": "担当課",
            },
        },
        "omit": list(OMITTED),
        "evaluation_scale": [
            {"grade": "1", "meaning": "未着手", "counts": "behind"},
            {"grade": "5", "meaning": "完了", "counts": "achieved"},
            {"grade": "対象外", "meaning": "評価しない", "counts": "none"},
        ],
        "scales": {"second": [
            {"grade": "適", "meaning": "よい進み", "counts": "on_track"},
            {"grade": "否", "meaning": "改める", "counts": "behind"},
        ]},
        "fields": [
            {"key": "issue", "label": "残る{課題}", "kind": "text", "asked": "results"},
            {"key": "income", "label": "歳入増(千円)", "kind": "money", "asked": "half",
             "sum": True},
            {"key": "people", "label": "来た人(人)", "kind": "figure", "asked": "revision"},
            {"key": "second", "label": "二次点検", "kind": "grade", "scale": "second",
             "asked": "office"},
            {"key": "stage", "label": "段階 の名", "kind": "choice",
             "choices": ["考える", "行う"], "asked": "revision"},
            {"key": "opinion", "label": "委員の声", "kind": "text", "per": "item",
             "asked": "office"},
        ],
        "rounds": [{"key": "half", "name": "夏の照会", "of": "this_year",
                    "asks": ["years.values.income"], "provisional": True}],
        "past_scales": [],
    }  # fmt: skip
    for number, item in enumerate(_items(plan), start=1):
        for name in (
            "indicator",
            "initiatives",
            "overall_grade",
            "related_sections",
            "section",
            "overview",
        ):
            del item[name]
        item |= {"title": f"窓口その{number}"}
        for year in item["years"]:
            del year["effect"], year["target"]
            del year["result"]["effect"], year["result"]["value"]
    for policy in plan["policies"]:
        policy["measures"] = policy["measures"][:1]
        policy["measures"][0]["name"] = "見えない名"
    plan["policies"][0]["name"] = "くらし"
    plan["overview"] = {}
    plan["revision"] |= {"highlights": [], "highlight_notes": []}
    return plan


def _items(plan: Json) -> list[Json]:
    return [
        entry
        for policy in plan["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
        if entry["type"] == "item"
    ]


_NARROW = str.maketrans("０１２３４５６７８９", "0123456789")
VALUES = ("人手が要る", "1234", "77", "適", "行う", "続けること")
"""書いた値。"""


def _next(plan: Json) -> Json:
    """値を書いた、次の年度の計画。"""
    changed = copy.deepcopy(plan)
    changed["revision"] |= {"fiscal_year": 2026}
    first = _items(changed)[0]
    first["values"] = {"opinion": "続けること"}
    year = first["years"][0]
    year["result"] = {"text": "進んだ", "grade": "5"}
    year["values"] = {"issue": "人手が要る", "income": 1234, "second": "適"}
    year["provisional"] = ["values.income"]
    first["years"][2]["values"] = {"people": 77, "stage": "行う"}
    return changed


@pytest.fixture(scope="module")
def plans() -> tuple[Json, Json]:
    old = _own()
    return old, _next(old)


def _texts(path: Path) -> str:
    book = openpyxl.load_workbook(path, rich_text=True)
    return "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )


@pytest.fixture(scope="module")
def page(plans: tuple[Json, Json], tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """新旧対照表の、表の本とウェブページの文字。"""
    folder = tmp_path_factory.mktemp("compared")
    result = made(folder, *plans, outputs=(Output.XLSX, Output.HTML))
    html = file_of(result, Output.HTML).read_text(encoding="utf-8")
    body = re.sub("<[^>]+>", "", html.partition("<body>")[2])
    return _texts(file_of(result, Output.XLSX)), body


def test_a_comparison_holds_every_declared_value(page: tuple[str, str]) -> None:
    book, html = page
    for text in (book, html):
        for value in ("人手が要る", "1,234（暫定）", "77", "適", "行う", "続けること"):
            assert value in text
        for label in ("令和９年度 来た人(人)", "令和７年度の残る{課題}", "委員の声"):
            assert label.translate(_NARROW) in text.translate(_NARROW)


def test_answers_are_no_revision(page: tuple[str, str]) -> None:
    book, _ = page
    assert "令和９年度の来た人(人)・段階 の名" in book
    changed = [line for line in book.splitlines() if "委員の声、" in line or "来た人(人)・" in line]
    assert changed
    assert not any("残る" in line or "歳入増" in line for line in changed)
    assert "残る{課題}・歳入増(千円)・二次点検の記録（改正ではないもの）" in book


def test_one_level_has_one_heading(page: tuple[str, str]) -> None:
    book, html = page
    assert "柱１ くらし" in html
    assert "柱１" in book.splitlines()
    for text in page:
        for other in ("見えない名", "（１）", "(１)"):
            assert other not in text


def test_a_comparison_speaks_the_words_of_its_plan(page: tuple[str, str]) -> None:
    for text in page:
        assert [one for one in OTHERS if one in text] == []


def test_what_a_plan_says_of_itself_is_compared(plans: tuple[Json, Json], tmp_path: Path) -> None:
    old, new = plans
    new = copy.deepcopy(new)
    new["terms"]["labels"]["vision"] = "行き先"
    new["fields"][1]["label"] = "増えた歳入(千円)"
    new["evaluation_scale"][2]["counts"] = "on_track"
    new["rounds"][0]["name"] = "秋の照会"
    result = made(tmp_path, old, new, outputs=(Output.XLSX,))
    text = _texts(file_of(result, Output.XLSX))
    for said in (
        "欄「行き先」",
        "欄「増えた歳入(千円)」",
        "評価「対象外」の扱い",
        "照会「秋の照会」",
    ):
        assert said in text


def test_an_omitted_field_is_told_once(tmp_path: Path) -> None:
    old = _own()
    new = copy.deepcopy(old)
    new["omit"].append("vision")
    del new["terms"]["labels"]["vision"]
    for item in _items(new):
        del item["vision"]
    result = made(tmp_path, old, new, outputs=(Output.XLSX,))
    text = _texts(file_of(result, Output.XLSX))
    assert "欄「めざす姿」" in text
    assert "（削除）" in text
    assert "できている" not in text


@pytest.fixture(scope="module")
def folder(plans: tuple[Json, Json], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("opened")
    path = root / "plan.json"
    path.write_text(json.dumps(plans[1], ensure_ascii=False), encoding="utf-8")
    return export(ExportRequest(plan=path, root=root)).folder


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_declared_field_is_a_column(folder: Path) -> None:
    first = _rows(folder, "yearly_values")[0]
    assert first["残る{課題}"] == "人手が要る"
    assert (first["歳入増"], first["歳入増の暫定"]) == ("1234", "暫定")
    assert (first["二次点検"], first["二次点検の意味"], first["二次点検の扱い"]) == (
        "適", "よい進み", "順調である",
    )  # fmt: skip
    third = _rows(folder, "yearly_values")[2]
    assert "段階 の名の暫定" not in third
    assert (third["来た人"], third["段階 の名"]) == ("77", "行う")
    assert _rows(folder, "items")[0]["委員の声"] == "続けること"


def test_declared_fields_are_explained(folder: Path) -> None:
    said = {row["項目名（英数字）"]: row for row in _rows(folder, "data_dictionary")}
    assert said["values_people"]["単位"] == "人"
    assert "夏の照会" in said["values_income"]["説明"]
    assert "「考える」「行う」" in said["values_stage"]["説明"]
    codes = {(row["列"], row["コード"]): row["意味"] for row in _rows(folder, "code_list")}
    assert codes["values_second", "否"] == "改める（届いていない）"
    assert ("kind_code", "values_income") in codes


def test_provisional_values_are_marked(folder: Path) -> None:
    assert [
        (row["年度（西暦）"], row["欄の名"]) for row in _rows(folder, "provisional_values")
    ] == [("2025", "years.values.income")]
    marked = [row for row in _rows(folder, "yearly_figures") if row["暫定"]]
    assert [(row["値"], row["単位"]) for row in marked] == [("1234", "千円")]


def test_grades_say_what_they_count_as(folder: Path) -> None:
    (grade,) = _rows(folder, "grades")
    assert (grade["自己点検コード"], grade["自己点検の扱いコード"]) == ("5", "achieved")
    scale = _rows(folder, "grade_scale")
    assert {row["自己点検の扱い"] for row in scale} == {
        "届いていない", "達成した", "進み具合を言わない",
    }  # fmt: skip


def test_an_omitted_field_has_no_table_and_no_column(folder: Path) -> None:
    assert not (folder / "indicators.csv").exists()
    columns = {row["項目名（英数字）"] for row in _rows(folder, "data_dictionary")}
    assert not columns & {"measure", "measure_number", "heading", "indicator"}
    codes = {row["コード"] for row in _rows(folder, "code_list")}
    assert not codes & {"effect", "target", "overall_grade", "related_section", "initiative"}


def test_the_open_data_speak_the_words_of_their_plan(folder: Path) -> None:
    for path in folder.iterdir():
        text = _texts(path) if path.suffix == ".xlsx" else path.read_text(encoding="utf-8-sig")
        assert [one for one in OTHERS if one in text] == [], path.name
        assert "見えない名" not in text
        if path.stem in ("yearly_values", "action_plan"):
            assert all(one in text for one in VALUES if one != "続けること")
