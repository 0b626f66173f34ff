"""``sheetgen report``: 年次見直しの文書を作る。"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import (
    folder_option,
    month,
    one_of,
    source_options,
    workplace,
    year_option,
)
from sheetgen.cli.showing import ProgressBar, show_files, show_rest, verdict
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import ExitCode

if TYPE_CHECKING:
    from sheetgen.publish.publishing import Output, ReportResult

DEFAULT_LAYOUT = Path("templates/report")
OUTPUT_WORDS = {word: word for word in ("pdf", "html", "xlsx")}
"""``--only`` に書けることば。作る形の値と同じ。"""


@click.command(name="report", cls=JapaneseCommand, options_metavar="[指定]")
@year_option("毎年の見直しの年度。2024、R6、令和6年度 のどの形でもよい。省くと計画のデータの年度。")
@click.option(
    "--only",
    type=one_of(OUTPUT_WORDS),
    metavar="形",
    help="pdf・html・xlsx のどれか一つだけを作る。",
)
@click.option("--draft", is_flag=True, help="「案」の透かしを入れる。")
@click.option(
    "--earlier",
    type=click.Path(path_type=Path),
    metavar="ファイル",
    help="前に公表した計画。省くと、しまってあるものを使う。",
)
@click.option(
    "--final", is_flag=True, help="公表するものとして確定し、計画のデータを data/archive にしまう。"
)
@click.option(
    "--published",
    type=month,
    metavar="年月",
    help="確定するときの公表年月。2025-03、令和7年3月 のどの形でもよい。",
)
@folder_option("--layout", "文書のテンプレートのフォルダー。", DEFAULT_LAYOUT)
@source_options
@folder_option("--out", "書き出す先。省くと output/令和N年度 の下の、見直しの名のフォルダー。")
def report(
    year: int | None,
    only: str | None,
    draft: bool,
    earlier: Path | None,
    final: bool,
    published: str | None,
    layout: Path,
    plan: Path,
    template: Path,
    out: Path | None,
) -> ExitCode:
    """毎年の見直しの文書を作る。

    公表する文書の全体を、計画のデータだけから組む。
    実績が入っていれば、その集計も載せる。
    過ぎた年度の文書は、公表した計画から作る。
    前に作ったものは、中身が違えば「旧版」に移す。
    """
    root = Path.cwd()
    request = sheetgen.ReportRequest(
        plan=plan,
        template=template,
        layout=layout,
        root=workplace(),
        out=out,
        year=year,
        outputs=chosen_outputs(only),
        draft=draft,
        earlier=earlier,
        final=final,
        published=published,
    )
    with ProgressBar("文書を作っています") as progress:
        result = sheetgen.report(request, progress)
    _summarize(result, root)
    return verdict(result.problems)


def chosen_outputs(only: str | None) -> tuple[Output, ...]:
    """作る形。``only`` がなければ、すべて。"""
    from sheetgen.publish.publishing import Output

    return (Output(only),) if only else tuple(Output)


def _summarize(result: ReportResult, root: Path) -> None:
    """作ったものと、気を付けることを書く。"""
    click.echo(f"{terms().revision}の文書を作りました。")
    show_files(result, root, "様式のブック")
    show_rest(result)
    left = [problem for problem in result.problems if problem.code == "D071"]
    if left:  # 確定したあとでは、気を付けることの中に紛れさせない
        count = left[0].facts["count"]
        click.echo(f"公表の前に、概要表の {count}行を確かめてください（上の D071）。")
