"""督促：送ったのに答えのないものだけを、期限を過ぎてから、もれなく挙げる。"""

from __future__ import annotations

import email
import email.policy
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from making import changed_plan
from returned.clients import Job
from returned.desk import Desk, book_of, jobs, recorded
from returned.quick import quickly
from returned.sections import GRADE, Form

from sheetgen.messages.catalogue import describe
from sheetgen.plan.round import RoundKind
from sheetgen.problems import SheetgenError, UsageError
from sheetgen.records.open_items import ItemState
from sheetgen.records.sendouts import SendKind, load_sendouts
from sheetgen.records.undoing import undo
from sheetgen.send.distributing import DistributeRequest, distribute, extend_deadline
from sheetgen.send.reminding import Reminder, RemindRequest, RemindResult, remind
from sheetgen.send.sending_back import send_back
from sheetgen.year.standing import Stage, Standing, StatusRequest
from sheetgen.year.status import status

NOW = datetime(2024, 8, 5, 1, 0, tzinfo=UTC)
DEADLINE = date(2024, 7, 31)
LATE = date(2024, 8, 5)

DONE = "総務部 収納課"  # 様式一枚。正しく答える
HELD = "総務部 文書法制課"  # 様式一枚。評価が規則に合わない
BLANK = "市民生活部 戸籍住民課"  # 何も書かずに返す
SILENT = "総務部 職員課"  # 返さない
PARTLY = "経済環境部 清掃リサイクル課"  # 二枚のうち一枚だけに書く
SECTIONS = (DONE, HELD, BLANK, SILENT, PARTLY)


class Round:
    """一つの机の上の、配布から督促まで。"""

    def __init__(self, desk: Desk, letters: Path) -> None:
        self.desk, self.letters = desk, letters

    def send(self, **wishes: Any) -> None:
        request = DistributeRequest(
            plan=self.desk.plan,
            template=self.desk.template,
            letters=self.letters,
            root=self.desk.root,
            **{"deadline": DEADLINE, "sections": SECTIONS, **wishes},
        )
        distribute(request, now=datetime(2024, 7, 1, tzinfo=UTC), who="係")

    def send_back(self) -> None:
        """差戻しを送る。"""
        request = DistributeRequest(
            plan=self.desk.plan,
            template=self.desk.template,
            letters=self.letters,
            root=self.desk.root,
        )
        send_back(request, now=datetime(2024, 8, 2, tzinfo=UTC), who="係")

    def extend(self, **wishes: Any) -> None:
        """期限を延ばす。"""
        request = DistributeRequest(
            plan=self.desk.plan,
            template=self.desk.template,
            letters=self.letters,
            root=self.desk.root,
            extend=True,
            **wishes,
        )
        extend_deadline(request, now=datetime(2024, 8, 2, tzinfo=UTC), who="係")

    def remind(self, today: date = LATE, **wishes: Any) -> RemindResult:
        request = RemindRequest(
            plan=self.desk.plan,
            letters=self.letters,
            root=self.desk.root,
            today=today,
            **wishes,
        )
        return remind(request, now=NOW, who="係")

    def standing(self) -> Standing:
        folder = self.letters.parent
        request = StatusRequest(plan=self.desk.plan, layout=folder, root=self.desk.root)
        return status(request, NOW).standing

    def refused(self, today: date = LATE, **wishes: Any) -> str:
        before = self.desk.everything()
        with pytest.raises(SheetgenError) as raised:
            self.remind(today, **wishes)
        assert self.desk.everything() == before
        (problem,) = raised.value.problems
        assert describe(problem)
        return problem.code

    def items(self, section: str) -> tuple[str, ...]:
        return tuple(
            place.item["id"] for place in self.desk.places().values() if place.addressee == section
        )


@pytest.fixture
def round_(desk: Desk, project_root: Path) -> Round:
    """五つの課に配った机。"""
    found = Round(desk, project_root / "templates" / "letters")
    found.send()
    return found


def returned_books(desk: Desk, forms: Mapping[str, Form], folder: Path) -> Path:
    """四つの課から届くもの。"""
    good = [form for form in forms.values() if form.addressee == DONE]
    bad = [
        Form(form.item, form.sheet, form.addressee, {**form.answers, GRADE: "優"})
        for form in forms.values()
        if form.addressee == HELD
    ]
    half = [form for form in forms.values() if form.addressee == PARTLY][:1]
    quickly(jobs(desk, [*good, *bad, *half], folder))
    shutil.copy(book_of(desk, BLANK), folder)
    return folder


def by_section(result: RemindResult) -> dict[str, Reminder]:
    return {one.section: one for one in result.reminders}


def mail_of(result: RemindResult, section: str) -> EmailMessage:
    path = result.folder / by_section(result)[section].files[-1]
    found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert found.defects == []
    return found


def text_of(result: RemindResult, section: str) -> str:
    body = mail_of(result, section).get_body()
    assert body is not None
    return str(body.get_content())


def test_before_anything_came_back_all_are_late(round_: Round) -> None:
    result = round_.remind()
    assert set(by_section(result)) == set(SECTIONS)
    for section, one in by_section(result).items():
        assert one.missing == round_.items(section)
        assert (one.untouched, one.questioned) == ((), ())
        assert (one.days_late, one.deadline) == (5, DEADLINE)
        text = text_of(result, section)
        assert "5日過ぎ" in text
        for place in round_.desk.places().values():
            assert (f"{place.sheet} {place.item['title']}" in text) == (place.addressee == section)
    assert {path.name for path in result.folder.iterdir()} == {
        name for one in result.reminders for name in one.files
    }


def test_each_kind_of_lateness_is_named(
    round_: Round, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    folder = returned_books(round_.desk, honest_forms, tmp_path / "返信")
    collected = round_.desk.collect(folder)
    assert recorded(collected) == {*round_.items(DONE), round_.items(PARTLY)[0]}
    unasked = round_.remind()
    assert set(by_section(unasked)) == {BLANK, SILENT, PARTLY}
    (told,) = [problem for problem in unasked.problems if problem.code == "L034"]
    assert (told.facts["count"], told.facts["sections"]) == (1, HELD)
    round_.send_back()
    # 差戻しの期限（一週間後）は、まだ来ていない。
    assert set(by_section(round_.remind())) == {BLANK, SILENT, PARTLY}
    result = round_.remind(early=True)
    assert "L034" not in {problem.code for problem in result.problems}
    found = by_section(result)
    assert set(found) == {HELD, BLANK, SILENT, PARTLY}
    assert found[HELD].questioned == round_.items(HELD)
    assert found[BLANK].untouched == round_.items(BLANK)
    assert found[SILENT].missing == round_.items(SILENT)
    assert (found[PARTLY].missing, found[PARTLY].questioned) == ((), ())
    assert found[PARTLY].untouched == round_.items(PARTLY)[1:]
    assert "差戻し" in text_of(result, HELD)
    # 期限までに返した課に、その期限を過ぎたとは書かない。
    assert "過ぎ" not in text_of(result, HELD)
    assert "提出期限は令和６年８月９日（金）" in text_of(result, HELD)
    assert "実績照会.xlsx" not in text_of(result, HELD)
    assert "記入がありません" in text_of(result, BLANK)
    assert "差戻し" not in text_of(result, SILENT)


def test_an_answer_beside_the_field_is_no_blank_form(round_: Round, tmp_path: Path) -> None:
    """「記入がありません」とは督促しない。回収結果、状況、督促が同じことを言う。"""
    book = openpyxl.load_workbook(book_of(round_.desk, BLANK))
    (sheet,) = [name for name, one in round_.desk.places().items() if one.addressee == BLANK]
    book[sheet]["O10"] = "・窓口を増やした。評価はＢ"
    (tmp_path / "返信").mkdir()
    book.save(tmp_path / "返信" / "戻り.xlsx")
    collected = round_.desk.collect(tmp_path / "返信")
    (item,) = round_.items(BLANK)
    (one,) = [one for one in collected.items if one.item == item]
    assert one.state is ItemState.HELD
    assert [problem.code for problem in one.problems if problem.code != "R344"] == ["R144"]
    stages = {one.item: one.stage for one in round_.standing().items}
    assert stages[item] is Stage.IN_QUESTION
    assert BLANK not in by_section(round_.remind())
    round_.send_back()
    result = round_.remind(early=True)
    assert by_section(result)[BLANK].questioned == (item,)
    assert "記入がありません" not in text_of(result, BLANK)


def test_a_file_that_cannot_be_read_is_named_and_settled(
    round_: Round, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    """PDF で来たものは、督促に名が挙がり、Excel の様式が届けば片付く。PDF は消さない。"""
    folder = tmp_path / "返信"
    folder.mkdir()
    pdf = folder / book_of(round_.desk, SILENT).with_suffix(".pdf").name
    pdf.write_bytes(b"%PDF-1.7\n")
    (folder / "スキャン.pdf").write_bytes(b"%PDF-1.4\n")
    collected = round_.desk.collect(folder)
    assert sorted(one.code for one in collected.problems if one.place.file) == ["R005", "R005"]
    result = round_.remind()
    found = by_section(result)
    assert {name: len(one.unreadable) for name, one in found.items()} == {
        section: int(section == SILENT) for section in SECTIONS
    }
    text = text_of(result, SILENT)
    assert f"{pdf.name}（PDF です）" in text
    assert "返信/" not in text
    assert "読み取れなかった" not in text_of(result, DONE)
    (told,) = [problem for problem in result.problems if problem.code == "L064"]
    assert (told.facts["count"], told.facts["names"]) == (1, "スキャン.pdf")
    # その課の Excel が届いた。どの課のものか分からないものは、まだ片付かない。
    mine = [form for form in honest_forms.values() if form.addressee == SILENT]
    quickly(jobs(round_.desk, mine, folder))
    collected = round_.desk.settle(folder)
    assert pdf.is_file()
    files = {one.place.file: one.code for one in collected.problems if one.place.file}
    assert files == {f"返信/{pdf.name}": "L063", "返信/スキャン.pdf": "R005"}
    assert SILENT not in by_section(round_.remind())
    # すべての課の様式が届けば、それも片付く。
    quickly(jobs(round_.desk, list(honest_forms.values()), folder))
    collected = round_.desk.settle(folder)
    files = [one.code for one in collected.problems if (one.place.file or "").endswith(".pdf")]
    assert files == ["L063", "L063"]
    assert all(describe(one) for one in collected.problems)
    assert "L064" not in {problem.code for problem in round_.remind().problems}


def test_when_all_have_answered_it_says_so(
    round_: Round, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    forms = [form for form in honest_forms.values() if form.addressee in SECTIONS]
    quickly(jobs(round_.desk, forms, tmp_path / "返信"))
    collected = round_.desk.settle(tmp_path / "返信")
    before = round_.desk.everything()
    result = round_.remind()
    assert result.reminders == ()
    assert (result.sent, result.recorded, result.problems) == (len(SECTIONS), 0, ())
    assert round_.desk.everything() == before
    # 取り消しても、答えは届いている。もう一度出してもらうことではない。
    assert collected.run
    undo(round_.desk.plan, collected.run)
    result = round_.remind()
    assert result.reminders == ()
    # 事務局が回収し直すまで、片付いてはいない。状況も、課が遅れているとは言わない。
    assert [problem.code for problem in result.problems] == ["L035"]
    standing = round_.standing()
    assert {one.stage for one in standing.items if one.section in SECTIONS} == {Stage.RETURNED}
    assert standing.late == 0


def test_what_the_plan_holds_by_hand_is_answered(round_: Round) -> None:
    def fill(plan: dict[str, Any]) -> None:
        for policy in plan["policies"]:
            for measure in policy["measures"]:
                for entry in measure["entries"]:
                    if entry.get("id") == round_.items(DONE)[0]:
                        entry["years"][0]["result"]["text"] = "・実施した。"

    changed_plan(round_.desk.plan, round_.desk.plan, fill)
    assert DONE not in by_section(round_.remind())


def test_before_the_deadline_it_refuses(round_: Round) -> None:
    assert round_.refused(DEADLINE) == "L031"
    early = round_.remind(DEADLINE, early=True)
    assert len(early.reminders) == len(SECTIONS)
    assert "過ぎ" not in text_of(early, SILENT)
    assert len(round_.remind(date(2024, 8, 1)).reminders) == len(SECTIONS)


def test_who_has_answered_the_question_is_not_blamed(
    round_: Round, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    """差戻しに答え、そこに新しい問いが出た課。次の差戻しを送るまでは、課は待っている。"""
    folder = returned_books(round_.desk, honest_forms, tmp_path / "返信")
    (book,) = round_.desk.collect(folder).returns
    round_.send_back()
    assert HELD in by_section(round_.remind(date(2024, 8, 12)))
    (form,) = [one for one in honest_forms.values() if one.addressee == HELD]
    cells = round_.desk.cells({**form.answers, GRADE: "良"})
    quickly([Job(book, {form.sheet: cells}, folder / book.name)])
    (again,) = round_.desk.collect(folder).returns
    assert again == book
    result = round_.remind(date(2024, 8, 13))
    assert HELD not in by_section(result)
    (told,) = [problem for problem in result.problems if problem.code == "L034"]
    assert told.facts["sections"] == HELD
    # 前の問いに戻っても、置いてあるものは、いまの問いのもの。
    (folder / book.name).unlink()
    (back,) = round_.desk.collect(folder).returns
    names = {cell.value for cell in openpyxl.load_workbook(back)["はじめに"]["B"]}
    assert "令和６年８月９日（金）まで" in names
    assert HELD in by_section(round_.remind(date(2024, 8, 14)))


def test_a_section_given_more_time_is_not_late(
    round_: Round, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    """延ばした期限を、督促も状況も使う。差戻しを送ったあとなら、差戻しの期限も延びる。"""
    round_.desk.collect(returned_books(round_.desk, honest_forms, tmp_path / "返信"))
    round_.send_back()
    day = date(2024, 8, 23)
    round_.extend(sections=(SILENT, HELD), deadline=day)
    result = round_.remind(date(2024, 8, 20))
    assert {SILENT, HELD}.isdisjoint(by_section(result))
    (told,) = [problem for problem in result.problems if problem.code == "L033"]
    assert told.facts["count"] == 2
    deadlines = {one.name: one.deadline for one in round_.standing().sections}
    assert {deadlines[SILENT], deadlines[HELD]} == {day.isoformat()}
    found = by_section(round_.remind(date(2024, 8, 26)))
    assert {(found[name].deadline, found[name].days_late) for name in (SILENT, HELD)} == {(day, 3)}


def test_the_round_that_is_out_is_meant(
    round_: Round, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    """見直し照会の間は、督促も状況も回収も差戻しも、見直し照会のことを言う。"""
    first = round_.remind()
    assert (first.round.kind, first.is_found) == (RoundKind.RESULTS, True)
    before = {path: path.read_bytes() for path in first.folder.iterdir()}
    round_.send(round=RoundKind.REVISION, deadline=date(2024, 8, 2))
    result = round_.remind()
    assert (result.round.kind, result.is_found) == (RoundKind.REVISION, True)
    assert set(by_section(result)) == set(SECTIONS)
    assert "見直し照会" in text_of(result, SILENT)
    assert result.folder != first.folder
    assert {path: path.read_bytes() for path in before} == before
    assert "見直し照会" in round_.standing().round_name
    # 前の照会の一冊を送り直しても、いま行っている照会は変わらない。
    round_.send(round=RoundKind.RESULTS, sections=(SILENT,), again=True)
    assert round_.remind().round.kind is RoundKind.REVISION
    with pytest.raises(SheetgenError) as raised:
        round_.send_back()
    assert raised.value.problems[-1].facts["round"] == "令和６年度の見直し照会"
    # 届いたものがなければ、最後に送った照会。様式が届けば、その照会。
    (tmp_path / "空").mkdir()
    assert round_.desk.collect(tmp_path / "空").round.kind is RoundKind.REVISION
    late = returned_books(round_.desk, honest_forms, tmp_path / "返信")
    assert round_.desk.collect(late).round.kind is RoundKind.RESULTS
    # 言われたものは、言われたとおり。
    told = round_.remind(round=RoundKind.RESULTS)
    assert (told.round.kind, told.is_found) == (RoundKind.RESULTS, False)


def test_a_deadline_named_here_is_asked_about_too(round_: Round) -> None:
    """過ぎた日は督促のわけ。休みの日は、手紙に書く前に言う。"""
    for day, codes in ((date(2024, 7, 28), ["L050"]), (date(2024, 7, 29), [])):
        result = round_.remind(deadline=day, dry_run=True)
        assert [one.code for one in result.problems if one.code in ("L050", "L051")] == codes


def test_sections_not_yet_due_wait(round_: Round) -> None:
    round_.send(sections=(SILENT,), deadline=date(2024, 8, 30), again=True)
    result = round_.remind()
    assert set(by_section(result)) == {*SECTIONS} - {SILENT}
    (told,) = [problem for problem in result.problems if problem.code == "L033"]
    assert told.facts["count"] == 1
    assert SILENT in describe(told)
    assert SILENT in by_section(round_.remind(deadline=date(2024, 8, 1)))


def test_without_a_deadline_it_asks_for_one(desk: Desk, project_root: Path) -> None:
    found = Round(desk, project_root / "templates" / "letters")
    found.send(deadline=None)
    assert found.refused() == "L032"
    assert len(found.remind(deadline=DEADLINE).reminders) == len(SECTIONS)
    early = found.remind(date(2024, 8, 6), early=True)
    assert {one.days_late for one in early.reminders} == {None}
    assert "期限" not in text_of(early, SILENT)


def test_what_was_not_sent_is_not_asked_for(desk: Desk, project_root: Path) -> None:
    found = Round(desk, project_root / "templates" / "letters")
    assert found.refused() == "L030"
    found.send(sections=(SILENT,))
    assert set(by_section(found.remind())) == {SILENT}
    assert found.refused(round=RoundKind.REVISION) == "L030"


def test_only_the_named_sections(round_: Round) -> None:
    result = round_.remind(sections=("職員課", HELD))
    assert set(by_section(result)) == {SILENT, HELD}
    with pytest.raises(UsageError) as raised:
        round_.remind(sections=("無い課",))
    assert [problem.code for problem in raised.value.problems] == ["F004"]


def test_the_reminder_is_on_record_once(round_: Round) -> None:
    assert round_.remind().recorded == len(SECTIONS)
    again = round_.remind()
    assert again.recorded == 0
    assert {one.reminded_before for one in again.reminders} == {
        NOW.astimezone().isoformat(timespec="seconds")
    }
    lines = [
        one for one in load_sendouts(round_.desk.plan).sendouts if one.kind is SendKind.REMINDER
    ]
    assert {one.section: one.items for one in lines} == {
        section: round_.items(section) for section in SECTIONS
    }
    assert {one.round for one in lines} == {"2024J"}
    # 次の日の督促は、日数が違うので、別のものになる。
    assert round_.remind(date(2024, 8, 6)).recorded == len(SECTIONS)


def test_a_reminder_of_the_same_day_left_lying_is_told(
    round_: Round, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    round_.remind()
    forms = [form for form in honest_forms.values() if form.addressee == DONE]
    quickly(jobs(round_.desk, forms, tmp_path / "返信"))
    round_.desk.settle(tmp_path / "返信")
    (left,) = [problem for problem in round_.remind().problems if problem.code == "L023"]
    assert left.facts["count"] == 2
    assert DONE in describe(left)


def test_a_dry_run_writes_nothing(round_: Round) -> None:
    before = round_.desk.everything()
    result = round_.remind(dry_run=True)
    assert len(result.reminders) == len(SECTIONS)
    assert round_.desk.everything() == before


def test_a_slip_in_the_letter_stops(round_: Round, tmp_path: Path) -> None:
    round_.letters = Path(shutil.copytree(round_.letters, tmp_path / "letters"))
    path = round_.letters / "督促.txt"
    path.write_text(path.read_text("utf-8").replace("days_late", "days_lost"), "utf-8")
    assert round_.refused() == "L011"
    assert round_.refused(dry_run=True) == "L011"
