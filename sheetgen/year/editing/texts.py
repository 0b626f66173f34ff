"""編集ブックの、名と文章の行：基本方針と推進項目、計画の概要の章。

章の文は、型をたどって並べる。並びの文には、その後ろに空の行を添え、書けば一つ増え、空にすれば
一つ減る。
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sheetgen.era import wareki
from sheetgen.plan.leaves import LeafKind, Steps, leaf_at, leaves_under, path_of, value_at
from sheetgen.plan.overview import Overview
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.plan.value import Value

SPARE, SPARE_OF_NEW = 1, 3
"""並びの文の後ろに添える空の行の数。章がまだないときは、多くする。"""
_NOT_SHOWN = {"parts"}
"""人が書き換えるものではない欄。"""


class TextLeaf(NamedTuple):
    """一つの文。``key`` はその場所、``text`` が None なら、まだない。"""

    key: str
    policy: int | None
    measure: int | None
    chapter: str
    label: str
    text: Value


def policy_leaves(plan: Plan) -> Iterator[TextLeaf]:
    """基本方針の名と文章、推進項目の名と☆の文章を、印刷の順に返す。"""
    for p, policy in enumerate(plan.policies):
        for name in ("name", "description"):
            label = Policy.model_fields[name].title or ""
            key = f"policies[{p}].{name}"
            yield TextLeaf(key, policy.number, None, "", label, getattr(policy, name))
        for m, measure in enumerate(policy.measures):
            at, numbers = f"policies[{p}].measures[{m}]", (policy.number, measure.number)
            label = Measure.model_fields["name"].title or ""
            yield TextLeaf(f"{at}.name", *numbers, "", label, measure.name)
            label = Measure.model_fields["notes"].title or ""
            for n, note in enumerate((*measure.notes, None)):
                yield TextLeaf(f"{at}.notes[{n}]", *numbers, "", label, note)


def overview_leaves(plan: Plan) -> Iterator[TextLeaf]:
    """計画の概要の章の、すべての文を、型の順に返す。ない章の文も、空で返す。"""
    tree = plan.model_dump(mode="json")
    for name, info in Overview.model_fields.items():
        chapter = info.title or ""
        steps: Steps = ("overview", name)
        for path, label in leaves_under(tree, steps, _spare):
            if path[-2] not in _NOT_SHOWN:
                text = _value(tree, path)
                yield TextLeaf(path_of(path), None, None, chapter, label or chapter, text)


def _spare(is_there: bool) -> int:
    return SPARE if is_there else SPARE_OF_NEW


def _value(tree: Any, steps: Steps) -> Any:
    try:
        value = value_at(tree, steps)
    except (LookupError, TypeError):
        return None
    leaf = leaf_at(steps)
    if leaf is not None and leaf.kind is LeafKind.YEAR and value is not None:
        return wareki(value)
    return value
