"""編集ブックを書き出したあとに、計画が変わったとき：黙って上書きせず、同じ変更は二度しない。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from edit_desk import ROOT, EditDesk, codes

import sheetgen
from sheetgen.messages.catalogue import message_of
from sheetgen.plan.leaves import steps_of, value_at
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import read_path, with_items, with_values
from sheetgen.plan.saving import render_plan
from sheetgen.problems import Level, SheetgenError
from sheetgen.records.journal import Action, journal_path
from sheetgen.records.ledger import commit, open_ledger
from sheetgen.xlsx.refs import ref_of
from sheetgen.year.editing.applying import Take
from sheetgen.year.editing.sections import Named

Cells = Mapping[tuple[str, str], object]
NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


class Desk(EditDesk):
    """二人が同じブックを直す机。"""

    def at(self, rows: str, number: int, path: str) -> tuple[str, str]:
        """表の ``number`` 行目の欄。"""
        return self.ref(rows, self.table(rows).keys[number], path)

    def gone(self, rows: str, number: int) -> dict[tuple[str, str], object]:
        """消した行。"""
        return {self.at(rows, number, one.path): None for one in self.table(rows).columns}

    def after(self, first: Cells, second: Cells, **wishes: object) -> Any:
        """``first`` を計画に入れたあとで、同じブックに ``second`` を書いて読んだ結果。"""
        before = self.plan.read_bytes()
        made = self.change(first)
        assert made.plan is not None, list(codes(made))
        self.plan.write_bytes(render_plan(made.plan))
        try:
            return self.outcome(self.with_cells(second), **wishes)
        finally:
            self.plan.write_bytes(before)

    def asked(self, outcome: Any) -> list[str]:
        """参考のほかの、問題の符号。"""
        return [one.code for one in outcome.problems if message_of(one).level is not Level.NOTE]

    def notes(self) -> tuple[str, str]:
        """二つの☆の文のある推進項目の、二つの文の目印。"""
        keys = self.table("policy_texts").keys
        for key in keys:
            if key.endswith(".notes[1]") and _has(self.tree, key):
                return key[:-2] + "0]", key
        raise AssertionError


def _has(tree: Any, key: str) -> bool:
    try:
        return bool(value_at(tree, steps_of(key)))
    except LookupError:
        return False


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("meanwhile"))


def test_two_people_and_one_cell(desk: Desk) -> None:
    cell = desk.at("items", 20, "row.item.title")
    other = desk.at("items", 20, "row.item.vision")
    outcome = desk.after({cell: "甲"}, {cell: "乙"})
    assert (desk.asked(outcome), outcome.lines) == (["E040"], ())
    assert outcome.problems[0].place.cell == cell[1]
    taken = desk.after({cell: "甲"}, {cell: "乙"}, take=Take.BOOK)
    assert [(one.old, one.new) for one in taken.lines] == [("甲", "乙")]
    left = desk.after({cell: "甲"}, {cell: "乙"}, take=Take.PLAN)
    assert (desk.asked(left), left.lines, left.already) == ([], (), 0)
    both = desk.after({cell: "甲"}, {other: "乙"})
    assert [one.path for one in both.lines] == ["vision"]


def test_a_book_read_again_changes_nothing(desk: Desk) -> None:
    """どの表の、どの変更も、もう一度読めば、もうそうなっている。"""
    first, second = desk.notes()
    item = {
        desk.below("items", f"row.{name}"): value
        for name, value in {
            "measure": "1", "owners": "総務部 職員課", "item.title": "足した項目",
            "item.indicator.unit": "台", "item.indicator.number_format": "0.0",
        }.items()
    }  # fmt: skip
    year = {
        desk.below("years", f"row.{name}"): value
        for name, value in {
            "title": "足した項目",
            "fiscal_year": "令和6年度",
            "year.target": 34,
        }.items()
    }
    texts = {
        desk.below("policy_texts", f"row.{name}", number): value
        for number, row in enumerate(
            (
                {"policy": 6, "label": "基本方針", "text": "第六の方針"},
                {"policy": 6, "label": "基本方針の文章", "text": "第六の文章"},
                {"policy": 6, "measure": 11, "label": "推進項目", "text": "第六の項目"},
                {"policy": 1, "measure": 1, "label": "概要表の☆の文章", "text": "☆ 足した"},
            )
        )
        for name, value in row.items()
    }
    reference = {
        desk.below("overview", f"row.{name}"): value
        for name, value in {
            "measure": "1", "item_id": "08-08", "title": "題", "reference_mark": "［再］",
            "owners": "課", "note": "注",
        }.items()
    }  # fmt: skip
    cells: dict[tuple[str, str], object] = {
        **item, **year, **texts, **reference, **desk.gone("highlights", 4),
        desk.ref("policy_texts", first, "row.text"): None,
        desk.ref("policy_texts", second, "row.text"): "☆ 直した",
        desk.at("highlights", 2, "row.order"): 1,
        desk.at("highlights", 3, "row.text"): "▪ まったく別の文",
        desk.below("highlights", "row.policy"): "1",
        desk.below("highlights", "row.text"): "▪ 足した",
        desk.at("sections", 2, "row.order"): 1,
        desk.at("sections", 3, "row.section.name"): "施設課",
        desk.below("sections", "row.department"): "総務部",
        desk.below("sections", "row.section.name"): "新課",
        desk.below("sections", "row.section.email"): "new@example.jp",
        desk.at("items", 20, "row.measure"): "1",
        desk.at("items", 30, "row.item.title"): "改めた名",
        desk.at("grades", 0, "row.step.meaning"): "計画どおり",
    }  # fmt: skip
    once = desk.change(cells)
    assert desk.asked(once) == []
    assert len(once.items) == 1
    again = desk.after(cells, cells)
    assert [(one.code, one.place) for one in again.problems if one.code == "E041"] == []
    assert desk.asked(again) == []
    assert (again.lines, again.items) == ((), ())
    assert again.already >= 15


def test_the_same_new_section_with_another_address(desk: Desk) -> None:
    def row(email: str) -> Cells:
        words = {"department": "総務部", "section.name": "新課", "section.email": email}
        return {desk.below("sections", f"row.{name}"): one for name, one in words.items()}

    outcome = desk.after(row("a@example.jp"), row("b@example.jp"))
    assert [(one.code, one.place.cell) for one in outcome.problems] == [
        ("E040", desk.below("sections", "row.section.email")[1])
    ]
    taken = desk.after(row("a@example.jp"), row("b@example.jp"), take=Take.BOOK)
    assert "b@example.jp" in str(taken.plan.departments)


def test_one_deletes_what_the_other_edits(desk: Desk) -> None:
    text = desk.at("highlights", 2, "row.text")
    issued = str(desk.base.revision.highlights[2].text)
    edit, gone = {text: issued + "（直した）"}, desk.gone("highlights", 2)
    assert desk.asked(desk.after(gone, edit)) == ["E041"]
    assert desk.asked(desk.after(edit, gone)) == ["E040"]
    taken = desk.after(edit, gone, take=Take.BOOK)
    assert len(taken.plan.revision.highlights) == len(desk.base.revision.highlights) - 1
    left = desk.after(edit, gone, take=Take.PLAN)
    assert (left.lines, desk.asked(left)) == ((), [])
    both = desk.after(gone, gone)
    assert (both.lines, both.already, desk.asked(both)) == ((), 1, [])
    assert desk.asked(desk.after({text: "▪ まったく別の文"}, gone)) == ["E041"]


def test_a_text_that_was_reworded_meanwhile_is_still_that_text(desk: Desk) -> None:
    first, _ = desk.notes()
    cell = desk.ref("policy_texts", first, "row.text")
    issued = str(value_at(desk.tree, steps_of(first)))
    outcome = desk.after({cell: issued + "。"}, {cell: issued + "です。"})
    assert desk.asked(outcome) == ["E040"]
    grade = desk.at("grades", 1, "row.step.grade")
    meaning = desk.at("grades", 1, "row.step.meaning")
    outcome = desk.after({grade: "Bb"}, {meaning: "ほぼ計画どおり"})
    assert [one.new for one in outcome.lines] == ["ほぼ計画どおり"]


def test_two_texts_of_one_list_exchanged(desk: Desk) -> None:
    keys = desk.notes()
    texts = [value_at(desk.tree, steps_of(key)) for key in keys]
    outcome = desk.change(
        {desk.ref("policy_texts", key, "row.text"): text
         for key, text in zip(keys, reversed(texts), strict=True)}
    )  # fmt: skip
    assert desk.asked(outcome) == []
    assert outcome.plan is not None
    tree = outcome.plan.model_dump(mode="json")
    assert [value_at(tree, steps_of(key)) for key in keys] == texts[::-1]


def test_every_cell_of_one_record_of_a_chapter(desk: Desk) -> None:
    """見分ける名のない記録の欄を、いくつも一度に直しても、同じ記録に行き着く。"""
    at = "overview.period.related_plans[1]"
    cells = {f"{at}.heading": "直した計画", f"{at}.first_year": "令和3年度", f"{at}.note": "注"}
    outcome = desk.change(
        {desk.ref("overview_texts", key, "row.text"): one for key, one in cells.items()}
    )
    assert desk.asked(outcome) == []
    assert outcome.plan is not None
    assert outcome.plan.overview.period is not None
    found = outcome.plan.overview.period.related_plans[1]
    assert (found.heading, found.first_year, found.note) == ("直した計画", 2021, "注")


def test_an_order_that_moves_nothing_is_no_change(desk: Desk) -> None:
    outcome = desk.change({desk.at("highlights", 2, "row.order"): 3.5})
    assert (outcome.lines, outcome.already) == ((), 1)


def test_names_that_move_up_the_list(desk: Desk) -> None:
    names = [one.name for one in desk.base.departments[0].sections]
    chain = {
        desk.at("sections", 0, "row.section.name"): names[1],
        desk.at("sections", 1, "row.section.name"): "新名課",
    }
    outcome = desk.change(chain)
    assert outcome.plan is not None
    assert [one.name for one in outcome.plan.departments[0].sections] == [
        names[1], "新名課", *names[2:],
    ]  # fmt: skip
    owners = {item.id: item.owners for _, _, item in desk.base.items()}
    for _, _, item in outcome.plan.items():
        old = [(one.department, one.section) for one in owners[item.id]]
        renamed = {names[0]: names[1], names[1]: "新名課"}
        new = [(d, renamed.get(s, s) if d == "企画部" else s) for d, s in old]
        assert [(one.department, one.section) for one in item.owners] == new


def test_two_sections_made_one_keep_one_address_and_say_where(desk: Desk) -> None:
    second = desk.base.departments[0].sections[1].name
    cell = desk.at("sections", 0, "row.section.name")
    outcome = desk.change({
        cell: second,
        desk.at("sections", 0, "row.section.email"): "a@example.jp",
        desk.at("sections", 1, "row.section.email"): "b@example.jp",
    })  # fmt: skip
    (told,) = (one for one in outcome.problems if one.code == "E050")
    assert (told.place.sheet, told.place.cell) == desk.at("sections", 1, "row.section.email")
    carried = {one.place.cell for one in outcome.lines if one.reason and one.item}
    assert carried == {cell[1]}


def test_after_the_year_was_closed_the_book_is_asked_about(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    year = desk.base.revision.fiscal_year
    sheetgen.rollover(
        sheetgen.RolloverRequest(
            plan=desk.plan, to=year + 1, retire=("01-02",), renumber=True, force=True, reason="試し"
        )
    )
    ids = [value_at(desk.base.model_dump(mode="json"), steps_of(key))["id"]
           for key in desk.table("items").keys]  # fmt: skip
    living, ended = ids.index("01-03"), ids.index("01-02")
    years = len(desk.base.fiscal_years)
    outcome = desk.change({
        desk.at("items", living, "row.item.title"): "残る項目",
        desk.at("years", living * years + 1, "row.initiative"): "■ 直した",
        desk.at("items", ended, "row.item.title"): "終わった項目",
        desk.at("items", ended, "row.item.vision"): "終わった項目の姿",
    })  # fmt: skip
    assert sorted(desk.asked(outcome)) == ["E089", "E092"]
    changed = {(one.item, one.path) for one in outcome.lines}
    assert changed == {
        ("01-03", "title"), ("01-03", f"initiatives[{desk.base.fiscal_years[1]}]"),
        ("01-02", "title"), ("01-02", "vision"),
    }  # fmt: skip
    # 終わった実施項目の行は、消してもよい。
    assert desk.asked(desk.change(desk.gone("items", ended))) == ["E092"]
    assert desk.asked(desk.change({})) == []


def test_a_section_renamed_meanwhile_is_known_by_its_old_name(tmp_path: Path) -> None:
    """先に読んだブックで名を改めた課に、あとのブックで実施項目を移し、メールを書き、名を改める。"""
    desk = Desk(tmp_path)
    name = desk.at("sections", 2, "row.section.name")
    email = desk.at("sections", 2, "row.section.email")
    owners = desk.at("items", 0, "row.owners")
    before = desk.plan.read_bytes()
    first = desk.save({name: "財務課"}, accept=True)
    assert first.run is not None
    second = desk.change({owners: "企画部 財政課", email: "zaimu@example.jp"})
    assert desk.asked(second) == []
    assert [(one.path, one.new) for one in second.lines] == [
        ("owners", "企画部 財務課"),
        ("departments[企画部].sections[財政課].email", "zaimu@example.jp"),
    ]
    third = desk.change({name: "予算課"})
    assert desk.asked(third) == ["E040"]
    taken = desk.outcome(desk.with_cells({name: "予算課"}), take=Take.BOOK)
    assert taken.plan is not None
    assert "予算課" in str(taken.plan.departments)
    again = desk.save({owners: "企画部 財政課", email: "zaimu@example.jp"}, accept=True)
    assert again.run is not None
    # 先の回だけを取り消すと、あとの回の値は戻せないと言う。
    with pytest.raises(SheetgenError) as raised:
        sheetgen.undo(desk.plan, first.run)
    assert {one.code for one in raised.value.problems} == {"R525"} or {
        one.code for one in raised.value.problems
    } == {"R524"}
    sheetgen.undo(desk.plan, again.run)
    sheetgen.undo(desk.plan, first.run)
    assert desk.plan.read_bytes() == before
    assert Named("企画部", "財政課").full_name in str(
        [one.owners[0].full_name for _, _, one in desk.base.items()]
    )


def _record(desk: Desk, item: str, path: str, value: object) -> str:
    """回収した一つの値。"""
    with open_ledger(desk.plan, writing=True) as ledger:
        run = ledger.new_run(NOW, "係", file="様式.xlsx")
        found = ledger.master.plan.find(item)[2]
        plan = with_items(ledger.master.plan, {item: with_values(found, {path: value}, 2025)})
        old = read_path(found, path, 2025)
        line = run.entry(Action.RECORD, item=item, path=path, label="欄", old=old, new=value)
        commit(ledger, plan, [line, run.end()])
        return run.name


def _refused(desk: Desk, run: str) -> list[tuple[str, object]]:
    before = desk.plan.read_bytes()
    with pytest.raises(SheetgenError) as raised:
        sheetgen.undo(desk.plan, run)
    assert desk.plan.read_bytes() == before
    return [(one.code, one.facts.get("run")) for one in raised.value.problems]


def test_undo_after_a_collection_takes_back_only_its_own(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    before = desk.plan.read_bytes()
    cells = {
        desk.at("years", 1, "row.year.target"): 99,
        desk.at("sections", 0, "row.section.name"): "企画経営課",
    }
    run = desk.save(cells, accept=True).run
    assert run is not None
    other = _record(desk, "08-08", "years[0].result.value", 12)
    sheetgen.undo(desk.plan, run)
    left = load_plan(desk.plan)
    assert left.find("08-08")[2].years[0].result.value == 12
    assert left.departments == desk.base.departments
    assert left.find("01-01")[2] == desk.base.find("01-01")[2]
    sheetgen.undo(desk.plan, other)
    assert desk.plan.read_bytes() == before
    # 取り消したブックを、もう一度読む。
    run = desk.save(cells, accept=True).run
    assert run is not None
    later = _record(desk, "01-01", "years[1].target", 98)
    assert _refused(desk, run) == [("R524", later)]
    again = desk.change({desk.at("years", 1, "row.year.target"): 99})
    assert desk.asked(again) == ["E040"]


def test_undo_names_the_later_run_that_changed_the_same_list(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    before = desk.plan.read_bytes()
    move = {desk.at("items", 20, "row.measure"): "1"}
    first = desk.save({desk.at("highlights", 1, "row.text"): "▪ 一", **move}, accept=True).run
    second = desk.save({desk.at("highlights", 2, "row.text"): "▪ 二"}, accept=True).run
    assert None not in (first, second)
    assert _refused(desk, str(first)) == [("R524", second)]
    sheetgen.undo(desk.plan)
    kept = desk.plan.read_bytes(), journal_path(desk.plan).read_bytes()
    # 年度を切り替え、番号を詰めたあとでは、移した所に戻せない。
    year = desk.base.revision.fiscal_year + 1
    sheetgen.rollover(
        sheetgen.RolloverRequest(
            plan=desk.plan, to=year, retire=("01-02",), renumber=True, force=True, reason="試し"
        )
    )
    assert {code for code, _ in _refused(desk, str(first))} == {"E087"}
    desk.plan.write_bytes(kept[0])
    journal_path(desk.plan).write_bytes(kept[1])
    sheetgen.undo(desk.plan, first)
    assert desk.plan.read_bytes() == before


def test_a_plan_saved_by_notepad_comes_back_to_the_byte(tmp_path: Path) -> None:
    source = tmp_path / "もと.json"
    plain = (ROOT / "data" / "plan.json").read_bytes()
    source.write_bytes(b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"))
    desk = Desk(tmp_path / "机", source)
    before = desk.plan.read_bytes()
    assert desk.save({desk.at("items", 3, "row.item.title"): "直した名称"}, accept=True).run
    assert desk.plan.read_bytes() != before
    sheetgen.undo(desk.plan)
    assert desk.plan.read_bytes() == before


def test_what_is_settled_is_not_settled_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    year = desk.base.revision.fiscal_year + 1
    sheetgen.rollover(sheetgen.RolloverRequest(plan=desk.plan, to=year, force=True, reason="試し"))
    desk.write()
    sheet = next(one for one in desk.book.sheets if one.name == "概要表")
    mark, settled = (
        next(one.column for one in desk.table("overview").columns if one.path == path)
        for path in ("row.mark", "row.settled")
    )
    first = desk.table("overview").first_row
    marked = next(
        row
        for row in range(first, first + len(desk.table("overview").keys))
        if ref_of(row, mark) in sheet.cells
    )
    cells = {("概要表", ref_of(marked, settled)): "○"}
    assert len(desk.change(cells).decisions) == 1
    assert desk.save(cells, accept=True).run
    again = desk.change(cells)
    assert (again.decisions, again.already) == ((), 1)


def test_what_was_decided_is_not_decided_otherwise_in_silence(tmp_path: Path) -> None:
    """決めた変更申出の行が残るブックを、もう一度読む。"""
    desk = Desk(tmp_path)
    with open_ledger(desk.plan, writing=True) as ledger:
        run = ledger.new_run(NOW, "係", file="様式.xlsx")
        lines = [
            run.entry(Action.PROPOSE, item="08-08", path="item.vision", label="目指す姿", new=one)
            for one in ("新しい姿", "別の姿")
        ]
        commit(ledger, ledger.master.plan, [*lines, run.end()])
    desk.write()
    first, second = (desk.at("proposals", number, "row.decision") for number in (0, 1))
    made = desk.save({first: "○", second: "×"}, accept=True).run
    assert made is not None
    again = desk.change({first: "○", second: "×"})
    assert (again.lines, again.decisions, again.already, desk.asked(again)) == ((), (), 2, [])
    outcome = desk.change({first: "×", second: "○"})
    assert [(one.code, one.place.cell, one.facts["run"]) for one in outcome.problems] == [
        ("E094", first[1], made), ("E094", second[1], made),
    ]  # fmt: skip
