"""``sheetgen history``: 値の来歴を示す。"""

from __future__ import annotations

from pathlib import Path

import click

from sheetgen.cli.help_format import JapaneseCommand
from sheetgen.cli.history_lines import shown, step_lines
from sheetgen.cli.parameters import plan_option, year_option
from sheetgen.cli.report import show_problems
from sheetgen.model.tracing import FieldHistory, ItemHistory, ProposalList, Step
from sheetgen.problems import ExitCode, Problem, UsageError


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@click.argument("item", metavar="[実施項目]", required=False)
@year_option("この年度の欄だけを出す。2023、R5、令和5年度 のどの形でもよい。")
@click.option("--proposals", is_flag=True, help="受け取った変更申出を、すべての項目について出す。")
@plan_option
def history(item: str | None, year: int | None, proposals: bool, plan: Path) -> ExitCode:
    """実施項目の値が、どこから来たかを示す。

    いつ、誰が、どのファイルのどのセルから記録したかを、欄ごとに出す。
    実施項目は、08-08、８－８、(8)⑧ のどの形でもよい。何も書き換えない。
    """
    from sheetgen import pipeline  # ここで読み込み、ヘルプを待たせない

    if item is None and not proposals:
        raise UsageError(Problem("R531"))
    if item is not None:
        traced = pipeline.trace(plan, item, year)
        _show_item(traced)
        show_problems(traced.problems)
    if proposals:
        listed = pipeline.proposals(plan)
        _show_proposals(listed)
        if item is None:
            show_problems(listed.problems)
    return ExitCode.OK


def _show_item(traced: ItemHistory) -> None:
    """一つの実施項目の来歴を書く。"""
    click.echo(f"{traced.item} {traced.number} {traced.title}")
    for field in traced.fields:
        click.echo("")
        _show_field(field)
    if traced.others:
        click.echo("\nそのほかの記録")
        for step in traced.others:
            _show_step(step)
    if traced.untraced:
        click.echo(
            "\n記録簿にない値（計画のデータに初めからあるか、項目とともに加えたか、手で書かれたもの）"
        )
        for field in traced.untraced:
            click.echo(f"  {field.label}: {shown(field.now)}")
    if not (traced.fields or traced.others or traced.untraced):
        click.echo("\n値も記録もありません。")


def _show_field(field: FieldHistory) -> None:
    click.echo(f"{field.label}: {shown(field.now)}")
    for step in field.steps:
        _show_step(step)
    if field.by_hand:
        click.echo(f"  ※いまの値 {shown(field.now)} は、記録のあとで手で書き換えたものです。")


def _show_step(step: Step) -> None:
    for line in step_lines(step):
        click.echo(f"  {line}")


def _show_proposals(listed: ProposalList) -> None:
    """変更申出を、項目ごとに書く。"""
    if not listed.proposals:
        click.echo("変更申出はありません。")
        return
    standing = sum(one.step.undone_by is None for one in listed.proposals)
    undone = len(listed.proposals) - standing
    click.echo(
        f"変更申出 {standing}件" + (f"（ほかに取り消したもの {undone}件）" if undone else "")
    )
    last = ""
    for one in listed.proposals:
        if one.item != last:
            click.echo(f"\n{one.item} {one.number} {one.title}".rstrip())
            last = one.item
        _show_step(one.step)
