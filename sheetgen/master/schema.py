"""計画のデータのJSON Schema ``data/plan.schema.json`` を、型から作る。"""

from __future__ import annotations

import json
from typing import Any

from sheetgen.model.plan import Plan

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plan_schema() -> dict[str, Any]:
    """JSON Schema（2020-12）を返す。見出しは各欄の日本語名。"""
    schema = Plan.model_json_schema(mode="validation")
    return {"$schema": DIALECT, **schema}


def render_schema() -> str:
    """``data/plan.schema.json`` に置く文字を返す。"""
    return json.dumps(plan_schema(), ensure_ascii=False, indent=2) + "\n"
