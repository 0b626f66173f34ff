"""いま行っている照会：指定のないときにどの照会のことかを記録から決め、照会ごとの置き場所を言う。

照会は、配り始めた順に並べる。前の照会のブックを一つの課に送り直しても、
いま行っている照会は変わらない。年度を切り替えると、前の年度の照会は閉じている。
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sheetgen.era import wareki
from sheetgen.form.identity import round_of_mark
from sheetgen.form.jobs import safe_name
from sheetgen.form.rounds import round_kind, settle_round
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import UsageError
from sheetgen.records.issues import issue_files, issues_folder
from sheetgen.records.sendouts import SendKind, SendOut, load_sendouts

ISSUE_FOLDER = "配布"
SAMPLE_FOLDER = "見本"
COLLECT_FOLDER = "回収"
REMINDER_FOLDER = "督促"


class RoundMeant(NamedTuple):
    """コマンドの扱う照会。``is_found`` は、種類の指定がなく、送った記録から決めたか。"""

    round: Round
    is_found: bool = False


def round_meant(
    path: Path,
    plan: Plan,
    kind: RoundKind | str | None,
    year: int | None,
    *,
    only_sent: bool = False,
) -> RoundMeant:
    """照会を決める。どのコマンドも、これで決める。``path`` は計画のデータのファイル。

    種類か年度の指定がなければ、最後に送った照会。送付記録に一つもなければ、様式を最後に
    作った照会（``only_sent`` なら見ない）。それもなければ、年次見直しの年度の実績照会。

    :raises UsageError: その年度に聞くことが計画にない（F001、F002）。
    :raises SheetgenError: 送付記録が読めない（L002）。
    """
    kind = None if kind is None else round_kind(plan, kind)
    if kind is not None and year is not None:
        return RoundMeant(settle_round(plan, kind, year))

    def fits(one: Round) -> bool:
        right_year = one.year >= plan.revision.fiscal_year if year is None else one.year == year
        return right_year and kind in (None, one.kind)

    sent = [one for one in rounds_sent(load_sendouts(path).sendouts, plan) if fits(one)]
    made = [] if sent or only_sent else [one for one in _rounds_made(path, plan) if fits(one)]
    for one in reversed([*sent, *made]):
        try:
            return RoundMeant(settle_round(plan, one.kind, one.year), is_found=kind is None)
        except UsageError:
            continue
    return RoundMeant(_first_round(plan, kind, year, only_sent))


def rounds_sent(sendouts: Iterable[SendOut], plan: Plan) -> list[Round]:
    """送付記録の照会。配り始めた順。"""
    marks = dict.fromkeys(one.round for one in sendouts if one.kind is SendKind.ISSUE)
    return _rounds_of(marks, plan)


def _rounds_of(marks: Iterable[str], plan: Plan) -> list[Round]:
    found = (round_of_mark(mark, plan.round_kinds) for mark in marks)
    return [one for one in found if one is not None]


def _rounds_made(path: Path, plan: Plan) -> list[Round]:
    """配布記録の照会。最後に様式を作った順。"""
    files = issue_files(issues_folder(path))  # 新しい順
    marks = dict.fromkeys(one.stem.partition("-")[0] for one in files)
    return _rounds_of(marks, plan)[::-1]


def _first_round(plan: Plan, kind: RoundKind | None, year: int | None, only_sent: bool) -> Round:
    """まだ何も送っていないときの照会。

    実績を聞けない年度（計画の初年度）なら、見直し照会。これから送るときは、黙って替えない。
    """
    for one in plan.round_kinds if kind is None and not only_sent else ():
        try:
            return settle_round(plan, one, year)
        except UsageError:
            continue
    return settle_round(plan, kind or RoundKind.RESULTS, year)


def round_folder(root: Path, chosen: Round, name: str) -> Path:
    """照会ごとの置き場所 ``root/output/令和6年度/実績照会/配布``。"""
    return root / "output" / wareki(chosen.year) / safe_name(chosen.kind.label) / name


def folder_before(root: Path, chosen: Round, name: str) -> Path:
    """照会を分けていなかった版の置き場所 ``root/output/令和6年度/配布``。"""
    return root / "output" / wareki(chosen.year) / name
