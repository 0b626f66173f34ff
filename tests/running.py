"""外のプログラムを走らせる。落ちるか答えなければ、新しいプロファイルでやり直す。

忙しい PC では、LibreOffice と Chromium がまれに死んだり、動き始めで止まったりする。
それはプロジェクトのせいではない。やり直すのは、シグナルで死んだときと時間切れのときだけ。
自分で終わったものは、何であれ、それが答えである。
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

TRIES = 3
STOP_SECONDS = 30
# シェルの書き方では、信号で終わったものは 128 を足した数で終わる。
_BY_SIGNAL = 128
# 日本語の名のファイルは、文字コードを決めない環境では開けない。日付の読み方も環境で変わる。
LOCALE = {"LC_ALL": "C.UTF-8"}

Words = Sequence[str | Path]


def run_program(
    words: Words | Callable[[Path], Words],
    timeout: float,
    *,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """プログラムを終わりまで走らせる。終わり方は、呼んだ者が確かめる。

    ``words`` は、試すたびに、新しいフォルダー（プロファイル）から作り直してもよい。
    ``timeout`` は秒。いつまでも終わらないプログラムなら、試験は落ちる。
    """
    ended = "初めから"
    for turn in range(TRIES):
        if turn:
            warnings.warn(f"{ended}。やり直す", stacklevel=2)
        with tempfile.TemporaryDirectory(prefix="sheetgen-", ignore_cleanup_errors=True) as name:
            given = words(Path(name) / "profile") if callable(words) else words
            command = [str(word) for word in given]
            done = _once(command, timeout, cwd)
        program = Path(command[0]).name
        if done is None:
            ended = f"{program} が {timeout:g} 秒で終わらない"
        elif not 0 <= done.returncode < _BY_SIGNAL:
            told = done.stderr[-2000:].decode("utf-8", "replace")
            ended = f"{program} が落ちた（{done.returncode}）\n{told}"
        else:
            return done
    raise AssertionError(ended)


def _once(
    command: list[str], timeout: float, cwd: Path | None
) -> subprocess.CompletedProcess[bytes] | None:
    """一度走らせる。時間までに終わらなければ ``None``。"""
    # 管で受けると、残った子が管を握ったままのとき、いつまでも待つことになる。
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            cwd=cwd,
            env={**os.environ, **LOCALE},
        )
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            end(process)
        return subprocess.CompletedProcess(command, code, _written(out), _written(err))


def _written(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def end(process: subprocess.Popen[Any]) -> None:
    """``start_new_session`` で始めたプログラムを、その子とともに終わらせる。

    ``soffice`` と ``chromium`` はスクリプトで、それだけを止めると、プログラム自身が残る。
    """
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
