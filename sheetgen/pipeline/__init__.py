"""段階を順につなぐ、薄い管。

名の中身は、初めて使うときに読み込む。あるコマンドが、ほかのコマンドのライブラリーを待たずに済む。
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetgen.pipeline.adding import add_items
    from sheetgen.pipeline.checking import check
    from sheetgen.pipeline.comparing import compare
    from sheetgen.pipeline.distributing import distribute
    from sheetgen.pipeline.exporting import export
    from sheetgen.pipeline.founding import init, refuse_started
    from sheetgen.pipeline.generating import generate
    from sheetgen.pipeline.receiving import collect
    from sheetgen.pipeline.reminding import remind
    from sheetgen.pipeline.reporting import report
    from sheetgen.pipeline.rolling import rollover
    from sheetgen.pipeline.sending_back import send_back
    from sheetgen.pipeline.standing import status
    from sheetgen.pipeline.tracing import proposals, trace
    from sheetgen.pipeline.undoing import undo
    from sheetgen.starting.founding import parse_policy, parse_section

__all__ = [
    "add_items",
    "check",
    "collect",
    "compare",
    "distribute",
    "export",
    "generate",
    "init",
    "parse_policy",
    "parse_section",
    "proposals",
    "refuse_started",
    "remind",
    "report",
    "rollover",
    "send_back",
    "status",
    "trace",
    "undo",
]

_MODULES = {
    "add_items": "adding",
    "check": "checking",
    "collect": "receiving",
    "compare": "comparing",
    "export": "exporting",
    "distribute": "distributing",
    "generate": "generating",
    "init": "founding",
    "parse_policy": "founding",
    "parse_section": "founding",
    "refuse_started": "founding",
    "remind": "reminding",
    "report": "reporting",
    "rollover": "rolling",
    "send_back": "sending_back",
    "status": "standing",
    "trace": "tracing",
    "proposals": "tracing",
    "undo": "undoing",
}


def __getattr__(name: str) -> object:
    """公開している名前を、使われたときに読み込む。"""
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
