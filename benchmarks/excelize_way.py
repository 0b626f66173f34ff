"""excelize（Go の共有ライブラリーを Python から使う）で、テンプレートに値を入れる。"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import excelize


def write_books(job: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """一冊ごとにテンプレートを開く。二枚目からは copy_sheet で写す。"""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "book.xlsx"  # この版の Python 版にはメモリーへの保存がない
        for one in job["books"]:
            book = excelize.open_file(job["template"])
            _fill_book(book, one, job["sample"])
            book.save_as(str(target))
            book.close()
            yield one["file"], target.read_bytes()


def _fill_book(book: Any, one: dict[str, Any], sample: list[str]) -> None:
    paint = book.get_style(book.get_cell_style(*sample)).fill
    first: dict[str, str] = {}
    for sheet in one["sheets"]:
        source, name = sheet["template"], sheet["name"]
        if source not in first:
            first[source] = source
        else:
            book.copy_sheet(book.get_sheet_index(source), book.new_sheet(name))
    done: set[str] = set()
    renamed = []
    for sheet in one["sheets"]:
        source, name = sheet["template"], sheet["name"]
        page = name if source in done else source
        if source not in done and name != source:
            renamed.append((source, name))
        done.add(source)
        _fill_page(book, page, sheet, paint)
        for defined, ref in sheet["names"].items():
            column = ref.rstrip("0123456789")
            place = f"'{page}'!${column}${ref[len(column) :]}"
            book.set_defined_name(excelize.DefinedName(name=defined, refers_to=place, scope=page))
    for source, name in renamed:
        book.set_sheet_name(source, name)


def _fill_page(book: Any, page: str, sheet: dict[str, Any], paint: Any) -> None:
    for ref in sheet["unmerge"]:
        book.unmerge_cell(page, *ref.split(":"))
    styles = {source: book.get_cell_style(page, source) for _, _, source, *_ in sheet["cells"]}
    known: dict[tuple[Any, ...], int] = {}
    for ref, value, source, number_format, size, state in sheet["cells"]:
        if isinstance(value, str) and value.startswith("="):
            book.set_cell_str(page, ref, value)
        else:
            book.set_cell_value(page, ref, value)
        key = (styles[source], number_format, size, state)
        if key not in known:
            known[key] = _style(book, key, paint)
        book.set_cell_style(page, ref, ref, known[key])
    for ref in sheet["clear"]:
        book.set_cell_value(page, ref, None)
    for ref in sheet["merge"]:
        book.merge_cell(page, *ref.split(":"))
    for row, height in sheet["heights"].items():
        book.set_row_height(page, int(row), height)
    for v in sheet["validations"]:
        if v["kind"] != "none":
            book.add_data_validation(page, _rule(v))


def _style(book: Any, key: tuple[Any, ...], paint: Any) -> int:
    base, number_format, size, state = key
    if number_format is None and size is None and state == "keep":
        return int(base)
    style = book.get_style(base)
    if style.fill.pattern < 0:  # 塗りのない書式を、この値で返してくる
        style.fill = excelize.Fill(type="pattern", pattern=0)
    if number_format is not None:
        style.custom_num_fmt = number_format
    if size is not None and style.font is not None:
        style.font.size = size
    if state != "keep":
        style.protection = excelize.Protection(locked=state == "closed")
    if state == "open":
        style.fill = paint
    return int(book.new_style(style))


def _rule(v: dict[str, Any]) -> Any:
    formulas = [*v["formulas"], "", ""]
    return excelize.DataValidation(
        type=v["kind"], operator=v["operator"], sqref=v["ref"],
        formula1=formulas[0], formula2=formulas[1], allow_blank=True,
        error_style="stop" if v["strict"] else "warning",
        show_error_message=True, show_input_message=True,
        error_title=v["errorTitle"], error=v["error"],
        prompt_title=v["promptTitle"], prompt=v["prompt"],
    )  # fmt: skip
