"""できたメールの下書きを、ページに並べる形にする。"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol


class Addressed(Protocol):
    """一つの課への下書き。"""

    @property
    def section(self) -> str:
        """宛先の課。"""

    @property
    def to(self) -> tuple[str, ...]:
        """宛先のメール。"""

    @property
    def cc(self) -> tuple[str, ...]:
        """写しの宛先。"""

    @property
    def subject(self) -> str:
        """件名。"""

    @property
    def body(self) -> str:
        """本文。"""

    @property
    def draft(self) -> str | None:
        """下書きの名。"""

    @property
    def letter(self) -> str | None:
        """印刷する文の名。"""


class Draft(NamedTuple):
    """ページに見せる一つの下書き。道は、置いてあるものだけ。"""

    section: str
    to: str
    cc: str
    subject: str
    body: str
    draft: Path | None
    letter: Path | None
    book: Path | None


def drafts_of(folder: Path, parcels: Iterable[Addressed]) -> list[Draft]:
    """課ごとの下書き。``folder`` は置いた所。宛先は、メールにそのまま貼れるよう「; 」でつなぐ。"""
    return [
        Draft(
            one.section,
            "; ".join(one.to),
            "; ".join(one.cc),
            one.subject,
            one.body,
            _there(folder, one.draft),
            _there(folder, one.letter),
            _there(folder, getattr(one, "book", None)),
        )
        for one in parcels
    ]


def _there(folder: Path, name: str | None) -> Path | None:
    path = folder / name if name else None
    return path if path is not None and path.is_file() else None
