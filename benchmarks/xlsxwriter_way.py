"""XlsxWriter で、同じページをはじめから描く。

ページ（書式、幅、結合、見出し）は、時計を動かす前に、一度だけテンプレートから取る。
書く人がコードに打ち込んであるのと同じにする。
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

_LINES = {"thin": 1, "medium": 2, "dashed": 3, "dotted": 4, "thick": 5, "double": 6, "hair": 7}
_PAGES: dict[str, dict[str, Any]] = {}
_PAINT: dict[str, Any] = {}


def prepare(job: dict[str, Any]) -> None:
    """ページの見た目を、XlsxWriter の言葉で控える。"""
    book = load_workbook(job["template"])
    sheet, ref = job["sample"]
    _PAINT.update(_fill(book[sheet][ref]))
    for page in book.worksheets:
        covered = {
            (row, column)
            for area in page.merged_cells.ranges
            for row in range(area.min_row, area.max_row + 1)
            for column in range(area.min_col, area.max_col + 1)
        }
        _PAGES[page.title] = {
            "looks": {c.coordinate: _look(c) for row in page.iter_rows() for c in row},
            "constants": {
                c.coordinate: c.value
                for row in page.iter_rows()
                for c in row
                if c.value is not None and "{" not in str(c.value)
            },
            "covered": covered,
            "merges": [str(area) for area in page.merged_cells.ranges],
            "widths": [(d.min, d.max, d.width) for d in page.column_dimensions.values()],
            "heights": {r: d.height for r, d in page.row_dimensions.items() if d.height},
            "hidden": page.sheet_state != "visible",
            "landscape": page.page_setup.orientation == "landscape",
            "area": page.print_area,
            "margins": [getattr(page.page_margins, m) for m in ("left", "right", "top", "bottom")],
        }


def _fill(cell: Any) -> dict[str, Any]:
    if cell.fill.fill_type != "solid" or not isinstance(cell.fill.fgColor.rgb, str):
        return {}
    return {"bg_color": f"#{cell.fill.fgColor.rgb[-6:]}", "pattern": 1}


def _line(side: Any) -> int:
    return 0 if side is None else _LINES.get(side.style, 0)


def _look(cell: Any) -> dict[str, Any]:
    font, line, place = cell.font, cell.border, cell.alignment
    look = {
        "font_name": font.name, "font_size": font.sz, "bold": bool(font.b),
        "locked": bool(cell.protection.locked), "text_wrap": bool(place.wrap_text),
        "num_format": cell.number_format, "shrink": bool(place.shrink_to_fit),
        **{side: _line(getattr(line, side)) for side in ("left", "right", "top", "bottom")},
        **_fill(cell),
    }  # fmt: skip
    if place.horizontal:
        look["align"] = place.horizontal
    if place.vertical:
        look["valign"] = "vcenter" if place.vertical == "center" else place.vertical
    return look


def write_books(job: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """一冊ずつ、一枚ずつ描く。"""
    for one in job["books"]:
        target = io.BytesIO()
        book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
        formats: dict[tuple[Any, ...], Any] = {}
        for sheet in one["sheets"]:
            _draw(book, formats, sheet)
        book.close()
        yield one["file"], target.getvalue()


def _draw(book: Any, formats: dict[tuple[Any, ...], Any], sheet: dict[str, Any]) -> None:
    page, name = _PAGES[sheet["template"]], sheet["template"]
    out = book.add_worksheet(sheet["name"])
    if page["hidden"]:
        out.hide()

    def style(source: str, *change: Any) -> Any:
        key = (name, source, *change)
        if key not in formats:
            look = dict(page["looks"].get(source, {}))
            code, size, state = change or (None, None, "keep")
            look |= {"num_format": code} if code is not None else {}
            look |= {"font_size": size} if size is not None else {}
            look |= {"locked": state == "closed"} if state != "keep" else {}
            look |= _PAINT if state == "open" else {}
            formats[key] = book.add_format(look)
        return formats[key]

    for first, last, width in page["widths"]:
        out.set_column(first - 1, last - 1, width - 0.71)
    own_heights = {int(row): height for row, height in sheet["heights"].items()}
    for row, height in (page["heights"] | own_heights).items():
        out.set_row(row - 1, height)
    gone = set(sheet["unmerge"])
    for ref in [m for m in page["merges"] if m not in gone] + sheet["merge"]:
        out.merge_range(ref, "", style(ref.partition(":")[0]))
        left, top, right, bottom = range_boundaries(ref)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                source = f"{chr(64 + column)}{row}"
                out.write_blank(row - 1, column - 1, None, style(source))
    for ref, value in page["constants"].items():
        if isinstance(value, str) and value.startswith("="):
            out.write_formula(ref, value, style(ref))
        else:
            out.write(ref, value, style(ref))
    shown = {ref: value for ref, value, *_ in sheet["cells"]}
    for ref, value, source, *change in sheet["cells"]:
        if isinstance(value, str):
            out.write_string(ref, value, style(source, *change))
        else:
            out.write(ref, value, style(source, *change))
    for ref, target, cell in sheet["links"]:
        out.write_url(ref, f"internal:'{target}'!{cell}", string=shown[ref])
    for v in sheet["validations"]:
        out.data_validation(v["ref"], _rule(v))
    for defined, ref in sheet["names"].items():
        column = ref.rstrip("0123456789")
        place = f"='{sheet['name']}'!${column}${ref[len(column) :]}"
        book.define_name(f"'{sheet['name']}'!{defined}", place)
    out.protect()
    out.set_paper(9)
    out.set_margins(*page["margins"])
    if page["landscape"]:
        out.set_landscape()
    if page["area"]:
        out.print_area(page["area"].rpartition("!")[2].replace("$", ""))


def _rule(v: dict[str, Any]) -> dict[str, Any]:
    kinds = {"list": "list", "custom": "custom", "textLength": "length", "none": "any"}
    rule = {
        "validate": kinds[v["kind"]],
        "error_type": "stop" if v["strict"] else "warning",
        "input_title": v["promptTitle"], "input_message": v["prompt"],
        "error_title": v["errorTitle"], "error_message": v["error"],
    }  # fmt: skip
    if v["kind"] == "list":
        rule["source"] = v["formulas"][0].strip('"').split(",")
    elif v["kind"] == "custom":
        rule["value"] = f"={v['formulas'][0]}"
    elif v["kind"] == "textLength":
        rule["criteria"] = {"lessThanOrEqual": "<=", "between": "between"}.get(v["operator"], "<=")
        rule["value"] = v["formulas"][0]
    return rule
