"""実施項目の一覧の列。見出しは、計画のデータの欄の名と同じ。"""

from __future__ import annotations

import re
import unicodedata

from sheetgen.era import REIWA_OFFSET, wareki
from sheetgen.form.jobs import safe_name
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.fields import SHIPPED, YEARS, PlanField
from sheetgen.plan.item import Indicator, Item, OverviewRow, YearPlan
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind, RoundKind
from sheetgen.plan.text import Record
from sheetgen.xlsx.list_book import ListColumn
from sheetgen.xlsx.refs import sheet_name

MEASURE, OWNERS, RELATED, INTRODUCED = "measure", "owners", "related_sections", "introduced"
TITLE = "title"
FORMER = "former"
INITIATIVE, PLAN, TARGET, EFFECT = "initiative", "plan", "target", "effect"
_YEAR = re.compile(
    r"(?:(?P<reiwa>令和|R)(?P<number>\d{1,2}|元)|(?P<western>20\d\d))年度(?P<title>.+)"
)


def list_sheet(words: Vocabulary) -> str:
    """一覧のシートの名。"""
    return sheet_name(words.item)


def list_file(words: Vocabulary) -> str:
    """一覧のファイルの名。"""
    return f"{safe_name(words.item)}一覧.xlsx"


def _label(words: Vocabulary, path: str, model: type[Record], name: str) -> str:
    """欄の見出し。"""
    return words.labels.get(path) or model.model_fields[name].title or ""


def _fixed(words: Vocabulary, level: str) -> tuple[ListColumn, ...]:
    """年度のない列。``level`` は、項目のすぐ上の階層の名。"""

    def of(name: str) -> str:
        return _label(words, name, Item, name)

    def of_indicator(name: str) -> str:
        return _label(words, f"indicator.{name}", Indicator, name)

    return (
        ListColumn(
            MEASURE, level, required=True,
            note=f"{level}の番号か名称（例: 1 窓口）。▼から選べる。",
        ),
        ListColumn(
            "section", words.section, note="概要表で上に置く〔…〕の見出し。なければ空欄。"
        ),
        ListColumn(TITLE, of("title"), required=True, note=f"{words.item}の名称。一行で書く。"),
        ListColumn(
            OWNERS, of("owners"), required=True,
            note="部と課（例: 総務部 総務課）。▼から選べる。"
            "二つ以上なら「、」で分け、初めの課に配る。",
        ),
        ListColumn(RELATED, of("related_sections"), note="関わる所属。「、」で分ける。"),
        ListColumn(
            INTRODUCED, of("introduced"),
            note="計画に加えた年度（例: 令和7年度）。"
            f"空欄なら、初めの一覧では初年度、あとは{words.revision}の年度。",
        ),
        ListColumn("improvement", of("improvement"), note="段落は改行（Alt+Enter）で分ける。"),
        ListColumn("current_state", of("current_state"), note="段落は改行で分ける。"),
        ListColumn("vision", of("vision"), note="段落は改行で分ける。"),
        ListColumn("indicator.name", of_indicator("name"), note="指標の名称。"),
        ListColumn("indicator.unit", of_indicator("unit"), note="数の単位（例: 件）。"),
        ListColumn(
            "indicator.current", of_indicator("current"), FieldKind.FIGURE,
            note="数だけを書く。数で表せないときは文字でもよい。",
        ),
        ListColumn("indicator.target", of_indicator("target"), FieldKind.FIGURE, note="同じ。"),
    )  # fmt: skip


def former_column(words: Vocabulary) -> ListColumn:
    """前の計画から引き継いだ一覧にだけある列。"""
    return ListColumn(
        FORMER, "前の計画のID",
        note=f"前の計画のどの{words.item}を引き継いだか。"
        "書き換えない。加えたときに、記録簿に残る。",
    )  # fmt: skip


def _overview(words: Vocabulary) -> tuple[ListColumn, ...]:
    return tuple(
        ListColumn(
            f"overview.{name}", _label(words, f"overview.{name}", OverviewRow, name),
            note="概要表に書く文。空欄なら、左の欄から作る。",
        )
        for name in OverviewRow.model_fields
    )  # fmt: skip


_YEARLY = (INITIATIVE, PLAN, TARGET, EFFECT)
_YEARLY_NOTES = {
    INITIATIVE: "その年度に取り組むこと。段落は改行で分ける。",
    PLAN: "その年度の計画の文。",
    TARGET: "その年度の目標。数だけを書く。",
    EFFECT: "千円で書く。なければ「-」か空欄。",
}
_YEARLY_KINDS = {TARGET: FieldKind.FIGURE, EFFECT: FieldKind.MONEY}


def _yearly_title(words: Vocabulary, name: str) -> str:
    """年度のない見出し。"""
    if name == INITIATIVE:
        return _label(words, "initiatives", Item, "initiatives")
    return _label(words, f"years.{name}", YearPlan, name)


def _own(plan: Plan, per_year: bool) -> list[PlanField]:
    """計画が増やした欄のうち、計画を作るときに書くもの。ほかの照会の答えと、事務局の書く欄を除く。"""
    return [
        one
        for one in plan.field_table.values()
        if one.is_declared
        and one.per_year is per_year
        and one.asked in (None, RoundKind.REVISION.value)
    ]


def _without_year(plan: Plan, words: Vocabulary) -> tuple[ListColumn, ...]:
    """年度のない列。計画にない欄は除き、増やした欄を後ろに加える。"""
    own = (
        ListColumn(
            one.key, words.labels.get(one.key, one.label), one.kind, required=False,
            note=_note(one), options=one.options,
        )
        for one in _own(plan, False)
    )  # fmt: skip
    level = words.measure if plan.has(MEASURE) else words.policy
    kept = (one for one in _fixed(words, level) if one.key == MEASURE or plan.has(one.key))
    return (*kept, *own)


def _of_overview(plan: Plan, words: Vocabulary) -> tuple[ListColumn, ...]:
    return tuple(one for one in _overview(words) if plan.has(one.key))


def yearly_names(plan: Plan) -> tuple[str, ...]:
    """年度ごとに書く欄の名。"""
    built_in = (
        name
        for name in _YEARLY
        if plan.has("initiatives" if name == INITIATIVE else f"{YEARS}{name}")
    )
    return (*built_in, *(one.name for one in _own(plan, True)))


def list_columns(plan: Plan) -> tuple[ListColumn, ...]:
    """記入する一覧の列。取組方針は、見直しの年度のものを求める。"""
    shown = min(max(plan.revision.fiscal_year, plan.first_year), plan.final_year)
    names = yearly_names(plan)
    columns = list(_without_year(plan, plan.words))
    columns += [yearly(INITIATIVE, shown, plan)] if INITIATIVE in names else []
    for fiscal_year in plan.fiscal_years:
        columns += [yearly(name, fiscal_year, plan) for name in names if name != INITIATIVE]
    return (*columns, *_of_overview(plan, plan.words))


def yearly(name: str, fiscal_year: int, plan: Plan, words: Vocabulary | None = None) -> ListColumn:
    """ある年度の列。見出しは ``令和8年度 年次計画`` の形。``words`` は、見出しのことば。"""
    said, own = words or plan.words, plan.field_table.get(f"{YEARS}{name}")
    declared = own is not None and own.is_declared
    title = own.label if own and declared else _yearly_title(said, name)
    return ListColumn(
        f"{name}:{fiscal_year}", f"{wareki(fiscal_year)} {title}",
        own.kind if own and declared else _YEARLY_KINDS.get(name, FieldKind.TEXT),
        note=_note(own) if own and declared else _YEARLY_NOTES[name], year=fiscal_year,
        options=own.options if own and declared else (),
    )  # fmt: skip


_NOTES = {
    FieldKind.TEXT: "段落は改行で分ける。",
    FieldKind.FIGURE: "数だけを書く。数で表せないときは文字でもよい。",
    FieldKind.MONEY: _YEARLY_NOTES[EFFECT],
}


def _note(one: PlanField) -> str:
    """増やした欄の書き方。"""
    return _NOTES.get(one.kind) or f"「{'」「'.join(one.options)}」から選ぶ。"


def column_of(heading: str, plan: Plan) -> ListColumn | None:
    """この見出しの列。知らない見出しなら ``None``。全角・半角と空白の違いは問わない。

    見出しは、計画のことばでも、初めのことばでもよい。
    """
    wanted = _plain(heading)
    ours = _named(plan, plan.words)
    for words in (plan.words, SHIPPED):
        for column in _named(plan, words).values():
            if _plain(column.title) == wanted:
                return ours[column.key]
    found = _YEAR.fullmatch(wanted)
    if not found:
        return None
    fiscal_year = _western(found)
    for words in (plan.words, SHIPPED):
        for name in yearly_names(plan):
            shown = yearly(name, plan.first_year, plan, words).title.partition(" ")[2]
            if _plain(shown) == found["title"] and fiscal_year in plan.fiscal_years:
                return yearly(name, fiscal_year, plan)
    return None


def _named(plan: Plan, words: Vocabulary) -> dict[str, ListColumn]:
    """年度のない列のすべて。名がキー。"""
    columns = (*_without_year(plan, words), *_of_overview(plan, words), former_column(words))
    return {column.key: column for column in columns}


def fiscal_year_in(text: str) -> int | None:
    """``令和7年度``・``R7``・``2025`` を西暦の年度にする。読めなければ ``None``。"""
    plain = _plain(text).removesuffix("年度").removesuffix("年")
    found = _YEAR.fullmatch(f"{plain}年度。")
    return _western(found) if found else None


def required_columns(plan: Plan) -> tuple[ListColumn, ...]:
    """なければならない列。"""
    return tuple(column for column in _without_year(plan, plan.words) if column.required)


def blank_texts(plan: Plan) -> dict[str, str]:
    """空欄でも加えるが、空欄であることを告げる欄（名から見出しへ）。"""
    announced = ("improvement", "current_state", "vision", "indicator.name")
    columns = _without_year(plan, plan.words)
    return {column.key: column.title for column in columns if column.key in announced}


def label_of(key: str, plan: Plan) -> str:
    """欄の見出し。"""
    found = _named(plan, plan.words).get(key)
    if found is not None:
        return found.title
    name, _, fiscal_year = key.partition(":")
    if not fiscal_year:
        return plan.words.labels.get(key, key)
    return yearly(name, int(fiscal_year), plan).title


def _western(found: re.Match[str]) -> int:
    if found["western"]:
        return int(found["western"])
    return REIWA_OFFSET + (1 if found["number"] == "元" else int(found["number"]))


def _plain(text: str) -> str:
    """見出しを比べるための形。"""
    plain = unicodedata.normalize("NFKC", text).replace("・", "･")
    return "".join(plain.split()).replace("･", "").upper()
