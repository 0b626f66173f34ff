"""一枚のページ（sheetgen.html）：コマンドと同じものが、同じバイトでできる。"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import one_page
import pytest
from live_browser import Browser
from one_page_desk import OnePage, served
from programs import missing
from returned.desk import Desk
from returned.sections import Form
from test_collect_faults import assert_whole

from sheetgen.problems import ExitCode

WHO = "総務 花子"
KILLS = int(os.environ.get("SHEETGEN_PAGE_KILLS", "3"))
"""回収の途中でワーカーを殺す回数。"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """作ったページ。部品が取り寄せてなく、取り寄せられなければ、飛ばす。"""
    output = tmp_path_factory.mktemp("dist") / "sheetgen.html"
    try:
        one_page.build(output)
    except one_page.Failure as error:
        missing(str(error))
    return output


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.fixture(scope="module")
def from_file(browser: Browser, page_file: Path) -> OnePage:
    """file:// で開くページ。網につながっていない。"""
    return OnePage(browser, page_file.as_uri(), is_real=False)


@pytest.fixture
def over_loopback(browser: Browser, page_file: Path) -> Iterator[OnePage]:
    """この PC の中のサーバーから開くページ。ブラウザーのほんとうのフォルダーを使う。"""
    with served(page_file.parent) as address:
        yield OnePage(browser, f"{address}/sheetgen.html", is_real=True)


def files_of(desk: Desk) -> dict[str, bytes]:
    """机の上のファイルと、テンプレート。"""
    templates = desk.template.parent
    found = {f"templates/{p.relative_to(templates).as_posix()}": p for p in templates.rglob("*")}
    found |= {p.relative_to(desk.root).as_posix(): p for p in desk.root.rglob("*")}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file()}


_TIMES = re.compile(rb"\d{8}-\d{6}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?")


def timeless(files: dict[str, bytes]) -> dict[str, bytes]:
    """時刻を除いたもの。錠のファイルは数えない。"""
    return {
        _TIMES.sub(b"@", name.encode()).decode(): _TIMES.sub(b"@", data)
        for name, data in files.items()
        if not name.rpartition("/")[2].startswith(".")
    }


def put_desk(page: OnePage, desk: Desk) -> None:
    """机のフォルダーを、ページに選ばせる。"""
    page.empty()
    page.put(files_of(desk))
    page.choose()


def timeless_text(text: str) -> str:
    return _TIMES.sub(b"@", text.encode()).decode()


def test_collect_writes_the_same(
    over_loopback: OnePage, issued_desk: Desk, filled_books: Path, tmp_path: Path
) -> None:
    """回収の結果は、計画のデータも記録簿も、コマンドと同じ。"""
    desk = office(issued_desk, filled_books, tmp_path)
    page = over_loopback
    page.open()
    put_desk(page, desk)
    code, told = page.command("collect", "output/返信")
    assert code == ExitCode.OK, told
    command = [sys.executable, "-m", "sheetgen", "collect", "output/返信"]
    done = subprocess.run(
        command,
        cwd=desk.root,
        env={**desk.environment, "LOGNAME": WHO},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.OK, done.stdout + done.stderr
    assert timeless_text(told) == timeless_text(done.stdout)
    assert timeless(page.take()) == timeless(files_of(desk))


def office(issued: Desk, books: Path, folder: Path) -> Desk:
    """配り終えて、返信の届いた机。テンプレートもある。"""
    desk = Desk.copy_of(issued, folder / "desk")
    shutil.copytree(books, desk.root / "output" / "返信")
    shutil.copytree(desk.template.parent, desk.root / "templates")
    return desk


# 読む子に、ファイルの言うことをさせる。
OBEYING = """
import sheetgen.reading.worker as worker
honest = worker.answer
def answer(data):
    if data == b"spin":
        while True:
            pass
    if data == b"eat":
        held = []
        while True:
            held.append(bytearray(1 << 24))
    if data == b"long":
        return bytes(2000)
    if data == b"fail":
        raise KeyError("x")
    if data == b"die":
        import ctypes
        ctypes.string_at(-1)
    return honest(data)
worker.answer = answer
"""
ASKED = """
import json
from sheetgen.problems import Problem
from sheetgen.reading import reader
from sheetgen.reading.guard import Guard
from sheetgen.reading.limits import Limits
limits = Limits(file_seconds=3, memory_bytes=300 << 20, answer_bytes=1000)
with Guard(reader._start_child, limits) as guard:
    outcomes = list(guard.ask([one.encode() for one in {words}]))
json.dumps([one.code if isinstance(one, Problem) else one.decode()[:9] for one in outcomes])
"""


def test_a_hostile_file_ends_as_in_a_process(
    over_loopback: OnePage, issued_desk: Desk, filled_books: Path, tmp_path: Path
) -> None:
    """止まらないもの、メモリーを食うもの、倒すものは、プロセスと同じ符号になり、次は読める。"""
    page = over_loopback
    page.open()
    put_desk(page, office(issued_desk, filled_books, tmp_path))
    for words, codes in (
        (["long", "fail", "eat", "x"], ["R063", "R064", "R061", '[{"code":']),
        (["spin", "x"], ["R060", '[{"code":']),
        (["die", "x"], ["R062", '[{"code":']),
    ):
        page.python(ASKED.format(words=["x"]))
        page.browser.ask(f"python.runPython({json.dumps(OBEYING)})", session=page.helper())
        assert json.loads(page.python(ASKED.format(words=words))) == codes


COLLECT = """
from sheetgen.cli import main
main(["collect", "output/返信"])
"""


def test_a_worker_killed_at_any_moment(
    over_loopback: OnePage,
    issued_desk: Desk,
    filled_books: Path,
    honest_forms: dict[str, Form],
    tmp_path: Path,
) -> None:
    """回収のどこでワーカーが死んでも、前か後のどちらか。もう一度行えば、すべて入る。"""
    few = tmp_path / "八冊"
    few.mkdir()
    for book in sorted(filled_books.iterdir())[4:12]:
        shutil.copy(book, few)
    names = [book.name for book in few.iterdir()]
    forms = {
        item: form
        for item, form in honest_forms.items()
        if any(f"_{form.addressee}_" in name for name in names)
    }
    fresh = office(issued_desk, few, tmp_path)
    old = fresh.plan.read_bytes()
    page = over_loopback
    page.open()
    put_desk(page, fresh)
    page.helper()
    # 二度目は、部品を読み込み終えている。殺すのも、そのようなワーカー。
    whole = 0.0
    for _ in range(2):
        page.empty()
        page.put(files_of(fresh))
        begun = time.perf_counter()
        code, told = page.command("collect", "output/返信")
        assert code == ExitCode.OK, told
        whole = time.perf_counter() - begun
    chance = random.Random(50)
    ended = 0
    for number in range(KILLS):
        page.empty()
        page.put(files_of(fresh))
        page.begin(COLLECT)
        # 読むあいだより、書くあいだを多く狙う。
        moment = chance.uniform(0.05, 0.4) if number % 4 == 0 else chance.uniform(0.4, 1.05)
        time.sleep(whole * moment)
        page.kill()
        found = taken(page, fresh, tmp_path / f"after{number}")
        one = assert_whole(found, old, forms)
        ended += one
        print(
            number,
            round(whole, 1),
            round(moment, 2),
            one,
            sorted(p.name for p in (found.plan.parent).iterdir()),
            len(found.originals()) if (found.plan.parent / "returned").exists() else 0,
        )
        code, told = page.command("collect", "output/返信")
        assert code == ExitCode.OK, told
        assert assert_whole(taken(page, fresh, tmp_path / f"again{number}"), old, forms)
    print(f"{KILLS}回のうち、{ended}回は書き終えていた")


def taken(page: OnePage, desk: Desk, root: Path) -> Desk:
    """ページのフォルダーを、机として取り出す。"""
    for name, data in page.take().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    made = Desk.__new__(Desk)
    made.root, made.plan, made.template = root, root / "data" / "plan.json", desk.template
    return made
