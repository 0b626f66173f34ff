"""届いたメールを開く：添付はファイルと同じに受け付け、署名の絵などは黙って除く。"""

from __future__ import annotations

import struct
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deliveries import book_parts, ole, zipped
from mail_samples import (
    BODY,
    HEADERS,
    PICTURE,
    SENDER,
    SENT,
    eml,
    forwarded,
    multipart,
    named,
    part,
)
from outlook_samples import Attached, Outlook, nested_compound, outlook

from sheetgen.messages.catalogue import describe
from sheetgen.problems import Problem, SheetgenError
from sheetgen.reading import delivery, mime, unzipping
from sheetgen.reading.delivery import Delivery, deliver
from sheetgen.reading.kinds import Kind, kind_of
from sheetgen.reading.limits import Limits
from sheetgen.reading.mail_parts import OpenedMail
from sheetgen.reading.mime import decoded, plain_words, sender_of, sent_at
from sheetgen.reading.reader import GuardedReader
from sheetgen.reading.worker import answer, dump_mail, open_mail, understand_mail


def book(text: str) -> bytes:
    """見分けのつく、別々の中身のブック。"""
    return zipped({**book_parts(), "xl/text": text.encode()})


def opened(data: bytes) -> OpenedMail | Problem:
    """子を動かさずに開く。"""
    try:
        return understand_mail(answer(data))
    except SheetgenError as error:
        return error.problems[0] if error.problems[0].code == "R017" else Problem("R010")


def received(tmp_path: Path, data: bytes, name: str = "返信.eml") -> Delivery:
    """一通のメールを受け付けたもの。"""
    (tmp_path / name).write_bytes(data)
    return deliver([tmp_path / name], opened)


def names(delivery: Delivery) -> list[str]:
    return [one.name for one in delivery.files]


def told(delivery: Delivery) -> list[tuple[str, str | None]]:
    for problem in delivery.problems:
        assert "{" not in describe(problem)
    return sorted((one.code, one.place.file) for one in delivery.problems)


def only(delivery: Delivery) -> str:
    """ただ一つの添付の、メールの中の名。ほかに知らせることはない。"""
    assert told(delivery) == []
    (name,) = names(delivery)
    return name.removeprefix("返信.eml の中の ")


def test_every_attachment_is_received_like_a_file(tmp_path: Path) -> None:
    data = eml(
        part(book("a"), name="a.xlsx"),
        part(ole(["Workbook"]), name="b.xls"),
        part(zipped({"企画部/c.xlsx": book("c")}), name="c.zip"),
        part(b"%PDF-1.7", name="d.pdf"),
        part(book("a"), name="e.xlsx"),
        part(book("f"), name="f.xls"),
        part(b"", name="g.xlsx"),
    )
    delivery = received(tmp_path, data)
    assert names(delivery) == [
        "返信.eml の中の a.xlsx",
        "返信.eml の中の b.xls",
        "返信.eml の中の c.zip の中の 企画部/c.xlsx",
        "返信.eml の中の f.xls",
    ]
    assert told(delivery) == [
        ("R004", "返信.eml の中の g.xlsx"),
        ("R005", "返信.eml の中の d.pdf"),
        ("R018", "返信.eml の中の f.xls"),
        ("R019", "返信.eml の中の e.xlsx"),
    ]
    (mail,) = {(one.mail.sender, one.mail.sent) for one in delivery.files if one.mail}
    assert mail == (SENDER, SENT)
    # 原本は、届いたままのメールを一度だけ。
    (kept,) = delivery.others
    assert (kept.name, kept.data, kept.suffix) == ("返信.eml", data, "eml")
    assert {one.mail.original for one in delivery.files if one.mail} == {kept.digest}


NOISE: list[bytes] = [
    part(PICTURE, b"Content-ID: <a@b>", kind="image/png", name="image001.png"),
    part(PICTURE, b"Content-Disposition: inline", kind="image/png"),
    part(PICTURE[:9000], kind="image/png", name="logo.png"),
    part(b"<svg/>", b"Content-ID: <c@b>", kind="image/svg+xml", name="logo.svg"),
    part(b"BEGIN:VCALENDAR", kind="text/calendar", name="invite.ics"),
    part(b"BEGIN:VCARD", kind="text/vcard", name="name.vcf"),
    part(b"<p>body</p>", kind="text/html; charset=utf-8"),
    part(b"0\x80", kind="application/pkcs7-signature", name="smime.p7s"),
    part(b"footer", kind="text/plain", name="ATT00001.txt"),
    part(b"footer", b"Content-Disposition: inline; filename=body.txt", kind="text/plain"),
    part(b"Reporting-MTA: x", kind="message/delivery-status"),
    multipart(
        [
            part(b"<p>body</p>", kind="text/html"),
            part(b"\x1f\x8b\x08x", kind='application/octet-stream; name="image002.wmz"'),
        ],
        "related",
        "=_rel",
    ),
]  # fmt: skip


def test_signatures_calendars_and_bodies_are_no_noise(tmp_path: Path) -> None:
    assert only(received(tmp_path, eml(*NOISE, part(book("a"), name="a.xlsx")))) == "a.xlsx"


def test_a_mail_without_a_form_is_told_once(tmp_path: Path) -> None:
    delivery = received(tmp_path, eml(*NOISE))
    assert (told(delivery), names(delivery)) == ([("R079", "返信.eml")], [])
    assert [one.suffix for one in delivery.others] == ["eml"]
    plain = HEADERS + BODY
    assert told(received(tmp_path, plain)) == [("R079", "返信.eml")]


def test_what_is_attached_is_told_wherever_it_stands(tmp_path: Path) -> None:
    inner = [part(b"%PDF-1.7", name="a.pdf"), part(b"a,b", kind="text/plain", name="b.txt")]
    shown = part(b"a,b\n", b"Content-Disposition: inline; filename=c.csv", kind="text/csv")
    delivery = received(tmp_path, eml(multipart(inner, "related", "=_rel"), shown))
    inside = "返信.eml の中の "
    assert told(delivery) == [
        ("R005", f"{inside}a.pdf"), ("R006", f"{inside}b.txt"), ("R006", f"{inside}c.csv")
    ]  # fmt: skip


def test_a_mail_whose_body_was_lost_is_broken(tmp_path: Path) -> None:
    cut = eml(part(book("a"), name="a.xlsx")).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert told(received(tmp_path, cut)) == [("R010", "返信.eml")]


def test_a_real_picture_is_refused_like_a_file(tmp_path: Path) -> None:
    delivery = received(tmp_path, eml(part(PICTURE, kind="image/png", name="scan.png")))
    assert told(delivery) == [("R009", "返信.eml の中の scan.png")]
    # メールの原本の中に残るので、別にはしまわない。
    assert [one.name for one in delivery.others] == ["返信.eml"]


NAME = "①表ソ回答.xlsx"
_JIS = b"\x1b$B-!I=%=2sEz\x1b(B.xlsx"
_BASE64 = "4pGg6KGo44K95Zue562ULnhsc3g="


@pytest.mark.parametrize(
    ("written", "parameter"),
    [
        pytest.param(f'"=?UTF-8?B?{_BASE64}?="'.encode(), b"filename", id="RFC 2047"),
        pytest.param(
            b"UTF-8''%E2%91%A0%E8%A1%A8%E3%82%BD%E5%9B%9E%E7%AD%94.xlsx", b"filename*",
            id="RFC 2231",
        ),
        pytest.param(
            b"UTF-8''%E2%91%A0%E8%A1%A8;\r\n filename*1*=%E3%82%BD%E5%9B%9E%E7%AD%94;\r\n"
            b" filename*2=.xlsx", b"filename*0*", id="RFC 2231, in pieces",
        ),
        pytest.param(
            b"Shift_JIS''%87%40%95%5C%83%5C%89%F1%93%9A.xlsx", b"filename*", id="RFC 2231, cp932"
        ),
        pytest.param(
            b'"x.xlsx";\r\n filename*=UTF-8\'\'%E2%91%A0%E8%A1%A8%E3%82%BD%E5%9B%9E%E7%AD%94.xlsx',
            b"filename", id="both, the better one",
        ),
        pytest.param(b'"' + NAME.encode("cp932") + b'"', b"filename", id="raw cp932"),
        pytest.param(b'"' + NAME.encode() + b'"', b"filename", id="raw UTF-8"),
        pytest.param(b'"' + _JIS + b'"', b"filename", id="raw ISO-2022-JP"),
        pytest.param(
            b'"=?ISO-2022-JP?B?GyRCLSFJPSU9MnNFehsoQi54bHN4?="', b"filename", id="ISO-2022-JP"
        ),
        pytest.param(
            b'"=?UTF-8?B?4pGg6KGo44K9?=\r\n =?UTF-8?Q?=E5=9B=9E=E7=AD?=\r\n =?UTF-8?Q?=94.xlsx?="',
            b"filename", id="a character in two words",
        ),
        pytest.param(
            b'"=?x-unknown?B?h0CVXINcifGTmi54bHN4?="', b"filename", id="a charset nobody knows"
        ),
    ],
)  # fmt: skip
def test_names_in_every_writing(tmp_path: Path, written: bytes, parameter: bytes) -> None:
    assert only(received(tmp_path, eml(named(written, book("a"), parameter)))) == NAME


def test_a_name_in_the_content_type_is_a_name(tmp_path: Path) -> None:
    attached = part(book("a"), kind=f'application/octet-stream; name="=?UTF-8?B?{_BASE64}?="')
    assert only(received(tmp_path, eml(attached))) == NAME


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"..\\..\\CON.xlsx", "CON.xlsx"),
        ("../../etc/a.xlsx", "a.xlsx"),
        (r"C:\\x\\a.xlsx", "a.xlsx"),
        ("..", "名のない添付"),
        ("a\x01.xlsx", "a\ufffd.xlsx"),
    ],
)
def test_hostile_names_are_only_names(tmp_path: Path, written: str, shown: str) -> None:
    delivery = received(tmp_path, eml(part(book("a"), name=written)))
    assert names(delivery) == [f"返信.eml の中の {shown}"]
    assert list(tmp_path.iterdir()) == [tmp_path / "返信.eml"]


def test_an_attachment_without_a_name_is_received(tmp_path: Path) -> None:
    attached = part(book("a"), kind="application/octet-stream")
    assert only(received(tmp_path, eml(attached))) == "名のない添付"


def test_quoted_printable_and_raw_bytes(tmp_path: Path) -> None:
    data = book("改行\r\nと=のある")
    for encoding in ("quoted-printable", "binary", "8bit", "BASE64 ;"):
        mail = eml(part(data, encoding=encoding, name="a.xlsx"))
        (one,) = received(tmp_path, mail).files
        assert one.data == data


def test_damaged_base64_is_a_damaged_book(tmp_path: Path) -> None:
    """途中で切れた base64 も、ごみの混ざった base64 も、届いた分だけを受け取る。"""
    data = book("a" * 3000)
    mail = eml(part(data, name="a.xlsx"))
    cut = mail[: mail.index(b"UEsDB") + 301]
    (one,) = received(tmp_path, cut).files
    assert one.data == data[: len(one.data)]
    assert 200 < len(one.data) < 230
    dirty = mail.replace(b"UEsDB", b"\0 UEs*DB ")
    (one,) = received(tmp_path, dirty).files
    assert one.data == data


def test_line_ends_and_marks_of_mail_programs(tmp_path: Path) -> None:
    mail = eml(part(book("a"), name="a.xlsx"))
    for written in (
        mail.replace(b"\r\n", b"\n"),
        b"From - Sat Jul 20 00:15:00 2024\r\n" + mail,
        b"\xef\xbb\xbf" + mail,
        b"\r\n" + mail,
        b"ARC-Seal: i=1\r\n" + mail,
        b"X-Unknown: " + "表".encode("cp932") + b"\r\n" + mail,
    ):
        assert only(received(tmp_path, written)) == "a.xlsx"


def test_a_mail_may_hold_the_marks_of_other_kinds() -> None:
    """添付を 8 ビットのまま入れたメールの中に、ZIP の終わりの印や PDF の印がある。"""
    raw = eml(part(book("a"), encoding="binary", name="a.xlsx"))
    assert kind_of(raw) is Kind.MAIL
    assert kind_of(HEADERS + b"X-Note: %PDF-1.7\r\n\r\nbody") is Kind.MAIL
    assert kind_of(b"From: <Saved by Blink>\r\nSubject: a\r\nMIME-Version: 1.0\r\n"
                   b"Content-Type: multipart/related;\r\n") is Kind.DISGUISED  # fmt: skip
    related = HEADERS + b"Content-Type: multipart/related; boundary=x\r\n\r\n"
    assert kind_of(b"MIME-Version: 1.0\r\n" + related) is Kind.MAIL
    assert kind_of(b"X-Size: 1\nX-Note: 2\n") is Kind.TEXT


def test_forwarded_mails_are_opened(tmp_path: Path) -> None:
    inner = eml(
        part(book("a"), name="a.xlsx"),
        headers=b"From: shuno@example.lg.jp\r\nDate: Mon, 1 Jul 2024 10:00:00 +0900\r\n"
        b"Subject: =?UTF-8?B?NyDmnIgvMQ==?=\r\n",
    )
    for encoding in ("", "base64"):
        data = eml(forwarded(inner, encoding), part(book("b"), name="b.xlsx"))
        delivery = received(tmp_path, data)
        assert told(delivery) == []
        first, second = delivery.files
        assert first.name == "返信.eml の中の 7 月／1 の中の a.xlsx"
        assert first.mail is not None
        assert second.mail is not None
        sent = "2024-07-01T10:00:00+09:00"
        assert first.mail[:2] == ("shuno@example.lg.jp", sent)
        assert second.mail[:2] == (SENDER, SENT)
        assert first.mail.original == second.mail.original == delivery.others[0].digest
        assert len(delivery.others) == 1


def test_mails_attached_as_files_are_opened(tmp_path: Path) -> None:
    inner = eml(part(book("a"), name="a.xlsx"))
    message = outlook(Outlook(attachments=(Attached("b.xlsx", book("b")),)))
    octets = "application/octet-stream"
    data = eml(part(inner, kind=octets, name="in.eml"), part(message, kind=octets, name="in.msg"))
    delivery = received(tmp_path, data)
    assert told(delivery) == []
    assert names(delivery) == [
        "返信.eml の中の in.eml の中の a.xlsx",
        "返信.eml の中の in.msg の中の b.xlsx",
    ]
    assert [one.name for one in delivery.others] == ["返信.eml"]


def test_mails_in_folders_and_archives(tmp_path: Path) -> None:
    one, two = eml(part(book("a"), name="a.xlsx")), eml(part(book("b"), name="b.xlsx"))
    folder = tmp_path / "返信"
    folder.mkdir()
    (folder / "1.eml").write_bytes(one)
    (folder / "2.zip").write_bytes(zipped({"企画部/2.eml": two, "3.eml": one}))
    delivery = deliver([folder], opened)
    assert names(delivery) == [
        "返信/1.eml の中の a.xlsx",
        "返信/2.zip の中の 企画部/2.eml の中の b.xlsx",
    ]
    assert told(delivery) == [("R019", "返信/2.zip の中の 3.eml")]
    assert [one.data for one in delivery.others] == [one, two]


def test_a_file_that_came_by_mail_too_keeps_its_sender(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(book("a"))
    (tmp_path / "b.eml").write_bytes(eml(part(book("a"), name="a.xlsx")))
    delivery = deliver([tmp_path], opened)
    (one,) = delivery.files
    assert one.name.endswith("/a.xlsx")
    assert one.mail is not None
    assert one.mail.sender == SENDER


def test_too_deep_is_told(tmp_path: Path) -> None:
    data = eml(part(book("a"), name="a.xlsx"))
    for _ in range(3):
        data = eml(forwarded(data))
    assert told(received(tmp_path, data)) == []
    assert told(received(tmp_path, eml(forwarded(data)))) == [("R073", "返信.eml")]
    data = eml(part(book("a"), name="a.xlsx"))
    for number in range(4):
        data = eml(part(data, kind="application/octet-stream", name=f"{number}.eml"))
    ((code, name),) = told(received(tmp_path, data))
    assert (code, str(name).count(" の中の ")) == ("R073", 3)


def test_signed_mails_are_opened(tmp_path: Path) -> None:
    content = multipart([BODY, part(book("a"), name="a.xlsx")], boundary="=_in")
    signature = part(b"0\x80", kind="application/pkcs7-signature", name="smime.p7s")
    data = HEADERS + multipart([content, signature], 'signed; protocol="x"', "=_out")
    assert only(received(tmp_path, data)) == "a.xlsx"


@pytest.mark.parametrize(
    "locked",
    [
        part(b"0\x80", kind="application/pkcs7-mime; smime-type=enveloped-data", name="smime.p7m"),
        part(b"x", kind="application/x-microsoft-rpmsg-message", name="message.rpmsg"),
        multipart([part(b"Version: 1", kind="application/pgp-encrypted")], "encrypted", "=_e"),
    ],
)
def test_encrypted_mails_are_named(tmp_path: Path, locked: bytes) -> None:
    delivery = received(tmp_path, eml(locked))
    assert told(delivery) == [("R081", "返信.eml")]
    assert [one.suffix for one in delivery.others] == ["eml"]


def test_tnef_is_named(tmp_path: Path) -> None:
    tnef = b"\x78\x9f\x3e\x22" + bytes(50)
    data = eml(part(tnef, kind="application/ms-tnef", name="winmail.dat"))
    assert told(received(tmp_path, data)) == [("R080", "返信.eml の中の winmail.dat")]
    assert told(received(tmp_path, tnef, "winmail.dat")) == [("R080", "winmail.dat")]


def test_outlook_messages(tmp_path: Path) -> None:
    big = book("x" * 9000)
    data = outlook(
        Outlook(
            attachments=(
                Attached("①回答.xlsx", big),
                Attached("表ソ.xlsx", book("b"), narrow="cp932"),
                Attached("image001.png", PICTURE, content_id="a@b"),
                Attached("logo.png", PICTURE, hidden=True),
                Attached("invite.ics", b"BEGIN:VCALENDAR", "text/calendar"),
                Attached(
                    "転送",
                    Outlook(
                        subject="7/1 分",
                        sender="収納課",
                        address="/o=town/ou=x/cn=shuno",
                        sent=datetime(2024, 7, 1, 1, tzinfo=UTC),
                        attachments=(Attached("c.xlsx", book("c")),),
                    ),
                ),
            )
        )
    )
    delivery = received(tmp_path, data, "返信.msg")
    assert told(delivery) == []
    inner = "返信.msg の中の 7／1 分 の中の c.xlsx"
    assert names(delivery) == [inner, "返信.msg の中の ①回答.xlsx", "返信.msg の中の 表ソ.xlsx"]
    found = {one.name: one.mail and one.mail[:2] for one in delivery.files}
    assert found[inner] == ("収納課", "2024-07-01T10:00:00+09:00")
    assert found["返信.msg の中の ①回答.xlsx"] == (SENDER, SENT)
    assert delivery.files[1].data == big
    assert [(one.data, one.suffix) for one in delivery.others] == [(data, "msg")]


def test_an_outlook_message_that_came_from_outside_has_headers(tmp_path: Path) -> None:
    headers = HEADERS.decode().replace("kikaku", "other")
    attached = (Attached("a.xlsx", book("a")),)
    mail = opened(outlook(Outlook(headers=headers, sent=None, attachments=attached)))
    assert isinstance(mail, OpenedMail)
    assert (mail.sender, mail.sent) == ("経営企画課 <other@example.lg.jp>", SENT)


def test_a_signed_outlook_message_is_opened(tmp_path: Path) -> None:
    content = multipart([BODY, part(book("a"), name="a.xlsx")], boundary="=_in")
    signed = multipart([content], 'signed; protocol="x"', "=_out")
    for data, codes in ((signed, []), (b"0\x80", ["R081"])):
        attached = (Attached("smime.p7m", data, "multipart/signed"),)
        delivery = received(tmp_path, outlook(Outlook(attachments=attached)), "返信.msg")
        assert [code for code, _ in told(delivery)] == codes
        assert len(names(delivery)) == (not codes)


def test_outlook_messages_too_deep_or_without_a_form(tmp_path: Path) -> None:
    mail = Outlook(attachments=(Attached("a.xlsx", book("a")),))
    for _ in range(3):
        mail = Outlook(attachments=(Attached("", mail),))
    assert told(received(tmp_path, outlook(mail), "返信.msg")) == []
    deeper = Outlook(attachments=(Attached("", mail),))
    assert told(received(tmp_path, outlook(deeper), "返信.msg")) == [("R073", "返信.msg")]
    assert told(received(tmp_path, outlook(Outlook()), "返信.msg")) == [("R079", "返信.msg")]


def test_broken_outlook_messages(tmp_path: Path) -> None:
    whole = outlook(Outlook(attachments=(Attached("a.xlsx", book("a" * 9000)),)))
    empty = nested_compound({"__properties_version1.0": b""})
    assert told(received(tmp_path, empty, "返信.msg")) == [("R079", "返信.msg")]
    lost = nested_compound(
        {"__properties_version1.0": bytes(32), "__attach_version1.0_#00000000": {"x": b"y"}}
    )
    assert told(received(tmp_path, lost, "返信.msg")) == [("R010", "返信.msg")]
    for end in range(600, len(whole), 700):  # どこで切れても、止まらない
        cut = received(tmp_path, whole[:end], "返信.msg")
        assert {code for code, _ in told(cut)} <= {"R010", "R014", "R020", "R079", "R004"}


def _shared_streams() -> bytes:
    """どの流れも同じ所を指し、合わせるとファイルの何十倍にもなる入れ物。"""
    empty = {f"s{number:03}": b"" for number in range(99)}
    streams = {"__properties_version1.0": bytes(32), **empty, "zz": bytes(200_000)}
    data = bytearray(nested_compound(streams))
    at = data.index("zz".encode("utf-16-le") + b"\0\0")
    start, size = struct.unpack_from("<IQ", data, at + 116)
    for number in range(99):
        here = data.index(f"s{number:03}".encode("utf-16-le"))
        struct.pack_into("<IQ", data, here + 116, start, size)
    return bytes(data)


def _nested_parts(depth: int) -> bytes:
    data = part(book("a"), name="a.xlsx")
    for number in range(depth):
        data = multipart([data], boundary=f"=_{number}")
    return HEADERS + data


HOSTILE = {
    "nested parts": (_nested_parts(400), "R010"),
    "a header without an end": (HEADERS + b"X: " + b"a" * (mime.MAX_HEADER + 9), "R010"),
    "endless parts": (
        HEADERS + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 200_000,
        "R017",
    ),
    "boundaries without lines": (
        HEADERS + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"\r--x" * 500_000,
        "R010",
    ),
    "broken parameters": (
        eml(named(b"\"a\";filename*9" + b"9" * 5000 + b"*=UTF-8''x", b"abc", b"filename*0")),
        "R006",
    ),
    "streams that share their place": (_shared_streams(), "R010"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_refused_quickly(tmp_path: Path, name: str) -> None:
    data, code = HOSTILE[name]
    start = time.perf_counter()
    assert [one for one, _ in told(received(tmp_path, data))] == [code]
    assert time.perf_counter() - start < 5


def test_ordinary_depths_are_no_bombs(tmp_path: Path) -> None:
    assert only(received(tmp_path, _nested_parts(8))) == "a.xlsx"


def test_the_members_of_mails_count_like_those_of_archives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unzipping.Budget, "spend_members", lambda _, count: count <= 3)
    parts = [part(book(str(n)), name=f"{n}.xlsx") for n in range(4)]
    assert told(received(tmp_path, eml(*parts))) == [("R017", "返信.eml")]
    monkeypatch.setattr(delivery, "MAX_FILE_BYTES", 3000)
    mail = eml(part(b"PK" + bytes(3001), name="b.xlsx", encoding="quoted-printable"))
    path = tmp_path / "返信.zip"
    path.write_bytes(zipped({"返信.eml": mail}))
    monkeypatch.setattr(unzipping, "MAX_FILE_BYTES", 1 << 20)
    found = deliver([path], opened)
    assert told(found) == [("R003", "返信.zip の中の 返信.eml の中の b.xlsx")]


def test_texts_of_headers() -> None:
    assert decoded(_JIS) == NAME
    assert decoded(b"\x1b(I1\x1b(B") == "ｱ"
    assert plain_words("a =?UTF-8?B?5Zue?= b =?UTF-8?Q?=E7=AD=94?=") == "a 回 b 答"
    assert plain_words("=?UTF-8?B?5Z?=") == decoded(b"\xe5")
    assert sender_of(None) is None
    assert sender_of('"a@b" <a@b>') == "a@b"
    assert sender_of("経営企画課") == "経営企画課"
    assert sent_at("Sat, 20 Jul 2024 09:15:00") == SENT
    assert sent_at("きのう") is sent_at(None) is sent_at("Sat, 99 Jul 99999 09:15:00") is None


def test_the_answer_of_the_child_is_checked() -> None:
    mail = open_mail(eml(part(book("a"), name="a.xlsx")))
    reply = dump_mail(mail)
    assert understand_mail(reply) == mail
    for wrong in (reply[:-1], reply + b"x", reply[:20], b"\0mail" + bytes(8), b"{}", b"[]"):
        with pytest.raises(SheetgenError) as raised:
            understand_mail(wrong)
        assert [one.code for one in raised.value.problems] == ["R035"]
    unknown = dump_mail(mail._replace(problems=("R999",)))  # type: ignore[arg-type]
    with pytest.raises(SheetgenError):
        understand_mail(unknown)


def read(paths: Sequence[Path], limits: Limits | None = None) -> tuple[list[str], list[str]]:
    """子のプロセスで読んだ、ファイルの名と、受け付けの問題の符号。"""
    with GuardedReader(limits) as reader:
        reading = reader.read(paths)
        return [one.delivered.name for one in reading.files], [p.code for p in reading.problems]


def test_mails_are_opened_by_the_guarded_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """開くのは子で、親のプロセスは、メールを解く部品を読み込まない。"""
    (tmp_path / "a.eml").write_bytes(eml(part(book("a"), name="a.xlsx")))
    (tmp_path / "b.msg").write_bytes(outlook(Outlook(attachments=(Attached("b.xlsx", book("b")),))))
    for name in ("oxmsg", "sheetgen.reading.mime", "sheetgen.reading.outlook"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    found, codes = read([tmp_path])
    assert [one.rpartition(" の中の ")[2] for one in found] == ["a.xlsx", "b.xlsx"]
    assert codes == []
    assert not {"oxmsg", "sheetgen.reading.mime", "sheetgen.reading.outlook"} & set(sys.modules)


def test_a_mail_over_the_limits_of_the_child_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(eml(part(book("a"), name="a.xlsx")))
    (tmp_path / "b.eml").write_bytes(eml(part(bytes(2 << 20), name="b.xlsx")))
    (tmp_path / "c.eml").write_bytes(eml(part(book("c"), name="c.xlsx")))
    found, codes = read([tmp_path], Limits(answer_bytes=1 << 20))
    assert [one.rpartition(" の中の ")[2] for one in found] == ["a.xlsx", "c.xlsx"]
    assert codes == ["R010"]
