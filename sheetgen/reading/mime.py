"""保存したメール（``.eml``）を、添付に分ける。

分けるのは、もとのバイト列の範囲だけで、写しは添付の中身にしか作らない。境目の輪や入れ子の爆弾に
大きさの何倍もの時間やメモリーを使わないよう、数と深さをここで限る。見出しの解釈だけは
標準ライブラリに任せるので、限りのある子プロセスの中で動かす。出典: RFC 2045、2046、5322、8551。
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from typing import NamedTuple

from sheetgen.reading.archive import refuse
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
from sheetgen.reading.mail_text import (
    attached_name,
    decoded,
    from_base64,
    plain_words,
    sender_of,
    sent_at,
)
from sheetgen.reading.unzipping import MAX_DEPTH, MAX_FILES

MAX_HEADER = 256 << 10
"""一つの見出しの大きさの上限。中継を重ねたメールでも数十 KiB である。"""
MAX_NESTING = 30
"""部分の中の部分の深さの上限。ふつうのメールは 4 ほどである。"""
_BOUNDARY_REST = 200
"""境目の行に、境目のあとで付いてよい空白の数。"""
UNOPENED = "R010"
"""メールを開けないときの符号。"""
_LOCKED = {
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
    "application/x-microsoft-rpmsg-message",
    "multipart/encrypted",
}


class _Span(NamedTuple):
    """もとのバイト列の中の範囲。"""

    start: int
    end: int


class MimeReader:
    """一つのバイト列の中のメールを、添付に分ける。

    :raises SheetgenError: 見出しが大きすぎるか、入れ子が深すぎる（R010）、部分が多すぎる（R017）。
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._count = 0
        self.problems: list[MailProblem] = []

    def read(self) -> OpenedMail:
        """メール全体。"""
        whole = _Span(_past_envelope(self._data), len(self._data))
        head, body = self._opened(whole)
        passage = Passage((), sender_of(head["from"]), sent_at(head["date"]))
        parts = tuple(self._walk(head, body, passage, 0))
        return OpenedMail(passage.sender, passage.sent, parts, tuple(self.problems))

    def parts_of(self, passage: Passage) -> Iterator[MailPart]:
        """署名の付いたメールの、署名で包まれた中身（それだけで一つの部分）の添付。"""
        head, body = self._opened(_Span(0, len(self._data)))
        yield from self._walk(head, body, passage, 0)

    def _walk(
        self, head: Message, body: _Span, passage: Passage, depth: int, related: bool = False
    ) -> Iterator[MailPart]:
        self._count += 1
        if self._count > MAX_FILES:
            raise refuse("R017", limit=MAX_FILES)
        if depth > MAX_NESTING:
            raise refuse(UNOPENED)
        kind = head.get_content_type()
        if kind in _LOCKED:
            self._tell(LOCKED)
        elif kind.startswith("multipart/") and (boundary := _boundary(head)):
            inner_related = kind == "multipart/related"
            for span in self._split(body, boundary):
                inner = self._opened(span)
                yield from self._walk(*inner, passage, depth + 1, inner_related)
        elif kind in ("message/rfc822", "message/global"):
            yield from self._forwarded(head, body, passage, depth)
        else:
            part = RawPart(
                attached_name(head), kind, head.get_content_disposition() or "",
                bool(head["content-id"] or head["content-location"]), related,
                self._content(head, body),
            )  # fmt: skip
            if wanted(part):
                yield MailPart(part.name, passage, part.data)

    def _forwarded(
        self, head: Message, body: _Span, passage: Passage, depth: int
    ) -> Iterator[MailPart]:
        """転送されたメール。添付の差出人と日時は、そのメールのものになる。"""
        if len(passage.forwarded) >= MAX_DEPTH:
            self._tell(TOO_DEEP)
            return
        encoded = _encoding(head)
        if encoded in ("base64", "quoted-printable"):  # 決まりに反するが、書くプログラムがある
            reader = MimeReader(self._content(head, body))
            reader._count = self._count
            inner, span = reader._opened(_Span(0, len(reader._data)))
        else:
            reader = self
            inner, span = self._opened(body)
        subject = plain_words(" ".join(str(inner["subject"] or "").split()))
        nested = Passage(
            (*passage.forwarded, subject or attached_name(head)),
            sender_of(inner["from"]) or passage.sender,
            sent_at(inner["date"]) or passage.sent,
        )
        yield from reader._walk(inner, span, nested, depth + 1)
        if reader is not self:
            self._count = reader._count
            self.problems += reader.problems

    def _opened(self, span: _Span) -> tuple[Message, _Span]:
        """見出しと、本体の範囲。"""
        start, end = span
        if self._data[start : start + 1] == b"\n" or self._data[start : start + 2] == b"\r\n":
            return Message(compat32), _Span(start, end)  # 見出しのない部分
        limit = min(end, start + MAX_HEADER)
        found = [
            (at, len(gap))
            for gap in (b"\n\r\n", b"\n\n")
            if (at := self._data.find(gap, start, limit)) >= 0
        ]
        if not found and limit < end:
            raise refuse(UNOPENED)
        at, gap = min(found, default=(end, 0))
        head = decoded(self._data[start:at])
        return HeaderParser(policy=compat32).parsestr(head), _Span(min(at + gap, end), end)

    def _split(self, body: _Span, boundary: bytes) -> Iterator[_Span]:
        """境目の行で分けた部分。終わりの境目がなければ、終わりまで。"""
        mark = b"--" + boundary
        data, start, at = self._data, None, body.start
        while (at := data.find(mark, at, body.end)) >= 0:
            here, at = at, at + len(mark)
            if here != body.start and data[here - 1] != 0x0A:
                continue
            line_end = data.find(b"\n", at, min(body.end, at + _BOUNDARY_REST))
            if line_end < 0:
                if body.end - at > _BOUNDARY_REST:
                    continue
                line_end = body.end
            rest = data[at:line_end].rstrip()
            if rest not in (b"", b"--"):
                continue
            if start is not None:
                yield _Span(start, max(start, _before_newline(data, here)))
            if rest:
                return
            start = min(line_end + 1, body.end)
        if start is not None:
            yield _Span(start, body.end)

    def _content(self, head: Message, body: _Span) -> bytes:
        raw = self._data[body.start : body.end]
        encoding = _encoding(head)
        if encoding == "base64":
            return from_base64(raw)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(raw)
        return raw

    def _tell(self, code: MailProblem) -> None:
        if code not in self.problems:
            self.problems.append(code)


def _past_envelope(data: bytes) -> int:
    """初めの ``From …`` の行（メールソフトの書き出した形の印）と、印の文字のあと。"""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while data[start : start + 1] in (b"\r", b"\n", b" ", b"\t") and start < MAX_HEADER:
        start += 1
    if data.startswith((b"From ", b">From "), start):
        line_end = data.find(b"\n", start, start + MAX_HEADER)
        return line_end + 1 if line_end >= 0 else start
    return start


def _before_newline(data: bytes, at: int) -> int:
    """境目の前の改行は、境目のもの。"""
    if data[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1


def _boundary(head: Message) -> bytes:
    try:
        found = head.get_boundary()
    except Exception:  # 崩れた値に何が上がるかを、標準ライブラリは決めていない
        return b""
    return found.encode("utf-8", "replace") if found else b""


def _encoding(head: Message) -> str:
    return str(head["content-transfer-encoding"] or "").strip().lower()


def read_mime(data: bytes) -> OpenedMail:
    """保存したメールを開く。例外は :class:`MimeReader` と同じ。"""
    return MimeReader(data).read()
