"""依頼文・督促のテンプレートに渡す値と、できた手紙・メール。

:class:`LetterText` の欄の名が、``templates/letters`` のテンプレートで使えることば。
事務局のための一覧は docs/letters.md にある。
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

    ``section`` は宛先の課の正式な名。``items`` はブック ``file`` に様式のある実施項目、
    ``joint`` は様式がほかの課へ行った共同の実施項目。督促では、``missing`` は答えのない実施項目、
    ``questioned`` は差し戻して答え直されていないもの、``days_late`` は期限からの日数（0 以下なら、
    まだ過ぎていない）。
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
