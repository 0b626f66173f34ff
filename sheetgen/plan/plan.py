"""計画のデータ ``data/plan.json`` の型。計画の全体から実施項目まで。

出典: 「伊勢原市第６次行財政改革推進計画 -アクションプランの令和６年度年次見直しについて」。
年は西暦の年度、金額は千円。導き出せるもの（小計、件数、新規の印）は、その都度計算し、持たない。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    Strict,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sheetgen.era import circled
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan import declared
from sheetgen.plan.consistency import find_inconsistencies
from sheetgen.plan.declared import DeclaredField, DeclaredRound, Key, Terms, unless
from sheetgen.plan.fields import (
    Declarations,
    PlanField,
    fields_from,
    is_omitted,
    key_of_path,
    kinds_from,
    words_from,
    year_index,
    yearly_label,
)
from sheetgen.plan.item import (
    Entry,
    Item,
    Owner,
)
from sheetgen.plan.omitted import fill_omitted
from sheetgen.plan.overview import Overview
from sheetgen.plan.round import RoundKind
from sheetgen.plan.scales import EvaluationGrade, PastScale
from sheetgen.plan.text import (
    FiscalYear,
    ItemId,
    Line,
    Month,
    MunicipalityCode,
    Number,
    OptionalLine,
    Record,
    Text,
)

SCHEMA_VERSION = 1


class Highlight(Record):
    """年次見直しの主なポイントの一つ。"""

    policy: Number = Field(title="基本方針の番号")
    text: Text = Field(title="主なポイント")
    is_new: Annotated[bool, Strict()] = Field(title="新規の取組を含む")


class HighlightNote(Record):
    """主なポイントに添えた参照〔cf.…〕。"""

    policy: Number = Field(title="基本方針の番号")
    text: Line = Field(title="参照の注記")


class Revision(Record):
    """年次見直し。"""

    fiscal_year: FiscalYear = Field(title="年次見直しの年度")
    published: Month | None = Field(title="公表年月")
    highlights: tuple[Highlight, ...] = Field(title="主なポイント")
    highlight_notes: tuple[HighlightNote, ...] = Field(default=(), title="主なポイントの参照")
    retired_items: tuple[ItemId, ...] = Field(title="終了した実施項目のID")


class Contact(Record):
    """問合せ先。分からないものは ``null``。"""

    phone: OptionalLine = Field(default=None, title="電話")
    email: OptionalLine = Field(default=None, title="メール")


class OpenData(Record):
    """オープンデータを使う人への約束。決まっていないものは ``null``。"""

    license: OptionalLine = Field(default=None, title="利用条件")
    license_url: OptionalLine = Field(default=None, title="利用条件のURL")
    contact: OptionalLine = Field(default=None, title="データの問合せ先")


class Section(Record):
    """課。"""

    name: Line = Field(title="課の名称")
    email: OptionalLine = Field(default=None, title="課のメール")


class Department(Record):
    """部。並びは庁内の順。"""

    name: Line = Field(title="部の名称")
    sections: tuple[Section, ...] = Field(title="課")


class Measure(Record):
    """改革の推進項目。番号は計画全体で通しとする。"""

    number: Number = Field(title="推進項目の番号")
    name: Line = Field(title="推進項目")
    notes: tuple[Text, ...] = Field(title="概要表の☆の文章")
    entries: tuple[Entry, ...] = Field(title="実施項目と再掲")

    @property
    def items(self) -> tuple[Item, ...]:
        """再掲を除いた実施項目。"""
        return tuple(entry for entry in self.entries if isinstance(entry, Item))


class Policy(Record):
    """基本方針。"""

    number: Number = Field(title="基本方針の番号")
    name: Line = Field(title="基本方針")
    description: Text = Field(title="基本方針の文章")
    measures: tuple[Measure, ...] = Field(title="推進項目")


class EndedItem(Record):
    """終わった実施項目。最後の年度の実績まで、ここに入る。

    ``fiscal_year`` は生きていた最後の年度。``measure`` は、あった推進項目の番号。
    """

    fiscal_year: FiscalYear = Field(title="最後の年度")
    measure: Number = Field(title="推進項目の番号")
    item: Item = Field(title="終わった実施項目")


class _Said:
    """計画の言うことから求めたもの。写しには残らない。"""

    def __init__(self, plan: Plan) -> None:
        said = Declarations(
            plan.terms,
            plan.omit,
            (*declared.COMMON_FIELDS, *plan.fields),
            plan.rounds,
            plan.evaluation_scale,
            plan.scales,
        )
        self.words = words_from(said)
        self.table = {one.key: one for one in fields_from(said)}
        self.kinds = kinds_from(said)


class Plan(Record):
    """一つの計画の全体。"""

    schema_version: Literal[1] = Field(title="データ形式の版")
    municipality: Line = Field(title="市区町村")
    municipality_code: MunicipalityCode | None = Field(default=None, title="全国地方公共団体コード")
    plan_title: Line = Field(title="計画の名称")
    office: Line = Field(title="事務局")
    contact: Contact = Field(default_factory=Contact, title="問合せ先")
    open_data: OpenData = Field(default_factory=OpenData, title="オープンデータの公開")
    mail_limit_mb: Number | None = Field(
        default=None, title="送れるメールの大きさの上限（MB）", exclude_if=unless(None)
    )
    fiscal_years: tuple[FiscalYear, ...] = Field(title="計画年度", min_length=1)
    revision: Revision = Field(title="年次見直し")
    evaluation_scale: tuple[EvaluationGrade, ...] = Field(title="評価の段階", min_length=1)
    scales: dict[Key, tuple[EvaluationGrade, ...]] = Field(
        default_factory=dict, title="ほかの評価の段階", exclude_if=unless({}), repr=False
    )
    terms: Terms | None = Field(
        default=None, title="計画のことば", exclude_if=unless(None), repr=False
    )
    omit: tuple[Line, ...] = Field(
        default=(), title="この計画にない欄", exclude_if=unless(()), repr=False
    )
    fields: tuple[DeclaredField, ...] = Field(
        default=(), title="増やした欄", exclude_if=unless(()), repr=False
    )
    rounds: tuple[DeclaredRound, ...] = Field(
        default=(), title="増やした照会", exclude_if=unless(()), repr=False
    )
    overview: Overview = Field(title="計画の概要")
    departments: tuple[Department, ...] = Field(title="部と課")
    policies: tuple[Policy, ...] = Field(title="基本方針")
    ended_items: tuple[EndedItem, ...] = Field(default=(), title="終わった実施項目")
    past_scales: tuple[PastScale, ...] = Field(default=(), title="過ぎた年度の評価の段階")

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, tree: Any) -> Any:
        """この計画にない欄は、書かなくてよい。"""
        return fill_omitted(tree)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """欄どうしのつじつまが合わない計画は作らせない。"""
        found = find_inconsistencies(self.model_dump())
        if found:
            kinds = ", ".join(sorted({inconsistency.kind for inconsistency in found}))
            raise PydanticCustomError(
                "plan_inconsistent", "inconsistent: {kinds}", {"kinds": kinds}
            )
        return self

    @cached_property
    def _said(self) -> _Said:
        return _Said(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """一部を替えた写し。もとの計画から求めておいたものは、持ち越さない。"""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("_said", None)
        return copied

    @property
    def words(self) -> Vocabulary:
        """計画のことば。"""
        return self._said.words

    @property
    def field_table(self) -> Mapping[str, PlanField]:
        """計画の欄の表。名（``years.result.effect``）がキー、印刷の順。"""
        return self._said.table

    @property
    def round_kinds(self) -> tuple[RoundKind, ...]:
        """照会の種類。実績照会、見直し照会、増やした照会の順。"""
        return self._said.kinds

    def field(self, path: str) -> PlanField | None:
        """どの道（様式の、計画のデータの）からも、その欄。この計画にない欄なら None。"""
        return self.field_table.get(key_of_path(path))

    def has(self, key: str) -> bool:
        """この計画に、欄またはその集まり（``indicator``）があるか。"""
        return not is_omitted(self.omit, key)

    def label(self, path: str) -> str:
        """欄の見出し。年度ごとの欄では、年度を付ける（``令和５年度の年次計画``）。

        人に見せる欄の見出しは、どこでもこれで作る。

        :raises KeyError: 欄の道でない。
        """
        index, label = year_index(path), self.words[key_of_path(path)]
        return label if index is None else yearly_label(self.fiscal_years[index], label)

    @property
    def first_year(self) -> int:
        """計画の初年度。"""
        return self.fiscal_years[0]

    @property
    def final_year(self) -> int:
        """計画最終年度。"""
        return self.fiscal_years[-1]

    def measures(self) -> Iterator[tuple[Policy, Measure]]:
        """推進項目を、その基本方針とともに印刷の順に返す。"""
        for policy in self.policies:
            for measure in policy.measures:
                yield policy, measure

    def items(self) -> Iterator[tuple[Policy, Measure, Item]]:
        """いまの実施項目を、基本方針・推進項目とともに印刷の順に返す（再掲と終わったものは除く）。"""
        for policy, measure in self.measures():
            for item in measure.items:
                yield policy, measure, item

    def ended(self) -> Iterator[tuple[Policy, Measure, Item]]:
        """終わった実施項目を、終わった順に、あった所とともに返す。"""
        places = {measure.number: (policy, measure) for policy, measure in self.measures()}
        for one in self.ended_items:
            yield *places[one.measure], one.item

    def last_year(self, item: Item) -> int:
        """その実施項目が生きている最後の年度。終わっていなければ、計画最終年度。"""
        ended = {one.item.id: one.fiscal_year for one in self.ended_items}
        return ended.get(item.id, self.final_year)

    def is_in_force(self, item: Item, year: int) -> bool:
        """その年度に生きていた実施項目か。年度ごとの件数も合計も、これだけで数える。"""
        return item.introduced <= year <= self.last_year(item)

    def scale_of(self, year: int) -> tuple[EvaluationGrade, ...]:
        """その年度の評価に使った段階。"""
        past = {one.fiscal_year: one.grades for one in self.past_scales}
        return past.get(year, self.evaluation_scale)

    def with_ended(self, year: int) -> Plan:
        """``year`` まで生きていた、終わった実施項目を、あった所に戻した計画。

        番号を詰めたあとでは、同じ番号が二つ並ぶことがある。照会と集計に使い、保存はしない。
        """
        back: dict[int, list[Item]] = {}
        for one in self.ended_items:
            if one.fiscal_year >= year:
                back.setdefault(one.measure, []).append(one.item)
        if not back:
            return self
        return self.with_entries(
            lambda measure: tuple(
                sorted(
                    [*measure.entries, *back.get(measure.number, ())], key=lambda one: one.number
                )
            )
        )

    def in_year(self, year: int, now: Plan | None = None) -> Plan:
        """その年度に生きていた実施項目だけの計画。評価の段階も、その年度のもの。

        ``now`` は、いまの計画。あれば、それにある実施項目が生きていたかは、それで決める。照会の
        あとで加えたものも、追加した年度を直したものもある。
        """
        seen = self.with_ended(year)
        told = (
            {item.id for place in (now.items(), now.ended()) for *_, item in place}
            if now
            else set()
        )
        alive: dict[int, list[Item]] = {}
        for _, measure, item in now.in_year(year).items() if now else ():
            alive.setdefault(measure.number, []).append(item)
        living = {item.id for items in alive.values() for item in items}
        here = {item.id for _, _, item in seen.items()}

        def is_alive(item: Item) -> bool:
            return item.id in living if item.id in told else self.is_in_force(item, year)

        return seen.with_entries(
            lambda measure: (
                *(one for one in measure.entries if not isinstance(one, Item) or is_alive(one)),
                *(item for item in alive.get(measure.number, ()) if item.id not in here),
            )
        ).model_copy(update={"evaluation_scale": self.scale_of(year)})

    def with_entries(self, change: Callable[[Measure], tuple[Entry, ...]]) -> Plan:
        """どの推進項目の実施項目と再掲も、``change`` の返すものに替えた計画。"""
        policies = tuple(
            policy.model_copy(
                update={
                    "measures": tuple(
                        measure.model_copy(update={"entries": change(measure)})
                        for measure in policy.measures
                    )
                }
            )
            for policy in self.policies
        )
        return self.model_copy(update={"policies": policies})

    def find(self, item_id: str) -> tuple[Policy, Measure, Item]:
        """IDの実施項目を返す。なければ :class:`KeyError`。"""
        for policy, measure, item in self.items():
            if item.id == item_id:
                return policy, measure, item
        raise KeyError(item_id)

    @property
    def is_founding(self) -> bool:
        """計画の初年度か。年次見直しはまだ一度もなく、文書は、立てた計画そのもの。"""
        return self.revision.fiscal_year == self.first_year

    def is_new(self, item: Item) -> bool:
        """この年次見直しで追加した実施項目か（Ｒ６新規の印）。初年度には、どれも新規でない。"""
        return item.introduced == self.revision.fiscal_year and not self.is_founding

    @property
    def item_count(self) -> int:
        """年次見直し後の実施項目数（再掲は除く）。"""
        return sum(1 for _ in self.items())

    @property
    def new_item_count(self) -> int:
        """この年次見直しで追加した実施項目数。"""
        return sum(1 for _, _, item in self.items() if self.is_new(item))

    @property
    def previous_item_count(self) -> int:
        """年次見直しの前の実施項目数。"""
        return self.item_count - self.new_item_count + len(self.revision.retired_items)

    def owners(self) -> tuple[Owner, ...]:
        """部と課の並びの順に、すべての課を返す。"""
        return tuple(
            Owner(department=department.name, section=section.name)
            for department in self.departments
            for section in department.sections
        )


def printed_number(measure: Measure, item: Item) -> str:
    """印刷の番号。終わったものには、そのころの番号。"""
    return f"({measure.number}){circled(item.number)}"


def item_label(measure: Measure, item: Item) -> str:
    """印刷の番号 ``(8)⑧``。様式のシートの名にもなる。

    番号を詰めて、終わったものと同じ番号になったときは、終わったほうに ``（終了）`` を付ける。
    """
    label = printed_number(measure, item)
    first = next((one for one in measure.items if one.number == item.number), item)
    return label if first.id == item.id else f"{label}（終了）"
