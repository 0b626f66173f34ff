"""セルの中の Jinja2 の式を読み、名前を確かめ、値にする。

データなしで調べるので、どの実施項目も通らない枝の打ち間違いも見つかる。

一つの式だけのセルは、値そのものになり、数は数のまま。ほかの文字が混ざれば、文字列になる。
知らない名は誤りとし、空にはしない。
"""

from __future__ import annotations

import difflib
import functools
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from jinja2 import Environment, StrictUndefined, TemplateError, Undefined, nodes
from jinja2.sandbox import SandboxedEnvironment

from sheetgen import era


class UnknownName(NamedTuple):
    """知らない名前。``path`` は書かれたまま、``near`` は似た名前（なければ空）。"""

    path: str
    near: str


@functools.cache
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


@functools.lru_cache(maxsize=1024)
def written_paths(tree: nodes.Node) -> tuple[str, ...]:
    """式の木にある道を、書かれた順に返す。"""
    return tuple(written(chain) for chain in _chains(tree))


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


Context = Mapping[str, Any]


class Linked(NamedTuple):
    """値と、そのセルから飛ぶ先のシートの名、そのシートのセル。"""

    value: Any
    sheet: str | None
    cell: str | None = None


class ExpressionError(ValueError):
    """式が正しくない、または値を求められない。"""


class UnknownFilterError(ExpressionError):
    """知らないフィルター。``near`` は似た名前（なければ空）。"""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.near = next(iter(difflib.get_close_matches(name, FILTERS, n=1)), "")


class _Environment(SandboxedEnvironment):
    """``values.items`` のような道でも、計画の値を先に見る。"""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """属性か、対応する値。"""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def _environment() -> Environment:
    environment = _Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters.update(
        wareki=era.wareki,
        wareki_full=era.wareki_full,
        wareki_short=era.wareki_short,
        circled=era.circled,
        link=Linked,
    )
    environment.finalize = _finalize
    return environment


def _finalize(value: Any) -> Any:
    """文の中に埋める値。リンクはセルに一つなので、文の中には置けない。"""
    if isinstance(value, Linked):
        raise ExpressionError("link")
    return "" if value is None else value


_ENVIRONMENT = _environment()
FILTERS = ("wareki", "wareki_full", "wareki_short", "circled", "link")
"""様式のために足したフィルター。"""


@dataclass(frozen=True, slots=True)
class Expression:
    """読み取ったセルの式。``path`` は、一つの道だけからなるときのその道。"""

    text: str
    path: str | None
    tree: nodes.Template
    _evaluate: Callable[[Context], Any]

    def evaluate(self, context: Context) -> Any:
        """値を求める。

        :raises ExpressionError: その値がデータにない、または式がその値を扱えない。
        """
        try:
            value = self._evaluate(context)
            if isinstance(value, Undefined):
                raise ExpressionError(_missing(value))
        except ExpressionError:
            raise
        except Exception as error:  # 式は人が書く。何が起きても、その式の誤りである
            raise ExpressionError(str(error)) from error
        return value

    def unknown_names(self, scope: Mapping[str, object]) -> list[UnknownName]:
        """``scope``（使える名前と型）にない名前。"""
        return unknown_names(self.tree, dict(scope))

    @property
    def is_conditional(self) -> bool:
        """「あるときだけ」（``if``）を含む式か。"""
        return next(self.tree.find_all((nodes.If, nodes.CondExpr)), None) is not None

    def title(self, scope: Mapping[str, object]) -> str | None:
        """式が見せる計画のデータの欄の見出し。欄を見せる式でなければ ``None``。"""
        return field_title(self.tree, dict(scope))

    def names(self) -> set[str]:
        """外から受け取る名前。"""
        stored = {n.name for n in self.tree.find_all(nodes.Name) if n.ctx != "load"}
        return {n.name for n in self.tree.find_all(nodes.Name) if n.ctx == "load"} - stored

    def paths(self) -> tuple[str, ...]:
        """式にある道（``years[0].plan`` など）。"""
        return written_paths(self.tree)


def _missing(value: Undefined) -> str:
    return value._undefined_message


@functools.lru_cache(maxsize=1024)
def compile_cell(text: str) -> Expression:
    """セルの文字を式として読む。同じ文字のセルは多いので、読んだものを使い回す。

    :raises ExpressionError: Jinja2 として読めない、または知らないフィルターがある。
    """
    try:
        tree = _ENVIRONMENT.parse(text)
        for used in tree.find_all(nodes.Filter):
            if used.name not in _ENVIRONMENT.filters:
                raise UnknownFilterError(used.name)
        # 注記のあるセルは、式だけを切り出せないので、文として読む。
        single = None if "{#" in text else _single_expression(tree)
        if single is None:
            template = _ENVIRONMENT.from_string(text)
            return Expression(text, None, tree, lambda context: template.render(context))
        steps = _steps(single)
        if steps is not None:
            return Expression(text, written(single), tree, _walker(steps))
        filtered = _filtered_walker(single)
        if filtered is not None:
            return Expression(text, None, tree, filtered)
        source = text.strip()[2:-2].strip("-+")
        compiled = _ENVIRONMENT.compile_expression(source, undefined_to_none=False)
        return Expression(text, None, tree, lambda context: compiled(**context))
    except TemplateError as error:
        raise ExpressionError(error.message or str(error)) from error


def _single_expression(tree: nodes.Template) -> nodes.Expr | None:
    """セルが一つの式だけなら、その式。"""
    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
        return None
    shown = tree.body[0].nodes
    if len(shown) != 1 or isinstance(shown[0], nodes.TemplateData):
        return None
    return shown[0]


def _steps(node: nodes.Node) -> list[str | int] | None:
    """名前・属性・添字だけの道なら、その一歩一歩。"""
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        parent = _steps(node.node)
        # 下線で始まる名前は Python の内側のもの。Jinja の砂場に断らせる。
        if parent is None or node.attr.startswith("_"):
            return None
        return [*parent, node.attr]
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        parent = _steps(node.node)
        value = node.arg.value
        return [*parent, value] if parent is not None and isinstance(value, int) else None
    return None


def _walker(steps: list[str | int]) -> Callable[[Context], Any]:
    """道をたどる関数。Jinja の評価を通さないのは、欄の大半がこの形だからである。"""
    name, rest = steps[0], steps[1:]

    def walk(context: Context) -> Any:
        value = context[str(name)]
        for step in rest:
            by_key = isinstance(step, int) or isinstance(value, Mapping)
            value = value[step] if by_key else getattr(value, str(step))
        return value

    return walk


def _filtered_walker(node: nodes.Expr) -> Callable[[Context], Any] | None:
    """``道 | 様式のフィルター`` の形なら、その関数。年度や番号の欄はほとんどこの形である。"""
    if not isinstance(node, nodes.Filter) or node.name not in FILTERS or node.kwargs:
        return None
    chains = [_steps(one) for one in (node.node, *node.args) if one is not None]
    if None in chains or node.dyn_args or node.dyn_kwargs:
        return None
    walkers = [_walker(steps) for steps in chains if steps is not None]
    function = _ENVIRONMENT.filters[node.name]
    return lambda context: function(*[walk(context) for walk in walkers])


@dataclass(frozen=True, slots=True)
class Loop:
    """行の繰り返し。``rest`` は、印を除いた最初のセルの文字。"""

    target: str
    rest: str
    tree: nodes.For
    _items: Callable[[Context], Iterable[Any]]

    @property
    def source(self) -> str:
        """並べたものの名（``entries`` など）。名一つだけの式でなければ空。"""
        return self.tree.iter.name if isinstance(self.tree.iter, nodes.Name) else ""

    def contexts(self, context: Context) -> list[Context]:
        """一回ごとの名前と値。

        :raises ExpressionError: その一覧がデータにない。
        """
        try:
            return [{**context, self.target: one} for one in self._items(context)]
        except Exception as error:  # 式は人が書く。何が起きても、その式の誤りである
            raise ExpressionError(str(error)) from error

    def scope(self, scope: Mapping[str, object]) -> dict[str, object]:
        """繰り返しの中で使える名前と型。"""
        return {**scope, self.target: element_type(self.tree.iter, dict(scope))}

    def names(self) -> set[str]:
        """並びの式が外から受け取る名前。"""
        return _names_in(self.tree.iter)

    def unknown_names(self, scope: Mapping[str, object]) -> list[UnknownName]:
        """並びと条件にある、知らない名前。"""
        found = unknown_names(self.tree.iter, dict(scope))
        if self.tree.test is not None:
            found += unknown_names(self.tree.test, self.scope(scope))
        return found


@dataclass(frozen=True, slots=True)
class Condition:
    """あるときだけ入る行。``rest`` は、印を除いた最初のセルの文字。"""

    rest: str
    test: nodes.Node
    _holds: Callable[[Context], bool]

    def contexts(self, context: Context) -> list[Context]:
        """成り立てば一回、成り立たなければ一回もない。

        :raises ExpressionError: 条件を確かめられない。
        """
        try:
            return [context] if self._holds(context) else []
        except Exception as error:  # 式は人が書く。何が起きても、その式の誤りである
            raise ExpressionError(str(error)) from error

    def scope(self, scope: Mapping[str, object]) -> dict[str, object]:
        """行の中で使える名前と型。外と同じ。"""
        return dict(scope)

    def names(self) -> set[str]:
        """条件が外から受け取る名前。"""
        return _names_in(self.test)

    def unknown_names(self, scope: Mapping[str, object]) -> list[UnknownName]:
        """条件にある、知らない名前。"""
        return unknown_names(self.test, dict(scope))


def _names_in(node: nodes.Node) -> set[str]:
    found = {one.name for one in node.find_all(nodes.Name)}
    return found | ({node.name} if isinstance(node, nodes.Name) else set())


def _opening(text: str) -> tuple[str, str, str] | None:
    """このセルでは閉じない印で始まる文字を、（``for`` か ``if``、印、残り）に分ける。"""
    stripped = text.lstrip()
    end = stripped.find("%}") + 2
    if not stripped.startswith("{%") or end < 2:
        return None
    word = "".join(stripped[:end].strip("{%-+} \n").split(None, 1)[:1])
    if word not in ("for", "if") or f"end{word}" in text:
        return None
    return word, stripped[:end], stripped[end:]


@functools.lru_cache(maxsize=1024)
def compile_condition(text: str) -> Condition | None:
    """``{% if … %}`` で始まり、このセルでは閉じない文字なら、条件を返す。

    :raises ExpressionError: タグが読めない。
    """
    found = _opening(text)
    if found is None or found[0] != "if":
        return None
    _, tag, rest = found
    try:
        tree = _ENVIRONMENT.parse(tag + "{% endif %}").body[0]
        assert isinstance(tree, nodes.If)
        asked = _ENVIRONMENT.from_string(tag + "1{% endif %}")
    except TemplateError as error:
        raise ExpressionError(error.message or str(error)) from error
    return Condition(rest, tree.test, lambda context: bool(asked.render(context)))


@functools.lru_cache(maxsize=1024)
def compile_loop(text: str) -> Loop | None:
    """``{% for … %}`` で始まり、このセルでは閉じない文字なら、繰り返しを返す。

    :raises ExpressionError: タグが読めない。
    """
    found = _opening(text)
    if found is None or found[0] != "for":
        return None
    _, tag, rest = found
    try:
        tree = _ENVIRONMENT.parse(tag + "{% endfor %}").body[0]
        assert isinstance(tree, nodes.For)
        if not isinstance(tree.target, nodes.Name):
            raise ExpressionError("for")
        target = tree.target.name
        picked = _ENVIRONMENT.from_string(f"{tag}{{% set _ = _keep({target}) %}}{{% endfor %}}")
    except TemplateError as error:
        raise ExpressionError(error.message or str(error)) from error

    def items(context: Context) -> list[Any]:
        kept: list[Any] = []
        picked.render({**context, "_keep": kept.append})
        return kept

    return Loop(target, rest, tree, items)


def strip_end(text: str) -> tuple[str, str] | None:
    """``{% endfor %}`` か ``{% endif %}`` で終わり、このセルでは始まらない文字。

    印を除いた文字と、始めの印のことば（``for`` か ``if``）を返す。
    """
    stripped = text.rstrip()
    start = stripped.rfind("{%")
    if start < 0 or not stripped.endswith("%}"):
        return None
    word = {"endfor": "for", "endif": "if"}.get(stripped[start:].strip("{%-+} \n"))
    if word is None or re.search(rf"{{%[-+]?\s*{word}\b", text):
        return None
    return stripped[:start], word
