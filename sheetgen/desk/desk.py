"""操作の画面が、どのページでも使うもの。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import current_app

from sheetgen.desk.hosting import Host
from sheetgen.desk.offered_files import OfferedFiles
from sheetgen.desk.revision import revision_of
from sheetgen.desk.uploads import Uploads
from sheetgen.form.shipped_templates import find_templates, templates_of
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.fields import SHIPPED
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import BUILT_IN, RoundKind
from sheetgen.problems import SheetgenError
from sheetgen.publish.sheet_pictures import MAIN as SHEET

Value = TypeVar("Value")


class Desk:
    """一つの作業フォルダーの画面。``root`` は作業フォルダー。

    ``remembered`` は、もう一度作れば作れる、作るのに時間のかかるもの（画面を終えるまで）。
    """

    def __init__(self, root: Path, host: Host) -> None:
        self.root = root
        self.host = host
        self.files = OfferedFiles(root)
        self.remembered: dict[str, Any] = {}

    @staticmethod
    def of_request() -> Desk:
        """いま答えている画面。"""
        return cast(Desk, current_app.extensions["desk"])

    def recall(self, name: str, make: Callable[[], Value], *more: object) -> Value:
        """``make`` で作るものを、データの版（と ``more``）が同じ間、覚えておく。

        ``name`` は作るものの名。一つの名について、最後に作ったものだけを覚える。
        """
        known = self.recalled(name, *more)
        if known is not None:
            return cast(Value, known)
        key = (revision_of(self.plan), more)  # 作る間に変わったら、覚えたものは使わない
        made = make()
        self.remembered[name] = (key, made)
        return made

    def recalled(self, name: str, *more: object) -> object:
        """覚えているもの。データの版（と ``more``）が変わっていれば ``None``。"""
        known = self.remembered.get(name)
        if isinstance(known, tuple) and known[0] == (revision_of(self.plan), more):
            return known[1]
        return None

    @property
    def plan(self) -> Path:
        """計画のデータ。"""
        return self.root / "data" / "plan.json"

    @property
    def words(self) -> Vocabulary:
        """計画のことば。計画がまだないか、読めなければ、初めのことば。"""
        plan = self._known_plan()
        return plan.words if plan else SHIPPED

    @property
    def round_kinds(self) -> tuple[RoundKind, ...]:
        """選べる照会。計画がまだないか、読めなければ、どの計画にもあるもの。"""
        plan = self._known_plan()
        return plan.round_kinds if plan else BUILT_IN

    def _known_plan(self) -> Plan | None:
        try:
            is_there = self.plan.is_file()
            return self.recall("plan", lambda: load_plan(self.plan)) if is_there else None
        except SheetgenError:
            return None

    @property
    def uploads(self) -> Uploads:
        """渡されたファイルを置く所。"""
        return Uploads(self.plan)

    @property
    def template(self) -> Path:
        """様式のテンプレート。"""
        return self.layouts / "shinchoku_sheet.xlsx"

    @property
    def layouts(self) -> Path:
        """テンプレート全体のフォルダー。作業フォルダーになければ、同梱のもの。"""
        return templates_of(self.root)

    @property
    def letters(self) -> Path:
        """依頼文のテンプレートのフォルダー。"""
        return self.layouts / "letters"

    @property
    def report_layout(self) -> Path:
        """文書のテンプレートのフォルダー。"""
        return self.layouts / "report"

    @property
    def picture_layout(self) -> Path:
        """様式の絵のテンプレートのフォルダー。前の版から使う所には、絵のものだけがない。"""
        own = self.report_layout
        return own if (own / SHEET).is_file() else find_templates() / "report"
