"""欄でない所の書き込み、コメント、隠された行と列。

取り込まないが、記入欄のことを言うものは問いにする。答えや、答えの直しかもしれない。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sheetgen.collect.matching.chart import CARRIER_PATH, Chart, is_blank, key_of
from sheetgen.collect.matching.field_cells import Findings
from sheetgen.form.issued import IssuedForm
from sheetgen.messages.quoting import excerpt
from sheetgen.reading.book import RawSheet, RemarkKind
from sheetgen.xlsx.refs import column_letters, split_ref

MOST_STRAYS = 20
_SAYING = frozenset({RemarkKind.COMMENT, RemarkKind.TEXT_BOX})
"""文字で何かを言う書き込み。"""
_LONGEST = 200
Report = Callable[..., None]
_CORRECTING = re.compile(
    "訂正|修正|正しくは|正[:：]|誤[りっ:：]|まちがい|間違|では(?:なく|ありません)|差し?替え|読み替え|"
    "に(?:直|改|変更)|取り?消し"
)
"""記入欄から離れていても、答えの直しと分かることば。"""


@dataclass(frozen=True, slots=True)
class _OpenField:
    """記入してもらう欄の、今の場所。行と列は始めと終わり。"""

    label: str
    rows: tuple[int, int]
    columns: tuple[int, int]

    def holds(self, row: int, column: int) -> bool:
        """欄の中か。"""
        return self.rows[0] <= row <= self.rows[1] and self.columns[0] <= column <= self.columns[1]


def _open_fields(chart: Chart, form: IssuedForm, findings: Findings) -> list[_OpenField]:
    fields = []
    for spot in chart.inputs:
        found = findings.found.get(spot.cell.path or "")
        if found is None or found.path not in form.opened:
            continue
        (row, column), (top, left, bottom, right) = split_ref(found.ref), spot.area
        fields.append(
            _OpenField(found.label, (row, row + bottom - top), (column, column + right - left))
        )
    return fields


def _concerns(ref: str | None, text: str, fields: list[_OpenField]) -> bool:
    """記入欄のことを言う書き込みか：記入欄と同じ行にあるか、直すことばがある。"""
    if ref is not None:
        row, _ = split_ref(ref)
        if any(field.rows[0] <= row <= field.rows[1] for field in fields):
            return True
    return _CORRECTING.search(unicodedata.normalize("NFKC", text)) is not None


def _label_at(ref: str | None, fields: list[_OpenField]) -> str | None:
    """その場所にある記入欄の見出し。"""
    if ref is None:
        return None
    row, column = split_ref(ref)
    return next((field.label for field in fields if field.holds(row, column)), None)


def report_strays(
    chart: Chart, form: IssuedForm, sheet: RawSheet, findings: Findings, report: Report
) -> None:
    """様式の欄でも見出しでもないセルの中身を知らせる。"""
    extra = [ref for ref in sheet.cells.keys() - findings.used if not is_blank(sheet.cells[ref])]
    if not extra:
        return
    # 場所の決まらなかった見出しなどは、書き込みではない。
    own = {
        key
        for spot in chart.spots
        if (key := key_of(spot.cell.text or form.values.get(spot.ref))) is not None
        and (spot.cell.text or spot.cell.path == CARRIER_PATH or len(key) > 3)
    }
    strays = sorted(
        (ref for ref in extra if key_of(sheet.cells[ref].value) not in own), key=split_ref
    )
    fields = _open_fields(chart, form, findings)
    for ref in strays[:MOST_STRAYS]:
        text = str(sheet.cells[ref].value).strip()
        code = "R144" if _concerns(ref, text, fields) else "R130"
        report(code, ref, None, cell=ref, text=excerpt(text, _LONGEST))
    if len(strays) > MOST_STRAYS:
        report("R133", strays[MOST_STRAYS], None, count=len(strays) - MOST_STRAYS)


def report_remarks(
    chart: Chart, form: IssuedForm, sheet: RawSheet, findings: Findings, report: Report
) -> None:
    """コメント、図形の文字、画像などを知らせる。テンプレートにあったものを除く。"""
    if not sheet.remarks:
        return
    labels = {one.ref: one.label for one in findings.found.values()}
    fields = _open_fields(chart, form, findings)
    drawn = list(chart.layout.remarks)
    for remark in sheet.remarks:
        if remark.text in drawn:
            drawn.remove(remark.text)
            continue
        label = _label_at(remark.ref, fields) or labels.get(remark.ref or "")
        asks = remark.kind in _SAYING and _concerns(remark.ref, remark.text, fields)
        report(
            "R145" if asks else "R131",
            remark.ref,
            label,
            kind=remark.kind.value,
            text=excerpt(remark.text.strip(), _LONGEST),
        )


def report_hidden(sheet: RawSheet, findings: Findings, report: Report) -> None:
    """記入欄のある行や列、または様式のシートそのものが隠されていることを知らせる。"""
    if sheet.hidden:
        report("R132", None, None, what="シート", labels="シート全体")
    for what, labels in _hidden(sheet, findings):
        report("R132", None, None, what=what, labels="、".join(dict.fromkeys(labels)))


def _hidden(sheet: RawSheet, findings: Findings) -> Iterator[tuple[str, list[str]]]:
    if not (sheet.hidden_rows or sheet.hidden_columns):
        return
    cells = [(*split_ref(one.ref), one.label) for one in findings.found.values()]
    rows = [(row, label) for row, _, label in cells if row in sheet.hidden_rows]
    columns = [(column, label) for _, column, label in cells if column in sheet.hidden_columns]
    if rows:
        numbers = "、".join(str(row) for row in sorted({row for row, _ in rows}))
        yield f"行 {numbers}", [label for _, label in rows]
    if columns:
        letters = "、".join(column_letters(c) for c in sorted({column for column, _ in columns}))
        yield f"列 {letters}", [label for _, label in columns]
