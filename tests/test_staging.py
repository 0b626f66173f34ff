"""書きかけを誰にも見せず、前のファイルを失わない。"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from sheetgen.problems import SheetgenError
from sheetgen.xlsx.output import Staging

NOW = datetime(2024, 4, 1, 9, 30, 0)


def write(folder: Path, now: datetime = NOW, **books: bytes) -> tuple[int, tuple[Path, ...]]:
    with Staging(folder, now) as staging:
        for name, data in books.items():
            with staging.open(name) as target:
                target.write(data)
        placed = staging.place()
    return placed.unchanged, placed.kept_aside


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_files_are_placed_and_nothing_else_stays(tmp_path: Path) -> None:
    folder = tmp_path / "出力" / "配布"
    assert write(folder, a=b"1", b=b"2") == (0, ())
    assert contents(folder) == {"a": b"1", "b": b"2"}
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b"]


def test_nothing_is_visible_before_the_end(tmp_path: Path) -> None:
    with Staging(tmp_path, NOW) as staging:
        with staging.open("a") as target:
            target.write(b"1")
        assert not (tmp_path / "a").exists()
        staging.place()
    assert contents(tmp_path) == {"a": b"1"}


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_in_the_middle_leaves_the_old_files(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    write(tmp_path, a=b"old", b=b"old")

    def fail() -> None:
        with Staging(tmp_path, NOW) as staging:
            with staging.open("a") as target:
                target.write(b"new")
            with staging.open("b") as target:
                target.write(b"ne")
                raise failure

    with pytest.raises(failure):
        fail()
    assert contents(tmp_path) == {"a": b"old", "b": b"old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_the_same_content_is_not_touched(tmp_path: Path) -> None:
    write(tmp_path, a=b"1")
    os.utime(tmp_path / "a", (1000, 1000))
    assert write(tmp_path, a=b"1") == (1, ())
    assert (tmp_path / "a").stat().st_mtime == 1000


def test_a_different_old_file_is_kept_aside(tmp_path: Path) -> None:
    write(tmp_path, a=b"filled in", b=b"same")
    unchanged, aside = write(tmp_path, a=b"new", b=b"same")
    kept = tmp_path / "旧版" / "20240401-093000" / "a"
    assert (unchanged, aside) == (1, (kept,))
    assert contents(tmp_path) == {"a": b"new", "b": b"same", "旧版/20240401-093000/a": b"filled in"}


def test_two_runs_in_one_second_keep_both_old_files(tmp_path: Path) -> None:
    for data in (b"first", b"second", b"third"):
        write(tmp_path, a=data)
    kept = [data for name, data in contents(tmp_path).items() if name != "a"]
    assert sorted(kept) == [b"first", b"second"]


def test_a_name_taken_by_a_folder_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, a=b"old")
    (tmp_path / "b").mkdir()
    with pytest.raises(SheetgenError) as caught:
        write(tmp_path, a=b"new", b=b"new")
    assert caught.value.problems[0].code in ("O001", "O002")
    assert caught.value.problems[0].place.file == str(tmp_path / "b")
    assert contents(tmp_path) == {"a": b"old"}


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SheetgenError) as caught:
        write(tmp_path / "file" / "配布", a=b"1")
    assert caught.value.problems[0].code == "O001"


def test_a_folder_that_refuses_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 管理者にはどのフォルダーも書けるので、断られたことにして確かめる。
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(13, "denied")

    monkeypatch.setattr("tempfile.mkdtemp", refused)
    with pytest.raises(SheetgenError) as caught:
        write(tmp_path, a=b"1")
    assert caught.value.problems[0].code == "O002"
    assert contents(tmp_path) == {}


_KILLED = """
import sys, time
from datetime import datetime
from pathlib import Path
from sheetgen.xlsx.output import Staging
with Staging(Path(sys.argv[1]), datetime.now()) as staging:
    with staging.open("a") as target:
        target.write(b"half")
        target.flush()
        print("written", flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL がない")
def test_a_killed_run_harms_nothing_and_is_swept(tmp_path: Path, project_root: Path) -> None:
    write(tmp_path, a=b"old")
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)], stdout=subprocess.PIPE, cwd=project_root
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    left = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert len(left) == 1
    assert (tmp_path / "a").read_bytes() == b"old"
    write(tmp_path, datetime.now(), b=b"1")
    assert left[0].exists()  # まだ続いている回のものかもしれない
    long_ago = time.time() - 86_400
    os.utime(left[0], (long_ago, long_ago))
    write(tmp_path, datetime.now(), b=b"2")
    assert not left[0].exists()
    assert (tmp_path / "a").read_bytes() == b"old"
