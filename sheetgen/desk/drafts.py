"""できたメールの下書きを、ページに並べる形にする。"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sheetgen.send.posting import Draft


class ShownDraft(NamedTuple):
    """ページに見せる一つの下書き。道は、置いてあるものだけ。"""

    section: str
    to: str
    cc: str
    subject: str
    body: str
    draft: Path | None
    letter: Path | None
    book: Path | None


def shown_drafts(drafts: Iterable[Draft]) -> list[ShownDraft]:
    """課ごとの下書き。宛先は、メールにそのまま貼れるよう「; 」でつなぐ。"""
    return [
        ShownDraft(
            one.section,
            "; ".join(one.to),
            "; ".join(one.cc),
            one.subject,
            one.text,
            _there(one.draft),
            _there(one.letter),
            _there(one.book),
        )
        for one in drafts
    ]


def _there(path: Path | None) -> Path | None:
    return path if path is not None and path.is_file() else None
