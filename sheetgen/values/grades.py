"""評価の欄を読む。評価の区分は、計画のデータにある。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sheetgen.messages.listing import shortened
from sheetgen.values.found import Notes
from sheetgen.values.marks import fold

# 丸には符号位置がいくつもあり、日本語入力は一つの一覧に並べて出す。
_ALIKE = str.maketrans({"〇": "○", "◯": "○", "⚪": "○", "✕": "×", "✖": "×", "☓": "×"})
_ALIKE |= dict.fromkeys(map(ord, "−‐‑‒–—―ー"), "-")
_WORDS = r"^(?:評価|ランク|判定)[:：]? *|(?: *(?:評価|ランク|判定))$|[。.]$"
_LONGEST = 30  # 字。評価と、それに添えた「評価」などの字
_REMARK = r"(?s)([(（【\[〔※:：、,・\s]|ただし|但し).+"


def read_grade(text: str, scale: Sequence[str], notes: Notes) -> str | None:
    """評価の区分。区分になければ ``None`` とし、問いを加える。"""
    if text in scale:
        return text
    keys = [_key(grade) for grade in scale]
    known = {key: grade for key, grade in zip(keys, scale, strict=True) if keys.count(key) == 1}
    plain = fold(text, notes)
    found = known.get(_key(plain))
    if found is None and len(plain) <= _LONGEST:
        found = known.get(_key(re.sub(_WORDS, "", plain)))
        if found is not None:
            notes.use("grade_words")
    elif found is not None and plain not in scale:
        notes.use("grade_form")
    if found is None:
        found = _before_remark(plain, known)
        if found is not None:
            notes.use("grade_remark")
            notes.ask("R223", raw=shortened(text, 100), grade=found)
    if found is None:
        notes.ask("R224", raw=shortened(text, 100), scale="・".join(scale))
    return found


def _key(text: str) -> str:
    """幅、大文字と小文字、丸と横線の字の違いをならした評価。区分の書き方にもよらない。"""
    return unicodedata.normalize("NFKC", text).strip().upper().translate(_ALIKE)


def _before_remark(text: str, known: dict[str, str]) -> str | None:
    """``A（ただし…）`` の評価。"""
    text = unicodedata.normalize("NFKC", text)
    for key in sorted(known, key=len, reverse=True):
        if _key(text[: len(key)]) != key:
            continue
        rest = text[len(key) :]
        bare = rest.strip(" 　()（）【】[]〔〕※:：、,・\n")
        if re.match(_REMARK, rest) and len(bare) > 1 and _key(bare) not in known:
            return known[key]
    return None
