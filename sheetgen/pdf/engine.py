"""typst の部品を、使うときに読み込む。"""

from __future__ import annotations

from typing import Any

from sheetgen.problems import Problem, SheetgenError


def typst() -> Any:
    """typst のモジュール。

    :raises SheetgenError: 入っていない、またはここでは読み込めない（D001）。
    """
    try:
        import typst as engine
    except (ImportError, OSError) as error:
        raise SheetgenError(Problem("D001", facts={"reason": type(error).__name__})) from error
    return engine
