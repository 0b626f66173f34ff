"""文書を PDF に組む。typst のことばを知るのは、ここだけ。組むのは子のプロセス。

値は JSON で渡し、ソースには混ぜない。typst に見せるのは、決まった時刻と名指しした書体だけ。
同じ文書からは、いつも同じバイト列になる。
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any, BinaryIO, cast

from sheetgen.child_process import python_command, start
from sheetgen.messages.publish import typst_reason
from sheetgen.messages.quoting import excerpt
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.comparison.blocks import Comparison
from sheetgen.publish.document.whole import Document
from sheetgen.publish.typesetting import Answer, Order, Refusal

# 好みの順。typst は書体を英語の名で呼ぶ。右は、人に見せる名。
PREFERRED: tuple[tuple[str, str], ...] = (
    ("BIZ UDGothic", "BIZ UDゴシック"),
    ("MS Gothic", "ＭＳ ゴシック"),
    ("IPAGothic", "IPAゴシック"),
    ("IPAexGothic", "IPAexゴシック"),
    ("Noto Sans CJK JP", "Noto Sans CJK JP"),
    ("Noto Sans JP", "Noto Sans JP"),
    ("Yu Gothic", "游ゴシック"),
)


# ▪ ➩ などの記号のために、typst が自分で持っている書体。どの PC でも同じになる。
SYMBOLS = "DejaVu Sans Mono"


OVERFLOW = "SHEETGEN-OVERFLOW"
"""テンプレートが、収まらない文字を告げる印。後に、実施項目・セル・文字が続く。"""
_WHERE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):(?P<column>\d+)")
_SOURCE = re.compile(r"^\s*(?P<line>\d+) │ (?P<text>.*)$", re.MULTILINE)
_NO_GLYPH = re.compile(r"the text `\"(?P<text>.*?)\"` could not be displayed")
_OVERFLOW = re.compile(rf"{OVERFLOW}\|(?P<item>[^|]*)\|(?P<cell>[^|]*)\|(?P<text>[^|]*)\|")
_ESCAPED = re.compile(r"\\u\{(?P<code>[0-9a-f]+)\}")
_LONGEST = 30
"""ない文字の前と後に見せる字数。"""


def refusal(told: Refusal, main: Path, font: str, values: object) -> SheetgenError:
    """typst の断りを問題にする。読めないときは、typst のことばのまま伝える。

    ``font`` は本文の書体の、人に見せる名。``values`` はテンプレートに渡した値。
    書体にない字を、この中で探す。
    """
    message, output = told["message"], f"{told['message']}\n{told['diagnostic']}"
    overflow = _OVERFLOW.search(output)
    if overflow:
        place = Place(cell=overflow["cell"], item=overflow["item"])
        text = overflow["text"]
        return SheetgenError(Problem("D006", place, {"text": excerpt(text, _LONGEST)}))
    lacking = sorted(set(_NO_GLYPH.findall(output)))
    if lacking:
        found = (_around(text, _plain(one)) for text in _texts(values) for one in lacking)
        facts = {
            "font": font,
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
    hints = "。".join(told["hints"])
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


MAIN = "main.typ"
COMPARISON = "comparison.typ"
STANDARD = "ua-1"
"""支援技術で読める PDF の規格（ISO 14289-1）。"""


@dataclass(frozen=True, slots=True)
class Pdf:
    """できた PDF。``pages`` はページ数（テンプレートが告げなければ ``None``）。

    ``font`` は本文の書体の、人に見せる名。
    """

    data: bytes
    pages: int | None
    font: str


def render_pdf(document: Document, layout: Path, fonts: Path | None) -> Pdf:
    """文書を PDF に組む。``layout`` はテンプレートのフォルダー。

    ``fonts`` は書体を探すフォルダー（``None`` は PC の書体）。

    :raises SheetgenError: テンプレートがない（D004）、typst が使えない（D001）、
        使いたい書体が一つもない（D002）、テンプレートが誤っている（D003）、どの書体にもない字がある
        （D005）、入りきらない文がある（D006）、または typst が途中で止まった（D008）。
    """
    return render(asdict(document), document.published, layout / MAIN, fonts)


def render_comparison(comparison: Comparison, layout: Path, fonts: Path | None) -> Pdf:
    """新旧対照表を PDF に組む。引数と例外は :func:`render_pdf` と同じ。"""
    return render(asdict(comparison), comparison.published, layout / COMPARISON, fonts)


def render(values: dict[str, Any], published: str, main: Path, fonts: Path | None) -> Pdf:
    """値の入った辞書を、テンプレート ``main`` で PDF に組む。例外は :func:`render_pdf` と同じ。

    ``published``（``2024-03``）は、PDF に書く作成の月。
    """
    if not main.is_file():
        raise SheetgenError(Problem("D004", Place(file=str(main)), {"name": main.name}))
    order = Order(
        main=str(main),
        root=str(main.parent),
        fonts=None if fonts is None else str(fonts),
        preferred=[name for name, _ in PREFERRED],
        symbols=SYMBOLS,
        month=published,
        standard=STANDARD,
    )
    answer, data = _ask(order, json.dumps(values, ensure_ascii=False))
    if "unusable" in answer:
        raise SheetgenError(Problem("D001", facts={"reason": answer["unusable"]}))
    if not answer["families"]:
        names = "、".join(label for _, label in PREFERRED)
        raise SheetgenError(Problem("D002", facts={"fonts": names}))
    font = dict(PREFERRED)[answer["families"][0]]
    if "refused" in answer:
        raise refusal(answer["refused"], main, font, values)
    return Pdf(data, next(iter(answer["pages"]), None), font)


HEED_SECONDS = 0.5
_SERVE = "from sheetgen.publish.typesetting import serve; serve()"


def _ask(order: Order, values: str) -> tuple[Answer, bytes]:
    """子に組ませ、答えと PDF を受け取る。やめるときは、子も止める。"""
    asked = json.dumps(order).encode("ascii") + b"\n" + values.encode("utf-8")
    try:
        child = start(python_command(_SERVE))
    except OSError as error:
        raise SheetgenError(Problem("D001", facts={"reason": type(error).__name__})) from error
    with child:
        try:
            reply = _exchange(child, asked)
        except BaseException:
            child.kill()
            child.wait()
            raise
    if child.returncode:
        raise SheetgenError(Problem("D008", facts={"code": str(child.returncode)}))
    head, _, data = reply.partition(b"\n")
    answer: Answer = json.loads(head)
    return answer, data


def _exchange(child: Popen[bytes], asked: bytes) -> bytes:
    """すべて渡してから、終わるまで待つ。子は、すべて受け取ってから答える。

    待つのは区切って。Windows は、待つ間の Ctrl-C を見ない。
    """
    source = cast(BinaryIO, child.stdin)
    child.stdin = None
    # 受け取る前に倒れた子のことは、終了コードで分かる。
    with suppress(OSError), source:
        view = memoryview(asked)
        while view:
            view = view[source.write(view) :]
    while True:
        with suppress(TimeoutExpired):
            return child.communicate(timeout=HEED_SECONDS)[0]
