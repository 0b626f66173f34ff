"""計画が増やした欄、照会、ことばの、つじつま。JSON の値のまま点検する。"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sheetgen.plan import declared
from sheetgen.plan.declared import OFFICE, RESERVED
from sheetgen.plan.fields import MEASURE, NEEDED, VALUES, YEARS, built_in, is_omitted, shipped_keys
from sheetgen.plan.json_tree import (
    Inconsistency,
    Path,
    Tree,
    child,
    children,
    items_in,
    listed,
    policies_in,
)
from sheetgen.plan.omitted import GROUPS
from sheetgen.plan.round import BUILT_IN, FieldKind

Checks = Iterator[Inconsistency]


def _key(field: Tree) -> str:
    """増やした欄の、表での名。"""
    return f"{'' if field.get('per') == 'item' else YEARS}{VALUES}{field.get('key')}"


def _declared(plan: Tree) -> dict[str, Tree]:
    common = {one.key: one.model_dump(mode="json") for one in declared.COMMON_FIELDS}
    fields = [*common.values(), *(field for _, field in children(plan, "fields", ()))]
    return {_key(field): field for field in fields}


def _known(plan: Tree) -> set[str]:
    """この計画にある欄。"""
    omit = tuple(one for one in listed(plan, "omit") if isinstance(one, str))
    return {key for key in (*built_in(), *_declared(plan)) if not is_omitted(omit, key)}


def _rounds(plan: Tree) -> set[object]:
    return {one.value for one in BUILT_IN} | {
        one.get("key") for _, one in children(plan, "rounds", ())
    }


_PUBLISHED = "公表"
"""しまった計画の名に使うことば。照会の名には使えない。"""


def _keys(plan: Tree) -> Checks:
    """欄と照会の名が、一つずつであること。"""
    seen = {_key(one.model_dump(mode="json")) for one in declared.COMMON_FIELDS}
    for path, field in children(plan, "fields", ()):
        if _key(field) in seen:
            yield Inconsistency("key_twice", (*path, "key"), {"key": field.get("key")})
        seen.add(_key(field))
    rounds: list[object] = []
    names: list[object] = [*(one.label for one in BUILT_IN), _PUBLISHED]
    for path, one in children(plan, "rounds", ()):
        if one.get("key") in rounds:
            yield Inconsistency("key_twice", (*path, "key"), {"key": one.get("key")})
        elif one.get("key") in RESERVED:
            yield Inconsistency("round_reserved", (*path, "key"), {"key": one.get("key")})
        if one.get("name") in names:
            yield Inconsistency("name_twice", (*path, "name"), {"name": one.get("name")})
        rounds.append(one.get("key"))
        names.append(one.get("name"))


def _fields(plan: Tree) -> Checks:
    """増やした欄の言う照会、段階、ことばがあること。"""
    rounds, scales = _rounds(plan), child(plan, "scales")
    for path, field in children(plan, "fields", ()):
        asked, scale = field.get("asked"), field.get("scale")
        if isinstance(asked, str) and asked != OFFICE and asked not in rounds:
            facts = {"round": asked, "known": "、".join(sorted(map(str, rounds)))}
            yield Inconsistency("asked_unknown", (*path, "asked"), facts)
        if isinstance(scale, str) and scale not in scales:
            yield Inconsistency("scale_unknown", (*path, "scale"), {"scale": scale})
        if field.get("kind") == FieldKind.CHOICE.value and not listed(field, "choices"):
            yield Inconsistency("choices_missing", path, {"label": field.get("label")})


def _references(plan: Tree) -> Checks:
    """照会の聞く欄、ない欄、見出しを付ける欄が、あること。"""
    known = _known(plan)
    every = {*shipped_keys(), *_declared(plan)}
    for path, one in children(plan, "rounds", ()):
        for at, key in enumerate(listed(one, "asks")):
            if isinstance(key, str) and not any(is_omitted((key,), field) for field in known):
                yield Inconsistency("field_unknown", (*path, "asks", at), {"key": key})
    for at, key in enumerate(listed(plan, "omit")):
        if key in NEEDED:
            yield Inconsistency("field_needed", ("omit", at), {"key": key})
        elif key not in (*built_in(), *GROUPS, MEASURE):
            yield Inconsistency("field_unknown", ("omit", at), {"key": key})
    for key in child(child(plan, "terms"), "labels"):
        if key not in every:
            yield Inconsistency("field_unknown", ("terms", "labels", key), {"key": key})


def _levels(plan: Tree) -> Checks:
    """一つの階層だけの計画では、基本方針ごとに推進項目は一つ。"""
    if MEASURE not in listed(plan, "omit"):
        return
    for path, policy in policies_in(plan):
        count = len(listed(policy, "measures"))
        if count != 1:
            yield Inconsistency("one_level", (*path, "measures"), {"count": count})


def _values(plan: Tree) -> Checks:
    """増やした欄の値が、欄の言うとおりであること。"""
    fields = _declared(plan)
    for path, item in items_in(plan):
        yield from _held(plan, fields, "", path, item)
        for year_path, year in children(item, "years", path):
            yield from _held(plan, fields, YEARS, year_path, year)
            for at, name in enumerate(listed(year, "provisional")):
                if f"{YEARS}{name}" not in fields and f"{YEARS}{name}" not in built_in():
                    where = (*year_path, "provisional", at)
                    yield Inconsistency("field_unknown", where, {"key": name})


def _held(plan: Tree, fields: Mapping[str, Tree], prefix: str, path: Path, record: Tree) -> Checks:
    for key, value in child(record, "values").items():
        field, where = fields.get(f"{prefix}{VALUES}{key}"), (*path, "values", key)
        if field is None:
            yield Inconsistency("field_unknown", where, {"key": key})
            continue
        kind, options = field.get("kind"), _options(plan, field)
        if kind in _OF_OPTIONS and value is not None and value not in options:
            facts = {"value": value, "options": "・".join(map(str, options))}
            yield Inconsistency("option_unknown", where, facts)
        elif kind == FieldKind.TEXT.value and value is not None and not isinstance(value, str):
            yield Inconsistency("value_not_text", where, {"value": value})


_OF_OPTIONS = (FieldKind.GRADE.value, FieldKind.CHOICE.value)


def _options(plan: Tree, field: Tree) -> list[object]:
    if field.get("kind") == FieldKind.CHOICE.value:
        return listed(field, "choices")
    scales, name = child(plan, "scales"), field.get("scale")
    holder, key = (scales, name) if isinstance(name, str) else (plan, "evaluation_scale")
    steps = [step.get("grade") for _, step in children(holder, key, ())]
    past = [
        step.get("grade")
        for path, one in children(plan, "past_scales", ())
        for _, step in children(one, "grades", path)
    ]
    return steps if isinstance(name, str) else list(dict.fromkeys((*steps, *past)))


DECLARATION_CHECKS: tuple[Callable[[Tree], Checks], ...] = (
    _keys,
    _fields,
    _references,
    _levels,
    _values,
)
