"""実績の数が、計画の数とつり合っているか。評価が、数とつり合っているか。

職員が目で確かめること。桁の間違い、千円の欄への円、割合を小数で書いたもの、符号。
前年度や今の値に近い数は、目標からどれだけ離れていても問わない。

多いほどよいかは、計画から読む。目標が下がっていく指標は、下げるべきもの。はっきりしないときは、
何も言わない。
"""

from __future__ import annotations

from decimal import Decimal

from sheetgen.collect.answers import Answer
from sheetgen.collect.rules.case import DASHES, Case, Facts, figures, is_figure
from sheetgen.plan.fields import year_index
from sheetgen.plan.scales import Counts, Scale
from sheetgen.plan.value import EFFECT_FORMAT, Value, hides_digits, printed, showing_all

_SMALLEST_COMPARED = 10
"""これより小さい計画の数では、十分の一になっても桁の誤りとは見ない。"""
_NEVER_SO_SMALL = 1500
"""計画の数の、これより何分の一も小さい数は、桁によらず単位の誤りと見る。"""
_HUGE_EFFECT = 1_000_000
"""比べる数のない効果額で、円を千円と取り違えたと見る額（千円）。10億円。"""


def slip(actual: int | float, expected: int | float) -> str | None:
    """桁の誤りらしい違いなら、その大きさ ``1,000倍`` ``10分の1``。"""
    if not actual or not expected:
        return None
    ratio = abs(actual / expected)
    if ratio >= 10:
        return f"約{ratio:,.0f}倍"
    if abs(expected) >= _SMALLEST_COMPARED:
        for factor in (10, 100, 1000, 10_000):
            if 0.7 <= ratio * factor <= 1.4:
                return f"約{factor:,}分の1"
        if ratio < 1 / _NEVER_SO_SMALL:
            return f"約{1 / ratio:,.0f}分の1"
    return None


def _near(actual: int | float, *anchors: Value) -> bool:
    return any(0.5 <= actual / one <= 2 for one in figures(*anchors) if one)


def _is_rate(case: Case) -> bool:
    unit = case.item.indicator.unit or ""
    return "％" in unit or "%" in unit


def _pair(value: Value, planned: Value) -> tuple[int | float, int | float] | None:
    if isinstance(value, int | float) and isinstance(planned, int | float):
        return value, planned
    return None


def dash_for_figure(case: Case, answer: Answer) -> Facts | None:
    """計画が数なのに「-」。対象外など、進み具合を言わない評価の年度には、数がない。"""
    year = case.year
    if year is None or answer.value not in DASHES or not case.was_running:
        return None
    grade = case.answer("grade")
    if grade is not None and _says_nothing(case, grade):
        return None
    is_value = case.role(answer) == "value"
    planned = year.target if is_value else year.effect
    if not is_figure(planned) or planned == 0:
        return None
    code = case.item.indicator.number_format if is_value else EFFECT_FORMAT
    return {"raw": answer.value, "planned": printed(planned, code)}


def _says_nothing(case: Case, grade: Answer) -> bool:
    step = next((one for one in case.plan.evaluation_scale if one.grade == grade.value), None)
    return step is not None and step.counts is Counts.NONE


def figure_for_dash(case: Case, answer: Answer) -> Facts | None:
    """計画が「-」なのに、数がある。隣の欄か、ほかのシートに打つはずの数かもしれない。"""
    year = case.year
    if year is None or not isinstance(answer.value, int | float):
        return None
    planned = year.target if case.role(answer) == "value" else year.effect
    return {"raw": planned, "value": printed(answer.value)} if planned in DASHES else None


def fraction_for_rate(case: Case, answer: Answer) -> Facts | None:
    """98.3％のはずが 0.983。"""
    pair = _pair(answer.value, case.year.target if case.year else None)
    if pair is None or not _is_rate(case):
        return None
    actual, target = pair
    if not 0 < abs(actual) <= 1 or abs(target) <= 1 or not 0.5 <= actual * 100 / target <= 2:
        return None
    likely = printed(float(f"{actual * 100:.15g}"))
    return {"value": printed(actual), "likely": likely, "target": printed(target)}


def far_from_target(case: Case, answer: Answer) -> Facts | None:
    """実績値が目標値と桁違い。"""
    year, previous = case.year, case.previous
    pair = _pair(answer.value, year.target if year else None)
    if pair is None or fraction_for_rate(case, answer):
        return None
    actual, target = pair
    anchors = (case.item.indicator.current, previous.result.value if previous else None)
    factor = slip(actual, target)
    if factor is None or _near(actual, *anchors) or actual < 0 < target:
        return None
    code = case.item.indicator.number_format
    return {"value": _exact(actual), "target": printed(target, code), "factor": factor}


def rate_over_hundred(case: Case, answer: Answer) -> Facts | None:
    """計画が100以下の率なのに、100を超えている。"""
    year = case.year
    if year is None or not _is_rate(case) or not isinstance(answer.value, int | float):
        return None
    planned = figures(*(one.target for one in case.item.years), case.item.indicator.current)
    if answer.value <= 100 or not planned or max(planned) > 100:
        return None
    return None if far_from_target(case, answer) else {"value": printed(answer.value)}


def negative_value(case: Case, answer: Answer) -> Facts | None:
    """計画に負の数のない指標で、負の数。"""
    if not isinstance(answer.value, int | float) or answer.value >= 0:
        return None
    indicator = case.item.indicator
    planned = figures(*(y.target for y in case.item.years), indicator.current, indicator.target)
    words = [v for v in (indicator.current, indicator.target) if isinstance(v, str)]
    if any(v < 0 for v in planned) or any("▲" in word or "△" in word for word in words):
        return None
    return {"value": printed(answer.value)}


def hidden_decimals(case: Case, answer: Answer) -> Facts | None:
    """整数で数える指標に、小数。"""
    code = case.item.indicator.number_format
    if not isinstance(answer.value, int | float) or "." in code or code == "General":
        return None
    return _rounded(case, answer.value, code)


def rounded_in_print(case: Case, answer: Answer) -> Facts | None:
    """印刷の桁より細かい小数。"""
    code = case.item.indicator.number_format
    if not isinstance(answer.value, int | float) or "." not in code:
        return None
    if fraction_for_rate(case, answer):
        return None
    return _rounded(case, answer.value, code)


def _rounded(case: Case, value: int | float, code: str) -> Facts | None:
    if not hides_digits(value, code):
        return None
    format_ = showing_all((*case.item.figures, value), code)
    return {
        "value": printed(value), "shown": printed(value, code), "format": format_,
        "item": case.issued.item_id,
    }  # fmt: skip


def _effects(case: Case, answer: Answer) -> tuple[int | float, int | float] | None:
    """実績効果額と見込額。負の効果額は、符号のほうを問う。"""
    pair = _pair(answer.value, case.year.effect if case.year else None)
    return None if pair and pair[0] < 0 < pair[1] else pair


def yen_for_thousands(case: Case, answer: Answer) -> Facts | None:
    """千円の欄に、円で書いたらしい。"""
    pair = _effects(case, answer)
    if pair is None or not pair[1] or not 300 <= abs(pair[0] / pair[1]) <= 3000:
        return None
    return _money_facts(*pair) | {"likely": _exact(pair[0] / 1000)}


def millions_for_thousands(case: Case, answer: Answer) -> Facts | None:
    """千円の欄に、百万円で書いたらしい。"""
    pair = _effects(case, answer)
    if pair is None or not pair[0] or not 300 <= abs(pair[1] / pair[0]) <= 3000:
        return None
    return _money_facts(*pair) | {"likely": _exact(pair[0] * 1000)}


def far_from_effect(case: Case, answer: Answer) -> Facts | None:
    """実績効果額が見込額と桁違い。"""
    pair = _effects(case, answer)
    if pair is None or yen_for_thousands(case, answer) or millions_for_thousands(case, answer):
        return None
    factor = slip(*pair)
    before = case.previous.result.effect if case.previous else None
    if factor is None or _near(pair[0], before):
        return None
    return _money_facts(*pair) | {"factor": factor}


def huge_effect(case: Case, answer: Answer) -> Facts | None:
    """見込額のない年度の、けた外れの効果額。"""
    year = case.year
    if year is None or not isinstance(answer.value, int | float):
        return None
    if isinstance(year.effect, int | float) and year.effect:
        return None
    known = [abs(one) for one in figures(*(y.effect for y in case.item.years)) if one]
    limit = max(known) * 300 if known else _HUGE_EFFECT
    if abs(answer.value) < limit:
        return None
    return {"value": _exact(answer.value),
            "likely": _exact(answer.value / 1000)}  # fmt: skip


def _elsewhere(case: Case, answer: Answer) -> list[int | float]:
    """同じ欄の、ほかの年度の値。"""
    field, here = case.fields.get(answer.path), year_index(answer.path)
    if field is None or here is None:
        return []
    years = range(len(case.item.years))
    return [
        one for one in figures(*(field.value(case.item, at) for at in years if at != here)) if one
    ]


def thousand_times(case: Case, answer: Answer) -> Facts | None:
    """計画の額のない金額が、ほかの年度の約1,000倍。円で書いたらしい。"""
    if not isinstance(answer.value, int | float):
        return None
    known = _elsewhere(case, answer)
    if not known or not all(300 <= abs(answer.value / one) <= 3000 for one in known):
        return None
    return {"value": _exact(answer.value), "other": _exact(known[-1]),
            "likely": _exact(answer.value / 1000)}  # fmt: skip


def one_thousandth(case: Case, answer: Answer) -> Facts | None:
    """計画の額のない金額が、ほかの年度の約1,000分の1。百万円で書いたらしい。"""
    if not isinstance(answer.value, int | float) or not answer.value:
        return None
    known = _elsewhere(case, answer)
    if not known or not all(300 <= abs(one / answer.value) <= 3000 for one in known):
        return None
    return {"value": _exact(answer.value), "other": _exact(known[-1]),
            "likely": _exact(answer.value * 1000)}  # fmt: skip


def huge_amount(case: Case, answer: Answer) -> Facts | None:
    """比べる数のない金額が、けた外れに大きい。"""
    if not isinstance(answer.value, int | float) or _elsewhere(case, answer):
        return None
    if case.role(answer) or abs(answer.value) < _HUGE_EFFECT:
        return None  # 実績効果額は R323 が聞く
    return {"value": _exact(answer.value), "likely": _exact(answer.value / 1000)}


def hidden_in_print(case: Case, answer: Answer) -> Facts | None:
    """欄の表示形式では見えない小数。"""
    field = case.fields.get(answer.path)
    if field is None or not isinstance(answer.value, int | float):
        return None
    if not hides_digits(answer.value, field.number_format):
        return None
    return {"value": printed(answer.value), "shown": printed(answer.value, field.number_format)}


def negative_effect(case: Case, answer: Answer) -> Facts | None:
    """負の効果額。"""
    if not isinstance(answer.value, int | float) or answer.value >= 0:
        return None
    planned = case.year.effect if case.year else None
    if isinstance(planned, int | float) and planned < 0:
        return None
    return {"value": _exact(answer.value)}


def far_from_before(case: Case, answer: Answer) -> Facts | None:
    """見直した数が、もとの数と桁違い。"""
    pair = _pair(answer.value, case.base(answer))
    factor = slip(*pair) if pair else None
    if pair is None or factor is None:
        return None
    return {"value": _exact(pair[0]), "old": _exact(pair[1]), "factor": factor}


def _money_facts(actual: int | float, planned: int | float) -> dict[str, object]:
    return {"value": _exact(actual), "planned": _exact(planned)}


def _exact(value: int | float) -> str:
    """桁区切りを付けた、丸めない数。"""
    return f"{Decimal(printed(float(f'{value:.12g}'))):,f}"


_CLEARLY_SHORT = 0.5
"""現状から目標までの道のりの半分に届かなければ、はっきり届いていないと見る。"""
_TOO_NEAR = 0.05
"""現状と目標の差がこれより小さい割合なら、道のりとしては測れない。"""
_CLEARLY_WORSE = 0.1
"""そのときは、現状よりこの割合を超えて悪ければ、はっきり届いていないと見る。"""


def _figures(case: Case) -> tuple[int | float, int | float, int | float | None, int] | None:
    """実績、目標、現状、よい向き（増えるなら1、減るなら-1）。向きが分からなければ ``None``。"""
    year, answer = case.year, case.answer("value")
    if year is None or answer is None:
        return None
    actual, target, start = answer.value, year.target, case.item.indicator.current
    if not isinstance(actual, int | float) or not isinstance(target, int | float):
        return None
    goals = figures(*(one.target for one in case.item.years))
    rising = goals == sorted(goals)
    if not rising and goals != sorted(goals, reverse=True):
        return None
    way = 1 if rising else -1
    if not isinstance(start, int | float):
        # 5、5、5 のような毎年の数。少なくとも、少ないほどよいとは言えない。
        return (actual, target, None, way) if rising and target > 0 else None
    if goals[0] == goals[-1] or (goals[-1] - start) * way <= 0:
        return None
    return actual, target, start, way


def _is_short(actual: float, target: float, start: float | None, way: int) -> bool:
    if start is None:
        return actual < _CLEARLY_SHORT * target
    if abs(target - start) > _TOO_NEAR * max(abs(target), abs(start)):
        if (target - start) * way <= 0:
            return False
        return (actual - start) / (target - start) < _CLEARLY_SHORT
    return (actual - start) * way < -_CLEARLY_WORSE * abs(start)


def best_but_short(case: Case, answer: Answer) -> Facts | None:
    """目標に達したと言う評価なのに、目標にはっきり届いていない。

    段階の扱い（``counts``）が分からなければ、何も言わない。
    """
    scale = Scale(case.plan.evaluation_scale)
    if scale.is_unclear or scale.counts(answer.value) is not Counts.ACHIEVED:
        return None
    known = _figures(case)
    return _facts(case, answer) if known and _is_short(*known) else None


def worst_but_reached(case: Case, answer: Answer) -> Facts | None:
    """いちばん悪い評価なのに、目標に届いている。"""
    scale = Scale(case.plan.evaluation_scale)
    if scale.is_unclear or answer.value not in scale.worst:
        return None
    known = _figures(case)
    if known is None or (known[0] - known[1]) * known[3] < 0:
        return None
    return _facts(case, answer)


def _facts(case: Case, answer: Answer) -> Facts:
    value, year = case.answer("value"), case.year
    return {
        "grade": answer.value,
        "value": _as_printed(case, value.value if value else None),
        "target": _as_printed(case, year.target if year else None),
    }


def _as_printed(case: Case, value: Value) -> str:
    """印刷どおりの文字。丸められて見える値は、もとの値。"""
    code = case.item.indicator.number_format
    rounded = isinstance(value, int | float) and hides_digits(value, code)
    return printed(value) if rounded else printed(value, code)
