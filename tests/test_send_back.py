"""差戻しの送付：聞くことの残るブックだけを、文とメールの下書きを添えて送る。"""

from __future__ import annotations

import email
import email.policy
import hashlib
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from returned.desk import Desk, jobs
from returned.quick import quickly
from returned.sections import GRADE, TEXT, Form

from sheetgen.cli.boundary import main
from sheetgen.messages.catalogue import describe
from sheetgen.problems import ExitCode, SheetgenError, UsageError
from sheetgen.records.sendouts import SendKind, load_sendouts
from sheetgen.send.distributing import DistributeRequest, DistributeResult
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
        assert attached.get_content() == before[book] == book.read_bytes()
        assert str(found["Subject"]) in page.read_text("utf-8")
        assert set(parcel.items) <= held
        titles = {place.item["id"]: place.item["title"] for place in desk.places().values()}
        assert {item for item, title in titles.items() if title in text} == set(parcel.items)
        assert "８月１６日" in text
        assert (line.section, line.items, line.file) == (parcel.section, parcel.items, book.name)
        assert line.sha256 == hashlib.sha256(before[book]).hexdigest()
        assert (desk.plan.parent / "issued" / f"2024J-{line.issue}.json").is_file()
    assert send(desk, letters, deadline=date(2024, 8, 16)).recorded == 0
    assert len(send(desk, letters, sections=("文書法制課",), dry_run=True).parcels) == 1
    with pytest.raises(UsageError):
        send(desk, letters, sections=("無い課",))


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
    (left,) = [problem for problem in result.problems if problem.code == "L023"]
    assert FIRST in describe(left)
    assert refused(desk, letters, sections=(FIRST,)) == "L040"


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
    given = ["distribute", "--returns", "--letters", str(letters)]
    assert main([*given, "--dry-run"]) == ExitCode.OK
    assert FIRST in capsys.readouterr().out
    assert main(given) == ExitCode.OK
    out = capsys.readouterr().out
    assert "差戻しを 1課に送る用意ができました" in out
    assert "回収/差戻し" in out
