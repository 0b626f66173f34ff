"""結果と問題を、読む順に書く。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Sized
from pathlib import Path

import click

from sheetgen.messages import describe, message_of
from sheetgen.problems import ExitCode, Level, Problem

SHOWN_NOTES = 5
"""参考を少しだけ出すときの数（種類がこれより多ければ、種類の数）。"""

_ORDER = list(Level)


def by_level(problems: Iterable[Problem]) -> dict[Level, list[Problem]]:
    """問題を重い順に分ける。同じ重さの中の順はそのまま。"""
    sorted_out: dict[Level, list[Problem]] = {level: [] for level in _ORDER}
    for problem in problems:
        sorted_out[message_of(problem).level].append(problem)
    return {level: found for level, found in sorted_out.items() if found}


def verdict(problems: Iterable[Problem]) -> ExitCode:
    """問題から終了コードを決める。エラーが一つでもあれば 1。"""
    return ExitCode.PROBLEMS if Level.ERROR in by_level(problems) else ExitCode.OK


def counts(problems: Iterable[Problem]) -> str:
    """``エラー 2件、参考 1件`` の形の数。無ければ ``問題なし``。"""
    found = by_level(problems)
    return "、".join(f"{level} {len(found[level])}件" for level in found) or "問題なし"


def show_problems(problems: Iterable[Problem], *, to_stderr: bool = False) -> None:
    """問題を重い順に、場所・原因・対処まで書く。"""
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
