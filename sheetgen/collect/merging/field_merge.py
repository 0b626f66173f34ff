"""一つの欄を、配ったとき・戻ったとき・いまの三つで突き合わせる。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

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
from sheetgen.plan.paths import as_said
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem
from sheetgen.reading.file_names import bare


class Field(NamedTuple):
    """一つの実施項目の一つの欄。``value`` はいまの値、``provisional`` は、それが暫定か。

    ``recorded`` と ``rejected`` は、この照会での、この欄についての記録（言われたとおりの値）。
    """

    item: str
    path: str
    label: str
    value: Value
    recorded: frozenset[Value] = frozenset()
    rejected: frozenset[Value] = frozenset()
    provisional: bool = False

    @property
    def now(self) -> Value:
        """いまの値を、言われたとおりの形で（``1200（暫定）``）。"""
        return as_said(self.value, self.provisional)


class FieldMerge(NamedTuple):
    """突き合わせた結果。``value`` が計画のデータに入るべき値。

    ``source`` は、その値のもとの答え（None なら、計画のデータの値を残す）。``in_doubt`` が真なら、
    値を決められない。``provisional`` は、入るべき値が暫定か。
    """

    value: Value
    source: FormAnswer | None = None
    rejected: tuple[FormAnswer, ...] = ()
    problems: tuple[Problem, ...] = ()
    in_doubt: bool = False
    provisional: bool = False


def _keeping(field: Field, **more: Any) -> FieldMerge:
    """計画のデータの値を残す。"""
    return FieldMerge(field.value, provisional=field.provisional, **more)


def _taking(source: FormAnswer, **more: Any) -> FieldMerge:
    """この答えを採る。"""
    return FieldMerge(source.value, source, provisional=source.answer.provisional, **more)


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
        if not one.is_changed and not _settles(field, one):
            continue
        old = _old_copy(field, one)
        if old is None or choice.forces(one):
            wanted.append(one)
        else:
            notes.append(_note(old, field, one))
    wanted, put_off = _definite_first(wanted, choice)
    notes += [_note("R413", field, one) for one in put_off]
    settled = (
        _kept(field, wanted, choice, KEEPS_PLAN - waived)
        or _agreed(field, wanted)
        or _decided(field, wanted, choice)
    )
    return settled._replace(problems=(*notes, *settled.problems))


def _settles(field: Field, one: FormAnswer) -> bool:
    """暫定の値を見せて聞いた欄が、そのままの値で、確定した答えとして返ったか。"""
    return field.provisional and one.value == one.base == field.value and one.confirms


def _definite_first(
    wanted: list[FormAnswer], choice: Choice
) -> tuple[list[FormAnswer], list[FormAnswer]]:
    """確定した答えが届いていれば、名指しされない暫定の答えを除く。除いたものも返す。"""
    if not any(one.value is not None and not one.answer.provisional for one in wanted):
        return wanted, []
    kept = [one for one in wanted if not one.answer.provisional or choice.forces(one)]
    return kept, [one for one in wanted if one not in kept]


def _old_copy(field: Field, one: FormAnswer) -> str | None:
    """前に届いたことのある値なら、それを告げる符号。"""
    if one.said == field.now:
        return None
    if one.said in field.rejected:
        return "R405"
    # 配ったときの値がいまの値なら、いまの値を見たうえで前の値に戻している。
    if one.said in field.recorded and (one.base != field.value or one.answer.provisional):
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
    return _keeping(field, rejected=_others(wanted, field.now))


def _agreed(field: Field, wanted: Sequence[FormAnswer]) -> FieldMerge | None:
    """食い違いがなければ、その値。"""
    values = {one.said for one in wanted}
    if values <= {field.now}:
        return _keeping(field)
    source = wanted[0]
    if len(values) > 1 or _unsettles(field, source):
        return None
    # 暫定の値は、確定した答えに替わるのを待っている。配ったあとに入ったものでも、食い違いではない。
    awaited = field.provisional and not source.answer.provisional and source.value is not None
    if not awaited and all(one.base != field.value for one in wanted):
        return None
    cleared = (_cleared(field, source),) if source.value is None else ()
    return _taking(source, problems=cleared)


def _unsettles(field: Field, one: FormAnswer) -> bool:
    """確定した値に、暫定の答えを重ねるか。"""
    return one.answer.provisional and field.value is not None and not field.provisional


def _decided(field: Field, wanted: Sequence[FormAnswer], choice: Choice) -> FieldMerge:
    """食い違いを、``--take`` で決める。決まらなければ問題とする。"""
    verdict = choice.decide(wanted)
    if verdict is Verdict.MASTER:
        return _keeping(field, rejected=_others(wanted, field.now))
    if isinstance(verdict, FormAnswer):
        rejected = _others(wanted, verdict.said)
        if verdict.said == field.now:
            return _keeping(field, rejected=rejected)
        return _taking(verdict, rejected=rejected)
    if len({one.said for one in wanted}) > 1:
        code = "R401"
    else:
        code = "R412" if _unsettles(field, wanted[0]) else "R402"
    code = "R411" if verdict is Verdict.AMBIGUOUS else code
    facts = {
        "values": values_text(wanted, field.now),
        "choices": choices_text(field.item, wanted),
        "answers": answers_text(wanted, field.now),
        "now": shown(field.now, [one.said for one in wanted]),
    }
    place = Place(path=field.path, label=field.label, item=field.item)
    return _keeping(field, problems=(Problem(code, place, facts),), in_doubt=True)


def _others(wanted: Sequence[FormAnswer], kept: Value) -> tuple[FormAnswer, ...]:
    """採らなかった値。同じ値は一度だけ。"""
    first: dict[Value, FormAnswer] = {}
    for one in wanted:
        if one.said != kept:
            first.setdefault(one.said, one)
    return tuple(first.values())


def _note(code: str, field: Field, one: FormAnswer) -> Problem:
    facts = {
        "value": shown(one.said, [field.now]),
        "now": shown(field.now, [one.said]),
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
    everything = [one.said for one in answers] + [now]
    parts = (
        ANSWER_IN.format(file=bare(one.form.file), value=shown(one.said, everything))
        for one in answers
    )
    return "、".join(dict.fromkeys(parts))


def values_text(answers: Sequence[FormAnswer], now: Value) -> str:
    """食い違う値のすべてを、どのファイルのものかとともに書く。"""
    everything = [one.said for one in answers] + [now]
    parts = [f"{one.source} では {shown(one.said, everything)}" for one in answers]
    return "、".join([*parts, f"計画のデータでは {shown(now, everything)}"])
