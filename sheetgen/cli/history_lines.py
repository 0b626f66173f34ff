"""記録簿の一行を、人の読む文にする。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sheetgen.cli.report import shown_path
from sheetgen.messages.listing import quoted
from sheetgen.messages.values import explain_reading
from sheetgen.model.action import Action
from sheetgen.model.difference_words import difference_in_words
from sheetgen.model.filled import Value
from sheetgen.model.tracing import Step

if TYPE_CHECKING:
    from sheetgen.model.journal import JournalEntry

SHOWN_LENGTH = 60


def moment(at: str) -> str:
    """日時を、分まで書く。読めない書き方ならそのまま。"""
    try:
        return datetime.fromisoformat(at).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return at


def shown(value: Value, length: int = SHOWN_LENGTH) -> str:
    """値を一行で書く。数には桁の区切りを付けない：書かれたとおりに見せる。"""
    return quoted(value, length)


def changed(old: Value, new: Value) -> str:
    """前の値と後の値。一行に収まらない文は、違う所だけを見せる。"""
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > SHOWN_LENGTH:
        return difference_in_words(old, new)
    return f"{shown(old)} → {shown(new)}"


def step_lines(step: Step) -> Iterator[str]:
    """記録簿の一行を、見出しと細目の何行かにする。"""
    entry = step.entry
    head = f"{moment(entry.at)} {entry.by}　{_HEADS[entry.action]}（回 {entry.run}）"
    yield head + ("　※取り消し済み" if step.undone_by else "")
    yield from _details(entry)
    if step.original:
        yield f"  原本: {shown_path(step.original, Path.cwd())}"


_HEADS = {
    Action.RECORD: "記録",
    Action.UNDO: "取り消し",
    Action.PROPOSE: "変更申出",
    Action.WAIVE: "確認して通した",
    Action.DECIDE: "食い違いの決定",
    Action.ROLLOVER: "年度の切り替え",
    Action.ADD: "追加",
    Action.END: "終わり",
}


def _details(entry: JournalEntry) -> Iterator[str]:
    if entry.action is Action.WAIVE:
        yield f"  {entry.code} を通した。わけ: {entry.reason}"
    elif entry.action is Action.DECIDE:
        yield f"  {shown(entry.old)} とし、{shown(entry.new)} を採らなかった"
    elif entry.action is Action.ADD:
        yield f"  {entry.label}: {shown(entry.new)}"
    elif entry.action in (Action.PROPOSE, Action.ROLLOVER):
        yield f"  {entry.label}: {changed(entry.old, entry.new)}"
    else:
        yield f"  {changed(entry.old, entry.new)}"
    if entry.undoes:
        yield f"  取り消した回: {entry.undoes}"
    if entry.file:
        yield f"  ファイル: {_source(entry)}"
    if entry.raw is not None and entry.raw != _plain(entry.new):
        readings = explain_reading(entry.rule or "")
        rule = f"（{readings}）" if readings else ""
        yield f"  書かれていた文字: {shown(entry.raw)}{rule}"


def _source(entry: JournalEntry) -> str:
    words = [
        entry.file,
        f"シート「{entry.sheet}」" if entry.sheet else None,
        f"セル {entry.cell}" if entry.cell else None,
        f"（{entry.found}で見つけた）" if entry.found else None,
    ]
    return " ".join(word for word in words if word)


def _plain(value: Value) -> str:
    return "" if value is None else str(value)
