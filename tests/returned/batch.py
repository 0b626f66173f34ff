"""一つの書き方を一つの実施項目に試す。何十もの書き方を、一度の回収で済ませる。

どの例も、手本の項目の指標と初年度の数を借りる。計画のどの項目でも「徴収率」や「支給件数」の
役ができる。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from making import changed_plan, item_of

from returned.desk import Desk, jobs, questions, results, states
from returned.post import Post
from returned.quick import quickly
from returned.sections import Form
from sheetgen.collect.request import CollectResult
from sheetgen.messages.catalogue import message_of
from sheetgen.problems import Level, Problem
from sheetgen.records.open_items import ItemState

Act = Callable[[Post, Path, str], None]
"""書き終えたブックの、その実施項目の様式に、さらに手を加える。"""


@dataclass(frozen=True, slots=True)
class Case:
    """``like`` の実施項目に見立てた様式の、一つの欄への書き方。"""

    name: str
    like: str
    path: str
    written: Any
    act: Act | None = None


class Batch:
    """すべての書き方を一つの机で回収した結果。``first`` は問うたまま、``last`` は通したあと。"""

    def __init__(self, root: Path, plan: Path, template: Path, cases: Sequence[Case]) -> None:
        start = Desk(root / "start", plan, template)
        items = list(start.items())[: len(cases)]
        assert len(items) == len(cases), "書き方が実施項目より多い"
        self.item_of = {case.name: item for case, item in zip(cases, items, strict=True)}

        def borrow(raw: dict[str, Any]) -> None:
            models = {case.like: item_of(raw, case.like) for case in cases}
            looks = {
                like: (dict(model["indicator"]), dict(model["years"][0]))
                for like, model in models.items()
            }
            for case, item in zip(cases, items, strict=True):
                indicator, year = looks[case.like]
                found = item_of(raw, item)
                found["indicator"] = {**indicator}
                found["years"][0] |= {"target": year["target"], "effect": year["effect"]}

        self.desk = Desk(root / "desk", changed_plan(plan, root / "plan.json", borrow), template)
        self.desk.distribute()
        from returned.sections import honest

        self.forms = {form.item: form for form in honest(list(self.desk.places().values()))}
        written = []
        for case, item in zip(cases, items, strict=True):
            form = self.forms[item]
            answers = {**form.answers, case.path: case.written}
            written.append(Form(item, form.sheet, form.addressee, answers))
        work = jobs(self.desk, written, root / "in")
        quickly(work)
        self.post = Post(self.desk, self.forms, root / "in")
        for case, item in zip(cases, items, strict=True):
            if case.act is not None:
                [book] = (root / "in").glob(f"*_{self.forms[item].addressee}_*")
                case.act(self.post, book, item)
        self.first: CollectResult = self.desk.collect(root / "in")
        self.held_first = results(self.desk)
        self.last: CollectResult = self.desk.collect(root / "in", waivers=questions(self.first))
        self.held = results(self.desk)
        self.journal = self.desk.journal()

    def questioned(self, case: Case) -> dict[str, Problem]:
        """その欄についての、エラーか確認。"""
        item = self.item_of[case.name]
        return {
            problem.code: problem
            for problem in self.first.problems
            if problem.place.item == item
            and problem.place.cell == self.post.cell(case.path)
            and message_of(problem).level is not Level.NOTE
        }

    def state(self, case: Case) -> ItemState:
        """はじめの回収での状態。"""
        return states(self.first)[self.item_of[case.name]]
