"""画面のワーカーの中の Python の側。JavaScript の約束（Promise）を待って、値か例外にする。"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from pyodide.ffi import JsException, run_sync, to_js

from sheetgen.desk.in_page import InPage
from sheetgen.plan.locking import Held
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.guard import Closed

_WRITING = {
    "NoModificationAllowedError": errno.EACCES,
    "NotAllowedError": errno.EACCES,
    "SecurityError": errno.EACCES,
    "InvalidStateError": errno.EACCES,
    "QuotaExceededError": errno.ENOSPC,
}
"""ブラウザーの誤りの名から、OS の誤りの番号へ。"""


class Bridge:
    """ページのすること（:class:`sheetgen.desk.in_page.Page`）。``work`` は JavaScript の側。"""

    def __init__(self, work: Any) -> None:
        self._work = work

    def read(self, data: bytes, seconds: float, memory: int, largest: int) -> bytes:
        """届いたファイルを読ませる。"""
        found = run_sync(self._work.read(to_js(data), seconds, memory, largest))
        if found.state == "late":
            raise TimeoutError
        if found.state == "died":
            raise Closed
        return bytes(found.reply.to_bytes())

    def end_reader(self) -> None:
        """読むワーカーを止める。"""
        self._work.endReader()

    def typeset(self, order: str, values: str, files: dict[str, bytes]) -> tuple[str, bytes]:
        """文書を組ませる。"""
        found = run_sync(self._work.typeset(order, values, to_js(files)))
        if found.state == "died":
            raise OSError(found.reason)
        return str(found.answer), bytes(found.pdf.to_bytes())

    def carry(self) -> None:
        """変わったものを書き切る。"""
        _waited(self._work.carry)

    def lock(self) -> None:
        """書いている印を置く。"""
        who = _waited(self._work.lock)
        if who:
            raise Held(str(who))

    def unlock(self) -> None:
        """印を除く。"""
        _waited(self._work.unlock)

    def tell(self, title: str, done: int, total: int, name: str) -> None:
        """進み具合を見せる。"""
        self._work.tell(title, done, total, name)


def _waited(action: Any) -> Any:
    """フォルダーの仕事を待つ。"""
    try:
        return run_sync(action())
    except JsException as error:
        if error.name == "ChangedMeanwhile":
            raise SheetgenError(Problem("O006", Place(file=str(error.message)))) from None
        raise OSError(_WRITING.get(error.name, errno.EIO), str(error.message)) from None


def open_folder(folder: str, work: Any, who: str) -> InPage:
    """フォルダーの画面を始める。``who`` は使う人の名。"""
    os.environ["LOGNAME"] = who or "?"
    os.chdir(folder)
    return InPage(Path(folder), Bridge(work))


def respond(desk: InPage, method: str, target: str, headers: str, body: Any) -> Any:
    """求めに答える。``headers`` と答えの見出しは JSON（名と値の組の並び）。"""
    given = [(name, value) for name, value in json.loads(headers)]
    reply = desk.respond(method, target, given, body.to_bytes())
    return to_js([reply.status, json.dumps(reply.headers), reply.body])
