"""値に置き換わる印（{{ }} と {% %}）の打ち損じ。

日本語入力のまま打った全角のかっこや、間に空白の入ったかっこは、式と見なされず、そのまま紙に出る。
"""

from __future__ import annotations

import re

# 二つ目の字が、値・命令・注記の印。全角でも、間に空白があっても拾い、正しいものはあとで除く。
_OPENING = re.compile(r"[{｛][ \t　]*[{｛%％#＃]")
_CLOSING = re.compile(r"[}｝%％#＃][ \t　]*[}｝]")
_RIGHT = {"{{", "{%", "{#", "}}", "%}", "#}"}
_ONE_BRACE = re.compile(
    r"[{｛][ \t　]*(?:plan|terms|labels|policy|measure|item|initiative|years|overview|form|round|"
    r"book|entry|reason|final_year)\b[^{}｛｝]*[}｝]"
)


def misspelt_mark(text: str) -> str | None:
    """値に置き換わらずに、そのまま印刷される印。なければ ``None``。"""
    wrong = next((m for m in _OPENING.finditer(text) if m.group() not in _RIGHT), None)
    if wrong is None and not any(mark in text for mark in ("{{", "{%", "{#")):
        wrong = _CLOSING.search(text) or _ONE_BRACE.search(text)
    return wrong.group() if wrong else None
