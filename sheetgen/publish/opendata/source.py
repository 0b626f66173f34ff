"""表を作るもと：計画と、公開する文字への置き換えと、符号の一覧を一緒に持つ。

機種依存文字とは、ここでは Shift_JIS（JIS X 0201 と JIS X 0208）にない字のこと。
Windows だけが別の字に当てる六字（``～`` など）は、規格では同じ字なので、そのままにする。
名に使うまれな漢字のように、置き換える字のないものもそのままにし、知らせる。
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sheetgen.era import wareki
from sheetgen.plan.item import Indicator, Item, Result, YearPlan
from sheetgen.plan.plan import EvaluationGrade, Measure, Plan, Policy
from sheetgen.plan.text import Value
from sheetgen.xlsx.data_book import DataColumn, DataType, Datum


@dataclass(frozen=True, slots=True)
class EndedItem:
    """前の年次見直しまで計画にあり、いまはない実施項目。

    ``item`` は、それがあった最後の年次見直しを閉じたときの姿。``ended`` は、
    それがなくなった最初の年次見直しの年度（西暦）。``scale`` は、その評価の段階の意味。
    """

    policy: Policy
    measure: Measure
    item: Item
    ended: int
    scale: tuple[EvaluationGrade, ...] = ()


_SAME_IN_STANDARD = frozenset("～－∥￠￡￢")
_DASHES = dict.fromkeys("‐‑‒–−", "-") | {"—": "―", "•": "・", "▪": "・", "\u00a0": " "}
_CIRCLE = "<circle>"


def is_dependent(character: str) -> bool:
    """機種依存文字か。"""
    if character in _SAME_IN_STANDARD:
        return False
    try:
        character.encode("shift_jis")
    except UnicodeEncodeError:
        return True
    return False


def equal_of(character: str) -> str | None:
    """置き換える先の文字。``①`` は ``(1)``、``㎡`` は ``m2``。なければ ``None``。"""
    plain = _DASHES.get(character) or unicodedata.normalize("NFKC", character)
    if plain == character or any(map(is_dependent, plain)):
        return None
    if unicodedata.decomposition(character).startswith(_CIRCLE):
        return f"({plain})"
    return plain


class Characters:
    """文字を置き換え、どれを何にしたかを覚える。"""

    def __init__(self) -> None:
        self.replaced: dict[str, str] = {}
        self.unusual: set[str] = set()

    def plain(self, text: str) -> str:
        """前後の空白を除き、機種依存文字を置き換えた一行。途中の空白はそのまま。"""
        return "".join(map(self._plain, text)).strip()

    def paragraphs(self, text: str | None) -> list[str]:
        """改行で分けた段落。空の行は除く。"""
        lines = (self.plain(line) for line in (text or "").splitlines())
        return [line for line in lines if line]

    def _plain(self, character: str) -> str:
        if character in "\t\n\r":
            return " "
        if not is_dependent(character):
            return character
        found = equal_of(character)
        if found is None:
            self.unusual.add(character)
            return character
        self.replaced[character] = found
        return found


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
    Item.model_fields["id"].title or "",
    DataType.CODE,
    f"計画の間変わらないID。計画のデータのIDの前に {ITEM_PREFIX} を付けたもの。",
)
ITEM = (
    *MUNICIPALITY,
    ITEM_ID,
    DataColumn("item", Item.model_fields["title"].title or "", DataType.TEXT, "実施項目の名称。"),
)
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
FIGURE = (
    DataColumn(
        "value",
        "値",
        DataType.NUMBER,
        "数値。桁区切りも単位も付けない。数でないときは空とし、値の状態がわけを示す。",
        unit="unit",
    ),
    DataColumn("unit", "単位", DataType.TEXT, "値の単位。単位のない値は「単位なし」。"),
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
    ),
)
POLICY_NUMBER = DataColumn(
    "policy_number",
    Policy.model_fields["number"].title or "",
    DataType.INTEGER,
    "基本方針の番号。",
    unit="番号",
)
POLICY = DataColumn(
    "policy", Policy.model_fields["name"].title or "", DataType.TEXT, "基本方針の名称。"
)
MEASURE_NUMBER = DataColumn(
    "measure_number",
    Measure.model_fields["number"].title or "",
    DataType.INTEGER,
    "計画全体で通した推進項目の番号。",
    unit="番号",
)
MEASURE = DataColumn(
    "measure", Measure.model_fields["name"].title or "", DataType.TEXT, "推進項目の名称。"
)


def coded(name: str, title: str, note: str) -> tuple[DataColumn, DataColumn]:
    """符号の列と、その意味の列。符号の一覧は ``name`` の名で引く。"""
    return (
        DataColumn(f"{name}_code", f"{title}コード", DataType.CODE, note, codes=name),
        DataColumn(name, title, DataType.TEXT, f"{title}コードの意味。"),
    )


def order(note: str) -> DataColumn:
    """並びの列。"""
    return DataColumn("order", "順", DataType.INTEGER, note, unit="番号")


NO_UNIT = "単位なし"
THOUSAND_YEN = "千円"
_NO_VALUE = frozenset("-‐−－ー―–")
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
    Owned.OWNER: Item.model_fields["owners"].title or "",
    Owned.RELATED: Item.model_fields["related_sections"].title or "",
}


class ValueKind(StrEnum):
    """指標の値の種類。"""

    CURRENT = "current"
    TARGET = "final_target"


VALUE_KINDS = {
    ValueKind.CURRENT: Indicator.model_fields["current"].title or "",
    ValueKind.TARGET: Indicator.model_fields["target"].title or "",
}


class Yearly(StrEnum):
    """年度ごとの値の種類。"""

    TARGET = "target"
    EFFECT = "effect"
    RESULT = "result_value"
    RESULT_EFFECT = "result_effect"


def _money(title: str) -> str:
    # 単位は単位の列にある
    return title.removesuffix(f"({THOUSAND_YEN})")


YEARLY = {
    Yearly.TARGET: YearPlan.model_fields["target"].title or "",
    Yearly.EFFECT: _money(YearPlan.model_fields["effect"].title or ""),
    Yearly.RESULT: Result.model_fields["value"].title or "",
    Yearly.RESULT_EFFECT: _money(Result.model_fields["effect"].title or ""),
}


class Graded(StrEnum):
    """評価の種類。"""

    YEAR = "grade"
    OVERALL = "overall_grade"


GRADED = {
    Graded.YEAR: "年度の評価",
    Graded.OVERALL: Item.model_fields["overall_grade"].title or "",
}


class GradeState(StrEnum):
    """評価の状態。"""

    GRADED = "graded"
    BLANK = "blank"


GRADE_STATES = {GradeState.GRADED: "評価あり", GradeState.BLANK: "まだ評価がない"}


class Status(StrEnum):
    """実施項目が、いまの計画にあるか。"""

    CURRENT = "current"
    ENDED = "ended"


STATUSES = {Status.CURRENT: "計画にある", Status.ENDED: "終了した"}


class Source:
    """計画と、終了した実施項目と、表に共通の値。"""

    def __init__(self, plan: Plan, ended: Sequence[EndedItem] = ()) -> None:
        self.plan = plan
        self.ended = tuple(ended)
        self.characters = Characters()

    @property
    def scale(self) -> dict[str, str]:
        """評価から意味へ。いまの計画にない段階は、終了した実施項目が使ったときだけ。"""
        found = {step.grade: step.meaning for step in self.plan.evaluation_scale}
        for one in self.ended:
            used = {year.result.grade for year in one.item.years} | {one.item.overall_grade}
            for step in one.scale:
                if step.grade in used:
                    found.setdefault(step.grade, step.meaning)
        return found

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

    def places(self) -> Iterator[tuple[Policy, Measure, Item, int | None]]:
        """実施項目を、印刷の順に返す。終了したものは、終了した年度とともに、その後ろに。"""
        for place in self.plan.items():
            yield *place, None
        for one in self.ended:
            yield one.policy, one.measure, one.item, one.ended

    def items(self) -> Iterator[Item]:
        """実施項目を返す。順は :meth:`places` のもの。"""
        for _, _, item, _ in self.places():
            yield item

    def figure(self, value: Value, unit: str | None, number_format: str) -> Row:
        """値、単位、値の状態コード、値の状態、記載された文字。"""
        shown_unit = self.plain(unit) or NO_UNIT
        state, number, printed = _parted(value)
        if number is not None and number_format.endswith("%"):
            number, shown_unit = _hundredfold(number), "%"
        return number, shown_unit, state.value, STATES[state], self.plain(printed)


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
    if value.strip() in _NO_VALUE:
        return ValueState.DASH, None, value
    return (ValueState.TEXT, None, value) if value.strip() else (ValueState.BLANK, None, None)


def _hundredfold(number: int | float) -> int | float:
    scaled = Decimal(repr(number)) * 100
    return int(scaled) if scaled == scaled.to_integral_value() else float(scaled)
