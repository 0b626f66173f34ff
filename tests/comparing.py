"""試験のために新旧対照表を作り、その中を見る。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reporting import LAYOUT
from revised import Json, written

from sheetgen.publish.comparing import CompareRequest, CompareResult, compare
from sheetgen.publish.comparison.blocks import ComparedBlock, Comparison, Side
from sheetgen.publish.publishing import Output


def made(folder: Path, old: Json, new: Json, **changes: Any) -> CompareResult:
    """新旧対照表を作る。"""
    return compare(
        CompareRequest(
            **{
                "plan": folder / "plan.json",
                "old": written(old, folder / "前.json"),
                "new": written(new, folder / "後.json"),
                "layout": LAYOUT,
                "root": folder,
                **changes,
            }
        )
    )


def file_of(result: CompareResult, output: Output) -> Path:
    return next(file.path for file in result.report.files if file.output is output)


def blocks(comparison: Comparison) -> dict[str, ComparedBlock]:
    """まとまりを、その符号から。"""
    found = [block for section in comparison.sections for block in section.blocks]
    assert len({block.key for block in found}) == len(found)
    return {block.key: block for block in found}


def rows_of(comparison: Comparison) -> Iterator[tuple[str, Side, Side]]:
    """見出しも欄も、表の順に。"""
    for section in comparison.sections:
        for block in section.blocks:
            yield block.kind, block.new, block.old
            for row in block.rows:
                yield row.label, row.new, row.old


def turned_rows(comparison: Comparison) -> Iterator[tuple[str, str, Side, Side]]:
    """年度ごとに書き改める文を、表の順に。"""
    if comparison.turn:
        for group in comparison.turn.groups:
            for row in group.rows:
                yield row.name, row.what, row.new, row.old
