"""編集ブックのシートの名、見出し、書き方、一覧を、計画のことばで書く。

テンプレートは初めのことばで書いてある。書き出すときに、文とシートの名を同じことばに替えるので、
「何のシート」と言う文とシートの名は食い違わない。何も改めていない計画では、一字も変わらない。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.fields import MEASURE, SHIPPED
from sheetgen.plan.plan import Plan

_MARKUP = r"\{\{.*?\}\}|\{%.*?%\}"
_LONGEST_NAME = 31
_UNFIT = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in "[]:*?/\\'"})
"""シートの名に使えない字から、その全角の字へ。"""
_YEARS = "years.plan"


class PlanWording:
    """一つの計画の、初めのことばからの言い換え。``sheets`` は、テンプレートのシートの名。"""

    def __init__(self, plan: Plan, sheets: Iterable[str]) -> None:
        words = plan.words
        self._words = {
            old: new
            for name in ("policy", "measure", "item", "sheet", "revision")
            if (old := getattr(SHIPPED, name)) != (new := getattr(words, name))
        }
        self._terms = dict(self._words)
        if not plan.has(MEASURE):
            self._words |= _without_measures(words)
        self.tabs = self._named(tuple(sheets), words)
        quoted = {f"「{old}」": f"「{new}」" for old, new in self.tabs.items()}
        self._changes = quoted | self._words
        kept = (re.escape(f"「{one}」") for one in sheets if one not in self.tabs)
        known = map(re.escape, sorted(self._changes, key=len, reverse=True))
        self._pattern = re.compile("|".join((_MARKUP, *kept, *known)))

    def __bool__(self) -> bool:
        return bool(self._changes)

    def _named(self, sheets: tuple[str, ...], words: Vocabulary) -> Mapping[str, str]:
        """名の変わるシートの、テンプレートの名から、計画のことばの名へ。"""
        both = f"{SHIPPED.policy}と{SHIPPED.measure}"
        shipped = SHIPPED.labels[_YEARS]
        wanted = {
            SHIPPED.item: words.item,
            both: self._words.get(both, f"{words.policy}と{words.measure}"),
            shipped: words.labels.get(_YEARS, shipped),
        }
        found: dict[str, str] = {}
        for old, text in wanted.items():
            name = text.translate(_UNFIT).strip()[:_LONGEST_NAME]
            taken = {one.casefold() for one in (*sheets, *found.values())} - {old.casefold()}
            if old in sheets and name and name != old and name.casefold() not in taken:
                found[old] = name
        return found

    def text(self, text: str) -> str:
        """文の、計画のことばでの書き方。式は変えない。"""
        return self._pattern.sub(lambda found: self._changes.get(found[0], found[0]), text)

    def compared(self, text: str) -> str:
        """式が比べることば（``row.label == "基本方針"``）の、計画のことばでの書き方。"""

        def own(found: re.Match[str]) -> str:
            plain = str(found[1])
            word = self._terms.get(plain, plain)
            return f"'{word}'" if '"' in word else f'"{word}"'

        return re.sub(_MARKUP, lambda tag: re.sub(r'"([^"]*)"', own, tag[0]), text)

    def listed(self, formula: str) -> str:
        """一覧から選ぶことば（``"基本方針,推進項目"``）の、計画のことばでの書き方。"""
        pattern = re.compile("|".join(map(re.escape, self._terms)) or r"(?!)")
        return pattern.sub(lambda found: self._terms[found[0]], formula)


def _without_measures(words: Vocabulary) -> dict[str, str]:
    """階層が一つの計画の言い換え。推進項目は、どこにも書かない。"""
    shipped, policy = SHIPPED, words.policy
    return {
        f"{shipped.policy}と{shipped.measure}": policy,
        f"{shipped.policy}、{shipped.measure}は": f"{policy}は",
        f"{shipped.measure}は、すぐ上の{shipped.policy}のものになります。": "",
        f"{shipped.measure}の番号": "通し番号",
        shipped.measure: policy,
    }


def renamed(text: str, tabs: Mapping[str, str]) -> str:
    """シートを指す参照（``'実施項目'!$A$1``）の、新しいシートの名での書き方。"""
    for old, new in tabs.items():
        pattern = rf"(?<![^\s(,=:]){re.escape(old)}!|'{re.escape(old)}'!"
        text = re.sub(pattern, f"'{new}'!".replace("\\", r"\\"), text)
    return text
