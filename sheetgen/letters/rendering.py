"""依頼文・督促をテンプレートから作る。

ことばは、事務局の文章のテンプレートにある。``印刷.html`` は、同じ文をページに組むだけ。
ない名は誤りとし、空にはしない。
"""

from __future__ import annotations

import traceback
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from sheetgen import era
from sheetgen.messages.jinja import template_reason
from sheetgen.messages.letters import SUBJECT_MARK
from sheetgen.messages.listing import excerpt
from sheetgen.model.letter import Letter, LetterText
from sheetgen.problems import Place, Problem, SheetgenError

ISSUE_LETTER = "依頼文.txt"
REMINDER_LETTER = "督促.txt"
RETURN_LETTER = "差戻し.txt"
PAGE = "印刷.html"
PAGE_COLUMNS = 88
"""A4 の紙面の一行の桁数（全角は二桁）。字の大きさを選ぶための見積もりに使う。"""


def columns(text: str) -> int:
    """半角を一桁、全角を二桁と数えた幅。"""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


class LetterWriter:
    """``folder`` のテンプレートで、手紙を次々に作る。"""

    def __init__(self, folder: Path, template: str) -> None:
        self._folder, self._template = folder, template
        self._environment = SandboxedEnvironment(
            # メモ帳は UTF-8 のファイルの初めに印（BOM）を付けることがある。
            loader=FileSystemLoader(folder, encoding="utf-8-sig"),
            autoescape=lambda name: bool(name and name.endswith(".html")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            wareki=era.wareki, wareki_full=era.wareki_full, wareki_short=era.wareki_short
        )

    def write(self, values: LetterText) -> Letter:
        """一つの課への手紙。

        :raises SheetgenError: テンプレートがない（L010）、誤っている（L011）、
            UTF-8 でない（L012）、または件名で始まらない（L013）。
        """
        names = {one.name: getattr(values, one.name) for one in fields(values)}
        subject, text = self._parted(self._render(self._template, names))
        lines = sum(-(-columns(line) // PAGE_COLUMNS) or 1 for line in text.split("\n"))
        page = self._render(PAGE, {"subject": subject, "text": text, "lines": lines})
        return Letter(subject, text, f"{page}\n".encode("utf-8", "replace"))

    def _parted(self, written: str) -> tuple[str, str]:
        """件名と本文に分ける。"""
        first, _, text = written.lstrip().partition("\n")
        mark, colon, subject = first.replace("：", ":").partition(":")
        if not colon or mark.strip() != SUBJECT_MARK or not subject.strip():
            raise SheetgenError(
                Problem("L013", self._place(self._template), {"first": excerpt(first)})
            )
        kept = (line.rstrip(" \t") for line in text.strip("\n").split("\n"))
        return first[first.replace("：", ":").index(":") + 1 :].strip(), "\n".join(kept) + "\n"

    def _render(self, name: str, values: Mapping[str, Any]) -> str:
        try:
            return self._environment.get_template(name).render(values)
        except TemplateNotFound as error:
            missing = str(error.name or name)
            raise SheetgenError(Problem("L010", self._place(missing), {"name": missing})) from error
        except UnicodeDecodeError as error:
            raise SheetgenError(Problem("L012", self._place(name))) from error
        except TemplateSyntaxError as error:
            where = error.name or name
            raise self._wrong(where, error.lineno, error.message or "") from error
        except Exception as error:  # 式は人が書く。何が起きても、そのテンプレートの誤りである
            where, line = self._where(error, name)
            raise self._wrong(where, line, str(error)) from error

    def _wrong(self, name: str, line: int, reason: str) -> SheetgenError:
        source = (self._folder / name).read_text("utf-8-sig", "replace").splitlines()
        facts = {
            "line": line,
            "reason": template_reason(reason),
            "source": source[line - 1].strip() if 0 < line <= len(source) else "",
        }
        return SheetgenError(Problem("L011", self._place(name), facts))

    def _where(self, error: BaseException, name: str) -> tuple[str, int]:
        """実行中の誤りの、テンプレートの名と行。いちばん内側のテンプレートを採る。"""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            path = Path(frame.filename)
            if path.parent == self._folder and frame.lineno:
                return path.name, frame.lineno
        return name, 1

    def _place(self, name: str) -> Place:
        return Place(file=str(self._folder / name))
