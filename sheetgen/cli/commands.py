"""コマンドの集まり。"""

from __future__ import annotations

import click

import sheetgen
from sheetgen.cli.check import check
from sheetgen.cli.collect import collect
from sheetgen.cli.compare import compare
from sheetgen.cli.distribute import distribute
from sheetgen.cli.generate import generate
from sheetgen.cli.help_format import JapaneseGroup
from sheetgen.cli.history import history
from sheetgen.cli.remind import remind
from sheetgen.cli.report_command import report
from sheetgen.cli.undo import undo
from sheetgen.problems import ExitCode


@click.group(
    cls=JapaneseGroup,
    invoke_without_command=True,
    options_metavar="[指定]",
    subcommand_metavar="コマンド [コマンドの指定]",
)
@click.version_option(sheetgen.__version__, help="版を出して終わる。")
@click.pass_context
def cli(ctx: click.Context) -> int:
    """進捗管理シートを各課に配り、戻ったものを計画のデータに取り込む。

    動かしたフォルダーの data・templates・output を使う。
    終了コード: 0 問題なし、1 問題あり、2 指定の誤り、3 プログラムの不具合。
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        return ExitCode.USAGE
    return ExitCode.OK


cli.add_command(check)
cli.add_command(generate)
cli.add_command(distribute)
cli.add_command(collect)
cli.add_command(remind)
cli.add_command(report)
cli.add_command(compare)
cli.add_command(undo)
cli.add_command(history)
