"""年度を切り替えたあとも、点検・配布・文書・新旧対照表・状況がそのまま使える。"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from making import load, places
from reporting import LAYOUT, with_results

from sheetgen.cli.commands import cli
from sheetgen.messages import message_of
from sheetgen.model.comparison import CompareRequest
from sheetgen.model.job import GenerateRequest
from sheetgen.model.report import Output, ReportRequest
from sheetgen.model.rollover import RolloverResult
from sheetgen.model.round import RoundKind
from sheetgen.model.standing import Stage, StatusRequest
from sheetgen.pipeline import check, compare, generate, report, rollover, status
from sheetgen.problems import Level

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"


class Turned:
    """切り替えた机。"""

    def __init__(self, folder: Path) -> None:
        from sheetgen.model.rollover import RolloverRequest

        self.root = folder
        self.plan = folder / "data" / "plan.json"
        self.plan.parent.mkdir()
        # 見直し照会を済ませ、令和７年度の取組方針がある。
        with_results(ROOT / "data" / "plan.json", self.plan, (2023,))
        self.result: RolloverResult = rollover(
            RolloverRequest(plan=self.plan, retire=("07-04",), renumber=True)
        )


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Turned:
    return Turned(tmp_path_factory.mktemp("turned"))


def test_the_plan_is_clean(turned: Turned) -> None:
    result = check(turned.plan, TEMPLATE)
    told = [(one.code, message_of(one).level) for one in result.problems]
    assert [one for one in told if one[1] is not Level.NOTE] == []
    assert result.items == 73
    assert "S122" not in {one.code for one in turned.result.problems}


def test_the_next_round_goes_out_with_the_next_initiatives(turned: Turned) -> None:
    result = generate(
        GenerateRequest(
            plan=turned.plan, template=TEMPLATE, root=turned.root, round=RoundKind.RESULTS
        )
    )
    assert sum(book.forms for book in result.books) == 73
    assert result.folder == turned.root / "output" / "令和7年度" / "配布"
    assert "F014" not in {one.code for one in result.problems}
    standing = status(
        StatusRequest(plan=turned.plan, layout=LAYOUT.parent, root=turned.root)
    ).standing
    assert standing.round_name == "令和７年度の実績照会"
    assert {one.stage for one in standing.items} == {Stage.OUT}


def test_the_next_document_shows_the_results(turned: Turned) -> None:
    result = report(
        ReportRequest(
            plan=turned.plan,
            template=TEMPLATE,
            layout=LAYOUT,
            root=turned.root,
            outputs=(Output.HTML,),
            earlier=turned.result.archive,
        )
    )
    text = result.files[0].path.read_text("utf-8")
    assert "令和７年度年次見直し" in text
    assert "令和５年度の取組実績" in text
    assert not {"D011", "D012"} & {one.code for one in result.problems}


def test_the_two_years_can_be_compared(turned: Turned) -> None:
    assert turned.result.archive is not None
    result = compare(
        CompareRequest(
            old=turned.result.archive,
            new=turned.plan,
            layout=LAYOUT,
            root=turned.root,
            outputs=(Output.HTML,),
        )
    )
    assert result.differs
    text = result.report.files[0].path.read_text("utf-8")
    ended = next(
        place.item["title"]
        for place in places(load(turned.result.archive))
        if place.item["id"] == "07-04"
    )
    assert ended in text


def test_the_command_tells_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    plan = with_results(ROOT / "data" / "plan.json", tmp_path / "data" / "plan.json", (2023,))
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(
        cli, ["rollover", "--retire", "8-8", "--renumber", "--to", "R7"], standalone_mode=False
    )
    assert run.exception is None, run.output
    assert "令和７年度を開きました" in run.output
    assert "終了: 08-08 (8)⑧ 自動販売機設置場所の貸付拡大" in run.output
    assert "data/archive/令和6年度_" in run.output
    assert json.loads(plan.read_text("utf-8"))["revision"]["fiscal_year"] == 2025


def test_the_status_command_shows_table_and_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    with_results(ROOT / "data" / "plan.json", tmp_path / "data" / "plan.json", (2023,))
    monkeypatch.chdir(tmp_path)
    words = ["status", "--layout", str(LAYOUT.parent), "--verbose"]
    run = CliRunner().invoke(cli, words, standalone_mode=False)
    assert run.exception is None, run.output
    lines = run.output.splitlines()
    assert lines[0].startswith("令和６年度の実績照会の状況")
    total = next(line for line in lines if line.lstrip().startswith("計"))
    assert total.split()[1:] == ["74", "3", "・", "・", "・", "71"]
    assert "output/令和6年度/状況/状況.html" in run.output
