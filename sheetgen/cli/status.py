"""``sheetgen status``: 照会の状況を示す。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import folder_option, plan_option, round_option, workplace, year_option
from sheetgen.cli.showing import show_problems, show_round, shown_path
from sheetgen.cli.tables import figure, figure_table
from sheetgen.era import iso_full
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import ExitCode

if TYPE_CHECKING:
    from sheetgen.year.standing import ItemStanding, Standing, StatusResult

DEFAULT_LAYOUT = Path("templates")


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@round_option("results（実績照会）か revision（見直し照会）。省くと最後に送った照会。")
@year_option("照会を行う年度。2024、R6、令和6年度 のどの形でもよい。省くと最後に送った照会の年度。")
@folder_option("--layout", "ページのテンプレートのあるフォルダー。", DEFAULT_LAYOUT)
@plan_option
@folder_option("--out", "ページを書き出す先。省くと output/令和N年度/状況。")
@click.option("--verbose", is_flag=True, help="記録の済んでいない項目を、すべて出す。")
def status(
    round_kind: str | None,
    year: int | None,
    layout: Path,
    plan: Path,
    out: Path | None,
    verbose: bool,
) -> ExitCode:
    """配布から記録まで、どの課がどこまで済んだかを示す。

    課ごとの表を画面に出し、評価・目標と実績・効果額まで入った一枚のページ
    （状況.html）を書き出す。ページはブラウザーだけで読め、ネットは要らない。
    計画のデータは書き換えない。
    """
    root = Path.cwd()
    request = sheetgen.StatusRequest(
        plan=plan, layout=layout, root=workplace(), out=out, round=round_kind, year=year
    )
    result = sheetgen.status(request)
    _summarize(result, root, verbose)
    return ExitCode.OK


def _summarize(result: StatusResult, root: Path, verbose: bool) -> None:
    """表、要確認のもの、ページの場所の順に書く。"""
    from sheetgen.messages.guidance import left_out_note
    from sheetgen.year.standing import Stage

    standing = result.standing
    show_round(result.round, result.is_found)
    click.echo(
        f"{standing.round_name}の状況（{standing.at} 現在、{terms().item} {standing.total}件）"
    )
    if words := left_out_note(standing.not_asked):
        click.echo(words)
    if words := deadline_words(standing):
        click.echo(words)
    click.echo("")
    for line in status_table(standing):
        click.echo(line)
    click.echo("")
    if standing.provisional:
        click.echo(f"暫定の値のあるものが {standing.provisional}件あります。")
    for line in declared_lines(standing):
        click.echo(line)
    asked = [one for one in standing.items if one.stage is Stage.IN_QUESTION]
    _show_items("要確認", asked)
    if verbose:
        rest = [
            one for one in standing.items if one.stage not in (Stage.RECORDED, Stage.IN_QUESTION)
        ]
        _show_items("記録の済んでいないもの", rest)
    if standing.late:
        click.echo(f"期限を過ぎたものが {standing.late}件あります（表の * の課）。")
    show_problems(result.problems)
    click.echo(f"ページ: {shown_path(result.page, root)}")


def _show_items(title: str, items: list[ItemStanding]) -> None:
    if not items:
        return
    click.echo(f"{title} {len(items)}件")
    for one in items:
        click.echo(f"  {one.item} {one.label} {one.title}（{one.section}）{one.stage}")
        for line in one.note.splitlines():
            click.echo(f"      {line}")
    click.echo("")


def status_table(standing: Standing) -> Iterator[str]:
    """課ごとに、段階別の項目数を一行ずつ返す。庁内の順、最後に計。"""
    rows = [(one.name, list(map(figure, (one.total, *one.counts)))) for one in standing.sections]
    total = ("計", list(map(figure, (standing.total, *standing.counts))))
    late = [one.name for one in standing.sections if one.is_late]
    yield from figure_table(["課", "項目", *standing.stages], [*rows, total], late)


def declared_lines(standing: Standing) -> Iterator[str]:
    """計画の増やした欄の数を、欄ごとに一行で返す。"""
    for bar in standing.bars:
        counts = zip(bar.options, bar.total.counts, strict=True)
        words = "、".join(f"{option} {count}件" for option, count in counts)
        yield f"{_named(bar.label, bar.year)}: {words}"
    for one in standing.answered:
        mark = f"（うち暫定 {one.provisional}件）" if one.provisional else ""
        yield f"{_named(one.label, one.year)}: {one.total}件のうち 記入 {one.filled}件{mark}"


def _named(label: str, year: str) -> str:
    return f"{year}の{label}" if year else label


def deadline_words(standing: Standing) -> str:
    """課に知らせた提出期限。課ごとの日は、ページの表にある。"""
    days = sorted({one.deadline for one in standing.sections if one.deadline})
    if len(days) < 2:
        return "".join(f"提出期限 {iso_full(day)}" for day in days)
    first, last = iso_full(days[0]), iso_full(days[-1])
    return f"提出期限 {first}から{last}まで（課ごとの日は、ページにあります）"
