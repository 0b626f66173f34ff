"""読み取りの途中で分かったこと：値、使った読み方、問い。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sheetgen.model.filled import Value

Doubt = tuple[str, Mapping[str, object]]
"""問題の符号と事実。場所は、呼び出す側が付ける。"""


class ReadValue(NamedTuple):
    """読み取った値。

    ``raw`` は、人がセルに見た文字。``rule`` は使った読み方の名を空白で区切ったもの（空なら、
    そのまま）。``readable`` が偽なら記録できる値がなく、``value`` は None。
    """

    value: Value
    raw: str
    rule: str = ""
    problems: tuple[Doubt, ...] = ()
    readable: bool = True


@dataclass(slots=True)
class Notes:
    """読みながら書きためる、使った読み方と問い。"""

    rules: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def use(self, rule: str) -> None:
        """読み方を一つ使った。"""
        if rule not in self.rules:
            self.rules.append(rule)

    def ask(self, code: str, **facts: object) -> None:
        """問いか知らせを一つ加える。"""
        self.doubts.append((code, facts))

    def result(self, value: Value, raw: str) -> ReadValue:
        """読み終えた値。"""
        return ReadValue(value, raw, " ".join(self.rules), tuple(self.doubts))

    def refusal(self, raw: str) -> ReadValue:
        """読めなかった。"""
        return ReadValue(None, raw, " ".join(self.rules), tuple(self.doubts), False)
