"""画面を、この PC の中だけに出す（置き場所 A）。

二つめを始めると、動いている画面を開く。だれも見ていない画面は、ひとりでに終わる。
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from waitress.server import create_server

from sheetgen.desk.application import create_application
from sheetgen.desk.hosting import Host
from sheetgen.desk.running import ThreadRunner
from sheetgen.desk.safety import TOKEN
from sheetgen.plan.durable import put
from sheetgen.reading.spare import spare_children

ADDRESS = "127.0.0.1"
QUIET_SECONDS = 60 * 60
"""だれも見なくなってから、ひとりでに終わるまで。開いているページは、一分ごとに知らせて来る。"""
_LOOK_SECONDS = 5.0
_PARTING_SECONDS = 0.3
_TURN_SECONDS = 0.5
_SHUT_SECONDS = 3
_ASK_SECONDS = 3.0


class Running(NamedTuple):
    """動いている画面。``address`` は、鍵の付いた初めのアドレス。"""

    address: str
    port: int


class DeskServer:
    """一つの作業フォルダーの画面を出す。

    ``port`` が 0 なら、あいている番号を使う。

    :raises OSError: その番号で待ち受けられない。
    """

    def __init__(self, folder: Path, port: int = 0, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._socket = _listening(port)
        self.port: int = self._socket.getsockname()[1]
        self._folder = folder.resolve()
        self._token = secrets.token_urlsafe(32)
        self._runner = ThreadRunner()
        self._quiet_seconds = quiet_seconds
        self._seen = time.monotonic()
        host = Host(
            runner=self._runner,
            open_path=_opener(),
            token=self._token,
            port=self.port,
            stop=self.stop,
        )
        self.app = create_application(self._folder, host)
        self._server: Any = create_server(
            self._noticing(self.app),
            sockets=[self._socket],
            threads=12,
            channel_timeout=600,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        self._ended = threading.Event()

    @property
    def address(self) -> str:
        """初めのアドレス。鍵が付いている。"""
        return f"http://{ADDRESS}:{self.port}/?{TOKEN}={self._token}"

    def serve(self) -> None:
        """終えられるまで出し続ける。始めた仕事は、終わりまで待つ。"""
        note = _note_path(self._folder)
        with _noted(note, Running(self.address, self.port)), spare_children():
            threading.Thread(target=self._watch, daemon=True).start()
            try:
                # waitress の run は、開いたままの接続があると終わらない。終えるまで、ここで回す。
                while not self._ended.is_set():
                    self._server.asyncore.loop(_TURN_SECONDS, map=self._server._map, count=1)
            finally:
                self._ended.set()
                self._server.task_dispatcher.shutdown(timeout=_SHUT_SECONDS)
                self._server.close()

    def stop(self) -> None:
        """終える。答えかけのページは、送り終える。"""

        # 「終えました」のページが着くまで待つ。
        threading.Timer(_PARTING_SECONDS, self._ended.set).start()

    @property
    def is_busy(self) -> bool:
        """仕事の途中か。"""
        return self._runner.is_busy

    def _watch(self) -> None:
        """だれも見ていなければ終える。仕事の途中では終えない。"""
        while not self._ended.wait(min(_LOOK_SECONDS, self._quiet_seconds)):
            if self._runner.is_busy:
                self._seen = time.monotonic()
            elif time.monotonic() - self._seen > self._quiet_seconds:
                self.stop()
                return

    def _noticing(self, app: Flask) -> Callable[..., Iterable[bytes]]:
        def noticed(environ: Any, start_response: Any) -> Iterable[bytes]:
            self._seen = time.monotonic()
            return app(environ, start_response)

        return noticed


def running(folder: Path) -> Running | None:
    """そのフォルダーの画面が、もう動いていれば、それ。"""
    try:
        told = json.loads(_note_path(folder.resolve()).read_bytes())
        found = Running(str(told["address"]), int(told["port"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None
    # 前の画面が倒れて、別のものがその番号を使っていることがある。鍵は、その画面だけが知っている。
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
    try:
        with opener.open(found.address, timeout=_ASK_SECONDS) as answer:
            return found if answer.status == 302 else None
    except OSError:
        return None


class _Stay(urllib.request.HTTPRedirectHandler):
    """移る先へは行かず、移ることだけを確かめる。"""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        return fp


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
    try:
        if exclusive is not None:  # Windows では、ほかのプロセスが同じ番号に割り込める
            listener.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        listener.bind((ADDRESS, port))
    except OSError:
        listener.close()
        raise
    return listener


def _note_path(folder: Path) -> Path:
    """動いている画面の控え。この人だけに見える所に置く。"""
    name = hashlib.sha256(str(folder).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_RUNTIME_DIR")
    base = Path(home) if home else Path.home() / ".cache"
    return base / "sheetgen" / f"desk-{name}.json"


@contextlib.contextmanager
def _noted(path: Path, here: Running) -> Iterator[None]:
    """動いている間、控えを置く。置けなくても、画面は動く。"""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        put(path, json.dumps(here._asdict()).encode("ascii"), flush=False)
        path.chmod(0o600)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError):
            if json.loads(path.read_bytes())["port"] == here.port:
                path.unlink()


def _opener() -> Callable[[Path], None] | None:
    """ファイルを、この PC のソフトで開くもの。"""
    if sys.platform == "win32":
        return lambda path: os.startfile(path)
    command = "open" if sys.platform == "darwin" else "xdg-open"

    def opened(path: Path) -> None:
        with contextlib.suppress(OSError):
            subprocess.Popen(
                [command, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

    return opened
