"""閉じた年次見直しの計画のデータを、日付を付けてしまう。しまったものは書き換えない。"""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path

from sheetgen.plan.durable import put, sweep_endings
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.journal import NAME as JOURNAL
from sheetgen.records.journal import journal_path

FOLDER = "archive"
_NUMBERS = re.compile(r"(\d+)")
_EDITION = re.compile(r".+_(実績照会|見直し照会|公表)(-\d+)?")


def archive_folder(plan: Path) -> Path:
    """この計画のデータの控えのフォルダー。控えそのものなら、それのあるフォルダー。"""
    folder = plan.resolve().parent
    return folder if is_archived(plan) else folder / FOLDER


def is_archived(plan: Path) -> bool:
    """しまった計画か。しまったものには、何も書かない。"""
    target = plan.resolve()
    return target.parent.name == FOLDER and target.name != "plan.json"


def refuse_archived(plan: Path) -> None:
    """しまった計画に記録させない。

    :raises SheetgenError: しまった計画である（S113）。
    """
    if is_archived(plan):
        raise SheetgenError(Problem("S113", Place(file=str(plan))))


def archives(plan: Path) -> list[Path]:
    """年度を切り替えたときの控え。古い順（年度、日付、同じ日ならしまった順）。"""
    with contextlib.suppress(OSError):
        found = archive_folder(plan).glob("*.json")
        return sorted((one for one in found if not _EDITION.fullmatch(one.stem)), key=_age)
    return []


def _age(path: Path) -> list[tuple[int, str]]:
    """名の中の数は、数として比べる。文字のままでは ``-2`` が番号のないものより前に来る。"""
    parts = _NUMBERS.split(path.stem)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def archive_master(plan: Path, stem: str, digest: str) -> Path:
    """計画のデータを、一字も変えずに ``stem`` という名でしまう。同じものがあれば、それを返す。

    ``digest`` は、しまうものの sha256。計画のデータの錠を持って呼ぶ。

    :raises SheetgenError: しまえない（S108）。
    """
    folder = archive_folder(plan)
    try:
        data = plan.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise OSError("the master has changed")
        folder.mkdir(exist_ok=True)
        sweep_endings(folder, ".json", JOURNAL)
        number = 1
        while (target := folder / f"{stem}{f'-{number}' if number > 1 else ''}.json").exists():
            if target.read_bytes() == data:
                return target
            number += 1
        put(target, data)
    except OSError as error:
        raise SheetgenError(Problem("S108", facts={"folder": folder})) from error
    return target


def archive_journal(plan: Path) -> tuple[Problem, ...]:
    """記録簿を控えのそばに写す。控えを ``--plan`` に指定すれば、来歴をたどれる。

    記録簿は足すだけなので、新しい写しは前の写しを含む。含まないときは、前の写しの名を変えて残し、
    知らせる（S109）。

    :raises SheetgenError: しまえない（S108）。
    """
    folder = archive_folder(plan)
    target = folder / JOURNAL
    problems: tuple[Problem, ...] = ()
    try:
        if not journal_path(plan).exists():
            return ()
        data = journal_path(plan).read_bytes()
        if target.exists():
            before = target.read_bytes()
            if before == data:
                return ()
            if not data.startswith(before):
                aside = _free(folder)
                target.rename(aside)
                facts = {"file": target.name, "aside": aside.name}
                problems = (Problem("S109", Place(file=str(target)), facts),)
        put(target, data)
    except OSError as error:
        raise SheetgenError(Problem("S108", facts={"folder": folder})) from error
    return problems


def _free(folder: Path) -> Path:
    number = 1
    while (path := folder / f"journal-{number}.jsonl").exists():
        number += 1
    return path
