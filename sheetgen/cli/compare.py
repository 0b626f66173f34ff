"""``sheetgen compare``: 二つの計画の新旧対照表を作る。"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import folder_option, one_of, plan_option, workplace
from sheetgen.cli.report import DEFAULT_LAYOUT, OUTPUT_WORDS, chosen_outputs
from sheetgen.cli.showing import ProgressBar, show_files, show_rest, verdict
from sheetgen.problems import ExitCode

if TYPE_CHECKING:
    from sheetgen.publish.comparing import CompareResult


@click.command(name="compare", cls=JapaneseCommand, options_metavar="[指定]")
@click.argument("old", type=click.Path(path_type=Path), metavar="[改正前]", required=False)
@click.argument("new", type=click.Path(path_type=Path), metavar="[改正後]", required=False)
@click.option(
    "--only",
    type=one_of(OUTPUT_WORDS),
    metavar="形",
    help="pdf・html・xlsx のどれか一つだけを作る。",
)
@folder_option("--layout", "文書のテンプレートのフォルダー。", DEFAULT_LAYOUT)
@plan_option
@folder_option("--out", "書き出す先。省くと output/令和N年度/新旧対照表。")
def compare(
    old: Path | None,
    new: Path | None,
    only: str | None,
    layout: Path,
    plan: Path,
    out: Path | None,
) -> ExitCode:
    """二つの計画のデータの、新旧対照表を作る。

    何も指定しなければ、前に公表した計画と、いまの計画のデータを比べる。
    ほかの二つを比べるときは、改正前、改正後の順に、
    計画のデータのファイルを指定する。
    改正後を左、改正前を右に並べ、変わった所に下線を引く。
    大半を書き改めた文には「全文改正」と記す。
    新規、終了、移動、変更、番号の変わった項目の一覧を初めに付け、
    年度ごとに書き改める取組の文は、後に部を分けて載せる。
    実績と評価は改正ではないので、比べない。
    前に作ったものは、中身が違えば「旧版」に移す。
    """
    root = Path.cwd()
    request = sheetgen.CompareRequest(
        plan=plan,
        old=old,
        new=new,
        layout=layout,
        root=workplace(),
        out=out,
        outputs=chosen_outputs(only),
    )
    with ProgressBar("新旧対照表を作っています") as progress:
        result = sheetgen.compare(request, progress)
    _summarize(result, root)
    return verdict(result.report.problems)


def _summarize(result: CompareResult, root: Path) -> None:
    """作ったものと、違いの数を書く。"""
    report = result.report
    click.echo("新旧対照表を作りました。")
    show_files(report, root, "ブック")
    if result.same:
        click.echo(f"  {result.same}")
    if result.counts:
        click.echo("  " + "、".join(f"{name} {count}" for name, count in result.counts))
    show_rest(report)
