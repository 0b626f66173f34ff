"""数の書き方：桁区切り、漢数字、万や億の混じった数、0と1に見える字。

計算は :class:`decimal.Decimal` で正確に行う。数とするのは、一通りにしか読めないときだけ。
ありそうでも確かでないものは聞く。
"""

from __future__ import annotations

import re
from decimal import Decimal

from sheetgen.values.found import Notes

NUMERALS = "0-9.,、 '０-９OolI〇○一二三四五六七八九十百千万億兆"
"""数の一部になりうる字（正規表現の文字の組の中身）。全角の数字と記号は半角にしてある。"""

_DIGITS = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
_LIKE_DIGITS = str.maketrans("OoｏＯ○〇lI", "00000011")
_LIKE_DIGIT = "[OolI○]|[0-9,]〇|〇[0-9,]"
_KANJI = "[〇一二三四五六七八九十百千万億兆]"
_PLAIN = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_LETTERS = r"[0-9.,OolI○〇]*[0-9][0-9.,OolI○〇]*"
_ONE_NUMBER = (
    r"(?:[0-9]{1,3}(?: ?[,、'] ?[0-9]{3}| [0-9]{3})+"  # ほかの記号で桁を区切ったもの
    r"|[0-9](?: [0-9])+"  # ``３ ４`` のように、間を空けたもの
    r"|(?=.*,[0-9]{3})[0-9]+(?:,[0-9]+)+|[0-9]+,[0-9]{4,}"  # コンマの場所がおかしいもの
    r"|[0-9]+)(?:\.[0-9]+)?"
)
_PART = r"([0-9.,]*)([十百千万億兆]?)"


def number(text: str, notes: Notes, decimals: bool = True) -> Decimal | None:
    """数の書き方を解く。数でなければ ``None``。

    ``text`` に符号と単位はない。``decimals`` が偽なら、``6.800`` のような数は 6.8 とも
    6,800 とも読めるので、聞く。
    """
    if not text:
        return None
    if re.fullmatch(_PLAIN, text):
        return _plain(text, notes, decimals)
    if re.fullmatch(_GROUPED, text):
        notes.use("separator")
        return Decimal(text.replace(",", ""))
    if re.search(_LIKE_DIGIT, text):
        return _with_letters(text, notes)
    if re.search(_KANJI, text):
        return _with_kanji(text, notes)
    return _loosely(text, notes, decimals)


def _plain(text: str, notes: Notes, decimals: bool) -> Decimal:
    whole, _, rest = text.partition(".")
    if len(whole) > 1 and whole.startswith("0"):
        notes.use("leading_zeros")
    value = Decimal(text)
    if not decimals and len(rest) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        notes.ask("R213", raw=text, value=str(value))
    return value


def _with_letters(text: str, notes: Notes) -> Decimal | None:
    """``3,4OO`` のように、0や1に見える字の混じった数。いちばんありそうな数を返して問う。"""
    if not re.fullmatch(_LETTERS, text):
        return None
    value = number(text.translate(_LIKE_DIGITS), Notes())
    if value is not None:
        notes.use("letter_digit")
        notes.ask("R218", raw=text, value=f"{value:,}")
    return value


def _loosely(text: str, notes: Notes, decimals: bool) -> Decimal | None:
    """桁区切りのおかしな数。いちばんありそうな数を返して問う。二つの数なら ``None``。

    ``34、35`` や ``6.3.31`` を、だれも書いていない一つの数にしてはならない。聞くときでも、同じ。
    直すのは、間違い一つのものだけ。
    """
    if not re.fullmatch(r"[0-9][0-9.,、 ']*", text):
        return None
    body = text.rstrip(" ,.、'")
    if re.fullmatch(_ONE_NUMBER, body):
        likely = Decimal(re.sub("[^0-9.]", "", body))
    elif decimals and re.fullmatch(r"[0-9]+,[0-9]{1,2}", body):
        likely = Decimal(body.replace(",", "."))  # 小数点の打ち間違い
    elif re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}", body):
        likely = Decimal(body.replace(".", ""))
    else:
        return None
    notes.use("separator")
    notes.ask("R213", raw=text, value=f"{likely:,}")
    return likely


def _with_kanji(text: str, notes: Notes) -> Decimal | None:
    """``三十四`` ``1億2,000万`` ``12.5百万`` など。読み方が一つに決まるものだけ。"""
    text = re.sub(" *([十百千万億兆]) *", r"\1", text)
    digits = "".join(_DIGITS.get(char, char) for char in text)
    if not re.search("[十百千万億兆]", text):
        # ``三四`` は 34。``3四`` のような混ざりは、だれも書かない。
        if re.search("[0-9]", text) or not digits.isdecimal():
            return None
        notes.use("kanji")
        return Decimal(digits)
    total = Decimal(0)
    section: Decimal | None = None
    current: Decimal | None = None
    last_large, last_small = 10**16, 10**4
    for amount, unit in re.findall(_PART, digits):
        if not amount and not unit:
            continue
        if amount:
            current = _amount(amount)
            if current is None:
                return None
        if unit in _SMALL:
            if _SMALL[unit] >= last_small:
                return None
            last_small = _SMALL[unit]
            section = (section or 0) + (Decimal(1) if current is None else current) * last_small
            current = None
        elif unit in _LARGE:
            if _LARGE[unit] >= last_large or section is current is None:
                return None
            last_large, last_small = _LARGE[unit], 10**4
            total += ((section or 0) + (current or 0)) * last_large
            section = current = None
        elif amount and current is not None:
            section = (section or 0) + current
            current = None
    if "".join(a + u for a, u in re.findall(_PART, digits)) != digits:
        return None
    notes.use("kanji")
    value = total + (section or 0) + (current or 0)
    # ``1.5万`` の小数点は書き方にすぎず、15000 は整数である。
    return value.to_integral_value() if value == value.to_integral_value() else value


def _amount(text: str) -> Decimal | None:
    if re.fullmatch(_PLAIN, text) or re.fullmatch(_GROUPED, text):
        return Decimal(text.replace(",", ""))
    return None
