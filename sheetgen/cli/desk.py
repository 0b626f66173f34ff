"""``sheetgen desk``: 一年の仕事を、ブラウザーで行う画面を出す。"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import workplace
from sheetgen.problems import ExitCode, Place, Problem, UsageError

if TYPE_CHECKING:
    from sheetgen.desk.serving import DeskServer

_LAST_PORT = 65535


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@click.option(
    "--port",
    type=click.IntRange(0, _LAST_PORT),
    metavar="番号",
    default=0,
    show_default=True,
    help="待ち受ける番号。0 なら、あいている番号を使う。",
)
@click.option("--no-browser", is_flag=True, help="ブラウザーを開かず、アドレスを示すだけにする。")
def desk(port: int, no_browser: bool) -> ExitCode:
    """一年の仕事を、ブラウザーで行う画面を出す。

    点検、配布、回収、督促、編集、公表、年度の切替を、マウスで行える。
    することも、できるものも、ほかのコマンドと同じ。
    画面はこの PC の中だけに出て、ネットには何も送らない。
    もう動いていれば、動いている画面を開く。
    終えるには、画面の「画面を終える」を押す。
    """
    # ここで読み込む。説明を見せるだけのときには要らない。
    from sheetgen.desk.serving import DeskServer, running

    folder = workplace()
    before = running(folder)
    if before is not None:
        click.echo("この作業フォルダーの画面は、もう動いています。その画面を開きます。")
        _open(before.address, no_browser)
        return ExitCode.OK
    try:
        server = DeskServer(folder, port)
    except OSError as error:
        place = Place(label="--port")
        raise UsageError(Problem("U060", place, {"port": port})) from error
    click.echo(f"操作の画面を始めました。作業フォルダー: {folder}")
    _open(server.address, no_browser)
    click.echo("  開かないときは、上のアドレスをブラウザーに貼ってください。")
    click.echo("  127.0.0.1 で開けないときは、127.0.0.1 を localhost に替えてください。")
    click.echo(
        "  それでも開けないときは、プロキシを通さないアドレスに 127.0.0.1 を加えてください。"
    )
    click.echo("この窓は、最小化してかまいません。終えるときは、画面の「画面を終える」を押します。")
    _serve(server)
    click.echo("操作の画面を終えました。")
    return ExitCode.OK


def _open(address: str, no_browser: bool) -> None:
    click.echo(f"  アドレス: {address}")
    if not no_browser:
        import webbrowser

        webbrowser.open(address)


def _serve(server: DeskServer) -> None:
    try:
        server.serve()
    except KeyboardInterrupt:
        if server.is_busy:
            click.echo("仕事の途中です。終わるまで待って、画面を終えます。")
