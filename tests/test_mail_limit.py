"""送れるメールの大きさの上限と、画面に並べるための下書きの値。"""

from __future__ import annotations

import email
import email.policy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from making import changed_plan, load
from returned.desk import Desk
from returned.sections import Form
from test_distribute import DEADLINE, ONLY, Office, new_office
from test_remind import Round
from test_send_back import FIRST, answer, send

from sheetgen.cli.boundary import main
from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_plan
from sheetgen.plan.saving import render_plan
from sheetgen.problems import ExitCode, SheetgenError
from sheetgen.send import posting
from sheetgen.send.posting import Draft


@pytest.fixture
def office(tmp_path: Path, plan_path: Path, template_path: Path, project_root: Path) -> Office:
    return new_office(tmp_path / "work", plan_path, template_path, project_root)


@pytest.fixture
def letters(project_root: Path) -> Path:
    return project_root / "templates" / "letters"


@pytest.fixture
def kilobytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """上限の 1 を 1 KiB と数える。大きなブックを作らずに試す。"""
    monkeypatch.setattr(posting, "_MEGABYTE", 1 << 10)


def size_of(office: Office) -> int:
    """職員課への下書きの大きさ（KiB、切り上げ）。"""
    (draft,) = office.folder.glob("*職員課*.eml")
    return -(-draft.stat().st_size // 1024)


def refused(office: Office, **wishes: Any) -> list[tuple[str, object]]:
    before = office.files()
    with pytest.raises(SheetgenError) as raised:
        office.send(sections=ONLY, **wishes)
    assert office.files() == before
    for problem in raised.value.problems:
        assert "{" not in describe(problem)
    return [(one.code, one.facts.get("size")) for one in raised.value.problems if one.facts]


@pytest.mark.usefixtures("kilobytes")
def test_a_draft_over_the_limit_is_told_before_anything_is_made(
    office: Office, tmp_path: Path
) -> None:
    other = Office(tmp_path / "other", office.plan, office.template, office.letters)
    other.send(sections=ONLY)
    size = size_of(other)
    book = next(other.folder.glob("*職員課*.xlsx")).stat().st_size
    assert size * 1024 > book * 4 / 3  # 量るのは、base64 で大きくなった下書き
    (told,) = refused(office, mail_limit_mb=size - 1)
    assert told[0] == "L070"
    assert size - 1 < float(str(told[1])) <= size
    found = office.send(sections=ONLY, mail_limit_mb=size - 1, dry_run=True).problems
    assert [one.code for one in found if one.code == "L070"] == ["L070"]
    assert "L070" not in {one.code for one in office.send(sections=ONLY, dry_run=True).problems}
    sent = office.send(sections=ONLY, mail_limit_mb=size)
    assert sent.recorded == 1
    assert "L070" not in {one.code for one in sent.problems}


@pytest.mark.usefixtures("kilobytes")
def test_the_limit_of_the_office_is_in_the_plan(office: Office) -> None:
    changed_plan(office.plan, office.plan, lambda plan: plan.update(mail_limit_mb=1))
    assert [code for code, _ in refused(office)] == ["L070"]
    assert office.send(sections=ONLY, mail_limit_mb=1000).recorded == 1


def test_the_limit_changes_no_book(office: Office, tmp_path: Path) -> None:
    """上限を決めても、様式も下書きも同じバイト列で、送ったものは同じものである。"""
    other = Office(tmp_path / "other", office.plan, office.template, office.letters)
    changed_plan(other.plan, other.plan, lambda plan: plan.update(mail_limit_mb=10))
    assert office.send(sections=ONLY).recorded == other.send(sections=ONLY).recorded == 1
    made = [
        {one.name: one.read_bytes() for one in desk.folder.iterdir()} for desk in (office, other)
    ]
    assert made[0] == made[1]


def test_a_plan_without_a_limit_is_written_as_before(plan_path: Path, tmp_path: Path) -> None:
    data = plan_path.read_bytes()
    plan = load_plan(plan_path)
    assert plan.mail_limit_mb is None
    assert render_plan(plan) == data
    target = changed_plan(plan_path, tmp_path / "plan.json", lambda p: p.update(mail_limit_mb=10))
    written = render_plan(load_plan(target))
    assert json.loads(written)["mail_limit_mb"] == 10
    assert len(written.splitlines()) == len(data.splitlines()) + 1
    assert load(target)["mail_limit_mb"] == 10


@pytest.mark.parametrize("wrong", [0, -1, "10", 1.5, True])
def test_a_limit_is_a_number_of_megabytes(plan_path: Path, tmp_path: Path, wrong: object) -> None:
    path = changed_plan(plan_path, tmp_path / "plan.json", lambda p: p.update(mail_limit_mb=wrong))
    with pytest.raises(SheetgenError) as raised:
        load_plan(path)
    (problem,) = raised.value.problems
    assert problem.place.label == "送れるメールの大きさの上限（MB）"
    assert describe(problem)


def test_the_command_reads_the_limit(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(posting, "_MEGABYTE", 1 << 10)
    monkeypatch.chdir(office.root)
    words = ["distribute", "--round", "results", "--plan", str(office.plan), "--template",
             str(office.template), "--section", *ONLY]  # fmt: skip
    for given in ("１", "1MB"):
        assert main([*words, "--mail-limit", given, "--dry-run"]) == ExitCode.PROBLEMS
        assert "L070" in capsys.readouterr().out
    for given in ("0", "大", "1.5"):
        assert main([*words, "--mail-limit", given]) == ExitCode.USAGE
    assert "1から1000までの数" in capsys.readouterr().err
    assert not office.folder.exists()


@pytest.mark.usefixtures("kilobytes")
def test_a_return_over_the_limit_is_told_before_it_is_sent(
    desk: Desk, honest_forms: dict[str, Form], letters: Path, tmp_path: Path
) -> None:
    desk.collect(answer(desk, honest_forms, tmp_path / "返信", "Z", FIRST))
    before = desk.everything()
    with pytest.raises(SheetgenError) as raised:
        send(desk, letters, mail_limit_mb=1)
    assert "L070" in {one.code for one in raised.value.problems}
    assert desk.everything() == before
    tried = send(desk, letters, mail_limit_mb=1, dry_run=True)
    assert "L070" in {one.code for one in tried.problems}
    assert desk.everything() == before
    sent = send(desk, letters, mail_limit_mb=1000)
    assert sent.recorded == 1
    agrees(sent.drafts, [one.section for one in sent.parcels], with_book=True)


def agrees(drafts: tuple[Draft, ...], sections: list[str], *, with_book: bool) -> None:
    """値が、置いたファイルのとおりか。"""
    assert [one.section for one in drafts] == sections
    assert drafts
    for one in drafts:
        mail = email.message_from_bytes(one.draft.read_bytes(), policy=email.policy.default)
        assert mail["subject"] == one.subject
        body = mail.get_body()
        assert body is not None
        assert body.get_content().replace("\r\n", "\n").rstrip() == one.text.rstrip()
        to = mail["to"].addresses if mail["to"] else ()
        assert (tuple(address.addr_spec for address in to), one.cc) == (one.to, ())
        assert one.text.splitlines()[0] in one.letter.read_text("utf-8")
        assert (one.book is not None) is with_book
        attached = [part.get_content() for part in mail.iter_attachments()]
        assert attached == ([one.book.read_bytes()] if one.book else [])


def test_what_is_shown_beside_each_draft_is_what_was_made(office: Office) -> None:
    sections = ("職員課", "財政課")
    sent = office.send(sections=sections)
    agrees(sent.drafts, [one.section for one in sent.parcels], with_book=True)
    assert [one.to for one in sent.drafts] == [(), ("shokuin@example.jp",)]
    extended = office.extend(sections=sections, deadline=date(2024, 8, 9))
    agrees(extended.drafts, [one.section for one in extended.parcels], with_book=False)
    tried = office.send(sections=("収納課",), dry_run=True)
    (draft,) = tried.drafts
    assert (draft.section, draft.draft.exists()) == ("総務部 収納課", False)
    assert "収納課" in draft.text


def test_a_reminder_shows_its_draft(desk: Desk, letters: Path) -> None:
    one = Round(desk, letters)
    one.send(sections=("職員課",), deadline=DEADLINE)
    reminded = one.remind()
    agrees(reminded.drafts, [found.section for found in reminded.reminders], with_book=False)
