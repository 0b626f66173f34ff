"""操作の画面が、どのページでも使うもの。"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from flask import current_app

from sheetgen.desk.hosting import Host
from sheetgen.desk.offered_files import OfferedFiles


class Desk:
    """一つの作業フォルダーの画面。``root`` は作業フォルダー。"""

    def __init__(self, root: Path, host: Host) -> None:
        self.root = root
        self.host = host
        self.files = OfferedFiles(root)

    @staticmethod
    def of_request() -> Desk:
        """いま答えている画面。"""
        return cast(Desk, current_app.extensions["desk"])

    @property
    def plan(self) -> Path:
        """計画のデータ。"""
        return self.root / "data" / "plan.json"

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
