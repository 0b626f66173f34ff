"""公表する文書を作るコマンドが、作ったものについて書くこと。"""

from __future__ import annotations

from pathlib import Path

import click

from sheetgen.cli.report import show_earlier, show_noticed, shown_path
from sheetgen.model.report import Output, ReportResult

_NAMES = {Output.PDF: "PDF", Output.HTML: "ウェブページ"}


def show_files(result: ReportResult, root: Path, book: str) -> None:
    """作ったファイルを一つずつ書く。``book`` はブックの呼び名。"""
    for file in result.files:
        pages = f"、{file.pages}ページ" if file.pages else ""
        name = _NAMES.get(file.output, book)
        click.echo(f"  {shown_path(file.path, root)}（{name}{pages}）")


def show_rest(result: ReportResult) -> None:
    """書体、前に作ったものとの違い、気を付けることを書く。"""
    if result.font:
        click.echo(f"  PDF の書体: {result.font}")
    show_earlier(result.unchanged, result.kept_aside, "個")
    show_noticed(result.problems)
