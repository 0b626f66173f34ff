"""悪意のある値、壊れた値：害のない文字になるか、はっきり断られる。"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from making import (
    GUIDE,
    bindings,
    changed_plan,
    form_sheets,
    item_of,
    load,
    make,
    places,
    wanted,
)
from ooxml import clients, rules

from sheetgen.form.jobs import Per
from sheetgen.messages.catalogue import message_of
from sheetgen.problems import SheetgenError
from sheetgen.send.generating import GenerateResult
from sheetgen.xlsx.markup import cell_text

ITEM = "08-08"
# 一つの様式の、別々の欄に入れる文字。
TEXTS = {
    "improvement": "=1+1",
    "current_state": '+1\n-1\n@SUM(A1)\n=HYPERLINK("http://127.0.0.1/","x")',
    "vision": '<b>太字</b> & "引用" ]]> <!-- x --> &amp; &#65;',
    "title": "@SUM(1+1)*cmd|' /C calc'!A0",
}
INDICATOR = {"name": "_x000D_ と _x0041_ と _x005F_", "unit": "-1"}
YEARS = [
    "=cmd|' /C calc'!A0",
    "{{ 7*7 }} {% for x in y %} {# x #}",
    "\t先頭のタブと  続く空白  ",
    "𠮷野家 葛󠄀城市 👪",
    "'一重の引用符で始まる",
]
VALUES: list[object] = ["=2+2", "1e5", "0123", "TRUE", "#N/A"]
FILE_NAMES = ["../../逃げる", "..\\..\\逃げる", "CON", "a:b*c?d|e<f>g", "名" * 200, "末尾の点."]


def _spoil(plan: dict[str, Any]) -> None:
    item = item_of(plan, ITEM)
    item.update(TEXTS)
    item["indicator"].update(INDICATOR)
    item["initiatives"]["2024"] = "@取組 =1+1"
    for year, text, value in zip(item["years"], YEARS, VALUES, strict=True):
        year.update(plan=text, target=value, effect=value)


@pytest.fixture(scope="module")
def spoilt(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> tuple[Path, GenerateResult]:
    folder = tmp_path_factory.mktemp("hostile")
    plan = changed_plan(plan_path, folder / "plan.json", _spoil)
    return plan, make(folder, plan, template_path, items=(ITEM,))


@pytest.fixture(scope="module")
def expected(spoilt: tuple[Path, GenerateResult], template_path: Path) -> dict[str, object]:
    """番地から、原本での値へ。"""
    (place,) = [one for one in places(load(spoilt[0])) if one.item["id"] == ITEM]
    found = {
        cell: wanted(place, path, 2024)
        for cell, path in bindings(template_path).items()
        if not path.startswith(("form.", "round.", "book."))
    }
    texts = {*TEXTS.values(), *INDICATOR.values(), *YEARS, *VALUES}
    assert texts <= set(found.values())
    return found


def test_the_package_keeps_the_rules(spoilt: tuple[Path, GenerateResult]) -> None:
    (book,) = spoilt[1].books
    lines = [line for line in rules.violations(book.path) if "template-mark" not in line]
    assert lines == []


def test_text_stays_text_in_every_reader(
    spoilt: tuple[Path, GenerateResult], expected: dict[str, object], tmp_path: Path
) -> None:
    (book,) = spoilt[1].books
    path = book.path
    (sheet,) = form_sheets(openpyxl.load_workbook(path))
    node = clients.by_node([path])
    readers = {
        "openpyxl": clients.by_openpyxl(path),
        "calamine": clients.by_calamine(path),
        "exceljs": node["exceljs"][path.name],
        "sheetjs": node["sheetjs"][path.name],
        "LibreOffice": clients.by_libreoffice([path], tmp_path)[path.name],
    }
    for reader, found in readers.items():
        cells = found[sheet.title]
        for cell, value in expected.items():
            got = cells.get(cell)
            if reader == "openpyxl" and isinstance(value, str) and "_x" in value:
                # openpyxl は、共有文字列の「x005F_」を残らず取り去る。
                value = clients.unescaped(cell_text(value).replace("x005F_", ""))
            if reader == "LibreOffice":
                value = clients.unescaped(value)  # 保存し直すとき、_xHHHH_ を守らない
            assert got == value, f"{reader} {cell}"


def test_no_text_becomes_a_formula(
    spoilt: tuple[Path, GenerateResult], expected: dict[str, object]
) -> None:
    (book,) = spoilt[1].books
    opened = openpyxl.load_workbook(book.path)
    (sheet,) = form_sheets(opened)
    for cell, value in expected.items():
        if isinstance(value, str):
            assert sheet[cell].data_type in {"s", "inlineStr"}, cell
    formulas = {c.value for ws in opened for row in ws for c in row if c.data_type == "f"}
    assert len(formulas) == 2
    assert all(str(formula).startswith("=IF(COUNT(") for formula in formulas)
    links = [cell.hyperlink for ws in opened for row in ws for cell in row if cell.hyperlink]
    assert all(link.target is None for link in links), "外へのリンクが生じた"


def test_the_title_in_the_list_is_text_too(spoilt: tuple[Path, GenerateResult]) -> None:
    (book,) = spoilt[1].books
    guide = openpyxl.load_workbook(book.path)[GUIDE]
    cells = [cell for row in guide for cell in row if cell.value == TEXTS["title"]]
    assert cells
    assert all(cell.data_type == "s" for cell in cells)


@pytest.mark.parametrize("name", FILE_NAMES)
@pytest.mark.parametrize("per", [Per.ITEM, Per.SECTION])
def test_names_of_files_stay_in_their_folder(
    per: Per, name: str, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    def rename(plan: dict[str, Any]) -> None:
        item = item_of(plan, ITEM)
        if per is Per.ITEM:
            item["title"] = name
            return
        department = item["owners"][0]["department"]
        for group in plan["departments"]:
            if group["name"] == department:
                group["sections"].append({"name": name, "email": None})
        item["owners"] = [{"department": department, "section": name}]

    plan = changed_plan(plan_path, tmp_path / "plan.json", rename)
    before = {plan}
    (book,) = make(tmp_path, plan, template_path, items=(ITEM,), per=per).books
    assert book.path.parent == tmp_path / "books"
    assert book.path.is_file()
    written = {path for path in tmp_path.parent.rglob("*") if path.is_file()} - before
    here = {path for path in written if tmp_path in path.parents}
    issued = {path for path in here if path.parent == tmp_path / "issued"}
    assert here - issued == {book.path}
    assert {path.suffix for path in issued} == {".json", ""}
    assert not set(book.path.name) & set('<>:"/\\|?*')
    assert len(book.path.name.encode()) <= 255
    assert rules.violations(book.path) == []


def _refused(tmp_path: Path, source: Path, template: Path, change: Callable[[Any], None]) -> Any:
    plan = load(source)
    change(item_of(plan, ITEM))
    path = tmp_path / "plan.json"
    # 対になっていない代理文字も、JSON には \\ud800 と書ける。
    path.write_text(json.dumps(plan, ensure_ascii=True), encoding="utf-8")
    with pytest.raises(SheetgenError) as caught:
        make(tmp_path, path, template, items=(ITEM,))
    assert not (tmp_path / "books").exists() or not list((tmp_path / "books").rglob("*"))
    assert caught.value.problems
    for problem in caught.value.problems:
        assert message_of(problem).cause
        assert message_of(problem).remedy
    return caught.value.problems


@pytest.mark.parametrize(
    "text",
    ["\x00", "\x07鐘", "\x1b[31m", "\x7f", "\ufffe", "\uffff", "\ud800", "行\r\n行", "\u0085"],
    ids=ascii,
)
def test_characters_no_workbook_holds_are_refused(
    text: str, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    problems = _refused(tmp_path, plan_path, template_path, lambda i: i.update(vision=text))
    assert any(problem.place.label or problem.place.path for problem in problems)


@pytest.mark.parametrize("length", [32_768, 40_000])
def test_text_longer_than_a_cell_is_refused(
    length: int, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    long = "あ" * length
    problems = _refused(tmp_path, plan_path, template_path, lambda i: i.update(vision=long))
    assert any(problem.place.label or problem.place.path for problem in problems)


def test_text_longer_than_the_page_is_refused(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    long = "あ" * 20_000
    problems = _refused(tmp_path, plan_path, template_path, lambda i: i.update(vision=long))
    assert {problem.place.item for problem in problems} == {ITEM}
    assert all(problem.place.cell for problem in problems)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, True, [], {}], ids=repr)
def test_figures_that_are_none_are_refused(
    value: object, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    _refused(tmp_path, plan_path, template_path, lambda i: i["years"][0].update(effect=value))


@pytest.mark.parametrize("grade", ["A,B", '"', "=1", "長" * 300], ids=lambda g: g[:4])
def test_a_strange_scale_leaves_the_book_sound(
    grade: str, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """一覧に書けない段階があれば、案内だけにする。"""

    def change(plan: dict[str, Any]) -> None:
        plan["evaluation_scale"].append({"grade": grade, "meaning": "試し"})

    plan = changed_plan(plan_path, tmp_path / "plan.json", change)
    for book in make(tmp_path, plan, template_path, items=(ITEM,)).books:
        assert rules.violations(book.path) == []
