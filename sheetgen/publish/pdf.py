"""文書を PDF に組む。typst のことばを知るのは、ここだけ。組むのは子のプロセス。

値は JSON で渡し、ソースには混ぜない。typst に見せるのは、決まった時刻と名指しした書体だけ。
同じ文書からは、いつも同じバイト列になる。
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any, BinaryIO, NamedTuple, cast

from sheetgen.child_process import python_command, start
from sheetgen.messages.publish import typst_reason
from sheetgen.messages.quoting import excerpt
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.comparison.blocks import Comparison
from sheetgen.publish.document.whole import Document
from sheetgen.publish.painting import PAINTER
from sheetgen.publish.pdf_headings import UnknownPdfError, with_heading_cells
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


def lacking(told: Refusal) -> list[str]:
    """書体のどれにもない字（と、組み合わせて一つに見せる字の並び）。"""
    output = f"{told['message']}\n{told['diagnostic']}"
    return sorted({_plain(one) for one in _NO_GLYPH.findall(output)})


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
    missing = lacking(told)
    if missing:
        return SheetgenError(_absent("D005", missing, font, values))
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


def _absent(code: str, missing: Sequence[str], font: str, values: object) -> Problem:
    """ない字についての問題。"""
    found = (_around(text, one) for text in _texts(values) for one in missing)
    facts = {
        "font": font,
        "character": "」「".join(f"{one}（{_codes(one)}）" for one in missing),
        "text": next((one for one in found if one), "テンプレートの文字"),
    }
    return Problem(code, Place(), facts)


def _codes(characters: str) -> str:
    return " ".join(f"U+{ord(one):04X}" for one in characters)


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

    ``font`` は本文の書体の、人に見せる名。``notes`` は、その書体にない字のこと。
    """

    data: bytes
    pages: int | None
    font: str
    notes: tuple[Problem, ...] = ()


def render_pdf(document: Document, layout: Path, fonts: Path | None) -> Pdf:
    """文書を PDF に組む。``layout`` はテンプレートのフォルダー。

    ``fonts`` は書体を探すフォルダー（``None`` は PC の書体）。

    :raises SheetgenError: テンプレートがない（D004）、typst が使えない（D001）、
        使いたい書体が一つもない（D002）、テンプレートが誤っている（D003）、〓 さえどの書体にもない
        （D005）、入りきらない文がある（D006）、または typst が途中で止まった（D029）。
    """
    return render(asdict(document), document.published, layout / MAIN, fonts)


def render_comparison(comparison: Comparison, layout: Path, fonts: Path | None) -> Pdf:
    """新旧対照表を PDF に組む。引数と例外は :func:`render_pdf` と同じ。"""
    return render(asdict(comparison), comparison.published, layout / COMPARISON, fonts)


def render(values: dict[str, Any], published: str, main: Path, fonts: Path | None) -> Pdf:
    """値の入った辞書を、テンプレート ``main`` で PDF に組む。例外は :func:`render_pdf` と同じ。

    ``published``（``2024-03``）は、PDF に書く作成の月。
    """
    made = compose(values, _order(main, published, fonts))
    notes, data = made.notes, made.data
    try:
        data = with_heading_cells(data)
    except UnknownPdfError:
        notes = (*notes, Problem("D030", facts={"name": main.name}))
    return Pdf(data, next(iter(made.answer["pages"]), None), made.font, notes)


def render_picture(values: dict[str, Any], main: Path, fonts: Path | None) -> Composed:
    """値の入った辞書を、テンプレート ``main`` で一枚の絵（SVG）にする。例外は :func:`render_pdf` と
    同じ。字は線で描くので、見る所に書体は要らない。
    """
    return compose(values, Order(**{**_order(main, "", fonts), "format": "svg"}))


class Composed(NamedTuple):
    """組めたもの。``font`` と ``notes`` は :class:`Pdf` と同じ。"""

    answer: Answer
    data: bytes
    font: str
    notes: tuple[Problem, ...]


def compose(values: dict[str, Any], order: Order) -> Composed:
    """組む。字のない所は、ほかの書体か〓で補う。例外は :func:`render_pdf` と同じ。"""
    main = Path(order["main"])
    if not main.is_file():
        raise SheetgenError(Problem("D004", Place(file=str(main)), {"name": main.name}))
    answer, data = _ask(order, values)
    font = _font(answer)
    shown: Any = values
    borrowed: list[str] = []
    replaced: list[str] = []
    while "refused" in answer:
        missing = lacking(answer["refused"])
        if not missing or set(missing) & {GETA, *replaced}:
            raise refusal(answer["refused"], main, font, values)
        if not order["borrow"]:
            # 好みの書体にない字は、この PC のほかの書体で組む。
            order["borrow"], borrowed = True, missing
        else:
            # 公表した年の文は直せない。一字のために、文書を作れなくしない。
            replaced += missing
            shown = _without(shown, missing)
        answer, data = _ask(order, shown)
    others = [one for one in borrowed if one not in replaced]
    notes = [_absent("D008", others, font, values)] if others else []
    notes += [_absent("D009", replaced, font, values)] if replaced else []
    return Composed(answer, data, font, tuple(notes))


GETA = "〓"
"""印刷できない字の代わりに置く、印刷の約束の字。"""


def _without(values: Any, missing: Sequence[str]) -> Any:
    """値の中の、印刷できない字を〓に替えたもの。"""
    if isinstance(values, str):
        for one in missing:
            values = values.replace(one, GETA)
        return values
    if isinstance(values, dict):
        return {key: _without(one, missing) for key, one in values.items()}
    if isinstance(values, list | tuple):
        return [_without(one, missing) for one in values]
    return values


_TRIAL = """#set text(font: json(bytes(sys.inputs.fonts)), fallback: false, lang: "ja")
#set document(title: "字")
#for one in json(bytes(sys.inputs.document)) [#one \\ ]
"""


def unprintable(characters: Iterable[str], fonts: Path | None = None) -> tuple[str, frozenset[str]]:
    """本文の書体の名と、使う書体のどれにもない字。試しに組んで確かめる。

    :raises SheetgenError: 試せない（D001、D002、D029）。
    """
    order = _order(Path(MAIN), "2000-01", fonts)
    order["source"] = _TRIAL
    left = sorted(set(characters))
    found: set[str] = set()
    while True:
        answer, _ = _ask(order, left)
        font = _font(answer)
        told = answer.get("refused")
        missing = {char for one in lacking(told) for char in one} & {*left} if told else set()
        if not missing:
            return font, frozenset(found)
        found |= missing
        left = [one for one in left if one not in missing]


def _order(main: Path, published: str, fonts: Path | None) -> Order:
    return Order(
        main=str(main),
        root=str(main.parent),
        source=None,
        fonts=None if fonts is None else str(fonts),
        preferred=[name for name, _ in PREFERRED],
        symbols=SYMBOLS,
        borrow=False,
        month=published,
        standard=STANDARD,
        format="pdf",
    )


def _font(answer: Answer) -> str:
    """本文の書体の、人に見せる名。"""
    if "unusable" in answer:
        raise SheetgenError(Problem("D001", facts={"reason": answer["unusable"]}))
    if not answer["families"]:
        names = "、".join(label for _, label in PREFERRED)
        raise SheetgenError(Problem("D002", facts={"fonts": names}))
    return dict(PREFERRED)[answer["families"][0]]


HEED_SECONDS = 0.5
_SERVE = "from sheetgen.publish.typesetting import serve; serve()"


Typesetter = Callable[[Order, str], tuple[Answer, bytes]]
"""文書を組むもの。頼みごとと値（JSON）を受け取り、答えと PDF を返す。

:raises SheetgenError: 組むものが動かせない（D001）、または途中で止まった（D029）。
"""


def _ask(order: Order, values: Any) -> tuple[Answer, bytes]:
    return _typesetter(order, json.dumps(values, ensure_ascii=False))


def _ask_process(order: Order, text: str) -> tuple[Answer, bytes]:
    """子のプロセスに組ませ、答えと PDF（絵）を受け取る。やめるときは、子も止める。"""
    if order["format"] == "svg":
        return PAINTER.paint(json.dumps(order), text)
    asked = json.dumps(order).encode("ascii") + b"\n" + text.encode("utf-8")
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
        raise SheetgenError(Problem("D029", facts={"code": str(child.returncode)}))
    head, _, data = reply.partition(b"\n")
    answer: Answer = json.loads(head)
    return answer, data


_typesetter: Typesetter = _ask_process


def typeset_elsewhere(typesetter: Typesetter) -> None:
    """文書を組むものを替える。プロセスを作れない所（ブラウザーのページの中）で、初めに呼ぶ。"""
    global _typesetter
    _typesetter = typesetter


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
