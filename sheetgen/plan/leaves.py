"""計画のデータの一つ一つの値：JSON の中の場所の書き方と、値の種類。

場所は ``policies[0].measures[1].entries[3].overview.title`` の形。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from sheetgen.plan.fields import VALUES
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import About, FieldKind
from sheetgen.plan.text import check_line

Steps = tuple[str | int, ...]
_STEP = re.compile(r'\.?([^\W\d]\w*)|\[(\d+)\]|\["([^"]*)"\]')


class LeafKind(StrEnum):
    """値の種類。"""

    TEXT = "text"
    LINE = "line"
    FIGURE = "figure"
    MONEY = "money"
    GRADE = "grade"
    CHOICE = "choice"
    YEAR = "year"
    MONTH = "month"
    CODE = "code"
    FORMAT = "format"
    ITEM = "item"
    FLAG = "flag"


class Leaf(NamedTuple):
    """一つの値の欄。``nullable`` が真なら、空欄は ``null``。``label`` は欄の名。"""

    kind: LeafKind
    nullable: bool
    label: str


def steps_of(path: str) -> Steps:
    """場所の文字を、一歩ずつにする。

    :raises ValueError: 場所の書き方でない。
    """
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            raise ValueError(path)
        name, index, key = found.groups()
        steps.append(int(index) if index is not None else name if name is not None else key)
        at = found.end()
    return tuple(steps)


def path_of(steps: Steps) -> str:
    """一歩ずつの場所を、文字にする。"""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif not step.isidentifier():
            text += f'["{step}"]'
        else:
            text += f".{step}" if text else step
    return text


def value_at(tree: Any, steps: Steps) -> Any:
    """JSON としての計画の、その場所の値。

    :raises LookupError: その場所がない。
    """
    for step in steps:
        if tree is None:
            raise LookupError(path_of(steps))
        tree = tree[step]
    return tree


def address_of(tree: Any, steps: Steps) -> tuple[str | None, str]:
    """その場所の、実施項目のID（計画の全体のことなら None）と、記録簿の道。

    実施項目の中の道は、並びが動いても変わらない。``tree`` は JSON としての計画。
    """
    for length in (3, 6):
        try:
            record = value_at(tree, steps[:length]) if len(steps) > length else None
        except (LookupError, TypeError):
            continue
        if isinstance(record, dict) and record.get("type") == "item":
            rest = steps[length:]
            if rest[0] == "initiatives":
                return record["id"], f"initiatives[{rest[1]}]"
            inner = path_of(rest)
            of_form = inner == "overall_grade" or inner.startswith(VALUES)
            return record["id"], f"item.{inner}" if of_form else inner
    return None, path_of(steps)


_BY_NAME = {
    "introduced": LeafKind.YEAR,
    "first_year": LeafKind.YEAR,
    "last_year": LeafKind.YEAR,
    "published": LeafKind.MONTH,
    "municipality_code": LeafKind.CODE,
    "number_format": LeafKind.FORMAT,
    "item_id": LeafKind.ITEM,
    "sample_item_id": LeafKind.ITEM,
    "is_new": LeafKind.FLAG,
}
"""型だけでは分からない種類。"""


_OF_FIELD = {
    FieldKind.FIGURE: LeafKind.FIGURE,
    FieldKind.MONEY: LeafKind.MONEY,
    FieldKind.GRADE: LeafKind.GRADE,
    FieldKind.CHOICE: LeafKind.CHOICE,
}
"""欄の種類から。文は、一行かどうかを型が言う。"""


def leaf_at(steps: Steps, plan: Plan | None = None) -> Leaf | None:
    """その場所の値の種類。人の直せる一つの値の場所でなければ ``None``。

    計画が増やした欄（``values`` の中）の種類は、``plan`` が言う。
    """
    if len(steps) > 1 and steps[-2] == VALUES.rstrip("."):
        found = plan.field(path_of(steps)) if plan is not None else None
        kind = _OF_FIELD.get(found.kind, LeafKind.TEXT) if found else None
        return Leaf(kind, True, found.label) if found and kind else None
    kinds: list[Any] = [Plan]
    info: FieldInfo | None = None
    for step in steps:
        if isinstance(step, int):
            kinds = [kind for one in kinds if get_origin(one) is tuple for kind in _parts(one, 0)]
            continue
        fields = [one.model_fields[step] for one in _models(kinds) if step in one.model_fields]
        if fields:
            info = fields[0]
            kinds = _alternatives(_written(info))
        else:
            kinds = [kind for one in kinds if get_origin(one) is dict for kind in _parts(one, 1)]
    about = next((one for one in info.metadata if isinstance(one, About)), None) if info else None
    known = _OF_FIELD.get(about.kind) if about else None
    kind = known or _kind(kinds, steps)
    if info is None or kind is None:
        return None
    # 並びの中の文は、空なら並びから除く。null とは書かない。
    listed = isinstance(steps[-1], int) or steps[-1] not in _named(info, steps)
    return Leaf(kind, not listed and _is_nullable(info), info.title or "")


def leaves_under(
    tree: Any, steps: Steps, spare: Callable[[bool], int]
) -> Iterator[tuple[Steps, str]]:
    """その場所の中の値の場所と名を、型の順に返す。

    並びには、その後ろの空の場所も ``spare``（並びのある記録がもうあるか）の数だけ加える。
    """
    kinds: list[Any] = [Plan]
    for step in steps:
        kinds = _alternatives(_written(_models(kinds)[0].model_fields[str(step)]))
    yield from _under(tree, steps, kinds, "", spare)


def _under(
    tree: Any, steps: Steps, kinds: list[Any], before: str, spare: Callable[[bool], int]
) -> Iterator[tuple[Steps, str]]:
    models = _models(kinds)
    if not models:
        yield steps, before
    for name, info in models[0].model_fields.items() if models else ():
        here, label = (*steps, name), f"{before}{info.title}"
        inner = _alternatives(_written(info))
        if get_origin(inner[0]) is not tuple:
            yield from _under(tree, here, inner, label, spare)
            continue
        element = _parts(inner[0], 0)
        count = len(_found(tree, here) or ()) + spare(_found(tree, steps) is not None)
        for at in range(count):
            words = f"{label}（{at + 1}）" + (" " if _models(element) else "")
            yield from _under(tree, (*here, at), element, words, spare)


def _found(tree: Any, steps: Steps) -> Any:
    try:
        return value_at(tree, steps)
    except (LookupError, TypeError):
        return None


def _named(info: FieldInfo, steps: Steps) -> tuple[str | int, ...]:
    return steps if get_origin(_base(info.annotation)) is not dict else ()


def _kind(kinds: list[Any], steps: Steps) -> LeafKind | None:
    if len(kinds) != 1 and not all(_base(one) in (int, float, str) for one in kinds):
        return None
    name = next(step for step in reversed(steps) if isinstance(step, str))
    if name in _BY_NAME:
        return _BY_NAME[name]
    if len(kinds) > 1:
        return LeafKind.FIGURE
    if not kinds or _base(kinds[0]) is not str:
        return None
    return LeafKind.LINE if check_line in _checks(kinds[0]) else LeafKind.TEXT


def _written(info: FieldInfo) -> Any:
    """欄の型を、書き添えた決まりとともに。"""
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation


def _alternatives(kind: Any) -> list[Any]:
    """``| None`` を外した候補。"""
    base = _base(kind)
    if get_origin(base) in (tuple, dict):
        return [base]
    inner = [one for one in get_args(base) if one is not type(None)]
    return [found for one in inner for found in _alternatives(one)] if inner else [kind]


def _parts(kind: Any, at: int) -> list[Any]:
    return _alternatives(get_args(kind)[at])


def _base(kind: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind


def _checks(kind: Any) -> list[Any]:
    """型に書き添えた点検の関数。"""
    found: list[Any] = []
    while get_origin(kind) is Annotated:
        found += [one.func for one in get_args(kind)[1:] if isinstance(one, BeforeValidator)]
        kind = get_args(kind)[0]
    return found


def _models(kinds: list[Any]) -> list[type[BaseModel]]:
    bases = [_base(one) for one in kinds]
    return [one for one in bases if isinstance(one, type) and issubclass(one, BaseModel)]


def _is_nullable(info: FieldInfo) -> bool:
    return type(None) in get_args(_base(info.annotation))


def blank_record(steps: Steps) -> dict[str, Any]:
    """その場所の記録の、何も書いていない形。並びは空、文は空の文、ほかは ``null``。"""
    kinds: list[Any] = [Plan]
    for step in steps:
        if isinstance(step, int):
            kinds = [kind for one in kinds if get_origin(one) is tuple for kind in _parts(one, 0)]
        else:
            info = next(one.model_fields[step] for one in _models(kinds))
            kinds = _alternatives(_written(info))
    return _blank_model(_models(kinds)[0])


def _blank_model(model: type[BaseModel]) -> dict[str, Any]:
    """決めなければ保存しない欄は、持たない。"""
    return {
        name: _blank_of(info)
        for name, info in model.model_fields.items()
        if info.exclude_if is None
    }


def _blank_of(info: FieldInfo) -> Any:
    inner = _alternatives(_written(info))
    if get_origin(inner[0]) is tuple:
        return []
    models = _models(inner)
    if _is_nullable(info) or not models:
        return None if _is_nullable(info) else ""
    return _blank_model(models[0])
