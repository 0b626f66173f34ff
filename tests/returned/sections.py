"""まじめに答える課：74の実施項目の、もっともらしい取組実績。

同じ種からは同じ答えになる。数は目標の近く、効果は計画の近くで、文は職員の書き方で、
項目のことばから組み立てる。
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any

from making import Place

YEAR = "years[0]"
TEXT, VALUE = f"{YEAR}.result.text", f"{YEAR}.result.value"
EFFECT, GRADE = f"{YEAR}.result.effect", f"{YEAR}.result.grade"
RESULT_PATHS = (TEXT, VALUE, EFFECT, GRADE)
SEED = 20240701

_DONE = (
    "計画どおり実施した。",
    "関係課と協議のうえ実施した。",
    "年度内に完了した。",
    "庁内に周知し、運用を始めた。",
    "上半期に着手し、３月に終えた。",
    "試行を経て、本格実施に移った。",
    "実施に向けて課題を整理した。",
)
_EXTRA = (
    "※一部の業務は、令和６年度に継続する。",
    "（参考）庁内検討会議を３回開催",
    "　課題：財源の確保、人員の配置",
    "　次年度は対象を広げて取り組む。",
    "⇒ 職員アンケートの満足度は84.5％",
    "　委託先と月１回の定例会を持った。",
)
_THEMES = ("制度の見直し", "市民への周知", "システムの導入", "委託の仕様の検討")
_MARKS = ("・", "●", "■", "○")
_WIDTH, _LINES = 26, 4
_PLAN_LINE = re.compile(r"^[・●■◆○\s　]+|。$")


@dataclass(frozen=True, slots=True)
class Form:
    """一枚の様式への答え。``answers`` は欄の道から値へ。"""

    item: str
    sheet: str
    addressee: str
    answers: dict[str, Any]


def honest(places: list[Place], seed: int = SEED) -> list[Form]:
    """すべての様式への、まちがいのない答え。印刷の順。"""
    return [
        Form(
            place.item["id"],
            place.sheet,
            place.addressee,
            answers(place, random.Random(f"{seed}-{place.item['id']}")),
        )
        for place in places
    ]


def answers(place: Place, chance: random.Random) -> dict[str, Any]:
    """一枚の様式への答え。"""
    year = place.item["years"][0]
    value = _figure(year["target"], place.item["indicator"]["number_format"], chance)
    return {
        TEXT: _text(place, value, chance),
        VALUE: value,
        EFFECT: _effect(year["effect"], chance),
        GRADE: _grade(place, year["target"], value, chance),
    }


def _figure(target: Any, number_format: str, chance: random.Random) -> Any:
    """目標に近い実績。数でない目標には、同じ書き方の文字で答える。"""
    if isinstance(target, str) and any(mark.isdigit() for mark in target):
        return re.sub(r"以内|未満|以上", "", target)
    if not isinstance(target, int | float):
        return "-"
    places = len(number_format.partition(".")[2].rstrip("%"))
    near = target * chance.uniform(0.92, 1.05)
    found = round(near, places)
    return int(found) if places == 0 or found.is_integer() else found


def _effect(planned: Any, chance: random.Random) -> Any:
    """見込みに近い効果額（千円）。"""
    if not isinstance(planned, int | float):
        return "-"
    return round(planned * chance.uniform(0.9, 1.1))


def _grade(place: Place, target: Any, value: Any, chance: random.Random) -> str:
    if place.item["introduced"] > place.plan["fiscal_years"][0]:
        return "D"
    if isinstance(target, int | float) and isinstance(value, int | float):
        return "A" if value >= target else "B"
    return chance.choice("AABBBC")


def _text(place: Place, value: Any, chance: random.Random) -> str:
    """計画の行を受けて、実績を箇条で書く。印刷に入る四行まで。"""
    year, mark = place.item["years"][0], chance.choice(_MARKS)
    if place.item["introduced"] > place.plan["fiscal_years"][0]:
        return f"{mark}令和６年度からの新規項目\n　（令和５年度の実績はない。）"
    lines = [_PLAN_LINE.sub("", line) for line in (year["plan"] or "").splitlines()]
    themes = [line for line in lines if _is_noun(line)] or ["本取組"]
    said = [f"{mark}{theme}については、{chance.choice(_DONE)}" for theme in themes]
    if isinstance(value, int | float):
        unit = place.item["indicator"]["unit"].removesuffix("/年")
        said.insert(1, f"{mark}実績は{value:,}{unit}だった。")
    said.append(chance.choice(_EXTRA))
    while sum(-(-len(line) // _WIDTH) for line in said) > _LINES:
        said.pop(-2 if len(said) > 1 else 0)
    if sum(-(-len(line) // _WIDTH) for line in said) < _LINES and chance.random() < 0.3:
        said.insert(1, "")
    return "\n".join(said)


def _is_noun(line: str) -> bool:
    """「…については」と続けられる、長すぎない行。"""
    return 4 <= len(line) <= 2 * _WIDTH - 20 and line[-1] not in "るうくむすぐつ図）)"


def long_text(length: int, seed: int = SEED) -> str:
    """欄からはみ出す、段落のある長い文（``length`` 字以上）。"""
    chance = random.Random(f"long-{seed}")
    said = []
    while sum(map(len, said)) < length:
        mark, theme = chance.choice(_MARKS), chance.choice(_THEMES)
        said += [f"{mark}{theme}については、{chance.choice(_DONE)}", chance.choice(_EXTRA), ""]
    return "\n".join(said[:-1])
