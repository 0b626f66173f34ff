"""``sheetgen rollover``: 年次見直しを閉じ、次の年度を開く。"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import fiscal_year, item_name, plan_option
from sheetgen.cli.showing import show_problems, shown_path
from sheetgen.era import wareki_full
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import ExitCode

if TYPE_CHECKING:
    from sheetgen.year.rolled_plan import RolloverResult


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@click.option(
    "--to",
    type=fiscal_year,
    metavar="年度",
    help="開く年度。2025、R7、令和7年度 のどの形でもよい。省くと次の年度。",
)
@click.option(
    "--retire",
    type=item_name,
    metavar="ID",
    multiple=True,
    help="この項目を終える（例: 08-08。印刷の番号 (8)⑧ でもよい）。何度でも書ける。",
)
@click.option(
    "--renumber",
    is_flag=True,
    help="終えた項目のあとの、印刷の番号を詰める。IDは変わらない。",
)
@click.option(
    "--copy-initiatives",
    is_flag=True,
    help="新しい年度の取組方針がない項目に、前の年度の文を下書きとして入れる。",
)
@click.option(
    "--force", is_flag=True, help="実績や問いが残っていても閉じる。--reason と --to が要る。"
)
@click.option("--reason", metavar="わけ", help="--force のわけ。記録簿に残る。")
@click.option(
    "--until",
    type=fiscal_year,
    metavar="年度",
    help="計画の期間を、この年度まで延ばす。どの項目にも、空欄の年度が増える。",
)
@click.option(
    "--keep-year", is_flag=True, help="年度は切り替えず、--until で期間を延ばすだけにする。"
)
@plan_option
@click.option("--dry-run", is_flag=True, help="何が変わるかを見せるだけで、何も書かない。")
def rollover(
    to: int | None,
    retire: tuple[str, ...],
    renumber: bool,
    copy_initiatives: bool,
    force: bool,
    reason: str | None,
    until: int | None,
    keep_year: bool,
    plan: Path,
    dry_run: bool,
) -> ExitCode:
    """毎年の見直しを閉じ、次の年度を開く。

    いまの計画のデータを、日付を付けて data/archive にしまい、
    見直しの年度を一つ進める。主なポイントは空欄になり、
    新規の印と、開く年度の欄は、年度とともに移る。
    実績がそろわないか、要確認の項目が残っていれば、
    わけを告げて何もしない。
    --until を付けると、計画の期間も延ばす。
    """
    request = sheetgen.RolloverRequest(
        plan=plan,
        to=to,
        retire=tuple(dict.fromkeys(retire)),
        renumber=renumber,
        copy_initiatives=copy_initiatives,
        force=force,
        reason=reason,
        until=until,
        keep_year=keep_year,
        dry_run=dry_run,
    )
    result = sheetgen.rollover(request)
    _summarize(result, Path.cwd())
    show_problems(result.problems)
    return ExitCode.OK


def _summarize(result: RolloverResult, root: Path) -> None:
    """変わったことを書く。"""
    closed, opened = wareki_full(result.closed), wareki_full(result.opened)
    until = wareki_full(result.until) if result.until else ""
    if result.closed == result.opened:
        if result.run is None:
            click.echo(f"試しに見ました。計画の期間を{until}まで延ばすと、次のとおり変わります。")
        else:
            click.echo(f"計画の期間を、{until}まで延ばしました（回 {result.run}）。")
    elif result.run is None:
        click.echo(f"試しに見ました。{closed}を閉じ、{opened}を開くと、次のとおり変わります。")
    else:
        click.echo(f"{closed}の{terms().revision}を閉じ、{opened}を開きました（回 {result.run}）。")
    if result.archive:
        kept = "延ばす前の" if result.closed == result.opened else "閉じた"
        click.echo(f"  {kept}計画のデータ: {shown_path(result.archive, root.resolve())}")
    click.echo(f"  {terms().item} {result.items}件")
    if until and result.closed != result.opened:
        click.echo(f"  計画最終年度: {until}")
    for ended in result.retired:
        click.echo(f"  終了: {ended.item} {ended.label} {ended.title}")
    for one in result.renumbered:
        click.echo(f"  番号: {one.item} {one.old} → {one.new}")
    if result.copied:
        click.echo(f"  取組方針の下書き: {len(result.copied)}件")
