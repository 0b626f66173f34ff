"""結果と問題を、読む順に書く。"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence, Sized
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from sheetgen.problems import ExitCode, Level, Problem

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar as ClickBar

    from sheetgen.plan.round import Round
    from sheetgen.publish.publishing import ReportResult


SHOWN_NOTES = 5
"""参考を少しだけ出すときの数（種類がこれより多ければ、種類の数）。"""


def by_level(problems: Iterable[Problem]) -> dict[Level, list[Problem]]:
    """問題を重い順に分ける。同じ重さの中の順はそのまま。"""
    # ここで読み込む。問題のことばは多く、説明を見るだけなら要らない。
    from sheetgen.messages.catalogue import by_level as sorted_out

    return sorted_out(problems)


def verdict(problems: Iterable[Problem]) -> ExitCode:
    """問題から終了コードを決める。エラーが一つでもあれば 1。"""
    return ExitCode.PROBLEMS if Level.ERROR in by_level(problems) else ExitCode.OK


def counts(problems: Iterable[Problem]) -> str:
    """``エラー 2件、参考 1件`` の形の数。無ければ ``問題なし``。"""
    from sheetgen.messages.catalogue import counts as counted  # 上と同じく、ここで読み込む

    return counted(problems)


def show_problems(problems: Iterable[Problem], *, to_stderr: bool = False) -> None:
    """問題を重い順に、場所・原因・対処まで書く。"""
    from sheetgen.messages.catalogue import describe

    for found in by_level(problems).values():
        for problem in found:
            click.echo(describe(problem), err=to_stderr)


def show_in_short(problems: Iterable[Problem], verbose: bool) -> None:
    """問題を重い順に書く。参考だけは、``verbose`` でなければ、種類ごとに一つずつ少しだけ。"""
    found = by_level(problems)
    notes = found.pop(Level.NOTE, [])
    for others in found.values():
        show_problems(others)
    chosen = notes if verbose else _samples(notes)
    show_problems(chosen)
    left = Counter(note.code for note in notes) - Counter(note.code for note in chosen)
    if left:
        kinds = "、".join(f"{code} {count}件" for code, count in left.items())
        click.echo(
            f"  ほかに参考 {left.total()}件（{kinds}）。--verbose を付けると、すべて出ます。"
        )


def _samples(notes: list[Problem]) -> list[Problem]:
    """初めのいくつか。どの種類も一つは入れる：数の多いものに、ほかが隠れないように。"""
    first = {note.code: index for index, note in reversed(list(enumerate(notes)))}
    rest = [index for index in range(len(notes)) if index not in first.values()]
    room = max(SHOWN_NOTES - len(first), 0)
    return [notes[index] for index in sorted([*first.values(), *rest[:room]])]


def show_noticed(problems: Sequence[Problem], *, short: bool = False) -> None:
    """気を付けることを、数から書く。``short`` なら、参考は少しだけ。一つもなければ何も書かない。"""
    if not problems:
        return
    click.echo(f"  気を付けること: {counts(problems)}")
    if short:
        show_in_short(problems, verbose=False)
    else:
        show_problems(problems)


def show_round(chosen: Round, is_found: bool) -> None:
    """指定がないので送った記録から決めた照会を、はじめに言う。"""
    if is_found:
        click.echo(f"照会は、最後に送った{chosen.full_name}です（ほかの照会は --round で指定）。")


def show_earlier(unchanged: int, kept_aside: Sized, unit: str) -> None:
    """前に作ったものとの違いを書く。``unit`` は数える語（冊、個）。"""
    if unchanged:
        click.echo(f"  うち {unchanged}{unit}は、前に作ったものと同じです。")
    if kept_aside:
        click.echo(f"  前のもの {len(kept_aside)}{unit}を「旧版」に移しました。")


def shown_path(path: Path, root: Path) -> str:
    """作業フォルダの中なら、そこからの道筋で書く。"""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return str(path)


class ProgressBar:
    """処理から呼ばれて進み具合を示す。画面でない所へは何も出さない。

    進み具合は標準エラーに出す。コマンドの答え（標準出力）に混ざらない。
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: ClickBar[int] | None = None
        self._done = 0

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)

    def __call__(self, done: int, total: int, name: str) -> None:
        """``total`` のうち ``done`` まで終わったことを示す。``name`` は今のもの。"""
        if not sys.stderr.isatty() or total <= 0:
            return
        if self._bar is None:
            # 名は出さない。全角の名は幅が変わるのに、click は字の数だけを消すので、前の名が残る。
            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done


OUTPUT_NAMES = {"pdf": "PDF", "html": "ウェブページ"}


def show_files(result: ReportResult, root: Path, book: str) -> None:
    """作ったファイルを一つずつ書く。``book`` はブックの呼び名。"""
    for file in result.files:
        pages = f"、{file.pages}ページ" if file.pages else ""
        name = OUTPUT_NAMES.get(file.output, book)
        click.echo(f"  {shown_path(file.path, root)}（{name}{pages}）")


def show_rest(result: ReportResult) -> None:
    """書体、前に作ったものとの違い、気を付けることを書く。"""
    if result.font:
        click.echo(f"  PDF の書体: {result.font}")
    show_earlier(result.unchanged, result.kept_aside, "個")
    show_noticed(result.problems)
