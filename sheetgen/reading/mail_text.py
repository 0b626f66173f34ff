"""メールの見出しの文字：差出人、日時、添付の名。

メールの見出しは ASCII だけのはずだが、日本のメールには、ISO-2022-JP や cp932 をそのまま書いた
もの、一字の途中で語を分けたもの、符号の名を偽ったものがある。どれも、読めるところまで読む。
出典: RFC 2047、RFC 2231、RFC 1468。
"""

from __future__ import annotations

import binascii
import codecs
import re
from datetime import datetime, timedelta, timezone
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from sheetgen.reading.file_names import shown

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
