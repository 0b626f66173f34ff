"""督促のための、実施項目の状態。``status`` と同じ見方をする。"""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.messages.listing import in_short
from sheetgen.model.collect import ItemState
from sheetgen.model.round import Round
from sheetgen.model.standing import Stage
from sheetgen.pipeline.ledger import Ledger
from sheetgen.pipeline.letters import SHOWN
from sheetgen.pipeline.standing import traces_of
from sheetgen.problems import Problem
from sheetgen.standing.stages import stage_of, waits_for_section

_STATES = {
    Stage.NOT_SENT: ItemState.MISSING,
    Stage.OUT: ItemState.MISSING,
    Stage.IN_QUESTION: ItemState.HELD,
    Stage.RECORDED: ItemState.KEPT,
}


def item_states(
    ledger: Ledger, chosen: Round
) -> tuple[Mapping[str, ItemState], tuple[Problem, ...]]:
    """この照会での、すべての実施項目の状態。計画の順。読めない記録も返す。

    戻ったあとで取り消したものは、答えのあったもの（記録済み）とする。課にもう一度求めず、
    事務局にだけ知らせる（L035）。
    """
    traces, problems = traces_of(ledger, chosen)
    states = {}
    undone = []
    for _, _, item in ledger.master.plan.items():
        stage, _ = stage_of(item, chosen, traces)
        back = ItemState.UNTOUCHED
        if stage is Stage.RETURNED and not waits_for_section(item.id, stage, traces):
            back = ItemState.KEPT
            undone.append(item.id)
        states[item.id] = _STATES.get(stage, back)
    if undone:
        facts = {"count": len(undone), "items": in_short(undone, SHOWN, "件")}
        problems = (*problems, Problem("L035", facts=facts))
    return states, problems
