"""式の中の名前が、渡される値の型にあるかを確かめる。

データなしで調べるので、どの実施項目も通らない枝の打ち間違いも見つかる。
"""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import nodes


@dataclass(frozen=True, slots=True)
class UnknownName:
    """知らない名前。``path`` は書かれたまま、``near`` は似た名前（なければ空）。"""

    path: str
    near: str


def _members(kind: type) -> dict[str, object]:
    """型の、属性の名前と型。プロパティを含む。"""
    declared = getattr(kind, "model_fields", None)
    found: dict[str, object] = (
        {name: field.annotation for name, field in declared.items()}
        if declared is not None
        else dict(typing.get_type_hints(kind))
    )
    for base in reversed(kind.__mro__):
        if not _is_record(base):
            continue
        for name, value in vars(base).items():
            if isinstance(value, property) and value.fget is not None:
                found[name] = typing.get_type_hints(value.fget).get("return", object)
    return {name: value for name, value in found.items() if not name.startswith("_")}


def _plain(kind: object) -> object:
    """``Annotated`` と ``X | None`` の中身の型。分からなければ ``object``。"""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return _plain(typing.get_args(kind)[0])
    if origin in (typing.Union, types.UnionType):
        rest = [one for one in typing.get_args(kind) if one is not types.NoneType]
        return _plain(rest[0]) if len(rest) == 1 else object
    return kind


def _element(kind: object) -> object:
    kind = _plain(kind)
    args = typing.get_args(kind)
    if typing.get_origin(kind) in (tuple, list) and args:
        return _plain(args[0])
    if typing.get_origin(kind) is dict and len(args) == 2:
        return _plain(args[1])
    return object


def _is_record(kind: object) -> bool:
    return isinstance(kind, type) and kind.__module__.startswith("sheetgen.")


def written(node: nodes.Node) -> str:
    """式の木を、書かれた形（``years[1].result.text``）に戻す。読めない所は ``…``。"""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{written(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{written(node.node)}[{node.arg.value!r}]"
    return "…"


def type_of(node: nodes.Node, scope: dict[str, object]) -> object:
    """式の型。``scope`` は使える名前とその型。分からなければ ``object``。

    :raises LookupError: 名がない。引数は UnknownName。
    """
    if isinstance(node, nodes.Name):
        if node.name not in scope:
            raise LookupError(_unknown(node, node.name, scope))
        return _plain(scope[node.name])
    if isinstance(node, nodes.Getattr):
        parent = type_of(node.node, scope)
        if not _is_record(parent):
            return object
        assert isinstance(parent, type)
        members = _members(parent)
        if node.attr not in members:
            raise LookupError(_unknown(node, node.attr, members))
        return _plain(members[node.attr])
    if isinstance(node, nodes.Getitem):
        return _element(type_of(node.node, scope))
    return object


def _unknown(node: nodes.Node, name: str, known: Iterable[str]) -> UnknownName:
    near = difflib.get_close_matches(name, list(known), n=1)
    path = written(node)
    return UnknownName(path, path[: len(path) - len(name)] + near[0] if near else "")


def unknown_names(tree: nodes.Node, scope: dict[str, object]) -> list[UnknownName]:
    """式の木にある知らない名前をすべて返す。繰り返しや代入で作った名前は除く。"""
    local = {
        name.name: object for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")
    }
    found: list[UnknownName] = []
    for chain in _chains(tree):
        try:
            type_of(chain, {**local, "loop": object, **scope} | local)
        except LookupError as error:
            found.append(error.args[0])
    return found


def written_paths(tree: nodes.Node) -> list[str]:
    """式の木にある道を、書かれた順に返す。"""
    return [written(chain) for chain in _chains(tree)]


def _chains(node: nodes.Node) -> Iterator[nodes.Node]:
    """名前・属性・添字の、いちばん外側のつながり。"""
    if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
        if not (isinstance(node, nodes.Name) and node.ctx != "load"):
            yield node
        if isinstance(node, nodes.Getitem):
            yield from _chains(node.arg)
        return
    for child in node.iter_child_nodes():
        yield from _chains(child)


def field_title(tree: nodes.Node, scope: dict[str, object]) -> str | None:
    """式が最初に挙げる、計画のデータの欄の見出し。なければ ``None``。"""
    for chain in _chains(tree):
        if not isinstance(chain, nodes.Getattr):
            continue
        try:
            parent = type_of(chain.node, scope)
        except LookupError:
            continue
        field = getattr(parent, "model_fields", {}).get(chain.attr)
        if field is not None and field.title:
            return str(field.title)
    return None


def element_type(node: nodes.Node, scope: dict[str, object]) -> object:
    """繰り返しの元になる式の、一つ一つの型。分からなければ ``object``。"""
    try:
        return _element(type_of(node, scope))
    except LookupError:
        return object
