"""状況を、一つの HTML のページにする。外のものは何も読まない。"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict
from pathlib import Path

from markupsafe import Markup

from sheetgen.html.rendering import render
from sheetgen.model.standing import Standing
from sheetgen.problems import Place, Problem, SheetgenError

MAIN = "main.html"
STYLES = (Path("report") / "html" / "style.css", Path("status") / "status.css")
SCRIPT = Path("status") / "status.js"


def render_status(standing: Standing, layout: Path) -> bytes:
    """状況を HTML にする。``layout`` はすべてのテンプレートのフォルダー。

    動くスクリプトは、ページ自身のものだけ。中身の目印で名指しする。

    :raises SheetgenError: テンプレートがない（D004）、または誤っている（D003）。
    """
    style = "\n".join(_text(layout / path) for path in STYLES)
    script = _text(layout / SCRIPT)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    values = {
        "data": {**asdict(standing), "total": standing.total},
        "style": Markup(style),
        "script": Markup(script),
        "digest": digest,
    }
    return render(values, layout / "status", MAIN)


def _text(path: Path) -> str:
    """改行を LF にして読む。ブラウザーが目印を求めるのと同じ文字にする。"""
    try:
        return "\n".join(path.read_text("utf-8").splitlines()) + "\n"
    except FileNotFoundError as error:
        problem = Problem("D004", Place(file=str(path)), {"name": path.name})
        raise SheetgenError(problem) from error
