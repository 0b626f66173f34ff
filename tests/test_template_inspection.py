"""見た目は正しいのに、作った様式で違って出るテンプレート：セルを挙げて知らせる。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from making import FORM, GUIDE, make
from ooxml.draft import Draft, cell_at, fragment, place, put_text
from ooxml.package import Element, q

from sheetgen.form.blueprint import draw_blueprint
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import message_of
from sheetgen.plan.loading import load_plan
from sheetgen.problems import Level, Problem, SheetgenError
from sheetgen.send.checking import check


@pytest.fixture
def draft(template_path: Path) -> Draft:
    return Draft(template_path)


def told(draft: Draft, tmp_path: Path, plan_path: Path) -> list[Problem]:
    """点検で分かること。ことばも、事実で埋まる。"""
    problems = list(check(plan_path, draft.save(tmp_path / "様式.xlsx")).problems)
    for problem in problems:
        assert message_of(problem).remedy
    return problems


def drawn(draft: Draft, tmp_path: Path, plan_path: Path) -> list[Problem]:
    """様式を作らずに、テンプレートだけから分かること。"""
    template = FormTemplate(draft.save(tmp_path / "様式.xlsx"))
    problems = list(draw_blueprint(template.book, load_plan(plan_path)).problems)
    for problem in problems:
        assert message_of(problem).remedy
    return problems


def cells_of(problems: list[Problem], code: str) -> list[tuple[str | None, str | None]]:
    return [(one.place.sheet, one.place.cell) for one in problems if one.code == code]


def styled(draft: Draft, address: str, sheet: str = FORM, **changes: str) -> None:
    """このセルだけの書式を作る。``changes`` は書式の属性と、``protection`` などの子の XML。"""
    with draft.edit(draft.sheet(sheet)) as root:
        cell = cell_at(root, address)
        number = int(cell.get("s", "0"))
        with draft.edit("xl/styles.xml") as styles:
            formats = styles.find(q("cellXfs"))
            new = etree.fromstring(etree.tostring(formats[number]))
            for name, value in changes.items():
                if not value.startswith("<"):
                    new.set(name, value)
                    continue
                old = new.find(q(name))
                node = fragment(value)
                if old is not None:
                    new.replace(old, node)
                else:
                    new.insert(0 if name == "alignment" else len(new), node)
            formats.append(new)
            formats.set("count", str(len(formats)))
            cell.set("s", str(len(formats) - 1))


def new_font(draft: Draft, xml: str) -> str:
    """書体を足し、その番号を返す。"""
    with draft.edit("xl/styles.xml") as styles:
        fonts = styles.find(q("fonts"))
        fonts.append(fragment(f"<font>{xml}</font>"))
        fonts.set("count", str(len(fonts)))
        return str(len(fonts) - 1)


@pytest.mark.parametrize(
    "text",
    [
        "｛｛ item.title ｝｝",
        "{ { item.title }}",
        "{｛ item.title ｝}",
        "｛% if item.title %｝済｛% endif %｝",
        "{ % if item.title % }済{ % endif % }",
        "item.title }}",
        "{item.title}",
        "{{ item.title }}｛｛ item.id ｝｝",
    ],
)
@pytest.mark.parametrize("sheet", [FORM, GUIDE])
def test_a_mark_that_would_be_printed_is_refused_with_its_cell(
    text: str, sheet: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    with draft.edit(draft.sheet(sheet)) as root:
        put_text(
            root, "A2", text.replace("item.title", "plan.office").replace("item.id", "final_year")
        )
    problems = drawn(draft, tmp_path, plan_path)
    assert cells_of(problems, "T124") == [(sheet, "A2")]
    with pytest.raises(SheetgenError):
        make(tmp_path, plan_path, tmp_path / "様式.xlsx", items=("03-01",))


@pytest.mark.parametrize(
    "text",
    ["{{ {'a': {'b': 1}}['a'] and plan.office }}", "集合 { 1, 2 }", "100％（注）", "{#控え#}"],
)
def test_braces_that_are_right_are_left_alone(
    text: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    with draft.edit(draft.sheet()) as root:
        put_text(root, "A2", text)
    assert cells_of(drawn(draft, tmp_path, plan_path), "T124") == []


@pytest.mark.parametrize("font", ["游ゴシック", "ＭＳ Ｐゴシック", "Meiryo UI", "Calibri"])
def test_a_font_of_another_pitch_is_named_with_its_cell(
    font: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    number = new_font(draft, f'<sz val="10.5"/><name val="{font}"/>')
    address = draft.address("{{ years[0].plan }}")
    styled(draft, address, fontId=number)
    (problem,) = (p for p in drawn(draft, tmp_path, plan_path) if p.code == "T126")
    assert (problem.place.sheet, problem.place.cell) == (FORM, address)
    assert problem.facts["font"] == font
    assert message_of(problem).level is Level.CONFIRM


@pytest.mark.parametrize(
    "font", ["ＭＳ ゴシック", "MS 明朝", "BIZ UD明朝 Medium", "BIZ UDゴシック"]
)
def test_a_font_of_even_pitch_is_fine(
    font: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    number = new_font(draft, f'<sz val="10.5"/><name val="{font}"/>')
    styled(draft, draft.address("{{ years[0].plan }}"), fontId=number)
    assert drawn(draft, tmp_path, plan_path) == []


def test_a_font_where_no_lines_are_counted_does_not_matter(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    number = new_font(draft, '<sz val="10.5"/><name val="游ゴシック"/>')
    with draft.edit(draft.sheet()) as root:
        put_text(root, "T2", "事務局の控え")
    styled(draft, "T2", fontId=number)
    assert drawn(draft, tmp_path, plan_path) == []


@pytest.mark.parametrize("address", ["O3", "T40"])
def test_an_unlocked_empty_cell_of_the_form_is_refused(
    address: str, draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    styled(draft, address, protection='<protection locked="0"/>', applyProtection="1")
    assert cells_of(drawn(draft, tmp_path, plan_path), "T128") == [(FORM, address)]


def test_an_unlocked_column_of_the_form_is_refused(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    open_cell = draft.address("{{ years[0].plan }}")
    with draft.edit(draft.sheet()) as root:
        column = next(one for one in root.iter(q("col")) if one.get("min") == "15")
        column.set("style", cell_at(root, open_cell).get("s", "0"))
    assert cells_of(drawn(draft, tmp_path, plan_path), "T128") == [(FORM, "O:O")]


def test_an_unlocked_empty_cell_beside_the_list_is_a_place_for_notes(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    styled(draft, "G3", GUIDE, protection='<protection locked="0"/>', applyProtection="1")
    assert drawn(draft, tmp_path, plan_path) == []


def _row_break(root: Element, number: int) -> None:
    xml = '<rowBreaks count="1" manualBreakCount="1"><brk id="{}" max="16383" man="1"/></rowBreaks>'
    place(root, fragment(xml.format(number)))


def _column_break(root: Element, number: int) -> None:
    xml = '<colBreaks count="1" manualBreakCount="1"><brk id="{}" max="99" man="1"/></colBreaks>'
    place(root, fragment(xml.format(number)))


@pytest.mark.parametrize(
    ("act", "number", "cell"),
    [
        (_row_break, 9, "A10"),
        (_row_break, 20, None),  # 印刷範囲の終わり
        (_row_break, 30, None),
        (_column_break, 7, "H1"),
        (_column_break, 13, None),
    ],
)
def test_a_page_break_through_the_form_is_refused(
    act: Callable[[Element, int], None],
    number: int,
    cell: str | None,
    draft: Draft,
    tmp_path: Path,
    plan_path: Path,
) -> None:
    with draft.edit(draft.sheet()) as root:
        act(root, number)
    found = cells_of(drawn(draft, tmp_path, plan_path), "T129")
    assert found == ([] if cell is None else [(FORM, cell)])


def test_two_print_areas_are_two_pages(draft: Draft, tmp_path: Path, plan_path: Path) -> None:
    with draft.edit(draft.book()) as root:
        (area,) = (n for n in root.iter(q("definedName")) if FORM in (n.text or ""))
        area.text = f"'{FORM}'!$A$1:$M$9,'{FORM}'!$A$10:$M$20"
    assert cells_of(drawn(draft, tmp_path, plan_path), "T130") == [(FORM, None)]


def test_a_cell_that_does_not_wrap_is_one_fault(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    """どの項目の文も、短くする必要はない。"""
    address = draft.address("{{ item.current_state }}")
    styled(draft, address, alignment='<alignment horizontal="left" vertical="center"/>')
    problems = told(draft, tmp_path, plan_path)
    assert [(p.code, p.place.cell, p.place.item) for p in problems] == [("T127", address, None)]


def test_an_input_that_does_not_wrap_is_told_before_anyone_writes(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    address = draft.address("{{ years[0].result.text }}")
    styled(draft, address, alignment='<alignment horizontal="left" vertical="center"/>')
    problems = drawn(draft, tmp_path, plan_path)
    assert [(p.code, p.place.cell) for p in problems] == [("T127", address)]


def test_justified_text_wraps_without_the_mark(
    draft: Draft, tmp_path: Path, plan_path: Path
) -> None:
    address = draft.address("{{ item.current_state }}")
    styled(draft, address, alignment='<alignment horizontal="left" vertical="justify"/>')
    assert told(draft, tmp_path, plan_path) == []
