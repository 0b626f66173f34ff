"""様式を、文書のページにする：テンプレートの形に、値を入れたもの。

ページは、ブックと同じテンプレートと同じ割り付けから作る。文書の文は、様式と同じ所に立つ。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from sheetgen.form.context import BookText, form_context, round_text
from sheetgen.form.filling import FormFiller, ProvisionalCells, is_return_mark
from sheetgen.form.identity import Marks
from sheetgen.form.rounds import Placed, open_paths
from sheetgen.form.template import FormTemplate
from sheetgen.plan.fields import VALUES, YEARS
from sheetgen.plan.item import Item
from sheetgen.plan.paths import (
    INITIATIVE,
    initiative_year_of,
    printed_initiative_year,
    with_values,
)
from sheetgen.plan.plan import Measure, Plan, item_label
from sheetgen.plan.round import Round, RoundKind
from sheetgen.plan.value import EFFECT_FORMAT, GENERAL, Value, is_number_format, printed
from sheetgen.problems import Problem
from sheetgen.publish.document.overview import lowest_name, marked, policy_name, section_name
from sheetgen.publish.document.sheets import Form, FormPage
from sheetgen.publish.table_headings import Box, Grid, Kind
from sheetgen.xlsx.filled import FilledSheet
from sheetgen.xlsx.formulas import compile_formula
from sheetgen.xlsx.look import SheetLook, read_look
from sheetgen.xlsx.template import TemplateCell

_INDEX = re.compile(r"\[\d+\]")


# 実施項目によらない名前。
_SAME = frozenset({"plan", "round", "book", "final_year"})
_ROLES = {Kind.ROW: "row", Kind.COLUMN: "column"}

# 様式の名前と、計画のデータの欄の名。
_MASTER_NAMES = {
    "form.owners": "owners",
    "form.related": "related_sections",
    "initiative.text": "initiatives",
}
_NAMES_OF_MASTER = {"owners": "form.owners", "related_sections": "form.related"}
_OF_ITEMS = Item.model_fields.keys()
_OF_ITEM = re.compile(r"^(policies\[\d+\]\.measures\[\d+\]\.entries|ended_items)\[\d+\]\.")


def round_of(plan: Plan) -> Round:
    """年次見直しの年度の取組方針が載る照会。"""
    return Round(RoundKind.REVISION, plan.revision.fiscal_year - 1)


class Sheet(NamedTuple):
    """一枚の様式。

    ``lacking`` は、文字が収まらないセルと、入らない行の数（幅が足りないだけなら 0）。
    """

    page: FormPage
    lacking: Mapping[str, int]


class FormPages:
    """文書のページを、実施項目ごとに作る。

    ``chosen`` があれば、文書のページでなく、その照会で配る様式の一枚を作る。記入欄を開き、記入の
    ための余白を取り、記入欄の色を塗る。

    :raises SheetgenError: テンプレートが使えない。
    """

    def __init__(self, plan: Plan, template: FormTemplate, chosen: Round | None = None) -> None:
        self._plan = plan
        blueprint = template.blueprint(plan)
        book, bound = blueprint.book, blueprint.form
        self._cells = {cell.ref: cell for cell in bound.sheet.cells}
        self._bound = {one.cell.ref: one for one in bound.cells}
        # 文書では、記入欄はどれも開かない。記入のための余白も要らない。
        self._opened = frozenset() if chosen is None else open_paths(plan, chosen)
        self._beside = chosen is not None and chosen.result_year is None
        self._filler = FormFiller(bound, book.file, self._opened)
        self._early = ProvisionalCells(bound)
        self._round = chosen or round_of(plan)
        self._marks = Marks(book.fingerprint, "")
        look = self._tinted(read_look(template.package_of(plan), bound.sheet.name))
        self.form = Form(
            look, tuple(self._names(cell.ref) for cell in look.cells), self._headings(look)
        )
        self._formulas = {
            cell.ref: compile_formula(cell.text) for cell in bound.sheet.cells if cell.is_formula
        }

    @property
    def problems(self) -> list[Problem]:
        """ページを作る間に見つかった問題。"""
        return self._filler.problems

    def pages(self) -> Iterator[FormPage]:
        """実施項目のページを、印刷の順に返す。"""
        opened: tuple[Measure, str | None] | None = None
        for place in self._plan.items():
            here = (place[1], place[2].section)
            opens = opened is None or opened[0] is not here[0]
            section = section_name(self._plan, here[1]) if opens or opened != here else ""
            yield self._sheet(place, opens, section).page
            opened = here

    def sheet(self, place: Placed, values: Mapping[str, Value]) -> Sheet:
        """一つの実施項目の一枚。``values`` は、計画の値の代わりに見せる値（様式の欄の道から）。"""
        policy, measure, item = place
        year = printed_initiative_year(self._plan, self._round)
        laid = item
        for path, value in values.items():
            with suppress(LookupError):  # 様式の記入欄でない欄は、計画の値のまま
                laid = with_values(laid, {path: value}, year)
        return self._sheet((policy, measure, laid), True)

    def cells_of(self, path: str) -> tuple[str, ...]:
        """その欄の値が出るセル。``path`` は様式の欄の道か、計画のデータの中の場所。"""
        bare = _OF_ITEM.sub("", path).removeprefix("item.")
        year = printed_initiative_year(self._plan, self._round)
        if initiative_year_of(bare, None) == year:
            bare = INITIATIVE
        shown = _NAMES_OF_MASTER.get(bare.partition("[")[0], bare)
        return tuple(
            ref
            for ref, one in self._bound.items()
            if any(path.removeprefix("item.") in {bare, shown} for path in one.expression.paths())
        )

    def label_of(self, ref: str) -> str | None:
        """値の入るセルの見出し。値の入らないセルや、目印のセルでは ``None``。"""
        one = self._bound.get(ref)
        if one is None or is_return_mark(one) or self._kind(ref) is not Kind.VALUE:
            return None
        labels = self._plan.words.labels
        titles = (
            labels[name] for name in self._names(ref)
            if name in _OF_ITEMS or name.startswith((VALUES, f"{YEARS}{VALUES}"))
        )  # fmt: skip
        return one.label or next(titles, None)

    def _tinted(self, look: SheetLook) -> SheetLook:
        """開いた記入欄を塗った見た目。"""
        fill = look.input_fill
        opened = {
            one.cell.ref for one in self._bound.values()
            if one.input is not None and one.input.path in self._opened
        }  # fmt: skip
        if fill is None or not opened:
            return look
        cells = [replace(cell, fill=fill) if cell.ref in opened else cell for cell in look.cells]
        return replace(look, cells=tuple(cells))

    def _names(self, ref: str) -> tuple[str, ...]:
        one = self._bound.get(ref)
        paths = one.expression.paths() if one else []
        return tuple(_master_name(path) for path in paths)

    def _headings(self, look: SheetLook) -> tuple[str, ...]:
        """セルごとの、見出しとしての役（:class:`~sheetgen.publish.document.sheets.Form`）。"""
        columns, rows = list(look.columns), list(look.rows)
        boxes: dict[str, Box] = {}
        for cell in look.cells:
            xs = [
                n for n, key in enumerate(columns) if cell.first_column <= key <= cell.last_column
            ]
            ys = [n for n, key in enumerate(rows) if cell.first_row <= key <= cell.last_row]
            if xs and ys:
                kind = self._kind(cell.ref)
                boxes[cell.ref] = Box(ys[0], xs[0], ys[-1] + 1, xs[-1] + 1, kind)
        grid = Grid(list(boxes.values())).decided()
        decided = dict(zip(boxes, grid.boxes, strict=True))
        first = min((box.top for box in grid.boxes if box.kind in _ROLES), default=0)
        return tuple(_role(decided.get(cell.ref), first) for cell in look.cells)

    def _kind(self, ref: str) -> Kind:
        """見出しか、値か。どのページでも同じ文字のセルは見出し。"""
        cell, one = self._cells.get(ref), self._bound.get(ref)
        if cell is None or (one is not None and is_return_mark(one)):
            return Kind.BLANK
        if cell.is_formula:
            return Kind.VALUE
        if one is None:
            return Kind.CAPTION if cell.text else Kind.BLANK
        return Kind.CAPTION if all(map(_is_same, one.expression.paths())) else Kind.VALUE

    def _sheet(self, place: Placed, opens: bool, section: str = "") -> Sheet:
        policy, measure, item = place
        asked = round_text(self._plan, self._round, None)
        book = BookText("", self._plan.item_count)
        context = form_context(
            self._plan, self._round, place, book, asked, self._marks, self._opened,
            beside=self._beside,
        )  # fmt: skip
        filled = self._filler.fill(context, context.form.label)
        # 配る様式では、欄の案内が言う。
        early = frozenset() if self._opened else self._early.of(item)
        texts, sizes, figures = [], [], []
        for number, look in enumerate(self.form.look.cells):
            value, text = self._value(look.ref, filled)
            text = marked(text, look.ref in early)
            fill = filled.fills.get((look.ref, 0))
            texts.append(text)
            sizes.append((fill.size if fill else None) or look.size)
            if isinstance(value, int | float):
                figures.append(number)
        page = FormPage(
            item=item.id,
            label=item_label(measure, item),
            title=item.title,
            policy=policy_name(self._plan, policy),
            measure=lowest_name(self._plan, policy, measure),
            opens_measure=opens,
            opens_section=section,
            level=4 if section_name(self._plan, item.section) else 3,
            rows=tuple(
                filled.row_heights.get((row, 0), height)
                for row, height in self.form.look.rows.items()
            ),
            texts=tuple(texts),
            sizes=tuple(sizes),
            figures=tuple(figures),
        )
        return Sheet(page, filled.lacking)

    def _value(self, ref: str, filled: FilledSheet) -> tuple[Value, str]:
        """セルの値と、見える文字。"""
        cell, one = self._cells.get(ref), self._bound.get(ref)
        if cell is None:
            return None, ""
        if cell.is_formula:
            value = self._computed(ref, filled)
            return value, printed(value, _format(cell, None))
        if one is None:
            return cell.text, cell.text
        if is_return_mark(one):
            return None, ""
        fill = filled.fills[ref, 0]
        return fill.value, printed(fill.value, _format(cell, fill.number_format))

    def _computed(self, ref: str, filled: FilledSheet) -> Value:
        """数式の答え。計算できない数式の欄は、空けておく。"""
        formula = self._formulas.get(ref)
        if formula is None:
            return None

        def value_of(other: str) -> Value:
            fill = filled.fills.get((other, 0))
            if fill is not None:
                return fill.value
            cell = self._cells.get(other)
            if cell is None:
                return None
            return self._computed(other, filled) if cell.is_formula else cell.text

        value = formula.evaluate(value_of)
        return value if isinstance(value, int | float | str) else None


def _format(cell: TemplateCell, chosen: str | None) -> str:
    code = chosen or cell.number_format
    if is_number_format(code):
        return code
    return EFFECT_FORMAT if code.startswith("#,##") else GENERAL


def _is_same(path: str) -> bool:
    """式の道が、どの実施項目でも同じ値になるか。年度は、様式の見出しに使う。"""
    return path.split(".")[0] in _SAME or path.endswith(".fiscal_year")


def _role(box: Box | None, first: int) -> str:
    """見出しとしての役。``first`` は、値の見出しのある初めの行。"""
    if box is None:
        return ""
    if box.kind is Kind.CAPTION and box.bottom <= first:
        return "running"
    return _ROLES.get(box.kind, "")


def _master_name(path: str) -> str:
    """式の道を、計画のデータの欄の名にする。``years[0].plan`` は ``years.plan``。"""
    bare = _INDEX.sub("", path).removeprefix("item.")
    return _MASTER_NAMES.get(bare, bare)
