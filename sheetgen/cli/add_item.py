"""``sheetgen add-item``: 実施項目を計画のデータに加える。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import fiscal_year, plan_option, refusal
from sheetgen.cli.showing import counts, show_problems, verdict
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import ExitCode, Level, Problem

if TYPE_CHECKING:
    from sheetgen.year.adding import AddResult

# 指定の名 -> 欄の名、説明
_FIELDS = {
    "--measure": ("measure", "施策の番号か名称。"),
    "--title": ("title", "項目の名称。"),
    "--owner": ("owners", "主管課（例: 総務部 総務課）。二つ以上なら「、」で分ける。"),
    "--related": ("related_sections", "関連所属。「、」で分ける。"),
    "--heading": ("section", "概要表の〔…〕の見出し。"),
    "--introduced": (
        "introduced",
        "追加した年度。省くと、まだ項目のない計画では初年度、あとは毎年の見直しの年度。",
    ),
    "--improvement": ("improvement", "改善の具体的な内容。"),
    "--current-state": ("current_state", "現状と課題。"),
    "--vision": ("vision", "計画最終年度において目指す姿。"),
    "--indicator": ("indicator.name", "指標の名称。"),
    "--unit": ("indicator.unit", "指標の単位。"),
    "--current": ("indicator.current", "指標の現状値。"),
    "--final-target": ("indicator.target", "計画最終年度の目標値。"),
}
_YEARLY = {
    "--initiative": ("initiative", "その年度の取組の内容。"),
    "--year-plan": ("plan", "その年度の計画。"),
    "--target": ("target", "指標の目標値。"),
    "--effect": ("effect", "見込む効果額（千円）。"),
}
Command = Callable[..., ExitCode]


def _parameter(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _item_options(command: Command) -> Command:
    """一件を書く指定を、すべて付ける。"""
    for option, (_, words) in reversed(_YEARLY.items()):
        help_text = f"{words}「R7=…」のように年度を付けて、年度ごとに書く。"
        command = click.option(
            option, _parameter(option), multiple=True, metavar="年度=値", help=help_text
        )(command)
    for option, (_, words) in reversed(_FIELDS.items()):
        command = click.option(option, _parameter(option), metavar="文字", help=words)(command)
    return command


@click.command(name="add-item", cls=JapaneseCommand, options_metavar="[指定]")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="ファイル",
    help="項目を書いた一覧（Excel）。sheetgen init が作る一覧など。",
)
@_item_options
@plan_option
@click.option("--accept", is_flag=True, help="確認の問いをすべて承知して加える。")
@click.option("--dry-run", is_flag=True, help="何が加わるかを見せるだけで、何も書かない。")
def add_item(
    source: Path | None, plan: Path, accept: bool, dry_run: bool, **given: object
) -> ExitCode:
    """項目を計画のデータに加える。

    Excel の一覧（--from）から、または一件を指定して加える。すべてを確かめ、
    直すところがあれば、シートとセルの番地とともにすべて示し、何も加えない。
    IDは施策ごとの次の番号で、終了した項目のものも使い回さない。
    """
    from sheetgen.year.adding import AddRequest

    request = AddRequest(
        plan=plan, source=source, fields=_fields(given), dry_run=dry_run, accept=accept
    )
    result = sheetgen.add_items(request)
    # 何も加えないときに「空欄のまま加えます」とは言わない。
    show_problems(result.problems if result.items else _obstacles(result))
    _summarize(result, dry_run)
    return ExitCode.OK if result.items else ExitCode.PROBLEMS


def _fields(given: dict[str, object]) -> dict[str, str]:
    """指定を、欄の名から値への組にする。"""
    fields = {}
    for option, (key, _) in _FIELDS.items():
        value = given[_parameter(option)]
        if isinstance(value, str):
            fields[key] = value
    for option, (name, _) in _YEARLY.items():
        values = given[_parameter(option)]
        for one in values if isinstance(values, tuple) else ():
            year, mark, text = one.partition("=")
            if not mark:
                refused = refusal("I033", value=one)
                refused.param_hint = f"'{option}'"
                raise refused
            fields[f"{name}:{fiscal_year(year)}"] = text
    return fields


def _obstacles(result: AddResult) -> list[Problem]:
    """加えるのを止めた問題。"""
    from sheetgen.messages.catalogue import message_of

    return [one for one in result.problems if message_of(one).level is not Level.NOTE]


def _summarize(result: AddResult, dry_run: bool) -> None:
    """加えた実施項目を書く。"""
    if not result.items:
        found = _obstacles(result)
        click.echo(f"何も加えていません（{counts(found)}）。")
        if verdict(found) is ExitCode.OK:
            click.echo("このままでよければ、--accept を付けると加えられます。")
        return
    for item in result.items:
        click.echo(f"  {item.label} {item.id} {item.title}（{item.owner}）")
    if dry_run:
        click.echo(f"試しに見ました。{len(result.items)}件を加えられます。何も書いていません。")
    else:
        click.echo(
            f"{terms().item} {len(result.items)}件を計画のデータに加えました（回 {result.run}）。"
        )
