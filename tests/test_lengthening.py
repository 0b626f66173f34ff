"""計画の期間を延ばす：年度の切り替えと一緒に、または期間だけを。"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from making import changed_plan, make

from sheetgen.plan.item import Item
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import RoundKind
from sheetgen.problems import SheetgenError, UsageError
from sheetgen.records.editions import open_history
from sheetgen.records.journal import journal_path, parse_journal
from sheetgen.records.undoing import undo
from sheetgen.send.checking import check
from sheetgen.year.rolled_plan import RolloverRequest
from sheetgen.year.rollover import rollover

NOW = datetime(2025, 3, 31, 12)
FINAL = 2027


@pytest.fixture
def few(tmp_path: Path, plan_path: Path) -> Path:
    """実施項目を初めの推進項目だけにした、伊勢原市の計画。"""

    def change(plan: dict[str, Any]) -> None:
        for policy in plan["policies"]:
            for measure in policy["measures"]:
                own = [one for one in measure["entries"] if one["type"] == "item"]
                measure["entries"] = own[:2] if measure["number"] == 8 else []
        plan["overview"].pop("legend", None)

    (tmp_path / "data").mkdir()
    return changed_plan(plan_path, tmp_path / "data" / "plan.json", change)


def _items(plan: Plan) -> list[Item]:
    return [item for _, _, item in plan.items()]


def _set(path: Path, change: Any) -> None:
    tree = json.loads(path.read_text("utf-8"))
    change(tree)
    path.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")


def test_only_the_period_is_lengthened(few: Path, project_root: Path) -> None:
    before, form = load_plan(few), project_root / "templates" / "shinchoku_sheet.xlsx"
    trial = rollover(RolloverRequest(plan=few, until=2029, keep_year=True, dry_run=True), now=NOW)
    assert (trial.run, load_plan(few)) == (None, before)
    done = rollover(RolloverRequest(plan=few, until=2029, keep_year=True), now=NOW)
    assert {one.code for one in done.problems} == {"S155"}
    plan = load_plan(few)
    assert plan.fiscal_years == (*before.fiscal_years, 2028, 2029)
    assert plan.revision == before.revision
    for old, new in zip(_items(before), _items(plan), strict=True):
        assert new.years[:5] == old.years
        assert [one.plan for one in new.years[5:]] == [None, None]
    # しまった計画は一字も違わず、記録簿の一行がそれを指す。
    assert done.archive is not None
    assert load_plan(done.archive) == before
    (line,) = [one for one in parse_journal(journal_path(few).read_bytes(), "").entries if one.path]
    assert (line.path, line.old, line.new, line.file) == (
        "fiscal_years", FINAL, 2029, done.archive.name,
    )  # fmt: skip
    with pytest.raises(UsageError) as caught:
        undo(few)
    assert [one.code for one in caught.value.problems] == ["S130"]
    # 様式の年度の行も増え、点検に何も増えない。
    assert not [one for one in check(few, form).problems if one.code.startswith("T")]
    (book,) = make(few.parent, few, form, round=RoundKind.REVISION).books[:1]
    sheet = next(one for one in openpyxl.load_workbook(book.path) if one.title.startswith("(8)"))
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert {"令和10年度", "令和11年度"} <= set(texts)
    assert any("令和１１年度（計画最終年度）" in text for text in texts)


def test_the_year_is_changed_with_the_period(few: Path) -> None:
    result = rollover(
        RolloverRequest(plan=few, to=2025, until=2028, force=True, reason="延長の議決"), now=NOW
    )
    plan = load_plan(few)
    assert (plan.final_year, plan.revision.fiscal_year, result.until) == (2028, 2025, 2028)
    assert "S155" in {one.code for one in result.problems}
    paths = [one.path for one in parse_journal(journal_path(few).read_bytes(), "").entries]
    assert paths.index("revision.fiscal_year") < paths.index("fiscal_years")


def test_in_the_closing_year(few: Path) -> None:
    """最終年度の実績を集めた年度でも延ばせる。全期間総合評価は、その年度の評価になる。"""

    def close(tree: dict[str, Any]) -> None:
        tree["revision"]["fiscal_year"] = FINAL + 1
        for policy in tree["policies"]:
            for measure in policy["measures"]:
                for item in measure["entries"]:
                    item["overall_grade"] = "B"
                    for year in item["years"]:
                        year["result"] |= {"text": "・進めた。", "value": "-", "effect": "-"}
                        year["result"]["grade"] = "A" if year["fiscal_year"] < FINAL else None

    _set(few, close)
    with pytest.raises(SheetgenError) as caught:
        rollover(RolloverRequest(plan=few), now=NOW)
    assert [one.code for one in caught.value.problems] == ["S103"]
    result = rollover(RolloverRequest(plan=few, until=FINAL + 1), now=NOW)
    assert "S156" in {one.code for one in result.problems}
    plan = load_plan(few)
    assert plan.revision.fiscal_year == FINAL + 2
    for item in _items(plan):
        assert item.overall_grade is None
        assert item.year(FINAL).result.grade == "B"
        assert item.year(FINAL + 1).result.grade is None
    moved = [one for one in parse_journal(journal_path(few).read_bytes(), "").entries if one.item]
    assert {(one.path, one.old, one.new) for one in moved} >= {
        ("years[4].result.grade", None, "B"),
        ("item.overall_grade", "B", None),
    }
    history = open_history(few)
    assert history.years.in_year(FINAL).fiscal_years[-1] == FINAL


def test_what_cannot_be_lengthened(few: Path) -> None:
    cases = (
        ({"until": FINAL}, "S152"),
        ({"until": 2023 + 20}, "S153"),
        ({"keep_year": True}, "S154"),
        ({"keep_year": True, "until": 2029, "renumber": True}, "S154"),
    )
    before = few.read_bytes()
    for changes, code in cases:
        with pytest.raises(UsageError) as caught:
            rollover(RolloverRequest(plan=few, **changes), now=NOW)  # type: ignore[arg-type]
        assert [one.code for one in caught.value.problems] == [code]
    assert few.read_bytes() == before
