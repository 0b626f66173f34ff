"""回収結果のブック：表の中身、文字のまま、同じ結果なら同じファイル、印刷の設定。"""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from answering_samples import (
    EFFECT,
    FILE,
    GRADE,
    SHA,
    TEXT,
    VALUE,
    answer,
    every_item,
    file_outcome,
    outcome,
    question,
    recorded,
    rejected,
    results_round,
    returned,
    waived,
)
from ooxml import clients, rules
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.collect.answers import Proposal
from sheetgen.collect.request import FileOutcome, ItemOutcome
from sheetgen.collect.result_details import collect_report
from sheetgen.collect.results import compared
from sheetgen.messages import values as messages_values
from sheetgen.messages.catalogue import CATALOGUE
from sheetgen.messages.message import C_, E_, N_, Message
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import printed_initiative_year, with_items, with_values
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Place, Problem
from sheetgen.publish.comparison.difference import LONGEST_COMPARED
from sheetgen.publish.table_layout import ROW_HEIGHT, table_heights
from sheetgen.records.open_items import COLLECTED, ItemState
from sheetgen.xlsx.report_book import HEAD_ROWS, write_report

SHEETS = ["課別", "実施項目別", "問題", "記録した値", "変更申出", "決めたこと", "ファイル"]
HOSTILE = (
    "=1+1",
    '=HYPERLINK("http://example.com","押して")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "http://example.com/",
    "mailto:a@example.com",
    "<b>太字</b>&amp;",
    "_x000D_",
    "1-2",
    "{=1}",
    " 前後の空白 ",
)


@pytest.fixture(autouse=True)
def codes(monkeypatch: pytest.MonkeyPatch) -> None:
    for code, message in {
        "Z301": Message(E_, "「{raw}」を数として読めません。", "数字だけで。"),
        "Z302": Message(C_, "{times} 倍です。", "確かめてください。"),
        "Z303": Message(N_, "知らせます。", "することはありません。"),
    }.items():
        monkeypatch.setitem(CATALOGUE, code, message)


@pytest.fixture(scope="module")
def plan(plan_path: Path) -> Plan:
    return load_plan(plan_path)


@pytest.fixture(scope="module")
def chosen(plan: Plan) -> Round:
    return results_round(plan)


def book(
    plan: Plan,
    chosen: Round,
    outcomes: tuple[ItemOutcome, ...],
    files: tuple[FileOutcome, ...] = (),
    problems: tuple[Problem, ...] = (),
) -> bytes:
    report = collect_report(plan, chosen, every_item(plan, outcomes), files, problems)
    target = io.BytesIO()
    write_report(report, table_heights(report), target)
    return target.getvalue()


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def rows(sheet: Worksheet) -> list[dict[str, Any]]:
    """見出しをキーにした、表の行。"""
    heads = [cell.value for cell in sheet[HEAD_ROWS]]
    return [
        dict(zip(heads, (cell.value for cell in row), strict=True))
        for row in sheet.iter_rows(min_row=HEAD_ROWS + 1)
    ]


@pytest.fixture
def whole(plan: Plan, chosen: Round, codes: None) -> tuple[Any, ...]:
    """いろいろな状態の項目と、届いたファイル、記録した後の計画。"""
    said = {
        TEXT: "・二か所に置いた。",
        VALUE: answer(plan, VALUE, 34, "３４台", "width unit"),
        EFFECT: 6800,
        GRADE: "A",
    }
    item = plan.find("08-08")[2]
    proposal = Proposal("item.vision", "目指す姿", "H7", "■ 台数を増やす。", "■ 台数を減らす。")
    note = question(plan, "Z303", "08-08", TEXT)
    good = recorded(
        plan, returned(plan, chosen, "08-08", said, problems=[note], proposals=[proposal])
    )
    good = replace(
        good,
        waivers=(waived("Z302", "08-08", EFFECT, 6800),),
        rejected=(rejected(plan, "08-08", GRADE, "A", "B"),),
    )
    bad = outcome(
        plan,
        "01-04",
        ItemState.HELD,
        problems=(question(plan, "Z301", "01-04", VALUE, raw="数十"),),
        files=(FILE, "届いたもの(2).xlsx"),
    )
    untouched = outcome(plan, "01-01", ItemState.UNTOUCHED, files=(FILE,))
    kept = outcome(plan, "01-02", ItemState.KEPT)
    stray = Problem("Z303", Place("メモ.xlsx", "メモ", "B2"))
    files = (file_outcome(FILE, forms=3), file_outcome("メモ.xlsx", stray, forms=0))
    year = printed_initiative_year(plan, chosen)
    values = {TEXT: "・二か所に置いた。", VALUE: 34, EFFECT: 6800, GRADE: "A"}
    after = with_items(plan, {"08-08": with_values(item, values, year)})
    return after, (good, bad, untouched, kept), files


def test_the_tables_hold_all_of_it(plan: Plan, chosen: Round, whole: tuple[Any, ...]) -> None:
    after, outcomes, files = whole
    found = opened(book(after, chosen, outcomes, files))
    assert found.sheetnames == SHEETS
    sections = rows(found["課別"])
    total = sections.pop()
    assert {row["課"] for row in sections} == {
        item.owners[0].section for _, _, item in plan.items()
    }
    counted = ("実施項目", *(state.value for state in COLLECTED))
    sums = {head: sum(row[head] for row in sections) for head in counted}
    assert sums == {head: total[head] for head in counted}
    assert sums == {
        "実施項目": 74, "今回記録": 1, "記録済み": 1, "要確認": 1, "未記入": 1, "未提出": 70,
    }  # fmt: skip
    owner = plan.find("01-04")[2].owners[0].section
    (row,) = [row for row in sections if row["課"] == owner]
    assert row["要確認の項目"] == "(1)④"

    items = {row["ID"]: row for row in rows(found["実施項目別"])}
    assert len(items) == 74
    done = items["08-08"]
    figures = [done[h] for h in ("状態", "評価", "成果指標の実績値", "単位", "実績効果額(千円)")]
    assert figures == ["今回記録", "A", 34, "台", 6800]
    assert done["番号"] == "(8)⑧"
    assert done["確かめること"] is None  # 参考は聞かない
    assert items["01-04"]["状態"] == "要確認"
    assert "Z301" in items["01-04"]["確かめること"]
    assert items["01-04"]["ファイル"] == f"{FILE}\n届いたもの(2).xlsx"
    assert items["01-05"]["状態"] == "未提出"

    problems = rows(found["問題"])
    assert [(row["重さ"], row["符号"]) for row in problems] == [
        ("エラー", "Z301"),
        ("参考", "Z303"),
        ("参考", "Z303"),
    ]
    assert problems[0]["原因"] == "「数十」を数として読めません。"
    assert problems[0]["対処"] == "数字だけで。"
    places = [problems[0][head] for head in ("ファイル", "シート", "セル", "ID", "欄")]
    assert places == [FILE, "(1)④", "L13", "01-04", "令和5年度の成果指標の実績値"]
    assert [problems[2][h] for h in ("ファイル", "シート", "セル", "ID")] == [
        "メモ.xlsx", "メモ", "B2", None,
    ]  # fmt: skip

    changes = {row["欄"]: row for row in rows(found["記録した値"])}
    assert [row["新しい値"] for row in changes.values()] == ["・二か所に置いた。", 34, 6800, "A"]
    value = changes["令和5年度の成果指標の実績値"]
    assert value["書かれていた文字"] == "３４台"
    assert value["読み方"] == "、".join(messages_values.READINGS[n] for n in ("width", "unit"))
    assert [value[h] for h in ("見つけ方", "ファイル", "シート", "セル")] == [
        "名前", FILE, "(8)⑧", "L13",
    ]  # fmt: skip
    assert changes["令和5年度の評価"]["書かれていた文字"] is None

    (proposal,) = rows(found["変更申出"])
    assert proposal["配ったときの文"] == "■ 台数を増やす。"
    assert proposal["戻ってきた文"] == "■ 台数を減らす。"
    assert [row["種類"] for row in rows(found["決めたこと"])] == ["通した問題", "採らなかった値"]
    received = rows(found["ファイル"])
    assert [(r["ファイル"], r["形式"], r["様式の枚数"], r["内容の目印"]) for r in received] == [
        (FILE, "xlsx", 3, SHA),
        ("メモ.xlsx", "xlsx", 0, SHA),
    ]
    assert [r["問題"] for r in received] == ["エラー 1件、参考 1件", "参考 1件"]


def test_a_file_that_was_not_read_is_listed_too(
    plan: Plan, chosen: Round, whole: tuple[Any, ...]
) -> None:
    after, outcomes, files = whole
    problems = (
        Problem("R005", Place("回答.pdf")),
        Problem("R020", Place("メモ.xlsx")),
        Problem("R001", Place("ない.xlsx")),
        Problem("R018", Place("名ちがい.xls"), {"kind": "xlsx"}),
    )
    received = rows(opened(book(after, chosen, outcomes, files, problems))["ファイル"])
    assert [(r["ファイル"], r["様式の枚数"], r["問題"], r["内容の目印"]) for r in received[2:]] == [
        ("回答.pdf", 0, "エラー 1件", None)
    ]


def test_a_changed_word_is_underlined() -> None:
    old, new = compared("■ 台数を増やす。", "■ 台数を減らす。")
    assert old.runs == (("■ 台数を", False), ("増やす", True), ("。", False))
    assert new.runs == (("■ 台数を", False), ("減らす", True), ("。", False))
    long = "増。" * LONGEST_COMPARED
    assert compared(long, "い") == (
        old._replace(runs=((long, True),)),
        new._replace(runs=(("い", True),)),
    )
    assert compared(None, "新しい")[0].runs == ()


def test_nothing_becomes_a_formula_or_a_link(
    plan: Plan, chosen: Round, tmp_path: Path, codes: None
) -> None:
    said = [
        recorded(
            plan,
            returned(
                plan,
                chosen,
                item.id,
                {TEXT: answer(plan, TEXT, text, f"{text}!")},
                proposals=[Proposal(None, text, "A1", text, f"{text}。")],
                file=f"{text}.xlsx",
            ),
        )
        for text, (_, _, item) in zip(HOSTILE, plan.items(), strict=False)
    ]
    problems = tuple(Problem("Z301", Place(text, text, text, label=text), {"raw": text})
                     for text in HOSTILE)  # fmt: skip
    path = tmp_path / "回収結果.xlsx"
    path.write_bytes(book(plan, chosen, tuple(said), (), problems))
    assert rules.violations_of([path]) == {}
    found = openpyxl.load_workbook(path)
    assert [row["新しい値"] for row in rows(found["記録した値"])] == list(HOSTILE)
    for sheet in found.worksheets:
        assert not sheet._hyperlinks
        for row in sheet.iter_rows():
            assert all(cell.data_type in "sn" for cell in row)
    (by_office,) = clients.by_libreoffice([path], tmp_path / "lo").values()
    column = openpyxl.utils.get_column_letter(
        [cell.value for cell in found["記録した値"][HEAD_ROWS]].index("新しい値") + 1
    )
    shown = [
        by_office["記録した値"][f"{column}{HEAD_ROWS + n}"] for n in range(1, len(HOSTILE) + 1)
    ]
    # LibreOffice は「_x000D_」という文字を、逃がさずに書き出す。ほかの読み手では上で確かめた。
    assert [text for text in shown if text != "\r"] == [t for t in HOSTILE if t != "_x000D_"]


def test_odd_texts_do_not_stop_the_report(plan: Plan, chosen: Round) -> None:
    odd = ["対のない\ud800代用符号", "長" * 40_000, "制\x00御\x1b文字", "改\r\n行\r", "", "￾￿"]
    said = tuple(
        recorded(plan, returned(plan, chosen, item.id, {TEXT: text or " "}))
        for text, (_, _, item) in zip(odd, plan.items(), strict=False)
    )
    texts = [row["新しい値"] for row in rows(opened(book(plan, chosen, said))["記録した値"])]
    assert texts[0] == "対のない�代用符号"
    assert texts[1].startswith("長" * 30_000)
    assert len(texts[1]) <= 32_767
    assert texts[3] == "改\n行\n"
    number = recorded(plan, returned(plan, chosen, "01-01", {VALUE: 10**400, EFFECT: float("inf")}))
    cells = [row["新しい値"] for row in rows(opened(book(plan, chosen, (number,)))["記録した値"])]
    assert cells == [str(10**400), "inf"]


def test_the_same_result_gives_the_same_file(chosen: Round, whole: tuple[Any, ...]) -> None:
    after, outcomes, files = whole
    assert book(after, chosen, outcomes, files) == book(after, chosen, outcomes, files)


def _room(sheet: Worksheet) -> float:
    """紙に印刷される説明の字数。列の幅は数字の数なので、和文は二つで一字。"""
    width = sum(dimension.width for dimension in sheet.column_dimensions.values())
    lines = (sheet.row_dimensions[2].height or ROW_HEIGHT) // (ROW_HEIGHT * 0.8)
    merged = any(area.min_row == area.max_row == 2 for area in sheet.merged_cells.ranges)
    return width / 2 * (lines if merged and sheet["A2"].alignment.wrap_text else 1)


def test_it_is_laid_out_for_people(chosen: Round, whole: tuple[Any, ...], tmp_path: Path) -> None:
    after, outcomes, files = whole
    path = tmp_path / "回収結果.xlsx"
    path.write_bytes(book(after, chosen, outcomes, files))
    assert rules.violations_of([path]) == {}
    found = openpyxl.load_workbook(path)
    for sheet in found.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in [(None, 0), (1, 0)]
        assert sheet.print_title_rows == f"$1:${HEAD_ROWS}"
        assert sheet.freeze_panes.endswith(str(HEAD_ROWS + 1))
        assert sheet.auto_filter.ref.startswith(f"A{HEAD_ROWS}:")
        assert _room(sheet) >= len(sheet["A2"].value), sheet.title
        for row in sheet.iter_rows(min_row=HEAD_ROWS):
            assert {cell.font.name for cell in row} == {"BIZ UDゴシック"}
            assert all(cell.alignment.wrap_text for cell in row)


def test_with_nothing_to_tell_each_sheet_says_so(plan: Plan, chosen: Round) -> None:
    found = opened(book(plan, chosen, ()))
    assert found.sheetnames == [name for name in SHEETS if name != "決めたこと"]
    for name in ("問題", "記録した値", "変更申出", "ファイル"):
        assert found[name].cell(HEAD_ROWS + 1, 1).value
        assert found[name].auto_filter.ref is None


def test_waived_questions_are_not_asked_again(plan: Plan, chosen: Round) -> None:
    asked = question(plan, "Z302", "08-08", EFFECT, times=1000)
    one = outcome(plan, "08-08", ItemState.RECORDED, problems=(asked,))
    waiver = waived("Z302", "08-08", EFFECT, 6800)
    for found, text in ((one, "Z302"), (replace(one, waivers=(waiver,)), None)):
        items = rows(opened(book(plan, chosen, (found,)))["実施項目別"])
        (row,) = [row for row in items if row["ID"] == "08-08"]
        assert (text in row["確かめること"]) if text else row["確かめること"] is None


def test_the_report_alone_needs_no_heavy_library() -> None:
    code = (
        "import sys, sheetgen.collect.answering, sheetgen.plan.loading;"
        "print(sorted({'openpyxl', 'jinja2', 'xlsxwriter'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
