"""様式を作る：計画のデータとテンプレートから、課ごとのブックまで。"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from sheetgen.form.books import BookMaker
from sheetgen.form.context import round_text
from sheetgen.form.jobs import (
    BookJob,
    GenerateRequest,
    Per,
    homeless,
    is_whole,
    not_asked,
    plan_jobs,
    safe_name,
    sections_without_book,
    without_initiative,
)
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import is_error
from sheetgen.messages.quoting import in_short
from sheetgen.plan.item_names import item_id_of
from sheetgen.plan.paths import printed_initiative_year
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.plan.written_figures import figure_doubts
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.progress import Progress
from sheetgen.records.editions import open_history
from sheetgen.records.rounds_sent import SAMPLE_FOLDER, round_folder, round_meant
from sheetgen.records.sendouts import SendKind, SendOut, load_sendouts
from sheetgen.records.shelf import keep_issue
from sheetgen.send.deadlines import deadline_problems
from sheetgen.send.posting import Weigh
from sheetgen.xlsx.output import Staging

SHOWN = 3
"""問題に名を挙げる数。残りは数で言う。"""


class WrittenBook(NamedTuple):
    """書き出したブック一冊。``addressee`` は宛先、``forms`` は様式の枚数。"""

    path: Path
    addressee: str
    forms: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """様式を作った結果。``is_found`` は、照会を送った記録から決めたか。

    ``unchanged`` は、同じ内容のブックがもうあった数。``kept_aside`` は、
    内容が違うので「旧版」に移した前のファイル。``issue`` は配布記録の名。
    ``sent`` は、もう送ってあり、作り直さずに残したブックの名。
    """

    round: Round
    folder: Path
    books: tuple[WrittenBook, ...]
    unchanged: int
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]
    issue: str = ""
    sent: tuple[str, ...] = ()
    is_found: bool = False


def generate(request: GenerateRequest, progress: Progress | None = None) -> GenerateResult:
    """様式の見本を作り、すべてそろってから置く。送ったブックは、置き換えない。

    ``progress`` は（終わったブックの数、全部の数、宛先）を受け取る。

    :raises SheetgenError: 計画のデータ、テンプレートか依頼が使えない、様式に入らない文がある、
        ``out`` に送ったブックがある（F020）、またはファイルが書けない。そのときは何も変えない。
    """
    history = open_history(request.plan)
    meant = round_meant(request.plan, history.plan, request.round, request.year, only_sent=True)
    plan = history.plan_of(meant.round.year, meant.round.kind)
    sendouts = load_sendouts(request.plan).sendouts
    wanted = replace(
        request,
        round=meant.round.kind,
        year=meant.round.year,
        out=request.out or round_folder(request.root, meant.round, SAMPLE_FOLDER),
        items=tuple(item_id_of(plan, one) for one in request.items),
    )
    _refuse_sent(wanted, plan_jobs(plan, wanted), sendouts)
    made = make_books(plan, meant.round, wanted, progress)
    told = deadline_problems(request.deadline, date.today())
    return replace(made, problems=(*made.problems, *told), is_found=meant.is_found)


def _refuse_sent(
    request: GenerateRequest, jobs: Sequence[BookJob], sendouts: Sequence[SendOut]
) -> None:
    """見本を、送ったブックのある所に置かない。"""
    sent = {one.sha256 for one in sendouts if one.kind is not SendKind.REMINDER}
    folder = request.out or Path()
    there = [path for job in jobs if sent and (path := folder / job.file_name).is_file()]
    found = [path.name for path in there if _sha256(path.read_bytes()) in sent]
    if found:
        facts = {"count": len(found), "names": in_short(found, SHOWN, "冊")}
        raise SheetgenError(Problem("F020", Place(file=str(folder)), facts))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def make_books(
    plan: Plan,
    chosen: Round,
    request: GenerateRequest,
    progress: Progress | None = None,
    sent: Mapping[str, SendOut] | None = None,
    weigh: Weigh | None = None,
) -> GenerateResult:
    """照会の計画から、決まった照会の様式を ``request.out`` に作る。

    ``sent`` は、もう送ったブックの名と、その記録。中身が送ったものと違えば、作らずに残す。
    ``weigh`` が一冊でも問題を返せば、何も置かない。
    ほかは :func:`generate` と同じ。
    """
    jobs = plan_jobs(plan, request)
    asked = round_text(plan, chosen, request.deadline)
    maker = BookMaker(plan, chosen, asked, FormTemplate(request.template))
    folder = request.out or round_folder(request.root, chosen, SAMPLE_FOLDER)
    kept: list[str] = []
    over: list[Problem] = []
    with Staging(folder, datetime.now()) as staging:
        for done, job in enumerate(jobs):
            if progress:
                progress(done, len(jobs), job.addressee)
            with staging.open(job.file_name) as target:
                maker.writer.write(maker.book(job), target)
            before = (sent or {}).get(job.file_name)
            if before is not None and before.sha256 != staging.digest(job.file_name):
                staging.drop(job.file_name)
                kept.append(job.file_name)
            elif weigh and (heavy := weigh(job.file_name, staging.content(job.file_name))):
                over.append(heavy)
        if progress:
            progress(len(jobs), len(jobs), "")
        problems = over + maker.problems() + sections_without_book(plan, request, jobs)
        problems += homeless(plan)
        printed = {item.id for job in jobs for _, _, item in job.items}
        doubts = figure_doubts(plan, str(request.plan))
        problems += [one for one in doubts if one.place.item in printed]
        if chosen.result_year is not None:
            problems += without_initiative(plan, jobs, printed_initiative_year(plan, chosen))
        if any(is_error(problem) for problem in problems):
            raise SheetgenError(problems)
        placed = staging.place()
    problems += not_asked(plan, chosen, request)
    issue = maker.issue()
    made = {key: form for key, form in issue.forms.items() if form.book not in kept}
    if made:
        problems += keep_issue(replace(issue, forms=made), request.plan)
    if is_whole(request) and request.per is Per.SECTION:
        problems += left_over(folder, f"*_{safe_name(chosen.kind.label)}.xlsx", jobs, sent or {})
    books = tuple(
        WrittenBook(folder / job.file_name, job.addressee, len(job.items),
                    tuple(item.id for _, _, item in job.items))
        for job in jobs if job.file_name not in kept
    )  # fmt: skip
    return GenerateResult(
        chosen,
        folder,
        books,
        placed.unchanged,
        placed.kept_aside,
        tuple(problems),
        issue.key,
        tuple(kept),
    )


def changed_since(
    plan: Plan, chosen: Round, request: GenerateRequest, sent: Mapping[str, SendOut]
) -> Collection[str]:
    """いま作れば、送ったものと中身が違うブックの名。何も書かない。"""
    jobs = [job for job in plan_jobs(plan, request) if job.file_name in sent]
    if not jobs:
        return ()
    maker = BookMaker(
        plan, chosen, round_text(plan, chosen, request.deadline), FormTemplate(request.template)
    )
    return [name for name, data in _rendered(maker, jobs) if _sha256(data) != sent[name].sha256]


def weighed(
    plan: Plan, chosen: Round, request: GenerateRequest, kept: Collection[str], weigh: Weigh
) -> list[Problem]:
    """いま作るブックのうち、送れる大きさを超えるもの。``kept`` は作らないもの。何も書かない。"""
    jobs = [job for job in plan_jobs(plan, request) if job.file_name not in kept]
    maker = BookMaker(
        plan, chosen, round_text(plan, chosen, request.deadline), FormTemplate(request.template)
    )
    return [heavy for name, data in _rendered(maker, jobs) if (heavy := weigh(name, data))]


def _rendered(maker: BookMaker, jobs: Sequence[BookJob]) -> Iterator[tuple[str, bytes]]:
    for job in jobs:
        target = io.BytesIO()
        maker.writer.write(maker.book(job), target)
        yield job.file_name, target.getvalue()


def left_over(
    folder: Path, pattern: str, jobs: list[BookJob], sent: Collection[str] = ()
) -> list[Problem]:
    """前に作り、今回は作らなかったブックを挙げる。送ったまま残す ``sent`` は除く。"""
    made = {*(job.file_name for job in jobs), *sent}
    found = sorted(path for path in folder.glob(pattern) if path.name not in made)
    return [Problem("O005", Place(file=str(path))) for path in found]
