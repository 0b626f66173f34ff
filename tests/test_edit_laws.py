"""編集ブックの法則：何も直さなければ何も変わらず、直したセルだけが、一つの変更になる。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from any_plans import plans
from edit_desk import BOOK_TEMPLATE, ROOT, EditDesk, codes
from hypothesis import given, settings
from hypothesis import strategies as st
from making import changed_plan

import sheetgen
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.plan.leaves import steps_of, value_at
from sheetgen.plan.plan import Plan
from sheetgen.plan.saving import render_plan
from sheetgen.plan.units import Unit, changed_units, with_units
from sheetgen.reading.opening import read_book
from sheetgen.year.editing.applying import Take
from sheetgen.year.editing.book_matching import issued_values, match_edit_book
from sheetgen.year.editing.cell_changes import ONLY_NEW, edits_of
from sheetgen.year.editing.edit_fields import LISTS, EditField, EditKind, kind_at
from sheetgen.year.editing.expecting import EditReader
from sheetgen.year.editing.rows import Beside, edit_context
from sheetgen.year.editing.writing import make_edit_book

_TEMPLATE = FormTemplate(BOOK_TEMPLATE)

LONE = {"sections", "highlights", "grades"}
"""並びの全体が一つの単位である表。"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> EditDesk:
    return EditDesk(tmp_path_factory.mktemp("edit"))


def test_a_book_read_back_changes_nothing(desk: EditDesk) -> None:
    outcome = desk.outcome(desk.book)
    assert (outcome.lines, outcome.items, outcome.decisions) == ((), (), ())
    assert not [problem for problem in outcome.problems if is_error(problem)]
    assert outcome.plan == desk.base


@settings(max_examples=15, deadline=None)
@given(plans())
def test_any_plan_comes_back_unchanged(plan: Plan) -> None:
    base = render_plan(plan)
    made = make_edit_book(plan, base, _TEMPLATE, Beside())
    book = read_book(made.data)
    context = edit_context(plan, "", Beside())
    issued = issued_values(made.book, context)
    returned = match_edit_book(book, made.book, "計画の編集.xlsx", issued)
    found = edits_of(returned, plan, context, EditReader(plan, returned.tables), "計画の編集.xlsx")
    assert (found.edits, found.added, found.lost) == ([], [], [])
    assert not [problem for problem in found.problems if is_error(problem)]
    assert {one.table.rows for one in returned.tables} >= {"items", "years", "overview"}


@settings(max_examples=30, deadline=None)
@given(plans(), plans(), st.data())
def test_only_the_chosen_units_go_back(one: Plan, other: Plan, data: st.DataObject) -> None:
    now, then = one.model_dump(mode="json"), other.model_dump(mode="json")
    changed = changed_units(now, then)
    chosen = tuple(unit for unit in changed if data.draw(st.booleans()))
    made = with_units(now, then, chosen)
    assert set(changed_units(now, made)) == set(chosen)
    assert set(changed_units(made, then)) == set(changed) - set(chosen)
    assert with_units(now, then, changed) == then


def _suits(desk: EditDesk, rows: str, key: str, field: EditField) -> bool:
    """その行で直せる欄か。"""
    if field.path in ONLY_NEW.get(rows, ()) or field.kind in (EditKind.DECISION, EditKind.REASON):
        return False
    if rows == "overview":
        record = value_at(desk.base_tree, steps_of(key))
        is_item = record["type"] == "item"
        of_reference = field.path in ("row.reference_mark", "row.note")
        of_both = field.path in ("row.section", "row.title", "row.owners")
        return of_both or is_item != of_reference
    return True


def _other(desk: EditDesk, rows: str, key: str, field: EditField) -> object:
    """その欄の、いまと違う正しい値。"""
    kind = kind_at(field, key)
    name = kind.value if kind else field.kind.value
    if rows == "overview" and value_at(desk.base_tree, steps_of(key))["type"] != "item":
        name = "line"
    return {
        "text": "■ 直した文\n二行目", "line": "直した一行", "figure": 12345, "money": 678,
        "grade": "B", "year": "令和4年度", "month": "2025-03", "code": "131016", "format": "0.000",
        "item": "02-02", "flag": "○", "owners": "総務部 財産管理課、企画部 経営企画課",
        "names": "直した課、また課", "measure": "9", "policy": "5",
        "order": 2.5 if key.endswith("[0]") else 0.5,
    }[name]  # fmt: skip


def _fields(desk: EditDesk) -> dict[tuple[str, str], list[str]]:
    """直せる欄ごとの、行の目印。"""
    found: dict[tuple[str, str], list[str]] = {}
    for table in desk.record.tables:
        columns = {one.path for one in table.columns}
        for field in LISTS[table.rows]:
            keys = [key for key in table.keys if _suits(desk, table.rows, key, field)]
            if field.path in columns and keys:
                found[table.rows, field.path] = keys
    return found


def _field(rows: str, path: str) -> EditField:
    return next(one for one in LISTS[rows] if one.path == path)


def test_every_open_field_arrives_as_one_change(desk: EditDesk) -> None:
    cells: dict[tuple[str, str], object] = {}
    for number, ((rows, path), keys) in enumerate(_fields(desk).items()):
        if (rows, path) == ("items", "row.measure"):
            continue
        key = keys[(7 * number) % len(keys)]
        value = _other(desk, rows, key, _field(rows, path))
        sheet, ref = desk.ref(rows, key, path)
        issued = next(one for one in desk.book.sheets if one.name == sheet).cells.get(ref)
        if issued is not None and path == "row.is_new" and issued.value == "○":
            value = None
        if issued is not None and str(issued.value).startswith(f"{value} "):
            value = "1"
        cells[sheet, ref] = value
    assert len(cells) > 35
    outcome = desk.change(cells)
    assert not [one for one in outcome.problems if is_error(one)], list(codes(outcome))
    found = [(line.place.sheet, line.place.cell) for line in outcome.lines if not line.reason]
    assert sorted(found) == sorted(cells)


@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_one_change_is_exactly_that_change(desk: EditDesk, data: st.DataObject) -> None:
    fields = _fields(desk)
    rows, path = data.draw(st.sampled_from(sorted(fields)))
    key = data.draw(st.sampled_from(fields[rows, path]))
    field = _field(rows, path)
    outcome = desk.change({desk.ref(rows, key, path): _other(desk, rows, key, field)})
    lines = [line for line in outcome.lines if not line.reason]
    if not lines:  # もうその値であった
        assert outcome.plan == desk.base
        return
    assert len(lines) == 1
    assert outcome.plan is not None
    changed = changed_units(desk.tree, outcome.plan.model_dump(mode="json"))
    if rows in LONE:
        assert {one.path.partition(".")[0] for one in changed if one.item is None} <= {
            "departments", "revision", "evaluation_scale",
        }  # fmt: skip
    elif path == "row.measure":
        assert changed == (Unit(lines[0].item, "place"),)
    elif rows in ("policy_texts", "overview_texts"):
        assert len(changed) == 1
    else:
        assert [(one.item, one.path) for one in changed if "references" not in one.path] in (
            [(lines[0].item, lines[0].path)], [],
        )  # fmt: skip


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


def _some(desk: EditDesk) -> dict[tuple[str, str], Any]:
    items, years = desk.table("items").keys, desk.table("years").keys
    return {
        desk.ref("items", items[3], "row.item.title"): "直した名称",
        desk.ref("years", years[12], "row.year.target"): 99,
        desk.ref("sections", desk.table("sections").keys[0], "row.section.name"): "企画経営課",
        desk.ref(
            "highlights", desk.table("highlights").keys[2], "row.text"
        ): "▪ 直した主なポイント",
    }


def test_undo_restores_the_bytes(tmp_path: Path) -> None:
    desk = EditDesk(tmp_path)
    before = _bytes(desk.plan)
    result = desk.save(_some(desk), accept=True)
    assert result.run is not None, [one.code for one in result.problems]
    assert _bytes(desk.plan) != before
    again = desk.save(_some(desk), accept=True)
    assert (again.run, again.lines) == (None, ())
    assert again.already >= 3
    undone = sheetgen.undo(desk.plan)
    assert undone.undone == result.run
    assert _bytes(desk.plan) == before


def test_a_figure_kept_as_words_becomes_a_figure(tmp_path: Path) -> None:
    """文字で書かれた数（M087）は、同じ数を打ち直せば直る。"""

    def change(plan: dict[str, Any]) -> None:
        plan["policies"][0]["measures"][0]["entries"][0]["years"][0]["effect"] = "6800"

    source = changed_plan(ROOT / "data" / "plan.json", tmp_path / "before.json", change)
    desk = EditDesk(tmp_path / "desk", source)
    key = "policies[0].measures[0].entries[0].years[0]"
    outcome = desk.change({desk.ref("years", key, "row.year.effect"): 6800})
    assert [(line.old, line.new) for line in outcome.lines] == [("6800", 6800)]
    assert outcome.plan is not None
    assert next(outcome.plan.items())[2].years[0].effect == 6800
    assert [line.label for line in outcome.lines] == ["令和5年度の効果見込額(千円)"]
    assert not desk.outcome(desk.book).lines
    cell = desk.ref("years", key, "row.year.effect")
    (told,) = [one for one in desk.change({cell: "6,800円"}).problems if one.code == "M089"]
    assert (told.place.sheet, told.place.cell) == cell


def test_two_books_that_differ_are_decided_by_name(tmp_path: Path) -> None:
    """二人が同じ欄を直せば、どちらにするかを決めるまで、記録しない。"""
    desk = EditDesk(tmp_path)
    cell = desk.ref("items", desk.table("items").keys[0], "row.item.title")
    first = desk.save({cell: "初めの人の名"})
    assert "E055" in codes(first)  # 概要表の題は、まだ前の名のまま
    held = desk.save({cell: "後の人の名"}, accept=True)
    assert (list(codes(held)), held.run) == (["E040"], None)
    taken = desk.save({cell: "後の人の名"}, take=Take.BOOK)
    assert [(line.old, line.new) for line in taken.lines] == [("初めの人の名", "後の人の名")]


def test_what_is_typed_beside_the_fields_is_told(desk: EditDesk) -> None:
    places = [("計画", "F7"), ("概要表", "G2"), ("書き方", "D9"), ("部と課", "D3")]
    outcome = desk.change(dict.fromkeys(places, "ここに書いた覚え書き"))
    found = [(one.place.sheet, one.place.cell) for one in outcome.problems if one.code == "E023"]
    assert sorted(found) == sorted(places)
    assert not list(codes(desk.outcome(desk.book)))


def test_a_book_not_yet_read_is_not_moved_away_in_silence(tmp_path: Path) -> None:
    plan = tmp_path / "data" / "plan.json"
    plan.parent.mkdir()
    plan.write_bytes((ROOT / "data" / "plan.json").read_bytes())

    def write(*sheets: str) -> sheetgen.WrittenEdit:
        return sheetgen.write_edit_book(
            sheetgen.EditBookRequest(
                plan=plan, template=BOOK_TEMPLATE, root=tmp_path, sheets=sheets
            )
        )

    whole = write()
    # 書き出したままのものは、いつでも作り直せる。
    assert not [one for one in write("概要表").problems if one.code == "E097"]
    whole.path.write_bytes(whole.path.read_bytes() + b"\0")
    (told,) = (one for one in write("計画").problems if one.code == "E097")
    assert Path(str(told.facts["kept"])).is_file()


def test_an_order_that_moves_nothing_is_no_change(desk: EditDesk) -> None:
    first = desk.table("sections").keys[0]
    outcome = desk.change({desk.ref("sections", first, "row.order"): 1.5})
    assert (outcome.lines, outcome.already) == ((), 1)


def test_the_old_value_of_a_decided_name_is_the_one_of_today(tmp_path: Path) -> None:
    desk = EditDesk(tmp_path)
    cell = desk.ref("sections", desk.table("sections").keys[0], "row.section.name")
    desk.save({cell: "初めの課"})
    taken = desk.save({cell: "後の課"}, take=Take.BOOK)
    named = [(one.old, one.new) for one in taken.lines if one.path.endswith("].name")]
    assert named == [("初めの課", "後の課")]
