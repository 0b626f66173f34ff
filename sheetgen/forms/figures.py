"""数を、表示形式どおりの文字にする（紙の上の幅を量るため）。"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sheetgen.model.filled import Value


def shown(value: Value, number_format: str | None) -> str:
    """セルに見える文字。``#,##0`` と小数の桁だけを解し、ほかの形式は数のまま。"""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    code = number_format or "General"
    whole, _, fraction = code.partition(".")
    if code == "General" or set(whole) - set("#,0") or set(fraction) - {"0"}:
        return f"{value:g}" if isinstance(value, float) else str(value)
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    return f"{rounded:,f}" if "," in whole else f"{rounded:f}"
