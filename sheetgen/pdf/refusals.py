"""typst の言うことを、場所と原因の分かる問題にする。"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sheetgen.messages.document import typst_reason
from sheetgen.pdf.fonts import FontChoice
from sheetgen.problems import Place, Problem, SheetgenError

OVERFLOW = "SHEETGEN-OVERFLOW"
"""テンプレートが、収まらない文字を告げる印。後に、実施項目・セル・文字が続く。"""

_WHERE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):(?P<column>\d+)")
_SOURCE = re.compile(r"^\s*(?P<line>\d+) │ (?P<text>.*)$", re.MULTILINE)
_NO_GLYPH = re.compile(r"the text `\"(?P<text>.*?)\"` could not be displayed")
_OVERFLOW = re.compile(rf"{OVERFLOW}\|(?P<item>[^|]*)\|(?P<cell>[^|]*)\|(?P<text>[^|]*)\|")
_LONGEST = 30


def refusal(error: Any, main: Path, fonts: FontChoice) -> SheetgenError:
    """``TypstError`` を問題にする。読めないときは、typst のことばのまま伝える。"""
    message, told = str(error.message), f"{error.message}\n{error.diagnostic}"
    overflow = _OVERFLOW.search(told)
    if overflow:
        place = Place(cell=overflow["cell"], item=overflow["item"])
        text = overflow["text"]
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        return SheetgenError(Problem("D006", place, {"text": shown}))
    lacking = sorted(set(_NO_GLYPH.findall(told)))
    if lacking:
        facts = {"font": fonts.label, "character": "」「".join(lacking)}
        return SheetgenError(Problem("D005", Place(), facts))
    where = _WHERE.search(told)
    name = where["file"] if where else main.name
    line = where["line"] if where else "1"
    source = next((m["text"] for m in _SOURCE.finditer(told) if m["line"] == line), "")
    hints = "。".join(str(hint) for hint in error.hints)
    facts = {
        "line": line,
        "reason": typst_reason(message.splitlines()[0]),
        "source": f"「{source.strip()}」" if source.strip() else "",
        "hint": f"手がかり: {hints}。" if hints else "",
    }
    return SheetgenError(Problem("D003", Place(file=str(main.parent / Path(name).name)), facts))
