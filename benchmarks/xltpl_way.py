"""xltpl で、テンプレートの中の Jinja2 に値を入れる。

xltpl はセルの Jinja2 を自分で読むので、テンプレートは、結び付いたセルを
``{{ v.B3 }}`` にした同じページ。繰り返しの行は xltpl の ``beforerow`` のメモで書く。
xltpl で言えないもの（行の高さ、字の大きさ、ロック、入力規則、名前）は入れない。
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.utils.cell import coordinate_from_string
from xltpl.writerx import BookWriter

_TEMPLATE: list[Path] = []


def prepare(job: dict[str, Any]) -> None:
    """xltpl の書き方のテンプレートを作る（測る時間に入れない）。"""
    book = load_workbook(job["template"])
    bound: dict[str, set[str]] = {}
    loops: dict[str, set[int]] = {}
    for one in job["books"]:
        for sheet in one["sheets"]:
            refs = bound.setdefault(sheet["template"], set())
            refs.update(cell[2] for cell in sheet["cells"])
    for page in book.worksheets:
        loops[page.title] = {
            row[0].row
            for row in page.iter_rows(max_col=1)
            if str(row[0].value).startswith(("{% for", "{% if"))
        }
        for ref in bound.get(page.title, ()):
            column, row = coordinate_from_string(ref)
            cell = page[ref]
            if "{" not in str(cell.value):
                continue
            if row in loops[page.title]:
                cell.value = f"{{{{ e.{column} }}}}"
            else:
                cell.value = f"{{{{ v.{ref} }}}}"
        # この仕事では入らない行の式。xltpl に読ませない。
        for cell in (cell for line in page.iter_rows() for cell in line):
            if cell.coordinate not in bound.get(page.title, ()) and "{" in str(cell.value):
                cell.value = None
        # 続いた繰り返しでは、前の終わりと次の初めが、一つのメモに入る。
        before: dict[int, str] = {}
        for row in sorted(loops[page.title]):
            before[row] = before.get(row, "") + f"{{% for e in r{row} %}}"
            before[row + 1] = "{% endfor %}"
        for row, words in before.items():
            cell = page.cell(row, 1)
            cell.comment = Comment(f"beforerow{words}", "")
            if cell.value is None:
                cell.value = " "
    folder = Path(tempfile.mkdtemp(prefix="xltpl"))
    _TEMPLATE.append(folder / "template.xlsx")
    book.save(_TEMPLATE[0])


def write_books(job: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """テンプレートは一度だけ開く。"""
    writer = BookWriter(str(_TEMPLATE[0]))
    for one in job["books"]:
        for sheet in one["sheets"]:
            values: dict[str, Any] = {}
            context: dict[str, Any] = {"v": values}
            turns: dict[tuple[int, int], dict[str, Any]] = {}
            for ref, value, source, *_ in sheet["cells"]:
                column, row = coordinate_from_string(source)
                values[source] = "" if value is None else value
                place = coordinate_from_string(ref)[1]
                turns.setdefault((row, place), {})[column] = values[source]
            for (row, _), entry in turns.items():
                context.setdefault(f"r{row}", []).append(entry)
            context |= {"tpl_name": sheet["template"], "sheet_name": sheet["name"]}
            writer.render_sheet(context)
        target = io.BytesIO()
        writer.save(target)
        yield one["file"], target.getvalue()
