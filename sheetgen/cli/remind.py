"""``sheetgen remind``: 提出期限を過ぎた課への督促を作る。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.distribute import DEFAULT_LETTERS, NO_ADDRESS
from sheetgen.cli.japanese import JapaneseCommand, columns
from sheetgen.cli.parameters import (
    day,
    folder_option,
    plan_option,
    round_option,
    sections_option,
    workplace,
    year_option,
)
from sheetgen.cli.showing import show_noticed, show_round, shown_path, verdict
from sheetgen.cli.tables import padded
from sheetgen.era import iso_full
from sheetgen.problems import ExitCode

if TYPE_CHECKING:
    from sheetgen.send.reminding import Reminder, RemindResult


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@round_option("results（実績照会）か revision（見直し照会）。省くと最後に送った照会。")
@year_option(
    "照会を行った年度。2024、R6、令和6年度 のどの形でもよい。省くと最後に送った照会の年度。"
)
@sections_option("この課だけを調べる（例: 経営企画課）。何度でも書ける。")
@click.option(
    "--today",
    type=day,
    metavar="日付",
    help="この日のつもりで遅れを数える（例: 2024-08-05）。省くと今日。",
)
@click.option(
    "--deadline",
    type=day,
    metavar="日付",
    help="配ったときの期限の代わりに使う提出期限。",
)
@click.option("--early", is_flag=True, help="期限の前でも、まだ届いていない課の分を作る。")
@plan_option
@folder_option("--letters", "督促のテンプレートのフォルダー。", DEFAULT_LETTERS)
@folder_option(
    "--out", "書き出す先。中に日ごとのフォルダーができる。省くと output/令和N年度/照会の名/督促。"
)
@click.option("--dry-run", is_flag=True, help="遅れている課を示すだけで、何も作らない。")
def remind(
    round_kind: str | None,
    year: int | None,
    sections: tuple[str, ...],
    today: date | None,
    deadline: date | None,
    early: bool,
    plan: Path,
    letters: Path,
    out: Path | None,
    dry_run: bool,
) -> ExitCode:
    """提出期限を過ぎた課への督促を作る。

    distribute で送ったのに答えのない項目を、課ごとに挙げる。
    届いていないもの、何も書かれていなかったもの、差戻しの答えのないもの。
    それを、印刷する文とメールの下書きにする。
    """
    root = Path.cwd()
    request = sheetgen.RemindRequest(
        plan=plan,
        letters=letters,
        root=workplace(),
        out=out,
        round=round_kind,
        year=year,
        sections=sections,
        today=today or date.today(),
        deadline=deadline,
        early=early,
        dry_run=dry_run,
    )
    result = sheetgen.remind(request)
    _summarize(result, root)
    return verdict(result.problems)


def _summarize(result: RemindResult, root: Path) -> None:
    """遅れている課の表、書き出した先、気を付けることの順に書く。"""
    show_round(result.round, result.is_found)
    name = result.round.full_name
    if not result.reminders:
        click.echo(f"{name}: 送った {result.sent}課に、督促するものはありません。")
    else:
        items = sum(len(one.items) for one in result.reminders)
        click.echo(f"{name}: {len(result.reminders)}課の{items}項目に、まだ答えがありません。")
        for line in _table(result.reminders):
            click.echo(line)
        if result.dry_run:
            click.echo("試しに調べました。何も作っていません。")
        else:
            click.echo(f"  書き出した先: {shown_path(result.folder, root)}")
            click.echo("  課ごとに、印刷する文（.html）とメールの下書き（.eml）")
    show_noticed(result.problems)


def _table(reminders: tuple[Reminder, ...]) -> Iterator[str]:
    """課、遅れた日数、項目の数、宛先、前に督促した日を一行ずつ返す。"""
    width = max(columns(one.section) for one in reminders)
    for one in reminders:
        counted = (("未提出", one.missing), ("未記入", one.untouched), ("差戻し", one.questioned))
        what = "、".join(f"{word} {len(items)}" for word, items in counted if items)
        what += f"、読めないファイル {len(one.unreadable)}" if one.unreadable else ""
        late = "" if one.days_late is None or one.days_late <= 0 else f"{one.days_late}日遅れ  "
        to = ", ".join(one.to) or NO_ADDRESS
        before = f"（{iso_full(one.reminded_before[:10])}に督促）" if one.reminded_before else ""
        name = padded(one.section, width)
        yield f"  {name}  {late}{what}  {to} {before}".rstrip()
