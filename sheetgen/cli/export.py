"""``sheetgen export``: 計画と実績を、オープンデータとして書き出す。"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import folder_option, one_of, plan_option, workplace
from sheetgen.cli.showing import show_earlier, show_noticed, shown_path, verdict
from sheetgen.problems import ExitCode

if TYPE_CHECKING:
    from sheetgen.publish.exporting import ExportResult

FORMAT_WORDS = {word: word for word in ("csv", "xlsx", "json")}
"""``--only`` に書けることば。書き出す形の値と同じ。"""


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@click.option(
    "--only",
    type=one_of(FORMAT_WORDS),
    metavar="形",
    help="csv・xlsx・json のどれか一つだけを書き出す。",
)
@plan_option
@folder_option("--out", "書き出す先。省くと output/令和N年度/オープンデータ。")
def export(only: str | None, plan: Path, out: Path | None) -> ExitCode:
    """計画と実績を、オープンデータとして書き出す。

    一行に一つの事実を書いた表を、CSV・Excel・JSON にする。
    項目の定義と符号の意味、更新の履歴も添える。課の連絡先は入れない。
    前に作ったものは、中身が違えば「旧版」に移す。
    """
    from sheetgen.publish.exporting import DataFormat

    root = Path.cwd()
    formats = (DataFormat(only),) if only else tuple(DataFormat)
    result = sheetgen.export(
        sheetgen.ExportRequest(plan=plan, root=workplace(), out=out, formats=formats)
    )
    _summarize(result, root)
    return verdict(result.problems)


def _summarize(result: ExportResult, root: Path) -> None:
    """書き出したものと、気を付けることを書く。"""
    click.echo(f"オープンデータのファイル {len(result.files)}個を書き出しました。")
    click.echo(f"  書き出した先: {shown_path(result.folder, root)}")
    for title, rows in result.rows:
        click.echo(f"  {title}: {rows}行")
    show_earlier(result.unchanged, result.kept_aside, "個")
    show_noticed(result.problems)
