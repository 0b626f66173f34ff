"""足りないプログラムの扱い。全部を行う実行では、飛ばさずに失敗する。"""

from __future__ import annotations

import os
import select
from pathlib import Path

import pytest
from programs import need
from running import TRIES, run_program

posix = pytest.mark.skipif(os.name == "nt", reason="シェルと信号を使う")


def test_a_missing_program_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHEETGEN_REQUIRE_PROGRAMS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        need("no-such-program")


def test_a_missing_program_fails_where_all_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEETGEN_REQUIRE_PROGRAMS", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-program"):
        need("no-such-program")


@posix
def test_a_program_that_died_is_run_again(tmp_path: Path) -> None:
    """二度目には、まだ何もないプロファイルで、初めから行う。"""
    code = 'test -e died || { touch died "$0"; kill -9 $$; }; test ! -e "$0" && echo done'
    with pytest.warns(UserWarning, match="落ちた"):
        done = run_program(lambda profile: ["sh", "-c", code, profile], 60, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"done\n")


@posix
def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """管を握った子が残れば、管はいつまでも閉じない。"""
    os.mkfifo(tmp_path / "pipe")
    code = "test -e hung || { sleep 600 > pipe & touch hung; wait; }; echo done"
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.warns(UserWarning, match="終わらない"):
        done = run_program(["sh", "-c", code], 3, cwd=tmp_path)
    assert done.stdout == b"done\n"
    ready, _, _ = select.select([reader], [], [], 60)
    assert ready
    assert os.read(reader, 1) == b""
    os.close(reader)


@posix
@pytest.mark.filterwarnings("ignore:sh が落ちた")
def test_a_program_that_dies_every_time_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="the reason"):
        run_program(
            ["sh", "-c", "echo the reason >&2; echo x >> tries; kill -9 $$"], 60, cwd=tmp_path
        )
    assert (tmp_path / "tries").read_text() == "x\n" * TRIES


@posix
def test_a_program_that_fails_by_itself_is_not_run_again(tmp_path: Path) -> None:
    done = run_program(["sh", "-c", "echo x >> tries; exit 3"], 60, cwd=tmp_path)
    assert done.returncode == 3
    assert (tmp_path / "tries").read_text() == "x\n"
