"""一つのテンプレートと照会で、ブックを次々に作る。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from sheetgen.era import wareki_full
from sheetgen.form.blueprint import Blueprint, BoundSheet
from sheetgen.form.context import (
    BookContext,
    BookText,
    FormContext,
    ReasonText,
    RoundText,
    as_printed,
    field_labels,
    form_context,
    list_entry,
    names_of,
)
from sheetgen.form.correction import Correction
from sheetgen.form.filling import FormFiller, ListFiller
from sheetgen.form.identity import Marks
from sheetgen.form.issued import Issue, IssuedForm, issue_key, issued_form, issued_layout
from sheetgen.form.jobs import BookJob
from sheetgen.form.rounds import is_asked, open_paths
from sheetgen.form.template import FormTemplate
from sheetgen.messages.guidance import joint_note, new_item_note
from sheetgen.plan.item import Item
from sheetgen.plan.paths import printed_initiative_year
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.round import Round
from sheetgen.problems import Problem
from sheetgen.xlsx.filled import FilledBook, FilledSheet, SheetEntry
from sheetgen.xlsx.writer import TemplateWriter

_NO_CORRECTIONS: Mapping[str, Correction] = MappingProxyType({})


class BookMaker:
    """一つのテンプレートと照会で、ブックを次々に作る。

    差戻しのブックは、答えを入れた ``plan`` から作る。計画のデータにある値は ``base`` で渡す。
    ``corrections``（実施項目のID → 直すこと）を様式に印し、ほかのブックにはないシートに並べる。
    ``published`` のブックは、閉じた様式だけで、戻ったときの目印もない。

    :raises SheetgenError: テンプレートが使えない。
    """

    def __init__(
        self,
        plan: Plan,
        chosen: Round,
        asked: RoundText,
        template: FormTemplate,
        base: Plan | None = None,
        corrections: Mapping[str, Correction] = _NO_CORRECTIONS,
        published: bool = False,
    ) -> None:
        self._plan, self._round, self._asked = plan, chosen, asked
        blueprint, package = template.blueprint(plan), template.package_of(plan)
        book = blueprint.book
        mark = issue_key(plan, base, chosen, asked, book.fingerprint, corrections)
        self._marks = Marks(book.fingerprint, mark)
        self._is_return = base is not None
        # 公表するブックは、照会のものではない。
        year = "" if published else wareki_full(chosen.year)
        self._keywords = f"{asked.name} {year}".rstrip()
        self._base = {item.id: item for _, _, item in base.items()} if base else {}
        self._blueprint = blueprint
        self._layout = issued_layout(blueprint, package, template.path)
        self._paths = [cell.path for cell in self._layout.inputs if cell.path]
        self._beside = not published and chosen.result_year is None
        self._opened = frozenset() if published else open_paths(plan, chosen)
        self._issued: dict[str, IssuedForm] = {}
        self._corrections = corrections
        self._sheets_of_book = _chosen_sheets(blueprint, self._is_return, published)
        self._cell_of = {cell.path: cell.ref for cell in self._layout.cells if cell.path}
        kept = {sheet.sheet.name for sheet in self._sheets_of_book}
        left_out = frozenset(sheet.name for sheet in book.sheets) - kept
        known = frozenset(sheet.name for sheet in book.sheets)
        known |= {item_label(measure, item) for _, measure, item in plan.items()}
        self._forms = FormFiller(
            blueprint.form, book.file, self._opened, left_out, published, known
        )
        self._lists = {
            sheet.sheet.name: ListFiller(sheet, book.file, known)
            for sheet in self._sheets_of_book
            if not sheet.is_form
        }
        tall = {name: filler.tall_rows for name, filler in self._lists.items()}
        tall[blueprint.form.sheet.name] = self._forms.tall_rows
        self.writer = TemplateWriter(
            package, tuple(sheet.binding for sheet in self._sheets_of_book), tall
        )

    @property
    def key(self) -> str:
        """配布記録の目印。"""
        return self._marks.issue

    @property
    def input_count(self) -> int:
        """一枚の様式の、記入欄になりうる欄の数。"""
        return sum(one.input is not None for one in self._blueprint.form.cells)

    @property
    def lists_reasons(self) -> bool:
        """差戻しのわけを並べるシートがあるか。"""
        return any(sheet.is_return for sheet in self._blueprint.sheets)

    def problems(self) -> list[Problem]:
        """これまでに見つかった問題。"""
        found = [*self._blueprint.problems, *self.writer.notes, *self._forms.problems]
        for filler in self._lists.values():
            found += filler.problems
        return found

    def book(self, job: BookJob) -> FilledBook:
        """一冊を作る。シートは、取り出すときに一枚ずつ作る。"""
        return FilledBook(
            title=f"{self._plan.plan_title} {self._asked.name} {job.addressee}".rstrip(),
            creator=self._plan.office,
            keywords=self._keywords,
            entries=tuple(self._entries(job)),
            sheets=self._sheets(job),
        )

    def issue(self) -> Issue:
        """これまでに作った様式の配布記録。"""
        return Issue(
            key=self._marks.issue,
            municipality=self._plan.municipality,
            plan_title=self._plan.plan_title,
            round=self._round,
            layout=self._layout,
            forms=dict(self._issued),
            is_return=self._is_return,
        )

    def _note_issued(self, context: FormContext, filled: FilledSheet, book: str) -> None:
        # 閉じた欄が書き換えられたかどうかは、配ったときに見えていた数と比べる。
        base = self._base.get(context.item.id, context.item)
        base = as_printed(self._plan, base, self._opened)
        year = printed_initiative_year(self._plan, self._round)
        form = issued_form(context, filled, base, year, self._paths, self._opened, book)
        correction = self._corrections.get(form.item_id)
        if correction:
            doubted = frozenset(correction.marks)
            form = replace(
                form, replaces=correction.replaces, doubted=doubted, correction=correction
            )
        self._issued[form.form_id] = form

    def _entries(self, job: BookJob) -> Iterator[SheetEntry]:
        for sheet in self._sheets_of_book:
            name = sheet.sheet.name
            if not sheet.is_form:
                yield SheetEntry(name, name)
                continue
            for _, measure, item in job.items:
                yield SheetEntry(name, item_label(measure, item))

    def _sheets(self, job: BookJob) -> Iterator[FilledSheet]:
        book = BookText(job.addressee, len(job.items))
        for sheet in self._sheets_of_book:
            if not sheet.is_form:
                names = names_of(self._list_context(job, book))
                yield self._lists[sheet.sheet.name].fill(names)
                continue
            for place in job.items:
                context = form_context(
                    self._plan,
                    self._round,
                    place,
                    book,
                    self._asked,
                    self._marks,
                    self._opened,
                    beside=self._beside,
                )
                correction = self._corrections.get(context.item.id)
                marks = correction.marks if correction else {}
                filled = self._forms.fill(context, context.form.label, marks)
                self._note_issued(context, filled, job.file_name)
                yield filled

    def _list_context(self, job: BookJob, book: BookText) -> BookContext:
        plan, chosen, marks = self._plan, self._round, self._marks
        listed = sorted(
            [(place, True) for place in job.items] + [(place, False) for place in job.joint],
            key=lambda one: (one[0][1].number, one[0][2].number),
        )
        entries = []
        for (_, measure, item), here in listed:
            note = "".join(_notes(item, chosen, here))
            entries.append(list_entry(plan, chosen, measure, item, marks, note, here))
        reasons = tuple(self._reasons(job))
        return BookContext(
            plan=plan,
            terms=plan.words,
            labels=field_labels(plan),
            round=self._asked,
            book=book,
            final_year=plan.final_year,
            entries=tuple(entries),
            reasons=reasons,
        )

    def _reasons(self, job: BookJob) -> Iterator[ReasonText]:
        """差戻しのわけを、様式の順に並べる。"""
        number = 0
        for _, measure, item in job.items if self._corrections else ():
            correction = self._corrections.get(item.id)
            for reason in correction.reasons if correction else ():
                number += 1
                label = item_label(measure, item)
                yield ReasonText(
                    number=number,
                    label=label,
                    title=item.title,
                    sheet=label,
                    cell=self._cell_of.get(reason.path) if reason.path else None,
                    field=reason.label,
                    written=reason.written,
                    cause=reason.cause,
                    mend=reason.mend,
                )


def _chosen_sheets(
    blueprint: Blueprint, is_return: bool, published: bool
) -> tuple[BoundSheet, ...]:
    """ブックに入れるシート。わけのシートは、差戻しのブックだけの、最初のシートになる。

    公表するブックには、様式だけを入れる。記入の案内や回収の目印は、読む人に要らない。
    """
    if published:
        return (blueprint.form,)
    if not is_return:
        return tuple(sheet for sheet in blueprint.sheets if not sheet.is_return)
    return tuple(sorted(blueprint.sheets, key=lambda sheet: not sheet.is_return))


def _notes(item: Item, chosen: Round, here: bool) -> Iterator[str]:
    """一覧の備考に書くこと。"""
    if len(item.owners) > 1:
        yield joint_note(item.owners[0].section, here)
    if here and chosen.result_year is not None and not is_asked(item, chosen):
        yield new_item_note(item.introduced, chosen.result_year)
