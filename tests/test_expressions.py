"""セルの中の式：値はそのまま、知らない名前は誤り、外へは出られない。"""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Any

import pytest
from plan_samples import sample_plan

from sheetgen.form.context import BookContext, FormContext
from sheetgen.form.expressions import (
    ExpressionError,
    Linked,
    UnknownFilterError,
    compile_cell,
    compile_condition,
    compile_loop,
    strip_end,
)
from sheetgen.plan.plan import Plan

PLAN = Plan.model_validate(sample_plan())
ITEM = next(item for _, _, item in PLAN.items())
SCOPE: dict[str, Any] = typing.get_type_hints(FormContext)


@dataclass
class Row:
    title: str
    sheet: str | None


ROWS = [Row("一", "(1)①"), Row("二", None), Row("三", "(1)③")]
NAMES: dict[str, Any] = {
    "plan": PLAN, "item": ITEM, "years": ITEM.years, "final_year": 2028, "entries": ROWS,
}  # fmt: skip


def value(text: str) -> object:
    return compile_cell(text).evaluate(NAMES)


def unknown(text: str) -> list[tuple[str, str]]:
    return [(one.path, one.near) for one in compile_cell(text).unknown_names(SCOPE)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{{ item.title }}", "item.title"),
        ("{{item.title}}", "item.title"),
        ("{{- years[1].result.text -}}", "years[1].result.text"),
        ("{{ item.title }} ", None),
        ("題 {{ item.title }}", None),
        ("{{ final_year | wareki }}", None),
        ("{{ item.title + '' }}", None),
        ("{{ years[-1].plan }}", None),
        ("題", None),
    ],
)
def test_plain_paths(text: str, path: str | None) -> None:
    assert compile_cell(text).path == path


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{ item.indicator.target }}", 99.0),
        ("{{ years[0].target }}", 10),
        ("{{ years[0].target + 0.5 }}", 10.5),
        ("{{ years[0].effect }}", None),
        ("{{ -years[0].target }}", -10),
        ("{{-years[0].target-}}", 10),
        ("{{ item.indicator.current }}", "-"),
        ("目標 {{ years[0].target }}", "目標 10"),
        ("効果 {{ years[0].effect }}。", "効果 。"),
        ("{{ final_year | wareki }}", "令和10年度"),
        ("{{ final_year | wareki_full }}", "令和１０年度"),
        ("{{ final_year | wareki_short }}", "Ｒ１０"),
        ("{{ 8 | circled }}", "⑧"),
        ("{# 控え #}{{ 8 | circled }}", "⑧"),
        ("{{ 8 | circled }}{# 控え #}", "⑧"),
        ("{{ '{{' }}", "{{"),
        ("{% if item.indicator.unit %}{{ item.indicator.unit }}{% endif %}", "件"),
    ],
)
def test_values(text: str, wanted: object) -> None:
    found = value(text)
    assert found == wanted
    assert type(found) is type(wanted)


def test_a_link_keeps_value_and_sheet() -> None:
    assert value("{{ item.title | link('(1)①') }}") == Linked(ITEM.title, "(1)①")


def test_a_link_inside_other_text_is_an_error() -> None:
    with pytest.raises(ExpressionError):
        value("題 {{ item.title | link('(1)①') }}")


@pytest.mark.parametrize(
    "text",
    ["{{ item.title", "{% if %}", "{{ }}", "{% endfor %}", "{% for a in b %}", "{{ item..title }}"],
)
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_cell(text)


def test_an_unknown_filter_is_named_with_its_like() -> None:
    with pytest.raises(UnknownFilterError) as caught:
        compile_cell("{{ final_year | warekl }}")
    assert (caught.value.name, caught.value.near) == ("warekl", "wareki")


@pytest.mark.parametrize(
    ("text", "path", "near"),
    [
        ("{{ item.titel }}", "item.titel", "item.title"),
        ("{{ itme.title }}", "itme", "item"),
        ("{{ years[1].result.txet }}", "years[1].result.txet", "years[1].result.text"),
        ("{{ item.owners[0].sction }}", "item.owners[0].sction", "item.owners[0].section"),
        ("題 {% if false %}{{ plan.ofice }}{% endif %}", "plan.ofice", "plan.office"),
        ("{{ item._secret }}", "item._secret", ""),
        ("{{ item.model_dump() }}", "item.model_dump", ""),
        ("{{ zzz | wareki }}", "zzz", ""),
    ],
)
def test_unknown_names(text: str, path: str, near: str) -> None:
    assert unknown(text) == [(path, near)]


@pytest.mark.parametrize(
    "text",
    [
        "{{ item.initiatives['2025'] }}",
        "{{ plan.first_year }}",
        "{{ item.effect_subtotal }}",
        "{{ form.id }}{{ round.deadline }}{{ book.count }}{{ initiative.text }}",
        "{% for year in years %}{{ year.plan }}{{ loop.index }}{% endfor %}",
        "{% set a = item.title %}{{ a }}",
    ],
)
def test_known_names(text: str) -> None:
    assert unknown(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ item.__class__ }}",
        "{{ item.title.__class__ }}",
        "{{ item.title.__class__.__mro__ }}",
        "{{ item.title.__class__.__name__ }}",
        "{{ item.model_dump.__globals__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ item.title.format.__self__ }}",
        "{{ '{0.__class__}'.format(item) }}",
        "{{ item | attr('__class__') }}",
        "{{ range(10 ** 9) | list }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "題 {{ item.__init__.__globals__ }}",
    ],
)
def test_there_is_no_way_out(text: str) -> None:
    with pytest.raises(ExpressionError):
        value(text)


@pytest.mark.parametrize(
    "text",
    ["{{ years[9].plan }}", "{{ nothing }}", "{{ item.nothing }}", "{{ item.title + 1 }}",
     "{{ 1 / 0 }}", "{{ 'あ' | wareki }}", "{{ item.initiatives['1999'] }}", "{{ 10 | int.x }}",
     "{{ 1e999 }}", "題 {{ years[9].plan }}"],
)  # fmt: skip
def test_a_value_that_is_not_there(text: str) -> None:
    with pytest.raises(ExpressionError):
        value(text)


def loops(text: str) -> list[str]:
    loop = compile_loop(text)
    assert loop is not None
    return [one["entry"].title for one in loop.contexts(NAMES)]


def test_loops_with_a_condition_or_a_filter() -> None:
    assert loops("{% for entry in entries %}{{ entry.title }}") == ["一", "二", "三"]
    assert loops(" {%- for entry in entries if entry.sheet -%}x") == ["一", "三"]
    assert loops("{% for entry in entries | reverse %}") == ["三", "二", "一"]


def test_what_is_left_of_the_marks() -> None:
    loop = compile_loop("{% for entry in entries %}{{ entry.title }} ")
    assert loop is not None
    assert (loop.target, loop.rest) == ("entry", "{{ entry.title }} ")
    assert strip_end("{{ entry.title }}{%- endfor -%} ") == ("{{ entry.title }}", "for")
    assert strip_end("{{ entry.title }}{% endif %}") == ("{{ entry.title }}", "if")
    assert strip_end("{%if entry.title%}{{ entry.title }}{%endif%}") is None


def test_rows_that_are_there_only_when_a_condition_holds() -> None:
    row = compile_condition("{% if entries and entries[0].sheet %}題 {{ entries[0].title }}")
    assert row is not None
    assert row.rest == "題 {{ entries[0].title }}"
    assert row.contexts(NAMES) == [NAMES]
    assert row.contexts({"entries": []}) == []
    assert row.names() == {"entries"}
    assert {one.path for one in row.unknown_names({"entry": int})} == {"entries"}
    assert compile_condition("{% if a %}題{% endif %}") is None
    assert compile_condition("{% for a in b %}") is None
    with pytest.raises(ExpressionError):
        compile_condition("{% if %}題")


@pytest.mark.parametrize(
    "text", ["{{ x }}", "{% if a %}", "{% for a in b %}{{ a }}{% endfor %}", "題 {% for a in b %}"]
)
def test_what_is_no_repeated_row(text: str) -> None:
    assert compile_loop(text) is None


@pytest.mark.parametrize("text", ["{% for in entries %}", "{% for a, b in entries %}"])
def test_a_loop_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_loop(text)


@pytest.mark.parametrize(
    "text",
    [
        "{% for entry in nothing %}",
        "{% for entry in entries if entry.nothing %}",
        "{% for entry in final_year %}",
        "{% for entry in entries[0].nothing.more %}",
    ],
)
def test_a_list_that_is_not_there(text: str) -> None:
    loop = compile_loop(text)
    assert loop is not None
    with pytest.raises(ExpressionError):
        loop.contexts(NAMES)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{% for entry in entrys %}", "entrys"),
        ("{% for entry in entrys | list %}", "entrys"),
        ("{% for entry in entries if entry.titel %}", "entry.titel"),
        ("{% for entry in entries if plan.ofice %}", "plan.ofice"),
    ],
)
def test_unknown_names_of_a_loop(text: str, path: str) -> None:
    loop = compile_loop(text)
    assert loop is not None
    found = loop.unknown_names(typing.get_type_hints(BookContext))
    assert [one.path for one in found] == [path]


def test_titles_come_from_the_master() -> None:
    assert compile_cell("{{ item.vision }}").title(SCOPE) == "計画最終年度において目指す姿"
    assert compile_cell("{{ final_year }}").title(SCOPE) is None
