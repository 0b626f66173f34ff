"""数と日付の表示形式を当てはめて、人の見た文字を求める。

出典: ECMA-376 Part 1, 18.8.31 (numFmts)。``[>30]"目標達成";0`` のような条件や、数に添えた字
（``0"百台"``、``"("0")"``）で、セルの値と見えている値とは違う。
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from sheetgen.plan.text import LARGEST_NUMBER
from sheetgen.plan.value import printed

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<gap>_.)|(?P<fill>\*.)|\[(?P<bracket>[^\]]*)\]|'
    r"(?P<general>General|(?:G/)?標準|@)|(?P<power>E[+-])|(?P<digit>[0#?])|(?P<mark>[.,%])|"
    r"(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\s*(<=|>=|<>|<|>|=)\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*")
_COMPARED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
# 引用符のない、日付や時刻の字。経過時間 ``[h]:mm`` など、数の形式ではないもの。
_NOT_OF_NUMBERS = re.compile("[a-z]", re.IGNORECASE)
_UNSEEN_MOST = 30
"""小数の桁の上限（Excel の上限）。"""


class Token(NamedTuple):
    """表示形式の一つの字句。"""

    kind: str
    text: str


@lru_cache(maxsize=512)
def sections_of(code: str) -> tuple[tuple[Token, ...], ...]:
    """``;`` で区切った部分を、それぞれ字句に分けたもの。"""
    parts: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or "other"
        text = match[kind]
        if kind == "other" and text == ";":
            parts.append([])
        else:
            parts[-1].append(Token(kind, text))
    return tuple(tuple(part) for part in parts)


class Section(NamedTuple):
    """一つの値に使う部分。``signed`` は、負の数に ``-`` を付けて見せるか。"""

    tokens: tuple[Token, ...]
    signed: bool


def section_for(value: Decimal, code: str) -> Section | None:
    """この値に使われる部分。どの条件にも合わなければ ``None``。"""
    parts = sections_of(code)
    if len(parts) > 1 and any(one.text == "@" for one in parts[-1] if one.kind == "general"):
        parts = parts[:-1]  # 文字に使う部分
    conditions = [_condition(part) for part in parts]
    if any(conditions):
        for part, condition in zip(parts, conditions, strict=True):
            if condition and _COMPARED[condition[0]](value, condition[1]):
                return Section(part, condition[0] not in ("<", "<=") or condition[1] > 0)
        free = [one for one, condition in zip(parts, conditions, strict=True) if not condition]
        return Section(free[-1], True) if free else None
    if value < 0 and len(parts) > 1:
        return Section(parts[1], False)
    if value == 0 and len(parts) > 2:
        return Section(parts[2], False)
    return Section(parts[0], True)


def _condition(part: tuple[Token, ...]) -> tuple[str, Decimal] | None:
    for token in part:
        match = _CONDITION.fullmatch(token.text) if token.kind == "bracket" else None
        if match:
            return match[1], Decimal(match[2])
    return None


def shown_number(value: int | float, code: str) -> str | None:
    """数のセルに見える文字。分からない形式なら ``None``、何も見えなければ空。"""
    number = Decimal(repr(value))
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        return None
    section = section_for(number, code)
    if section is None:
        return None
    tokens = [one for one in section.tokens if one.kind != "fill"]
    if any(one.kind == "other" and _NOT_OF_NUMBERS.match(one.text) for one in tokens):
        return None
    if any(one.kind == "bracket" and re.match("[hms]+$", one.text, re.I) for one in tokens):
        return None
    whole = _filled(abs(number), tokens)
    if whole is None:
        return None
    minus = "-" if section.signed and number < 0 else ""
    return (minus + whole).strip()


def _filled(number: Decimal, tokens: list[Token]) -> str | None:
    """符号のない数を、字句に入れた文字。"""
    # 桁のありえない数の ``%`` は、打ち間違いである。
    number *= 100 ** min(sum(one == Token("mark", "%") for one in tokens), 3)
    digits = [at for at, one in enumerate(tokens) if one.kind == "digit"]
    if any(one.kind == "power" for one in tokens):
        places = 0
        for one in tokens[: next(at for at, t in enumerate(tokens) if t.kind == "power")]:
            places = 1 if one == Token("mark", ".") else places + (places > 0)
        return f"{number:.{max(places - 1, 0)}E}"
    if digits and any(one == Token("other", "/") for one in tokens):
        return None if number % 1 else f"{number:f}"  # 分数
    if not digits:
        return "".join(_words(one, number) for one in tokens)
    point = next((at for at, one in enumerate(tokens) if one == Token("mark", ".")), None)
    wholes = [at for at in digits if point is None or at < point]
    decimals = [at for at in digits if point is not None and at > point]
    commas = [at for at, one in enumerate(tokens) if one == Token("mark", ",")]
    grouped = any(wholes[0] < at < wholes[-1] for at in commas) if wholes else False
    # 最後の数字のあと（小数点の前でも）のコンマは、千分の一にして見せる。
    scaling = [at for at in commas if not wholes or at > wholes[-1]]
    number = number.scaleb(-3 * len(scaling))
    places = min(len(decimals), _UNSEEN_MOST)
    number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    before, _, after = format(number, "f").partition(".")
    filled = _whole_digits(before.lstrip("0"), [tokens[at].text for at in wholes], grouped)
    cells = dict(zip(wholes, filled, strict=True))
    cells |= dict(zip(decimals, _decimal_digits(after, tokens, decimals), strict=True))
    if point is not None:
        lead = "" if wholes else before.lstrip("0")
        cells[point] = lead + "."
    words = []
    for at, one in enumerate(tokens):
        words.append(cells[at] if at in cells else "" if at in commas else _words(one, number))
    return "".join(words)


def _whole_digits(text: str, places: list[str], grouped: bool) -> list[str]:
    """整数の部分を、右の字から一つずつ入れる。余りは初めの字に入れる。"""
    if not places:
        return []
    missing = len(places) - len(text)
    empty = ["0" if one == "0" else "" for one in places[: max(missing, 0)]]
    chars = [*empty, *text]
    filled: list[str] = []
    for count, char in enumerate(reversed(chars)):
        mark = "," if grouped and count and count % 3 == 0 and char else ""
        if count < len(places):
            filled.append(char + mark)
        else:
            filled[-1] = char + mark + filled[-1]
    return filled[::-1]


def _decimal_digits(text: str, tokens: list[Token], places: list[int]) -> list[str]:
    """小数の部分。終わりの ``#`` と ``?`` の0は見えない。"""
    filled = list(text.ljust(len(places), "0"))
    for at in range(len(places) - 1, -1, -1):
        if filled[at] != "0" or tokens[places[at]].text == "0":
            break
        filled[at] = ""
    return filled


def _words(token: Token, number: Decimal) -> str:
    if token.kind == "bracket":
        # ``[$¥-411]`` の通貨の字。色、条件、``[DBNum1]`` は字にならない。
        return token.text[1:].partition("-")[0] if token.text.startswith("$") else ""
    if token.kind == "general":
        return printed(float(number)) if number % 1 else str(int(number))
    if token.kind == "gap":
        return " "
    return token.text
