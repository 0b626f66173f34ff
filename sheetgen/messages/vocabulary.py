"""その計画のことば：階層の名、項目とシートと見直しの名、欄の見出し。

人が読む文は、計画のことばを文に書き込まず、ここから取る。文の中では ``{terms.item}`` や
``{terms[years.result.text]}`` の形で書き、:func:`terms` の返すことばで埋める。ことばを決めるのは
計画のデータ（``terms``）で、決めていないものは、この初めの値である。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """計画のことば。

    ``policy`` ``measure`` ``section`` は階層の名（上から）、``item`` は項目、``sheet`` は項目の
    様式、``revision`` は毎年の見直しの名。``subtitle`` は、文書の題で計画の名称に続く字
    （空でもよい）。
    ``money`` は、千円で書く欄をまとめて言う名。``is_one_level`` は、上の階層だけの計画か。
    ``measure_heading`` は、見出しに書くときの ``measure``。``labels`` は、欄の名
    （``years.plan``）から見出しへ。
    """

    subtitle: str = "-アクションプラン"
    policy: str = "基本方針"
    measure: str = "推進項目"
    measure_heading: str = "改革の推進項目"
    section: str = "概要表の見出し"
    item: str = "実施項目"
    sheet: str = "進捗管理シート"
    revision: str = "年次見直し"
    money: str = "効果額"
    is_one_level: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> str:
        """文書の短い名。題に続く字から、つなぎの線を除いたもの。"""
        return self.subtitle.strip(" 　-‐－―~～") or "計画"

    @property
    def above(self) -> str:
        """項目のすぐ上の階層の名。"""
        return self.policy if self.is_one_level else self.measure

    def __getitem__(self, key: str) -> str:
        """欄の見出し。

        :raises KeyError: その欄はない。
        """
        return self.labels[key]

    def renamed(self, text: str) -> str:
        """初めのことばで書いた短い見出し（``基本方針の番号``）を、この計画のことばにしたもの。"""
        own = {
            _SHIPPED.policy: self.policy,
            _SHIPPED.measure: self.above,
            _SHIPPED.item: self.item,
        }
        return _LEVELS.sub(lambda found: own[found[0]], text)

    def heading(self, short: str, *fields: str) -> str:
        """欄の見出しの、短い書き方や、その場だけの書き方。

        ``fields`` の欄（先のものから）の見出しを計画が決めていれば、それを書く。決めていなければ
        ``short`` のまま。``short`` に単位がなければ、単位はほかにあるので、見出しの単位も除く。
        """
        for field_name in fields:
            label = self.labels.get(field_name)
            if label is not None and label != _SHIPPED.labels.get(field_name):
                return label if _UNIT.search(short) else _UNIT.sub("", label)
        return short

    @property
    def short(self) -> ShortLabels:
        """文の中で言うときの、欄の短い名。``short["years.effect"]``。"""
        return ShortLabels(self)


@dataclass(frozen=True, slots=True)
class ShortLabels:
    """欄の短い名。見出しから、初めの「計画最終年度において」と終わりの単位を除いたもの。"""

    words: Vocabulary

    def __getitem__(self, key: str) -> str:
        """欄の短い名。

        :raises KeyError: その欄はない。
        """
        return _SPOKEN.sub("", self.words[key])


_SPOKEN = re.compile(r"^計画最終年度において|[(（][^()（）]*[)）]$")
_UNIT = re.compile(r"[(（]千円[)）]$")
_SHIPPED = Vocabulary()
_LEVELS = re.compile(f"{_SHIPPED.policy}|{_SHIPPED.measure}|{_SHIPPED.item}")
_current: ContextVar[Vocabulary | None] = ContextVar("vocabulary", default=None)


def ship(labels: Mapping[str, str]) -> Vocabulary:
    """決めていない計画のことばに、欄の見出し ``labels`` を入れる。それを返す。"""
    global _SHIPPED
    _SHIPPED = Vocabulary(labels=dict(labels))
    return _SHIPPED


def terms() -> Vocabulary:
    """いま扱っている計画のことば。まだ計画を読んでいなければ、初めの値。"""
    return _current.get() or _SHIPPED


def adopt(vocabulary: Vocabulary) -> None:
    """これから扱う計画のことばにする。計画を読んだ所で呼ぶ。"""
    _current.set(vocabulary)


@contextmanager
def speaking(vocabulary: Vocabulary) -> Iterator[None]:
    """この間だけ、この計画のことばにする。"""
    token = _current.set(vocabulary)
    try:
        yield
    finally:
        _current.reset(token)
