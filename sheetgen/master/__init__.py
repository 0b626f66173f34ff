"""計画のデータ ``data/plan.json`` を読み、書く。書くのはここだけ。"""

from sheetgen.master.locking import hold, user_name
from sheetgen.master.reading import Master, load_master, load_plan, parse_plan
from sheetgen.master.saving import Prepared, prepared, render_plan, save_plan
from sheetgen.master.schema import plan_schema, render_schema

__all__ = [
    "Master",
    "Prepared",
    "hold",
    "load_master",
    "load_plan",
    "parse_plan",
    "plan_schema",
    "prepared",
    "render_plan",
    "render_schema",
    "save_plan",
    "user_name",
]
