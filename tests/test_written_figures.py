"""計画のデータに文字で書かれた数：計から黙って落ちる前に、どの命令でも問う。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import new_city
import pytest
from making import changed_plan, item_of, make
from plan_samples import entry, sample_plan
from reporting import ROOT, request_for

from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.problems import Problem
from sheetgen.publish.comparing import CompareRequest, compare
from sheetgen.publish.exporting import DataFormat, ExportRequest, export
from sheetgen.publish.publishing import Output
from sheetgen.publish.reporting import document_of
from sheetgen.send.checking import check
from sheetgen.year.adding import AddRequest, add_items
from sheetgen.year.standing import StatusRequest
from sheetgen.year.status import status

TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"


def doubts(change: Callable[[dict[str, Any]], None]) -> list[tuple[str, object]]:
    """初めの実施項目に手を加えた計画についての、符号と、書くべき数。"""
    plan = sample_plan()
    change(entry(plan, 0))
    found = figure_doubts(Plan.model_validate(plan), "plan.json")
    return [(one.code, one.facts.get("likely")) for one in found]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("6800", [("M087", "6800")]),
        ("６，８００", [("M087", "6800")]),
        ("6、800", [("M087", "6800")]),
        ("▲500", [("M087", "-500")]),
        ("6,800千円", [("M087", "6800")]),
        ("680万円", [("M087", "6800")]),
        ("6,800,500円", [("M087", "6800.5")]),
        (" 12.50 ", [("M087", "12.5")]),
        ("約6,800", [("M088", None)]),
        ("1億2,000万円", [("M088", None)]),
        ("六百八十万円", [("M088", None)]),
        (6800, []),
        (6800.5, [("M089", None)]),
        (6800.0, []),
        (None, []),
        *((word, []) for word in ("-", "ー", "未定", "（未定）", "一部", "算定不能")),
    ],
)
def test_an_effect_written_in_words_is_asked(text: object, wanted: list[Any]) -> None:
    def planned(item: dict[str, Any]) -> None:
        item["years"][1]["effect"] = text

    def achieved(item: dict[str, Any]) -> None:
        item["years"][0]["result"]["effect"] = text

    assert doubts(planned) == doubts(achieved) == wanted


@pytest.mark.parametrize(
    ("target", "text", "wanted"),
    [
        (10, "１２", [("M087", "12")]),
        (10, "1,200", [("M087", "1200")]),
        (10, "12件", [("M087", "12")]),  # 目標が数なら、単位を付けた数も、数のはずである
        ("10件以上", "12件", []),
        ("10件以上", "12", [("M087", "12")]),
        (10, "12台", []),
        (10, "2(78)", []),
        (10, "-", []),
    ],
)
def test_a_figure_written_in_words_is_asked(target: object, text: str, wanted: list[Any]) -> None:
    def change(item: dict[str, Any]) -> None:
        for year in item["years"]:
            year["target"] = target
        item["years"][0]["result"]["value"] = text

    assert doubts(change) == wanted


def test_the_indicator_itself_may_be_printed_with_its_unit() -> None:
    """公式の文書の「120,000千円」「20億円」は、印刷のままの文字である。"""

    def change(item: dict[str, Any]) -> None:
        item["indicator"].update(current="1,200件（令和３年度）", target="120,000件")

    assert doubts(change) == []
    assert doubts(lambda item: item["indicator"].update(target="120")) == [("M087", "120")]


def test_the_real_plan_has_no_figure_in_words(plan_path: Path) -> None:
    assert figure_doubts(load_plan(plan_path), "") == []


@pytest.fixture(scope="module")
def quoted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """08-08 の令和６年度の効果見込額が「"7000"」の計画。"""

    def change(plan: dict[str, Any]) -> None:
        item_of(plan, "08-08")["years"][1]["effect"] = "7000"

    folder = tmp_path_factory.mktemp("quoted")
    return changed_plan(ROOT / "data" / "plan.json", folder / "plan.json", change)


def test_every_command_that_prints_sums_asks(quoted: Path, tmp_path: Path) -> None:
    request = request_for(tmp_path, plan=quoted)
    found: dict[str, tuple[Problem, ...] | list[Problem]] = {
        "check": check(quoted, TEMPLATE).problems,
        "generate": make(tmp_path, quoted, TEMPLATE, items=("08-08",)).problems,
        "report": document_of(request)[1],
        "compare": compare(
            CompareRequest(
                plan=quoted,
                old=quoted,
                new=quoted,
                layout=request.layout,
                root=tmp_path,
                outputs=(Output.HTML,),
            )
        ).report.problems,
        "export": export(
            ExportRequest(plan=quoted, root=tmp_path, formats=(DataFormat.JSON,))
        ).problems,
        "status": status(
            StatusRequest(plan=quoted, layout=ROOT / "templates", root=tmp_path)
        ).problems,
    }
    for command, problems in found.items():
        (told, *_) = [one for one in problems if one.code == "M087"]
        assert (told.place.item, told.place.file) == ("08-08", str(quoted)), command
        assert told.place.label == "令和６年度の効果見込額(千円)"
        assert told.facts == {"value": "7000", "likely": "7000"}
    assert "7000 と書いてください" in describe(told)
    other = make(tmp_path, quoted, TEMPLATE, items=("08-01",)).problems
    assert "M087" not in {one.code for one in other}


def test_a_list_with_a_figure_in_words_is_held(tmp_path: Path) -> None:
    """最終の目標が文の指標では、一覧の「34分」は文字として読まれ、ほかの年度の数と比べられない。"""
    plan = new_city.start(tmp_path)
    row = new_city.full_row(
        **{"計画最終年度の目標値": "短縮", "令和8年度 成果指標の目標値": "34分"},
    )
    source = new_city.fill(tmp_path / new_city.LIST, row)
    result = add_items(AddRequest(plan=plan, source=source))
    assert not result.saved
    (told,) = [one for one in result.problems if one.code == "M087"]
    assert (told.place.label, told.facts["likely"]) == ("令和８年度の成果指標の目標値", "34")
    assert told.place.file == str(source)
    assert add_items(AddRequest(plan=plan, source=source, accept=True)).saved
