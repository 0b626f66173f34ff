"""OpenDocument の一つのセル：段落、スタイル、値、名前の指す所。

出典: ODF 1.3 Part 3, 6.1 (white space), 16。

出典: ODF 1.3 Part 3, 19.385-19.390（値）、19.642（式）。
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import NamedTuple

from sheetgen.reading.book import CellKind, RawCell
from sheetgen.reading.cells import (
    GENERAL,
    SUBSCRIPT,
    SUPERSCRIPT,
    Text,
    UnreadableValueError,
    as_seen,
    iso,
    left_of,
    number,
)
from sheetgen.reading.xml_parts import Attrs, Element

_FIRST_INDENT = re.compile(r"\A[ \t]*\n[ \t]+(?=[^ \t\n])|\A[ \t]*\n[ \t][ \t\n]*\Z")
_LAST_INDENT = re.compile(r"\n[ \t]+\Z")
MAX_SPACES = 32_767


class Styles:
    """スタイルの名から、取消線と上付き・下付きの有無、シートを見せるか。"""

    def __init__(self) -> None:
        self._struck: dict[str, bool | None] = {}
        self._places: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._formats: dict[str, str] = {}
        self.percents: set[str] = set()
        self.hidden_tables: set[str] = set()
        self._name = ""

    def add(self, root: Element) -> None:
        """``styles.xml`` のスタイルを加える。"""
        for node in root.walk():
            if node.local == "percentage-style":
                self.percents.add(node.attrs.get("name", ""))
            elif node.local == "style":
                self.open(node.attrs)
                for child in node.children:
                    self.take(child.local, child.attrs)

    def open(self, attrs: Attrs) -> None:
        """``style:style`` の始まり。"""
        self._name = attrs.get("name", "")
        self._struck[self._name] = None
        self._formats[self._name] = attrs.get("data-style-name", "")
        self._parents[self._name] = attrs.get("parent-style-name", "")

    def take(self, local: str, attrs: Attrs) -> None:
        """``style:style`` の中の性質。"""
        if local == "text-properties":
            for key in ("text-line-through-style", "text-line-through-type"):
                if key in attrs:
                    self._struck[self._name] = attrs[key] != "none"
            if "text-position" in attrs:
                self._places[self._name] = _place(attrs["text-position"])
        elif local == "table-properties" and attrs.get("display") == "false":
            self.hidden_tables.add(self._name)

    def struck(self, name: str) -> bool:
        """取消線のスタイルか。書いていなければ親のスタイルによる。"""
        seen = set()
        while name and name not in seen:
            seen.add(name)
            found = self._struck.get(name)
            if found is not None:
                return found
            name = self._parents.get(name, "")
        return False

    def place(self, name: str) -> str:
        """上付きか下付きのスタイルか。書いていなければ親のスタイルによる。"""
        seen = set()
        while name and name not in seen:
            seen.add(name)
            if name in self._places:
                return self._places[name]
            name = self._parents.get(name, "")
        return ""

    def is_percent(self, name: str) -> bool:
        """パーセントの表示形式のスタイルか。"""
        return self._formats.get(name, "") in self.percents


def _place(position: str) -> str:
    """``super 58%`` ``-33% 58%`` など。初めの語が、上げる高さ。"""
    height = position.split(" ")[0]
    if height in ("super", "sub"):
        return SUPERSCRIPT if height == "super" else SUBSCRIPT
    if height.rstrip("%").lstrip("+-").strip("0.") == "":
        return ""
    return SUBSCRIPT if height.startswith("-") else SUPERSCRIPT


class Paragraphs:
    """読んでいる段落。段落は改行でつなぎ、ふりがなは含めない。

    段落の中の改行の字も、表計算ソフトはどれも行を改めて見せる。規格では空白一つと同じだが、
    箇条書きの行がつながって読めなくなる。XML を字下げしたときの、初めと終わりの改行だけを除く。
    """

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._words: list[tuple[str, bool, str]] = []
        self._spans: list[tuple[bool, str]] = []
        self._first = 0
        self._reading = 0
        self._inside = 0
        self.count = 0

    def start(self, local: str, attrs: Attrs) -> None:
        """段落の中の要素の始まり。"""
        if local in ("p", "h"):
            if self.count:
                self._add("\n")
            self.count += 1
            self._inside += 1
            self._first = len(self._words)
        elif local == "s":
            count = attrs.get("c", "1")
            if count.isascii() and count.isdigit():
                self._add(" " * min(int(count[:6]), MAX_SPACES))
        elif local == "tab":
            self._add("\t")
        elif local == "line-break":
            self._add("\n")
        elif local == "ruby-text":
            self._reading += 1
        elif local == "span":
            style = attrs.get("style-name", "")
            struck, place = self._spans[-1] if self._spans else (False, "")
            own = self._styles.place(style) or place
            self._spans.append((self._styles.struck(style) or struck, own))

    def end(self, local: str) -> None:
        """段落の中の要素の終わり。"""
        if local in ("p", "h"):
            self._inside -= 1
            self._without_indent()
        elif local == "ruby-text":
            self._reading -= 1
        elif local == "span" and self._spans:
            self._spans.pop()

    def text(self, text: str) -> None:
        """段落の中の文字。"""
        if self._inside:
            self._add(text)

    def _without_indent(self) -> None:
        """段落の初めと終わりの、XML の字下げを除く。"""
        # 読み手は、文字を行ごとに区切って渡す。
        own = [
            ("".join([text for text, _, _ in run]), *look)
            for look, run in groupby(self._words[self._first :], key=lambda word: word[1:])
        ]
        for at, indent in ((0, _FIRST_INDENT), (-1, _LAST_INDENT)):
            if own:
                text, struck, place = own[at]
                own[at] = (indent.sub("", text), struck, place)
        self._words[self._first :] = own

    def _add(self, text: str) -> None:
        if not text or self._reading:
            return
        struck, place = self._spans[-1] if self._spans else (False, "")
        self._words.append((text, struck, place))

    def result(self, all_struck: bool = False) -> Text:
        """読み終えた文字。"""
        value = "".join([text for text, _, _ in self._words])
        struck = "".join([text for text, crossed, _ in self._words if crossed])
        seen = as_seen([(text, place) for text, _, place in self._words])
        if all_struck:
            return Text(value, value, seen=seen)
        kept = [(text, place) for text, crossed, place in self._words if not crossed]
        return Text(value, struck, seen=seen, left=left_of(kept) if struck else "")


PERCENT, DATE, TIME, ELAPSED = "0%", "yyyy/m/d", "h:mm:ss", "[h]:mm:ss"
ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}
)
_LO_ERROR = re.compile("Err:[0-9]{3}|エラー:[0-9]{3}")
_DURATION = re.compile(
    r"PT(?:([0-9]{1,6})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9})(?:[.,][0-9]*)?S)?", re.ASCII
)
_ADDRESS = re.compile(
    r"\$?('(?:[^']|'')*'|[^.'\s]+)\.(\$?[A-Z]{1,3}\$?[0-9]+)"
    r"(?::(?:\$?(?:'(?:[^']|'')*'|[^.'\s]+))?\.(\$?[A-Z]{1,3}\$?[0-9]+))?"
)
_DAY = 86400


class CellSource(NamedTuple):
    """一つのセルの書かれたもの。``column`` は1から、``repeat`` は右へ続く数。"""

    column: int
    repeat: int
    attrs: Attrs
    struck: bool
    percent: bool


def make_cell(source: CellSource, paragraphs: Paragraphs) -> RawCell | None:
    """値も数式もなければ None。:class:`UnreadableValueError`。"""
    attrs = source.attrs
    formula = _formula(attrs.get("formula"))
    kind = attrs.get("value-type", "")
    if kind in ("", "string"):
        return _text_cell(source, paragraphs, formula, kind)
    value: str | int | float | bool
    code = GENERAL
    seen = paragraphs.result().value.strip() if paragraphs.count else ""
    if kind == "boolean":
        found, value = CellKind.BOOL, attrs.get("boolean-value") == "true"
    elif kind == "date":
        found, value, code = CellKind.DATE, iso(attrs.get("date-value", "")), DATE
    elif kind == "time":
        found, value, code = _time(attrs.get("time-value", ""))
    elif kind in ("float", "percentage", "currency"):
        found, value = CellKind.NUMBER, number(attrs.get("value", ""))
        is_percent = kind == "percentage" or source.percent or seen.endswith(("%", "％"))
        code = PERCENT if is_percent else GENERAL
    else:
        raise UnreadableValueError(kind)
    struck = str(value) if source.struck else None
    return RawCell(found, value, code, formula, struck, shown=seen or None)


def _text_cell(
    source: CellSource, paragraphs: Paragraphs, formula: str | None, kind: str
) -> RawCell | None:
    text = paragraphs.result(source.struck)
    value = text.value
    if not paragraphs.count and kind == "string":
        value = source.attrs.get("string-value", "")
    if not value and formula is None:
        return None
    # 式の値がエラーのとき、型は文字と書かれる。
    if formula is not None and (value in ERRORS or _LO_ERROR.fullmatch(value)):
        return RawCell(CellKind.ERROR, value, GENERAL, formula)
    if not value and not kind and not paragraphs.count:
        return RawCell(CellKind.BLANK, None, GENERAL, formula)
    return RawCell(
        CellKind.TEXT,
        value,
        GENERAL,
        formula,
        text.struck or None,
        text.seen or None,
        left=text.left if text.struck and not source.struck else None,
    )


def _formula(written: str | None) -> str | None:
    """``of:=…`` の、``=`` の後。"""
    if written is None:
        return None
    _, separator, text = written.partition("=")
    return text if separator and ":" in written[: written.find("=")] else written.lstrip("=")


def _time(written: str) -> tuple[CellKind, str | float, str]:
    match = _DURATION.fullmatch(written)
    if match is None or written == "PT":
        raise UnreadableValueError(written)
    hours, minutes, seconds = (int(one or 0) for one in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if total < _DAY:
        clock = f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}"
        return CellKind.DATE, clock, TIME
    return CellKind.NUMBER, total / _DAY, ELAPSED


def name_target(written: str) -> str:
    """``$シート.$A$1:.$B$2`` を、Excel の書き方 ``'シート'!$A$1:$B$2`` にする。"""
    match = _ADDRESS.fullmatch(written)
    if match is None:
        return written.removeprefix("of:").lstrip("=")
    sheet, first, last = match.groups()
    name = sheet if sheet.startswith("'") else "'" + sheet.replace("'", "''") + "'"
    return f"{name}!{first}:{last}" if last and last != first else f"{name}!{first}"
