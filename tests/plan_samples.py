"""試験のための小さな計画。四年計画の、よその市のつもり。"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

YEARS = [2025, 2026, 2027, 2028]


def sample_item(number: int = 1, **changes: Any) -> Json:
    """推進項目1の実施項目。"""
    item: Json = {
        "type": "item",
        "id": f"01-{number:02}",
        "number": number,
        "section": None,
        "title": f"実施項目その{number}",
        "owners": [{"department": "総務部", "section": "総務課"}],
        "related_sections": [],
        "introduced": 2025,
        "improvement": "● 取り組む。",
        "current_state": "◆ 課題がある。\n◆ もう一つある。",
        "initiatives": {"2025": "■ 始める。"},
        "vision": "■ できている。",
        "indicator": {
            "name": "件数",
            "unit": "件",
            "current": "-",
            "target": 99.0,
            "number_format": "0.0",
        },
        "years": [
            {
                "fiscal_year": year,
                "plan": "・進める。",
                "target": 10,
                "effect": None,
                "result": {"text": None, "value": None, "effect": None, "grade": None},
            }
            for year in YEARS
        ],
        "overall_grade": None,
        "overview": {
            "title": "概要の題",
            "improvement": "改善する",
            "policy": "同左",
            "indicator": "件数",
            "target": "99.0件",
            "owners": "総務課",
        },
    }
    return item | changes


def sample_plan(**changes: Any) -> Json:
    """二つの実施項目と再掲一つの計画。"""
    reference = {
        "type": "cross_reference",
        "number": 1,
        "item_id": "01-01",
        "section": "見出し",
        "title": "概要の題",
        "mark": "［再］",
        "owners": "総務課",
        "note": "「１」に記載",
    }
    measures = [
        {"number": 1, "name": "推進項目一", "notes": ["☆ 進めます。"], "entries": []},
        {"number": 2, "name": "推進項目二", "notes": [], "entries": [reference]},
    ]
    measures[0]["entries"] = [sample_item(1), sample_item(2)]
    plan: Json = {
        "schema_version": 1,
        "municipality": "試験市",
        "plan_title": "試験計画",
        "office": "試験課",
        "contact": {"phone": None, "email": None},
        "fiscal_years": list(YEARS),
        "revision": {
            "fiscal_year": 2026,
            "published": "2026-03",
            "highlights": [{"policy": 1, "text": "▪ 進める", "is_new": False}],
            "highlight_notes": [],
            "retired_items": ["01-09"],
        },
        "evaluation_scale": [
            {"grade": "◎", "meaning": "よくできた"},
            {"grade": "○", "meaning": "できた"},
        ],
        "overview": {},
        "departments": [{"name": "総務部", "sections": [{"name": "総務課", "email": None}]}],
        "policies": [
            {"number": 1, "name": "方針一", "description": "進めます。", "measures": measures}
        ],
    }
    return plan | changes


def entry(plan: Json, number: int = 1) -> Json:
    """その番号の実施項目。"""
    found: Json = plan["policies"][0]["measures"][0]["entries"][number - 1]
    return found
