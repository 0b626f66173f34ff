"""一つの欄を、配ったとき・戻ったとき・いまの三つで突き合わせる。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sheetgen.collect.answers import FormAnswer
from sheetgen.collect.merging.decisions import (
    KEEPS_PLAN,
    Choice,
    Verdict,
    choices_text,
    take_words,
)
from sheetgen.messages.merging import ANSWER_IN
from sheetgen.messages.quoting import quoted
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem
from sheetgen.reading.file_names import bare


class Field(NamedTuple):
    """一つの実施項目の一つの欄。``now`` はいま計画のデータにある値。

    ``recorded`` と ``rejected`` は、この照会での、この欄についての記録。
    """

    item: str
    path: str
    label: str
    now: Value
    recorded: frozenset[Value] = frozenset()
    rejected: frozenset[Value] = frozenset()


class FieldMerge(NamedTuple):
    """突き合わせた結果。``value`` が計画のデータに入るべき値。

    ``source`` は、その値のもとの答え（None なら、計画のデータの値を残す）。``in_doubt`` が真なら、
    値を決められない。
    """

    value: Value
    source: FormAnswer | None = None
    rejected: tuple[FormAnswer, ...] = ()
    problems: tuple[Problem, ...] = ()
    in_doubt: bool = False


def merge_field(
    field: Field,
    answers: Sequence[FormAnswer],
    choice: Choice,
    waived: frozenset[str] = frozenset(),
) -> FieldMerge:
    """欄の値を決める。

    ``answers`` は並びによらない順に並べたもの。``waived`` は、この項目で通すと指定された符号。
    """
    wanted: list[FormAnswer] = []
    notes: list[Problem] = []
    for one in answers:
        if not one.is_changed:
            continue
        old = _old_copy(field, one)
        if old is None or choice.forces(one):
            wanted.append(one)
        else:
            notes.append(_note(old, field, one))
    settled = (
        _kept(field, wanted, choice, KEEPS_PLAN - waived)
        or _agreed(field, wanted)
        or _decided(field, wanted, choice)
    )
    return settled._replace(problems=(*notes, *settled.problems))


def _old_copy(field: Field, one: FormAnswer) -> str | None:
    """前に届いたことのある値なら、それを告げる符号。"""
    if one.value == field.now:
        return None
    if one.value in field.rejected:
        return "R405"
    # 配ったときの値がいまの値なら、いまの値を見たうえで前の値に戻している。
    if one.value in field.recorded and one.base != field.now:
        return "R404"
    return None


def _kept(
    field: Field, wanted: Sequence[FormAnswer], choice: Choice, codes: frozenset[str]
) -> FieldMerge | None:
    """計画の値を残すと決めた、「変更なし」などの書き重ね。

    食い違いでなくても、``--take master`` で決められる。ほかの欄の答えは、そのまま取り込む。
    """
    doubted = any(
        problem.code in codes and problem.place.path == field.path
        for one in wanted
        for problem in one.form.problems
    )
    if not doubted or choice.decide(wanted) is not Verdict.MASTER:
        return None
    return FieldMerge(field.now, None, _others(wanted, field.now))


def _agreed(field: Field, wanted: Sequence[FormAnswer]) -> FieldMerge | None:
    """食い違いがなければ、その値。"""
    values = {one.value for one in wanted}
    if values <= {field.now}:
        return FieldMerge(field.now)
    if len(values) == 1 and any(one.base == field.now for one in wanted):
        source = wanted[0]
        cleared = (_cleared(field, source),) if source.value is None else ()
        return FieldMerge(source.value, source, problems=cleared)
    return None


def _decided(field: Field, wanted: Sequence[FormAnswer], choice: Choice) -> FieldMerge:
    """食い違いを、``--take`` で決める。決まらなければ問題とする。"""
    verdict = choice.decide(wanted)
    if verdict is Verdict.MASTER:
        return FieldMerge(field.now, None, _others(wanted, field.now))
    if isinstance(verdict, FormAnswer):
        source = verdict if verdict.value != field.now else None
        return FieldMerge(verdict.value, source, _others(wanted, verdict.value))
    several = len({one.value for one in wanted}) > 1
    code = "R411" if verdict is Verdict.AMBIGUOUS else "R401" if several else "R402"
    facts = {
        "values": values_text(wanted, field.now),
        "choices": choices_text(field.item, wanted),
        "answers": answers_text(wanted, field.now),
        "now": shown(field.now, [one.value for one in wanted]),
    }
    place = Place(path=field.path, label=field.label, item=field.item)
    return FieldMerge(field.now, problems=(Problem(code, place, facts),), in_doubt=True)


def _others(wanted: Sequence[FormAnswer], kept: Value) -> tuple[FormAnswer, ...]:
    """採らなかった値。同じ値は一度だけ。"""
    first: dict[Value, FormAnswer] = {}
    for one in wanted:
        if one.value != kept:
            first.setdefault(one.value, one)
    return tuple(first.values())


def _note(code: str, field: Field, one: FormAnswer) -> Problem:
    facts = {
        "value": shown(one.value, [field.now]),
        "now": shown(field.now, [one.value]),
        "take": take_words(field.item, one),
    }
    return Problem(code, one.place, facts)


def _cleared(field: Field, source: FormAnswer) -> Problem:
    return Problem("R403", source.place, {"old": shown(field.now), "item": field.item})


def shown(value: Value, others: Iterable[Value] = ()) -> str:
    """値を短く見せる。長い文は、``others`` と違う所の辺りを見せる。"""
    same = []
    if isinstance(value, str):
        same = [_common(value, o) for o in others if isinstance(o, str) and o != value]
    return quoted(value, at=min(same, default=0))


def _common(one: str, other: str) -> int:
    """先頭から同じ字の数。"""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def answers_text(answers: Sequence[FormAnswer], now: Value) -> str:
    """食い違う答えを、課に分かるように、送られたファイルの名だけで示す。"""
    everything = [one.value for one in answers] + [now]
    parts = (
        ANSWER_IN.format(file=bare(one.form.file), value=shown(one.value, everything))
        for one in answers
    )
    return "、".join(dict.fromkeys(parts))


def values_text(answers: Sequence[FormAnswer], now: Value) -> str:
    """食い違う値のすべてを、どのファイルのものかとともに書く。"""
    everything = [one.value for one in answers] + [now]
    parts = [f"{one.source} では {shown(one.value, everything)}" for one in answers]
    return "、".join([*parts, f"計画のデータでは {shown(now, everything)}"])
