"""計画のデータの文に残っている名：改めた課の前の名が、黙って印刷されない。"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from journal_samples import line
from making import changed_plan, item_of, load
from reporting import ROOT, request_for, shortened

from sheetgen.plan.loading import load_plan
from sheetgen.plan.names_in_texts import (
    FormerNames,
    StaleName,
    name_doubts,
    stale_key,
    stale_names,
)
from sheetgen.plan.plan import Plan
from sheetgen.publish.reporting import document_of
from sheetgen.records.archives import archive_folder
from sheetgen.records.editions import open_history
from sheetgen.records.journal import Action, JournalEntry, journal_path, render_entries
from sheetgen.records.leftovers import LEFT, former_names, sections_renamed
from sheetgen.send.checking import check

TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"
GONE = FormerNames({"収納課": "債権課"})


def entries(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in plan["policies"]:
        for measure in policy["measures"]:
            yield from measure["entries"]


def items(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in entries(plan) if entry["type"] == "item"]


def rename(plan: dict[str, Any], old: str, new: str) -> None:
    """手で直すとおりに、部と課の一覧と主管課だけで、課の名を改める。"""
    for department in plan["departments"]:
        for section in department["sections"]:
            section["name"] = new if section["name"] == old else section["name"]
    for entry in entries(plan):
        for owner in entry["owners"] if entry["type"] == "item" else ():
            owner["section"] = new if owner["section"] == old else owner["section"]


@pytest.fixture(scope="module")
def tree() -> dict[str, Any]:
    """実物の計画の JSON。"""
    return load(ROOT / "data" / "plan.json")


def found(
    tree: dict[str, Any],
    change: Callable[[dict[str, Any]], object],
    former: FormerNames = FormerNames(),  # noqa: B008
) -> list[StaleName]:
    """手を加えた実物の計画に残っている名。"""
    plan = json.loads(json.dumps(tree))
    change(plan)
    return list(stale_names(Plan.model_validate(plan), former))


def places(stale: list[StaleName]) -> list[tuple[str | None, str | None, str, str | None]]:
    return [(one.item, one.label, one.name, one.successor) for one in stale]


def test_the_real_plan_is_quiet(plan_path: Path) -> None:
    """概要表は、様式とわざと違えて印刷する所がある。全角・半角、略した題、総務部各課、土木管理課等。"""
    assert stale_names(load_plan(plan_path)) == ()


def test_a_section_renamed_by_hand_is_asked_wherever_its_old_name_stands(
    tree: dict[str, Any],
) -> None:
    stale = found(tree, lambda plan: rename(plan, "収納課", "債権課"))
    assert places(stale) == [
        ("08-01", "担当", "収納課", "債権課"),
        ("09-04", "具体的な改善取組内容", "収納課", "債権課"),
    ]
    assert [one.path for one in stale] == [
        "policies[4].measures[0].entries[0].overview.owners",
        "policies[4].measures[1].entries[3].improvement",
    ]
    assert stale[0].proposed == "債権課(市民税課、資産税課)"
    assert stale[1].proposed == stale[1].text.replace("収納課と連携", "債権課と連携")
    stale = found(tree, lambda plan: rename(plan, "経営企画課", "企画政策課"))
    labels = [one.label for one in stale]
    written = json.dumps([one["overview"] for one in items(tree)], ensure_ascii=False)
    references = [one for one in entries(tree) if "経営企画課" in str(one.get("owners", ""))]
    rows = [one for one in references if one["type"] == "cross_reference"]
    assert labels.count("担当") == written.count("経営企画課") + len(rows)
    related = [name for one in items(tree) for name in one["related_sections"]]
    assert labels.count("関連所属") == related.count("経営企画課")
    assert [one.item for one in stale if one.label == "取組方針・取組内容"] == ["04-15"]
    # ［再］の行も、それの指す実施項目で言う。
    (row,) = [one for one in stale if one.path == "policies[4].measures[1].entries[0].owners"]
    assert (row.item, row.proposed) == ("02-01", "企画政策課(財政課)")
    assert all("経営企画課" not in (one.proposed or "") for one in stale)


def test_an_item_that_left_a_renamed_section_does_not_hide_its_new_name(
    tree: dict[str, Any],
) -> None:
    def change(plan: dict[str, Any]) -> None:
        rename(plan, "収納課", "債権課")
        item = next(one for one in items(plan) if one["id"] == "08-01")
        item["owners"] = [{"department": "総務部", "section": "職員課"}]

    stale = found(tree, change, FormerNames({"収納課": "債権課"}))
    assert ("09-04", "具体的な改善取組内容", "収納課", "債権課") in places(stale)
    (row,) = [one for one in stale if one.label == "担当"]
    assert (row.name, row.successor) == ("収納課", "職員課")


def test_a_new_name_that_holds_the_old_one_is_no_finding(tree: dict[str, Any]) -> None:
    def change(plan: dict[str, Any]) -> None:
        rename(plan, "収納課", "債権収納課")
        item_of(plan, "08-01")["overview"]["owners"] = "債権収納課(市民税課、資産税課)"
        item_of(plan, "09-04")["improvement"] = "● 債権収納課と連携する。"

    assert found(tree, change, FormerNames({"収納課": "債権収納課"})) == []


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("● 収納課と連携する。", "● 債権課と連携する。"),
        ("・総務部収納課長が進める。", "・総務部債権課長が進める。"),
        ("市民税課、収納課及び財政課", "市民税課、債権課及び財政課"),
        ("伊勢原市収納課の窓口。収納課も。", "伊勢原市債権課の窓口。債権課も。"),
        ("旧収納課から引き継いだ。", None),
        ("市税収納課題の整理", None),
        ("収納課題を整理する。", None),
        ("第二収納課", None),
        ("秦野市収納課", None),
    ],
)
def test_a_name_is_found_as_a_word_of_its_own(
    tree: dict[str, Any], text: str, proposed: str | None
) -> None:
    def change(plan: dict[str, Any]) -> None:
        rename(plan, "収納課", "債権課")
        item_of(plan, "08-01")["overview"]["owners"] = "債権課"
        item_of(plan, "09-04")["improvement"] = text

    assert [one.proposed for one in found(tree, change, GONE)] == ([proposed] if proposed else [])


def test_width_and_dots_do_not_hide_a_name(tree: dict[str, Any]) -> None:
    def change(plan: dict[str, Any]) -> None:
        rename(plan, "デジタル推進課", "ＤＸ推進課")
        rename(plan, "図書館･子ども科学館", "中央図書館")
        item_of(plan, "09-04")["improvement"] = "● ﾃﾞｼﾞﾀﾙ推進課と図書館・子ども科学館で進める。"

    stale = [one for one in found(tree, change) if one.item == "09-04"]
    assert {one.name for one in stale} == {"ﾃﾞｼﾞﾀﾙ推進課", "図書館・子ども科学館"}
    assert "● ＤＸ推進課と図書館・子ども科学館で進める。" in {one.proposed for one in stale}


def test_the_past_keeps_its_names(tree: dict[str, Any]) -> None:
    """過ぎた年度の計画と実績は、そのころの課の名でよい。"""

    def change(plan: dict[str, Any]) -> None:
        rename(plan, "収納課", "債権課")
        item_of(plan, "08-01")["overview"]["owners"] = "債権課"
        item = item_of(plan, "09-04")
        item["improvement"] = "● 進める。"
        item["years"][0]["plan"] = "・収納課と進める。"
        item["years"][0]["result"]["text"] = "・収納課と進めた。"
        item["initiatives"]["2023"] = "■ 収納課と進める。"
        item["years"][1]["plan"] = "・収納課と進める。"

    plan = json.loads(json.dumps(tree))
    change(plan)
    stale = stale_names(Plan.model_validate(plan), GONE)
    assert [one.path.partition("entries[3].")[2] for one in stale if not one.is_past] == [
        "years[1].plan"
    ]
    assert len(stale) == 4
    (told,) = name_doubts(Plan.model_validate(plan), GONE, "plan.json")
    assert (told.code, told.place.file, told.place.item) == ("M090", "plan.json", "09-04")


@pytest.mark.parametrize(
    ("item", "owners", "wanted"),
    [
        ("08-02", "経営企画課", [("M092", "経営企画課", "財政課")]),
        ("08-02", "財政課、総務課", [("M093", "総務課", None)]),
        ("08-06", "新産業拠点整備課(商工観光課他)", []),
        ("06-01", "デジタル推進課(経営企課)", [("M091", "経営企課", "経営企画課")]),
        ("06-01", "デシタル推進課", [("M091", "デシタル推進課", "デジタル推進課")]),
        ("02-08", "下水道経営科(下水道整備課)", [("M091", "下水道経営科", "下水道経営課")]),
        ("02-08", "下水道経営課(下水道管理課)", [("M093", "下水道管理課", None)]),
        ("03-06", "職員課・経営企画課", []),
        ("03-06", "総務課", [("M092", "総務課", "職員課、経営企画課")]),
        ("01-01", "企画部経営企画課", []),
        ("01-01", "庁内各課", []),
        ("01-01", None, []),
    ],
)
def test_the_owners_of_a_row_are_those_of_the_form(
    tree: dict[str, Any], item: str, owners: str | None, wanted: list[Any]
) -> None:
    stale = found(tree, lambda plan: item_of(plan, item)["overview"].update(owners=owners))
    assert [(one.kind.value, one.name, one.successor) for one in stale] == wanted
    assert {one.item for one in stale} <= {item}


def test_a_title_changed_in_the_form_alone_is_asked(tree: dict[str, Any]) -> None:
    def change(plan: dict[str, Any]) -> None:
        item_of(plan, "07-02")["title"] = "公共施設の使用料の適正化"
        item_of(plan, "04-10")["title"] = "アウトソーシングの拡大：不燃ごみ収集の民間移行"

    stale = found(tree, change)
    assert [(one.kind.value, one.item, one.label, one.proposed) for one in stale] == [
        ("M094", "04-10", "実施項目（概要表）", "不燃ごみ収集の民間移行"),
        ("M094", "07-02", "実施項目（概要表）", "公共施設の使用料の適正化"),
    ]

    # 再掲の行は概要表の行と同じ題でよい。概要表の行を直せば、それも問う。
    def row_too(plan: dict[str, Any]) -> None:
        change(plan)
        item_of(plan, "07-02")["overview"]["title"] = "公共施設の使用料の適正化"

    stale = [one for one in found(tree, row_too) if one.item == "07-02"]
    assert [(one.label, one.proposed) for one in stale] == [
        ("実施項目（再掲）", "公共施設の使用料の適正化")
    ]


def test_a_city_that_words_its_rows_freely_is_not_asked(tree: dict[str, Any]) -> None:
    def change(plan: dict[str, Any]) -> None:
        for number, item in enumerate(items(plan)):
            item["overview"]["title"] = f"取組その{number}"
        for entry in entries(plan):
            if entry["type"] == "cross_reference":
                entry["title"] = item_of(plan, entry["item_id"])["overview"]["title"]

    assert found(tree, change) == []


def test_a_title_to_which_words_were_added_is_known_from_the_kept_plan(
    tree: dict[str, Any],
) -> None:
    """足しただけの名は、略した題と見分けられない。前の名を知っていれば分かる。"""

    def change(plan: dict[str, Any]) -> None:
        item_of(plan, "08-02")["title"] = "ふるさと納税(個人版)の更なる推進"

    assert found(tree, change) == []
    (stale,) = found(tree, change, FormerNames(titles={"08-02": ("ふるさと納税(個人版)の推進",)}))
    assert (stale.item, stale.proposed) == ("08-02", "ふるさと納税(個人版)の更なる推進")


def test_a_former_title_is_found_where_it_is_quoted(tree: dict[str, Any]) -> None:
    """括弧のない「企業立地の推進」は、ただの言い方でありうる。"""
    former = FormerNames(titles={"08-05": ("企業誘致の推進",), "08-99": ("納税の推進",)})

    def change(plan: dict[str, Any]) -> None:
        plan["revision"]["highlights"][0]["text"] = "▪ 「企業誘致の推進」と「納税の推進」を進める"
        item_of(plan, "08-06")["improvement"] = "● 企業誘致の推進を図る。"

    stale = found(tree, change, former)
    assert [(one.path, one.name, one.successor) for one in stale] == [
        ("revision.highlights[0].text", "企業誘致の推進", "企業立地の推進"),
        ("revision.highlights[0].text", "納税の推進", None),
    ]


def test_where_a_cross_reference_points_is_asked(tree: dict[str, Any]) -> None:
    def change(plan: dict[str, Any]) -> None:
        plan["policies"][3]["measures"][0]["name"] = "公共施設の最適化"

    stale = found(tree, change)
    assert {(one.kind.value, one.label) for one in stale} == {("M096", "記載先の注記")}
    assert [one.item for one in stale] == ["07-04", "07-05", "07-01", "07-02"]
    assert stale[0].proposed == (
        "「基本方針４ 公共施設の縮充･最適化 (７) 公共施設の最適化」 に記載"
    )


def keep(plan: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """計画をしまう。"""
    folder = archive_folder(plan)
    folder.mkdir(exist_ok=True)
    changed_plan(ROOT / "data" / "plan.json", folder / name, change)


def journal(plan: Path, *lines: JournalEntry) -> None:
    runs = dict.fromkeys(one.run for one in lines)
    ends = [line(run, Action.END) for run in runs]
    journal_path(plan).write_bytes(render_entries([*lines, *ends]))


def renamed(run: str, old: str, new: str) -> JournalEntry:
    path = f"departments[総務部].sections[{old}].name"
    return line(run, Action.RECORD, item=None, path=path, label="課の名称", old=old, new=new)


def test_former_names_come_from_the_kept_plans(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"

    def now(data: dict[str, Any]) -> None:
        rename(data, "収納課", "債権課")
        rename(data, "文書法制課", "職員課")
        data["departments"][1]["sections"].remove({"name": "職員課", "email": None})
        item_of(data, "08-02")["title"] = "ふるさと納税の推進"

    changed_plan(ROOT / "data" / "plan.json", plan, now)
    keep(plan, "令和5年度_2024-03-31.json", lambda data: rename(data, "収納課", "納税課"))
    keep(plan, "令和6年度_実績照会.json", lambda data: None)
    (archive_folder(plan) / "令和6年度_公表.json").write_text("壊れた", encoding="utf-8")
    former = former_names(open_history(plan))
    assert former.sections == {"納税課": "債権課", "収納課": "債権課", "文書法制課": "職員課"}
    assert former.titles == {"08-02": ("ふるさと納税(個人版)の推進",)}
    # しまった計画そのものを見るときは、あとの名を「前の名」としない。
    kept = archive_folder(plan) / "令和5年度_2024-03-31.json"
    assert former_names(open_history(kept)) == FormerNames()


def test_former_names_come_from_the_journal(tmp_path: Path) -> None:
    plan = changed_plan(
        ROOT / "data" / "plan.json",
        tmp_path / "plan.json",
        lambda data: rename(data, "収納課", "債権課"),
    )
    journal(
        plan,
        renamed("1", "収納課", "納税課"),
        renamed("2", "納税課", "債権課"),
        renamed("3", "債権課", "徴収課"),
        line("4", Action.UNDO, item=None, path="x", label="課の名称", undoes="3"),
        line("5", item="08-02", path="title", label="実施項目", old="納税の推進", new="あ"),
    )
    former = former_names(open_history(plan))
    assert former.sections == {"収納課": "債権課", "納税課": "債権課"}
    assert former.titles == {"08-02": ("納税の推進",)}


def regrouped(run: str, section: str, name: str, old: str, new: str) -> JournalEntry:
    """編集ブックで、課の名か部の名を書き換えた行。"""
    path = f"departments[総務部].sections[{section}].{name}"
    return line(run, Action.EDIT, item=None, path=path, label="名", old=old, new=new)


def test_a_department_renamed_row_by_row_has_one_new_name(tmp_path: Path) -> None:
    def now(data: dict[str, Any]) -> None:
        data["departments"][1]["name"] = "行政部"
        for entry in entries(data):
            for owner in entry["owners"] if entry["type"] == "item" else ():
                if owner["department"] == "総務部":
                    owner["department"] = "行政部"
        rename(data, "収納課", "債権課")

    plan = changed_plan(ROOT / "data" / "plan.json", tmp_path / "plan.json", now)
    moves = [
        regrouped("1", "収納課", "name", "収納課", "納税課"),
        regrouped("1", "収納課", "department", "総務部", "行政部"),
        regrouped("1", "職員課", "department", "総務部", "行政部"),
    ]
    later = regrouped("2", "納税課", "name", "納税課", "債権課")
    later = later.model_copy(update={"path": "departments[行政部].sections[納税課].name"})
    journal(plan, *moves, later)
    history = open_history(plan)
    assert former_names(history).sections["総務部"] == "行政部"
    assert sections_renamed(history.entries, history.plan) == {
        "総務部 収納課": "行政部 債権課",
        "総務部 職員課": "行政部 職員課",
        "行政部 納税課": "行政部 債権課",
    }
    # 名を変えたことを取り消せば、その間の名は、もとの課のものになる。
    back = line(
        "3", Action.UNDO, item=None, path="departments[総務部].sections[文書法制課].name",
        label="名", old="文書課", new="文書法制課", undoes="2b",
    )  # fmt: skip
    tried = regrouped("2b", "文書法制課", "name", "文書法制課", "文書課")
    tried_back = sections_renamed([tried, back], load_plan(ROOT / "data" / "plan.json"))
    assert tried_back == {"総務部 文書課": "総務部 文書法制課"}
    journal(plan, *moves, later, regrouped("3", "契約検査課", "department", "総務部", "企画部"))
    assert former_names(open_history(plan)).sections["総務部"] is None


def test_check_and_report_ask_about_their_own_plan(tmp_path: Path) -> None:
    """概要表の行だけ手で直してあっても、しまった計画から、文に残った名が分かる。"""

    def before(data: dict[str, Any]) -> None:
        shortened(data)
        item_of(data, "09-02")["improvement"] = "● 収納課と進める。"

    def change(data: dict[str, Any]) -> None:
        before(data)
        rename(data, "収納課", "債権課")
        item_of(data, "08-01")["overview"]["owners"] = "債権課(市民税課、資産税課)"

    plan = changed_plan(ROOT / "data" / "plan.json", tmp_path / "plan.json", change)
    assert not [one for one in check(plan, TEMPLATE).problems if one.code == "M090"]
    keep(plan, "令和6年度_実績照会.json", before)
    told = {
        "check": check(plan, TEMPLATE).problems,
        "report": document_of(request_for(tmp_path, plan=plan))[1],
    }
    for command, problems in told.items():
        (one,) = [one for one in problems if one.code == "M090"]
        assert (one.place.item, one.place.label) == ("09-02", "具体的な改善取組内容"), command
        assert one.place.path == "policies[4].measures[1].entries[0].improvement"
        assert one.facts["name"] == "収納課"
        assert "債権課" in str(one.facts["now"])
    history = open_history(plan)
    (left,) = stale_names(history.plan, former_names(history))
    key = stale_key(left, history.plan.model_dump(mode="json"))
    journal(plan, line("1", Action.WAIVE, item="09-02", path="improvement", code=LEFT, found=key))
    left = [
        *check(plan, TEMPLATE).problems,
        *document_of(request_for(tmp_path, plan=plan))[1],
    ]
    assert not [one for one in left if one.code == "M090"]  # 残すと決めたことは、もう問わない
