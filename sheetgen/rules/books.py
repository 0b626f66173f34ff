"""ブックの、目に見えない所と、セルの外への書き込み。"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sheetgen.model.returned import CellKind, RawBook, RawSheet, Remark
from sheetgen.problems import Place, Problem
from sheetgen.rules.personal import personal_data, personal_headings

_REF = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def check_book(book: RawBook, file: str, items: Mapping[str, str]) -> tuple[Problem, ...]:
    """ブックの中の、個人に関わる情報と、コメントや図形の文字。

    ``items`` maps the name of a form's sheet to its item.  Problems outside the forms
    have no item in their place, and so hold none.
    """
    found: list[Problem] = []
    for sheet in book.sheets:
        found += _hidden_cells(sheet, file, items.get(sheet.name))
        found += [
            problem
            for remark in sheet.remarks
            for problem in _remark(remark, sheet, file, items.get(sheet.name))
        ]
    for name, words in book.properties.items():
        kinds = personal_data(words)
        if kinds:
            facts = {"where": f"ファイルのプロパティ（{name}）", "kinds": "、".join(kinds)}
            found.append(Problem("R350", Place(file), facts))
    return tuple(found)


def _hidden_cells(sheet: RawSheet, file: str, item: str | None) -> Iterator[Problem]:
    """見えないセル。一枚のシートについて一度だけ言う。"""
    if not (sheet.hidden or sheet.hidden_rows or sheet.hidden_columns):
        return
    kinds: dict[str, None] = {}
    refs: list[str] = []
    for ref, cell in sheet.cells.items():
        if cell.kind not in (CellKind.TEXT, CellKind.NUMBER) or not _is_hidden(sheet, ref):
            continue
        text = str(cell.value)
        here = personal_data(text) + personal_headings(text)
        if here:
            kinds |= dict.fromkeys(here)
            refs.append(ref)
    if refs:
        where = "非表示のシート" if sheet.hidden else "非表示の行や列"
        facts = {"where": f"{where}（{len(refs)}セル）", "kinds": "、".join(kinds)}
        yield Problem("R350", Place(file, sheet.name, refs[0], item=item), facts)


def _is_hidden(sheet: RawSheet, ref: str) -> bool:
    if sheet.hidden:
        return True
    match = _REF.fullmatch(ref)
    if match is None:
        return False
    return int(match[2]) in sheet.hidden_rows or _column(match[1]) in sheet.hidden_columns


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _remark(remark: Remark, sheet: RawSheet, file: str, item: str | None) -> Iterator[Problem]:
    """セルの外の書き込み。失われないように、必ず知らせる。"""
    place = Place(file, sheet.name, remark.ref, item=item)
    words = " ".join(remark.text.split())
    text = words if len(words) <= 120 else words[:120] + "…"
    yield Problem(
        "R351", place, {"kind": remark.kind.value, "text": text or "（文字はありません）"}
    )
    kinds = personal_data(remark.text)
    if kinds:
        yield Problem("R350", place, {"where": remark.kind.value, "kinds": "、".join(kinds)})
