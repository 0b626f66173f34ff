"""どのブックに、どの実施項目が入るか。実物の計画で。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from making import make

from sheetgen.form.jobs import BookJob, GenerateRequest, Per, not_asked, plan_jobs
from sheetgen.form.rounds import Placed
from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import BUILT_IN, Round, RoundKind
from sheetgen.problems import UsageError

JOINT = "03-06"


@pytest.fixture(scope="module")
def plan(plan_path: Path) -> Plan:
    return load_plan(plan_path)


def jobs(plan: Plan, **wishes: Any) -> list[BookJob]:
    return plan_jobs(plan, GenerateRequest(plan=Path(), template=Path(), root=Path(), **wishes))


def ids(places: tuple[Placed, ...]) -> list[str]:
    return [item.id for _, _, item in places]


def refusals(plan: Plan, **wishes: Any) -> list[str]:
    with pytest.raises(UsageError) as caught:
        jobs(plan, **wishes)
    assert not [p for p in caught.value.problems if "{" in describe(p)]
    return [problem.code for problem in caught.value.problems]


def test_every_item_is_in_one_book(plan: Plan) -> None:
    for per in Per:
        made = jobs(plan, per=per)
        assert sorted(one for job in made for one in ids(job.items)) == sorted(
            item.id for _, _, item in plan.items()
        )
        assert len({job.file_name.casefold() for job in made}) == len(made)
    assert [len(jobs(plan, per=per)) for per in (Per.SECTION, Per.ITEM, Per.PLAN)] == [28, 74, 1]


def test_books_sort_by_department_and_section(plan: Plan) -> None:
    made = jobs(plan)
    assert [job.file_name for job in made] == sorted(job.file_name for job in made)
    order = [f"{owner.department} {owner.section}" for owner in plan.owners()]
    assert [job.addressee for job in made] == [one for one in order if one in
                                              {job.addressee for job in made}]  # fmt: skip


def test_a_joint_item_goes_to_its_first_owner(plan: Plan) -> None:
    first, *others = plan.find(JOINT)[2].owners
    assert others
    for job in jobs(plan):
        is_first = job.addressee == f"{first.department} {first.section}"
        is_other = job.addressee in {f"{o.department} {o.section}" for o in others}
        assert (JOINT in ids(job.items)) == is_first
        assert (JOINT in ids(job.joint)) == is_other


def test_filters(plan: Plan) -> None:
    (job,) = jobs(plan, items=("08-08",))
    assert (ids(job.items), job.joint) == (["08-08"], ())
    (job,) = jobs(plan, sections=("経営企画課",))
    assert job.addressee == "企画部 経営企画課"
    (same,) = jobs(plan, sections=("企画部 経営企画課",))
    assert same == job
    made = jobs(plan, items=("08-08", "01-01"), per=Per.ITEM)
    assert [ids(one.items) for one in made] == [["01-01"], ["08-08"]]
    assert made[0].file_name.startswith("01-01_")


def test_all_forms_are_made_and_those_with_nothing_to_fill_are_told(plan: Plan) -> None:
    new = {item.id for _, _, item in plan.items() if item.introduced == 2024}
    assert len(new) == 3
    asked = jobs(plan, only_asked=True)
    assert {one for job in asked for one in ids(job.items)} == {
        item.id for _, _, item in plan.items()
    } - new
    chosen = Round(RoundKind.RESULTS, 2024)

    def told(**wishes: Any) -> list[tuple[str, object]]:
        request = GenerateRequest(plan=Path(), template=Path(), root=Path(), **wishes)
        return [(one.code, one.facts["count"]) for one in not_asked(plan, chosen, request)]

    assert told() == [("F031", 3)]
    assert told(only_asked=True) == [("F032", 3)]
    assert told(items=("01-05", "01-01")) == [("F031", 1)]
    assert told(items=("01-01",)) == []
    assert refusals(plan, items=("01-05",), only_asked=True) == ["F030"]
    assert jobs(plan, items=("01-05",), only_asked=True, round=RoundKind.REVISION)


def test_the_round_is_in_the_name(plan: Plan) -> None:
    for kind in BUILT_IN:
        for job in jobs(plan, round=kind):
            assert job.file_name.endswith(f"_{kind.label}.xlsx")


def test_all_unknown_names_are_told_at_once(plan: Plan) -> None:
    wishes = {"items": ("99-99", "08-08", "x"), "sections": ("ない課",)}
    assert refusals(plan, **wishes) == ["F003", "F003", "F004"]


def test_nothing_left_to_make(plan: Plan) -> None:
    owner = plan.find("08-08")[2].owners[0]
    other = next(one for one in plan.owners() if one.section != owner.section)
    assert refusals(plan, items=("08-08",), sections=(other.section,)) == ["F005"]


def test_one_form_is_asked_for_by_its_printed_number(
    tmp_path: Path, plan_path: Path, template_path: Path
) -> None:
    (book,) = make(tmp_path, plan_path, template_path, items=("（８）⑧",)).books
    assert book.items == ("08-08",)
