"""使えないテンプレート：シートかセルと、わけと、直し方を挙げて断る。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from making import FORM, make
from ooxml import nasty, refused
from ooxml.draft import Draft, clear, put_formula, put_text
from ooxml.package import q

from sheetgen.messages.catalogue import message_of
from sheetgen.problems import Level, Problem, SheetgenError

Act = Callable[[Draft], None]


def _refusal(tmp_path: Path, plan_path: Path, template: Path) -> list[Problem]:
    """断られた理由。何も書き出されていないことも確かめる。"""
    with pytest.raises(SheetgenError) as caught:
        make(tmp_path, plan_path, template, items=("03-01",))
    folder = tmp_path / "books"
    assert not folder.exists() or list(folder.rglob("*.xlsx")) == []
    problems = list(caught.value.problems)
    for problem in problems:
        entry = message_of(problem)
        assert entry.cause
        assert entry.remedy
    return [p for p in problems if message_of(p).level is Level.ERROR]


@pytest.mark.parametrize(
    ("act", "thing"),
    [
        (refused.table, "テーブル"),
        (refused.chart, "グラフ"),
        (refused.form_control, "コントロール"),
        (refused.threaded_comment, "コメント"),
        (refused.embedded_object, "埋め込み"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_not_understood_is_refused_by_name(
    act: Act, thing: str, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    template = nasty.changed(template_path, tmp_path / "様式.xlsx", act)
    (problem,) = _refusal(tmp_path, plan_path, template)
    assert problem.code == "T013"
    assert problem.place.sheet == FORM
    assert thing in message_of(problem).cause
    assert problem.place.file is not None
    assert problem.place.file.endswith(template.name)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (refused.pivot, "T013"),
        (refused.external_link, "T013"),
        (refused.macros, "T013"),
        (refused.strict, "T005"),
        (refused.document_type, "T004"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_book_of_another_kind_is_refused(
    act: Act, code: str, tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    template = nasty.changed(template_path, tmp_path / "様式.xlsx", act)
    assert [problem.code for problem in _refusal(tmp_path, plan_path, template)] == [code]


def _typo(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ item.title }}").get("r", "")
        put_text(root, cell, "{{ item.titel }}")
    return cell


def _typo_in_list(draft: Draft) -> str:
    part = draft.sheet("はじめに")
    with draft.edit(part) as root:
        cell = draft.find(root, "{{ entry.owners }}").get("r", "")
        put_text(root, cell, "{{ entry.owner }}")
    return cell


def _double(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ years[1].target }}").get("r", "")
        put_text(root, cell, "{{ years[0].target }}")
    return cell


def _locked(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ years[0].result.text }}")
        cell.set("s", draft.find(root, "{{ item.vision").get("s", "0"))
        return cell.get("r", "")


def _missing(draft: Draft) -> None:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ years[0].result.text }}").get("r", "")
        put_text(root, cell, "取組実績")


def _broken_jinja(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ item.title }}").get("r", "")
        put_text(root, cell, "{{ item.title }")
    return cell


def _python(draft: Draft) -> str:
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ item.title }}").get("r", "")
        put_text(root, cell, "{{ item.__class__.__mro__ }}")
    return cell


@pytest.mark.parametrize(
    ("breaking", "code"),
    [
        (_typo, "T102"),
        (_typo_in_list, "T102"),
        (_double, "T106"),
        (_locked, "T107"),
        (_missing, "T105"),
        (_broken_jinja, None),
        (_python, None),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_broken_template_is_refused_with_its_cell(
    breaking: Callable[[Draft], str | None],
    code: str | None,
    tmp_path: Path,
    plan_path: Path,
    template_path: Path,
) -> None:
    draft = Draft(template_path)
    cell = breaking(draft)
    problems = _refusal(tmp_path, plan_path, draft.save(tmp_path / "様式.xlsx"))
    assert code in {None, *(problem.code for problem in problems)}
    if cell is not None:
        assert cell in {problem.place.cell for problem in problems}
        assert all(problem.place.sheet for problem in problems)
    else:
        assert [problem.place.label for problem in problems if problem.code == code]


@pytest.mark.parametrize(
    ("tag", "attribute", "address"),
    [("mergeCell", "ref", "A:C"), ("mergeCell", "ref", "#REF!"), ("c", "r", "XFE1")],
)
@pytest.mark.parametrize("sheet", [FORM, "はじめに"])
def test_a_place_that_no_sheet_has_is_refused(
    tag: str,
    attribute: str,
    address: str,
    sheet: str,
    tmp_path: Path,
    plan_path: Path,
    template_path: Path,
) -> None:
    draft = Draft(template_path)
    with draft.edit(draft.sheet(sheet)) as root:
        next(root.iter(q(tag))).set(attribute, address)
    problems = _refusal(tmp_path, plan_path, draft.save(tmp_path / "様式.xlsx"))
    assert [problem.code for problem in problems] == ["T002"]


def _guide_names_form(draft: Draft) -> None:
    with draft.edit(draft.sheet("はじめに")) as root:
        put_formula(root, "H1", f"{FORM}!A1")


def _item_name_in_guide(draft: Draft) -> None:
    with draft.edit(draft.sheet("はじめに")) as root:
        put_text(root, "H1", "{{ item.title }}")


def _no_form(draft: Draft) -> None:
    part = draft.sheet()
    with draft.edit(part) as root:
        for cell in list(root.iter(q("c"))):
            if "{" in draft.text_of(cell):
                clear(root, cell.get("r", ""))


def _open_loop(draft: Draft) -> None:
    with draft.edit(draft.sheet("はじめに")) as root:
        cell = draft.find(root, "{{ entry.sheet")
        put_text(root, cell.get("r", ""), "{{ entry.sheet }}")


@pytest.mark.parametrize(
    ("breaking", "code"),
    [
        (_guide_names_form, "T010"),
        (_item_name_in_guide, "T102"),
        (_no_form, "T103"),
        (_open_loop, "T109"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_template_that_cannot_be_laid_out_is_refused(
    breaking: Callable[[Draft], None],
    code: str,
    tmp_path: Path,
    plan_path: Path,
    template_path: Path,
) -> None:
    draft = Draft(template_path)
    breaking(draft)
    problems = _refusal(tmp_path, plan_path, draft.save(tmp_path / "様式.xlsx"))
    assert code in {problem.code for problem in problems}


def test_every_fault_is_told_at_once(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    draft = Draft(template_path)
    cells = {_typo(draft), _double(draft), _locked(draft)}
    problems = _refusal(tmp_path, plan_path, draft.save(tmp_path / "様式.xlsx"))
    assert cells <= {problem.place.cell for problem in problems}
