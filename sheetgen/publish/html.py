"""文書の値をテンプレートに渡し、HTML にする。

外のものを何も参照しない、一つのファイル。値はすべてエスケープする。文書にない名は誤りとし、
空にはしない。
"""

from __future__ import annotations

import re
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    pass_context,
)
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup, escape

from sheetgen.era import iso_full
from sheetgen.messages.jinja import template_reason
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.comparison.blocks import Comparison
from sheetgen.publish.document.whole import Document

MAIN = "main.html"
COMPARISON = "comparison.html"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


# テンプレートの中の式が起こす誤り。
_FAULTS = (
    TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError,
    RecursionError,
)  # fmt: skip


class _Translated(BytecodeCache):
    """訳し終えたテンプレート。訳すのは、値を入れるより時間がかかる。

    前に訳したときと文が同じかは、Jinja2 が確かめる。
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """前に訳したものがあれば渡す。"""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """訳したものを、次のために取っておく。"""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_TRANSLATED = _Translated()


def render_html(document: Document, layout: Path) -> bytes:
    """文書を HTML にする。``layout`` はテンプレートのフォルダー（その中の ``html``）。

    :raises SheetgenError: テンプレートがない（D004）、または誤っている（D003）。
    """
    return render({"data": asdict(document)}, layout / "html", MAIN)


def render_comparison(comparison: Comparison, layout: Path) -> bytes:
    """新旧対照表を HTML にする。引数と例外は :func:`render_html` と同じ。"""
    return render({"data": asdict(comparison)}, layout / "html", COMPARISON)


def render(values: dict[str, Any], folder: Path, main: str) -> bytes:
    """値の入った辞書を、テンプレート ``main`` で HTML にする。

    :raises SheetgenError: テンプレートがない（D004）、UTF-8 でない（D007）、
        または誤っている（D003）。
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        bytecode_cache=_TRANSLATED,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["lines"] = _lines
    environment.filters["wide"] = _wide
    environment.filters["day"] = iso_full
    environment.filters["unbroken"] = _unbroken
    try:
        return environment.get_template(main).render(values).encode()
    except TemplateNotFound as error:
        raise _missing(folder, str(error.name or main)) from error
    except TemplateSyntaxError as error:
        place = Place(file=str(folder / (error.name or main)))
        raise _wrong(place, error.lineno, error.message or "") from error
    except UnicodeDecodeError as error:
        raise _not_utf8(folder, main) from error
    except _FAULTS as error:
        name, line = _where(error, folder, main)
        raise _wrong(Place(file=str(folder / name)), line, str(error)) from error


def _lines(text: str) -> Markup:
    """改行を ``<br>`` にする。ほかの文字は、記号を含めてそのままの文字として出す。"""
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


_NUMBER = "[(（][0-9０-９]+[)）][①-⑳㉑-㉟㊱-㊿]?"


@pass_context
def _unbroken(context: Context, text: str) -> Markup:
    """「基本方針５(１０)」のような番号を、途中で折らない。全角の数字は、間で折れる。"""
    policy = context["data"]["words"]["policy"]
    numbers = re.compile(f"{re.escape(policy)}[０-９]+|{_NUMBER}")
    parts = []
    at = 0
    for found in numbers.finditer(text):
        parts += [escape(text[at : found.start()]), Markup('<span class="whole-word">')]
        parts += [escape(found[0]), Markup("</span>")]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def _wide(number: int) -> str:
    """全角の数字。"""
    return str(number).translate(_FULL_WIDTH)


def _missing(folder: Path, name: str) -> SheetgenError:
    return SheetgenError(Problem("D004", Place(file=str(folder / name)), {"name": name}))


def _not_utf8(folder: Path, main: str) -> SheetgenError:
    """UTF-8 で書かれていないテンプレート。Jinja は、読み込んだ側の行しか言わない。"""
    files = sorted(one for one in folder.iterdir() if one.suffix in (".html", ".css"))
    place = Place(file=str(next((one for one in files if not _is_utf8(one)), folder / main)))
    return SheetgenError(Problem("D007", place))


def _is_utf8(path: Path) -> bool:
    try:
        path.read_text("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wrong(place: Place, line: int, reason: str) -> SheetgenError:
    source = ""
    path = Path(place.file or "")
    if path.is_file():
        rows = path.read_text("utf-8", "replace").splitlines()
        source = f"「{rows[line - 1].strip()}」" if 0 < line <= len(rows) else ""
    facts = {"line": str(line), "reason": template_reason(reason), "source": source, "hint": ""}
    return SheetgenError(Problem("D003", place, facts))


def _where(error: BaseException, folder: Path, main: str) -> tuple[str, int]:
    """実行中の誤りの、テンプレートの名と行。いちばん内側のテンプレートを採る。"""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.parent == folder and frame.lineno:
            return path.name, frame.lineno
    return main, 1
