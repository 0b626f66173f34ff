"""進捗管理シートを、計画のデータから作る。

The public surface.  What is behind a name is imported when it is first used, so
that asking for help does not wait for the Excel and template libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetgen.master import load_plan, save_plan
    from sheetgen.model.job import CheckResult, GenerateRequest, GenerateResult, Per
    from sheetgen.model.plan import Plan
    from sheetgen.model.report import ReportRequest, ReportResult
    from sheetgen.model.round import RoundKind
    from sheetgen.pipeline import check, generate, report
    from sheetgen.problems import Problem, SheetgenError

__version__ = "0.2.0"

__all__ = [
    "CheckResult",
    "GenerateRequest",
    "GenerateResult",
    "Per",
    "Plan",
    "Problem",
    "ReportRequest",
    "ReportResult",
    "RoundKind",
    "SheetgenError",
    "check",
    "generate",
    "load_plan",
    "report",
    "save_plan",
]

_ROOMS = {
    "sheetgen.master": ("load_plan", "save_plan"),
    "sheetgen.model.job": ("CheckResult", "GenerateRequest", "GenerateResult", "Per"),
    "sheetgen.model.plan": ("Plan",),
    "sheetgen.model.report": ("ReportRequest", "ReportResult"),
    "sheetgen.model.round": ("RoundKind",),
    "sheetgen.pipeline": ("check", "generate", "report"),
    "sheetgen.problems": ("Problem", "SheetgenError"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    """公開している名前を、使われたときに読み込む。"""
    if name in _ROOM_OF:
        return getattr(import_module(_ROOM_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
