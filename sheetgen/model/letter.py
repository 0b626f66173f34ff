"""依頼文・督促のテンプレートに渡す値と、できた手紙・メール。

The field names of :class:`LetterText` are the vocabulary of the templates in
``templates/letters``; docs/letters.md lists them for the office.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LetterItem:
    """手紙に挙げる実施項目。``note`` は共管などの注記（なければ空）。"""

    id: str
    label: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LetterText:
    """一つの課への手紙の値。分からないもの、決まっていないものは空の文字。

    ``section`` is the full name of the addressee; ``items`` are those whose form is in
    the workbook ``file``, ``joint`` shared ones whose form went to another section.  Of a
    reminder: ``missing`` are items not answered, ``questioned`` those sent back and not
    answered anew, ``days_late`` the days since the deadline (0 or less: not yet late).
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
