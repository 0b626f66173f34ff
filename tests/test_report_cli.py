"""``sheetgen report`` の画面：何を作り、何を言い、どう終わるか。"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from making import changed_plan
from reporting import shortened

from sheetgen.cli.boundary import main

STEM = "令和６年度年次見直し"


@pytest.fixture
def office(
    tmp_path: Path, plan_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """項目を減らした計画を置いた、事務局のフォルダー。"""
    (tmp_path / "data").mkdir()
    changed_plan(plan_path, tmp_path / "data" / "plan.json", shortened)
    shutil.copytree(project_root / "templates", tmp_path / "templates")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everything_lands_in_the_years_folder(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report"]) == 0
    told = capsys.readouterr().out
    folder = office / "output" / "令和6年度" / "年次見直し"
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{STEM}.pdf", f"{STEM}.html", f"{STEM}.xlsx"}
    assert all(f"output/令和6年度/年次見直し/{name}" in told for name in names)
    assert "BIZ UDゴシック" in told
    assert main(["report"]) == 0
    assert "うち 3個は、前に作ったものと同じです。" in capsys.readouterr().out


def test_one_form_alone_and_a_draft(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--only", "html", "--draft", "--out", "案"]) == 0
    assert [path.name for path in (office / "案").iterdir()] == [f"{STEM}（案）.html"]
    assert f"案/{STEM}（案）.html" in capsys.readouterr().out


def test_another_years_document_asks_to_look(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--only", "html", "--year", "R7"]) == 0
    assert (office / "output" / "令和7年度" / "年次見直し" / "令和７年度年次見直し.html").is_file()
    told = capsys.readouterr().out
    assert "D011" in told
    assert "D012" in told


@pytest.mark.parametrize(
    ("wishes", "code"),
    [(["--year", "R12"], "D010"), (["--only", "docx"], "docx"), (["--year", "きのう"], "きのう")],
)
def test_wrong_wishes_are_refused(
    office: Path, capsys: pytest.CaptureFixture[str], wishes: list[str], code: str
) -> None:
    assert main(["report", *wishes]) == 2
    assert code in capsys.readouterr().err
    assert not (office / "output").exists()


def test_a_broken_template_leaves_what_was_there(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--only", "pdf"]) == 0
    made = office / "output" / "令和6年度" / "年次見直し" / f"{STEM}.pdf"
    before = made.read_bytes()
    cover = office / "templates" / "report" / "cover.typ"
    cover.write_text(cover.read_text("utf-8").replace("cover.plan", "cover.plam"), "utf-8")
    assert main(["report", "--only", "pdf"]) == 1
    told = capsys.readouterr().err
    assert "D003" in told
    assert "cover.typ" in told
    assert "cover.plam" in told
    assert made.read_bytes() == before
