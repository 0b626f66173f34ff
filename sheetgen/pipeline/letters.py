"""手紙とメールの下書きに要るものを、計画からそろえる。配布と督促に共通。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from sheetgen.forms.context import deadline_text, round_text
from sheetgen.letters import addresses, render_mail
from sheetgen.messages import joint_note
from sheetgen.messages.listing import in_short
from sheetgen.model.item import Item
from sheetgen.model.letter import Attachment, Letter, LetterItem, LetterText, Mail
from sheetgen.model.plan import Measure, Plan, Policy, item_label
from sheetgen.model.round import Round
from sheetgen.problems import Place, Problem, UsageError

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

    def to(self, section: str) -> tuple[str, ...]:
        """課の宛先。なければ空。"""
        return addresses(self._emails.get(section)) or ()

    def problems(self, sections: Iterable[str]) -> list[Problem]:
        """宛先のない課と、宛先にできない書き方。"""
        wanted = tuple(sections)
        found = self.malformed(wanted)
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
    asked = round_text(chosen, deadline)
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
    )


def draft(section: str, to: tuple[str, ...], letter: Letter, *files: Attachment) -> bytes:
    """メールの下書きのファイルの中身。"""
    return render_mail(Mail(section, to, letter.subject, letter.text, files))
