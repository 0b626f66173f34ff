"""JSON の値のままの計画をたどる。形の違う所は飛ばすので、壊れたファイルにも使える。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
Tree = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """合わない一か所。``kind`` は種類、``facts`` は文面に入れる値。"""

    kind: str
    path: Path
    facts: Mapping[str, object] = field(default_factory=dict)


def children(node: Tree, key: str, path: Path) -> Iterator[tuple[Path, Tree]]:
    """``node[key]`` の並びのうち、欄を持つ要素だけを場所とともに返す。"""
    values = node.get(key)
    if isinstance(values, Sequence) and not isinstance(values, str):
        for index, value in enumerate(values):
            if isinstance(value, Mapping):
                yield (*path, key, index), value


def child(node: Tree, key: str) -> Tree:
    """``node[key]``。欄を持つものでなければ空。"""
    value = node.get(key)
    return value if isinstance(value, Mapping) else {}


def listed(node: Tree, key: str) -> list[object]:
    """``node[key]`` の並び。並びでなければ空。"""
    values = node.get(key)
    return list(values) if isinstance(values, Sequence) and not isinstance(values, str) else []


def years_in(plan: Tree) -> list[int]:
    """計画年度。"""
    return [year for year in listed(plan, "fiscal_years") if type(year) is int]


def policies_in(plan: Tree) -> Iterator[tuple[Path, Tree]]:
    """上の階層を、場所とともに返す。"""
    return children(plan, "policies", ())


def measures_in(plan: Tree) -> Iterator[tuple[Path, Tree]]:
    """次の階層を、場所とともに返す。"""
    for path, policy in policies_in(plan):
        yield from children(policy, "measures", path)


def entries_in(plan: Tree, entry_type: str) -> Iterator[tuple[Path, Tree]]:
    """その種類の行（``item``・``cross_reference``）を、場所とともに返す。"""
    for path, measure in measures_in(plan):
        for entry_path, entry in children(measure, "entries", path):
            if entry.get("type") == entry_type:
                yield entry_path, entry


def ended_in(plan: Tree) -> Iterator[tuple[Path, Tree]]:
    """終わった実施項目。"""
    for path, one in children(plan, "ended_items", ()):
        yield (*path, "item"), child(one, "item")


def items_in(plan: Tree) -> Iterator[tuple[Path, Tree]]:
    """いまの項目と終わった項目を、場所とともに返す。"""
    yield from entries_in(plan, "item")
    yield from ended_in(plan)
