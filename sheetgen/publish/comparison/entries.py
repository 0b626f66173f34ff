"""推進項目の中の、実施項目と再掲を比べる。数は、様式に印刷するとおりに書く。

何を改正とみるかは、ここだけで決める。新旧対照表も、文書の「変わった実施項目」も、これによる。

- 改正は、計画として印刷する欄の違い。取組実績・評価の記録は、改正ではない。
- 年度の変わる取組方針・取組内容は、毎年書き改める文なので、:class:`Turn` の部に分ける。
- まだ印刷しない先の年度の取組方針は、比べない。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sheetgen.era import circled, wareki_full
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.item import CrossReference, Entry, Item, OverviewRow, YearPlan
from sheetgen.plan.plan import Measure, Plan
from sheetgen.plan.value import EFFECT_FORMAT, printed
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
from sheetgen.publish.document.overview import amount

_TABLE = "（概要表）"
Known = tuple[Plan, Item]
"""計画と、その実施項目。"""


def shown_year(plan: Plan) -> int:
    """取組方針・取組内容を印刷する年度。計画の終わったあとは、最終年度のもの。"""
    return min(plan.revision.fiscal_year, plan.final_year)


def item_fields(plan: Plan, item: Item, other: Known | None) -> Fields:
    """改正を見る欄。番号、名、取組実績を除く。

    ``other`` は比べる相手（なければ ``None``）。年度の変わる文は :func:`turn_fields` に入る。
    """
    code, words = item.indicator.number_format, plan.words
    out = {
        "owners": (words["owners"], "、".join(one.full_name for one in item.owners)),
        "related": (words["related_sections"], "、".join(item.related_sections)),
        "introduced": (words["introduced"], wareki_full(item.introduced)),
    }
    for name in ("improvement", "current_state"):
        out[name] = (words[name], getattr(item, name))
    out |= _initiatives(plan, item, other)
    out["vision"] = (words["vision"], item.vision)
    out["indicator"] = (words["indicator.name"], item.indicator.name)
    unit = f"{words['indicator']}の{words['indicator.unit']}"
    out["unit"] = (unit, item.indicator.unit or "")
    for name in ("current", "target"):
        text = printed(getattr(item.indicator, name), code)
        out[name] = (words[f"indicator.{name}"], text)
    for year in item.years:
        out |= _year(words, year, code)
    out["effects"] = (f"〔小計〕{words['years.effect']}", amount(item.effect_subtotal))
    out["section"] = (words["section"], item.section or "")
    for name in OverviewRow.model_fields:
        if name != "policy" or not _turns(plan, other):
            out[f"overview.{name}"] = (
                _table_title(words, name),
                getattr(item.overview, name) or "",
            )
    return out


def turn_fields(plan: Plan, item: Item) -> Fields:
    """年度ごとに書き改める欄。"""
    return {
        "initiative": (plan.words["initiatives"], item.initiative(shown_year(plan)) or ""),
        "policy": (_table_title(plan.words, "policy"), item.overview.policy or ""),
    }


def _turns(plan: Plan, other: Known | None) -> bool:
    """取組方針・取組内容の年度が、相手と違うか。"""
    return other is not None and shown_year(plan) != shown_year(other[0])


def _table_title(words: Vocabulary, name: str) -> str:
    label = words[f"overview.{name}"]
    return label if label.endswith(_TABLE) else label + _TABLE


def reference_fields(words: Vocabulary, entry: CrossReference) -> Fields:
    """番号と名を除く、再掲の行の欄。"""
    labels = {
        "section": words["section"],
        "mark": str(CrossReference.model_fields["mark"].title),
        "owners": words["overview.owners"],
        "note": str(CrossReference.model_fields["note"].title),
    }
    return {name: (label, getattr(entry, name) or "") for name, label in labels.items()}


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


def _year(words: Vocabulary, year: YearPlan, code: str) -> dict[str, tuple[str, str]]:
    """一年度の、計画の欄。"""
    at = wareki_full(year.fiscal_year)
    texts = {
        "plan": year.plan or "",
        "target": printed(year.target, code),
        "effect": printed(year.effect, EFFECT_FORMAT),
    }
    return {
        f"{year.fiscal_year}.{name}": (f"{at} {words[f'years.{name}']}", text)
        for name, text in texts.items()
    }


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
                block = _reference(self._new.words, key, old, was, new, entry)
            if block:
                yield block

    def _item(self, measure: Measure, item: Item) -> ComparedBlock | None:
        past = self._past.get(item.id)
        known = (self._old, past[1]) if past else None
        after = item_fields(self._new, item, known)
        before = item_fields(self._old, past[1], (self._new, item)) if past else None
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
                row = turn_row(name, label, before[key][1], text)
                if row:
                    yield row

    def _ended(self, measure: Measure, item: Item) -> ComparedBlock | None:
        if item.id in self._now:
            return None  # ほかの推進項目に移った。移った先に載せる
        rows = list(compared_fields(item_fields(self._old, item, None), None))
        shown = item_heading(measure, item)
        return block_of(f"item-{item.id}", self._kind, shown, None, rows, len(rows), item.id)


def item_heading(measure: Measure, entry: Entry) -> Heading:
    """実施項目の番号と名。"""
    return Heading(f"({measure.number}){circled(entry.number)}", entry.title)


def _reference(
    words: Vocabulary,
    key: _Key,
    old: Measure | None,
    was: Entry | None,
    new: Measure | None,
    entry: Entry | None,
) -> ComparedBlock | None:
    """再掲の行。"""
    before = reference_fields(words, was) if isinstance(was, CrossReference) else None
    after = reference_fields(words, entry) if isinstance(entry, CrossReference) else None
    place = new.number if new and entry else f"old-{old.number if old else 0}"
    return block_of(
        f"reference-{key[1]}-{place}-{key[2]}",
        f"{words.item}（再掲）",
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
