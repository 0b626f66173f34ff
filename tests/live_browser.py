"""生きた Chromium：人のようにキーを押し、画面の幅や印刷や JavaScript の有無を変える。

``--remote-debugging-pipe`` の二本のパイプで DevTools の約束ごとを話す。ほかに入れるものはない。
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import select
import subprocess
import tempfile
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from browser import CHROMIUM
from programs import need
from running import LOCALE, TRIES, end

KEYS = {
    "Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowDown": 40, "ArrowUp": 38, "Space": 32,
}  # fmt: skip
ANSWER_SECONDS = 120


class Browser:
    """開いた Chromium と、その一枚のページ。``requests`` は、ページが求めた先。

    ``workers`` は、ページの始めたワーカー（命じる先の名）。
    ``Target.setAutoAttach`` の後に始めたもの。

    動き始めない Chromium は動かし直し、死んだものは、試験がページを開くときに取り替える。
    一度死んでも、あとの試験は落ちない。
    """

    def __init__(self) -> None:
        self._program = need("chromium")
        if os.name == "nt":
            pytest.skip("管を渡せない")
        self.requests: list[str] = []
        self.workers: list[str] = []
        self._loaded: set[str] = set()
        self._start()

    def _start(self) -> None:
        for left in reversed(range(TRIES)):
            self._launch()
            try:
                self._attach()
            except OSError as error:
                self._close()
                if not left:
                    raise
                warnings.warn(f"Chromium が始まらない: {error}", stacklevel=2)
            else:
                return

    def _launch(self) -> None:
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        profile = f"--user-data-dir={self._profile.name}"
        words = [*CHROMIUM, "--remote-debugging-pipe", profile, "about:blank"]
        # 管の番号がはじめから 3 や 4 でも、互いに消さないよう、いったん大きな番号に移す。
        command = 'exec {in}<&"$IN" {out}>&"$OUT"; exec "$@" 3<&"$in" 4>&"$out"'
        self._process = subprocess.Popen(
            ["bash", "-c", command, "bash", self._program, *words],
            env={**os.environ, **LOCALE, "IN": str(to_read), "OUT": str(to_write)},
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_read)
        os.close(to_write)
        self._numbers = itertools.count(1)
        self._left = b""
        self._session: str | None = None

    def _attach(self) -> None:
        # 初めのページは、まだ無いことがある。
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def _close(self) -> None:
        end(self._process)
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def call(self, method: str, *, session: str | None = None, **params: Any) -> Any:
        """命じて、答えを待つ。``session`` は命じる先（なければページ）。"""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        if session or self._session:
            message["sessionId"] = session or self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, page: Path, *, width: int = 1200, scripts: bool = True) -> None:
        """ページを開き、読み終わるまで待つ。途中で落ちたら、新しい Chromium で開き直す。"""
        for left in reversed(range(TRIES)):
            try:
                self._open(page, width, scripts)
            except OSError as error:
                if not left:
                    raise
                warnings.warn(f"Chromium が落ちた: {error}", stacklevel=2)
                self._close()
                self._start()
            else:
                return

    def _open(self, page: Path, width: int, scripts: bool) -> None:
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.size(width)
        self.visit(page.as_uri())

    def visit(self, address: str) -> None:
        """アドレスを開き、読み終わるまで待つ。"""
        self.requests.clear()
        self.workers.clear()
        self._loaded.clear()
        loader = self.call("Page.navigate", url=address)["loaderId"]
        # 前のページの知らせや、答えより先に来た知らせと、取り違えない。
        while loader not in self._loaded:
            self._next()

    def size(self, width: int, height: int = 900) -> None:
        """画面の大きさを変える。"""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def ask(self, script: str, *, session: str | None = None) -> Any:
        """ページ（か ``session`` のワーカー）の中で計算した値（async 関数の中身）を返す。"""
        answer = self.call(
            "Runtime.evaluate",
            session=session,
            expression=f"(async () => {{ {script} }})()",
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, *keys: str) -> None:
        """キーを一つずつ押す。"""
        for key in keys:
            code = {"key": " " if key == "Space" else key, "code": key}
            code["windowsVirtualKeyCode"] = KEYS[key]  # type: ignore[assignment]
            if key in ("Enter", "Space"):
                code["text"] = "\r" if key == "Enter" else " "
            self.call("Input.dispatchKeyEvent", type="keyDown", **code)
            self.call("Input.dispatchKeyEvent", type="keyUp", **code)

    def pdf(self, path: Path) -> Path:
        """印刷する。"""
        data = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"]
        path.write_bytes(base64.b64decode(data))
        return path

    def picture(self, path: Path, top: int, height: int, width: int) -> Path:
        """画面の一部を写す。"""
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        shot = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))
        return path

    def _next(self) -> Any:
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._read], [], [], ANSWER_SECONDS)
            if not ready:
                raise TimeoutError("Chromium が答えない")
            data = os.read(self._read, 1 << 20)
            if not data:
                raise ConnectionError("Chromium が終わった")
            self._left += data
        message, _, self._left = self._left.partition(b"\0")
        found = json.loads(message)
        if found.get("method") == "Network.requestWillBeSent":
            self.requests.append(found["params"]["request"]["url"])
        attached = found.get("method") == "Target.attachedToTarget"
        if attached and found["params"]["targetInfo"]["type"] == "worker":
            self.workers.append(found["params"]["sessionId"])
        if found.get("method") == "Page.lifecycleEvent" and found["params"]["name"] == "load":
            self._loaded.add(found["params"]["loaderId"])
        return found
