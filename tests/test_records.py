"""計画のデータのそばに残すもの：控え、配布記録、記録簿の行、覚え書き。

どれも、名を取り違えず、前のものを消さず、読めなければ告げる。
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from merge_samples import PLAN, RESULTS, REVISION, TEXT, VALUE

from sheetgen.form.correction import Correction, Reason
from sheetgen.form.identity import form_id
from sheetgen.form.issued import Issue, IssuedCell, IssuedForm, IssuedLayout
from sheetgen.form.template import FormTemplate
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Problem, SheetgenError
from sheetgen.records.archives import archive_folder, archive_journal, archive_master, archives
from sheetgen.records.issues import (
    issue_files,
    issue_path,
    issues_folder,
    load_issue,
    load_issues,
    save_issue,
)
from sheetgen.records.journal import (
    Action,
    JournalEntry,
    journal_path,
    parse_journal,
    render_entries,
    shown_journal,
    storable,
)
from sheetgen.records.open_items import (
    ItemState,
    OpenItem,
    load_open_items,
    open_items_path,
    save_open_items,
)
from sheetgen.records.past import past_of, undone_runs
from sheetgen.records.shelf import IssueShelf, keep_issue

KEY = "0a1b2c3d"
HEAD = {"run": "1", "at": "2026-07-01T09:00:00+09:00", "by": "係"}


def entry(action: Action = Action.RECORD, **values: object) -> JournalEntry:
    return JournalEntry.model_validate({**HEAD, "action": action, "round": "2026J", **values})


def told(raised: pytest.ExceptionInfo[SheetgenError]) -> Problem:
    """ただ一つの問題。"""
    (problem,) = raised.value.problems
    return problem


def written(path: Path) -> tuple[int, int]:
    """書き直されれば変わるもの。"""
    return path.stat().st_ino, path.stat().st_mtime_ns


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- 控え ---


def kept(plan: Path, data: bytes) -> Path:
    """この中身の計画のデータを、令和7年度としてしまう。"""
    plan.write_bytes(data)
    return archive_master(plan, "令和7年度", sha256(data))


def test_a_closed_plan_is_kept_beside_the_earlier_ones(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    data = (b"one", b"two", b"three")
    paths = [kept(plan, one) for one in data]
    assert [path.name for path in paths] == [
        "令和7年度.json",
        "令和7年度-2.json",
        "令和7年度-3.json",
    ]
    assert {path.parent for path in paths} == {archive_folder(plan)}
    assert [path.read_bytes() for path in paths] == list(data)
    before = [written(path) for path in paths]
    assert [kept(plan, one) for one in data] == paths
    assert [written(path) for path in paths] == before
    assert archives(plan) == paths


def test_a_plan_changed_in_between_is_not_kept(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_bytes(b"changed by hand")
    with pytest.raises(SheetgenError) as raised:
        archive_master(plan, "令和7年度", sha256(b"what was read"))
    assert (told(raised).code, told(raised).facts) == ("S108", {"folder": archive_folder(plan)})
    assert archives(plan) == []


def test_the_archives_are_told_from_the_oldest_and_none_if_they_cannot_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = tmp_path / "plan.json"
    assert archives(plan) == []
    archive_folder(plan).mkdir()
    names = [
        "令和5年度_2024-03-31.json",
        "令和9年度_2028-04-01.json",
        "令和9年度_2028-04-01-2.json",
        "令和9年度_2028-04-01-10.json",
        "令和9年度_2028-04-02.json",
        "令和10年度_2029-03-31.json",
        "控え².json",
    ]
    for name in (*names, "journal.jsonl"):
        (archive_folder(plan) / name).write_bytes(b"")
    real = Path.glob
    for backwards in (False, True):

        def listed(self: Path, pattern: str, backwards: bool = backwards) -> list[Path]:
            return sorted(real(self, pattern), reverse=backwards)

        monkeypatch.setattr(Path, "glob", listed)
        assert [path.name for path in archives(plan)] == names
    monkeypatch.setattr(Path, "glob", refuse)
    assert archives(plan) == []


def refuse(*_: object) -> None:
    raise PermissionError


def test_the_kept_journal_grows_with_the_journal(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    kept(plan, b"one")
    copy = archive_folder(plan) / "journal.jsonl"
    assert archive_journal(plan) == ()
    assert not copy.exists()
    for lines in (b"1\n", b"1\n2\n", b"1\n2\n3\n"):
        journal_path(plan).write_bytes(lines)
        assert archive_journal(plan) == ()
        assert copy.read_bytes() == lines
    before = written(copy)
    assert archive_journal(plan) == ()
    assert written(copy) == before
    assert {path.name for path in archive_folder(plan).iterdir()} == {
        "journal.jsonl",
        "令和7年度.json",
    }


def test_another_journal_does_not_overwrite_the_kept_one(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    kept(plan, b"one")
    folder = archive_folder(plan)
    journal_path(plan).write_bytes(b"1\n2\n")
    archive_journal(plan)
    # 終わりだけが同じもの、前の写しより短いもの、まったく別のもの。
    for number, other in enumerate((b"9\n1\n2\n", b"9\n", b"8\n"), start=1):
        before = (folder / "journal.jsonl").read_bytes()
        journal_path(plan).write_bytes(other)
        (problem,) = archive_journal(plan)
        aside = f"journal-{number}.jsonl"
        assert (problem.code, problem.place.file, problem.facts) == (
            "S109",
            str(folder / "journal.jsonl"),
            {"file": "journal.jsonl", "aside": aside},
        )
        assert (folder / aside).read_bytes() == before
        assert (folder / "journal.jsonl").read_bytes() == other


def test_a_journal_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    journal_path(plan).write_bytes(b"1\n")
    archive_folder(plan).write_bytes(b"")  # フォルダーの名のファイル
    with pytest.raises(SheetgenError) as raised:
        archive_journal(plan)
    assert (told(raised).code, told(raised).facts) == ("S108", {"folder": archive_folder(plan)})


# --- 配布記録 ---

LAYOUT = IssuedLayout(
    "指紋",
    "様式",
    (
        IssuedCell("C10", "D10", TEXT, "令和7年度の取組実績", "", True),
        IssuedCell("A1", "A1", None, None, "見出し"),
    ),
    ("F1",),
    ("記入要領",),
    ("図形の字",),
)


def form(item: str = "01-01", chosen: Round = RESULTS, **changes: Any) -> IssuedForm:
    plain = IssuedForm(
        form_id(chosen, item), item, item, f"{item}.xlsx", {"C10": "書いた"}, {}, frozenset({TEXT})
    )
    return replace(plain, **changes)


def issue(*forms: IssuedForm, key: str = KEY, chosen: Round = RESULTS, **changes: Any) -> Issue:
    by_id = {one.form_id: one for one in forms}
    return replace(Issue(key, "試験市", "試験計画", chosen, LAYOUT, by_id), **changes)


def test_an_issue_is_written_the_same_and_read_again(tmp_path: Path) -> None:
    full = form(
        "01-02",
        values={"C10": None, "C11": 1.5, "C12": "進めた。"},
        base={TEXT: None, VALUE: 12},
        opened=frozenset({VALUE, TEXT}),
        capacity={TEXT: 120},
        replaces=frozenset({"b", "a"}),
        doubted=frozenset({VALUE, TEXT}),
    )
    whole = issue(full, form(), is_return=True)
    folder = tmp_path / "よその" / "issued"
    path = save_issue(whole, folder)
    assert path == folder / f"2026J-{KEY}.json"
    assert load_issue(path) == whole
    first, second = form_id(RESULTS, "01-01"), form_id(RESULTS, "01-02")
    assert path.read_text("utf-8") == (
        "{\n"
        '"record_version": 1,\n'
        f'"key": "{KEY}",\n'
        '"municipality": "試験市",\n'
        '"plan_title": "試験計画",\n'
        '"round": "results",\n'
        '"year": 2026,\n'
        '"is_return": true,\n'
        '"template": "指紋",\n'
        '"sheet": "様式",\n'
        '"formulas": ["F1"],\n'
        '"others": ["記入要領"],\n'
        '"remarks": ["図形の字"],\n'
        '"cells": [\n'
        f' ["C10", "D10", "{TEXT}", "令和7年度の取組実績", "", true],\n'
        ' ["A1", "A1", null, null, "見出し", false]\n'
        "],\n"
        '"forms": {\n'
        f' "{first}": {{"item": "01-01", "sheet": "01-01", "book": "01-01.xlsx", '
        f'"opened": ["{TEXT}"], "capacity": {{}}, "values": {{"C10": "書いた"}}, "base": {{}}}},\n'
        f' "{second}": {{"item": "01-02", "sheet": "01-02", "book": "01-02.xlsx", '
        f'"opened": ["{TEXT}", "{VALUE}"], "capacity": {{"{TEXT}": 120}}, '
        '"values": {"C10": null, "C11": 1.5, "C12": "進めた。"}, '
        f'"base": {{"{TEXT}": null, "{VALUE}": 12}}, '
        f'"replaces": ["a", "b"], "doubted": ["{TEXT}", "{VALUE}"]}}\n'
        "}\n"
        "}\n"
    )
    text, before = path.read_bytes(), written(path)
    assert save_issue(whole, folder) == path
    # 書き直しはしない。差戻しだけは、あとで作り直したものが、いちばん新しい。
    assert path.read_bytes() == text
    after = written(path)
    assert (after[0], after[1] >= before[1]) == (before[0], True)
    plain = issue(form())
    path = save_issue(plain, tmp_path / "配布")
    before = written(path)
    save_issue(plain, tmp_path / "配布")
    assert written(path) == before


def test_what_a_return_asks_is_kept_with_it(tmp_path: Path) -> None:
    """期限を入れて作り直せるだけの中身。UTF-8 で書けない字は ? になる。"""
    reason = Reason(VALUE, "実績値", "約\ud800", "わけ", "直し方")
    asked = Correction(
        "01-02",
        {VALUE: "約12", TEXT: None, "years[0].effect": 1.5},
        {VALUE: "【差戻し】"},
        (reason, Reason(None, "", "", "欄の分からないわけ", "直し方")),
        frozenset({"a"}),
        {TEXT: 40000},
    )
    one = form("01-02", replaces=frozenset({"a"}), correction=asked)
    (back,) = load_issue(save_issue(issue(one, is_return=True), tmp_path)).forms.values()
    assert back.correction == replace(
        asked, reasons=(reason._replace(written="約?"), asked.reasons[1])
    )


def test_forms_join_the_record_and_none_is_lost(tmp_path: Path) -> None:
    one = form(replaces=frozenset({"a"}), book="前.xlsx")
    two = form("01-02", replaces=frozenset({"z"}))
    save_issue(issue(one, two), tmp_path)
    again = replace(one, replaces=frozenset({"b"}), book="後.xlsx")
    three = form("02-01")
    path = save_issue(issue(again, three), tmp_path)
    # 答え直したものは、前のものも後のものも。ほかは、あとから作った様式のとおり。
    joined = replace(again, replaces=frozenset({"a", "b"}))
    assert load_issue(path) == issue(joined, two, three)


def test_a_record_made_while_this_one_waited_is_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.contextmanager
    def after_another(folder: Path) -> Iterator[None]:
        monkeypatch.undo()
        save_issue(issue(form("01-02")), folder)
        yield

    monkeypatch.setattr("sheetgen.records.issues._locked", after_another)
    path = save_issue(issue(form()), tmp_path)
    assert load_issue(path) == issue(form(), form("01-02"))


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\xff", b"null"])
def test_a_damaged_record_gives_way_to_the_new_one(tmp_path: Path, damage: bytes) -> None:
    path = issue_path(tmp_path, RESULTS, KEY)
    path.write_bytes(damage)
    with pytest.raises(SheetgenError) as raised:
        load_issue(path)
    assert (told(raised).code, told(raised).place.file) == ("R190", str(path))
    assert load_issue(save_issue(issue(form()), tmp_path)) == issue(form())


@pytest.mark.parametrize(
    ("name", "value"), [("record_version", 2), ("key", 1), ("others", [None]), ("year", "来年")]
)
def test_a_record_of_another_shape_is_refused(tmp_path: Path, name: str, value: object) -> None:
    path = save_issue(issue(form()), tmp_path)
    record = json.loads(path.read_bytes())
    path.write_text(json.dumps(record | {name: value}), "utf-8")
    other = save_issue(issue(form(), key="0" * 8), tmp_path)
    with pytest.raises(SheetgenError):
        load_issue(path)
    issues, problems = load_issues(tmp_path)
    assert issues == [load_issue(other)]
    assert [(one.code, one.place.file) for one in problems] == [("R190", str(path))]


def test_no_record_holds_what_json_cannot(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        save_issue(issue(form(values={"C10": float("nan")})), tmp_path)
    assert issue_files(tmp_path) == []


def test_a_record_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = issues_folder(tmp_path / "plan.json")
    assert folder == tmp_path / "issued"
    path = issue_path(folder, RESULTS, KEY)
    folder.mkdir()
    monkeypatch.setattr("sheetgen.records.issues.LOCK_WAIT", 0.05)
    with FileLock(folder / ".lock"):
        (problem,) = keep_issue(issue(form()), tmp_path / "plan.json")
    assert (problem.code, problem.place.file) == ("R191", str(path))
    assert issue_files(folder) == []
    assert keep_issue(issue(form()), tmp_path / "plan.json") == []
    assert issue_files(folder) == [path]


def aged(path: Path, age: int) -> Path:
    os.utime(path, ns=(10**18 - age, 10**18 - age))
    return path


def test_the_newest_record_of_the_round_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 名の順でも、作った順でもない古さ。同じ古さなら、名の順。
    ages = {"1" * 8: 3, "4" * 8: 1, "3" * 8: 1, "2" * 8: 2}
    of_key = {
        key: aged(save_issue(issue(form(), key=key), tmp_path), age) for key, age in ages.items()
    }
    other = Round(RoundKind.RESULTS, 2025)
    earlier = aged(save_issue(issue(form(chosen=other), chosen=other), tmp_path), 0)
    revised = aged(save_issue(issue(form(chosen=REVISION), chosen=REVISION), tmp_path), 9)
    for name in ("2026J-notes.json", f"2026J-{KEY}-2.json", f"2026J-{KEY}.json.bak", "lists.json"):
        (tmp_path / name).touch()
    expected = [of_key[key * 8] for key in "3421"]
    assert issue_files(tmp_path, RESULTS) == expected
    assert issue_files(tmp_path) == [earlier, *expected, revised]
    assert [one.key for one in load_issues(tmp_path, RESULTS)[0]] == [key * 8 for key in "3421"]
    assert issue_files(tmp_path / "ない", RESULTS) == []
    monkeypatch.setattr(Path, "glob", refuse)
    assert issue_files(tmp_path) == []


# --- 配布記録の棚 ---


def shelf(plan: Path) -> IssueShelf:
    return IssueShelf(PLAN, plan, FormTemplate(plan.parent / "ない.xlsx"))


def test_the_shelf_finds_the_record_by_key_and_by_form(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    folder = issues_folder(plan)
    old, new, both = issue(form(), key="1" * 8), issue(form(), key="2" * 8), "3" * 8
    aged(save_issue(old, folder), 5)
    aged(save_issue(new, folder), 1)
    other = issue(form("01-02"), key=both)
    aged(save_issue(other, folder), 3)
    revised = issue(form(chosen=REVISION), key="4" * 8, chosen=REVISION)
    save_issue(revised, folder)
    found = shelf(plan)
    assert [found.by_key(one.key) for one in (old, new, other, revised)] == [
        old,
        new,
        other,
        revised,
    ]
    assert found.by_key("9" * 8) is None
    assert found.by_key("1") is None
    assert found.for_form(form_id(RESULTS, "01-01")) == (new, old)
    assert found.for_form(form_id(RESULTS, "01-02")) == (other,)
    assert found.for_form(form_id(REVISION, "01-01")) == (revised,)
    assert found.for_form(form_id(REVISION, "01-02")) == ()
    assert found.for_form("2026J-01-01-00") == ()
    # 回収のはじめから終わりまで、同じ記録を使う。
    for path in issue_files(folder):
        path.unlink()
    assert found.by_key(old.key) == old
    assert found.for_form(form_id(RESULTS, "01-01")) == (new, old)
    assert found.problems == []


def test_the_shelf_tells_what_it_cannot_use_once(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    damaged = save_issue(issue(form(), key="1" * 8), issues_folder(plan))
    damaged.write_bytes(b"{")
    by_key, by_form = shelf(plan), shelf(plan)
    assert by_key.by_key("1" * 8) is None
    assert by_form.for_form(form_id(RESULTS, "01-01")) == ()
    for found in (by_key, by_form):
        assert [(one.code, one.place.file) for one in found.problems] == [("R190", str(damaged))]
    assert by_key.for_form(form_id(RESULTS, "01-01")) == ()
    assert by_key.computed("2026J-01-01-00") is None
    assert len(by_key.problems) == 1
    # テンプレートがないので、今の計画からも求められない。
    assert by_key.computed(form_id(RESULTS, "01-01")) is None
    assert by_key.computed(form_id(RESULTS, "01-02")) is None
    assert len(by_key.problems) == 2
    # この計画にない年度の照会。
    assert by_key.computed(form_id(Round(RoundKind.RESULTS, 2050), "01-01")) is None
    assert len(by_key.problems) == 3


def test_the_shelf_computes_a_round_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Round] = []

    def compute(plan: Plan, chosen: Round, template: FormTemplate) -> Issue:
        assert (plan, template.path.name) == (PLAN, "ない.xlsx")
        asked.append(chosen)
        return issue(form(chosen=chosen), chosen=chosen)

    monkeypatch.setattr("sheetgen.records.shelf.computed_issue", compute)
    found = shelf(tmp_path / "plan.json")
    for chosen in (RESULTS, REVISION, RESULTS):
        assert found.computed(form_id(chosen, "01-01")) == issue(form(chosen=chosen), chosen=chosen)
    assert asked == [RESULTS, REVISION]
    assert found.problems == []


# --- 記録簿の行 ---


def test_only_what_cannot_be_shown_is_spelled_out() -> None:
    assert storable("\x07一\n\t二\u200b\ud800") == "\\x07一\n\t二\\u200b\\ud800"
    assert storable("一\n\t二") == "一\n\t二"
    assert storable("") is None
    assert (storable(1.5), storable(None), storable("-")) == (1.5, None, "-")


def test_a_line_that_cannot_be_read_says_which_file(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    shown = shown_journal(plan)
    assert shown == str(tmp_path / "journal.jsonl")
    journal = parse_journal(b" \t\n{\n\n" + render_entries([entry(new=1)]), shown)
    assert [(one.code, one.place.file, one.facts) for one in journal.problems] == [
        ("R501", shown, {"line": 2}),
        ("R502", shown, {"run": "1"}),
    ]
    assert journal.entries == (entry(new=1),)


@pytest.mark.parametrize(
    ("action", "blank"),
    [
        (Action.RECORD, {"old", "new"}),
        (Action.UNDO, {"old", "new"}),
        (Action.DECIDE, {"old", "new"}),
        (Action.WAIVE, set()),
        (Action.PROPOSE, set()),
        (Action.END, set()),
    ],
)
def test_a_blank_is_written_where_it_is_a_value(action: Action, blank: set[str]) -> None:
    (line,) = render_entries([entry(action, item="01-01")]).splitlines()
    assert set(json.loads(line)) == {*HEAD, "action", "round", "item"} | blank


# --- この照会で前に記録したこと ---


def test_what_is_undone_or_of_no_item_is_not_known() -> None:
    lines = [
        entry(item="01-01", path=VALUE, new=1),
        entry(item="01-02", path=None, new=2),
        entry(Action.WAIVE, item="01-01", path=VALUE, new=1, code=None),
        entry(Action.WAIVE, item="01-01", path=None, new=None, code="R403"),
        entry(Action.PROPOSE, item="01-01", label=None, old="前", new=None),
        entry(Action.END),
        entry(run="2", item="01-03", path=VALUE, new=3),
        entry(Action.UNDO, run="3", item="01-03", path=VALUE, old=3, undoes="2"),
        entry(Action.END, run="3", undoes="2"),
    ]
    assert undone_runs(lines) == {"2": "3"}
    past = past_of(iter(lines), RESULTS)
    assert past.recorded == {("01-01", VALUE): {1}, ("01-02", ""): {2}}
    assert past.waived == {("R403", "01-01", None, None)}
    assert past.proposed == {("01-01", "", "前", None)}
    assert past.items == {"01-01", "01-02"}
    assert past_of(lines, REVISION).recorded == {}


# --- まだ記録できない実施項目の覚え書き ---

HELD = OpenItem(
    ItemState.HELD, "2026-07-01T09:00:00+09:00", ("総務課.xlsx", "二.xlsx"), ("R403",), ("わけ",)
)
UNTOUCHED = OpenItem(ItemState.UNTOUCHED, "2026-07-02T09:00:00+09:00", ("二.xlsx",))


def test_what_is_open_is_kept_for_each_round(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    path = open_items_path(plan)
    assert path == tmp_path / "collected.json"
    assert load_open_items(plan, "2026J") == ({}, ())
    assert save_open_items(plan, "2026M", {"01-01": UNTOUCHED}) == ()
    assert save_open_items(plan, "2026J", {"01-02": UNTOUCHED, "01-01": HELD}) == ()
    assert load_open_items(plan, "2026J") == ({"01-01": HELD, "01-02": UNTOUCHED}, ())
    assert load_open_items(plan, "2026M") == ({"01-01": UNTOUCHED}, ())
    assert load_open_items(plan, "2027J") == ({}, ())
    text = path.read_text("utf-8")
    assert "要確認" in text
    assert text.endswith("}\n")
    assert list(json.loads(text)["rounds"]) == ["2026J", "2026M"]
    assert list(json.loads(text)["rounds"]["2026J"]) == ["01-01", "01-02"]
    before = written(path)
    assert save_open_items(plan, "2026J", {"01-01": HELD, "01-02": UNTOUCHED}) == ()
    assert written(path) == before
    # 聞くことのなくなった照会は消え、最後にはファイルもなくなる。
    assert save_open_items(plan, "2026J", {}) == ()
    assert list(json.loads(path.read_bytes())["rounds"]) == ["2026M"]
    assert save_open_items(plan, "2026M", {}) == ()
    assert not path.exists()
    assert save_open_items(plan, "2026M", {}) == ()


def test_a_note_of_a_version_without_reasons_is_read(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    save_open_items(plan, "2026J", {"01-01": HELD})
    record = json.loads(open_items_path(plan).read_bytes())
    del record["rounds"]["2026J"]["01-01"]["reasons"]
    open_items_path(plan).write_text(json.dumps(record), "utf-8")
    assert load_open_items(plan, "2026J") == ({"01-01": HELD._replace(reasons=())}, ())


@pytest.mark.parametrize(
    "damage",
    [b"", b"[]", b"{}", b'{"version": 2, "rounds": {}}', b'{"version": 1, "rounds": {"2026J": 1}}'],
)
def test_a_damaged_note_is_told_and_made_anew(tmp_path: Path, damage: bytes) -> None:
    plan = tmp_path / "plan.json"
    path = open_items_path(plan)
    path.write_bytes(damage)
    items, (problem,) = load_open_items(plan, "2026J")
    assert (items, problem.code, problem.place.file) == ({}, "S001", str(path))
    assert save_open_items(plan, "2026J", {"01-01": HELD}) == ()
    assert load_open_items(plan, "2026J") == ({"01-01": HELD}, ())


def test_a_note_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    open_items_path(plan).mkdir()
    (problem,) = save_open_items(plan, "2026J", {"01-01": HELD})
    assert (problem.code, problem.place.file) == ("S002", str(open_items_path(plan)))


def test_a_file_name_no_text_can_hold_does_not_stop_the_note(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    assert save_open_items(plan, "2026J", {"01-01": HELD._replace(files=("\ud800.xlsx",))}) == ()
    assert load_open_items(plan, "2026J")[0]["01-01"].files == ("?.xlsx",)
