"""記録簿 ``journal.jsonl``：一行の形と、読み書き。

後ろに足すだけのファイル。一行が一つの JSON で、一つの事実。同じ ``run`` の行がひとまとまりの回で、
その最後は END。編集ブックの回の END の ``old`` と ``new`` は、前と後の計画のデータの目印。
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import Field, ValidationError

from sheetgen.plan.text import Record, check_value
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem


class Action(StrEnum):
    """記録の種類。"""

    RECORD = "record"
    """計画のデータに入れた値。"""
    PROPOSE = "propose"
    """変更申出。"""
    WAIVE = "waive"
    """確かめたうえで通した問題。"""
    DECIDE = "decide"
    """食い違いのうち、採らなかった値。"""
    UNDO = "undo"
    """取り消しで戻した値。"""
    ROLLOVER = "rollover"
    """年度の切り替えで変えたこと。"""
    ADD = "add"
    """加えた実施項目。``new`` は印刷の番号と名称、``file`` は一覧。"""
    EDIT = "edit"
    """編集ブックで変えた値。``found`` は、もとになった変更申出などの目印。"""
    PUBLISH = "publish"
    """確定した文書。``file`` はしまった計画、``original`` はその中身の目印。"""
    END = "end"
    """一回の終わり。``file`` などは空。"""


def storable(value: Value) -> Value:
    """記録簿に書ける形の値。制御文字などは ``\\x00`` のような見える形に、空の文は空欄にする。

    計画のデータに入る値は、そのまま。申し出の値には何があるか分からない。
    """
    if value == "":
        return None
    try:
        return check_value(value)
    except ValueError:
        text = str(value)
        return "".join(
            one
            if one.isprintable() or one in "\n\t"
            else one.encode("unicode_escape", "surrogatepass").decode("ascii")
            for one in text
        )


class JournalEntry(Record):
    """記録簿の一行。``at`` は時差つきの ISO 8601、``by`` は動かした人。

    ``round`` は ``2024J`` の形。``path`` は年度が変わっても同じ欄を指す道（``initiative.text`` では
    なく ``initiatives[2025]``）。DECIDE の ``old`` は残した値、``new`` は採らなかった値。WAIVE の
    ``new`` は、そのまま通した値。``mail`` と ``sender`` と ``sent``（ISO 8601、日本の時刻）は、
    ``file`` がメールで届いたときだけ。UNDO の ``old`` は記録してあった値、``new`` は戻した値。
    """

    run: str = Field(title="回")
    at: str = Field(title="日時")
    by: str = Field(title="動かした人")
    action: Action = Field(title="種類")
    round: str | None = Field(default=None, title="照会")
    item: str | None = Field(default=None, title="項目のID")
    path: str | None = Field(default=None, title="欄")
    label: str | None = Field(default=None, title="欄の名")
    old: Value = Field(default=None, title="前の値")
    new: Value = Field(default=None, title="後の値")
    raw: str | None = Field(default=None, title="書かれていた文字")
    rule: str | None = Field(default=None, title="読み方")
    file: str | None = Field(default=None, title="ファイル")
    original: str | None = Field(default=None, title="原本の目印")
    mail: str | None = Field(default=None, title="メールの原本の目印")
    sender: str | None = Field(default=None, title="メールの差出人")
    sent: str | None = Field(default=None, title="メールの日時")
    sheet: str | None = Field(default=None, title="シート")
    cell: str | None = Field(default=None, title="セル")
    found: str | None = Field(default=None, title="見つけ方")
    code: str | None = Field(default=None, title="問題の符号")
    reason: str | None = Field(default=None, title="わけ")
    undoes: str | None = Field(default=None, title="取り消した回")


NAME = "journal.jsonl"


# 空欄だったこと、空欄にしたことも、書いておく。
_VALUED = {Action.RECORD, Action.EDIT, Action.UNDO, Action.DECIDE}


@dataclass(frozen=True, slots=True)
class Journal:
    """読んだ記録簿。``problems`` は読めない行。"""

    entries: tuple[JournalEntry, ...] = ()
    problems: tuple[Problem, ...] = ()


def journal_path(plan: Path) -> Path:
    """この計画のデータの記録簿。"""
    return plan.resolve().with_name(NAME)


def shown_journal(plan: Path) -> str:
    """人に見せる、記録簿の場所。"""
    return str(plan.with_name(NAME))


def render_entries(entries: Iterable[JournalEntry]) -> bytes:
    """記録簿に書き足す行。"""
    return b"".join(_line(entry) for entry in entries)


def parse_journal(data: bytes, file: str) -> Journal:
    """記録簿を読む。読めない行は問題とし、ほかの行はそのまま読む。"""
    entries: list[JournalEntry] = []
    problems: list[Problem] = []
    ended: set[str] = set()
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = JournalEntry.model_validate_json(line)
        except ValidationError:
            problems.append(Problem("R501", Place(file=file), {"line": number}))
            continue
        entries.append(entry)
        if entry.action is Action.END:
            ended.add(entry.run)
    open_runs = dict.fromkeys(entry.run for entry in entries if entry.run not in ended)
    problems += [Problem("R502", Place(file=file), {"run": run}) for run in open_runs]
    return Journal(tuple(entries), tuple(problems))


def _line(entry: JournalEntry) -> bytes:
    values = {
        name: value
        for name in JournalEntry.model_fields
        if (value := getattr(entry, name)) is not None
        or (entry.action in _VALUED and name in ("old", "new"))
    }
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8") + b"\n"
