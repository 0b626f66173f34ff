"""マスター ``data/plan.json`` を読み、書く。書くのはここだけ。"""

from sheetgen.master.reading import Master, load_master, load_plan, parse_plan
from sheetgen.master.saving import render_plan, save_plan
from sheetgen.master.schema import plan_schema, render_schema

__all__ = [
    "Master",
    "load_master",
    "load_plan",
    "parse_plan",
    "plan_schema",
    "render_plan",
    "render_schema",
    "save_plan",
]
