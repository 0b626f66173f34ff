"""メールの下書き：どの読み方でも、同じ宛先・件名・本文・添付になる。"""

from __future__ import annotations

import base64
import email
import email.policy
import re
from email.header import decode_header
from email.message import EmailMessage
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetgen.send.letters import addresses
from sheetgen.send.mail import Attachment, Mail, render_mail

BOOK = Attachment("0903_教育部 図書館･子ども科学館_実績照会.xlsx", bytes(range(256)) * 300)
MAIL = Mail(
    "教育部 図書館･子ども科学館",
    ("tosho@example.jp",),
    "第６次行財政改革推進計画 進捗管理シートの実績照会について（依頼）",
    "図書館長 様\n\nFrom の行と\n.\nだけの行。①～㍻髙﨑𠮷\n",
    (BOOK,),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def parsed(data: bytes) -> EmailMessage:
    found = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def parts_by_hand(data: bytes) -> list[tuple[dict[str, str], bytes]]:
    """email パッケージを使わずに読む：全体のヘッダーと本文、次に部分ごと。"""
    head, _, body = data.partition(b"\r\n\r\n")
    whole = headers_by_hand(head)
    boundary = re.search(r'boundary="([^"]+)"', whole["content-type"])
    assert boundary
    pieces = body.split(b"--" + boundary[1].encode())
    assert pieces[0] == b""
    assert pieces[-1].strip() == b"--"
    parts = [(whole, b"")]
    for piece in pieces[1:-1]:
        head, _, coded = piece.strip(b"\r\n").partition(b"\r\n\r\n")
        headers = headers_by_hand(head)
        assert headers["content-transfer-encoding"] == "base64"
        parts.append((headers, base64.b64decode(coded, validate=False)))
    return parts


def headers_by_hand(head: bytes) -> dict[str, str]:
    lines = re.sub(rb"\r\n[ \t]", b" ", head).decode("ascii").split("\r\n")
    return {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}


def words_by_hand(text: str) -> str:
    """encoded-word を読む。一語ずつ、それだけで文字になること。"""
    assert all(len(word) <= 75 for word in text.split())
    coded = re.findall(r"=\?UTF-8\?B\?([A-Za-z0-9+/=]+)\?=", text)
    return "".join(base64.b64decode(one).decode("utf-8") for one in coded)


def test_it_reads_as_it_was_written() -> None:
    found = parsed(render_mail(MAIL))
    assert found.defects == []
    assert found["X-Unsent"] == "1"
    assert found["Subject"] == MAIL.subject
    assert [(one.display_name, one.addr_spec) for one in found["To"].addresses] == [
        (MAIL.addressee, "tosho@example.jp")
    ]
    body = found.get_body()
    assert body is not None
    assert body.get_content_type() == "text/plain"
    assert body.get_content().replace("\r\n", "\n") == MAIL.text
    (attached,) = found.iter_attachments()
    assert attached.get_content_type() == XLSX
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_filename() == BOOK.name
    assert attached.get_content() == BOOK.data


def test_the_old_parser_reads_it_too() -> None:
    found = email.message_from_bytes(render_mail(MAIL))
    subject = "".join(
        piece.decode(charset or "ascii") if isinstance(piece, bytes) else piece
        for piece, charset in decode_header(found["Subject"])
    )
    assert subject == MAIL.subject
    attached = found.get_payload()[1]  # type: ignore[union-attr,index]
    assert attached.get_filename() == BOOK.name


def test_it_keeps_to_the_letter_of_the_rules() -> None:
    data = render_mail(MAIL)
    data.decode("ascii")
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    whole, body, book = parts_by_hand(data)
    assert words_by_hand(whole[0]["subject"]) == MAIL.subject
    assert whole[0]["to"].endswith("<tosho@example.jp>")
    assert whole[0]["mime-version"] == "1.0"
    assert body[1].decode("utf-8").replace("\r\n", "\n") == MAIL.text
    assert book[1] == BOOK.data
    # RFC 2231 の名と、それを知らない受け手のための名
    name = re.search(r"filename\*=UTF-8''(\S+)$", book[0]["content-disposition"])
    assert name
    assert unquote(name[1]) == BOOK.name
    old_name = re.search(r'name="([^"]+)"', book[0]["content-type"])
    assert old_name
    assert words_by_hand(old_name[1]) == BOOK.name


def test_nothing_tells_of_the_time_or_the_machine() -> None:
    headers = {name.lower() for name in parsed(render_mail(MAIL))}
    assert headers == {"x-unsent", "to", "subject", "mime-version", "content-type"}
    assert render_mail(MAIL) == render_mail(MAIL)


def test_without_an_address_there_is_no_to() -> None:
    found = parsed(render_mail(Mail("課", (), "件名", "本文", (BOOK,))))
    assert found["To"] is None
    assert found["Subject"] == "件名"


def test_several_addresses_each_stand_for_the_section() -> None:
    found = parsed(render_mail(Mail("総務課", ("a@example.jp", "b@example.jp"), "x", "y")))
    assert [one.addr_spec for one in found["To"].addresses] == ["a@example.jp", "b@example.jp"]
    assert list(found.iter_attachments()) == []


NAMES = st.text(
    st.characters(blacklist_categories=["C", "Z"], blacklist_characters='<>"/\\|?*:'), min_size=1
).map(lambda text: text[:60])
LINES = st.text(st.characters(blacklist_categories=["C"]) | st.just("\n"), max_size=300)


@settings(max_examples=60, deadline=None)
@given(subject=NAMES, text=LINES, name=NAMES, data=st.binary(max_size=500))
def test_any_words_come_through(subject: str, text: str, name: str, data: bytes) -> None:
    mail = Mail("課", ("a@example.jp",), subject, text, (Attachment(f"{name}.xlsx", data),))
    whole, body, book = parts_by_hand(render_mail(mail))
    read = whole[0]["subject"]
    assert (words_by_hand(read) if "=?UTF-8?B?" in read else read) == subject
    assert body[1].decode("utf-8") == text.replace("\n", "\r\n")
    assert book[1] == data
    assert unquote(book[0]["content-disposition"].partition("''")[2]) == f"{name}.xlsx"
    old_name = re.search(r'name="([^"]+)"', book[0]["content-type"])
    assert old_name
    assert words_by_hand(old_name[1]) == f"{name}.xlsx"


def test_a_line_end_in_the_subject_makes_no_header() -> None:
    data = render_mail(Mail("課", (), "件名\nBcc: x@example.jp", "本文"))
    found = parsed(data)
    assert found["Bcc"] is None
    assert found["Subject"] == "件名 Bcc: x@example.jp"
    found = parsed(render_mail(Mail("課", (), "ascii\nBcc: x@example.jp", "本文")))
    assert found["Bcc"] is None


@pytest.mark.parametrize(
    ("email", "read"),
    [
        (None, ()),
        ("  ", ()),
        ("keiei@city.example.jp", ("keiei@city.example.jp",)),
        ("a@example.jp, b@example.jp；a@example.jp", ("a@example.jp", "b@example.jp")),
        ("経営企画課", None),
        ("a@example.jp 課長", None),
        ("a@b@example.jp", None),
        ("<a@example.jp>", None),
        ("a＠example.jp", None),
        ("@example.jp", None),
    ],
)
def test_addresses_are_read_or_refused(email: str | None, read: tuple[str, ...] | None) -> None:
    assert addresses(email) == read
