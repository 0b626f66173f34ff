"""じかに直すこと。編集ブックで同じに直したのと、計画も記録簿も同じになる。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from edit_desk import TEMPLATE, EditDesk
from journal_samples import lay, line

import sheetgen
from sheetgen.problems import SheetgenError
from sheetgen.records.journal import Action
from sheetgen.year.editing.direct_edits import SOURCE, FieldGroup
from sheetgen.year.editing.edit_recording import EditResult

HOME = "policies[4].measures[0].entries[7]"
ITEM = "08-08"
TITLE = f"items|{HOME}|row.item.title"
EFFECT = f"years|{HOME}.years[1]|row.year.effect"
WHERE = {"file", "original", "sheet", "cell", "run", "at", "by", "line"}


@pytest.fixture
def desk(tmp_path: Path) -> EditDesk:
    return EditDesk(tmp_path)


def direct(desk: EditDesk, texts: dict[str, str], **wishes: Any) -> EditResult:
    request = sheetgen.DirectEditRequest(plan=desk.plan, template=TEMPLATE, texts=texts, **wishes)
    return sheetgen.edit_directly(request)


def group(fields: tuple[FieldGroup, ...], heading: str) -> FieldGroup:
    return next(one for one in fields if one.heading == heading)


def journal(desk: EditDesk) -> list[dict[str, Any]]:
    lines = (desk.plan.parent / "journal.jsonl").read_text("utf-8").splitlines()
    return [
        {name: value for name, value in json.loads(line).items() if name not in WHERE}
        for line in lines
    ]


def test_the_fields_are_those_of_the_book(desk: EditDesk) -> None:
    fields = sheetgen.open_item_fields(desk.plan, ITEM)
    first = {one.name: one for one in group(fields, "実施項目").fields}
    assert first[TITLE].text == "自動販売機設置場所の貸付拡大"
    named = {
        (table.rows, f"row.{path}")
        for table in desk.record.tables
        for path in (one.path.removeprefix("row.") for one in table.columns)
    }
    names = [one.name.split("|") for one in (x for g in fields for x in g.fields)]
    assert {(rows, path) for rows, _, path in names} <= named
    assert group(fields, "令和6年度の年次計画").fields[2].text == "7000"
    assert not any(one.owes_reason for one in fields)  # 実績はまだない


@pytest.mark.parametrize(
    ("rows", "key", "path", "value"),
    [
        ("items", HOME, "row.item.title", "自動販売機の設置場所の貸付拡大"),
        ("items", HOME, "row.owners", "総務部 財産管理課"),
        ("items", HOME, "row.measure", "9"),
        ("items", HOME, "row.item.current_state", "一行目\n二行目"),
        ("years", f"{HOME}.years[1]", "row.year.effect", 7500),
        ("years", f"{HOME}.years[1]", "row.initiative", "新しい方針"),
        ("overview", HOME, "row.policy", "新しい短い文"),
        ("sections", "departments[0].sections[0]", "row.section.email", "a@example.lg.jp"),
        ("sections", "departments[0].sections[0]", "row.section.name", "新しい課"),
    ],
)
def test_a_change_is_recorded_as_the_book_records_it(
    tmp_path: Path, rows: str, key: str, path: str, value: str | int
) -> None:
    by_book, here = EditDesk(tmp_path / "book"), EditDesk(tmp_path / "here")
    made = by_book.save({by_book.ref(rows, key, path): value}, accept=True)
    written = str(value).replace("\n", "\r\n")  # ブラウザーの改行
    result = direct(here, {f"{rows}|{key}|{path}": written}, accept=True)
    assert result.run is not None
    assert [one[:5] for one in result.lines] == [one[:5] for one in made.lines]
    assert here.plan.read_bytes() == by_book.plan.read_bytes()
    assert journal(here) == journal(by_book)


def test_it_can_be_undone_and_stands_in_the_history(desk: EditDesk) -> None:
    before = desk.plan.read_bytes()
    run = direct(desk, {TITLE: "新しい名称"}, accept=True).run
    runs, _ = sheetgen.edit_runs(desk.plan)
    entry = runs[0].steps[0].entry
    assert (entry.run, entry.file, entry.sheet, entry.new) == (run, SOURCE, None, "新しい名称")
    sheetgen.undo(desk.plan, run)
    assert desk.plan.read_bytes() == before


def test_what_stayed_the_same_is_no_change(desk: EditDesk) -> None:
    fields = sheetgen.open_item_fields(desk.plan, ITEM)
    texts = {one.name: one.text.replace("\n", "\r\n") for g in fields for one in g.fields}
    before = desk.plan.read_bytes()
    result = direct(desk, texts)
    assert (result.lines, result.problems, result.run) == ((), (), None)
    assert desk.plan.read_bytes() == before
    changed = direct(desk, {**texts, EFFECT: "7,500"}, dry_run=True)
    assert [(one.label, one.old, one.new) for one in changed.lines] == [
        ("令和6年度の効果見込額(千円)", 7000, 7500)
    ]
    assert desk.plan.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        (TITLE, "", "E085"),
        (f"items|{HOME}|row.owners", "ない課", "E035"),
        (EFFECT, "たくさん", "E057"),
        (f"items|{HOME}|row.item.improvement", "長い。" * 2000, "E051"),
    ],
)
def test_what_is_wrong_is_told_without_a_sheet(
    desk: EditDesk, name: str, text: str, code: str
) -> None:
    before = desk.plan.read_bytes()
    result = direct(desk, {name: text})
    assert result.is_held
    assert all((one.place.sheet, one.place.cell) == (None, None) for one in result.problems)
    assert code in {one.code for one in result.problems}
    assert {one.place.file for one in result.problems} == {SOURCE}
    assert desk.plan.read_bytes() == before


@pytest.mark.parametrize(
    "name", ["items", f"items|{HOME}|row.key", "items|policies[9]|row.item.title",
             f"plan|{HOME}|row.item.title", f"overview|{HOME}|row.note"],
)  # fmt: skip
def test_only_open_fields_are_taken(desk: EditDesk, name: str) -> None:
    with pytest.raises(SheetgenError) as caught:
        direct(desk, {name: "値"})
    assert [one.code for one in caught.value.problems] == ["E041"]


def test_a_recorded_result_is_changed_with_a_reason(tmp_path: Path) -> None:
    source = json.loads((Path(__file__).parent.parent / "data" / "plan.json").read_text("utf-8"))
    item = source["policies"][4]["measures"][0]["entries"][7]
    item["years"][0]["result"] |= {"value": 34, "text": "三十四台とした。"}
    tree = tmp_path / "with.json"
    tree.write_text(json.dumps(source, ensure_ascii=False), "utf-8")
    desk = EditDesk(tmp_path / "desk", tree)
    fields = sheetgen.open_item_fields(desk.plan, ITEM)
    shown = group(fields, "令和5年度の取組実績")
    assert shown.owes_reason
    value = f"results|{HOME}.years[0]|row.year.result.value"
    assert value in {one.name for one in shown.fields}
    assert [one.code for one in direct(desk, {value: "35"}).problems] == ["E046"]
    result = direct(desk, {value: "35"}, reason="課から訂正の連絡")
    assert [(one.old, one.new, one.reason) for one in result.lines] == [
        (34, 35, "課から訂正の連絡")
    ]
    assert result.run


def test_the_fields_of_a_section(desk: EditDesk) -> None:
    owner = desk.base.owners()[0]
    (only,) = sheetgen.open_section_fields(desk.plan, owner.full_name)
    assert [one.label for one in only.fields][:2] == ["部の名称", "課の名称"]
    with pytest.raises(SheetgenError):
        sheetgen.open_section_fields(desk.plan, "ない部 ない課")


@pytest.mark.parametrize("mark", ["○", "×"])
def test_a_proposal_is_decided_as_in_the_book(tmp_path: Path, mark: str) -> None:
    both = []
    for name in ("book", "here"):
        desk = EditDesk(tmp_path / name)
        old = desk.base.find(ITEM)[2].improvement
        new = {"old": old, "new": "課の書いた文", "path": "item.improvement", "label": "改善"}
        lay(desk.plan, line("2026-1", Action.PROPOSE, item=ITEM, **new))
        desk.write()
        both.append(desk)
    by_book, here = both
    made = by_book.save({by_book.ref("proposals", "2026-1/0", "row.decision"): mark}, accept=True)
    (proposed,) = sheetgen.waiting_of(here.plan, ITEM)
    assert (proposed.field, proposed.new) == ("改善", "課の書いた文")
    assert sheetgen.waiting_of(here.plan, "08-07") == ()
    result = direct(here, {proposed.name: mark}, accept=True)
    assert (result.run is not None, result.decided) == (made.run is not None, made.decided)
    assert result.run
    assert here.plan.read_bytes() == by_book.plan.read_bytes()
    assert journal(here) == journal(by_book)
    assert sheetgen.waiting_of(here.plan, ITEM) == ()
