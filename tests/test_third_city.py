"""三つの階層の町：1未着手から5達成、第1四半期照会、選ぶ欄、三年、自分で描いた様式。

始めてから二年目の文書までを、打つコマンドと Excel だけで歩く。出た数は、課が書いたものから数える。
"""

from __future__ import annotations

import copy
import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk_samples import ROOT
from openpyxl.styles import Protection
from openpyxl.worksheet.worksheet import Worksheet
from whole_city import DEADLINE, City, found_words

Json = dict[str, Any]
RESULTS, REVISION, QUARTER = "実績照会", "見直し照会", "第1四半期照会"
OFFICE_SECTION, PARK_SECTION = "総務課", "公園課"
SECTIONS = (OFFICE_SECTION, PARK_SECTION)
ITEMS = {
    "電子申請の窓口": (OFFICE_SECTION, "1 窓口", "受付"),
    "公園の見回り": (PARK_SECTION, "2 公園", "安全"),
    "広告の募集": (OFFICE_SECTION, "3 収入", "本庁"),
    "花壇の里親": (PARK_SECTION, "2 公園", "みどり"),
}
"""名称から、主管課、施策、区分へ。"""
TARGETS = (40, 100, 5, 12)
CHANGED, ENDED, NEW = "電子申請の窓口", "花壇の里親", "使用料の見直し"
SCALE = {"1": ("未着手", "遅れ"), "2": ("準備中", "遅れ"), "3": ("実施中", "順調"),
         "4": ("ほぼ達成", "達成"), "5": ("達成", "達成")}  # fmt: skip
"""番号の小さいものほど悪い。"""
GRADES, VALUES, STAGES = ("5", "3", "1", "4"), (52, 88, 0, 15), ("実施", "準備", "検討", "実施")
QUARTERS = {2025: (12, 25, "-", 3), 2026: (20, 31, 2, 6)}
REMARK = "次の年度も見回りを続けること。"
TERMS = {
    "subtitle": "　実行計画", "policy": "政策", "measure": "施策", "section": "区分",
    "item": "事業", "sheet": "事業カード", "revision": "年度点検",
    "labels": {
        "improvement": "事業の内容", "indicator.name": "ものさし",
        "indicator.current": "はじめの値", "indicator.target": "終わりの値",
        "years.plan": "年度の予定", "years.target": "めやす", "years.result.text": "行ったこと",
        "years.result.value": "届いた値", "years.result.grade": "進み具合",
        "overall_grade": "三年間の進み具合",
    },
}  # fmt: skip
OMIT = ("related_sections", "current_state", "initiatives", "vision", "years.effect",
        "years.result.effect", "overview")  # fmt: skip
FIELDS = (
    {"key": "quarter", "label": "四半期の値", "kind": "figure", "per": "year",
     "asked": "quarter", "required": True},
    {"key": "quarter_note", "label": "四半期の様子", "kind": "text", "per": "year",
     "asked": "quarter"},
    {"key": "stage", "label": "段階", "kind": "choice", "per": "year", "asked": "results",
     "required": True, "choices": ["検討", "準備", "実施"]},
    {"key": "remark", "label": "町長の指示", "kind": "text", "per": "item", "asked": "office"},
)  # fmt: skip
OTHERS = (
    "アクションプラン", "実施項目", "基本方針", "推進項目", "進捗管理シート", "年次見直し", "指標",
    "目指す姿", "全期間総合", "伊勢原", "取組方針", "年次計画", "取組実績", "現状と課題",
    "関連所属", "概要表", "基本理念", "KPI", "重点取組", "改革の柱",
)  # fmt: skip
"""初めの形と、ほかの市のことば。"""
ROUND = {"key": "quarter", "name": QUARTER, "of": "this_year",
         "asks": ["years.values.quarter", "years.values.quarter_note"]}  # fmt: skip


def _declare(plan: Json) -> None:
    plan["terms"], plan["omit"] = TERMS, list(OMIT)
    plan["fields"], plan["rounds"] = list(FIELDS), [ROUND]


def _draw(path: Path) -> None:
    """同梱の KPI型の様式を直して、この町の様式にする。"""
    book = openpyxl.load_workbook(ROOT / "templates" / "starting" / "half_year.xlsx")
    sheet = book["進捗管理シート"]
    for area in [str(one) for one in sheet.merged_cells.ranges]:
        if area in ("C2:D2", "F2:J2") or (area[0] == "H" and area != "H1:J1"):
            sheet.unmerge_cells(area)
    for cell in (one for row in sheet.iter_rows() for one in row if isinstance(one.value, str)):
        cell.value = cell.value.replace("values.half_note", "values.quarter_note")
        cell.value = cell.value.replace("values.half", "values.quarter")
    for area, text in (("A2:D2", "policy"), ("E2:G2", "measure"), ("H2:J2", "section")):
        for cell in sheet[area][0]:
            cell.value = None
            for name in ("font", "border", "fill", "alignment"):
                setattr(cell, name, copy.copy(getattr(sheet["C2"], name)))
        sheet[area.partition(":")[0]].value = f"{{{{ form.{text} }}}}"
        sheet.merge_cells(area)
    for at in range(6, 12):
        for name in ("font", "border", "fill", "alignment"):
            setattr(sheet[f"I{at}"], name, copy.copy(getattr(sheet[f"J{at}"], name)))
    sheet["I6"] = "{{ labels['years.values.stage'] }}"
    for at in range(5):
        sheet[f"I{7 + at}"] = f"{{{{ years[{at}].values.stage }}}}"
        sheet[f"I{7 + at}"].protection = Protection(locked=False)
    sheet["A13"], sheet["A12"] = sheet["A12"].value, None
    sheet.row_dimensions[12].hidden, sheet.row_dimensions[13].hidden = False, True
    _last_row(sheet)
    book.save(path)


def _last_row(sheet: Worksheet) -> None:
    """年度の下の、町長の指示と、期間全体の評価。"""
    for area, text, like in (
        ("A12:B12", "{{ labels['values.remark'] }}", "A4"),
        ("C12:F12", "{{ item.values.remark }}", "C4"),
        ("G12:I12", "{{ labels['overall_grade'] }}", "A4"),
        ("J12", "{{ item.overall_grade }}", "J7"),
    ):  # fmt: skip
        first, _, last = area.partition(":")
        for cell in sheet[f"{first}:{last or first}"][0]:
            for name in ("font", "border", "fill", "alignment", "protection"):
                setattr(cell, name, copy.copy(getattr(sheet[like], name)))
        sheet[first].value = text
        if last:
            sheet.merge_cells(area)
    sheet.row_dimensions[12].height = 34
    sheet.print_area = "A1:J12"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    """始めてから、二年目の公表まで。"""
    city = City(
        tmp_path_factory.mktemp("third") / "town", "--municipality", "練習町", "--plan-title",
        "みらい計画", "--years", "3", "--policy", "くらし：窓口、公園", "--policy", "財政：収入",
        *(word for one in SECTIONS for word in ("--section", f"町長室 {one}")),
        *(word for grade, (meaning, counts) in SCALE.items()
          for word in ("--grade", f"{grade}：{meaning}：{counts}")),
    )  # fmt: skip
    city.write(_declare)
    _draw(city.template)
    city.new_list()
    city.list_items(
        {
            "施策": measure, "区分": division, "事業": title, "主管課": f"町長室 {section}",
            "事業の内容": f"{title}を進める。", "ものさし": f"{title}の件数", "単位": "件",
            "はじめの値": 1, "終わりの値": target + 20,
            **{f"令和{year}年度 年度の予定": f"{title}を行う。" for year in range(7, 10)},
            **{f"令和{year}年度 めやす": target + 10 * (year - 7) for year in range(7, 10)},
        }
        for (title, (section, measure, division)), target in zip(
            ITEMS.items(), TARGETS, strict=True)
    )  # fmt: skip
    city.run("check")
    city.run("report", "--final", "--published", "2025-05", "--only", "html")
    _ask_quarter(city, 2025, ITEMS)
    city.ask(2025, REVISION, {CHANGED: {"years[1].plan": "・二つの窓口で試す。"}})
    city.run("rollover", "--to", "2026", "--retire", "02-02")
    city.run("add-item", "--measure", "3", "--title", NEW, "--owner", f"町長室 {OFFICE_SECTION}",
             "--heading", "本庁", "--improvement", "使用料を見直す。", "--indicator", "件数",
             "--unit", "件", "--current", "0", "--final-target", "8", "--target", "R8=3",
             "--target", "R9=8", "--year-plan", "R8=・調べる。",
             "--year-plan", "R9=・改める。")  # fmt: skip
    _ask_quarter(city, 2026, [*list(ITEMS)[:3], NEW])
    _ask_results(city)
    city.edit(2026, lambda book: book.change("item_values", "values.remark", REMARK,
                                             title="公園の見回り"))  # fmt: skip
    for command in ("check", "report", "compare", "export", "status", "edit"):
        city.run(command)
    return city


def _ask_quarter(city: City, year: int, titles: Iterable[str]) -> None:
    at = f"years[{year - 2025}].values"
    city.ask(year, QUARTER, {
        title: {f"{at}.quarter": value, f"{at}.quarter_note": f"{title}は{year}年の春に始めた。"}
        for title, value in zip(titles, QUARTERS[year], strict=True)
    })  # fmt: skip


def _ask_results(city: City) -> None:
    """実績照会。総務課が先に返し、公園課は促されて返す。"""
    answers = {
        title: {"years[0].result.text": f"{title}の作業を終えた。", "years[0].result.grade": grade,
                "years[0].result.value": value, "years[0].values.stage": stage}
        for title, grade, value, stage in zip(ITEMS, GRADES, VALUES, STAGES, strict=True)
    }  # fmt: skip
    city.run("distribute", "--round", RESULTS, "--year", "2026", "--deadline", DEADLINE)
    for section in SECTIONS:
        city.answer(2026, RESULTS, answers, section)
        city.run("status", "--round", RESULTS, "--out", f"{section}のあと")
        city.run("remind", "--round", RESULTS, "--year", "2026", "--early")


def test_who_is_behind_is_said_by_figures_and_by_the_grades_that_count(town: City) -> None:
    page = town.page("令和8年度", "年度点検")
    assert list(page.rows("behind")) == ["(2)① 公園の見回り", "(3)① 広告の募集"]
    counts = {row["事業"]: row["進み具合の扱いコード"] for row in _table(town, "grades")}
    assert counts == dict(zip(ITEMS, ("achieved", "on_track", "behind", "achieved"), strict=True))


def test_each_quarter_and_choice_stands_in_its_own_year(town: City) -> None:
    found = {
        (row["事業"], row["年度（西暦）"]): (row["四半期の値"], row["段階"])
        for row in _table(town, "yearly_values")
    }
    first = zip(ITEMS, QUARTERS[2025], STAGES, strict=True)
    second = zip([*list(ITEMS)[:3], NEW], QUARTERS[2026], strict=True)
    wanted = {(title, "2025"): (str(value).strip("-"), stage) for title, value, stage in first}
    wanted |= {(title, "2026"): (str(value), "") for title, value in second}
    assert {key: found[key] for key in wanted} == wanted
    assert not {(ENDED, "2026"), (NEW, "2025")} & found.keys()


def test_a_late_section_is_reminded_and_then_no_more(town: City) -> None:
    reminded = [text for text in town.said if "まだ答えがありません" in text]
    assert len(reminded) == 1
    assert "1課の2項目" in reminded[0]
    assert PARK_SECTION in reminded[0]
    assert any("督促するものはありません" in text for text in town.said)
    standing = [text for text in town.said if "令和７年度の段階" in text]
    assert "検討 1件、準備 0件、実施 1件、空欄 2件" in standing[0]
    assert "検討 1件、準備 1件、実施 2件、空欄 0件" in standing[-1]


def test_an_ended_item_is_counted_in_its_last_year_and_a_new_one_is_not(town: City) -> None:
    shown = str(town.page("令和8年度", "年度点検").root.text_content())
    assert "令和７年度で終了した事業の実績（1件）" in shown
    assert REMARK in shown
    said = next(text for text in town.said if "新旧対照表を作りました" in text)
    assert "新規の事業 1件、終了した事業 1件、施策を移った事業 0件" in said


def test_nothing_is_said_of_what_the_plan_does_not_have(town: City) -> None:
    assert found_words(town, (*OTHERS, "見込額", "千円", "効果")) == []


def _table(city: City, name: str) -> list[dict[str, str]]:
    path = city.place(2026, "オープンデータ", f"{name}.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
