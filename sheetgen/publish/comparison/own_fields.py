"""計画が自分で決めたこと（ことば、欄、評価の扱い、照会）を、計画の欄として比べる。"""

from __future__ import annotations

from sheetgen.plan.fields import MEASURE
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Of
from sheetgen.plan.scales import Scale
from sheetgen.publish.opendata.own_columns import codes_in, described
from sheetgen.publish.opendata.source import COUNTS

_LEVELS = {
    "subtitle": "題に続く字",
    "policy": "上の階層の名",
    "measure": "次の階層の名",
    "section": "三つめの階層の名",
    "item": "項目の名",
    "sheet": "様式の名",
    "revision": "毎年の見直しの名",
}
_OF = {Of.LAST_YEAR: "前の年度", Of.THIS_YEAR: "その年度", Of.COMING_YEARS: "先の年度"}


def said_fields(plan: Plan, other: Plan) -> dict[str, tuple[str, str]]:
    """計画が自分で決めたこと。``other`` は比べる相手で、どちらも決めていないことは、入らない。"""
    out: dict[str, tuple[str, str]] = {}
    for name, label in _LEVELS.items():
        is_there = plan.has(name) if name in (MEASURE, "section") else True
        if is_there and any(
            one.terms and getattr(one.terms, name) is not None for one in (plan, other)
        ):
            out[f"terms.{name}"] = (label, getattr(plan.words, name))
    for key, field in plan.field_table.items():
        theirs = other.field_table.get(key)
        if field.is_declared:
            meanings = "、".join(
                f"「{code}」は{meaning}"
                for code, meaning in codes_in(field).items()
                if code != meaning
            )
            said = f"{field.label}（{described(plan, field)}）"
            out[f"field.{key}"] = (f"欄「{field.label}」", f"{said}{meanings}")
        elif theirs is None or theirs.label != field.label:
            out[f"field.{key}"] = (f"欄「{field.label}」", field.label)
    if any(step.counts for one in (plan, other) for step in one.evaluation_scale):
        scale = Scale(plan.evaluation_scale)
        for step in plan.evaluation_scale:
            counts = scale.counts(step.grade)
            said = COUNTS[counts] if counts else ""
            out[f"counts.{step.grade}"] = (f"評価「{step.grade}」の扱い", said)
    for kind in plan.round_kinds:
        if kind.is_declared:
            asks = "、".join(one.label for key in kind.asks if (one := plan.field_table.get(key)))
            early = "暫定の答えを集める。" if kind.provisional else ""
            said = f"{kind.label}：{_OF[kind.of]}の{asks}を聞く。{early}"
            out[f"round.{kind.value}"] = (f"照会「{kind.label}」", said)
    return out
