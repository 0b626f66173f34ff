"""保存したメール（``.eml``）の見本を、見出しと部分から組み立てる。"""

from __future__ import annotations

import base64
import hashlib
import quopri
from collections.abc import Sequence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADERS = (
    b"From: =?UTF-8?B?57WM5Za25LyB55S76Kqy?= <kikaku@example.lg.jp>\r\n"
    b"Date: Sat, 20 Jul 2024 00:15:00 +0000\r\n"
    b"Subject: =?UTF-8?B?5Zue562U?=\r\n"
    b"MIME-Version: 1.0\r\n"
)
SENDER = "経営企画課 <kikaku@example.lg.jp>"
SENT = "2024-07-20T09:15:00+09:00"
BODY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nbody\r\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(60_000)


def part(
    data: bytes, *headers: bytes, kind: str = XLSX, encoding: str = "base64", name: str = ""
) -> bytes:
    """一つの部分。``name`` があれば、添付の名（ASCII）。"""
    lines = [f"Content-Type: {kind}".encode(), f"Content-Transfer-Encoding: {encoding}".encode()]
    if name:
        lines.append(f'Content-Disposition: attachment; filename="{name}"'.encode())
    lines += headers
    body = data
    if "base64" in encoding.lower():
        body = base64.encodebytes(data).replace(b"\n", b"\r\n")
    elif encoding == "quoted-printable":
        body = quopri.encodestring(data).replace(b"\n", b"\r\n")
    return b"\r\n".join([*lines, b"", body])


def multipart(parts: Sequence[bytes], kind: str = "mixed", boundary: str = "=_1") -> bytes:
    """部分をまとめた一つの部分。"""
    mark = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(mark + b"\r\n" + one + b"\r\n" for one in parts) + mark + b"--\r\n"


def eml(*parts: bytes, headers: bytes = HEADERS, kind: str = "mixed") -> bytes:
    """本文と ``parts`` のメール。境目は、メールごとに違う。"""
    mark = hashlib.sha256(b"".join(parts)).hexdigest()[:20]
    return headers + multipart([BODY, *parts], kind, f"=_{mark}")


def named(name: bytes, data: bytes, parameter: bytes = b"filename") -> bytes:
    """名を、書かれたバイトのまま入れた添付。"""
    return part(data, b"Content-Disposition: attachment; " + parameter + b"=" + name)


def forwarded(mail: bytes, encoding: str = "") -> bytes:
    """転送されたメール。"""
    if encoding:
        return part(mail, kind="message/rfc822", encoding=encoding)
    return b"Content-Type: message/rfc822\r\n\r\n" + mail
