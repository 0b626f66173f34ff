"""実物のプログラムで書き、保存したブック：どの答えも、そのまま戻ってくる。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from returned import clients
from returned.clients import Job
from returned.desk import ALL, Desk, codes, done, errors, jobs, recorded, results
from returned.libreoffice import LibreOffice
from returned.sections import EFFECT, GRADE, TEXT, VALUE, Form
from returned.xlsb import with_full_records

SECTIONS = ("総務部 職員課", "経済環境部 清掃リサイクル課")
MANY_FORMS = "企画部 経営企画課"
# 書く人が打ち込みそうな、変わった文字。どれも文字のまま戻らなければならない。
ODD = (
    "●一行目\n\n　二段落目（全角空白で字下げ）\n・㈱①Ⅳ㍻髙﨑𠮷葛󠄀",
    '=HYPERLINK("http://127.0.0.1/","x") と書かれていた。',
    "<b>太字</b> & \"引用\" 'x' ]]> &amp; &lt;",
    "+1件、-2件、@担当、1-2月、0123、#N/A、TRUE",
    "ｶﾅ ﾊﾝｶｸ ～〜－‐―−￥\\ ☎👪",
)


def odd_forms(forms: dict[str, Form]) -> list[Form]:
    """二つの課の答え。文の欄の幾つかを、変わった文字に替える。"""
    chosen = [form for form in forms.values() if form.addressee in SECTIONS]
    texts = [*ODD, *(form.answers[TEXT] for form in chosen[len(ODD) :])]
    figures = [0, 12.5, "-", "ー", "未定"]
    changed = []
    for place, (form, text) in enumerate(zip(chosen, texts, strict=True)):
        answers = {**form.answers, TEXT: text}
        if not isinstance(answers[VALUE], int | float):
            answers[VALUE] = figures[place % len(figures)]
        changed.append(replace(form, answers=answers))
    return changed


def came_back(desk: Desk, forms: list[Form]) -> dict[str, tuple[Any, Any]]:
    """戻った値が違う欄。数の型（整数か小数か）まで比べる。"""
    held = results(desk)
    return {
        f"{form.item} {path}": (value, held[form.item][path])
        for form in forms
        for path, value in form.answers.items()
        if repr(held[form.item][path]) != repr(value)
    }


Make = Callable[[LibreOffice, list[Job]], None]
OFFICE: dict[str, tuple[str, Make]] = {
    "LibreOffice .ods": (".ods", clients.by_libreoffice),
    "LibreOffice .xls": (".xls", clients.by_libreoffice),
    "LibreOffice .ods→.xlsx": (".xlsx", lambda office, work: clients.through(office, ".ods", work)),
    "LibreOffice .xls→.xlsx": (".xlsx", lambda office, work: clients.through(office, ".xls", work)),
}
OTHERS: dict[str, tuple[str, Callable[[list[Job]], None]]] = {
    "exceljs": (".xlsx", lambda work: clients.by_node("exceljs", work)),
    "SheetJS": (".xlsx", lambda work: clients.by_node("sheetjs", work)),
    "SheetJS .xls": (".xls", lambda work: clients.by_node("sheetjs", work)),
    "Gnumeric": (".xlsx", clients.by_gnumeric),
    "Gnumeric .xls": (".xls", clients.by_gnumeric),
    "Gnumeric .ods": (".ods", clients.by_gnumeric),
    "SheetJS .ods": (".ods", lambda work: clients.by_node("sheetjs", work)),
    "openpyxl": (".xlsx", clients.by_openpyxl),
    "xlsx-populate": (".xlsx", lambda work: clients.by_node("xlsx-populate", work)),
    "excelize": (".xlsx", clients.by_excelize),
}


@pytest.mark.parametrize("name", OFFICE)
def test_libreoffice_gives_every_answer_back(
    name: str,
    desk: Desk,
    honest_forms: dict[str, Form],
    libreoffice: LibreOffice,
    tmp_path: Path,
) -> None:
    suffix, make = OFFICE[name]
    forms = odd_forms(honest_forms)
    make(libreoffice, jobs(desk, forms, tmp_path / "in", suffix))
    assert_all_back(desk, forms, tmp_path / "in")


@pytest.mark.parametrize("name", OTHERS)
def test_a_client_gives_every_answer_back(
    name: str, desk: Desk, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    suffix, make = OTHERS[name]
    forms = odd_forms(honest_forms)
    make(jobs(desk, forms, tmp_path / "in", suffix))
    assert_all_back(desk, forms, tmp_path / "in")


@pytest.mark.parametrize("name", ["xlsx-populate", "excelize"])
def test_a_client_raises_no_question_of_its_own(
    name: str, desk: Desk, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    """様式が何枚もある課のブック。答えは元の項目だけに入り、書いたプログラムのための問いは一つもない。"""
    forms = [form for form in honest_forms.values() if form.addressee == MANY_FORMS]
    assert len(forms) > 10
    before = results(desk)
    OTHERS[name][1](jobs(desk, forms, tmp_path / "in"))
    result = desk.collect(tmp_path / "in")
    assert [(problem.code, problem.place) for problem in result.problems] == []
    assert recorded(result) == {form.item for form in forms}
    assert came_back(desk, forms) == {}
    after = results(desk)
    assert {item for item in after if after[item] != before[item]} == recorded(result)


def assert_all_back(desk: Desk, forms: list[Form], folder: Path) -> None:
    """回収し、問いを通すと、書いた値がすべて戻る。ほかの項目は変わらない。"""
    before = results(desk)
    result = desk.settle(folder)
    assert errors(result) == []
    assert came_back(desk, forms) == {}
    assert done(result) == {form.item for form in forms}
    touched = {form.item for form in forms}
    after = results(desk)
    assert {i: v for i, v in after.items() if i not in touched} == {
        i: v for i, v in before.items() if i not in touched
    }


def test_excel_binary_books_give_every_answer_back(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    forms = odd_forms(honest_forms)
    work = jobs(desk, forms, tmp_path / "in", ".xlsb")
    clients.by_node("sheetjs", work)
    for job in work:
        with_full_records(job.target)
    assert_all_back(desk, forms, tmp_path / "in")


def test_short_binary_records_are_read_too(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    """SheetJS は、となりの続くセルを、列の番号のない短い形で書く。"""
    forms = odd_forms(honest_forms)
    clients.by_node("sheetjs", jobs(desk, forms, tmp_path / "in", ".xlsb"))
    assert_all_back(desk, forms, tmp_path / "in")


def test_all_28_books_saved_by_libreoffice(
    desk: Desk, honest_forms: dict[str, Form], libreoffice: LibreOffice, tmp_path: Path
) -> None:
    odd = {form.item: form for form in odd_forms(honest_forms)}
    forms = list({**honest_forms, **odd}.values())
    assert len(forms) == ALL
    clients.by_libreoffice(libreoffice, jobs(desk, forms, tmp_path / "in"))
    assert_all_back(desk, forms, tmp_path / "in")


@pytest.fixture
def one(desk: Desk, honest_forms: dict[str, Form], tmp_path: Path) -> tuple[Job, Form]:
    """一つの様式だけを書いた仕事。"""
    form = next(form for form in honest_forms.values() if form.addressee == SECTIONS[0])
    form = replace(form, answers={**form.answers, VALUE: 12.5, EFFECT: 340, GRADE: "B"})
    return jobs(desk, [form], tmp_path / "in")[0], form


HANDS: dict[str, Callable[[str], list[clients.Step]]] = {
    "一枚を新しいブックへ": lambda sheet: [("to_new_book", sheet)],
    "上に行を挿す": lambda sheet: [("insert_rows", sheet, 1, 3)],
    "あいだに行を挿す": lambda sheet: [("insert_rows", sheet, 9, 1), ("insert_rows", sheet, 11, 2)],
    "列を挿す": lambda sheet: [("insert_columns", sheet, 1, 1), ("insert_columns", sheet, 9, 1)],
    "行を挿して新しいブックへ": lambda sheet: [
        ("insert_rows", sheet, 6, 2),
        ("to_new_book", sheet),
    ],
    "シートの名を変える": lambda sheet: [("rename", sheet, "回答（最終）")],
}


@pytest.mark.parametrize(
    ("hand", "suffix"),
    [*((hand, ".xlsx") for hand in HANDS), ("あいだに行を挿す", ".ods"), ("列を挿す", ".ods")],
)
def test_a_reshaped_form_gives_every_answer_back(
    hand: str, suffix: str, desk: Desk, one: tuple[Job, Form], libreoffice: LibreOffice
) -> None:
    job, form = one
    target = job.target.with_suffix(suffix)
    libreoffice.work(job.source, [*clients.typed_in(job.answers), *HANDS[hand](form.sheet)], target)
    result = desk.settle(target)
    assert errors(result) == []
    assert came_back(desk, [form]) == {}
    assert done(result) == {form.item}


@pytest.mark.parametrize(("shift", "note"), [((0, 0), "R127"), ((2, 1), "R126")])
def test_values_pasted_into_a_plain_book_come_back(
    shift: tuple[int, int], note: str, desk: Desk, one: tuple[Job, Form]
) -> None:
    """名前も書式もない。位置か見出しから読み、そのことを知らせる。"""
    job, form = one
    clients.as_plain([job], *shift)
    result = desk.settle(job.target)
    assert came_back(desk, [form]) == {}
    assert done(result) == {form.item}
    assert note in codes(result)
