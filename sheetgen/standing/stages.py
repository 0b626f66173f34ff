"""一つの実施項目が、どこまで進んだか。"""

from __future__ import annotations

from sheetgen.messages.standing import (
    BY_HAND,
    FILES,
    MADE_NOT_SENT,
    NOTHING_WRITTEN,
    RETURN_WAITS,
    UNDONE,
)
from sheetgen.model.collect import ItemState
from sheetgen.model.item import Item
from sheetgen.model.round import Round
from sheetgen.model.standing import Stage, Traces


def stage_of(item: Item, chosen: Round, traces: Traces) -> tuple[Stage, str]:
    """段階と、そのわけ（要らなければ空）。

    聞くことが残っていれば、前に記録したことより優先する。あとから別のものが届いたのである。
    """
    found = (traces.open_items or {}).get(item.id)
    if found and found.state is ItemState.HELD:
        return Stage.IN_QUESTION, _words(found.reasons or found.codes, found.files)
    if item.id in traces.recorded:
        return Stage.RECORDED, ""
    if has_answer(item, chosen):
        return Stage.RECORDED, BY_HAND
    if item.id in traces.returned:
        return Stage.IN_QUESTION, RETURN_WAITS
    if found:
        return Stage.RETURNED, _words((NOTHING_WRITTEN,), found.files)
    if item.id in traces.undone:
        return Stage.RETURNED, UNDONE
    if item.id not in traces.issued:
        return Stage.NOT_SENT, ""
    if traces.sendings is not None and item.owners[0].full_name not in traces.sendings:
        return Stage.NOT_SENT, MADE_NOT_SENT
    return Stage.OUT, ""


def waits_for_section(item: str, stage: Stage, traces: Traces) -> bool:
    """課の答えを待っているか。取り消したものは届いているので、事務局が回収し直す。"""
    if stage is Stage.RETURNED:
        return item in (traces.open_items or {})
    return stage in (Stage.OUT, Stage.IN_QUESTION)


def has_answer(item: Item, chosen: Round) -> bool:
    """計画のデータに、この照会の答えが入っているか。"""
    if chosen.result_year is None:
        return bool((item.initiative(chosen.initiative_year) or "").strip())
    result = item.year(chosen.result_year).result
    return any(
        value is not None for value in (result.text, result.value, result.effect, result.grade)
    )


def _words(reasons: tuple[str, ...], files: tuple[str, ...]) -> str:
    """わけとファイルを、一行ずつにする。"""
    source = (FILES.format(files="、".join(files)),) if files else ()
    return "\n".join((*reasons, *source))
