"""メールのままの返信を回収する：答えが記録され、差出人と日時が来歴と回収結果に残る。"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from mail_samples import PICTURE, SENDER, SENT, eml, part
from making import changed_plan
from outlook_samples import Attached, Outlook, outlook
from returned.desk import Desk, codes, jobs, recorded
from returned.quick import quickly
from returned.sections import Form

from sheetgen.collect.request import CollectResult
from sheetgen.form.identity import round_mark
from sheetgen.problems import ExitCode
from sheetgen.records.history import trace
from sheetgen.records.open_items import load_unread

FIRST, SECOND, THIRD = "経営企画課", "デジタル推進課", "財政課"


@dataclass(frozen=True)
class Mailbox:
    """返信のフォルダー。一つ目は ``.eml``、二つ目は ``.msg``、三つ目はファイルのまま。"""

    desk: Desk
    folder: Path
    books: tuple[bytes, ...]
    mails: tuple[bytes, ...]
    items: tuple[set[str], ...]


@pytest.fixture
def mailbox(desk: Desk, honest_forms: dict[str, Form], tmp_path: Path) -> Mailbox:
    books, items = [], []
    for section in (FIRST, SECOND, THIRD):
        forms = [one for one in honest_forms.values() if one.addressee.endswith(section)]
        made = jobs(desk, forms, tmp_path / "記入")
        assert len(made) == 1
        quickly(made)
        books.append(made[0].target.read_bytes())
        items.append({one.item for one in forms})
    picture = part(PICTURE, b"Content-ID: <a@b>", kind="image/png", name="image001.png")
    mails = (
        eml(picture, part(books[0], name="a.xlsx")),
        outlook(Outlook(sender="デジタル推進課", address="", sent=None,
                        attachments=(Attached("b.xlsx", books[1]),))),
    )  # fmt: skip
    folder = tmp_path / "返信"
    folder.mkdir()
    for name, data in (("1.eml", mails[0]), ("2.msg", mails[1]), ("3.xlsx", books[2])):
        (folder / name).write_bytes(data)
    return Mailbox(desk, folder, tuple(books), mails, tuple(items))


def report_rows(result: CollectResult) -> list[dict[str, object]]:
    """回収結果のブックの「ファイル」の表。"""
    assert result.report is not None
    rows = [list(row) for row in openpyxl.load_workbook(result.report)["ファイル"].values]
    heads = next(number for number, row in enumerate(rows) if row[0] == "ファイル")
    return [dict(zip(map(str, rows[heads]), row, strict=True)) for row in rows[heads + 1 :]]


def test_mails_are_collected_with_their_senders(mailbox: Mailbox) -> None:
    desk = mailbox.desk
    result = desk.settle(mailbox.folder)
    assert set().union(*mailbox.items) == recorded(result)
    assert not codes(result) & {"R010", "R079", "R009", "R014"}

    # 届いたメールも、取り出したブックも、そのまま一度だけ残る。
    kept = {path.name: path.read_bytes() for path in desk.originals()}
    expected = {
        f"{hashlib.sha256(data).hexdigest()}.{end}": data
        for data, end in zip(
            (*mailbox.mails, *mailbox.books), ("eml", "msg", "xlsx", "xlsx", "xlsx"), strict=True
        )
    }
    assert kept == expected

    # 記録簿には、メールで届いたものにだけ、差出人と日時がある。
    first, second = (hashlib.sha256(data).hexdigest() for data in mailbox.mails)
    lines = (desk.plan.parent / "journal.jsonl").read_text("utf-8").splitlines()
    of_file: dict[str | None, set[tuple[object, ...]]] = {}
    for line in lines:
        entry = json.loads(line)
        mail = tuple(entry.get(name) for name in ("mail", "sender", "sent"))
        of_file.setdefault(entry.get("file"), set()).add(mail)
        assert ("mail" in entry) == (" の中の " in entry.get("file", ""))
    assert of_file == {
        "返信/1.eml の中の a.xlsx": {(first, SENDER, SENT)},
        "返信/2.msg の中の b.xlsx": {(second, "デジタル推進課", None)},
        "返信/3.xlsx": {(None, None, None)},
        None: {(None, None, None)},
    }

    # 来歴にも、回収結果のブックにも出る。
    (item, *_) = sorted(mailbox.items[0])
    step = trace(desk.plan, item).fields[0].steps[-1]
    assert step.mail is not None
    assert step.mail.read_bytes() == mailbox.mails[0]
    told = desk.command("history", item).stdout
    assert f"メール: {SENDER}（令和６年７月２０日（土） 09:15）" in told
    assert f"メールの原本: {Path('data/returned') / first[:2] / first}.eml" in told
    (item, *_) = sorted(mailbox.items[1])
    assert "メール: デジタル推進課（日時の記載なし）" in desk.command("history", item).stdout
    rows = {row["ファイル"]: row for row in report_rows(result)}
    row = rows["返信/1.eml の中の a.xlsx"]
    assert row["メールの差出人"] == SENDER
    assert row["メールの日時"] == "令和６年７月２０日（土） 09:15"
    assert rows["返信/3.xlsx"]["メールの差出人"] is None

    # もう一度渡しても、何も変わらない。
    before = desk.plan.read_bytes(), lines
    again = desk.collect(mailbox.folder)
    assert again.run is None
    assert before[0] == desk.plan.read_bytes()


def test_without_mails_nothing_is_added(mailbox: Mailbox) -> None:
    result = mailbox.desk.settle(mailbox.folder / "3.xlsx")
    assert "メールの差出人" not in report_rows(result)[0]
    journal = (mailbox.desk.plan.parent / "journal.jsonl").read_text("utf-8")
    assert '"mail"' not in journal
    assert '"sender"' not in journal


def test_a_mail_without_a_form_is_told_and_kept(mailbox: Mailbox) -> None:
    for path in mailbox.folder.iterdir():
        path.unlink()
    mail = eml()
    (mailbox.folder / "承知しました.eml").write_bytes(mail)
    done = mailbox.desk.command("collect", mailbox.folder)
    assert done.returncode == ExitCode.PROBLEMS  # 様式が一枚も届いていない
    assert done.stdout.count("R079") == 1
    assert "承知しました.eml" in done.stdout
    assert [path.read_bytes() for path in mailbox.desk.originals()] == [mail]


@pytest.mark.parametrize(
    ("sender", "section"),
    [
        (b"hosho@example.lg.jp", "総務部 文書法制課"),
        ("収納課 担当 <x@example.lg.jp>".encode(), "総務部 収納課"),
        (b"x@example.lg.jp", ""),
    ],
)
def test_the_sender_tells_whose_unreadable_file_it_is(
    desk: Desk, tmp_path: Path, sender: bytes, section: str
) -> None:
    """名に課のない PDF も、差出人から、どの課に頼み直すかが分かる。"""

    def change(plan: dict[str, Any]) -> None:
        for department in plan["departments"]:
            for one in department["sections"]:
                if one["name"] == "文書法制課":
                    one["email"] = "bunsho@example.lg.jp, Hosho@example.lg.jp"

    changed_plan(desk.plan, desk.plan, change)
    mail = eml(part(b"%PDF-1.7", name="scan.pdf"), headers=b"From: " + sender + b"\r\nTo: a\r\n")
    (tmp_path / "回答.eml").write_bytes(mail)
    result = desk.collect(tmp_path / "回答.eml")
    assert "R005" in codes(result)
    (unread,) = load_unread(desk.plan, round_mark(result.round))
    assert (unread.file, unread.section) == ("回答.eml の中の scan.pdf", section)
