"""画面に渡されたファイル。記録するまで、作業フォルダーの ``data/desk`` に置く。

届いたファイルは、画面が倒れても、決めたこととともに残る。ファイルの名は、名としてだけ使う。
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from werkzeug.datastructures import FileStorage

from sheetgen.plan.durable import put

_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_LONGEST = 80
"""一つの名の字数。フォルダーの深い共有フォルダーでも、Windows の道の長さに収める。"""
_NOTE = "about.json"
_FILES = "files"


class Batch(NamedTuple):
    """一度に渡されたもの。``at`` は渡された時刻（ISO 8601）、``names`` は見せる名。"""

    id: str
    kind: str
    at: str
    folder: Path
    names: tuple[str, ...]
    note: dict[str, Any]

    @property
    def files(self) -> Path:
        """渡されたファイルのフォルダー。"""
        return self.folder / _FILES


class Uploads:
    """渡されたものを置く所。``plan`` は計画のデータの場所。"""

    def __init__(self, plan: Path) -> None:
        self._home = plan.parent / "desk"

    def keep(
        self, kind: str, files: Iterable[FileStorage], note: dict[str, Any] | None = None
    ) -> Batch | None:
        """渡されたものを置く。一つもなければ ``None``。

        ``kind`` は、何のためのものか（``collect``、``edit`` など）。
        """
        given = [one for one in files if one.filename]
        if not given:
            return None
        at = datetime.now()
        name = f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        folder = self._home / name
        target = folder / _FILES
        target.mkdir(parents=True)
        used: set[Path] = set()
        names = []
        for one in given:
            path = _free(target / Path(*_parts(one.filename or "")), used)
            path.parent.mkdir(parents=True, exist_ok=True)
            one.save(path)
            names.append(path.relative_to(target).as_posix())
        batch = Batch(
            name, kind, at.astimezone().isoformat(timespec="seconds"), folder, tuple(names),
            dict(note or {}),
        )  # fmt: skip
        self.write(batch)
        return batch

    def write(self, batch: Batch) -> None:
        """決めたこと（``note``）を書き留める。"""
        about = {"kind": batch.kind, "at": batch.at, "names": batch.names, "note": batch.note}
        data = json.dumps(about, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        put(batch.folder / _NOTE, data, flush=False)

    def find(self, name: str) -> Batch | None:
        """置いてあるもの。なければ ``None``。"""
        if not _ID.fullmatch(name):
            return None
        folder = self._home / name
        try:
            about = json.loads((folder / _NOTE).read_bytes())
            return Batch(
                name, str(about["kind"]), str(about["at"]), folder,
                tuple(map(str, about["names"])), dict(about["note"]),
            )  # fmt: skip
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def waiting(self, kind: str) -> list[Batch]:
        """まだ記録していないもの。新しい順。"""
        with contextlib.suppress(OSError):
            names = sorted((one.name for one in self._home.iterdir()), reverse=True)
            found = (self.find(name) for name in names)
            return [one for one in found if one is not None and one.kind == kind]
        return []

    def discard(self, batch: Batch) -> None:
        """置いてあるものを除く。記録したか、人が取りやめたときに呼ぶ。"""
        shutil.rmtree(batch.folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._home.rmdir()


def _parts(name: str) -> list[str]:
    """渡された名を、この PC に置ける名に分ける。どこも指さない。"""
    parts = [_plain(part) for part in name.replace("\\", "/").split("/")]
    return [part for part in parts if part] or ["名のないファイル"]


def _plain(part: str) -> str:
    clean = "".join(
        "_" if one in _FORBIDDEN or unicodedata.category(one) in ("Cc", "Cf", "Cs") else one
        for one in unicodedata.normalize("NFC", part)
    ).strip(" .")
    stem, dot, ending = clean.rpartition(".")
    if len(clean) > _LONGEST:
        clean = (stem or ending)[: _LONGEST - len(ending) - 1] + dot + ending[:20]
    return f"_{clean}" if _RESERVED.fullmatch(clean) else clean


def _free(path: Path, used: set[Path]) -> Path:
    """まだ使っていない名。大文字と小文字は区別しない。"""
    number, candidate = 1, path
    while Path(str(candidate).casefold()) in used:
        number += 1
        candidate = path.with_name(f"{path.stem}（{number}）{path.suffix}")
    used.add(Path(str(candidate).casefold()))
    return candidate
