"""``sheetgen collect``: 戻ってきたブックを読み、計画のデータに取り込む。"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import (
    folder_option,
    item_name,
    refusal,
    round_option,
    source_options,
    workplace,
    year_option,
)
from sheetgen.cli.showing import ProgressBar, by_level, counts, show_in_short, shown_path
from sheetgen.cli.tables import section_table
from sheetgen.collect.request import CollectRequest, Take, Waiver
from sheetgen.problems import ExitCode, Level, Problem

if TYPE_CHECKING:
    from sheetgen.collect.request import CollectResult

KEEP_MASTER = "master"
_WAIVER = re.compile(r"([^:：]+)[:：]([^:：]+)(?:[:：](.*))?", re.DOTALL)


def _waiver(value: str) -> Waiver:
    """``R312:08-08`` か ``R312:08-08:わけ`` を読む。読めなければ :class:`click.BadParameter`。"""
    match = _WAIVER.fullmatch(value.strip())
    if match is None:
        raise refusal("U004", value=value)
    code, item = (unicodedata.normalize("NFKC", one).strip() for one in match.group(1, 2))
    return Waiver(code.upper(), item_name(item), (match[3] or "").strip())


def _take(value: str) -> Take:
    """``master``・``ファイルの名``・``08-08:ファイルの名`` を読む。"""
    # ここで読み込む。説明を見せるだけのときには要らない。
    from sheetgen.plan.item_names import is_item_name

    item, mark, name = value.partition(":")
    # C:\\… の「:」は、項目との区切りではない。
    chosen = item_name(item) if mark and is_item_name(item) else ""
    if not chosen:
        name = value
    return Take(None if name == KEEP_MASTER else name, chosen or None)


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@click.argument(
    "paths", metavar="ファイル…", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@round_option("results（実績照会）か revision（見直し照会）。省くと、届いた様式で決める。")
@year_option(
    "照会を行った年度。2024、R6、令和6年度 のどの形でもよい。省くと最後に送った照会の年度。"
)
@click.option(
    "--waive",
    "waivers",
    type=_waiver,
    metavar="符号:ID",
    multiple=True,
    help="確かめた問題を通す（例: R312:08-08）。--reason が要る。"
    "R312:08-08:わけ と書くと、その一つだけのわけになる。何度でも書ける。",
)
@click.option("--reason", metavar="わけ", help="--waive で通すわけ。記録簿に残る。")
@click.option(
    "--take",
    "takes",
    type=_take,
    metavar="ファイル",
    multiple=True,
    help="食い違いのとき採るファイルの名。計画のデータのままなら master"
    "（「変更なし」などが計画に書き重ねられたとき、変えないと決めるのも同じ）。"
    "一つの項目だけなら 08-08:ファイル。何度でも書ける。",
)
@click.option(
    "--format",
    "formats",
    type=item_name,
    metavar="ID",
    multiple=True,
    help="小数が印刷で隠れると問われたとき（R315、R316）、その項目の指標の表示形式を、"
    "どの数も見えるものに改めて取り込む。何度でも書ける。",
)
@source_options
@folder_option("--out", "回収結果と差戻しの書き出し先。省くと output/令和N年度/照会の名/回収。")
@click.option("--dry-run", is_flag=True, help="試しに読むだけで、何も書かない。")
@click.option("--verbose", is_flag=True, help="参考もすべて出す。")
def collect(
    paths: tuple[Path, ...],
    round_kind: str | None,
    year: int | None,
    waivers: tuple[Waiver, ...],
    reason: str | None,
    takes: tuple[Take, ...],
    formats: tuple[str, ...],
    plan: Path,
    template: Path,
    out: Path | None,
    dry_run: bool,
    verbose: bool,
) -> ExitCode:
    """戻ってきたブックを読み、計画のデータに取り込む。

    ファイル、フォルダー、zip、返信のメール（.eml、.msg）を渡す。
    答えを点検し、確かなものだけを取り込む。
    問いのある項目は取り込まず、課ごとの差戻しのブックを作る。
    届いたファイルは data/returned に残し、取り込んだ値は一つずつ記録簿に書く。
    """
    root = Path.cwd()
    request = CollectRequest(
        paths=paths,
        plan=plan,
        template=template,
        root=workplace(),
        out=out,
        round=round_kind,
        year=year,
        waivers=waivers,
        reason=reason,
        takes=takes,
        formats=formats,
        dry_run=dry_run,
    )
    with ProgressBar("ブックを読んでいます") as progress:
        result = sheetgen.collect_returns(request, progress)
    _summarize(result, root, verbose)
    return _verdict(result)


def _verdict(result: CollectResult) -> ExitCode:
    """課に聞くことか、読めないファイルがあるか、何も届いていなければ 1。"""
    from sheetgen.records.open_items import ItemState

    held = any(outcome.state is ItemState.HELD for outcome in result.items)
    failed = Level.ERROR in by_level(result.problems)
    return ExitCode.PROBLEMS if held or failed or not result.files else ExitCode.OK


def _summarize(result: CollectResult, root: Path, verbose: bool) -> None:
    """課ごとの表、問題、書き出した先の順に書く。"""
    from sheetgen.records.open_items import ItemState

    forms = sum(file.forms for file in result.files)
    click.echo(
        f"{result.round.full_name}: ファイル {len(result.files)}個、様式 {forms}枚を読みました。"
    )
    click.echo("")
    for line in section_table(result):
        click.echo(line)
    click.echo("")
    _show(result.problems, verbose)
    recorded = [one for one in result.items if one.state is ItemState.RECORDED]
    changes = sum(outcome.answers for outcome in recorded)
    if result.dry_run:
        click.echo("試しに読みました。何も書き換えていません。")
        return
    if changes:
        click.echo(f"{changes}個の値を計画のデータに入れました（回 {result.run}）。")
    elif result.run:
        click.echo(f"変更申出などを記録簿に残しました（回 {result.run}）。")
    if not changes:
        click.echo("計画のデータは変わっていません。")
    if result.report:
        click.echo(f"  回収結果: {shown_path(result.report, root)}")
    if result.returns:
        folder = shown_path(result.returns[0].parent, root)
        click.echo(f"  差戻し: {folder} に {len(result.returns)}冊")


def _show(problems: tuple[Problem, ...], verbose: bool) -> None:
    if not problems:
        return
    click.echo(f"気を付けること: {counts(problems)}")
    show_in_short(problems, verbose)
    click.echo("")
