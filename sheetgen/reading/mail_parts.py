"""開いたメールの形と、様式になりうる添付を選ぶこと。

署名の絵、予定表、本文のウェブページなどは、どのメールにもあり、様式ではない。黙って除く
（メールの原本には残る）。
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from sheetgen.reading.file_names import extension
from sheetgen.reading.kinds import BOOKS, Kind, kind_of


class Passage(NamedTuple):
    """添付の通ってきた道。

    ``forwarded`` は、転送されたメールの件名（外から順）。``sender`` と ``sent`` は、添付のすぐ外の
    メールの差出人と日時（ISO 8601、日本の時刻）。なければ、その外のもの。
    """

    forwarded: tuple[str, ...] = ()
    sender: str | None = None
    sent: str | None = None


class MailPart(NamedTuple):
    """様式になりうる一つの添付。``name`` は書かれたままの名で、なければ空。"""

    name: str
    passage: Passage
    data: bytes


MailProblem = Literal["R073", "R081"]
"""メール全体についての問題の符号：入れ子が深すぎる、暗号化されている。"""
TOO_DEEP: MailProblem = "R073"
LOCKED: MailProblem = "R081"


class OpenedMail(NamedTuple):
    """開いたメール。``problems`` は、メール全体についての問題の符号。"""

    sender: str | None
    sent: str | None
    parts: tuple[MailPart, ...]
    problems: tuple[MailProblem, ...] = ()


class MailSource(NamedTuple):
    """ファイルの入っていたメール。

    ``sender`` は差出人、``sent`` は送られた日時（ISO 8601、日本の時刻）。なければ ``None``。
    ``original`` は、しまったメールの原本の目印（いちばん外のもの）。
    """

    sender: str | None
    sent: str | None
    original: str


class RawPart(NamedTuple):
    """選ぶ前の、メールの一つの部分。

    ``disposition`` は ``attachment`` か ``inline`` か空。``placed`` は本文の中の場所の印
    （Content-ID など）があるか、``related`` は本文と一組のものか。
    """

    name: str
    type: str
    disposition: str
    placed: bool
    related: bool
    data: bytes


SMALL_PICTURE = 30 << 10
"""これより小さな画像は、場所の印がなくても署名の絵とみなす。様式の写しは、もっと大きい。"""
_NO_FORMS = frozenset({
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/pgp-keys", "application/ics", "application/applefile", "text/calendar",
    "text/vcard", "text/x-vcard", "text/directory", "text/rfc822-headers",
    "message/delivery-status", "message/disposition-notification", "message/feedback-report",
    "message/external-body", "message/partial",
})  # fmt: skip
"""様式でありえない部分の種類。"""
_NO_FORM_NAMES = frozenset({"ics", "vcs", "vcf", "p7s", "asc", "sig"})
_BODY_NAME = re.compile(r"att\d+\.(?:txt|html?|dat)", re.IGNORECASE)
"""本文を分けて添付にするサーバーの付ける名。"""
_BODY_EXTENSIONS = frozenset({"", "txt", "htm", "html"})
"""添付の印のない文のうち、本文とみなす拡張子。"""
_CONTAINERS = frozenset({*BOOKS, Kind.ZIP, Kind.MAIL, Kind.TNEF})


def wanted(part: RawPart) -> bool:
    """様式になりうるか。なりえないものは、黙って除く。"""
    if part.type in _NO_FORMS or extension(part.name) in _NO_FORM_NAMES:
        return False
    if not part.data and not part.name:
        return False
    kind = kind_of(part.data)
    if kind in _CONTAINERS:
        return True
    is_attached = part.disposition == "attachment"
    if _BODY_NAME.fullmatch(part.name) or (part.related and not is_attached):
        return False
    if part.type.startswith("text/") and not is_attached:
        return extension(part.name) not in _BODY_EXTENSIONS
    if kind is Kind.IMAGE or part.type.startswith("image/"):
        return is_attached and not part.placed and len(part.data) >= SMALL_PICTURE
    return True
