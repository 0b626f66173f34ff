"""文章を、計画のデータに入れられる形にする。見える字は変えない。読み方と問いも、ここで持つ。

直すのは、ブックや JSON に入れられないもの（行末、制御文字、半分だけの字）だけ。全角と半角、旧字体、
異体字セレクター、外字は、そのまま残す。

公式の文書は、数のない所に ``-``（半角のハイフン）を書き、単位に一か所だけ ``ー``（長音）を書く。
二つは別のものとして持つ。日本語入力がハイフンの代わりに出す全角、マイナス、ダッシュ、罫線は、
幅が違うだけの同じ印なので ``-`` と読む。半角の ``ｰ`` は ``ー`` と読む。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sheetgen.messages.quoting import excerpt
from sheetgen.plan.text import LONGEST_TEXT
from sheetgen.plan.unseen import UNSEEN
from sheetgen.plan.value import Value

Doubt = tuple[str, Mapping[str, object]]
"""問題の符号と事実。場所は、呼び出す側が付ける。"""


class ReadValue(NamedTuple):
    """読み取った値。

    ``raw`` は、人がセルに見た文字。``rule`` は使った読み方の名を空白で区切ったもの（空なら、
    そのまま）。``readable`` が偽なら記録できる値がなく、``value`` は None。
    """

    value: Value
    raw: str
    rule: str = ""
    problems: tuple[Doubt, ...] = ()
    readable: bool = True


@dataclass(slots=True)
class Notes:
    """読みながら書きためる、使った読み方と問い。"""

    rules: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def use(self, rule: str) -> None:
        """読み方を一つ使った。"""
        if rule not in self.rules:
            self.rules.append(rule)

    def ask(self, code: str, **facts: object) -> None:
        """問いか知らせを一つ加える。"""
        self.doubts.append((code, facts))

    def result(self, value: Value, raw: str) -> ReadValue:
        """読み終えた値。"""
        return ReadValue(value, raw, " ".join(self.rules), tuple(self.doubts))

    def refusal(self, raw: str) -> ReadValue:
        """読めなかった。"""
        return ReadValue(None, raw, " ".join(self.rules), tuple(self.doubts), False)


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
_TURNED = "[\u202a-\u202e\u2066-\u2069]"
"""続く字の並ぶ向きを変える字。書かれた順と、見える順とが違う。"""
_SUSPECT = re.compile(
    "_x000[Dd]_|[\r\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\uf8ff\ufffd-\uffff"
    f"\U000f0000-\U0010fffd]|{_TURNED}|{UNSEEN}"
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
    turned = re.sub(_TURNED, "", lines)
    if turned != lines:
        notes.use("control")
        notes.ask("R243", text=excerpt(turned))
    kept = re.sub(f"{_CONTROL}|{UNSEEN}", "", turned)
    if kept != turned:
        unseen = re.findall(f"{_CONTROL}|{UNSEEN}", turned)
        codes = sorted({f"U+{ord(char):04X}" for char in unseen})
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


_ORDINARY = re.compile(
    "[\t\n\x20-\x7e\u2010-\u2027\u2030-\u203f\u2190-\u22ff\u2460-\u27bf\u3000-\u3098"
    "\u309b-\u30ff\u3200-\u33ff\u4e00-\u9fff\uff01-\uff5e\uffe0-\uffe6]*"
)
"""ふつうの文の字。これだけの文は、調べるまでもない。"""
_MOST_MARKS = 3
"""一つの字に重ねる記号の数。ベトナム語でも二つである。"""
_FEWEST_READ = 3
"""これより短い並びは、たまたま UTF-8 の形になりうる。"""


def meaningless(text: str) -> str | None:
    """だれにも読めない文か。そうであれば、そのわけの名。

    一つの字に果てなく重ねた記号、割り当てのない符号、文字コードを取り違えた文。
    """
    if _ORDINARY.fullmatch(text):
        return "mojibake" if _is_mojibake(text) else None
    marks = 0
    for at, char in enumerate(text):
        category = unicodedata.category(char)
        if category == "Cn":
            return "unassigned"
        is_mark = category in ("Mn", "Me") and not _is_variant(char)
        marks = marks + 1 if is_mark else 0
        if marks > _MOST_MARKS or (is_mark and at == 0):
            return "marks"
    return "mojibake" if _is_mojibake(text) else None


def _is_variant(char: str) -> bool:
    """異体字を選ぶ符号か。"""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _is_mojibake(text: str) -> bool:
    """UTF-8 の文を、ほかの文字コードで開いて保存したものか。ふつうの文は UTF-8 の形にならない。"""
    if text.isascii():
        return False
    for code in ("cp932", "cp1252"):
        read = text.encode(code, "ignore").decode("utf-8", "replace")
        lost = read.count("\ufffd")
        if sum("\u3000" <= char < "\ufff0" for char in read) >= max(_FEWEST_READ, lost):
            return True
    return False


def is_too_long(text: str) -> bool:
    """一つのセルに入らない長さか。"""
    return len(text) > LONGEST_TEXT // 2 and utf16_length(text) > LONGEST_TEXT


HYPHEN = "-"
LONG_MARK = "ー"
HYPHENS = "-－−‐‑‒–—―⁻﹣─━"
"""``-`` と同じ印として読む字。"""
MINUS = "▲△▼▽" + HYPHENS + LONG_MARK + "ｰ"
_FOLD: dict[int, int | str | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= {ord(char): None for char in "\u200b\u2060\ufeff"}
_FOLD |= {ord(char): " " for char in BLANKS if char not in "\r\n\u200b\u2060\ufeff"}
_FOLD |= {ord("￥"): ord("¥"), ord("％"): ord("%"), ord("ｰ"): ord(LONG_MARK)}
_BRACKETS = r"^[(（\[【〔]|[)）\]】〕。]$"
_LISTED = """
なし 無し 無 ナシ 皆無 該当なし 該当無し 特になし 特に無し 対象外 対象なし 実績なし 効果なし
効果額なし 未定 未実施 未集計 未確定 未算定 未把握 把握不可 算定中 算定不可 算定困難 算出不可
集計中 確認中 調整中 精査中 不明 N/A n/a NA na none
"""
WORDS = frozenset(_LISTED.split())
"""数の欄に書かれる、数でないことば。"""


def fold(text: str, notes: Notes) -> str:
    """全角の数字・記号を半角にし、前後の空白を除く。"""
    plain = text.strip(BLANKS).translate(_FOLD).strip()
    if plain != text:
        notes.use("width" if any("！" <= c <= "￥" for c in text) else "spaces")
    return plain


def lone_mark(text: str, notes: Notes) -> str | None:
    """印だけのとき、その印。``text`` は書かれたまま（前後の空白は除く）。"""
    bare = text.strip(BLANKS)
    if len(bare) != 1:
        return None
    if bare in HYPHENS:
        found = HYPHEN
    elif bare in (LONG_MARK, "ｰ"):
        found = LONG_MARK
    else:
        return None
    if bare != found:
        notes.use("dash")
    elif bare != text:
        notes.use("spaces")
    return found


def is_word(text: str) -> bool:
    """``なし`` ``（未定）`` など、数でないことばだけが書かれているか。"""
    bare = text.strip(BLANKS)
    return re.sub(_BRACKETS, "", re.sub(_BRACKETS, "", bare)) in WORDS
