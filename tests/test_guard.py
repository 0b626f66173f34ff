"""読む仕事をさせる子。何が起きても、ほかのファイルの答えはそろう。"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sheetgen.messages.catalogue import message_of
from sheetgen.problems import Level, Problem, SheetgenError
from sheetgen.reading.guard import ChildProcess, Guard, Outcome
from sheetgen.reading.limits import Limits

ROOT = Path(__file__).resolve().parent.parent
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX の信号と上限")

# 「ファイル」ごとに、そのファイルの言うことをする。
WORKER = """
import os, sys, time
sys.path.append(sys.argv[1])
from sheetgen.reading.child import serve

def answer(data):
    word, _, rest = data.partition(b" ")
    if word == b"spin":
        while True:
            pass
    if word == b"sleep":
        time.sleep(3600)
    if word == b"eat":
        held = []
        while True:
            held.append(bytearray(1 << 24))
    if word == b"exit":
        os._exit(0)
    if word == b"abort":
        os.abort()
    if word == b"raise":
        raise LookupError("x")
    if word == b"print":
        print("a stray word", flush=True)
    if word == b"write":
        with open(rest.decode(), "w") as file:
            file.write("x")
    if word == b"pid":
        return str(os.getpid()).encode()
    if word == b"grow":
        return b"x" * int(rest)
    return data.upper()

serve(answer)
"""
# 用意ができたと言い、そのあと、答えでない十バイトを出す。
RUBBISH = """
import sys, time
sys.stdin.buffer.read(32)
sys.stdout.buffer.write(bytes(8))
sys.stdout.buffer.flush()
sys.stdin.buffer.read(9)
sys.stdout.buffer.write({answer!r})
sys.stdout.buffer.flush()
time.sleep(60)
"""
SMALL = Limits(file_seconds=60, start_seconds=60, memory_bytes=1 << 28, answer_bytes=1 << 20)
SHORT = Limits(file_seconds=2, start_seconds=60)


def command(code: str = WORKER) -> list[str]:
    return [sys.executable, "-I", "-c", code, str(ROOT)]


@pytest.fixture
def guard() -> Iterator[Guard]:
    with Guard(partial(ChildProcess, command()), SMALL) as started:
        yield started


def told(outcomes: Iterator[Outcome]) -> list[str]:
    """答えはそのまま、読めなかったものは符号にする。"""
    return [o.code if isinstance(o, Problem) else o.decode() for o in outcomes]


def gone(pid: int) -> bool:
    """プロセスが終わっているか（後始末を待つだけのものも含む）。"""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return not _alive(pid)
    return state == "Z"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pid: int) -> bool:
    """終わるのを待つ。終わらなければ ``False``。"""
    for _ in range(600):
        if gone(pid):
            return True
        time.sleep(0.1)
    return False


def test_answers_come_in_order(guard: Guard) -> None:
    files = [f"file {number}".encode() for number in range(200)]
    assert told(guard.ask(files)) == [f"FILE {number}" for number in range(200)]


def test_one_guard_is_asked_again(guard: Guard) -> None:
    first, second = told(guard.ask([b"pid"])), told(guard.ask([b"pid"]))
    assert first == second
    assert told(guard.ask([])) == []


@pytest.mark.parametrize(
    ("word", "code"),
    [
        (b"exit", "R062"),
        (b"abort", "R062"),
        (b"raise", "R064"),
        (b"grow 2000000", "R063"),
        pytest.param(b"eat", "R061", marks=posix_only),
    ],
)
def test_a_bad_file_stops_no_other(guard: Guard, word: bytes, code: str) -> None:
    outcomes = list(guard.ask([b"a", word, b"b", word, b"c"]))
    assert told(iter(outcomes)) == ["A", code, "B", code, "C"]
    for outcome in outcomes:
        if isinstance(outcome, Problem):
            assert message_of(outcome).level is Level.ERROR


@pytest.mark.parametrize("word", [b"spin", b"sleep"])
def test_a_file_without_end_stops_no_other(word: bytes) -> None:
    with Guard(partial(ChildProcess, command()), SHORT) as guard:
        outcomes = list(guard.ask([b"a", word, b"b"]))
    assert told(iter(outcomes)) == ["A", "R060", "B"]
    assert isinstance(outcomes[1], Problem)
    assert message_of(outcomes[1]).level is Level.ERROR


def test_every_file_is_bad(guard: Guard) -> None:
    assert told(guard.ask([b"exit"] * 4)) == ["R062"] * 4
    assert told(guard.ask([b"a"])) == ["A"]


@pytest.mark.parametrize(
    "answer",
    [
        b"not a frame at all",
        (1 << 60).to_bytes(8, "little") + b"A",
        (3).to_bytes(8, "little") + b"???",
        (0).to_bytes(8, "little"),
        b"\0\0",
    ],
)
def test_rubbish_is_no_answer(answer: bytes) -> None:
    with Guard(partial(ChildProcess, command(RUBBISH.format(answer=answer))), SHORT) as guard:
        (outcome,) = told(guard.ask([b"x"]))
    assert outcome in {"R060", "R062"}


def test_what_a_reader_prints_is_no_answer(guard: Guard) -> None:
    assert told(guard.ask([b"print", b"a"])) == ["PRINT", "A"]


@posix_only
def test_the_child_writes_no_file(guard: Guard, tmp_path: Path) -> None:
    target = tmp_path / "written"
    assert told(guard.ask([b"write " + os.fsencode(target)])) == ["R064"]
    assert target.read_bytes() == b""


def test_pipes_never_wait_for_each_other() -> None:
    """送るものも答えも管より大きく、受け取るのは後。"""
    data = b"file " + b"x" * 300_000
    with Guard(partial(ChildProcess, command()), SMALL) as guard:
        outcomes = guard.ask([data] * 100 + [b"grow 900000"] * 100)
        time.sleep(0.2)
        found = list(outcomes)
    assert found[:100] == [data.upper()] * 100
    assert found[100:] == [b"x" * 900_000] * 100


def test_answers_left_behind_are_not_taken_for_others(guard: Guard) -> None:
    outcomes = guard.ask([b"a", b"b", b"c"])
    assert next(outcomes) == b"A"
    outcomes.close()  # type: ignore[attr-defined]
    assert told(guard.ask([b"d", b"e"])) == ["D", "E"]


@pytest.mark.parametrize(
    "wrong",
    [[str(ROOT / "no-such-program")], command("raise SystemExit(1)"), command("print('hello')")],
)
def test_a_child_that_does_not_start_ends_the_run(wrong: list[str]) -> None:
    with (
        pytest.raises(SheetgenError) as raised,
        Guard(partial(ChildProcess, wrong), SMALL) as guard,
    ):
        list(guard.ask([b"a"]))
    assert [problem.code for problem in raised.value.problems] == ["R069"]


# 子を動かし、その番号を言い、仕事をさせておく親。
PARENT = """
import sys
sys.path.append(sys.argv[1])
from functools import partial
from sheetgen.reading.guard import ChildProcess, Guard
from sheetgen.reading.limits import Limits
worker, word, seconds = sys.argv[2:5]
command = [sys.executable, "-I", "-c", worker, sys.argv[1]]
try:
    with Guard(partial(ChildProcess, command), Limits(file_seconds=int(seconds))) as guard:
        outcomes = guard.ask([b"pid", word.encode()])
        print(next(outcomes).decode(), flush=True)
        if word == "wait":
            sys.stdin.read()
        print(list(outcomes))
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def parent(word: str, seconds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-c", PARENT, str(ROOT), WORKER, word, str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@posix_only
@pytest.mark.parametrize(("word", "seconds"), [("wait", 60), ("spin", 2)])
def test_no_child_is_left_when_the_parent_is_killed(word: str, seconds: int) -> None:
    with parent(word, seconds) as started:
        assert started.stdout is not None
        child = int(started.stdout.readline())
        assert not gone(child)
        started.kill()
    assert wait_until_gone(child)


@posix_only
@pytest.mark.usefixtures("heeded_interrupt")
@pytest.mark.parametrize("word", ["wait", "sleep"])
def test_ctrl_c_is_for_the_parent_alone(word: str) -> None:
    with parent(word, 60) as started:
        assert started.stdout is not None
        child = int(started.stdout.readline())
        os.killpg(started.pid, signal.SIGINT)
        out, err = started.communicate(timeout=60)
    assert (out, err) == ("stopped\n", "")
    assert gone(child)


def test_the_child_needs_little_to_start() -> None:
    """子の側は、送り手の道具も Excel の部品も読み込まない。"""
    code = "\n".join(
        (
            "import sys",
            "sys.path.append(sys.argv[1])",
            "import sheetgen.reading.child, sheetgen.reading.worker",
            "print(' '.join(sys.modules))",
        )
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "sheetgen.reading.opening" in loaded
    assert not loaded & {
        "openpyxl",
        "pydantic",
        "subprocess",
        "sheetgen.messages.catalogue",
        "zipfile",
    }
