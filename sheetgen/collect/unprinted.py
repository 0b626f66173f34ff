"""公表する文書の書体にない字（絵文字、外字など）を、届いたときに知らせる。"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from sheetgen.collect.rules.case import Case
from sheetgen.messages.quoting import excerpt
from sheetgen.problems import Problem, SheetgenError

_COMMON = ("cp932", "euc_jp")
"""ここにある字は、どの日本語の書体にもある。"""
_WITHOUT_FONTS = "euc_jis_2004"
"""書体を調べられないときに、あるとみなす字。"""
_FIRST_FONT = "BIZ UDゴシック"


class UnprintedCharacters:
    """印刷できない字の点検。めずらしい字があったときだけ、書体を調べる。"""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}
        self._label = _FIRST_FONT

    def check(self, case: Case) -> list[Problem]:
        """新しい答えの中の、書体にない字を、欄ごとに知らせる。"""
        answers = {
            answer.path: (answer, text, rare)
            for answer in case.asked("any")
            if case.is_new(answer)
            and isinstance(answer.value, str)
            and (rare := _rare(text := unicodedata.normalize("NFC", answer.value)))
        }
        self._learn({char for _, _, rare in answers.values() for char in rare})
        found = []
        for answer, text, rare in answers.values():
            missing = [char for char in rare if self._known[char]]
            if missing:
                shown = "、".join(f"{char} U+{ord(char):04X}" for char in missing)
                around = excerpt(text, at=text.find(missing[0]))
                facts = {"font": self._label, "characters": shown, "text": around}
                found.append(case.problem("R244", answer, facts))
        return found

    def _learn(self, characters: Iterable[str]) -> None:
        """まだ調べていない字を、試しに組んで調べる。"""
        new = {char for char in characters if char not in self._known}
        if not new:
            return
        from sheetgen.publish.pdf import unprintable

        try:
            self._label, missing = unprintable(new)
        except SheetgenError:
            # 回収に、文書を組む部品と書体は要らない。
            missing = frozenset(char for char in new if not _is_in(char, (_WITHOUT_FONTS,)))
        self._known |= {char: char in missing for char in new}


def _rare(text: str) -> list[str]:
    """書体にないかもしれない字。外字（R209）と、字の形を選ぶだけの符号を除く。"""
    if text.isascii() or _is_in(text, _COMMON):
        return []
    return [
        char
        for char in dict.fromkeys(text)
        if unicodedata.category(char) not in ("Co", "Mn", "Me", "Cf", "Cc")
        and not _is_in(char, _COMMON)
    ]


def _is_in(text: str, codes: Iterable[str]) -> bool:
    for code in codes:
        try:
            text.encode(code)
        except UnicodeError:
            continue
        return True
    return False
