"""公表した計画と、照会を始めたときの計画。一度しまったものは、二度と書かない。

``archive`` には、次のものをしまう。どれも、そのときの計画のデータの、一字も変えない写し。

- ``令和6年度_実績照会.json``: 実績照会を初めて送ったとき。前の年度の事実（生きていた実施項目、
  担当、評価の段階、目標と効果見込額）は、これで見る。
- ``令和6年度_見直し照会.json``: 見直し照会を初めて送ったとき。そのあとの計画のデータには、
  次の年度の値が入っていく。
- ``令和6年度_上半期照会.json``: 計画の増やした照会も、同じように、それぞれの名で。
- ``令和6年度_公表.json``: 文書を確定したとき。正して公表し直せば、
  ``令和6年度_公表-2.json`` が加わる。
- ``令和6年度_2025-03-31.json``: 年度を切り替えたとき（:mod:`sheetgen.records.archives`）。

この仕組みのなかったころの計画には、切り替えたときの控えしかない。その年度の見直し照会で
記録した値を、記録簿をさかのぼって戻せば、公表したときの計画になる。
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from sheetgen.era import wareki
from sheetgen.form.identity import round_mark
from sheetgen.form.jobs import safe_name
from sheetgen.plan.durable import put
from sheetgen.plan.fields import RESULT
from sheetgen.plan.item import Item
from sheetgen.plan.loading import digest_of, load_plan, parse_plan
from sheetgen.plan.paths import all_items, with_items, with_values, without_items
from sheetgen.plan.plan import Department, EndedItem, Plan, Revision
from sheetgen.plan.round import Round, RoundKind
from sheetgen.plan.saving import render_plan
from sheetgen.plan.unseen import without_unseen
from sheetgen.plan.value import Value
from sheetgen.plan.years import PlanYears, latest_result_year, with_results, without_later
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.archives import archive_folder, archives
from sheetgen.records.journal import Action, JournalEntry
from sheetgen.records.ledger import Ledger, commit, open_ledger
from sheetgen.records.past import undone_runs


class Occasion(StrEnum):
    """計画をしまう時。値はファイルの名に入ることば。"""

    RESULTS = RoundKind.RESULTS.label
    REVISION = RoundKind.REVISION.label
    PUBLISHED = "公表"


class Edition(NamedTuple):
    """しまった計画。``year`` は年次見直しの年度。

    ``file`` は、もとのファイル。``restored`` が真なら、記録簿をさかのぼって戻したもの。
    """

    year: int
    plan: Plan
    file: Path
    restored: bool = False


def keep_round(plan: Path, chosen: Round, data: bytes, entries: Sequence[JournalEntry]) -> None:
    """照会が初めて出るときの計画を、しまう。もうあれば、何もしない。

    ``data`` は計画のデータの中身。その照会の答えがもう記録してあれば、記録の前に戻してしまう。

    :raises SheetgenError: しまえない（S108）。
    """
    path = _path(plan, chosen.year, chosen.kind.label)
    if path.exists():
        return
    before = _values_before(entries, chosen)
    if before:
        data = render_plan(_with_values(parse_plan(data, str(plan)), before))
    _put(path, data)


def keep_round_sent(path: Path, chosen: Round) -> tuple[Problem, ...]:
    """照会を送ったことに続けて、そのときの計画をしまう。しまえなければ、その問題を返す。

    過ぎた照会を送り直したときは、しまわない。いまの計画は、そのときの計画ではない。
    """
    try:
        with open_ledger(path, writing=True) as ledger:
            if ledger.master.plan.revision.fiscal_year == chosen.year:
                keep_round(path, chosen, path.read_bytes(), ledger.entries)
    except SheetgenError as error:
        return error.problems
    return ()


def keep_published(plan: Path, year: int, data: bytes) -> Path:
    """確定した文書の計画を、しまう。前に確定したものと違えば、新しい番号でしまう。

    :raises SheetgenError: しまえない（S108）。
    """
    last = _numbered(plan, year)[-1:]
    with contextlib.suppress(OSError):
        if last and last[0].read_bytes() == data:
            return last[0]
    number = len(_numbered(plan, year)) + 1
    path = _path(plan, year, Occasion.PUBLISHED, number)
    _put(path, data)
    return path


def with_month(plan: Plan, month: str) -> Plan:
    """公表年月を入れた計画。"""
    revision = plan.revision.model_copy(update={"published": month})
    return plan.model_copy(update={"revision": revision})


def publish_edition(
    path: Path,
    digest: str,
    month: str | None,
    *,
    now: datetime | None = None,
    who: str | None = None,
) -> Path:
    """確定した文書の計画をしまい、記録簿に書く。``month`` は、計画のデータに入れる公表年月。

    ``digest`` は文書を作った計画のデータの目印。同じものがもう確定してあれば、何も書かない。

    :raises SheetgenError: その間に計画のデータが変わった（D059）、または書けない。
    """
    moment = (now or datetime.now()).astimezone()
    with open_ledger(path, writing=True) as ledger:
        if ledger.master.digest != digest:
            raise SheetgenError(Problem("D059", Place(file=str(path))))
        plan = ledger.master.plan
        new, data = plan, path.read_bytes()
        if month is not None and month != plan.revision.published:
            new = with_month(plan, month)
            data = render_plan(new)
        before = _numbered(path, plan.revision.fiscal_year)
        kept = keep_published(path, plan.revision.fiscal_year, data)
        if kept in before and new == plan:
            return kept
        run = ledger.new_run(moment, who)
        label = Revision.model_fields["published"].title
        entry = run.entry(
            Action.PUBLISH,
            path="revision.published",
            label=label,
            old=plan.revision.published,
            new=new.revision.published,
            file=kept.name,
            original=digest_of(data),
        )
        commit(ledger, new, [entry, run.end()])
    return kept


def set_aside(plan: Path, years: Iterable[int]) -> tuple[Problem, ...]:
    """これから開く年度 ``years`` の、もうしまってある計画の名を変え、読まないようにする。

    切り替えを控えから戻す前にしまったもので、やり直した年度の事実ではない（S116）。

    :raises SheetgenError: 名を変えられない（S108）。
    """
    found: list[Problem] = []
    folder = archive_folder(plan)
    names = [re.escape(wareki(year)) for year in years]
    for path in sorted(folder.glob("*.json")):
        if not any(re.fullmatch(rf"{name}_(?!\d{{4}}-\d\d-\d\d).+", path.stem) for name in names):
            continue
        number = 1
        while (aside := path.with_name(f"取りやめ{number}_{path.name}")).exists():
            number += 1
        try:
            path.rename(aside)
        except OSError as error:
            raise SheetgenError(Problem("S108", facts={"folder": folder})) from error
        found.append(Problem("S116", Place(file=str(aside)), {"file": path.name}))
    return tuple(found)


def has_edition(plan: Path, year: int, occasion: str) -> bool:
    """その時の計画が、しまってあるか。"""
    return _path(plan, year, occasion).exists()


def open_history(path: Path, *, printed: bool = False) -> History:
    """計画のデータを、しまった計画とともに読む。何も書かない。

    ``printed`` が真なら、見えない字を除いて読む。

    :raises SheetgenError: 計画のデータか、要る控えが読めない（S112）。
    """
    with open_ledger(path, writing=False) as ledger:
        return history_of(ledger, printed=printed)


def history_of(ledger: Ledger, plan: Plan | None = None, *, printed: bool = False) -> History:
    """開いた計画のデータと記録簿の、しまった計画。``plan`` があれば、それをいまの計画とする。"""
    now = plan or ledger.master.plan
    return History(ledger.path, now, ledger.entries, ledger.problems, printed=printed)


class History:
    """計画と、しまった計画。しまった計画は、要るときに一度だけ読む。"""

    def __init__(
        self,
        path: Path,
        plan: Plan,
        entries: Sequence[JournalEntry],
        problems: tuple[Problem, ...] = (),
        *,
        printed: bool = False,
    ) -> None:
        self._clean = without_unseen if printed else _as_written
        self.path = path
        self.problems = problems
        self.entries = entries
        self._read: dict[Path, Plan] = {}
        self._given = self._clean(plan)

    @cached_property
    def plan(self) -> Plan:
        """計画のデータ。前の版で終えた実施項目も、控えから加えてある。"""
        plan = self._given
        known = set(all_items(plan))
        gone = {one for one in plan.revision.retired_items if one not in known}
        gone |= {
            entry.item
            for entry in self.entries
            if entry.action is Action.ROLLOVER and entry.item and entry.item not in known
        }
        if not gone:
            return plan
        found = list(self._ended_before(plan, gone))
        return plan.model_copy(update={"ended_items": (*found, *plan.ended_items)})

    @property
    def lost(self) -> tuple[str, ...]:
        """記録簿にはしまったとあるのに、もうないもの。過ぎた年度の表は、別の計画から作られる。"""
        folder = archive_folder(self.path)
        kept = (Action.PUBLISH, Action.ROLLOVER)
        names = {
            entry.file: None
            for entry in self.entries
            if entry.action in kept and entry.item is None and entry.file
        }
        return tuple(
            name
            for name in names
            if not (folder / name).exists() and not any(folder.glob(f"*_{name}"))
        )

    @property
    def published_now(self) -> Plan:
        """いま公表している計画に、いま分かっている実績を入れたもの。

        見直し照会が出たあとの計画のデータには、まだ公表していない次の年度の値がある。
        """
        year = self.plan.revision.fiscal_year
        edition = self.published(year) if self.is_revised(year) else None
        if edition is None:
            return without_later(self.plan, year)
        return _brought_up(edition.plan, self.plan)

    def changed_since_final(self, seen: Plan) -> Path | None:
        """``seen`` の年度に確定した計画が、実績のほかに ``seen`` と違えば、そのファイル。"""
        year = seen.revision.fiscal_year
        edition = self.published(year) if _numbered(self.path, year) else None
        if edition is None:
            return None
        then = _brought_up(edition.plan, seen)
        # 課のメールは、どこにも印刷しない。
        if [_names(one) for one in then.departments] == [_names(one) for one in seen.departments]:
            then = then.model_copy(update={"departments": seen.departments})
        return None if then == seen else edition.file

    @cached_property
    def years(self) -> PlanYears:
        """計画と、過ぎた年度の事実。"""
        return self.years_of(self.plan)

    def years_of(self, plan: Plan) -> PlanYears:
        """その版の計画と、過ぎた年度の事実。実績の入った年度までのもの。"""
        last = latest_result_year(plan)
        asked: dict[int, Plan] = {}
        for year in plan.fiscal_years:
            if last is not None and year <= last:
                then = self._asked(year, plan)
                if then is not None:
                    asked[year] = without_items(then, self._taken_back - set(all_items(plan)))
        return PlanYears(plan, asked)

    def round_plan(self, chosen: Round) -> Plan | None:
        """その照会を送ったときの計画。しまっていなければ None。"""
        path = _path(self.path, chosen.year, chosen.kind.label)
        return self._load(path) if path.exists() else None

    def plan_of(self, year: int, kind: RoundKind | None) -> Plan:
        """その照会の計画。終わった実施項目のうち、最後の年度の実績を聞くものも入る。

        過ぎた照会は、送ったときの計画の形（実施項目、担当、番号、名）で見る。答えの欄の値は、
        いまの計画のもの。``kind`` が None なら、実績照会を先に探す。
        """
        now = self.plan
        asked = Round(kind, year).result_year if kind else year - 1
        asked = year if asked is None else asked
        kinds = [kind] if kind else [*now.round_kinds]
        found = [self.round_plan(Round(one, year)) for one in kinds]
        then = next((one for one in found if one is not None), None)
        if year >= now.revision.fiscal_year or then is None:
            return now.with_ended(asked)
        known = all_items(now)
        seen = then.with_ended(asked)
        return with_items(
            seen,
            {
                item.id: item.model_copy(
                    update={
                        "years": known[item.id].years,
                        "initiatives": known[item.id].initiatives,
                        "overall_grade": known[item.id].overall_grade,
                        "values": known[item.id].values,
                        "overview": item.overview.model_copy(
                            update={"policy": known[item.id].overview.policy}
                        ),
                    }
                )
                for _, _, item in seen.items()
                if item.id in known
            },
        )

    def is_revised(self, year: int) -> bool:
        """その年度の見直し照会が出て、計画のデータに次の年度の値が入っているか。"""
        chosen = Round(RoundKind.REVISION, year)
        return has_edition(self.path, year, Occasion.REVISION) or bool(
            _values_before(self.entries, chosen)
        )

    def published(self, year: int) -> Edition | None:
        """公表したときの計画。分からなければ None。"""
        numbered = _numbered(self.path, year)
        if numbered:
            return Edition(year, without_later(self._load(numbered[-1]), year), numbered[-1])
        asked = _path(self.path, year, Occasion.REVISION)
        if asked.exists():
            return Edition(year, without_later(self._load(asked), year), asked)
        chosen = Round(RoundKind.REVISION, year)
        now = self._given.revision.fiscal_year
        before = _values_before(self._entries_until(year) if year < now else self.entries, chosen)
        closed = self._closed(year) if year < now else None
        if closed is not None:
            return Edition(year, _as_of(self._load(closed), before, year), closed, restored=True)
        if year == now and before:
            return Edition(year, _as_of(self._given, before, year), self.path, restored=True)
        return None

    def last_published(self, before: int) -> Edition | None:
        """``before`` の年度より前の、いちばん新しい公表した計画。"""
        first = self._given.first_year
        for year in range(before - 1, first - 1, -1):
            found = self.published(year)
            if found is not None:
                return found
        return None

    @cached_property
    def _taken_back(self) -> set[str]:
        """加えたことを取り消した実施項目のID。照会のときの計画にはあっても、計画になかったもの。"""
        undone = undone_runs(self.entries)
        return {
            entry.item or ""
            for entry in self.entries
            if entry.action is Action.ADD and entry.run in undone
        }

    def _entries_until(self, year: int) -> Sequence[JournalEntry]:
        """その年度を閉じるまでの記録。あとで取り消しても、閉じたときの計画にはその値がある。"""
        ends = [
            place
            for place, entry in enumerate(self.entries)
            if entry.action is Action.ROLLOVER
            and entry.path == "revision.fiscal_year"
            and entry.old == year
        ]
        return self.entries[: ends[-1]] if ends else self.entries

    def _asked(self, year: int, plan: Plan) -> Plan | None:
        """``year`` の実績を照会したときの計画。"""
        for chosen in _rounds_of_results(plan, year):
            asked = self.round_plan(chosen)
            if asked is not None:
                return asked
        closed = self._closed(year + 1) if year + 1 < plan.revision.fiscal_year else None
        return self._load(closed) if closed else None

    def _closed(self, year: int) -> Path | None:
        """その年度を切り替えたときの控え。切り替え直していれば、あとのもの。"""
        found = [one for one in archives(self.path) if one.name.startswith(f"{wareki(year)}_")]
        return found[-1] if found else None

    def _ended_before(self, plan: Plan, gone: set[str]) -> Iterator[EndedItem]:
        """前の版で終えた実施項目。そのころは、計画のデータから消していた。"""
        for year in range(plan.first_year, plan.revision.fiscal_year):
            path = self._closed(year)
            following = self._closed(year + 1) if path else None
            if path is None:
                continue
            after = plan if following is None else self._load(following)
            left = {item.id for _, _, item in after.items()}
            for _, measure, item in self._load(path).items():
                if item.id in gone and item.id not in left:
                    gone.discard(item.id)
                    yield EndedItem(fiscal_year=year, measure=measure.number, item=item)

    def _load(self, path: Path) -> Plan:
        if path not in self._read:
            try:
                self._read[path] = self._clean(load_plan(path))
            except SheetgenError as error:
                problem = Problem("S112", Place(file=str(path)))
                raise SheetgenError([problem, *error.problems]) from error
        return self._read[path]


def _rounds_of_results(plan: Plan, year: int) -> Iterator[Round]:
    """``year`` の実績を聞く照会。実績照会が先。"""
    for kind in plan.round_kinds:
        later = Round(kind, year + 1)
        chosen = later if later.result_year == year else Round(kind, year)
        asks = kind == RoundKind.RESULTS or any(key.startswith(RESULT) for key in kind.asks)
        if asks and chosen.result_year == year:
            yield chosen


def _as_written(plan: Plan) -> Plan:
    return plan


def _brought_up(published: Plan, now: Plan) -> Plan:
    """公表した計画に、いま分かっている実績と、いまの符号、問合せ先、利用条件を入れたもの。"""
    known = all_items(now)
    items = {
        key: with_results(one, known[key], now)
        for key, one in all_items(published).items()
        if key in known
    }
    terms = {
        "municipality_code": now.municipality_code,
        "contact": now.contact,
        "open_data": now.open_data,
    }
    return with_items(published, items).model_copy(update=terms)


def _names(department: Department) -> tuple[str, ...]:
    return department.name, *(one.name for one in department.sections)


def _path(plan: Path, year: int, occasion: str, number: int = 1) -> Path:
    suffix = f"-{number}" if number > 1 else ""
    return archive_folder(plan) / f"{wareki(year)}_{safe_name(occasion)}{suffix}.json"


def _numbered(plan: Path, year: int) -> list[Path]:
    """その年度の、公表した計画。古い順。"""
    stem = re.escape(f"{wareki(year)}_{Occasion.PUBLISHED.value}")
    pattern = re.compile(rf"{stem}(?:-(\d+))?\.json")
    found: list[tuple[int, Path]] = []
    with contextlib.suppress(OSError):
        for path in archive_folder(plan).iterdir():
            match = pattern.fullmatch(path.name)
            if match:
                found.append((int(match[1] or 1), path))
    return [path for _, path in sorted(found)]


def _put(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        put(path, data)
    except OSError as error:
        raise SheetgenError(Problem("S108", facts={"folder": path.parent})) from error


_Values = Mapping[str, Mapping[str, Value]]


def _values_before(entries: Iterable[JournalEntry], chosen: Round) -> _Values:
    """その照会で記録した欄の、記録する前の値。実施項目のIDと道がキー。"""
    entries = tuple(entries)
    mark = round_mark(chosen)
    undone = undone_runs(entries)
    found: dict[str, dict[str, Value]] = {}
    for entry in entries:
        if entry.round == mark and entry.action is Action.RECORD and entry.run not in undone:
            found.setdefault(entry.item or "", {}).setdefault(entry.path or "", entry.old)
    return found


def _with_values(plan: Plan, values: _Values) -> Plan:
    known = all_items(plan)
    changed: dict[str, Item] = {
        item: with_values(known[item], back, 0) for item, back in values.items() if item in known
    }
    return with_items(plan, changed)


def _as_of(plan: Plan, before: _Values, year: int) -> Plan:
    """見直し照会の前に戻した計画。"""
    return without_later(_with_values(plan, before), year)
