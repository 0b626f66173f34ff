"""記入欄でない所への書き込み。

計画の変更は「変更申出」とする。両方の文を残し、一語ずつの違いを見せ、そのままでは取り込まない。
ほかの年度の欄に書かれた実績は、行を間違えた答えかもしれないので聞く。これも同じように残す。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetgen.collect.answers import Answer, LockedChange, Proposal
from sheetgen.collect.rules.case import Case
from sheetgen.era import wareki
from sheetgen.messages.quoting import excerpt
from sheetgen.messages.rules import ASKED_FIELDS, RESULTS_NOT_ASKED
from sheetgen.plan.round import RoundKind
from sheetgen.plan.value import Value, printed
from sheetgen.problems import Place, Problem
from sheetgen.publish.comparison.difference import difference_in_words
from sheetgen.reading.book import CellKind, RawCell

Writing = tuple[Proposal | None, Problem | None]


def outside_round(case: Case) -> Iterator[Writing]:
    """この照会では開いていない記入欄への書き込み。"""
    opened = case.issued.opened
    base = case.issued.base
    elsewhere: dict[str, list[Answer]] = {}
    for path, answer in case.answers.items():
        old = base.get(path)
        if path in opened or answer.value == old:
            continue
        before, after = _text(old), _text(answer.value)
        if _same(before, after):
            continue
        proposal = Proposal(path, answer.label, answer.ref, before, after)
        if answer.value is None or not _is_answer(case, path):
            facts = {"difference": difference_in_words(before, after)}
            yield proposal, case.problem("R341", answer, facts)
            continue
        # いくつ書かれていても、一年度に一つの問いにする。
        year = path.partition("]")[0]
        elsewhere.setdefault(year, []).append(answer)
        yield proposal, None
    for answers in elsewhere.values():
        words = "、".join(f"{one.label}「{excerpt(_text(one.value), 60)}」" for one in answers)
        facts = {"written": words, "asked": _asked(case)}
        yield None, case.problem("R340", answers[0], facts)


def locked(case: Case, changes: Sequence[LockedChange]) -> Iterator[Writing]:
    """ロックされた文や見出しの書き換え。"""
    seen = {answer.ref for answer in case.answers.values()}
    for change in changes:
        before, after = _text(change.issued), _cell_text(change.returned)
        if change.ref in seen or _same(before, after):
            continue
        label = change.label or before.replace("\n", " ")[:20]
        place = Place(case.file, case.sheet, change.ref, None, label, case.issued.item_id)
        facts = {"difference": difference_in_words(before, after)}
        if change.path is None:
            yield None, Problem("R342", place, facts)
        else:
            proposal = Proposal(change.path, label, change.ref, before, after)
            yield proposal, Problem("R341", place, facts)


def _is_answer(case: Case, path: str) -> bool:
    """計画の値を見直す欄ではなく、その年度のことを答える欄か。"""
    field = case.fields.get(path)
    return field is not None and field.asked != RoundKind.REVISION.value


def _asked(case: Case) -> str:
    """照会した年度の欄の様子。ほかの欄に書いてしまったかが、これで分かる。"""
    year = case.round.result_year
    if year is None:
        return RESULTS_NOT_ASKED
    written = any(map(case.is_new, case.asked("any")))
    return ASKED_FIELDS[written].format(year=wareki(year))


def _text(value: Value) -> str:
    return printed(value)


def _cell_text(cell: RawCell | None) -> str:
    if cell is None or cell.kind is CellKind.BLANK or cell.value is None:
        return ""
    if isinstance(cell.value, str | int | float) and not isinstance(cell.value, bool):
        return printed(cell.value)
    return str(cell.value).upper()


def _same(old: str, new: str) -> bool:
    """改行の書き方と終わりの空白のほかは同じか。"""
    return old == new or _plain(old) == _plain(new)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "").rstrip()
