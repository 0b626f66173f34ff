"""操作の画面が、どのページでも使うもの。"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from flask import current_app

from sheetgen.desk.hosting import Host
from sheetgen.desk.offered_files import OfferedFiles
from sheetgen.desk.uploads import Uploads


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

    @property
    def plan(self) -> Path:
        """計画のデータ。"""
        return self.root / "data" / "plan.json"

    @property
    def uploads(self) -> Uploads:
        """渡されたファイルを置く所。"""
        return Uploads(self.plan)

    @property
    def template(self) -> Path:
        """様式のテンプレート。"""
        return self.root / "templates" / "shinchoku_sheet.xlsx"

    @property
    def layouts(self) -> Path:
        """テンプレート全体のフォルダー。"""
        return self.root / "templates"

    @property
    def letters(self) -> Path:
        """依頼文のテンプレートのフォルダー。"""
        return self.root / "templates" / "letters"

    @property
    def report_layout(self) -> Path:
        """文書のテンプレートのフォルダー。"""
        return self.root / "templates" / "report"
