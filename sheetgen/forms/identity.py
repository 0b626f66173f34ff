"""戻ってきたシートが、どの実施項目のどの照会のものかを示す目印。

Source of the check digits: ISO 7064, MOD 97-10 (two digits; catches every single
error and every swap of neighbours).
"""

from __future__ import annotations

from sheetgen.model.plan import Plan
from sheetgen.model.round import Round, RoundKind

_ROUND_LETTERS = {RoundKind.RESULTS: "J", RoundKind.REVISION: "M"}

CARRIER_VERSION = "sheetgen-form/1"


def check_digits(text: str) -> str:
    """英数字の並びの、2桁の検査数字。ほかの文字（ハイフン）は数えない。"""
    digits = "".join(str(int(one, 36)) for one in text if one.isascii() and one.isalnum())
    return f"{98 - int(digits) * 100 % 97:02d}"


def is_valid_id(text: str) -> bool:
    """検査数字まで正しい様式IDか。"""
    body, _, check = text.rpartition("-")
    return bool(body) and check == check_digits(body)


def form_id(chosen: Round, item_id: str) -> str:
    """印刷する様式ID。``2024J-08-08-`` と検査数字。"""
    body = f"{chosen.year}{_ROUND_LETTERS[chosen.kind]}-{item_id}"
    return f"{body}-{check_digits(body)}"


def carrier(plan: Plan, chosen: Round, item_id: str, template: str) -> str:
    """隠した行に入れる目印。様式IDに、計画とテンプレートの版を添える。"""
    fields = {
        "municipality": plan.municipality,
        "plan": plan.plan_title,
        "round": chosen.kind.value,
        "year": chosen.year,
        "item": item_id,
        "form": form_id(chosen, item_id),
        "template": template,
    }
    return "; ".join([CARRIER_VERSION, *(f"{name}={value}" for name, value in fields.items())])
