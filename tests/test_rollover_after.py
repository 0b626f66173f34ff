"""年度を切り替えたあとも、点検・配布・文書・新旧対照表・状況がそのまま使える。"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from making import load, places
from reporting import LAYOUT, with_results

from sheetgen.cli.commands import cli
from sheetgen.form.jobs import GenerateRequest
from sheetgen.messages.catalogue import message_of
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import EvaluationGrade
from sheetgen.plan.round import RoundKind
from sheetgen.problems import Level, SheetgenError
from sheetgen.publish.comparing import CompareRequest, compare
from sheetgen.publish.exporting import DataFormat, ExportRequest, export
from sheetgen.publish.opendata.dataset import build_dataset
from sheetgen.publish.opendata.source import EndedItem
from sheetgen.publish.publishing import Output, ReportRequest
from sheetgen.publish.reporting import report
from sheetgen.send.checking import check
from sheetgen.send.generating import generate
from sheetgen.year.rolled_plan import RolloverResult
from sheetgen.year.rollover import rollover
from sheetgen.year.standing import Stage, StatusRequest
from sheetgen.year.status import status

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"


class Turned:
    """切り替えた机。"""

    def __init__(self, folder: Path) -> None:
        from sheetgen.year.rolled_plan import RolloverRequest

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


def exported(turned: Turned, out: Path) -> dict[str, list[dict[str, str]]]:
    """書き出した表。"""
    wish = ExportRequest(plan=turned.plan, root=turned.root, out=out, formats=(DataFormat.CSV,))
    found = {}
    for path in export(wish).files:
        with path.open(encoding="utf-8-sig", newline="") as source:
            found[path.stem] = list(csv.DictReader(source))
    return found


def test_the_open_data_keep_what_ended(turned: Turned, tmp_path: Path) -> None:
    tables = exported(turned, tmp_path)
    assert len(tables["items"]) == 74
    last = tables["items"][-1]
    assert (last["実施項目のID"], last["実施項目の状態コード"]) == ("item-07-04", "ended")
    assert (last["終了した年度（西暦）"], last["実施項目の番号"]) == ("2025", "4")
    assert {row["実施項目の状態コード"] for row in tables["items"][:-1]} == {"current"}
    assert {row["終了した年度（和暦）"] for row in tables["items"][:-1]} == {""}
    for name in ("yearly_figures", "grades", "owners", "item_texts", "indicators"):
        assert {"item-07-04"} <= {row["実施項目のID"] for row in tables[name]}, name
    [graded] = [
        row
        for row in tables["grades"]
        if row["実施項目のID"] == "item-07-04" and row["年度（西暦）"] == "2023"
    ]
    assert graded["評価"]
    assert "ended" in {row["コード"] for row in tables["code_list"]}
    assert "coverage" in {row["項目（英数字）"] for row in tables["metadata"]}


def test_grades_of_an_earlier_scale_are_explained(turned: Turned, tmp_path: Path) -> None:
    """終わったあとで評価の段階を改めても、終わったときの評価の意味が残る。"""
    assert turned.result.archive is not None
    before = load_plan(turned.result.archive)
    policy, measure, item = before.find("07-04")
    grade = item.years[0].result.grade
    assert grade
    ended = EndedItem(policy, measure, item, 2025, before.evaluation_scale)
    now = before.model_copy(
        update={
            "evaluation_scale": (EvaluationGrade(grade="優", meaning="優れる"),),
            "policies": (),
        }
    )
    dataset = build_dataset(now, [ended])
    [meaning] = [one.meaning for one in before.evaluation_scale if one.grade == grade]
    assert (grade, meaning) in {row[2:4] for row in dataset.table("code_list").rows}
    assert (grade, meaning) in {row[8:10] for row in dataset.table("grades").rows}


def test_an_archive_that_cannot_be_read_stops_the_export(turned: Turned, tmp_path: Path) -> None:
    assert turned.result.archive is not None
    whole = turned.result.archive.read_bytes()
    turned.result.archive.write_bytes(whole[:-100])
    try:
        with pytest.raises(SheetgenError) as caught:
            exported(turned, tmp_path / "公開")
    finally:
        turned.result.archive.write_bytes(whole)
    assert [problem.code for problem in caught.value.problems] == ["X003"]
    assert not (tmp_path / "公開").exists()


def test_an_archive_of_a_later_year_is_no_past(turned: Turned, tmp_path: Path) -> None:
    """切り替え直して残った、先の年度の控えにあるものは、終了したものではない。"""
    later = load(turned.plan)
    later["revision"]["fiscal_year"] = 2025
    for policy in later["policies"]:
        for measure in policy["measures"]:
            for entry in measure["entries"]:
                if entry.get("id") == "10-04":
                    entry["id"] = "10-99"
    assert turned.result.archive is not None
    stray = turned.result.archive.with_name("令和7年度_2099-01-01.json")
    stray.write_text(json.dumps(later, ensure_ascii=False), encoding="utf-8")
    try:
        ids = {row["実施項目のID"] for row in exported(turned, tmp_path)["items"]}
    finally:
        stray.unlink()
    assert "item-10-99" not in ids


def test_of_two_archives_of_one_day_the_later_one_holds(turned: Turned, tmp_path: Path) -> None:
    """その日のうちに直して切り替え直したら、終了した項目は、直したもののとおりに公開する。"""
    assert turned.result.archive is not None
    again = load(turned.result.archive)
    (ended,) = [one.item for one in places(again) if one.item["id"] == "07-04"]
    ended["title"] = "直した名"
    later = turned.result.archive.with_stem(f"{turned.result.archive.stem}-2")
    later.write_text(json.dumps(again, ensure_ascii=False), encoding="utf-8")
    try:
        rows = exported(turned, tmp_path)["items"]
    finally:
        later.unlink()
    names = [row["実施項目"] for row in rows if row["実施項目のID"] == "item-07-04"]
    assert names == ["直した名"]


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
    assert total.split()[1:] == ["71", "・", "・", "・", "・", "71"]
    assert "output/令和6年度/状況/状況.html" in run.output
