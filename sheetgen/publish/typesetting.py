"""子の側。typst で、文書を PDF に、様式の一枚を絵に組む。typst を読み込むのは、ここだけ。

typst は、組んだものの控えをプロセスが終わるまで持ち続ける（一つの文書に 200〜300 MB）。控えは、
子とともに消える。文書の子は、一つ組んで終わる（:func:`serve`）。絵の子は、頼まれるたびに描き、
使われないまま時が経つと終わる（:func:`serve_pictures`）。

文書の子の標準入力は、頼みごと（JSON の一行）と、値（JSON）。標準出力は、答え（JSON の一行）と
PDF。絵の子では、値も一行で、答えの前に、絵の長さ（バイト）の一行が付く。
"""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, TypedDict


class Order(TypedDict):
    """頼みごと。``fonts`` は書体を探すフォルダー（``None`` は PC の書体）。

    ``source`` があれば、``main`` の代わりにその文を組む。``preferred`` は本文の書体の、好みの順。
    ``symbols`` は、そのどれにもない記号の書体。``borrow`` なら、あるだけの書体を後ろに足す。
    ``month`` は PDF に書く作成の月（``2024-03``）。``standard`` は PDF の規格。``format`` は、
    組む形（``svg`` は、初めのページだけの絵）。
    """

    main: str
    root: str
    source: str | None
    fonts: str | None
    preferred: list[str]
    symbols: str
    borrow: bool
    month: str
    standard: str
    format: Literal["pdf", "svg"]


class Answer(TypedDict, total=False):
    """答え。``unusable`` は typst を読み込めないわけ、``refused`` は typst の断り。

    ``families`` は使った本文の書体で、空なら一つもない。``pages`` は、組めたときのページ数の並び。
    ``over`` は、絵の、文字が収まらなかったセル。
    """

    unusable: str
    families: list[str]
    refused: Refusal
    pages: list[int]
    over: list[str]


class Refusal(TypedDict):
    """typst の断り（``TypstError`` の中身）。"""

    message: str
    diagnostic: str
    hints: list[str]


def serve() -> None:
    """一つの頼みごとに答える。"""
    head, _, values = sys.stdin.buffer.read().partition(b"\n")
    answer, pdf = typeset(json.loads(head), values.decode("utf-8"))
    target = sys.stdout.buffer
    target.write(json.dumps(answer).encode("ascii") + b"\n")
    target.write(pdf)
    target.flush()
    os._exit(0)  # 控えを一つずつ片付けさせない


IDLE_SECONDS = 120.0
"""絵の子が、使われないまま待つ時間。"""


def serve_pictures() -> None:
    """頼まれるたびに絵を描く。頼む者がいなくなるか、長く使われなければ、終わる。"""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while True:
        # 待つ間だけの見張り。描いている途中では終わらない。
        watch = threading.Timer(IDLE_SECONDS, os._exit, (0,))
        watch.daemon = True
        watch.start()
        head, values = source.readline(), source.readline()
        watch.cancel()
        if not values:
            os._exit(0)
        answer, picture = typeset(json.loads(head), values.decode("utf-8"))
        target.write(b"%d\n" % len(picture))
        target.write(json.dumps(answer).encode("ascii") + b"\n")
        target.write(picture)
        target.flush()


def typeset(order: Order, values: str) -> tuple[Answer, bytes]:
    """頼まれたものを組む。できなければ、PDF（絵）は空で、答えがわけを言う。"""
    try:
        engine = _typst()
    except (ImportError, OSError) as error:
        return Answer(unusable=type(error).__name__), b""
    fonts = _fonts(engine, order["fonts"])
    families = choose(order["preferred"], fonts.families())
    answer = Answer(families=families)
    if not families:
        return answer, b""
    used = [*families, order["symbols"]]
    if order["borrow"]:
        used += sorted({*fonts.families()} - {*used})
    try:
        source = (
            {"input": order["source"].encode("utf-8")}
            if order["source"]
            else {"input": order["main"], "root": order["root"]}
        )
        compiler = engine.Compiler(
            **source,
            font_paths=fonts,
            sys_inputs={
                "document": values,
                "fonts": json.dumps(used),
            },
        )
        if order["format"] == "svg":
            made = compiler.compile(format="svg")
            answer["over"] = json.loads(compiler.query("<overflow>", field="value"))
            return answer, bytes(made[0] if isinstance(made, list) else made)
        pdf = compiler.compile(
            format="pdf", pdf_standards=[order["standard"]], timestamp=moment(order["month"])
        )
        # 文をじかに渡した組み方では、組んだあとに尋ねられない。
        answer["pages"] = (
            [] if order["source"] else json.loads(compiler.query("<page-count>", field="value"))
        )
    except engine.TypstError as error:
        answer["refused"] = Refusal(
            message=str(error.message),
            diagnostic=str(error.diagnostic),
            hints=[str(hint) for hint in error.hints],
        )
        return answer, b""
    return answer, bytes(pdf)


def choose(preferred: list[str], there: list[str]) -> list[str]:
    """好みの書体のうち、あるもの。後のものは、初めの書体にない字のために使う。"""
    return [name for name in preferred if name in there]


def moment(month: str) -> datetime:
    """PDF に書く作成の日時。``month``（``2024-03``）の1日とする。"""
    year, _, number = month.partition("-")
    return datetime(int(year), int(number), 1, tzinfo=UTC)


def _typst() -> Any:
    """typst のモジュール。書いてある型は、組んだものの形を言い切らない。"""
    import typst

    return typst


@lru_cache(maxsize=1)
def _fonts(engine: Any, folder: str | None) -> Any:
    """使える書体。どれにも、typst が自分で持つ書体が入る。探すのに時間がかかるので、覚えておく。"""
    if folder is None:
        return engine.Fonts(include_system_fonts=True, include_embedded_fonts=True)
    return engine.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder]
    )
