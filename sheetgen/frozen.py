"""書き換えられない値の型を作る ``@frozen``。

The same as ``@dataclass(frozen=True, slots=True)``, only quicker to make: that one writes
and compiles seven methods for each class, and here only ``__init__`` is compiled, which must
know the fields by name.  A command makes some eighty such classes before it begins; they
were a tenth of the whole ``collect``.  The classes are dataclasses to all the rest of the
standard library (``replace``, ``fields``, ``asdict``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_T]) -> type[_T]:
    """欄を持つだけで、作ったあとは書き換えられない型にする。"""
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    known = fields(made)
    made.__init__ = _initializer(known)
    made._values = _reader([one.name for one in known])
    for name, method in _METHODS.items():
        setattr(made, name, method)
    return made  # type: ignore[no-any-return]


def _initializer(known: tuple[Field[Any], ...]) -> Callable[..., None]:
    """欄を、並びの順か名前で受け取る ``__init__``。"""
    names: dict[str, Any] = {"_set": object.__setattr__, "_MISSING": MISSING}
    head, body = ["self"], [" pass"]
    for one in known:
        value = one.name
        if one.default_factory is not MISSING:
            names[f"_make_{one.name}"] = one.default_factory
            head.append(f"{one.name}=_MISSING")
            value = f"_make_{one.name}() if {one.name} is _MISSING else {one.name}"
        elif one.default is not MISSING:
            names[f"_default_{one.name}"] = one.default
            head.append(f"{one.name}=_default_{one.name}")
        else:
            head.append(one.name)
        body.append(f" _set(self, {one.name!r}, {value})")
    exec(f"def __init__({', '.join(head)}):\n" + "\n".join(body), names)
    made: Callable[..., None] = names["__init__"]
    return made


def _reader(names: list[str]) -> Callable[[Any], object]:
    """比べられる形で、欄の値を取り出すもの。"""
    if not names:
        return bool
    # 一つだけでは組にならない。組にして比べる値は、自分自身とは等しい（NaN も）。
    return attrgetter(*names) if len(names) > 1 else attrgetter(*names, *names)


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self._values(self) == self._values(other)


def _hash(self: Any) -> int:
    return hash(self._values(self))


def _shown(self: Any) -> str:
    inside = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self))
    return f"{self.__class__.__qualname__}({inside})"


def _refuse_to_set(self: object, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _rebuilt(self: Any) -> tuple[object, ...]:
    """複製や別のプロセスでは、欄の値から作り直す。"""
    return self.__class__, tuple(getattr(self, one.name) for one in fields(self))


_METHODS = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _shown,
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__reduce__": _rebuilt,
}
