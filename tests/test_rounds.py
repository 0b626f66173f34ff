"""照会ごとに開く欄と、照会のできる年度。"""

from __future__ import annotations

import pytest
from plan_samples import YEARS, entry, sample_plan

from sheetgen.form.context import BookText, form_context, round_text
from sheetgen.form.identity import Marks
from sheetgen.form.rounds import asked_items, input_fields, open_paths, settle_round
from sheetgen.messages.catalogue import describe
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import BUILT_IN, FieldKind, Round, RoundKind
from sheetgen.problems import UsageError

PLAN = Plan.model_validate(sample_plan())
RESULTS, REVISION = RoundKind.RESULTS, RoundKind.REVISION
RESULT_FIELDS = ("result.text", "result.value", "result.effect", "result.grade")


@pytest.mark.parametrize("index", range(len(YEARS)))
def test_results_open_last_years_results(index: int) -> None:
    opened = open_paths(PLAN, Round(RESULTS, YEARS[index] + 1))
    wanted = {f"years[{index}].{name}" for name in RESULT_FIELDS}
    if index == len(YEARS) - 1:
        wanted.add("item.overall_grade")
    assert opened == wanted


@pytest.mark.parametrize("index", range(1, len(YEARS)))
def test_revision_opens_what_comes(index: int) -> None:
    opened = open_paths(PLAN, Round(REVISION, YEARS[index] - 1))
    wanted = {
        f"years[{later}].{name}"
        for later in range(index, len(YEARS))
        for name in ("plan", "target", "effect")
    }
    assert opened == wanted | {"initiative.text", "overview.policy"}


def test_results_are_asked_of_what_had_begun() -> None:
    plan = Plan.model_validate(sample_plan())
    everything = [item.id for _, _, item in plan.items()]
    begun = min(item.introduced for _, _, item in plan.items())

    def asked(kind: RoundKind, year: int) -> list[str]:
        return [item.id for _, _, item in asked_items(plan, Round(kind, year))]

    assert asked(REVISION, YEARS[0]) == everything
    for year in range(YEARS[0], YEARS[-1] + 2):
        wanted = [item.id for _, _, item in plan.items() if item.introduced < year]
        assert asked(RESULTS, year) == wanted
    assert asked(RESULTS, begun) == []


def test_every_open_path_is_a_field() -> None:
    fields = input_fields(PLAN)
    for kind in BUILT_IN:
        for year in range(YEARS[0], YEARS[-1] + 2):
            try:
                chosen = settle_round(PLAN, kind, year)
            except UsageError:
                continue
            opened = open_paths(PLAN, chosen)
            assert opened
            assert opened <= fields.keys()


def test_the_last_year_needs_only_the_overall_grade() -> None:
    fields = input_fields(PLAN)
    optional = [path for path, field in fields.items() if not field.required]
    assert optional == [f"years[{len(YEARS) - 1}].result.grade", "overview.policy"]
    assert fields["item.overall_grade"].kind is FieldKind.GRADE
    assert fields["years[0].result.effect"].label == "令和7年度の実績効果額(千円)"


@pytest.mark.parametrize(
    ("kind", "first", "last", "code"),
    [(RESULTS, YEARS[0] + 1, YEARS[-1] + 1, "F001"), (REVISION, YEARS[0], YEARS[-1] - 1, "F002")],
)
def test_years_of_a_round(kind: RoundKind, first: int, last: int, code: str) -> None:
    for year in range(first, last + 1):
        assert settle_round(PLAN, kind, year) == Round(kind, year)
    for year in (2019, first - 1, last + 1, 2099):
        with pytest.raises(UsageError) as caught:
            settle_round(PLAN, kind, year)
        (problem,) = caught.value.problems
        assert problem.code == code
        assert problem.place.label == "実施年度"
        assert "{" not in describe(problem)


def test_the_year_follows_from_the_revision() -> None:
    assert settle_round(PLAN, RESULTS, None) == Round(RESULTS, 2026)
    assert settle_round(PLAN, REVISION, None).initiative_year == 2027


def test_after_the_last_year_the_last_initiative_is_shown() -> None:
    raw = sample_plan()
    entry(raw)["initiatives"] = {str(YEARS[-1]): "■ 仕上げる。"}
    plan = Plan.model_validate(raw)
    chosen = settle_round(plan, RESULTS, YEARS[-1] + 1)
    place = next(plan.items())
    asked = round_text(plan, chosen, None)
    book, marks = BookText("総務部 総務課", 1), Marks("0", "1")
    context = form_context(plan, chosen, place, book, asked, marks)
    assert context.initiative.fiscal_year == YEARS[-1]
    assert context.initiative.text == "■ 仕上げる。"
