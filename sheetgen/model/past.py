"""記録簿が、この照会についてもう知っていること。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sheetgen.model.answers import Proposal
from sheetgen.model.filled import Value
from sheetgen.model.journal import storable


class WaivedValue(NamedTuple):
    """通した問題。値が変われば、また確かめる。"""

    code: str
    item: str
    path: str | None
    value: Value


class ProposedText(NamedTuple):
    """受け取った変更申出。"""

    item: str
    label: str
    old: Value
    new: Value


def proposed_text(item: str, proposal: Proposal) -> ProposedText:
    """前に受け取ったかどうかを、記録簿と比べられる形の変更申出。"""
    old, new = storable(proposal.old), storable(proposal.new)
    return ProposedText(item, proposal.label, old, new)


FieldKey = tuple[str, str]
"""実施項目のIDと、欄の道（:func:`sheetgen.model.paths.lasting_path` の道）。"""


@dataclass(frozen=True, slots=True)
class Past:
    """この照会で前に記録したこと。取り消した回のことは入らない。

    ``recorded`` と ``rejected`` は、欄ごとの、一度計画のデータに入れた値と、採らないと決めた値。
    ``items`` は、記録したことのある実施項目。
    """

    recorded: Mapping[FieldKey, frozenset[Value]] = field(default_factory=dict)
    rejected: Mapping[FieldKey, frozenset[Value]] = field(default_factory=dict)
    waived: frozenset[WaivedValue] = frozenset()
    proposed: frozenset[ProposedText] = frozenset()
    items: frozenset[str] = frozenset()
