"""差戻しの試験の机：計画の写しと、答えの頼み方。"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from answering_samples import every_item, held, question, request, results_round, returned
from openpyxl.worksheet.worksheet import Worksheet

from sheetgen.collect.answering import Answered
from sheetgen.collect.answering import answer as give_answer
from sheetgen.collect.answers import ReturnedForm
from sheetgen.collect.request import CollectRequest, ItemOutcome
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import CATALOGUE
from sheetgen.messages.message import C_, E_, Message
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.problems import Problem

RETURN = "差戻し"
HEAD_ROW = 10
DOUBT, INPUT = "FFFFCDB8", "FFFFF6D6"


def add_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """試験のための符号を、ことばの一覧に加える。"""
    for code, message in {
        "Z301": Message(
            E_, "「{raw}」を数として読めません。", "数字だけで書いてもらってください。"
        ),
        "Z302": Message(C_, "目標値の {times} 倍です。", "所属に確かめてください。"),
        "Z304": Message(E_, "取組実績が空欄です。", "書いてもらってください。"),
        "Z305": Message(C_, "文字が{length}字あります。", "短くしてもらってください。"),
        "Z401": Message(E_, "様式どうしで違います。", "--take で決めてください。"),
        "Z402": Message(E_, "様式がちがいます。", "確かめてください。"),
    }.items():
        monkeypatch.setitem(CATALOGUE, code, message)


class Desk:
    """一回の答え：頼むことと、その結果。"""

    def __init__(self, root: Path, plan_path: Path, template: Path) -> None:
        self.root = root
        self.plan_path = root / "data" / "plan.json"
        self.plan_path.parent.mkdir(parents=True)
        self.plan_path.write_bytes(plan_path.read_bytes())
        self.plan: Plan = load_plan(self.plan_path)
        self.chosen: Round = results_round(self.plan)
        self.request: CollectRequest = request(root, self.plan_path, template)

    def form(self, item: str, values: dict[str, Any], **found: Any) -> ReturnedForm:
        return returned(self.plan, self.chosen, item, values, **found)

    def question(self, code: str, item: str, path: str, **facts: Any) -> Problem:
        return question(self.plan, code, item, path, **facts)

    def held(self, form: ReturnedForm, *more: Problem) -> ItemOutcome:
        return held(self.plan, form, *more)

    def answer(self, outcomes: Sequence[ItemOutcome], forms: Sequence[ReturnedForm]) -> Answered:
        every = every_item(self.plan, outcomes)
        template = FormTemplate(self.request.template)
        return give_answer(self.request, self.plan, self.chosen, every, (), (), forms, template)


def opened(path: Path) -> openpyxl.Workbook:
    """ブックを開く。"""
    return openpyxl.load_workbook(path)


def fill_of(sheet: Worksheet, ref: str) -> str | None:
    """セルの塗りの色。塗っていなければ ``None``。"""
    fill = sheet[ref].fill
    return str(fill.fgColor.rgb) if fill.fill_type == "solid" else None
