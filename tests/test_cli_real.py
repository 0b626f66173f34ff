"""コマンドを、実物の計画とテンプレートで動かす。"""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from sheetgen.cli.boundary import main
from sheetgen.problems import ExitCode
from sheetgen.records.bug_report import LOG_NAME


@pytest.fixture
def folder(
    tmp_path: Path, plan_path: Path, template_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """計画のデータとテンプレートだけを置いた、作業フォルダー。"""
    for path in (plan_path, template_path):
        place = tmp_path / path.parent.name / path.name
        place.parent.mkdir()
        shutil.copy(path, place)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def books_in(folder: Path) -> list[Path]:
    return sorted((folder / "output").rglob("*.xlsx"))


def test_the_main_job(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate"]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "28冊" in out
    assert "74枚" in out
    first = {path: path.read_bytes() for path in books_in(folder)}
    assert len(first) == 28
    assert {path.parent.name for path in first} == {"見本"}
    assert main(["generate"]) == ExitCode.OK  # もう一度しても、何も変わらない
    assert {path: path.read_bytes() for path in books_in(folder)} == first
    assert not (folder / LOG_NAME).exists()


def test_check_finds_the_real_files_sound(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(folder.rglob("*"))
    assert main(["check"]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "74件" in out
    assert "28課" in out
    assert sorted(folder.rglob("*")) == before  # 点検は何も書かない


@pytest.mark.parametrize(
    ("arguments", "books", "forms"),
    [
        (["--item", "08-08"], 1, 1),
        (["--item", "08-08", "--item", "01-01", "--per", "item"], 2, 2),
        (["--section", "経営企画課", "--round", "見直し照会", "--year", "R6"], 1, 15),
        (["--per", "計画"], 1, 74),
    ],
)
def test_a_part_of_the_job(
    folder: Path, arguments: list[str], books: int, forms: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "--out", "made", *arguments]) == ExitCode.OK
    assert f"{books}冊（様式 {forms}枚）" in capsys.readouterr().out
    made = sorted((folder / "made").glob("*.xlsx"))
    assert len(made) == books
    sheets = [name for path in made for name in openpyxl.load_workbook(path).sheetnames]
    assert sum(name.startswith("(") for name in sheets) == forms


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["generate", "--round", "結果"], ExitCode.USAGE, "実績照会、見直し照会"),
        (["generate", "--item", "99-99"], ExitCode.USAGE, "99-99"),
        (["generate", "--section", "無い課"], ExitCode.USAGE, "無い課"),
        (["generate", "--year", "R30"], ExitCode.USAGE, "令和"),
        (["generate", "--plan", "no.json"], ExitCode.PROBLEMS, "no.json"),
        (["generate", "--template", "no.xlsx"], ExitCode.PROBLEMS, "no.xlsx"),
        (["check", "--plan", "no.json"], ExitCode.PROBLEMS, "no.json"),
        (["check", "--template", "no.xlsx"], ExitCode.PROBLEMS, "no.xlsx"),
        (["check", "--template", "data/plan.json"], ExitCode.PROBLEMS, "plan.json"),
        (["check", "--plan", "templates/shinchoku_sheet.xlsx"], ExitCode.PROBLEMS, "D040"),
        (["check", "--plan", "data"], ExitCode.PROBLEMS, "data"),
        (["check", "--template", "templates"], ExitCode.PROBLEMS, "templates"),
    ],
)
def test_what_cannot_be_done_is_said(
    folder: Path,
    arguments: list[str],
    code: ExitCode,
    named: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert named in out + err
    assert "対処:" in out + err
    assert not (folder / "output").exists()
    assert not (folder / LOG_NAME).exists()
