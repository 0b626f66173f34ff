"""文書の見出しと番号の書き方。"""

from __future__ import annotations

from sheetgen.era import REIWA_OFFSET, wareki_full
from sheetgen.model.document_overview import NumberedName
from sheetgen.model.plan import Measure, Plan, Policy

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def wide(number: int) -> str:
    """全角の数字。"""
    return str(number).translate(_FULL_WIDTH)


def part_heading(number: int, text: str) -> str:
    """``１．計画の概要`` の形。"""
    return f"{wide(number)}．{text}"


def chapter_heading(number: int, text: str) -> str:
    """``１）基本理念`` の形。"""
    return f"{wide(number)}）{text}"


def policy_name(policy: Policy) -> NumberedName:
    """``基本方針１`` とその名。"""
    return NumberedName(policy.number, f"基本方針{wide(policy.number)}", policy.name)


def measure_name(measure: Measure, name: str | None = None) -> NumberedName:
    """``(１)`` とその名。``name`` は図にだけ書く名。"""
    return NumberedName(measure.number, f"({wide(measure.number)})", name or measure.name)


def month_text(month: str) -> str:
    """``2024-03`` を ``令和６年３月`` にする。"""
    year, _, number = month.partition("-")
    return f"令和{wide(int(year) - REIWA_OFFSET)}年{wide(int(number))}月"


def whole_title(plan: Plan) -> str:
    """市区町村の名の付いた計画の名。"""
    return f"{plan.municipality}{plan.plan_title}"


def revision_title(plan: Plan) -> str:
    """``令和６年度年次見直し``。"""
    return f"{wareki_full(plan.revision.fiscal_year)}年次見直し"


def amount(value: int | float | None) -> str:
    """金額（千円）の書き方。数がなければ ``-``。"""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) or not value.is_integer() else f"{int(value):,}"
