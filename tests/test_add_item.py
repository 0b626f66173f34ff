"""実施項目を加える：一覧から、または一件ずつ。直すところがあれば、何も加えない。"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import new_city
import openpyxl
import pytest
from new_city import LIST, SHEET, cell_of, fill, full_row, items_of
from programs import soffice_convert

from sheetgen.cli.boundary import main
from sheetgen.messages.catalogue import message_of
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import with_items, with_values
from sheetgen.problems import ExitCode, Level, SheetgenError, UsageError
from sheetgen.records import transaction
from sheetgen.records.journal import Action, JournalEntry, journal_path, parse_journal
from sheetgen.records.ledger import commit, open_ledger
from sheetgen.records.undoing import undo
from sheetgen.year.adding import AddRequest, AddResult, add_items
from sheetgen.year.rolled_plan import RolloverRequest
from sheetgen.year.rollover import rollover


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_city.start(tmp_path_factory.mktemp("begun"))


@pytest.fixture
def plan(begun: Path, tmp_path: Path) -> Path:
    shutil.copytree(begun.parent.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / "data" / "plan.json"


@pytest.fixture
def listed(plan: Path) -> Path:
    return plan.parent.parent / LIST


def add(plan: Path, source: Path, **wishes: Any) -> AddResult:
    return add_items(AddRequest(plan=plan, source=source, **wishes))


def refused(plan: Path, source: Path, **wishes: Any) -> list[tuple[str, str | None]]:
    """何も書かれなかったことを確かめ、エラーと確認の符号とセルを返す。"""
    before = plan.read_bytes()
    result = add(plan, source, **wishes)
    assert plan.read_bytes() == before
    assert (result.items, result.saved) == ((), False)
    return [
        (problem.code, problem.place.cell)
        for problem in result.problems
        if message_of(problem).level is not Level.NOTE
    ]


def test_the_journal_tells_when_and_by_whom(
    plan: Path, listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(listed, full_row(), full_row("相談の予約", 推進項目="相談", 主管課="相談課"))
    moment = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    request = AddRequest(plan=plan, source=listed)
    assert add_items(replace(request, dry_run=True), now=moment, who="係").run is None
    assert not journal_path(plan).exists()
    run = add_items(request, now=moment, who="係").run
    lines = parse_journal(journal_path(plan).read_bytes(), "")
    assert lines.problems == ()
    assert [(one.action, one.item, one.new) for one in lines.entries] == [
        (Action.ADD, "01-01", "(1)① 窓口の統合"),
        (Action.ADD, "02-01", "(2)① 相談の予約"),
        (Action.END, None, None),
    ]
    assert {(one.run, one.by, one.at) for one in lines.entries} == {
        (run, "係", moment.astimezone().isoformat(timespec="seconds"))
    }
    assert main(["history", "01-01", "--plan", str(plan)]) == ExitCode.OK
    told = capsys.readouterr().out
    assert f"係　追加（回 {run}）" in told
    assert LIST in told


def test_what_was_added_is_taken_out_again(
    plan: Path, listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load_plan(plan)
    add(plan, fill(listed, full_row()))
    kept = load_plan(plan)
    added = plan.read_bytes()
    [item] = add(plan, fill(listed, full_row("別の項目"))).items
    assert main(["undo", "--plan", str(plan), "--dry-run"]) == ExitCode.OK
    assert "01-02 実施項目: (1)② 別の項目 を除く" in capsys.readouterr().out
    result = undo(plan, who="係")
    assert [(one.item, one.old, one.new) for one in result.changes] == [
        (item.id, "(1)② 別の項目", None)
    ]
    assert load_plan(plan) == kept
    assert plan.read_bytes() == added
    undo(plan)
    assert load_plan(plan) == before
    with pytest.raises(SheetgenError) as caught:
        undo(plan)
    assert [problem.code for problem in caught.value.problems] == ["R523"]
    lines = parse_journal(journal_path(plan).read_bytes(), "")
    assert lines.problems == ()
    assert [one.action for one in lines.entries].count(Action.UNDO) == 2


def answered(plan: Path, item: str) -> None:
    """実績を一つ、取り込んだことにする。"""
    with open_ledger(plan, writing=True) as ledger:
        head = {"run": "20260701-100000", "at": "2026-07-01T10:00:00+09:00", "by": "係"}
        value = {"item": item, "path": "years[0].result.text", "new": "・進めた。"}
        lines = [{**head, "action": "record", **value}, {**head, "action": "end"}]
        new = with_items(
            ledger.master.plan,
            {item: with_values(ledger.master.plan.find(item)[2], {value["path"]: value["new"]}, 0)},
        )
        commit(ledger, new, [JournalEntry.model_validate(line) for line in lines])


def turned(plan: Path, _: str) -> None:
    """年度を切り替える。"""
    reason = {"force": True, "reason": "試し", "to": 2026}
    rollover(RolloverRequest(plan=plan, **reason))  # type: ignore[arg-type]


def pointed_at(plan: Path, item: str) -> None:
    """ほかの推進項目に再掲する。"""
    tree = json.loads(plan.read_text("utf-8"))
    tree["policies"][1]["measures"][0]["entries"].append(
        {
            "type": "cross_reference", "number": 1, "item_id": item, "section": None,
            "title": "窓口の統合", "mark": "［再］", "owners": "総務課", "note": "（1）に記載",
        }
    )  # fmt: skip
    plan.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")


def removed(plan: Path, item: str) -> None:
    """計画のデータから、手で消す。"""
    tree = json.loads(plan.read_text("utf-8"))
    tree["policies"][0]["measures"][0]["entries"] = []
    plan.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize(
    ("since", "code"),
    [(answered, "S131"), (turned, "S132"), (pointed_at, "S133"), (removed, "R526")],
)
def test_what_has_been_used_since_stays(
    since: Callable[[Path, str], None], code: str, plan: Path, listed: Path
) -> None:
    run = add(plan, fill(listed, full_row())).run
    since(plan, "01-01")
    before = plan.read_bytes(), journal_path(plan).read_bytes()
    with pytest.raises(SheetgenError) as caught:
        undo(plan, run)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert (plan.read_bytes(), journal_path(plan).read_bytes()) == before


def test_an_item_is_taken_out_once_its_answers_are(plan: Path, listed: Path) -> None:
    """答えを取り込んだあとでも、その回を先に取り消せば除ける（うまくいかないときの頁のとおり）。"""
    run = add(plan, fill(listed, full_row())).run
    answered(plan, "01-01")
    with pytest.raises(SheetgenError) as caught:
        undo(plan, run)
    (told,) = caught.value.problems
    undo(plan, str(told.facts["run"]))
    undo(plan, run)
    assert items_of(plan) == []


@pytest.mark.parametrize("placed", [False, True])
def test_a_run_cut_short_is_settled_by_what_the_plan_holds(
    plan: Path, listed: Path, placed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """電源が切れ、そのあと人が計画のデータを保存し直しても、記録簿は計画と合う。"""
    fill(listed, full_row())
    before = plan.read_bytes()
    with monkeypatch.context() as cut:
        cut.setattr(transaction, "_forget", lambda _: None)  # 印を消す前に止まる
        add(plan, listed)
    plan.write_bytes((plan.read_bytes() if placed else before) + b"\n")
    with open_ledger(plan, writing=True) as ledger:
        assert [problem.code for problem in ledger.problems] == ["R504"]
        assert any(entry.action is Action.ADD for entry in ledger.entries) == placed


def test_a_list_that_is_open_elsewhere_is_told(
    plan: Path, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(path: Path, *given: Any, **named: Any) -> Any:
        if path.name == LIST:
            raise PermissionError(13, "Permission denied")
        return opened(path, *given, **named)

    opened = Path.open
    monkeypatch.setattr(Path, "open", taken)
    with pytest.raises(SheetgenError) as caught:
        add(plan, listed)
    assert [problem.code for problem in caught.value.problems] == ["R002"]


@pytest.mark.parametrize("what", ["text", "folder", "missing"])
def test_what_is_no_list_is_told_in_words_of_its_own(plan: Path, what: str, tmp_path: Path) -> None:
    source = tmp_path / "一覧"
    if what == "text":
        source.write_text("推進項目,実施項目\n", "utf-8")
    elif what == "folder":
        for name in ("一つ目.xlsx", "二つ目.xlsx"):
            source.mkdir(exist_ok=True)
            (source / name).write_bytes((plan.parent.parent / LIST).read_bytes())
            fill(source / name, full_row(name))
    before = plan.read_bytes()
    with pytest.raises(SheetgenError) as caught:
        add(plan, source)
    codes = [problem.code for problem in caught.value.problems]
    assert codes == (["R001"] if what == "missing" else ["I037"])
    assert plan.read_bytes() == before


def test_what_only_asks_leads_to_accept(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [
        "add-item",
        "--plan",
        str(plan),
        "--measure",
        "1",
        "--title",
        "題",
        "--owner",
        "総務課",
    ]
    assert main([*given, "--current", "多い"]) == ExitCode.PROBLEMS
    told = capsys.readouterr().out
    assert "--accept" in told
    assert "I027" not in told  # 何も加えないのに、空欄のまま加えるとは言わない
    assert main([*given, "--current", "多い", "--accept"]) == ExitCode.OK
    assert "I027" in capsys.readouterr().out
    assert main([*given[:4], "99", *given[5:]]) == ExitCode.PROBLEMS
    assert "--accept" not in capsys.readouterr().out


def test_an_id_taken_out_again_is_not_given_anew(plan: Path, listed: Path) -> None:
    before = plan.read_bytes()
    add(plan, fill(listed, full_row()))
    plan.write_bytes(before)  # 控えに戻した
    [item] = add(plan, fill(listed, full_row("別の項目"))).items
    assert item.id == "01-02"


def test_a_row_becomes_an_item(plan: Path, listed: Path) -> None:
    second = full_row("相談の予約", 推進項目="相談", 主管課="相談課、市民課")
    fill(listed, full_row(), second)
    result = add(plan, listed)
    assert [(one.id, one.label, one.owner) for one in result.items] == [
        ("01-01", "(1)①", "総務部 総務課"),
        ("02-01", "(2)①", "福祉部 相談課"),
    ]
    assert result.problems == ()
    item, other = items_of(plan)
    assert item["related_sections"] == ["広報課", "全所属"]
    assert item["improvement"] == "● 窓口をまとめる。\n● 案内を減らす。"
    assert item["initiatives"] == {"2025": "■ 配置を決める。"}
    assert item["indicator"] == {
        "name": "待ち時間", "unit": "分", "current": 12.5, "target": 8.5, "number_format": "0.0",
    }  # fmt: skip
    years = [(year["fiscal_year"], year["target"], year["effect"]) for year in item["years"]]
    assert years[:2] == [(2025, 12.5, 1200), (2026, None, "-")]
    assert years[4] == (2029, None, None)
    assert item["overview"] == {
        "title": "窓口の統合",
        "improvement": item["improvement"],
        "policy": "■ 配置を決める。",
        "indicator": "待ち時間",
        "target": "8.5分",
        "owners": "総務課",
    }
    assert other["overview"]["owners"] == "相談課、市民課"
    # 初めての一覧の項目は、初年度からの計画で、新規ではない。
    assert item["introduced"] == 2025
    assert load_plan(plan).new_item_count == 0


def test_later_items_are_new_ones(plan: Path, listed: Path) -> None:
    add(plan, fill(listed, full_row()))
    fill(listed, full_row("二つ目"))
    assert [one.id for one in add(plan, listed).items] == ["01-02"]
    assert items_of(plan)[1]["introduced"] == 2025  # 初年度のうちは、何日目でも初年度
    rollover(RolloverRequest(plan=plan))
    assert load_plan(plan).new_item_count == 0
    add(plan, fill(listed, full_row("三つ目")))
    assert items_of(plan)[2]["introduced"] == 2026
    assert load_plan(plan).new_item_count == 1
    fill(listed, full_row("四つ目", 追加した年度="Ｒ７"))
    add(plan, listed)
    assert items_of(plan)[3]["introduced"] == 2025


def test_the_overview_may_be_written(plan: Path, listed: Path) -> None:
    fill(listed, full_row(**{"目標（概要表）": "8.5分以下", "担当": "総務課ほか"}))
    add(plan, listed)
    overview = items_of(plan)[0]["overview"]
    assert (overview["target"], overview["owners"]) == ("8.5分以下", "総務課ほか")


@pytest.mark.parametrize(
    ("numbers", "shape"),
    [
        ({"指標の現状値": 10, "計画最終年度の目標値": 1200}, "#,##0"),
        ({"指標の現状値": 12.5, "計画最終年度の目標値": 10}, "General"),
        ({"指標の現状値": 0.25, "計画最終年度の目標値": 0.75}, "0.00"),
        ({"指標の現状値": "未実施", "計画最終年度の目標値": "実施"}, "General"),
        ({"指標の現状値": "-", "計画最終年度の目標値": 5}, "#,##0"),
    ],
)
def test_the_number_format_shows_every_figure(
    plan: Path, listed: Path, numbers: dict[str, Any], shape: str
) -> None:
    fill(listed, full_row(**numbers, **{"令和7年度 成果指標の目標値": None}))
    assert add(plan, listed).saved
    indicator = items_of(plan)[0]["indicator"]
    assert indicator["number_format"] == shape
    assert [indicator["current"], indicator["target"]] == list(numbers.values())


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        ("推進項目", "3 財", "I021"),
        ("推進項目", None, "I020"),
        ("実施項目", None, "I020"),
        ("実施項目", "一行目\n二行目", "I023"),
        ("主管課", "ない課", "I028"),
        ("主管課", None, "I020"),
        ("追加した年度", "いつか", "I024"),
        ("追加した年度", "令和20年度", "I024"),
        ("指標の現状値", "=1+1", "R201"),
        ("単位", "件\n台", "I023"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_cell(
    plan: Path, listed: Path, heading: str, value: object, code: str
) -> None:
    fill(listed, full_row("よい項目"), full_row("項目", **{heading: value}))
    cell = cell_of(listed, heading, row=3)
    assert (code, cell) in refused(plan, listed)


def test_every_problem_is_told_at_once(plan: Path, listed: Path) -> None:
    fill(
        listed,
        full_row(推進項目="ない"),
        full_row("二", 主管課="ない"),
        full_row("三", 推進項目="7"),
    )
    found = refused(plan, listed)
    assert [code for code, _ in found] == ["I021", "I028", "I021"]
    problem = add(plan, listed).problems[0]
    assert (problem.place.file, problem.place.sheet) == (str(listed), SHEET)
    assert problem.place.label == "推進項目"


def test_a_question_holds_the_list_until_accepted(plan: Path, listed: Path) -> None:
    fill(listed, full_row(**{"計画最終年度の目標値": 8.5, "令和7年度 成果指標の目標値": "検討"}))
    assert [code for code, _ in refused(plan, listed)] == ["R216"]
    assert add(plan, listed, accept=True).saved
    assert items_of(plan)[0]["years"][0]["target"] == "検討"


def test_nothing_under_an_unknown_heading_is_lost(plan: Path, listed: Path) -> None:
    fill(listed, full_row())
    book = openpyxl.load_workbook(listed)
    sheet = book[SHEET]
    last = sheet.max_column
    sheet.cell(1, last + 1).value = "備考"
    sheet.cell(2, last + 1).value = "大事なこと"
    sheet.cell(2, last + 3).value = "見出しのない所"
    book.save(listed)
    found = refused(plan, listed)
    assert [code for code, _ in found] == ["I011", "I015"]
    assert found[0][1] == sheet.cell(1, last + 1).coordinate


def test_a_list_needs_its_headings(plan: Path, listed: Path) -> None:
    fill(listed, full_row())
    book = openpyxl.load_workbook(listed)
    sheet = book[SHEET]
    heads = {cell.value: cell for cell in sheet[1]}
    heads["主管課"].value = "実施項目"
    book.save(listed)
    codes = [code for code, _ in refused(plan, listed)]
    assert codes[:2] == ["I012", "I013"]
    empty = openpyxl.Workbook()
    empty.save(listed)
    assert refused(plan, listed) == [("I010", None)]


def test_an_empty_list_is_told(plan: Path, listed: Path) -> None:
    assert refused(plan, listed) == [("I014", None)]


def test_columns_may_move_and_go(plan: Path, listed: Path) -> None:
    """列の順も、見出しの全角・半角も、上の余分な行も問わない。"""
    row = {
        "主管課": "市民課",
        "実 施 項 目": "窓口",
        "推進項目": 1,
        "Ｒ７年度　年次計画": "・決める",
    }
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["行政改革推進プランの一覧"])
    sheet.append(list(row))
    sheet.append(list(row.values()))
    book.save(listed)
    result = add(plan, listed)
    assert [one.owner for one in result.items] == ["総務部 市民課"]
    assert items_of(plan)[0]["years"][0]["plan"] == "・決める"
    # 空のまま加えた欄は、参考として告げる。
    assert {problem.code for problem in result.problems} == {"I027"}
    assert len(result.problems) == 4


def test_the_same_list_twice_adds_nothing(plan: Path, listed: Path) -> None:
    fill(listed, full_row())
    add(plan, listed)
    assert refused(plan, listed) == [("I025", cell_of(listed, "実施項目"))]


def test_a_section_of_two_departments_must_be_named_fully(tmp_path: Path) -> None:
    plan = new_city.start(tmp_path / "city", sections=("総務部 管理課", "福祉部 管理課"))
    listed = fill(tmp_path / "city" / LIST, full_row(主管課="管理課"))
    assert [code for code, _ in refused(plan, listed)] == ["I029"]
    fill(listed, full_row(主管課="福祉部　管理課"))
    assert add(plan, listed).items[0].owner == "福祉部 管理課"


def test_a_trial_writes_nothing(plan: Path, listed: Path) -> None:
    before = plan.read_bytes()
    result = add(plan, fill(listed, full_row()), dry_run=True)
    assert ([one.id for one in result.items], result.saved) == (["01-01"], False)
    assert plan.read_bytes() == before


def test_an_id_is_never_used_again(plan: Path, listed: Path) -> None:
    """終わった項目のIDは、いまの計画にも、前の年次見直しの計画にもあってよい。"""
    add(plan, fill(listed, full_row("一"), full_row("二"), full_row("三"), full_row("四")))
    archived = plan.parent / "archive" / "2026_20270331.json"
    archived.parent.mkdir()
    archived.write_bytes(plan.read_bytes())
    tree = json.loads(plan.read_text("utf-8"))
    del tree["policies"][0]["measures"][0]["entries"][2:]
    plan.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    fill(listed, full_row("五"), *[dict.fromkeys(full_row()) for _ in range(3)])
    assert [(one.id, one.label) for one in add(plan, listed).items] == [("01-05", "(1)③")]
    tree = json.loads(plan.read_text("utf-8"))
    tree["revision"]["retired_items"] = ["01-08"]
    plan.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    fill(listed, full_row("六"))
    assert [one.id for one in add(plan, listed).items] == ["01-09"]
    archived.write_text("{", encoding="utf-8")
    with pytest.raises(SheetgenError) as caught:
        add(plan, fill(listed, full_row("七")))
    assert [problem.code for problem in caught.value.problems] == ["I030"]


def test_an_ods_list_is_read_too(plan: Path, listed: Path, tmp_path: Path) -> None:
    made = soffice_convert(fill(listed, full_row()), tmp_path / "ods", "ods")
    assert [one.title for one in add(plan, made).items] == ["窓口の統合"]
    assert items_of(plan)[0]["indicator"]["current"] == 12.5


def test_the_real_plan_takes_an_item(plan_path: Path, tmp_path: Path) -> None:
    plan = tmp_path / "real" / "plan.json"
    plan.parent.mkdir()
    plan.write_bytes(plan_path.read_bytes())
    fields = {"measure": "8", "title": "新しい歳入", "owners": "経営企画課", "plan:2024": "・試す"}
    result = add_items(AddRequest(plan=plan, fields=fields))
    measure = json.loads(plan_path.read_text("utf-8"))["policies"][4]["measures"][0]
    # 再掲の行にも番号が印刷されているので、IDもその次になる。
    last = max(one["number"] for one in measure["entries"])
    assert [one.id for one in result.items] == [f"08-{last + 1:02}"]
    after = load_plan(plan)
    assert (after.item_count, after.new_item_count) == (75, 4)
    # ほかの項目は一字も変わらない。
    assert [one for one in items_of(plan) if one.get("title") != "新しい歳入"] == items_of(
        plan_path
    )


def test_one_item_from_the_command_line(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(plan.parent.parent)
    flags = ["add-item", "--measure", "窓口", "--title", "窓口", "--owner", "市民課"]
    flags += ["--current", "３件", "--unit", "件", "--target", "R7=5", "--effect", "R8=10"]
    assert main([*flags, "--dry-run"]) == ExitCode.OK
    assert items_of(plan) == []
    assert main(flags) == ExitCode.OK
    item = items_of(plan)[0]
    assert (item["indicator"]["current"], item["years"][0]["target"]) == (3, 5)
    assert item["years"][1]["effect"] == 10
    assert "01-01" in capsys.readouterr().out
    assert main(flags) == ExitCode.PROBLEMS
    assert main(["add-item", "--title", "a", "--target", "R7"]) == ExitCode.USAGE
    assert main(["add-item", "--title", "a", "--target", "R20=5"]) == ExitCode.USAGE
    assert main(["add-item"]) == ExitCode.USAGE
    assert main(["add-item", "--from", LIST, "--title", "a"]) == ExitCode.USAGE
    assert main(["add-item", "--from", "ない.xlsx"]) == ExitCode.PROBLEMS
    assert len(items_of(plan)) == 1


@pytest.mark.parametrize("text", ["あ\x07い", "\ufffe", "あ" * 40_000, "\ud800"])
def test_no_text_can_break_the_plan(plan: Path, text: str) -> None:
    """Excel に入らない文字は、除いて加えるか、わけを告げて止まるかのどちらか。"""
    before = plan.read_bytes()
    fields = {"measure": "1", "title": "窓口", "owners": "市民課", "improvement": text}
    try:
        saved = add_items(AddRequest(plan=plan, fields=fields)).saved
    except SheetgenError:
        saved = False
    assert saved or plan.read_bytes() == before
    assert load_plan(plan).item_count == int(saved)


def test_nothing_asked_is_a_usage_error(plan: Path) -> None:
    with pytest.raises(UsageError):
        add_items(AddRequest(plan=plan))


def _hide_row(sheet: Any, row: int) -> None:
    sheet.row_dimensions[row].hidden = True


def _filter_row(sheet: Any, row: int) -> None:
    sheet.auto_filter.ref = f"A1:C{sheet.max_row}"
    sheet.auto_filter.add_filter_column(0, ["1 窓口"])
    sheet.row_dimensions[row].hidden = True


@pytest.mark.parametrize("hide", [_hide_row, _filter_row])
@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_row_that_nobody_sees_is_asked_about(
    hide: Callable[[Any, int], None], suffix: str, plan: Path, listed: Path
) -> None:
    fill(listed, full_row(), full_row("去年の案", 推進項目="相談", 主管課="相談課"))
    book = openpyxl.load_workbook(listed)
    hide(book[SHEET], 3)
    book.save(listed)
    source = listed if suffix == ".xlsx" else soffice_convert(listed, listed.parent, "ods")
    cell = cell_of(listed, "実施項目", 3)
    assert refused(plan, source) == [("I038", cell)]
    assert len(add(plan, source, accept=True).items) == 2


def test_a_hidden_row_without_an_item_is_no_question(plan: Path, listed: Path) -> None:
    fill(listed, full_row())
    book = openpyxl.load_workbook(listed)
    _hide_row(book[SHEET], 9)
    book.save(listed)
    assert len(add(plan, listed).items) == 1


def test_a_column_that_nobody_sees_is_asked_about(plan: Path, listed: Path) -> None:
    fill(listed, full_row())
    cell = cell_of(listed, "現状と課題")
    book = openpyxl.load_workbook(listed)
    book[SHEET].column_dimensions[cell.rstrip("0123456789")].hidden = True
    book.save(listed)
    assert refused(plan, listed) == [("I039", cell)]
    assert len(add(plan, listed, accept=True).items) == 1
