"""様式に答えを書き入れて保存する、いろいろなプログラム。

どのプログラムも、作ったブック、答え ``{シート: {"H10": 値}}``（文字、数、セルを空にする None）、
保存先を受け取る。形式は拡張子で決まる。
"""

from __future__ import annotations

import gzip
import importlib
import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import xlsxwriter
from openpyxl.utils.cell import coordinate_to_tuple
from programs import SHORT_SECONDS, missing, need, run_node, told
from running import run_program

from returned.libreoffice import LibreOffice, Step

Answers = Mapping[str, Mapping[str, Any]]
_GNM = "{http://www.gnumeric.org/v10.dtd}"
_GNM_TEXT, _GNM_NUMBER = "60", "40"


@dataclass(frozen=True, slots=True)
class Job:
    """一つのブックの書き入れ。"""

    source: Path
    answers: Answers
    target: Path


def typed_in(answers: Answers) -> list[Step]:
    """LibreOffice で答えを書き入れる手順。"""
    return [
        ("set", sheet, cell, value)
        for sheet, cells in answers.items()
        for cell, value in cells.items()
    ]


def by_libreoffice(office: LibreOffice, jobs: Sequence[Job]) -> None:
    """LibreOffice で開き、書き、保存する。"""
    for job in jobs:
        office.work(job.source, typed_in(job.answers), job.target)


def through(office: LibreOffice, middle: str, jobs: Sequence[Job]) -> None:
    """LibreOffice でいったん別の形式（``.ods`` など）にして閉じ、開き直して保存する。"""
    for job in jobs:
        between = job.target.with_suffix(middle)
        office.work(job.source, typed_in(job.answers), between)
        office.work(between, [], job.target)
        between.unlink()


def by_node(program: str, jobs: Sequence[Job]) -> None:
    """Node の部品（exceljs、SheetJS、xlsx-populate）で書く。"""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "jobs.json"
        told = [
            {
                "program": program,
                "source": str(job.source),
                "target": str(job.target),
                "answers": {sheet: dict(cells) for sheet, cells in job.answers.items()},
            }
            for job in jobs
        ]
        work.write_text(json.dumps(told), encoding="utf-8")
        run_node("fill.js", work)


def by_gnumeric(jobs: Sequence[Job]) -> None:
    """Gnumeric で開き、自分の形式に書き、もとの形式に戻す。

    ``ssconvert --set`` は最初のシートにしか届かない。二回動かす間に、Gnumeric
    自身のファイルに答えを入れる。読み手も書き手も、自分の仕事をする。
    """
    program = need("ssconvert")
    for job in jobs:
        with tempfile.TemporaryDirectory() as folder:
            own = Path(folder) / "book.gnumeric"
            _run([program, str(job.source), str(own)])
            tree = ElementTree.fromstring(gzip.decompress(own.read_bytes()))
            for sheet in tree.iter(f"{_GNM}Sheet"):
                _fill_gnumeric(sheet, job.answers.get(sheet.findtext(f"{_GNM}Name", ""), {}))
            own.write_bytes(gzip.compress(ElementTree.tostring(tree, "utf-8")))
            _run([program, str(own), str(job.target)])


def _fill_gnumeric(sheet: ElementTree.Element, cells: Mapping[str, Any]) -> None:
    held = sheet.find(f"{_GNM}Cells")
    assert held is not None
    known = {(cell.get("Row"), cell.get("Col")): cell for cell in held}
    for ref, value in cells.items():
        row, column = coordinate_to_tuple(ref)
        key = str(row - 1), str(column - 1)
        if key in known:
            held.remove(known[key])
        if value is not None:
            kind = _GNM_TEXT if isinstance(value, str) else _GNM_NUMBER
            place = {"Row": key[0], "Col": key[1], "ValueType": kind}
            cell = ElementTree.SubElement(held, f"{_GNM}Cell", place)
            cell.text = str(value)


def _run(words: list[str]) -> None:
    done = run_program(words, SHORT_SECONDS)
    assert done.returncode == 0, told(done)


def by_openpyxl(jobs: Sequence[Job]) -> None:
    """openpyxl で書く。"""
    for job in jobs:
        with edited(job.source, job.target) as book:
            fill(book, job.answers)


def by_excelize(jobs: Sequence[Job]) -> None:
    """excelize で書く。一つの欄に、値の型のとおりに入れる。"""
    try:
        excelize = importlib.import_module("excelize")
    except ModuleNotFoundError:
        missing('excelize が入っていない（pip install -e ".[bench]"）')
    for job in jobs:
        book = excelize.open_file(str(job.source))
        for sheet, cells in job.answers.items():
            for ref, value in cells.items():
                book.set_cell_value(sheet, ref, value)
        book.save_as(str(job.target))
        book.close()


class edited:  # noqa: N801  (reads as a verb: ``with edited(…) as book``)
    """openpyxl でブックを開き、抜けるときに ``target`` に保存する。"""

    def __init__(self, source: Path, target: Path | None = None) -> None:
        self.book = openpyxl.load_workbook(source)
        self.target = target or source

    def __enter__(self) -> openpyxl.Workbook:
        return self.book

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.book.save(self.target)


def fill(book: openpyxl.Workbook, answers: Answers) -> None:
    """開いているブックに答えを書く。``=`` で始まる文字も文字とする。"""
    for sheet, cells in answers.items():
        for ref, value in cells.items():
            cell = book[sheet][ref]
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"


def as_plain(jobs: Sequence[Job], down: int = 0, right: int = 0) -> None:
    """値だけを、ただのブックに貼る。名前も書式も結合もない（ずらして貼ることもできる）。"""
    for job in jobs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = openpyxl.load_workbook(job.source, data_only=True)
        fill(source, job.answers)
        book = xlsxwriter.Workbook(job.target, {"strings_to_formulas": False})
        for page in source.worksheets:
            if page.sheet_state != "visible":
                continue
            out = book.add_worksheet(page.title)
            for row in page.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        out.write(cell.row - 1 + down, cell.column - 1 + right, cell.value)
        book.close()
