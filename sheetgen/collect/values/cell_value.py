"""セルの中身を、欄の種類に合わせて、計画のデータに入る値として読む。評価も、ここで読む。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from sheetgen.collect.values.figures import FigureField, read_figure
from sheetgen.collect.values.numbers import read_date, read_number, read_serial, seen_number
from sheetgen.collect.values.plain_text import (
    Notes,
    ReadValue,
    clean,
    fold,
    is_too_long,
    meaningless,
    utf16_length,
)
from sheetgen.messages.quoting import excerpt, shortened
from sheetgen.messages.values import MEANINGLESS
from sheetgen.plan.paths import PROVISIONAL_MARK
from sheetgen.plan.round import FieldKind
from sheetgen.plan.text import LONGEST_TEXT
from sheetgen.plan.value import Value
from sheetgen.reading.book import CellKind, RawCell

# 丸には符号位置がいくつもあり、日本語入力は一つの一覧に並べて出す。
_ALIKE = str.maketrans({"〇": "○", "◯": "○", "⚪": "○", "✕": "×", "✖": "×", "☓": "×"})
_ALIKE |= dict.fromkeys(map(ord, "−‐‑‒–—―ー"), "-")
_WORDS = r"^(?:評価|ランク|判定)[:：]? *|(?: *(?:評価|ランク|判定))$|[。.]$"
_LONGEST = 30  # 字。評価と、それに添えた「評価」などの字
_REMARK = r"(?s)([(（【\[〔※:：、,・\s]|ただし|但し).+"


_LISTED = (FieldKind.GRADE, FieldKind.CHOICE)
"""一覧から選ぶ欄の種類。"""
_FORMED = {FieldKind.GRADE: "grade_form", FieldKind.CHOICE: "choice_form"}
_WORDED = {FieldKind.GRADE: "grade_words", FieldKind.CHOICE: "choice_words"}
_CUT = {FieldKind.GRADE: "grade_remark", FieldKind.CHOICE: "choice_remark"}
_REMARKED = {FieldKind.GRADE: "R223", FieldKind.CHOICE: "R233"}
_UNLISTED = {FieldKind.GRADE: "R224", FieldKind.CHOICE: "R234"}


def read_grade(
    text: str, scale: Sequence[str], notes: Notes, kind: FieldKind = FieldKind.GRADE
) -> str | None:
    """評価の区分か、選べることば。一覧になければ ``None`` とし、問いを加える。"""
    if text in scale:
        return text
    keys = [_key(grade) for grade in scale]
    known = {key: grade for key, grade in zip(keys, scale, strict=True) if keys.count(key) == 1}
    plain = fold(text, notes)
    found = known.get(_key(plain))
    if found is None and len(plain) <= _LONGEST:
        found = known.get(_key(re.sub(_WORDS, "", plain)))
        if found is not None:
            notes.use(_WORDED[kind])
    elif found is not None and plain not in scale:
        notes.use(_FORMED[kind])
    if found is None:
        found = _before_remark(plain, known)
        if found is not None:
            notes.use(_CUT[kind])
            notes.ask(_REMARKED[kind], raw=shortened(text, 100), grade=found)
    if found is None:
        notes.ask(_UNLISTED[kind], raw=shortened(text, 100), scale="・".join(scale))
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


_BLANK = ReadValue(None, "")
PROVISIONAL_RULE = "provisional"
"""数に添えた「暫定」を、値の印として読んだこと。"""


class Expected(NamedTuple):
    """欄が待っている値。

    ``unit`` と ``number_format`` は、実施項目の指標のもの。``numeric`` が偽なのは、
    目標が文の数（``30億円以内``）。``like`` は目標など、同じ類の文。``scale`` は、一覧から選ぶ欄の
    選べる値。``provisional`` が真なら、数に添えた「暫定」を、値の印として読む。
    """

    unit: str | None = None
    number_format: str = "General"
    numeric: bool = True
    like: str | None = None
    scale: tuple[str, ...] = ()
    provisional: bool = False


_MARK = "(?:暫定|見込み?|速報)(?:値|額|数)?"
_MARKS = rf" *(?:[(\[【〔] *{_MARK}(?:[・、,/ ]*{_MARK})* *[)\]】〕]|{_MARK}) *[:・]? *"


def _provisional(text: str, figure: FigureField, notes: Notes) -> int | float | None:
    """``1,200（暫定）``・``暫定 1,200``・``1,200 見込み(暫定)`` の数。そうでなければ ``None``。"""
    plain = unicodedata.normalize("NFKC", text)
    if PROVISIONAL_MARK not in plain or not figure.numeric:
        return None
    own = Notes()
    rest = re.sub(_MARKS, "", plain).strip()
    value = read_figure(rest, figure, own) if rest else None
    if not isinstance(value, int | float):
        return None
    notes.use(PROVISIONAL_RULE)
    for rule in own.rules:
        notes.use(rule)
    notes.doubts += own.doubts
    return value


def read_value(
    cell: RawCell | None, kind: FieldKind, expected: Expected | None = None
) -> ReadValue:
    """セルの中身を読む。例外は起こさない。

    値は計画のデータに入る形で、10**15 未満の整数か小数、32,767 字までの文字、空欄の None。
    """
    if cell is None or (cell.kind is CellKind.BLANK and cell.formula is None):
        return _BLANK
    expected = expected or Expected()
    notes = Notes()
    if cell.formula is not None:
        if cell.kind is CellKind.BLANK:
            raw = "=" + cell.formula.lstrip("=")
            notes.ask("R201", formula=excerpt(raw, 80))
            return notes.refusal(raw)
        notes.use("formula")
        notes.ask("R202", formula=excerpt("=" + cell.formula.lstrip("="), 80),
                  value=excerpt(str(cell.value)))  # fmt: skip
    if cell.kind is CellKind.ERROR:
        notes.ask("R203", raw=str(cell.value))
        return notes.refusal(str(cell.value))
    if cell.kind is CellKind.NUMBER and isinstance(cell.value, int | float):
        return _of_number(cell, cell.value, kind, expected, notes)
    if cell.kind is CellKind.DATE:
        numeric = kind is FieldKind.MONEY or (kind is FieldKind.FIGURE and expected.numeric)
        shown = read_date(str(cell.value), cell.number_format, numeric, notes, cell.shown)
        return _of_text(shown, shown, kind, expected, notes, cell.struck)
    if cell.kind is CellKind.BOOL:
        raw = "TRUE" if cell.value else "FALSE"
        if kind in _LISTED:
            return _of_text(raw, raw, kind, expected, notes, None)
        notes.ask("R204", raw=raw)
        return notes.result(raw, raw)
    if cell.raised is not None:
        return _of_raised(cell, cell.raised, kind, expected, notes)
    raw = str(cell.value)
    return _of_text(raw, raw, kind, expected, notes, cell.struck, cell.left)


def _figure(kind: FieldKind, expected: Expected) -> FigureField:
    if kind is FieldKind.MONEY:
        return FigureField(None, True, True, False)
    decimals = "." in expected.number_format or expected.number_format == "General"
    return FigureField(expected.unit, False, expected.numeric, decimals, expected.number_format)


def _of_number(
    cell: RawCell, value: int | float, kind: FieldKind, expected: Expected, notes: Notes
) -> ReadValue:
    raw = seen_number(value, cell.number_format, cell.shown)
    if kind is FieldKind.TEXT or kind in _LISTED:
        if kind is FieldKind.TEXT:
            notes.use("number_as_text")
        return _of_text(raw, raw, kind, expected, notes, cell.struck)
    figure = _figure(kind, expected)
    number = read_number(value, cell.number_format, figure, notes, cell.shown)
    if number is None:
        notes.ask("R205", raw=raw)
        return notes.refusal(raw)
    if kind is FieldKind.FIGURE and not expected.numeric and isinstance(number, int | float):
        number = read_serial(number, expected.like, notes)
    if cell.struck:
        notes.ask("R212", whole=raw, rest="（空欄）")
        notes.use("struck")
        return notes.result(None, raw)
    return notes.result(_checked_fraction(number, kind, notes), raw)


def _of_text(
    text: str,
    raw: str,
    kind: FieldKind,
    expected: Expected,
    notes: Notes,
    struck: str | None,
    left: str | None = None,
) -> ReadValue:
    cleaned = clean(text, notes)
    if cleaned and struck:
        cleaned = _without_struck(cleaned, struck, left, notes)
    if not cleaned:
        if text and not struck:
            notes.rules.clear()
            notes.doubts = [doubt for doubt in notes.doubts if doubt[0] != "R206"]
            notes.use("blanks")
            notes.ask("R210")
        return notes.result(None, raw)
    if is_too_long(cleaned):
        notes.ask("R211", length=utf16_length(cleaned), limit=LONGEST_TEXT)
        return notes.refusal(raw)
    why = meaningless(cleaned)
    if why is not None:
        notes.ask("R242", text=excerpt(cleaned), why=MEANINGLESS[why])
    if kind is FieldKind.TEXT or (kind not in _LISTED and "date" in notes.rules):
        return notes.result(cleaned, raw)
    if kind in _LISTED:
        grade = read_grade(cleaned, expected.scale, notes, kind)
        return notes.refusal(raw) if grade is None else notes.result(grade, raw)
    figure = _figure(kind, expected)
    marked = _provisional(cleaned, figure, notes) if expected.provisional else None
    value = read_figure(cleaned, figure, notes) if marked is None else marked
    return notes.result(_checked_fraction(value, kind, notes), raw)


def _of_raised(
    cell: RawCell, text: str, kind: FieldKind, expected: Expected, notes: Notes
) -> ReadValue:
    """上付きか下付きの字の混ざった文字。``text`` は、そう見える字に替えたもの。

    ふつうの字に直すと、注の番号や累乗が、数の桁に見える。
    """
    notes.use("raised")
    read = _of_text(text, text, kind, expected, notes, cell.struck, cell.left)
    if kind is not FieldKind.TEXT and not isinstance(read.value, int | float):
        kept = [one for one in read.problems if one[0] != "R216"]
        return read._replace(problems=(*kept, ("R240", {"raw": shortened(text, 100)})))
    # 「100m²」のように、数に触れないもの。
    return read._replace(problems=(*read.problems, ("R241", {"raw": excerpt(text)})))


def _checked_fraction(value: Value, kind: FieldKind, notes: Notes) -> Value:
    """千円に満たない端数があれば、知らせる。"""
    if kind is FieldKind.MONEY and isinstance(value, float) and not value.is_integer():
        notes.ask("R221", value=f"{value:,}")
    return value


def _without_struck(text: str, struck: str, left: str | None, notes: Notes) -> str:
    """消し線の部分を除く。``left`` がなく、どこか決められなければ除かない。"""
    part = struck.strip()
    if not part:
        return text  # 消してあるのは、空白だけである
    # 同じ部分が文の中に二度あるか、何か所も消してあれば、どこかが決まらない。
    rest = text.replace(part, "").strip() if text.count(part) == 1 else text
    if left is not None:
        rest = clean(left, Notes()).strip()
    notes.use("struck")
    notes.ask("R212", whole=excerpt(text), rest=excerpt(rest) or "（空欄）")
    return rest
