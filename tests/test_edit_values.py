"""編集ブックの一つのセルを読む：欄の種類ごとの書き方と、書いたときのままか。"""

from __future__ import annotations

from typing import Any

import pytest
from edit_samples import raw_cell
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetgen.messages.catalogue import describe
from sheetgen.plan.item import Owner
from sheetgen.problems import Problem
from sheetgen.reading.book import CellKind, RawCell
from sheetgen.year.editing.edit_fields import EditKind
from sheetgen.year.editing.typed_values import EditExpected, ReadEdit, read_edit, same_as_issued

TEXT, NUMBER, DATE = CellKind.TEXT, CellKind.NUMBER, CellKind.DATE

OWNERS = (
    Owner(department="企画部", section="経営企画課"),
    Owner(department="総務部", section="管財課"),
    Owner(department="総務部", section="庶務課"),
    Owner(department="土木部", section="庶務課"),
)
CHOICES = ((1, "業務の棚卸し･業務改善"), (8, "歳入改革(歳入の確保)"))
EXPECTED = EditExpected(
    unit="台", scale=("A", "B", "C"), owners=OWNERS, measures=CHOICES, policies=CHOICES,
    words=("主なポイント", "参照"), items={(8, 8): "08-08", (1, 1): "01-01"},
)  # fmt: skip
_KEIEI = {"department": "企画部", "section": "経営企画課"}
_KANZAI = {"department": "総務部", "section": "管財課"}
READ: list[tuple[EditKind, Any, Any]] = [
    (EditKind.TEXT, "一行目\r\n　二行目", "一行目\n　二行目"),
    (EditKind.TEXT, 12, "12"),
    (EditKind.TEXT, None, None),
    (EditKind.LINE, " 総務課 ", "総務課"),
    (EditKind.LINE, "総務課\n", "総務課"),
    (EditKind.FIGURE, "３４台", 34),
    (EditKind.FIGURE, "-", "-"),
    (EditKind.FIGURE, "－", "-"),
    (EditKind.FIGURE, "ー", "ー"),
    (EditKind.FIGURE, 0, 0),
    (EditKind.FIGURE, None, None),
    (EditKind.MONEY, "6,800,500円", 6800.5),
    (EditKind.GRADE, "Ａ", "A"),
    (EditKind.YEAR, "令和7年度", 2025),
    (EditKind.YEAR, "Ｒ７", 2025),
    (EditKind.YEAR, "令和元年度", 2019),
    (EditKind.YEAR, "2025", 2025),
    (EditKind.YEAR, "2025年度", 2025),
    (EditKind.YEAR, 2025, 2025),
    (EditKind.YEAR, None, None),
    (EditKind.MONTH, "2024-03", "2024-03"),
    (EditKind.MONTH, "２０２４－３", "2024-03"),
    (EditKind.MONTH, "令和6年3月", "2024-03"),
    (EditKind.MONTH, "R6.3", "2024-03"),
    (EditKind.MONTH, RawCell(DATE, "2024-03-01", "yyyy/m"), "2024-03"),
    (EditKind.MONTH, 45352, "2024-03"),
    (EditKind.CODE, "142140", "142140"),
    (EditKind.CODE, 142140, "142140"),
    (EditKind.FORMAT, "＃，＃＃０", "#,##0"),
    (EditKind.FORMAT, "G/標準", "General"),
    (EditKind.FORMAT, RawCell(NUMBER, 0, "0.0"), "0.0"),
    (EditKind.ITEM, "08-08", "08-08"),
    (EditKind.ITEM, "８－８", "08-08"),
    (EditKind.ITEM, "(8)⑧", "08-08"),
    (EditKind.ITEM, RawCell(DATE, "2024-08-08", 'm"月"d"日"'), "08-08"),
    (EditKind.FLAG, "〇", True),
    (EditKind.FLAG, "◯", True),
    (EditKind.FLAG, "✓", True),
    (EditKind.FLAG, 1, True),
    (EditKind.FLAG, "はい", True),
    (EditKind.FLAG, True, True),
    (EditKind.FLAG, "✕", False),
    (EditKind.FLAG, 0, False),
    (EditKind.FLAG, None, False),
    (EditKind.DECISION, "○", True),
    (EditKind.DECISION, "×", False),
    (EditKind.DECISION, None, None),
    (EditKind.OWNERS, "企画部 経営企画課、総務部　管財課", [_KEIEI, _KANZAI]),
    (EditKind.OWNERS, "経営企画課\n管財課", [_KEIEI, _KANZAI]),
    (EditKind.OWNERS, "企画部経営企画課", [_KEIEI]),
    (EditKind.OWNERS, "土木部 庶務課", [{"department": "土木部", "section": "庶務課"}]),
    (EditKind.OWNERS, None, []),
    (EditKind.NAMES, "デジタル推進課、 管財課\n職員課", ["デジタル推進課", "管財課", "職員課"]),
    (EditKind.NAMES, None, []),
    (EditKind.MEASURE, "8 歳入改革(歳入の確保)", 8),
    (EditKind.MEASURE, "８　歳入改革（歳入の確保）", 8),
    (EditKind.MEASURE, "歳入改革(歳入の確保)", 8),
    (EditKind.MEASURE, 8, 8),
    (EditKind.POLICY, "(1)", 1),
    (EditKind.MEASURE, None, None),
    (EditKind.ORDER, 2.5, 2.5),
    (EditKind.ORDER, "３", 3),
    (EditKind.ORDER, None, None),
    (EditKind.COUNT, "5か年", 5),
    (EditKind.COUNT, 5, 5),
    (EditKind.WORD, " 参 照", "参照"),
    (EditKind.REASON, "数え直した。", "数え直した。"),
]


def _read(kind: EditKind, value: Any) -> ReadEdit:
    return read_edit(raw_cell(value), kind, EXPECTED)


@pytest.mark.parametrize(("kind", "value", "expected"), READ)
def test_every_kind_is_read(kind: EditKind, value: Any, expected: Any) -> None:
    read = _read(kind, value)
    assert read.readable
    assert repr(read.value) == repr(expected)


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (EditKind.LINE, "総務課\n職員課", "E031"),
        (EditKind.YEAR, "7", "E033"),
        (EditKind.YEAR, 7, "E033"),
        (EditKind.YEAR, "平成30年度", "E033"),
        (EditKind.YEAR, 1999, "E033"),
        (EditKind.MONTH, "令和6年13月", "E033"),
        (EditKind.MONTH, "3月", "E033"),
        (EditKind.CODE, "142141", "E033"),
        (EditKind.CODE, 14214, "E033"),
        (EditKind.FORMAT, "0.0人", "E033"),
        (EditKind.FORMAT, 0, "E033"),
        (EditKind.ITEM, "09-09", "E033"),
        (EditKind.ITEM, "(9)⑨", "E033"),
        (EditKind.ITEM, "新規", "E033"),
        (EditKind.FLAG, "△", "E034"),
        (EditKind.FLAG, 2, "E034"),
        (EditKind.DECISION, "検討中", "E034"),
        (EditKind.OWNERS, "企画部 経営企画課、庶務課", "E035"),
        (EditKind.OWNERS, "経営企画", "E035"),
        (EditKind.MEASURE, "8 歳出改革", "E036"),
        (EditKind.MEASURE, "9", "E036"),
        (EditKind.POLICY, "行政", "E036"),
        (EditKind.ORDER, 0, "E033"),
        (EditKind.ORDER, "初め", "E033"),
        (EditKind.COUNT, 2.5, "E033"),
        (EditKind.COUNT, 0, "E033"),
        (EditKind.WORD, "注", "E036"),
        (EditKind.GRADE, "S", "R224"),
        (EditKind.YEAR, RawCell(CellKind.ERROR, "#REF!"), "R203"),
        (EditKind.YEAR, RawCell(CellKind.BLANK, None, "General", "=A1"), "R201"),
    ],
)
def test_what_cannot_be_read_is_refused(kind: EditKind, value: Any, code: str) -> None:
    read = _read(kind, value)
    assert not read.readable
    assert read.value is None
    assert code in [one for one, _ in read.doubts]


@pytest.mark.parametrize(
    ("kind", "value", "code", "expected"),
    [
        (EditKind.FIGURE, "34件", "R222", 34),
        (EditKind.FIGURE, "約34", "R217", 34),
        (EditKind.MONEY, "680万", "R229", 6800),
        (EditKind.LINE, 463944711, "E032", "463944711"),
    ],
)
def test_what_is_not_sure_is_asked(kind: EditKind, value: Any, code: str, expected: Any) -> None:
    read = _read(kind, value)
    assert [one for one, _ in read.doubts] == [code]
    assert read.value == expected


def test_an_unknown_section_comes_with_the_nearest() -> None:
    (doubt,) = _read(EditKind.OWNERS, "企画部 経営企画科").doubts
    assert "企画部 経営企画課" in str(doubt[1]["near"])
    assert _read(EditKind.OWNERS, "観光協会").doubts[0][1]["near"] == ""


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, None),
        (None, RawCell(TEXT, "　 ")),
        ("", None),
        ("一\n二", RawCell(TEXT, "一\r\n二\n ")),
        ("一\n二", RawCell(TEXT, "一_x000D_\n二")),
        (34, RawCell(TEXT, "34")),
        (6800.5, RawCell(TEXT, "6,800.5")),
        (0.1 + 0.2, RawCell(NUMBER, 0.3)),
        (99.0, RawCell(NUMBER, 99)),
        ("34", RawCell(NUMBER, 34)),
        ("0.0", RawCell(NUMBER, 0, "0.0")),
        ("2024-03", RawCell(DATE, "2024-03-01", "yyyy/m")),
        ("- 1", RawCell(TEXT, "- 1")),
    ],
)
def test_what_a_program_changes_is_still_the_same(value: Any, cell: RawCell | None) -> None:
    assert same_as_issued(value, cell)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("経営企画課", RawCell(TEXT, "経営 企画課")),
        ("経営企画課", RawCell(TEXT, "　経営企画課")),
        ("ＡＢＣ", RawCell(TEXT, "ABC")),
        ("-", RawCell(TEXT, "ー")),
        ("-", RawCell(TEXT, "－")),
        ("一 \n二", RawCell(TEXT, "一\n二")),
        ("一\n二", RawCell(TEXT, "一二")),
        ("経営企画課", None),
        ("経営企画課", RawCell(TEXT, "経営企画課", struck="経営企画課")),
        ("34", RawCell(NUMBER, 34, "General", "=30+4")),
        (34, RawCell(NUMBER, 34, "General", "=30+4")),
        (None, RawCell(CellKind.BLANK, None, "General", "=A1")),
        (None, RawCell(NUMBER, 0)),
        (0, None),
        (0, RawCell(CellKind.BOOL, False)),
        (34, RawCell(TEXT, "34.0")),
        (34, RawCell(TEXT, "34台")),
        ("0.0", RawCell(NUMBER, 0)),
        ("007", RawCell(NUMBER, 7)),
        ("1-2", RawCell(DATE, "2024-01-02", 'm"月"d"日"')),
        ("2024-03", RawCell(DATE, "2024-03-02", "yyyy/m/d")),
        ("#N/A", RawCell(CellKind.ERROR, "#N/A")),
    ],
)
def test_a_real_change_is_never_swallowed(value: Any, cell: RawCell | None) -> None:
    assert not same_as_issued(value, cell)


@settings(max_examples=60)
@given(
    st.text("あアｱ漢Ａ1-ー 　\n", max_size=12),
    st.integers(0, 12),
    st.sampled_from(" 　\nー-あＡ１"),
)
def test_a_character_put_in_is_a_change(text: str, at: int, char: str) -> None:
    at = min(at, len(text))
    new = text[:at] + char + text[at:]
    is_end = not new[at:].strip()
    assert same_as_issued(text, RawCell(TEXT, new)) is (is_end and char in " 　\n")


def test_every_doubt_has_its_words() -> None:
    """事実の足りない文は、ここで分かる。"""
    for _, value, _ in READ:
        for kind in EditKind:
            for code, facts in _read(kind, value).doubts:
                assert "{" not in describe(Problem(code, facts=facts))


def cells() -> st.SearchStrategy[RawCell]:
    """どんなプログラムからも届きうるセル。"""
    text = st.text("0123456789０９.,-ー－/年月度令和RＲ元○×課部、\n 　Aa%()①円千", max_size=12)
    number = st.one_of(st.integers(-(10**16), 10**16), st.floats(allow_nan=False))
    formats = st.sampled_from(["General", "0.0", "@", "yyyy/m/d", "0%"])
    formula = st.sampled_from([None, "=A1"])
    dates = st.dates().map(str)
    return st.one_of(
        st.builds(RawCell, st.just(TEXT), text, formats, formula),
        st.builds(RawCell, st.just(NUMBER), number, formats, formula),
        st.builds(RawCell, st.just(DATE), dates, formats, formula),
        st.builds(RawCell, st.just(CellKind.BOOL), st.booleans(), formats, formula),
        st.builds(RawCell, st.just(CellKind.ERROR), st.just("#N/A"), formats, formula),
        st.builds(RawCell, st.just(CellKind.BLANK), st.none(), formats, formula),
    )


@settings(max_examples=150)
@given(cells(), st.sampled_from(list(EditKind)))
def test_whatever_is_written_is_read_or_refused_with_a_reason(
    cell: RawCell, kind: EditKind
) -> None:
    read = read_edit(cell, kind, EXPECTED)
    assert read.readable or (read.value is None and read.doubts)
    for code, facts in read.doubts:
        assert describe(Problem(code, facts=facts))
    if read.readable and isinstance(read.value, str):
        assert read.value == read_edit(raw_cell(read.value), kind, EXPECTED).value
