"""配布：課ごとのブック、依頼文、メールの下書き、送付記録。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sheetgen.era import wareki
from sheetgen.forms.jobs import BookJob, is_whole, plan_jobs
from sheetgen.forms.rounds import settle_round
from sheetgen.keeping.sendouts import load_sendouts
from sheetgen.letters import ISSUE_LETTER, LetterWriter
from sheetgen.master import load_plan
from sheetgen.model.identity import round_mark
from sheetgen.model.job import GenerateRequest, Progress
from sheetgen.model.letter import Letter
from sheetgen.model.plan import Plan
from sheetgen.model.round import Round
from sheetgen.model.sending import DistributeRequest, DistributeResult
from sheetgen.model.sendout import SendKind, latest, of_round
from sheetgen.pipeline.generating import make_books
from sheetgen.pipeline.letters import Addressees, left_over, letter_items, letter_text
from sheetgen.pipeline.posting import Posting, parcel_of, place_letters, record_sendouts
from sheetgen.problems import Problem


def distribute(
    request: DistributeRequest,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
    who: str | None = None,
) -> DistributeResult:
    """各課に送るものを作り、送付記録に残す。

    ``progress`` は（終わったブックの数、全部の数、宛先）を受け取る。

    :raises SheetgenError: 計画のデータ、テンプレートか依頼が使えない（そのときは何も変えない）、
        またはファイルが書けない。
    """
    moment = (now or datetime.now()).astimezone()
    plan = load_plan(request.plan)
    chosen = settle_round(plan, request.round, request.year)
    wanted = _books_wanted(request)
    jobs = plan_jobs(plan, wanted)
    letters = _letters(request, plan, chosen, jobs)
    log = load_sendouts(request.plan)
    before = latest(of_round(log.sendouts, round_mark(chosen)), SendKind.ISSUE)
    addressees = Addressees(plan)
    parcels = tuple(
        parcel_of(job.addressee, job.file_name, "依頼文", _ids(job), addressees, before)
        for job in jobs
    )
    folder = request.out or request.root / "output" / wareki(chosen.year) / "配布"
    problems = [*log.problems, *addressees.problems(one.section for one in parcels)]
    if request.deadline is None:
        problems.append(Problem("L022"))
    if request.dry_run:
        return DistributeResult(chosen, folder, parcels, 0, 0, (), tuple(problems), dry_run=True)
    made = make_books(plan, wanted, progress)
    books = [(made.folder / job.file_name).read_bytes() for job in jobs]
    placed = place_letters(folder, parcels, letters, books)
    posting = Posting(SendKind.ISSUE, chosen, moment, who)
    sendouts = posting.book_lines(parcels, books, [made.issue] * len(books), request.deadline)
    recorded, failed = record_sendouts(request.plan, sendouts, again=request.again)
    problems += [*made.problems, *failed]
    if is_whole(wanted):
        label = request.round.label
        made_names = [name for parcel in parcels for name in parcel.files]
        problems += left_over(folder, made_names, f"*_{label}.eml", f"*_{label}_*.html")
    return DistributeResult(
        chosen,
        folder,
        parcels,
        recorded,
        made.unchanged,
        (*made.kept_aside, *placed.kept_aside),
        tuple(problems),
    )


def _ids(job: BookJob) -> Iterator[str]:
    return (item.id for _, _, item in job.items)


def _books_wanted(request: DistributeRequest) -> GenerateRequest:
    return GenerateRequest(
        plan=request.plan,
        template=request.template,
        root=request.root,
        out=request.out,
        round=request.round,
        year=request.year,
        sections=request.sections,
        deadline=request.deadline,
    )


def _letters(
    request: DistributeRequest, plan: Plan, chosen: Round, jobs: Sequence[BookJob]
) -> list[Letter]:
    """課ごとの依頼文。テンプレートの誤りは、何かを置く前に分かる。"""
    writer = LetterWriter(request.letters, ISSUE_LETTER)
    letters = []
    for job in jobs:
        values = letter_text(plan, chosen, request.deadline, job.addressee, job.file_name)
        items, joint = letter_items(job.items), letter_items(job.joint, here=False)
        letters.append(writer.write(replace(values, items=items, joint=joint)))
    return letters
