"""「３．実施項目について」：見方と、実施項目ごとの様式。"""

from __future__ import annotations

from collections.abc import Sequence

from sheetgen.document.item_texts import item_text
from sheetgen.document.words import part_heading, revision_title, whole_title
from sheetgen.era import wareki_full
from sheetgen.model.document_sheets import Form, FormPage, LegendCallout, PrintedLegend, SheetsPart
from sheetgen.model.item import Item, YearPlan
from sheetgen.model.look import CellLook
from sheetgen.model.plan import Plan


def sheets_part(plan: Plan, number: int, form: Form, pages: Sequence[FormPage]) -> SheetsPart:
    """実施項目の部。"""
    return SheetsPart(
        heading=(
            part_heading(number, whole_title(plan)),
            "-アクションプラン",
            f"{revision_title(plan)}後の実施項目について",
        ),
        form=form,
        legend=_legend(plan, form, pages),
        pages=tuple(pages),
        items=tuple(item_text(plan, *place) for place in plan.items()),
    )


def _legend(plan: Plan, form: Form, pages: Sequence[FormPage]) -> PrintedLegend | None:
    """見方。見本の実施項目がもうなければ、初めの実施項目を見本にする。"""
    legend = plan.overview.legend
    if legend is None or not pages:
        return None
    sample = next((page for page in pages if page.item == legend.sample_item_id), pages[0])
    return PrintedLegend(
        heading=legend.title,
        page=sample,
        callouts=tuple(
            LegendCallout(
                one.letter,
                _in_year(plan, one.title),
                _in_year(plan, one.text),
                _marked(form, one.parts),
            )
            for one in legend.callouts
        ),
    )


def _in_year(plan: Plan, text: str) -> str:
    """様式の見出しを言う所の年度を、その文書の年度にする。ほかの年度は、書かれたまま。

    計画のデータの見方は「令和６年度の取組方針・取組内容」と、その年度の様式の見出しで書いてある。
    ほかの年度の様式では、同じセルの見出しがその年度になる。
    """
    shown = wareki_full(min(plan.revision.fiscal_year, plan.final_year))
    initiatives, plans = Item.model_fields["initiatives"].title, YearPlan.model_fields["plan"].title
    for year in plan.fiscal_years:
        for rest in (f"の{initiatives}", f"以降の{plans}"):
            text = text.replace(f"{wareki_full(year)}{rest}", f"{shown}{rest}")
    return text


def _marked(form: Form, parts: Sequence[str]) -> tuple[str, ...]:
    """記号を置くセル。続いて並ぶ欄には、いちばん広い一つにだけ置く。"""
    clusters: list[list[CellLook]] = []
    for part in parts:
        for look, names in zip(form.look.cells, form.names, strict=True):
            if not any(_is_part(name, part) for name in names):
                continue
            near = [group for group in clusters if any(_touch(look, other) for other in group)]
            joined = [cell for group in near for cell in group]
            clusters = [group for group in clusters if group not in near]
            clusters.append([*joined, look])
    return tuple(max(group, key=lambda cell: _width(form, cell)).ref for group in clusters)


def _width(form: Form, cell: CellLook) -> float:
    columns = range(cell.first_column, cell.last_column + 1)
    return sum(form.look.columns.get(column, 0.0) for column in columns)


def _is_part(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def _touch(one: CellLook, other: CellLook) -> bool:
    """二つのセルが、辺か角で接するか。"""
    rows = one.first_row <= other.last_row + 1 and other.first_row <= one.last_row + 1
    columns = (
        one.first_column <= other.last_column + 1 and other.first_column <= one.last_column + 1
    )
    return rows and columns
