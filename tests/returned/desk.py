"""事務局の机：計画のデータと様式を置き、配り、回収する。

回収は計画のそばに書くので、一つずつ別のフォルダーと、計画の写しを持つ。
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from making import Place, input_cells, load, places

from returned.clients import Job
from returned.sections import Form
from sheetgen.collect.receiving import collect_returns
from sheetgen.collect.request import CollectRequest, CollectResult, Take, Waiver
from sheetgen.form.jobs import GenerateRequest
from sheetgen.messages.catalogue import message_of
from sheetgen.problems import Level, Problem
from sheetgen.records.journal import JournalEntry
from sheetgen.records.open_items import ItemState
from sheetgen.send.generating import GenerateResult, generate

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND_SECONDS = 300
ALL = 74


@cache
def input_places(template: Path) -> dict[str, str]:
    """記入欄の道から、様式の番地へ。"""
    return {path: cell for cell, path in input_cells(template).items()}


class Desk:
    """一つの作業フォルダー。"""

    def __init__(self, root: Path, plan: Path, template: Path) -> None:
        self.root = root
        self.plan = root / "data" / "plan.json"
        self.template = template
        self.plan.parent.mkdir(parents=True)
        shutil.copyfile(plan, self.plan)

    @classmethod
    def copy_of(cls, other: Desk, root: Path) -> Desk:
        """同じ机をもう一つ。"""
        shutil.copytree(other.root, root)
        new = cls.__new__(cls)
        new.root, new.plan, new.template = root, root / "data" / "plan.json", other.template
        return new

    def settle(self, *paths: Path, **wishes: Any) -> CollectResult:
        """回収し、確認の問いがあれば、すべて通してもう一度回収する。"""
        first = self.collect(*paths, **wishes)
        asked = questions(first)
        return self.collect(*paths, waivers=asked, **wishes) if asked else first

    def distribute(self, **wishes: Any) -> GenerateResult:
        """様式を配る。"""
        request = GenerateRequest(plan=self.plan, template=self.template, root=self.root, **wishes)
        return generate(request)

    @property
    def books(self) -> list[Path]:
        """配った実績照会のブック。"""
        return sorted(
            (self.root / "output" / "令和6年度" / "実績照会" / "見本").glob("*_実績照会.xlsx")
        )

    def collect(
        self,
        *paths: Path,
        waivers: Iterable[tuple[str, str]] = (),
        takes: Iterable[Take] = (),
        **wishes: Any,
    ) -> CollectResult:
        """回収する。"""
        asked = tuple(Waiver(code, item) for code, item in waivers)
        request = CollectRequest(
            paths=paths,
            plan=self.plan,
            template=self.template,
            root=self.root,
            waivers=asked,
            reason=wishes.pop("reason", "電話で課に確かめた" if asked else None),
            takes=tuple(takes),
            **wishes,
        )
        return collect_returns(request)

    def words(self, *words: str | Path) -> list[str]:
        """``sheetgen`` のコマンドの並び。計画と様式は、この机のもの。"""
        given = [str(word) for word in words]
        sources = ["--plan", str(self.plan)]
        if given[0] in ("collect", "check", "generate"):
            sources += ["--template", str(self.template)]
        return [sys.executable, "-m", "sheetgen", *given, *sources]

    @property
    def environment(self) -> dict[str, str]:
        """コマンドを動かす環境。"""
        return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}

    def command(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """``sheetgen`` のコマンドを、この机で動かす。"""
        return subprocess.run(
            self.words(*words),
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def master(self) -> dict[str, Any]:
        """今の計画のデータ。"""
        return load(self.plan)

    def items(self) -> dict[str, dict[str, Any]]:
        """今の実施項目。IDがキー。"""
        return {place.item["id"]: place.item for place in places(self.master())}

    def places(self) -> dict[str, Place]:
        """実施項目と、その置かれた所。シートの名がキー。"""
        return {place.sheet: place for place in places(self.master())}

    def journal(self) -> list[dict[str, Any]]:
        """記録簿のすべての行。どれも決めた形であること。"""
        path = self.plan.parent / "journal.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [JournalEntry.model_validate_json(line).model_dump(mode="json") for line in lines]

    def originals(self) -> list[Path]:
        """しまった原本。"""
        folder = self.plan.parent / "returned"
        return sorted(path for path in folder.rglob("*") if path.is_file())

    def everything(self) -> dict[str, bytes]:
        """机の上のすべてのファイル。"""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def cells(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """道で書いた答えを、番地で書いた答えにする。"""
        where = input_places(self.template)
        return {where[path]: value for path, value in answers.items()}


def states(result: CollectResult) -> dict[str, ItemState]:
    """実施項目ごとの状態。"""
    return {outcome.item: outcome.state for outcome in result.items}


def recorded(result: CollectResult) -> set[str]:
    """今回記録した実施項目。"""
    return {item for item, state in states(result).items() if state is ItemState.RECORDED}


def done(result: CollectResult) -> set[str]:
    """記録の済んだ実施項目（今回か、前に）。"""
    over = {ItemState.RECORDED, ItemState.KEPT}
    return {item for item, state in states(result).items() if state in over}


def codes(result: CollectResult, item: str | None = None) -> set[str]:
    """問題の符号。``item`` を言えばその実施項目のものだけ。"""
    return {
        problem.code for problem in result.problems if item is None or problem.place.item == item
    }


def questions(result: CollectResult) -> list[tuple[str, str]]:
    """通せる問い（符号と実施項目）。"""
    return sorted(
        {
            (problem.code, problem.place.item)
            for problem in result.problems
            if problem.place.item and message_of(problem).level is Level.CONFIRM
        }
    )


def errors(result: CollectResult) -> list[Problem]:
    """エラーの問題。"""
    return [problem for problem in result.problems if message_of(problem).level is Level.ERROR]


def jobs(desk: Desk, forms: Iterable[Form], folder: Path, suffix: str = ".xlsx") -> list[Job]:
    """ブックごとの書き入れ。保存先は ``folder`` の、同じ名のファイル。"""
    folder.mkdir(parents=True, exist_ok=True)
    by_addressee: dict[str, dict[str, dict[str, Any]]] = {}
    for form in forms:
        by_addressee.setdefault(form.addressee, {})[form.sheet] = desk.cells(form.answers)
    return [
        Job(
            book_of(desk, addressee),
            cells,
            (folder / book_of(desk, addressee).name).with_suffix(suffix),
        )
        for addressee, cells in by_addressee.items()
    ]


def book_of(desk: Desk, addressee: str) -> Path:
    """宛先に配ったブック。"""
    return next(book for book in desk.books if f"_{addressee}_" in book.name)


def results(desk: Desk, year: int = 0) -> dict[str, dict[str, Any]]:
    """計画のデータが今持っている実績。道から値へ。"""
    return {
        item_id: {
            f"years[{year}].result.{name}": value
            for name, value in item["years"][year]["result"].items()
        }
        for item_id, item in desk.items().items()
    }
