"""始めたばかりの市の作業フォルダーと、記入した一覧。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl

from sheetgen.year.founding import init
from sheetgen.year.new_plan import InitRequest

LIST = "実施項目一覧.xlsx"
SHEET = "実施項目"
Json = dict[str, Any]


def request(folder: Path, **changes: Any) -> InitRequest:
    """架空の市の依頼。"""
    wishes: dict[str, Any] = {
        "folder": folder,
        "municipality": "見本市",
        "plan_title": "行政改革推進プラン",
        "office": "総務部行革担当",
        "first_year": 2025,
        "years": 5,
        "policies": ("市民サービス：窓口、相談", "財政"),
        "sections": ("総務部 総務課", "総務部 市民課", "福祉部 相談課"),
        "code": "011002",
    }
    return InitRequest(**(wishes | changes))


def start(folder: Path, **changes: Any) -> Path:
    """市を始め、計画のデータの場所を返す。"""
    init(request(folder, **changes))
    return folder / "data" / "plan.json"


def full_row(title: str = "窓口の統合", **changes: Any) -> Json:
    """すべての欄を書いた一行。見出しから値へ。"""
    row: Json = {
        "推進項目": "1 窓口",
        "実施項目": title,
        "主管課": "総務部 総務課",
        "関連所属": "広報課、全所属",
        "具体的な改善取組内容": "● 窓口をまとめる。\n● 案内を減らす。",
        "現状と課題": "◆ 窓口が分かれている。",
        "計画最終年度において目指す姿": "■ 一か所で済む。",
        "指標(行動/成果)": "待ち時間",
        "単位": "分",
        "指標の現状値": 12.5,
        "計画最終年度の目標値": 8.5,
        "令和7年度 取組方針・取組内容": "■ 配置を決める。",
        "令和7年度 年次計画": "・配置の案を作る。",
        "令和7年度 成果指標の目標値": 12.5,
        "令和7年度 効果見込額(千円)": "1,200千円",
        "令和8年度 効果見込額(千円)": "-",
    }
    return row | changes


def fill(path: Path, *rows: Json) -> Path:
    """一覧の見出しの下に書く。値 ``None`` の欄は空のまま。"""
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    at = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for heading, value in row.items():
            sheet.cell(number, at[heading]).value = value
    book.save(path)
    return path


def cell_of(path: Path, heading: str, row: int = 2) -> str:
    """その見出しの列の、その行の番地。"""
    sheet = openpyxl.load_workbook(path)[SHEET]
    return next(sheet.cell(row, one.column).coordinate for one in sheet[1] if one.value == heading)


def items_of(plan: Path) -> list[Json]:
    """計画のデータの実施項目。"""
    tree = json.loads(plan.read_text("utf-8"))
    return [
        entry
        for policy in tree["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
    ]
