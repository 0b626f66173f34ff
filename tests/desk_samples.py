"""操作の画面の試験が使うもの：作業フォルダーと、ブラウザーの代わり。"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sheetgen.desk.application import create_application
from sheetgen.desk.hosting import Host
from sheetgen.desk.running import InlineRunner

ROOT = Path(__file__).resolve().parent.parent


def folder_in(place: Path, *, with_plan: bool = True) -> Path:
    """計画とテンプレートのある作業フォルダーを作る。"""
    root = place / "office"
    root.mkdir(parents=True)
    if with_plan:
        (root / "data").mkdir()
        shutil.copyfile(ROOT / "data" / "plan.json", root / "data" / "plan.json")
    shutil.copytree(ROOT / "templates", root / "templates")
    return root


def application(root: Path, **host: Any) -> Flask:
    """どこにも出さない画面。仕事は、その場で終わりまで行う。"""
    return create_application(root, Host(runner=InlineRunner(), **host))


def client(root: Path) -> FlaskClient:
    """その画面を見るブラウザー。"""
    return application(root).test_client()


def text(answer: TestResponse) -> str:
    """ページの HTML。"""
    return answer.get_data(as_text=True)
