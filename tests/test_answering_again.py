"""差戻しを繰り返す：二度目、済んだとき、直して戻ったとき、置けないとき。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answering_desk import DOUBT, INPUT, Desk, add_codes, fill_of, opened
from answering_samples import (
    EFFECT,
    GRADE,
    TEXT,
    VALUE,
    recorded,
)
from making import input_cells, make
from ooxml import rules

from sheetgen.collect.receiving import collect_returns
from sheetgen.collect.request import CollectRequest, CollectResult
from sheetgen.form.identity import round_mark
from sheetgen.form.rounds import settle_round
from sheetgen.plan.loading import load_plan
from sheetgen.plan.round import RoundKind
from sheetgen.records.open_items import (
    ItemState,
    OpenItem,
    open_items_path,
    save_open_items,
)


@pytest.fixture(autouse=True)
def codes(monkeypatch: pytest.MonkeyPatch) -> None:
    add_codes(monkeypatch)


def test_twice_changes_nothing_and_a_filled_one_is_kept(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    form = desk.form("08-08", {TEXT: "・済。"}, unread={VALUE: "多数"},
                     problems=[desk.question("Z301", "08-08", VALUE, raw="多数")])  # fmt: skip
    (book,) = desk.answer([desk.held(form)], [form]).returns
    before = book.read_bytes()
    desk.answer([desk.held(form)], [form])
    assert book.read_bytes() == before
    assert not (book.parent / "旧版").exists()
    book.write_bytes(b"filled in where it lay")
    desk.answer([desk.held(form)], [form])
    assert book.read_bytes() == before
    (kept,) = (book.parent / "旧版").rglob("*.xlsx")
    assert kept.read_bytes() == b"filled in where it lay"


def test_a_finished_return_leaves(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    """一度だけ告げて、消さずに移す。次の回からは何も言わない。"""
    desk = Desk(tmp_path, plan_path, template_path)
    owner = desk.plan.find("01-04")[2].owners[0]
    items = [item.id for _, _, item in desk.plan.items() if item.owners[0] == owner]
    form = desk.form("01-04", {}, problems=[desk.question("Z304", "01-04", TEXT)])
    (book,) = desk.answer([desk.held(form)], [form]).returns
    forms = [desk.form(item, {TEXT: "・済。"}) for item in items]
    draft = book.with_suffix(".eml")
    draft.write_bytes(b"to be sent")
    other = book.with_name("0000_よその課_実績照会.xlsx")
    other.write_bytes(b"kept")
    kept = book.read_bytes()
    done = [recorded(desk.plan, form) for form in forms]
    again = desk.answer(done, forms)
    assert again.returns == ()
    assert [(p.code, p.facts["names"]) for p in again.problems] == [("R603", book.name)]
    assert sorted(path.name for path in book.parent.iterdir()) == [other.name, "済"]
    gone = book.parent / "済"
    assert (gone / book.name).read_bytes() == kept
    assert (gone / draft.name).read_bytes() == b"to be sent"
    assert desk.answer(done, forms).problems == ()


def test_a_return_still_waited_for_stays(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    """その課のファイルを渡さなかった回にも、問いは残っている。"""
    desk = Desk(tmp_path, plan_path, template_path)
    form = desk.form("01-04", {}, problems=[desk.question("Z304", "01-04", TEXT)])
    (book,) = desk.answer([desk.held(form)], [form]).returns
    waiting = OpenItem(ItemState.HELD, "2024-08-05T09:00:00+09:00")
    save_open_items(desk.plan_path, round_mark(desk.chosen), {"01-04": waiting})
    assert desk.answer([], []).problems == ()
    assert book.is_file()
    # 覚え書きが読めなければ、片付いたとは言えない。
    open_items_path(desk.plan_path).write_text("{", "utf-8")
    desk.answer([], [])
    assert book.is_file()


def test_a_dry_run_writes_nothing(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    desk.request = CollectRequest(
        paths=(), plan=desk.plan_path, template=template_path, root=tmp_path, dry_run=True
    )
    form = desk.form("01-04", {}, problems=[desk.question("Z304", "01-04", TEXT)])
    assert desk.answer([desk.held(form)], [form]) == (None, (), ())
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_folder_that_refuses_is_told(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    (tmp_path / "output").write_text("これはフォルダーではない", encoding="utf-8")
    form = desk.form("01-04", {}, problems=[desk.question("Z304", "01-04", TEXT)])
    answered = desk.answer([desk.held(form)], [form])
    assert answered.report is None
    assert answered.returns == ()
    assert {problem.code for problem in answered.problems} == {"O001"}


def test_the_same_return_has_the_same_bytes(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    books = []
    for name in ("a", "b"):
        desk = Desk(tmp_path / name, plan_path, template_path)
        form = desk.form("08-08", {}, problems=[desk.question("Z304", "08-08", TEXT)])
        (book,) = desk.answer([desk.held(form)], [form]).returns
        books.append(book.read_bytes())
    assert books[0] == books[1]


def test_a_revision_is_sent_back_too(tmp_path: Path, plan_path: Path, template_path: Path) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    desk.chosen = settle_round(desk.plan, RoundKind.REVISION, None)
    year = desk.chosen.initiative_year
    target = f"years[{desk.plan.fiscal_years.index(year)}].target"
    form = desk.form(
        "08-08",
        {"initiative.text": "■ 三か所に増やす。"},
        unread={target: "四十弱"},
        problems=[desk.question("Z301", "08-08", target, raw="四十弱")],
    )
    (book,) = desk.answer([desk.held(form)], [form]).returns
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    sheet = opened(book)["(8)⑧"]
    assert sheet[cells["initiative.text"]].value == "■ 三か所に増やす。"
    assert sheet[cells[target]].value == "四十弱"
    assert (fill_of(sheet, cells[target]), fill_of(sheet, cells["initiative.text"])) == (
        DOUBT,
        INPUT,
    )
    assert sheet[cells[TEXT]].protection.locked
    report = opened(book.parent.parent / "回収結果.xlsx")["実施項目別"]
    heads = [cell.value for cell in report[3]]
    assert heads[5:8] == ["成果指標の目標値", "単位", "効果見込額(千円)"]


def test_a_mended_return_can_be_collected(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    plan = tmp_path / "data" / "plan.json"
    plan.parent.mkdir()
    plan.write_bytes(plan_path.read_bytes())
    made = make(tmp_path, plan, template_path, items=("08-08",))
    cells = {path: ref for ref, path in input_cells(template_path).items()}

    def collected(source: Path, values: dict[str, Any]) -> CollectResult:
        book = opened(source)
        for path, value in values.items():
            book["(8)⑧"][cells[path]] = value
        folder = tmp_path / f"届いたもの{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        book.save(folder / source.name)
        wish = CollectRequest(paths=(folder,), plan=plan, template=template_path, root=tmp_path)
        return collect_returns(wish)

    said = {TEXT: "・三十五台を置いた。", VALUE: "35台くらい", EFFECT: 6900, GRADE: "A"}
    first = collected(made.books[0].path, said)
    (book,) = first.returns
    again = collected(book, {})  # 直さずに戻れば、また聞く
    assert again.returns == (book,)
    (found,) = [one for one in again.items if one.item == "08-08"]
    assert found.state is ItemState.HELD
    last = collected(book, {VALUE: 35})
    (found,) = [one for one in last.items if one.item == "08-08"]
    assert found.state is ItemState.RECORDED
    result = load_plan(plan).find("08-08")[2].years[0].result
    assert (result.text, result.value, result.effect, result.grade) == (
        "・三十五台を置いた。", 35, 6900, "A",
    )  # fmt: skip


def test_a_figure_that_cannot_be_seen_whole_is_told(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    desk = Desk(tmp_path, plan_path, template_path)
    long = "効果額は、設置の時期によって変わるため、まだ確かには言えません。" * 3
    form = desk.form(
        "08-08", {}, unread={EFFECT: long},
        problems=[desk.question("Z301", "08-08", EFFECT, raw=long)],
    )  # fmt: skip
    answered = desk.answer([desk.held(form)], [form])
    assert [(p.code, p.place.item) for p in answered.problems] == [("R606", "08-08")]
    cells = {path: ref for ref, path in input_cells(template_path).items()}
    sheet = opened(answered.returns[0])["(8)⑧"]
    assert sheet[cells[EFFECT]].value == long
    assert rules.violations_of(list(answered.returns)) == {}
