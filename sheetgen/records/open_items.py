"""届いたがまだ記録できない実施項目の控え ``collected.json`` を、読み、書く。

事務局に今の様子を見せるだけのもので、記録したことは記録簿にある。聞くことがなくなれば、
ファイルもなくなる。
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from sheetgen.plan.durable import put
from sheetgen.problems import Place, Problem


class ItemState(StrEnum):
    """一つの実施項目の、回収の状態。値は人に見せることば。

    ``PROVISIONAL`` は、答えはあるが暫定で、確定した答えを待つもの。状況と督促だけで使う。
    """

    RECORDED = "今回記録"
    KEPT = "記録済み"
    HELD = "要確認"
    UNTOUCHED = "未記入"
    MISSING = "未提出"
    PROVISIONAL = "暫定"


COLLECTED = tuple(one for one in ItemState if one is not ItemState.PROVISIONAL)
"""回収の結果としての状態。"""


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


class UnreadFile(NamedTuple):
    """届いたが読めなかったファイル。``file`` は人に見せる名、``code`` はそのわけの符号。

    ``section`` は送った課の正式な名（ファイルの名から分からなければ空）。
    """

    file: str
    code: str
    section: str = ""


NAME = "collected.json"
VERSION = 1
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError)


def open_items_path(plan: Path) -> Path:
    """この計画のデータの控え。"""
    return plan.resolve().with_name(NAME)


def load_open_items(plan: Path, mark: str) -> tuple[dict[str, OpenItem], tuple[Problem, ...]]:
    """その照会（``2024J`` など）の、まだ記録できない実施項目。読めなければ空とし、告げる。"""
    try:
        rounds = _part(open_items_path(plan), "rounds")
        return {item: _parse(one) for item, one in rounds.get(mark, {}).items()}, ()
    except (OSError, *_DAMAGE):
        return {}, (Problem("S001", Place(file=str(plan.with_name(NAME)))),)


def load_unread(plan: Path, mark: str) -> tuple[UnreadFile, ...]:
    """その照会の、届いたが読めなかったファイル。控えが読めなければ空。"""
    try:
        found = _part(open_items_path(plan), "unread").get(mark, {})
        return tuple(
            UnreadFile(file, str(one["code"]), str(one["section"])) for file, one in found.items()
        )
    except (OSError, *_DAMAGE):
        return ()


def save_open_items(
    plan: Path, mark: str, items: Mapping[str, OpenItem], unread: Iterable[UnreadFile] = ()
) -> tuple[Problem, ...]:
    """その照会の覚え書きを新しくする。計画のデータの錠を持って呼ぶ。

    答えはもう記録してある。書けなくても、例外にせず、問題として返す。
    """
    path = open_items_path(plan)
    try:
        try:
            before = {name: _part(path, name) for name in _PARTS}
        except _DAMAGE:
            before = {name: {} for name in _PARTS}
        new = {
            "rounds": {item: _render(one) for item, one in sorted(items.items())},
            "unread": {
                one.file: {"code": one.code, "section": one.section} for one in sorted(unread)
            },
        }
        if all(new[name] == before[name].get(mark, {}) for name in _PARTS):
            return ()
        kept = {}
        for name in _PARTS:
            merged = {**before[name], mark: new[name]}
            kept[name] = {key: value for key, value in sorted(merged.items()) if value}
        if not any(kept.values()):
            path.unlink(missing_ok=True)
            return ()
        if not kept["unread"]:
            del kept["unread"]
        text = json.dumps({"version": VERSION, **kept}, ensure_ascii=False, indent=1)
        put(path, text.encode("utf-8", "replace") + b"\n", flush=False)
    except OSError:
        return (Problem("S002", Place(file=str(plan.with_name(NAME)))),)
    return ()


_PARTS = ("rounds", "unread")


def _part(path: Path, name: str) -> dict[str, dict[str, Any]]:
    """覚え書きの一つの部分。照会（``2024J`` など）がキー。``unread`` は、ないこともある。"""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    record = json.loads(data)
    if record["version"] != VERSION:
        raise ValueError("version")
    part = record["rounds"] if name == "rounds" else record.get(name, {})
    return {str(mark): dict(items) for mark, items in part.items()}


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
