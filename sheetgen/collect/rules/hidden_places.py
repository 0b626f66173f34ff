"""ブックの、目に見えない所。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sheetgen.collect.rules.text_rules import personal_data, personal_headings
from sheetgen.problems import Place, Problem
from sheetgen.reading.book import CellKind, RawBook, RawSheet, Remark, RemarkKind
from sheetgen.xlsx.refs import split_ref

_PROPERTIES = {
    "title": "タイトル",
    "subject": "件名",
    "creator": "作成者",
    "keywords": "タグ",
    "description": "コメント",
    "category": "分類",
    "lastModifiedBy": "前回保存者",
}
"""Excel の「情報」の画面での、プロパティの名。"""


def check_book(book: RawBook, file: str, items: Mapping[str, str]) -> tuple[Problem, ...]:
    """ブックの、目に見えない所の、個人に関わる情報。

    ``items`` は、様式のシートの名から実施項目へ。様式の外の問題は、場所に実施項目がなく、
    どの実施項目も止めない。
    """
    found: list[Problem] = []
    for sheet in book.sheets:
        found += _hidden_cells(sheet, file, items.get(sheet.name))
        found += [
            problem
            for remark in sheet.remarks
            for problem in _comment(remark, sheet, file, items.get(sheet.name))
        ]
    for name, words in book.properties.items():
        kinds = personal_data(words)
        if kinds:
            where = f"ファイルのプロパティの「{_PROPERTIES.get(name, name)}」"
            facts = {"where": where, "kinds": "、".join(kinds)}
            found.append(Problem("R350", Place(file), facts))
    return tuple(found)


def _hidden_cells(sheet: RawSheet, file: str, item: str | None) -> Iterator[Problem]:
    """見えないセル。一枚のシートについて一度だけ言う。"""
    if not (sheet.hidden or sheet.hidden_rows or sheet.hidden_columns):
        return
    kinds: dict[str, None] = {}
    refs: list[str] = []
    for ref in _hidden_refs(sheet):
        cell = sheet.cells[ref]
        if cell.kind not in (CellKind.TEXT, CellKind.NUMBER):
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


def _hidden_refs(sheet: RawSheet) -> Iterator[str]:
    """見えないセルの番地。"""
    if sheet.hidden:
        yield from sheet.cells
        return
    for ref in sheet.cells:
        row, column = split_ref(ref)
        if row in sheet.hidden_rows or column in sheet.hidden_columns:
            yield ref


def _comment(remark: Remark, sheet: RawSheet, file: str, item: str | None) -> Iterator[Problem]:
    """コメントの中のもの。図形の文字は紙にも出るので、ここでは見ない。"""
    kinds = personal_data(remark.text) if remark.kind is RemarkKind.COMMENT else []
    if kinds:
        place = Place(file, sheet.name, remark.ref, item=item)
        yield Problem("R350", place, {"where": "コメント", "kinds": "、".join(kinds)})
