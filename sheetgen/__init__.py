"""進捗管理シートを各課に配り、戻ったものを計画のデータに取り込む。

外から使う名。中身は、初めて使うときに読み込む。ヘルプを見るのに、Excel やテンプレートの
ライブラリーを待たずに済む。
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetgen.master import load_plan, save_plan
    from sheetgen.model.collect import CollectRequest, CollectResult
    from sheetgen.model.comparison import CompareRequest, CompareResult
    from sheetgen.model.job import CheckResult, GenerateRequest, GenerateResult, Per
    from sheetgen.model.opendata import ExportRequest, ExportResult
    from sheetgen.model.plan import Plan
    from sheetgen.model.report import ReportRequest, ReportResult
    from sheetgen.model.rollover import RolloverRequest, RolloverResult
    from sheetgen.model.round import RoundKind
    from sheetgen.model.sending import (
        DistributeRequest,
        DistributeResult,
        RemindRequest,
        RemindResult,
    )
    from sheetgen.model.standing import StatusRequest, StatusResult
    from sheetgen.model.tracing import UndoResult
    from sheetgen.pipeline import (
        check,
        collect,
        compare,
        distribute,
        export,
        generate,
        remind,
        report,
        rollover,
        send_back,
        status,
        undo,
    )
    from sheetgen.problems import Problem, SheetgenError

__version__ = "0.2.0"

__all__ = [
    "CheckResult",
    "CollectRequest",
    "CollectResult",
    "CompareRequest",
    "CompareResult",
    "DistributeRequest",
    "DistributeResult",
    "ExportRequest",
    "ExportResult",
    "GenerateRequest",
    "GenerateResult",
    "Per",
    "Plan",
    "Problem",
    "RemindRequest",
    "RemindResult",
    "ReportRequest",
    "ReportResult",
    "RolloverRequest",
    "RolloverResult",
    "RoundKind",
    "SheetgenError",
    "StatusRequest",
    "StatusResult",
    "UndoResult",
    "check",
    "collect",
    "compare",
    "distribute",
    "export",
    "generate",
    "load_plan",
    "remind",
    "report",
    "rollover",
    "save_plan",
    "send_back",
    "status",
    "undo",
]

_ROOMS = {
    "sheetgen.master": ("load_plan", "save_plan"),
    "sheetgen.model.collect": ("CollectRequest", "CollectResult"),
    "sheetgen.model.comparison": ("CompareRequest", "CompareResult"),
    "sheetgen.model.job": ("CheckResult", "GenerateRequest", "GenerateResult", "Per"),
    "sheetgen.model.opendata": ("ExportRequest", "ExportResult"),
    "sheetgen.model.plan": ("Plan",),
    "sheetgen.model.report": ("ReportRequest", "ReportResult"),
    "sheetgen.model.rollover": ("RolloverRequest", "RolloverResult"),
    "sheetgen.model.round": ("RoundKind",),
    "sheetgen.model.sending": (
        "DistributeRequest", "DistributeResult", "RemindRequest", "RemindResult",
    ),
    "sheetgen.model.standing": ("StatusRequest", "StatusResult"),
    "sheetgen.model.tracing": ("UndoResult",),
    "sheetgen.pipeline": (
        "check", "collect", "compare", "distribute", "export", "generate", "remind", "report",
        "rollover", "send_back", "status", "undo",
    ),
    "sheetgen.problems": ("Problem", "SheetgenError"),
}  # fmt: skip
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    """公開している名前を、使われたときに読み込む。"""
    if name in _ROOM_OF:
        return getattr(import_module(_ROOM_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
