"""様式を作る：マスターとテンプレートから、所属ごとのブックまで。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sheetgen.era import wareki
from sheetgen.forms.context import round_text
from sheetgen.forms.jobs import plan_jobs
from sheetgen.forms.rounds import settle_round
from sheetgen.master import load_plan
from sheetgen.model.job import GenerateRequest, GenerateResult, WrittenBook
from sheetgen.output import Staging
from sheetgen.pipeline.books import BookMaker, is_error
from sheetgen.problems import SheetgenError

Progress = Callable[[int, int, str], None]


def generate(request: GenerateRequest, progress: Progress | None = None) -> GenerateResult:
    """様式を作り、すべてそろってから置く。

    ``progress`` is called with (books done, books in all, addressee).

    :raises SheetgenError: the master, the template or the request is not sound, a
        text does not fit its form, or the files cannot be written; nothing is
        changed then.
    """
    plan = load_plan(request.plan)
    chosen = settle_round(plan, request.round, request.year)
    jobs = plan_jobs(plan, request)
    maker = BookMaker(plan, chosen, round_text(chosen, request.deadline), request.template)
    folder = request.out or request.root / "output" / wareki(chosen.year) / "配布"
    with Staging(folder, datetime.now()) as staging:
        for done, job in enumerate(jobs):
            if progress:
                progress(done, len(jobs), job.addressee)
            with staging.open(job.file_name) as target:
                maker.writer.write(maker.book(job), target)
        if progress:
            progress(len(jobs), len(jobs), "")
        problems = maker.problems()
        if any(is_error(problem) for problem in problems):
            raise SheetgenError(problems)
        placed = staging.place()
    books = tuple(
        WrittenBook(folder / job.file_name, job.addressee, len(job.items),
                    tuple(item.id for _, _, item in job.items))
        for job in jobs
    )  # fmt: skip
    return GenerateResult(folder, books, placed.unchanged, placed.kept_aside, tuple(problems))
