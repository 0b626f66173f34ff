"""計画のデータを一度も開かない一年：立て、照会し、編集ブックで直し、公表し、四月の組織改正まで。

事務局のすることは、画面に打つコマンドと、Excel で開いて保存したブックだけ。``plan.json`` は、
確かめるために読むだけで、書かない。
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from edit_desk import OfficeBook
from five_years import deadline
from making import bindings
from openpyxl import load_workbook
from returned.clients import Job
from returned.quick import quickly

from sheetgen.cli.boundary import main

BOOK, FORM = "計画の編集.xlsx", "shinchoku_sheet.xlsx"
RESULTS, REVISION = "実績照会", "見直し照会"
SECTIONS = (
    ("総務部", "総務課"), ("総務部", "管財課"), ("福祉部", "相談課"), ("福祉部", "地域課"),
)  # fmt: skip
POLICIES = (
    (0, "基本方針", "市民サービス"),
    (1, "基本方針の文章", "市民の手間を減らす。"),
    (2, "推進項目", "窓口"),
    (3, "推進項目", "相談"),
    (7, "基本方針", "財政"),
    (9, "推進項目", "歳入"),
)
ITEMS: tuple[dict[str, Any], ...] = (
    {
        "measure": "窓口", "item.title": "窓口の統合", "owners": "総務部 総務課",
        "related_sections": "管財課",
        "item.improvement": "● 管財課と窓口をまとめる。",
    },
    {
        "measure": "相談", "item.title": "相談の拡充", "owners": "福祉部 相談課",
        "related_sections": "地域課",
        "item.improvement": "● 福祉部の相談の時間を延ばす。",
    },
    {
        "measure": "歳入", "item.title": "広告の収入", "owners": "総務部 管財課",
        "item.improvement": "● 管財課が広告を募る。",
    },
    {
        "measure": "相談", "item.title": "地域の見守り", "owners": "福祉部 地域課",
        "item.improvement": "● 地域課が見守りの輪を広げる。",
    },
)  # fmt: skip
PLAIN: dict[str, Any] = {
    "item.current_state": "◆ まだ行っていない。",
    "item.vision": "■ 毎年行っている。",
    "item.indicator.name": "件数",
    "item.indicator.unit": "件",
    "item.indicator.current": 1,
    "item.indicator.target": 9,
}
FIRST = 2026


@dataclass
class Town:
    """市のフォルダーで打つコマンドと、書き換えるブック。画面に出たものなどを、名を付けて残す。"""

    root: Path
    shown: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    trees: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)

    @property
    def plan(self) -> Path:
        """計画のデータの場所。"""
        return self.root / "data" / "plan.json"

    @property
    def tree(self) -> dict[str, Any]:
        """いまの計画のデータ。読むだけ。"""
        found: dict[str, Any] = json.loads(self.plan.read_bytes())
        return found

    @property
    def year(self) -> int:
        """開いている年度。"""
        year: int = self.tree["revision"]["fiscal_year"]
        return year

    def item(self, title: str) -> dict[str, Any]:
        """三年目の組織改正のあとの、その名称の実施項目。"""
        tree = self.trees["third"]
        return next(one for _, one in self._items(tree) if one["title"] == title)

    @staticmethod
    def _items(tree: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
        for policy in tree["policies"]:
            for measure in policy["measures"]:
                yield from ((measure["number"], one) for one in measure["entries"])

    def run(self, *words: str | Path, code: int = 0) -> str:
        """コマンドを打つ。終わり方が違えば、画面に出たものを挙げて落ちる。"""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            ended = main([str(word) for word in words])
        assert ended == code, (words, ended, out.getvalue())
        return out.getvalue()

    def run_of(self, name: str) -> str:
        """画面に出た回の名。"""
        return self.shown[name].partition("（回 ")[2].partition("）")[0]

    # 編集ブック

    @property
    def last_book(self) -> Path:
        """いまの年度の編集ブック。"""
        return self.root / "output" / f"令和{self.year - 2018}年度" / "編集" / BOOK

    def edit(self, change: Callable[[OfficeBook], object], *more: str, code: int = 0) -> str:
        """編集ブックを書き出し、Excel で直して保存し、読ませる。"""
        self.run("edit")
        book = OfficeBook(self.last_book, self.plan)
        change(book)
        return self.run("edit", book.save(), *more, code=code)

    # 照会と文書

    def ask(self, asked: str, answers: Mapping[str, Mapping[str, Any]]) -> None:
        """配り、書いてもらい、集める。"""
        self.run("collect", self.answer(self.send(asked), answers))

    def send(self, asked: str) -> Path:
        """配る。置いた所を返す。"""
        self.run("distribute", "--round", asked, "--deadline", deadline())
        return self.root / "output" / f"令和{self.year - 2018}年度" / asked / "配布"

    def answer(self, sent: Path, answers: Mapping[str, Mapping[str, Any]]) -> Path:
        """課が書いて返す。``answers`` は、実施項目の名称から、様式の欄の道と値へ。"""
        back = self.root / f"返信_{self.year}_{sent.parent.name}"
        back.mkdir()
        where = {path: ref for ref, path in bindings(self.root / "templates" / FORM).items()}
        jobs: dict[Path, dict[str, Any]] = {}
        for measure, item in self._items(self.tree):
            name = " ".join(item["owners"][0].values())
            [book] = sent.glob(f"*_{name}_*.xlsx")
            cells = {where[path]: value for path, value in answers[item["title"]].items()}
            sheet = f"({measure}){chr(0x2460 + item['number'] - 1)}"
            jobs.setdefault(book, {})[sheet] = cells
        quickly([Job(book, cells, back / book.name) for book, cells in jobs.items()])
        return back

    def document(self, *more: str) -> str:
        """文書を作り、そのページを返す。"""
        self.run("report", "--only", "html", *more)
        return self.page()

    def page(self) -> str:
        """いまの年度の文書。"""
        folder = self.root / "output" / f"令和{self.year - 2018}年度" / "年次見直し"
        [page] = folder.glob("*.html")
        return page.read_text("utf-8")


def found(book: OfficeBook) -> None:
    """空の編集ブックに、計画を書く。"""
    for path, value in {
        "plan.municipality": "みなと市", "plan.plan_title": "みなと市行政改革プラン",
        "plan.office": "総務部 総務課", "founding.first_year": "令和8年度", "founding.years": 5,
    }.items():  # fmt: skip
        book.set(path, value)
    for at, (department, section) in enumerate(SECTIONS):
        book.add("sections", {"department": department, "section.name": section}, at)
    for at, label, text in POLICIES:
        book.add("policy_texts", {"label": label, "text": text}, at)
    row = 0
    for at, one in enumerate(ITEMS):
        book.add("items", {**one, **PLAIN}, at)
        for year in range(FIRST, FIRST + 5):
            words = {
                "title": one["item.title"], "fiscal_year": f"R{year - 2018}",
                "year.plan": "・進める。", "year.target": year - FIRST + 5, "year.effect": 100,
            }  # fmt: skip
            if year == FIRST:
                words["initiative"] = f"■ {one['item.title']}を始める。"
            book.add("years", words, row)
            row += 1


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """立ててから三年目まで回し、途中で画面に出たものを残した市。"""
    root = tmp_path_factory.mktemp("year") / "みなと市"
    with pytest.MonkeyPatch.context() as patch:
        town = Town(root)
        town.run("init", root, "--blank")
        book = OfficeBook(root / BOOK, town.plan)
        found(book)
        town.run("init", root, "--from", book.save())
        patch.chdir(root)
        town.shown["founded"] = town.run("check")
        first_year(town)
        second_year(town)
        third_year(town)
        yield town


# 一年目


def first_year(town: Town) -> None:
    """立てた年：計画の文書、見直し照会、変更申出、年度の切り替え。"""
    town.pages["founding"] = town.document("--final", "--published", "2026-04")
    answers = initiatives(9)
    answers["窓口の統合"]["item.improvement"] = "● 管財課と窓口をまとめ、待ち時間を減らす。"
    answers["広告の収入"]["item.vision"] = "■ やめる。"
    town.ask(REVISION, answers)
    town.shown["proposals"] = town.edit(decide_proposals)
    town.shown["first rollover"] = town.run("rollover")


def initiatives(reiwa: int) -> dict[str, dict[str, Any]]:
    """次の年度の取組方針の答え。"""
    return {
        one["item.title"]: {"initiative.text": f"■ {one['item.title']}、令和{reiwa}年度の分。"}
        for one in ITEMS
    }


def decide_proposals(book: OfficeBook) -> None:
    """一つの変更申出を採り、一つを採らない。"""
    book.change("proposals", "decision", "○", title="窓口の統合")
    book.change("proposals", "decision", "×", title="広告の収入")


# 二年目


def second_year(town: Town) -> None:
    """主なポイントと概要表、初めの実績照会、直した実績、取り消し、公表、次の見直し。"""
    town.shown["unsettled"] = town.run("report", "--only", "html")
    town.shown["written"] = town.edit(write_document)
    town.ask(RESULTS, results(0))
    town.shown["no reason"] = town.edit(correct_result, code=1)
    before = town.plan.read_bytes()
    town.edit(lambda book: correct_result(book, "書き誤り"))
    town.run("undo")
    town.kept["undone last"] = (before, town.plan.read_bytes())
    town.shown["corrected"] = town.edit(lambda book: correct_result(book, "課から電話があった"))
    # 前の回だけを取り消し、書き直す。
    town.run("undo", "--run", town.run_of("written"))
    town.trees["older undone"] = town.tree
    town.shown["written"] = town.edit(write_document)
    town.shown["second final"] = town.run(
        "report", "--only", "html", "--final", "--published", "2027-04"
    )
    town.pages["second"] = town.page()
    town.ask(REVISION, initiatives(10))
    town.run("rollover")


def results(year: int) -> dict[str, dict[str, Any]]:
    """その年度（初年度から数えて）の実績の答え。"""
    name = f"years[{year}].result"
    return {
        one["item.title"]: {
            f"{name}.text": f"・令和{year + 8}年度の作業を終えた。", f"{name}.value": 5 + year + at,
            f"{name}.effect": 100, f"{name}.grade": "A",
        }
        for at, one in enumerate(ITEMS)
    }  # fmt: skip


def write_document(book: OfficeBook, policy: str = "広告を続ける") -> None:
    """主なポイントを書き、概要表の文を一つ直し、ほかはこのままとする。"""
    book.add("highlights", {"policy": "市民サービス", "text": "▪ 窓口を一つにした。"})
    book.add("highlights", {"kind": "参照", "policy": "2", "text": "〔cf.広告の手引〕"}, 1)
    for key in book.keys("overview"):
        if book.cell("overview", key, "title").value == "広告の収入":
            book.put("overview", key, "policy", policy)
        else:
            book.put("overview", key, "settled", "○")


def correct_result(book: OfficeBook, reason: str | None = None) -> None:
    """記録した実績を直す。"""
    [key] = book.keys("results", title="相談の拡充")
    book.put("results", key, "year.result.value", 77)
    book.put("results", key, "reason", reason)


# 三年目


def third_year(town: Town) -> None:
    """四月：照会を配ったあとの組織改正。古い名の様式が戻り、次の照会と文書に古い名が残らない。"""
    sent = town.send(RESULTS)
    back = town.answer(sent, results(1))  # 古い課の名の様式に書いた
    town.shown["reorganised"] = town.edit(reorganise)
    town.edit(lambda book: book.change(
        "items", "owners", "総務部 総務課、総務部 資産活用課", item__title="窓口の統合"
    ))  # fmt: skip
    town.shown["in use"] = town.run("undo", "--run", town.run_of("reorganised"), code=1)
    town.run("undo")
    town.shown["names"] = town.edit(settle_names)
    town.shown["waiting"] = town.run("status")
    town.shown["reminded"] = town.run("remind", "--early", "--dry-run")
    again = ("distribute", "--round", RESULTS, "--deadline", deadline())
    town.shown["sent again"] = town.run(*again, code=1)
    town.shown["old forms"] = town.run("collect", back)
    town.shown["written again"] = town.edit(lambda book: write_document(book, "広告をふやす"))
    town.shown["check"] = town.run("check")
    town.shown["third report"] = town.run("report", "--only", "html")
    town.pages["third"] = town.page()
    town.send(REVISION)
    for name in ("proposals", "written", "reorganised"):
        town.shown[f"undo {name}"] = town.run("undo", "--run", town.run_of(name), code=1)
    take_back(town)


def take_back(town: Town) -> None:
    """組織改正を、あとの回から順に取り消す。"""
    town.trees["third"] = town.tree
    town.run("undo", "--run", town.run_of("names"))
    town.edit(lambda book: book.add(
        "items", {"measure": "地域", "item.title": "新しい見守り", "owners": "総務課", **PLAIN}
    ), "--accept")  # fmt: skip
    town.shown["undo measure"] = town.run("undo", "--run", town.run_of("reorganised"), code=1)
    town.run("undo")
    town.run("undo", "--run", town.run_of("reorganised"))
    town.trees["taken back"] = town.tree


def reorganise(book: OfficeBook) -> None:
    """課の名を変え、二つを一つにし、部の名を変え、実施項目をほかの課と推進項目に移す。"""
    book.change("sections", "section.name", "資産活用課", section__name="管財課")
    book.change("sections", "section.name", "相談支援課", section__name="地域課")
    book.change("sections", "section.name", "相談支援課", section__name="相談課")
    for key in book.keys("sections", department="福祉部"):
        book.put("sections", key, "department", "福祉こども部")
    row = {"policy": 2, "measure": 4, "label": "推進項目", "text": "地域"}
    book.add("policy_texts", row)
    book.change("items", "owners", "総務部 総務課", item__title="地域の見守り")
    book.change("items", "measure", "地域", item__title="地域の見守り")


LEFT = "● 管財課が広告を募る。"
"""古い名のまま残す文。"""


def settle_names(book: OfficeBook) -> None:
    """旧名の残る文。広告の文を残し、ほかは替える。"""
    for key in book.keys("stale_names"):
        left = book.cell("stale_names", key, "text").value == LEFT
        book.put("stale_names", key, "decision", "×" if left else "○")


# 確かめる


def test_the_founded_plan_needs_no_hand(walk: Town) -> None:
    assert "問題なし" in walk.shown["founded"]
    assert all(one["item.title"] in walk.pages["founding"] for one in ITEMS)


def test_a_proposal_is_adopted_and_another_refused(walk: Town) -> None:
    assert "変更申出を採った" in walk.shown["proposals"]
    assert "決めたことは 1件" in walk.shown["proposals"]
    assert (
        walk.trees["older undone"]["policies"][1]["measures"][0]["entries"][0]["vision"]
        == (PLAIN["item.vision"])
    )
    assert "待ち時間を減らす" in walk.pages["second"]
    # 決めたものは、もうブックに並ばない。
    assert OfficeBook(walk.last_book, walk.plan).keys("proposals") == []


def test_a_corrected_result_needs_a_reason_and_keeps_it(walk: Town) -> None:
    assert "E046" in walk.shown["no reason"]
    before, after = walk.kept["undone last"]
    assert before == after
    assert walk.item("相談の拡充")["years"][0]["result"]["value"] == 77
    assert "課から電話があった" in walk.run("history", walk.item("相談の拡充")["id"])


def test_only_the_older_run_goes_back(walk: Town) -> None:
    tree = walk.trees["older undone"]
    assert tree["revision"]["highlights"] == tree["revision"]["highlight_notes"] == []
    items = [one for p in tree["policies"] for m in p["measures"] for one in m["entries"]]
    assert [one["overview"]["policy"] for one in items] == [
        f"■ {one['title']}を始める。" for one in items
    ]
    assert [one["years"][0]["result"]["value"] for one in items] == [5, 77, 8, 7]


def test_the_document_of_the_second_year_is_written_in_the_book(walk: Town) -> None:
    assert "D070" in walk.shown["unsettled"]
    assert "D07" not in walk.shown["second final"]
    for words in ("▪ 窓口を一つにした。", "〔cf.広告の手引〕", "広告を続ける", "77"):
        assert words in walk.pages["second"]


def test_the_sections_are_reorganised_in_one_book(walk: Town) -> None:
    found = {
        one["name"]: [section["name"] for section in one["sections"]]
        for one in walk.trees["third"]["departments"]
    }
    assert found == {"総務部": ["総務課", "資産活用課"], "福祉こども部": ["相談支援課"]}
    moved = walk.item("地域の見守り")
    assert moved["owners"] == [{"department": "総務部", "section": "総務課"}]
    assert walk.trees["third"]["policies"][1]["measures"][1]["entries"] == [moved]
    merged = walk.item("相談の拡充")
    assert merged["owners"] == [{"department": "福祉こども部", "section": "相談支援課"}]
    assert merged["related_sections"] == []
    assert walk.item("窓口の統合")["related_sections"] == ["資産活用課"]


def test_forms_filled_under_the_old_names_are_recorded(walk: Town) -> None:
    found = [walk.item(one["item.title"])["years"][1]["result"]["value"] for one in ITEMS]
    assert found == [6, 7, 8, 9]


def test_forms_already_out_belong_to_the_renamed_sections(walk: Town) -> None:
    table = walk.shown["waiting"].partition("未配布")[2]
    total = next(line.split() for line in table.splitlines() if line.startswith("  計 "))
    assert total[1:4] == ["4", "・", "4"]
    told = [" ".join(line.split()[:4]) for line in walk.shown["reminded"].splitlines()]
    assert [line for line in told if " 未提出 " in line] == [
        "総務部 総務課 未提出 1", "総務部 資産活用課 未提出 1", "福祉こども部 相談支援課 未提出 2",
    ]  # fmt: skip
    assert "L055" in walk.shown["sent again"]


def test_no_old_name_is_left_but_the_one_kept_on_purpose(walk: Town) -> None:
    assert walk.item("広告の収入")["improvement"] == LEFT
    assert walk.item("相談の拡充")["improvement"] == "● 福祉こども部の相談の時間を延ばす。"
    # 過ぎた年度の評価は、その年度の課のものである。
    page = re.sub(r"(?s)<caption>課ごとの評価</caption>.*?</table>", "", walk.pages["third"])
    printed = page.replace(LEFT, "")
    sent = walk.root / "output" / "令和10年度" / REVISION / "配布"
    texts = [printed, *(path.name for path in sent.iterdir())]
    for path in sent.glob("*.xlsx"):
        sheets = load_workbook(path).worksheets
        cells = (cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row)
        texts += [one.replace(LEFT, "") for one in cells if isinstance(one, str)]
    gone = ("管財課", "相談課", "地域課", "福祉部")
    assert [(name, text[:80]) for text in texts for name in gone if name in text] == []
    told = [line for line in walk.shown["check"].splitlines() if line.startswith("[")]
    assert all("M090" in line and walk.item("広告の収入")["id"] in line for line in told)


def test_the_overview_of_the_third_year_is_settled(walk: Town) -> None:
    assert "D07" not in walk.shown["third report"]
    assert "広告をふやす" in walk.pages["third"]


def test_a_run_that_was_used_later_is_not_undone(walk: Town) -> None:
    for name, code in {
        "in use": "E071", "undo proposals": "R524", "undo written": "E072",
        "undo reorganised": "E073", "undo measure": "E071",
    }.items():  # fmt: skip
        assert f"[エラー] {code} " in walk.shown[name], (name, walk.shown[name])


def test_a_reorganisation_taken_back_loses_nothing(walk: Town) -> None:
    tree = walk.trees["taken back"]
    found = [
        (
            measure["number"],
            [(one["title"], one["owners"][0]["section"]) for one in measure["entries"]],
        )
        for policy in tree["policies"]
        for measure in policy["measures"]
    ]
    assert found == [
        (1, [("窓口の統合", "総務課")]),
        (2, [("相談の拡充", "相談課"), ("地域の見守り", "地域課")]),
        (3, [("広告の収入", "管財課")]),
    ]
    names = [
        (one["name"], section["name"]) for one in tree["departments"] for section in one["sections"]
    ]
    assert names == list(SECTIONS)
    # 課が答えた実績は、そのまま残る。
    moved = tree["policies"][0]["measures"][1]["entries"][1]
    assert [one["result"]["value"] for one in moved["years"][:2]] == [8, 9]
