"""操作の画面のすべてのページと状態を、一つの Chromium で見る。

支援技術の点検（axe）、幅 320 px、印刷で切れないこと、Tab で本文に届くこと。
"""

from __future__ import annotations

import io
import re
import shutil
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from browser import axe_script
from desk_person import NARROW, RULES, WIDE
from desk_samples import ROOT, folder_in
from live_browser import Browser
from returned.desk import Desk
from returned.post import BENCH, SPORTS, TAX, Post

from sheetgen.desk.revision import revision_of
from sheetgen.desk.serving import DeskServer

PAPER = 718
"""A4 の紙の、余白を除いた幅（px）。"""
VALUE, MONEY = "years[0].result.value", "years[0].result.effect"
SECTION = "企画部 財政課"

_AXE = (
    f"const all = await axe.run(document, {{runOnly: {{type: 'tag', values: {RULES}}},"
    " resultTypes: ['violations'], preload: false});"
    "return all.violations.map(one => one.id + ': ' +"
    " one.nodes.map(n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | '));"
)
_WIDE = (
    "const width = document.documentElement.clientWidth;"
    "if (document.documentElement.scrollWidth <= width) return [];"
    "return [...document.querySelectorAll('body *')].filter(one =>"
    " one.getBoundingClientRect().right > width + 1 && !one.closest('.table, .sheet-frame'))"
    ".map(one => one.outerHTML.slice(0, 160));"
)
_CLIPPED = (
    "return [...document.querySelectorAll('main *')].filter(one =>"
    " getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1)"
    ".map(one => one.outerHTML.slice(0, 160));"
)


class Office:
    """動いている画面と、それを見る人。``back`` のない窓で送り、ブラウザーで結果を見る。"""

    def __init__(self, root: Path, browser: Browser) -> None:
        self.root, self.browser = root, browser
        self.faults: list[str] = []
        self.server = DeskServer(root)
        self.home = f"http://127.0.0.1:{self.server.port}"
        self._thread = threading.Thread(target=self.server.serve, daemon=True)
        self._thread.start()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
        )
        self._opener.open(self.server.address).read()
        self.browser.size(WIDE)
        self._navigate(self.server.address)

    def end(self) -> None:
        """終える。"""
        self.server.stop()
        self._thread.join(20)

    def post(self, path: str, fields: Mapping[str, object] = {}, *files: tuple[str, Path]) -> str:
        """送り、仕事が終わったあとのページの道を返す。"""
        mark = uuid.uuid4().hex
        pairs = [
            (name, one)
            for name, value in {"revision": self.revision, **fields}.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        body = io.BytesIO()
        for name, value in pairs:
            body.write(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"'.encode())
            body.write(f"\r\n\r\n{value}\r\n".encode())
        for name, path_of in files:
            head = f'name="{name}"; filename="{path_of.name}"'
            body.write(f"--{mark}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode())
            body.write(path_of.read_bytes() + b"\r\n")
        body.write(f"--{mark}--\r\n".encode())
        kind = f"multipart/form-data; boundary={mark}"
        headers = {"Origin": self.home, "Content-Type": kind}
        asked = urllib.request.Request(self.home + path, body.getvalue(), headers)
        with self._opener.open(asked) as answer:
            at = str(answer.url)
        while self.server.is_busy:
            time.sleep(0.02)
        with self._opener.open(at) as answer:
            return urllib.parse.unquote(str(answer.url).removeprefix(self.home))

    @property
    def revision(self) -> str:
        """いまの版。"""
        return revision_of(self.root / "data" / "plan.json")

    def look(self, path: str, title: str = "") -> str:
        """ページを見て、点検する。本文を返す。"""
        self._navigate(
            path
            if path.startswith("http")
            else self.home + urllib.parse.quote(path, safe="/?&=%#:")
        )
        ask = self.browser.ask
        shown = str(ask("return document.querySelector('h1').innerText"))
        assert title in shown, (path, shown)
        found = ask(f"{axe_script()};{_AXE}")
        self._note(found, f"{path} {shown}")
        self.browser.size(NARROW)
        self._note(ask(_WIDE), f"{path} {shown} 320px")
        self.browser.size(PAPER)
        self.browser.call("Emulation.setEmulatedMedia", media="print")
        found = ask(_WIDE) + ask(_CLIPPED)
        self.browser.call("Emulation.setEmulatedMedia", media="")
        self.browser.size(WIDE)
        self._note(found, f"{path} {shown} 印刷")
        return str(ask("return document.querySelector('main').innerText"))

    def _note(self, found: list[str], where: str) -> None:
        self.faults += [f"{where}: {one}" for one in found]

    def fields(self, action: str) -> dict[str, str]:
        """見ているページの、``action`` で終わる宛先のフォームの隠した欄。"""
        script = (
            "return [...document.querySelectorAll('form')]"
            f".find((one) => one.action.endsWith('{action}'))"
            ".querySelectorAll('input[type=hidden]').values()"
            ".map((one) => [one.name, one.value]).toArray();"
        )
        return dict(self.browser.ask(script))

    def _navigate(self, address: str) -> None:
        loader = self.browser.call("Page.navigate", url=address)["loaderId"]
        while loader not in self.browser._loaded:
            self.browser._next()


@pytest.fixture
def office(
    desk: Desk, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    shutil.copytree(ROOT / "templates", desk.root / "templates")
    found = Office(desk.root, browser)
    yield found
    found.end()


def test_every_page_and_state(office: Office, post: Post) -> None:
    look, send = office.look, office.post
    # はじめに見るもの
    for path, title in [
        ("/", "いま"), ("/check", "点検"), ("/sending/", "配布"), ("/sending/samples", "見本"),
        ("/sending/extension", "期限"), ("/sending/returns", "差戻し"), ("/collecting/", "回収"),
        ("/standing/", "状況"), ("/standing/remind", "督促"), ("/editing/", "編集"),
        ("/items/", "項目"), ("/items/?q=自動", "項目"), ("/items/?q=どこにもない", "項目"),
        ("/items/08-08", "自動販売機"),
        ("/items/08-08/sheet?round=results", "様式"), ("/items/add", "加える"),
        ("/items/history/edits", "変えたこと"), ("/items/history/proposals", "変更申出"),
        ("/sections/", "課とメール"), ("/sections/企画部/財政課", "財政課"),
        ("/publishing/", "公表"), ("/closing/", "年度の切替"), ("/undoing/", "取り消し"),
        ("/founding/", "計画を始める"), ("/no/such/page", "ありません"),
        ("/items/99-99", "続けられません"), ("/collecting/20260101-000000-abcdef", "もう"),
        (f"http://localhost:{office.server.port}/", "アイコンから"),
    ]:  # fmt: skip
        look(path, title)
    # 配布
    sent = {"round": "results", "section": [SECTION, "総務部 収納課"], "offered": SECTION}
    sent |= {"deadline": "2024-08-30", "again": "1"}
    look(send("/sending/", {**sent, "offered": [SECTION, "x"]}), "試しに")
    look(send("/sending/", {**sent, "offered": [SECTION, "x"], "step": "make"}), "送る用意")
    look(send("/sending/samples", {"section": SECTION}), "見本")
    later = {"round": "results", "section": SECTION, "deadline": "2024-09-20"}
    look(send("/sending/extension", {**later, "step": "make"}), "送る用意")
    look(send("/standing/remind", {"section": SECTION}), "試しに")
    look(send("/standing/remind", {"section": SECTION, "step": "make"}), "督促")
    look(send("/standing/"), "状況のページ")
    # 回収：ファイルの名には、HTML も引用符もある
    books = [
        post.send(SPORTS, {VALUE: 3.5}),
        post.send(BENCH, {MONEY: 1_600_000}),
        post.send(TAX, {VALUE: 98.1}, "<img src=x onerror=alert(1)>'係.xlsx"),
        post.send(TAX, {VALUE: 98.2}, "b" * 70 + ".xlsx"),
    ]
    at = send("/collecting/", {}, *(("files", one) for one in books))
    shown = look(at, "回収")
    assert "onerror=alert(1)" in shown
    look("/", "いま")
    look("/collecting/", "回収")
    key = f"R315:{SPORTS}"
    send(f"{at}/decide", {"question": key, "way": "1", "reason": "<b>確認</b>" * 15})
    look(at, "回収")
    look(send(f"{at}/confirm"), "確かめ")
    look(send(f"{at}/record", office.fields("/record")), "記録しました")
    look("/", "いま")
    look(send("/sending/returns", {"round": "results"}), "試しに")
    look(send("/sending/returns", {"round": "results", "step": "make"}), "送る用意")
    look("/standing/", "状況")
    # 取り消し
    look("/undoing/", "取り消し")
    run = re.search(r"\d{8}-\d{6}", str(office.browser.ask("return document.body.innerText")))
    assert run
    look(f"/undoing/run/{run[0]}", "回")
    look(send("/undoing/", {"run": run[0]}), "戻るもの")
    look(send("/undoing/", {"run": run[0], "step": "make"}), "取り消しました")
    look(f"/items/{SPORTS}")
    # 編集
    look(send("/editing/write"), "書き出しました")
    book = next((office.root / "output").rglob("計画の編集.xlsx"))
    look(send("/editing/", {}, ("file", book)), "変更")
    look(send("/editing/", {}, ("file", ROOT / "README.md")), "読めません")
    look("/editing/", "編集")
    look("/items/08-08/edit", "直す")
    title = office.browser.ask("return document.querySelector('[name$=\"item.title\"]').name")
    look(send("/items/08-08/edit", {title: "<i>自動販売機</i>の貸付"}), "直すところ")
    look(send("/items/record", office.fields("/items/record")), "記録しました")
    look("/items/history/edits", "変えたこと")
    look(send("/items/add", {"add|title": "新しい取組"}), "加える実施項目")
    # 公表と年度の切替
    look(send("/publishing/report", {"only": "html", "step": "look"}), "確かめました")
    look(send("/publishing/report", {"only": "html", "step": "make"}), "作りました")
    look(send("/publishing/export"), "書き出しました")
    look("/publishing/", "公表")
    look(send("/closing/"), "年度の切替")
    forced = {"force": "1", "to": "2025", "reason": "試験のため"}
    look(send("/closing/", forced), "変わること")
    assert office.faults == []
    outside = [one for one in office.browser.requests if one.startswith("http")]
    assert all(re.match(r"http://(127\.0\.0\.1|localhost):", one) for one in outside)


def test_the_first_day(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """計画のないフォルダー。"""
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    office = Office(folder_in(tmp_path, with_plan=False), browser)
    try:
        office.look("/", "いま")
        for path in ("/sending/", "/collecting/", "/publishing/"):
            office.look(path, "まだ計画がありません")
        office.look("/founding/", "計画を始める")
        office.look(office.post("/founding/blank"), "空の編集ブック")
        office.look("/founding/", "計画を始める")
        assert office.faults == []
    finally:
        office.end()
