"""コマンドの集まり。

コマンドは、呼ばれたときに読み込む。一つのために、ほかのコマンドの読み込みを待たせない。
コマンドのファイルの初めで読み込むのは、説明を見せるのに要るものだけ。仕事の部品と、問題のことばは、
動かすときに関数の中で読み込む。説明を待たせないため（``tests/test_cli.py`` が守る）。
"""

from __future__ import annotations

from importlib import import_module

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseGroup
from sheetgen.problems import ExitCode

COMMANDS = {
    "desk": "一年の仕事を、ブラウザーで行う画面を出す。",
    "init": "新しい計画を始める。",
    "edit": "計画のデータを、Excel のブックで直す。",
    "add-item": "項目を計画のデータに加える。",
    "check": "計画のデータとテンプレートに誤りがないか、点検する。",
    "generate": "各課に配るブックの見本を作る。",
    "distribute": "各課に送るブック、依頼文、メールの下書きを作る。",
    "collect": "戻ってきたブックを読み、計画のデータに取り込む。",
    "status": "配布から記録まで、どの課がどこまで済んだかを示す。",
    "remind": "提出期限を過ぎた課への督促を作る。",
    "report": "毎年の見直しの文書を作る。",
    "compare": "二つの計画のデータの、新旧対照表を作る。",
    "rollover": "毎年の見直しを閉じ、次の年度を開く。",
    "export": "計画と実績を、オープンデータとして書き出す。",
    "undo": "回収や編集ブックで記録した値と、加えた項目を、回ごとに取り消す。",
    "history": "項目の値が、どこから来たかを示す。",
}
"""コマンドの名から、その説明の初めの一行へ。

一覧を見せるだけのために、すべてのコマンドを読み込まないように、ここにも書く。
"""


class CommandGroup(JapaneseGroup):
    """呼ばれたコマンドだけを読み込む集まり。"""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """コマンドの名を、並べる順に返す。"""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """コマンドを読み込む。なければ ``None``。"""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"sheetgen.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """コマンドの一覧を、読み込まずに書く。"""
        with formatter.section("コマンド"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


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
