"""画面とコマンドの双子：同じフォルダーを二つ作り、一つは画面で、一つはコマンドで進め、中身を比べる。

画面のページは、同じことをするコマンドの行を見せる。比べるときに打つのは、その行そのもの。
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desk_samples import client, text
from werkzeug.test import TestResponse

from sheetgen.cli.boundary import main

_MOMENT = re.compile(rb'"at":"[^"]*"')
_RUN = re.compile(rb"\d{8}-\d{6}(?:-\d+)?")
_NAMED = re.compile(r"\d{8}-\d{6}(?:-\d+)?")
_CLOCK = re.compile(rb"\d{1,2}:\d{2}")
_COMMAND = re.compile(r"<p><code>(sheetgen [^<]+)</code></p>")
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def contents(root: Path) -> dict[str, bytes]:
    """フォルダーの中身。日時と回の名は、どちらでも同じ印にする。"""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.endswith(".lock"):
            data = path.read_bytes()
            if path.suffix == ".jsonl":
                data = _RUN.sub(b"RUN", _MOMENT.sub(b'"at":""', data))
            if path.name == "状況.html":
                data = _CLOCK.sub(b"", data)
            found[_NAMED.sub("RUN", path.relative_to(root).as_posix())] = data
    return found


def words_of(answer: TestResponse) -> str:
    """ページの見せる、同じことをするコマンド。"""
    found = _COMMAND.search(text(answer))
    assert found, text(answer)
    return html.unescape(found[1])


def hidden(answer: TestResponse, action: str) -> dict[str, list[str]]:
    """``action`` へ送る欄のうち、隠した欄。ブラウザーが送るのと同じもの。"""
    part = text(answer).split(f'action="{action}"', 1)[1].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in _FIELD.findall(part):
        found.setdefault(name, []).append(html.unescape(value))
    return found


class Twins:
    """``source`` の双子。"""

    def __init__(self, source: Path, place: Path) -> None:
        self.desk = Path(shutil.copytree(source, place / "desk"))
        self.line = Path(shutil.copytree(source, place / "line"))
        self.page = client(self.desk)

    def get(self, path: str) -> TestResponse:
        """画面のページ。"""
        return self.page.get(path)

    def post(self, path: str, form: Mapping[str, Any]) -> TestResponse:
        """画面で送り、結果のページまで進む。"""
        return self.page.post(path, data=dict(form), follow_redirects=True)

    def same(self, path: str, form: Mapping[str, Any]) -> TestResponse:
        """画面で送り、見せられたコマンドを打って、同じものができたことを確かめる。"""
        answer = self.post(path, form)
        assert answer.status_code == 200, text(answer)
        self.run(words_of(answer))
        here, there = contents(self.desk), contents(self.line)
        assert here.keys() == there.keys()
        assert [name for name in here if here[name] != there[name]] == []
        return answer

    def run(self, line: str) -> str:
        """コマンドを打つ。"""
        out, before = io.StringIO(), Path.cwd()
        os.chdir(self.line)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                code = main(shlex.split(line)[1:])
        finally:
            os.chdir(before)
        assert code == 0, (line, out.getvalue())
        return out.getvalue()

    def refused(self, path: str, form: Mapping[str, Any], *codes: str, status: int = 409) -> str:
        """断られ、何も書き換わらないことを確かめる。"""
        before = contents(self.desk)
        answer = self.post(path, form)
        shown = text(answer)
        assert answer.status_code == status, shown
        for code in codes:
            assert f'<span class="code">{code}</span>' in shown, shown
        assert contents(self.desk) == before
        return shown
