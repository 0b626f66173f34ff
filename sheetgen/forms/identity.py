"""様式が、どの実施項目のどの照会のものかを自分で言うための目印。"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.model.identity import carrier_text, form_id
from sheetgen.model.plan import Plan
from sheetgen.model.round import Round


@dataclass(frozen=True, slots=True)
class Marks:
    """テンプレートの目印と、配布記録の目印。"""

    template: str
    issue: str


def carrier(plan: Plan, chosen: Round, item_id: str, marks: Marks) -> str:
    """隠した行に入れる目印。様式IDに、計画・テンプレート・配布記録の目印を添える。"""
    return carrier_text(
        {
            "municipality": plan.municipality,
            "plan": plan.plan_title,
            "round": chosen.kind.value,
            "year": chosen.year,
            "item": item_id,
            "form": form_id(chosen, item_id),
            "template": marks.template,
            "issue": marks.issue,
        }
    )
