"""テンプレートの手引きが、テンプレートで使う名前と変え方をすべて載せているか。"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from openpyxl import load_workbook

from sheetgen.form.context import BookText, FormText, Initiative, ListEntry, ReasonText, RoundText
from sheetgen.form.expressions import FILTERS
from sheetgen.xlsx.package import read_package
from sheetgen.xlsx.template import read_template
from sheetgen.year.editing.book_template import MARK_PATH, draw_edit_template
from sheetgen.year.editing.edit_fields import CELLS, KEY_PATH, LISTS

RECORDS = {
    "book": BookText,
    "entry": ListEntry,
    "form": FormText,
    "initiative": Initiative,
    "reason": ReasonText,
    "round": RoundText,
}


@pytest.fixture(scope="module")
def documented(project_root: Path) -> set[str]:
    """手引きに、そのまま打ち込める形で載っている書き方。"""
    guide = (project_root / "docs" / "template.md").read_text(encoding="utf-8")
    return set(re.findall(r"`([^`\n]+)`", guide))


def written(node: nodes.Node) -> str:
    """名前・属性・添字の式を、手引きの書き方（年度は一年目）に戻す。"""
    if isinstance(node, nodes.Getattr):
        return f"{written(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{written(node.node)}[0]"
    assert isinstance(node, nodes.Name), node
    return node.name


def test_every_path_of_the_template_is_explained(template_path: Path, documented: set[str]) -> None:
    environment = Environment()
    environment.filters.update(dict.fromkeys(FILTERS, str))
    used: set[str] = set()
    for sheet in load_workbook(template_path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "s":
                    closed = cell.value.replace("{% endfor %}", "")
                    closed += "{% endfor %}" * closed.count("{% for")
                    for_if = closed.count("{% if") - closed.count("{% endif %}")
                    # 行を囲む印は、ほかのセルで始まるか終わる。
                    closed = closed + "{% endif %}" * for_if if for_if > 0 else closed
                    closed = "{% if 1 %}" * -for_if + closed if for_if < 0 else closed
                    tree = environment.parse(closed)
                    used.update(written(one) for one in tree.find_all(nodes.Getattr))
    whole = {path for path in used if not any(other.startswith(f"{path}.") for other in used)}
    assert "years[0].result.text" in whole
    assert whole - documented == set()


def test_every_text_the_program_puts_together_is_explained(documented: set[str]) -> None:
    offered = {
        f"{name}.{field.name}"
        for name, record in RECORDS.items()
        for field in dataclasses.fields(record)
    }
    assert offered - documented == set()


def test_every_filter_is_explained(documented: set[str]) -> None:
    assert {name for name in FILTERS if name not in documented} == {"link"}
    assert "link(entry.sheet)" in documented


def test_every_input_of_the_editing_book_is_explained(documented: set[str]) -> None:
    fields = {field.path for one in (CELLS, *LISTS.values()) for field in one}
    assert {*fields, *LISTS, KEY_PATH, MARK_PATH} - documented == set()


def test_every_path_of_the_editing_books_template_is_explained(
    project_root: Path, documented: set[str]
) -> None:
    path = project_root / "templates" / "keikaku_henshu.xlsx"
    drawn = draw_edit_template(read_template(read_package(path, str(path))))
    used = {column.path for table in drawn.tables for column in table.columns}
    assert used - documented == set()
