"""typst の言うことを、場所と原因の分かる問題にする。"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sheetgen.messages.document import typst_reason
from sheetgen.messages.listing import excerpt
from sheetgen.pdf.fonts import FontChoice
from sheetgen.problems import Place, Problem, SheetgenError

OVERFLOW = "SHEETGEN-OVERFLOW"
"""テンプレートが、収まらない文字を告げる印。後に、実施項目・セル・文字が続く。"""

_WHERE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):(?P<column>\d+)")
_SOURCE = re.compile(r"^\s*(?P<line>\d+) │ (?P<text>.*)$", re.MULTILINE)
_NO_GLYPH = re.compile(r"the text `\"(?P<text>.*?)\"` could not be displayed")
_OVERFLOW = re.compile(rf"{OVERFLOW}\|(?P<item>[^|]*)\|(?P<cell>[^|]*)\|(?P<text>[^|]*)\|")
_ESCAPED = re.compile(r"\\u\{(?P<code>[0-9a-f]+)\}")
_LONGEST = 30
"""ない文字の前と後に見せる字数。"""


def refusal(error: Any, main: Path, fonts: FontChoice, values: object) -> SheetgenError:
    """``TypstError`` を問題にする。読めないときは、typst のことばのまま伝える。

    ``values`` はテンプレートに渡した値。書体にない字を、この中で探す。
    """
    message, output = str(error.message), f"{error.message}\n{error.diagnostic}"
    overflow = _OVERFLOW.search(output)
    if overflow:
        place = Place(cell=overflow["cell"], item=overflow["item"])
        text = overflow["text"]
        return SheetgenError(Problem("D006", place, {"text": excerpt(text, _LONGEST)}))
    lacking = sorted(set(_NO_GLYPH.findall(output)))
    if lacking:
        found = (_around(text, _plain(one)) for text in _texts(values) for one in lacking)
        facts = {
            "font": fonts.label,
            "character": "」「".join(lacking),
            "text": next((one for one in found if one), "テンプレートの文字"),
        }
        return SheetgenError(Problem("D005", Place(), facts))
    if message.startswith("file is not valid UTF-8"):
        return SheetgenError(Problem("D007", Place(file=str(_not_utf8(main)))))
    where = _WHERE.search(output)
    name = where["file"] if where else main.name
    line = where["line"] if where else "1"
    source = next((m["text"] for m in _SOURCE.finditer(output) if m["line"] == line), "")
    hints = "。".join(str(hint) for hint in error.hints)
    facts = {
        "line": line,
        "reason": typst_reason(message.splitlines()[0]),
        "source": f"「{source.strip()}」" if source.strip() else "",
        "hint": f"手がかり: {hints}。" if hints else "",
    }
    return SheetgenError(Problem("D003", Place(file=str(main.parent / Path(name).name)), facts))


def _not_utf8(main: Path) -> Path:
    """UTF-8 で書かれていないテンプレート。typst は、読み込んだ側の行しか言わない。"""
    for path in sorted(main.parent.glob("*.typ")):
        try:
            path.read_text("utf-8")
        except UnicodeDecodeError:
            return path
    return main


def _plain(character: str) -> str:
    """typst が番号で書いた文字を、文字に戻す。"""
    return _ESCAPED.sub(lambda found: chr(int(found["code"], 16)), character)


def _texts(values: object) -> Iterator[str]:
    """値の中の文字を、文書の順に返す。"""
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        for one in values.values():
            yield from _texts(one)
    elif isinstance(values, list | tuple):
        for one in values:
            yield from _texts(one)


def _around(text: str, character: str) -> str | None:
    """その文字の前後。なければ ``None``。"""
    at = text.find(character)
    if at < 0:
        return None
    return excerpt(text, _LONGEST, at)
