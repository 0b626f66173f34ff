"""ある実施項目の値が、いつ・誰の・どのファイルのどのセルから来たかをたどる。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sheetgen.era import wareki
from sheetgen.form.rounds import input_fields, office_fields
from sheetgen.messages.merging import PROVISIONAL_LABEL
from sheetgen.plan.fields import year_index
from sheetgen.plan.item import Item
from sheetgen.plan.item_names import item_id_of
from sheetgen.plan.paths import (
    INITIATIVE,
    OVERVIEW_POLICY,
    PROVISIONAL,
    initiative_year_of,
    mark_path,
    read_path,
)
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem, UsageError
from sheetgen.records.editions import history_of
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger, open_ledger
from sheetgen.records.originals import find_original, originals_folder
from sheetgen.records.past import undone_runs


@dataclass(frozen=True, slots=True)
class Restored:
    """取り消しで戻す（戻した）一つの値。``old`` は記録していた値、``new`` は戻る値。"""

    item: str
    path: str
    label: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class UndoResult:
    """取り消しの結果。``undone`` は取り消した回、``run`` は取り消しの回。

    ``at`` と ``by`` は、取り消された回のもの。``others`` は、その回の申し出・確認済みとしたこと・決
    定の数で、これらももう数えない。試しの回では ``run`` は None。``is_edit`` が真なら、編集ブックを
    読んだ回。
    """

    undone: str
    at: str
    by: str
    changes: tuple[Restored, ...]
    others: int
    run: str | None
    problems: tuple[Problem, ...] = ()
    is_edit: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """記録簿の一行。

    ``undone_by`` は、これを取り消した回。``original`` は、届いたファイルをしまった所、``mail`` は、
    それの入っていたメールをしまった所。どれも、なければ None。
    """

    entry: JournalEntry
    undone_by: str | None = None
    original: Path | None = None
    mail: Path | None = None


@dataclass(frozen=True, slots=True)
class FieldHistory:
    """一つの欄の来歴。``steps`` は古い順。

    ``now`` は計画のデータの今の値。``by_hand`` が真なら、その値は記録簿から入ったものではない。
    """

    path: str
    label: str
    now: Value
    steps: tuple[Step, ...]
    by_hand: bool


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """一つの実施項目の来歴。

    ``number`` は印刷の番号。``fields`` は記録簿にある欄、``untraced`` は記録簿になくて値のある欄。
    ``others`` は、どの欄のものでもない申し出と確認済み。
    """

    item: str
    number: str
    title: str
    fields: tuple[FieldHistory, ...]
    untraced: tuple[FieldHistory, ...]
    others: tuple[Step, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class EditRun:
    """編集ブックで変えた一回。``steps`` は変えた値で、ブックの順。``names`` は実施項目の名。"""

    steps: tuple[Step, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """変更申出の一つ。``number`` は印刷の番号（計画にない項目なら空）。"""

    item: str
    number: str
    title: str
    step: Step


@dataclass(frozen=True, slots=True)
class ProposalList:
    """変更申出のすべて。項目の順、古い順。"""

    proposals: tuple[ProposedStep, ...]
    problems: tuple[Problem, ...] = ()


_CARRIED = (Action.RECORD, Action.EDIT, Action.UNDO)


def trace(path: Path, item: str, year: int | None = None) -> ItemHistory:
    """実施項目の来歴。``item`` は ``08-08``・``(8)⑧`` など、``year`` はその年度の欄だけ。

    何も書かない。

    :raises UsageError: その実施項目は計画にない（R530）。
    """
    with open_ledger(path, writing=False) as ledger:
        plan = history_of(ledger).plan
        found, number = find_item(plan, item)
        mine = [entry for entry in ledger.entries if entry.item == found.id]
        steps = _Steps(path, ledger)
        fields = list(_fields(plan, found, [steps.of(entry) for entry in mine]))
        if year is not None:
            fields = [field for field in fields if _year_of(plan, field.path) == year]
        traced = {field.path for field in fields if field.steps}
        others = tuple(
            steps.of(entry)
            for entry in mine
            if entry.action not in _CARRIED
            and entry.path not in traced
            and (year is None or _year_of(plan, entry.path or "") == year)
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


def edit_runs(path: Path) -> tuple[tuple[EditRun, ...], tuple[Problem, ...]]:
    """編集ブックで変えたことを、回ごとに、古い順に返す。問題は、読めない行。"""
    with open_ledger(path, writing=False) as ledger:
        plan = history_of(ledger).plan
        names = {
            item.id: f"{item_label(measure, item)} {item.title}"
            for _, measure, item in (*plan.ended(), *plan.items())
        }
        steps = _Steps(path, ledger)
        runs: dict[str, list[Step]] = {}
        # 実施項目を加えただけの回も、編集ブックの回なら入れる。
        ends = (one for one in ledger.entries if one.action is Action.END)
        books = {one.run for one in ends if one.old and one.new}
        for entry in ledger.entries:
            if entry.action is Action.EDIT or (entry.action is Action.ADD and entry.run in books):
                runs.setdefault(entry.run, []).append(steps.of(entry))
        found = tuple(EditRun(tuple(one), names) for one in runs.values())
        return found, ledger.problems


def proposals(path: Path) -> ProposalList:
    """受け取った変更申出のすべて。"""
    with open_ledger(path, writing=False) as ledger:
        plan = history_of(ledger).plan
        names = {
            item.id: (item_label(measure, item), item.title)
            for _, measure, item in (*plan.ended(), *plan.items())
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

    終わった実施項目も探す。印刷の番号が同じなら、いまの実施項目とする。

    :raises UsageError: その実施項目は計画にない（R530）。
    """
    wanted = item_id_of(plan, text)
    for _, measure, item in (*plan.items(), *plan.ended()):
        if item.id == wanted:
            return item, item_label(measure, item)
    raise UsageError(Problem("R530", Place(), {"item": text}))


class _Steps:
    """記録簿の行に、取り消した回と原本の場所を添える。"""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        self._undone = undone_runs(ledger.entries)
        self._folder = originals_folder(path)

    def of(self, entry: JournalEntry) -> Step:
        """この行。"""
        return Step(
            entry, self._undone.get(entry.run), self._kept(entry.original), self._kept(entry.mail)
        )

    def _kept(self, digest: str | None) -> Path | None:
        return find_original(self._folder, digest) if digest else None


def _fields(plan: Plan, item: Item, steps: Sequence[Step]) -> Iterator[FieldHistory]:
    """この項目のすべての欄。様式の順で、記録簿だけにある欄は後ろに。"""
    labels = {
        path: field.label
        for path, field in (input_fields(plan) | office_fields(plan)).items()
        if path not in (INITIATIVE, OVERVIEW_POLICY)
    }
    if plan.has("initiatives"):
        title = plan.words["initiatives"]
        labels |= {f"initiatives[{year}]": f"{wareki(year)}の{title}" for year in plan.fiscal_years}
    # 暫定の印は、その値のすぐあとに並べる。
    places = (one for path in labels for one in (path, mark_path(path)) if one)
    of_path: dict[str, list[Step]] = {path: [] for path in places}
    for step in steps:
        of_path.setdefault(step.entry.path or "", []).append(step)
    for path, mine in of_path.items():
        carried = [step.entry for step in mine if step.entry.action in _CARRIED]
        now = _value(item, path)
        told = [step.entry.label for step in mine if step.entry.label]
        label = labels.get(path) or (carried[-1].label if carried else None)
        label = label or next(iter(told), None) or _mark_label(path, labels)
        by_hand = bool(carried) and carried[-1].new != now
        yield FieldHistory(path, label, now, tuple(mine) if carried else (), by_hand)


def _mark_label(path: str, labels: Mapping[str, str]) -> str:
    """記録簿にない暫定の印の名。"""
    value = path.replace(PROVISIONAL, "", 1)
    return PROVISIONAL_LABEL.format(label=labels[value]) if value in labels else path


def _value(item: Item, path: str) -> Value:
    try:
        return read_path(item, path, 0)
    except LookupError:
        return None


def _year_of(plan: Plan, path: str) -> int | None:
    """欄の年度。"""
    index, field = year_index(path), input_fields(plan).get(path)
    if index is not None:
        return plan.fiscal_years[index] if index < len(plan.fiscal_years) else None
    return field.year if field else initiative_year_of(path, None)
