"""openpyxl で、テンプレートを開いて値を入れ、保存する。"""

from __future__ import annotations

import io
from collections.abc import Iterator
from copy import copy
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles import Protection
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation


def write_books(job: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """一冊ごとにテンプレートを開く。二枚目からは copy_worksheet で写す。"""
    for one in job["books"]:
        book = load_workbook(job["template"])
        sample_sheet, sample = job["sample"]
        paint = copy(book[sample_sheet][sample].fill)
        used: set[str] = set()
        pages = []
        for sheet in one["sheets"]:
            name = sheet["template"]
            page = book.copy_worksheet(book[name]) if name in used else book[name]
            if name in used:
                _mend_copy(page, book[name])
            used.add(name)
            pages.append((page, sheet))
        for page, sheet in pages:
            fill_page(page, sheet, paint)
        book._sheets = [page for page, _ in pages]
        for page in book.worksheets[1:]:
            page.sheet_view.tabSelected = False
        target = io.BytesIO()
        book.save(target)
        yield one["file"], target.getvalue()


def _mend_copy(page: Any, source: Any) -> None:
    """copy_worksheet が落とすもののうち、移せるもの。"""
    page.protection = copy(source.protection)
    page.print_area = source.print_area
    page.oddHeader, page.oddFooter = copy(source.oddHeader), copy(source.oddFooter)
    page.conditional_formatting = copy(source.conditional_formatting)
    page.data_validations = copy(source.data_validations)


def fill_page(page: Any, sheet: dict[str, Any], paint: Any) -> None:
    """一枚に値を入れる。"""
    page.title = sheet["name"]
    for ref in sheet["unmerge"]:
        page.unmerge_cells(ref)
    looks = {source: copy(page[source]._style) for _, _, source, *_ in sheet["cells"]}
    for ref, value, source, number_format, size, state in sheet["cells"]:
        cell = page[ref]
        if ref != source:
            cell._style = copy(looks[source])
        cell.value = value
        if isinstance(value, str) and value.startswith("="):
            cell.data_type = "s"  # データは数式にしない
        if number_format is not None:
            cell.number_format = number_format
        if size is not None:
            font = copy(cell.font)
            font.sz = size
            cell.font = font
        if state != "keep":
            cell.protection = Protection(locked=state == "closed")
        if state == "open":
            cell.fill = paint
    for ref in sheet["clear"]:
        page[ref].value = None
    for ref in sheet["merge"]:
        page.merge_cells(ref)
    for row, height in sheet["heights"].items():
        page.row_dimensions[int(row)].height = height
    for ref, target, cell in sheet["links"]:
        page[ref].hyperlink = f"#'{target}'!{cell}"
    for v in sheet["validations"]:
        rule = DataValidation(
            type=None if v["kind"] == "none" else v["kind"],
            operator=v["operator"] or None,
            formula1=v["formulas"][0] if v["formulas"] else None,
            formula2=v["formulas"][1] if len(v["formulas"]) > 1 else None,
            errorStyle="stop" if v["strict"] else "warning",
            showInputMessage=True, showErrorMessage=True, allow_blank=True,
            promptTitle=v["promptTitle"], prompt=v["prompt"],
            errorTitle=v["errorTitle"], error=v["error"], sqref=v["ref"],
        )  # fmt: skip
        page.add_data_validation(rule)
    for name, ref in sheet["names"].items():
        text = f"'{sheet['name']}'!{_absolute(ref)}"
        page.defined_names[name] = DefinedName(name, attr_text=text)


def _absolute(ref: str) -> str:
    column = ref.rstrip("0123456789")
    return f"${column}${ref[len(column) :]}"
