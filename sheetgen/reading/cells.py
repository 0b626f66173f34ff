"""セルに書かれたもの（値、文字、表示形式）を読む。

出典: ECMA-376 Part 1, 18.4 (CT_Rst)、22.9.2.19 (ST_Xstring)。

出典: ECMA-376 Part 1, 18.8.30（番号だけで決まる表示形式。日本語の Excel のものも含む）、
18.17.4（日付）。

出典: ECMA-376 Part 1, 18.8。

シートを読む二つの道（速い切り出しと、構文解析）は、どちらもここを通る。
値の意味が食い違うことはない。出典: ECMA-376 Part 1, 18.3.1.4 (c)。
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sheetgen.reading.book import CellKind, RawCell
from sheetgen.reading.xml_parts import Element
from sheetgen.xlsx.refs import MAX_COLUMN, MAX_ROW, column_number

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_SURROGATES = re.compile("[\ud800-\udfff]")
_OFF = {"0", "false", "off"}


class Text(NamedTuple):
    """一つの文字列。``struck`` は取消線の部分。

    ``runs`` が真なら、文字は書式ごとの切れ端でできていて、書体はそれぞれが持つ。そのとき、
    セルの書体の取消線は、書体を持たない部分 ``plain`` だけに効く。``seen`` は、上付きか下付きの
    部分をそう見える字に替えた全体（なければ空）。``left`` は、取消線の部分を除いた残りで、
    上付きと下付きは、そう見える字にしたもの。
    """

    value: str
    struck: str = ""
    runs: bool = False
    plain: str = ""
    seen: str = ""
    left: str = ""


SUPERSCRIPT, SUBSCRIPT = "superscript", "subscript"
_RAISED = {
    SUPERSCRIPT: str.maketrans("0123456789+-=()in", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿ"),
    SUBSCRIPT: str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}


def as_seen(pieces: Sequence[tuple[str, str]]) -> str:
    """（文字、上付きか下付きか）の組をつなぎ、そう見える字に替える。どれもふつうの字なら空。

    上付きにした ``1`` をふつうの ``1`` と読むと、``3¹`` が 31 になる。
    """
    if not any(place and text.strip() for text, place in pieces):
        return ""
    return unescape("".join([text.translate(_RAISED.get(place, {})) for text, place in pieces]))


def left_of(pieces: Sequence[tuple[str, str]]) -> str:
    """残った（文字、上付きか下付きか）の組をつなぎ、そう見える字に替える。"""
    return as_seen(pieces) or unescape("".join([text for text, _ in pieces]))


def unescape(text: str) -> str:
    """``_xHHHH_`` を文字に戻し、改行を ``\\n`` にそろえる。"""
    if "_x" in text and _ESCAPE.search(text):
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        if _SURROGATES.search(text):
            # 二つで一文字になる組を戻す。片方だけでは文字にならない。
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def is_on(element: Element | None) -> bool:
    """``<strike/>`` のような、値を省けば真の印。"""
    return element is not None and element.attrs.get("val", "1") not in _OFF


def rich_text(element: Element) -> Text:
    """``si``、``is``、コメントの ``text`` を読む。ふりがな（``rPh``）は含めない。"""
    words, struck, plain = [], [], []
    pieces: list[tuple[str, str]] = []
    kept: list[tuple[str, str]] = []
    runs = False
    for child in element.children:
        if child.local == "t":
            words.append(child.text)
            plain.append(child.text)
            pieces.append((child.text, ""))
            kept.append(pieces[-1])
        elif child.local == "r":
            runs = True
            text = "".join([one.text for one in child.all("t")])
            words.append(text)
            properties = child.find("rPr")
            if properties is None:
                plain.append(text)
            pieces.append((text, "" if properties is None else raised_place(properties)))
            if properties is not None and is_on(properties.find("strike")):
                struck.append(text)
            else:
                kept.append(pieces[-1])
    if not runs:
        return Text(unescape("".join(words)))
    return Text(
        unescape("".join(words)),
        unescape("".join(struck)),
        True,
        unescape("".join(plain)),
        as_seen(pieces),
        left_of(kept) if struck else "",
    )


def raised_place(font: Element) -> str:
    """書体の ``vertAlign``。ふつうの高さなら空。"""
    found = font.find("vertAlign")
    place = "" if found is None else found.attrs.get("val", "")
    return place if place in _RAISED else ""


GENERAL = "General"
_ERA = "[$-411]ge.m.d"
_ERA_LONG = '[$-411]ggge"年"m"月"d"日"'
_YEAR_MONTH = 'yyyy"年"m"月"'
_MONTH_DAY = 'm"月"d"日"'
BUILTIN: dict[int, str] = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"¥"#,##0;"¥"\\-#,##0', 6: '"¥"#,##0;[Red]"¥"\\-#,##0',
    7: '"¥"#,##0.00;"¥"\\-#,##0.00', 8: '"¥"#,##0.00;[Red]"¥"\\-#,##0.00',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: _ERA, 28: _ERA_LONG, 29: _ERA_LONG, 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: _YEAR_MONTH, 35: _MONTH_DAY, 36: _ERA,
    37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00", 41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 48: "##0.0E+0", 49: "@",
    50: _ERA, 51: _ERA_LONG, 52: _YEAR_MONTH, 53: _MONTH_DAY, 54: _ERA_LONG,
    55: _YEAR_MONTH, 56: _MONTH_DAY, 57: _ERA, 58: _ERA_LONG,
}  # fmt: skip


# 引用符の中、\\ _ * の次の一字、[ ] の中は、日付の字であっても形式の字ではない。
_LITERAL = re.compile(r'"[^"]*"?|[\\_*].|\[[^\]]*\]', re.DOTALL)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE = re.compile(r"[ymdhsgba]|e(?![+-])", re.IGNORECASE)
_WORDS = re.compile(r"general|(?:g/)?標準", re.IGNORECASE)
_DAY = 86400
_MAX_SERIAL = 2958466
_EPOCH = {False: (1899, 12, 30), True: (1904, 1, 1)}
_LEAP_BUG = 60


@lru_cache(maxsize=4096)
def is_date(code: str) -> bool:
    """日付か時刻の表示形式か。``[h]:mm`` のような経過時間は数とする。"""
    if _ELAPSED.search(code):
        return False
    return _DATE.search(_WORDS.sub("", _LITERAL.sub("", code))) is not None


def iso_date(serial: float, date1904: bool) -> str | None:
    """通し番号を ISO の日付にする。日付にならない数（負、1900年2月29日など）は None。

    1 未満の番号は時刻で、``12:30:00`` だけになる。
    """
    from datetime import date, timedelta

    if not 0 <= serial < _MAX_SERIAL - (1462 if date1904 else 0):
        return None
    days, seconds = divmod(round(serial * _DAY), _DAY)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if serial < 1 and not date1904:
        return clock if days == 0 and seconds else None
    if not date1904:
        if days == _LEAP_BUG:
            return None
        # 表計算ソフトには 1900年2月29日があり、それより前は一日ずれる。
        if days < _LEAP_BUG:
            days += 1
    day = (date(*_EPOCH[date1904]) + timedelta(days=days)).isoformat()
    return f"{day}T{clock}" if seconds else day


class Look(NamedTuple):
    """一つのスタイル。``struck`` はセル全体の取消線、``raised`` はセルの書体が上付きか下付きか。"""

    number_format: str = GENERAL
    date: bool = False
    struck: bool = False
    raised: bool = False


PLAIN = Look()


def read_looks(root: Element) -> list[Look]:
    """``cellXfs`` を、番号の順に読む。"""
    codes = dict(BUILTIN)
    for node in _children(root, "numFmts"):
        number = _number(node.attrs.get("numFmtId"))
        codes[number] = unescape(node.attrs.get("formatCode", GENERAL)) or GENERAL
    fonts = [
        (is_on(font.find("strike")), raised_place(font) != "") for font in _children(root, "fonts")
    ]
    looks: dict[tuple[int, int], Look] = {}
    found = []
    for node in _children(root, "cellXfs"):
        key = _number(node.attrs.get("numFmtId")), _number(node.attrs.get("fontId"))
        look = looks.get(key)
        if look is None:
            code = codes.get(key[0], GENERAL)
            struck, raised = fonts[key[1]] if key[1] < len(fonts) else (False, False)
            look = looks[key] = Look(code, is_date(code), struck, raised)
        found.append(look)
    return found


def _children(root: Element, local: str) -> list[Element]:
    parent = root.find(local)
    return parent.children if parent is not None else []


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


MAX_CELLS = 300_000
"""一冊の、値のあるセルの数の上限。様式74枚で 5,000 ほどである。"""
REF = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})?(?:T?([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]*)?Z?)?",
    re.ASCII,
)
_TRUE = {"1": True, "true": True, "0": False, "false": False}


# 16桁以上の整数は、どの表計算ソフトでも小数として持たれている。
_EXACT_DIGITS = 15
_SPACES = " \t\n\r"


class UnreadableValueError(ValueError):
    """この種類の値としては読めない文字が書かれている。"""


def within_limits(ref: str) -> bool:
    """Excel のシートにある番地か。"""
    match = REF.fullmatch(ref)
    return match is not None and int(match[2]) <= MAX_ROW and column_number(match[1]) <= MAX_COLUMN


def number(text: str) -> int | float:
    """数を読む。:class:`UnreadableValueError`。"""
    if text.isascii() and text.isdigit() and len(text) <= _EXACT_DIGITS:
        return int(text)
    text = text.strip(_SPACES)
    if not _NUMBER.fullmatch(text):
        raise UnreadableValueError(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise UnreadableValueError(text)
    if value.is_integer() and len(text) <= _EXACT_DIGITS and text.lstrip("+-").isdigit():
        return int(value)
    return value


class CellMaker:
    """一冊のブックのセルを作る。文字列の表とスタイルを引く。"""

    def __init__(self, strings: Sequence[Text], looks: Sequence[Look], date1904: bool) -> None:
        self.strings = strings
        self.looks = looks
        self.date1904 = date1904
        self.seen: dict[str, Look] = {}
        """引いたことのあるスタイル。"""
        self.formats: dict[str, tuple[str, str]] = {}
        """スタイルの、そのままの文字と、そのままの数の表示形式。そのままでなければ空。"""
        self.shared: dict[tuple[str, str], RawCell] = {}
        """文字列の表の番号とスタイルから、作ったことのあるセル。"""

    def format(self, style: str) -> tuple[str, str]:
        """飾りのないセルの、文字と数の表示形式。取消線や日付なら空。"""
        look = self.look(style)
        code = "" if look.struck else look.number_format
        found = self.formats[style] = (code, "" if look.date else code)
        return found

    def look(self, style: str) -> Look:
        """スタイルの番号（書かれたまま）の見た目。なければ標準。"""
        look = self.seen.get(style)
        if look is None:
            index = int(style) if style.isascii() and style.isdigit() and len(style) < 10 else 0
            look = self.looks[index] if index < len(self.looks) else PLAIN
            self.seen[style] = look
        return look

    def make(
        self, kind: str, style: str, written: str | None, inline: Text | None, formula: str | None
    ) -> RawCell | None:
        """一つのセル。値も数式もなければ None。:class:`UnreadableValueError`。"""
        if kind == "inlineStr" or (inline is not None and written is None):
            return self.text(inline or Text(""), style, formula)
        if kind == "s" and written:
            return self.text(self._shared(written), style, formula)
        if kind == "str" and written is not None:
            # 数式の結果の空の文字列は、空であることが答えである。
            return self.text(Text(unescape(written)), style, formula)
        if not written:
            return _empty(self.look(style), formula)
        return self._scalar(kind, self.look(style), written, formula)

    def text(self, text: Text, style: str, formula: str | None = None) -> RawCell | None:
        """文字のセル。``style`` はスタイルの番号。"""
        return self.styled(text, self.look(style), formula)

    def styled(self, text: Text, look: Look, formula: str | None) -> RawCell | None:
        """文字のセル。空の文字で数式もなければ None。"""
        value, struck, runs, plain, seen, left = text
        if not value and formula is None:
            return None
        if look.struck:
            struck = value if not runs or plain == value else struck or plain
        if look.raised and runs and plain not in ("", value):
            seen = seen or value  # 上付きのセルの中の、ふつうの高さの字
        return RawCell(
            CellKind.TEXT,
            value,
            look.number_format,
            formula,
            struck or None,
            seen or None,
            left=left if struck and not look.struck else None,
        )

    def numeric(self, value: int | float, look: Look, formula: str | None) -> RawCell:
        """数か日付のセル。"""
        struck = str(value) if look.struck else None
        if look.date:
            day = iso_date(value, self.date1904)
            if day is not None:
                return RawCell(CellKind.DATE, day, look.number_format, formula, struck and day)
        return RawCell(CellKind.NUMBER, value, look.number_format, formula, struck)

    def _shared(self, written: str) -> Text:
        digits = written.strip(_SPACES)
        if digits.isascii() and digits.isdigit() and len(digits) < 10:
            index = int(digits)
            if index < len(self.strings):
                return self.strings[index]
        raise UnreadableValueError(written)

    def _scalar(self, kind: str, look: Look, written: str, formula: str | None) -> RawCell:
        value: str | int | float | bool
        if kind == "b":
            if written.strip() not in _TRUE:
                raise UnreadableValueError(written)
            found, value = CellKind.BOOL, _TRUE[written.strip()]
        elif kind == "e":
            found, value = CellKind.ERROR, unescape(written)
        elif kind == "d":
            found, value = CellKind.DATE, iso(written)
        elif kind in ("", "n"):
            return self.numeric(number(written), look, formula)
        else:
            raise UnreadableValueError(written)
        struck = str(value) if look.struck else None
        return RawCell(found, value, look.number_format, formula, struck)


def _empty(look: Look, formula: str | None) -> RawCell | None:
    if formula is None:
        return None
    return RawCell(CellKind.BLANK, None, look.number_format, formula)


def iso(written: str) -> str:
    """ISO 8601 の日付（Strict の ``t="d"``）。真夜中の時刻は、日付だけにする。"""
    match = _ISO.fullmatch(written.strip())
    if match is None or not written.strip():
        raise UnreadableValueError(written)
    day, clock = match[1], match[2]
    if clock and len(clock) == len("00:00"):
        clock += ":00"
    if day is None:
        return str(clock)
    return f"{day}T{clock}" if clock and clock != "00:00:00" else day
