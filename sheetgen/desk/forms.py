"""ページの欄に書かれた値の読み方。どのページでも同じ。"""

from __future__ import annotations

from datetime import date

from flask import abort, request

from sheetgen.plan.round import RoundKind


def chosen_round(name: str = "round") -> RoundKind | None:
    """照会。選んでいなければ ``None``。"""
    value = request.values.get(name, "")
    if value not in ("", *RoundKind):
        abort(400)
    return RoundKind(value) if value else None


def chosen_year(name: str = "year") -> int | None:
    """年度（西暦）。選んでいなければ ``None``。"""
    value = request.values.get(name, "")
    if value and not value.isdecimal():
        abort(400)
    return int(value) if value else None


def chosen_day(name: str) -> date | None:
    """日付。書いていなければ ``None``。"""
    value = request.values.get(name, "")
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        abort(400)
