"""年次見直しの文書の全体。組版も HTML も、この値だけから作る。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.plan.fields import MEASURE
from sheetgen.plan.plan import Plan
from sheetgen.plan.years import PlanYears, latest_result_year
from sheetgen.publish.document.overview import (
    OverviewPart,
    PrintedWords,
    month_text,
    overview_part,
    printed_words,
    revision_title,
    subtitle_of,
    whole_title,
)
from sheetgen.publish.document.results import ResultsPart, results_part
from sheetgen.publish.document.revision import RevisionPart, revision_part
from sheetgen.publish.document.sheets import Form, FormPage, SheetsPart, sheets_part


@dataclass(frozen=True, slots=True)
class Cover:
    """表紙。"""

    plan: str
    subject: str
    title: str
    office: str
    published: str


@dataclass(frozen=True, slots=True)
class Document:
    """年次見直しの文書の全体。``year`` は年度。

    ``has_measures`` は、推進項目の階層のある計画か。``depth`` は、目次に載せる見出しの深さ。
    ``published`` は PDF に書く作成の月 (``2024-03``)。公表年月が決まっていなければ、年度の初め。
    """

    year: int
    title: str
    author: str
    published: str
    draft: bool
    words: PrintedWords
    has_measures: bool
    depth: int
    cover: Cover
    overview: OverviewPart | None
    revision: RevisionPart | None
    results: ResultsPart | None
    sheets: SheetsPart


def build_document(
    years: PlanYears,
    form: Form,
    pages: Sequence[FormPage],
    *,
    earlier: Plan | None = None,
    draft: bool = False,
) -> Document:
    """計画を、その年次見直しの年度の文書にする。部の番号は、ある部だけに付ける。

    ``earlier`` は前の年次見直しで公表した計画。変わったものの一覧に使う。
    """
    plan = years.plan
    subject, named = _names(plan)
    cover = Cover(
        plan=whole_title(plan),
        subject=subject,
        title=named,
        office=plan.office,
        published=_published(plan),
    )
    overview = overview_part(plan, 1)
    number = 2 if overview else 1
    revision = revision_part(plan, number)
    number += 1 if revision else 0
    on_form = {name for names in form.names for name in names}
    results = results_part(years, number, earlier, on_form)
    number += 1 if results else 0
    return Document(
        year=plan.revision.fiscal_year,
        title=f"{cover.plan} {cover.subject}{cover.title}",
        author=f"{plan.municipality} {plan.office}",
        published=plan.revision.published or f"{plan.revision.fiscal_year:04d}-04",
        draft=draft,
        words=printed_words(plan.words),
        has_measures=plan.has(MEASURE),
        depth=max((page.level for page in pages), default=3),
        cover=cover,
        overview=overview,
        revision=revision,
        results=results,
        sheets=sheets_part(plan, number, form, pages),
    )


def _published(plan: Plan) -> str:
    """表紙の公表年月。その月より後に分かった実績を載せるなら、それも書く。"""
    month = month_text(plan.revision.published)
    year = latest_result_year(plan)
    known = plan.revision.published
    if year is None or known is None or known >= f"{year + 1:04d}-04":
        return month
    return f"{month}（{wareki_full(year)}の{plan.words['years.result.text']}を追加）"


def _names(plan: Plan) -> tuple[str, str]:
    """表紙の、計画の名の下の二行。初年度の文書は、立てた計画そのもの。"""
    if plan.is_founding:
        years = f"{wareki_full(plan.first_year)}から{wareki_full(plan.final_year)}まで"
        return plan.words.subtitle, f"（{years}）"
    return subtitle_of(plan), f"{revision_title(plan)}について"
