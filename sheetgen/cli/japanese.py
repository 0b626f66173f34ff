"""click が出すことばを日本語にし、説明を全角の字の幅で折り返す。

click はどの文字も一桁と数え、空白でしか行を折らない。そのままでは、
日本語のヘルプが画面の端からはみ出す。
"""

from __future__ import annotations

import gettext
import os
import sys
import unicodedata
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path

import click

LOCALE_FOLDER = Path(__file__).resolve().parent / "locale"
_DOMAIN = "messages"  # click は gettext の既定のドメインでことばを探す


def speak_japanese() -> None:
    """このプロセスで、click のことばを日本語にする。

    PC の言語の設定には、わざと従わない。半分がほかの言語のヘルプは、だれの役にも立たない。
    """
    os.environ["LANGUAGE"] = "ja"
    gettext.bindtextdomain(_DOMAIN, str(LOCALE_FOLDER))


def soften_streams() -> None:
    """画面の文字コードに無い字を「?」で出し、止まらないようにする。"""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


_NO_LINE_START = "、。，．）」』】〕・ー…！？)],.:;"


def columns(text: str) -> int:
    """画面で占める桁数を返す。全角は二桁。"""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _chunks(text: str) -> list[str]:
    """折り返してよい所で切る。半角の語はひとまとまり、全角は一字ずつ。"""
    chunks: list[str] = []
    for char in text:
        last = chunks[-1][-1] if chunks else " "
        in_a_word = " " not in (char, last) and columns(char) == columns(last) == 1
        if chunks and (char in _NO_LINE_START or in_a_word):
            chunks[-1] += char
        else:
            chunks.append(char)
    return chunks


def wrap(text: str, width: int) -> list[str]:
    """``width`` 桁で折り返した行を返す。もとの改行は残す。"""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for chunk in _chunks(paragraph.strip()):
            if line and columns(line) + columns(chunk.rstrip()) > width:
                lines.append(line.rstrip())
                line = chunk.lstrip()
            else:
                line += chunk
        lines.append(line.rstrip())
    return lines


class JapaneseHelpFormatter(click.HelpFormatter):
    """全角の幅で揃え、折り返す説明。"""

    def write_text(self, text: str) -> None:
        """文章を書く。"""
        for line in wrap(text.replace("\b\n", ""), self.width - self.current_indent):
            self.write(f"{'':{self.current_indent}}{line}".rstrip() + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """名と説明の二列の表を書く。"""
        rows = list(rows)
        first = min(max((columns(name) for name, _ in rows), default=0), col_max) + col_spacing
        indent = " " * self.current_indent
        for name, description in rows:
            lines = wrap(description, max(self.width - first - self.current_indent, 20))
            if columns(name) + col_spacing > first:
                self.write(f"{indent}{name}\n")
            else:
                self.write(f"{indent}{name}{' ' * (first - columns(name))}{lines.pop(0)}\n")
            for line in lines:
                self.write(f"{indent}{' ' * first}{line}".rstrip() + "\n")


class JapaneseContext(click.Context):
    """説明を日本語の幅で書く文脈。"""

    formatter_class = JapaneseHelpFormatter


class JapaneseCommand(click.Command):
    """使い方の行まで日本語のコマンド。"""

    context_class = JapaneseContext


class JapaneseGroup(click.Group):
    """コマンドの集まり。"""

    context_class = JapaneseContext
    command_class = JapaneseCommand
