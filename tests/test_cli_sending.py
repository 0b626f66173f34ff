"""``sheetgen distribute`` と ``sheetgen remind`` の、画面に出すものと終了コード。"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sheetgen.cli.boundary import main
from sheetgen.problems import ExitCode
from sheetgen.records.bug_report import LOG_NAME

SEND = ["distribute", "--section", "職員課", "--deadline", "2024-07-31"]


@pytest.fixture
def folder(
    tmp_path: Path,
    plan_path: Path,
    template_path: Path,
    project_root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """計画のデータとテンプレートだけを置いた、作業フォルダー。"""
    for path in (plan_path, template_path):
        place = tmp_path / path.parent.name / path.name
        place.parent.mkdir()
        shutil.copy(path, place)
    shutil.copytree(project_root / "templates" / "letters", tmp_path / "templates" / "letters")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_sending_out_and_asking_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SEND, "--dry-run"]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "総務部 職員課" in out
    assert "（宛先なし）" in out
    assert "何も作っていません" in out
    assert not (folder / "output").exists()
    assert main(SEND) == ExitCode.OK
    out = capsys.readouterr().out
    assert "1課に送る用意ができました（様式 4枚）" in out
    assert "output/令和6年度/実績照会/配布" in out
    assert "1課分を加えました" in out
    assert (folder / "data" / "sendouts.jsonl").exists()
    assert main(SEND) == ExitCode.OK
    assert "送付記録は前のまま" in capsys.readouterr().out
    assert main([*SEND, "--again"]) == ExitCode.OK
    assert "1課分を加えました" in capsys.readouterr().out
    assert main([*SEND, "--dry-run"]) == ExitCode.OK
    assert "に送付）" in capsys.readouterr().out

    assert main(["remind", "--today", "2024-07-31"]) == ExitCode.PROBLEMS
    assert "--early" in capsys.readouterr().err
    assert main(["remind", "--today", "2024-08-03", "--dry-run"]) == ExitCode.OK
    assert "何も作っていません" in capsys.readouterr().out
    assert main(["remind", "--today", "2024-08-03"]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "1課の4項目" in out
    assert "3日遅れ  未提出 4" in out
    assert "督促/2024-08-03" in out
    assert main(["remind", "--today", "2024-08-04"]) == ExitCode.OK
    assert "に督促）" in capsys.readouterr().out
    assert not (folder / LOG_NAME).exists()


def test_the_round_that_was_taken_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """指定のないコマンドは、どの照会のこととしたかを、まず言う。断るときにも。"""

    def said(*words: str, code: ExitCode = ExitCode.OK) -> str:
        capsys.readouterr()
        assert main(list(words)) == code
        shown = capsys.readouterr()
        return shown.out + shown.err

    assert main(SEND) == ExitCode.OK
    assert main([*SEND, "--round", "見直し照会"]) == ExitCode.OK
    first = "照会は、最後に送った令和６年度の見直し照会です"
    late = ("--today", "2024-08-05")
    assert said("remind", *late).startswith(first)
    assert said("distribute", *SEND[1:]).startswith(first)
    assert said("generate", "--item", "01-01").startswith(first)
    assert (folder / "output" / "令和6年度" / "見直し照会" / "見本").is_dir()
    extended = ("--section", "職員課", "--deadline", "2024-08-09", "--extend")
    assert said("distribute", *extended).startswith(first)
    assert "令和６年度の見直し照会" in said("remind", *late, code=ExitCode.PROBLEMS)
    other = said("distribute", *extended[:2], "--deadline", "2024-08-16", code=ExitCode.PROBLEMS)
    assert "令和６年度の見直し照会" in other
    assert first not in said("remind", "--round", "実績照会", *late)
    wrong = said("distribute", *extended, "--returns", code=ExitCode.USAGE)
    assert "--extend" in wrong


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["remind"], ExitCode.PROBLEMS, "sheetgen distribute"),
        (["remind", "--today", "あした"], ExitCode.USAGE, "あした"),
        (["remind", "--section", "無い課"], ExitCode.USAGE, "無い課"),
        (["distribute", "--section", "無い課"], ExitCode.USAGE, "無い課"),
        (["distribute", "--deadline", "7月末"], ExitCode.USAGE, "7月末"),
        (["distribute", "--letters", "無いフォルダー"], ExitCode.PROBLEMS, "依頼文.txt"),
    ],
)
def test_what_cannot_be_done_is_told(
    folder: Path,
    arguments: list[str],
    code: ExitCode,
    named: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(arguments) == code
    assert named in capsys.readouterr().err
    assert not (folder / "output").exists()
    assert not (folder / "data" / "sendouts.jsonl").exists()
    assert not (folder / LOG_NAME).exists()
