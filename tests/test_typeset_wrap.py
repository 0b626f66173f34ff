"""折り返しと禁則の試験。"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgen.form.wrap import (
    NO_END,
    NO_START,
    count_lines,
    line_capacity,
    longest_run,
    may_break,
    text_width,
    wrap_text,
)

SAMPLE = "ああ漢字国、。（）「」ーァっabcXYZ012,.-/ 　％･ﾊﾞ①●…\n"
texts = st.one_of(st.text(st.sampled_from(SAMPLE), max_size=120), st.text(max_size=60))
capacities = st.integers(min_value=2, max_value=80)


@pytest.mark.parametrize(
    ("text", "width"),
    [("漢字", 4), ("ﾊﾞｽ", 3), ("(8)⑧", 5), ("か\u3099", 2), ("辻\U000e0100", 2), ("30億円以内", 10)],
)
def test_width_counts_full_width_as_two_and_marks_as_nothing(text: str, width: int) -> None:
    assert text_width(text) == width


def test_capacity_reckons_with_96_percent_of_the_width() -> None:
    # 公式のページでは 68 字。こちらは 63 字と見積もる。
    assert line_capacity(699.0, 10.5) == 126
    assert line_capacity(41.0, 10.5) == 6
    assert line_capacity(1.0, 10.5) == 2


@pytest.mark.parametrize(
    ("text", "capacity", "lines"),
    [
        ("", 10, [""]),
        ("あいうえお", 10, ["あいうえお"]),
        ("あいうえおか", 10, ["あいうえお", "か"]),
        ("あいうえお。", 10, ["あいうえ", "お。"]),
        ("あいうえ（お）", 10, ["あいうえ", "（お）"]),
        ("あいうシステム", 10, ["あいうシス", "テム"]),
        ("あいうえシー", 10, ["あいうえ", "シー"]),
        ("あいうえっか", 8, ["あいう", "えっか"]),
        ("目標は3,000千円", 10, ["目標は", "3,000千円"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("あabcdefgh", 6, ["あ", "abcdef", "gh"]),
        ("一\n\n二\n", 10, ["一", "", "二", ""]),
        ("一\r\n二\r三", 10, ["一", "二", "三"]),
        ("。。。。", 4, ["。。", "。。"]),
    ],
)
def test_wrapping(text: str, capacity: int, lines: list[str]) -> None:
    assert wrap_text(text, capacity) == lines
    assert count_lines(text, capacity) == len(lines)


def test_longest_run_is_a_word_with_its_punctuation() -> None:
    assert longest_run("30億円以内") == 2  # 数字と「億」の間では改められる
    assert longest_run("約3,000千円") == 5
    assert longest_run("約3,000（千円）。") == 6  # 「円）。」


@given(texts, capacities)
def test_wrapping_loses_nothing(text: str, capacity: int) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert "".join(wrap_text(text, capacity)) == plain.replace("\n", "")
    assert len(wrap_text(text, capacity)) >= plain.count("\n") + 1


@given(texts, capacities)
def test_no_line_is_wider_than_its_capacity(text: str, capacity: int) -> None:
    assert all(text_width(line) <= capacity for line in wrap_text(text, capacity))


@given(st.text(st.sampled_from(SAMPLE.replace("\n", "")), max_size=120), capacities)
def test_lines_break_where_they_may_unless_nothing_else_is_left(text: str, capacity: int) -> None:
    lines = wrap_text(text, capacity)
    start = 0
    for line, following in pairwise(lines):
        end = start + len(line)
        if not may_break(text, end):
            assert not any(may_break(text, at) for at in range(start + 1, end))
        else:
            assert following[0] not in NO_START
            assert line[-1] not in NO_END
        start = end


@given(texts, capacities, st.integers(min_value=0, max_value=40))
def test_more_room_never_takes_more_lines(text: str, capacity: int, more: int) -> None:
    assert count_lines(text, capacity + more) <= count_lines(text, capacity)


@given(texts, capacities)
def test_counting_agrees_with_wrapping(text: str, capacity: int) -> None:
    assert count_lines(text, capacity) == len(wrap_text(text, capacity))
