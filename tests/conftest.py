"""試験ぜんたいの設定。"""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """文書を作り直す印を足す。"""
    parser.addoption(
        "--update-docs", action="store_true", help="docs/commands.md を今のコマンドから作り直す"
    )


@pytest.fixture(scope="session")
def project_root() -> Path:
    """プロジェクトの根のフォルダ。"""
    return ROOT


@pytest.fixture(scope="session")
def plan_path() -> Path:
    """実物の計画のデータ。"""
    return ROOT / "data" / "plan.json"


@pytest.fixture(scope="session")
def template_path() -> Path:
    """実物の様式。"""
    return ROOT / "templates" / "shinchoku_sheet.xlsx"
