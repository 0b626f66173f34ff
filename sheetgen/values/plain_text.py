"""文章を、計画のデータに入れられる形にする。見える字は変えない。

直すのは、ブックや JSON に入れられないもの（行末、制御文字、半分だけの字）だけ。全角と半角、旧字体、
異体字セレクター、外字は、そのまま残す。
"""

from __future__ import annotations

import re

from sheetgen.messages.listing import excerpt
from sheetgen.model.text import LONGEST_TEXT
from sheetgen.values.found import Notes

BLANKS = (
    " \t\r\n\x0b\x0c\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""目に見えない空白。セルの終わりにあっても、書いたことにはならない。"""

GETA = "〓"
"""読めない字の代わりに置く、印刷の約束の字。"""

# Word の段落内改行と、ほかの OS の行末と、ほかのプログラムの書いた Excel のファイルの
# XML に残る CR。
_LINE_END = r"_x000[Dd]_\n?|\r\n?|[\x0b\x0c\x85\u2028\u2029]"
_CONTROL = "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
_HALF = "[\ud800-\udfff]"
_LOST = "[\ufffd-\uffff]"
_USER_DEFINED = "[\ue000-\uf8ff\U000f0000-\U0010fffd]"
_SUSPECT = re.compile(
    "_x000[Dd]_|[\r\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\uf8ff\ufffd-\uffff"
    "\U000f0000-\U0010fffd]"
)


def utf16_length(text: str) -> int:
    """Excel の数え方での字数。"""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str, notes: Notes) -> str:
    """入れられない字を除き、改行をそろえ、終わりの空白を除く。"""
    if _SUSPECT.search(text):
        text = _mended(text, notes)
    trimmed = text.rstrip(BLANKS)
    if trimmed != text:
        notes.use("trim")
    return trimmed


def _mended(text: str, notes: Notes) -> str:
    lines = re.sub(_LINE_END, "\n", text)
    if lines != text:
        notes.use("line_ends")
    kept = re.sub(_CONTROL, "", lines)
    if kept != lines:
        codes = sorted({f"U+{ord(char):04X}" for char in re.findall(_CONTROL, lines)})
        notes.use("control")
        notes.ask("R206", codes="、".join(codes))
    if re.search(_HALF, kept):
        # プログラムが二つに分けて書いた字の半分どうしを、一つの字に戻す。
        kept = kept.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lost = re.findall(_LOST, kept)
    if lost:
        kept = re.sub(_LOST, GETA, kept)
        notes.use("lost")
        notes.ask("R207", count=len(lost), text=excerpt(kept, at=kept.find(GETA)))
    if re.search(_USER_DEFINED, kept):
        shown = re.search(_USER_DEFINED, kept)
        notes.ask("R209", count=len(re.findall(_USER_DEFINED, kept)),
                  text=excerpt(kept, at=shown.start() if shown else 0))  # fmt: skip
    return kept


def is_too_long(text: str) -> bool:
    """一つのセルに入らない長さか。"""
    return len(text) > LONGEST_TEXT // 2 and utf16_length(text) > LONGEST_TEXT
