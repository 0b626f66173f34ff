"""先に始めておく読む子：一度だけ使い、倒れていれば使わず、終われば残さない。"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sheetgen.reading.guard import ChildProcess
from sheetgen.reading.limits import Limits
from sheetgen.reading.reader import GuardedReader
from sheetgen.reading.spare import SpareChildren, spare_children


def _wait_for(spares: SpareChildren) -> ChildProcess:
    for _ in range(400):
        if spares._spare is not None:
            return spares._spare
        time.sleep(0.05)
    raise AssertionError("始まらない")


@pytest.fixture
def spares() -> SpareChildren:
    found = SpareChildren()
    found.prepare()
    return found


def test_the_child_started_beforehand_is_used_once(spares: SpareChildren) -> None:
    first = _wait_for(spares)
    used = spares(Limits())
    assert used.answers is first.answers
    used.stop()
    assert not first.is_alive
    second = _wait_for(spares)
    assert second is not first
    spares.close()
    assert not second.is_alive


def test_a_child_that_died_or_has_other_limits_is_not_used(spares: SpareChildren) -> None:
    dead = _wait_for(spares)
    dead._process.kill()
    dead._process.wait()
    used = spares(Limits())
    assert used.answers is not dead.answers
    used.stop()
    ready = _wait_for(spares)
    other = spares(Limits(file_seconds=1.0))
    assert other.answers is not ready.answers
    assert not ready.is_alive
    other.stop()
    spares.close()


def test_it_reads_what_a_fresh_child_reads(result_book: Path) -> None:
    with GuardedReader() as reader:
        (fresh,) = reader.read([result_book]).files
    with spare_children():
        for _ in range(2):
            with GuardedReader() as reader:
                (spare,) = reader.read([result_book]).files
            assert (spare.book, spare.problems) == (fresh.book, fresh.problems)


@pytest.fixture(scope="module")
def result_book(filled_books: Path) -> Path:
    """答えの入った一冊。"""
    return sorted(filled_books.glob("*.xlsx"))[0]
