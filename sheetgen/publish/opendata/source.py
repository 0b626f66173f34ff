"""表を作るもと：計画と、公開する文字への置き換えと、符号の一覧を一緒に持つ。

列の名と説明、符号の意味にある ``{terms.item}`` などは、計画のことばで埋める（:func:`worded`）。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeVar

from sheetgen.era import wareki
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.fields import YEARS, PlanField
from sheetgen.plan.item import Item, YearPlan
from sheetgen.plan.paths import all_items
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.plan.round import RoundKind
from sheetgen.plan.scales import Counts, EvaluationGrade, Scale
from sheetgen.plan.text import Value
from sheetgen.plan.years import PlanYears, has_result
from sheetgen.publish.opendata.printed import (
    LIMITS,
    NO_UNIT,
    Characters,
    Reading,
    clean_unit,
    is_dash,
    read_figure,
)
from sheetgen.xlsx.data_book import DataColumn, DataJoin, DataType, Datum


class Placed(NamedTuple):
    """計画の中の所を添えた実施項目。``last`` は、計画にある最後の年度。

    ``ended`` は、それがなくなった最初の年次見直しの年度。いまの計画にあれば ``None``。
    """

    policy: Policy
    measure: Measure
    item: Item
    last: int
    ended: int | None = None

    def in_force(self, fiscal_year: int) -> bool:
        """その年度に計画にあったか。どの表も、年度の行を載せるかをこれだけで決める。"""
        return self.item.introduced <= fiscal_year <= self.last

    @property
    def years(self) -> Iterator[YearPlan]:
        """計画にあった年度だけの、年次計画と取組実績。"""
        return (year for year in self.item.years if self.in_force(year.fiscal_year))


ITEM_PREFIX = "item-"
"""実施項目IDの前に付ける文字。``08-08`` のままでは、Excel が 8月8日 と読む。"""
MUNICIPALITY = (
    DataColumn(
        "municipality_code",
        Plan.model_fields["municipality_code"].title or "",
        DataType.CODE,
        "総務省の全国地方公共団体コード。検査数字まで6桁。先頭の0を落とさず文字列として読む。",
    ),
    DataColumn(
        "municipality",
        Plan.model_fields["municipality"].title or "",
        DataType.TEXT,
        "市区町村の正式な名称。",
    ),
)
ITEM_ID = DataColumn(
    "item_id",
    "{terms.item}のID",
    DataType.CODE,
    f"計画の間変わらないID。計画のデータのIDの前に {ITEM_PREFIX} を付けたもの。",
)
ITEM = (
    *MUNICIPALITY,
    ITEM_ID,
    DataColumn(
        "item",
        "{terms.item}",
        DataType.TEXT,
        "{terms.item}の名称。",
        printed=True,
    ),
)
TO_ITEMS = DataJoin(("item_id",), "items", ("item_id",))
YEAR_TITLE = YearPlan.model_fields["fiscal_year"].title or ""
YEAR = (
    DataColumn(
        "fiscal_year",
        f"{YEAR_TITLE}（西暦）",
        DataType.YEAR,
        "4月から翌年3月までの年度を、始まりの年の西暦で書く。",
        unit="年度",
    ),
    DataColumn("fiscal_year_wareki", f"{YEAR_TITLE}（和暦）", DataType.TEXT, "同じ年度の和暦。"),
)


def worded(words: Vocabulary, text: str) -> str:
    """``{terms.item}`` などを、計画のことばにする。金額の単位は、単位の列にある。"""
    told = text.format(terms=words)
    for unit in (f"({THOUSAND_YEN})", f"（{THOUSAND_YEN}）"):
        told = told.removesuffix(unit)
    return told


def literal(text: str) -> str:
    """計画のことばを、:func:`worded` で埋める文に入れる形。"""
    return text.replace("{", "{{").replace("}", "}}")


def coded(name: str, title: str, note: str) -> tuple[DataColumn, DataColumn]:
    """符号の列と、その意味の列。符号の一覧は ``name`` の名で引く。"""
    return (
        DataColumn(f"{name}_code", f"{title}コード", DataType.CODE, note, codes=name),
        DataColumn(name, title, DataType.TEXT, f"{title}コードの意味。"),
    )


FIGURE = (
    DataColumn(
        "value",
        "値",
        DataType.NUMBER,
        "数値。桁区切りも単位も付けない。数でないときは空とし、値の状態がわけを示す。",
        unit="unit",
    ),
    DataColumn(
        "unit",
        "単位",
        DataType.TEXT,
        "値の単位。計画に「-」「ー」と書かれたもの、書かれていないものは、どれも「単位なし」。",
    ),
    DataColumn(
        "value_state_code",
        "値の状態コード",
        DataType.CODE,
        "値が数か、印刷された記号や文字か、空欄かを示す。",
        codes="value_state",
    ),
    DataColumn("value_state", "値の状態", DataType.TEXT, "値の状態コードの意味。"),
    DataColumn(
        "printed",
        "記載された文字",
        DataType.TEXT,
        "数でないとき、計画に印刷された文字（「-」「検討」など）。数と空欄のときは空。",
        printed=True,
    ),
    DataColumn(
        "read_number",
        "読み取った数",
        DataType.NUMBER,
        "記載された文字「2(78)」の 2、「90%未満」の 90。▲は負の数。数が読み取れなければ空。",
        unit="read_unit",
    ),
    DataColumn(
        "read_unit",
        "読み取った数の単位",
        DataType.TEXT,
        "記載された文字の中の単位。なければ、その{terms[indicator]}の単位。数が読み取れなければ空。",
    ),
    DataColumn(
        "bracketed_number",
        "かっこの中の数",
        DataType.NUMBER,
        "記載された文字「2(78)」の 78。意味は{terms[indicator]}の名称にある。なければ空。",
        unit="read_unit",
    ),
    *coded("limit", "数の限り", "読み取った数に添えた「以内」「未満」など。なければ空。"),
    DataColumn(
        "remark",
        "かっこの中の注記",
        DataType.TEXT,
        "記載された文字「91.3%(令和3年度)」の「令和3年度」。なければ空。",
    ),
)
_NO_INDICATOR = {
    "read_unit": "記載された文字の中の単位。なければ、その値の単位。数が読み取れなければ空。",
    "bracketed_number": "記載された文字「2(78)」の 78。なければ空。",
}


def figure_columns(plan: Plan) -> tuple[DataColumn, ...]:
    """:data:`FIGURE`。指標のない計画では、指標を言わない。"""
    if plan.has("indicator"):
        return FIGURE
    return tuple(replace(one, note=_NO_INDICATOR.get(one.name, one.note)) for one in FIGURE)


POLICY_NUMBER = DataColumn(
    "policy_number",
    "{terms.policy}の番号",
    DataType.INTEGER,
    "{terms.policy}の番号。",
    unit="番号",
)
POLICY = DataColumn(
    "policy",
    "{terms.policy}",
    DataType.TEXT,
    "{terms.policy}の名称。",
    printed=True,
)
MEASURE_NUMBER = DataColumn(
    "measure_number",
    "{terms.measure}の番号",
    DataType.INTEGER,
    "計画全体で通した{terms.measure}の番号。",
    unit="番号",
)
MEASURE = DataColumn(
    "measure",
    "{terms.measure}",
    DataType.TEXT,
    "{terms.measure}の名称。",
    printed=True,
)


def order(note: str) -> DataColumn:
    """並びの列。"""
    return DataColumn("order", "順", DataType.INTEGER, note, unit="番号")


THOUSAND_YEN = "千円"
Row = tuple[Datum, ...]


class ValueState(StrEnum):
    """値の状態。"""

    NUMBER = "number"
    DASH = "dash"
    TEXT = "text"
    BLANK = "blank"


STATES = {
    ValueState.NUMBER: "数値",
    ValueState.DASH: "「-」の記載",
    ValueState.TEXT: "数でない記載",
    ValueState.BLANK: "空欄",
}


class Owned(StrEnum):
    """所属の受け持ち方。"""

    OWNER = "owner"
    RELATED = "related_section"


OWNED = {
    Owned.OWNER: "{terms[owners]}",
    Owned.RELATED: "{terms[related_sections]}",
}


class ValueKind(StrEnum):
    """指標の値の種類。"""

    CURRENT = "current"
    TARGET = "final_target"


VALUE_KINDS = {
    ValueKind.CURRENT: "{terms[indicator.current]}",
    ValueKind.TARGET: "{terms[indicator.target]}",
}


class Graded(StrEnum):
    """評価の種類。"""

    YEAR = "grade"
    OVERALL = "overall_grade"


GRADED = {
    Graded.YEAR: "年度の{terms[years.result.grade]}",
    Graded.OVERALL: "{terms[overall_grade]}",
}


_NEEDS: Mapping[StrEnum, str] = {
    Owned.OWNER: "owners",
    Owned.RELATED: "related_sections",
    ValueKind.CURRENT: "indicator.current",
    ValueKind.TARGET: "indicator.target",
    Graded.YEAR: "years.result.grade",
    Graded.OVERALL: "overall_grade",
}
"""符号から、それが要る欄へ。計画にない欄の符号は、コード表にもない。"""
Code = TypeVar("Code", bound=StrEnum)


def kept(plan: Plan, codes: Mapping[Code, str]) -> dict[Code, str]:
    """``codes`` のうち、この計画にある欄のもの。"""
    return {one: name for one, name in codes.items() if plan.has(_NEEDS.get(one, "title"))}


class Report(StrEnum):
    """一つの年度の実績が、報告されたか。"""

    REPORTED = "reported"
    NOT_REPORTED = "not_reported"
    NOT_DUE = "not_due"


REPORTS = {
    Report.REPORTED: "報告がある",
    Report.NOT_REPORTED: "報告がない（0 ではない）",
    Report.NOT_DUE: "まだ報告の時期でない",
}


class Status(StrEnum):
    """実施項目が、いまの計画にあるか。"""

    CURRENT = "current"
    ENDED = "ended"


STATUSES = {Status.CURRENT: "計画にある", Status.ENDED: "終了した"}


COUNTS = {
    Counts.ACHIEVED: "達成した",
    Counts.ON_TRACK: "順調である",
    Counts.BEHIND: "届いていない",
    Counts.NONE: "進み具合を言わない",
}


def counted(scale: tuple[EvaluationGrade, ...], grade: str) -> tuple[str | None, str | None]:
    """評価の扱いの、符号と意味。決まっていなければ空。"""
    found = Scale(scale).counts(grade)
    return (None, None) if found is None else (found.value, COUNTS[found])


class Source:
    """計画と、過ぎた年度の事実と、表に共通の値。``provisional`` は、暫定の答えのありうる欄の名。"""

    def __init__(self, years: PlanYears) -> None:
        self.plan = years.plan
        seen = {year: years.in_year(year) for year in self.plan.fiscal_years}
        self._scales = {year: then.evaluation_scale for year, then in seen.items()}
        given = (*self._scales.values(), *self.plan.scales.values())
        self.says_counts = any(step.counts for scale in given for step in scale)
        # 過ぎた年度の目標と見込額は、その年度の実績を照会したときのもの。
        self._facts = {
            (item.id, year): item.year(year)
            for year, then in seen.items()
            for _, _, item in then.items()
        }
        asked = {key for one in self.plan.rounds if one.provisional for key in one.asks}
        held = {
            f"{YEARS}{name}"
            for item in all_items(self.plan).values()
            for one in item.years
            for name in one.provisional
        }
        self.provisional = frozenset(asked | held)
        self.characters = Characters()
        self._units = {clean_unit(one.item.indicator.unit) for one in self.places()} - {NO_UNIT}

    @property
    def has_provisional(self) -> bool:
        """暫定の答えのありうる計画か。"""
        return bool(self.provisional)

    def scale(self, fiscal_year: int) -> dict[str, str]:
        """その年度の評価の段階から意味へ。"""
        return {step.grade: step.meaning for step in self._scales[fiscal_year]}

    def counts(self, fiscal_year: int, grade: str) -> Row:
        """その年度の評価の扱いの、符号と意味。書いた計画だけの列なので、ほかでは列がない。"""
        return counted(self._scales[fiscal_year], grade) if self.says_counts else ()

    def grades(self, placed: Placed) -> Iterator[tuple[Graded, int, str]]:
        """その実施項目に付いた評価。種類、年度、評価。"""
        last = self.plan.first_year
        for each in placed.years:
            last = each.fiscal_year
            if each.result.grade and self.plan.has("years.result.grade"):
                yield Graded.YEAR, each.fiscal_year, each.result.grade
        if placed.item.overall_grade and self.plan.has("overall_grade"):
            yield Graded.OVERALL, last, placed.item.overall_grade

    def report(self, year: YearPlan) -> Report:
        """その年度の実績が報告されたか。実績は、次の年度に報告する。"""
        if has_result(self.plan, year):
            return Report.REPORTED
        due = year.fiscal_year < self.plan.revision.fiscal_year
        return Report.NOT_REPORTED if due else Report.NOT_DUE

    def left_out(self) -> Iterator[tuple[str, int]]:
        """計画になかった年度に値があり、載せない実施項目と年度。終了したあとの見込みは数えない。"""
        revised = [one for one in self.yearly if one.asked == RoundKind.REVISION.value]
        for placed in self.places():
            item = placed.item
            for year in item.years:
                planned = any(isinstance(one.of(year), (int, float)) for one in revised)
                early = planned and year.fiscal_year < item.introduced
                if not placed.in_force(year.fiscal_year) and (early or has_result(self.plan, year)):
                    yield item.id, year.fiscal_year

    @property
    def yearly(self) -> tuple[PlanField, ...]:
        """年度ごとの欄。"""
        return tuple(one for one in self.plan.field_table.values() if one.per_year)

    def told(self, text: str) -> str:
        """``{terms.item}`` などを、この計画のことばにする。"""
        return worded(self.plan.words, text)

    def plain(self, text: str | None) -> str | None:
        """公開する一行。``None`` は ``None`` のまま。"""
        return None if text is None else self.characters.plain(text)

    @property
    def municipality(self) -> Row:
        """どの行も初めに持つ、市区町村の符号と名称。"""
        return self.plan.municipality_code, self.plain(self.plan.municipality)

    def item(self, item: Item) -> Row:
        """実施項目ごとの表の、どの行も初めに持つ値。"""
        return *self.municipality, item_key(item.id), self.plain(item.title)

    def places(self) -> Iterator[Placed]:
        """実施項目を、印刷の順に返す。終了したものは、その後ろに。"""
        for policy, measure, item in self.plan.items():
            yield Placed(policy, measure, self._as_it_was(item), self.plan.last_year(item))
        for policy, measure, item in self.plan.ended():
            last = self.plan.last_year(item)
            yield Placed(policy, measure, self._as_it_was(item), last, last + 1)

    def _as_it_was(self, item: Item) -> Item:
        years = tuple(self._facts.get((item.id, one.fiscal_year), one) for one in item.years)
        return item.model_copy(update={"years": years})

    def items(self) -> Iterator[Item]:
        """実施項目を返す。順は :meth:`places` のもの。"""
        for placed in self.places():
            yield placed.item

    def figure(self, value: Value, unit: str | None, number_format: str) -> Row:
        """値、単位、値の状態、記載された文字と、そこから読み取ったこと。"""
        shown_unit = clean_unit(unit)
        state, number, printed = _parted(value)
        reading = Reading()
        if state is ValueState.TEXT:
            reading = read_figure(printed or "", shown_unit, self._units)
        if number is not None and number_format.endswith("%"):
            number, shown_unit = _hundredfold(number), "%"
        limit = reading.limit
        return (
            number, shown_unit, state.value, STATES[state], self.plain(printed),
            reading.number, self.plain(reading.unit), reading.bracketed,
            limit.value if limit else None, LIMITS[limit] if limit else None,
            self.plain(reading.remark),
        )  # fmt: skip


def item_key(item_id: str) -> str:
    """公開するID。"""
    return ITEM_PREFIX + item_id


def year(fiscal_year: int | None) -> Row:
    """年度を、西暦と和暦で。"""
    return (None, None) if fiscal_year is None else (fiscal_year, wareki(fiscal_year))


def _parted(value: Value) -> tuple[ValueState, int | float | None, str | None]:
    if value is None:
        return ValueState.BLANK, None, None
    if not isinstance(value, str):
        return ValueState.NUMBER, value, None
    if is_dash(value):
        return ValueState.DASH, None, value
    return (ValueState.TEXT, None, value) if value.strip() else (ValueState.BLANK, None, None)


def _hundredfold(number: int | float) -> int | float:
    scaled = Decimal(repr(number)) * 100
    return int(scaled) if scaled == scaled.to_integral_value() else float(scaled)
