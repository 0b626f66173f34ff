"""新旧対照表を、Excel の表の本にする。"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.publish.comparison.blocks import ComparedBlock, Comparison, Mark, Side
from sheetgen.xlsx.tables import Align, Column, Compared, Table, TableBook, TableCell

LIST_SHEET = "一覧"
TABLE_SHEET = "新旧対照表"


def comparison_book(comparison: Comparison) -> TableBook:
    """一覧と対照表の二枚。"""
    return TableBook(
        title=comparison.title,
        creator=comparison.author,
        tables=(_list_table(comparison), _compared_table(comparison)),
    )


def _list_table(comparison: Comparison) -> Table:
    new, old = comparison.new, comparison.old
    return Table(
        name=LIST_SHEET,
        lead=f"改正後：{new.revision}（{new.published}、実施項目 {new.count}）　"
        f"改正前：{old.revision}（{old.published}、実施項目 {old.count}）",
        columns=(
            Column("区分", 32),
            Column("改正後の番号", 14, Align.CENTER),
            Column("改正前の番号", 14, Align.CENTER),
            Column("実施項目・箇所", 60),
            Column("変わった欄など", 62),
        ),
        rows=() if comparison.same else tuple(_list_rows(comparison)),
        empty=comparison.same,
    )


def _list_rows(comparison: Comparison) -> Iterator[tuple[TableCell, ...]]:
    for one in comparison.listings:
        heading = f"{one.heading}（{one.count}）"
        if not one.rows:
            yield (heading, None, None, "なし", None)
        for row in one.rows:
            yield (heading, row.new_number, row.old_number, row.title, row.what)


def _compared_table(comparison: Comparison) -> Table:
    rows = tuple(
        row
        for section in comparison.sections
        for block in section.blocks
        for row in _rows(section.short, block)
    )
    return Table(
        name=TABLE_SHEET,
        lead=comparison.note,
        columns=(
            Column("箇所", 15),
            Column("実施項目など", 30),
            Column("区分", 6, Align.CENTER),
            Column("欄", 22),
            Column(f"改正後（{comparison.new.revision}）", 56),
            Column(f"改正前（{comparison.old.revision}）", 56),
        ),
        rows=rows,
        empty=comparison.same,
        continued=3,
    )


def _rows(heading: str, block: ComparedBlock) -> Iterator[tuple[TableCell, ...]]:
    name = block.new.text or block.old.text
    state = str(block.state)
    first = (heading, name, state)
    yield (*first, block.kind, _cell(block.new), _cell(block.old))
    for row in block.rows:
        yield (*first, row.label, _cell(row.new), _cell(row.old))
    if block.rest:
        yield (*first, "ほかの欄", Mark.OMITTED.value, Mark.OMITTED.value)


def _cell(side: Side) -> TableCell:
    return side.mark.value if side.mark else Compared(side.runs)
