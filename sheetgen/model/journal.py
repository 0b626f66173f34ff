"""記録簿 ``data/journal.jsonl`` の一行。

後ろに足すだけのファイル。一行が一つの JSON で、一つの事実。同じ ``run`` の行がひとまとまりの回で、
その最後は END。
"""

from __future__ import annotations

from pydantic import Field

from sheetgen.model.action import Action
from sheetgen.model.filled import Value
from sheetgen.model.text import Record, check_value


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
    ``new`` は、そのまま通した値。UNDO の ``old`` は記録してあった値、``new`` は戻した値。
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
