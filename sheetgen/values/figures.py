"""数の欄に文字で書かれた値を読む。

一通りにしか読めないものは、読む。ありそうな読み方のあるものは、読んで聞く。
数でないものは書かれたまま残し、数の欄なら聞く。金額は千円で、端数を落とさずに換算する。
``6,800,500円`` は 6800.5。
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sheetgen.messages.listing import excerpt, shortened
from sheetgen.model.filled import Value
from sheetgen.model.numbers import printed
from sheetgen.model.text import LARGEST_NUMBER
from sheetgen.values.found import Notes
from sheetgen.values.marks import HYPHENS, LONG_MARK, MINUS, fold, is_word, lone_mark
from sheetgen.values.numerals import NUMERALS, number
from sheetgen.values.plain_text import BLANKS
from sheetgen.values.units import (
    COUNTERS,
    THOUSAND_YEN,
    YEN,
    folded,
    is_percent,
    money_unit,
    own_units,
)

_SIGN = rf"([{re.escape(MINUS)}])( ?)"
_BODY = rf"(?s)([{NUMERALS}]*)([^0-9]*(?:[23]$)?)"
_ROUGHLY = (r"^(?:約|およそ|おおよそ|凡そ|概ね|おおむね|ほぼ) *|"
                      r" *(?:程度|ほど|ぐらい|くらい|前後|強|弱|余り|余)$")  # fmt: skip
_DIGIT = "[0-9〇一二三四五六七八九十百千万億]"
_SENTENCE = "[。\\n]|^[・●■◆◇○]."
_LONGEST_WORDS = 30  # 字。公式の文書で、数のない指標の目標値はいちばん長いもので18字である
_LONGEST_FIGURE = 60
"""これより長い文字は、数を含む文である。"""

_ONE_WAY_OR_ANOTHER = frozenset("一〇○◯十二八")
"""一字だけでは、漢数字とも、線・丸・片仮名とも見える字。"""


@dataclass(frozen=True, slots=True)
class FigureField:
    """数の欄についての約束。``money`` は千円の欄。``numeric`` は数を待っているか。"""

    unit: str | None
    money: bool
    numeric: bool
    decimals: bool


def read_figure(text: str, figure: FigureField, notes: Notes) -> Value:
    """文字で書かれた値を読む。``text`` は空でない。"""
    mark = lone_mark(text, notes)
    if mark is not None:
        return mark
    if not figure.numeric:
        # 目標が「30億円以内」のような文なら、実績も文でよい。
        plain = Notes()
        value = _plain_number(text, plain)
        if value is None:
            notes.use("as_text")
            if re.search(_SENTENCE, text) or len(text) > _LONGEST_WORDS:
                notes.ask("R232", raw=excerpt(text))
            return text
        notes.rules += plain.rules
        return value
    if is_word(text):
        notes.use("word")
        notes.ask("R215", raw=shortened(text, 100))
        return text
    own = Notes()
    bare = text.strip(BLANKS)
    one_line = "\n" not in bare and len(bare) <= _LONGEST_FIGURE
    value = _number(fold(text, own), figure, own) if one_line else None
    if value is None:
        notes.use("as_text")
        if not any(code == "R214" for code, _ in own.doubts):
            notes.ask("R216", raw=shortened(text, 100))
        notes.doubts += [doubt for doubt in own.doubts if doubt[0] == "R214"]
        return text
    notes.rules += [rule for rule in own.rules if rule not in notes.rules] or ["number_text"]
    # 見せるのは、書かれたままの字。半角に直した形では、書いた人が探せない。
    notes.doubts += [(code, {**facts, "raw": bare}) for code, facts in own.doubts]
    return value


def _plain_number(text: str, notes: Notes) -> int | float | None:
    """単位も印もない数だけを読む。"""
    plain = fold(text, notes)
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", plain):
        value = number(plain, notes)
        return as_number(value, True) if value is not None and can_hold(value) else None
    return None


def _number(text: str, figure: FigureField, notes: Notes) -> int | float | None:
    if text in _ONE_WAY_OR_ANOTHER:
        notes.ask("R214", raw=text)
        return None
    text = text.removeprefix("'")
    exact = re.sub(_ROUGHLY, "", text)
    negative, unclear, body = _sign(exact, notes)
    yen_mark = body.startswith(("¥", "\\"))
    if yen_mark:
        body = body[1:].strip()
    amount, unit = _split(body, figure)
    if amount is None:
        return None
    words = Notes()
    value = number(amount, words, figure.decimals)
    if value is None or ("kanji" in words.rules and not _may_be_kanji(amount, unit, figure)):
        return None
    if "円" in unit and re.search("[0-9]", amount):
        words.rules = [rule for rule in words.rules if rule != "kanji"]
    scaled = _scaled(value, unit, figure, words, yen_mark, amount, text)
    if scaled is None or not can_hold(scaled):
        return None
    found = as_number(-scaled if negative else scaled, scaled == value)
    if exact != text:
        notes.use("roughly")
        notes.ask("R217", raw=text, value=printed(found))
    if unclear:
        notes.ask("R228", raw=text, value=printed(found))
    notes.rules += [rule for rule in words.rules if rule not in notes.rules]
    notes.doubts += words.doubts
    return found


def _sign(text: str, notes: Notes) -> tuple[bool, bool, str]:
    """負か、その符号の意味が決まらないか、符号を除いた残り。"""
    if text.startswith("+"):
        notes.use("plus")
        return False, True, text[1:].strip()
    if re.fullmatch(r"\([0-9].*\)", text) and text.count("(") == 1:
        notes.use("brackets")
        return True, True, text[1:-1]
    match = re.match(_SIGN, text)
    if not match:
        return False, False, text
    sign, gap = match.groups()
    if sign != "-":
        notes.use("minus")
    dash = sign in HYPHENS or sign == LONG_MARK
    return True, bool(gap) and dash, text[match.end() :].strip()


def _split(text: str, figure: FigureField) -> tuple[str | None, str]:
    """数の部分と、単位。分けられなければ ``None``。"""
    for own in own_units(figure.unit):
        tail = re.search(rf" *{re.escape(own)}$", folded(text))
        if tail and len(folded(text)) == len(text):
            head = text[: tail.start()].strip()
            # 「千円」「億円」の初めの字は、「円」の前の数の字でもある。
            if head and not head.endswith(("十", "百", "千", "万", "億")):
                return head, own
    match = re.fullmatch(_BODY, text)
    if not match or not re.search(_DIGIT, match[1]):
        return None, ""
    return match[1].strip(), match[2].strip()


def _may_be_kanji(amount: str, unit: str, figure: FigureField) -> bool:
    """漢数字と読んでよいか。``一部`` や ``十分`` のようなことばを、数と読まない。"""
    if re.search("[0-9]", amount):
        return True
    if unit == "円" and amount in ("千", "万", "百万", "千万", "億"):
        return False  # 単位だけで、数を書き忘れている
    return folded(unit) in ("", "円", *own_units(figure.unit))


def _scaled(
    value: Decimal,
    unit: str,
    figure: FigureField,
    notes: Notes,
    yen_mark: bool,
    amount: str,
    text: str,
) -> Decimal | None:
    """単位を見て、この欄の単位の数にする。"""
    name = folded(unit)
    target = YEN[THOUSAND_YEN] if figure.money else money_unit(figure.unit)
    if target is not None:
        # 「6800千円」を数え方で切ると 6800千 と 円 になる。どちらでも同じ金額になる。
        bare = name.partition("/")[0]
        if bare in YEN and YEN[bare] != target:
            return _converted(value * YEN[bare], target, notes, text)
        scaled_words = re.search("[千万億兆]$", amount)
        if not name and (yen_mark or scaled_words):
            # ``680万`` や ``¥6,800`` では、何の単位で数えたかが分からない。
            if re.search("千$", amount) and target == YEN[THOUSAND_YEN]:
                likely = value / 1000
            elif scaled_words:
                likely = value / target
            else:
                likely = value
            notes.use("money_unit")
            notes.ask("R229", raw=text, value=f"{likely.normalize():,f}")
            return likely
    if not name or name in own_units(figure.unit):
        if name:
            notes.use("unit")
        return value
    if name in ("%", "パーセント"):
        if is_percent(figure.unit):
            notes.use("unit")
        else:
            notes.ask("R208", raw=text, unit=figure.unit or "なし")
        return value
    if name in COUNTERS or name.partition("/")[0] in COUNTERS:
        notes.use("other_unit")
        expected = THOUSAND_YEN if figure.money else figure.unit or "なし"
        notes.ask("R222", raw=text, unit=expected, value=f"{value:,}")
        return value
    return None


def _converted(yen: Decimal, target: Decimal, notes: Notes, text: str) -> Decimal:
    value = yen / target
    notes.use("money_unit" if value * target == yen else "unit")
    shown = THOUSAND_YEN if target == YEN[THOUSAND_YEN] else f"{target.normalize():,f}円"
    if not re.fullmatch(r"[0-9.,]+ ?千円(?:/年)?", text) or target != YEN[THOUSAND_YEN]:
        notes.ask("R220", raw=text, value=f"{value.normalize():,f}", unit=shown)
    return value


def can_hold(value: Decimal) -> bool:
    """計画のデータの数で、丸めずに表せるか。"""
    if abs(value) >= LARGEST_NUMBER:
        return False
    return value == value.to_integral_value() or Decimal(repr(float(value))) == value


def as_number(value: Decimal, as_written: bool = False) -> int | float:
    """計画のデータに入る数。``as_written``: ``99.0`` は小数のまま残す。"""
    exponent = value.as_tuple().exponent
    if as_written and isinstance(exponent, int) and exponent < 0:
        return float(value)
    return int(value) if value == value.to_integral_value() else float(value)
