"""数に付く単位。金額の単位は、ちょうど換算できる。"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

YEN = {
    "円": Decimal(1),
    "千円": Decimal(10**3),
    "万円": Decimal(10**4),
    "百万円": Decimal(10**6),
    "千万円": Decimal(10**7),
    "億円": Decimal(10**8),
    "兆円": Decimal(10**12),
}
"""金額の単位と、その円での大きさ。"""

THOUSAND_YEN = "千円"

_LISTED = """
円 台 件 人 名 箇所 所 社 校 園 館 棟 戸 団体 施設 公園 事業 項目 回 日 月 年 箇月 週 時間 分
冊 枚 本 個 組 区画 路線 基 誌 票 世帯 クラブ 所属 課 部 市 町 自治会 アクセス 申請 % ポイント
トン t kg g ha m2 m3 km m l ℓ kwh
"""
COUNTERS = frozenset(_LISTED.split())
"""数の後に書かれる、ありふれた単位。指標の単位と違えば問う。"""


@lru_cache(maxsize=512)
def folded(unit: str) -> str:
    """書き方の違いをならした単位。``ヶ所`` ``カ所`` ``箇所`` は同じ。"""
    plain = unicodedata.normalize("NFKC", unit).strip().lower()
    plain = re.sub("[ヶケヵカか箇個](?=[所月])", "箇", plain)
    return plain.replace("パーセント", "%")


@lru_cache(maxsize=512)
def own_units(unit: str | None) -> tuple[str, ...]:
    """この指標の単位の書き方。``件/年`` は ``件`` とも書かれる。長い順。"""
    if unit is None or unit.strip() in {"", "-", "ー", "－"}:
        return ()
    whole = folded(unit)
    head = whole.partition("/")[0]
    names = {whole, head, head.removesuffix("数")} - {""}
    for one, other in (("人", "名"), ("トン", "t")):
        names |= {other} if head == one else {one} if head == other else set()
    return tuple(sorted(names, key=len, reverse=True))


@lru_cache(maxsize=512)
def money_unit(unit: str | None) -> Decimal | None:
    """単位が金額なら、その円での大きさ。"""
    names = own_units(unit)
    return next((YEN[name] for name in names if name in YEN), None)


def is_percent(unit: str | None) -> bool:
    """単位が百分率か。"""
    return "%" in own_units(unit)
