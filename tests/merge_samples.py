"""突き合わせと記録の試験に使う、小さな計画の戻った様式。"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from plan_samples import sample_plan

from sheetgen.collect.answers import Answer, Proposal, ReturnedForm
from sheetgen.form.issued import IssuedForm
from sheetgen.plan.paths import read_path
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.plan.saving import save_plan
from sheetgen.plan.value import Value
from sheetgen.problems import Problem
from sheetgen.reading.delivery import Delivered
from sheetgen.records.originals import OriginalKeeper

PLAN = Plan.model_validate(sample_plan())
RESULTS = Round(RoundKind.RESULTS, 2026)
REVISION = Round(RoundKind.REVISION, 2026)

TEXT = "years[0].result.text"
VALUE = "years[0].result.value"
EFFECT = "years[0].result.effect"
GRADE = "years[0].result.grade"
RESULT_PATHS = (TEXT, VALUE, EFFECT, GRADE)
NEXT_PLAN = "years[2].plan"
INITIATIVE = "initiative.text"
REVISION_PATHS = (NEXT_PLAN, "years[2].target", INITIATIVE)

LABELS = {
    TEXT: "令和7年度の取組実績",
    VALUE: "令和7年度の成果指標の実績値",
    EFFECT: "令和7年度の実績効果額(千円)",
    GRADE: "令和7年度の評価",
    NEXT_PLAN: "令和9年度の年次計画",
    "years[2].target": "令和9年度の成果指標の目標値",
    INITIATIVE: "取組方針・取組内容",
}
REFS = {path: f"C{row}" for row, path in enumerate(LABELS, start=10)}

FULL: Mapping[str, Value] = {TEXT: "進めた。", VALUE: 12, EFFECT: 3400, GRADE: "○"}


def digest(name: str) -> str:
    """ファイルの中身の目印のつもりの、16進64桁。"""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def returned(
    answers: Mapping[str, Value] | None = None,
    *,
    item: str = "01-01",
    file: str = "総務課.xlsx",
    plan: Plan = PLAN,
    chosen: Round = RESULTS,
    sheet: str | None = None,
    base: Mapping[str, Value] | None = None,
    replaces: Iterable[str] = (),
    proposals: Iterable[Proposal] = (),
    problems: Iterable[Problem] = (),
    unread: Mapping[str, str] | None = None,
) -> ReturnedForm:
    """``plan`` から配られ、``answers`` を書いて戻った様式。"""
    paths = RESULT_PATHS if chosen.kind is RoundKind.RESULTS else REVISION_PATHS
    found = plan.find(item)[2]
    held = {path: read_path(found, path, chosen.initiative_year) for path in paths}
    issued = IssuedForm(
        form_id=f"{chosen.year}J-{item}-00",
        item_id=item,
        sheet=item,
        book="配った.xlsx",
        values={},
        base=held | dict(base or {}),
        opened=frozenset(paths),
        replaces=frozenset(replaces),
    )
    values = held | dict(base or {}) | dict(answers or {})
    missing = set(unread or {})
    return ReturnedForm(
        file=file,
        original=digest(file),
        sheet=sheet or item,
        round=chosen,
        issued=issued,
        answers={
            path: Answer(path, LABELS[path], REFS[path], value, "" if value is None else str(value))
            for path, value in values.items()
            if path not in missing
        },
        proposals=tuple(proposals),
        problems=tuple(problems),
        unread=dict(unread or {}),
    )


def new_master(folder: Path, plan: Plan = PLAN) -> Path:
    """計画を保存したばかりのマスター。"""
    path = folder / "plan.json"
    save_plan(plan, path)
    return path


def keep_originals(folder: Path, files: Iterable[Delivered]) -> tuple[Problem, ...]:
    """届いたファイルをすべてしまい、終わるのを待つ。"""
    with OriginalKeeper(folder) as keeper:
        for file in files:
            keeper.add(file)
        return keeper.finish()
