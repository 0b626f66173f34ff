"""空のフォルダーから二つめの文書まで、ブラウザーとマウスとキーボードだけで（置き場所 A）。

どのページも、初めて見る状態ごとに、支援技術の点検（axe）と、幅 320 px を確かめる。
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk_person import Person
from live_browser import Browser
from new_city import LIST, fill, full_row
from returned.desk import input_places

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"
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


def answered(source: Path, target: Path, values: dict[str, Any]) -> Path:
    """配ったブックの、開いている記入欄に書く。``values`` は、欄の道の終わりから値へ。"""
    book = openpyxl.load_workbook(source)
    for sheet in book:
        for path, ref in input_places(TEMPLATE).items():
            ending = next((one for one in values if path.endswith(one)), None)
            if ending and not sheet[ref].protection.locked:
                sheet[ref].value = values[ending]
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


PLANNED = {
    "initiative.text": "■ 配置を試す。",
    ".plan": "・案内を一つにする。",
    ".target": 10,
    "].effect": 100,
}
RESULT = {
    ".result.text": "窓口の配置を決め、案内の板を二か所に減らした。",
    ".result.value": 12,
    ".result.effect": 1200,
    ".result.grade": "A",
}


def hand_out(person: Person, name: str, value: str) -> None:
    """配布のページで、送るものを作る。"""
    person.go("配布")
    person.put("照会", value)
    person.press("この照会にする")
    person.put("提出期限", "2099-07-31")
    person.press("試しに見る")
    person.says("何も作っていません")
    person.press("このとおりに作る")
    person.says(f"{name}を")
    person.says("送付記録に")


def gather(person: Person, books: list[Path]) -> None:
    """回収のページに、届いたものを渡す。"""
    person.go("回収")
    person.drop("届いたファイル", books)
    person.press("読む")


def record(person: Person) -> None:
    """確かめて、記録する。"""
    person.press("確かめる")
    person.says("まだ何も記録していません")
    person.press("記録する")
    person.says("計画のデータに入れました")


def close_year(person: Person) -> None:
    """年度を切り替える。"""
    person.go("年度の切替")
    person.press("何が変わるかを見る")
    if "このままでは閉じられません" in person.text():
        person.tick("残っていても閉じる")
        person.put("開く年度", str(_year(person) + 1))
        person.fill("わけ", "試験のため")
        person.press("何が変わるかを見る")
    person.says("次のとおり変わります")
    person.press("令和")
    person.says("を開きました")


def _year(person: Person) -> int:
    return int(
        person.browser.ask(
            "return Number(document.querySelector('#to option:last-child').value) - 1"
        )
    )


def publish(person: Person, month: str) -> None:
    """文書を確定する。"""
    person.go("公表")
    person.tick("公表するものとして確定")
    person.put("公表年月", month)
    person.press("文書を作る")
    person.says("文書を作りました")


def test_from_an_empty_folder_to_the_second_document(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    person = Person(browser)
    folder, came = served.folder, tmp_path / "届いたもの"
    person.begin(served.address)
    person.says("まだ計画がありません")
    person.press("計画を始める")
    person.fill("市区町村の名称", "見本市")
    person.fill("計画の名称", "行政改革推進プラン")
    person.fill("事務局の名称", "総務部行革担当")
    person.fill("計画の初年度", "2025")
    person.fill("基本方針と推進項目", "市民サービス：窓口、相談\n財政")
    person.fill("部と課", "総務部 総務課\n総務部 市民課\n福祉部 相談課")
    person.press("計画を始める", "main form")
    assert (folder / "data" / "plan.json").exists()

    person.go("いま")
    person.press("実施項目を加える")
    rows = [
        full_row(),
        full_row("相談の一本化", 推進項目="2 相談", 主管課="福祉部 相談課"),
    ]
    person.drop("書いた一覧", [fill(folder / LIST, *rows)])
    person.press("読む")
    if person.browser.ask("return Boolean(document.querySelector('input[name=accept]'))"):
        person.tick("確認の問いを見て")
    person.press("加える", "main form")
    person.go("項目")
    person.press("窓口の統合")
    person.says("窓口をまとめる")

    # 初めの年度：見直し照会、切替、公表
    person.go("いま")
    person.press("点検")
    person.says("使えます")
    hand_out(person, "令和７年度の見直し照会", "revision")
    books = sorted((folder / "output/令和7年度/見直し照会/配布").glob("*.xlsx"))
    assert len(books) == 2
    gather(person, [answered(one, came / one.name, PLANNED) for one in books])
    if "まだのもの" in person.text():
        decide_all(person)
    record(person)
    close_year(person)
    publish(person, "2026-03")
    first = sorted((folder / "output/令和8年度/年次見直し").glob("*.pdf"))
    assert len(first) == 1

    # 次の年度：実績照会。一つは問いのある答えで、差し戻す。
    hand_out(person, "令和８年度の実績照会", "results")
    books = sorted((folder / "output/令和8年度/実績照会/配布").glob("*.xlsx"))
    wrong = RESULT | {".result.effect": 1_200_000}
    gather(
        person,
        [answered(books[0], came / "一.xlsx", RESULT), answered(books[1], came / "二.xlsx", wrong)],
    )
    person.says("まだのもの")
    person.press("課に戻す")
    record(person)
    person.says("差戻しのブック 1冊")
    person.press("差戻しの文とメールを作る")
    person.press("差戻しを送る用意をする")
    person.says("送付記録に")
    (back,) = (folder / "output/令和8年度/実績照会/回収/差戻し").glob("*.xlsx")
    gather(person, [answered(back, came / "直し.xlsx", {".result.effect": 1200})])
    decide_all(person)
    record(person)
    person.go("状況")
    person.says("令和８年度の実績照会")
    person.go("取り消し")
    assert "回収" in person.text()

    # 二つめの文書
    hand_out(person, "令和８年度の見直し照会", "revision")
    books = sorted((folder / "output/令和8年度/見直し照会/配布").glob("*.xlsx"))
    gather(person, [answered(one, came / one.name, PLANNED) for one in books])
    decide_all(person)
    record(person)
    close_year(person)
    publish(person, "2027-03")
    person.go("公表")
    person.press("新旧対照表を作る")
    person.go("公表")
    person.press("オープンデータを書き出す")
    assert list((folder / "output/令和9年度/年次見直し").glob("*.pdf"))
    assert list((folder / "output/令和9年度/新旧対照表").glob("*.pdf"))
    assert list((folder / "output/令和9年度/オープンデータ").glob("*.csv"))
    plan = json.loads((folder / "data" / "plan.json").read_bytes())
    results = [
        entry["years"][0]["result"]["effect"]
        for policy in plan["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
    ]
    assert results == [1200, 1200]
    outside = [
        one
        for one in browser.requests
        if not one.startswith(("http://127.0.0.1:", "data:", "blob:"))
    ]
    assert outside == []


def decide_all(person: Person) -> None:
    """残りの問いを、わけを書いて通す。"""
    buttons = "[...document.querySelectorAll('main button')]"
    while person.browser.ask(
        f"return {buttons}.some((one) => one.textContent.trim() === 'このまま通す');"
    ):
        person.fill("通すときのわけ", "課に電話で確認")
        person.press("このまま通す")


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
    import shutil

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
