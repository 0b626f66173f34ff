"""保存したメール（``.eml``）を、添付に分ける。

分けるのは、もとのバイト列の範囲だけで、写しは添付の中身にしか作らない。境目の輪や入れ子の爆弾に
大きさの何倍もの時間やメモリーを使わないよう、数と深さをここで限る。見出しの解釈だけは
標準ライブラリに任せるので、限りのある子プロセスの中で動かす。

見出しの文字は ASCII だけのはずだが、日本のメールには、ISO-2022-JP や cp932 をそのまま書いたもの、
一字の途中で語を分けたもの、符号の名を偽ったものがある。どれも、読めるところまで読む。
出典: RFC 2045～2047、2231、1468、5322、8551。
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import parseaddr, parsedate_to_datetime
from typing import NamedTuple

from sheetgen.reading.archive import refuse
from sheetgen.reading.file_names import shown
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

    :raises SheetgenError: 見出しが大きすぎるか、入れ子が深すぎるか、部分が一つもない（R010）、
        部分が多すぎる（R017）。
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
            is_empty = True
            for span in self._split(body, boundary):
                is_empty = False
                inner = self._opened(span)
                yield from self._walk(*inner, passage, depth + 1, kind == "multipart/related")
            if is_empty and depth == 0:  # 見出しのあとが失われている
                raise refuse(UNOPENED)
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
            for code in reader.problems:
                self._tell(code)

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
    written = str(head["content-transfer-encoding"] or "").replace(";", " ").lower().split()
    return written[0] if written else ""


def read_mime(data: bytes) -> OpenedMail:
    """保存したメールを開く。例外は :class:`MimeReader` と同じ。"""
    return MimeReader(data).read()


JST = timezone(timedelta(hours=9))
"""日本の時刻。送った PC やサーバーの時差によらず、同じ形で記録する。"""
LONGEST_VALUE = 4096
"""差出人と日時の欄を読む長さ。"""
_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_ESCAPE = re.compile(rb"(\x1b(?:\$[@B]|\([BJI]|\$\(D))")
_GUESSES = ("utf-8", "cp932")
_JAPANESE = {
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "sjis", "ms_kanji"), "cp932"),
    **dict.fromkeys(("windows-31j", "ms932", "cp943"), "cp932"),
}
"""日本のメールに書かれる符号の名と、実際の符号。"""


def decoded(raw: bytes, charset: str = "") -> str:
    """符号の名を手がかりに、バイト列を文字にする。合わなければ、ありそうな符号で読む。"""
    if b"\x1b" in raw:
        return _from_jis(raw)
    name = _JAPANESE.get(charset.lower(), charset)
    for encoding in (name, *_GUESSES):
        try:
            return raw.decode(codecs.lookup(encoding).name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return raw.decode("cp932", "replace")


def _from_jis(raw: bytes) -> str:
    """ISO-2022-JP。①などの NEC 特殊文字も読むため、シフト JIS に直してから読む。"""
    out = bytearray()
    mode = b"\x1b(B"
    for piece in _ESCAPE.split(raw):
        if _ESCAPE.fullmatch(piece):
            mode = piece
        elif mode == b"\x1b(I":
            out += bytes(one | 0x80 for one in piece)
        elif mode == b"\x1b$(D":  # 補助漢字は、cp932 にない
            out += "〓".encode("cp932") * (len(piece) // 2)
        elif mode.startswith(b"\x1b$"):
            for first, second in zip(piece[::2], piece[1::2], strict=False):
                out += _shifted(first & 0x7F, second & 0x7F)
        else:
            out += piece
    return out.decode("cp932", "replace")


def _shifted(first: int, second: int) -> bytes:
    """JIS の二バイトを、シフト JIS の二バイトにする。"""
    lead = (first - 0x21) // 2 + 0x81
    lead += 0x40 if lead > 0x9F else 0
    trail = second + (0x7E if first % 2 == 0 else 0x1F + (second >= 0x60))
    return bytes((lead & 0xFF, trail & 0xFF))


def plain_words(text: str) -> str:
    """encoded-word（``=?UTF-8?B?…?=``）を解く。分けられた一字は、つないでから読む。"""
    out: list[str] = []
    waiting: tuple[str, bytes] | None = None
    last = 0
    for match in _WORD.finditer(text):
        between = text[last : match.start()]
        charset, how, body = match.group(1).lower(), match.group(2).lower(), match.group(3)
        raw = _word_bytes(body, how)
        if waiting and not between.strip() and waiting[0] == charset:
            waiting = (charset, waiting[1] + raw)
        else:
            if waiting:
                out.append(decoded(waiting[1], waiting[0]))
            if not waiting or between.strip():
                out.append(between)
            waiting = (charset, raw)
        last = match.end()
    if waiting:
        out.append(decoded(waiting[1], waiting[0]))
    out.append(text[last:])
    return "".join(out)


def _word_bytes(body: str, how: str) -> bytes:
    if how == "b":
        return from_base64(body.encode("ascii", "replace"))
    return binascii.a2b_qp(body.encode("ascii", "replace"), header=True)


_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)


def from_base64(raw: bytes) -> bytes:
    """base64 を解く。余計な字は除き、途中で切れていれば、そこまでを返す。"""
    clean = raw.translate(None, _NOT_BASE64)
    rest = len(clean) % 4
    clean = clean[: len(clean) - 1] if rest == 1 else clean + b"=" * (-len(clean) % 4)
    return binascii.a2b_base64(clean)


def sender_of(value: str | None) -> str | None:
    """``経営企画課 <kikaku@city.example.jp>`` の形の差出人。書かれていなければ ``None``。"""
    line = _one_line(value)
    if not line:
        return None
    name, address = parseaddr(line)
    if "@" not in address:
        return shown(plain_words(line)) or None
    return sender_line(plain_words(name), address)


def sender_line(name: str, address: str) -> str | None:
    """差出人の名とアドレスを、一行にする。"""
    name, address = " ".join(name.split()), address.strip()
    if not name or name == address:
        return shown(address) or None
    return shown(f"{name} <{address}>" if address else name)


def sent_at(value: str | None) -> str | None:
    """送った日時（ISO 8601、日本の時刻）。書かれていないか読めなければ ``None``。"""
    try:
        at = parsedate_to_datetime(_one_line(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return in_japan(at)


def in_japan(at: datetime) -> str | None:
    """日本の時刻の ISO 8601。時差の書かれていないものは、日本の時刻とみなす。"""
    try:
        local = at.replace(tzinfo=JST) if at.tzinfo is None else at.astimezone(JST)
    except (ValueError, OverflowError):
        return None
    return local.isoformat(timespec="seconds")


def _one_line(value: str | None) -> str:
    return " ".join(str(value or "")[:LONGEST_VALUE].split())


def attached_name(part: Message) -> str:
    """添付の名。どこにも書かれていなければ空。"""
    return _named(part, "content-disposition", "filename") or _named(part, "content-type", "name")


def _named(part: Message, header: str, name: str) -> str:
    """見出しの一つの値。``filename*``（RFC 2231）があれば、``filename`` より確かである。"""
    try:
        found = [value for key, value in part.get_params([], header) if key.lower() == name]
    except Exception:  # 崩れた値に何が上がるかを、標準ライブラリは決めていない
        return ""
    for value in found:
        if isinstance(value, tuple):
            charset, _, text = value
            return plain_words(decoded(text.encode("latin-1", "replace"), charset or ""))
    return plain_words(" ".join(found[0].split())) if found else ""
