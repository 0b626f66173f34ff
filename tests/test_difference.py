"""二つの文の違い：つなげば元の文になり、同じ所には印がない。"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetgen.publish.comparison.difference import (
    LONGEST_COMPARED,
    alignment,
    difference,
    marked_runs,
)

WORDS = ["台数", "設置", "設置台数", "設置件数", "の", "を", "する", "３４", "35", "1,000", "ＤＸ",
         "サービス", "サーバー", "、", "。", "\n", "　", " ", "・", "⑧", "x", "計画",
         "をできるだけ", "もできるだけ"]  # fmt: skip
texts = st.lists(st.sampled_from(WORDS), max_size=25).map("".join) | st.text(max_size=40)


def shown(old: str, new: str) -> tuple[str, str]:
    """違う所を〈 〉で囲んだ、前の文と後の文。"""
    pieces = difference(old, new)
    return (
        "".join(f"〈{p.old}〉" if p.differs and p.old else p.old for p in pieces),
        "".join(f"〈{p.new}〉" if p.differs and p.new else p.new for p in pieces),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # 数は途中で切らない
        ("台数を〈３４〉台とする。", "台数を〈３５〉台とする。"),
        ("見込額は〈1,000〉千円", "見込額は〈1,200〉千円"),
        ("〈99.0〉", "〈99〉"),
        # ことばは書き手の続きごと
        ("〈サーバー〉の更新", "〈サービス〉の更新"),
        ("企画部 〈経営〉企画課", "企画部 〈政策〉企画課"),
        ("設置〈台数〉を数える", "設置〈件数〉を数える"),
        ("〈増加〉する", "〈追加〉する"),
        ("研修〈を〉できるだけ広く", "研修〈について〉できるだけ広く"),
        # 数どうしは別に、書き換えたことばに挟まれた助詞は一つに
        ("設置〈台数〉を〈３４〉台とする", "設置〈件数〉を〈３５〉台とする"),
        ("第〈１〉の〈窓口〉へ", "第〈２〉の〈受付〉へ"),
        ("これは〈窓口の案内〉である", "これは〈受付の整理〉である"),
        # 一行の挿し入れは、その行だけ
        ("・調べる。\n・始める。", "・調べる。\n〈・知らせる。\n〉・始める。"),
        # 改行を入れた所、取った所は、改行だけ
        ("量の調査により、改善する。\n（参考）", "量の調査により、〈\n〉改善する。\n（参考）"),
        ("■ 一つ目の段落。〈\n〉■ 二つ目の段落。", "■ 一つ目の段落。■ 二つ目の段落。"),
        ("台数を〈３４〉台とし、調べる。", "台数を〈３５〉台とし、〈\n〉調べる。"),
        # 書き改めた文は、文ごと
        ("〈全く別の文章である。〉", "〈これから新しく書き直したもの。〉"),
        ("同左", "同左〈 〉"),
        ("", "〈新しい〉"),
        ("〈古い〉", ""),
    ],
)
def test_what_is_marked(old: str, new: str) -> None:
    plain = [text.replace("〈", "").replace("〉", "") for text in (old, new)]
    assert shown(*plain) == (old, new)


@given(texts, texts)
def test_the_parts_are_the_two_texts(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert "".join(piece.old for piece in pieces) == old
    assert "".join(piece.new for piece in pieces) == new
    assert all(piece.old or piece.new for piece in pieces)
    kinds = [piece.differs for piece in pieces]
    assert all(a != b for a, b in itertools.pairwise(kinds))


@given(texts, texts)
def test_the_runs_are_the_pieces_seen_from_each_side(old: str, new: str) -> None:
    for text, runs in zip((old, new), marked_runs(old, new), strict=True):
        assert "".join(part for part, _ in runs) == text
        assert all(part for part, _ in runs)
        assert all(a[1] != b[1] for a, b in itertools.pairwise(runs))


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert not any(piece.differs for piece in difference(text, text))


@given(texts, texts)
def test_figures_are_whole(old: str, new: str) -> None:
    digits = "0123456789０１２３４５６７８９"
    for side in (0, 1):
        parts = [piece[side] for piece in difference(old, new) if piece[side]]
        for left, right in itertools.pairwise(parts):
            assert not (left[-1] in digits and right[0] in digits)


@settings(max_examples=60)
@given(st.lists(texts, max_size=6), st.lists(texts, max_size=6))
def test_pairs_keep_the_order_and_lose_nothing(old: list[str], new: list[str]) -> None:
    pairs = alignment(old, new)
    assert [a for a, _ in pairs if a is not None] == list(range(len(old)))
    assert [b for _, b in pairs if b is not None] == list(range(len(new)))
    assert (None, None) not in pairs


def test_long_texts_are_compared_line_by_line() -> None:
    lines = [f"・その{n}の取組を、{n}件進める。\n" for n in range(LONGEST_COMPARED)]
    old, new = list(lines), list(lines)
    new[700] = new[700].replace("進める", "やめる")
    pieces = [piece for piece in difference("".join(old), "".join(new)) if piece.differs]
    assert [(piece.old, piece.new) for piece in pieces] == [("件進める", "件やめる")]
