"""欄でない所の書き込み、コメント、隠された行と列。"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sheetgen.collect.matching.chart import CARRIER_PATH, Chart, is_blank, key_of
from sheetgen.collect.matching.fields import Findings
from sheetgen.form.issued import IssuedForm
from sheetgen.messages.quoting import excerpt
from sheetgen.reading.book import RawSheet
from sheetgen.xlsx.refs import column_letters, split_ref

MOST_STRAYS = 20
_LONGEST = 200
Report = Callable[..., None]


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
    for ref in strays[:MOST_STRAYS]:
        report("R130", ref, None, text=excerpt(str(sheet.cells[ref].value).strip(), _LONGEST))
    if len(strays) > MOST_STRAYS:
        report("R133", strays[MOST_STRAYS], None, count=len(strays) - MOST_STRAYS)


def report_remarks(chart: Chart, sheet: RawSheet, findings: Findings, report: Report) -> None:
    """コメント、図形の文字、画像などを知らせる。テンプレートにあったものを除く。"""
    labels = {one.ref: one.label for one in findings.found.values()}
    drawn = list(chart.layout.remarks)
    for remark in sheet.remarks:
        if remark.text in drawn:
            drawn.remove(remark.text)
            continue
        label = labels.get(remark.ref or "")
        report(
            "R131",
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
