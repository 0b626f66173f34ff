"""次の年度の年次見直しの計画を、いまの計画から作る。"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from sheetgen.era import wareki_full
from sheetgen.messages.quoting import in_short
from sheetgen.messages.year import LESS_EXPECTED
from sheetgen.plan.item import CrossReference, Entry, Item, Result, YearPlan
from sheetgen.plan.paths import all_items, with_items, without_items
from sheetgen.plan.plan import EndedItem, Measure, Plan, Revision, item_label
from sheetgen.problems import Place, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloverRequest:
    """切り替えの依頼。

    ``to`` は開く年度（None なら次の年度）。``retire`` は終わる実施項目のID。``renumber`` は、
    その後ろの印刷の番号を詰める。``copy_initiatives`` は、前年度の取組方針を下書きとして写す。
    ``force`` には、``reason`` と ``to`` が要る。

    ``until`` は、計画の期間を延ばすときの、新しい最終年度。``keep_year`` なら、年度は切り替えず、
    期間だけを延ばす。
    """

    plan: Path
    to: int | None = None
    retire: tuple[str, ...] = ()
    renumber: bool = False
    copy_initiatives: bool = False
    force: bool = False
    reason: str | None = None
    until: int | None = None
    keep_year: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Retired:
    """終えた実施項目。``label`` は印刷の番号。"""

    item: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Renumbered:
    """印刷の番号の変わった実施項目。IDは変わらない。"""

    item: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RolloverResult:
    """切り替えの結果。

    ``archive`` は閉じたときの計画のデータの写し、``run`` は記録簿でのこの回の名。試しの回では、
    どちらも None。``copied`` は、取組方針が下書きのままの実施項目のID。年度を切り替えず、期間だけを
    延ばしたときは、``closed`` と ``opened`` が同じ。``until`` は、延ばしたときの新しい最終年度。
    """

    closed: int
    opened: int
    retired: tuple[Retired, ...]
    renumbered: tuple[Renumbered, ...]
    copied: tuple[str, ...]
    items: int
    archive: Path | None = None
    run: str | None = None
    problems: tuple[Problem, ...] = ()
    until: int | None = None


SHOWN = 5


@dataclass(frozen=True, slots=True)
class Rolled:
    """次の年度の計画と、変えたこと。``copied`` は、前の年度の取組方針を写したID。"""

    plan: Plan
    retired: tuple[Retired, ...]
    renumbered: tuple[Renumbered, ...]
    copied: tuple[str, ...]
    problems: tuple[Problem, ...]


def roll(
    plan: Plan, retire: Collection[str], *, renumber: bool = False, copy_initiatives: bool = False
) -> Rolled:
    """年次見直しの年度を一つ進める。``plan`` は変えない。

    「主なポイント」は空にし、``retired_items`` には今回終わるものを入れる。
    どちらも一回の年次見直しのことである。ID、数、過ぎた年度の取組方針など、ほかはすべて残す。
    """
    opened = plan.revision.fiscal_year + 1
    ended = set(retire)
    retired = tuple(
        Retired(item.id, item_label(measure, item), item.title)
        for _, measure, item in plan.items()
        if item.id in ended
    )
    problems = list(_dropped(plan, ended))
    labels = {item.id: item_label(measure, item) for _, measure, item in plan.items()}
    new = _without(plan, ended, renumber)
    new, moved = _with_sample(new, ended)
    problems += moved
    copied: tuple[str, ...] = ()
    if copy_initiatives and opened in plan.fiscal_years:
        new, copied = _with_drafts(new, opened)
    gone = tuple(_ended(plan, ended))
    new = new.model_copy(
        update={
            "revision": _revision(plan.revision, gone),
            "ended_items": (*plan.ended_items, *gone),
        }
    )
    renumbered = tuple(
        Renumbered(item.id, labels[item.id], item_label(measure, item))
        for _, measure, item in new.items()
        if item_label(measure, item) != labels[item.id]
    )
    if renumbered:
        changes = "、".join(f"{one.item} {one.old}→{one.new}" for one in renumbered)
        problems.append(Problem("S126", facts={"changes": changes}))
    problems += _initiatives(new, opened, copied)
    problems.append(Problem("S124"))
    if retired:
        facts = {"year": wareki_full(min(opened - 1, plan.final_year)), "next": wareki_full(opened),
                 "items": listed([one.item for one in retired]),
                 "less": LESS_EXPECTED if new.has("years.effect") else ""}  # fmt: skip
        problems.append(Problem("S114", facts=facts))
    if opened > plan.final_year:
        problems.append(Problem("S125", facts={"year": wareki_full(opened)}))
    return Rolled(new, retired, renumbered, copied, tuple(problems))


@dataclass(frozen=True, slots=True)
class Lengthened:
    """期間を延ばした計画。``moved`` は、全期間総合評価を年度の評価に移したID。"""

    plan: Plan
    moved: tuple[str, ...] = ()


def lengthened(plan: Plan, until: int) -> Lengthened:
    """計画の最終年度を ``until`` にする。どの実施項目にも、空欄の年度を足す。

    全期間総合評価は、新しい最終年度に改めて聞く。もう付けてあれば、それまでの最終年度の評価とする。
    様式のその年度の行も、評価の欄になる。
    """
    added = range(plan.final_year + 1, until + 1)
    result = Result(text=None, value=None, effect=None, grade=None)
    blank = tuple(
        YearPlan(fiscal_year=year, plan=None, target=None, effect=None, result=result)
        for year in added
    )
    changed: dict[str, Item] = {}
    moved = []
    for item_id, item in all_items(plan).items():
        years, overall = item.years, item.overall_grade
        last = years[-1].result
        if overall is not None and last.grade is None and plan.has("years.result.grade"):
            graded = last.model_copy(update={"grade": overall})
            years = (*years[:-1], years[-1].model_copy(update={"result": graded}))
            overall = None
            moved.append(item_id)
        changed[item_id] = item.model_copy(
            update={"years": (*years, *blank), "overall_grade": overall}
        )
    longer = with_items(plan, changed).model_copy(
        update={"fiscal_years": (*plan.fiscal_years, *added)}
    )
    return Lengthened(longer, tuple(moved))


def lengthening_notes(plan: Plan, done: Lengthened) -> Iterator[Problem]:
    """期間を延ばしたあとで、しておくこと。``plan`` は、延ばす前の計画。"""
    years = [year for year in done.plan.fiscal_years if year > plan.final_year]
    facts = {"years": "、".join(map(wareki_full, years)), "final": wareki_full(years[-1])}
    yield Problem("S155", facts=facts)
    if done.moved:
        moved = {"count": len(done.moved), "items": listed(done.moved)}
        yield Problem("S156", facts={"year": wareki_full(plan.final_year), **facts, **moved})


def listed(items: Collection[str]) -> str:
    """初めのいくつかのIDと、残りの数。"""
    return in_short(list(items), SHOWN, "件")


def left_rows(code: str, plan: Plan, left: Collection[str]) -> tuple[Problem, ...]:
    """前の年度の文のままの、概要表の取組方針・取組内容（S150、S151）。``left`` はそのID。"""
    if not left:
        return ()
    year = plan.revision.fiscal_year
    facts = {"old": wareki_full(year - 1), "new": wareki_full(year), "count": len(left),
             "items": listed(left)}  # fmt: skip
    return (Problem(code, Place(label="概要表"), facts),)


def _ended(plan: Plan, ended: set[str]) -> Iterator[EndedItem]:
    """終える実施項目。最後の年度の実績は、次の実績照会で聞く。"""
    last = min(plan.revision.fiscal_year, plan.final_year)
    for _, measure, item in plan.items():
        if item.id in ended and item.introduced <= last:
            yield EndedItem(fiscal_year=last, measure=measure.number, item=item)


def _revision(before: Revision, gone: tuple[EndedItem, ...]) -> Revision:
    return before.model_copy(
        update={
            "fiscal_year": before.fiscal_year + 1,
            "published": None,
            "highlights": (),
            "highlight_notes": (),
            # 始まらないまま終えたものは、公表した件数に入っていない。
            "retired_items": tuple(one.item.id for one in gone),
        }
    )


def _dropped(plan: Plan, ended: set[str]) -> Iterator[Problem]:
    """終える実施項目を指している再掲。"""
    for _, measure in plan.measures():
        for entry in measure.entries:
            if isinstance(entry, CrossReference) and entry.item_id in ended:
                facts = {"target": entry.item_id, "title": entry.title, "measure": measure.number}
                yield Problem("S120", Place(item=entry.item_id), facts)


def _without(plan: Plan, ended: set[str], renumber: bool) -> Plan:
    """終える実施項目と、その再掲を除いた計画。"""

    def closed_up(before: Measure, after: Measure) -> tuple[Entry, ...]:
        """なくなったもののある推進項目だけ、番号を詰める。"""
        if not renumber or len(after.entries) == len(before.entries):
            return after.entries
        return tuple(
            entry.model_copy(update={"number": number})
            for number, entry in enumerate(after.entries, 1)
        )

    before = {measure.number: measure for _, measure in plan.measures()}
    return without_items(plan, ended).with_entries(
        lambda measure: closed_up(before[measure.number], measure)
    )


def _with_sample(plan: Plan, ended: set[str]) -> tuple[Plan, list[Problem]]:
    """見方の見本が終える実施項目なら、初めの実施項目に替える。"""
    legend = plan.overview.legend
    if legend is None or legend.sample_item_id not in ended:
        return plan, []
    first = next(item.id for _, _, item in plan.items())
    facts = {"old": legend.sample_item_id, "new": first}
    changed = legend.model_copy(update={"sample_item_id": first})
    overview = plan.overview.model_copy(update={"legend": changed})
    return plan.model_copy(update={"overview": overview}), [Problem("S121", facts=facts)]


def _lacking(plan: Plan, year: int) -> list[Item]:
    if not plan.has("initiatives"):
        return []
    return [item for _, _, item in plan.items() if not (item.initiative(year) or "").strip()]


def _with_drafts(plan: Plan, year: int) -> tuple[Plan, tuple[str, ...]]:
    """取組方針のない実施項目に、前の年度の文を写す。"""
    changed: dict[str, Item] = {}
    for item in _lacking(plan, year):
        text = item.initiative(year - 1)
        if text and text.strip():
            initiatives = dict(sorted({**item.initiatives, str(year): text}.items()))
            changed[item.id] = item.model_copy(update={"initiatives": initiatives})
    return with_items(plan, changed), tuple(changed)


def _initiatives(plan: Plan, year: int, copied: tuple[str, ...]) -> Iterator[Problem]:
    """新しい年度の取組方針について、言っておくこと。"""
    if year not in plan.fiscal_years:
        return
    name = wareki_full(year)
    if copied:
        yield Problem("S123", facts={"year": name, "count": len(copied), "items": listed(copied)})
    lacking = [item.id for item in _lacking(plan, year)]
    if lacking:
        facts = {
            "year": name,
            "before": wareki_full(year - 1),
            "count": len(lacking),
            "items": listed(lacking),
        }
        yield Problem("S122", facts=facts)
