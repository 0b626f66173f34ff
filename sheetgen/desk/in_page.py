"""一枚のページ（sheetgen.html）の中で動く画面（置き場所 B）。

プロセスも、スレッドも、ほんとうのフォルダーもない所で動く。読むこと、組むこと、書くことは、
ページ（:class:`Page`）に頼む。頼みの答えを待つ間、Python は止まっている。
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote_to_bytes

from flask import Flask

from sheetgen.desk.application import create_application
from sheetgen.desk.hosting import Host
from sheetgen.desk.rendering import problem_page
from sheetgen.desk.running import InlineRunner
from sheetgen.plan.durable import carry_with
from sheetgen.plan.locking import lock_with
from sheetgen.problems import Problem, SheetgenError
from sheetgen.publish.pdf import typeset_elsewhere
from sheetgen.publish.typesetting import Answer, Order
from sheetgen.reading.limits import Limits
from sheetgen.reading.reader import read_elsewhere
from sheetgen.xlsx.output import explained


class Page(Protocol):
    """ページのすること。どれも、終わるまで待って答える。"""

    def read(self, data: bytes, seconds: float, memory: int, largest: int) -> bytes:
        """届いたファイルを、限りのあるワーカーに読ませる（:func:`sheetgen.reading.child.reply`）。

        :raises TimeoutError: ``seconds`` 秒のうちに読み終わらない。
        :raises sheetgen.reading.guard.Closed: ワーカーが倒れた。
        """

    def end_reader(self) -> None:
        """読むワーカーを止める。次に読むときは、新しいものが読む。"""

    def typeset(self, order: str, values: str, files: dict[str, bytes]) -> tuple[str, bytes]:
        """ワーカーに文書を組ませる。``files`` は、テンプレートと書体の道から中身。

        :raises OSError: ワーカーが動かないか、途中で倒れた。
        """

    def carry(self) -> None:
        """変わったものを、変わった順に、ほんとうのフォルダーに書き切る。

        :raises OSError: 書けない。
        :raises SheetgenError: その間に、ほかの人が書き換えた（O006）。
        """

    def lock(self) -> None:
        """フォルダーに、書いている印を置く。ほかで変わったものを読み直す。

        :raises sheetgen.plan.locking.Held: ほかの人が書いている。
        :raises OSError: 印を置けない。
        """

    def unlock(self) -> None:
        """印を除く。"""

    def tell(self, title: str, done: int, total: int, name: str) -> None:
        """進み具合を見せる。"""


class PageReader:
    """読むワーカー。プロセスの子と同じに使える。

    一つのファイルは、答えが求められたときに渡す。初めの空の答えは、用意ができた知らせ。
    """

    def __init__(self, page: Page, limits: Limits) -> None:
        self._page = page
        self._limits = limits
        self._is_ready = False
        self._files: deque[bytes] = deque()

    @property
    def answers(self) -> PageReader:
        """答えの届く所。"""
        return self

    def feed(self, files: Iterable[bytes]) -> None:
        """ファイルを渡す。"""
        self._files.extend(files)

    def get(self, seconds: float) -> bytes:
        """次の答え。例外は :class:`sheetgen.reading.guard.Answers` と同じ。"""
        if not self._is_ready:
            self._is_ready = True
            return b""
        limits = self._limits
        data = self._files.popleft()
        return self._page.read(data, seconds, limits.memory_bytes, limits.answer_bytes)

    def stop(self) -> None:
        """ワーカーを使い終える。途中のものがあれば、止める。"""
        if self._files:
            self._page.end_reader()


class Typesetting:
    """文書を組むワーカー。テンプレートと書体は、頼むときに渡す。"""

    def __init__(self, page: Page) -> None:
        self._page = page

    def __call__(self, order: Order, values: str) -> tuple[Answer, bytes]:
        """組む。例外は :data:`sheetgen.publish.pdf.Typesetter` と同じ。"""
        folders = [] if order["source"] else [order["root"]]
        folders += [order["fonts"]] if order["fonts"] else []
        files = {
            str(path): path.read_bytes()
            for folder in folders
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file()
        }
        try:
            answer, pdf = self._page.typeset(json.dumps(order), values, files)
        except OSError as error:
            raise SheetgenError(Problem("D029", facts={"code": str(error)})) from error
        found: Answer = json.loads(answer)
        return found, pdf


class Reply(NamedTuple):
    """一つの求めへの答え。``headers`` は名と値の組の並び。"""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


class InPage:
    """一つのフォルダーの画面。``folder`` は、ページがメモリーに写したフォルダー。"""

    def __init__(self, folder: Path, page: Page) -> None:
        self._page = page
        self._folder = folder
        self._locks = 0
        read_elsewhere(lambda limits: PageReader(page, limits))
        typeset_elsewhere(Typesetting(page))
        carry_with(page.carry)
        lock_with(self._lock)
        self._app = create_application(folder, Host(runner=InlineRunner(page.tell)))

    def respond(
        self, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Reply:
        """求めに答える。書いたものは、答える前に、ほんとうのフォルダーに書き切る。

        ``target`` は、``/`` で始まる道と、あれば ``?`` から後。
        """
        reply = call(self._app, method, target, headers, body)
        try:
            with explained(self._folder):
                self._page.carry()
        except SheetgenError as error:
            with self._app.test_request_context(target):
                page = problem_page(error)
                return Reply(page.status_code, list(page.headers), page.get_data())
        return reply

    @contextlib.contextmanager
    def _lock(self, path: Path, wait: float) -> Iterator[None]:
        """どの錠も、フォルダーに一つの印で守る。中でもう一つ取るときは、同じ印を使う。"""
        if not self._locks:
            self._page.lock()
        self._locks += 1
        try:
            yield
            if self._locks == 1:
                self._page.carry()
        finally:
            self._locks -= 1
            if not self._locks:
                self._page.unlock()


def call(
    app: Flask, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes
) -> Reply:
    """WSGI のアプリケーションを一度呼ぶ。"""
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, given: list[tuple[str, str]], _: object = None) -> Any:
        started[:] = [(status, given)]
        return lambda _: None

    parts = app(environ, start)
    try:
        content = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, given = started[0]
    return Reply(int(status.split(" ", 1)[0]), given, content)
