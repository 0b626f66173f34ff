"""比べてよい二つの計画かを確かめる。"""

from __future__ import annotations

from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.document.overview import revision_title, whole_title


def comparison_notes(old: Plan, new: Plan) -> list[Problem]:
    """比べるときに気を付けること。

    :raises SheetgenError: 計画の名が違い、実施項目も大半が違う。同じIDが同じ実施項目を指すとは
        言えない（D020）。
    """
    found = _plan_notes(old, new, Place(label="OLD NEW"))
    if _moment(old) > _moment(new):
        found.append(Problem("D022", Place(label="OLD NEW"), _revisions(old, new)))
    return found


def earlier_notes(earlier: Plan, plan: Plan) -> list[Problem]:
    """文書に前の計画のデータを使うときに、気を付けること。

    :raises SheetgenError: :func:`comparison_notes` と同じ。
    """
    place = Place(label="--earlier")
    found = _plan_notes(earlier, plan, place)
    if _moment(earlier) >= _moment(plan):
        found.append(Problem("D016", place, _revisions(earlier, plan)))
    return found


def _plan_notes(old: Plan, new: Plan, place: Place) -> list[Problem]:
    names = {"old": whole_title(old), "new": whole_title(new)}
    if names["old"] == names["new"]:
        return []
    if not _is_one_plan(old, new):
        raise SheetgenError(Problem("D020", place, names))
    return [Problem("D021", Place(label="municipality plan_title"), names)]


def _revisions(old: Plan, new: Plan) -> dict[str, str]:
    return {"old": revision_title(old), "new": revision_title(new)}


def _is_one_plan(old: Plan, new: Plan) -> bool:
    """同じIDの実施項目の半分以上が、同じ名か。"""
    before = {item.id: item.title for _, _, item in old.items()}
    after = {item.id: item.title for _, _, item in new.items()}
    same = sum(after.get(one) == title for one, title in before.items())
    return 2 * same >= min(len(before), len(after)) and same > 0


def _moment(plan: Plan) -> tuple[int, str]:
    return plan.revision.fiscal_year, plan.revision.published or ""
