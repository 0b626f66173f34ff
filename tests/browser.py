"""Chromium で HTML を開き、点検の結果を受け取る。"""

from __future__ import annotations

import html
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from programs import NODE_FOLDER, missing, need
from running import run_program

SECONDS = 180
# 入れ物（コンテナー）の中では /dev/shm が小さく、使うとページごと落ちる。
CHROMIUM = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
_MARK = "sheetgen-told"


class _Told(HTMLParser):
    """印の付いた要素の文字を取り出す。"""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """印の付いた要素に入る。"""
        self._inside = self._inside or ("id", _MARK) in attrs

    def handle_endtag(self, tag: str) -> None:
        """要素から出る。"""
        self._inside = self._inside and tag != "pre"

    def handle_data(self, data: str) -> None:
        """印の付いた要素の文字をためる。"""
        if self._inside:
            self.text.append(data)


def ask(page: str, script: str, folder: Path) -> Any:
    """ページを開き、``script``（値を返す async 関数の中身）の答えを返す。

    ページの写しを file:// で開く。ページ自身のスクリプトの禁止は外しておく。
    """
    program = need("chromium")
    told = (
        "<script>addEventListener('load', async () => {"
        f"const answer = await (async () => {{ {script} }})();"
        f"const out = document.createElement('pre'); out.id = '{_MARK}';"
        "out.textContent = JSON.stringify(answer); document.body.append(out); });</script>"
    )
    copy = folder / "page.html"
    copy.write_text(page.replace("</body>", f"{told}</body>"), encoding="utf-8")
    done = run_program(
        lambda profile: [
            program,
            *CHROMIUM,
            "--allow-file-access-from-files",
            f"--user-data-dir={profile}",
            "--window-size=1280,900",
            "--virtual-time-budget=60000",
            "--dump-dom",
            copy.as_uri(),
        ],
        SECONDS,
    )
    reader = _Told()
    reader.feed(done.stdout.decode("utf-8"))
    assert reader.text, done.stderr.decode("utf-8", "replace")[-2000:]
    return json.loads("".join(reader.text))


def axe_script() -> str:
    """支援技術の点検（axe-core）の本体。"""
    path = NODE_FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        missing("tests/node の部品がない（npm ci --prefix tests/node）")
    return path.read_text("utf-8")


def framed(page: str, width: int) -> str:
    """ページを、幅 ``width`` 画素の枠の中に置いた HTML。"""
    return (
        '<!DOCTYPE html><html lang="ja"><body style="margin:0">'
        f'<iframe style="border:0;width:{width}px;height:800px" srcdoc="{html.escape(page)}">'
        "</iframe></body></html>"
    )
