"""配布記録：どの様式の、どのセルに、何を入れて配ったか。

様式を作るときに、何を配ったかを書き留める。あとでテンプレートや計画のデータが変わっても、
戻った様式を配ったときの割り付けで読み、配ったときの値と比べられる。
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sheetgen.form.correction import Correction
from sheetgen.plan.paths import only_items, read_path
from sheetgen.problems import SheetgenError
from sheetgen.xlsx.refs import ref_of

if TYPE_CHECKING:
    # 記録を読むだけの回収に、テンプレートを読む部品を待たせない。
    from sheetgen.form.blueprint import Blueprint
    from sheetgen.form.context import FormContext, RoundText
    from sheetgen.plan.item import Item
    from sheetgen.plan.plan import Plan
    from sheetgen.plan.round import Round
    from sheetgen.plan.value import Value
    from sheetgen.xlsx.filled import FilledSheet
    from sheetgen.xlsx.package import Package
    from sheetgen.xlsx.template import TemplateCell


class IssuedCell(NamedTuple):
    """様式の一つのセル。``ref`` から ``last`` までが結合されている。

    ``path`` は、セルと結び付いた欄の道。組み立てた文や見出しなら None。``text`` は、
    結び付かないセルの見出しの文字（なければ空）。``is_input`` が真なら、事務局がいつか開けうる欄。
    """

    ref: str
    last: str
    path: str | None
    label: str | None
    text: str = ""
    is_input: bool = False


class IssuedLayout(NamedTuple):
    """配ったときのテンプレートの様式のシート。``cells`` は上から下、左から右の順。

    ``formulas`` は数式のあるセルの番地、``others`` はテンプレートのほかのシートの名、
    ``remarks`` は事務局が様式に描いた図形などの文字。
    """

    template: str
    sheet: str
    cells: tuple[IssuedCell, ...]
    formulas: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[IssuedCell, ...]:
        """記入欄になりうるセル。"""
        return tuple(cell for cell in self.cells if cell.is_input)


@dataclass(frozen=True, slots=True)
class IssuedForm:
    """配った様式一枚。

    ``values`` は、結び付いたセルに入っていた値（番地 → 値）。``base`` は、
    そのとき計画のデータにあった、記入欄の道ごとの値。二つが違うのは、
    答えを見せる差戻しのブックだけ。``opened`` は聞いた欄の道、``capacity`` は開いた文の欄ごとの、
    印刷できる全角の字数。``replaces`` は、差戻しのブックが答えを見せている原本（sha256）で、
    そのブックが戻れば、答え直されたものとする。``doubted`` は、そのブックが聞いている欄の道。
    ``correction`` は差戻しの中身で、期限を入れたブックを作り直すために持つ。
    """

    form_id: str
    item_id: str
    sheet: str
    book: str
    values: Mapping[str, Value]
    base: Mapping[str, Value]
    opened: frozenset[str]
    capacity: Mapping[str, int] = field(default_factory=dict)
    replaces: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """一回の配布。``key`` は内容の目印（16進8桁）で、様式の目印にも入る。

    ``is_return`` は、差戻しのブックなら真。
    """

    key: str
    municipality: str
    plan_title: str
    round: Round
    layout: IssuedLayout
    forms: Mapping[str, IssuedForm]
    is_return: bool = False


def issued_layout(blueprint: Blueprint, package: Package, file: Path) -> IssuedLayout:
    """様式のシートの、値の入るセルと、文字の変わらないセルのすべて。"""
    form = blueprint.form
    bound = {one.cell.ref: one for one in form.cells}
    cells = []
    for cell in form.sheet.cells:
        one = bound.get(cell.ref)
        if one is not None:
            path = one.input.path if one.input else one.expression.path
            cells.append(IssuedCell(cell.ref, _last(cell), path, one.label, "", bool(one.input)))
        elif cell.is_formula:
            cells.append(IssuedCell(cell.ref, _last(cell), None, None))
        else:
            cells.append(IssuedCell(cell.ref, _last(cell), None, None, cell.text))
    return IssuedLayout(
        template=blueprint.book.fingerprint,
        sheet=form.sheet.name,
        cells=tuple(cells),
        formulas=tuple(cell.ref for cell in form.sheet.cells if cell.is_formula),
        others=tuple(sheet.name for sheet in blueprint.book.sheets if sheet is not form.sheet),
        remarks=_remarks(package, file, form.sheet.name),
    )


def _remarks(package: Package, file: Path, sheet: str) -> tuple[str, ...]:
    """課の者が様式に描いた図形の文字など。戻ってきたときに、各課の書き込みと間違えない。"""
    if not any(_may_remark(name, data) for name, data in package.parts.items()):
        return ()
    # 図形のあるテンプレートでだけ要る。読み手は、書くだけのときには重い。
    from sheetgen.reading.opening import read_book

    try:
        book = read_book(file.read_bytes())
    except (OSError, SheetgenError):
        return ()
    return tuple(remark.text for one in book.sheets if one.name == sheet for remark in one.remarks)


def _may_remark(name: str, data: bytes) -> bool:
    lower = name.lower()
    return (
        "drawing" in lower
        or "comment" in lower
        or (lower.endswith(".rels") and b"External" in data)
    )


def _last(cell: TemplateCell) -> str:
    return ref_of(cell.last_row, cell.last_column)


def _as_printed(plan: Plan) -> Plan:
    """様式に印刷しないものを除いた計画。宛先や上限を書き足しても、送った様式は同じもの。"""
    departments = tuple(
        department.model_copy(
            update={
                "sections": tuple(
                    section.model_copy(update={"email": None}) for section in department.sections
                )
            }
        )
        for department in plan.departments
    )
    return plan.model_copy(update={"departments": departments, "mail_limit_mb": None})


_CONTENT_VERSION = "2"
"""同じ計画から違う中身の様式を作るようになったら、目印も変わるように上げる。"""


def issue_key(
    shown: Plan,
    base: Plan | None,
    chosen: Round,
    asked: RoundText,
    template: str,
    corrections: Mapping[str, Correction],
) -> str:
    """配布記録の目印（16進8桁）。様式の中身を決めるもののすべてから作る。

    ``base`` は、``shown`` が答えを重ねた写し（差戻し）のときの、もとの計画のデータ。
    そうでなければ None。差戻しの目印は、差し戻す実施項目だけで決まる。ほかの課の答えが
    記録されても、もう送った差戻しは同じものである。
    """
    shown, base = _as_printed(shown), _as_printed(base) if base is not None else None
    if base is not None:
        shown, base = only_items(shown, corrections), only_items(base, corrections)
    parts = [
        _CONTENT_VERSION,
        shown.model_dump_json(),
        base.model_dump_json() if base is not None else "",
        chosen.kind.value,
        str(chosen.year),
        asked.name,
        asked.deadline,
        asked.task,
        template,
        *(repr((key, one.marks, one.reasons)) for key, one in sorted(corrections.items())),
    ]
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()[:8]


def issued_form(
    context: FormContext,
    filled: FilledSheet,
    base: Item,
    initiative_year: int,
    inputs: Iterable[str],
    opened: frozenset[str],
    book: str,
) -> IssuedForm:
    """一枚の記録。``base`` は計画のデータの実施項目。

    ``inputs`` は様式にある記入欄の道、``opened`` はこの照会が聞く欄の道。
    """
    paths = list(inputs)
    return IssuedForm(
        form_id=context.form.id,
        item_id=context.item.id,
        sheet=filled.name,
        book=book,
        values={ref: fill.value for (ref, _), fill in filled.fills.items()},
        base={path: read_path(base, path, initiative_year) for path in paths},
        opened=opened.intersection(paths),
        capacity=filled.capacity,
    )
