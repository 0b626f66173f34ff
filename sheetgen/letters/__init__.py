"""依頼文・督促とメールの下書きを作る。"""

from sheetgen.letters.addresses import addresses
from sheetgen.letters.mime import render_mail
from sheetgen.letters.outstanding import Outstanding, outstanding, sections_sent
from sheetgen.letters.rendering import (
    ISSUE_LETTER,
    REMINDER_LETTER,
    RETURN_LETTER,
    LetterWriter,
)

__all__ = [
    "ISSUE_LETTER",
    "REMINDER_LETTER",
    "RETURN_LETTER",
    "LetterWriter",
    "Outstanding",
    "addresses",
    "outstanding",
    "render_mail",
    "sections_sent",
]
