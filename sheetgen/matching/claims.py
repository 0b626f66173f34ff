"""シートが、自分は何の様式だと言っているか。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sheetgen.model.identity import CARRIER_NAME, parse_carrier, split_form_id
from sheetgen.model.refs import split_ref
from sheetgen.model.returned import RawSheet

_PRINTED = re.compile(r"(?<!\d)\d{4}[A-Z]-\d\d-\d\d-\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Claim:
    """一つの目印。``form`` は様式ID、``fields`` は隠した行の目印のときの、ほかの欄。"""

    ref: str
    form: str
    fields: Mapping[str, str]

    @property
    def is_valid(self) -> bool:
        """検査数字まで正しいか。"""
        return split_form_id(self.form) is not None


def carriers_of(sheet: RawSheet) -> list[Claim]:
    """シートにある、隠した行の目印。"""
    found = []
    for ref, cell in sheet.cells.items():
        value = cell.value
        if isinstance(value, str) and CARRIER_NAME in value:
            fields = parse_carrier(value)
            if fields is not None:
                found.append(Claim(ref, fields.get("form", ""), fields))
    return found


def printed_ids(sheet: RawSheet) -> list[Claim]:
    """シートに印刷された様式ID。全角で打ち直されていてもよい。"""
    found = []
    for ref, cell in sheet.cells.items():
        value = cell.value
        # 様式IDの文字は短い。長い計画の文まで正規化すると遅い。
        if isinstance(value, str) and len(value) <= 80 and CARRIER_NAME not in value:
            text = value if value.isascii() else unicodedata.normalize("NFKC", value)
            for match in _PRINTED.finditer(text):
                found.append(Claim(ref, match.group(), {}))
    return found


def registered(sheets: Iterable[tuple[RawSheet, list[Claim]]]) -> dict[str, Claim]:
    """隠したシートの一覧：シートの名（小文字にそろえる）から目印へ。"""
    found: dict[str, Claim] = {}
    for sheet, claims in sheets:
        rows = {split_ref(claim.ref)[0]: claim for claim in claims}
        for ref, cell in sheet.cells.items():
            claim = rows.get(split_ref(ref)[0])
            if claim is not None and isinstance(cell.value, str) and len(cell.value) <= 31:
                found.setdefault(cell.value.casefold(), claim)
    return found


def distinct(claims: Iterable[Claim]) -> Iterator[str]:
    """正しい様式IDを、一度ずつ。"""
    yield from dict.fromkeys(claim.form for claim in claims if claim.is_valid)
