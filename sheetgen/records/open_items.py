"""届いたがまだ記録できない実施項目の控え ``collected.json`` を、読み、書く。

事務局に今の様子を見せるだけのもので、記録したことは記録簿にある。聞くことがなくなれば、
ファイルもなくなる。
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from sheetgen.plan.durable import put
from sheetgen.problems import Place, Problem


class ItemState(StrEnum):
    """一つの実施項目の、回収の状態。値は人に見せることば。"""

    RECORDED = "今回記録"
    KEPT = "記録済み"
    HELD = "要確認"
    UNTOUCHED = "未記入"
    MISSING = "未提出"


class OpenItem(NamedTuple):
    """最後の回収で、聞くことがあったか、何も書かれていなかった実施項目。

    ``state`` は 要確認 か 未記入、``at`` は時差つきの ISO 8601、``codes`` はその問題の符号。
    ``reasons`` は同じことをことばで言う。
    """

    state: ItemState
    at: str
    files: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


NAME = "collected.json"
VERSION = 1
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError)


def open_items_path(plan: Path) -> Path:
    """この計画のデータの控え。"""
    return plan.resolve().with_name(NAME)


def load_open_items(plan: Path, mark: str) -> tuple[dict[str, OpenItem], tuple[Problem, ...]]:
    """その照会（``2024J`` など）の、まだ記録できない実施項目。読めなければ空とし、告げる。"""
    try:
        rounds = _rounds(open_items_path(plan))
        return {item: _parse(one) for item, one in rounds.get(mark, {}).items()}, ()
    except (OSError, *_DAMAGE):
        return {}, (Problem("S001", Place(file=str(plan.with_name(NAME)))),)


def save_open_items(plan: Path, mark: str, items: Mapping[str, OpenItem]) -> tuple[Problem, ...]:
    """その照会の覚え書きを新しくする。計画のデータの錠を持って呼ぶ。

    答えはもう記録してある。書けなくても、例外にせず、問題として返す。
    """
    path = open_items_path(plan)
    try:
        try:
            rounds = _rounds(path)
        except _DAMAGE:
            rounds = {}
        new = {item: _render(one) for item, one in sorted(items.items())}
        if new == rounds.get(mark, {}):
            return ()
        rounds = {**{key: value for key, value in rounds.items() if key != mark}, mark: new}
        kept = {key: value for key, value in sorted(rounds.items()) if value}
        if not kept:
            path.unlink(missing_ok=True)
            return ()
        text = json.dumps({"version": VERSION, "rounds": kept}, ensure_ascii=False, indent=1)
        put(path, text.encode("utf-8", "replace") + b"\n", flush=False)
    except OSError:
        return (Problem("S002", Place(file=str(plan.with_name(NAME)))),)
    return ()


def _rounds(path: Path) -> dict[str, dict[str, Any]]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    record = json.loads(data)
    if record["version"] != VERSION:
        raise ValueError("version")
    return {str(mark): dict(items) for mark, items in record["rounds"].items()}


def _render(one: OpenItem) -> dict[str, object]:
    return {
        "state": one.state.value,
        "at": one.at,
        "files": list(one.files),
        "codes": list(one.codes),
        "reasons": list(one.reasons),
    }


def _parse(record: Mapping[str, Any]) -> OpenItem:
    return OpenItem(
        ItemState(record["state"]),
        str(record["at"]),
        tuple(map(str, record["files"])),
        tuple(map(str, record["codes"])),
        tuple(map(str, record.get("reasons", ()))),
    )
