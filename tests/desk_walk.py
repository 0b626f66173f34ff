"""空のフォルダーから二つめの文書まで、画面を、マウスとキーボードだけで歩く。

この PC で出す画面（A）も、一枚のページの中の画面（B）も、同じように歩く。
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from desk_person import Person
from new_city import LIST, fill, full_row
from returned.desk import input_places

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "templates" / "shinchoku_sheet.xlsx"
Look = Callable[[], Path]
"""作業フォルダーを見る。一枚のページの中のフォルダーなら、その写し。"""


def answered(source: Path, target: Path, values: dict[str, Any]) -> Path:
    """配ったブックの、開いている記入欄に書く。``values`` は、欄の道の終わりから値へ。"""
    book = openpyxl.load_workbook(source)
    for sheet in book:
        for path, ref in input_places(TEMPLATE).items():
            ending = next((one for one in values if path.endswith(one)), None)
            if ending and not sheet[ref].protection.locked:
                sheet[ref].value = values[ending]
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


PLANNED = {
    "initiative.text": "■ 配置を試す。",
    ".plan": "・案内を一つにする。",
    ".target": 10,
    "].effect": 100,
}
RESULT = {
    ".result.text": "窓口の配置を決め、案内の板を二か所に減らした。",
    ".result.value": 12,
    ".result.effect": 1200,
    ".result.grade": "A",
}


def hand_out(person: Person, name: str, value: str) -> None:
    """配布のページで、送るものを作る。"""
    person.go("配布")
    person.put("照会", value)
    person.press("この照会にする")
    person.put("提出期限", "2099-07-31")
    person.press("試しに見る")
    person.says("何も作っていません")
    person.press("このとおりに作る")
    person.says(f"{name}を")
    person.says("送付記録に")


def gather(person: Person, books: list[Path]) -> None:
    """回収のページに、届いたものを渡す。"""
    person.go("回収")
    person.drop("届いたファイル", books)
    person.press("読む")


def record(person: Person) -> None:
    """確かめて、記録する。"""
    person.press("確かめる")
    person.says("まだ何も記録していません")
    person.press("記録する")
    person.says("計画のデータに入れました")


def close_year(person: Person) -> None:
    """年度を切り替える。"""
    person.go("年度の切替")
    person.press("何が変わるかを見る")
    if "このままでは閉じられません" in person.text():
        person.tick("残っていても閉じる")
        person.put("開く年度", str(_year(person) + 1))
        person.fill("わけ", "試験のため")
        person.press("何が変わるかを見る")
    person.says("次のとおり変わります")
    person.press("令和")
    person.says("を開きました")


def _year(person: Person) -> int:
    return int(
        person.browser.ask(
            "return Number(document.querySelector('#to option:last-child').value) - 1"
        )
    )


def publish(person: Person, month: str) -> None:
    """文書を確定する。"""
    person.go("公表")
    person.tick("公表するものとして確定")
    person.put("公表年月", month)
    person.press("文書を作る")
    person.says("文書を作りました")


def two_years(person: Person, look: Look, came: Path) -> None:
    """空のフォルダーの「いま」のページから、二つめの文書まで。``came`` は届いたものを置く所。"""
    person.says("まだ計画がありません")
    person.press("計画を始める")
    person.fill("市区町村の名称", "見本市")
    person.fill("計画の名称", "行政改革推進プラン")
    person.fill("事務局の名称", "総務部行革担当")
    person.fill("計画の初年度", "2025")
    person.fill("基本方針と推進項目", "市民サービス：窓口、相談\n財政")
    person.fill("部と課", "総務部 総務課\n総務部 市民課\n福祉部 相談課")
    person.press("計画を始める", "main form")
    assert (look() / "data" / "plan.json").exists()

    person.go("いま")
    person.press("実施項目を加える")
    rows = [
        full_row(),
        full_row("相談の一本化", 推進項目="2 相談", 主管課="福祉部 相談課"),
    ]
    person.drop("書いた一覧", [fill(look() / LIST, *rows)])
    person.press("読む")
    if person.browser.ask("return Boolean(document.querySelector('input[name=accept]'))"):
        person.tick("確認の問いを見て")
    person.press("加える", "main form")
    person.go("項目")
    person.press("窓口の統合")
    person.says("窓口をまとめる")

    # 初めの年度：見直し照会、切替、公表
    person.go("いま")
    person.press("点検")
    person.says("使えます")
    hand_out(person, "令和７年度の見直し照会", "revision")
    books = sorted((look() / "output/令和7年度/見直し照会/配布").glob("*.xlsx"))
    assert len(books) == 2
    gather(person, [answered(one, came / one.name, PLANNED) for one in books])
    if "まだのもの" in person.text():
        decide_all(person)
    record(person)
    close_year(person)
    publish(person, "2026-03")
    first = sorted((look() / "output/令和8年度/年次見直し").glob("*.pdf"))
    assert len(first) == 1

    # 次の年度：実績照会。一つは問いのある答えで、差し戻す。
    hand_out(person, "令和８年度の実績照会", "results")
    books = sorted((look() / "output/令和8年度/実績照会/配布").glob("*.xlsx"))
    wrong = RESULT | {".result.effect": 1_200_000}
    gather(
        person,
        [answered(books[0], came / "一.xlsx", RESULT), answered(books[1], came / "二.xlsx", wrong)],
    )
    person.says("まだのもの")
    person.press("課に戻す")
    record(person)
    person.says("差戻しのブック 1冊")
    person.press("差戻しの文とメールを作る")
    person.press("差戻しを送る用意をする")
    person.says("送付記録に")
    (back,) = (look() / "output/令和8年度/実績照会/回収/差戻し").glob("*.xlsx")
    gather(person, [answered(back, came / "直し.xlsx", {".result.effect": 1200})])
    decide_all(person)
    record(person)
    person.go("状況")
    person.says("令和８年度の実績照会")
    person.go("取り消し")
    assert "回収" in person.text()

    # 二つめの文書
    hand_out(person, "令和８年度の見直し照会", "revision")
    books = sorted((look() / "output/令和8年度/見直し照会/配布").glob("*.xlsx"))
    gather(person, [answered(one, came / one.name, PLANNED) for one in books])
    decide_all(person)
    record(person)
    close_year(person)
    publish(person, "2027-03")
    person.go("公表")
    person.press("新旧対照表を作る")
    person.go("公表")
    person.press("オープンデータを書き出す")
    assert list((look() / "output/令和9年度/年次見直し").glob("*.pdf"))
    assert list((look() / "output/令和9年度/新旧対照表").glob("*.pdf"))
    assert list((look() / "output/令和9年度/オープンデータ").glob("*.csv"))
    plan = json.loads((look() / "data" / "plan.json").read_bytes())
    results = [
        entry["years"][0]["result"]["effect"]
        for policy in plan["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
    ]
    assert results == [1200, 1200]


def decide_all(person: Person) -> None:
    """残りの問いを、わけを書いて通す。"""
    buttons = "[...document.querySelectorAll('main button')]"
    while person.browser.ask(
        f"return {buttons}.some((one) => one.textContent.trim() === 'このまま通す');"
    ):
        person.fill("通すときのわけ", "課に電話で確認")
        person.press("このまま通す")
