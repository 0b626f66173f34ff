"""配布：課ごとのブック、依頼文、メールの下書き、送付記録。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sheetgen.era import wareki
from sheetgen.form.identity import round_mark
from sheetgen.form.jobs import BookJob, GenerateRequest, is_whole, not_asked, plan_jobs
from sheetgen.form.rounds import settle_round
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Problem
from sheetgen.progress import Progress
from sheetgen.records.editions import keep_round_sent, open_history
from sheetgen.records.sendouts import SendKind, latest, load_sendouts, of_round
from sheetgen.send.generating import make_books
from sheetgen.send.letters import (
    ISSUE_LETTER,
    Addressees,
    LetterWriter,
    left_over,
    letter_items,
    letter_text,
)
from sheetgen.send.mail import Letter
from sheetgen.send.posting import Parcel, Posting, parcel_of, place_letters, record_sendouts


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributeRequest:
    """配るものを作る依頼。

    欄は :class:`sheetgen.form.jobs.GenerateRequest` と同じ。``letters`` は手紙のテンプレートの
    フォルダー。``again`` が真なら、前と同じものでも、送付記録に書く。``dry_run`` が真なら、
    何も作らず、書かない。差戻しのブックを送り返すときの ``out`` は、それを作った回収のフォルダー。
    """

    plan: Path
    template: Path
    letters: Path
    root: Path
    out: Path | None = None
    round: RoundKind = RoundKind.RESULTS
    year: int | None = None
    sections: tuple[str, ...] = ()
    deadline: date | None = None
    again: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class DistributeResult:
    """配るものを作った結果。``recorded`` は送付記録に加えた行の数。"""

    round: Round
    folder: Path
    parcels: tuple[Parcel, ...]
    recorded: int
    unchanged: int
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]
    dry_run: bool = False


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
    history = open_history(request.plan)
    chosen = settle_round(history.plan, request.round, request.year)
    plan = history.plan_of(chosen.year, chosen.kind)
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
        problems += not_asked(plan, chosen, wanted)
        return DistributeResult(chosen, folder, parcels, 0, 0, (), tuple(problems), dry_run=True)
    made = make_books(plan, wanted, progress)
    books = [(made.folder / job.file_name).read_bytes() for job in jobs]
    placed = place_letters(folder, parcels, letters, books)
    posting = Posting(SendKind.ISSUE, chosen, moment, who)
    sendouts = posting.book_lines(parcels, books, [made.issue] * len(books), request.deadline)
    recorded, failed = record_sendouts(request.plan, sendouts, again=request.again)
    problems += [*made.problems, *failed, *keep_round_sent(request.plan, chosen)]
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
        only_asked=True,
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
