"""配布：課ごとのブック、依頼文、メールの下書き、送付記録。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sheetgen.form.identity import round_mark
from sheetgen.form.jobs import BookJob, GenerateRequest, is_whole, not_asked, plan_jobs, safe_name
from sheetgen.messages.quoting import in_short
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Place, Problem, SheetgenError, UsageError
from sheetgen.progress import Progress
from sheetgen.records.archives import refuse_archived
from sheetgen.records.editions import keep_round_sent, open_history
from sheetgen.records.leftovers import sections_renamed
from sheetgen.records.rounds_sent import ISSUE_FOLDER, round_folder, round_meant
from sheetgen.records.sendouts import SendKind, SendOut, latest, load_sendouts, of_round
from sheetgen.send.deadlines import day_words, deadline_problems
from sheetgen.send.generating import changed_since, make_books, weighed
from sheetgen.send.letters import (
    EXTENSION_LETTER,
    ISSUE_LETTER,
    SHOWN,
    Addressees,
    LetterWriter,
    left_over,
    letter_items,
    letter_text,
)
from sheetgen.send.mail import Letter
from sheetgen.send.posting import (
    Draft,
    Parcel,
    Posting,
    drafts_of,
    parcel_of,
    place_letters,
    place_notes,
    record_sendouts,
    weigher,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributeRequest:
    """配るものを作る依頼。

    欄は :class:`sheetgen.form.jobs.GenerateRequest` と同じ。``letters`` は手紙のテンプレートの
    フォルダー。``again`` が真なら、送ったものも作り直し、前と同じものでも、送付記録に書く。
    ``extend`` が真なら、ブックは作らず、``sections`` の課の期限を延ばす。
    ``dry_run`` が真なら、何も作らず、書かない。差戻しのブックを送り返すときの ``out`` は、
    それを作った回収のフォルダー。``mail_limit_mb`` は送れるメールの大きさの上限（MB）で、なければ
    計画のデータにあるもの。
    """

    plan: Path
    template: Path
    letters: Path
    root: Path
    out: Path | None = None
    round: RoundKind | str | None = None
    year: int | None = None
    sections: tuple[str, ...] = ()
    deadline: date | None = None
    again: bool = False
    extend: bool = False
    dry_run: bool = False
    mail_limit_mb: int | None = None


@dataclass(frozen=True, slots=True)
class DistributeResult:
    """配るものを作った結果。``recorded`` は送付記録に加えた行の数。

    ``sent`` は、もう送ってあり、そのまま残した課。``is_found`` は、照会を記録から決めたか。
    ``drafts`` は、``parcels`` と同じ順の、メールの下書き。
    """

    round: Round
    folder: Path
    parcels: tuple[Parcel, ...]
    recorded: int
    unchanged: int
    kept_aside: tuple[Path, ...]
    problems: tuple[Problem, ...]
    dry_run: bool = False
    sent: tuple[str, ...] = ()
    is_found: bool = False
    drafts: tuple[Draft, ...] = ()


def distribute(
    request: DistributeRequest,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
    who: str | None = None,
) -> DistributeResult:
    """各課に送るものを作り、送付記録に残す。もう送ったものは、``again`` でなければ変えない。

    ``progress`` は（終わったブックの数、全部の数、宛先）を受け取る。

    :raises SheetgenError: 計画のデータ、テンプレートか依頼が使えない（そのときは何も変えない）、
        どの課にも、中身の違うブックをもう送ってある（L055）、送れる大きさを超える（L070）、
        またはファイルが書けない。
    """
    moment = (now or datetime.now()).astimezone()
    refuse_archived(request.plan)
    history = open_history(request.plan)
    meant = round_meant(request.plan, history.plan, request.round, request.year, only_sent=True)
    chosen = meant.round
    plan = history.plan_of(chosen.year, chosen.kind)
    folder = request.out or round_folder(request.root, chosen, ISSUE_FOLDER)
    wanted = _books_wanted(request, chosen, folder)
    jobs = plan_jobs(plan, wanted)
    letters = _letters(request, plan, chosen, jobs)
    log = load_sendouts(request.plan)
    renamed = sections_renamed(history.entries, history.plan)
    before = latest(of_round(log.sendouts, round_mark(chosen), renamed), SendKind.ISSUE)
    addressees = Addressees(plan)
    parcels = [
        parcel_of(job.addressee, job.file_name, "依頼文", _ids(job), addressees, before)
        for job in jobs
    ]
    problems = [*log.problems, *addressees.problems(one.section for one in parcels)]
    problems += deadline_problems(request.deadline, moment.date())
    if request.deadline is None:
        problems.append(Problem("L022"))
    sent = {} if request.again else _sent_books(parcels, before)
    weigh = weigher(parcels, letters, request.mail_limit_mb or history.plan.mail_limit_mb)
    if request.dry_run:
        problems += not_asked(plan, chosen, wanted)
        kept = set(changed_since(plan, chosen, wanted, sent))
        problems += weighed(plan, chosen, wanted, kept, weigh) if weigh else []
    else:
        made = make_books(plan, chosen, wanted, progress, sent, weigh)
        kept = set(made.sent)
    left = [one for one in parcels if one.files[0] in kept]
    problems += _told_of_sent(chosen, left, parcels, sent)
    new = tuple(one for one in parcels if one.files[0] not in kept)
    written = [letter for one, letter in zip(parcels, letters, strict=True) if one in new]
    result = DistributeResult(
        chosen,
        folder,
        new,
        0,
        0,
        (),
        tuple(problems),
        dry_run=request.dry_run,
        sent=tuple(one.section for one in left),
        is_found=meant.is_found,
        drafts=drafts_of(folder, new, written),
    )
    if request.dry_run:
        return result
    books = [(folder / one.files[0]).read_bytes() for one in new]
    placed = place_letters(folder, new, written, books)
    posting = Posting(SendKind.ISSUE, chosen, moment, who)
    deadlines = [request.deadline] * len(new)
    sendouts = posting.book_lines(new, books, [made.issue] * len(books), deadlines)
    recorded, failed = record_sendouts(request.plan, sendouts, again=request.again)
    problems += [*made.problems, *failed, *keep_round_sent(request.plan, chosen)]
    if is_whole(wanted):
        label = safe_name(chosen.kind.label)
        names = [name for parcel in parcels for name in parcel.files]
        names += [name for parcel in parcels for name in extension_files(parcel)]
        stems = [name.removesuffix(".xlsx") for name in sent]
        names += [f"{stem}{end}" for stem in stems for end in _ENDS]
        problems += left_over(folder, names, f"*_{label}.eml", f"*_{label}_*.html")
    return replace(
        result,
        recorded=recorded,
        unchanged=made.unchanged,
        kept_aside=(*made.kept_aside, *placed.kept_aside),
        problems=tuple(problems),
    )


def _sent_books(
    parcels: Sequence[Parcel], before: Mapping[tuple[str, str], SendOut]
) -> dict[str, SendOut]:
    """もう送ったブックの名と、その最後の記録。

    課の名や順の変わる前に送ったブックは、名が違う。その課に、どの実施項目ももう送ってあれば、
    送ってあるものとし、前の名も入れる。
    """
    found: dict[str, SendOut] = {}
    for one in parcels:
        name = one.files[0]
        mine = [sent for (section, _), sent in before.items() if section == one.section]
        if (one.section, name) in before:
            found[name] = before[one.section, name]
        elif set(one.items) <= {item for sent in mine for item in sent.items} and mine:
            found |= {sent.file: sent for sent in mine} | {name: mine[-1]}
    return found


_ENDS = (".eml", "_依頼文.html", "_期限延長.html", "_期限延長.eml")
"""送ったブックのそばに置くものの名の終わり。"""


def _told_of_sent(
    chosen: Round, kept: Sequence[Parcel], parcels: Sequence[Parcel], sent: Mapping[str, SendOut]
) -> list[Problem]:
    """送ったまま残したブックがあれば知らせる。

    :raises SheetgenError: 作るものが一つもない（L055）。
    """
    if not kept:
        return []
    days = {sent[one.files[0]].deadline_day for one in kept}
    known = [day for day in days if day is not None]
    facts = {
        "round": chosen.full_name,
        "count": len(kept),
        "sections": in_short([one.section for one in kept], SHOWN, "課"),
        "deadline": day_words(max(known)) if known else "なし",
    }
    if len(kept) == len(parcels):
        raise SheetgenError(Problem("L055", facts=facts))
    return [Problem("L056", facts=facts)]


def _ids(job: BookJob) -> Iterator[str]:
    return (item.id for _, _, item in job.items)


def _books_wanted(request: DistributeRequest, chosen: Round, folder: Path) -> GenerateRequest:
    return GenerateRequest(
        plan=request.plan,
        template=request.template,
        root=request.root,
        out=folder,
        round=chosen.kind,
        year=chosen.year,
        sections=request.sections,
        deadline=request.deadline,
        only_asked=True,
    )


def _letters(
    request: DistributeRequest,
    plan: Plan,
    chosen: Round,
    jobs: Sequence[BookJob],
    template: str = ISSUE_LETTER,
) -> list[Letter]:
    """課ごとの依頼文。テンプレートの誤りは、何かを置く前に分かる。"""
    writer = LetterWriter(request.letters, template)
    letters = []
    for job in jobs:
        values = letter_text(plan, chosen, request.deadline, job.addressee, job.file_name)
        items, joint = letter_items(job.items), letter_items(job.joint, here=False)
        letters.append(writer.write(replace(values, items=items, joint=joint)))
    return letters


def extension_files(parcel: Parcel) -> tuple[str, str]:
    """期限を延ばすお知らせの、印刷する文とメールの下書きの名。"""
    stem = parcel.files[0].removesuffix(".xlsx")
    return f"{stem}_期限延長.html", f"{stem}_期限延長.eml"


def extend_deadline(
    request: DistributeRequest, *, now: datetime | None = None, who: str | None = None
) -> DistributeResult:
    """いくつかの課の期限を延ばす。お知らせと下書きを作り、送付記録に残す。ブックは変えない。

    督促と状況は、延ばした期限を使う。差戻しを送ってあれば、その期限も同じ日になる。

    :raises UsageError: 課か期限の指定がない（L057）、その課はない（F004）。
    :raises SheetgenError: まだ送っていない課がある（L058）、テンプレートが使えない、
        またはファイルが書けない。
    """
    if not request.sections or request.deadline is None:
        raise UsageError(Problem("L057", Place(label="--extend")))
    moment = (now or datetime.now()).astimezone()
    history = open_history(request.plan)
    meant = round_meant(request.plan, history.plan, request.round, request.year)
    chosen = meant.round
    plan = history.plan_of(chosen.year, chosen.kind)
    folder = request.out or round_folder(request.root, chosen, ISSUE_FOLDER)
    jobs = plan_jobs(plan, _books_wanted(request, chosen, folder))
    log = load_sendouts(request.plan)
    renamed = sections_renamed(history.entries, history.plan)
    sendouts = of_round(log.sendouts, round_mark(chosen), renamed)
    before = {one.section: one for one in sendouts if one.kind is SendKind.ISSUE}
    unsent = [job.addressee for job in jobs if job.addressee not in before]
    if unsent:
        facts = {"round": chosen.full_name, "sections": in_short(unsent, SHOWN, "課")}
        raise SheetgenError(Problem("L058", facts=facts))
    addressees = Addressees(plan)
    parcels = tuple(
        parcel_of(job.addressee, before[job.addressee].file, "", before[job.addressee].items,
                  addressees, {})
        for job in jobs
    )  # fmt: skip
    letters = _letters(request, plan, chosen, jobs, EXTENSION_LETTER)
    problems = [*log.problems, *addressees.problems(one.section for one in parcels)]
    problems += deadline_problems(request.deadline, moment.date())
    notes = tuple(replace(one, files=extension_files(one)) for one in parcels)
    recorded = 0
    if not request.dry_run:
        mails = place_notes(folder, notes, letters)
        posting = Posting(SendKind.EXTENSION, chosen, moment, who)
        lines = [
            posting.line(
                section=one.section,
                to=one.to,
                file=one.files[-1],
                data=mail,
                deadline=request.deadline,
                items=one.items,
            )
            for one, mail in zip(notes, mails, strict=True)
        ]
        recorded, failed = record_sendouts(request.plan, lines, again=request.again)
        problems += failed
    return DistributeResult(
        chosen,
        folder,
        notes,
        recorded,
        0,
        (),
        tuple(problems),
        dry_run=request.dry_run,
        is_found=meant.is_found,
        drafts=drafts_of(folder, notes, letters),
    )
