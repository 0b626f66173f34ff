"""一枚のページ（sheetgen.html）を、Chromium で使う。

file:// では、フォルダーの代わりになるもの（メモリーの中の、同じ約束のもの）を選ばせる。
この PC の中のサーバーからは、ブラウザーの持つほんとうのフォルダー（OPFS）を選ばせる。
"""

from __future__ import annotations

import base64
import functools
import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from live_browser import Browser

READY_SECONDS = 120
TOGETHER = 1 << 20
"""一度に渡すファイルの大きさ（バイト）。"""

PRETENDED = Path(__file__).with_name("pretended_folder.js")
REAL = """
window.chosen = async () => {
  const home = await navigator.storage.getDirectory();
  return home.getDirectoryHandle("計画", { create: true });
};
"""


# フォルダーに書く数を数え、決めた数で、ワーカーを殺す。
_COUNTING = """
if (!window.watched) {
  window.watched = {};
  for (const op of ["write", "remove"]) {
    const real = folder[op].bind(folder);
    folder[op] = async (...given) => {
      watched.count += 1;
      const isTime = watched.count === watched.diesAt;
      if (isTime && !watched.isAfter) { desk.worker.terminate(); watched.isDead = true; }
      const answer = await real(...given);
      if (isTime && watched.isAfter) { desk.worker.terminate(); watched.isDead = true; }
      return answer;
    };
  }
}
const count = watched.count ?? 0;
Object.assign(watched, { count: 0, diesAt: 0, isAfter: false, isDead: false });
return count;
"""


class OnePage:
    """開いたページ。``python`` で、画面のワーカーの中の Python を動かせる。"""

    def __init__(self, browser: Browser, page: str, *, is_real: bool) -> None:
        self.browser = browser
        self._page = page
        tools = PRETENDED.read_text("utf-8")
        script = tools + (REAL if is_real else "")
        browser.call("Network.setCacheDisabled", cacheDisabled=True)
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        browser.call(
            "Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True
        )

    def open(self) -> None:
        """開いて、Python の用意ができるまで待つ。"""
        self.browser.visit(self._page)
        self.wait(
            "return document.getElementById('host-ready')?.textContent.includes('用意ができ')"
        )

    def choose(self, who: str = "総務 花子") -> None:
        """名を書き、フォルダーを選ぶ。"""
        self.browser.ask(f"document.getElementById('host-who').value = {json.dumps(who)}")
        self.browser.ask("document.getElementById('host-choose').click()")
        self.wait("return !document.getElementById('host-start')")

    def empty(self) -> None:
        """フォルダーを空にする。"""
        self.browser.ask(
            "const folder = await chosen();"
            "const names = [];"
            "for await (const name of folder.keys()) names.push(name);"
            "for (const name of names) await folder.removeEntry(name, { recursive: true });"
        )

    def put(self, files: dict[str, bytes]) -> None:
        """フォルダーにファイルを置く。"""
        waiting: dict[str, str] = {}
        size = 0
        for path, data in files.items():
            waiting[path] = base64.b64encode(data).decode()
            size += len(data)
            if size > TOGETHER:
                self.browser.ask(f"await putFiles({json.dumps(waiting)})")
                waiting, size = {}, 0
        self.browser.ask(f"await putFiles({json.dumps(waiting)})")

    def remove(self, path: str) -> None:
        """フォルダーのファイルを除く。"""
        folder, _, name = path.rpartition("/")
        self.browser.ask(
            f"const folder = await (await chosen()).getDirectoryHandle({json.dumps(folder)});"
            f"await folder.removeEntry({json.dumps(name)})"
        )

    def take(self) -> dict[str, bytes]:
        """フォルダーにあるファイル。"""
        found = self.browser.ask("return await takeFiles()")
        return {path: base64.b64decode(text) for path, text in found.items()}

    def wait(self, script: str, seconds: float = READY_SECONDS) -> Any:
        """成り立つまで待つ。続けられなくなったページなら、そのわけで落ちる。"""
        end = time.monotonic() + seconds
        while True:
            found = self.browser.ask(script)
            if found:
                return found
            why = self.browser.ask(
                "const one = document.getElementById('host-failed');"
                "return one && !one.hidden ? one.innerText : ''"
            )
            assert not why, why
            assert time.monotonic() < end, script
            time.sleep(0.1)

    def python(self, code: str) -> Any:
        """画面のワーカーの中で、順に並んで Python を動かす。最後の式の値（JSON）を返す。"""
        worker = self.browser.workers[0]
        script = f"""
          const done = turn.then(async () => {{
            await mounted.refresh();
            const text = await python.runPythonAsync({json.dumps(code)});
            await mounted.flush();
            return text;
          }});
          turn = done.catch(() => {{}});
          return done;
        """
        return self.browser.ask(script, session=worker)

    def helper(self) -> str:
        """読む子のワーカー（命じる先の名）。動き始めるまで待つ。"""
        browser = self.browser
        browser.call(
            "Target.setAutoAttach",
            session=browser.workers[0],
            autoAttach=True,
            waitForDebuggerOnStart=False,
            flatten=True,
        )
        self.wait("return true")
        ready = "return Boolean(reader && (await reader.ready).ready)"
        assert browser.ask(ready, session=browser.workers[0])
        return browser.workers[-1]

    def count_writes(self) -> int:
        """前に呼んでからの、フォルダーに書いた（除いた）数。"""
        return int(self.browser.ask(_COUNTING))

    def begin(self, code: str, *, dies_at: int = 0, is_after: bool = False) -> None:
        """画面のワーカーの中で Python を動かし始める。

        ``dies_at`` があれば、フォルダーにその数だけ書いた（除いた）ところで、書き始めたときか、
        ``is_after`` なら書き終えたときに、ワーカーを殺し、それを待つ。なければ待たない。
        """
        self.count_writes()
        self.browser.ask(
            f"Object.assign(watched, {{ diesAt: {dies_at}, isAfter: {json.dumps(is_after)} }})"
        )
        run = f"turn = turn.then(() => python.runPythonAsync({json.dumps(code)}))"
        script = f"setTimeout(() => {{ {run}; }}, 0);"
        self.browser.ask(script, session=self.browser.workers[0])
        if dies_at:
            self.wait("return watched.isDead")

    def kill(self) -> None:
        """画面のワーカーを、いまこの時に殺し、「もう一度始める」を押す。"""
        self.browser.workers.clear()
        self.browser.ask("desk.worker.terminate(); desk.worker.onerror({ message: '殺した' })")
        self.browser.ask("document.getElementById('host-retry').click()")
        self.wait("return !document.getElementById('host-start')")

    def command(self, *words: str) -> tuple[int, str]:
        """``sheetgen`` のコマンドを、ページの中で動かす。終了コードと、画面に出たもの。"""
        told = self.python(
            f"""
import contextlib, io, json
from sheetgen.cli import main
out = io.StringIO()
with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
    code = main({list(words)!r})
json.dumps([int(code), out.getvalue()])
"""
        )
        code, text = json.loads(told)
        return code, text


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """何も言わない。"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """フォルダーを、この PC の中だけに出す。"""
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
