"""記入欄に添える、入力規則と案内。"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sheetgen.messages.guidance import Guidance, guidance
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, InputField
from sheetgen.plan.value import Value
from sheetgen.xlsx.filled import Validation

_LONGEST_LIST = 255
"""入力規則に直に書ける一覧の長さの上限。"""


class OpenInput(NamedTuple):
    """開いている記入欄。``capacity`` は、印刷で入る全角の字数、``note`` は案内に添える文。"""

    ref: str
    field: InputField
    capacity: int
    note: str = ""


def validations(
    plan: Plan,
    item: Item,
    inputs: tuple[OpenInput, ...],
    marks: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Validation, ...]:
    """開いている欄の入力規則。``marks`` にある欄の案内は、直してもらうわけにする。"""
    return tuple(_marked(_validation(plan, item, one), marks.get(one.field.path)) for one in inputs)


def _marked(rule: Validation, reason: str | None) -> Validation:
    return rule._replace(prompt=_cut(reason, 255)) if reason else rule


def _validation(plan: Plan, item: Item, one: OpenInput) -> Validation:
    kind = one.field.kind
    field = plan.field(one.field.path)
    if kind is FieldKind.GRADE:
        scale = field.scale if field else plan.evaluation_scale
        return _listed(one, "grade", {step.grade: step.meaning for step in scale})
    if kind is FieldKind.CHOICE:
        return _listed(one, "choice", dict.fromkeys(one.field.choices, ""))
    if kind is FieldKind.TEXT:
        return _checked(
            one, "textLength", (str(one.capacity),), guidance("text"), {"capacity": one.capacity}
        )
    # 増やした数の欄に単位はなく、いつも数で書く。どの計画にもある数の欄は、指標の値である。
    is_own = field is not None and field.is_declared
    facts = {"unit": item.indicator.unit or "なし", "money": plan.words.money}
    if kind is FieldKind.MONEY or is_own or _is_figure(item, one.field):
        # 「-」は公式の書き方なので、数と同じく黙って受け取る。
        formula = f'OR(ISNUMBER({one.ref}),{one.ref}="-",{one.ref}="ー")'
        figure = "number" if is_own else "figure"
        words = guidance("money" if kind is FieldKind.MONEY else figure)
        return _checked(one, "custom", (formula,), words, facts)
    return _checked(one, "none", (), guidance("words"), facts)


def _is_figure(item: Item, field: InputField) -> bool:
    """この年度の目標が数なら、実績も数で書く。"""
    targets: list[Value] = [y.target for y in item.years if y.fiscal_year == field.year]
    return bool(targets) and isinstance(targets[0], (int, float))


def _listed(one: OpenInput, words: str, shown: Mapping[str, str]) -> Validation:
    """一覧から選ぶ欄。``words`` は案内の種類、``shown`` は選べるものと、その意味。"""
    meanings = "\n".join(f"{name} {meaning}".rstrip() for name, meaning in shown.items())
    listed = '"' + ",".join(shown) + '"'
    facts = {"grades": "、".join(shown), "meanings": meanings}
    if len(listed) > _LONGEST_LIST or any(mark in name for name in shown for mark in ',"'):
        return _checked(one, "none", (), guidance("grade_typed"), facts)
    return _checked(one, "list", (listed,), guidance(words), facts, strict=True)


def _checked(
    one: OpenInput,
    kind: str,
    formulas: tuple[str, ...],
    words: Guidance,
    facts: Mapping[str, object],
    strict: bool = False,
) -> Validation:
    return Validation(
        ref=one.ref,
        kind=kind,
        formulas=formulas,
        strict=strict,
        operator="lessThanOrEqual" if kind == "textLength" else "",
        prompt_title=_cut(one.field.label, 32),
        prompt=_cut(words.prompt.format(**facts) + one.note, 255),
        error_title=_cut(words.error_title, 32),
        error=_cut(words.error.format(**facts), 225),
    )


def _cut(text: str, limit: int) -> str:
    """Excel の数え方（UTF-16 の単位）で ``limit`` 字までに切る。"""
    if len(text.encode("utf-16-le")) // 2 <= limit:
        return text
    kept = text.encode("utf-16-le")[: 2 * (limit - 1)]
    return kept.decode("utf-16-le", errors="ignore") + "…"
