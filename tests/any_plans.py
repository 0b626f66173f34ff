"""どの欄にも思わぬ文字の入った計画を作る、試験の種。"""

from __future__ import annotations

from hypothesis import strategies as st
from plan_samples import YEARS, entry, sample_plan

from sheetgen.plan.plan import Plan

TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n\t"),
    max_size=20,
)
LINES = TEXTS.map(lambda text: text.replace("\n", "").replace("\t", "")).filter(str.strip)
NUMBERS = st.integers(-(10**14), 10**14) | st.floats(-1e14, 1e14)
VALUES = st.none() | NUMBERS | TEXTS.filter(bool)
MAYBE = st.none() | TEXTS.filter(bool)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """どの欄にも思わぬ文字の入った計画。"""
    source = sample_plan(municipality=draw(LINES), office=draw(LINES))
    for number in (1, 2):
        item = entry(source, number)
        item |= {name: draw(TEXTS) for name in ("improvement", "current_state", "vision")}
        item["title"] = draw(LINES)
        item["related_sections"] = draw(st.lists(LINES, max_size=2))
        years = draw(st.lists(st.sampled_from(YEARS), unique=True))
        item["initiatives"] = {str(year): draw(TEXTS) for year in years}
        item["indicator"] |= {"current": draw(VALUES), "target": draw(VALUES)}
        for year in item["years"]:
            year |= {"plan": draw(MAYBE), "target": draw(VALUES), "effect": draw(VALUES)}
            year["result"] |= {"text": draw(MAYBE), "value": draw(VALUES)}
    return Plan.model_validate(source)
