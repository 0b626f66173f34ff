"""新旧対照表を、Excel の表の本にする。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sheetgen.form.wrap import text_width
from sheetgen.publish.comparison.blocks import ComparedBlock, Comparison, Mark, Side, Turn
from sheetgen.xlsx.tables import Align, Column, Compared, Table, TableBook, TableCell

LIST_SHEET = "一覧"
TABLE_SHEET = "新旧対照表"
TURN_SHEET = "年度ごとの文"
RECORDS_SHEET = "記録"
WHOLE = "【全文改正】"
_LEAD = (
    "変わった欄だけを載せ、変わったことばに下線を引いた（新設・削除・全文改正は、それと記した）。"
    "{unlisted}"
)
_LEAST_PLACE = 15
"""「箇所」の列の、いちばん狭い幅。番号は途中で折らないので、長ければ広げる。"""


def comparison_book(comparison: Comparison) -> TableBook:
    """一覧と対照表。年度ごとに書き改める文があれば、その一枚も。"""
    tables = [_list_table(comparison), _compared_table(comparison)]
    if comparison.turn:
        tables.append(_turn_table(TURN_SHEET, comparison.words.item, comparison.turn))
    if comparison.records:
        tables.append(_turn_table(RECORDS_SHEET, comparison.words.item, comparison.records))
    return TableBook(title=comparison.title, creator=comparison.author, tables=tuple(tables))


def _list_table(comparison: Comparison) -> Table:
    new, old, item = comparison.new, comparison.old, comparison.words.item
    return Table(
        name=LIST_SHEET,
        lead=f"改正後：{new.revision}（{new.published}、{item} {new.count}）　"
        f"改正前：{old.revision}（{old.published}、{item} {old.count}）",
        columns=(
            Column("区分", 32),
            Column("改正後の番号", 14, Align.CENTER),
            Column("改正前の番号", 14, Align.CENTER),
            Column(f"{item}・箇所", 60),
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
    words, unlisted = comparison.words, comparison.unlisted
    return Table(
        name=TABLE_SHEET,
        lead=_LEAD.format(unlisted=f"{unlisted}は載せていない。" if unlisted else ""),
        columns=(
            _place_column(section.short for section in comparison.sections),
            Column(f"{words.item}など", 30),
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
        yield (*first, named(row.label, row.whole), _cell(row.new), _cell(row.old))
    if block.rest:
        yield (*first, "ほかの欄", Mark.OMITTED.value, Mark.OMITTED.value)


def _turn_table(name: str, item: str, turn: Turn) -> Table:
    return Table(
        name=name,
        lead=f"{turn.heading}　{turn.count}　（改正の数には入れていない）",
        columns=(
            _place_column(group.short for group in turn.groups),
            Column(f"{item}など", 30),
            Column("欄", 22),
            Column(turn.new, 58),
            Column(turn.old, 58),
        ),
        rows=tuple(
            (group.short, row.name, row.what, _cell(row.new), _cell(row.old))
            for group in turn.groups
            for row in group.rows
        ),
        empty="",
        continued=2,
    )


def _place_column(places: Iterable[str]) -> Column:
    widest = max((text_width(one) for one in places), default=0)
    return Column("箇所", max(_LEAST_PLACE, widest + 2))


def named(label: str, whole: bool) -> str:
    """欄の名。大半を書き改めた文なら、そうと添える。"""
    return f"{label}{WHOLE}" if whole else label


def _cell(side: Side) -> TableCell:
    return side.mark.value if side.mark else Compared(side.runs)
