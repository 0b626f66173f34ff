"""実施項目の一覧の列。見出しは、計画のデータの欄の名と同じ。"""

from __future__ import annotations

import re
import unicodedata

from sheetgen.era import REIWA_OFFSET, wareki
from sheetgen.plan.item import Indicator, Item, OverviewRow, YearPlan
from sheetgen.plan.plan import Measure, Plan
from sheetgen.plan.round import FieldKind
from sheetgen.xlsx.list_book import ListColumn

MEASURE, OWNERS, RELATED, INTRODUCED = "measure", "owners", "related_sections", "introduced"
TITLE = "title"
FORMER = "former"
INITIATIVE, PLAN, TARGET, EFFECT = "initiative", "plan", "target", "effect"
_YEAR = re.compile(
    r"(?:(?P<reiwa>令和|R)(?P<number>\d{1,2}|元)|(?P<western>20\d\d))年度(?P<title>.+)"
)


def _of(model: type[Item | Indicator | OverviewRow], name: str) -> str:
    return model.model_fields[name].title or ""


_FIXED = (
    ListColumn(
        MEASURE, Measure.model_fields["name"].title or "", required=True,
        note="推進項目の番号か名称（例: 1 窓口）。▼から選べる。",
    ),
    ListColumn(
        "section", _of(Item, "section"), note="概要表で上に置く〔…〕の見出し。なければ空欄。"
    ),
    ListColumn(TITLE, _of(Item, "title"), required=True, note="実施項目の名称。一行で書く。"),
    ListColumn(
        OWNERS, _of(Item, "owners"), required=True,
        note="部と課（例: 総務部 総務課）。▼から選べる。二つ以上なら「、」で分け、初めの課に配る。",
    ),
    ListColumn(RELATED, _of(Item, "related_sections"), note="関わる所属。「、」で分ける。"),
    ListColumn(
        INTRODUCED, _of(Item, "introduced"),
        note="計画に加えた年度（例: 令和7年度）。"
        "空欄なら、初めの一覧では初年度、あとは年次見直しの年度。",
    ),
    ListColumn("improvement", _of(Item, "improvement"), note="段落は改行（Alt+Enter）で分ける。"),
    ListColumn("current_state", _of(Item, "current_state"), note="段落は改行で分ける。"),
    ListColumn("vision", _of(Item, "vision"), note="段落は改行で分ける。"),
    ListColumn("indicator.name", _of(Indicator, "name"), note="指標の名称。"),
    ListColumn("indicator.unit", _of(Indicator, "unit"), note="数の単位（例: 件）。"),
    ListColumn(
        "indicator.current", _of(Indicator, "current"), FieldKind.FIGURE,
        note="数だけを書く。数で表せないときは文字でもよい。",
    ),
    ListColumn("indicator.target", _of(Indicator, "target"), FieldKind.FIGURE, note="同じ。"),
)  # fmt: skip
FORMER_COLUMN = ListColumn(
    FORMER, "前の計画のID",
    note="前の計画のどの実施項目を引き継いだか。書き換えない。加えたときに、記録簿に残る。",
)  # fmt: skip
"""前の計画から引き継いだ一覧にだけある列。"""
_OVERVIEW = tuple(
    ListColumn(
        f"overview.{name}", field.title or "",
        note="概要表に書く文。空欄なら、左の欄から作る。",
    )
    for name, field in OverviewRow.model_fields.items()
)  # fmt: skip
_YEARLY = {
    INITIATIVE: ListColumn(
        INITIATIVE, _of(Item, "initiatives"), note="その年度に取り組むこと。段落は改行で分ける。"
    ),
    PLAN: ListColumn(
        PLAN, YearPlan.model_fields["plan"].title or "", note="その年度の計画の文。"
    ),
    TARGET: ListColumn(
        TARGET, YearPlan.model_fields["target"].title or "", FieldKind.FIGURE,
        note="その年度の目標。数だけを書く。",
    ),
    EFFECT: ListColumn(
        EFFECT, YearPlan.model_fields["effect"].title or "", FieldKind.MONEY,
        note="千円で書く。なければ「-」か空欄。",
    ),
}  # fmt: skip


def list_columns(plan: Plan) -> tuple[ListColumn, ...]:
    """記入する一覧の列。取組方針は、年次見直しの年度のものを求める。"""
    shown = min(max(plan.revision.fiscal_year, plan.first_year), plan.final_year)
    columns = [*_FIXED, yearly(INITIATIVE, shown)]
    for fiscal_year in plan.fiscal_years:
        columns += [yearly(name, fiscal_year) for name in (PLAN, TARGET, EFFECT)]
    return (*columns, *_OVERVIEW)


def yearly(name: str, fiscal_year: int) -> ListColumn:
    """ある年度の列。見出しは ``令和8年度 年次計画`` の形。"""
    column = _YEARLY[name]
    return ListColumn(
        f"{name}:{fiscal_year}", f"{wareki(fiscal_year)} {column.title}", column.kind,
        note=column.note, year=fiscal_year,
    )  # fmt: skip


def column_of(heading: str, plan: Plan) -> ListColumn | None:
    """この見出しの列。知らない見出しなら ``None``。全角・半角と空白の違いは問わない。"""
    wanted = _plain(heading)
    for column in (*_FIXED, *_OVERVIEW, FORMER_COLUMN):
        if _plain(column.title) == wanted:
            return column
    found = _YEAR.fullmatch(wanted)
    if not found:
        return None
    fiscal_year = _western(found)
    for name, column in _YEARLY.items():
        if _plain(column.title) == found["title"] and fiscal_year in plan.fiscal_years:
            return yearly(name, fiscal_year)
    return None


def fiscal_year_in(text: str) -> int | None:
    """``令和7年度``・``R7``・``2025`` を西暦の年度にする。読めなければ ``None``。"""
    plain = _plain(text).removesuffix("年度").removesuffix("年")
    found = _YEAR.fullmatch(f"{plain}年度。")
    return _western(found) if found else None


def required_columns() -> tuple[ListColumn, ...]:
    """なければならない列。"""
    return tuple(column for column in _FIXED if column.required)


def blank_texts() -> dict[str, str]:
    """空欄でも加えるが、空欄であることを告げる欄（名から見出しへ）。"""
    announced = ("improvement", "current_state", "vision", "indicator.name")
    return {column.key: column.title for column in _FIXED if column.key in announced}


def label_of(key: str, plan: Plan) -> str:
    """欄の見出し。"""
    titles = {column.key: column.title for column in (*_FIXED, *_OVERVIEW, FORMER_COLUMN)}
    if key in titles:
        return titles[key]
    name, _, fiscal_year = key.partition(":")
    return yearly(name, int(fiscal_year)).title


def _western(found: re.Match[str]) -> int:
    if found["western"]:
        return int(found["western"])
    return REIWA_OFFSET + (1 if found["number"] == "元" else int(found["number"]))


def _plain(text: str) -> str:
    """見出しを比べるための形。"""
    plain = unicodedata.normalize("NFKC", text).replace("・", "･")
    return "".join(plain.split()).replace("･", "").upper()
