"""JSONの場所を、人の知っている欄の名前に結びつける。

名は、モデルの欄の ``title``。同じ名を二度書かない。
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from sheetgen.plan.json_tree import Path
from sheetgen.plan.plan import Plan


class Location(NamedTuple):
    """計画のデータの中の一か所。``path`` はJSON path、``item`` は実施項目のID。"""

    path: str
    label: str | None
    item: str | None


def visible(text: str) -> str:
    """画面に出せない文字を ``\\uXXXX`` の形に書き換える。"""
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def _alternatives(annotation: Any) -> list[Any]:
    """型の書き方から、``Annotated`` と ``| None`` を外した候補を返す。"""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return [inner for part in get_args(annotation) for inner in _alternatives(part)]
    return [annotation]


def _tag(model: type[BaseModel]) -> object:
    """``type`` 欄で見分ける型の、その値。"""
    kind = model.model_fields.get("type")
    return get_args(kind.annotation)[0] if kind and get_origin(kind.annotation) is Literal else None


def _models(annotations: Iterable[Any]) -> list[type[BaseModel]]:
    return [a for a in annotations if isinstance(a, type) and issubclass(a, BaseModel)]


def _step(annotations: list[Any], part: str | int, node: object) -> tuple[list[Any], str | None]:
    """場所を一つ進み、その先の型と、欄の名前（あれば）を返す。"""
    models = _models(annotations)
    if models:
        if len(models) > 1 and isinstance(node, Mapping):
            models = [model for model in models if _tag(model) == node.get("type")] or models
        for model in models:
            field = model.model_fields.get(str(part))
            if field is not None:
                return _alternatives(field.annotation), field.title
        return [], None
    for annotation in annotations:
        arguments = get_args(annotation)
        if get_origin(annotation) is tuple:
            return _alternatives(arguments[0]), None
        if get_origin(annotation) is dict:
            return _alternatives(arguments[1]), None
    return [], None


def _is_tag(annotations: list[Any], part: str | int, node: object) -> bool:
    """pydanticが場所に挟む、種類の名（``item`` など）か。JSONにはない。"""
    models = _models(annotations)
    inside = isinstance(node, Mapping) and part in node
    return len(models) > 1 and not inside and part in [_tag(model) for model in models]


def _inner(node: object, part: str | int) -> object:
    if isinstance(node, Mapping) and isinstance(part, str):
        return node.get(part)
    if isinstance(node, Sequence) and not isinstance(node, str) and isinstance(part, int):
        return node[part] if part < len(node) else None
    return None


def _written(part: str | int, first: bool) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if not part.isidentifier():
        return f'["{visible(part)}"]'
    return part if first else f".{part}"


def locate(location: Path, data: object) -> Location:
    """場所の並びを、JSON path と欄の名前と実施項目のIDにする。"""
    annotations: list[Any] = [Plan]
    node = data
    path = ""
    label: str | None = None
    item: str | None = None
    for part in location:
        if _is_tag(annotations, part, node):
            continue
        annotations, title = _step(annotations, part, node)
        node = _inner(node, part)
        label = title or label
        path += _written(part, first=not path)
        if isinstance(node, Mapping) and node.get("type") == "item":
            identity = node.get("id")
            item = visible(identity) if isinstance(identity, str) else item
    return Location(path, label, item)
