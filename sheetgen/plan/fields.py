"""計画の欄の、ただ一つの表。どの計画にもある欄も、計画が増やした欄も、同じ形で並ぶ。

どの計画にもある欄の性質は、型の欄の行（:class:`~sheetgen.plan.round.About`）に、増やした欄の性質は
計画のデータの ``fields`` にある。様式、読み取り、点検、編集ブック、文書、オープンデータは、欄の名を
自分で書き並べず、この表から取る。計画にない欄（``omit``）は、表にない。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel

from sheetgen.era import wareki
from sheetgen.messages.vocabulary import Vocabulary, ship
from sheetgen.plan.declared import OFFICE, DeclaredField, DeclaredRound, Terms
from sheetgen.plan.item import Indicator, Item, OverviewRow, Result, YearPlan
from sheetgen.plan.round import BUILT_IN, About, FieldKind, RoundKind
from sheetgen.plan.scales import EvaluationGrade
from sheetgen.plan.value import EFFECT_FORMAT, GENERAL, Value

YEARS = "years."
RESULT = "years.result."
VALUES = "values."
MEASURE = "measure"
_EFFECTS = ("years.effect", "years.result.effect")
"""``omit`` にあれば、推進項目の階層のない（一つの階層だけの）計画。"""
INDICATOR = "indicator"
_RECORDS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", Item),
    ("indicator.", Indicator),
    (YEARS, YearPlan),
    (RESULT, Result),
    ("overview.", OverviewRow),
)
NEEDED = frozenset({"title", "owners"})
"""``omit`` に書けない欄。"""
_INDEX = re.compile(r"\[(\d+)\]")


class PlanField(NamedTuple):
    """計画の一つの欄。

    ``key`` は欄の名で、年度の番号を除いた道（``years.result.effect``、``years.values.issue``、
    ``initiatives``）。``asked`` は課に聞く照会、``office``（事務局が書く）、または ``None``。
    ``on_form`` が真なら、聞く照会の様式になければならない。``required`` は、答えが要るか。
    ``scale`` と ``choices`` は選べる値（評価の段階、ことば）。
    """

    key: str
    kind: FieldKind
    label: str
    asked: str | None = None
    on_form: bool = False
    required: bool = False
    sums: bool = False
    role: str = ""
    scale: tuple[EvaluationGrade, ...] = ()
    choices: tuple[str, ...] = ()
    number_format: str = GENERAL
    is_declared: bool = False

    @property
    def per_year(self) -> bool:
        """年度ごとの欄か。"""
        return self.key.startswith(YEARS)

    @property
    def in_result(self) -> bool:
        """年度の実績の欄か。照会の答えとしてだけ入る。"""
        return self.key.startswith(RESULT)

    @property
    def name(self) -> str:
        """年度または実施項目の中での道（``result.effect``、``values.issue``）。"""
        return self.key.removeprefix(YEARS)

    @property
    def options(self) -> tuple[str, ...]:
        """一覧から選ぶ欄の、選べる値。ほかの欄では空。"""
        return self.choices or tuple(one.grade for one in self.scale)

    def path(self, index: int) -> str:
        """様式での道。``index`` は年度の番号（年度ごとでない欄では使わない）。"""
        if self.per_year:
            return f"years[{index}].{self.name}"
        if self.key == "initiatives":
            return "initiative.text"
        return self.key if self.key.startswith("overview.") else f"item.{self.key}"

    def value(self, item: Item, index: int = 0) -> Value:
        """実施項目の、この欄の値。並びや年度ごとの文（取組方針）は持たない。"""
        return self.of(item.years[index] if self.per_year else item)

    def of(self, record: Item | YearPlan) -> Value:
        """一年度（年度ごとの欄）または実施項目の、この欄の値。"""
        found: object = record
        *steps, last = self.name.split(".")
        for step in steps:
            found = getattr(found, step)
        value = found.get(last) if isinstance(found, Mapping) else getattr(found, last)
        return value if isinstance(value, int | float | str) else None


class Declarations(NamedTuple):
    """計画が自分の欄とことばについて言うこと。"""

    terms: Terms | None
    omit: tuple[str, ...]
    fields: tuple[DeclaredField, ...]
    rounds: tuple[DeclaredRound, ...]
    scale: tuple[EvaluationGrade, ...]
    scales: Mapping[str, tuple[EvaluationGrade, ...]]


@lru_cache(maxsize=1)
def built_in() -> Mapping[str, PlanField]:
    """どの計画にもある欄。名がキー、型に書いた順。見出しは初めのもの。"""
    found = {}
    for prefix, record in _RECORDS:
        for name, info in record.model_fields.items():
            about = next((one for one in info.metadata if isinstance(one, About)), None)
            if about is not None:
                key = f"{prefix}{name}"
                money = about.kind is FieldKind.MONEY
                found[key] = PlanField(
                    key=key,
                    kind=about.kind,
                    label=info.title or name,
                    asked=about.asked,
                    on_form=about.asked is not None and about.required,
                    required=about.asked is not None and about.required,
                    sums=about.sums,
                    role=about.role,
                    number_format=EFFECT_FORMAT if money else GENERAL,
                )
    return MappingProxyType(found)


def is_omitted(omit: tuple[str, ...], key: str) -> bool:
    """この計画にない欄か。``indicator`` と書けば、``indicator.name`` などもない。"""
    return any(key == one or key.startswith(f"{one}.") for one in omit)


def fields_from(said: Declarations) -> tuple[PlanField, ...]:
    """計画の言うことから、欄の表を作る。"""
    labels = words_from(said).labels
    grades = FieldKind.GRADE
    fields = (
        *(
            one._replace(scale=said.scale) if one.kind is grades else one
            for one in built_in().values()
        ),
        *(_declared(one, said) for one in said.fields),
    )
    return tuple(
        one._replace(label=labels[one.key]) for one in fields if not is_omitted(said.omit, one.key)
    )


def key_of(one: DeclaredField) -> str:
    """増やした欄の、表での名。"""
    return f"{YEARS if one.per == 'year' else ''}{VALUES}{one.key}"


def _declared(one: DeclaredField, said: Declarations) -> PlanField:
    scale = said.scales.get(one.scale, ()) if one.scale else said.scale
    money = one.kind is FieldKind.MONEY and one.number_format == GENERAL
    asks = one.asked not in (None, OFFICE)
    return PlanField(
        key=key_of(one),
        kind=one.kind,
        label=one.label,
        asked=one.asked,
        on_form=asks,
        required=one.required,
        sums=one.sum,
        scale=scale if one.kind is FieldKind.GRADE else (),
        choices=one.choices if one.kind is FieldKind.CHOICE else (),
        number_format=EFFECT_FORMAT if money else one.number_format,
        is_declared=True,
    )


def words_from(said: Declarations) -> Vocabulary:
    """計画のことば。"""
    given = {
        name: value
        for name, value in (said.terms or Terms())
        if name != "labels" and value is not None
    }
    if "measure" in given:
        given["measure_heading"] = given["measure"]
    fields = {key_of(one): one.label for one in said.fields}
    labels = {**SHIPPED.labels, **fields, **(said.terms.labels if said.terms else {})}
    follows = {}
    if "item" in given:
        follows = {"title": given["item"], "overview.title": f"{given['item']}（概要表）"}
    if "section" in given:
        follows["section"] = given["section"]
    if (name := labels["indicator.name"]) != SHIPPED.labels["indicator.name"]:
        follows |= {
            "indicator": name,
            "indicator.number_format": f"{name}の表示形式",
            "overview.indicator": f"{name}（概要表）",
        }
    labels |= {key: one for key, one in follows.items() if labels[key] == SHIPPED.labels[key]}
    is_effects_only = all(
        labels[key] == SHIPPED.labels[key] and not is_omitted(said.omit, key) for key in _EFFECTS
    ) and not any(one.kind is FieldKind.MONEY for one in said.fields)
    return Vocabulary(
        **given,
        labels=labels,
        money=SHIPPED.money if is_effects_only else "金額",
        is_one_level=is_omitted(said.omit, MEASURE),
    )


def kinds_from(said: Declarations) -> tuple[RoundKind, ...]:
    """計画の照会の種類。初めの二つのあとに、増やしたもの。"""
    return (*BUILT_IN, *(one.kind for one in said.rounds))


def key_of_path(path: str) -> str:
    """どの道からも、欄の名。

    様式の道（``years[0].plan``・``initiative.text``・``item.overall_grade``）でも、計画のデータの道
    （``policies[0].measures[0].entries[0].years[0].plan``）でもよい。
    """
    bare = _INDEX.sub("", path)
    for head in ("policies.measures.entries.", "ended_items.item.", "item."):
        bare = bare.removeprefix(head)
    return "initiatives" if bare.startswith("initiative") else bare


def year_index(path: str) -> int | None:
    """年度ごとの欄の道なら、年度の番号。"""
    found = re.search(r"\byears\[(\d+)\]", path)
    return int(found[1]) if found else None


def is_result(path: str) -> bool:
    """年度の実績の欄の道か。"""
    return key_of_path(path).startswith(RESULT)


def yearly_label(fiscal_year: int, label: str) -> str:
    """ある年度の欄の見出し。``令和５年度の年次計画``。"""
    return f"{wareki(fiscal_year)}の{label}"


def _labels() -> Iterator[tuple[str, str]]:
    for one in built_in().values():
        yield one.key, one.label
    for prefix, record in _RECORDS:
        for name, info in record.model_fields.items():
            yield f"{prefix}{name}", info.title or name


def shipped_keys() -> frozenset[str]:
    """どの計画にもある欄と、まとまりの名。見出しを付けられるもの。"""
    return frozenset(SHIPPED.labels)


SHIPPED = ship(dict(_labels()))
"""初めのことば。"""
