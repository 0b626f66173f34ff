"""比べてよい二つの計画かを確かめる。"""

from __future__ import annotations

from sheetgen.era import wareki_full
from sheetgen.messages.quoting import excerpt
from sheetgen.plan.plan import Plan
from sheetgen.plan.unseen import composed, composed_text, texts_in
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish.document.overview import revision_title, whole_title


def comparison_notes(old: Plan, new: Plan) -> list[Problem]:
    """比べるときに気を付けること。

    :raises SheetgenError: 計画の名が違い、実施項目も大半が違う（D020）、または計画の初年度が違う
        （D042）。同じIDが同じ実施項目を指すとは言えない。
    """
    found = _plan_notes(old, new, Place(label="改正前 改正後"))
    if _moment(old) > _moment(new):
        found.append(Problem("D022", Place(label="改正前 改正後"), _revisions(old, new)))
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
    found = _spellings(old, new, place)
    old, new = composed(old), composed(new)
    names = {"old": whole_title(old), "new": whole_title(new)}
    other_name = names["old"] != names["new"]
    if other_name and not _is_one_plan(old, new):
        raise SheetgenError(Problem("D020", place, names))
    if old.first_year != new.first_year:
        # 次の計画。IDが同じでも、同じ実施項目ではない。
        years = {"old_years": _years(old), "new_years": _years(new)}
        raise SheetgenError(Problem("D042", place, names | years))
    if other_name:
        found.append(Problem("D021", Place(label="municipality plan_title"), names))
    return found


def _years(plan: Plan) -> str:
    return f"{wareki_full(plan.first_year)}から{wareki_full(plan.final_year)}まで"


def _spellings(old: Plan, new: Plan, place: Place) -> list[Problem]:
    """見た目が同じで、濁点などの書き方だけの違う文。"""
    before: dict[str, set[str]] = {}
    for text in texts_in(old):
        before.setdefault(composed_text(text), set()).add(text)
    apart = [
        text
        for text in dict.fromkeys(texts_in(new))
        if (known := before.get(composed_text(text))) and text not in known
    ]
    if not apart:
        return []
    facts = {"text": excerpt(composed_text(apart[0])), "count": str(len(apart))}
    return [Problem("D041", place, facts)]


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
