"""だれの目にも見えない字と、それを除いた計画。"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sheetgen.plan.plan import Plan

UNSEEN = (
    "[\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2060-\u2064\u206a-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    # 絵文字をつなぐ U+200D は、一つの絵に見える。
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
    "|\u200d(?![\u2600-\u27bf\U0001f000-\U0001faff])"
)
"""見えない字（正規表現）。印刷すると、ハイフンになったり、同じに見える違いになったりする。"""
_FIND = re.compile(UNSEEN)


def without_unseen(plan: Plan) -> Plan:
    """見えない字を除いた計画。前の版が記録した字は、公表した年の控えからは除けない。"""
    return plan.model_copy(update=_changes(_fields(plan)))


def _fields(value: BaseModel) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).model_fields}


def _changes(fields: Mapping[str, Any]) -> dict[str, Any]:
    new = {name: _without(one) for name, one in fields.items()}
    return {name: one for name, one in new.items() if one is not fields[name]}


def _without(value: Any) -> Any:
    """値の中の文字から、見えない字を除いたもの。一つもなければ、そのままの値。"""
    if isinstance(value, str):
        return _FIND.sub("", value) if _FIND.search(value) else value
    if isinstance(value, BaseModel):
        changes = _changes(_fields(value))
        return value.model_copy(update=changes) if changes else value
    if isinstance(value, Mapping):
        changes = _changes(value)
        return {**value, **changes} if changes else value
    if isinstance(value, tuple):
        kept = tuple(_without(one) for one in value)
        return kept if any(new is not old for new, old in zip(kept, value, strict=True)) else value
    return value
