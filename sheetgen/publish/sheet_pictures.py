"""一枚の様式を、印刷されるとおりの絵にする。

文書の様式のページと同じテンプレート、同じ割り付け、同じ描き方である。字は線で描く。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sheetgen.form.rounds import Placed
from sheetgen.form.template import FormTemplate
from sheetgen.plan.paths import all_items
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem, UsageError
from sheetgen.publish.form_pages import FormPages, Sheet
from sheetgen.publish.pdf import render_picture

MAIN = "sheet.typ"
_NO_VALUES: Mapping[str, Value] = MappingProxyType({})


class PrintedValue(NamedTuple):
    """絵の中の一つの値。絵を見られない人のための、見出しと文字。"""

    cell: str
    label: str
    text: str


class Overrun(NamedTuple):
    """文字が収まらないセル。``lines`` は入らない行の数（数えられなければ 0）。"""

    cell: str
    label: str
    lines: int


@dataclass(frozen=True, slots=True)
class Picture:
    """一枚の様式の絵。

    ``width`` と ``height`` は紙の大きさ（pt）。``label`` と ``title`` は実施項目の番号と名称。
    ``marked`` は印を付けたセル、``over`` は文字が収まらないセル、``values`` は印刷の順の値。
    ``problems`` は、収まらない文と、書体にない字のこと。
    """

    svg: bytes
    problems: tuple[Problem, ...]
    width: float
    height: float
    label: str
    title: str
    marked: tuple[str, ...]
    over: tuple[Overrun, ...]
    values: tuple[PrintedValue, ...]

    @property
    def alt(self) -> str:
        """絵の代わりの短いことば。値は ``values`` を並べて見せる。"""
        return f"{self.label} {self.title}の様式"


def sheet_picture(
    plan: Plan,
    template: FormTemplate | Path,
    chosen: Round | None,
    item: str,
    marked: Sequence[str] = (),
    *,
    layout: Path,
    fonts: Path | None = None,
    values: Mapping[str, Value] = _NO_VALUES,
) -> Picture:
    """一枚の様式を絵にする。

    ``chosen`` の照会で配る形で描く（``None`` なら、文書に載る形）。``marked`` は、太い枠を付ける
    セルの番地か、欄の道（``years[0].result.value``。計画のデータの中の場所でもよい）。様式に
    ないものには付かない。``layout`` は文書のテンプレートのフォルダー、``fonts`` は書体のフォルダー
    （``None`` は PC の書体）。``values`` は、計画の値の代わりに見せる値（様式の欄の道から）。

    :raises SheetgenError: 実施項目がない（F003）、テンプレートが使えない、書体がない（D002）ほか、
        :func:`~sheetgen.publish.pdf.render_pdf` と同じ。
    """
    made = printed_sheet(plan, template, chosen, item, values)
    pages, sheet = made.pages, made.sheet
    refs = tuple(dict.fromkeys(ref for one in marked for ref in _cells(pages, one)))
    look = pages.form.look
    composed = render_picture(
        {
            "title": f"{sheet.page.label} {sheet.page.title}",
            "draft": False,
            "form": asdict(pages.form),
            "page": asdict(sheet.page),
            "marked": refs,
            "over": list(sheet.lacking),
        },
        layout / MAIN,
        fonts,
    )
    lacking = {**dict.fromkeys(composed.answer["over"], 0), **sheet.lacking}
    known = {one.place.cell for one in made.problems}
    texts = dict(zip((cell.ref for cell in look.cells), sheet.page.texts, strict=True))
    drawn = [
        Problem("D006", Place(cell=ref, label=pages.label_of(ref), item=item), {"text": texts[ref]})
        for ref in lacking
        if ref not in known and ref in texts
    ]
    return Picture(
        svg=composed.data,
        problems=(*made.problems, *drawn, *composed.notes),
        width=look.paper_width,
        height=look.paper_height,
        label=sheet.page.label,
        title=sheet.page.title,
        marked=refs,
        over=tuple(
            Overrun(ref, pages.label_of(ref) or "", lines) for ref, lines in lacking.items()
        ),
        values=_values(pages, sheet),
    )


class PrintedSheet(NamedTuple):
    """絵にする前の一枚。``problems`` は、この一枚で見つかった問題。"""

    pages: FormPages
    sheet: Sheet
    problems: tuple[Problem, ...]

    @property
    def values(self) -> tuple[PrintedValue, ...]:
        """印刷の順の値。"""
        return _values(self.pages, self.sheet)


def printed_sheet(
    plan: Plan,
    template: FormTemplate | Path,
    chosen: Round | None,
    item: str,
    values: Mapping[str, Value] = _NO_VALUES,
) -> PrintedSheet:
    """一枚の様式の値と、収まらない文。絵は描かないので、書体は要らない。

    引数と例外は :func:`sheet_picture` と同じ。
    """
    pages = _pages(plan, _opened(template), chosen)
    place = _placed(plan, item)
    # 同じテンプレートの誤りは一度しか挙がらないので、どの一枚にも添える。
    before = len(pages.problems)
    sheet = pages.sheet(place, values)
    shared = [one for one in pages.problems[:before] if one.place.item is None]
    return PrintedSheet(pages, sheet, (*shared, *pages.problems[before:]))


class _Key(NamedTuple):
    """使い終えるまで覚えておく様式。計画は、同じものかだけを比べる。"""

    plan: Plan
    template: FormTemplate
    chosen: Round | None
    pages: FormPages


_recent: list[_Key] = []
_KEPT = 4


def _pages(plan: Plan, template: FormTemplate, chosen: Round | None) -> FormPages:
    """様式の形。読むのに一枚を描く十倍の時間がかかるので、近ごろ使ったものを覚えておく。"""
    for one in tuple(_recent):
        if one.plan is plan and one.template is template and one.chosen == chosen:
            return one.pages
    made = FormPages(plan, template, chosen)
    _recent.insert(0, _Key(plan, template, chosen, made))
    del _recent[_KEPT:]
    return made


def _opened(template: FormTemplate | Path) -> FormTemplate:
    if isinstance(template, FormTemplate):
        return template
    try:
        written = template.stat()
    except OSError:
        return FormTemplate(template)  # 読むときに、わけを言う
    return _template(template, written.st_mtime_ns, written.st_size)


@lru_cache(maxsize=4)
def _template(path: Path, _written: int, _size: int) -> FormTemplate:
    """書き換わっていなければ、同じもの。"""
    return FormTemplate(path)


def _placed(plan: Plan, item: str) -> Placed:
    """実施項目。終わったものは、終わったときの所に置く。

    :raises UsageError: 計画にない（F003）。
    """
    for place in (*plan.items(), *plan.ended()):
        if place[2].id == item:
            return place
    facts = {"item": item, "first": min(all_items(plan), default="")}
    raise UsageError(Problem("F003", Place(label=plan.words.item), facts))


def _cells(pages: FormPages, mark: str) -> tuple[str, ...]:
    """印を付けるセル。番地なら、そのまま。"""
    if any(cell.ref == mark for cell in pages.form.look.cells):
        return (mark,)
    return pages.cells_of(mark)


def _values(pages: FormPages, sheet: Sheet) -> tuple[PrintedValue, ...]:
    found = zip(pages.form.look.cells, sheet.page.texts, strict=True)
    labelled = ((cell.ref, pages.label_of(cell.ref), text) for cell, text in found if text)
    return tuple(PrintedValue(ref, label, text) for ref, label, text in labelled if label)
