"""手引きのとおりに、書いてある順に、初めから終わりまで行う。

docs/guide.md と docs/trouble.md の文字の囲みにある ``sheetgen`` の行を、
すべて本物のコマンドで動かす。新しいフォルダーと本物の計画（二年分）で、``init`` から後は、
新しい市のもので行う。手引きで課に送った所では課が答え、編集ブックを書き出した所では事務局が書く。
注に ``終了コード 1`` とある行のほかは、0 で終わる。
"""

from __future__ import annotations

import _thread
import contextlib
import csv
import io
import json
import re
import shlex
import shutil
import threading
import urllib.parse
import urllib.request
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from guide_office import (
    ADDRESS,
    CORRECTED,
    JOINED,
    MOVED,
    NEW_OWNER,
    PHONES,
    POINT,
    RENAMED,
    SCALE,
    Office,
)
from guide_sections import PROPOSED, REVISED, WAIVED, Sections
from making import load, places
from new_city import LIST, fill, full_row

from sheetgen.cli.boundary import main
from sheetgen.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("guide.md", "trouble.md")
INIT = "sheetgen init"
NEXT = "sheetgen init 次の計画"
DESK_SECONDS = 60
# 手引きに例として書いた控えの名。日付は、行った日になる。
RETIRED, ADDED, NAME = "07-04", "08-14", "広告収入の確保"
# 編集ブックを書き出したあとに、事務局がすること。
EDITS = {
    "sheetgen edit": Office.april,
    "sheetgen edit --sheet 旧名の残る文": Office.left_names,
    "sheetgen edit --sheet 計画 --out 二人目": Office.second_phone,
    "sheetgen edit --sheet 計画": Office.first_phone,
    "sheetgen edit --sheet 変更申出": Office.proposals,
    "sheetgen edit --sheet 主なポイント --sheet 概要表": Office.february,
}
RECORD = "sheetgen edit output/令和6年度/編集/計画の編集.xlsx"
SECOND = "sheetgen edit 二人目/計画の編集.xlsx"
# 送ったあとに、課がすること：答えと、事務局がそれを置くフォルダー。
ANSWERS = {
    "sheetgen distribute --deadline 2024-07-31": ("answer_first", "返信"),
    "sheetgen distribute --returns": ("answer_questions", "返信"),
    "sheetgen distribute --round 見直し照会 --deadline 2024-10-31": (
        "answer_revision",
        "返信_見直し",
    ),
    "sheetgen distribute --deadline 2025-07-31": ("answer_results", "返信_令和7年度"),
    "sheetgen distribute --round 見直し照会 --deadline 2025-10-31": (
        "answer_revision",
        "返信_見直し",
    ),
    "sheetgen distribute --deadline 2026-07-31": ("answer_results", "返信"),
}


class Line(NamedTuple):
    """手引きの一行。``code`` は、手引きの言う終わり方。"""

    page: str
    command: str
    code: int


class Walked(NamedTuple):
    """行った一行と、画面に出たもの、そのあとの計画のデータ。"""

    line: Line
    code: int
    shown: str
    plan: bytes


def lines_of(page: str) -> Iterator[Line]:
    """ページの枠の中の、打つ行。"""
    text = (ROOT / "docs" / page).read_text("utf-8")
    for block in re.findall(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            command, _, note = line.partition("   ")
            if command.startswith(("sheetgen ", "cd ")):
                yield Line(page, command, 1 if "終了コード 1" in note else 0)


class Reader:
    """手引きの ``sheetgen desk`` で開いたブラウザーの人。初めのページを見て、画面を終える。"""

    def __init__(self) -> None:
        self.seen = ""
        self._looking = threading.Thread(target=self._look)

    def open(self, address: str) -> bool:
        """ブラウザーで開く。画面は、このあとで答え始める。"""
        self._address = address
        self._looking.start()
        return True

    def close(self) -> None:
        """見終わるのを待つ。"""
        self._looking.join()

    def _look(self) -> None:
        try:
            self._use()
        except BaseException:
            _thread.interrupt_main()  # 画面が、終えられるのを待ち続けないように
            raise

    def _use(self) -> None:
        keeping = urllib.request.HTTPCookieProcessor()
        browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), keeping)
        with browser.open(self._address, timeout=DESK_SECONDS) as page:
            self.seen = page.read().decode("utf-8")
        home = self._address.partition("/?")[0]
        quitting = urllib.parse.urljoin(home, "/quit")
        asked = urllib.request.Request(quitting, data=b"", headers={"Origin": home})
        browser.open(asked, timeout=DESK_SECONDS).close()


def all_lines() -> list[Line]:
    """すべての行。フォルダーの変わる新しい市のところは、終わりに。"""
    found = [line for page in PAGES for line in lines_of(page)]
    start = next(n for n, line in enumerate(found) if line.command.startswith(INIT))
    end = next(n for n, line in enumerate(found) if line.page == PAGES[1])
    return found[:start] + found[end:] + found[start:end]


class Walk:
    """手引きを歩いたところ。``desk`` は事務局のフォルダー、``city`` は新しい市のもの。"""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.desk = folder / "sheetgen"
        self.city = self.desk / "見本市"
        (self.desk / "data").mkdir(parents=True)
        shutil.copyfile(ROOT / "data" / "plan.json", self.desk / "data" / "plan.json")
        shutil.copytree(ROOT / "templates", self.desk / "templates")
        patch.chdir(self.desk)
        self.walked: list[Walked] = []
        self.reader = Reader()
        patch.setattr(webbrowser, "open", self.reader.open)
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        for line in all_lines():
            words = shlex.split(line.command)
            if line.command.startswith(NEXT):
                patch.chdir(self.desk)  # 新しい市のフォルダーではなく、いまの計画の所で打つ
            if words[0] == "cd":
                patch.chdir(words[1])
                other = full_row("相談の予約", 推進項目="2 相談", 主管課="福祉部 相談課")
                fill(Path(LIST), full_row(), other)
            else:
                self._run(line, words[1:])

    def _run(self, line: Line, words: list[str]) -> None:
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
            code = main(words)
        plan = Path("data", "plan.json").read_bytes()
        self.walked.append(Walked(line, code, shown.getvalue(), plan))
        if line.command in EDITS:
            [path] = re.findall(r"sheetgen edit (\S+\.xlsx)", shown.getvalue())
            office = Office(Path(path))
            EDITS[line.command](office)
            office.save()
        if line.command in ANSWERS:
            answer, folder = ANSWERS[line.command]
            getattr(Sections(Path.cwd()), answer)(Path(folder))

    @property
    def archive(self) -> Path:
        """令和６年度の年次見直しの控え。"""
        [path] = (self.desk / "data" / "archive").glob("令和6年度_20*.json")
        return path.relative_to(self.desk)

    def after(self, command: str) -> list[Walked]:
        """そのとおりに打った行。行った順。"""
        return [one for one in self.walked if one.line.command == command]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """手引きを終わりまで歩いたところ。"""
    with pytest.MonkeyPatch.context() as patch:
        yield Walk(tmp_path_factory.mktemp("guide"), patch)


def items(plan: Path) -> dict[str, dict[str, Any]]:
    """計画のデータの実施項目。"""
    return {place.item["id"]: place.item for place in places(load(plan))}


def unrecorded(plan: Path, year: int) -> set[str]:
    """その年にあったのに、その年の評価のない実施項目。"""
    return {
        key
        for key, item in items(plan).items()
        if item["years"][year]["result"]["grade"] is None
        and item["introduced"] <= item["years"][year]["fiscal_year"]
    }


def table(path: Path) -> list[dict[str, str]]:
    """書き出した CSV の行。"""
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def test_every_line_ends_as_the_guide_says(walk: Walk) -> None:
    wrong = [
        (one.line.command, one.code, one.shown) for one in walk.walked if one.code != one.line.code
    ]
    assert wrong == []
    assert len(walk.walked) > 40


def test_the_guide_uses_every_command_and_sends_to_the_sections() -> None:
    lines = [line.command for line in all_lines()]
    assert set(COMMANDS) <= {line.split()[1] for line in lines if line.startswith("sheetgen ")}
    assert set(ANSWERS) <= set(lines)
    assert {line for line in lines if re.match(r"sheetgen edit(?!.*\.xlsx)", line)} == set(EDITS)


def test_the_desk_opens_on_what_comes_next(walk: Walk) -> None:
    walk.reader.close()
    [opened] = walk.after("sheetgen desk")
    assert "操作の画面を終えました" in opened.shown
    assert "次にすること" in walk.reader.seen
    assert "配布のページへ" in walk.reader.seen


def test_links_inside_the_guide_lead_to_headings() -> None:
    slugs = {
        page.name: {
            re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-"))
            for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
        }
        for page in (ROOT / "docs").glob("*.md")
    }
    links = [
        (page, target or page, anchor)
        for page in PAGES
        for target, anchor in re.findall(
            r"\]\(([\w.-]*)#([^)]+)\)", (ROOT / "docs" / page).read_text("utf-8")
        )
    ]
    assert len(links) > 10
    assert [link for link in links if link[2] not in slugs[link[1]]] == []


def test_april_goes_through_the_editing_book(walk: Walk) -> None:
    before = (ROOT / "data" / "plan.json").read_bytes()
    [tried] = walk.after(f"{RECORD} --dry-run")
    april, named, phoned, *_ = walk.after(RECORD)
    assert tried.plan == before != april.plan
    plan = json.loads(april.plan)
    sections = [one["name"] for part in plan["departments"] for one in part["sections"]]
    assert {RENAMED[1], JOINED[1]} <= set(sections)
    assert not {RENAMED[0], JOINED[0]} & set(sections)
    assert len(sections) == len(set(sections)) == 27
    [address] = [
        one["email"]
        for part in plan["departments"]
        for one in part["sections"]
        if one["name"] == ADDRESS[0]
    ]
    assert address == ADDRESS[1]
    titled = {place.item["title"]: place.item for place in places(plan)}
    owners = {" ".join(owner.values()) for one in titled.values() for owner in one["owners"]}
    assert {f"経済環境部 {RENAMED[1]}", f"教育部 {JOINED[1]}"} <= owners
    assert [" ".join(one.values()) for one in titled[MOVED]["owners"]] == [NEW_OWNER]
    assert CORRECTED[1] in titled
    assert {"grade": SCALE[0], "meaning": SCALE[1]} in plan["evaluation_scale"]
    rows = " ".join(str(place.item["overview"]["owners"]) for place in places(plan))
    kept = json.loads(named.plan)
    mended = " ".join(str(place.item["overview"]["owners"]) for place in places(kept))
    assert RENAMED[0] in rows.replace(RENAMED[1], "")
    assert RENAMED[0] not in mended.replace(RENAMED[1], "")
    assert json.loads(phoned.plan)["contact"]["phone"] == PHONES[0]


def test_two_people_are_asked_and_a_run_is_taken_back(walk: Walk) -> None:
    [asked] = walk.after(SECOND)
    taken, again = walk.after(f"{SECOND} --take book")
    assert "E040" in asked.shown
    assert PHONES[0] in asked.shown
    assert json.loads(asked.plan)["contact"]["phone"] == PHONES[0]
    assert json.loads(taken.plan)["contact"]["phone"] == PHONES[1]
    assert asked.plan == walk.after("sheetgen undo")[0].plan
    assert taken.plan == again.plan
    assert RENAMED[1] in walk.after("sheetgen history --edits")[0].shown


def test_proposals_points_and_the_overview_are_written_in_the_book(walk: Walk) -> None:
    proposed = walk.after(RECORD)[-1]
    [february] = walk.after("sheetgen edit output/令和7年度/編集/計画の編集.xlsx")
    text = next(
        place.item["improvement"]
        for place in places(json.loads(proposed.plan))
        if place.item["id"] == PROPOSED
    )
    assert text.endswith(REVISED)
    assert [one["text"] for one in json.loads(february.plan)["revision"]["highlights"]] == [POINT]
    [rolled] = walk.after(f"sheetgen rollover --retire {RETIRED} --renumber")
    rows = {
        plan: {place.item["id"]: place.item["overview"]["policy"] for place in places(tree)}
        for plan, tree in (("old", json.loads(rolled.plan)), ("new", json.loads(february.plan)))
    }
    written = [key for key, text in rows["old"].items() if rows["new"][key] != text]
    assert len(written) > 50
    [published] = walk.after("sheetgen report --final --published 2025-03")
    assert not {"D017", "D070", "D071", "M090", "M092", "M094"} & set(
        re.findall(r"[DM]\d{3}", published.shown)
    )
    office = [one for one in all_lines() if "plan.json" in one.command]
    assert [one.command.split()[:2] for one in office] == [["sheetgen", "init"]]


def test_the_first_year_goes_from_questions_to_the_last_item(walk: Walk) -> None:
    tried, *_ = walk.after("sheetgen collect 返信 --dry-run")
    first, last, _ = walk.after("sheetgen collect 返信")
    before = walk.after(f"{SECOND} --take book")[-1].plan
    assert tried.plan == before != first.plan
    assert f"--waive R223:{WAIVED}" in " ".join(one.line.command for one in walk.walked)
    assert "R223" in first.shown
    total = next(row for row in last.shown.splitlines() if row.split()[:1] == ["計"])
    assert total.split()[4:] == ["・", "・", "・"]
    assert "変更申出 1件" in walk.after("sheetgen history --proposals")[0].shown
    assert unrecorded(walk.desk / walk.archive, 0) == set()


def test_the_year_turns(walk: Walk) -> None:
    before, after = items(walk.desk / walk.archive), items(walk.desk / "data" / "plan.json")
    assert set(before) - set(after) == {RETIRED}
    assert set(after) - set(before) == {ADDED}
    assert all(before[key]["initiatives"]["2025"] for key in before)
    tried, *_ = walk.after(f"sheetgen rollover --retire {RETIRED} --renumber --dry-run")
    assert "試しに見ました" in tried.shown
    assert unrecorded(walk.desk / "data" / "plan.json", 1) == set()
    assert all(after[key]["years"][0] == before[key]["years"][0] for key in after if key != ADDED)


def test_what_is_published_holds_both_years(walk: Walk) -> None:
    out = walk.desk / "output" / "令和7年度"
    published = {path.name for path in (out / "年次見直し").iterdir() if path.is_file()}
    assert published >= {f"令和７年度年次見直し.{form}" for form in ("pdf", "html", "xlsx")}
    assert "令和７年度年次見直し（案）.pdf" in published
    document = (out / "年次見直し" / "令和７年度年次見直し.html").read_text("utf-8")
    assert "令和６年度の取組実績" in document
    assert NAME in document
    comparison = next((out / "新旧対照表").glob("*.html")).read_text("utf-8")
    assert NAME in comparison
    assert items(walk.desk / walk.archive)[RETIRED]["title"] in comparison
    rows = table(out / "オープンデータ" / "grades.csv")
    # その年度に計画にあった実施項目だけ。令和５年度には、終了した実施項目の評価も入り、
    # 令和６年度と令和７年度に加えたものは入らない。
    closed, now = items(walk.desk / walk.archive), items(walk.desk / "data" / "plan.json")
    then = {**now, RETIRED: closed[RETIRED]}  # 令和６年度で終え、最後の実績を聞いたもの
    for year, listed, count in (("2023", closed, 71), ("2024", then, 74)):
        graded = {row["実施項目のID"] for row in rows if row["年度（西暦）"] == year}
        wanted = {f"item-{key}" for key, one in listed.items() if one["introduced"] <= int(year)}
        assert graded == wanted
        assert len(graded) == count


def test_what_is_undone_is_collected_again(walk: Walk) -> None:
    collect = "sheetgen collect 返信_令和7年度"
    first, again = walk.after(collect)
    undone = walk.after("sheetgen undo")[-1]
    assert undone.plan != first.plan == again.plan


def test_a_wrong_turn_of_the_year_is_taken_again(
    walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = tmp_path / "sheetgen"
    shutil.copytree(walk.desk, desk, ignore=shutil.ignore_patterns("output", "返信*", "見本市"))
    monkeypatch.chdir(desk)
    shutil.copyfile(walk.archive, "data/plan.json")
    assert main(["check"]) == 0
    assert main(["rollover", "--retire", "8-8"]) == 0
    assert set(items(walk.desk / walk.archive)) - set(items(desk / "data" / "plan.json")) == {
        "08-08"
    }


def test_a_new_city_goes_from_init_to_export(walk: Walk) -> None:
    assert set(items(walk.city / "data" / "plan.json")) == {"01-01", "02-01"}
    assert unrecorded(walk.city / "data" / "plan.json", 0) == set()
    rows = table(walk.city / "output" / "令和8年度" / "オープンデータ" / "items.csv")
    assert [row["実施項目"] for row in rows] == ["窓口の統合", "相談の予約"]
    assert {row["市区町村"] for row in rows} == {"見本市"}
    # 初年度の文書は、立てた計画そのもの。
    founded = walk.city / "output" / "令和7年度" / "年次見直し" / "令和７年度アクションプラン.html"
    assert "令和７年度から令和１１年度まで" in founded.read_text("utf-8")


def test_the_next_plan_takes_over_from_this_one(walk: Walk) -> None:
    begun = walk.desk / "次の計画"
    plan, kept = load(begun / "data" / "plan.json"), load(walk.desk / "data" / "plan.json")
    assert plan["fiscal_years"] == [year + 5 for year in kept["fiscal_years"]]
    assert plan["departments"] == kept["departments"]
    sheet = openpyxl.load_workbook(begun / LIST)["実施項目"]
    titles = [row[2] for row in sheet.iter_rows(min_row=2, values_only=True) if row[2]]
    assert titles == [place.item["title"] for place in places(kept)]
