"""年度の切り替え：閉じたものは控えに残り、次の年度が開き、つじつまが合う。"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import second_city
from making import item_of, load, places
from reporting import with_results
from status_desk import issue

from sheetgen.messages.catalogue import message_of
from sheetgen.plan.consistency import find_inconsistencies
from sheetgen.plan.loading import load_plan, parse_plan
from sheetgen.problems import SheetgenError
from sheetgen.records.archives import archive_folder, archives
from sheetgen.records.history import trace
from sheetgen.records.journal import Action, JournalEntry, render_entries
from sheetgen.records.ledger import _is_completed
from sheetgen.records.open_items import ItemState, OpenItem, save_open_items
from sheetgen.records.transaction import Pending
from sheetgen.records.undoing import undo
from sheetgen.year.rolled_plan import RolloverRequest, RolloverResult, roll
from sheetgen.year.rollover import rollover

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2024, 11, 23, 14, 30)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """令和５年度の実績のそろった、実物の計画。取組方針は令和６年度まで。"""
    folder = tmp_path / "data"
    folder.mkdir()
    path = with_results(ROOT / "data" / "plan.json", folder / "plan.json", (2023,))
    data = load(path)
    for place in places(data):
        place.item["initiatives"].pop("2025")
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def turn(plan: Path, **wishes: Any) -> RolloverResult:
    return rollover(RolloverRequest(plan=plan, **wishes), now=NOW, who="係")


def refused(plan: Path, **wishes: Any) -> list[str]:
    """断られた符号。何も変わっていない。"""
    before = everything(plan)
    with pytest.raises(SheetgenError) as caught:
        turn(plan, **wishes)
    assert everything(plan) == before
    return [problem.code for problem in caught.value.problems]


def everything(plan: Path) -> dict[str, bytes]:
    files = [path for path in plan.parent.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files if not path.name.startswith(".")}


def journal(plan: Path) -> list[JournalEntry]:
    lines = (plan.parent / "journal.jsonl").read_text("utf-8").splitlines()
    return [JournalEntry.model_validate_json(line) for line in lines]


def codes(result: RolloverResult) -> set[str]:
    return {problem.code for problem in result.problems}


def test_the_next_year_is_open_and_the_last_is_kept(plan: Path) -> None:
    closed = plan.read_bytes()
    result = turn(plan)
    assert (result.closed, result.opened) == (2024, 2025)
    assert result.archive == archive_folder(plan) / "令和6年度_2024-11-23.json"
    assert result.archive.read_bytes() == closed
    before, after = json.loads(closed), load(plan)
    assert after["revision"] == {
        "fiscal_year": 2025,
        "published": None,
        "highlights": [],
        "highlight_notes": [],
        "retired_items": [],
    }
    assert find_inconsistencies(after) == []
    # 年次見直しの欄と、付けた評価の段階の控えのほかは、一字も変わらない
    parsed = parse_plan(closed, "plan.json").model_dump(mode="json")
    scale = {"fiscal_year": 2023, "grades": parsed["evaluation_scale"]}
    assert after == {**parsed, "revision": after["revision"], "past_scales": [scale]}
    new = load_plan(plan)
    assert new.new_item_count == 0
    assert new.previous_item_count == 74
    assert before["revision"]["highlights"]
    assert codes(result) == {"S122", "S124", "S150"}
    head, end = journal(plan)
    assert (head.action, head.old, head.new) == (Action.ROLLOVER, 2024, 2025)
    assert head.file == result.archive.name
    assert end.action is Action.END


def test_twice_is_refused_plainly(plan: Path) -> None:
    turn(plan)
    assert refused(plan) == ["S101"]
    assert refused(plan, to=2025) == ["S101"]
    assert refused(plan, to=2024) == ["S101"]
    assert refused(plan, to=2027) == ["S102"]


def test_open_ends_stop_it(plan: Path) -> None:
    data = load(plan)
    for item in ("08-08", "01-01"):
        result = item_of(data, item)["years"][0]["result"]
        result.update(dict.fromkeys(result))
    plan.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    issue(plan, ["03-01"])
    asked = OpenItem(ItemState.HELD, "2024-08-01T09:00:00+09:00", ("一.xlsx",), ("R302",))
    save_open_items(plan, "2024J", {"03-01": asked})
    save_open_items(plan, "2024M", {"04-01": asked})
    assert refused(plan) == ["S104", "S105", "S105"]
    # 計画のデータに手で書くのではなく、その年度の照会を回収するように言う。
    with pytest.raises(SheetgenError) as stopped:
        rollover(RolloverRequest(plan=plan))
    assert "sheetgen collect 返信 --year R6" in message_of(stopped.value.problems[0]).remedy
    assert refused(plan, force=True, reason="急ぐ") == ["S106"]
    assert refused(plan, force=True, to=2025, reason=" ") == ["S106"]
    result = turn(plan, force=True, to=2025, reason="課がなくなった")
    left = [one for one in result.problems if one.code == "S127"]
    assert len(left) == 3
    for one in left:
        assert "sheetgen collect 返信 --year R6" in message_of(one).remedy
        assert "計画のデータに書いて" not in message_of(one).remedy
    assert journal(plan)[0].reason == "課がなくなった"


def test_items_new_this_year_owe_no_result_yet(plan: Path) -> None:
    data = load(plan)
    new = [place.item for place in places(data) if place.item["introduced"] == 2024]
    assert len(new) == 3
    assert all(item["years"][0]["result"]["text"] is None for item in new)
    turn(plan)


def test_an_item_is_ended_by_its_printed_number(plan: Path) -> None:
    result = turn(plan, retire=("(7)④", "（８）⑧"))
    assert [one.item for one in result.retired] == ["07-04", "08-08"]
    with pytest.raises(SheetgenError) as stopped:
        rollover(RolloverRequest(plan=plan, retire=("(99)①",)))
    assert [one.code for one in stopped.value.problems] == ["S107"]


def test_an_item_that_ends_leaves_with_its_cross_references(plan: Path) -> None:
    result = turn(plan, retire=("07-04", "08-08"), renumber=True)
    data = load(plan)
    assert data["revision"]["retired_items"] == ["07-04", "08-08"]
    assert find_inconsistencies(data) == []
    entries = [
        entry
        for policy in data["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
    ]
    assert not [one for one in entries if "07-04" in (one.get("id"), one.get("item_id"))]
    for policy in data["policies"]:
        for measure in policy["measures"]:
            numbers = [entry["number"] for entry in measure["entries"]]
            assert numbers == list(range(1, len(numbers) + 1))
    assert item_of(data, "08-09")["number"] == 8
    assert ("08-09", "(8)⑨", "(8)⑧") in [(one.item, one.old, one.new) for one in result.renumbered]
    assert [one.item for one in result.retired] == ["07-04", "08-08"]
    # 見方の見本は 08-08 だった
    assert data["overview"]["legend"]["sample_item_id"] == "01-01"
    assert {"S120", "S121", "S126"} <= codes(result)
    assert result.archive is not None
    kept = item_of(load(result.archive), "08-08")
    assert kept["years"][0]["result"]["text"]
    assert load_plan(plan).previous_item_count == 74


def test_printed_numbers_stay_unless_asked(plan: Path) -> None:
    result = turn(plan, retire=("01-02",))
    data = load(plan)
    assert item_of(data, "01-03")["number"] == 3
    assert result.renumbered == ()
    assert find_inconsistencies(data) == []


@pytest.mark.parametrize("retire", ["99-99", "八"])
def test_an_unknown_item_cannot_end(plan: Path, retire: str) -> None:
    assert refused(plan, retire=(retire,)) == ["S107"]


def test_initiatives_are_copied_only_when_asked(plan: Path) -> None:
    data = load(plan)
    item_of(data, "08-08")["initiatives"]["2025"] = "■ 見直し照会で決めた。"
    plan.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    result = turn(plan, copy_initiatives=True)
    after = load(plan)
    assert item_of(after, "08-08")["initiatives"]["2025"] == "■ 見直し照会で決めた。"
    assert len(result.copied) == 73
    for place in places(after):
        if place.item["id"] in result.copied:
            assert place.item["initiatives"]["2025"] == place.item["initiatives"]["2024"]
    assert "S123" in codes(result)
    assert "S122" not in codes(result)
    records = [one for one in journal(plan) if one.action is Action.RECORD]
    assert [one.item for one in records] == list(result.copied)
    history = trace(plan, "01-01", 2025)
    assert [field.path for field in history.fields] == ["initiatives[2025]"]
    assert not history.fields[0].by_hand


def test_a_dry_run_writes_nothing_and_says_the_same(plan: Path) -> None:
    before = everything(plan)
    dry = turn(plan, retire=("08-08",), renumber=True, dry_run=True)
    assert everything(plan) == before
    assert (dry.archive, dry.run) == (None, None)
    real = turn(plan, retire=("08-08",), renumber=True)
    assert dry.retired == real.retired
    assert dry.renumbered == real.renumbered
    assert dry.problems == real.problems


def test_what_is_kept_is_never_overwritten(plan: Path) -> None:
    folder = archive_folder(plan)
    folder.mkdir()
    other = folder / "令和6年度_2024-11-23.json"
    other.write_text("別のもの", encoding="utf-8")
    result = turn(plan)
    assert other.read_text("utf-8") == "別のもの"
    assert result.archive == folder / "令和6年度_2024-11-23-2.json"
    assert archives(plan) == [other, result.archive]


def test_a_stop_after_keeping_leaves_the_master(
    plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = plan.read_bytes()

    def stop(*_: object) -> None:
        raise OSError("no room")

    with monkeypatch.context() as broken:
        broken.setattr("sheetgen.year.rollover.commit", stop)
        with pytest.raises(OSError, match="no room"):
            turn(plan)
    assert plan.read_bytes() == closed
    result = turn(plan)
    assert [path.name for path in archives(plan)] == ["令和6年度_2024-11-23.json"]
    assert result.opened == 2025


def test_it_cannot_be_undone_but_what_came_before_can(plan: Path) -> None:
    earlier = JournalEntry(run="20240901-090000", at="2024-09-01T09:00:00+09:00", by="係",
                    action=Action.RECORD, round="2024J", item="08-08",
                    path="years[0].result.grade", label="評価", old=None,
                    new=item_of(load(plan), "08-08")["years"][0]["result"]["grade"])  # fmt: skip
    lines = [earlier, earlier.model_copy(update={"action": Action.END, "item": None})]
    text = "".join(one.model_dump_json(exclude_none=True) + "\n" for one in lines)
    (plan.parent / "journal.jsonl").write_text(text, encoding="utf-8")
    result = turn(plan)
    with pytest.raises(SheetgenError) as caught:
        undo(plan)
    assert [problem.code for problem in caught.value.problems] == ["S130"]
    assert undo(plan, "20240901-090000").changes[0].item == "08-08"
    # 控えからも、そのときまでの来歴をたどれる
    assert result.archive is not None
    history = trace(result.archive, "08-08")
    assert [field.path for field in history.fields] == ["years[0].result.grade"]


def test_a_journal_that_was_changed_is_put_aside(plan: Path) -> None:
    folder = archive_folder(plan)
    folder.mkdir()
    (folder / "journal.jsonl").write_text("前の控え\n", encoding="utf-8")
    (plan.parent / "journal.jsonl").write_text("", encoding="utf-8")
    assert "S109" in codes(turn(plan))
    assert (folder / "journal-1.jsonl").read_text("utf-8") == "前の控え\n"


def test_the_year_after_the_last_is_the_end(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    force = {"force": True, "reason": "試し"}
    last = None
    for year in (2027, 2028, 2029):
        last = turn(plan, to=year, **force)
        assert find_inconsistencies(load(plan)) == []
    assert last is not None
    assert "S125" in codes(last)
    assert "S122" not in codes(last)
    assert load(plan)["revision"]["published"] is None
    assert refused(plan, to=2030, **force) == ["S103"]
    assert len(archives(plan)) == 3


def test_not_every_item_can_end(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    every = ("01-01", "01-02", "01-03")
    assert refused(plan, retire=every, force=True, to=2027, reason="試し") == ["S110"]


def test_rolling_leaves_the_plan_it_was_given(plan: Path) -> None:
    before = load_plan(plan)
    text = before.model_dump_json()
    rolled = roll(before, {"08-08"}, renumber=True, copy_initiatives=True)
    assert before.model_dump_json() == text
    assert rolled.plan.item_count == 73
    assert parse_plan(rolled.plan.model_dump_json().encode(), "x") == rolled.plan


def test_a_stopped_turn_is_judged_by_the_year(plan: Path) -> None:
    """途中で止まり、そのあと計画のデータが手で直されても、済んだかどうかが分かる。"""
    before = load_plan(plan)
    turn(plan)
    after = load_plan(plan)
    pending = Pending("", "", 0, "", render_entries(journal(plan)))
    assert _is_completed(pending, after)
    assert not _is_completed(pending, before)
