"""計画のデータに、文字で書かれた数。

数の欄には、印刷どおりの文字（``-``、``未定``、``30億円以内``）も書ける。そこに数を「"」で囲んで
書くと、正しい計画のまま、どの計にも入らず、目標とも比べられなくなる。誤りとは限らないので、問う。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal

from sheetgen.era import wareki_full
from sheetgen.plan.item import Indicator, Item, Result, YearPlan
from sheetgen.plan.plan import Plan
from sheetgen.plan.text import LARGEST_NUMBER
from sheetgen.plan.value import EFFECT_FORMAT, Value, in_thousands, printed
from sheetgen.problems import Place, Problem

_AS_IT_IS: Mapping[str, Decimal] = {"": Decimal(1)}
_THOUSAND_YEN: Mapping[str, Decimal] = {
    "": Decimal(1),
    "千円": Decimal(1),
    "円": Decimal("0.001"),
    "万円": Decimal(10),
    "百万円": Decimal(1000),
    "億円": Decimal(100_000),
}
_NUMBER = re.compile(r"([-▲△]?)([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)(.*)")
_SAME = str.maketrans({"、": ",", "−": "-", "‐": "-", "–": "-", "―": "-"})
_HAS_AMOUNT = re.compile(r"[0-9]|^[〇一二三四五六七八九十百千万億]+円?$")


def figure_doubts(plan: Plan, file: str) -> list[Problem]:
    """文字で書かれた数（M087、M088）と、千円未満のある効果額（M089）。印刷の順。"""
    found: list[Problem] = []
    for p, policy in enumerate(plan.policies):
        for m, measure in enumerate(policy.measures):
            for e, item in enumerate(measure.entries):
                if isinstance(item, Item):
                    path = f"policies[{p}].measures[{m}].entries[{e}]"
                    found += _of_item(item, file, path)
    known = {item.id for _, _, item in plan.items()}
    for n, one in enumerate(plan.ended_items):
        if one.item.id not in known:
            found += _of_item(one.item, file, f"ended_items[{n}].item")
    return found


def _of_item(item: Item, file: str, path: str) -> Iterator[Problem]:
    def place(key: str, label: str | None, year: int | None = None) -> Place:
        name = f"{wareki_full(year)}の{label}" if year else label
        return Place(file, path=f"{path}.{key}", label=name, item=item.id)

    for name in ("current", "target"):
        title = Indicator.model_fields[name].title
        value = getattr(item.indicator, name)
        yield from _figure(value, _AS_IT_IS, place(f"indicator.{name}", title))
    own = _own_units(item)
    numeric = any(_is_number(year.target) for year in item.years)
    for index, year in enumerate(item.years):
        at, of_year = f"years[{index}]", year.fiscal_year
        titles, results = YearPlan.model_fields, Result.model_fields
        here = place(f"{at}.target", titles["target"].title, of_year)
        yield from _figure(year.target, own if numeric else _AS_IT_IS, here)
        here = place(f"{at}.effect", titles["effect"].title, of_year)
        yield from _money(year.effect, here)
        here = place(f"{at}.result.value", results["value"].title, of_year)
        yield from _figure(year.result.value, own if _is_number(year.target) else _AS_IT_IS, here)
        here = place(f"{at}.result.effect", results["effect"].title, of_year)
        yield from _money(year.result.effect, here)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float)


def _own_units(item: Item) -> Mapping[str, Decimal]:
    """指標の単位の付いた書き方。``件/年`` は ``件`` とも書かれる。"""
    unit = _plain(item.indicator.unit or "")
    return {**_AS_IT_IS, unit: Decimal(1), unit.partition("/")[0]: Decimal(1)}


def _figure(value: Value, units: Mapping[str, Decimal], place: Place) -> Iterator[Problem]:
    likely = _number_in(value, units)
    if likely is not None:
        yield Problem("M087", place, {"value": value, "likely": likely})


def _money(value: Value, place: Place) -> Iterator[Problem]:
    likely = _number_in(value, _THOUSAND_YEN)
    if likely is not None:
        yield Problem("M087", place, {"value": value, "likely": likely})
    elif isinstance(value, str) and _HAS_AMOUNT.search(_plain(value)):
        yield Problem("M088", place, {"value": value})
    elif isinstance(value, float) and in_thousands(value) != value:
        shown = printed(value, EFFECT_FORMAT)
        yield Problem("M089", place, {"value": printed(value), "shown": shown})


def _number_in(value: Value, units: Mapping[str, Decimal]) -> str | None:
    """文字が、数（と単位）だけなら、計画のデータに書く数。"""
    match = _NUMBER.fullmatch(_plain(value)) if isinstance(value, str) else None
    if match is None or match[3] not in units:
        return None
    number = Decimal(match[2].replace(",", "")) * units[match[3]]
    if number >= LARGEST_NUMBER:
        return None
    whole = number == number.to_integral_value()
    return ("-" if match[1] else "") + printed(int(number) if whole else float(number))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_SAME).split())
