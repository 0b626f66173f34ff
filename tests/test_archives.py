"""閉じた年次見直しの控えのフォルダー。"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from sheetgen.plan import durable
from sheetgen.records.archives import archive_folder, archive_journal, archive_master
from sheetgen.records.journal import journal_path


class Killed(BaseException):
    """その場で止まり、後始末をしない。"""


def put_and_die(path: Path, data: bytes) -> None:
    """名を置き換える直前に電源が落ちたときの跡を残す。"""
    durable.write_beside(path, data)
    raise Killed


DIGEST = hashlib.sha256(b"{}").hexdigest()


@pytest.mark.parametrize(
    "killed",
    [lambda plan: archive_master(plan, "令和6年度_20250331", DIGEST), archive_journal],
    ids=["計画のデータ", "記録簿"],
)
def test_what_a_killed_roll_over_left_is_swept_by_the_next(
    killed: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """次の日に切り替え直すと、置く名は違う。前の日の書きかけも消え、人の置いたものは残る。"""
    plan = tmp_path / "plan.json"
    plan.write_bytes(b"{}")
    journal_path(plan).write_bytes(b"{}\n")
    folder = archive_folder(plan)
    folder.mkdir()
    kept = {".メモ.txt", ".別のもの.tmp", "控え.json.old.tmp"}
    for name in kept:
        (folder / name).write_bytes(b"")
    with monkeypatch.context() as patch:
        patch.setattr("sheetgen.records.archives.put", put_and_die)
        with pytest.raises(Killed):
            killed(plan)
    assert len(list(folder.iterdir())) == len(kept) + 1
    archive_master(plan, "令和6年度_20250401", DIGEST)
    archive_journal(plan)
    found = {path.name for path in folder.iterdir()}
    assert found == kept | {"令和6年度_20250401.json", "journal.jsonl"}


def test_the_copy_of_the_journal_only_grows(tmp_path: Path) -> None:
    """切り替えるたびに、それからの行が足される。前の写しの行も、しまった計画も変わらない。"""
    plan = tmp_path / "plan.json"
    plan.write_bytes(b"{}")
    digest = hashlib.sha256(b"{}").hexdigest()
    first = archive_master(plan, "令和6年度_20250331", digest)
    copies = []
    for lines in (b"{}\n", b"{}\n{}\n"):
        journal_path(plan).write_bytes(lines)
        assert archive_journal(plan) == ()
        copies.append((archive_folder(plan) / "journal.jsonl").read_bytes())
    assert copies == [b"{}\n", b"{}\n{}\n"]
    assert first.read_bytes() == b"{}"
    assert {one.name for one in archive_folder(plan).iterdir()} == {first.name, "journal.jsonl"}
