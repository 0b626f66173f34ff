"""新旧対照表の値と、見出しのあるまとまり一つ。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sheetgen.publish.comparison.difference import Runs, joined_runs, phrase_runs
from sheetgen.publish.document.overview import PrintedWords


class Mark(StrEnum):
    """文のない側に書く印。対照表の書き方による。"""

    NONE = ""
    ADDED = "（新設）"
    DELETED = "（削除）"
    BLANK = "（記載なし）"
    OMITTED = "（略）"


class ComparedState(StrEnum):
    """まとまり一つの区分。初めの五つは実施項目、新設と削除はそのほかのまとまり。"""

    NEW = "新規"
    ENDED = "終了"
    MOVED = "移動"
    CHANGED = "変更"
    RENUMBERED = "番号"
    ADDED = "新設"
    DELETED = "削除"


@dataclass(frozen=True, slots=True)
class Side:
    """改正後か改正前の文。``mark`` があれば ``runs`` は空。"""

    runs: Runs
    mark: Mark = Mark.NONE

    @property
    def text(self) -> str:
        """印を除いた全文。"""
        return "".join(text for text, _ in self.runs)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """一つの欄の、改正後と改正前。

    ``whole`` が真なら、大半を書き改めた文。「全文改正」と記し、ことばごとの印は付けない。
    """

    label: str
    new: Side
    old: Side
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ComparedBlock:
    """実施項目など一つのまとまり。``new`` と ``old`` はその見出し（番号と名）。

    ``key`` は表の中で一つしかない名、``item`` は実施項目のIDか空。``rest`` が真なら、
    変わらないので載せない欄がほかにある。
    """

    key: str
    item: str
    kind: str
    state: ComparedState
    new: Side
    old: Side
    rows: tuple[ComparedRow, ...]
    rest: bool


@dataclass(frozen=True, slots=True)
class ComparedSection:
    """基本方針や推進項目など、見出し一つの下のまとまり。``short`` は短い見出し。"""

    key: str
    heading: str
    short: str
    blocks: tuple[ComparedBlock, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """比べた計画の一方。``count`` は実施項目数の書き方。"""

    title: str
    revision: str
    published: str
    count: str


@dataclass(frozen=True, slots=True)
class Listed:
    """一覧の一行。``block`` は対照表のまとまりの ``key``（なければ空）。"""

    block: str
    new_number: str
    old_number: str
    title: str
    what: str


@dataclass(frozen=True, slots=True)
class Listing:
    """区分一つの一覧。"""

    heading: str
    count: str
    rows: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class TurnRow:
    """年度ごとに書き改める文一つ。``name`` は実施項目など、``what`` はどこに載る文か。"""

    name: str
    what: str
    new: Side
    old: Side


@dataclass(frozen=True, slots=True)
class TurnGroup:
    """推進項目など、見出し一つの下の文。"""

    key: str
    heading: str
    short: str
    rows: tuple[TurnRow, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """年度ごとに書き改める文。改正とは別の部にする。``new`` と ``old`` は列の見出し。"""

    heading: str
    count: str
    note: str
    new: str
    old: str
    groups: tuple[TurnGroup, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """新旧対照表の全体。``year`` は改正後の年度、``published`` はその公表年月。

    ``same`` は、改正した所がないときに印刷する文。あれば空。``turn`` は、改めた文がなければ None。
    ``records`` は、計画が増やした記録の欄の部で、違いがなければ None。``unlisted`` は、載せていない
    記録の名。
    """

    year: int
    title: str
    subject: str
    author: str
    published: str
    draft: bool
    words: PrintedWords
    new: Edition
    old: Edition
    note: str
    same: str
    listings: tuple[Listing, ...]
    sections: tuple[ComparedSection, ...]
    turn: Turn | None
    records: Turn | None = None
    unlisted: str = ""


Key = TypeVar("Key")
Fields = Mapping[str, tuple[str, str]]
"""欄の名から（見出し, 印刷どおりの文字）へ。並びは文書の順。"""


def sides(old: str, new: str) -> tuple[Side, Side]:
    """改正前と改正後の文を、違うことばに印を付けて返す。"""
    before, after = phrase_runs(old, new)
    return Side(before), Side(after)


_WHOLE_FROM = 30
"""これより長い文は、大半を書き改めたときに「全文改正」と記す（字）。"""
_MANY_MARKS = 4
_APART = 15
"""印が四つ以上あって、平均してこの字数より密なら、目立つ所がなくなる。"""


def compared_row(
    label: str, old: str | None, new: str | None, whole_from: int = _WHOLE_FROM
) -> ComparedRow | None:
    """欄の一行。変わっていなければ ``None``。その計画にない欄は ``None`` で渡す。

    片側にだけある文は、もう片側の印がそれを言うので、下線を引かない。
    """
    before, after = old or "", new or ""
    if before == after:
        return None
    if not before or not after:
        return ComparedRow(
            label,
            _plain(after) if after else Side((), Mark.DELETED if new is None else Mark.BLANK),
            _plain(before) if before else Side((), Mark.ADDED if old is None else Mark.BLANK),
        )
    left, right = sides(before, after)
    if max(len(before), len(after)) > whole_from and _rewritten(left, right):
        return ComparedRow(label, _plain(after), _plain(before), whole=True)
    return ComparedRow(label, right, left)


def turn_row(name: str, what: str, old: str, new: str) -> TurnRow | None:
    """年度ごとに書き改める文の一行。変わっていなければ ``None``。

    書き改めるのが常なので、大半が違えば、短くても下線を引かず、そうとも記さない。
    """
    row = compared_row(what, old, new, whole_from=0)
    return TurnRow(name, what, row.new, row.old) if row else None


def _plain(text: str) -> Side:
    """印のない文。"""
    return Side(((text, False),))


def _rewritten(old: Side, new: Side) -> bool:
    """印が文の半分を超えるか、目立つ所がなくなるほど密か。"""
    marks = [[len(text) for text, differs in side.runs if differs] for side in (old, new)]
    lengths = [len(side.text) for side in (old, new)]
    dense = any(
        len(found) >= _MANY_MARKS and len(found) * _APART > length
        for found, length in zip(marks, lengths, strict=True)
    )
    return dense or 2 * sum(map(sum, marks)) > sum(lengths)


def compared_fields(old: Fields | None, new: Fields | None) -> Iterator[ComparedRow]:
    """変わった欄を、文書の順に並べる。なかった側、なくなった側は ``None``。"""
    before, after = old or {}, new or {}
    for key in merged_order(list(after), list(before)):
        label = (after.get(key) or before[key])[0]
        row = compared_row(
            label,
            before[key][1] if key in before else None,
            after[key][1] if key in after else None,
        )
        if row:
            yield row


def merged_order(new: Sequence[Key], old: Sequence[Key]) -> list[Key]:
    """改正後の順に、なくなったものを改正前での前のものの次に入れる。"""
    kept = set(new)
    following: dict[Key | None, list[Key]] = {}
    last: Key | None = None
    for key in old:
        if key in kept:
            last = key
        else:
            following.setdefault(last, []).append(key)
    out = list(following.get(None, ()))
    for key in new:
        out += [key, *following.get(key, ())]
    return out


@dataclass(frozen=True, slots=True)
class Heading:
    """まとまりの番号と名。"""

    label: str
    name: str

    @property
    def text(self) -> str:
        """続けて書いた見出し。"""
        return f"{self.label} {self.name}".lstrip(" ")


def block_of(
    key: str,
    kind: str,
    old: Heading | None,
    new: Heading | None,
    rows: Sequence[ComparedRow],
    fields: int,
    item: str = "",
    moved: bool = False,
) -> ComparedBlock | None:
    """まとまり。何も変わっていなければ ``None``。``fields`` は欄の数。"""
    if new is None:
        if old is None:
            return None
        state = ComparedState.ENDED if item else ComparedState.DELETED
        before, after = _whole(old), Side((), Mark.DELETED)
    elif old is None:
        state = ComparedState.NEW if item else ComparedState.ADDED
        before, after = Side((), Mark.ADDED), _whole(new)
    else:
        before, after = _headings(old, new)
        changed = ComparedState.CHANGED if rows or old.name != new.name else None
        state = ComparedState.MOVED if moved else changed or ComparedState.RENUMBERED
        if state is ComparedState.RENUMBERED and old.label == new.label:
            return None
    rest = state in (ComparedState.CHANGED, ComparedState.MOVED) and len(rows) < fields
    return ComparedBlock(key, item, kind, state, after, before, tuple(rows), rest)


def _whole(heading: Heading) -> Side:
    return _plain(heading.text)


def _headings(old: Heading, new: Heading) -> tuple[Side, Side]:
    """番号と名の、改正前と改正後。番号は一つのことばとして比べる。"""
    left, right = sides(old.name, new.name)
    if not (old.label or new.label):
        return left, right
    moved = old.label != new.label
    return (
        Side(joined_runs([(old.label, moved), (" ", False), *left.runs])),
        Side(joined_runs([(new.label, moved), (" ", False), *right.runs])),
    )
