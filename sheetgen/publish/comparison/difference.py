"""二つの文の違いを、ことばのまとまりごとに求め、短いことばでも言う。

日本語は語の間に空白がないので、同じ字種の続きを語とみなす。数字の途中では切らない。
二つの文がたまたま分け合う字（書き換わった語にはさまれた助詞）は、変わったものとする。
印が細切れにならない。
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sheetgen.messages.quoting import excerpt, in_short

_LEAST_ALIKE = 0.3
"""二つの文を組むための、似かたの下限。"""
_MOST_ALIGNED = 2500
"""似たものどうしを組む手間の上限（前の数と後の数の積）。超えれば、順に組む。"""


def align(old: Sequence[str], new: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """文の並びどうしを、順を変えずに、似たものと組む。相手のないものは ``None`` と組む。"""
    return [
        (None if a is None else old[a], None if b is None else new[b])
        for a, b in alignment(old, new)
    ]


def alignment(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """:func:`align` の組を、並びの番号で返す。"""
    if len(old) == len(new) == 1:
        return [(0, 0)]
    if len(old) * len(new) > _MOST_ALIGNED:
        shared = min(len(old), len(new))
        pairs: list[tuple[int | None, int | None]] = [(k, k) for k in range(shared)]
        pairs += [(k, None) for k in range(shared, len(old))]
        return pairs + [(None, k) for k in range(shared, len(new))]
    before, after = [_pairs_in(text) for text in old], [_pairs_in(text) for text in new]
    alike = [[_likeness(a, b, x == y) for b, y in zip(after, new, strict=True)]
             for a, x in zip(before, old, strict=True)]  # fmt: skip
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for k in range(len(new) - 1, -1, -1):
            best[i][k] = max(best[i + 1][k], best[i][k + 1], best[i + 1][k + 1] + alike[i][k])
    out: list[tuple[int | None, int | None]] = []
    i = k = 0
    while i < len(old) or k < len(new):
        both = i < len(old) and k < len(new) and alike[i][k] > 0
        if both and best[i][k] == best[i + 1][k + 1] + alike[i][k]:
            out.append((i, k))
            i, k = i + 1, k + 1
        elif k == len(new) or (i < len(old) and best[i][k] == best[i + 1][k]):
            out.append((i, None))
            i += 1
        else:
            out.append((None, k))
            k += 1
    return out


def _pairs_in(text: str) -> Counter[str]:
    """続く二字の数。順によらず、文の似かたを見る。"""
    return Counter(text[k : k + 2] for k in range(max(1, len(text) - 1)))


def _likeness(a: Counter[str], b: Counter[str], same: bool) -> float:
    """0（別のもの）から 1（同じもの）まで。似ていないものは 0。"""
    if same:
        return 1.0
    share = 2 * (a & b).total() / max(1, a.total() + b.total())
    return share if share >= _LEAST_ALIKE else 0.0


# 数は桁区切りと小数点まで、カタカナ・英字・漢字はそれぞれ続くかぎりを、一つのことばとみる。
_TOKEN = re.compile(
    r"(?s)[0-9０-９]+(?:[.,．，][0-9０-９]+)*|[一-龥々〆㐀-䶿]+|[ぁ-ゖ]+|[ァ-ヺーヵヶｦ-ﾟ]+"
    r"|[A-Za-zＡ-Ｚａ-ｚ]+|\n|[ \t　]+|."
)
_KANJI = re.compile(r"[一-龥々〆㐀-䶿]+")


# 助詞や読点だけの一致。両どなりが書き換わっていれば、たまたまとみる。
_SLIGHT = re.compile(r"[ぁ-ゖ、，・･　 ]{1,3}")
_FIGURE = "0123456789０１２３４５６７８９"
_BREAKS = "\n、。，．"
"""句の切れ目。"""
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
LONGEST_COMPARED = 1500
"""ことばごとに比べる、ことばの数の上限（前と後の和）。手間は数の二乗で増える。"""
_LEAST_SHARED = 0.3
"""短いほうの文のうち、これに満たない割合しか残っていなければ、書き改めたとみる。"""
_SHORTEST_STEM = 2  # 字。漢字の続きは、これより短くは分けない
_SPLIT = ((_KANJI, _SHORTEST_STEM), (re.compile("[ぁ-ゖ]+"), 4))
"""続きの途中で分けてよい文字と、そのとき同じでなければならない字数。"""
Runs = tuple[tuple[str, bool], ...]
"""（文字, 違う所か）の並び。つなぐと元の文になる。"""


class Piece(NamedTuple):
    """文の一部。同じなら ``old`` と ``new`` は等しく、違えばどちらかが空のこともある。"""

    old: str
    new: str

    @property
    def differs(self) -> bool:
        """違う所か。"""
        return self.old != self.new


def difference(old: str, new: str) -> tuple[Piece, ...]:
    """違う所と同じ所を交互に並べる。``old`` と ``new`` は、それぞれつなぐと元の文になる。"""
    if old == new:
        return (Piece(old, new),) if old else ()
    found: list[Piece] = []
    before, after = _LINE.findall(old), _LINE.findall(new)
    for same, lines, others in _blocks(before, after):
        if same:
            found.append(Piece("".join(lines), "".join(others)))
            continue
        found += _rewritten(lines, others)
    return tuple(_tidy(found))


def marked_runs(old: str, new: str) -> tuple[Runs, Runs]:
    """前の文と後の文を、（文字, 違う所か）の並びにする。"""
    pieces = difference(old, new)
    before = joined_runs((piece.old, piece.differs) for piece in pieces)
    return before, joined_runs((piece.new, piece.differs) for piece in pieces)


_BRIDGE = 2
"""二つの印の間の同じ所が、この字数までなら、一つの句とみて続けて印を付ける。"""


def phrase_runs(old: str, new: str) -> tuple[Runs, Runs]:
    """:func:`marked_runs` と同じ。ただし、細かく続く印は句ごとにまとめる。"""
    pieces = list(difference(old, new))
    for number in range(1, len(pieces) - 1):
        here, left, right = pieces[number], pieces[number - 1], pieces[number + 1]
        if (
            not here.differs
            and len(here.old) <= _BRIDGE
            and not set(here.old) & set(_BREAKS)
            and not _touches_figure(left, right)
        ):
            # 前の続きに含め、次とまとめる。空になった所は、後で落ちる。
            pieces[number + 1] = Piece(
                left.old + here.old + right.old, left.new + here.new + right.new
            )
            pieces[number - 1] = pieces[number] = Piece("", "")
    marked = [(piece.old, piece.new, piece.differs) for piece in pieces]
    return (
        joined_runs((before, differs) for before, _, differs in marked),
        joined_runs((after, differs) for _, after, differs in marked),
    )


def joined_runs(parts: Iterable[tuple[str, bool]]) -> Runs:
    """空のものを除き、同じ印の続きをつなげる。"""
    out: list[tuple[str, bool]] = []
    for text, differs in parts:
        if text:
            if out and out[-1][1] == differs:
                text = out.pop()[0] + text
            out.append((text, differs))
    return tuple(out)


def _rewritten(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    """書き換わった続きの行の違い。似た行どうしで比べる。

    改行が一つ増えるか減ると、組になる行がなくなり、別の行に移っただけの語まで印が付く。
    行をまたいで一度に比べると、変わった改行だけが分かる。ただし、行をまたぐほど、
    たまたま同じ字も増えるので、印がずっと少なくなるときだけ、そちらを採る。
    """
    lines = [piece for left, right in align(old, new) for piece in _within(left or "", right or "")]
    if len(old) == len(new) == 1:
        return lines
    across = _within("".join(old), "".join(new))
    return across if 2 * _marked(across) <= _marked(lines) else lines


def _marked(pieces: Iterable[Piece]) -> int:
    """印の付く字数。"""
    return sum(len(piece.old) + len(piece.new) for piece in pieces if piece.differs)


def _within(old: str, new: str) -> list[Piece]:
    """書き換わった行の、ことばごとの違い。"""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if not old or not new or len(before) + len(after) > LONGEST_COMPARED:
        return [Piece(old, new)]
    pieces: list[Piece] = []
    for same, tokens, others in _blocks(before, after):
        if same:
            pieces.append(Piece("".join(tokens), "".join(others)))
        else:
            pieces += _trimmed(tokens, others)
    pieces = _tidy(_without_slight(pieces))
    shared = sum(len(piece.old) for piece in pieces if not piece.differs)
    if shared < _LEAST_SHARED * min(len(old), len(new)):
        return [Piece(old, new)]
    return pieces


def _blocks(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """同じ続きと違う続きを、順に返す。"""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    if start:
        yield True, old[:start], new[:start]
    middle, other = old[start : len(old) - end], new[start : len(new) - end]
    if len(middle) + len(other) > LONGEST_COMPARED:
        yield False, middle, other
    elif middle or other:
        from difflib import SequenceMatcher  # ここで読み込む。使わない回が多い

        for tag, a, b, c, d in SequenceMatcher(None, middle, other, False).get_opcodes():
            yield tag == "equal", middle[a:b], other[c:d]
    if end:
        yield True, old[len(old) - end :], new[len(new) - end :]


def _trimmed(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    """続きの、頭と尻の同じ所（``設置台数``と``設置件数``の``設置``）を外す。"""
    before, after = "".join(old), "".join(new)
    head = tail = 0
    if old and new:
        head = _shared(old[0], new[0])
        tail = _shared(old[-1][::-1], new[-1][::-1])
        if head + tail > min(len(before), len(after)):
            tail = 0
        left = max(len(before), len(after)) - head - tail
        if left < _SHORTEST_STEM and _KANJI.fullmatch(before) and _KANJI.fullmatch(after):
            head = tail = 0
    pieces = [
        Piece(before[:head], after[:head]),
        Piece(before[head : len(before) - tail], after[head : len(after) - tail]),
        Piece(before[len(before) - tail :], after[len(after) - tail :]),
    ]
    return [piece for piece in pieces if piece.old or piece.new]


def _shared(old: str, new: str) -> int:
    """頭の同じ字数。ことばの切れ目とみられないほど短ければ 0。"""
    shortest = next(
        (least for script, least in _SPLIT if script.fullmatch(old) and script.fullmatch(new)), None
    )
    if shortest is None:
        return 0
    count = 0
    while count < min(len(old), len(new)) and old[count] == new[count]:
        count += 1
    return count if count >= shortest else 0


def _without_slight(pieces: Sequence[Piece]) -> list[Piece]:
    """書き換わったことばに挟まれた、助詞だけの一致を、書き換えに含める。"""
    out = list(pieces)
    for number in range(1, len(out) - 1):
        piece, left, right = out[number], pieces[number - 1], pieces[number + 1]
        if (
            not piece.differs
            and _SLIGHT.fullmatch(piece.old)
            and all(one.differs and one.old and one.new for one in (left, right))
            and not _touches_figure(left, right)
        ):
            # 等しい文字を「違う」に移すため、次とまとめる。
            out[number] = Piece(piece.old + out[number + 1].old, piece.new + out[number + 1].new)
            out[number + 1] = Piece("", "")
    return [piece for piece in out if piece.old or piece.new]


def _touches_figure(left: Piece, right: Piece) -> bool:
    """となりが数か。数は、それだけで読めるように、となりのことばとまとめない。"""
    return any(text[-1:] in _FIGURE for text in left if text) or any(
        text[:1] in _FIGURE for text in right if text
    )


def _tidy(pieces: Sequence[Piece]) -> list[Piece]:
    """続いた同じ所どうし、違う所どうしをまとめる。"""
    out: list[Piece] = []
    for piece in pieces:
        if out and out[-1].differs == piece.differs:
            last = out.pop()
            piece = Piece(last.old + piece.old, last.new + piece.new)
        out.append(piece)
    return out


_MOST_SHOWN = 5


def difference_in_words(old: str, new: str) -> str:
    """違う所を ``「前」→「後」`` の形で並べる。多ければ初めの五つと残りの数。"""

    changed = [piece for piece in difference(old, new) if piece.differs]
    return in_short([_words(piece.old, piece.new) for piece in changed], _MOST_SHOWN, "か所")


def _words(old: str, new: str) -> str:
    if not old:
        return f"「{excerpt(new)}」を追加"
    if not new:
        return f"「{excerpt(old)}」を削除"
    return f"「{excerpt(old)}」→「{excerpt(new)}」"
