"""公式文書の文字と転記から、最初の data/plan.json を作った記録。

Run once, when the project began; kept to show where every value comes from.
``python tools/build_plan.py`` writes ``data/plan.json`` anew from ``data/source/``
and would undo later edits of the master, so it refuses to overwrite one.
Nothing in the package imports it, and the tests prove its result without it.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sheetgen.master import save_plan  # noqa: E402
from sheetgen.model.numbers import EFFECT_FORMAT, GENERAL, printed  # noqa: E402
from sheetgen.model.plan import Plan  # noqa: E402

SOURCE = ROOT / "data" / "source"
OFFICIAL = (SOURCE / "isehara-action-plan-r6.txt").read_text(encoding="utf-8")
UNFOLDED = OFFICIAL.replace("\n", "")
REIWA = 2018
REVISED = 2024
NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")

# The document prints no list of departments.  The order of the 部 is our choice;
# the 課 of each 部 follow the order in which the document first names them.
DEPARTMENTS = (
    "企画部",
    "総務部",
    "市民生活部",
    "経済環境部",
    "保健福祉部",
    "子ども部",
    "土木部",
    "都市部",
    "教育部",
    "消防本部",
)

# The document defines no scale; this is the documented default.
SCALE = (
    ("A", "計画どおり、または計画を上回って進んだ"),
    ("B", "おおむね計画どおりに進んだ"),
    ("C", "計画より遅れている"),
    ("D", "着手していない、または大きく遅れている"),
)

REFERRED = {(4, 2): "07-04", (4, 5): "07-05", (4, 6): "07-01", (8, 13): "07-02", (9, 1): "02-01"}


def passage(first: str, last: str, after: str = "") -> str:
    """公式文書の ``first`` から ``last`` までを、折り返しをつないで返す。"""
    start = UNFOLDED.index(first, UNFOLDED.index(after))
    return UNFOLDED[start : UNFOLDED.index(last, start) + len(last)]


def value_of(text: str | None) -> int | float | str | None:
    """印刷された数を数に、ほかは印刷どおりの文字にする。"""
    if text is None or not NUMBER.fullmatch(text):
        return text
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)


def format_of(texts: list[str | None]) -> str:
    """印刷された数のすべてを元どおりに表す表示形式を選ぶ。"""
    numbers = [text for text in texts if text is not None and NUMBER.fullmatch(text)]
    if not numbers:
        return GENERAL
    for candidate in (EFFECT_FORMAT, "0.0", "0.00", "#,##0.0", GENERAL):
        if all(printed(value_of(text), candidate) == text for text in numbers):
            return candidate
    raise ValueError(f"no number format prints {numbers}")


def owners_of(text: str) -> list[dict[str, str]]:
    """``総務部 職員課、企画部 経営企画課`` を主管課の並びにする。"""
    pairs = (owner.split(" ") for owner in text.split("、"))
    return [{"department": department, "section": section} for department, section in pairs]


def item_of(sheet: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """一つの進捗管理シートと概要表の行から、実施項目を作る。"""
    amounts = [sheet["current_value"], sheet["final_target"]]
    amounts += [year["target"] for year in sheet["years"]]
    return {
        "type": "item",
        "id": f"{sheet['measure_no']:02}-{sheet['item_no']:02}",
        "number": sheet["item_no"],
        "section": row["section"],
        "title": sheet["title"],
        "owners": owners_of(sheet["department"]),
        "related_sections": sheet["related"].split("、") if sheet["related"] else [],
        "introduced": REVISED if sheet["is_new"] else REVISED - 1,
        "improvement": sheet["improvement"],
        "current_state": sheet["current_state"],
        "initiatives": {str(REVISED): sheet["policy_r6"]},
        "vision": sheet["vision_r9"],
        "indicator": {
            "name": sheet["indicator"],
            "unit": sheet["unit"],
            "current": value_of(sheet["current_value"]),
            "target": value_of(sheet["final_target"]),
            "number_format": format_of(amounts),
        },
        "years": [
            {
                "fiscal_year": REIWA + year["year"],
                "plan": year["plan"],
                "target": value_of(year["target"]),
                "effect": value_of(year["effect"]),
                "result": {"text": None, "value": None, "effect": None, "grade": None},
            }
            for year in sheet["years"]
        ],
        "overall_grade": None,
        "overview": {
            "title": row["title"],
            "improvement": row["improvement"],
            "policy": row["policy_r6"],
            "indicator": row["indicator"],
            "target": row["target_r9"],
            "owners": row["department"],
        },
    }


def reference_of(row: dict[str, Any]) -> dict[str, Any]:
    """再掲の行を作る。"""
    return {
        "type": "cross_reference",
        "number": row["item_no"],
        "item_id": REFERRED[row["measure_no"], row["item_no"]],
        "section": row["section"],
        "title": row["title"],
        "mark": row["mark"],
        "owners": row["department"],
        "note": row["points_to"],
    }


NOTES: dict[int, list[tuple[str, str]]] = {
    1: [("☆ 業務の棚卸し・業務分析", "環境づくりを工夫します。")],
    2: [
        ("☆ 業務の棚卸しや業務分析", "総点検をします。"),
        ("☆ その際、時代に即した", "目指します。"),
    ],
    3: [("☆ 必要な行政サービス", "構築に取り組みます。")],
    4: [
        ("☆ 民間のノウハウを活用し", "導入を推進します。"),
        ("☆ また、市の事務事業の", "積極的に推進します。"),
    ],
    5: [("☆ 地域における複雑", "支援を行います。")],
    6: [("☆ ＩＣＴ推進計画を踏まえて", "標準化などを進めます。")],
    7: [
        ("☆ 人口減少等に伴う", "取組を進めます。"),
        ("☆ また、今後も厳しい", "適正化を図ります。"),
    ],
    8: [
        ("☆ 自主財源の基幹となる", "涵養に努めます。"),
        ("☆ 使用料･手数料については", "適正化を図ります。"),
        ("☆ ふるさと納税・企業版", "研究を進めます。"),
    ],
    9: [("☆ 行政サービスの質を", "集約化を図ります。")],
    10: [
        ("☆ 財政の健全化のためには", "必要です。"),
        ("☆ 今後予定される", "規律を確保します。"),
        ("☆ また、公共施設等の更新", "活用を図ります。"),
    ],
}

POLICY_TEXTS = {
    1: ("限られた経営資源で持続的に質の高い行政サービスを提供してい", "推進します。"),
    2: ("行政と市民、地域コミュニティ", "促進します。"),
    3: ("行財政改革の推進と関連して", "推進します。"),
    4: ("公共施設の安全･安心の確保", "取組を進めます。"),
    5: ("市民に信頼され、健全で安定した財政運営を図るため、『入る", "強化を図ります。"),
}

HIGHLIGHTS = {
    1: (6, "▪ Ｒ５業務量調査", "人材育成基本方針を改正"),
    2: (3, "▪ 適切な要求水準", "あり方を検討"),
    3: (4, "▪ R7までの自治体", "電子契約の適用）"),
    4: (2, "▪ 市営自転車等駐車場の再整備", "改修範囲を精査"),
    5: (3, "▪ 地方税統一ＱＲコード", "計画的な積立"),
}


def highlights() -> list[dict[str, Any]]:
    """主なポイントを、基本方針の順に返す。"""
    points = []
    for policy, (count, first, last) in HIGHLIGHTS.items():
        texts = ["▪" + text for text in passage(first, last, "主なポイント").split("▪")[1:]]
        if len(texts) != count:
            raise ValueError(f"policy {policy}: {len(texts)} highlights")
        points += [{"policy": policy, "text": text, "is_new": "〈新規" in text} for text in texts]
    return points


def overview() -> dict[str, Any]:
    """概要の章を、公式文書から作る。"""
    return {
        "title": passage("第６次行財政改革推進計画の概要", "概要"),
        "philosophy": {
            "title": passage("持続的な行財政運営の実現に向けて（", "基本方針）"),
            "name": "持続的な行財政運営の実現",
            "background": [
                passage("今後の人口減少", "厳しい状況が続きます。"),
                passage("こうした財政状況の中", "取組が求められています。"),
            ],
            "declaration": passage("◎ こうしたことを踏まえ", "構築に努めます。"),
            "aims": [
                passage("限られた経営資源", "行財政運営を推進します"),
                passage("市民に信頼され", "強化します"),
            ],
            "note": passage("☆ 【基本理念】", "基本方針を定めます。"),
        },
        "structure": {
            "title": passage("第６次行財政改革推進計画の体系イメージ", "計画期間"),
            "heading": passage("第６次行財政改革推進計画における計画体系", "体系"),
            "levels": [
                {"name": "基本理念", "detail": None},
                {"name": "基本方針", "detail": "〔５〕"},
                {"name": "推進項目", "detail": "〔１０〕"},
                {"name": "実施項目", "detail": passage("（具体的な改善", "事項）")},
            ],
            "note": passage("※ 毎年度", "見直し"),
            "statement": passage("◇ 第６次行財政改革推進計画における", "整理します。"),
        },
        "period": period(),
        "policies": {"title": passage("行財政改革の５つの基本方針", "方針", "３）行財政")},
        "measures": measure_chapter(),
        "legend": legend(),
    }


def period() -> dict[str, Any]:
    """計画期間の図。帯の年は、公式文書に年の書かれたものだけに入れる。"""
    note = passage("※ 財政健全化計画", "取り込む")
    rows: list[tuple[str, str | None, int | None, int | None, str | None]] = [
        ("第６次総合計画", "前期基本計画", None, None, None),
        ("行財政改革推進計画", "第６次行財政改革推進計画", 2023, 2027, None),
        ("財政健全化計画", None, None, None, note),
        ("定員管理計画", "定員管理計画", None, None, None),
        (
            "公共施設等総合管理計画",
            passage("公共施設等再配置プラン", "R14）"),
            2023,
            2032,
            None,
        ),
        ("ＩＣＴ推進計画", passage("ＩＣＴ推進計画･改定版", "R7）"), 2023, 2025, None),
        ("働き方改革", passage("職員の仕事と生活", "R7）"), 2021, 2025, None),
    ]
    names = ("heading", "bar", "first_year", "last_year", "note")
    return {
        "related_plans": [dict(zip(names, row, strict=True)) for row in rows],
        "alignment": passage("⇦第６次総合", "整合"),
        "statement": passage("◇ 第６次行財政改革推進計画の計画期間", "５年間とします。"),
    }


def measure_chapter() -> dict[str, Any]:
    """推進方策の章。"""
    chapter = OFFICIAL[: OFFICIAL.index("２．第６次")]
    chapter = chapter[chapter.rindex("３）行財政改革の５つの基本方針") :]
    names = {}
    for line in chapter.split("\n"):
        found = re.fullmatch(r"（([０-９]+)） ?(.+)", line)
        if found:
            names[int(found[1])] = found[2]
    return {
        "title": passage("行財政改革の推進方策", "実施項目）"),
        "lead": passage("• ５つの", "取り組みます。"),
        "policies_heading": passage("☆ 行財政改革の５つの基本方針", "方針"),
        "measures_heading": passage("１０の改革の推進項目", "項目", "☆ 行財政改革の５つ"),
        "measure_names": [names[number] for number in sorted(names)],
        "plan_label": passage("行財政改革推進計画(本体)", "(本体)"),
        "action_plan_label": "アクションプラン",
        "statements": [
            passage("◎ １０の改革", "改革に取り組みます。"),
            passage("◎ 実施項目の", "推進を図ります。"),
            passage("◎ アクションプランの", "深化をさせていきます。"),
        ],
    }


CALLOUTS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("ア", "基本方針・改革の推進項目", "計画に掲げる", "しています。", ("policy", "measure")),
    (
        "イ",
        "実施項目名",
        "推進する取組",
        "合わせて記載しています。",
        ("title", "owners", "related_sections"),
    ),
    ("ウ", "具体的な改善取組内容", "計画期間を通して", "しています。", ("improvement",)),
    ("エ", "現状と課題", "実施項目の推進に", "しています。", ("current_state",)),
    (
        "オ",
        "令和９年度（計画最終年度）において目指す姿",
        "５年間の取組",
        "載しています。",
        ("vision",),
    ),
    (
        "カ",
        "令和６年度の取組方針・取組内容",
        "当該年度における",
        "更新します。",
        ("initiatives",),
    ),
    (
        "キ",
        "指標（行動/成果）",
        "取組の進捗を測る",
        "入っています。",
        ("indicator.name", "indicator.unit"),
    ),
    (
        "ク",
        "年次計画",
        "計画期間における年度",
        "更新しています。",
        ("years.plan", "years.target", "years.effect"),
    ),
    ("ケ", "指標の現状値", "進捗管理シート当初", "しています。", ("indicator.current",)),
    ("コ", "計画最終年度の目標値", "計画最終年度に到達", "ています。", ("indicator.target",)),
    (
        "サ",
        "取組実績",
        "年次計画に対する",
        "総合評価を記載します。",
        ("years.result", "overall_grade"),
    ),
)


def legend() -> dict[str, Any]:
    """見方の説明。"""
    title = "アクションプラン実施項目・進捗管理シートの見方"
    return {
        "title": title,
        "sample_item_id": "08-08",
        "callouts": [
            {
                "letter": letter,
                "title": heading,
                "text": passage(first, last, title),
                "parts": list(parts),
            }
            for letter, heading, first, last, parts in CALLOUTS
        ],
    }


def departments(sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """部の並びと、文書に出る順の課。"""
    sections: dict[str, list[str]] = {name: [] for name in DEPARTMENTS}
    for sheet in sheets:
        for owner in owners_of(sheet["department"]):
            known = sections[owner["department"]]
            if owner["section"] not in known:
                known.append(owner["section"])
    return [
        {"name": name, "sections": [{"name": section, "email": None} for section in listed]}
        for name, listed in sections.items()
    ]


def build() -> dict[str, Any]:
    """計画の全体を、JSONの値として組み立てる。"""
    sheets = json.loads((SOURCE / "sheets.json").read_text(encoding="utf-8"))
    rows = json.loads((SOURCE / "overview-rows.json").read_text(encoding="utf-8"))
    by_number = {(sheet["measure_no"], sheet["item_no"]): sheet for sheet in sheets}
    policies: dict[int, dict[str, Any]] = {}
    for sheet in sheets:
        policy = policies.setdefault(
            sheet["policy_no"],
            {
                "number": sheet["policy_no"],
                "name": sheet["policy_name"],
                "description": passage(*POLICY_TEXTS[sheet["policy_no"]], "３）行財政改革の５つ"),
                "measures": {},
            },
        )
        number = sheet["measure_no"]
        policy["measures"].setdefault(
            number,
            {
                "number": number,
                "name": sheet["measure_name"],
                "notes": [passage(first, last) for first, last in NOTES[number]],
                "entries": [
                    reference_of(row)
                    if row["cross_listed"]
                    else item_of(by_number[number, row["item_no"]], row)
                    for row in rows
                    if row["measure_no"] == number
                ],
            },
        )
    return {
        "schema_version": 1,
        "municipality": "伊勢原市",
        "plan_title": "第６次行財政改革推進計画",
        "office": "企画部行政経営担当",
        "contact": {"phone": None, "email": None},
        "fiscal_years": [2023, 2024, 2025, 2026, 2027],
        "revision": {
            "fiscal_year": REVISED,
            "published": "2024-03",
            "highlights": highlights(),
            "highlight_notes": [
                {"policy": 3, "text": passage("〔cf.ＩＣＴ", "〕")},
                {"policy": 4, "text": passage("〔cf.公共施設", "〕")},
            ],
            "retired_items": [],
        },
        "evaluation_scale": [{"grade": grade, "meaning": meaning} for grade, meaning in SCALE],
        "overview": overview(),
        "departments": departments(sheets),
        "policies": [
            {**policy, "measures": list(policy["measures"].values())}
            for policy in policies.values()
        ],
    }


if __name__ == "__main__":
    save_plan(Plan.model_validate(build()), ROOT / "data" / "plan.json")
