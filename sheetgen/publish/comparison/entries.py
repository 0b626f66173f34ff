"""推進項目の中の、実施項目と再掲を比べる。数は、様式に印刷するとおりに書く。

何を改正とみるかは、ここだけで決める。新旧対照表も、文書の「変わった実施項目」も、これによる。

- 改正は、計画として印刷する欄の違い。取組実績・評価の記録は、改正ではない。計画が増やした欄も
  同じに分け、記録の違いは、改正の数に入れない部に載せる（:func:`is_record`）。
- 年度の変わる取組方針・取組内容は、毎年書き改める文なので、:class:`Turn` の部に分ける。
- まだ印刷しない先の年度の取組方針は、比べない。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from sheetgen.era import circled, wareki_full
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.declared import OFFICE
from sheetgen.plan.fields import PlanField, yearly_label
from sheetgen.plan.item import CrossReference, Entry, Item
from sheetgen.plan.plan import Measure, Plan
from sheetgen.plan.round import FieldKind, RoundKind
from sheetgen.plan.value import printed
from sheetgen.publish.comparison.blocks import (
    ComparedBlock,
    Fields,
    Heading,
    TurnRow,
    block_of,
    compared_fields,
    merged_order,
    turn_row,
)
from sheetgen.publish.comparison.matched import matched_measures
from sheetgen.publish.document.overview import marked
from sheetgen.publish.document.totals import total_text

_TABLE = "（概要表）"
Known = tuple[Plan, Item]
"""計画と、その実施項目。"""


def shown_year(plan: Plan) -> int:
    """取組方針・取組内容を印刷する年度。計画の終わったあとは、最終年度のもの。"""
    return min(plan.revision.fiscal_year, plan.final_year)


def item_fields(plan: Plan, item: Item, other: Known | None, shown: Collection[str]) -> Fields:
    """改正を見る欄。番号、名、取組実績を除く。

    ``other`` は比べる相手（なければ ``None``）。年度の変わる文は :func:`turn_fields` に入る。
    ``shown`` は載せる欄の名。
    """
    table = [one for one in plan.field_table.values() if one.key in shown]
    out: dict[str, tuple[str, str]] = {}
    late: dict[str, tuple[str, str]] = {}
    for field in table:
        key = field.key
        if field.per_year or is_record(field) or key in _HEADING:
            continue
        if key.startswith(_OVERVIEW):
            if key != "overview.policy" or not _turns(plan, other):
                late[key] = (_table_title(field.label), str(field.of(item) or ""))
        elif key == "section":
            late[key] = (field.label, item.section or "")
        elif key == "initiatives":
            out |= _initiatives(plan, item, other)
        else:
            out[key] = (_label(plan.words, field), _printed(item, field))
        if key == "related_sections":
            out["introduced"] = _introduced(plan, item)
    out.setdefault("introduced", _introduced(plan, item))
    yearly = [one for one in table if one.per_year and not is_record(one)]
    for index, year in enumerate(item.years):
        at = wareki_full(year.fiscal_year)
        for field in yearly:
            key = f"{year.fiscal_year}.{field.name}"
            out[key] = (f"{at} {field.label}", _printed(item, field, index))
    for field in yearly:
        if field.sums:
            total = total_text((field.of(year) for year in item.years), field)
            early = any(field.name in year.provisional for year in item.years)
            out[f"total.{field.name}"] = (f"〔小計〕{field.label}", marked(total, early))
    return out | late


_OVERVIEW = "overview."
_HEADING = frozenset({"title"})
"""まとまりの見出しになる欄。"""


def is_record(field: PlanField) -> bool:
    """計画そのものではなく、答えや評価の記録の欄か。値が入っても、改正ではない。

    見直し照会で聞く欄と、計画を作るときや事務局が書く欄は計画。年度の評価などは、だれが書いても記録。
    """
    if field.kind is FieldKind.GRADE or field.in_result:
        return True
    if field.asked == OFFICE:
        return field.per_year
    return field.asked not in (None, RoundKind.REVISION.value)


def _label(words: Vocabulary, field: PlanField) -> str:
    if field.key == "indicator.unit":
        return f"{words['indicator']}の{field.label}"
    return field.label


def _introduced(plan: Plan, item: Item) -> tuple[str, str]:
    return plan.words["introduced"], wareki_full(item.introduced)


def _printed(item: Item, field: PlanField, index: int = 0) -> str:
    """様式に印刷するとおりの値。暫定の値には、印を付ける。"""
    if field.key in _LISTS:
        names = (getattr(one, "full_name", one) for one in getattr(item, field.key))
        return "、".join(names)
    code = field.number_format
    if field.kind is FieldKind.FIGURE and not field.is_declared:
        code = item.indicator.number_format
    text = printed(field.value(item, index), code)
    return marked(text, field.per_year and field.name in item.years[index].provisional)


_LISTS = frozenset({"owners", "related_sections"})


def record_fields(plan: Plan, item: Item, shown: Collection[str]) -> Fields:
    """計画が増やした、答えや評価の記録の欄。"""
    records = [
        one
        for one in plan.field_table.values()
        if one.is_declared and is_record(one) and one.key in shown
    ]
    out = {one.key: (one.label, _printed(item, one)) for one in records if not one.per_year}
    for index, year in enumerate(item.years):
        for one in records:
            if one.per_year:
                label = yearly_label(year.fiscal_year, one.label)
                out[f"{year.fiscal_year}.{one.name}"] = (label, _printed(item, one, index))
    return out


def turn_fields(plan: Plan, item: Item) -> Fields:
    """年度ごとに書き改める欄。"""
    words = plan.words
    found = {
        "initiatives": (words["initiatives"], item.initiative(shown_year(plan)) or ""),
        "overview.policy": (_table_title(words["overview.policy"]), item.overview.policy or ""),
    }
    return {key: one for key, one in found.items() if plan.has(key)}


def _turns(plan: Plan, other: Known | None) -> bool:
    """取組方針・取組内容の年度が、相手と違うか。"""
    return other is not None and shown_year(plan) != shown_year(other[0])


def _table_title(label: str) -> str:
    return label if label.endswith(_TABLE) else label + _TABLE


def reference_fields(plan: Plan, entry: CrossReference) -> Fields:
    """番号と名を除く、再掲の行の欄。"""
    words = plan.words
    labels = {
        "section": words["section"] if plan.has("section") else "",
        "mark": str(CrossReference.model_fields["mark"].title),
        "owners": words["overview.owners"] if plan.has("overview.owners") else "",
        "note": str(CrossReference.model_fields["note"].title),
    }
    return {name: (label, getattr(entry, name) or "") for name, label in labels.items() if label}


def _initiatives(plan: Plan, item: Item, other: Known | None) -> dict[str, tuple[str, str]]:
    """取組方針・取組内容。同じ年度のものどうしを比べる。

    印刷する年度のほか、前に公表した年度の文が書き直されていれば、それも載せる。
    """
    shown = shown_year(plan)
    label = plan.words["initiatives"]
    out = {}
    if not _turns(plan, other):
        out["initiative"] = (f"{wareki_full(shown)}の{label}", item.initiative(shown) or "")
    last = min(shown, shown_year(other[0])) if other else shown - 1
    for year in sorted(int(one) for one in item.initiatives):
        if year <= last and (year != shown or _turns(plan, other)):
            text = item.initiative(year) or ""
            out[f"initiative.{year}"] = (f"{wareki_full(year)}の{label}", text)
    return out


_Key = tuple[str, str, int]


def known_items(old: Plan, new: Plan) -> dict[str, tuple[Measure, Item]]:
    """改正前からある実施項目。

    前の年次見直しより後に加わったと記されたものは、先に書き込んであっても、新しいもの。文書の
    新規の印と、その数に合う。
    """
    begun = {item.id: item.introduced for _, _, item in new.items()}
    then, now = old.revision.fiscal_year, new.revision.fiscal_year
    return {
        item.id: (measure, item)
        for _, measure, item in old.items()
        if not then < begun.get(item.id, then) <= now
    }


class Entries:
    """二つの計画の実施項目。推進項目を移ったものも、IDで分かる。"""

    def __init__(self, old: Plan, new: Plan) -> None:
        self._old, self._new = old, new
        self._past = known_items(old, new)
        self._now = {item.id for _, _, item in new.items()}
        self._measures = matched_measures(old, new)
        self._kind = new.words.item
        self._shown = new.field_table.keys()

    def blocks(self, old: Measure | None, new: Measure | None) -> Iterator[ComparedBlock]:
        """変わった実施項目と再掲を、改正後の順に。終わったものは、もとの所に。"""
        before = _keyed(old.entries if old else ())
        after = _keyed(new.entries if new else ())
        for key in merged_order(list(after), list(before)):
            entry, was = after.get(key), before.get(key)
            if isinstance(entry, Item) and new is not None:
                block = self._item(new, entry)
            elif isinstance(was, Item) and old is not None:
                block = self._ended(old, was)
            else:
                block = _reference(self._new, key, old, was, new, entry)
            if block:
                yield block

    def _item(self, measure: Measure, item: Item) -> ComparedBlock | None:
        past = self._past.get(item.id)
        known = (self._old, past[1]) if past else None
        after = item_fields(self._new, item, known, self._shown)
        back = (self._new, item)
        before = item_fields(self._old, past[1], back, self._shown) if past else None
        rows = list(compared_fields(before, after))
        heading = item_heading(*past) if past else None
        shown = item_heading(measure, item)
        moved = past is not None and self._measures.get(measure.number) != past[0].number
        return block_of(
            f"item-{item.id}", self._kind, heading, shown, rows, len(after), item.id, moved
        )

    def turned(self, measure: Measure) -> Iterator[TurnRow]:
        """年度の変わった取組方針・取組内容のうち、文の違うもの。"""
        for item in measure.items:
            past = self._past.get(item.id)
            if past is None or not _turns(self._new, (self._old, past[1])):
                continue
            name = item_heading(measure, item).text
            before, after = turn_fields(self._old, past[1]), turn_fields(self._new, item)
            for key, (label, text) in after.items():
                row = turn_row(name, label, before[key][1] if key in before else "", text)
                if row:
                    yield row

    def recorded(self, measure: Measure) -> Iterator[TurnRow]:
        """計画が増やした、答えや評価の記録のうち、値の違うもの。"""
        for item in measure.items:
            past = self._past.get(item.id)
            name = item_heading(measure, item).text
            before = record_fields(self._old, past[1], self._shown) if past else {}
            for key, (label, text) in record_fields(self._new, item, self._shown).items():
                row = turn_row(name, label, before[key][1] if key in before else "", text)
                if row:
                    yield row

    def _ended(self, measure: Measure, item: Item) -> ComparedBlock | None:
        if item.id in self._now:
            return None  # ほかの推進項目に移った。移った先に載せる
        rows = list(compared_fields(item_fields(self._old, item, None, self._shown), None))
        shown = item_heading(measure, item)
        return block_of(f"item-{item.id}", self._kind, shown, None, rows, len(rows), item.id)


def item_heading(measure: Measure, entry: Entry) -> Heading:
    """実施項目の番号と名。"""
    return Heading(f"({measure.number}){circled(entry.number)}", entry.title)


def _reference(
    plan: Plan,
    key: _Key,
    old: Measure | None,
    was: Entry | None,
    new: Measure | None,
    entry: Entry | None,
) -> ComparedBlock | None:
    """再掲の行。"""
    before = reference_fields(plan, was) if isinstance(was, CrossReference) else None
    after = reference_fields(plan, entry) if isinstance(entry, CrossReference) else None
    place = new.number if new and entry else f"old-{old.number if old else 0}"
    return block_of(
        f"reference-{key[1]}-{place}-{key[2]}",
        f"{plan.words.item}（再掲）",
        item_heading(old, was) if old and was else None,
        item_heading(new, entry) if new and entry else None,
        # なくなった行は、なくなったと言えば足りる。
        list(compared_fields(before, after)) if after else (),
        len(after or before or ()),
    )


def _keyed(entries: Sequence[Entry]) -> dict[_Key, Entry]:
    """種類とIDから。同じ再掲が二つあれば、順で分ける。"""
    seen: Counter[tuple[str, str]] = Counter()
    out: dict[_Key, Entry] = {}
    for entry in entries:
        one = (entry.type, entry.id if isinstance(entry, Item) else entry.item_id)
        out[(*one, seen[one])] = entry
        seen[one] += 1
    return out
