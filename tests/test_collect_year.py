"""一年を通して：配り、28の課がまちがいとともに返し、聞き、直され、74の項目がそろう。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from returned.desk import Desk, codes, questions, recorded, results, states
from returned.libreoffice import LibreOffice
from returned.sections import TEXT, Form
from returned.year import (
    LATE,
    NEWER,
    PROPOSER,
    TO_CORRECT,
    TO_WAIVE,
    TWO_VERSIONS,
    Sections,
)

from sheetgen.collect.request import CollectResult, Take
from sheetgen.plan.round import RoundKind
from sheetgen.problems import ExitCode
from sheetgen.records.open_items import ItemState

UNTOUCHED = "市民生活部 戸籍住民課"


class Year:
    """一年の流れ。``first`` と ``second`` は二度の回収の結果。"""

    def __init__(self, desk: Desk, sections: Sections, folder: Path) -> None:
        self.desk, self.sections = desk, sections
        one, two = self.deliveries = folder / "一次", folder / "二次"
        sections.first_delivery(one)
        self.first = desk.collect(one)
        self.plan_between = desk.plan.read_bytes()
        self.returned = [self.first.returns, _texts(self.first.returns)]
        sections.second_delivery(two, self.first.returns)
        self.asked = [ask for ask in questions(self.first) if ask[1] in TO_WAIVE]
        self.second = self.collect_all(desk)
        self.plan_after = desk.plan.read_bytes()

    def collect_all(self, desk: Desk) -> CollectResult:
        """届いたものすべてを、確かめて通すものと採るものを言って回収する。"""
        return desk.collect(
            *self.deliveries,
            waivers=self.asked,
            takes=[Take(NEWER, TWO_VERSIONS)],
            reason="電話で確かめた",
        )


def _texts(books: tuple[Path, ...]) -> set[str]:
    """差戻しのブックに見える、すべての文字。"""
    return {
        cell.value
        for book in books
        for sheet in openpyxl.load_workbook(book).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    }


@pytest.fixture(scope="module")
def year(
    issued_desk: Desk,
    honest_forms: dict[str, Form],
    libreoffice: LibreOffice,
    tmp_path_factory: pytest.TempPathFactory,
) -> Year:
    folder = tmp_path_factory.mktemp("year")
    desk = Desk.copy_of(issued_desk, folder / "desk")
    return Year(desk, Sections(desk, honest_forms, libreoffice), folder)


def test_every_item_of_the_first_delivery_has_its_outcome(year: Year) -> None:
    sections = year.sections
    held = {*TO_CORRECT, *TO_WAIVE, TWO_VERSIONS}
    untouched = sections.items_of(UNTOUCHED)
    missing = sections.items_of(*(LATE - {UNTOUCHED}))
    wanted = {
        item: ItemState.HELD
        if item in held
        else ItemState.UNTOUCHED
        if item in untouched
        else ItemState.MISSING
        if item in missing
        else ItemState.RECORDED
        for item in sections.forms
    }
    assert len(wanted) == 74
    found = states(year.first)
    assert {i: (s, codes(year.first, i)) for i, s in found.items() if s is not wanted[i]} == {}


@pytest.mark.parametrize("item", [*TO_CORRECT, *TO_WAIVE])
def test_each_mistake_is_named(item: str, year: Year) -> None:
    _, code = (TO_CORRECT | TO_WAIVE)[item]
    assert code in codes(year.first, item)
    [problem, *_] = [p for p in year.first.problems if p.place.item == item and p.code == code]
    assert problem.place.file
    assert problem.place.sheet
    assert problem.place.label


def test_unreadable_files_are_named(year: Year) -> None:
    told = {p.code: p.place.file or "" for p in year.first.problems if p.code in ("R005", "R022")}
    assert "文書法制課" in told["R005"]
    assert "財産管理課" in told["R022"]


def test_a_changed_plan_text_waits_for_the_revision(year: Year) -> None:
    [entry] = [e for e in year.desk.journal() if e["action"] == "propose"]
    assert entry["item"] == PROPOSER
    assert entry["new"].endswith("● 研修の受講を必須とする。")
    plan = year.desk.items()[PROPOSER]
    assert "研修の受講を必須" not in plan["improvement"]


def test_returned_books_hold_the_sections_own_answers(year: Year) -> None:
    books, texts = year.returned
    assert books
    answers = {
        year.sections.forms[item].answers[TEXT]
        for item, (changes, _) in TO_CORRECT.items()
        if TEXT not in changes
    }
    assert answers <= texts


def test_after_the_second_delivery_all_74_are_recorded(year: Year) -> None:
    found = states(year.second)
    rest = {i: (s, codes(year.second, i)) for i, s in found.items() if not _is_done(s)}
    assert rest == {}
    assert recorded(year.first) | recorded(year.second) == set(year.sections.forms)
    held = results(year.desk)
    wanted = year.sections.expected()
    assert {i: held[i] for i in wanted if held[i] != wanted[i]} == {}


def _is_done(state: ItemState) -> bool:
    return state in {ItemState.RECORDED, ItemState.KEPT}


def test_the_report_is_a_book(year: Year) -> None:
    for result in (year.first, year.second):
        assert result.report is not None
        book = openpyxl.load_workbook(result.report)
        assert len(book.worksheets) > 1
        assert "(8)⑧" in str([c.value for s in book for row in s.iter_rows() for c in row])


def test_waivers_and_decisions_are_in_the_journal(year: Year) -> None:
    journal = year.desk.journal()
    waived = {(e["item"], e["code"]) for e in journal if e["action"] == "waive"}
    assert {(item, code) for item, (_, code) in TO_WAIVE.items()} <= waived
    assert {e["reason"] for e in journal if e["action"] == "waive"} == {"電話で確かめた"}
    decided = [e for e in journal if e["action"] == "decide"]
    assert [(e["item"], e["file"]) for e in decided] == [(TWO_VERSIONS, "一次/0206_収納課.xlsx")]


def test_every_recorded_value_leads_to_its_original(year: Year) -> None:
    kept = {path.stem for path in year.desk.originals()}
    lines = [e for e in year.desk.journal() if e["action"] == "record"]
    assert {e["original"] for e in lines} <= kept
    last: dict[tuple[str, str], Any] = {(e["item"], e["path"]): e["new"] for e in lines}
    held = results(year.desk)
    assert all(held[item][path] == value for (item, path), value in last.items())


def test_the_master_is_valid_and_history_tells(year: Year) -> None:
    checked = year.desk.command("check")
    assert checked.returncode == ExitCode.OK, checked.stdout + checked.stderr
    history = year.desk.command("history", "08-08")
    assert history.returncode == ExitCode.OK, history.stderr
    assert "経営企画課" in history.stdout


def test_undo_takes_the_last_run_back_and_collecting_brings_it_again(
    year: Year, tmp_path: Path
) -> None:
    desk = Desk.copy_of(year.desk, tmp_path / "desk")
    undone = desk.command("undo")
    assert undone.returncode == ExitCode.OK, undone.stdout + undone.stderr
    assert desk.plan.read_bytes() == year.plan_between
    assert set(results(desk)["08-08"].values()) == {None}
    year.collect_all(desk)
    assert desk.plan.read_bytes() == year.plan_after


def test_an_untouched_revision_round_changes_nothing(year: Year, tmp_path: Path) -> None:
    desk = Desk.copy_of(year.desk, tmp_path / "desk")
    desk.distribute(round=RoundKind.REVISION)
    books = sorted((desk.root / "output").rglob("*_見直し照会.xlsx"))
    assert len(books) == 28
    before, journal = desk.plan.read_bytes(), desk.journal()
    result: CollectResult = desk.collect(*books)
    assert result.round.kind is RoundKind.REVISION
    assert set(states(result).values()) == {ItemState.UNTOUCHED}
    assert desk.plan.read_bytes() == before
    assert desk.journal() == journal
