"""数の欄に文字で書かれた値を読む：桁区切り、漢数字、単位。

計算は :class:`decimal.Decimal` で正確に行う。数とするのは、一通りにしか読めないときだけ。
ありそうでも確かでないものは聞く。

一通りにしか読めないものは、読む。ありそうな読み方のあるものは、読んで聞く。
数でないものは書かれたまま残し、数の欄なら聞く。金額は千円で、端数を落とさずに換算する。
``6,800,500円`` は 6800.5。
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from sheetgen.collect.values.plain_text import (
    BLANKS,
    HYPHENS,
    LONG_MARK,
    MINUS,
    Notes,
    fold,
    is_word,
    lone_mark,
)
from sheetgen.messages.quoting import excerpt, shortened
from sheetgen.plan.text import LARGEST_NUMBER
from sheetgen.plan.value import GENERAL, Value, printed

YEN = {
    "円": Decimal(1),
    "千円": Decimal(10**3),
    "万円": Decimal(10**4),
    "百万円": Decimal(10**6),
    "千万円": Decimal(10**7),
    "億円": Decimal(10**8),
    "兆円": Decimal(10**12),
}
"""金額の単位と、その円での大きさ。"""
THOUSAND_YEN = "千円"
_LISTED = """
円 台 件 人 名 箇所 所 社 校 園 館 棟 戸 団体 施設 公園 事業 項目 回 日 月 年 箇月 週 時間 分
冊 枚 本 個 組 区画 路線 基 誌 票 世帯 クラブ 所属 課 部 市 町 自治会 アクセス 申請 % ポイント
トン t kg g ha m2 m3 km m l ℓ kwh
"""
COUNTERS = frozenset(_LISTED.split())
"""数の後に書かれる、ありふれた単位。指標の単位と違えば問う。"""


@lru_cache(maxsize=512)
def folded(unit: str) -> str:
    """書き方の違いをならした単位。``ヶ所`` ``カ所`` ``箇所`` は同じ。"""
    plain = unicodedata.normalize("NFKC", unit).strip().lower()
    plain = re.sub("[ヶケヵカか箇個](?=[所月])", "箇", plain)
    return plain.replace("パーセント", "%")


@lru_cache(maxsize=512)
def own_units(unit: str | None) -> tuple[str, ...]:
    """この指標の単位の書き方。``件/年`` は ``件`` とも書かれる。長い順。"""
    if unit is None or unit.strip() in {"", "-", "ー", "－"}:
        return ()
    whole = folded(unit)
    head = whole.partition("/")[0]
    names = {whole, head, head.removesuffix("数")} - {""}
    for one, other in (("人", "名"), ("トン", "t")):
        names |= {other} if head == one else {one} if head == other else set()
    return tuple(sorted(names, key=len, reverse=True))


@lru_cache(maxsize=512)
def money_unit(unit: str | None) -> Decimal | None:
    """単位が金額なら、その円での大きさ。"""
    names = own_units(unit)
    return next((YEN[name] for name in names if name in YEN), None)


def is_percent(unit: str | None) -> bool:
    """単位が百分率か。"""
    return "%" in own_units(unit)


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


class FigureField(NamedTuple):
    """数の欄についての約束。``money`` は千円の欄。``numeric`` は数を待っているか。

    ``number_format`` は、印刷するときの形式。
    """

    unit: str | None
    money: bool
    numeric: bool
    decimals: bool
    number_format: str = GENERAL


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
