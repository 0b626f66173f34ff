"""実物の計画から作った28冊：包みの正しさ、値、印刷、ほかのプログラムでの見え方。"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from making import (
    load,
    places,
)
from ooxml import clients, printed, rules
from programs import soffice_convert

from sheetgen.send.generating import GenerateResult


@pytest.fixture(scope="module")
def paths(result: GenerateResult) -> list[Path]:
    return [book.path for book in result.books]


@pytest.fixture(scope="module")
def values(paths: list[Path]) -> dict[str, clients.Book]:
    return {path.name: clients.by_openpyxl(path) for path in paths}


def test_there_are_28_books_with_74_forms(
    result: GenerateResult, values: dict[str, clients.Book], plan_path: Path
) -> None:
    assert len(result.books) == 28
    assert [_forms(values[book.path.name]) for book in result.books] == [
        [place.sheet for place in places(load(plan_path)) if place.addressee == book.addressee]
        for book in result.books
    ]
    assert sum(book.forms for book in result.books) == 74
    names = [path.name for path in sorted(result.folder.glob("*.xlsx"))]
    assert names == [book.path.name for book in result.books], "部と課の順に並ばない"


def _forms(book: clients.Book) -> list[str]:
    """様式のシートの名。"""
    return [name for name in book if name.startswith("(")]


def test_every_package_keeps_the_rules(paths: list[Path]) -> None:
    assert rules.violations_of(paths) == {}


def test_calamine_reads_the_same(paths: list[Path], values: dict[str, clients.Book]) -> None:
    for path in paths:
        assert clients.differences(values[path.name], clients.by_calamine(path)) == []


@pytest.mark.parametrize("reader", ["exceljs", "sheetjs"])
def test_node_reads_the_same(
    reader: str, paths: list[Path], values: dict[str, clients.Book]
) -> None:
    found = clients.by_node(paths)[reader]
    for path in paths:
        assert clients.differences(values[path.name], found[path.name]) == []


def test_libreoffice_keeps_the_values(
    paths: list[Path], values: dict[str, clients.Book], tmp_path: Path
) -> None:
    # 答えの入った28冊は、test_collect_clients.py がすべて保存し直す。
    some = paths[::4]
    saved = clients.by_libreoffice(some, tmp_path)
    for path in some:
        assert clients.differences(values[path.name], saved[path.name]) == []


def test_every_form_is_one_page_with_nothing_outside_its_cell(
    paths: list[Path], values: dict[str, clients.Book], tmp_path: Path
) -> None:
    pdfs = soffice_convert(paths, tmp_path)
    total, lines = 0, []
    for path, pdf in zip(paths, pdfs, strict=True):
        names = _forms(values[path.name])
        judged = printed.judge(path, pdf)
        total += sum(judged.pages[name] for name in names)
        assert {judged.pages[name] for name in names} == {1}, f"{path.name}: {judged.pages}"
        lines += [f"{path.name}: {line}" for line in judged.problems_of(names)]
    assert lines == []
    assert total == 74


def test_a_second_run_gives_the_same_bytes(
    result: GenerateResult, plan_path: Path, template_path: Path, tmp_path: Path
) -> None:
    """別のプロセスで、並びの乱れうる設定で作っても、一バイトも違わない。"""
    command = [sys.executable, "-m", "sheetgen", "generate", "--out", str(tmp_path / "again")]
    command += ["--plan", str(plan_path), "--template", str(template_path)]
    environment = {**os.environ, "PYTHONHASHSEED": "4649", "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    first = {book.path.name: _digest(book.path) for book in result.books}
    assert {path.name: _digest(path) for path in (tmp_path / "again").glob("*.xlsx")} == first


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
