"""差戻しの送付：聞くことの残るブックだけを、文とメールの下書きを添えて送る。"""

from __future__ import annotations

import email
import email.policy
import hashlib
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from returned.desk import Desk, jobs
from returned.quick import quickly
from returned.sections import GRADE, TEXT, Form

from sheetgen.cli.boundary import main
from sheetgen.messages.catalogue import describe
from sheetgen.problems import ExitCode, SheetgenError, UsageError
from sheetgen.records.sendouts import SendKind, load_sendouts
from sheetgen.send.distributing import DistributeRequest, DistributeResult, distribute
from sheetgen.send.sending_back import send_back

NOW = datetime(2024, 8, 5, 1, 0, tzinfo=UTC)
FIRST = "総務部 文書法制課"  # 様式一枚
SECOND = "経済環境部 清掃リサイクル課"  # 様式二枚


@pytest.fixture
def letters(project_root: Path) -> Path:
    """配られたテンプレート。"""
    return project_root / "templates" / "letters"


def send(desk: Desk, letters: Path, **wishes: Any) -> DistributeResult:
    request = DistributeRequest(
        plan=desk.plan, template=desk.template, letters=letters, root=desk.root, **wishes
    )
    return send_back(request, now=NOW, who="係")


def refused(desk: Desk, letters: Path, **wishes: Any) -> str:
    before = desk.everything()
    with pytest.raises(SheetgenError) as raised:
        send(desk, letters, **wishes)
    assert desk.everything() == before
    (problem,) = raised.value.problems
    assert describe(problem)
    return problem.code


def answer(desk: Desk, forms: dict[str, Form], folder: Path, grade: str, *sections: str) -> Path:
    """二つの課から届くもの。一枚目の評価だけを ``grade`` にする。"""
    found = []
    for section in sections:
        own = [form for form in forms.values() if form.addressee == section]
        first = own[0]
        changed = {**first.answers, GRADE: grade, TEXT: "・計画どおり実施した。"}
        found += [Form(first.item, first.sheet, first.addressee, changed), *own[1:]]
    quickly(jobs(desk, found, folder))
    return folder


def body(path: Path) -> tuple[EmailMessage, str]:
    found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    text = found.get_body()
    assert text is not None
    return found, str(text.get_content())


def test_the_books_of_questions_are_sent_back(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path, letters: Path
) -> None:
    assert refused(desk, letters) == "L040"
    delivered = answer(desk, honest_forms, tmp_path / "一次", "優", FIRST, SECOND)
    collected = desk.collect(delivered)
    assert len(collected.returns) == 2
    before = {path: path.read_bytes() for path in collected.returns}
    result = send(desk, letters, deadline=date(2024, 8, 16))
    assert [parcel.section for parcel in result.parcels] == [FIRST, SECOND]
    assert result.recorded == 2
    lines = [one for one in load_sendouts(desk.plan).sendouts if one.kind is SendKind.RETURN]
    held = {one.item for one in collected.items if one.problems and not one.changes}
    for parcel, line in zip(result.parcels, lines, strict=True):
        book, page, mail = (result.folder / name for name in parcel.files)
        assert book in before
        found, text = body(mail)
        (attached,) = found.iter_attachments()
        assert attached.get_filename() == book.name
        assert attached.get_content() == book.read_bytes() != before[book]
        first = openpyxl.load_workbook(book)["はじめに"]
        assert "令和６年８月１６日（金）まで" in {cell.value for cell in first["B"]}
        assert str(found["Subject"]) in page.read_text("utf-8")
        assert set(parcel.items) <= held
        titles = {place.item["id"]: place.item["title"] for place in desk.places().values()}
        assert {item for item, title in titles.items() if title in text} == set(parcel.items)
        assert "８月１６日" in text
        assert (line.section, line.items, line.file) == (parcel.section, parcel.items, book.name)
        assert line.sha256 == hashlib.sha256(book.read_bytes()).hexdigest()
        assert (desk.plan.parent / "issued" / f"2024J-{line.issue}.json").is_file()
    assert send(desk, letters, deadline=date(2024, 8, 16)).recorded == 0
    assert len(send(desk, letters, sections=("文書法制課",), dry_run=True).parcels) == 1
    with pytest.raises(UsageError):
        send(desk, letters, sections=("無い課",))


def test_a_book_of_a_section_that_was_renamed_is_told(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path, letters: Path
) -> None:
    desk.collect(answer(desk, honest_forms, tmp_path / "一次", "優", FIRST, SECOND))
    department, section = SECOND.split()
    text = desk.plan.read_text("utf-8")
    desk.plan.write_text(text.replace(f'"{section}"', f'"{section}新"'), "utf-8")
    result = send(desk, letters)
    assert [parcel.section for parcel in result.parcels] == [FIRST]
    [told] = [one for one in result.problems if one.code == "E076"]
    assert f"{department} {section}" in str(told.facts["names"])


def test_what_has_been_answered_is_not_sent_back(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path, letters: Path
) -> None:
    desk.collect(answer(desk, honest_forms, tmp_path / "一次", "優", FIRST, SECOND))
    send(desk, letters)
    # 初めの課は、正しく答え直した。
    own = [form for form in honest_forms.values() if form.addressee == FIRST]
    item = own[0].item
    book = next(path for path in sorted((desk.root / "output").rglob("*差戻し.xlsx"))
                if FIRST in path.name)  # fmt: skip
    reply = tmp_path / "二次"
    reply.mkdir()
    from returned.clients import Job

    sheet = honest_forms[item].sheet
    answers = desk.cells({**honest_forms[item].answers, TEXT: "・計画どおり実施した。"})
    quickly([Job(book, {sheet: answers}, reply / book.name)])
    desk.settle(reply)
    result = send(desk, letters)
    assert [parcel.section for parcel in result.parcels] == [SECOND]
    # 片付いた課のものは、下書きとともに「済」に移った。死んだブックは残らない。
    assert "L023" not in {problem.code for problem in result.problems}
    assert {path.name for path in result.folder.iterdir() if path.is_file()} == {
        name for parcel in result.parcels for name in parcel.files
    }
    gone = sorted(path.name for path in (result.folder / "済").iterdir())
    assert len(gone) == 3
    assert all(FIRST in name for name in gone)
    assert refused(desk, letters, sections=(FIRST,)) == "L040"


def first_sheet(book: Path) -> set[object]:
    return {cell.value for cell in openpyxl.load_workbook(book)["はじめに"]["B"]}


def test_without_a_deadline_it_is_a_week(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path, letters: Path
) -> None:
    """八月五日の一週間後は振替休日なので、その次の日。ブックも文も記録も、同じ日を言う。"""
    desk.collect(answer(desk, honest_forms, tmp_path / "一次", "優", FIRST))
    result = send(desk, letters)
    (told,) = [problem for problem in result.problems if problem.code == "L052"]
    day = "令和６年８月１３日（火）"
    assert told.facts["deadline"] == day
    ((book, _, mail),) = [parcel.files for parcel in result.parcels]
    assert f"{day}まで" in first_sheet(result.folder / book)
    assert f"{day}まで" in body(result.folder / mail)[1]
    (line,) = [one for one in load_sendouts(desk.plan).sendouts if one.kind is SendKind.RETURN]
    assert line.deadline == "2024-08-13"


def test_a_week_does_not_cut_the_time_a_section_has(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path, letters: Path
) -> None:
    """早く答えた課への差戻しは、配布のときの期限まで。"""
    request = DistributeRequest(
        plan=desk.plan,
        template=desk.template,
        letters=letters,
        root=desk.root,
        sections=(FIRST,),
        deadline=date(2024, 8, 30),
    )
    distribute(request, now=NOW, who="係")
    desk.collect(answer(desk, honest_forms, tmp_path / "一次", "優", FIRST, SECOND))
    send(desk, letters)
    told = {one.section: one.deadline for one in load_sendouts(desk.plan).sendouts
            if one.kind is SendKind.RETURN}  # fmt: skip
    assert told == {FIRST: "2024-08-30", SECOND: "2024-08-13"}


def test_a_return_that_was_sent_stays(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path, letters: Path
) -> None:
    """ほかの課の答えが来て回収し直しても、送った差戻しは一バイトも変わらない。"""
    folder = tmp_path / "返信"
    desk.collect(answer(desk, honest_forms, folder, "優", SECOND))
    sent = send(desk, letters, deadline=date(2024, 8, 16))
    before = {name: (sent.folder / name).read_bytes() for name in sent.parcels[0].files}
    answer(desk, honest_forms, folder, "優", FIRST)
    collected = desk.collect(folder)
    assert len(collected.returns) == 2
    assert {name: (sent.folder / name).read_bytes() for name in before} == before
    # ほかの日を言っても、送ったものの期限は変わらず、そう言われる。
    result = send(desk, letters, deadline=date(2024, 8, 23))
    assert result.recorded == 1
    (told,) = [problem for problem in result.problems if problem.code == "L054"]
    assert told.facts["sections"] == SECOND
    assert {name: (sent.folder / name).read_bytes() for name in before} == before
    again = send(desk, letters, deadline=date(2024, 8, 23), again=True)
    assert again.recorded == 2
    assert "令和６年８月２３日（金）まで" in first_sheet(sent.folder / sent.parcels[0].files[0])
    assert {path.name for path in again.kept_aside} >= {sent.parcels[0].files[2]}


def test_a_book_the_office_has_touched_is_sent_as_it_is(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path, letters: Path
) -> None:
    collected = desk.collect(answer(desk, honest_forms, tmp_path / "一次", "優", FIRST))
    (path,) = collected.returns
    book = openpyxl.load_workbook(path)
    book["はじめに"]["A1"] = "至急"
    book.save(path)
    touched = path.read_bytes()
    result = send(desk, letters, deadline=date(2024, 8, 16))
    assert path.read_bytes() == touched
    (told,) = [problem for problem in result.problems if problem.code == "L053"]
    assert told.facts["names"] == path.name
    desk.collect(tmp_path / "一次")
    assert path.read_bytes() == touched


def test_books_of_the_old_place_are_told(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path, letters: Path
) -> None:
    """照会を分けていなかった版から替えた年。前の置き場所のものは、失われず、そう言われる。"""
    collected = desk.collect(answer(desk, honest_forms, tmp_path / "一次", "優", FIRST))
    (path,) = collected.returns
    old = desk.root / "output" / "令和6年度" / "回収" / "差戻し"
    old.mkdir(parents=True)
    path.rename(old / path.name)
    kept = (old / path.name).read_bytes()
    assert refused(desk, letters) == "L059"
    again = desk.collect(tmp_path / "一次")
    assert [one.facts["count"] for one in again.problems if one.code == "L062"] == [1]
    assert (old / path.name).read_bytes() == kept
    assert send(desk, letters).recorded == 1


def test_the_command_sends_back(
    desk: Desk,
    honest_forms: dict[str, Form],
    tmp_path: Path,
    letters: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk.collect(answer(desk, honest_forms, tmp_path / "一次", "優", FIRST))
    monkeypatch.chdir(desk.root)
    given = ["distribute", "--returns", "--letters", str(letters), "--template", str(desk.template)]
    assert main([*given, "--dry-run"]) == ExitCode.OK
    assert FIRST in capsys.readouterr().out
    assert main(given) == ExitCode.OK
    out = capsys.readouterr().out
    assert "差戻しを 1課に送る用意ができました" in out
    assert "回収/差戻し" in out
