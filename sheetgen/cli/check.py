"""``sheetgen check``: 計画のデータとテンプレートを点検する。"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import source_options
from sheetgen.cli.showing import by_level, counts, show_problems, verdict
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import ExitCode, Level

if TYPE_CHECKING:
    from sheetgen.send.checking import CheckResult


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@source_options
def check(plan: Path, template: Path) -> ExitCode:
    """計画のデータとテンプレートに誤りがないか、点検する。

    何も書き換えない。見つかったことを、重い順にすべて出す。
    """
    result = sheetgen.check(plan, template)
    show_problems(result.problems)
    _summarize(result)
    return verdict(result.problems)


def _summarize(result: CheckResult) -> None:
    """点検の結論を書く。"""
    if not (result.items or result.sections):
        click.echo(f"計画のデータを読めませんでした（{counts(result.problems)}）。")
        return
    click.echo(
        f"{terms().item} {result.items}件、主管課 {result.sections}課、"
        f"様式の記入欄 {result.inputs}か所を点検しました。"
    )
    if Level.ERROR in by_level(result.problems):
        click.echo(f"直すところがあります（{counts(result.problems)}）。")
    else:
        click.echo(f"計画のデータもテンプレートも使えます（{counts(result.problems)}）。")
