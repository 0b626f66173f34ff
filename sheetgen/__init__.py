"""進捗管理シートを各課に配り、戻ったものを計画のデータに取り込む。

公開している名前。コマンドも、よそのプログラムも、ここから一度だけ呼ぶ。名前の中身は、
使われたときに読み込む。ヘルプや一つのコマンドが、ほかの部品を待たないようにするため。
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetgen.collect.receiving import collect_returns
    from sheetgen.collect.request import CollectRequest, CollectResult
    from sheetgen.form.jobs import GenerateRequest, Per
    from sheetgen.plan.loading import load_plan
    from sheetgen.plan.plan import Plan
    from sheetgen.plan.round import RoundKind
    from sheetgen.plan.saving import save_plan
    from sheetgen.problems import Problem, SheetgenError
    from sheetgen.publish.comparing import CompareRequest, CompareResult, compare
    from sheetgen.publish.exporting import ExportRequest, ExportResult, export
    from sheetgen.publish.publishing import ReportRequest, ReportResult
    from sheetgen.publish.reporting import report, review
    from sheetgen.publish.sheet_pictures import Picture, sheet_picture
    from sheetgen.records.history import UndoResult, edit_runs, proposals, trace
    from sheetgen.records.kept_plans import kept_plans
    from sheetgen.records.runs import runs
    from sheetgen.records.undoing import undo
    from sheetgen.send.checking import CheckResult, check
    from sheetgen.send.distributing import (
        DistributeRequest,
        DistributeResult,
        distribute,
        extend_deadline,
    )
    from sheetgen.send.generating import GenerateResult, generate
    from sheetgen.send.reminding import RemindRequest, RemindResult, remind
    from sheetgen.send.round_sections import round_sections
    from sheetgen.send.sending_back import send_back
    from sheetgen.year.adding import add_items
    from sheetgen.year.agenda import Agenda, agenda
    from sheetgen.year.editing.direct_edits import (
        DirectEditRequest,
        edit_directly,
        open_item_fields,
        open_section_fields,
        waiting_of,
    )
    from sheetgen.year.editing.edit_recording import EditRequest, EditResult, edit
    from sheetgen.year.editing.writing import (
        EditBookRequest,
        WrittenEdit,
        edit_sheets,
        write_edit_book,
    )
    from sheetgen.year.founding import (
        init,
        init_blank,
        init_from_book,
        item_list_book,
        refuse_started,
    )
    from sheetgen.year.new_plan import parse_policy, parse_section
    from sheetgen.year.rolled_plan import RolloverRequest, RolloverResult
    from sheetgen.year.rollover import rollover
    from sheetgen.year.standing import StatusRequest, StatusResult
    from sheetgen.year.status import look, status

__version__ = "0.2.0"

__all__ = [
    "Agenda",
    "CheckResult",
    "CollectRequest",
    "CollectResult",
    "CompareRequest",
    "CompareResult",
    "DirectEditRequest",
    "DistributeRequest",
    "DistributeResult",
    "EditBookRequest",
    "EditRequest",
    "EditResult",
    "ExportRequest",
    "ExportResult",
    "GenerateRequest",
    "GenerateResult",
    "Per",
    "Picture",
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
    "WrittenEdit",
    "add_items",
    "agenda",
    "check",
    "collect_returns",
    "compare",
    "distribute",
    "edit",
    "edit_directly",
    "edit_runs",
    "edit_sheets",
    "export",
    "extend_deadline",
    "generate",
    "init",
    "init_blank",
    "init_from_book",
    "item_list_book",
    "kept_plans",
    "load_plan",
    "look",
    "open_item_fields",
    "open_section_fields",
    "parse_policy",
    "parse_section",
    "proposals",
    "refuse_started",
    "remind",
    "report",
    "review",
    "rollover",
    "round_sections",
    "runs",
    "save_plan",
    "send_back",
    "sheet_picture",
    "status",
    "trace",
    "undo",
    "waiting_of",
    "write_edit_book",
]

_ROOMS = {
    "collect.receiving": "collect_returns",
    "collect.request": "CollectRequest CollectResult",
    "form.jobs": "GenerateRequest Per",
    "plan.loading": "load_plan",
    "plan.plan": "Plan",
    "plan.round": "RoundKind",
    "plan.saving": "save_plan",
    "problems": "Problem SheetgenError",
    "publish.comparing": "CompareRequest CompareResult compare",
    "publish.exporting": "ExportRequest ExportResult export",
    "publish.publishing": "ReportRequest ReportResult",
    "publish.sheet_pictures": "Picture sheet_picture",
    "publish.reporting": "report review",
    "records.history": "UndoResult edit_runs proposals trace",
    "records.kept_plans": "kept_plans",
    "records.runs": "runs",
    "records.undoing": "undo",
    "send.checking": "CheckResult check",
    "send.distributing": "DistributeRequest DistributeResult distribute extend_deadline",
    "send.generating": "GenerateResult generate",
    "send.reminding": "RemindRequest RemindResult remind",
    "send.round_sections": "round_sections",
    "send.sending_back": "send_back",
    "year.adding": "add_items",
    "year.agenda": "Agenda agenda",
    "year.editing.direct_edits": (
        "DirectEditRequest edit_directly open_item_fields open_section_fields waiting_of"
    ),
    "year.editing.edit_recording": "EditRequest EditResult edit",
    "year.editing.writing": "EditBookRequest WrittenEdit edit_sheets write_edit_book",
    "year.founding": "init init_blank init_from_book item_list_book refuse_started",
    "year.new_plan": "parse_policy parse_section",
    "year.rolled_plan": "RolloverRequest RolloverResult",
    "year.rollover": "rollover",
    "year.standing": "StatusRequest StatusResult",
    "year.status": "look status",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """公開している名前を、使われたときに読み込む。"""
    if name in _ROOM_OF:
        return getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
