"""``sheetgen edit``: 計画のデータを Excel のブックで直す。"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.history import changed
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import source_options, workplace
from sheetgen.cli.showing import counts, show_problems, shown_path, verdict
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import ExitCode, Level, Place, Problem, UsageError

if TYPE_CHECKING:
    from sheetgen.year.editing.applying import Line
    from sheetgen.year.editing.edit_recording import EditResult
    from sheetgen.year.editing.writing import WrittenEdit

SHOWN_LINES = 40
TAKES = ("book", "master")


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@click.argument("file", metavar="[ファイル]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--sheet",
    "sheets",
    multiple=True,
    metavar="シート",
    help="書き出すシートの名（例: 概要表）。何度でも書ける。省くとすべて。",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="フォルダー",
    help="書き出す所。省くと output の、その年度の「編集」。",
)
@click.option(
    "--book-template",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="ファイル",
    help="編集ブックのテンプレート。省くと templates の keikaku_henshu.xlsx。",
)
@click.option(
    "--take",
    type=click.Choice(TAKES),
    metavar="どちら",
    help="ほかで変わった値を、book（ブック）と master（いまの計画）のどちらにするか。",
)
@click.option("--accept", is_flag=True, help="確認の問いをすべて承知して記録する。")
@click.option("--dry-run", is_flag=True, help="何が変わるかを見せるだけで、何も書かない。")
@click.option("--verbose", is_flag=True, help="変わる値をすべて出す。")
@source_options
def edit(
    file: Path | None,
    sheets: tuple[str, ...],
    out: Path | None,
    book_template: Path | None,
    take: str | None,
    accept: bool,
    dry_run: bool,
    verbose: bool,
    plan: Path,
    template: Path,
) -> ExitCode:
    """計画のデータを、Excel のブックで直す。

    ファイルを省くと、いまの計画の編集ブックを書き出す。
    直して保存したブックを指定すると、前と違う所を新旧で見せて、記録する。
    一つでも直すところがあれば、シートとセルの番地とともに示し、何も記録しない。
    """
    if file is None and dry_run:
        raise UsageError(Problem("E096", Place(label="--dry-run")))
    if file is None:
        written = _write(plan, book_template or template.with_name(BOOK_TEMPLATE), out, sheets)
        _show_written(written)
        return ExitCode.OK
    from sheetgen.year.editing.applying import Take
    from sheetgen.year.editing.edit_recording import EditRequest

    request = EditRequest(
        plan=plan,
        file=file,
        template=template,
        take=Take(take) if take else None,
        accept=accept,
        dry_run=dry_run,
    )
    result = sheetgen.edit(request)
    _show_changes(result, verbose)
    # 試すときは、記録するときに出るものを、すべて見せる。
    all_shown = dry_run or not result.is_held
    show_problems(result.problems if all_shown else _obstacles(result.problems))
    if result.is_held and not (dry_run and accept and verdict(result.problems) is ExitCode.OK):
        return _held(result)
    return _done(result, dry_run)


BOOK_TEMPLATE = "keikaku_henshu.xlsx"


def _write(plan: Path, template: Path, out: Path | None, sheets: tuple[str, ...]) -> WrittenEdit:
    from sheetgen.year.editing.writing import EditBookRequest

    request = EditBookRequest(
        plan=plan, template=template, root=workplace(), out=out, sheets=sheets
    )
    return sheetgen.write_edit_book(request)


def _show_written(written: WrittenEdit) -> None:
    path = shown_path(written.path, Path.cwd())
    click.echo(f"編集ブックを書き出しました: {path}")
    for kept in written.kept_aside:
        click.echo(f"  前のブックは、{shown_path(kept, Path.cwd())} に移しました。")
    click.echo(
        "Excel で書き換えて保存し、次を実行してください（--dry-run を付けると、見るだけです）。"
    )
    shown = f'"{path}"' if " " in path else path
    click.echo(f"  sheetgen edit {shown}")
    show_problems(written.problems)


def _show_changes(result: EditResult, verbose: bool) -> None:
    """変わる値を、実施項目ごとに、新旧で書く。"""
    shown = result.lines if verbose else result.lines[:SHOWN_LINES]
    before: str | None = ""
    for line in shown:
        if line.item != before:
            click.echo(result.names.get(line.item or "", line.item or "計画の全体"))
            before = line.item
        click.echo(f"  {_line(line)}")
    rest = len(result.lines) - len(shown)
    if rest:
        click.echo(f"  ほか {rest}個。--verbose を付けると、すべて出ます。")
    for item in result.items:
        click.echo(f"加わる{terms().item}: {item.label} {item.id} {item.title}（{item.owner}）")


def _line(line: Line) -> str:
    place = f"［{line.place.sheet} {line.place.cell}］" if line.place.cell else ""
    reason = f"（{line.reason}）" if line.reason else ""
    return f"{line.label}: {changed(line.old, line.new)}{reason}{place}"


def _obstacles(problems: tuple[Problem, ...]) -> list[Problem]:
    from sheetgen.messages.catalogue import message_of

    return [one for one in problems if message_of(one).level is not Level.NOTE]


def _held(result: EditResult) -> ExitCode:
    from sheetgen.messages.catalogue import message_of

    found = _obstacles(result.problems)
    click.echo(f"何も記録していません（{counts(found)}）。")
    if any(one.code == "E040" for one in found):
        click.echo("どちらの値にするかは、--take book か --take master で決めてください。")
    elif all(message_of(one).level is not Level.ERROR for one in found):
        click.echo("このままでよければ、--accept を付けると記録できます。")
    return ExitCode.PROBLEMS


def _counted(result: EditResult) -> str:
    """記録すれば起きることの数。"""
    parts = (
        f"{result.decided}件が決まります" if result.decided else "",
        f"{len(result.lines)}個の値が変わります" if result.lines else "",
        f"{terms().item} {len(result.items)}件が加わります" if result.items else "",
    )
    return "、".join(one for one in parts if one) or "変わるところはありません"


def _done(result: EditResult, dry_run: bool) -> ExitCode:
    count = len(result.lines)
    if result.already:
        click.echo(f"もう計画のデータにある変更は {result.already}個です。")
    if dry_run:
        click.echo(f"試しに見ました。{_counted(result)}。何も書いていません。")
        return ExitCode.OK
    if result.run is None:
        click.echo("変わったところはありません。何も記録していません。")
        return ExitCode.OK
    if result.decided:
        click.echo(
            f"値を変えずに決めたことは {result.decided}件です（採らない、このままでよいなど）。"
        )
    added = f"{terms().item} {len(result.items)}件を加え" if result.items else ""
    changed_values = f"{count}個の値を変え" if count or not added else ""
    what = "、".join(one for one in (changed_values, added) if one)
    click.echo(f"{what}ました（回 {result.run}）。")
    click.echo(f"取り消すには: sheetgen undo --run {result.run}")
    click.echo("次に直すときは、sheetgen edit で新しいブックを書き出してください。")
    return ExitCode.OK
