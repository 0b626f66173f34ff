"""実施項目と再掲の、欄ごとの文字。数は、様式に印刷するとおりに書く。"""

from __future__ import annotations

from sheetgen.document.comparison.rows import Fields
from sheetgen.document.words import amount
from sheetgen.era import wareki_full
from sheetgen.model.item import CrossReference, Indicator, Item, OverviewRow, Result, YearPlan
from sheetgen.model.numbers import EFFECT_FORMAT, printed
from sheetgen.model.plan import Plan
from sheetgen.model.text import Record

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
