"""戻ってくるもの、その4（34）：途中で止まる、二人で動かす、二度動かす、先に人が直す。"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from making import changed_plan, item_of
from returned.desk import COMMAND_SECONDS, Desk, recorded, results, states
from returned.post import BENCH, SPORTS, TAX, WORDS, Post
from returned.sections import EFFECT, VALUE, Form

from sheetgen.collect.request import Take
from sheetgen.problems import ExitCode
from sheetgen.records.open_items import ItemState

KILLS = 12


class Some(NamedTuple):
    """幾つかのブックと、その答え。"""

    folder: Path
    forms: dict[str, Form]


posix = pytest.mark.skipif(os.name == "nt", reason="POSIX の信号を使う")


def start(desk: Desk, *words: str | Path, **options: Any) -> subprocess.Popen[str]:
    """``sheetgen`` を始め、待たない。"""
    return started(desk, desk.words(*words), **options)


def started(desk: Desk, command: list[str], **options: Any) -> subprocess.Popen[str]:
    """この机で、プロセスを始める。"""
    return subprocess.Popen(
        command,
        cwd=desk.root,
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **options,
    )


def assert_whole(desk: Desk, old: bytes, forms: dict[str, Form]) -> bool:
    """計画のデータは前のままか、すべて入ったか。記録簿と合い、原本がある。入ったかを返す。"""
    plan = desk.plan.read_bytes()
    lines = []
    path = desk.plan.parent / "journal.jsonl"
    if path.exists():
        whole, _, _rest = path.read_text("utf-8").rpartition("\n")
        lines = [json.loads(line) for line in whole.splitlines()]
    if plan == old:
        return False
    held = results(desk)
    assert {item: held[item] for item in forms} == {i: dict(f.answers) for i, f in forms.items()}
    changed = {(e["item"], e["path"]) for e in lines if e["action"] == "record"}
    assert changed == {
        (item, path)
        for item, form in forms.items()
        for path, value in form.answers.items()
        if value is not None
    }
    kept = {path.stem for path in desk.originals()}
    assert {e["original"] for e in lines if e["action"] == "record"} <= kept
    return True


@pytest.fixture
def some(filled_books: Path, honest_forms: dict[str, Form], tmp_path: Path) -> Some:
    """八冊の答え。"""
    books = sorted(filled_books.iterdir())[4:12]
    folder = tmp_path / "八冊"
    folder.mkdir()
    for book in books:
        shutil.copy(book, folder)
    forms = {
        item: form
        for item, form in honest_forms.items()
        if any(f"_{form.addressee}_" in book.name for book in books)
    }
    return Some(folder, forms)


@posix
def test_line_34_killed_at_any_moment(issued_desk: Desk, some: Some, tmp_path: Path) -> None:
    """どこで殺しても、前か後のどちらか。もう一度動かせば、すべて入る。"""
    first = Desk.copy_of(issued_desk, tmp_path / "first")
    begun = time.perf_counter()
    done = first.command("collect", some.folder)
    whole = time.perf_counter() - begun
    assert done.returncode == ExitCode.OK, done.stdout + done.stderr
    chance = random.Random(34)
    for number in range(KILLS):
        desk = Desk.copy_of(issued_desk, tmp_path / f"desk{number}")
        old = desk.plan.read_bytes()
        process = start(desk, "collect", some.folder, start_new_session=True)
        # 読むあいだより、書くあいだを多く狙う。
        moment = chance.uniform(0.1, 0.5) if number % 4 == 0 else chance.uniform(0.5, 1.05)
        time.sleep(whole * moment)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert_whole(desk, old, some.forms)
        desk.collect(some.folder)
        assert assert_whole(desk, old, some.forms)


# 部品を読み込み終えて、仕事にかかるところで、そう言う。
READY = (
    "import sys; from sheetgen.cli import commands; from sheetgen.cli.boundary import main; "
    "print('ready', flush=True); sys.exit(main(sys.argv[1:]))"
)


@posix
@pytest.mark.usefixtures("heeded_interrupt")
def test_line_34_interrupted_at_the_start(
    desk: Desk, filled_books: Path, honest_forms: dict[str, Form]
) -> None:
    """始まる前の Ctrl-C は、Python が終わらせる。"""
    old = desk.plan.read_bytes()
    process = start(desk, "collect", filled_books, start_new_session=True)
    time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    out, error = process.communicate(timeout=COMMAND_SECONDS)
    assert process.returncode in {ExitCode.OK, ExitCode.PROBLEMS, -signal.SIGINT}, out + error
    assert desk.plan.read_bytes() == old or recorded_all(desk, honest_forms)


@posix
@pytest.mark.usefixtures("heeded_interrupt")
@pytest.mark.parametrize("moment", [0.1, 0.4, 0.8])
def test_line_34_interrupted(
    moment: float, desk: Desk, filled_books: Path, honest_forms: dict[str, Form]
) -> None:
    """Ctrl-C は、人のことばで終わり、何も壊さない。"""
    old = desk.plan.read_bytes()
    words = desk.words("collect", filled_books)
    process = started(desk, [words[0], "-c", READY, *words[3:]], start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(moment)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    out, error = process.communicate(timeout=COMMAND_SECONDS)
    assert process.returncode in {ExitCode.OK, ExitCode.PROBLEMS}, out + error
    assert "Traceback" not in error
    assert desk.plan.read_bytes() == old or recorded_all(desk, honest_forms)


def recorded_all(desk: Desk, forms: dict[str, Form]) -> bool:
    """すべての答えが入っているか。"""
    held = results(desk)
    return any(held[item] == dict(form.answers) for item, form in forms.items())


@posix
def test_line_34_full_disk(desk: Desk, filled_books: Path, honest_forms: dict[str, Form]) -> None:
    """書けるファイルの大きさを限って、ディスクの一杯を真似る。"""
    old = desk.plan.read_bytes()
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)); "
        "from sheetgen.cli.boundary import main; sys.exit(main(sys.argv[1:]))"
    )
    words = desk.words("collect", filled_books)
    done = subprocess.run(
        [sys.executable, "-c", script, *words[3:]],
        cwd=desk.root,
        env={**desk.environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert done.returncode == ExitCode.PROBLEMS, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert desk.plan.read_bytes() == old
    desk.settle(filled_books)
    assert assert_whole(desk, old, honest_forms)


def test_line_34_an_original_that_cannot_be_kept(desk: Desk, post: Post) -> None:
    """原本をしまえなければ、答えが読めていても、何も記録しない。"""
    book = post.send(TAX)
    blocked = desk.plan.parent / "returned"
    blocked.write_bytes(b"")
    old, written = desk.plan.read_bytes(), desk.plan.with_name("journal.jsonl")
    done = desk.command("collect", book)
    assert done.returncode == ExitCode.PROBLEMS, done.stdout + done.stderr
    assert "R510" in done.stderr
    assert (desk.plan.read_bytes(), written.exists()) == (old, False)
    blocked.unlink()
    assert desk.command("collect", book).returncode == ExitCode.OK
    assert results(desk)[TAX] == dict(post.forms[TAX].answers)


def test_line_34_two_at_once(desk: Desk, filled_books: Path, honest_forms: dict[str, Form]) -> None:
    """二人が別のブックを同時に回収する。待つか、待つよう言われ、どちらの答えも失われない。"""
    books = sorted(filled_books.iterdir())
    halves = [books[:14], books[14:]]
    running = [start(desk, "collect", *half) for half in halves]
    ended = [process.communicate(timeout=COMMAND_SECONDS) for process in running]
    for process, (out, error) in zip(running, ended, strict=True):
        assert process.returncode in {ExitCode.OK, ExitCode.PROBLEMS}, out + error
        assert "Traceback" not in error
    desk.settle(filled_books)
    held = results(desk)
    assert {item: held[item] for item in honest_forms} == {
        item: dict(form.answers) for item, form in honest_forms.items()
    }
    ends = [entry for entry in desk.journal() if entry["action"] == "end"]
    assert len({entry["run"] for entry in ends}) == len(ends)


def test_line_34_running_twice(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    assert desk.command("collect", book).returncode == ExitCode.OK
    before = {n: d for n, d in desk.everything().items() if n.startswith("data")}
    done = desk.command("collect", book)
    assert done.returncode == ExitCode.OK
    assert {n: d for n, d in desk.everything().items() if n.startswith("data")} == before


def edit_master(desk: Desk, item: str, **values: Any) -> None:
    """計画のデータを手で直す。"""
    changed_plan(
        desk.plan,
        desk.plan,
        lambda plan: item_of(plan, item)["years"][0]["result"].update(values),
    )


def test_line_34_master_edited_elsewhere(desk: Desk, post: Post) -> None:
    """配ったあとに人がほかの項目を直しても、その直しは残る。"""
    book = post.send(TAX)
    edit_master(desk, SPORTS, text="手で入れた実績", value=4)
    desk.collect(book)
    held = results(desk)
    assert held[SPORTS]["years[0].result.text"] == "手で入れた実績"
    assert held[TAX] == dict(post.forms[TAX].answers)


def test_line_34_master_edited_to_the_same(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    edit_master(desk, TAX, value=post.forms[TAX].answers[VALUE])
    result = desk.collect(book)
    assert states(result)[TAX] is ItemState.RECORDED
    assert results(desk)[TAX] == dict(post.forms[TAX].answers)


@pytest.mark.parametrize("is_masters", [True, False])
def test_line_34_master_edited_otherwise(is_masters: bool, desk: Desk, post: Post) -> None:
    """同じ値を人が別に直していたら、両方を見せて聞く。"""
    book = post.send(BENCH)
    edit_master(desk, BENCH, effect=1234)
    result = desk.collect(book)
    assert states(result)[BENCH] is ItemState.HELD
    [problem] = [p for p in result.problems if p.code == "R402"]
    shown = str(problem.facts)
    assert "1,234" in shown or "1234" in shown
    taken = desk.collect(book, takes=[Take(None if is_masters else book.name)])
    assert states(taken)[BENCH] is ItemState.RECORDED
    wanted = 1234 if is_masters else post.forms[BENCH].answers[EFFECT]
    assert results(desk)[BENCH][EFFECT] == wanted


def test_line_34_answers_on_the_screen(desk: Desk, post: Post) -> None:
    """コマンドは、課の表と問題を出し、問いがあれば 1 を返す。"""
    bad = post.send(TAX, {VALUE: "わからない"})
    good = post.send(WORDS)
    done = desk.command("collect", bad, good)
    assert done.returncode == ExitCode.PROBLEMS
    assert "収納課" in done.stdout
    assert "Traceback" not in done.stderr
    assert recorded(desk.collect(good, dry_run=True)) == set()
