"""一つの計画のことばは、プログラムにも、文書のひな型にも書かれていない。計画のことばに従う。"""

from __future__ import annotations

import ast
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_samples import client, folder_in, text
from making import load
from reporting import LAYOUT
from second_city import write_plan, write_template

from sheetgen.desk.running import Shown, ThreadRunner
from sheetgen.messages.vocabulary import Vocabulary, speaking, terms
from sheetgen.plan.fields import SHIPPED
from sheetgen.publish.comparing import CompareRequest, compare
from sheetgen.publish.exporting import DataFormat, ExportRequest, export
from sheetgen.publish.publishing import Output, ReportRequest
from sheetgen.publish.reporting import report
from sheetgen.year.standing import StatusRequest
from sheetgen.year.status import status

ROOT = Path(__file__).resolve().parent.parent
WORDS = re.compile(
    "アクションプラン|基本方針|推進項目|実施項目|進捗管理シート|年次見直し|取組実績|年次計画|効果見込額|実績効果額"
    "|取組方針|取組内容|成果指標|現状と課題|目指す姿|目標値|実績値"
)


def _constants(path: Path) -> Iterator[str]:
    """文字列。説明と、``heading`` に渡す初めの書き方を除く。"""
    tree = ast.parse(path.read_text("utf-8"))
    spared = {
        id(deep)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "heading"
        )
        for deep in ast.walk(node)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in spared
        ):
            yield node.value


def _written(path: Path) -> str:
    """ひな型の文。注と、``heading`` に渡す初めの書き方を除く。"""
    whole = re.sub(r"\{#.*?#\}|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
    whole = re.sub(r'heading\("[^"]*"', "", whole)
    return re.sub(r"^\s*//.*$|\s//\s.*$", "", whole, flags=re.M)


def _programs() -> list[Path]:
    return [
        path for wing in ("publish", "desk") for path in (ROOT / "sheetgen" / wing).rglob("*.py")
    ]


def _templates() -> list[Path]:
    folders = (
        "sheetgen/desk/templates",
        "templates/report",
        "templates/status",
        "templates/letters",
    )
    kinds = (".html", ".typ", ".txt", ".css", ".js")
    return [one for name in folders for one in (ROOT / name).rglob("*") if one.suffix in kinds]


def test_no_word_of_one_plan_is_written_in_the_programs() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {one}"
        for path in _programs()
        for one in _constants(path)
        if WORDS.search(one)
    ]
    assert not found, found


def test_no_word_of_one_plan_is_written_in_the_templates() -> None:
    assert len(_templates()) > 80
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in _templates()
        for line in _written(path).splitlines()
        if WORDS.search(line)
    ]
    assert not found, found


TERMS = {
    "subtitle": "実行計画",
    "policy": "柱",
    "measure": "施策",
    "item": "事業",
    "sheet": "事業票",
    "revision": "年度更新",
    "labels": {
        "improvement": "事業の内容",
        "current_state": "いまの様子",
        "initiatives": "この年の進め方",
        "vision": "めざす市の姿",
        "indicator": "ものさし",
        "indicator.name": "ものさしの名",
        "indicator.current": "ものさしのいま",
        "indicator.target": "ものさしの最後",
        "years.plan": "年の予定",
        "years.target": "年のめあて",
        "years.effect": "予算額(千円)",
        "years.result.text": "したこと",
        "years.result.value": "年のできばえ",
        "years.result.effect": "決算額(千円)",
        "years.result.grade": "判定",
        "overall_grade": "終わりの判定",
        "overview.policy": "進め方",
        "overview.indicator": "はかるもの",
        "overview.target": "めあて",
        "overview.title": "事業の名",
    },
}
"""初めのことばを一つも含まない、よその市のことば。"""


def _plan(path: Path, change: Any = None) -> Path:
    """よその市の計画に、その市のことばを入れたもの。前の年度の実績もある。"""
    plan = load(write_plan(path))
    plan["terms"] = TERMS
    items = plan["policies"][0]["measures"][0]["entries"]
    for item in items:
        item["years"][0]["result"] = {"text": "した。", "value": 13, "effect": 90, "grade": "B"}
    items[0]["years"][0]["target"] = None
    items[0]["years"][2]["effect"] = 300
    plan["revision"]["highlights"] = [{"policy": 1, "text": "窓口を直す", "is_new": False}]
    if change:
        change(plan)
    path.write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return _plan(tmp_path / "data" / "plan.json")


def _is_free(text: str) -> None:
    """ほかの市のことばがない。"""
    found = [text[max(0, one.start() - 30) : one.end() + 30] for one in WORDS.finditer(text)]
    assert not found, found


def test_the_document_is_in_the_words_of_the_plan(plan: Path, tmp_path: Path) -> None:
    template = write_template(tmp_path / "様式.xlsx")
    made = report(
        ReportRequest(
            plan=plan, template=template, layout=LAYOUT, root=tmp_path, outputs=(Output.HTML,)
        )
    )
    page = made.files[0].path.read_text("utf-8")
    _is_free(page)
    assert "令和８年度年度更新" in made.files[0].path.name
    assert made.files[0].path.parent.name == "年度更新"
    for word in (
        "柱１ 市民サービス",
        "見本市行政改革推進プラン 実行計画の",
        "事業について",
        "決算額の累計",
        '<th role="columnheader" scope="col">決算額(千円)</th>',
        "柱ごとの判定",
    ):
        assert word in page, word


def test_the_comparison_is_in_the_words_of_the_plan(plan: Path, tmp_path: Path) -> None:
    def changed(one: Any) -> None:
        entries = one["policies"][0]["measures"][0]["entries"]
        entries[1]["years"][2]["effect"] = 700
        entries[2]["title"] = "窓口を閉じる"

    new = _plan(tmp_path / "後.json", changed)
    asked = CompareRequest(
        plan=plan, layout=LAYOUT, root=tmp_path, old=plan, new=new, outputs=(Output.HTML,)
    )
    page = compare(asked).report.files[0].path.read_text("utf-8")
    _is_free(page)
    assert "予算額(千円)" in page
    assert "内容の変わった事業" in page


def test_the_open_data_is_in_the_words_of_the_plan(plan: Path, tmp_path: Path) -> None:
    made = export(ExportRequest(plan=plan, root=tmp_path, formats=(DataFormat.CSV,)))
    for path in made.files:
        _is_free(path.read_text("utf-8-sig"))
    [items] = [path for path in made.files if path.name == "items.csv"]
    assert "事業のID,柱の番号,柱,施策の番号,施策" in items.read_text("utf-8-sig")
    [figures] = [path for path in made.files if path.name == "yearly_figures.csv"]
    assert ",決算額,90,千円," in figures.read_text("utf-8-sig")


def test_the_status_page_is_in_the_words_of_the_plan(plan: Path, tmp_path: Path) -> None:
    made = status(
        StatusRequest(
            plan=plan, layout=ROOT / "templates", root=tmp_path, round="results", year=2026
        )
    )
    page = made.page.read_text("utf-8")
    _is_free(re.sub("<style>.*?</style>", "", page, flags=re.S))
    assert "事業ごとの状況" in page
    assert "柱1 市民サービス" in page


PAGES = ("/", "/sending/", "/collecting/", "/standing/", "/items/", "/publishing/", "/closing/",
         "/undoing/", "/sections/")  # fmt: skip


def test_every_page_of_the_desk_is_in_the_words_of_the_plan(tmp_path: Path) -> None:
    root = folder_in(tmp_path)
    _plan(root / "data" / "plan.json")
    browser = client(root)
    told = "".join(text(browser.get(page)) for page in PAGES)
    # 様式のシートの名は、事務局の様式のもの。
    told += text(browser.get("/items/01-01")).partition('id="sheet"')[0]
    _is_free(told)
    for word in ("事業を加える", "年度更新の文書", "いまの様子", ">予算額<", "終える事業"):
        assert word in told, word


def test_a_page_leaves_no_words_to_the_next_answer(tmp_path: Path) -> None:
    root = folder_in(tmp_path)
    _plan(root / "data" / "plan.json")
    client(root).get("/items/")
    assert terms() == SHIPPED


def test_a_job_speaks_the_words_of_the_plan_that_asked_for_it(tmp_path: Path) -> None:
    heard: list[str] = []
    done = threading.Event()

    def work(_: Any) -> Shown:
        heard.append(terms().item)
        done.set()
        return Shown("finished.html")

    with speaking(Vocabulary(item="事業")):
        ThreadRunner().start("仕事", "/", work)
    assert done.wait(10)
    assert heard == ["事業"]


def test_a_short_heading_follows_the_label_only_where_the_plan_gives_one() -> None:
    given = Vocabulary(labels={**SHIPPED.labels, "years.result.effect": "決算額(千円)"})
    assert SHIPPED.heading("実績額", "years.result.effect") == "実績額"
    assert given.heading("実績額", "years.result.effect") == "決算額"
    assert given.heading("実績額(千円)", "years.result.effect") == "決算額(千円)"
    assert given.heading("見込額", "years.effect") == "見込額"
