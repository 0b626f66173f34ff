"""いくつもの表が使う列と、符号の一覧。"""

from __future__ import annotations

from sheetgen.model.opendata import DataColumn, DataType
from sheetgen.model.plan import Item, Measure, Plan, Policy, YearPlan

ITEM_PREFIX = "item-"
"""実施項目IDの前に付ける文字。``08-08`` のままでは、Excel が 8月8日 と読む。"""

MUNICIPALITY = (
    DataColumn(
        "municipality_code",
        Plan.model_fields["municipality_code"].title or "",
        DataType.CODE,
        "総務省の全国地方公共団体コード。検査数字まで6桁。先頭の0を落とさず文字列として読む。",
    ),
    DataColumn(
        "municipality",
        Plan.model_fields["municipality"].title or "",
        DataType.TEXT,
        "市区町村の正式な名称。",
    ),
)
ITEM_ID = DataColumn(
    "item_id",
    Item.model_fields["id"].title or "",
    DataType.CODE,
    f"計画の間変わらないID。計画のデータのIDの前に {ITEM_PREFIX} を付けたもの。",
)
ITEM = (
    *MUNICIPALITY,
    ITEM_ID,
    DataColumn("item", Item.model_fields["title"].title or "", DataType.TEXT, "実施項目の名称。"),
)
YEAR_TITLE = YearPlan.model_fields["fiscal_year"].title or ""
YEAR = (
    DataColumn(
        "fiscal_year",
        f"{YEAR_TITLE}（西暦）",
        DataType.YEAR,
        "4月から翌年3月までの年度を、始まりの年の西暦で書く。",
        unit="年度",
    ),
    DataColumn("fiscal_year_wareki", f"{YEAR_TITLE}（和暦）", DataType.TEXT, "同じ年度の和暦。"),
)
FIGURE = (
    DataColumn(
        "value",
        "値",
        DataType.NUMBER,
        "数値。桁区切りも単位も付けない。数でないときは空とし、値の状態がわけを示す。",
        unit="unit",
    ),
    DataColumn("unit", "単位", DataType.TEXT, "値の単位。単位のない値は「単位なし」。"),
    DataColumn(
        "value_state_code",
        "値の状態コード",
        DataType.CODE,
        "値が数か、印刷された記号や文字か、空欄かを示す。",
        codes="value_state",
    ),
    DataColumn("value_state", "値の状態", DataType.TEXT, "値の状態コードの意味。"),
    DataColumn(
        "printed",
        "記載された文字",
        DataType.TEXT,
        "数でないとき、計画に印刷された文字（「-」「検討」など）。数と空欄のときは空。",
    ),
)
POLICY_NUMBER = DataColumn(
    "policy_number",
    Policy.model_fields["number"].title or "",
    DataType.INTEGER,
    "基本方針の番号。",
    unit="番号",
)
POLICY = DataColumn(
    "policy", Policy.model_fields["name"].title or "", DataType.TEXT, "基本方針の名称。"
)
MEASURE_NUMBER = DataColumn(
    "measure_number",
    Measure.model_fields["number"].title or "",
    DataType.INTEGER,
    "計画全体で通した推進項目の番号。",
    unit="番号",
)
MEASURE = DataColumn(
    "measure", Measure.model_fields["name"].title or "", DataType.TEXT, "推進項目の名称。"
)


def coded(name: str, title: str, note: str) -> tuple[DataColumn, DataColumn]:
    """符号の列と、その意味の列。符号の一覧は ``name`` の名で引く。"""
    return (
        DataColumn(f"{name}_code", f"{title}コード", DataType.CODE, note, codes=name),
        DataColumn(name, title, DataType.TEXT, f"{title}コードの意味。"),
    )


def order(note: str) -> DataColumn:
    """並びの列。"""
    return DataColumn("order", "順", DataType.INTEGER, note, unit="番号")
