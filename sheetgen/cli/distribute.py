"""``sheetgen distribute``: 各課に送るブックと依頼文、メールの下書きを作る。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand, columns
from sheetgen.cli.parameters import (
    day,
    folder_option,
    megabytes,
    refusal,
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
from sheetgen.cli.tables import padded
from sheetgen.era import iso_full
from sheetgen.problems import ExitCode

if TYPE_CHECKING:
    from sheetgen.send.distributing import DistributeResult
    from sheetgen.send.posting import Parcel

DEFAULT_LETTERS = Path("templates/letters")
NO_ADDRESS = "（宛先なし）"


@click.command(cls=JapaneseCommand, options_metavar="[指定]")
@round_option(
    "results（実績照会）か revision（見直し照会）。日本語でもよい。省くと最後に送った照会。"
)
@year_option("照会を行う年度。2024、R6、令和6年度 のどの形でもよい。省くと最後に送った照会の年度。")
@sections_option("この課だけに送る（例: 経営企画課）。何度でも書ける。")
@click.option(
    "--deadline",
    type=day,
    metavar="日付",
    help="様式と依頼文に書く提出期限（例: 2024-07-31）。督促にも使う。"
    "--returns では、省くと一週間後。",
)
@source_options
@folder_option("--letters", "依頼文のテンプレートのフォルダー。", DEFAULT_LETTERS)
@folder_option(
    "--out", "書き出す先。省くと output/令和N年度/照会の名/配布（--returns では 回収）。"
)
@click.option(
    "--returns",
    is_flag=True,
    help="配るブックではなく、回収で作った差戻しのブックを送る用意をする。",
)
@click.option(
    "--extend",
    is_flag=True,
    help="ブックは送り直さず、--section の課の期限を --deadline まで延ばす。お知らせの文もできる。",
)
@click.option(
    "--again",
    is_flag=True,
    help="もう送ったものも作り直して、送り直す。前と同じものでも、もう一度記録する。",
)
@click.option(
    "--mail-limit",
    type=megabytes,
    metavar="MB",
    help="送れるメールの大きさの上限。超える課があれば、何も作らずに告げる。"
    "省くと、計画のデータの mail_limit_mb（なければ確かめない）。",
)
@click.option("--dry-run", is_flag=True, help="どの課に何を送るかを示すだけで、何も作らない。")
def distribute(
    round_kind: str | None,
    year: int | None,
    sections: tuple[str, ...],
    deadline: date | None,
    plan: Path,
    template: Path,
    letters: Path,
    out: Path | None,
    returns: bool,
    extend: bool,
    again: bool,
    mail_limit: int | None,
    dry_run: bool,
) -> ExitCode:
    """各課に送るブック、依頼文、メールの下書きを作る。

    ブックは generate と同じもの。下書き（.eml）を Outlook で開くと、
    ブックを添えた、送る前のメールになる。
    誰に何を送ったかは、送付記録 data/sendouts.jsonl に残る。
    もう送ったブックは、--again を付けなければ置き換えない。
    --returns を付けると、差戻しのブックに文とメールの下書きを添える。
    """
    root = Path.cwd()
    request = sheetgen.DistributeRequest(
        plan=plan,
        template=template,
        letters=letters,
        root=workplace(),
        out=out,
        round=round_kind,
        year=year,
        sections=sections,
        deadline=deadline,
        again=again,
        extend=extend,
        dry_run=dry_run,
        mail_limit_mb=mail_limit,
    )
    if returns and extend:
        raise refusal("L060")
    if extend:
        result = sheetgen.extend_deadline(request)
    elif returns:
        result = sheetgen.send_back(request)
    else:
        with ProgressBar("送るものを作っています") as progress:
            result = sheetgen.distribute(request, progress)
    _summarize(result, root, "差戻し" if returns else "", extend=extend)
    return verdict(result.problems)


def _summarize(result: DistributeResult, root: Path, what: str, *, extend: bool) -> None:
    """送る相手の表、書き出した先、気を付けることの順に書く。"""
    forms = sum(len(parcel.items) for parcel in result.parcels)
    show_round(result.round, result.is_found)
    name = result.round.full_name
    name += f"の{what}" if what else ""
    if result.dry_run:
        click.echo(f"{name}で送るもの（{len(result.parcels)}課、様式 {forms}枚）:")
        for line in _table(result.parcels):
            click.echo(line)
        click.echo("試しに調べました。何も作っていません。")
    elif extend:
        click.echo(f"{name}の期限を {len(result.parcels)}課に延ばす用意ができました。")
        click.echo(f"  書き出した先: {shown_path(result.folder, root)}")
        click.echo("  課ごとに、印刷するお知らせ（.html）とメールの下書き（.eml）")
        click.echo(f"  送付記録に {result.recorded}課分を加えました。")
    else:
        click.echo(f"{name}を {len(result.parcels)}課に送る用意ができました（様式 {forms}枚）。")
        click.echo(f"  書き出した先: {shown_path(result.folder, root)}")
        click.echo("  課ごとに、ブック（.xlsx）、印刷する文（.html）、メールの下書き（.eml）")
        show_earlier(0, result.kept_aside, "個")
        if result.recorded:
            click.echo(f"  送付記録に {result.recorded}課分を加えました。")
        else:
            click.echo("  送付記録は前のままです（同じものを送った記録があります）。")
    show_noticed(result.problems)


def _table(parcels: tuple[Parcel, ...]) -> Iterator[str]:
    """課、様式の枚数、宛先、前に送った日を一行ずつ返す。"""
    width = max(columns(parcel.section) for parcel in parcels)
    for parcel in parcels:
        to = ", ".join(parcel.to) or NO_ADDRESS
        before = f"（{iso_full(parcel.sent_before[:10])}に送付）" if parcel.sent_before else ""
        name = padded(parcel.section, width)
        yield f"  {name} {len(parcel.items):>3}枚  {to} {before}".rstrip()
