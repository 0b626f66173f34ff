"""編集ブックの一つのセルを、欄の種類に合わせて、計画のデータに入る値として読む。

書いたときのままかも、ここで比べる。読めないものは、読めないと言う。推し量らない。
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sheetgen.collect.matching.chart import is_vacant, same
from sheetgen.collect.values.cell_value import Expected, read_value
from sheetgen.collect.values.numbers import date_from_serial, date_of, seen_number, typed_before
from sheetgen.collect.values.plain_text import BLANKS, Doubt, ReadValue
from sheetgen.era import REIWA_OFFSET
from sheetgen.messages.editing import WAYS
from sheetgen.messages.quoting import excerpt, in_short, shortened
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.item import Owner
from sheetgen.plan.item_names import is_item_name, written_id, written_number
from sheetgen.plan.round import FieldKind
from sheetgen.plan.text import check_municipality_code
from sheetgen.plan.value import GENERAL, Value, is_number_format, printed
from sheetgen.reading.book import CellKind, RawCell
from sheetgen.year.editing.edit_fields import EditKind
from sheetgen.year.editing.own_rows import COUNTS_WORDS
from sheetgen.year.list_columns import fiscal_year_in

_FIRST_YEAR, _LAST_YEAR = REIWA_OFFSET + 1, 2199
_MOST_NEAR = 3
_LISTED = "○ 〇 ◯ ✓ ✔ ☑ レ はい 採る 1 TRUE YES", "× ✕ ✖ ☓ X いいえ 採らない 0 FALSE NO"
_TRUE, _FALSE = (frozenset(words.split()) for words in _LISTED)
_MONTH = re.compile(r"(?:(20\d\d|21\d\d)|(?:令和|R)(\d{1,2}|元))[年./-](\d{1,2})月?")
_COUNT = re.compile(r"(\d+)(?:[ヶケヵカか箇個]?年間?)?")
_NUMBERED = re.compile(r"\(?(\d+)\)?[.、:]?(.*)")
_BREAKS = re.compile("[、，,；;\n]")


class ReadEdit(NamedTuple):
    """読み取った値。``value`` は、計画のデータに入る形（EditKind のとおり）。

    ``raw`` は人がセルに見た文字、``rule`` は使った読み方の名を空白で区切ったもの。``doubts`` は
    問題の符号と事実。``readable`` が偽なら記録できる値がなく、``value`` は None。
    """

    value: Any
    raw: str
    rule: str = ""
    doubts: tuple[Doubt, ...] = ()
    readable: bool = True


@dataclass(frozen=True, slots=True)
class EditExpected:
    """欄が待っている値。

    ``unit`` と ``number_format`` は指標のもの、``numeric`` が偽なのは、目標が文の数。``like`` は
    目標など、同じ類の文。``scale`` は評価の段階。``owners`` は選べる部と課、``former`` は移る前の
    部と課、``measures`` と ``policies`` は選べる番号と名（改める前と後の名があれば、どちらも）、
    ``words`` は決まったことば、``items`` は印刷の番号（推進項目、その中の番号）から実施項目のIDへ。
    """

    unit: str | None = None
    number_format: str = GENERAL
    numeric: bool = True
    like: str | None = None
    scale: tuple[str, ...] = ()
    owners: tuple[Owner, ...] = ()
    former: tuple[Owner, ...] = ()
    measures: tuple[tuple[int, str], ...] = ()
    policies: tuple[tuple[int, str], ...] = ()
    words: tuple[str, ...] = ()
    items: Mapping[tuple[int, int], str] = field(default_factory=dict)


def same_as_issued(value: Value, cell: RawCell | None) -> bool:
    """書いたときのままか。

    同じとみなすのは、プログラムがひとりでに変えるものだけ（行末の書き方、終わりの空白、数と
    その文字、年月の日付）。消し線を引いたものや、式に替えたものは、そのままではない。
    """
    if value is None or (isinstance(value, str) and not value.strip(BLANKS)):
        return is_vacant(cell)
    if cell is None or cell.formula is not None or cell.struck is not None:
        return False
    found = cell.value
    if cell.raised is not None and cell.raised != found:
        return False
    if isinstance(value, str):
        if cell.kind is CellKind.TEXT and isinstance(found, str):
            return _ended(value) == _ended(found)
        if cell.kind is CellKind.NUMBER and isinstance(found, int | float):
            return value in (printed(found), seen_number(found, cell.number_format, cell.shown))
        day = date_of(str(found)) if cell.kind is CellKind.DATE else None
        return day is not None and day.day == 1 and value == f"{day:%Y-%m}"
    if isinstance(found, str) and isinstance(value, int) and "." in found:
        return False  # 終わりの 0 にも意味がある
    return same(value, cell)


def _ended(text: str) -> str:
    """改行の書き方をそろえ、終わりの空白を除いた文字。"""
    for end in ("_x000D_\n", "_x000D_", "\r\n", "\r"):
        text = text.replace(end, "\n")
    return text.rstrip(BLANKS)


def read_edit(
    cell: RawCell | None, kind: EditKind, expected: EditExpected | None = None
) -> ReadEdit:
    """セルの中身を読む。例外は起こさない。"""
    expected = expected or EditExpected()
    if kind in _AS_IN_FORMS:
        figures = Expected(
            expected.unit, expected.number_format, expected.numeric, expected.like, expected.scale
        )
        return _edit(read_value(cell, _AS_IN_FORMS[kind], figures))
    as_text = _text_of(cell, kind)
    if not as_text.readable:
        return as_text
    text = str(as_text.value or "").strip(BLANKS)
    if not text:
        return as_text._replace(value=_BLANKS.get(kind, _nothing)())
    value, doubts = _READERS[kind](_Written(text, cell), expected)
    doubts = (*as_text.doubts, *doubts)
    if value is None:
        return ReadEdit(None, as_text.raw, as_text.rule, doubts, False)
    return ReadEdit(value, as_text.raw, as_text.rule, doubts)


class _Written(NamedTuple):
    """書かれた文字（前後の空白を除く）と、そのセル。"""

    text: str
    cell: RawCell | None

    @property
    def plain(self) -> str:
        """幅をならし、空白を除いた文字。"""
        return _plain(self.text)

    @property
    def number(self) -> int | float | None:
        """数のセルの数。"""
        cell = self.cell
        if cell is None or cell.kind is not CellKind.NUMBER or isinstance(cell.value, bool):
            return None
        return cell.value if isinstance(cell.value, int | float) else None

    @property
    def date(self) -> str | None:
        """日付のセルの日付（ISO）。"""
        cell = self.cell
        return str(cell.value) if cell is not None and cell.kind is CellKind.DATE else None


Answer = tuple[Any, tuple[Doubt, ...]]
"""読んだ値（読めなければ None）と、問題。"""
_AS_IN_FORMS = {
    EditKind.FIGURE: FieldKind.FIGURE,
    EditKind.MONEY: FieldKind.MONEY,
    EditKind.GRADE: FieldKind.GRADE,
    EditKind.TEXT: FieldKind.TEXT,
    EditKind.REASON: FieldKind.TEXT,
}
_TOLD_ELSEWHERE = frozenset({"R204", "R226", "R225"})
"""決まった形で読む欄では、その形で読めるかどうかが答えになる問題。"""


def _edit(read: ReadValue) -> ReadEdit:
    return ReadEdit(read.value, read.raw, read.rule, read.problems, read.readable)


def _text_of(cell: RawCell | None, kind: EditKind) -> ReadEdit:
    """セルに見えた文字。どの種類の欄にも共通の問題（エラー値、結果のない式など）は、ここで言う。"""
    read = read_value(cell, FieldKind.TEXT)
    if kind is EditKind.LINE:
        return _edit(read)
    return _edit(read)._replace(
        doubts=tuple(one for one in read.problems if one[0] not in _TOLD_ELSEWHERE)
    )


def _line(written: _Written, expected: EditExpected) -> Answer:
    if "\n" in written.text or "\t" in written.text:
        return _refused("E031", written)
    if written.number is not None:
        return written.text, (("E032", {"raw": excerpt(written.text)}),)
    return written.text, ()


def _year(written: _Written, expected: EditExpected) -> Answer:
    if written.date is None:
        plain = written.plain
        western = re.fullmatch(r"(\d{4})(?:年度?)?", plain)
        year = int(western[1]) if western else fiscal_year_in(plain)
        if year is not None and _FIRST_YEAR <= year <= _LAST_YEAR:
            return year, ()
    return _unlike("year", written)


def _month(written: _Written, expected: EditExpected) -> Answer:
    day = date_of(written.date) if written.date else None
    if day is None and written.number is not None:
        day = date_from_serial(float(written.number))
    year, month = (day.year, day.month) if day is not None else (0, 0)
    found = _MONTH.fullmatch(_dashed(written.plain).upper()) if day is None else None
    if found:
        reiwa = 1 if found[2] == "元" else int(found[2] or 0)
        year = int(found[1]) if found[1] else reiwa + REIWA_OFFSET if reiwa else 0
        month = int(found[3])
    if _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12:
        return f"{year:04}-{month:02}", ()
    return _unlike("month", written)


def _code(written: _Written, expected: EditExpected) -> Answer:
    # 数にすると、初めの 0 は消える。検査数字のない5桁の書き方と見分けられないので、補わない。
    try:
        return check_municipality_code(written.plain), ()
    except ValueError:
        return _unlike("municipality_code", written)


def _format(written: _Written, expected: EditExpected) -> Answer:
    if written.number is not None and written.cell is not None:
        # 「0.0」と打つと、0 という数になる。セルの形式がなければ、何桁と書いたのかが残らない。
        code = written.cell.number_format
        known = written.number == 0 and code != GENERAL and is_number_format(code)
        return (code, ()) if known else _unlike("number_format", written)
    plain = written.plain
    plain = GENERAL if plain in ("標準", "G/標準") or plain.lower() == "general" else plain
    return (plain, ()) if is_number_format(plain) else _unlike("number_format", written)


def _item(written: _Written, expected: EditExpected) -> Answer:
    text = written.text
    if written.date is not None and written.cell is not None:
        # 「8-8」と打つと、8月8日になる。
        text = typed_before(written.date, written.cell.number_format) or text
    number = written_number(text)
    found = expected.items.get(number) if number else written_id(text)
    known = not expected.items or found in expected.items.values()
    if not is_item_name(text) or found is None or not known:
        return _unlike("item", written)
    return found, ()


def _flag(written: _Written, expected: EditExpected) -> Answer:
    plain = written.plain.upper()
    if plain in _TRUE or plain in _FALSE:
        return plain in _TRUE, ()
    return _refused("E034", written)


def _owners(written: _Written, expected: EditExpected) -> Answer:
    found: list[Owner] = []
    doubts: list[Doubt] = []
    for name in _names_in(written.text):
        owner, doubt = _owner(name, expected.owners, expected.former)
        doubts += [doubt] if doubt else []
        found += [owner] if owner and owner not in found else []
    if doubts or not found:
        return None, tuple(doubts) or _refused("E035", written)[1]
    return [one.model_dump() for one in found], ()


def _owner(
    name: str, owners: Sequence[Owner], former: Sequence[Owner]
) -> tuple[Owner | None, Doubt | None]:
    plain = _plain(name)
    matching = [one for one in (*owners, *former) if _plain(one.full_name) == plain]
    matching = matching or [one for one in owners if _plain(one.section) == plain]
    if len(matching) == 1:
        return matching[0], None
    near = matching or _nearest(plain, owners)
    shown = in_short([one.full_name for one in near], _MOST_NEAR, "課")
    return None, ("E035", {"raw": excerpt(name), "near": f"（{shown}）" if near else ""})


def _nearest(plain: str, owners: Sequence[Owner]) -> list[Owner]:
    """綴りの近い課。"""
    names: dict[str, Owner] = {}
    for one in owners:
        names.setdefault(_plain(one.section), one)
        names.setdefault(_plain(one.full_name), one)
    close = difflib.get_close_matches(plain, names, n=2 * _MOST_NEAR, cutoff=0.5)
    return list(dict.fromkeys(names[one] for one in close))[:_MOST_NEAR]


def _names(written: _Written, expected: EditExpected) -> Answer:
    names = _names_in(written.text)
    return names, ()


def _names_in(text: str) -> list[str]:
    return [name for one in _BREAKS.split(text) if (name := one.strip(BLANKS))]


def _measure(written: _Written, expected: EditExpected) -> Answer:
    return _numbered(written, expected.measures)


def _policy(written: _Written, expected: EditExpected) -> Answer:
    return _numbered(written, expected.policies)


def _numbered(written: _Written, choices: Sequence[tuple[int, str]]) -> Answer:
    """番号、名、番号と名のどれか。名の合わない番号は、どちらのことか分からない。"""
    plain = written.plain
    named = {number for number, name in choices if _plain(name) == plain}
    found = _NUMBERED.fullmatch(plain)
    if found and not named:
        named = {
            number
            for number, name in choices
            if int(found[1]) == number and found[2] in ("", _plain(name))
        }
    if len(named) == 1:
        return named.pop(), ()
    listed = in_short(list(dict.fromkeys(f"{one} {name}" for one, name in choices)), 12, "個")
    return _refused("E036", written, choices=listed)


def _order(written: _Written, expected: EditExpected) -> Answer:
    number = written.number
    if number is None and re.fullmatch(r"\d+(?:\.\d+)?", written.plain):
        number = float(written.plain)
    if number is None or not 0 < number < float("inf"):
        return _unlike("order", written)
    return int(number) if number == int(number) else number, ()


def _count(written: _Written, expected: EditExpected) -> Answer:
    found = _COUNT.fullmatch(written.plain)
    count = int(found[1]) if found else 0
    return (count, ()) if 1 <= count <= _LAST_YEAR - _FIRST_YEAR else _unlike("count", written)


def _word(written: _Written, expected: EditExpected) -> Answer:
    words = {_plain(word): word for word in expected.words}
    if not words:
        return written.text, ()
    word = words.get(written.plain)
    if word is None:
        return _refused("E036", written, choices="、".join(expected.words))
    return word, ()


def _counts(written: _Written, expected: EditExpected) -> Answer:
    words = {word: counts.value for counts, word in COUNTS_WORDS.items()}
    word, doubts = _word(written, EditExpected(words=tuple(words)))
    return words.get(word), doubts


def _unlike(way: str, written: _Written) -> Answer:
    """決まった書き方で書かれていない。"""
    what, how = (words.format(terms=terms()) for words in WAYS[way])
    return _refused("E033", written, what=what, how=how)


def _refused(code: str, written: _Written, **facts: object) -> Answer:
    return None, ((code, {"raw": shortened(written.text, 100), "near": "", **facts}),)


def _nothing() -> Any:
    return None


_BLANKS: Mapping[EditKind, Callable[[], Any]] = {
    EditKind.FLAG: bool,
    EditKind.OWNERS: list,
    EditKind.NAMES: list,
}
"""空欄の値。ほかは None。"""
_READERS: Mapping[EditKind, Callable[[_Written, EditExpected], Answer]] = {
    EditKind.LINE: _line,
    EditKind.YEAR: _year,
    EditKind.MONTH: _month,
    EditKind.CODE: _code,
    EditKind.FORMAT: _format,
    EditKind.ITEM: _item,
    EditKind.FLAG: _flag,
    EditKind.OWNERS: _owners,
    EditKind.NAMES: _names,
    EditKind.MEASURE: _measure,
    EditKind.POLICY: _policy,
    EditKind.ORDER: _order,
    EditKind.COUNT: _count,
    EditKind.WORD: _word,
    EditKind.CHOICE: _word,
    EditKind.COUNTS: _counts,
    EditKind.DECISION: _flag,
}


def _plain(text: str) -> str:
    """幅をならし、空白を除く。"""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _dashed(text: str) -> str:
    return re.sub("[‐‑‒–—―−ー]", "-", text)
