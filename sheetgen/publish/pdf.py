"""文書を PDF に組む。typst を知るのは、ここだけ。"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sheetgen.messages.publish import typst_reason
from sheetgen.messages.quoting import excerpt
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.comparison.blocks import Comparison
from sheetgen.publish.document.whole import Document


def typst() -> Any:
    """typst のモジュール。

    :raises SheetgenError: 入っていない、またはここでは読み込めない（D001）。
    """
    try:
        import typst as engine
    except (ImportError, OSError) as error:
        raise SheetgenError(Problem("D001", facts={"reason": type(error).__name__})) from error
    return engine


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


@dataclass(frozen=True, slots=True)
class FontChoice:
    """使う書体。``families`` は、字を探す順。``label`` は初めの書体の、人に見せる名。"""

    families: tuple[str, ...]
    label: str
    found: Any

    @property
    def is_first_choice(self) -> bool:
        """いちばんに探す書体か。"""
        return self.families[0] == PREFERRED[0][0]


def find_fonts(folder: Path | None = None) -> FontChoice:
    """使う書体を決める。``folder`` を渡すと、PC の書体の代わりに、そのフォルダーを探す。

    :raises SheetgenError: 使いたい書体が一つもない（D002）、または typst がない（D001）。
    """
    engine = typst()
    if folder is None:
        found = engine.Fonts(include_system_fonts=True, include_embedded_fonts=True)
    else:
        found = engine.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)]
        )
    chosen = choose(found.families())
    if not chosen:
        names = "、".join(label for _, label in PREFERRED)
        raise SheetgenError(Problem("D002", facts={"fonts": names}))
    label = dict(PREFERRED)[chosen[0]]
    return FontChoice((*chosen, SYMBOLS), label, found)


def choose(families: Sequence[str]) -> tuple[str, ...]:
    """好みの書体のうち、あるもの。後のものは、初めの書体にない字のために使う。"""
    there = set(families)
    return tuple(name for name, _ in PREFERRED if name in there)


OVERFLOW = "SHEETGEN-OVERFLOW"
"""テンプレートが、収まらない文字を告げる印。後に、実施項目・セル・文字が続く。"""
_WHERE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):(?P<column>\d+)")
_SOURCE = re.compile(r"^\s*(?P<line>\d+) │ (?P<text>.*)$", re.MULTILINE)
_NO_GLYPH = re.compile(r"the text `\"(?P<text>.*?)\"` could not be displayed")
_OVERFLOW = re.compile(rf"{OVERFLOW}\|(?P<item>[^|]*)\|(?P<cell>[^|]*)\|(?P<text>[^|]*)\|")
_ESCAPED = re.compile(r"\\u\{(?P<code>[0-9a-f]+)\}")
_LONGEST = 30
"""ない文字の前と後に見せる字数。"""


def lacking(error: Any) -> list[str]:
    """書体のどれにもない字（と、組み合わせて一つに見せる字の並び）。"""
    output = f"{error.message}\n{error.diagnostic}"
    return sorted({_plain(one) for one in _NO_GLYPH.findall(output)})


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
    missing = lacking(error)
    if missing:
        return SheetgenError(_absent("D005", missing, fonts, values))
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


def _absent(code: str, missing: Sequence[str], fonts: FontChoice, values: object) -> Problem:
    """ない字についての問題。"""
    found = (_around(text, one) for text in _texts(values) for one in missing)
    facts = {
        "font": fonts.label,
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

    ``notes`` は、使う書体にない字のこと。
    """

    data: bytes
    pages: int | None
    notes: tuple[Problem, ...] = ()


def render_pdf(document: Document, layout: Path, fonts: FontChoice) -> Pdf:
    """文書を PDF に組む。``layout`` はテンプレートのフォルダー。

    :raises SheetgenError: テンプレートがない（D004）、誤っている（D003）、
        〓 さえどの書体にもない（D005）、または入りきらない文がある（D006）。
    """
    return render(asdict(document), document.published, layout / MAIN, fonts)


def render_comparison(comparison: Comparison, layout: Path, fonts: FontChoice) -> Pdf:
    """新旧対照表を PDF に組む。引数と例外は :func:`render_pdf` と同じ。"""
    return render(asdict(comparison), comparison.published, layout / COMPARISON, fonts)


def render(values: dict[str, Any], published: str, main: Path, fonts: FontChoice) -> Pdf:
    """値の入った辞書を、テンプレート ``main`` で PDF に組む。例外は :func:`render_pdf` と同じ。

    ``published``（``2024-03``）は、PDF に書く作成の月。
    """
    if not main.is_file():
        raise SheetgenError(Problem("D004", Place(file=str(main)), {"name": main.name}))
    shown, families = values, fonts.families
    borrowed: list[str] = []
    replaced: list[str] = []
    while True:
        try:
            made = _compile(shown, published, main, families, fonts)
        except typst().TypstError as error:
            missing = lacking(error)
            if not missing or set(missing) & {GETA, *replaced}:
                raise refusal(error, main, fonts, values) from error
            if families == fonts.families:
                # 好みの書体にない字は、この PC のほかの書体で組む。
                families = (*families, *sorted({*fonts.found.families()} - {*families}))
                borrowed = missing
                continue
            # 公表した年の文は直せない。一字のために、文書を作れなくしない。
            replaced += missing
            shown = _without(shown, missing)
            continue
        others = [one for one in borrowed if one not in replaced]
        notes = [_absent("D008", others, fonts, values)] if others else []
        notes += [_absent("D009", replaced, fonts, values)] if replaced else []
        return replace(made, notes=tuple(notes))


def _compile(
    values: dict[str, Any], published: str, main: Path, families: Sequence[str], fonts: FontChoice
) -> Pdf:
    """一度組む。例外は typst のもの。"""
    compiler = typst().Compiler(
        input=str(main),
        root=str(main.parent),
        font_paths=fonts.found,
        sys_inputs={
            "document": json.dumps(values, ensure_ascii=False),
            "fonts": json.dumps(families),
        },
    )
    data = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=moment(published))
    pages = json.loads(compiler.query("<page-count>", field="value"))
    return Pdf(bytes(data), pages[0] if pages else None)


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


def unprintable(characters: Iterable[str], fonts: FontChoice) -> frozenset[str]:
    """使う書体のどれにもない字。試しに組んで確かめる。"""
    engine = typst()
    left = sorted(set(characters))
    found: set[str] = set()
    while left:
        compiler = engine.Compiler(
            input=_TRIAL.encode(),
            font_paths=fonts.found,
            sys_inputs={"document": json.dumps(left), "fonts": json.dumps(fonts.families)},
        )
        try:
            compiler.compile(format="pdf", pdf_standards=[STANDARD])
        except engine.TypstError as error:
            missing = {char for one in lacking(error) for char in one} & {*left}
            if not missing:
                break
            found |= missing
            left = [one for one in left if one not in missing]
            continue
        break
    return frozenset(found)


def moment(published: str) -> datetime:
    """PDF に書く作成の日時。公表年月（``2024-03``）の1日とする。"""
    year, _, month = published.partition("-")
    return datetime(int(year), int(month), 1, tzinfo=UTC)
