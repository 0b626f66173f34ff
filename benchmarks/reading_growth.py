"""届いたブックが大きくなるとき、読む時間がどう伸びるか。

使い方: python benchmarks/reading_growth.py [--short]

記入した様式のブックに、一覧のシートや名前を足し、その数を二倍ずつにする。読むだけの時間と、
``sheetgen collect --dry-run`` の仕事の時間を測る。どの大きさでも、様式の答えは記録できなければ
ならない。results.md の自分の章を書く。
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from results import record  # noqa: E402

from sheetgen.collect.receiving import collect_returns  # noqa: E402
from sheetgen.collect.request import CollectRequest  # noqa: E402
from sheetgen.problems import SheetgenError  # noqa: E402
from sheetgen.reading.opening import read_book  # noqa: E402
from sheetgen.records.open_items import ItemState  # noqa: E402

SECTION = "市民税課"
TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
COLUMNS = "ABCDEFGHIJ"
SHORT_SIZES = (40, 80)
Parts = dict[str, bytes]


def main() -> None:
    parser = argparse.ArgumentParser(description="届いたブックの大きさと、読む時間。")
    parser.add_argument("--short", action="store_true", help="小さな大きさで、動くことを確かめる")
    short = parser.parse_args().short
    with tempfile.TemporaryDirectory() as name:
        text = "\n".join([*head(), *table(Path(name), short)]) + "\n"
    print(text)
    if not short:
        record(text)


def head() -> list[str]:
    return [
        "# 届いたブックの大きさ",
        "",
        "`python benchmarks/reading_growth.py` の出力。手では直さない。",
        "",
        "記入した様式のブックに、左のものを足した。時間は、同じことを続けて行った最小（ミリ秒）。"
        "「伸び」は、終わりの一つ手前から終わりまで（数は二倍）で、読む時間が何倍になったか。",
        "終わりの数は、役所の使う大きさの二倍より多い。",
        "",
        "| 足したもの | 数 | 読む | 回収（--dry-run） | 伸び | 記録できた様式 |",
        "|---|---|---|---|---|---|",
    ]


def table(folder: Path, short: bool) -> Iterator[str]:
    """大きさごとの行。

    :raises AssertionError: 答えの記録できない大きさがあった。
    """
    from returned.desk import Desk

    desk = Desk(folder / "desk", ROOT / "data" / "plan.json", TEMPLATE)
    base = filled(desk, folder)
    for kind, (grow, sizes) in KINDS.items():
        reads: list[float] = []
        for size in SHORT_SIZES if short else sizes:
            data = packed(grow(dict(base), size))
            path = folder / f"{kind}{size}.xlsx"
            path.write_bytes(data)
            reads.append(fastest(lambda data=data: read_book(data), 1 if short else 3))
            start = time.perf_counter()
            count = recorded(desk, path)
            whole = time.perf_counter() - start
            assert count > 0, f"{kind} {size}"
            grown = f"{reads[-1] / reads[-2]:.1f}" if len(reads) > 1 else ""
            yield (
                f"| {kind} | {size:,} | {reads[-1] * 1000:.0f} | {whole * 1000:.0f} "
                f"| {grown} | {count} |"
            )


def filled(desk: object, folder: Path) -> Parts:
    """一つの課の、記入したブックの部品。"""
    from returned.desk import Desk, jobs
    from returned.quick import quickly
    from returned.sections import honest

    assert isinstance(desk, Desk)
    desk.distribute(sections=(SECTION,))
    forms = honest(list(desk.places().values()))
    quickly(jobs(desk, [one for one in forms if one.addressee.endswith(SECTION)], folder / "a"))
    (book,) = (folder / "a").iterdir()
    with zipfile.ZipFile(book) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def recorded(desk: object, path: Path) -> int:
    """回収して記録できる様式の数。何も書かない。"""
    plan = desk.plan  # type: ignore[attr-defined]
    request = CollectRequest(
        paths=(path,), plan=plan, template=TEMPLATE, root=plan.parent.parent, dry_run=True
    )
    try:
        result = collect_returns(request)
    except SheetgenError:
        return 0
    return sum(one.state is ItemState.RECORDED for one in result.items)


def fastest(work: Callable[[], object], times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def packed(parts: Parts) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def put_sheet(parts: Parts, number: int, rows: str, after: str = "") -> Parts:
    """シートを一枚足す。"""
    put = {
        "xl/workbook.xml": (
            "</sheets>",
            f'<sheet xmlns:r="{OFFICE}" name="一覧{number}" sheetId="{9000 + number}"'
            f' r:id="rIdMore{number}"/>',
        ),
        "xl/_rels/workbook.xml.rels": (
            "</Relationships>",
            f'<Relationship Id="rIdMore{number}" Type="{OFFICE}/worksheet"'
            f' Target="worksheets/more{number}.xml"/>',
        ),
    }
    for name, (end, more) in put.items():
        parts[name] = parts[name].replace(end.encode(), (more + end).encode(), 1)
    parts[f"xl/worksheets/more{number}.xml"] = (
        f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    ).encode()
    return parts


def row(number: int, attrs: str = "") -> str:
    """十の数のある行。"""
    cells = "".join(f'<c r="{column}{number}"><v>{number}</v></c>' for column in COLUMNS)
    return f'<row r="{number}"{attrs}>{cells}</row>'


def with_cells(parts: Parts, size: int) -> Parts:
    return put_sheet(parts, 1, "".join(map(row, range(1, size // 10 + 1))))


def with_rows(parts: Parts, size: int) -> Parts:
    return put_sheet(parts, 1, "".join(f'<row r="{n}" ht="18"/>' for n in range(1, size + 1)))


def with_hidden_rows(parts: Parts, size: int) -> Parts:
    rows = (row(n, "" if n % 3 == 0 else ' hidden="1"') for n in range(1, size + 1))
    return put_sheet(parts, 1, "".join(rows))


def with_merges(parts: Parts, size: int) -> Parts:
    rows = "".join(map(row, range(1, size + 1)))
    areas = "".join(f'<mergeCell ref="L{n}:M{n}"/>' for n in range(1, size + 1))
    return put_sheet(parts, 1, rows, f'<mergeCells count="{size}">{areas}</mergeCells>')


def with_names(parts: Parts, size: int) -> Parts:
    parts = put_sheet(parts, 1, row(1))
    names = "".join(
        f'<definedName name="名前{n}">一覧1!$A${n}</definedName>' for n in range(1, size + 1)
    )
    end = b"</definedNames>"
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(end, names.encode() + end, 1)
    return parts


def with_sheets(parts: Parts, size: int) -> Parts:
    for number in range(1, size + 1):
        put_sheet(parts, number, row(1))
    return parts


def doubled(first: int, times: int) -> tuple[int, ...]:
    return tuple(first << step for step in range(times))


KINDS: dict[str, tuple[Callable[[Parts, int], Parts], tuple[int, ...]]] = {
    "値のあるセル": (with_cells, doubled(25_000, 4)),
    "空の行": (with_rows, doubled(125_000, 4)),
    "隠した行（十の値がある）": (with_hidden_rows, doubled(2_500, 4)),
    "結合": (with_merges, doubled(2_500, 4)),
    "名前": (with_names, doubled(1_000, 4)),
    "シート": (with_sheets, doubled(50, 4)),
}
"""足し方と、大きさ。"""


if __name__ == "__main__":
    main()
