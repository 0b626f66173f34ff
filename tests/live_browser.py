"""生きた Chromium：人のようにキーを押し、画面の幅や印刷や JavaScript の有無を変える。

Speaks the DevTools protocol over the two pipes of ``--remote-debugging-pipe``; nothing
else needs to be installed.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import select
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from programs import need

KEYS = {"Tab": 9, "Enter": 13, "ArrowDown": 40, "ArrowUp": 38, "Space": 32}
ANSWER_SECONDS = 120


class Browser:
    """開いた Chromium と、その一枚のページ。``requests`` は、ページが求めた先。"""

    def __init__(self) -> None:
        program = need("chromium")
        if os.name == "nt":
            pytest.skip("管を渡せない")
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        words = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
            f"--user-data-dir={self._profile.name}", "about:blank",
        ]  # fmt: skip
        command = 'exec "$@" 3<&"$IN" 4>&"$OUT"'
        self._process = subprocess.Popen(
            ["bash", "-c", command, "bash", program, *words],
            env={**os.environ, "IN": str(to_read), "OUT": str(to_write)},
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._numbers = itertools.count(1)
        self._left = b""
        self._session: str | None = None
        self.requests: list[str] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(one for one in targets if one["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def call(self, method: str, **params: Any) -> Any:
        """命じて、答えを待つ。"""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, page: Path, *, width: int = 1200, scripts: bool = True) -> None:
        """ページを開き、読み終わるまで待つ。"""
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.size(width)
        self.requests.clear()
        self.call("Page.navigate", url=page.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def size(self, width: int, height: int = 900) -> None:
        """画面の大きさを変える。"""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def ask(self, script: str) -> Any:
        """ページの中で計算した値（async 関数の中身）を返す。"""
        answer = self.call(
            "Runtime.evaluate",
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
            assert ready, "Chromium が答えない"
            data = os.read(self._read, 1 << 20)
            assert data, "Chromium が終わった"
            self._left += data
        message, _, self._left = self._left.partition(b"\0")
        found = json.loads(message)
        if found.get("method") == "Network.requestWillBeSent":
            self.requests.append(found["params"]["request"]["url"])
        return found
