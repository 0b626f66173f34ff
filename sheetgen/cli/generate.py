"""``sheetgen generate``: 各課に配るブックを作る。"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import (
    day,
    folder_option,
    item_name,
    one_of,
    round_option,
    sections_option,
    source_options,
    workplace,
    year_option,
)
from sheetgen.cli.showing import (
    ProgressBar,
    show_earlier,
    show_noticed,
    show_round,
    shown_path,
    verdict,
)
from sheetgen.problems import ExitCode

if TYPE_CHECKING:
    from sheetgen.send.generating import GenerateResult

PER_WORDS = {
    "section": "section",
    "item": "item",
    "plan": "plan",
    "課": "section",
    "項目": "item",
    "実施項目": "item",
    "計画": "plan",
}
"""``--per`` に書けることばから、:class:`sheetgen.Per` の値へ。"""


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@round_option(
    "results（実績照会）か revision（見直し照会）。日本語でもよい。省くと最後に送った照会。"
)
@year_option("照会を行う年度。2024、R6、令和6年度 のどの形でもよい。省くと最後に送った照会の年度。")
@click.option(
    "--per",
    type=one_of(PER_WORDS),
    metavar="単位",
    default="section",
    show_default=True,
    help="ブックを分ける単位。section（課）、item（項目）、plan（計画で一冊）。",
)
@click.option(
    "--item",
    "items",
    type=item_name,
    metavar="ID",
    multiple=True,
    help="この項目だけを作る（例: 08-08。印刷の番号 (8)⑧ でもよい）。何度でも書ける。",
)
@sections_option("この課だけを作る（例: 経営企画課）。何度でも書ける。")
@click.option(
    "--deadline",
    type=day,
    metavar="日付",
    help="様式に書く提出期限（例: 2024-07-31）。",
)
@source_options
@folder_option("--out", "書き出す先。省くと output/令和N年度/照会の名/見本。")
@click.option("--verbose", is_flag=True, help="参考もすべて出す。")
def generate(
    round_kind: str | None,
    year: int | None,
    per: str,
    items: tuple[str, ...],
    sections: tuple[str, ...],
    deadline: date | None,
    plan: Path,
    template: Path,
    out: Path | None,
    verbose: bool,
) -> ExitCode:
    """各課に配るブックの見本を作る。

    計画のデータをテンプレートに書き入れ、課ごとに一冊のブックにする。
    書きかけのファイルは残さない。前に作ったものは、中身が違えば「旧版」に移す。
    送るブックは distribute で作る。もう送ったブックには触れない。
    """
    root = Path.cwd()
    request = sheetgen.GenerateRequest(
        plan=plan,
        template=template,
        root=workplace(),
        out=out,
        round=round_kind,
        year=year,
        per=sheetgen.Per(per),
        items=items,
        sections=sections,
        deadline=deadline,
    )
    with ProgressBar("様式を作っています") as progress:
        result = sheetgen.generate(request, progress)
    _summarize(result, root, verbose)
    return verdict(result.problems)


def _summarize(result: GenerateResult, root: Path, verbose: bool) -> None:
    """作ったものと、気を付けることを書く。"""
    forms = sum(book.forms for book in result.books)
    show_round(result.round, result.is_found)
    name = result.round.kind.label
    click.echo(f"{name}のブックの見本 {len(result.books)}冊（様式 {forms}枚）を作りました。")
    click.echo("  送るものは、sheetgen distribute で作ります。")
    click.echo(f"  書き出した先: {shown_path(result.folder, root)}")
    show_earlier(result.unchanged, result.kept_aside, "冊")
    show_noticed(result.problems, short=not verbose)
