"""推進項目の中の、実施項目と再掲を比べる。数は、様式に印刷するとおりに書く。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sheetgen.era import circled, wareki_full
from sheetgen.plan.item import CrossReference, Entry, Indicator, Item, OverviewRow, Result, YearPlan
from sheetgen.plan.plan import Measure, Plan
from sheetgen.plan.text import Record
from sheetgen.plan.value import EFFECT_FORMAT, printed
from sheetgen.publish.comparison.blocks import (
    ComparedBlock,
    Fields,
    Heading,
    block_of,
    compared_fields,
    merged_order,
)
from sheetgen.publish.document.overview import amount

_TABLE = "（概要表）"
Edition = tuple[Plan, Item]
"""計画と、その実施項目。"""


def item_fields(plan: Plan, item: Item, other: Edition | None) -> Fields:
    """番号と名を除く、実施項目の欄。``other`` は比べる相手（なければ ``None``）。"""
    code = item.indicator.number_format
    out = {
        "owners": (_title(Item, "owners"), "、".join(one.full_name for one in item.owners)),
        "related": (_title(Item, "related_sections"), "、".join(item.related_sections)),
        "introduced": (_title(Item, "introduced"), wareki_full(item.introduced)),
    }
    for name in ("improvement", "current_state"):
        out[name] = (_title(Item, name), getattr(item, name))
    out |= _initiatives(plan, item, other)
    out["vision"] = (_title(Item, "vision"), item.vision)
    out["indicator"] = (_title(Indicator, "name"), item.indicator.name)
    out["unit"] = (f"指標の{_title(Indicator, 'unit')}", item.indicator.unit or "")
    for name in ("current", "target"):
        text = printed(getattr(item.indicator, name), code)
        out[name] = (_title(Indicator, name), text)
    for year in item.years:
        out |= _year(year, code)
    out["effects"] = ("〔小計〕効果見込額(千円)", amount(item.effect_subtotal))
    out["actual"] = ("〔小計〕実績効果額(千円)", amount(item.result_effect_subtotal))
    out["overall"] = (_title(Item, "overall_grade"), item.overall_grade or "")
    out["section"] = (_title(Item, "section"), item.section or "")
    for name, field in OverviewRow.model_fields.items():
        label = str(field.title)
        out[f"overview.{name}"] = (
            label if label.endswith(_TABLE) else label + _TABLE,
            getattr(item.overview, name) or "",
        )
    return out


def reference_fields(entry: CrossReference) -> Fields:
    """番号と名を除く、再掲の行の欄。"""
    return {
        name: (_title(CrossReference, name), getattr(entry, name) or "")
        for name in ("section", "mark", "owners", "note")
    }


def _initiatives(plan: Plan, item: Item, other: Edition | None) -> dict[str, tuple[str, str]]:
    """取組方針・取組内容。印刷する年度のものどうしを比べる。

    ほかの年度の文は、両方の計画のデータにあれば、年度ごとに比べる。一方にしかない文は、
    印刷する年度のものでなければ、一つの欄として載せる。
    """
    shown = plan.revision.fiscal_year
    label = _title(Item, "initiatives")
    there = other[0].revision.fiscal_year if other else shown
    years = (shown, there) if other else (shown,)
    heading = "／".join(wareki_full(year) for year in sorted(set(years), reverse=True))
    out = {"initiative": (f"{heading}の{label}", item.initiative(shown) or "")}
    for year in sorted(int(one) for one in item.initiatives):
        in_both = other is not None and str(year) in other[1].initiatives
        if (shown != there) if in_both else (year != shown):
            text = item.initiative(year) or ""
            out[f"initiative.{year}"] = (f"{wareki_full(year)}の{label}", text)
    return out


def _year(year: YearPlan, code: str) -> dict[str, tuple[str, str]]:
    """一年度の欄。"""
    at, result = wareki_full(year.fiscal_year), year.result
    texts: dict[str, tuple[type[Record], str, str]] = {
        "plan": (YearPlan, "plan", year.plan or ""),
        "target": (YearPlan, "target", printed(year.target, code)),
        "effect": (YearPlan, "effect", printed(year.effect, EFFECT_FORMAT)),
        "text": (Result, "text", result.text or ""),
        "value": (Result, "value", printed(result.value, code)),
        "actual": (Result, "effect", printed(result.effect, EFFECT_FORMAT)),
        "grade": (Result, "grade", result.grade or ""),
    }
    return {
        f"{year.fiscal_year}.{key}": (f"{at} {_title(model, name)}", text)
        for key, (model, name, text) in texts.items()
    }


def _title(model: type[Record], name: str) -> str:
    return str(model.model_fields[name].title)


_Key = tuple[str, str, int]
_KIND = str(Item.model_fields["title"].title)


class Entries:
    """二つの計画の実施項目。推進項目を移ったものも、IDで分かる。"""

    def __init__(self, old: Plan, new: Plan) -> None:
        self._old, self._new = old, new
        self._past = {item.id: (measure, item) for _, measure, item in old.items()}
        self._now = {item.id for _, _, item in new.items()}

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
                block = _reference(key, old, was, new, entry)
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
        return block_of(f"item-{item.id}", _KIND, heading, shown, rows, len(after), item.id)

    def _ended(self, measure: Measure, item: Item) -> ComparedBlock | None:
        if item.id in self._now:
            return None  # ほかの推進項目に移った。移った先に載せる
        rows = list(compared_fields(item_fields(self._old, item, None), None))
        shown = item_heading(measure, item)
        return block_of(f"item-{item.id}", _KIND, shown, None, rows, len(rows), item.id)


def item_heading(measure: Measure, entry: Entry) -> Heading:
    """実施項目の番号と名。"""
    return Heading(f"({measure.number}){circled(entry.number)}", entry.title)


def _reference(
    key: _Key,
    old: Measure | None,
    was: Entry | None,
    new: Measure | None,
    entry: Entry | None,
) -> ComparedBlock | None:
    """再掲の行。"""
    before = reference_fields(was) if isinstance(was, CrossReference) else None
    after = reference_fields(entry) if isinstance(entry, CrossReference) else None
    place = new.number if new and entry else f"old-{old.number if old else 0}"
    return block_of(
        f"reference-{key[1]}-{place}-{key[2]}",
        str(CrossReference.model_fields["title"].title),
        item_heading(old, was) if old and was else None,
        item_heading(new, entry) if new and entry else None,
        list(compared_fields(before, after)),
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
