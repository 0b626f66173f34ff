"""送付記録 ``data/sendouts.jsonl`` の一行。誰に、いつ、何を送ることにしたか。

後ろに足すだけのファイル。一行が一つの JSON で、一つの課への一つのファイル。
メールの下書きを作ったときに書く。事務局がそのあと「送信」を押したものとみなす。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from pydantic import Field

from sheetgen.model.text import Record


class SendKind(StrEnum):
    """送ったものの種類。値は人に見せることば。"""

    ISSUE = "配布"
    RETURN = "差戻し"
    REMINDER = "督促"


class SendOut(Record):
    """送付記録の一行。``at`` は時差つきの ISO 8601、``by`` は動かした人。

    ``round`` は ``2024J`` の形。``section`` は宛先の課の正式な名。``issue`` は配布記録の名（様式が
    付かなければ None）。``file`` は送ったファイルの名、``sha256`` はその中身の目印。``deadline`` は
    ISO 8601。
    """

    at: str = Field(title="日時")
    by: str = Field(title="動かした人")
    kind: SendKind = Field(title="種類")
    round: str = Field(title="照会")
    issue: str | None = Field(default=None, title="配布記録の目印")
    section: str = Field(title="宛先の課")
    email: str | None = Field(default=None, title="宛先のメール")
    file: str = Field(title="ファイル")
    sha256: str = Field(title="ファイルの目印")
    deadline: str | None = Field(default=None, title="提出期限")
    items: tuple[str, ...] = Field(default=(), title="実施項目のID")

    @property
    def deadline_day(self) -> date | None:
        """提出期限の日。書かれていないか、日付として読めなければ ``None``。"""
        try:
            return date.fromisoformat(self.deadline) if self.deadline else None
        except ValueError:
            return None

    def is_same_as(self, other: SendOut) -> bool:
        """日時と動かした人のほかは同じか。"""
        return self.model_dump(exclude={"at", "by"}) == other.model_dump(exclude={"at", "by"})


def of_round(sendouts: Iterable[SendOut], mark: str) -> tuple[SendOut, ...]:
    """その照会（``2024J`` など）の送付。記録の順。"""
    return tuple(one for one in sendouts if one.round == mark)


def latest(sendouts: Iterable[SendOut], kind: SendKind) -> dict[tuple[str, str], SendOut]:
    """その種類の、課とファイルごとの最後の送付。"""
    return {(one.section, one.file): one for one in sendouts if one.kind is kind}


def not_yet_sent(earlier: Sequence[SendOut], made: Iterable[SendOut]) -> tuple[SendOut, ...]:
    """まだ記録にない送付。その課とファイルの最後の記録と同じなら除く。"""
    last = {(one.kind, one.round, one.section, one.file): one for one in earlier}
    return tuple(
        one
        for one in made
        if (before := last.get((one.kind, one.round, one.section, one.file))) is None
        or not one.is_same_as(before)
    )
