"""データがいつ変わったか：記録簿と、年次見直しの公表年月から。今の時刻は使わない。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sheetgen.form.identity import round_mark
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.publish.opendata.source import MUNICIPALITY, YEAR, Row, coded, order, worded, year
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.past import undone_runs
from sheetgen.xlsx.data_book import DataColumn, DataTable, DataType


class Change(StrEnum):
    """変更の種類。"""

    PUBLISHED = "published"
    RECORDED = "recorded"
    EDITED = "edited"
    ADDED = "added"
    ROLLED_OVER = "rolled_over"
    UNDONE = "undone"


CHANGES = {
    Change.PUBLISHED: "{terms.revision}の公表",
    Change.RECORDED: "各課の答えの記録",
    Change.EDITED: "計画の編集",
    Change.ADDED: "{terms.item}の追加",
    Change.ROLLED_OVER: "年度の切り替え",
    Change.UNDONE: "記録の取り消し",
}
_OPENED = "revision.fiscal_year"
"""年度を開いたことの行の場所。期間を延ばしただけの切り替えには、ない。"""
# 一回の中に二つの種類があるときは、先のものとする。
_BY_ACTION = {
    Action.ROLLOVER: Change.ROLLED_OVER,
    Action.UNDO: Change.UNDONE,
    Action.EDIT: Change.EDITED,
    Action.ADD: Change.ADDED,
    Action.RECORD: Change.RECORDED,
}


@dataclass(frozen=True, slots=True)
class Changes:
    """計画のデータの変更。

    ``entries`` は記録簿。``published`` は、前の年次見直しの年度から、その公表年月へ。
    """

    plan: Plan
    entries: Sequence[JournalEntry] = ()
    published: Mapping[int, str | None] | None = None

    def runs(self) -> list[list[JournalEntry]]:
        """計画のデータを変えた回。古い順。この計画を閉じたあとの回は入らない。"""
        found: dict[str, list[JournalEntry]] = {}
        undone = undone_runs(self.entries)
        for entry in self.entries:
            opened = entry.action is Action.ROLLOVER and entry.path == _OPENED
            later = isinstance(entry.new, int) and entry.new > self.plan.revision.fiscal_year
            if opened and later and entry.run not in undone:
                break
            if entry.action in _BY_ACTION:
                found.setdefault(entry.run, []).append(entry)
        return list(found.values())

    @property
    def changed(self) -> datetime | None:
        """データが最後に変わった日時（協定世界時）。

        記録簿になければ、公表した月の初め。どちらもなければ ``None``。
        """
        if last := self._last():
            at = datetime.fromisoformat(last)
            return (at if at.tzinfo is None else at.astimezone(UTC)).replace(tzinfo=None)
        published = self.plan.revision.published
        return datetime.fromisoformat(f"{published}-01") if published else None

    @property
    def modified(self) -> str | None:
        """最終更新日 ``2024-08-01``。記録簿になければ、公表年月 ``2024-03``。"""
        last = self._last()
        return last[:10] if last else self.plan.revision.published

    def _last(self) -> str | None:
        runs = self.runs()
        return runs[-1][-1].at if runs else None

    def rows(self) -> Iterator[Row]:
        """日付、変更の種類、年次見直しの年度、照会、実施項目の数、値の数。日付の順。"""
        revision = self.plan.revision
        found: list[tuple[str, Change, int | None, str | None, int | None, int | None]] = [
            (month, Change.PUBLISHED, fiscal_year, None, None, None)
            for fiscal_year, month in {
                **(self.published or {}),
                revision.fiscal_year: revision.published,
            }.items()
            if month
        ]
        gathered: dict[tuple[str, Change, int | None, str | None], list[JournalEntry]] = {}
        marks = {
            round_mark(one): one
            for fiscal_year in range(self.plan.first_year, self.plan.final_year + 2)
            for kind in self.plan.round_kinds
            for one in [Round(kind, fiscal_year)]
        }
        for run in self.runs():
            actions = {entry.action for entry in run}
            change = next(_BY_ACTION[action] for action in _BY_ACTION if action in actions)
            opened = [
                one.new for one in run if one.action is Action.ROLLOVER and one.path == _OPENED
            ]
            chosen = marks.get(run[0].round or "")
            fiscal_year = chosen.year if chosen else None
            if opened and isinstance(opened[0], int):
                fiscal_year = opened[0]
            label = chosen.kind.label if chosen else None
            gathered.setdefault((run[0].at[:10], change, fiscal_year, label), []).extend(run)
        for (date, change, fiscal_year, label), run in gathered.items():
            items = {entry.item for entry in run if entry.item}
            values = {(one.item, one.path) for one in run if one.item and one.path}
            found.append((date, change, fiscal_year, label, len(items), len(values)))
        for number, (date, change, fiscal_year, *rest) in enumerate(
            sorted(found, key=lambda one: one[0]), start=1
        ):
            yield (
                number,
                date,
                change.value,
                worded(self.plan.words, CHANGES[change]),
                *year(fiscal_year),
                *rest,
            )


def history_table(changes: Changes, municipality: Row) -> DataTable:
    """更新の履歴の表。一行が、一日の一つの種類の変更。人の名とファイルの名は入れない。"""
    columns = (
        order("日付の順。"),
        DataColumn("date", "日付", DataType.TEXT,
                   "変更の日（2024-08-01）。公表は月まで（2024-03）。"),
        *coded("change", "変更の種類", "何が変わったか。"),
        *YEAR,
        DataColumn("round", "照会", DataType.TEXT, "答えを記録した照会。ほかの変更では空。"),
        DataColumn("items", "{terms.item}の数", DataType.INTEGER,
                   "変わった{terms.item}の数。公表では空。", unit="件"),
        DataColumn("values", "値の数", DataType.INTEGER, "変わった値の数。公表では空。", unit="個"),
    )  # fmt: skip
    note = (
        "一行が、一日の一つの種類の変更。年度は、{terms.revision}の年度。"
        "記録簿にある変更だけで、手で直したことは入らない。"
    )
    rows = tuple((*municipality, *row) for row in changes.rows())
    return DataTable("history", "更新の履歴", note, (*MUNICIPALITY, *columns), rows, ("order",))
