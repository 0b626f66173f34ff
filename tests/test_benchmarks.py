"""比べるもの（benchmarks）が終わりまで動き、どの相手も同じ仕事をする。時間は見ない。"""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from programs import missing, need

SECONDS = 600
LEAST_VALUES = 100
WRITERS = ("xltpl", "XlsxWriter（コードで描く）", "exceljs", "excelize")
READERS = ("openpyxl（ふつうに開く）", "openpyxl（読み取り専用、一度たどる）", "exceljs")
ROUTES = ("HTML → Chromium", "様式のブック → LibreOffice")


@functools.cache
def short_run(name: str, root: Path) -> str:
    """短い形で終わりまで動かした出力。一つの値でも違えば、ここで失敗する。"""
    done = subprocess.run(
        [sys.executable, str(root / "benchmarks" / f"{name}.py"), "--short"],
        cwd=root,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def counts(text: str, heading: str) -> dict[str, int]:
    """見出しの下の表の、行の名と終わりの数。"""
    _, found, rest = text.partition(heading)
    assert found, text
    part = rest.partition("\n## ")[0]
    return {m[1]: int(m[2]) for m in re.finditer(r"^\| (.+?) \|.*?(\d+) \|$", part, re.MULTILINE)}


@pytest.fixture
def results(project_root: Path) -> bytes:
    """書き置いてある結果。短い形は、これを書き換えない。"""
    return (project_root / "benchmarks" / "results.md").read_bytes()


def test_every_way_writes_what_sheetgen_writes(project_root: Path, results: bytes) -> None:
    text = short_run("generate", project_root)
    found = counts(text, "## 同じ値を書いたか")
    # 様式ごとのブックは、どれも初めのシートを持つ。
    assert found.pop("openpyxl（様式ごとに74冊）") > found["sheetgen"]
    assert found["sheetgen"] >= LEAST_VALUES
    assert set(found.values()) == {found["sheetgen"]}
    assert "openpyxl（開く・入れる・保存）" in found
    assert len(counts(text, "## 規模を増やす")) == 1
    assert (project_root / "benchmarks" / "results.md").read_bytes() == results


@pytest.mark.parametrize("way", WRITERS)
def test_a_writer_is_compared(way: str, project_root: Path) -> None:
    found = counts(short_run("generate", project_root), "## 同じ値を書いたか")
    if way not in found:
        missing(f"{way} が入っていない")
    assert found[way] == found["sheetgen"]


def test_every_reader_reads_what_sheetgen_reads(project_root: Path, results: bytes) -> None:
    found = counts(short_run("collect", project_root), "## 同じ値を読んだか")
    assert min(found.values()) >= LEAST_VALUES
    assert len(set(found.values())) == 1
    assert (project_root / "benchmarks" / "results.md").read_bytes() == results


@pytest.mark.parametrize("way", READERS)
def test_a_reader_is_compared(way: str, project_root: Path) -> None:
    found = counts(short_run("collect", project_root), "## 同じ値を読んだか")
    if way not in found:
        missing(f"{way} が入っていない")
    assert found[way] >= LEAST_VALUES


def test_every_route_carries_every_item(project_root: Path, results: bytes) -> None:
    need("pdfinfo")
    found = counts(short_run("report", project_root), "# 年次見直しの文書")
    assert found["sheetgen report（typst）"] >= 10
    assert len(set(found.values())) == 1
    assert (project_root / "benchmarks" / "results.md").read_bytes() == results


@pytest.mark.parametrize("way", ROUTES)
def test_a_route_is_compared(way: str, project_root: Path) -> None:
    need("pdfinfo")
    found = counts(short_run("report", project_root), "# 年次見直しの文書")
    if way not in found:
        missing(f"{way} の道具が入っていない")
    assert found[way] >= 10


def test_reading_is_measured_as_every_kind_of_thing_grows(
    project_root: Path, results: bytes
) -> None:
    found = counts(short_run("reading_growth", project_root), "# 届いたブックの大きさ")
    assert list(found) == [
        "値のあるセル",
        "空の行",
        "隠した行（十の値がある）",
        "結合",
        "名前",
        "シート",
    ]
    assert set(found.values()) == {2}  # 様式の答えは、何が増えても記録できる
    assert (project_root / "benchmarks" / "results.md").read_bytes() == results


def test_the_desk_is_measured(project_root: Path, results: bytes) -> None:
    """操作の画面で、見本を作り、届いたものを読み、どのページも開ける。"""
    text = short_run("desk", project_root)
    assert "見本1冊を作る" in text
    assert "届いた1冊を受け取り" in text
    assert len(re.findall(r"^\| \S+ \| [0-9.]+ \| [0-9.]+ \|$", text, re.MULTILINE)) == 10
    assert (project_root / "benchmarks" / "results.md").read_bytes() == results
