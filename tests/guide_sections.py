"""手引きの一年で答える課。手引きの ``返信`` のフォルダーに、答えの入ったブックを置く。

記入には :mod:`returned.quick` を使う。だれがどう間違えるかは表にする。
同じ計画からは同じ答えになる。
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from making import Place, load, places
from returned.clients import Job
from returned.desk import input_places
from returned.quick import quickly
from returned.sections import RESULT_PATHS, SEED, answers

TEXT, VALUE, EFFECT, GRADE = (path.removeprefix("years[0].") for path in RESULT_PATHS)
FIRST = {
    "01-02": {TEXT: ...},  # 計画の文を写した
    "03-01": {GRADE: None},
    "04-03": {GRADE: "Ａ（ただし一部は令和６年度に継続）"},
    "06-01": {EFFECT: "4,3OO"},
    "08-01": {VALUE: 97.5},
    "08-08": {EFFECT: 6_912_000},
}
"""初めの答えのまちがい。"""

WAIVED = "04-03"
LATE = ("総務部 財産管理課", "経済環境部 農業振興課")
UNTOUCHED = "市民生活部 戸籍住民課"
TWICE, TWICE_NAME = "総務部 収納課", "0206_総務部 収納課_差替.xlsx"
PROPOSED = "03-03"
REVISED = "● 研修の受講を必須とする。"


class Sections:
    """28の課。``root`` は事務局のフォルダー。"""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.plan = root / "data" / "plan.json"
        self.where = input_places(root / "templates" / "shinchoku_sheet.xlsx")

    def answer_first(self, folder: Path) -> None:
        """初めの答え。まちがい、未記入、二度送ったもの、変更申出がある。"""
        jobs = self._results(folder, FIRST)
        proposer = jobs["総務部 職員課"]
        sheet = self._places()[PROPOSED].sheet
        text = self._places()[PROPOSED].item["improvement"]
        proposer.answers[sheet]["B4"] = f"{text}\n{REVISED}"
        sent = [job for name, job in jobs.items() if name not in (*LATE, UNTOUCHED)]
        quickly(sent)
        blank = jobs[UNTOUCHED]
        blank.target.write_bytes(blank.source.read_bytes())
        again = jobs[TWICE]
        [cells] = again.answers.values()
        cells[self.where[f"years[0].{TEXT}"]] = "・電子納付を案内し、納付の手段を広げた。"
        quickly([Job(again.source, again.answers, folder / TWICE_NAME)])

    def answer_questions(self, folder: Path) -> None:
        """差戻しのブックを直して返し、遅れていた課も答える。"""
        jobs = self._results(folder, {})
        quickly([jobs[name] for name in (*LATE, UNTOUCHED)])
        right = {sheet: cells for job in jobs.values() for sheet, cells in job.answers.items()}
        for book in sorted((self.root / "output").rglob("差戻し/*.xlsx")):
            if not book.with_suffix(".eml").exists():
                continue  # 電話で済み、送らなかった課
            names = openpyxl.load_workbook(book, read_only=True).sheetnames
            cells = {name: right[name] for name in names if name in right}
            if cells:
                quickly([Job(book, cells, folder / book.name)])

    def answer_revision(self, folder: Path) -> None:
        """見直し照会への答え。次の年度の取組方針と、一部の年次計画。"""
        folder.mkdir(parents=True, exist_ok=True)
        year = load(self.plan)["revision"]["fiscal_year"]
        filled: dict[str, dict[str, dict[str, Any]]] = {}
        for place in self._places().values():
            lines = (place.item["initiatives"].get(str(year)) or "").splitlines()
            text = "\n".join([*lines[:2], "・次の年度は、対象を広げる。"])
            values: dict[str, Any] = {"initiative.text": text}
            filled.setdefault(place.addressee, {})[place.sheet] = self._cells(values)
        sources = self._books(year, "見直し照会")
        quickly([Job(sources[n], cells, folder / sources[n].name) for n, cells in filled.items()])

    def answer_results(self, folder: Path) -> None:
        """まちがいのない実績。"""
        quickly(list(self._results(folder, {}).values()))

    def _places(self) -> dict[str, Place]:
        return {place.item["id"]: place for place in places(load(self.plan))}

    def _books(self, year: int, round_name: str) -> dict[str, Path]:
        folder = self.root / "output" / f"令和{year - 2018}年度" / round_name / "配布"
        books = folder.glob(f"*_{round_name}.xlsx")
        return {book.stem.split("_")[1]: book for book in sorted(books)}

    def _results(self, folder: Path, mistakes: Mapping[str, Mapping[str, Any]]) -> dict[str, Job]:
        """宛先ごとの、実績照会の書き入れ。"""
        folder.mkdir(parents=True, exist_ok=True)
        plan = load(self.plan)
        year = plan["revision"]["fiscal_year"]
        index = plan["fiscal_years"].index(year - 1)
        filled: dict[str, dict[str, dict[str, Any]]] = {}
        for place in places(plan):
            if place.item["introduced"] >= year:
                continue  # まだなかった年度のことは、聞かれない
            found = _answers(place, index) | dict(mistakes.get(place.item["id"], {}))
            if found[TEXT] is ...:
                found[TEXT] = place.item["years"][index]["plan"]
            values = {f"years[{index}].{name}": value for name, value in found.items()}
            filled.setdefault(place.addressee, {})[place.sheet] = self._cells(values)
        for place, sheet in _ended(plan, year - 1):
            values = {f"years[{index}].{k}": v for k, v in _answers(place, index).items()}
            filled.setdefault(place.addressee, {})[sheet] = self._cells(values)
        sources = self._books(year, "実績照会")
        return {n: Job(sources[n], cells, folder / sources[n].name) for n, cells in filled.items()}

    def _cells(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {self.where[path]: value for path, value in values.items()}


def _ended(plan: dict[str, Any], year: int) -> Iterator[tuple[Place, str]]:
    """``year`` で終えた実施項目と、その様式のシート。"""
    taken = {place.sheet for place in places(plan)}
    for one in plan["ended_items"]:
        if one["fiscal_year"] == year:
            policy, measure = next(
                (policy, measure)
                for policy in plan["policies"]
                for measure in policy["measures"]
                if measure["number"] == one["measure"]
            )
            place = Place(plan, policy, measure, one["item"])
            clash = place.sheet in taken
            yield place, f"{place.sheet}（終了）" if clash else place.sheet


def _answers(place: Place, index: int) -> dict[str, Any]:
    """``index`` の年の実績。年の頭の付かない欄の名から値へ。"""
    plan = {**place.plan, "fiscal_years": place.plan["fiscal_years"][index:]}
    indicator = place.item["indicator"]
    item = {
        **place.item,
        "years": place.item["years"][index:],
        "indicator": {**indicator, "unit": indicator["unit"] or ""},
    }
    found = answers(
        Place(plan, place.policy, place.measure, item),
        random.Random(f"{SEED}-{index}-{item['id']}"),
    )
    return {path.removeprefix("years[0]."): value for path, value in found.items()}
