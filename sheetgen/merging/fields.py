"""一つの欄を、配ったとき・戻ったとき・いまの三つで突き合わせる。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sheetgen.merging.said import Said
from sheetgen.merging.taking import Choice, Verdict
from sheetgen.merging.wording import choices_text, shown, take_words, values_text
from sheetgen.model.filled import Value
from sheetgen.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Field:
    """一つの実施項目の一つの欄。``now`` はいま計画のデータにある値。

    ``recorded`` and ``rejected`` are what the journal knows of it in this round.
    """

    item: str
    path: str
    label: str
    now: Value
    recorded: frozenset[Value] = frozenset()
    rejected: frozenset[Value] = frozenset()


@dataclass(frozen=True, slots=True)
class Settled:
    """突き合わせた結果。``value`` が計画のデータに入るべき値。

    ``source`` is the answer it came from (None: what the master holds stays);
    ``in_doubt`` says that no value could be settled.
    """

    value: Value
    source: Said | None = None
    rejected: tuple[Said, ...] = ()
    problems: tuple[Problem, ...] = ()
    in_doubt: bool = False


def settle(field: Field, said: Sequence[Said], choice: Choice) -> Settled:
    """欄の値を決める。``said`` は並びによらない順に並べたもの。"""
    wanted: list[Said] = []
    notes: list[Problem] = []
    for one in said:
        if not one.is_news:
            continue
        old = _old_copy(field, one)
        if old is None or choice.insists_on(one):
            wanted.append(one)
        else:
            notes.append(_note(old, field, one))
    settled = _agreed(field, wanted) or _decided(field, wanted, choice)
    return replace(settled, problems=(*notes, *settled.problems))


def _old_copy(field: Field, one: Said) -> str | None:
    """前に届いたことのある値なら、それを告げる符号。"""
    if one.value == field.now:
        return None
    if one.value in field.rejected:
        return "R405"
    # 配ったときの値がいまの値なら、いまの値を見たうえで前の値に戻している。
    if one.value in field.recorded and one.base != field.now:
        return "R404"
    return None


def _agreed(field: Field, wanted: Sequence[Said]) -> Settled | None:
    """食い違いがなければ、その値。"""
    values = {one.value for one in wanted}
    if values <= {field.now}:
        return Settled(field.now)
    if len(values) == 1 and any(one.base == field.now for one in wanted):
        source = wanted[0]
        cleared = (_cleared(field, source),) if source.value is None else ()
        return Settled(source.value, source, problems=cleared)
    return None


def _decided(field: Field, wanted: Sequence[Said], choice: Choice) -> Settled:
    """食い違いを、``--take`` で決める。決まらなければ問題とする。"""
    verdict = choice.decide(wanted)
    if verdict is Verdict.MASTER:
        return Settled(field.now, None, _others(wanted, field.now))
    if isinstance(verdict, Said):
        source = verdict if verdict.value != field.now else None
        return Settled(verdict.value, source, _others(wanted, verdict.value))
    several = len({one.value for one in wanted}) > 1
    code = "R411" if verdict is Verdict.AMBIGUOUS else "R401" if several else "R402"
    facts = {
        "values": values_text(wanted, field.now),
        "choices": choices_text(field.item, wanted),
    }
    place = Place(path=field.path, label=field.label, item=field.item)
    return Settled(field.now, problems=(Problem(code, place, facts),), in_doubt=True)


def _others(wanted: Sequence[Said], kept: Value) -> tuple[Said, ...]:
    """採らなかった値。同じ値は一度だけ。"""
    first: dict[Value, Said] = {}
    for one in wanted:
        if one.value != kept:
            first.setdefault(one.value, one)
    return tuple(first.values())


def _note(code: str, field: Field, one: Said) -> Problem:
    facts = {
        "value": shown(one.value, [field.now]),
        "now": shown(field.now, [one.value]),
        "take": take_words(field.item, one),
    }
    return Problem(code, one.place, facts)


def _cleared(field: Field, source: Said) -> Problem:
    return Problem("R403", source.place, {"old": shown(field.now), "item": field.item})
