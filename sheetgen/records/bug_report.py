"""思わぬ例外の記録。コマンドも画面も、同じ所に同じ形で残す。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sheetgen.problems import Problem

LOG_NAME = "sheetgen-error.log"


class BugReport(NamedTuple):
    """人に告げる問題。記録のファイルを書けなければ、``record`` がその中身。"""

    problem: Problem
    record: str


def report_bug(error: BaseException, doing: str, folder: Path | None = None) -> BugReport:
    """例外の記録をファイルに残し、その場所を告げる問題を返す。

    ``doing`` は、していたこと（打たれたコマンドなど）。``folder`` か、いまのフォルダーに置き、
    書けなければ一時ファイルのフォルダーに置く。
    """
    # ここで読み込む。何も起きない日には要らない。
    import platform
    import tempfile
    import traceback
    from datetime import datetime

    import sheetgen

    record = "\n".join(
        [
            f"{datetime.now().isoformat(timespec='seconds')} sheetgen {sheetgen.__version__}",
            f"Python {platform.python_version()} {platform.platform()}",
            doing,
            "".join(traceback.format_exception(error)),
        ]
    )
    name = type(error).__name__
    places: tuple[Callable[[], Path], ...] = (
        lambda: folder or Path.cwd(),
        lambda: Path(tempfile.gettempdir()),
    )
    for place in places:
        try:
            log = place() / LOG_NAME
            with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(record + "\n")
        except OSError:
            continue
        return BugReport(Problem("U090", facts={"error": name, "log": log}), "")
    return BugReport(Problem("U091", facts={"error": name}), record)
