"""目に見えない書き方の違いと、それをなくした計画。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from sheetgen.plan.plan import Plan

_ALONE = (
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2060-\u2064\u206a-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
UNSEEN = (
    f"[{_ALONE}]"
    # 絵文字をつなぐ U+200D は、一つの絵に見える。
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
    "|\u200d(?![\u2600-\u27bf\U0001f000-\U0001faff])"
)
"""見えない字（正規表現）。印刷すると、ハイフンになったり、同じに見える違いになったりする。"""
_FIND = re.compile(UNSEEN)
_MAY_BE_UNSEEN = re.compile(f"[{_ALONE}\u200d]")


# 濁点などを、前の字に重ねる字。NFC の全体は使わない。それは、見た目の違う異体字まで替える。
_MARKS = "\u0300-\u036f\u3099\u309a"
_DECOMPOSED = re.compile(f"[^{_MARKS}][{_MARKS}]+")
_MARK = re.compile(f"[{_MARKS}]")
Change = Callable[[str], str]


def without_unseen(plan: Plan) -> Plan:
    """見えない字を除いた計画。前の版が記録した字は、公表した年の控えからは除けない。"""
    return _rewritten(plan, _MAY_BE_UNSEEN, lambda text: _FIND.sub("", text))


def composed(plan: Plan) -> Plan:
    """濁点などを分けて書いた字（NFD）を、一つの字（NFC）にした計画。見た目は同じ。"""
    return _rewritten(plan, _MARK, composed_text)


def composed_text(text: str) -> str:
    """濁点などを分けて書いた字を、一つの字にした文字。"""
    return _DECOMPOSED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def texts_in(value: Any) -> Iterator[str]:
    """計画の中の文字を、すべて返す。"""
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts_in(getattr(value, name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from texts_in(one)


def _rewritten(plan: Plan, sought: re.Pattern[str], change: Change) -> Plan:
    # ほとんどの計画には一つもない。欄を一つずつ見る前に、全体を一続きの文字にして探す。
    if sought.search(plan.model_dump_json()) is None:
        return plan
    changes = _changes(_fields(plan), change)
    return plan.model_copy(update=changes) if changes else plan


def _fields(value: BaseModel) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).model_fields}


def _changes(fields: Mapping[str, Any], change: Change) -> dict[str, Any]:
    new = {name: _changed(one, change) for name, one in fields.items()}
    return {name: one for name, one in new.items() if one is not fields[name]}


def _changed(value: Any, change: Change) -> Any:
    """値の中の文字を書き換えたもの。一つも変わらなければ、そのままの値。"""
    if isinstance(value, str):
        new = change(value)
        return value if new == value else new
    if isinstance(value, BaseModel):
        changes = _changes(_fields(value), change)
        return value.model_copy(update=changes) if changes else value
    if isinstance(value, Mapping):
        changes = _changes(value, change)
        return {**value, **changes} if changes else value
    if isinstance(value, tuple):
        kept = tuple(_changed(one, change) for one in value)
        return kept if any(new is not old for new, old in zip(kept, value, strict=True)) else value
    return value
