"""試験で使う外のプログラム（LibreOffice、poppler、Node など）の呼び出し。

プログラムがなければ、わけとともに試験を飛ばす。``SHEETGEN_REQUIRE_PROGRAMS=1``（``.ci/run`` で
全部を行うとき）では、飛ばさずに落とす。そこでは、試さずに残すものがあってはならない。
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, overload
from xml.etree import ElementTree

import pytest
from running import run_program

NODE_FOLDER = Path(__file__).resolve().parent / "node"
CONVERT_SECONDS = 300
SHORT_SECONDS = 240
_XHTML = "{http://www.w3.org/1999/xhtml}"
_SIDES = ("xMin", "yMin", "xMax", "yMax")

_INSTALL = {
    "soffice": "LibreOffice Calc",
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdfinfo": "poppler-utils",
    "pdffonts": "poppler-utils",
    "chromium": "Chromium",
    "node": "Node.js",
    "ssconvert": "gnumeric",
}


class Word(NamedTuple):
    """PDF の一語と、その枠（pt、左上が原点）。"""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


class PdfPage(list[Word]):
    """PDF の一ページの語の並び。``width`` と ``height`` は pt。"""

    def __init__(self, words: Iterable[Word], width: float, height: float) -> None:
        super().__init__(words)
        self.width = width
        self.height = height

    @property
    def text(self) -> str:
        """語を出た順に、空白なしでつないだもの。"""
        return "".join(word.text for word in self)


def programs_required() -> bool:
    """プログラムが無いことを失敗とする実行かどうか。"""
    return os.environ.get("SHEETGEN_REQUIRE_PROGRAMS") == "1"


def missing(reason: str) -> NoReturn:
    """足りないものがあるとき、試験を飛ばすか、失敗させる。"""
    if programs_required():
        pytest.fail(f"必要なプログラムがない: {reason}", pytrace=False)
    pytest.skip(reason)


def need(program: str) -> str:
    """プログラムの場所を返す。無ければ飛ばすか、失敗させる。"""
    found = shutil.which(program)
    if found is None:
        missing(f"{program} がない（{_INSTALL.get(program, program)} を入れる）")
    return found


@overload
def soffice_convert(
    src: Path, out_dir: Path, fmt: str = ..., timeout: float = ..., options: Sequence[str] = ...
) -> Path: ...
@overload
def soffice_convert(
    src: Sequence[Path],
    out_dir: Path,
    fmt: str = ...,
    timeout: float = ...,
    options: Sequence[str] = ...,
) -> list[Path]: ...
def soffice_convert(
    src: Path | Sequence[Path],
    out_dir: Path,
    fmt: str = "pdf",
    timeout: float = CONVERT_SECONDS,
    options: Sequence[str] = (),
) -> Path | list[Path]:
    """LibreOffice で変換し、できたファイルを返す（一覧を渡せば一覧で返す）。

    一回ごとにプロファイルのフォルダーを分ける。同じだと、二つの回が互いを待って止まる。``fmt`` には
    ``xlsx:Calc MS Excel 2007 XML`` のようにフィルターを付けてもよい。
    """
    program = need("soffice")
    sources = [src] if isinstance(src, Path) else list(src)
    out_dir.mkdir(parents=True, exist_ok=True)
    done = run_program(
        lambda profile: [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            *options,
            "--convert-to",
            fmt,
            "--outdir",
            out_dir,
            *sources,
        ],
        timeout,
    )
    suffix = "." + fmt.partition(":")[0]
    made = [out_dir / (source.stem + suffix) for source in sources]
    absent = [path.name for path in made if not path.is_file()]
    assert not absent, f"LibreOffice が作らなかった: {absent}\n{told(done)}"
    return made[0] if isinstance(src, Path) else made


def pdftotext_bbox(pdf: Path) -> list[PdfPage]:
    """PDF の各ページの語と枠を返す。"""
    program = need("pdftotext")
    done = subprocess.run(
        [program, "-bbox", "-enc", "UTF-8", str(pdf), "-"],
        capture_output=True,
        timeout=SHORT_SECONDS,
        check=True,
    )
    # pdftotext は、どの XML の構文解析も受け付けない制御文字を、そのまま出す。
    clean = bytes(byte for byte in done.stdout if byte >= 0x20 or byte in b"\t\n\r")
    root = ElementTree.fromstring(clean)
    pages = []
    for page in root.iter(f"{_XHTML}page"):
        words = [
            Word(word.text or "", *(float(word.attrib[side]) for side in _SIDES))
            for word in page.iter(f"{_XHTML}word")
        ]
        pages.append(PdfPage(words, float(page.attrib["width"]), float(page.attrib["height"])))
    return pages


def run_node(script: str | Path, *args: str | Path, timeout: float = SHORT_SECONDS) -> Any:
    """``tests/node`` のスクリプトを走らせ、出た JSON を返す。"""
    program = need("node")
    if not (NODE_FOLDER / "node_modules").is_dir():
        missing("tests/node の部品がない（npm ci --prefix tests/node）")
    done = run_program([program, NODE_FOLDER / script, *args], timeout, cwd=NODE_FOLDER)
    assert done.returncode == 0, f"{script} が失敗した:\n{told(done)}"
    return json.loads(done.stdout)


def told(done: subprocess.CompletedProcess[bytes]) -> str:
    """プログラムの出した字。"""
    return "\n".join(out.decode("utf-8", "replace") for out in (done.stdout, done.stderr))
