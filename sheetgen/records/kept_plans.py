"""しまってある計画の一覧。名と日付で選べるようにする。"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sheetgen.era import REIWA_OFFSET
from sheetgen.form.identity import round_of_mark
from sheetgen.plan.loading import load_plan
from sheetgen.plan.round import BUILT_IN, RoundKind
from sheetgen.problems import SheetgenError
from sheetgen.records.archives import archive_folder
from sheetgen.records.journal import journal_path, parse_journal
from sheetgen.records.sendouts import SendKind, load_sendouts

_NAME = re.compile(
    r"令和(?P<year>\d+)年度_(?:(?P<day>\d{4}-\d\d-\d\d)|(?P<occasion>.+?))"
    r"(?:-(?P<number>\d+))?"
)
_PUBLISHED = "公表"


class KeptPlan(NamedTuple):
    """しまってある計画。

    ``year`` は年次見直しの年度。``occasion`` は、実績照会、見直し照会、公表か、空（年度の
    切り替え）。``number`` は、同じ時に何番目にしまったか。``at`` はしまった日か日時（ISO 8601）で、
    分からなければ空。
    """

    file: Path
    year: int
    occasion: str
    number: int
    at: str


def kept_plans(path: Path) -> tuple[KeptPlan, ...]:
    """しまってある計画。新しい年度から。``path`` は計画のデータ。何も書かない。

    :raises SheetgenError: 送付記録が読めない（L002）。
    """
    found = list(_found(path))
    return tuple(sorted(found, key=lambda one: (one.year, one.at, one.number), reverse=True))


def _found(path: Path) -> Iterator[KeptPlan]:
    files: list[Path] = []
    with contextlib.suppress(OSError):
        files = sorted(archive_folder(path).glob("*.json"))
    if not files:
        return
    moments = _moments(path)
    for file in files:
        match = _NAME.fullmatch(file.stem)
        if match:
            year = int(match["year"]) + REIWA_OFFSET
            occasion, day = match["occasion"] or "", match["day"] or ""
            key = file.name if occasion in ("", _PUBLISHED) else f"{year}{occasion}"
            yield KeptPlan(file, year, occasion, int(match["number"] or 1), moments.get(key, day))


def _moments(path: Path) -> dict[str, str]:
    """しまったファイルの名か、照会から、その日時へ。"""
    kinds: tuple[RoundKind, ...] = BUILT_IN
    with contextlib.suppress(SheetgenError):  # 読めない計画でも、しまったものは選べる
        kinds = load_plan(path).round_kinds
    found: dict[str, str] = {}
    with contextlib.suppress(OSError):
        journal = parse_journal(journal_path(path).read_bytes(), str(path))
        for entry in journal.entries:
            if entry.file and entry.item is None:
                found.setdefault(entry.file, entry.at)
    for one in load_sendouts(path).sendouts:
        chosen = round_of_mark(one.round, kinds) if one.kind is SendKind.ISSUE else None
        if chosen is not None:
            found.setdefault(f"{chosen.year}{chosen.kind.label}", one.at)
    return found
