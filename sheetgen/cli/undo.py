"""``sheetgen undo``: 記録した回を取り消す。"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.history import changed, moment
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import plan_option
from sheetgen.cli.showing import show_problems
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import ExitCode

if TYPE_CHECKING:
    from sheetgen.records.history import UndoResult

SHOWN_CHANGES = 20


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@click.option(
    "--run",
    metavar="回",
    help="取り消す回の名（例: 20241112-143015）。省くと最後の回。",
)
@plan_option
@click.option("--dry-run", is_flag=True, help="何が戻るかを見せるだけで、何も書かない。")
@click.option("--verbose", is_flag=True, help="戻る値をすべて出す。")
def undo(run: str | None, plan: Path, dry_run: bool, verbose: bool) -> ExitCode:
    """回収や編集ブックで記録した値と、加えた項目を、回ごとに取り消す。

    その回に入れた値を前の値に戻し、その回に加えた項目を除く。
    あとで変わった値があれば、何もせずに告げる。
    記録簿の行は消さず、取り消したことを書き足す。届いたファイルも残る。
    同じファイルをもう一度回収するか読み込むと、また記録できる。
    """
    result = sheetgen.undo(plan, run, dry_run=dry_run)
    _summarize(result, dry_run, verbose)
    show_problems(result.problems)
    return ExitCode.OK


def _summarize(result: UndoResult, dry_run: bool, verbose: bool) -> None:
    """取り消した回と、戻した値を書く。"""
    click.echo(f"回 {result.undone}（{moment(result.at)} {result.by}）の記録を取り消します。")
    shown_changes = result.changes if verbose else result.changes[:SHOWN_CHANGES]
    for change in shown_changes:
        went = changed(change.old, change.new) if change.path else f"{change.old} を除く"
        click.echo(f"  {change.item or '計画の全体'} {change.label}: {went}")
    rest = len(result.changes) - len(shown_changes)
    if rest:
        click.echo(f"  ほか {rest}個。--verbose を付けると、すべて出ます。")
    if result.others:
        also, too = ("ほかに、", "も") if result.changes else ("", "を")
        what = f"変更申出・通した確認・食い違いの決定 {result.others}件{too}取り消します。"
        click.echo(f"  {also}{what}")
    if dry_run:
        click.echo("試しに見ました。何も書き換えていません。")
        return
    if result.changes and not result.changes[0].path and not result.is_edit:
        click.echo(f"加えた{terms().item} {len(result.changes)}件を除きました（回 {result.run}）。")
        click.echo("IDは使い回しません。配ってあった様式は、戻ってきても取り込みません。")
        return
    done = f"{len(result.changes)}個の値を戻しました" if result.changes else "取り消しました"
    click.echo(f"{done}（回 {result.run}）。")
    again = "同じ編集ブックをもう一度読み込むと" if result.is_edit else "もう一度回収すると"
    kept = "編集ブック" if result.is_edit else "届いたファイル"
    click.echo(f"{kept}は残っています。{again}、また記録できます。")
