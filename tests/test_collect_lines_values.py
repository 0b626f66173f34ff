"""戻ってくるもの、その2（9-18）：値。どの書き方も、正しく読むか、聞くか、断る。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from returned import batch as batches
from returned import clients
from returned.batch import Batch, Case
from returned.desk import Desk, results, states
from returned.libreoffice import LibreOffice
from returned.post import BENCH, GARBAGE, SPORTS, TAX, WORDS, Post
from returned.sections import EFFECT, GRADE, RESULT_PATHS, TEXT, VALUE, long_text

from sheetgen.collect.request import CollectResult, Take
from sheetgen.messages.catalogue import message_of
from sheetgen.problems import Level, UsageError
from sheetgen.records.open_items import ItemState
from sheetgen.records.undoing import undo

Act = Callable[[str], batches.Act]
NOTHING = dict.fromkeys(RESULT_PATHS)


def held(desk: Desk, item: str) -> dict[str, Any]:
    """計画のデータが今持つ実績。"""
    return results(desk)[item]


def questioned(post: Post, result: CollectResult, item: str, path: str) -> set[str]:
    """その欄についての、エラーか確認の符号。"""
    return {
        problem.code
        for problem in result.problems
        if problem.place.item == item
        and problem.place.cell == post.cell(path)
        and message_of(problem).level is not Level.NOTE
    }


def raw(cell: str) -> Act:
    """セルの中身を XML で書き替える手。"""
    return lambda path: lambda post, book, item: post.put_raw(book, item, path, cell)


def look(number_format: str) -> Act:
    """セルの表示形式を変える手。"""
    return lambda path: lambda post, book, item: post.style(book, item, path, number_format)


def inline(text: str) -> Act:
    """文字を、飾りやふりがなとともに書く手。"""
    return raw(f'<c t="inlineStr"><is>{text}</is></c>')


RARE = "㈱①Ⅳ㍻髙﨑／葛󠄀城／𠮷野家／👪／～－∥"
# (行, 見立てる項目, 欄, 書き方, 手, 記録される値)
CERTAIN: list[tuple[int, str, str, Any, Act | None, Any]] = [
    (9, BENCH, VALUE, "３４", None, 34),
    (9, BENCH, VALUE, "34件", None, 34),
    (9, BENCH, VALUE, "34 件", None, 34),
    (9, BENCH, VALUE, " 34　", None, 34),
    (9, BENCH, EFFECT, "１，６５０", None, 1650),
    (9, BENCH, EFFECT, "1650千円", None, 1650),
    (9, BENCH, EFFECT, "165万円", None, 1650),
    (9, BENCH, EFFECT, "1,650,000円", None, 1650),
    (9, BENCH, VALUE, "-", None, "-"),
    (9, BENCH, VALUE, "－", None, "-"),
    (9, BENCH, VALUE, "ー", None, "ー"),
    (9, TAX, VALUE, "98.3%", None, 98.3),
    (9, TAX, VALUE, "９８．３％", None, 98.3),
    (9, TAX, VALUE, "▲19.6％", None, -19.6),
    (9, TAX, EFFECT, "△5", None, -5),
    (9, WORDS, VALUE, "未定", None, "未定"),
    (9, TAX, VALUE, 0.983, look("0.0%"), 98.3),
    (13, BENCH, VALUE, "0030", None, 30),
    (13, BENCH, TEXT, "一行目\n二行目 \n\n", None, "一行目\n二行目"),
    (
        13, BENCH, TEXT, "改行と制御文字",
        inline('<t xml:space="preserve">一_x000D_\n二_x0007_&#13;&#10;三_x005F_x0041_</t>'),
        "一\n二\n三_x0041_",
    ),
    (13, BENCH, TEXT, RARE, None, RARE),
    (15, SPORTS, GRADE, "Ｂ", None, "B"),
    (15, SPORTS, GRADE, "b", None, "B"),
    (15, SPORTS, GRADE, "ｂ", None, "B"),
    (15, SPORTS, GRADE, " B ", None, "B"),
    (
        16, BENCH, TEXT, "ふりがな",
        inline(
            "<r><t>里親制度</t></r><r><rPr><b/></rPr><t>の推進</t></r>"
            '<rPh sb="0" eb="4"><t>サトオヤセイド</t></rPh>'
        ),
        "里親制度の推進",
    ),
    (18, GARBAGE, EFFECT, 0, None, 0),
    (18, GARBAGE, EFFECT, "-", None, "-"),
    (18, GARBAGE, EFFECT, "ー", None, "ー"),
]  # fmt: skip

LONG = long_text(400)
# (行, 見立てる項目, 欄, 書き方, 手, 符号, 通したあとの値。通せなければ REFUSED)
REFUSED = object()
ASKED: list[tuple[int, str, str, Any, Act | None, str, Any]] = [
    (9, BENCH, EFFECT, "1,6OO", None, "R218", 1600),
    (9, BENCH, VALUE, "なし", None, "R215", "なし"),
    (9, BENCH, VALUE, "未定", None, "R215", "未定"),
    (9, BENCH, VALUE, "約30", None, "R217", 30),
    (9, BENCH, VALUE, "30人", None, "R222", 30),
    (9, BENCH, EFFECT, "165万", None, "R229", 1650),
    (9, BENCH, VALUE, "おおむね達成", None, "R216", "おおむね達成"),
    (9, TAX, EFFECT, 17_000_000, None, "R320", 17_000_000),
    (10, BENCH, VALUE, 45293, look("m/d"), "R225", "1/2"),
    (11, BENCH, VALUE, None, raw("<c><f>10+18+1</f></c>"), "R201", REFUSED),
    *[
        (11, BENCH, EFFECT, error, raw(f'<c t="e"><f>1/0</f><v>{error}</v></c>'), "R203", REFUSED)
        for error in ("#N/A", "#VALUE!", "#REF!", "#DIV/0!")
    ],
    *[(12, BENCH, TEXT, blanks, None, "R301", None) for blanks in (" ", "　　", "\n", "\u00a0 ")],
    (12, BENCH, EFFECT, 1650, look('"1,700千円"'), "R219", 1700),
    (12, BENCH, EFFECT, 1651, look('0"万円"'), "R219", 16510),
    (14, BENCH, TEXT, "あ" * 32_768, None, "R211", REFUSED),
    (14, BENCH, TEXT, LONG, None, "R337", LONG),
    (15, SPORTS, GRADE, "Ａ（ただし一部は未達成）", None, "R223", "A"),
    (15, SPORTS, GRADE, "A(見込み)", None, "R223", "A"),
    *[(15, SPORTS, GRADE, grade, None, "R224", REFUSED) for grade in ("E", "Ｓ", "優", "A～B", 1)],
    (
        17, BENCH, TEXT, "消し線",
        inline("<r><rPr><strike/></rPr><t>未実施。</t></r><r><t>30件に支給した。</t></r>"),
        "R212", "30件に支給した。",
    ),
    (18, GARBAGE, EFFECT, None, None, "R304", None),
]  # fmt: skip


def case_of(row: tuple[Any, ...]) -> Case:
    """表の一行を、試す書き方にする。"""
    line, like, path, written, act, *_ = row
    name = f"{line:02d} {path.rpartition('.')[2]} {str(written)[:20]!r}"
    # 同じ見た目の書き方でも、手が違えば別の場合。
    shown = f"{name} {ASKED.index(row) if row in ASKED else CERTAIN.index(row)}"
    return Case(shown, like, path, written, act(path) if act else None)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path) -> Batch:
    """すべての書き方を、一度に回収したもの。"""
    cases = [case_of(row) for row in [*CERTAIN, *ASKED]]
    return Batch(tmp_path_factory.mktemp("batch"), plan_path, template_path, cases)


def _id(row: tuple[Any, ...]) -> str:
    return f"line_{case_of(row).name}"


@pytest.mark.parametrize("row", CERTAIN, ids=_id)
def test_line_09_13_15_16_18_read_as_written(row: tuple[Any, ...], batch: Batch) -> None:
    """一通りにしか読めない書き方は、聞かずに読む（聞くとしても、欄の書き方についてではない）。"""
    case, value = case_of(row), row[-1]
    item = batch.item_of[case.name]
    assert repr(batch.held[item][case.path]) == repr(value)
    assert {code for code in batch.questioned(case) if code.startswith("R2")} == set()
    [entry] = [
        entry
        for entry in batch.journal
        if (entry["item"], entry["path"], entry["action"]) == (item, case.path, "record")
    ]
    assert entry["new"] == value
    assert entry["cell"] == batch.post.cell(case.path)
    if case.act is None:
        assert entry["raw"].strip() == str(case.written).strip()
        assert entry["rule"] or case.written == value


@pytest.mark.parametrize("row", ASKED, ids=_id)
def test_line_09_to_18_asked_first(row: tuple[Any, ...], batch: Batch) -> None:
    """二通りに読める書き方は、場所と欄の名を言って聞き、項目のどの欄も記録しない。"""
    case, (code, value) = case_of(row), row[-2:]
    item = batch.item_of[case.name]
    assert batch.state(case) is ItemState.HELD
    assert code in batch.questioned(case)
    assert batch.held_first[item] == NOTHING
    place = batch.questioned(case)[code].place
    assert place.file
    assert place.sheet == batch.forms[item].sheet
    assert place.label
    if value is REFUSED:
        assert batch.held[item] == NOTHING
    else:
        assert repr(batch.held[item][case.path]) == repr(value)


@pytest.mark.parametrize("typed", ["1-2", "R6.3.31", "2024/3/31"])
def test_line_10_text_that_became_a_date(
    typed: str, desk: Desk, post: Post, libreoffice: LibreOffice
) -> None:
    """打った「1-2」を、通し番号の数として記録しない。"""
    book = post.send(BENCH)
    target = book.with_name("打ち込み.xlsx")
    step = ("type", post.sheets[BENCH], post.cell(VALUE), typed)
    libreoffice.work(book, [step], target)
    result = desk.collect(target)
    assert states(result)[BENCH] is ItemState.HELD
    assert questioned(post, result, BENCH, VALUE)
    assert held(desk, BENCH) == NOTHING


@pytest.mark.parametrize("is_1904", [False, True])
def test_line_10_serial_number_with_a_date_format(is_1904: bool, desk: Desk, post: Post) -> None:
    book = post.send(BENCH, {VALUE: 45293})
    post.style(book, BENCH, VALUE, "m/d")
    if is_1904:
        with post.parts(book) as draft, draft.edit(draft.book()) as root:
            found = next(node for node in root if node.tag.endswith("}workbookPr"))
            found.set("date1904", "1")
    result = desk.collect(book)
    [code] = questioned(post, result, BENCH, VALUE) & {"R225", "R231"}
    [problem] = [p for p in result.problems if p.code == code]
    # 1904年から数えるブックでは、同じ通し番号が4年と1日あとの日になる。
    assert ("令和１０年" if is_1904 else "令和６年") in str(problem.facts)
    assert held(desk, BENCH) == NOTHING


def test_line_11_formula_with_its_result(desk: Desk, post: Post, libreoffice: LibreOffice) -> None:
    book = post.send(BENCH)
    target = book.with_name("式.xlsx")
    libreoffice.work(book, [("type", post.sheets[BENCH], post.cell(VALUE), "=10+18+1")], target)
    desk.settle(target)
    assert held(desk, BENCH)[VALUE] == 29


def test_line_12_blank_form_is_untouched(desk: Desk, post: Post) -> None:
    blanks = dict.fromkeys(RESULT_PATHS, "　")
    result = desk.collect(post.send(BENCH, blanks))
    assert states(result)[BENCH] is ItemState.UNTOUCHED
    assert held(desk, BENCH) == NOTHING


def test_line_17_remarks_are_reported(desk: Desk, post: Post) -> None:
    from openpyxl.comments import Comment

    book = post.send(BENCH)
    with clients.edited(book) as opened:
        cell = opened[post.sheets[BENCH]][post.cell(EFFECT)]
        cell.comment = Comment("この額は見込み。９月に確定します。", "課")
    result = desk.collect(book)
    assert any("９月に確定" in str(problem.facts) for problem in result.problems)
    desk.settle(book)
    assert held(desk, BENCH) == dict(post.forms[BENCH].answers)


def test_line_17_text_boxes_are_reported(desk: Desk, post: Post) -> None:
    from ooxml.office import picture_and_text_box

    book = post.send(BENCH)
    with post.parts(book) as draft:
        part = draft.sheet(post.sheets[BENCH])
        draft.sheet = lambda name="": part  # type: ignore[method-assign]
        picture_and_text_box(draft)
    result = desk.collect(book)
    remarks = [p for p in result.problems if p.place.sheet == post.sheets[BENCH]]
    assert remarks


def test_line_14_a_cell_full_of_text_stops_no_return(desk: Desk, post: Post) -> None:
    """文字で埋まったセルのわけを並べても、差戻しは作れ、画面は読める。"""
    full = "あ" * 32_767
    result = desk.collect(post.send(TAX, {GRADE: full}), post.send(BENCH, {VALUE: full}))
    assert (states(result)[TAX], states(result)[BENCH]) == (ItemState.HELD, ItemState.HELD)
    assert len(result.returns) == 2
    assert {p.code for p in result.problems if message_of(p).level is Level.ERROR} == {"R224"}
    assert all(len(message_of(problem).cause) < 500 for problem in result.problems)


def test_a_format_that_hides_digits_is_mended_in_one_step(
    desk: Desk, post: Post, tmp_path: Path
) -> None:
    """58.8％ を、整数で印刷する指標で受け取る。表示形式を改めて取り込み、まとめて取り消せる。"""
    book = post.send("05-01", {VALUE: 58.8})
    before = desk.items()["05-01"]
    asked = desk.collect(book)
    (problem,) = [one for one in asked.problems if one.code == "R315"]
    assert problem.facts["format"] == "General"
    assert states(asked)["05-01"] is ItemState.HELD
    assert desk.items()["05-01"] == before
    taken = desk.collect(book, formats=("05-01",))
    assert not [one for one in taken.problems if one.code in ("R315", "R384")]
    assert states(taken)["05-01"] is ItemState.RECORDED
    item = desk.items()["05-01"]
    assert item["years"][0]["result"]["value"] == 58.8
    assert item["indicator"] == {**before["indicator"], "number_format": "General"}
    (line,) = [one for one in desk.journal() if one["path"] == "indicator.number_format"]
    assert (line["action"], line["item"], line["old"], line["new"], line["run"]) == (
        "record", "05-01", "#,##0", "General", taken.run,
    )  # fmt: skip
    assert (line["file"], line["cell"]) == (book.name, post.cell(VALUE))
    again = desk.collect(book, formats=("05-01",))
    assert (again.run, [one.code for one in again.problems if one.code == "R384"]) == (
        None, ["R384"],
    )  # fmt: skip
    undo(desk.plan)
    assert desk.items()["05-01"] == before


def test_a_format_is_mended_for_what_was_let_through_before(desk: Desk, post: Post) -> None:
    """丸めたまま通したあとでも、表示形式だけを改められる。"""
    book = post.send("05-01", {VALUE: 58.8})
    desk.collect(book, waivers=[("R315", "05-01")])
    assert desk.items()["05-01"]["indicator"]["number_format"] == "#,##0"
    desk.collect(book, formats=("05-01",))
    assert desk.items()["05-01"]["indicator"]["number_format"] == "General"


def test_decisions_take_the_printed_number(desk: Desk, post: Post) -> None:
    """通す、採る、改める、のどの指定にも、様式に印刷された番号を書ける。"""
    book = post.send("05-01", {VALUE: 58.8})
    sheet = post.sheets["05-01"]
    result = desk.collect(book, formats=(sheet,), waivers=[("R315", sheet)])
    assert states(result)["05-01"] is ItemState.RECORDED
    assert desk.items()["05-01"]["indicator"]["number_format"] == "General"
    other = post.send("05-01", {VALUE: 59}, name="差替.xlsx")
    desk.collect(other, takes=[Take("差替.xlsx", sheet)])
    assert results(desk)["05-01"][VALUE] == 59


def test_an_unknown_item_has_no_format_to_mend(desk: Desk, post: Post) -> None:
    with pytest.raises(UsageError) as refused:
        desk.collect(post.send("05-01"), formats=("99-99",))
    assert [one.code for one in refused.value.problems] == ["R422"]
