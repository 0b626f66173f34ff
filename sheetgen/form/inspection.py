"""テンプレートの、式のほかのおかしな所。見た目は正しいのに、作った様式で違って出るもの。"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from sheetgen.form.braces import misspelt_mark
from sheetgen.messages.quoting import in_short
from sheetgen.problems import Place, Problem
from sheetgen.xlsx.template import TemplateCell, TemplateSheet

_SHOWN = 5
"""問題に番地を挙げる数。"""

# 全角の幅がそろい、半角がちょうどその半分の書体。行数は、この幅で数える。
_EVEN_PITCH = (
    "BIZ UDゴシック", "BIZ UD明朝", "BIZ UD明朝 Medium", "BIZ UDGothic", "BIZ UDMincho",
    "BIZ UDMincho Medium", "MS ゴシック", "MS 明朝", "MS Gothic", "MS Mincho",
    "UD デジタル 教科書体 N-R", "UD デジタル 教科書体 N-B", "UD Digi Kyokasho N-R",
    "UD Digi Kyokasho N-B", "HGゴシックE", "HGゴシックM", "HG明朝B", "HG明朝E", "HG教科書体",
    "HG丸ゴシックM-PRO", "HG正楷書体-PRO", "HG創英角ゴシックUB", "HG創英角ポップ体", "HG行書体",
    "HG創英プレゼンスEB", "HGGothicE", "HGGothicM", "HGMinchoB", "HGMinchoE", "IPAゴシック",
    "IPA明朝", "IPAGothic", "IPAMincho", "Noto Sans Mono CJK JP", "Osaka-等幅",
)  # fmt: skip


def _plain(font: str) -> str:
    return "".join(unicodedata.normalize("NFKC", font).casefold().split())


_KNOWN = frozenset(map(_plain, _EVEN_PITCH))


def is_even_pitch(font: str) -> bool:
    """全角と半角の幅がそろった書体か。名の書かれていない書体は、知りようがないので咎めない。"""
    return not font or _plain(font) in _KNOWN


def text_problems(file: str, sheet: TemplateSheet) -> Iterator[Problem]:
    """印の打ち損じ（T124）。どのシートでも。"""
    for cell in sheet.cells:
        mark = None if cell.is_formula else misspelt_mark(cell.text)
        if mark is not None:
            place = Place(file=file, sheet=sheet.name, cell=cell.ref)
            yield Problem("T124", place, {"text": cell.text, "mark": mark})


def font_problems(
    file: str, sheet: TemplateSheet, counted: Iterable[TemplateCell]
) -> Iterator[Problem]:
    """行数を正しく数えられない書体（T126）。``counted`` は、行数を数えるセル。"""
    found: dict[str, list[TemplateCell]] = {}
    for cell in counted:
        if not is_even_pitch(cell.font):
            found.setdefault(cell.font, []).append(cell)
    for font, cells in found.items():
        refs = list(dict.fromkeys(cell.ref for cell in cells))
        facts = {"font": font, "cells": in_short(refs, _SHOWN, "個")}
        yield Problem("T126", Place(file=file, sheet=sheet.name, cell=refs[0]), facts)


def page_problems(file: str, sheet: TemplateSheet) -> Iterator[Problem]:
    """様式のシートの、記入欄ではない書けるセル（T128）と、2ページに分かれるわけ（T129、T130）。"""

    def place(cell: str | None) -> Place:
        return Place(file=file, sheet=sheet.name, cell=cell)

    if sheet.unlocked:
        facts = {"cells": in_short(sheet.unlocked, _SHOWN, "か所")}
        yield Problem("T128", place(sheet.unlocked[0]), facts)
    for ref in sheet.breaks:
        yield Problem("T129", place(ref))
    if sheet.areas > 1:
        yield Problem("T130", place(None), {"count": sheet.areas})
