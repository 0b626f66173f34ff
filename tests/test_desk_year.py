"""公表、年度の切替、取り消しのページ：できるものも記録も、ページの見せるコマンドと同じ。"""

from __future__ import annotations

import io
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desk_samples import client, folder_in, text
from desk_twins import Twins, contents, hidden, words_of

from sheetgen.plan.paths import with_items, with_values
from sheetgen.records.journal import Action
from sheetgen.records.ledger import commit, open_ledger

KEPT = "令和6年度_公表.json"
ITEM, FIELD = "08-08", "years[0].result.value"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """公表した計画が一つしまってあり、値を一つ記録した作業フォルダー。"""
    root = folder_in(tmp_path_factory.mktemp("year"))
    plan = root / "data" / "plan.json"
    (plan.parent / "archive").mkdir()
    shutil.copyfile(plan, plan.parent / "archive" / KEPT)
    with open_ledger(plan, writing=True) as ledger:
        run = ledger.new_run(datetime(2024, 8, 1, 9, 0, tzinfo=UTC), "係", round="2024J")
        item = ledger.master.plan.find(ITEM)[2]
        entry = run.entry(
            Action.RECORD,
            item=ITEM,
            path=FIELD,
            label="令和5年度の実績値",
            new=34,
            file="答え.xlsx",
        )
        changed = with_items(ledger.master.plan, {ITEM: with_values(item, {FIELD: 34}, 0)})
        commit(ledger, changed, [entry, run.end()])
    return root


@pytest.fixture
def twins(source: Path, tmp_path: Path) -> Twins:
    return Twins(source, tmp_path)


def test_the_documents_are_the_same_from_the_desk(twins: Twins) -> None:
    final = {"only": "html", "final": "1", "published": "2025-03", "step": "make"}
    made = twins.same("/publishing/report", final)
    assert "年次見直しの文書を作りました" in text(made)
    assert "--final --published 2025-03" in words_of(made)
    twins.same("/publishing/compare", {"old": KEPT, "new": KEPT, "only": "html"})
    twins.same("/publishing/export", {"only": "json"})
    shown = text(twins.get("/publishing/"))
    assert '<option value="" selected>令和6年度（いま）</option>' in shown
    assert "公表した計画（2回目）" in shown
    for kind in ("年次見直し（1個）", "新旧対照表（1個）", "オープンデータ（1個）"):
        assert f"令和6年度 {kind}" in shown


def test_the_period_is_lengthened_from_the_desk(twins: Twins) -> None:
    assert "計画の期間だけを延ばす" in text(twins.get("/closing/"))
    twins.refused("/closing/", {"keep_year": "1", "until": "2027", "step": "trial"}, "S152",
                  status=200)  # fmt: skip
    trial = twins.post("/closing/", {"keep_year": "1", "until": "2028", "step": "trial"})
    assert "まだ何も書いていません" in text(trial)
    chosen = hidden(trial, "/closing/")
    made = twins.same("/closing/", {**chosen, "step": "make"})
    assert "令和１０年度まで延ばしました" in text(made)
    assert "--until 2028 --keep-year" in words_of(made)
    assert "いまは令和１０年度" in text(twins.get("/closing/"))


def test_looking_before_publishing_makes_nothing(twins: Twins) -> None:
    before = contents(twins.desk)
    answer = twins.post("/publishing/report", {"only": "html", "step": "look"})
    assert answer.status_code == 200
    assert "公表の前に確かめました" in text(answer)
    assert "PDF の書体" in text(answer) or ">D002</span>" in text(answer)
    assert contents(twins.desk) == before


def test_a_plan_that_was_given_is_compared_and_not_kept(twins: Twins) -> None:
    data = (twins.desk / "data" / "archive" / KEPT).read_bytes()
    form = {"old": "upload", "old_file": (io.BytesIO(data), "../前の計画.json"), "only": "html"}
    answer = twins.post("/publishing/compare", form)
    assert "新旧対照表を作りました" in text(answer)
    assert not (twins.desk / "data" / "desk").exists()
    wrong = {"old": "upload", "old_file": (io.BytesIO(b"{"), "計画.json"), "only": "html"}
    assert twins.post("/publishing/compare", wrong).status_code == 409
    assert not (twins.desk / "data" / "desk").exists()


def test_what_cannot_be_published_is_told_and_nothing_is_written(twins: Twins) -> None:
    make = {"only": "html", "step": "make"}
    twins.refused("/publishing/compare", {"new": KEPT}, "D073")
    twins.refused("/publishing/compare", {"old": "../plan.json"}, "U002")
    twins.refused("/publishing/compare", {"old": "upload"}, "I020")
    twins.refused("/publishing/report", {**make, "published": "三月"}, "U005")
    twins.refused("/publishing/report", {**make, "published": "2025-03"}, "D053")
    twins.refused("/publishing/report", {**make, "final": "1", "draft": "1"}, "D052")
    twins.refused("/publishing/report", {**make, "year": "2040"}, "D010")
    twins.refused("/publishing/report", {"only": "doc", "step": "make"}, "U002")
    twins.refused("/publishing/export", {"only": "pdf"}, "U002")
    stale = twins.refused("/publishing/report", {**make, "revision": "0-0-0-0"})
    assert "ページが古くなっています" in stale


def test_the_year_is_closed_as_it_was_shown(twins: Twins) -> None:
    before = contents(twins.desk)
    wanted = {"retire": ["01-04", "05-04"], "renumber": "1", "copy_initiatives": "1"}
    twins.refused("/closing/", {**wanted, "step": "make"}, "S104")
    asked = twins.refused("/closing/", {**wanted, "force": "1"}, "S106", status=200)
    assert asked.count(" checked>") == 5  # 選んだものは、そのまま
    twins.refused("/closing/", wanted, "S104", status=200)
    forced = {**wanted, "force": "1", "to": "2025", "reason": "実績は、あとで集める"}
    trial = twins.post("/closing/", forced)
    assert "切り替えると変わること" in text(trial)
    assert contents(twins.desk) == before
    chosen = hidden(trial, "/closing/")
    assert chosen["retire"] == wanted["retire"]
    twins.same("/closing/", {**chosen, "step": "make"})
    twins.refused("/closing/", {**chosen, "step": "make"})
    assert "令和７年度の年次見直しを閉じ" in text(twins.get("/closing/"))
    assert "は、年度の切り替えです" in twins.refused(
        "/undoing/", {"run": _runs(text(twins.get("/undoing/")))[0]}, "S130"
    )


def test_a_run_is_taken_back_as_it_was_shown(twins: Twins) -> None:
    listed = text(twins.get("/undoing/"))
    [run] = _runs(listed)
    assert "令和６年度の実績照会" in listed
    assert "答え.xlsx" in listed
    inside = text(twins.get(f"/undoing/run/{run}"))
    assert "<del>（空欄）</del> → <ins>34</ins>" in inside
    before = contents(twins.desk)
    trial = twins.post("/undoing/", {"run": run})
    assert "<del>34</del> → <ins>（空欄）</ins>" in text(trial)
    assert contents(twins.desk) == before
    twins.same("/undoing/", {**hidden(trial, "/undoing/"), "step": "make"})
    assert "取り消し済み" in text(twins.get("/undoing/"))
    assert "取り消してあります" in text(twins.get(f"/undoing/run/{run}"))
    twins.refused("/undoing/", {"run": run, "step": "make"}, "R521")
    twins.refused("/undoing/", {"run": "20000101-000000", "step": "make"}, "R520")
    assert twins.get("/undoing/run/20000101-000000").status_code == 404


def test_the_proposals_and_edits_are_there_even_if_none(source: Path) -> None:
    page = client(source)
    shown = text(page.get("/undoing/"))
    for path in re.findall(r'href="(/items/history/[a-z]+)"', shown):
        assert page.get(path).status_code == 200
    assert shown.count("/items/history/") == 2


def _runs(shown: str) -> list[str]:
    return re.findall(r'/undoing/run/([0-9-]+)"', shown)
