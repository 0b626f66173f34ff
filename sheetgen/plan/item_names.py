"""人の書いた、実施項目の名：ID ``08-08`` と、印刷の番号 ``(8)⑧``。

どちらも、全角でも半角でもよく、間を空けてもよい。実施項目を取る指定は、どれもここで読む。
"""

from __future__ import annotations

import re
import unicodedata

from sheetgen.plan.plan import Plan

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
_ID = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_PRINTED = re.compile(r"\(([0-9]{1,2})\)-?\(?([0-9]{1,2})\)?")


def written_id(text: str) -> str | None:
    """``08-08``・``8-8``・``８－８`` のどれかなら、ID の形にする。"""
    found = _ID.fullmatch(_plain(text))
    return f"{int(found[1]):02}-{int(found[2]):02}" if found else None


def written_number(text: str) -> tuple[int, int] | None:
    """``(8)⑧``・``（８）8`` のどれかなら、推進項目の番号と、その中の番号。"""
    found = _PRINTED.fullmatch(_plain(text))
    return (int(found[1]), int(found[2])) if found else None


def is_item_name(text: str) -> bool:
    """IDか印刷の番号の形か。"""
    return written_id(text) is not None or written_number(text) is not None


def item_id_of(plan: Plan, text: str) -> str:
    """書かれた実施項目のID。計画になければ、書かれたまま（IDの形は整える）返す。

    終わった実施項目と同じ番号なら、いまの実施項目とする。再掲の行の番号は、実施項目を指さない。再掲だけのことか、もとの項目のことかが決まらない。
    """
    number = written_number(text)
    for _, measure, item in (*plan.items(), *plan.ended()) if number else ():
        if (measure.number, item.number) == number:
            return item.id
    return written_id(text) or text.strip()


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
