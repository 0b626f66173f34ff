"""配布記録を置き、読む。

名ごとに一つのファイル、様式ごとに一行で、順は決まっている。同じ様式からは同じバイト列になり、
あとで作った様式は、行が加わるだけ。
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sheetgen.form.correction import Correction, Reason
from sheetgen.form.identity import round_mark
from sheetgen.form.issued import Issue, IssuedCell, IssuedForm, IssuedLayout
from sheetgen.plan.durable import put
from sheetgen.plan.locking import Held, locked, refuse_page
from sheetgen.plan.round import BUILT_IN, Of, Round, RoundKind
from sheetgen.plan.text import writable
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem, SheetgenError

FOLDER = "issued"
"""計画のデータのフォルダーの中の、配布記録を置くフォルダーの名。"""
RECORD_VERSION = 1
LOCK_WAIT = 10.0
"""ほかの人が書き終えるのを待つ秒数。"""
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError)
_KEY = re.compile(r"[0-9a-f]{8}")


def issues_folder(plan: Path) -> Path:
    """この計画のデータの配布記録を置くフォルダー。"""
    return plan.parent / FOLDER


def issue_path(folder: Path, chosen: Round, key: str) -> Path:
    """配布記録のファイル ``2024J-0a1b2c3d.json``。"""
    return folder / f"{round_mark(chosen)}-{key}.json"


def save_issue(issue: Issue, folder: Path) -> Path:
    """配布記録を置く。同じ目印の記録があれば、様式を合わせる。

    :raises SheetgenError: フォルダーに書けない（R191）。
    """
    path = issue_path(folder, issue.round, issue.key)
    try:
        earlier = _current(path)
        data = _render(_joined(earlier, issue))
        if data == earlier:
            if issue.is_return:  # 前の問いに戻ったときも、最後に作ったものがいちばん新しい
                with contextlib.suppress(OSError):
                    path.touch()
            return path
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            now = _current(path)
            put(path, data if now == earlier else _render(_joined(now, issue)))
    except OSError as error:
        raise SheetgenError(Problem("R191", Place(file=str(path)))) from error
    return path


def load_issue(path: Path) -> Issue:
    """配布記録を読む。

    :raises SheetgenError: 記録が読めない、または壊れている（R190）。
    """
    try:
        return _parse(json.loads(path.read_bytes()))
    except (OSError, *_DAMAGE) as error:
        raise SheetgenError(Problem("R190", Place(file=str(path)))) from error


def load_issues(folder: Path, chosen: Round | None = None) -> tuple[list[Issue], list[Problem]]:
    """その照会（``None`` ならすべて）の配布記録を、新しい順に読む。読めないものは問題とする。"""
    issues: list[Issue] = []
    problems: list[Problem] = []
    for path in issue_files(folder, chosen):
        try:
            issues.append(load_issue(path))
        except SheetgenError as error:
            problems += error.problems
    return issues, problems


def issue_files(folder: Path, chosen: Round | None = None) -> list[Path]:
    """その照会（``None`` ならすべて）の配布記録のファイル。新しい順。"""
    mark = round_mark(chosen) if chosen else "*"
    with contextlib.suppress(OSError):
        found = [
            (-path.stat().st_mtime_ns, path.name, path)
            for path in folder.glob(f"{mark}-*.json")
            if _KEY.fullmatch(path.stem.rpartition("-")[2])
        ]
        return [path for _, _, path in sorted(found)]
    return []


def _current(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """二人が同時に作っても、どちらの様式も記録に残るようにする。"""
    try:
        with locked(folder / ".lock", LOCK_WAIT):
            refuse_page(folder.parent)
            yield
    except Held as error:
        raise OSError("another run is writing") from error


def _joined(earlier: bytes | None, issue: Issue) -> Issue:
    """前からある記録の様式を加える。壊れた記録は、新しい記録で置き換える。"""
    if earlier is None:
        return issue
    try:
        before = _parse(json.loads(earlier))
    except _DAMAGE:
        return issue
    return replace(issue, forms={**before.forms, **_replacing(issue.forms, before.forms)})


def _replacing(
    forms: Mapping[str, IssuedForm], before: Mapping[str, IssuedForm]
) -> dict[str, IssuedForm]:
    """同じ答えの差戻しを二度作ったとき、どちらの元の様式も、答え直したものとする。"""
    return {
        form_id: replace(form, replaces=form.replaces | before[form_id].replaces)
        if form_id in before
        else form
        for form_id, form in forms.items()
    }


def _render(issue: Issue) -> bytes:
    layout = issue.layout
    head = {
        "record_version": RECORD_VERSION,
        "key": issue.key,
        "municipality": issue.municipality,
        "plan_title": issue.plan_title,
        "round": issue.round.kind.value,
        **_declared_round(issue.round.kind),
        "year": issue.round.year,
        "is_return": issue.is_return,
        "template": layout.template,
        "sheet": layout.sheet,
        "formulas": layout.formulas,
        "others": layout.others,
        "remarks": layout.remarks,
    }
    cells = [[c.ref, c.last, c.path, c.label, c.text, c.is_input] for c in layout.cells]
    forms = [
        f" {_line(form_id)}: {_line(_form(form))}" for form_id, form in sorted(issue.forms.items())
    ]
    lines = [f"{_line(name)}: {_line(value)}" for name, value in head.items()]
    lines.append('"cells": [\n' + ",\n".join(f" {_line(cell)}" for cell in cells) + "\n]")
    lines.append('"forms": {\n' + ",\n".join(forms) + "\n}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8")


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _form(form: IssuedForm) -> dict[str, object]:
    sent_back = {"replaces": form.replaces, "doubted": form.doubted}
    return {
        "item": form.item_id,
        "sheet": form.sheet,
        "book": form.book,
        "opened": sorted(form.opened),
        "capacity": dict(form.capacity),
        "values": dict(form.values),
        "base": dict(form.base),
        **{name: sorted(held) for name, held in sent_back.items() if held},
        **({"correction": _correction(form.correction)} if form.correction else {}),
    }


def _correction(one: Correction) -> dict[str, object]:
    """差戻しの中身。答えのもとの原本は、様式のほうにある。"""
    return {
        "values": {path: _stored(value) for path, value in one.values.items()},
        "marks": {path: writable(words) for path, words in one.marks.items()},
        "reasons": [list(map(_stored, reason)) for reason in one.reasons],
        "cut": dict(one.cut),
    }


def _stored(value: Value) -> Value:
    return writable(value) if isinstance(value, str) else value


def _parse_correction(
    item: str, record: Mapping[str, Any] | None, replaces: frozenset[str]
) -> Correction | None:
    if record is None:
        return None
    reasons = tuple(Reason(*reason) for reason in record["reasons"])
    return Correction(
        item, dict(record["values"]), dict(record["marks"]), reasons, replaces, dict(record["cut"])
    )


def _parse(record: Mapping[str, Any]) -> Issue:
    if record["record_version"] != RECORD_VERSION:
        raise ValueError("record_version")
    cells = tuple(_cell(cell) for cell in record["cells"])
    forms = {
        form_id: IssuedForm(
            form_id,
            _text(form["item"]),
            _text(form["sheet"]),
            _text(form["book"]),
            dict(form["values"]),
            dict(form["base"]),
            frozenset(form["opened"]),
            dict(form["capacity"]),
            frozenset(_texts(form.get("replaces", []))),
            frozenset(_texts(form.get("doubted", []))),
            _parse_correction(
                _text(form["item"]),
                form.get("correction"),
                frozenset(_texts(form.get("replaces", []))),
            ),
        )
        for form_id, form in record["forms"].items()
    }
    return Issue(
        key=_text(record["key"]),
        municipality=_text(record["municipality"]),
        plan_title=_text(record["plan_title"]),
        round=Round(_kind_of(record), int(record["year"])),
        layout=IssuedLayout(
            _text(record["template"]),
            _text(record["sheet"]),
            cells,
            _texts(record["formulas"]),
            _texts(record["others"]),
            _texts(record["remarks"]),
        ),
        forms=forms,
        is_return=bool(record["is_return"]),
    )


def _declared_round(kind: RoundKind) -> dict[str, Any]:
    """計画の増やした照会は、計画から除かれたあとも読めるように、その中身も持つ。"""
    if not kind.is_declared:
        return {}
    return {
        "round_as": {
            "name": kind.label,
            "of": kind.of.value,
            "asks": list(kind.asks),
            "provisional": kind.provisional,
        }
    }


def _kind_of(record: Mapping[str, Any]) -> RoundKind:
    value, said = _text(record["round"]), record.get("round_as")
    if said is None:
        known = {one.value: one for one in BUILT_IN}
        return known[value]
    return RoundKind(
        value,
        _text(said["name"]),
        Of(said["of"]),
        _texts(said["asks"]),
        bool(said["provisional"]),
    )


def _cell(record: list[Any]) -> IssuedCell:
    ref, last, path, label, text, is_input = record
    return IssuedCell(_text(ref), _text(last), path, label, _text(text), bool(is_input))


def _texts(record: list[Any]) -> tuple[str, ...]:
    return tuple(_text(one) for one in record)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value
