"""記録簿 ``data/journal.jsonl`` の一行。

Append only: one JSON object a line, one fact an object.  A run is all lines with
the same ``run``; the last of them is its END.
"""

from __future__ import annotations

from pydantic import Field

from sheetgen.model.action import Action
from sheetgen.model.filled import Value
from sheetgen.model.text import Record, check_value


def storable(value: Value) -> Value:
    """記録簿に書ける形の値。制御文字などは ``\\x00`` のような見える形に、空の文は空欄にする。

    What goes into the master is left as it is; a proposal may hold anything.
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

    ``round`` is such as ``2024J``; ``path`` is a lasting one (``initiatives[2025]``, not
    ``initiative.text``).  DECIDE: ``old`` is the value kept, ``new`` the one not taken.
    WAIVE: ``new`` is the value let through.  UNDO: ``old`` is what was recorded,
    ``new`` what came back.
    """

    run: str = Field(title="回")
    at: str = Field(title="日時")
    by: str = Field(title="動かした人")
    action: Action = Field(title="種類")
    round: str | None = Field(default=None, title="照会")
    item: str | None = Field(default=None, title="実施項目のID")
    path: str | None = Field(default=None, title="欄")
    label: str | None = Field(default=None, title="欄の名")
    old: Value = Field(default=None, title="前の値")
    new: Value = Field(default=None, title="後の値")
    raw: str | None = Field(default=None, title="書かれていた文字")
    rule: str | None = Field(default=None, title="読み方")
    file: str | None = Field(default=None, title="ファイル")
    original: str | None = Field(default=None, title="原本の目印")
    sheet: str | None = Field(default=None, title="シート")
    cell: str | None = Field(default=None, title="セル")
    found: str | None = Field(default=None, title="見つけ方")
    code: str | None = Field(default=None, title="問題の符号")
    reason: str | None = Field(default=None, title="わけ")
    undoes: str | None = Field(default=None, title="取り消した回")
