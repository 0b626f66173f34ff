"""依頼文・督促を、事務局の文章のテンプレートから作る。宛先も、ここでそろえる。

ことばは、事務局の文章のテンプレートにある。``印刷.html`` は、同じ文をページに組むだけ。
ない名は誤りとし、空にはしない。
"""

from __future__ import annotations

import traceback
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import SandboxedEnvironment

from sheetgen import era
from sheetgen.form.braces import misspelt_mark
from sheetgen.form.context import deadline_text, round_text
from sheetgen.messages.guidance import joint_note
from sheetgen.messages.jinja import MISSPELT_MARK, template_reason
from sheetgen.messages.quoting import excerpt, in_short
from sheetgen.messages.send import SUBJECT_MARK
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Measure, Plan, Policy, item_label
from sheetgen.plan.round import Round
from sheetgen.plan.text import addresses
from sheetgen.problems import Place, Problem, SheetgenError, UsageError
from sheetgen.send.mail import Attachment, Letter, LetterItem, LetterText, Mail, render_mail

ISSUE_LETTER = "依頼文.txt"
REMINDER_LETTER = "督促.txt"
RETURN_LETTER = "差戻し.txt"
EXTENSION_LETTER = "期限延長.txt"
PAGE = "印刷.html"
PAGE_COLUMNS = 88
"""A4 の紙面の一行の桁数（全角は二桁）。字の大きさを選ぶための見積もりに使う。"""


def columns(text: str) -> int:
    """半角を一桁、全角を二桁と数えた幅。"""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


class _MisspeltMarkError(ValueError):
    """値に置き換わらない印（``｛｛`` など）が、テンプレートの ``line`` 行目にある。"""

    def __init__(self, template: str, line: int, mark: str) -> None:
        super().__init__(mark)
        self.template, self.line = template, line


class _Loader(FileSystemLoader):
    """印の打ち損じを、読むときに見つける。紙面の組み方の中の ``{ }`` は、印ではない。"""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """テンプレートの文字。

        :raises _MisspeltMarkError: そのまま手紙に出てしまう印がある。
        """
        found = super().get_source(environment, template)
        for number, line in enumerate(found[0].splitlines(), 1):
            mark = misspelt_mark(line)
            if mark is not None and (not template.endswith(".html") or not mark.isascii()):
                raise _MisspeltMarkError(template, number, mark)
        return found


class LetterWriter:
    """``folder`` のテンプレートで、手紙を次々に作る。"""

    def __init__(self, folder: Path, template: str) -> None:
        self._folder, self._template = folder, template
        self._environment = SandboxedEnvironment(
            # メモ帳は UTF-8 のファイルの初めに印（BOM）を付けることがある。
            loader=_Loader(folder, encoding="utf-8-sig"),
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
        except _MisspeltMarkError as error:
            reason = MISSPELT_MARK.format(mark=error)
            raise self._wrong(error.template, error.line, reason) from error
        except TemplateSyntaxError as error:
            where = error.name or name
            reason = template_reason(error.message or "")
            raise self._wrong(where, error.lineno, reason) from error
        except Exception as error:  # 式は人が書く。何が起きても、そのテンプレートの誤りである
            where, line = self._where(error, name)
            raise self._wrong(where, line, template_reason(str(error))) from error

    def _wrong(self, name: str, line: int, reason: str) -> SheetgenError:
        source = (self._folder / name).read_text("utf-8-sig", "replace").splitlines()
        facts = {
            "line": line,
            "reason": reason,
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


SHOWN = 3
"""問題に名を挙げる数。残りは数で言う。"""
_Placed = tuple[Policy, Measure, Item]


class Addressees:
    """課の宛先。``problems`` は、宛先にできなかった課。"""

    def __init__(self, plan: Plan) -> None:
        self._emails = {
            f"{department.name} {section.name}": section.email
            for department in plan.departments
            for section in department.sections
        }
        self.order = tuple(self._emails)
        self._has_contact = bool(plan.contact.phone or plan.contact.email)

    def to(self, section: str) -> tuple[str, ...]:
        """課の宛先。なければ空。"""
        return addresses(self._emails.get(section)) or ()

    def problems(self, sections: Iterable[str]) -> list[Problem]:
        """宛先のない課、宛先にできない書き方と、差出人の問合せ先がないこと（S011）。"""
        wanted = tuple(sections)
        found = self.malformed(wanted)
        if wanted and not self._has_contact:
            found.append(Problem("S011", Place(label="問合せ先", path="contact")))
        without = [one for one in wanted if not self._emails.get(one)]
        if without:
            facts = {"count": len(without), "sections": in_short(without, SHOWN, "課")}
            found.append(Problem("L020", facts=facts))
        return found

    def malformed(self, sections: Iterable[str] | None = None) -> list[Problem]:
        """宛先にできない書き方（L021）。``sections`` を省けば、すべての課の。"""
        return [
            Problem("L021", Place(label="課のメール"), {"section": one, "email": email})
            for one in (self.order if sections is None else sections)
            if addresses(email := self._emails.get(one)) is None
        ]


def chosen_sections(
    plan: Plan, sections: Sequence[str], sent: Iterable[str] = ()
) -> tuple[str, ...]:
    """指定の課（なければすべて）の、部からの名。``sent`` は、いまの計画になくても知っている課。

    :raises UsageError: その課はない（F004）。
    """
    names = {one.full_name: {one.section, one.full_name} for one in plan.owners()}
    names.update({one: {one} for one in sent if one not in names})
    problems = []
    for wanted in sections:
        if not any(wanted in words for words in names.values()):
            facts = {"section": wanted, "known": "、".join(one.section for one in plan.owners())}
            problems.append(Problem("F004", Place(label="--section"), facts))
    if problems:
        raise UsageError(problems)
    return tuple(name for name, words in names.items() if not sections or words & set(sections))


def left_over(folder: Path, made: Iterable[str], *patterns: str) -> list[Problem]:
    """前に作り、今回は作らなかったものが残っていれば知らせる。"""
    known = set(made)
    names = sorted(
        path.name for one in patterns for path in folder.glob(one) if path.name not in known
    )
    if not names:
        return []
    return [
        Problem(
            "L023",
            Place(file=str(folder)),
            {"count": len(names), "names": in_short(names, SHOWN, "個")},
        )
    ]


def letter_items(places: Iterable[_Placed], *, here: bool = True) -> tuple[LetterItem, ...]:
    """手紙に挙げる実施項目。共管のものには注記を付ける。"""
    return tuple(
        LetterItem(
            item.id,
            item_label(measure, item),
            item.title,
            joint_note(item.owners[0].section, here) if len(item.owners) > 1 else "",
        )
        for _, measure, item in places
    )


def letter_text(
    plan: Plan, chosen: Round, deadline: date | None, section: str, file: str
) -> LetterText:
    """実施項目のほかの、手紙の値。"""
    asked = round_text(plan, chosen, deadline)
    return LetterText(
        municipality=plan.municipality,
        plan_title=plan.plan_title,
        office=plan.office,
        phone=plan.contact.phone or "",
        email=plan.contact.email or "",
        section=section,
        round=asked.name,
        fiscal_year=chosen.year,
        task=asked.task,
        deadline=deadline_text(deadline).removesuffix("まで"),
        file=file,
        items=(),
        terms=plan.words,
    )


def draft(section: str, to: tuple[str, ...], letter: Letter, *files: Attachment) -> bytes:
    """メールの下書きのファイルの中身。"""
    return render_mail(Mail(section, to, letter.subject, letter.text, files))
