"""画面に見せているデータの版。見せたあとで変わったデータに、前のページの決めごとを書かない。"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

_WATCHED = (
    ("計画のデータ", "plan.json"),
    ("記録簿", "journal.jsonl"),
    ("送付記録", "sendouts.jsonl"),
    ("回収の覚え書き", "collected.json"),
    ("配布記録", "issued"),
    ("しまった計画", "archive"),
)
_LENGTH = 12


class Moved(NamedTuple):
    """見せたあとで変わったもの。``at`` は最後に変わった時刻（なくなっていれば空）。"""

    name: str
    at: str


def revision_of(plan: Path) -> str:
    """いまの版。ファイルごとの目印を「-」でつないだもの。"""
    return "-".join(_mark(plan.with_name(name)) for _, name in _WATCHED)


def moved_since(plan: Path, revision: str) -> tuple[Moved, ...]:
    """``revision`` を見せたあとで変わったもの。"""
    seen = revision.split("-")
    if len(seen) != len(_WATCHED):
        seen = [""] * len(_WATCHED)
    now = revision_of(plan).split("-")
    return tuple(
        Moved(name, changed_at(plan.with_name(file)))
        for (name, file), old, new in zip(_WATCHED, seen, now, strict=True)
        if old != new
    )


def _mark(path: Path) -> str:
    try:
        # フォルダーの中のものは、一度置けば変わらない。名だけを見る。
        return hashlib.sha256(_names(path) if path.is_dir() else path.read_bytes()).hexdigest()[
            :_LENGTH
        ]
    except OSError:
        return "0"


def _names(folder: Path) -> bytes:
    return "/".join(sorted(one.name for one in folder.iterdir())).encode("utf-8", "surrogatepass")


def changed_at(path: Path) -> str:
    """最後に変わった時刻。なければ空。"""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).strftime("%m月%d日 %H時%M分")
    except OSError:
        return ""
