"""操作の画面を、マウスとキーボードだけで使う人。見えることばを頼りに、押し、打ち、選ぶ。

同じ人が、この PC で出す画面（A）も、一枚のページの中の画面（B）も使う。
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path

from browser import axe_script
from live_browser import Browser

WAIT_SECONDS = 180
RULES = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"
NARROW, WIDE = 320, 1280

# 動いているか：A は進み具合のページ、B は上の帯。
_READY = (
    "return document.readyState === 'complete' && !document.querySelector('#job')"
    " && !document.documentElement.classList.contains('host-working') && !window.leaving;"
)
# 見えていて、ことばの合う押せるもの。同じことばのものがあれば、初めのもの。
_FIND = """
const clean = (text) => text.replace(/\\s+/g, ' ').trim();
const seen = (one) => one.checkVisibility() && !one.disabled;
const area = document.querySelector(scope) ?? document;
const all = [...area.querySelectorAll(kinds)].filter(seen);
const found = all.find((one) => clean(one.textContent) === words)
  ?? all.find((one) => clean(one.textContent).startsWith(words))
  ?? all.find((one) => clean(one.textContent).includes(words));
"""


class Person:
    """画面を使う人。``checked`` は、もう点検した状態（題）。"""

    def __init__(self, browser: Browser, *, checks: bool = True, scripts: bool = True) -> None:
        self.browser = browser
        self._scripts = scripts
        browser.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.checked: set[str] = set()
        self._checks = checks

    def begin(self, address: str) -> None:
        """アドレスを開く。"""
        self.browser.size(WIDE)
        self.browser.call("Page.navigate", url=address)
        time.sleep(0.2)
        self.wait()
        self.look()

    def wait(self) -> None:
        """動いていることが終わるまで待つ。"""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                if self.browser.ask(_READY):
                    return
            except AssertionError:  # ページの変わり目
                pass
            assert time.monotonic() < end, self.text()
            time.sleep(0.03)

    def go(self, name: str) -> None:
        """上の一覧から選ぶ。"""
        self._press(name, "nav a")

    def press(self, words: str, scope: str = "#main, main") -> None:
        """ボタンかリンクを押す。"""
        self._press(words, "button, a, summary", scope)

    def open_details(self, words: str) -> None:
        """畳んである所を開く。ページは変わらない。"""
        self._click(self._at(words, "summary", "main"))

    def fill(self, label: str, text: str) -> None:
        """欄を選んで打つ。"""
        self._click(self._field(label))
        self.browser.ask("document.activeElement.select?.(); return 0;")
        self.browser.call("Input.insertText", text=text)

    def put(self, label: str, value: str) -> None:
        """一覧から選ぶか、日付を入れる。"""
        self._field(label)
        self.browser.ask(
            f"window.field.value = {json.dumps(value)};"
            "window.field.dispatchEvent(new Event('change', {bubbles: true})); return 0;"
        )
        assert self.browser.ask("return window.field.value") == value, label

    def tick(self, label: str) -> None:
        """印を付ける。"""
        self._click(self._field(label))
        assert self.browser.ask("return window.field.checked"), label

    def drop(self, label: str, files: Iterable[Path]) -> None:
        """ファイルを渡す。"""
        self._field(label)
        call = self.browser.call
        node = call("Runtime.evaluate", expression="window.field")["result"]["objectId"]
        call("DOM.setFileInputFiles", objectId=node, files=[str(one) for one in files])

    def text(self) -> str:
        """見えている本文。"""
        return str(self.browser.ask("return document.querySelector('main')?.innerText ?? ''"))

    def title(self) -> str:
        """ページの題。"""
        return str(self.browser.ask("return document.querySelector('h1')?.innerText ?? ''"))

    def says(self, words: str) -> None:
        """そのことばが見える。"""
        text = self.text()
        assert words in text, text

    def look(self) -> None:
        """初めて見る状態なら、支援技術の点検をし、幅 320 px でも横にあふれないことを確かめる。"""
        if not self._checks:
            return
        state = self.browser.ask(
            "return document.querySelector('h1')?.innerText.replace(/[0-9０-９]/g, '') + '|' +"
            "[...new Set([...document.querySelectorAll('main [class]')].map(one => one.className))]"
            ".sort().join(' ')"
        )
        if state in self.checked:
            return
        self.checked.add(state)
        found = self.browser.ask(
            f"{axe_script()};"
            f"const all = await axe.run(document, {{runOnly: {{type: 'tag', values: {RULES}}},"
            " resultTypes: ['violations']});"
            "return all.violations.map(one => one.id + ': ' +"
            " one.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '));"
        )
        assert found == [], f"{state}: {found}"
        self.browser.size(NARROW)
        wide = self.browser.ask(
            f"if (document.documentElement.scrollWidth <= {NARROW}) return [];"
            "return [...document.querySelectorAll('body *')].filter(one =>"
            f" one.getBoundingClientRect().right > {NARROW}"
            " && !one.closest('.table, .sheet-frame'))"
            ".map(one => one.outerHTML.slice(0, 200));"
        )
        self.browser.size(WIDE)
        assert wide == [], f"{state}: {wide}"

    def _press(self, words: str, kinds: str, scope: str = "body") -> None:
        place = self._at(words, kinds, scope)
        if not self._scripts:  # ページの中で、待つための仕掛けも動かない
            self._click(place)
            time.sleep(1.0)
            self.wait()
            return
        # 次のページに移れば、この印は消える。移らずに済むもの（B、断り）は、動きが止まれば済み。
        is_soon = self.browser.ask(
            # B では、押すとすぐに上の帯が動き始める。A では、移り始めるのを少し待つ。
            "window.leaving = document.getElementById('app') ? '' : 'soon'; setTimeout(() => {"
            " if (window.leaving === 'soon') window.leaving = ''; }, 400);"
            "navigation.addEventListener('navigate', (event) => {"
            " if (!event.destination.sameDocument && event.downloadRequest === null)"
            " window.leaving = 'gone'; }, { once: true }); return window.leaving;"
        )
        self._click(place)
        if not is_soon:
            time.sleep(0.1)
        self.wait()
        self.look()

    def _at(self, words: str, kinds: str, scope: str) -> dict[str, float]:
        given = f"const words = {json.dumps(words)}, kinds = {json.dumps(kinds)}, "
        given += f"scope = {json.dumps(scope)};"
        place = self.browser.ask(given + _FIND + _PLACE)
        assert place, f"「{words}」がない: {self.text()}"
        return dict(place)

    def _field(self, label: str) -> dict[str, float]:
        given = f"const words = {json.dumps(label)}, kinds = 'label', scope = 'main';"
        place = self.browser.ask(
            given + _FIND.replace("const found =", "const label =")
            + "const found = label && (label.control ?? document.getElementById(label.htmlFor));"
            + "window.field = found;" + _PLACE
        )  # fmt: skip
        assert place, f"欄「{label}」がない: {self.text()}"
        return dict(place)

    def _click(self, place: dict[str, float]) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            self.browser.call(
                "Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place
            )


_PLACE = """
if (!found) return null;
found.scrollIntoView({ block: 'center', behavior: 'instant' });
const box = found.getBoundingClientRect();
return { x: box.x + Math.min(box.width, 40) / 2, y: box.y + box.height / 2 };
"""
