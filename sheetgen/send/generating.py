"""様式を作る：計画のデータとテンプレートから、課ごとのブックまで。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sheetgen.era import wareki
from sheetgen.form.books import BookMaker
from sheetgen.form.context import round_text
from sheetgen.form.jobs import (
    BookJob,
    GenerateRequest,
    Per,
    is_whole,
    not_asked,
    plan_jobs,
    sections_without_book,
    without_initiative,
)
from sheetgen.form.rounds import settle_round
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import printed_initiative_year
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.progress import Progress
from sheetgen.records.shelf import keep_issue
from sheetgen.xlsx.output import Staging


class WrittenBook(NamedTuple):
    """書き出したブック一冊。``addressee`` は宛先、``forms`` は様式の枚数。"""

    path: Path
    addressee: str
    forms: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """様式を作った結果。

    ``unchanged`` は、同じ内容のブックがもうあった数。``kept_aside`` は、
    内容が違うので「旧版」に移した前のファイル。``issue`` は配布記録の名。
    """

    folder: Path
    books: tuple[WrittenBook, ...]
    unchanged: int
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]
    issue: str = ""


def generate(request: GenerateRequest, progress: Progress | None = None) -> GenerateResult:
    """様式を作り、すべてそろってから置く。

    ``progress`` は（終わったブックの数、全部の数、宛先）を受け取る。

    :raises SheetgenError: 計画のデータ、テンプレートか依頼が使えない、様式に入らない文がある、
        またはファイルが書けない。そのときは何も変えない。
    """
    return make_books(load_plan(request.plan), request, progress)


def make_books(
    plan: Plan, request: GenerateRequest, progress: Progress | None = None
) -> GenerateResult:
    """読んである計画から様式を作る。ほかは :func:`generate` と同じ。"""
    chosen = settle_round(plan, request.round, request.year)
    jobs = plan_jobs(plan, request)
    asked = round_text(plan, chosen, request.deadline)
    maker = BookMaker(plan, chosen, asked, FormTemplate(request.template))
    folder = request.out or request.root / "output" / wareki(chosen.year) / "配布"
    with Staging(folder, datetime.now()) as staging:
        for done, job in enumerate(jobs):
            if progress:
                progress(done, len(jobs), job.addressee)
            with staging.open(job.file_name) as target:
                maker.writer.write(maker.book(job), target)
        if progress:
            progress(len(jobs), len(jobs), "")
        problems = maker.problems() + sections_without_book(plan, request, jobs)
        if chosen.result_year is not None:
            problems += without_initiative(jobs, printed_initiative_year(plan, chosen))
        if any(is_error(problem) for problem in problems):
            raise SheetgenError(problems)
        placed = staging.place()
    problems += not_asked(plan, chosen, request)
    issue = maker.issue()
    problems += keep_issue(issue, request.plan)
    if is_whole(request) and request.per is Per.SECTION:
        problems += left_over(folder, f"*_{request.round.label}.xlsx", jobs)
    books = tuple(
        WrittenBook(folder / job.file_name, job.addressee, len(job.items),
                    tuple(item.id for _, _, item in job.items))
        for job in jobs
    )  # fmt: skip
    return GenerateResult(
        folder, books, placed.unchanged, placed.kept_aside, tuple(problems), issue.key
    )


def left_over(folder: Path, pattern: str, jobs: list[BookJob]) -> list[Problem]:
    """前に作り、今回は作らなかったブックを挙げる（課の名が変わったときなど）。"""
    made = {job.file_name for job in jobs}
    found = sorted(path for path in folder.glob(pattern) if path.name not in made)
    return [Problem("O005", Place(file=str(path))) for path in found]
