"""五年を通して計画を回す役所：事務局の仕事と、課の答え。

答えの数は、決めた種から作り、:mod:`own_ledger` の帳簿に、課が書いたそのときに書き留める。
事務局は、画面に打つコマンドだけを使う。ファイルの置き場は、すべて ``Office`` の初めにある。
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import random
import shutil
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from making import load
from own_ledger import Ledger, LedgerItem, NewItem, is_number
from published_page import Page, Row, table
from returned.clients import Job
from returned.desk import input_places
from returned.quick import quickly

from sheetgen.cli.boundary import main

ROOT = Path(__file__).resolve().parent.parent
SEED = 20241231
FIRST, LAST = 2024, 2028
RESULTS, REVISION = "実績照会", "見直し照会"
JOINT = "03-06"
LATE = ("総務部 財産管理課", "経済環境部 農業振興課")
CORRECTED, CORRECTED_BOOK = "08-01", "総務部 収納課"
ASKED = "04-03"
"""評価にことばを添えて、差し戻される実施項目。"""
FRACTION = "09-04"
"""千円未満の端数のある実施項目。"""
NO_FIGURES = {2023: ("08-11",), 2025: ("05-06", "02-01"), 2027: ("08-08",)}
"""数のある目標に、数を答えない実施項目。"""
TWICE = "08-08"
"""見直し照会のたびに年次計画を変える実施項目。"""
RETIRED = {2024: ("05-04", "07-04"), 2025: ("08-09",), 2026: ("08-14", "03-04"), 2027: ("02-05",)}
REVISED = {2024: (TWICE, "02-01"), 2025: (TWICE, "01-01"), 2026: (TWICE, "09-04")}
NEW = {
    2024: NewItem(
        8, "広告を載せる封筒の利用", ("企画部 経営企画課",), 5, {2025: 120, 2026: 150, 2027: 180}
    ),
    2025: NewItem(
        2,
        "公用車の共同利用",
        ("総務部 財産管理課", "企画部 経営企画課"),
        4,
        {2026: 300, 2027: 450},
    ),
    2026: NewItem(5, "公園の花壇の里親制度", ("都市部 みどり公園課",), 9, {2027: 75}),
}


class Shown(NamedTuple):
    """打ったコマンド、終わり方、画面に出たもの。"""

    words: tuple[str, ...]
    code: int
    text: str


class Record(NamedTuple):
    """作ったものと、そのときの帳簿。``before`` は、前に公表したときの帳簿。"""

    year: int
    page: Page
    data: dict[str, list[Row]]
    ledger: Ledger
    before: Ledger
    final: bool = True


class Seen(NamedTuple):
    """状況のページと、そのときの帳簿。"""

    year: int
    page: Page
    ledger: Ledger


class Office:
    """事務局のフォルダー。"""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.plan = folder / "data" / "plan.json"
        self.archive = folder / "data" / "archive"
        self.plan.parent.mkdir(parents=True)
        shutil.copyfile(ROOT / "data" / "plan.json", self.plan)
        shutil.copytree(ROOT / "templates", folder / "templates")
        self.where = input_places(folder / "templates" / "shinchoku_sheet.xlsx")
        self.ledger = Ledger(load(self.plan))
        self.shown: list[Shown] = []
        self.records: list[Record] = []
        self.seen: list[Seen] = []
        self.compared: dict[int, Page] = {}
        self.printed: dict[int, Path] = {}
        self.again: dict[int, str] = {}
        self.published: dict[int, Ledger] = {FIRST: copy.deepcopy(self.ledger)}

    def run(self, *words: str | Path, code: int = 0) -> str:
        """コマンドを打つ。終わり方が違えば、画面に出たものを挙げて落ちる。"""
        out, given = io.StringIO(), tuple(str(word) for word in words)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            ended = main(given)
        self.shown.append(Shown(given, ended, out.getvalue()))
        assert ended == code, (given, ended, out.getvalue())
        return out.getvalue()

    def place(self, year: int, name: str) -> Path:
        """できたものと返信の置き場。"""
        return self.root / "work" / str(year) / name

    # 照会する

    def ask_results(self, year: int) -> None:
        """``year`` の実績照会を送り、遅れ・訂正・差戻しまで、すべて集める。"""
        ledger, back = self.ledger, self.place(year, f"{RESULTS}の返信")
        self._send(year, RESULTS)
        ledger.ask(year - 1)
        typed = {one.id: results_of(one, year - 1) for one in ledger.in_force(year - 1)}
        first = dict(typed)
        first[ASKED] = {**first[ASKED], "grade": f"{first[ASKED]['grade']}（一部は次の年度に続く）"}
        wrong = {**typed[CORRECTED], **wrong_result(ledger.items[CORRECTED], year - 1)}
        self._post(year, RESULTS, {**first, CORRECTED: wrong}, back, late=False)
        self._collect(year, RESULTS, back, code=1)
        self._post(year, RESULTS, first, back, late=True)
        self._correct(year, {CORRECTED: typed[CORRECTED]}, back)
        self._send_back(year, {ASKED: typed[ASKED]}, back)
        more = ["--take", f"{CORRECTED}:{self._corrected_name(year)}"]
        for item in NO_FIGURES.get(year - 1, ()):
            more += ["--waive", f"R310:{item}", "--reason", "数のないことを電話で確かめた"]
        self._collect(year, RESULTS, back, *more)
        for item, answer in typed.items():
            ledger.write_result(item, year - 1, answer)
        before = self.plan.read_bytes()
        self.again[year] = self._collect(year, RESULTS, back)
        assert self.plan.read_bytes() == before
        self._see(year, RESULTS)

    def ask_revision(self, year: int) -> None:
        """``year`` の見直し照会。どの項目にも次の年度の取組方針を、いくつかには年次計画を。"""
        ledger, back = self.ledger, self.place(year, f"{REVISION}の返信")
        self._send(year, REVISION)
        answers: dict[str, dict[str, Any]] = {}
        for one in ledger.now():
            answers[one.id] = {
                "initiative.text": f"■ {one.title}を続ける。\n■ 令和{year - 2017}年度の分である。"
            }
        for item in REVISED[year]:
            answers[item] |= revision_of(ledger.items[item], year + 1)
        self._post(year, REVISION, answers, back, late=False)
        self._post(year, REVISION, answers, back, late=True)
        self._collect(year, REVISION, back)
        for item, answer in answers.items():
            ledger.write_revision(item, year, answer)

    def _send(self, year: int, asked: str) -> None:
        out = self.place(year, asked)
        shown = self.run("distribute", "--round", asked, "--deadline", deadline(), "--out", out)
        forms = self.ledger.in_force(year - 1) if asked == RESULTS else self.ledger.now()
        sections = {one.owners[0] for one in forms}
        assert f"{len(sections)}課に送る用意ができました（様式 {len(forms)}枚）" in shown, shown

    def _collect(self, year: int, asked: str, back: Path, *more: str, code: int = 0) -> str:
        out = self.place(year, f"{asked}の回収")
        return self.run("collect", back, "--round", asked, "--out", out, *more, code=code)

    def _see(self, year: int, asked: str) -> None:
        out = self.place(year, f"{asked}の状況")
        self.run("status", "--round", asked, "--out", out)
        page = Page((out / "状況.html").read_bytes())
        self.seen.append(Seen(year, page, copy.deepcopy(self.ledger)))

    # 課が書く

    def _books(self, year: int, asked: str) -> dict[str, Path]:
        """宛先から、配られたブックへ。"""
        found = sorted(self.place(year, asked).glob(f"*_{asked}.xlsx"))
        return {book.stem.split("_")[1]: book for book in found}

    def _post(
        self,
        year: int,
        asked: str,
        answers: Mapping[str, Mapping[str, Any]],
        back: Path,
        *,
        late: bool,
    ) -> None:
        """課ごとに書き入れて返す。``late`` は、遅れた課だけか、そのほかだけか。"""
        back.mkdir(parents=True, exist_ok=True)
        jobs = []
        for addressee, source in self._books(year, asked).items():
            if (addressee in LATE) is not late:
                continue
            mine = {k: v for k, v in answers.items() if self.ledger.items[k].owners[0] == addressee}
            jobs.append(Job(source, self._cells(mine, year, asked), back / source.name))
            if asked == RESULTS and JOINT in mine:
                jobs[-1:] = self._shared(jobs[-1], mine, year)
        quickly(jobs)

    def _shared(self, job: Job, mine: Mapping[str, Mapping[str, Any]], year: int) -> list[Job]:
        """共管の項目は、取りまとめの課が文を、もう一つの課が数と評価を、別の写しに書く。"""
        whole = mine[JOINT]
        words = {"text": whole["text"]}
        rest = {name: value for name, value in whole.items() if name != "text"}
        return [
            Job(job.source, self._cells({**mine, JOINT: words}, year, RESULTS), job.target),
            Job(job.source, self._cells({JOINT: rest}, year, RESULTS),
                job.target.with_stem(f"{job.target.stem}_共管")),
        ]  # fmt: skip

    def _corrected_name(self, year: int) -> str:
        book = self._books(year, RESULTS)[CORRECTED_BOOK]
        return book.with_stem(f"{book.stem}_訂正").name

    def _correct(self, year: int, answers: Mapping[str, Mapping[str, Any]], back: Path) -> None:
        """記録されたあとで、正しい答えを別のファイルで送る。"""
        book = self._books(year, RESULTS)[CORRECTED_BOOK]
        quickly([Job(book, self._cells(answers, year, RESULTS), back / self._corrected_name(year))])

    def _send_back(self, year: int, answers: Mapping[str, Mapping[str, Any]], back: Path) -> None:
        """差戻しを送り、直した答えを受け取る。"""
        out = self.place(year, f"{RESULTS}の回収")
        [section] = {self.ledger.items[item].owners[0] for item in answers}
        self.run("distribute", "--returns", "--section", section, "--out", out)
        [book] = out.rglob(f"差戻し/*_{section}_*.xlsx")
        quickly([Job(book, self._cells(answers, year, RESULTS), back / f"差戻し_{book.name}")])

    def _cells(
        self, answers: Mapping[str, Mapping[str, Any]], year: int, asked: str
    ) -> dict[str, dict[str, Any]]:
        """シートの名から、番地と書く値へ。"""
        return {
            self.ledger.sheet_of(item): {
                self.where[path]: value for path, value in self._paths(answer, year, asked)
            }
            for item, answer in answers.items()
        }

    def _paths(self, answer: Mapping[str, Any], year: int, asked: str) -> Iterable[tuple[str, Any]]:
        first = self.ledger.years[0]
        for name, value in answer.items():
            if asked == REVISION:
                yield (
                    name if isinstance(name, str) else f"years[{name[0] - first}].{name[1]}",
                    value,
                )
            elif name == "grade" and year - 1 == self.ledger.years[-1]:
                yield "item.overall_grade", value
            else:
                yield f"years[{year - 1 - first}].result.{name}", value

    # 年度を切り替え、公表する

    def add(self, year: int) -> None:
        """次の年度からの実施項目を加える。"""
        shown = self.run("add-item", *_words(NEW[year], year + 1))
        item = self.ledger.add(NEW[year], year + 1)
        assert f"{item.label} {item.id} {item.title}" in shown, shown

    def refuse_new(self, year: int) -> None:
        """計画の終わったあとに、実施項目は加えられない。"""
        before = self.plan.read_bytes()
        assert "S115" in self.run("add-item", *_words(NEW[FIRST], year), code=1)
        assert self.plan.read_bytes() == before

    def turn(self, year: int) -> str:
        """年度を切り替え、主なポイントを計画のデータに書く。"""
        retired = [word for one in RETIRED[year] for word in ("--retire", one)]
        shown = self.run("rollover", *retired, "--renumber")
        self.ledger.turn(year, RETIRED[year])
        plan = load(self.plan)
        plan["revision"]["highlights"] = [
            {"policy": 1, "text": f"▪ 令和{year - 2017}年度の主なポイント", "is_new": False}
        ]
        self.plan.write_text(json.dumps(plan, ensure_ascii=False, indent=2) + "\n", "utf-8")
        return shown

    def publish(self, year: int, *, final: bool = True) -> None:
        """文書を作る。``final`` なら確定する。新旧対照表とオープンデータも作る。"""
        out = self.place(year, "文書" if final else "途中の文書")
        wish = ("--final", "--published", f"{year}-03") if final else ()
        self.run("report", *wish, "--only", "html", "--out", out)
        [page] = out.glob("*.html")
        ledger, data = copy.deepcopy(self.ledger), self.place(year, "オープンデータ")
        self.run("export", "--only", "csv", "--out", data)
        self.records.append(
            Record(
                year,
                Page(page.read_bytes()),
                {path.stem: table(path) for path in data.glob("*.csv")},
                ledger,
                self.published[year - 1],
                final,
            )
        )
        if final:
            self.published[year] = ledger

    def compare(self, year: int) -> None:
        """新旧対照表を、何も指定せずに作る。"""
        out = self.place(year, "新旧対照表")
        self.run("compare", "--only", "html", "--out", out)
        [page] = out.glob("*.html")
        self.compared[year] = Page(page.read_bytes())

    def print_pdf(self, year: int) -> None:
        """PDF にする。"""
        out = self.place(year, "印刷")
        self.run("report", "--only", "pdf", "--out", out)
        [self.printed[year]] = out.glob("*.pdf")

    def publish_again(self, year: int) -> bytes:
        """過ぎた年度の文書を、もう一度作る。"""
        out = self.place(year, "もう一度")
        self.run("report", "--year", str(year), "--only", "html", "--out", out)
        [page] = out.glob("*.html")
        return page.read_bytes()


def _words(new: NewItem, year: int) -> list[str]:
    """``add-item`` に打つことば。"""
    words = [
        "--measure", str(new.measure), "--title", new.title, "--owner", "、".join(new.owners),
        "--introduced", str(year), "--improvement", f"● {new.title}を始める。",
        "--current-state", "◆ まだ行っていない。", "--vision", "■ 定着している。",
        "--indicator", "件数", "--unit", "件", "--current", "1",
        "--final-target", str(new.target), "--initiative", f"{year}={new.initiative}",
    ]  # fmt: skip
    for one, effect in new.effects.items():
        words += ["--year-plan", f"{one}=・{new.title}を進める。"]
        words += ["--target", f"{one}={new.target}", "--effect", f"{one}={effect}"]
    return words


def deadline() -> str:
    """これからの六月の水曜日。祝日はない。"""
    today = date.today()
    day = date(today.year + (today.month > 4), 6, 1)
    while day.weekday() != 2:
        day += timedelta(1)
    return day.isoformat()


def results_of(item: LedgerItem, year: int) -> dict[str, Any]:
    """その項目の、その年度の実績。目標ちょうど、数なし、千円未満の端数もある。"""
    chance = random.Random(f"{SEED}-{year}-{item.id}")
    record = item.years[year]
    text = f"・{item.title}に取り組み、令和{year - 2018}年度に予定した作業を終えた。"
    if not is_number(record.target):
        value: Any = record.target if record.target not in (None, "-") else "-"
        grade = chance.choice("AABC")
    else:
        step = 10.0**-item.decimals
        move = chance.choice([0, 0, 1, 2, -1, -2] if record.target >= 2 else [0, 0, 1])
        value = round(record.target + move * step, item.decimals)
        value = int(value) if item.decimals == 0 or value == int(value) else value
        grade = chance.choice("AB" if move == 0 or (move > 0) is item.rises else "BC")
    if item.id == "08-12":
        value, grade = record.target, "C"
    effect: Any = "-"
    if is_number(record.effect):
        effect = round(record.effect * chance.choice([0.9, 1, 1, 1.1]))
    if item.id == FRACTION:
        effect += 0.5
    if item.id in NO_FIGURES.get(year, ()):
        value = effect = "-"
    return {"text": text, "value": value, "effect": effect, "grade": grade}


def wrong_result(item: LedgerItem, year: int) -> dict[str, Any]:
    """あとで正す、書き誤った答え。"""
    return {"effect": item.years[year].effect + 321, "text": f"・{item.title}を行った（速報）。"}


def revision_of(item: LedgerItem, first: int) -> dict[Any, Any]:
    """``first`` からの年度の目標と効果見込額を、一割ほど増やす。"""
    out: dict[Any, Any] = {}
    for year, record in item.years.items():
        if year < first:
            continue
        if is_number(record.target):
            out[year, "target"] = (
                record.target + 2 if item.decimals == 0 else round(record.target + 0.1, 2)
            )
        if is_number(record.effect):
            out[year, "effect"] = record.effect + 100 + year - first
    return out
