"""大きなシートも、大きさなりの時間で読める。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import parts, row, zipped

from sheetgen.reading.book import CellKind, RawCell
from sheetgen.reading.opening import read_book
from sheetgen.reading.reader import GuardedReader
from sheetgen.reading.sheet_parser import SheetContent

ODS = "application/vnd.oasis.opendocument.spreadsheet"
OPEN = 'xmlns:{0}="urn:oasis:names:tc:opendocument:xmlns:{0}:1.0"'
SPACES = " ".join(OPEN.format(one) for one in ("office", "table", "text"))


def filtered(rows: int, columns: int) -> bytes:
    """絞り込んだ一覧。三行に二行が隠れている。"""
    letters = "ABCDEFGHIJ"[:columns]
    written = (
        row(
            *(f'<c r="{letter}{number}"><v>{number}</v></c>' for letter in letters),
            number=number,
            attrs=' hidden="1"' if number % 3 else "",
        )
        for number in range(1, rows + 1)
    )
    return zipped(parts("".join(written)))


def ods(rows: str, sheets: int = 1) -> bytes:
    """どのシートにも同じ行のある .ods。"""
    tables = "".join(
        f'<table:table table:name="{number}">{rows}</table:table>' for number in range(sheets)
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = f"<office:document-content {SPACES}>{body}</office:document-content>"
    return zipped({"mimetype": ODS, "content.xml": content})


def unused_rows_hidden(rows: int) -> str:
    """値のある行のほかを、すべて隠したシートの行。"""
    cell = '<table:table-cell office:value-type="float" office:value="7"/>'
    hidden = f'table:visibility="collapse" table:number-rows-repeated="{1_048_576 - rows}"'
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    used = f"<table:table-row>{cell}</table:table-row>" * rows
    return f"{used}<table:table-row {hidden}>{empty}</table:table-row>"


@pytest.mark.parametrize(
    ("name", "made", "hidden"),
    [
        ("一覧.xlsx", lambda: filtered(15_000, 10), 10_000),
        ("一覧.ods", lambda: ods(unused_rows_hidden(2_000), sheets=20), 0),
    ],
)
def test_hidden_rows_beside_the_form_are_read_in_time(
    name: str, made: Callable[[], bytes], hidden: int, tmp_path: Path
) -> None:
    """絞り込んだ名簿や、使わない行を隠したシートがあっても、時間切れ（R060）にならない。"""
    (tmp_path / name).write_bytes(made())
    with GuardedReader() as reader:
        (file,) = reader.read([tmp_path / name]).files
    assert [one.code for one in file.problems] == []
    assert file.book is not None
    assert len(file.book.sheets[-1].hidden_rows) == hidden


def test_a_hidden_row_of_ods_that_holds_something_is_told() -> None:
    hidden = 'table:visibility="filter" table:number-rows-repeated="3"'
    held = '<table:table-cell office:value-type="float" office:value="7"/>'
    book = read_book(ods(f"<table:table-row {hidden}>{held}</table:table-row>"))
    assert book.sheets[0].hidden_rows == {1, 2, 3}


def test_a_form_control_of_ods_is_told() -> None:
    control = '<draw:control xmlns:draw="urn:d" draw:control="control1"/>'
    book = read_book(ods(f"<table:shapes>{control}</table:shapes>" + unused_rows_hidden(1)))
    assert [one.code for one in book.problems] == ["R042"]


areas = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 5)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=8,
)


@given(used=st.sets(st.integers(1, 30)), rows=areas, columns=areas)
def test_hidden_means_written_in_a_hidden_area(
    used: set[int], rows: list[tuple[int, int]], columns: list[tuple[int, int]]
) -> None:
    """隠れた範囲がどう重なっても、隠れているのは、何か書かれていてどれかに入る行と列だけ。"""
    cell = RawCell(CellKind.NUMBER, 1)
    content = SheetContent({f"{chr(64 + one)}{one}": cell for one in used if one <= 26})
    content.rows, content.columns = rows, columns
    here = {one for one in used if one <= 26}
    for found, spans in ((content.hidden_rows(), rows), (content.hidden_columns(), columns)):
        assert found == {one for one in here if any(a <= one <= b for a, b in spans)}
