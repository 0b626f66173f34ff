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
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from werkzeug.datastructures import FileStorage

from sheetgen.plan.durable import put
from sheetgen.xlsx.output import explained

_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_LONGEST = 80
"""一つの名の字数。フォルダーの深い共有フォルダーでも、Windows の道の長さに収める。"""
_DEEPEST = 8
"""フォルダーの深さ。これより深いものは、下のほうだけを使う。"""
_NOTE = "about.json"
_FILES = "files"
LOST_KIND = "collect"
"""書き留めたことの壊れたものの扱い。回収は、編集ブックも一覧も、読まずにそのわけを言う。"""


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

        :raises SheetgenError: 置けない（O001、O002、O004）。何も残らない。
        """
        given = [one for one in files if one.filename]
        if not given:
            return None
        at = datetime.now()
        name = f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        folder = self._home / name
        try:
            with explained(folder):
                names = _placed(given, folder / _FILES)
            batch = Batch(
                name, kind, at.astimezone().isoformat(timespec="seconds"), folder, tuple(names),
                dict(note or {}),
            )  # fmt: skip
            self.write(batch)
        except BaseException:
            self._remove(folder)  # 半分だけ渡されたものを、あとで回収しない
            raise
        return batch

    def write(self, batch: Batch) -> None:
        """決めたこと（``note``）を書き留める。

        :raises SheetgenError: 書けない（O001、O002、O004）。
        """
        about = {"kind": batch.kind, "at": batch.at, "names": batch.names, "note": batch.note}
        data = json.dumps(about, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        with explained(batch.folder):
            put(self.note_of(batch), data, flush=False)

    @staticmethod
    def note_of(batch: Batch) -> Path:
        """決めたことを書き留めるファイル。"""
        return batch.folder / _NOTE

    def find(self, name: str) -> Batch | None:
        """置いてあるもの。なければ ``None``。

        書き留めたことが壊れていれば、渡されたファイルだけの、何も決めていない回収とする
        （渡したものが、だまって消えたようには見せない）。
        """
        folder = self._home / name
        if not _ID.fullmatch(name) or not folder.is_dir():
            return None
        try:
            about = json.loads((folder / _NOTE).read_bytes())
            batch = Batch(
                name, str(about["kind"]), _moment(about["at"]), folder,
                tuple(_inside(one) for one in about["names"]), dict(about["note"]),
            )  # fmt: skip
        except OSError:  # 渡し終わらないうちに止まったもの
            return None
        except (ValueError, LookupError, TypeError, AttributeError):
            return self._of_files(name, folder)
        return batch if batch.names else self._of_files(name, folder)

    @staticmethod
    def _of_files(name: str, folder: Path) -> Batch | None:
        files = folder / _FILES
        found = (one for one in files.rglob("*") if one.is_file())
        names = tuple(sorted(one.relative_to(files).as_posix() for one in found))
        if not names:
            return None
        at = datetime.fromtimestamp(folder.stat().st_mtime).astimezone()
        return Batch(name, LOST_KIND, at.isoformat(timespec="seconds"), folder, names, {})

    def waiting(self, kind: str) -> list[Batch]:
        """まだ記録していないもの。新しい順。"""
        with contextlib.suppress(OSError):
            names = sorted((one.name for one in self._home.iterdir()), reverse=True)
            found = (self.find(name) for name in names)
            return [one for one in found if one is not None and one.kind == kind]
        return []

    def discard(self, batch: Batch) -> None:
        """置いてあるものを除く。記録したか、人が取りやめたときに呼ぶ。"""
        self._remove(batch.folder)

    def _remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._home.rmdir()


def _moment(at: object) -> str:
    """渡された時刻。

    :raises ValueError: 時刻でない。
    """
    return datetime.fromisoformat(str(at)).isoformat(timespec="seconds")


def _inside(name: object) -> str:
    """渡されたファイルの名。

    :raises ValueError: 置いた所の外を指す。
    """
    path = PurePath(str(name))
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(name)
    return str(name)


def _parts(name: str) -> list[str]:
    """渡された名を、この PC に置ける名に分ける。どこも指さない。"""
    parts = [_plain(part) for part in name.replace("\\", "/").split("/")]
    return [part for part in parts if part][-_DEEPEST:] or ["名のないファイル"]


def _plain(part: str) -> str:
    clean = "".join(
        "_" if one in _FORBIDDEN or unicodedata.category(one) in ("Cc", "Cf", "Cs") else one
        for one in unicodedata.normalize("NFC", part)
    ).strip(" .")
    stem, dot, ending = clean.rpartition(".")
    if len(clean) > _LONGEST:
        ending = ending[:20] if stem else ""
        clean = (stem or clean)[: _LONGEST - len(ending) - 1].rstrip(" .") + dot * bool(stem)
        clean += ending
    return f"_{clean}" if _RESERVED.fullmatch(clean) else clean


def _placed(given: Iterable[FileStorage], target: Path) -> list[str]:
    """``target`` の下に置き、そこからの名を返す。"""
    target.mkdir(parents=True)
    taken: set[str] = set()  # 置いたファイル
    folders: set[str] = set()
    names = []
    for one in given:
        parts = _parts(one.filename or "")
        for depth in range(len(parts)):
            used = taken if depth + 1 < len(parts) else taken | folders
            parts[depth] = _free(parts[:depth], parts[depth], used)
        taken.add(_key(parts))
        folders |= {_key(parts[:depth]) for depth in range(1, len(parts))}
        path = target.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        one.save(path)
        names.append("/".join(parts))
    return names


def _key(parts: Iterable[str]) -> str:
    return "/".join(parts).casefold()


def _free(before: list[str], name: str, used: AbstractSet[str]) -> str:
    """まだ使っていない名。大文字と小文字は区別しない。"""
    path = PurePath(name)
    number, candidate = 1, name
    while _key([*before, candidate]) in used:
        number += 1
        candidate = f"{path.stem}（{number}）{path.suffix}"
    return candidate
