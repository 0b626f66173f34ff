"""切り替えたあとの概要表：前の年度の文のままの行が、新しい年度の見出しの下に黙って載らない。"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from making import changed_plan, item_of, load, places
from reporting import ROOT, document_of, request_for, shortened

from sheetgen.cli.boundary import main
from sheetgen.problems import Problem
from sheetgen.records.editions import open_history
from sheetgen.records.journal import Action
from sheetgen.records.ledger import commit, open_ledger
from sheetgen.records.leftovers import unsettled_overview
from sheetgen.records.undoing import undo
from sheetgen.year.rolled_plan import RolloverRequest, RolloverResult
from sheetgen.year.rollover import rollover
from sheetgen.year.standing import StatusRequest
from sheetgen.year.status import status

NOW = datetime(2025, 3, 31, 12, 0)
PATH = "overview.policy"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """小さくした実物の計画。まだ令和６年度で、令和７年度の取組方針はある。"""

    def change(data: dict[str, Any]) -> None:
        shortened(data)
        for place in places(data):
            place.item["initiatives"]["2025"] = "■ 新しい年度の取組。"

    folder = tmp_path / "data"
    folder.mkdir()
    return changed_plan(ROOT / "data" / "plan.json", folder / "plan.json", change)


def turn(plan: Path, **asked: Any) -> RolloverResult:
    wish = {"force": True, "to": 2025, "reason": "試し", **asked}
    return rollover(RolloverRequest(plan=plan, **wish), now=NOW, who="係")


def edit(plan: Path, change: Callable[[dict[str, Any]], object]) -> None:
    changed_plan(plan, plan, change)


def note(plan: Path, item: str, action: Action = Action.RECORD, mark: str | None = None) -> None:
    """計画のデータはそのままで、その欄の行を記録簿に書く。"""
    with open_ledger(plan, writing=True) as ledger:
        run = ledger.new_run(NOW.astimezone(), "係", round=mark)
        old = ledger.master.plan.find(item)[2].overview.policy
        line = run.entry(action, item=item, path=PATH, label="欄", old=old, new=old)
        commit(ledger, ledger.master.plan, [line, run.end()])


def left(plan: Path) -> list[str]:
    return list(unsettled_overview(open_history(plan)))


def all_rows(plan: Path) -> list[str]:
    """「同左」のほかの、すべての行。"""
    rows = [place.item for place in places(load(plan))]
    return [one["id"] for one in rows if one["overview"]["policy"] != "同左"]


def test_every_row_is_left_after_a_rollover(plan: Path) -> None:
    assert left(plan) == []
    dry = turn(plan, dry_run=True)
    result = turn(plan)
    rows = all_rows(plan)
    assert 10 < len(rows) < len(list(places(load(plan))))
    assert left(plan) == rows
    for one in (dry, result):
        (told,) = [problem for problem in one.problems if problem.code == "S150"]
        assert told.facts["count"] == len(rows)
    (seen,) = [one for one in shown_status(plan) if one.code == "S151"]
    assert seen.facts["count"] == len(rows)


def shown_status(plan: Path) -> tuple[Problem, ...]:
    root = plan.parent.parent
    return status(StatusRequest(plan=plan, layout=ROOT / "templates", root=root)).problems


def test_how_a_row_is_settled(plan: Path) -> None:
    edit(plan, lambda data: item_of(data, "01-02")["overview"].update(policy="前に直した"))
    note(plan, "02-01")  # 切り替える前の記録は、前の年度のもの
    turn(plan)
    rows = all_rows(plan)
    assert left(plan) == rows

    def change(data: dict[str, Any]) -> None:
        item_of(data, "01-01")["overview"]["policy"] = "新しい年度の取組"
        same = item_of(data, "02-02")["initiatives"]
        same["2025"] = same["2024"]
        item_of(data, "03-01")["overview"]["policy"] = None
        item_of(data, "03-02")["initiatives"].pop("2025")  # 長い文が決まるまで、短い文も決まらない

    edit(plan, change)
    note(plan, "04-01", Action.WAIVE)
    note(plan, "04-03")
    settled = {"01-01", "02-02", "03-01", "04-01", "04-03"}
    assert left(plan) == [one for one in rows if one not in settled]
    undo(plan, now=NOW)
    assert left(plan) == [one for one in rows if one not in settled - {"04-03"}]


def test_what_was_answered_in_the_revision_is_settled(plan: Path) -> None:
    """切り替えたときの控えには、見直し照会で決めた文が、もう入っている。"""
    note(plan, "01-01", mark="2024M")
    note(plan, "01-02", mark="2023M")
    turn(plan)
    assert left(plan) == [one for one in all_rows(plan) if one != "01-01"]


def test_an_item_of_the_new_year_is_not_left(plan: Path) -> None:
    turn(plan)

    def change(data: dict[str, Any]) -> None:
        new = json.loads(json.dumps(item_of(data, "01-02")))
        new.update(id="01-20", number=20, introduced=2025)
        data["policies"][0]["measures"][0]["entries"].append(new)

    edit(plan, change)
    assert left(plan) == [one for one in all_rows(plan) if one != "01-20"]


def test_the_document_names_the_rows(plan: Path) -> None:
    turn(plan)
    rows = all_rows(plan)
    edit(plan, lambda data: item_of(data, rows[0])["overview"].update(policy="新しい年度の取組"))
    root = plan.parent.parent
    (told,) = [one for one in document_of(request_for(root, plan=plan))[1] if one.code == "D070"]
    assert told.facts["items"] == "、".join(rows[1:])
    assert (told.facts["old"], told.facts["new"]) == ("令和６年度", "令和７年度")


def test_a_final_document_says_so_last(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    turn(plan)
    rows = all_rows(plan)
    root = plan.parent.parent
    monkeypatch.chdir(root)
    asked = request_for(root)
    made_from = ["--layout", str(asked.layout), "--template", str(asked.template)]
    words = ["report", "--final", "--published", "2025-03", "--only", "html"]
    assert main([*words, *made_from]) == 0
    out = capsys.readouterr().out
    assert "D071 「概要表」" in out
    assert f"{len(rows)}行" in out.splitlines()[-1]
    assert "D070" not in out
    # 公表した年度の文書は、もう直せないので、何も言わない。
    turn(plan, to=2026)
    old = request_for(root, plan=plan, year=2025)
    assert not {"D070", "D071"} & {one.code for one in document_of(old)[1]}
