"""空のフォルダーから二つめの文書まで、ブラウザーとマウスとキーボードだけで（置き場所 A）。"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_person import Person
from desk_walk import gather, record, two_years
from live_browser import Browser
from returned.desk import Desk
from returned.post import SPORTS, Post

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


class Served:
    """``sheetgen desk`` を動かした PC。"""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            "XDG_RUNTIME_DIR": str(home),
        }
        environment.pop("LOCALAPPDATA", None)
        self.environment = environment
        self.process = self.start()
        self.address = self._address(self.process)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """もう一つ始める。"""
        return subprocess.Popen(
            [sys.executable, "-m", "sheetgen", "desk", "--no-browser", *words],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """同じフォルダーで、コマンドを動かす。"""
        return subprocess.run(
            [sys.executable, "-m", "sheetgen", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=START_SECONDS,
            check=False,
        )

    @staticmethod
    def _address(process: subprocess.Popen[str]) -> str:
        assert process.stdout
        for line in process.stdout:
            if "http://" in line:
                return line.partition(":")[2].strip()
        raise AssertionError("始まらない")

    def end(self) -> None:
        """終わらせる。"""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "行革 担当"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    found = Served(folder, tmp_path / "home")
    yield found
    found.end()


def test_from_an_empty_folder_to_the_second_document(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    person = Person(browser, checks=False)  # どのページも、test_desk_pages_axe.py が点検する
    person.begin(served.address)
    two_years(person, lambda: served.folder, tmp_path / "届いたもの")
    outside = [
        one
        for one in browser.requests
        if not one.startswith(("http://127.0.0.1:", "data:", "blob:"))
    ]
    assert outside == []


def test_a_second_start_opens_the_first_and_ctrl_c_ends_it(served: Served) -> None:
    second = served.start()
    told, _ = second.communicate(timeout=START_SECONDS)
    assert second.returncode == 0
    assert "もう動いています" in told
    assert served.address in told
    served.process.send_signal(signal.SIGINT)
    told, _ = served.process.communicate(timeout=START_SECONDS)
    assert served.process.returncode == 0
    assert "操作の画面を終えました" in told
    assert "Traceback" not in told


def test_two_tabs_and_the_command_line_at_work(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    """見ている間に、コマンドが書く。古いページからは、何も書かない。"""
    person = Person(browser, checks=False)
    (served.folder / "data").mkdir()
    (served.folder / "data/plan.json").write_bytes((ROOT / "data/plan.json").read_bytes())
    person.begin(served.address)
    person.go("配布")
    person.put("提出期限", "2099-07-31")
    done = served.command("distribute", "--round", "results", "--section", "経営企画課")
    assert done.returncode == 0, done.stdout + done.stderr
    before = (served.folder / "data/sendouts.jsonl").read_bytes()
    person.press("送るものを作る")
    person.says("ページが古くなっています")
    person.says("送付記録")
    assert (served.folder / "data/sendouts.jsonl").read_bytes() == before
    person.press("新しい内容でページを開き直す")
    assert person.title() == "配布"


def test_the_browser_closed_in_the_middle_of_a_collection(
    browser: Browser, served: Served, filled_books: Path, issued_desk: Any
) -> None:
    """閉じても、始めたことは終わりまで続き、開き直せば続きから使える。"""
    shutil.copytree(issued_desk.root / "data", served.folder / "data")
    person = Person(browser, checks=False)
    person.begin(served.address)
    person.go("回収")
    person.drop("届いたファイル", sorted(filled_books.glob("*.xlsx")))
    browser.ask("document.querySelector('main form button').click(); return 0;")
    time.sleep(0.3)
    browser.call("Page.navigate", url="about:blank")
    time.sleep(1.5)
    person.begin(served.address.partition("?")[0])
    person.says("読みかけの回収があります")
    person.press("渡した")
    person.says("様式 74枚を読みました")
    record(person)
    assert (served.folder / "data/journal.jsonl").exists()
    assert not (served.folder / "data/desk").exists()


@pytest.fixture
def asked(served: Served, desk: Desk, post: Post) -> Path:
    """配り終えたフォルダーと、問いのある返信。"""
    shutil.copytree(desk.root / "data", served.folder / "data")
    return post.send(SPORTS, {"years[0].result.value": 3.5})


def test_without_scripts_a_question_is_decided_and_recorded(
    browser: Browser, served: Served, asked: Path
) -> None:
    person = Person(browser, checks=False, scripts=False)
    person.begin(served.address)
    gather(person, [asked])
    person.says("問い 1件のうち")
    person.press("小数まで印刷する")
    person.says("まだのもの 0件")
    record(person)
    person.go("取り消し")
    person.says("回収")


def test_by_keyboard_alone_a_question_is_decided(
    browser: Browser, served: Served, asked: Path
) -> None:
    person = Person(browser, checks=False)
    person.begin(served.address)
    gather(person, [asked])
    browser.press("Tab")
    assert browser.ask("return document.activeElement.textContent") == "本文へ移る"
    browser.press("Enter")
    assert browser.ask("return document.activeElement.id") == "main"
    for _ in range(30):
        browser.press("Tab")
        seen = browser.ask(
            "const one = document.activeElement, style = getComputedStyle(one);"
            "return [one.name ?? '', one.matches(':focus-visible') && style.outlineStyle];"
        )
        assert seen[1] not in (False, "none"), seen
        if seen[0] == "reason":
            break
    assert seen[0] == "reason"
    browser.call("Input.insertText", text="課に電話で確認")
    browser.press("Enter")
    time.sleep(1.0)
    person.wait()
    person.says("決めたこと: このまま通す")
    person.says("（わけ: 課に電話で確認）")
