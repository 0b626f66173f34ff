"""ある実施項目の値が、いつ・誰の・どのファイルのどのセルから来たかをたどる。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from sheetgen import keeping
from sheetgen.era import wareki
from sheetgen.forms.rounds import input_fields
from sheetgen.model.action import Action
from sheetgen.model.filled import Value
from sheetgen.model.item import Item
from sheetgen.model.journal import JournalEntry
from sheetgen.model.paths import initiative_year_of, read_path
from sheetgen.model.plan import Plan, item_label
from sheetgen.model.tracing import FieldHistory, ItemHistory, ProposalList, ProposedStep, Step
from sheetgen.pipeline.ledger import Ledger, open_ledger
from sheetgen.problems import Place, Problem, UsageError

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
_ID = re.compile(r"(\d{1,2})-(\d{1,2})")
_PRINTED = re.compile(r"\((\d{1,2})\)-?\(?(\d{1,2})\)?")
_CARRIED = (Action.RECORD, Action.UNDO)


def trace(path: Path, item: str, year: int | None = None) -> ItemHistory:
    """実施項目の来歴。``item`` は ``08-08``・``(8)⑧`` など、``year`` はその年度の欄だけ。

    何も書かない。

    :raises UsageError: その実施項目は計画にない（R530）。
    """
    with open_ledger(path, writing=False) as ledger:
        plan = ledger.master.plan
        found, number = find_item(plan, item)
        mine = [entry for entry in ledger.entries if entry.item == found.id]
        steps = _Steps(path, ledger)
        fields = list(_fields(plan, found, [steps.of(entry) for entry in mine]))
        years = _years(plan)
        if year is not None:
            fields = [field for field in fields if _year_of(field.path, years) == year]
        traced = {field.path for field in fields if field.steps}
        others = tuple(
            steps.of(entry)
            for entry in mine
            if entry.action not in _CARRIED
            and entry.path not in traced
            and (year is None or _year_of(entry.path or "", years) == year)
        )
        return ItemHistory(
            found.id,
            number,
            found.title,
            tuple(field for field in fields if field.steps),
            tuple(field for field in fields if not field.steps and field.now is not None),
            others,
            ledger.problems,
        )


def proposals(path: Path) -> ProposalList:
    """受け取った変更申出のすべて。"""
    with open_ledger(path, writing=False) as ledger:
        plan = ledger.master.plan
        names = {
            item.id: (item_label(measure, item), item.title) for _, measure, item in plan.items()
        }
        order = {item: place for place, item in enumerate(names)}
        steps = _Steps(path, ledger)
        found = [
            ProposedStep(
                entry.item or "",
                *names.get(entry.item or "", ("", "")),
                steps.of(entry),
            )
            for entry in ledger.entries
            if entry.action is Action.PROPOSE
        ]
        found.sort(key=lambda one: order.get(one.item, len(order)))
        return ProposalList(tuple(found), ledger.problems)


def find_item(plan: Plan, text: str) -> tuple[Item, str]:
    """``08-08``・``８－８`` をIDとして、``(8)⑧`` を印刷の番号として探す。番号も返す。

    :raises UsageError: その実施項目は計画にない（R530）。
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).replace(" ", "")
    by_id, printed = _ID.fullmatch(plain), _PRINTED.fullmatch(plain)
    for _, measure, item in plan.items():
        number = item_label(measure, item)
        if by_id and item.id == f"{int(by_id[1]):02}-{int(by_id[2]):02}":
            return item, number
        if printed and (measure.number, item.number) == (int(printed[1]), int(printed[2])):
            return item, number
    raise UsageError(Problem("R530", Place(), {"item": text}))


class _Steps:
    """記録簿の行に、取り消した回と原本の場所を添える。"""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        self._undone = keeping.undone_runs(ledger.entries)
        self._folder = keeping.originals_folder(path)

    def of(self, entry: JournalEntry) -> Step:
        """この行。"""
        original = keeping.find_original(self._folder, entry.original) if entry.original else None
        return Step(entry, self._undone.get(entry.run), original)


def _fields(plan: Plan, item: Item, steps: Sequence[Step]) -> Iterator[FieldHistory]:
    """この項目のすべての欄。様式の順で、記録簿だけにある欄は後ろに。"""
    labels = {
        path: field.label for path, field in input_fields(plan).items() if path != "initiative.text"
    }
    for year in plan.fiscal_years:
        title = Item.model_fields["initiatives"].title
        labels[f"initiatives[{year}]"] = f"{wareki(year)}の{title}"
    of_path: dict[str, list[Step]] = {path: [] for path in labels}
    for step in steps:
        of_path.setdefault(step.entry.path or "", []).append(step)
    for path, mine in of_path.items():
        carried = [step.entry for step in mine if step.entry.action in _CARRIED]
        now = _value(item, path)
        label = labels.get(path) or (carried[-1].label if carried else None) or path
        by_hand = bool(carried) and carried[-1].new != now
        yield FieldHistory(path, label, now, tuple(mine) if carried else (), by_hand)


def _value(item: Item, path: str) -> Value:
    try:
        return read_path(item, path, 0)
    except LookupError:
        return None


def _years(plan: Plan) -> dict[str, int | None]:
    return {path: field.year for path, field in input_fields(plan).items()}


def _year_of(path: str, years: dict[str, int | None]) -> int | None:
    """欄の年度。"""
    return years[path] if path in years else initiative_year_of(path, None)
