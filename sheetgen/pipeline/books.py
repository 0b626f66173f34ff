"""一つのテンプレートと照会で、ブックを次々に作る。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sheetgen.era import wareki_full
from sheetgen.forms.context import (
    BookContext,
    BookText,
    RoundText,
    form_context,
    item_label,
    list_entry,
)
from sheetgen.forms.jobs import BookJob
from sheetgen.forms.rounds import open_paths
from sheetgen.messages import joint_note, message_of, new_item_note
from sheetgen.model.filled import FilledBook, FilledSheet, SheetEntry
from sheetgen.model.item import Item
from sheetgen.model.plan import Plan
from sheetgen.model.round import Round
from sheetgen.pipeline.blueprint import draw_blueprint
from sheetgen.pipeline.form_filler import FormFiller
from sheetgen.pipeline.list_filler import ListFiller
from sheetgen.problems import Level, Problem, SheetgenError
from sheetgen.xlsx import TemplateWriter, read_package, read_template


def is_error(problem: Problem) -> bool:
    """続けられない問題か。"""
    return message_of(problem).level is Level.ERROR


class BookMaker:
    """一つのテンプレートと照会で、ブックを次々に作る。

    :raises SheetgenError: the template is not sound.
    """

    def __init__(self, plan: Plan, chosen: Round, asked: RoundText, template: Path) -> None:
        self._plan, self._round, self._asked = plan, chosen, asked
        package = read_package(template, str(template))
        book = read_template(package)
        blueprint = draw_blueprint(book, plan)
        if any(is_error(problem) for problem in blueprint.problems):
            raise SheetgenError(blueprint.problems)
        self._fingerprint = book.fingerprint
        self._blueprint = blueprint
        self._forms = FormFiller(blueprint.form, book.file, open_paths(plan, chosen))
        self._lists = {
            sheet.sheet.name: ListFiller(sheet, book.file)
            for sheet in blueprint.sheets
            if not sheet.is_form
        }
        tall = {name: filler.tall_rows for name, filler in self._lists.items()}
        tall[blueprint.form.sheet.name] = self._forms.tall_rows
        self.writer = TemplateWriter(
            package, tuple(sheet.binding for sheet in blueprint.sheets), tall
        )

    @property
    def input_count(self) -> int:
        """一枚の様式の、記入欄になりうる欄の数。"""
        return sum(one.input is not None for one in self._blueprint.form.cells)

    def problems(self) -> list[Problem]:
        """これまでに見つかった問題。"""
        found = [*self._blueprint.problems, *self.writer.notes, *self._forms.problems]
        for filler in self._lists.values():
            found += filler.problems
        return found

    def book(self, job: BookJob) -> FilledBook:
        """一冊を作る。シートは、取り出すときに一枚ずつ作る。"""
        return FilledBook(
            title=f"{self._plan.plan_title} {self._asked.name} {job.addressee}",
            creator=self._plan.office,
            keywords=f"{self._asked.name} {wareki_full(self._round.year)}",
            entries=tuple(self._entries(job)),
            sheets=self._sheets(job),
        )

    def _entries(self, job: BookJob) -> Iterator[SheetEntry]:
        for sheet in self._blueprint.sheets:
            name = sheet.sheet.name
            if not sheet.is_form:
                yield SheetEntry(name, name)
                continue
            for _, measure, item in job.items:
                yield SheetEntry(name, item_label(measure, item))

    def _sheets(self, job: BookJob) -> Iterator[FilledSheet]:
        book = BookText(job.addressee, len(job.items))
        for sheet in self._blueprint.sheets:
            if not sheet.is_form:
                yield self._lists[sheet.sheet.name].fill(self._list_context(job, book))
                continue
            for place in job.items:
                context = form_context(
                    self._plan, self._round, place, book, self._asked, self._fingerprint
                )
                yield self._forms.fill(context, context.form.label)

    def _list_context(self, job: BookJob, book: BookText) -> BookContext:
        plan, chosen, mark = self._plan, self._round, self._fingerprint
        listed = sorted(
            [(place, True) for place in job.items] + [(place, False) for place in job.joint],
            key=lambda one: (one[0][1].number, one[0][2].number),
        )
        entries = []
        for (_, measure, item), here in listed:
            note = "".join(_notes(item, chosen, here))
            entries.append(list_entry(plan, chosen, measure, item, mark, note, here))
        return BookContext(plan, self._asked, book, plan.final_year, tuple(entries))


def _notes(item: Item, chosen: Round, here: bool) -> Iterator[str]:
    """一覧の備考に書くこと。"""
    if len(item.owners) > 1:
        yield joint_note(item.owners[0].section, here)
    if here and chosen.result_year is not None and item.introduced > chosen.result_year:
        yield new_item_note(item.introduced, chosen.result_year)
