"""``@frozen`` は、標準の書き換えられない dataclass と同じに振る舞う。"""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace

import pytest

from sheetgen.frozen import frozen


@frozen
class Spot:
    """初めの値のある欄と、ない欄。"""

    name: str
    at: tuple[int, int] = (0, 0)
    marks: dict[str, int] = field(default_factory=dict)


@frozen
class Only:
    """欄が一つ。"""

    value: object


@frozen
class Nothing:
    """欄がない。"""


@frozen
class Placed(Only):
    """欄を足した型。"""

    size: float = 1.0


@dataclass(frozen=True, slots=True)
class _Standard:
    name: str
    at: tuple[int, int] = (0, 0)
    marks: dict[str, int] = field(default_factory=dict)


def test_fields_are_taken_by_place_and_by_name() -> None:
    spot = Spot("a", marks={"x": 1})
    assert (spot.name, spot.at, spot.marks) == ("a", (0, 0), {"x": 1})
    assert Spot("a", (1, 2)).at == (1, 2)
    with pytest.raises(TypeError):
        Spot()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Spot("a", colour=1)  # type: ignore[call-arg]


def test_what_is_made_for_a_field_is_made_each_time() -> None:
    assert Spot("a").marks is not Spot("a").marks


def test_nothing_can_be_written_or_added() -> None:
    for made in (Spot("a"), Only(1), Nothing(), Placed(1)):
        for name in ("name", "value", "other"):
            with pytest.raises(FrozenInstanceError):
                setattr(made, name, 1)
            with pytest.raises(FrozenInstanceError):
                delattr(made, name)
        assert not hasattr(made, "__dict__")


def test_equal_means_the_same_type_and_the_same_values() -> None:
    assert Spot("a", (1, 2)) == Spot("a", (1, 2))
    assert Spot("a", (1, 2)) != Spot("a", (2, 1))
    assert Only((1, 2)) == Only((1, 2))
    assert Only((1, 2)) != (1, 2)
    assert Placed(1) != Only(1)
    assert Placed(1) == Placed(1, 1.0)
    assert Placed(1) != Placed(1, 2.0)
    nan = float("nan")
    assert (Only(nan) == Only(nan), Placed(nan) == Placed(nan)) == (True, True)
    assert Nothing() == Nothing()
    assert Nothing() != Only(None)


def test_equal_values_have_one_hash() -> None:
    assert len({Only("a"), Only("a"), Only("b"), Placed("a"), Nothing(), Nothing()}) == 4
    with pytest.raises(TypeError):
        hash(Spot("a"))  # it holds a dict


def test_shown_as_the_standard_one() -> None:
    assert repr(Spot("a", (1, 2))) == repr(_Standard("a", (1, 2))).replace("_Standard", "Spot")
    assert repr(Nothing()) == "Nothing()"


def test_the_standard_library_takes_it_for_a_dataclass() -> None:
    spot = Spot("a", (1, 2), {"x": 1})
    assert replace(spot, name="b") == Spot("b", (1, 2), {"x": 1})
    assert asdict(spot) == asdict(_Standard("a", (1, 2), {"x": 1}))
    assert [one.name for one in fields(Spot)] == ["name", "at", "marks"]
    assert Spot.__match_args__ == _Standard.__match_args__
    match spot:
        case Spot(name, (_, column)):
            assert (name, column) == ("a", 2)
        case _:
            pytest.fail("does not match")


def test_copies_are_equal() -> None:
    for made in (Spot("a", marks={"x": 1}), Only([1]), Nothing(), Placed(1)):
        for copied in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            assert copied == made
            assert type(copied) is type(made)


def test_a_wrong_class_is_refused_when_it_is_made() -> None:
    with pytest.raises(SyntaxError):

        @frozen
        class _Late:
            first: int = 0
            second: int

    with pytest.raises(ValueError, match="mutable default"):

        @frozen
        class _Shared:
            values: list[int] = []  # noqa: RUF012
