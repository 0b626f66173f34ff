"""編集ブックを書き出す：どの記録も一行になり、書き換える欄だけが開き、読み戻せる控えが残る。"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import new_city
import openpyxl
import pytest
from making import changed_plan
from openpyxl.styles import Protection
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from sheetgen.form.template import FormTemplate
from sheetgen.plan.loading import load_plan, parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.problems import SheetgenError, UsageError
from sheetgen.records.edits import EditTable, kept_bytes, load_edit_book, parse_edit_carrier
from sheetgen.records.journal import Action
from sheetgen.records.ledger import commit, open_ledger
from sheetgen.send.checking import check
from sheetgen.xlsx.filled import input_name
from sheetgen.xlsx.package import read_package
from sheetgen.xlsx.template import read_template
from sheetgen.year.editing.book_template import draw_edit_template
from sheetgen.year.editing.edit_fields import ADDING, KEY_PATH, LISTS
from sheetgen.year.editing.rows import Beside, edit_context
from sheetgen.year.editing.writing import (
    BOOK,
    TEMPLATE,
    EditBookRequest,
    MadeEdit,
    make_edit_book,
    write_edit_book,
)

ORDER = [
    "書き方", "計画", "部と課", "主なポイント", "基本方針と推進項目", "概要表", "実施項目",
    "年次計画", "実績", "評価の区分", "計画の概要", "変更申出", "旧名の残る文", "_選択肢",
]  # fmt: skip
# 行が自由に増え減りする表では、行のすべてのセルを開き、保護したままでも並べ替え、消せるようにする。
FREE = {"sections", "highlights", "grades"}
# もとからある行では、決まっている欄。足した行だけに書く。
FIXED = {
    "policy_texts": {"row.policy", "row.measure", "row.label"},
    "overview": {"row.measure", "row.item_id"},
    "years": {"row.title", "row.fiscal_year"},
}
NOW = datetime(2025, 3, 3, 9, 0)


@pytest.fixture(scope="module")
def template(project_root: Path) -> FormTemplate:
    """実物のテンプレート。"""
    return FormTemplate(project_root / "templates" / TEMPLATE)


@pytest.fixture(scope="module")
def plan(project_root: Path) -> Plan:
    """実物の計画。"""
    return load_plan(project_root / "data" / "plan.json")


@pytest.fixture(scope="module")
def made(plan: Plan, template: FormTemplate) -> MadeEdit:
    """実物の計画の編集ブック。"""
    return make_edit_book(plan, b"{}", template, Beside())


@pytest.fixture(scope="module")
def book(made: MadeEdit) -> Workbook:
    """実物の計画の編集ブックを、ほかのプログラムで開いたもの。"""
    return opened(made)


def opened(made: MadeEdit) -> Workbook:
    return openpyxl.load_workbook(BytesIO(made.data))


def table_of(made: MadeEdit, rows: str) -> EditTable:
    return next(one for one in made.book.tables if one.rows == rows)


def value_of(row: object, path: str) -> Any:
    for name in path.split(".")[1:]:
        row = getattr(row, name)
    return row


def test_the_sheets_stand_in_order_with_their_mark(made: MadeEdit, book: Workbook) -> None:
    assert book.sheetnames == ORDER
    carrier = book["計画"]["A1"].value
    assert parse_edit_carrier(carrier) == {
        "version": "sheetgen-edit/1",
        "municipality": "伊勢原市",
        "plan": "第６次行財政改革推進計画",
        "book": made.book.key,
    }
    assert {sheet["A1"].value for sheet in book} == {carrier}
    assert all(sheet.row_dimensions[1].hidden for sheet in book)
    assert book.properties.keywords == carrier


def test_every_record_has_its_row(made: MadeEdit, book: Workbook, plan: Plan) -> None:
    context = edit_context(plan, "", Beside())
    assert {table.rows for table in made.book.tables} == set(LISTS)
    for table in made.book.tables:
        rows = getattr(context, table.rows)
        sheet = book[table.sheet]
        assert table.keys == tuple(row.key for row in rows)
        assert made.rows[table.sheet] == len(rows)
        for column in table.columns:
            heading = sheet.cell(table.heading_row, column.column)
            assert heading.value == column.heading
            found = [
                sheet.cell(table.first_row + at, column.column).value for at in range(len(rows))
            ]
            assert found == [value_of(row, column.path) for row in rows], column
        headings = [column.heading for column in table.columns]
        assert len(set(headings)) == len(headings)
        key = next(column for column in table.columns if column.path == KEY_PATH)
        assert key.heading == "目印"
        assert sheet.column_dimensions[get_column_letter(key.column)].hidden


def test_only_what_is_changed_is_open(made: MadeEdit, book: Workbook) -> None:
    for table in made.book.tables:
        sheet = book[table.sheet]
        assert sheet.protection.sheet
        if not table.keys:
            continue
        last = table.first_row + len(table.keys) - 1
        inputs = {field.path for field in LISTS[table.rows]}
        fixed = FIXED.get(table.rows, set())
        spare = sheet.cell(last + 1, 1).row
        for column in table.columns:
            is_free_key = column.path == KEY_PATH and table.rows in FREE
            opens = column.path in inputs - fixed or is_free_key
            cells = [sheet.cell(row, column.column) for row in (table.first_row, last)]
            assert [cell.protection.locked for cell in cells] == [not opens] * 2, column
            if table.rows in ADDING:
                # 足す行には、もとからある行では決まっている欄も書く。
                added = column.path in inputs or is_free_key
                assert sheet.cell(spare, column.column).protection.locked is not added, column


def test_a_protected_sheet_may_be_arranged(book: Workbook) -> None:
    for sheet in book:
        if sheet.sheet_state != "visible":
            continue
        allowed = sheet.protection
        assert not any(
            (allowed.formatCells, allowed.formatColumns, allowed.formatRows, allowed.insertRows,
             allowed.deleteRows, allowed.sort, allowed.autoFilter)
        )  # fmt: skip
        assert allowed.password is None


def test_figures_are_numbers_in_the_format_of_their_indicator(
    made: MadeEdit, book: Workbook, plan: Plan
) -> None:
    table = table_of(made, "years")
    column = next(one.column for one in table.columns if one.path == "row.year.target")
    formats = set()
    for at, row in enumerate(edit_context(plan, "", Beside()).years):
        cell = book[table.sheet].cell(table.first_row + at, column)
        if isinstance(row.year.target, int | float):
            assert cell.data_type == "n"
            assert cell.number_format == row.number_format
            formats.add(cell.number_format)
    assert formats == {"#,##0", "0.0", "0.00", "General"}


def test_the_cells_of_the_plan_have_names(made: MadeEdit, book: Workbook, plan: Plan) -> None:
    cells = {cell.path: cell for cell in made.book.cells}
    office = cells["plan.office"]
    assert (office.sheet, office.label) == ("計画", "事務局")
    assert book["計画"][office.ref].value == plan.office
    for path, cell in cells.items():
        name = book["計画"].defined_names[input_name(path)]
        assert name.attr_text.replace("$", "") == f"'計画'!{cell.ref}"
        assert not book["計画"][cell.ref].protection.locked
    assert "founding.first_year" not in cells


def test_no_row_is_too_tall_and_a_hidden_column_makes_none_tall(
    made: MadeEdit, book: Workbook
) -> None:
    heights = {
        sheet.title: max(one.height or 0 for one in sheet.row_dimensions.values()) for sheet in book
    }
    assert max(heights.values()) <= 409.5
    assert heights["部と課"] < 40


def test_a_row_grows_with_what_is_typed_into_it(made: MadeEdit) -> None:
    """高さを決めた行では、Excel は、書き足した文に合わせて行を高くしない。"""
    table = table_of(made, "overview")
    number = ORDER.index(table.sheet) + 1
    archive = zipfile.ZipFile(BytesIO(made.data))
    part = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
    rows = {int(one[1]): one[0] for one in re.finditer(r'<row r="(\d+)"[^>]*>', part)}
    below = [tag for row, tag in rows.items() if row >= table.first_row]
    assert len(below) > len(table.keys)
    assert all(' ht="' in tag and "customHeight" not in tag for tag in below)
    assert "customHeight" in rows[table.heading_row]


def test_the_lists_and_the_filter_reach_the_last_row(made: MadeEdit, book: Workbook) -> None:
    names = book.defined_names
    assert names["list_owners"].attr_text == "'_選択肢'!$A$3:$A$31"
    table = table_of(made, "items")
    sheet = book["実施項目"]
    last = table.first_row + len(table.keys) - 1
    rules = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    reach = next(ref for ref, formula in rules.items() if formula == "list_owners")
    assert int(reach.rpartition("E")[2]) > last
    # 目印の列もフィルターの範囲に入る。入らなければ、並べ替えると行と目印が食い違う。
    assert sheet.auto_filter.ref.startswith(f"A{table.heading_row}:")
    assert int(sheet.auto_filter.ref.rpartition("P")[2]) > last


def test_the_same_plan_gives_the_same_book(
    made: MadeEdit, plan: Plan, template: FormTemplate
) -> None:
    again = make_edit_book(plan, b"{}", template, Beside())
    assert (again.data, again.book) == (made.data, made.book)
    marked = make_edit_book(plan, b"{}", template, Beside(unsettled=frozenset({"01-01"})))
    changed = make_edit_book(plan, b"{ }", template, Beside())
    assert len({made.book.key, marked.book.key, changed.book.key}) == 3


def test_what_was_written_is_kept(tmp_path: Path, project_root: Path) -> None:
    source = tmp_path / "data" / "plan.json"
    source.parent.mkdir()
    source.write_bytes((project_root / "data" / "plan.json").read_bytes())
    wish = EditBookRequest(
        source, project_root / "templates" / TEMPLATE, tmp_path, sheets=("評価の区分",)
    )
    written = write_edit_book(wish, NOW)
    assert written.path == tmp_path / "output" / "令和6年度" / "編集" / BOOK
    kept = load_edit_book(source, written.key)
    assert kept is not None
    assert kept_bytes(source, kept.base) == source.read_bytes()
    assert dict(written.rows) == {"評価の区分": 4}
    assert write_edit_book(wish, NOW).is_unchanged
    first = written.path.read_bytes()
    changed_plan(source, source, lambda tree: tree["evaluation_scale"].pop())
    again = write_edit_book(wish, NOW)
    assert again.key != written.key
    assert [path.read_bytes() for path in again.kept_aside] == [first]


def test_a_book_of_a_few_sheets(plan: Plan, template: FormTemplate) -> None:
    made = make_edit_book(plan, b"{}", template, Beside(), ("概要表",))
    assert opened(made).sheetnames == ["書き方", "概要表", "_選択肢"]
    assert [table.rows for table in made.book.tables] == ["overview"]
    with pytest.raises(UsageError) as caught:
        make_edit_book(plan, b"{}", template, Beside(), ("概要",))
    (problem,) = caught.value.problems
    assert problem.code == "E001"
    assert "概要表" in str(problem.facts["known"])


def test_a_text_that_begins_with_an_equals_sign(project_root: Path, template: FormTemplate) -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["policies"][0]["measures"][0]["entries"][0]["title"] = "=1+1"
        tree["policies"][0]["description"] = "＝ではなく\n=A1"

    tree = json.loads((project_root / "data" / "plan.json").read_text("utf-8"))
    change(tree)
    plan = parse_plan(json.dumps(tree).encode(), "plan.json")
    book = opened(make_edit_book(plan, b"", template, Beside(), ("実施項目", "基本方針と推進項目")))
    cells = {cell.value: cell.data_type for row in book["実施項目"].iter_rows() for cell in row}
    assert cells["=1+1"] == "s"
    texts = {cell.value for row in book["基本方針と推進項目"].iter_rows() for cell in row}
    assert "＝ではなく\n=A1" in texts


def test_an_empty_plan_and_the_book_that_founds_one(tmp_path: Path, template: FormTemplate) -> None:
    path = new_city.start(tmp_path)
    empty = load_plan(path)
    assert [problem.code for problem in check(path, template.path).problems] == ["I035"]
    plain = make_edit_book(empty, b"", template, Beside())
    founding = make_edit_book(empty, b"", template, Beside(founding=True))
    items = table_of(plain, "items")
    assert items.keys == ()
    sheet = opened(plain)["実施項目"]
    title = next(one.column for one in items.columns if one.path == "row.item.title")
    assert not sheet.cell(items.first_row, title).protection.locked
    assert sheet.cell(items.first_row - 1, title).value == "実施項目"
    cells = {cell.path: cell for cell in founding.book.cells}
    book = opened(founding)
    for name in ("founding.first_year", "founding.years"):
        cell = book["計画"][cells[name].ref]
        assert cell.value is None
        assert not cell.protection.locked
    for rows, least in {"sections": 40, "items": 100, "policy_texts": 60, "years": 100}.items():
        table = table_of(founding, rows)
        inside = book[table.sheet]
        first = table.first_row + len(table.keys)
        key = inside.cell(first, 1)
        assert key.value is None
        text = table.columns[-1].column
        assert not inside.cell(first + least - 1, text).protection.locked
        assert inside.cell(first + least - 1, text).value is None


def test_what_was_applied_for_stands_in_the_book(tmp_path: Path, project_root: Path) -> None:
    source = tmp_path / "data" / "plan.json"
    source.parent.mkdir()
    source.write_bytes((project_root / "data" / "plan.json").read_bytes())
    with open_ledger(source, writing=True) as ledger:
        run = ledger.new_run(NOW.astimezone(), "係", file="様式.xlsx")
        line = run.entry(
            Action.PROPOSE, item="08-08", path="item.vision", label="目指す姿", old="前", new="後"
        )
        commit(ledger, ledger.master.plan, [line, run.end()])
    wish = EditBookRequest(
        source, project_root / "templates" / TEMPLATE, tmp_path, sheets=("変更申出",)
    )
    written = write_edit_book(wish, NOW)
    kept = load_edit_book(source, written.key)
    assert kept is not None
    (table,) = kept.tables
    assert table.keys == (f"{run.name}/0",)
    sheet = openpyxl.load_workbook(written.path)["変更申出"]
    row = [cell.value for cell in sheet[table.first_row]]
    vision = load_plan(source).find("08-08")[2].vision
    assert row[3:8] == ["目指す姿", vision, "前", "後", "様式.xlsx"]


def small_template(path: Path, change: Callable[[Any], None] = lambda _: None) -> FormTemplate:
    """事務局の作った、一枚だけのテンプレート。"""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "題名"
    sheet["A1"] = "{{ book.carrier }}"
    for column, heading in zip("ABC", ("目印", "番号", "名"), strict=True):
        sheet[f"{column}3"] = heading
    sheet["A4"] = "{% for one in items if one.item.section %}{{ one.key }}"
    sheet["B4"] = "{{ one.label }}"
    sheet["C4"] = "{{ one.item.title }}{% endfor %}"
    sheet["C4"].protection = Protection(locked=False)
    change(sheet)
    book.save(path)
    return FormTemplate(path)


def test_a_template_of_the_office_with_a_condition(tmp_path: Path, plan: Plan) -> None:
    made = make_edit_book(plan, b"", small_template(tmp_path / "題名.xlsx"), Beside())
    (table,) = made.book.tables
    wanted = [row for row in edit_context(plan, "", Beside()).items if row.item.section]
    assert 0 < len(wanted) < plan.item_count
    assert table.keys == tuple(row.key for row in wanted)
    assert [one.path for one in table.columns] == [KEY_PATH, "row.label", "row.item.title"]


def _open(sheet: Any, ref: str, text: str) -> None:
    sheet[ref] = text
    sheet[ref].protection = Protection(locked=False)


def _two_rows(sheet: Any) -> None:
    sheet["C4"] = "{{ one.item.title }}"
    sheet["C5"] = "{% endfor %}"


def _second_table(sheet: Any) -> None:
    sheet["A6"] = "{% for row in grades %}{{ row.key }}"
    sheet["B5"] = "順"
    _open(sheet, "B6", "{{ row.order }}{% endfor %}")


def _elsewhere(sheet: Any) -> None:
    _open(sheet, "B2", "{{ plan.office }}")
    _open(sheet, "C2", "{{ plan.office }}")


def _filter_beside(sheet: Any) -> None:
    sheet.auto_filter.ref = "B3:C9"


def _locked(sheet: Any) -> None:
    sheet["C4"].protection = Protection(locked=True)


FAULTS: dict[str, tuple[Callable[[Any], None], str, str | None]] = {
    "計画にない名": (lambda sheet: _open(sheet, "B4", "{{ one.item.titel }}"), "T102", "B4"),
    "別の表の欄": (lambda sheet: _open(sheet, "B4", "{{ one.item.id }}"), "T140", "B4"),
    "文の混ざった欄": (lambda sheet: _open(sheet, "B4", "第{{ one.label }}号"), "T140", "B4"),
    "表の外の欄": (lambda sheet: _open(sheet, "B2", "{{ book.year }}"), "T140", "B2"),
    "二度の欄": (lambda sheet: _open(sheet, "B4", "{{ one.item.title }}"), "T141", "C4"),
    "表の外の二度の欄": (_elsewhere, "T141", "C2"),
    "目印のない表": (
        lambda sheet: sheet.__setitem__("A4", "{% for one in items %}{{ one.label }}"),
        "T142",
        "A4",
    ),
    "見出しのない欄": (lambda sheet: sheet.__setitem__("C3", None), "T143", "C4"),
    "同じ見出し": (lambda sheet: sheet.__setitem__("C3", "番号"), "T144", "C4"),
    "ブックの目印がない": (lambda sheet: sheet.__setitem__("A1", None), "T145", None),
    "二行の記録": (_two_rows, "T146", "A4"),
    "二つの表": (_second_table, "T147", "A6"),
    "目印の動かないフィルター": (_filter_beside, "T149", "A4"),
    "記入欄がない": (_locked, "T148", None),
    "合わない印": (lambda sheet: sheet.__setitem__("C4", "{{ one.item.title }}"), "T109", "A4"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_faults_of_a_template(tmp_path: Path, plan: Plan, fault: str) -> None:
    change, code, cell = FAULTS[fault]
    template = small_template(tmp_path / "t.xlsx", change)
    found = [(p.code, p.place.cell) for p in draw_edit_template(template.book).problems]
    assert (code, cell) in found
    with pytest.raises(SheetgenError):
        make_edit_book(plan, b"", template, Beside())


def test_check_looks_at_the_template_of_the_book(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    form = tmp_path / template_path.name
    form.write_bytes(template_path.read_bytes())
    small_template(tmp_path / TEMPLATE, FAULTS["目印のない表"][0])
    codes = {problem.code for problem in check(plan_path, form).problems}
    assert "T142" in codes
    (tmp_path / "壊れた.json").write_text("{", encoding="utf-8")
    alone = check(tmp_path / "壊れた.json", form)
    assert "T142" in {problem.code for problem in alone.problems}


def test_the_template_itself_is_without_fault(project_root: Path) -> None:
    path = project_root / "templates" / TEMPLATE
    assert draw_edit_template(read_template(read_package(path, str(path)))).problems == ()
