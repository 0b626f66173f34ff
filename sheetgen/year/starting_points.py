"""計画を始める形：同梱の、計画のことば・ない欄・増やした欄・評価の段階と、その様式。

形の中身は templates/starting の JSON（計画のデータの一部）と、同じ名の様式にある。
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetgen.problems import Place, Problem, UsageError

if TYPE_CHECKING:
    from sheetgen.plan.plan import Plan

Json = dict[str, Any]


class StartingPoint(NamedTuple):
    """始める形。``stem`` は templates/starting の中の名で、伊勢原型では空。

    ``levels`` は階層の数。
    """

    name: str
    about: str
    stem: str = ""
    levels: int = 2

    def form(self, templates: Path) -> Path:
        """この形の様式。``templates`` は同梱のテンプレートのフォルダー。"""
        from sheetgen.form.shipped_templates import FORM, STARTING

        return templates / STARTING / f"{self.stem}.xlsx" if self.stem else templates / FORM

    def skeleton(self, templates: Path) -> Json:
        """計画のデータに重ねる値。"""
        if not self.stem:
            return {}
        import json  # ここで読み込む。コマンドの案内には要らない

        from sheetgen.form.shipped_templates import STARTING

        found: Json = json.loads((templates / STARTING / f"{self.stem}.json").read_text("utf-8"))
        return found


STARTING_POINTS = (
    StartingPoint(
        "伊勢原型", "二つの階層。数の目標と金額があり、終わりに期間全体を評価する。横の紙。"
    ),
    StartingPoint(
        "二次評価型",
        "一つの階層。課題と今後の方向性を書き、歳入と歳出を分け、事務局が二次評価と"
        "委員会の意見を書く。縦の紙。",
        "second_grade",
        levels=1,
    ),
    StartingPoint(
        "KPI型",
        "二つの階層。KPI だけで金額はなく、上半期照会で上半期の実績も聞く。横の紙。",
        "half_year",
    ),
)
USUAL = STARTING_POINTS[0].name


def starting_point(name: str | None) -> StartingPoint:
    """名の始める形。全角と半角は見分けない。

    :raises UsageError: そのような形はない（I050）。
    """
    plain = unicodedata.normalize("NFKC", name or USUAL).strip().casefold()
    for one in STARTING_POINTS:
        if one.name.casefold() == plain:
            return one
    known = "、".join(one.name for one in STARTING_POINTS)
    raise UsageError(Problem("I050", Place(label="--kind"), {"value": name, "known": known}))


def point_of(plan: Plan, templates: Path) -> StartingPoint | None:
    """計画の欄から、その計画の始める形。どの形でもなければ None。

    ことばと評価の段階は、始めたあとで替わる。様式に要るのは、ない欄と増やした欄である。
    """
    from sheetgen.plan.plan import Plan  # ここで読み込む。コマンドの案内には要らない

    said = plan.model_dump(mode="json", include={"omit", "fields", "rounds"})
    for one in STARTING_POINTS:
        skeleton = one.skeleton(templates)
        known = Plan.model_validate_json(_bare(skeleton)).model_dump(
            mode="json", include={"omit", "fields", "rounds"}
        )
        if said == known:
            return one
    return None


def _bare(skeleton: Mapping[str, Any]) -> str:
    """形だけの計画。書き方の違いを、読んで揃える。"""
    import json

    grades = skeleton.get("evaluation_scale") or [{"grade": "A", "meaning": "A"}]
    plan = {
        "schema_version": 1, "municipality": "-", "plan_title": "-", "office": "-",
        "fiscal_years": [2025],
        "revision": {"fiscal_year": 2025, "published": None, "highlights": [],
                     "retired_items": []},
        "overview": {}, "departments": [], "policies": [],
        **skeleton, "evaluation_scale": grades,
    }  # fmt: skip
    return json.dumps(plan, ensure_ascii=False)


COUNTED = {"達成": "achieved", "順調": "on_track", "遅れ": "behind", "対象外": "none"}
"""評価の扱いの書き方から、計画のデータの ``counts`` へ。"""


def parse_grades(texts: Sequence[str]) -> list[Json]:
    """``S：目標を大きく上回った：達成`` を並べた評価の段階。扱いは省ける。

    :raises UsageError: 評価か意味がないか、知らない扱いが書いてある。すべて挙げる（I051）。
    """
    found, problems = [], []
    for text in texts:
        parts = [one.strip() for one in text.replace("：", ":").split(":")]
        counts = COUNTED.get(parts[2]) if len(parts) == 3 else None
        if len(parts) not in (2, 3) or not all(parts) or (len(parts) == 3 and counts is None):
            facts = {"value": text, "known": "、".join(COUNTED)}
            problems.append(Problem("I051", Place(label="--grade"), facts))
            continue
        grade: Json = {"grade": parts[0], "meaning": parts[1]}
        found.append({**grade, "counts": counts} if counts else grade)
    if problems:
        raise UsageError(problems)
    return found
