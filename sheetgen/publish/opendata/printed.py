"""計画に印刷された文字を、機械の使う文字・単位・数・所属の名に読み分ける。

計画の文字は印刷のままで変えない。ここで作るのは、公開する表の列だけ。

機種依存文字とは、ここでは Shift_JIS（JIS X 0201 の英数字と JIS X 0208）にない字と、半角カナのこと。
波ダッシュのように、規格と Windows とで番号の違う字は、どちらでも同じ字に揃える。
名に使うまれな漢字のように、置き換える字のないものはそのままにし、知らせる。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

_BLANK = "\u3000"
# 規格と Windows とで番号の違う字と、字の間の空きにだけ使う全角の空白。
_ALWAYS = {
    _BLANK: " ", "～": "~", "〜": "~", "－": "-", "−": "-",
    "∥": "‖", "￠": "¢", "￡": "£", "￢": "¬",
}  # fmt: skip
_LOOKALIKE = dict.fromkeys("‐‑‒–", "-") | {"—": "―", "•": "・", "▪": "・", "\u00a0": " "}
_HALF_KANA = re.compile("[\uff61-\uff9f]+")
_VOICED = str.maketrans({"\u3099": "゛", "\u309a": "゜"})
_CIRCLE = "<circle>"


@lru_cache(maxsize=8192)
def is_dependent(character: str) -> bool:
    """機種依存文字か。"""
    if _HALF_KANA.fullmatch(character):
        return True
    try:
        character.encode("shift_jis")
    except UnicodeEncodeError:
        return True
    return False


def equal_of(character: str) -> str | None:
    """置き換える先の文字。``①`` は ``(1)``、``㎡`` は ``m2``。なければ ``None``。"""
    plain = _LOOKALIKE.get(character) or unicodedata.normalize("NFKC", character)
    if plain == character or any(map(is_dependent, plain)):
        return None
    if unicodedata.decomposition(character).startswith(_CIRCLE):
        return f"({plain})"
    return plain


class Characters:
    """文字を置き換え、どれを何にしたかを覚える。"""

    def __init__(self) -> None:
        self.replaced: dict[str, str] = {}
        self.unusual: set[str] = set()

    def plain(self, text: str) -> str:
        """機種依存文字を置き換えた一行。空白は、字の間の半角の一つだけにする。"""
        joined = _HALF_KANA.sub(self._full_kana, text)
        return " ".join("".join(map(self._plain, joined)).split())

    def paragraphs(self, text: str | None) -> list[str]:
        """改行で分けた段落。空の行は除く。"""
        lines = (self.plain(line) for line in (text or "").splitlines())
        return [line for line in lines if line]

    def _full_kana(self, found: re.Match[str]) -> str:
        """半角カナの並びを全角にする。濁点と半濁点は、前の字と合わせる。"""
        for one in re.findall("[\uff61-\uff9d][\uff9e\uff9f]?|[\uff9e\uff9f]", found[0]):
            full = unicodedata.normalize("NFKC", one)
            parts = (one,) if len(full) == 1 else tuple(one)  # 合わせられない濁点は一字とする
            for part in parts:
                self.replaced[part] = unicodedata.normalize("NFKC", part).translate(_VOICED)
        return unicodedata.normalize("NFKC", found[0]).translate(_VOICED)

    def _plain(self, character: str) -> str:
        if character in "\t\n\r":
            return " "
        found = _ALWAYS.get(character)
        if found is None:
            if not is_dependent(character):
                return character
            found = equal_of(character)
        if found is None:
            self.unusual.add(character)
            return character
        self.replaced[character] = found
        return found


def clean_name(text: str) -> str:
    """名を突き合わせるための形。英数字は半角に、カナと中黒は全角にする。"""
    wide = unicodedata.normalize("NFKC", text).translate(_VOICED)
    return " ".join(wide.split())


NO_UNIT = "単位なし"
_NO_VALUE = frozenset("-‐−－ー―–—")


def is_dash(text: str) -> bool:
    """値も単位もないことを表す横線か。"""
    return text.strip() in _NO_VALUE


def clean_unit(unit: str | None) -> str:
    """単位。計画に ``-``、``ー``、空欄と三通りに書かれた「単位がない」を、一つにする。"""
    return NO_UNIT if unit is None or is_dash(unit) else clean_name(unit)


class Limit(StrEnum):
    """記載された数が、どんな限りか。"""

    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    ABOUT = "about"


LIMITS = {
    Limit.AT_MOST: "その数か、それより小さい",
    Limit.LESS_THAN: "その数より小さい",
    Limit.AT_LEAST: "その数か、それより大きい",
    Limit.MORE_THAN: "その数より大きい",
    Limit.ABOUT: "およその数",
}
_LIMIT_WORDS = {
    "以内": Limit.AT_MOST, "以下": Limit.AT_MOST, "未満": Limit.LESS_THAN,
    "以上": Limit.AT_LEAST, "超": Limit.MORE_THAN, "程度": Limit.ABOUT,
}  # fmt: skip
_MONEY = frozenset({"円", "千円", "万円", "百万円", "億円"})
_FIGURE = re.compile(
    r"(約?)([▲△-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?([^0-9(),.]*)(?:\(([^()]*)\))?"
)


class Reading(NamedTuple):
    """数でない記載から読み取ったこと。読み取れないところは ``None``。

    ``bracketed`` はかっこの中の数、``remark`` はかっこの中の注記。
    """

    number: int | float | None = None
    unit: str | None = None
    bracketed: int | float | None = None
    limit: Limit | None = None
    remark: str | None = None


def read_figure(text: str, unit: str, units: Collection[str]) -> Reading:
    """``2(78)`` ``90％未満`` ``41,096千円(令和3年度）`` を読み分ける。

    ``unit`` は、その指標の単位。数のあとのことばが、``units``（計画に使う単位）にも金額の単位にも
    なければ、何も読まない。``5月に実施`` の 5 は、値ではない。
    """
    match = _FIGURE.fullmatch(clean_name(text).replace(" ", ""))
    if match is None:
        return Reading()
    about, sign, whole, decimals, words, inside = match.groups()
    limit = Limit.ABOUT if about else None
    for word, meaning in _LIMIT_WORDS.items():
        if words.endswith(word):
            words, limit = words.removesuffix(word), meaning
            break
    if words and words not in units and words not in _MONEY and words != "%":
        return Reading()
    number = _number(whole + (decimals or ""))
    bracketed = remark = None
    if inside and re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", inside):
        bracketed = _number(inside)
    else:
        remark = inside or None
    return Reading(-number if sign else number, words or unit, bracketed, limit, remark)


def _number(text: str) -> int | float:
    plain = text.replace(",", "")
    return float(Decimal(plain)) if "." in plain else int(plain)


class Scope(StrEnum):
    """所属の欄に書かれたものの範囲。"""

    ONE = "one"
    AND_OTHERS = "and_others"
    GROUP = "group"


SCOPES = {
    Scope.ONE: "一つの所属",
    Scope.AND_OTHERS: "この所属のほかにもある（「等」「他」）",
    Scope.GROUP: "名を挙げずに指した、いくつもの所属",
}
_OTHERS = re.compile(r"(.+?)\s*(?:等|など|ほか|他)")
_GROUP = re.compile(
    r"全(?:庁|課|部|局|所属|職員|施設|公共施設).*|庁内(?:全.*|関係.*|部署)?"
    r"|.*(?:各課|各局|各所属|関連課|関係課|所管課)|その(?:他|ほか)"
)
_NUMBERED = re.compile(r"(\D*)([0-9]+(?:[・、,][0-9]+)+)(課|係|室|班|署|隊|担当)")


class Named(NamedTuple):
    """所属の一つ。``department`` は、計画から分かる部。"""

    department: str | None
    section: str
    scope: Scope


def read_sections(text: str, departments: Mapping[str, Collection[str]]) -> Iterator[Named]:
    """関連所属の欄の一つの記載を、所属に分ける。``departments`` は部の名から、その課の名へ。

    ``警備第１･２課`` は二つの課、``介護高齢課 等`` は一つの課とほかの課、``総務部各課`` は総務部の
    いくつもの課。
    """
    name = clean_name(text)
    known = {clean_name(one) for sections in departments.values() for one in sections}
    scope = Scope.ONE
    others = None if name in known or _GROUP.fullmatch(name) else _OTHERS.fullmatch(name)
    if others:
        name, scope = others[1], Scope.AND_OTHERS
    if numbered := _NUMBERED.fullmatch(name):
        names = [f"{numbered[1]}{one}{numbered[3]}" for one in re.split("[・、,]", numbered[2])]
    else:
        names = name.split("・")
        if name in known or not all(map(_GROUP.fullmatch, names)):
            names = [name]
    for one in names:
        group = one not in known and _GROUP.fullmatch(one)
        yield Named(_department(one, departments), one, Scope.GROUP if group else scope)


def _department(name: str, departments: Mapping[str, Collection[str]]) -> str | None:
    """その所属の部。同じ名の課が二つの部にあれば、決めない。"""
    found = [
        department
        for department, sections in departments.items()
        if name in map(clean_name, sections)
    ] or [department for department in departments if name.startswith(clean_name(department))]
    return clean_name(found[0]) if len(found) == 1 else None


class Becomes(StrEnum):
    """表計算ソフトで CSV を開いたとき、文字が何に変わるか。"""

    DATE = "date"
    NUMBER = "number"
    OTHER = "other"


BECOMES = {
    Becomes.DATE: "日付か時刻",
    Becomes.NUMBER: "ほかの書き方の数",
    Becomes.OTHER: "論理値かエラー値",
}
_KEPT = re.compile(r"-?(?:0|[1-9][0-9]{0,10})(?:\.[0-9]*[1-9])?")
_NUMERIC = re.compile(
    r"[+-]?[¥$]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+|(?=\.[0-9]))(?:\.[0-9]*)?(?:E[+-]?[0-9]+)?%?"
    r"|\([0-9][0-9,]*(?:\.[0-9]*)?\)"
    r"|[0-9]+ [0-9]+/[0-9]+"
)
_ERA = "(?:令和|平成|昭和|大正|明治|[RHSTM])"
_MONTH = "(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|SEPT|OCT|NOV|DEC)[A-Z]*"
_TIMED = re.compile(
    r"[0-9]{1,4}([/-])[0-9]{1,2}(?:\1[0-9]{1,4})?(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
    r"|[0-9]{1,3}:[0-9]{2}(?::[0-9]{2})?(?: ?[AP]M?)?"
    rf"|(?:[0-9]{{4}}|{_ERA}[0-9]{{1,2}})年[0-9]{{1,2}}月(?:[0-9]{{1,2}}日)?"
    r"|[0-9]{1,2}月[0-9]{1,2}日"
    r"|[0-9]{1,2}時[0-9]{1,2}分(?:[0-9]{1,2}秒)?"
    rf"|{_ERA}[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-][0-9]{{1,2}}"
    rf"|{_MONTH}[ -]?[0-9]{{1,4}}|[0-9]{{1,2}}[ -]?{_MONTH}(?:[ -][0-9]{{2,4}})?"
)
_MONTHS = range(1, 13)


def becomes(text: str) -> Becomes | None:
    """CSV を表計算ソフトで開くと、この文字が変わることがあるか。変わらないなら ``None``。

    ``1/2`` は日付に、``0012`` は 12 に、``(1)`` は -1 になる。全角の数字も、同じに読まれる
    ことがある。
    """
    if _KEPT.fullmatch(text):
        return None
    seen = unicodedata.normalize("NFKC", text).strip().upper()
    if _NUMERIC.fullmatch(seen):
        return Becomes.NUMBER
    if _TIMED.fullmatch(seen):
        parts = re.fullmatch(r"([0-9]+)[/-]([0-9]+)", seen)
        if parts and not {int(parts[1]), int(parts[2])} & set(_MONTHS):
            return None  # 13/40 は、どの月でもない
        return Becomes.DATE
    if seen in ("TRUE", "FALSE") or re.fullmatch(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!)", seen):
        return Becomes.OTHER
    return None
