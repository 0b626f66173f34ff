"""Outlook のメッセージ（``.msg``）を、添付に分ける。

入れ物（OLE2）は、数と大きさを確かめてから開く（:mod:`sheetgen.reading.compound`）。中の性質
（プロパティ）を読むのは python-oxmsg で、日本語の添付の名に要る文字の符号と、添付されたメッセージの
見出しの大きさは、ここで補う。限りのある子プロセスの中で動かす。出典: [MS-OXMSG]、[MS-OXPROPS]。
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.parser import HeaderParser
from email.policy import compat32

from oxmsg.domain import constants as names
from oxmsg.storage import Storage

from sheetgen.reading.archive import refuse
from sheetgen.reading.compound import Compound
from sheetgen.reading.mail_parts import (
    LOCKED,
    TOO_DEEP,
    MailPart,
    MailProblem,
    OpenedMail,
    Passage,
    RawPart,
    wanted,
)
from sheetgen.reading.mime import (
    MAX_HEADER,
    UNOPENED,
    MimeReader,
    decoded,
    in_japan,
    sender_line,
    sender_of,
    sent_at,
)
from sheetgen.reading.unzipping import MAX_DEPTH

_SEGMENT = struct.Struct("<HHI8s")
"""性質の一つ：型、番号、印、値。"""
_WHOLE, _INNER, _ATTACHED = 32, 24, 8
"""性質の並びの前の見出しの大きさ：メッセージ、添付されたメッセージ、添付。"""
_BY_MESSAGE = 5
"""添付のしかた：メッセージそのもの。"""
_IN_BODY = 0x4
"""添付の印：本文の中に見せる。"""
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_CODE_PAGES = {932: "cp932", 65001: "utf-8", 50220: "iso2022_jp", 50221: "iso2022_jp",
               50222: "iso2022_jp", 51932: "euc_jp", 20932: "euc_jp"}  # fmt: skip


class _Properties:
    """一つの入れ物の性質。

    :raises SheetgenError: 性質の並びがない（R010）。
    """

    def __init__(self, storage: Storage, offset: int, encoding: str = "") -> None:
        self._storage = storage
        try:
            raw = storage.properties_stream_bytes[offset:]
        except KeyError:
            raise refuse(UNOPENED) from None
        usable = len(raw) - len(raw) % _SEGMENT.size
        self._found: dict[int, tuple[int, bytes]] = {}
        for kind, number, _, value in _SEGMENT.iter_unpack(raw[:usable]):
            self._found.setdefault(number, (kind, value))
        page = self.number(names.PID_MESSAGE_CODEPAGE) or self.number(names.PID_INTERNET_CODEPAGE)
        self.encoding = encoding or _CODE_PAGES.get(page or 0, f"cp{page}" if page else "cp932")

    def number(self, number: int) -> int | None:
        """整数か真偽の値。"""
        found = self._found.get(number)
        return int.from_bytes(found[1][:4], "little") if found else None

    def content(self, number: int) -> bytes | None:
        """バイト列の値。"""
        return self._stream(number, names.PTYP_BINARY)

    def text(self, number: int) -> str:
        """文字の値。なければ空。"""
        raw = self._stream(number, names.PTYP_STRING)
        if raw is not None:
            return raw.decode("utf-16-le", "replace").rstrip("\0")
        return decoded(self._stream(number, names.PTYP_STRING8) or b"", self.encoding).rstrip("\0")

    def moment(self, number: int) -> str | None:
        """日時の値（ISO 8601、日本の時刻）。"""
        found = self._found.get(number)
        ticks = int.from_bytes(found[1], "little") if found else 0
        try:
            return in_japan(_EPOCH + timedelta(microseconds=ticks // 10)) if ticks else None
        except OverflowError:
            return None

    def _stream(self, number: int, kind: int) -> bytes | None:
        try:
            return self._storage.property_stream_bytes(number, kind)
        except KeyError:
            return None


class _OutlookReader:
    """一つのメッセージを、添付に分ける。"""

    def __init__(self) -> None:
        self.problems: list[MailProblem] = []

    def parts(self, storage: Storage, own: _Properties, passage: Passage) -> Iterator[MailPart]:
        """添付のうち、様式になりうるもの。"""
        for attached in storage.iter_attachment_storages():
            about = _Properties(attached, _ATTACHED, own.encoding)
            if about.number(names.PID_ATTACH_METHOD) == _BY_MESSAGE:
                yield from self._forwarded(attached, passage)
                continue
            name = about.text(names.PID_ATTACH_LONG_FILENAME) or about.text(
                names.PID_ATTACH_FILENAME
            )
            kind = about.text(names.PID_ATTACH_MIME_TAG).lower()
            data = about.content(names.PID_ATTACH_DATA_BINARY) or b""
            if name.lower() in ("smime.p7m", "message.rpmsg"):
                yield from self._wrapped(data, passage)
                continue
            flags = about.number(names.PID_ATTACH_FLAGS) or 0
            is_inner = bool(about.number(names.PID_ATTACHMENT_HIDDEN) or flags & _IN_BODY)
            placed = bool(about.text(names.PID_ATTACH_CONTENT_ID))
            disposition = "inline" if is_inner else "attachment"
            part = RawPart(name, kind, disposition, placed, is_inner, data)
            if wanted(part):
                yield MailPart(name, passage, data)

    def _forwarded(self, attached: Storage, passage: Passage) -> Iterator[MailPart]:
        """添付されたメッセージ。"""
        if len(passage.forwarded) >= MAX_DEPTH:
            self._tell(TOO_DEEP)
            return
        wanted_name = f"__substg1.0_{names.PID_ATTACH_DATA_BINARY:04X}{names.PTYP_OBJECT:04X}"
        for inner in attached.storages:
            if inner.name.upper() == wanted_name.upper():
                own = _Properties(inner, _INNER)
                subject = own.text(names.PID_SUBJECT)
                nested = Passage(
                    (*passage.forwarded, subject),
                    _sender(own) or passage.sender,
                    _sent(own) or passage.sent,
                )
                yield from self.parts(inner, own, nested)

    def _wrapped(self, data: bytes, passage: Passage) -> Iterator[MailPart]:
        """署名か暗号で包まれたメール。署名だけなら、中のメールはそのまま読める。"""
        if not data[:200].lstrip().lower().startswith(b"content-type: multipart/signed"):
            self._tell(LOCKED)
            return
        reader = MimeReader(data.lstrip())
        yield from reader.parts_of(passage)
        for code in reader.problems:
            self._tell(code)

    def _tell(self, code: MailProblem) -> None:
        if code not in self.problems:
            self.problems.append(code)


def _sender(own: _Properties) -> str | None:
    """差出人。届いたメールの見出しがあれば、それから。"""
    if found := sender_of(_headers(own).get("from")):
        return found
    name = own.text(names.PID_SENDER_NAME) or own.text(names.PID_SENT_REPRESENTING_NAME)
    address = own.text(names.PID_SENDER_SMTP_ADDRESS) or own.text(names.PID_SENDER_EMAIL_ADDRESS)
    # 同じ組織の中では、アドレスでなく名簿の道（/o=…）が書かれる。
    return sender_line(name, address if "@" in address else "")


def _sent(own: _Properties) -> str | None:
    return (
        own.moment(names.PID_CLIENT_SUBMIT_TIME)
        or sent_at(_headers(own).get("date"))
        or own.moment(names.PID_MESSAGE_DELIVERY_TIME)
    )


def _headers(own: _Properties) -> dict[str, str]:
    text = own.text(names.PID_TRANSPORT_MESSAGE_HEADERS)[:MAX_HEADER]
    found = HeaderParser(policy=compat32).parsestr(text)
    return {name.lower(): str(value) for name, value in reversed(found.items())}


def read_outlook(data: bytes) -> OpenedMail:
    """Outlook のメッセージを開く。

    :raises SheetgenError: 壊れている（R010、R020）。
    """
    storage = Compound(data).built(Storage.from_ole)
    own = _Properties(storage, _WHOLE)
    reader = _OutlookReader()
    passage = Passage((), _sender(own), _sent(own))
    parts = tuple(reader.parts(storage, own, passage))
    return OpenedMail(passage.sender, passage.sent, parts, tuple(reader.problems))
