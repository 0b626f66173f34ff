"""試験のための、改正した計画：実物の計画に、いろいろな変え方をする。"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sheetgen.plan.loading import parse_plan
from sheetgen.plan.plan import Plan

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent


def real() -> Json:
    """実物の計画の中身。"""
    data: Json = json.loads((ROOT / "data" / "plan.json").read_text("utf-8"))
    return data


def measure_in(data: Json, number: int) -> Json:
    """その番号の推進項目。"""
    return next(m for p in data["policies"] for m in p["measures"] if m["number"] == number)


def item_in(data: Json, item_id: str) -> Json:
    """そのIDの実施項目。"""
    return next(
        entry
        for policy in data["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
        if entry.get("id") == item_id
    )


def renumber(measure: Json) -> None:
    """番号を、並びのとおりに振り直す。"""
    for number, entry in enumerate(measure["entries"], 1):
        entry["number"] = number


def add_item(data: Json) -> None:
    """(8)⑧の次に、新しい実施項目を入れる。後の番号がずれる。"""
    measure = measure_in(data, 8)
    place = next(k for k, e in enumerate(measure["entries"]) if e.get("id") == "08-08")
    item = copy.deepcopy(measure["entries"][place])
    item |= {"id": "08-90", "title": "使わない土地の貸付", "introduced": 2025}
    item["initiatives"] = {"2025": "■ 貸付の候補地を調べる。"}
    measure["entries"].insert(place + 1, item)
    renumber(measure)


def end_item(data: Json) -> None:
    """01-02 を終える。"""
    measure = measure_in(data, 1)
    measure["entries"] = [e for e in measure["entries"] if e.get("id") != "01-02"]
    renumber(measure)
    data["revision"]["retired_items"].append("01-02")


def reword(data: Json) -> None:
    """文を書き換える。"""
    item = item_in(data, "08-08")
    item["years"][2]["plan"] = "・新たな貸付案件の検討を行い、設置件数を４０台とする。"
    item["vision"] = item["vision"].replace("税収外財源の確保", "税収外財源の安定した確保")


def change_figures(data: Json) -> None:
    """数を変える。"""
    item = item_in(data, "08-08")
    item["years"][2]["target"] = 40
    item["years"][2]["effect"] = 8000
    item["indicator"]["target"] = 42
    item["overview"]["target"] = "42台"


def change_owner(data: Json) -> None:
    """主管課を変える。"""
    item_in(data, "02-01")["owners"] = [{"department": "企画部", "section": "財政課"}]


def add_results(data: Json) -> None:
    """令和５年度の実績を入れる。"""
    item_in(data, "08-08")["years"][0]["result"] = {
        "text": "・入札を行い、設置台数を３４台とした。",
        "value": 34,
        "effect": 6900,
        "grade": data["evaluation_scale"][0]["grade"],
    }


def rename_groups(data: Json) -> None:
    """基本方針と推進項目の名と文章を変える。"""
    data["policies"][1]["name"] = "市民や地域との協働"
    measure_in(data, 6)["name"] = "デジタル技術の活用・ＤＸの推進"


def next_revision(data: Json) -> None:
    """次の年度の年次見直しとする。"""
    data["revision"] |= {"fiscal_year": 2025, "published": "2025-03"}
    data["revision"]["highlights"][0] = {
        "policy": 1, "text": "▪ 窓口業務を中心に見直しを推進", "is_new": False,
    }  # fmt: skip
    for policy in data["policies"]:
        for measure in policy["measures"]:
            for entry in measure["entries"]:
                if entry["type"] == "item" and "2025" not in entry["initiatives"]:
                    entry["initiatives"]["2025"] = entry["initiatives"]["2024"]
    item_in(data, "10-04")["initiatives"]["2025"] = "■ 公債費の見通しを毎年度公表する。"


def change_overview(data: Json) -> None:
    """計画の概要の文章を変え、図の行を一つ足す。"""
    overview = data["overview"]
    overview["philosophy"]["aims"][1] += "。"
    plans = overview["period"]["related_plans"]
    plans.insert(2, dict(plans[0], heading="人口ビジョン", bar="人口ビジョン・改定版"))


EVERY: tuple[Callable[[Json], None], ...] = (
    add_item, end_item, reword, change_figures, change_owner, add_results, rename_groups,
    next_revision, change_overview,
)  # fmt: skip


def revised(*changes: Callable[[Json], None], data: Json | None = None) -> Json:
    """実物の計画に、変更を順に加える。"""
    out = copy.deepcopy(data) if data is not None else real()
    for change in changes:
        change(out)
    return out


def plan_of(data: Json) -> Plan:
    """読んで確かめた計画。"""
    return parse_plan(json.dumps(data, ensure_ascii=False).encode(), "plan.json")


def written(data: Json, path: Path) -> Path:
    """計画のファイルを書く。"""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path
