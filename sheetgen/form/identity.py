"""様式が、どの実施項目のどの照会のものかを自分で言うための目印：様式ID と、隠した行。

検査数字の出典: ISO 7064 の MOD 97-10。二桁で、一字の誤りと、隣どうしの入れ替わりをすべて見つける。
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sheetgen.plan.plan import Plan
from sheetgen.plan.round import BUILT_IN, Round, RoundKind

_ROUND_LETTERS = {RoundKind.RESULTS: "J", RoundKind.REVISION: "M"}
_MARK = re.compile(r"(20\d\d|21\d\d)([JM]|[a-z][a-z0-9_]*)")
_FORM_ID = re.compile(rf"({_MARK.pattern})-(\d\d-\d\d)-(\d\d)")
CARRIER_NAME = "sheetgen-form"
CARRIER_VERSION = f"{CARRIER_NAME}/1"
CARRIER_FIELDS = ("municipality", "plan", "round", "year", "item", "form", "template", "issue")
"""目印に入る欄。並びの順。"""


def check_digits(text: str) -> str:
    """英数字の並びの、2桁の検査数字。ほかの文字（ハイフン）は数えない。"""
    digits = "".join(str(int(one, 36)) for one in text if one.isascii() and one.isalnum())
    return f"{98 - int(digits) * 100 % 97:02d}"


def is_valid_id(text: str) -> bool:
    """検査数字まで正しい様式IDか。"""
    body, _, check = text.rpartition("-")
    return bool(body) and check == check_digits(body)


def round_mark(chosen: Round) -> str:
    """照会の短い書き方 ``2024J``（実績照会）・``2024M``（見直し照会）・``2024half``。"""
    return f"{chosen.year}{_ROUND_LETTERS.get(chosen.kind, chosen.kind.value)}"


def round_of_mark(text: str, kinds: Iterable[RoundKind] = BUILT_IN) -> Round | None:
    """``2024J`` の照会。その形でないか、``kinds`` にない照会なら ``None``。"""
    found = _MARK.fullmatch(text)
    for kind in kinds if found else ():
        if found and found[2] == _ROUND_LETTERS.get(kind, kind.value):
            return Round(kind, int(found[1]))
    return None


def form_id(chosen: Round, item_id: str) -> str:
    """印刷する様式ID。``2024J-08-08-`` と検査数字。"""
    body = f"{round_mark(chosen)}-{item_id}"
    return f"{body}-{check_digits(body)}"


def split_form_id(text: str, kinds: Iterable[RoundKind]) -> tuple[Round, str] | None:
    """様式IDの照会と項目。検査数字まで正しくないか、``kinds`` にない照会なら ``None``。"""
    match = _FORM_ID.fullmatch(text)
    if match is None or not is_valid_id(text):
        return None
    chosen = round_of_mark(match[1], kinds)
    return (chosen, match[4]) if chosen else None


def is_form_id(text: str) -> bool:
    """様式IDの形で、検査数字まで正しいか。どの計画の照会かは見ない。"""
    return _FORM_ID.fullmatch(text) is not None and is_valid_id(text)


def carrier_text(fields: Mapping[str, object], version: str = CARRIER_VERSION) -> str:
    """隠した行に入れる目印の文字。``fields`` は欄の名から値へで、並びの順。"""
    return "; ".join([version, *(f"{name}={value}" for name, value in fields.items())])


def parse_carrier(
    text: str, name: str = CARRIER_NAME, fields: Collection[str] = CARRIER_FIELDS
) -> Mapping[str, str] | None:
    """目印の文字を読む。目印でなければ ``None``。``name`` は目印の種類、``fields`` はその欄。

    ``version`` は、``sheetgen-form/1`` のような先頭の字。空白や行末、足りない項目、
    知らない項目があっても読む。中身が正しいかは見ない。
    """
    pieces = [piece.strip() for piece in text.strip().split(";")]
    version = pieces[0]
    if not version.startswith(f"{name}/"):
        return None
    found = {"version": version}
    last = ""
    for piece in pieces[1:]:
        label, equals, value = piece.partition("=")
        if equals and label.strip() in fields:
            last = label.strip()
            found[last] = value.strip()
        elif last:  # 計画の名などに「;」があるとき
            found[last] += f"; {piece}"
    return found


class Marks(NamedTuple):
    """テンプレートの目印と、配布記録の目印。"""

    template: str
    issue: str


def carrier(plan: Plan, chosen: Round, item_id: str, marks: Marks) -> str:
    """隠した行に入れる目印。様式IDに、計画・テンプレート・配布記録の目印を添える。"""
    return carrier_text(
        {
            "municipality": plan.municipality,
            "plan": plan.plan_title,
            "round": chosen.kind.value,
            "year": chosen.year,
            "item": item_id,
            "form": form_id(chosen, item_id),
            "template": marks.template,
            "issue": marks.issue,
        }
    )
