"""コマンドの集まり。

コマンドは、呼ばれたときに読み込む。一つのために、ほかのコマンドの読み込みを待たせない。
"""

from __future__ import annotations

from importlib import import_module

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseGroup
from sheetgen.problems import ExitCode

COMMANDS = {
    "init": "init",
    "add-item": "add_item",
    "check": "check",
    "generate": "generate",
    "distribute": "distribute",
    "collect": "collect",
    "status": "status",
    "remind": "remind",
    "report": "report",
    "compare": "compare",
    "rollover": "rollover",
    "export": "export",
    "undo": "undo",
    "history": "history",
}
"""コマンドの名から、それのあるモジュール。"""


class CommandGroup(JapaneseGroup):
    """呼ばれたコマンドだけを読み込む集まり。"""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """コマンドの名を、並べる順に返す。"""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """コマンドを読み込む。なければ ``None``。"""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"sheetgen.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


@click.group(
    cls=CommandGroup,
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
