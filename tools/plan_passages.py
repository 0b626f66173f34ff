"""公式文書の文字から、概要の章・主なポイント・☆の文章を切り出す（build_plan.py の一部）。

Each passage is named by how it begins and how it ends in the official text, so no
sentence is typed here a second time.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent / "data" / "source"
OFFICIAL = (SOURCE / "isehara-action-plan-r6.txt").read_text(encoding="utf-8")
UNFOLDED = OFFICIAL.replace("\n", "")


def passage(first: str, last: str, after: str = "") -> str:
    """公式文書の ``first`` から ``last`` までを、折り返しをつないで返す。"""
    start = UNFOLDED.index(first, UNFOLDED.index(after))
    return UNFOLDED[start : UNFOLDED.index(last, start) + len(last)]


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


def highlight_notes() -> list[dict[str, Any]]:
    """主なポイントに添えた〔cf.…〕。どの基本方針の話かは、内容から決めた。"""
    return [
        {"policy": 3, "text": passage("〔cf.ＩＣＴ", "〕")},
        {"policy": 4, "text": passage("〔cf.公共施設", "〕")},
    ]


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
