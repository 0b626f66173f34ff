"""``sheetgen history``: 値の来歴を示す。記録簿の一行を、人の読む文にする。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import plan_option, year_option
from sheetgen.cli.showing import show_problems, shown_path
from sheetgen.era import iso_full
from sheetgen.messages.quoting import quoted
from sheetgen.problems import ExitCode, Problem, UsageError

if TYPE_CHECKING:
    from sheetgen.plan.value import Value
    from sheetgen.records.history import EditRun, FieldHistory, ItemHistory, ProposalList, Step
    from sheetgen.records.journal import JournalEntry


SHOWN_LENGTH = 60


def moment(at: str) -> str:
    """日時を、分まで書く。読めない書き方ならそのまま。"""
    return iso_full(at)


def shown(value: Value, length: int = SHOWN_LENGTH) -> str:
    """値を一行で書く。数には桁の区切りを付けない：書かれたとおりに見せる。"""
    return quoted(value, length)


def changed(old: Value, new: Value) -> str:
    """前の値と後の値。一行に収まらない文は、違う所だけを見せる。"""
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > SHOWN_LENGTH:
        # ここで読み込む。違いを求める部品は大きく、短い値には要らない。
        from sheetgen.publish.comparison.difference import difference_in_words

        return difference_in_words(old, new)
    return f"{shown(old)} → {shown(new)}"


def step_lines(step: Step) -> Iterator[str]:
    """記録簿の一行を、見出しと細目の何行かにする。"""
    from sheetgen.messages.records import ACTION_WORDS

    entry = step.entry
    head = f"{moment(entry.at)} {entry.by}　{ACTION_WORDS[entry.action]}（回 {entry.run}）"
    yield head + ("　※取り消し済み" if step.undone_by else "")
    yield from _details(entry)
    if step.original:
        yield f"  原本: {shown_path(step.original, Path.cwd())}"
    if step.mail:
        yield f"  メールの原本: {shown_path(step.mail, Path.cwd())}"


def _details(entry: JournalEntry) -> Iterator[str]:
    from sheetgen.messages.values import explain_reading
    from sheetgen.records.journal import Action

    if entry.action is Action.WAIVE:
        yield f"  {entry.code} を通した。わけ: {entry.reason}"
    elif entry.action is Action.DECIDE:
        yield f"  {shown(entry.old)} とし、{shown(entry.new)} を採らなかった"
    elif entry.action is Action.ADD:
        yield f"  {entry.label}: {shown(entry.new)}"
        if entry.reason:
            yield f"  {entry.reason}"
    elif entry.action in (Action.PROPOSE, Action.ROLLOVER):
        yield f"  {entry.label}: {changed(entry.old, entry.new)}"
    else:
        yield f"  {changed(entry.old, entry.new)}"
        if entry.reason:
            yield f"  わけ: {entry.reason}"
    if entry.undoes:
        yield f"  取り消した回: {entry.undoes}"
    if entry.file:
        yield f"  ファイル: {_source(entry)}"
    if entry.mail:
        at = moment(entry.sent) if entry.sent else "日時の記載なし"
        yield f"  メール: {entry.sender or '差出人の記載なし'}（{at}）"
    if entry.raw is not None and entry.raw != _plain(entry.new):
        readings = explain_reading(entry.rule or "")
        rule = f"（{readings}）" if readings else ""
        yield f"  書かれていた文字: {shown(entry.raw)}{rule}"


def _source(entry: JournalEntry) -> str:
    words = [
        entry.file,
        f"シート「{entry.sheet}」" if entry.sheet else None,
        f"セル {entry.cell}" if entry.cell else None,
        # 編集ブックの行では、もとになった変更申出などの目印である。
        f"（{entry.found}で見つけた）" if entry.found and "/" not in entry.found else None,
    ]
    return " ".join(word for word in words if word)


def _plain(value: Value) -> str:
    return "" if value is None else str(value)


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@click.argument("item", metavar="[項目]", required=False)
@year_option("この年度の欄だけを出す。2023、R5、令和5年度 のどの形でもよい。")
@click.option("--proposals", is_flag=True, help="受け取った変更申出を、すべての項目について出す。")
@click.option("--edits", is_flag=True, help="編集ブックで変えたことを、回ごとにすべて出す。")
@plan_option
def history(
    item: str | None, year: int | None, proposals: bool, edits: bool, plan: Path
) -> ExitCode:
    """項目の値が、どこから来たかを示す。

    いつ、誰が、どのファイルのどのセルから記録したかを、欄ごとに出す。
    項目は、08-08、８－８、(8)⑧ のどの形でもよい。何も書き換えない。
    """
    if item is None and not (proposals or edits):
        raise UsageError(Problem("R531"))
    if item is not None:
        traced = sheetgen.trace(plan, item, year)
        _show_item(traced)
        show_problems(traced.problems)
    if proposals:
        listed = sheetgen.proposals(plan)
        _show_proposals(listed)
        if item is None:
            show_problems(listed.problems)
    if edits:
        runs, problems = sheetgen.edit_runs(plan)
        _show_edits(runs)
        if item is None and not proposals:
            show_problems(problems)
    return ExitCode.OK


def _show_edits(runs: tuple[EditRun, ...]) -> None:
    """編集ブックで変えたことを、回ごとに書く。"""
    if not runs:
        click.echo("編集ブックで変えたことはありません。")
    for run in runs:
        entry = run.steps[0].entry
        head = f"{moment(entry.at)} {entry.by}　{entry.file}（回 {entry.run}）"
        click.echo(head + ("　※取り消し済み" if run.steps[0].undone_by else ""))
        for step in run.steps:
            one = step.entry
            name = run.names.get(one.item or "", "計画の全体")
            reason = f"（{one.reason}）" if one.reason else ""
            cell = f"［{one.sheet} {one.cell}］" if one.cell else ""
            click.echo(f"  {name} {one.label}: {changed(one.old, one.new)}{reason}{cell}")


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
