"""依頼文・督促に渡す値と、メールの下書き（``.eml``）。

:class:`LetterText` の欄の名が、``templates/letters`` のテンプレートで使えることば。
事務局のための一覧は docs/letters.md にある。

出典: RFC 5322、RFC 2045～2047、RFC 2231。``X-Unsent`` があると、Outlook は送る前の下書きとして
開く。From（Outlook が差出人を入れる）、Date と Message-ID（送るときに付く）は書かず、
境界の文字は決めておく。同じメールは同じバイト列になり、作った PC のことは何も残らない。
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.policy import compat32
from io import BytesIO
from urllib.parse import quote

from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.messages.vocabulary import terms as spoken
from sheetgen.plan.text import writable


@dataclass(frozen=True, slots=True)
class LetterItem:
    """手紙に挙げる実施項目。``note`` は共管などの注記（なければ空）。"""

    id: str
    label: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LetterFile:
    """手紙に挙げる、読み取れなかったファイル。"""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class LetterText:
    """一つの課への手紙の値。分からないもの、決まっていないものは空の文字。

    ``section`` は宛先の課の正式な名。``items`` はブック ``file`` に様式のある実施項目、
    ``joint`` は様式がほかの課へ行った共同の実施項目。督促では、``missing`` は答えのない実施項目、
    ``questioned`` は差し戻して答え直されていないもの、``days_late`` は期限からの日数（0 以下なら、
    まだ過ぎていない）、``unreadable`` は届いたが読み取れなかったファイル、``provisional`` は、
    暫定の値の確定を待つ実施項目（``note`` は、その欄の名）。
    ``terms`` は計画のことば（``terms.item`` は項目の名）。
    """

    municipality: str
    plan_title: str
    office: str
    phone: str
    email: str
    section: str
    round: str
    fiscal_year: int
    task: str
    deadline: str
    file: str
    items: tuple[LetterItem, ...]
    joint: tuple[LetterItem, ...] = ()
    missing: tuple[LetterItem, ...] = ()
    questioned: tuple[LetterItem, ...] = ()
    days_late: int = 0
    unreadable: tuple[LetterFile, ...] = ()
    terms: Vocabulary = field(default_factory=spoken)
    provisional: tuple[LetterItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """できた手紙。``page`` は印刷する紙面（HTML）。"""

    subject: str
    text: str
    page: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """メールに添えるファイル。"""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """メールの下書き。``to`` は宛先のメールアドレス（なければ空）、``addressee`` はその名。"""

    addressee: str
    to: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = field(default=())


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOUNDARY = "=_sheetgen-mail-1_="
"""部分の境目。base64 には現れない文字の並び。"""
LINE = 76
_WORD_BYTES = 42
"""一つの encoded-word に入れるバイト数。全体で75字までという決まりに収まる。"""


# ヘッダーの折り返しは、ここで決める。Python の版によって変わらないようにする。
_POLICY = compat32.clone(linesep="\r\n", max_line_length=0, mangle_from_=False)


def render_mail(mail: Mail) -> bytes:
    """メールの下書きのファイルの中身。"""
    message = Message(_POLICY)
    message["X-Unsent"] = "1"
    if mail.to:
        message["To"] = _recipients(mail)
    message["Subject"] = _words(mail.subject, "Subject")
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = f'multipart/mixed; boundary="{BOUNDARY}"'
    message.set_payload([_body(mail.text), *map(_attached, mail.attachments)])
    out = BytesIO()
    BytesGenerator(out, policy=_POLICY).flatten(message)
    return out.getvalue()


def _body(text: str) -> Message:
    part = Message(_POLICY)
    part["Content-Type"] = 'text/plain; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "base64"
    # 文の改行は CRLF と決まっている（RFC 2046 4.1.1）。
    lines = text.replace("\r\n", "\n").split("\n")
    part.set_payload(_base64("\r\n".join(lines).encode("utf-8", "replace")))
    return part


def _attached(one: Attachment) -> Message:
    """添付ファイル。名は二通りに書く。

    正しいのは ``filename*``（RFC 2231）。それを知らないもの（古い Outlook など）は、
    encoded-word で書いた ``name`` を読む。``filename*`` は一行に書く。
    行を分けた形が分かるプログラムは、もっと少ない。
    """
    part = Message(_POLICY)
    name = writable(one.name)
    words = "\r\n ".join(_encoded_words(name))
    part["Content-Type"] = f'{XLSX};\r\n name="{words}"'
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Disposition"] = f"attachment;\r\n filename*=UTF-8''{quote(name, safe='')}"
    part.set_payload(_base64(one.data))
    return part


def _recipients(mail: Mail) -> str:
    """``課の名 <住所>`` を並べる。"""
    name = "\r\n ".join(_encoded_words(mail.addressee))
    return ",\r\n ".join(f"{name}\r\n <{address}>" for address in mail.to)


def _words(text: str, header: str) -> str:
    """ヘッダーの文（RFC 2047）。"""
    line = " ".join(writable(text).split())
    if line.isascii():
        return Header(line, "us-ascii", header_name=header).encode(linesep="\r\n")
    return "\r\n ".join(_encoded_words(line))


def _encoded_words(text: str) -> Iterator[str]:
    """``=?UTF-8?B?…?=`` を並べる。一字を二つの語に分けない。"""
    piece = b""
    for one in text:
        data = one.encode("utf-8")
        if piece and len(piece) + len(data) > _WORD_BYTES:
            yield _word(piece)
            piece = b""
        piece += data
    yield _word(piece)


def _word(data: bytes) -> str:
    return f"=?UTF-8?B?{base64.b64encode(data).decode('ascii')}?="


def _base64(data: bytes) -> str:
    text = base64.b64encode(data).decode("ascii")
    lines = [text[start : start + LINE] for start in range(0, len(text), LINE)]
    return "\r\n".join([*lines, ""])
