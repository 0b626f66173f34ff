"""編集ブックの欄が待っている値：行の指標、選べる課と推進項目、評価の段階。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sheetgen.plan.item import Indicator, Owner
from sheetgen.plan.plan import Plan
from sheetgen.plan.text import check_line
from sheetgen.reading.book import RawCell
from sheetgen.year.editing.book_tables import BookRow, BookTable
from sheetgen.year.editing.edit_fields import EditKind, TextRow, text_row
from sheetgen.year.editing.rows import ItemRow, ResultRow, YearRow
from sheetgen.year.editing.typed_values import EditExpected, ReadEdit, read_edit


class EditReader:
    """編集ブックのセルを読む。

    同じブックで名を変えた課、基本方針、推進項目と、加えたものと評価も、選べるものに数える。
    """

    def __init__(self, base: Plan, tables: tuple[BookTable, ...]) -> None:
        self._base = base
        rows = {table.table.rows: table.rows for table in tables}
        named = [owner for row in rows.get("sections", ()) if (owner := _owner(row)) is not None]
        # 同じ名の課が移っていれば、移る前のほうは、部から書いてあるときだけ分かる。
        sections = {one.section for one in named}
        others = (one for one in base.owners() if one.section not in sections)
        owners = dict.fromkeys((*named, *others))
        former = [one for one in base.owners() if one not in owners]
        grades = [
            text
            for row in rows.get("grades", ())
            if (text := _text(row, "row.step.grade")) is not None
        ]
        texts = rows.get("policy_texts", ())
        scale = dict.fromkeys([*(one.grade for one in base.evaluation_scale), *grades])
        self._expected = EditExpected(
            scale=tuple(scale),
            owners=tuple(owners),
            former=tuple(former),
            measures=(
                *((one.number, one.name) for _, one in base.measures()),
                *_named(texts, TextRow.MEASURE, "row.measure"),
            ),
            policies=(
                *((one.number, one.name) for one in base.policies),
                *_named(texts, TextRow.POLICY, "row.policy"),
            ),
            items={(measure.number, item.number): item.id for _, measure, item in base.items()},
        )

    def read(
        self,
        cell: RawCell | None,
        kind: EditKind,
        written: object,
        options: tuple[str, ...] = (),
    ) -> ReadEdit:
        """このセルの値。``written`` は、書いたときのその行（足された行では None）。

        ``options`` は、増やした欄の、選べる値。
        """
        expected = self._for(written)
        if options:
            expected = replace(expected, scale=options, words=options)
        return read_edit(cell, kind, expected)

    def _for(self, written: object) -> EditExpected:
        if isinstance(written, ItemRow):
            return _of_indicator(self._expected, written.item.indicator)
        if isinstance(written, YearRow | ResultRow):
            target = written.year.target
            return replace(
                self._expected,
                unit=written.unit,
                number_format=written.number_format,
                numeric=not isinstance(target, str) or not target.strip("-ー"),
                like=target if isinstance(target, str) else None,
                scale=tuple(
                    dict.fromkeys(
                        (
                            *(one.grade for one in self._base.scale_of(written.year.fiscal_year)),
                            *self._expected.scale,
                        )
                    )
                ),
            )
        return self._expected


def _of_indicator(expected: EditExpected, indicator: Indicator) -> EditExpected:
    target = indicator.target
    return replace(
        expected,
        unit=indicator.unit,
        number_format=indicator.number_format,
        numeric=not isinstance(target, str) or not target.strip("-ー"),
        like=target if isinstance(target, str) else None,
    )


def _owner(row: BookRow) -> Owner | None:
    """その行に書かれた課。部か課が読めなければ ``None``。"""
    department, section = _text(row, "row.department"), _text(row, "row.section.name")
    if department is None or section is None:
        return None
    return Owner(department=department, section=section)


def _named(rows: Iterable[BookRow], kind: TextRow, number: str) -> Iterator[tuple[int, str]]:
    """ブックに書かれた、基本方針か推進項目の番号と名。番号の読めないものは数えない。"""
    for row in rows:
        name, found = _text(row, "row.text"), _text(row, number)
        if text_row(_text(row, "row.label")) is kind and name and found and found.isdecimal():
            yield int(found), name


def _text(row: BookRow, path: str) -> str | None:
    cell = row.cells.get(path)
    value = cell.cell.value if cell is not None and cell.cell is not None else None
    try:
        return check_line(str(value).strip()) if value is not None else None
    except ValueError:
        return None
