"""値の読み方の法則。"""

from __future__ import annotations

import string
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st
from seen_samples import is_unseen, without_unseen

from sheetgen.collect.values.cell_value import Expected, read_value
from sheetgen.collect.values.number_format import shown_number
from sheetgen.messages.catalogue import CATALOGUE
from sheetgen.plan.round import FieldKind
from sheetgen.plan.text import check_value
from sheetgen.problems import Level
from sheetgen.reading.book import CellKind, RawCell

WIDE = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")
KANJI = "〇一二三四五六七八九"
UNITS = Expected("台", "0.00")
NUMBERS = st.integers(0, 999_999_999)
SPACES = st.sampled_from(["", " ", "　", "\xa0", "\n"])


def figure(text: str) -> object:
    return read_value(RawCell(CellKind.TEXT, text), FieldKind.FIGURE, UNITS).value


def in_kanji(number: int) -> str:
    """漢数字で書く（一億まで）。"""
    if number == 0:
        return "〇"
    parts = []
    for unit, name in ((10**8, "億"), (10**4, "万"), (1, "")):
        section, number = divmod(number, unit)
        words = ""
        for small, mark in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, section = divmod(section, small)
            if digit:
                words += ("" if digit == 1 and mark else KANJI[digit]) + mark
        parts.append(words + name if words else "")
    return "".join(parts)


@settings(deadline=None)
@given(NUMBERS, st.sampled_from(["", "台", " 台", "　台"]), SPACES, SPACES, st.booleans())
def test_one_number_in_every_writing(
    number: int, unit: str, before: str, after: str, is_negative: bool
) -> None:
    sign = "▲" if is_negative else ""
    wanted = -number if is_negative else number
    for words in (str(number), f"{number:,}"):
        for written in (words, words.translate(WIDE)):
            assert figure(before + sign + written + unit + after) == wanted


@settings(deadline=None)
@given(st.integers(11, 999_999_999))
def test_a_number_in_kanji(number: int) -> None:
    assert figure(in_kanji(number)) == number
    assert figure(in_kanji(number) + "台") == number


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12))
def test_money_is_exact_in_every_unit(yen: int) -> None:
    wanted = Decimal(yen) / 1000
    sign = "▲" if yen < 0 else ""
    amount = Decimal(abs(yen))
    writings = [(1, "円"), (1000, "千円"), (10**4, "万円"), (10**6, "百万円"), (10**8, "億円")]
    for size, unit in writings:
        words = f"{sign}{amount / size:,f}{unit}"
        read = read_value(RawCell(CellKind.TEXT, words), FieldKind.MONEY)
        assert isinstance(read.value, int | float), words
        assert Decimal(repr(read.value)) == wanted, words


@settings(deadline=None)
@given(st.decimals(-(10**9), 10**9, places=2, allow_nan=False))
def test_what_is_written_is_read_back(value: Decimal) -> None:
    number = float(value)
    for kind in (FieldKind.FIGURE, FieldKind.MONEY):
        assert read_value(RawCell(CellKind.NUMBER, number), kind, UNITS).value == number
        assert read_value(RawCell(CellKind.TEXT, f"{value:f}"), kind, UNITS).value == number


@settings(deadline=None)
@given(SPACES, SPACES)
def test_blank_zero_and_the_marks_stay_apart(before: str, after: str) -> None:
    values = [figure(before + words + after) for words in ("", "0", "-", "ー")]
    assert values == [None, 0, "-", "ー"]
    for kind in (FieldKind.FIGURE, FieldKind.MONEY, FieldKind.TEXT):
        for one, words in ((0, "0"), ("-", "-"), ("ー", "ー")):
            read = read_value(RawCell(CellKind.TEXT, before + words + after), kind, UNITS)
            if kind is FieldKind.TEXT:
                assert read.value == (before + words)
            else:
                assert read.value == one
                assert type(read.value) is type(one)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"])))
def test_text_is_kept(words: str) -> None:
    kept = without_unseen(words.replace("\u2028", "\n").replace("\u2029", "\n"))
    blanks = "\u200b\u2060\ufeff"
    while kept and (kept[-1].isspace() or kept[-1] in blanks):
        kept = kept[:-1]
    read = read_value(RawCell(CellKind.TEXT, words), FieldKind.TEXT)
    assert (read.value or "") == kept


ANYTHING = st.one_of(
    st.text(),
    st.text(alphabet=string.digits + ",.、-▲約台円千万億百十一〇OlI％%()（）+ 　\n\r\x00\ud800"),
)


@settings(max_examples=300, deadline=None)
@given(
    ANYTHING, st.sampled_from(FieldKind), st.booleans(), st.sampled_from(["台", "％", "億円", None])
)
@example("1000000000000000", FieldKind.FIGURE, False, "台")
def test_nothing_raises_and_what_is_read_can_be_kept(
    words: str, kind: FieldKind, numeric: bool, unit: str | None
) -> None:
    expected = Expected(unit, "#,##0", numeric, None, ("A", "B"))
    read = read_value(RawCell(CellKind.TEXT, words), kind, expected)
    assert check_value(read.value) == read.value
    refused = any(CATALOGUE[code].level is Level.ERROR for code, _ in read.problems)
    assert read.readable is not refused
    assert read.readable or read.value is None
    assert read.raw == words
    if read.readable and isinstance(read.value, str) and kind is not FieldKind.GRADE:
        again = read_value(RawCell(CellKind.TEXT, read.value), kind, expected)
        assert again.value == read.value


def test_a_hostile_length_is_only_a_text() -> None:
    """字数の二乗の手間がかかる読み方をしていれば、ここで終わらない。"""
    for part in ("1", "1,", "O1", " ", "十", "万1", "a", "-", "評価", "約", "\u3000"):
        words = "A" + part * (30_000 // len(part)) + "×"
        for kind in FieldKind:
            for numeric in (True, False):
                expected = Expected("台", "0", numeric, None, ("A", "B"))
                cell = RawCell(CellKind.TEXT, words[1:] if kind is FieldKind.FIGURE else words)
                assert read_value(cell, kind, expected).raw == cell.value


@settings(deadline=None)
@given(st.floats(allow_nan=True, allow_infinity=True), st.text(max_size=12))
def test_no_number_and_no_format_raises(value: float, code: str) -> None:
    for kind in FieldKind:
        read = read_value(RawCell(CellKind.NUMBER, value, code), kind, UNITS)
        assert check_value(read.value) == read.value


@settings(deadline=None)
@given(st.text(), st.sampled_from("\ufeff\u200b\u00ad\u2060\u200e\u202e\u2066"), st.text())
def test_no_unseen_character_is_recorded(before: str, unseen: str, after: str) -> None:
    read = read_value(RawCell(CellKind.TEXT, before + unseen + after), FieldKind.TEXT)
    assert not any(is_unseen(char) for char in str(read.value or ""))
    assert {"R206", "R210", "R243"} & {code for code, _ in read.problems}


@settings(deadline=None)
@given(st.integers(0, 10**9), st.sampled_from("\ufeff\u200b\u00ad\u2060\u200e"), st.integers(0, 9))
def test_an_unseen_character_leaves_a_figure_readable(number: int, unseen: str, at: int) -> None:
    words = str(number)
    written = words[:at] + unseen + words[at:]
    read = read_value(RawCell(CellKind.TEXT, written + "台"), FieldKind.FIGURE, UNITS)
    assert (read.value, [code for code, _ in read.problems]) == (number, ["R206"])


_LITERALS = st.sampled_from(
    ["", "台", "件", "百", "千", "約", "▲", "(", ")", "円", "%", "達成", "-", " "]
)


@settings(deadline=None, max_examples=300)
@given(
    st.integers(-99_999, 99_999),
    st.sampled_from(["0", "#,##0", "0.0", "0,", "General", ""]),
    _LITERALS,
    _LITERALS,
    st.sampled_from(["", ";0", '[>30]"多い";']),
)
def test_a_figure_is_recorded_as_it_is_seen_or_asked_about(
    value: int, digits: str, before: str, after: str, rest: str
) -> None:
    """見えていた文字を打ったのと同じ値になる。違えば、尋ねている。"""
    code = f'"{before}"{digits}"{after}"'
    code = f"{rest}{code}" if rest.startswith("[") else code + rest
    read = read_value(RawCell(CellKind.NUMBER, value, code), FieldKind.FIGURE, UNITS)
    seen = shown_number(value, code)
    typed = read_value(RawCell(CellKind.TEXT, seen or ""), FieldKind.FIGURE, UNITS)
    assert read.value == typed.value or read.problems
