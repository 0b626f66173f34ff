"""LibreOffice を UNO で動かす。試験ぜんたいで一度だけ起こす。

LibreOffice を動かすのは、その橋渡し（``python3-uno``）のある Python で、試験の
Python とはたいてい別のもの。
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from programs import missing, need
from running import LOCALE, TRIES, end

WORKER = Path(__file__).with_name("uno_worker.py")
STOP_SECONDS = 30
JOB_SECONDS = 240
Step = tuple[Any, ...]


@cache
def uno_python() -> str | None:
    """UNO を import できる Python の場所。"""
    office = Path(os.path.realpath(shutil.which("soffice") or "soffice")).parent
    folders = [str(office), "/usr/bin", *os.environ.get("PATH", "").split(os.pathsep)]
    for folder in dict.fromkeys(folders):
        for name in ("python", "python3"):
            found = shutil.which(name, path=folder)
            if found is None:
                continue
            asked = [found, "-c", "import uno"]
            if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
                return found
    return None


class LibreOffice:
    """起きている LibreOffice。``work`` は一つのブックを開き、手を動かし、保存する。

    LibreOffice 7.4 は、忙しい PC で新しいブックにシートを取り込むとき、まれに死ぬ（およそ 150
    回に一度）。仕事はファイルに始まりファイルに終わるので、新しい LibreOffice に初めからさせる。
    毎回死なせるファイルなら、試験は落ちる。
    """

    def __init__(self) -> None:
        self._program = need("soffice")
        python = uno_python()
        if python is None:
            missing("UNO を使える Python がない（python3-uno を入れる）")
        self._python: str = python
        self._start()

    def _start(self) -> None:
        self._profile = tempfile.TemporaryDirectory(
            prefix="sheetgen-uno-", ignore_cleanup_errors=True
        )
        # 仮想環境の設定が、よその Python に伝わらないようにする。
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
        self._process = subprocess.Popen(
            [self._python, str(WORKER), self._program, self._profile.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**clean, **LOCALE, "PYTHONIOENCODING": "utf-8"},
            start_new_session=True,
        )

    def work(self, source: Path | None, steps: Sequence[Step], *saves: Path | Step) -> None:
        """``source`` を開き、``steps`` を行い、``saves`` に保存する。

        保存先は、パスか、パスとパスワードの組。手順は ``uno_worker.py`` の ``Session`` のメソッド。
        """
        job = {
            "source": str(source) if source else "",
            "steps": [list(step) for step in steps],
            "saves": [
                [str(save)] if isinstance(save, Path) else [str(save[0]), *save[1:]]
                for save in saves
            ],
        }
        for _ in range(TRIES):
            answer = self._ask(job)
            if "died" not in answer:
                break
            warnings.warn(f"LibreOffice が落ちた: {answer['died']}", stacklevel=2)
            self.close()
            if source:
                # 落ちた LibreOffice の残した「使用中」の印があると、次は開けない。
                source.with_name(f".~lock.{source.name}#").unlink(missing_ok=True)
            self._start()
        assert "died" not in answer, answer["died"]
        assert "error" not in answer, answer["error"]

    def _ask(self, job: dict[str, Any]) -> dict[str, str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return {"died": "仕事を受け取らなかった"}
        # 固まった LibreOffice を、いつまでも待たない。
        patience = threading.Timer(JOB_SECONDS, end, [self._process])
        patience.start()
        line = self._process.stdout.readline()
        patience.cancel()
        answer: dict[str, str] = json.loads(line) if line else {"died": "何も答えなかった"}
        return answer

    def close(self) -> None:
        """LibreOffice を終える。"""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        end(self._process)
        self._profile.cleanup()
