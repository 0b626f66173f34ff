"""公式の様式のテンプレートが、公式の用紙と同じ欄を持ち、入力欄だけを書けるようにしているか。

openpyxl だけで読む。プログラムが、自分のテンプレートの誤りを隠してはならない。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment
from ooxml import rules
from openpyxl import load_workbook
from openpyxl.formula import Tokenizer
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

FORM, COVER, REGISTER = "進捗管理シート", "はじめに", "_sheetgen"
RETURN = "差戻し"
FONT = "BIZ UDゴシック"
UNIT = 6.0  # pt。標準が 12 pt で数字が半角の書体のときの、列の一単位
A4 = (595.28, 841.89)
YEARS = range(5)

INPUTS = {
    *(f"years[{n}].{field}" for n in YEARS for field in ("plan", "target", "effect")),
    *(f"years[{n}].result.{field}" for n in YEARS for field in ("text", "value", "effect")),
    *(f"years[{n}].result.grade" for n in YEARS[:-1]),
    "initiative.text",
    "item.overall_grade",
}

# 公式の文書のページに印刷されたとおり。変わることばは除く。
OFFICIAL_LABELS = (
    "アクションプラン実施項目・進捗管理シート",
    "基本方針",
    "改革の推進項目",
    "実施項目",
    "具体的な改善取組内容",
    "現状と課題",
    "の取組方針・取組内容",
    "（計画最終年度）において目指す姿",
    "指標(行動/成果)",
    "単位",
    "指標の現状値",
    "計画最終年度の目標値",
    "年次計画；[上段]定量的な成果指標の目標値/[下段]効果見込額(千円)",
    "取組実績；[上段]定量的な成果指標の実績値/[下段]実績効果額(千円)",
    "評価",
    "全期間総合評価",
    "〔小計〕効果見込額(千円)",
    "〔小計〕実績効果額(千円)",
)


@pytest.fixture(scope="module")
def book(template_path: Path) -> Workbook:
    return load_workbook(template_path)


@pytest.fixture(scope="module")
def form(book: Workbook) -> Worksheet:
    sheet = book[FORM]
    assert isinstance(sheet, Worksheet)
    return sheet


def cells(sheet: Worksheet) -> Iterator[Any]:
    return (cell for row in sheet.iter_rows() for cell in row)


def texts(sheet: Worksheet) -> dict[str, str]:
    return {c.coordinate: c.value for c in cells(sheet) if isinstance(c.value, str)}


def constant(text: str) -> str:
    """セルの文字から、Jinja の式と空白を除いたもの。"""
    tokens = Environment().lex(text)
    return "".join("".join(value.split()) for _, kind, value in tokens if kind == "data")


def path_of(text: str) -> str:
    inner = text.strip().removeprefix("{{").removesuffix("}}").strip()
    return inner if text.count("{{") == 1 and text.strip().startswith("{{") else ""


def box(sheet: Worksheet, ref: str) -> tuple[int, int, int, int]:
    """``ref`` のセル（結合していればその範囲）の左・上・右・下。"""
    cell = sheet[ref]
    for area in sheet.merged_cells.ranges:
        if (area.min_row, area.min_col) == (cell.row, cell.column):
            return area.min_col, area.min_row, area.max_col, area.max_row
    return cell.column, cell.row, cell.column, cell.row


def width(sheet: Worksheet, first: int, last: int) -> float:
    letters = [get_column_letter(column) for column in range(first, last + 1)]
    return sum(UNIT * sheet.column_dimensions[letter].width for letter in letters)


def height(sheet: Worksheet, first: int, last: int) -> float:
    rows = [sheet.row_dimensions[row] for row in range(first, last + 1)]
    heights = [row.height for row in rows if not row.hidden]
    assert all(heights), "every printed row has its own height"
    return float(sum(heights))


def printed(sheet: Worksheet) -> tuple[int, int]:
    """印刷範囲の最後の列と行。範囲は A1 から始まる。"""
    first, last = sheet.print_area.rpartition("!")[2].replace("$", "").split(":")
    assert first == "A1"
    return sheet[last].column, sheet[last].row


def test_four_sheets(book: Workbook) -> None:
    assert {s.title: s.sheet_state for s in book.worksheets} == {
        COVER: "visible",
        RETURN: "visible",
        FORM: "visible",
        REGISTER: "hidden",
    }
    assert book.active is not None
    assert book.active.title == COVER
    assert [s.title for s in book.worksheets if s.sheet_view.tabSelected] == [COVER]


def test_one_landscape_page_at_full_scale(form: Worksheet) -> None:
    setup, margins = form.page_setup, form.page_margins
    assert (setup.paperSize, setup.orientation, setup.scale) == (9, "landscape", 100)
    assert not form.sheet_properties.pageSetUpPr.fitToPage
    assert form.print_options.horizontalCentered
    last_column, last_row = printed(form)
    assert width(form, 1, last_column) <= A4[1] - 72 * (margins.left + margins.right)
    assert height(form, 1, last_row) <= A4[0] - 72 * (margins.top + margins.bottom)


def test_the_measured_widths_of_the_official_page(form: Worksheet) -> None:
    found = {path_of(text): ref for ref, text in texts(form).items()}
    for name, characters in {
        "item.improvement": 68,
        "initiative.text": 36,
        "item.vision": 36,
        **{f"years[{n}].plan": 28 for n in YEARS},
    }.items():
        left, _, right, _ = box(form, found[name])
        assert int((width(form, left, right) - 5) / 10.5) >= characters, name
    left, right = (box(form, found[name]) for name in ("initiative.text", "item.vision"))
    assert width(form, left[0], left[2]) == width(form, right[0], right[2])


@pytest.mark.parametrize("label", OFFICIAL_LABELS)
def test_every_official_label_is_printed(form: Worksheet, project_root: Path, label: str) -> None:
    source = project_root / "data" / "source" / "isehara-action-plan-r6.txt"
    assert label in "".join(source.read_text(encoding="utf-8").split())
    last_column, last_row = printed(form)
    found = [ref for ref, text in texts(form).items() if constant(text) == label]
    refs = [ref for ref in found if not form.row_dimensions[form[ref].row].hidden]
    assert len(refs) == (4 if label == "評価" else 1)
    assert all(form[ref].row <= last_row and form[ref].column <= last_column for ref in refs)


def test_the_years_stand_in_order_and_read_as_printed(form: Worksheet) -> None:
    refs = {path_of(text): ref for ref, text in texts(form).items()}
    rows = [box(form, refs[f"years[{n}].fiscal_year | wareki"])[1::2] for n in YEARS]
    assert rows == sorted(rows)
    for n, (top, bottom) in zip(YEARS, rows, strict=True):
        for upper, lower in (("target", "effect"), ("result.value", "result.effect")):
            assert form[refs[f"years[{n}].{upper}"]].row == top
            assert form[refs[f"years[{n}].{lower}"]].row == bottom
        for text in ("plan", "result.text"):
            assert box(form, refs[f"years[{n}].{text}"])[1::2] == (top, bottom)


def test_each_input_is_unlocked_and_bound_once(form: Worksheet) -> None:
    unlocked = [c for c in cells(form) if not c.protection.locked]
    bound = Counter(path_of(c.value) for c in unlocked if c.value is not None)
    assert bound == Counter(dict.fromkeys(INPUTS, 1))
    everywhere = Counter(path_of(text) for text in texts(form).values())
    assert all(everywhere[name] == 1 for name in INPUTS)


def test_nothing_else_is_unlocked(book: Workbook, form: Worksheet) -> None:
    inputs = [box(form, c.coordinate) for c in cells(form) if path_of(str(c.value)) in INPUTS]
    covered = {
        (column, row)
        for left, top, right, bottom in inputs
        for column in range(left, right + 1)
        for row in range(top, bottom + 1)
    }
    assert covered == {(c.column, c.row) for c in cells(form) if not c.protection.locked}
    for name in (COVER, REGISTER):
        assert all(c.protection.locked for c in cells(book[name]))


def test_protected_without_password(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert sheet.protection.sheet, sheet.title
        assert sheet.protection.password is None
        assert not sheet.protection.formatRows, "row heights stay free to change"


def test_validations_are_left_to_the_master(form: Worksheet) -> None:
    assert not form.data_validations.dataValidation


def test_subtotals_add_up_their_five_effects(form: Worksheet) -> None:
    refs = {path_of(text): ref for ref, text in texts(form).items()}
    formulas = [c for c in cells(form) if c.data_type == "f"]
    assert len(formulas) == 2
    for cell, field in zip(formulas, ("effect", "result.effect"), strict=True):
        wanted = [refs[f"years[{n}].{field}"] for n in YEARS]
        used = [t.value for t in Tokenizer(cell.value).items if t.subtype == "RANGE"]
        assert used == wanted * 2
        assert cell.number_format == "#,##0"
        assert cell.column_letter == form[wanted[0]].column_letter


def test_identity_is_printed_once_and_hidden_once(form: Worksheet) -> None:
    last_column, last_row = printed(form)
    found = texts(form)
    (shown,) = (form[ref] for ref, text in found.items() if "form.id" in text)
    (carrier,) = (form[ref] for ref, text in found.items() if "form.carrier" in text)
    assert shown.row <= last_row
    assert shown.column <= last_column
    assert carrier.row > last_row
    assert form.row_dimensions[carrier.row].hidden
    assert shown.protection.locked
    assert carrier.protection.locked


def test_the_colour_of_inputs_has_a_sample(book: Workbook) -> None:
    sheet_name, _, ref = book.defined_names["input_sample"].attr_text.rpartition("!")
    assert sheet_name.strip("'") == COVER
    assert book[COVER][ref.replace("$", "")].fill.fill_type == "solid"


def test_repeating_rows_open_and_close_in_one_row(book: Workbook) -> None:
    for name, starts in ((COVER, ["grade", "entry"]), (REGISTER, ["entry"])):
        sheet = book[name]
        rows = [[c.value for c in row if c.value] for row in sheet.iter_rows()]
        loops = [row for row in rows if any("{% for" in str(v) for v in row)]
        assert [row[0].split()[2] for row in loops] == starts
        assert all(row[-1].endswith("{% endfor %}") for row in loops)


def test_one_font_whose_width_the_fitting_knows(book: Workbook) -> None:
    normal = next(s for s in book._named_styles if s.name == "Normal")  # type: ignore[attr-defined]
    assert (normal.font.name, normal.font.size) == (FONT, 12)
    assert {c.font.name for sheet in book.worksheets for c in cells(sheet)} == {FONT}


def test_merged_areas_are_apart_and_framed(book: Workbook) -> None:
    for sheet in (book[FORM], book[COVER]):
        seen: Counter[tuple[int, int]] = Counter()
        for area in sheet.merged_cells.ranges:
            seen.update((row, column) for row, column in area.cells)
            first = sheet.cell(area.min_row, area.min_col).border
            if first.left is None or first.left.style is None:
                continue
            edges = (("top", area.top), ("bottom", area.bottom))
            sides = (("left", area.left), ("right", area.right))
            for side, places in (*edges, *sides):
                styles = {getattr(sheet.cell(r, c).border, side).style for r, c in places}
                assert len(styles) == 1, (area.coord, side)
                assert None not in styles, (area.coord, side)
        assert max(seen.values()) == 1


def test_the_labels_fit_their_cells(form: Worksheet) -> None:
    for ref, text in texts(form).items():
        cell = form[ref]
        left, top, right, bottom = box(form, ref)
        if form.row_dimensions[cell.row].hidden:
            continue  # 隠した行の高さは、見せるときに文から決まる
        if path_of(text) or cell.data_type == "f" or cell.row > printed(form)[1]:
            continue
        per_line = int(2 * (width(form, left, right) - 5) / cell.font.size)
        label = [line for line in text.split("\n") if "{" not in line]
        lines = sum(-(-_half_units(line) // per_line) for line in label)
        assert lines * cell.font.size * 1.25 <= height(form, top, bottom), ref
        if not cell.alignment.wrap_text:
            assert lines <= 1, ref


def _half_units(text: str) -> int:
    return sum(1 if char.isascii() else 2 for char in text)


def test_opens_without_repair(template_path: Path) -> None:
    found = [line for line in rules.violations(template_path) if "template-mark" not in line]
    assert found == []
