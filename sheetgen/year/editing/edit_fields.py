"""編集ブックのどの欄が、計画のデータの何に当たるか。

道は、繰り返しの変数を ``row`` と書いたもの。ここにある道だけが、ロックを外して記入欄にできる。
``relative`` は、行の ``key`` から値までの場所。None のものは、行ごとの決まりで扱う。
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple

from sheetgen.messages.vocabulary import Vocabulary, terms
from sheetgen.plan.fields import INDICATOR, YEARS, PlanField, key_of_path
from sheetgen.plan.item import CrossReference, Item, OverviewRow, Result, YearPlan
from sheetgen.plan.leaves import LeafKind, leaf_at, path_of, steps_of
from sheetgen.plan.plan import Plan


class EditKind(StrEnum):
    """欄の読み方。LeafKind と同じ名のものは、一つの値。ほかは、いくつかの値か、指図。"""

    TEXT = "text"
    LINE = "line"
    FIGURE = "figure"
    MONEY = "money"
    GRADE = "grade"
    CHOICE = "choice"
    YEAR = "year"
    MONTH = "month"
    CODE = "code"
    FORMAT = "format"
    ITEM = "item"
    FLAG = "flag"
    OWNERS = "owners"
    """主管課。``企画部 経営企画課、総務部 管財課``。値は ``{department, section}`` の並び。"""
    NAMES = "names"
    """「、」で分けた名。値は文字の並び。"""
    MEASURE = "measure"
    """推進項目の番号か名。値はその番号。"""
    POLICY = "policy"
    """基本方針の番号か名。値はその番号。"""
    ORDER = "order"
    """並びの順。1から始まる整数。"""
    COUNT = "count"
    """計画の年数。"""
    WORD = "word"
    """行の種類や欄の名など、決まったことばの一つ。値はそのことば。"""
    DECISION = "decision"
    """採る（○）か、採らない（×）か。値は真、偽、まだなら None。"""
    REASON = "reason"
    """直したわけ。"""
    COUNTS = "counts"
    """評価の扱い。``達成`` などのことばで書く。値は ``achieved`` など。"""


class EditField(NamedTuple):
    """一つの欄。

    ``title`` は、計画のことば（``{terms…}``）の入る見出し。``key`` は計画の欄の名。``options`` は、
    計画が増やした欄の、選べる値。
    """

    path: str
    kind: EditKind
    relative: str | None
    title: str
    key: str = ""
    options: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """見出し。計画のことばで言う。"""
        words = terms()
        return words.labels.get(self.key) or self.title.format(terms=words)


def _leaf(path: str, record: str, relative: str) -> EditField:
    """計画のデータの一つの値。``record`` は、型をたどるための、その記録のある場所の例。"""
    found = leaf_at((*steps_of(record), *steps_of(relative)))
    assert found is not None, path
    key = key_of_path(path_of((*steps_of(record), *steps_of(relative))))
    return EditField(path, EditKind(found.kind.value), relative, found.label, key)


_SECTION = "departments[0].sections[0]"
_MEASURE = "policies[0].measures[0]"
_ENTRY = f"{_MEASURE}.entries[0]"
_YEAR = f"{_ENTRY}.years[0]"
_TITLES = {
    "department": "部の名称",
    "order": "順",
    "policy": "{terms.policy}",
    "measure": "{terms.above}",
    "kind": "種類",
    "decision": "採る",
    "settled": "このままでよい",
    "reason": "直したわけ",
    "counts": "扱い",
}
_ITEM_LEAVES = (
    "section", "title", "introduced", "improvement", "current_state", "vision", "indicator.name",
    "indicator.unit", "indicator.current", "indicator.target", "indicator.number_format",
)  # fmt: skip
_RESULT_LEAVES = ("text", "value", "effect", "grade")


def _title(model: type[Item | YearPlan | Result | OverviewRow], name: str) -> str:
    return model.model_fields[name].title or ""


CELLS: tuple[EditField, ...] = (
    *(
        _leaf(f"plan.{name}", "", name)
        for name in (
            "municipality", "municipality_code", "plan_title", "office", "contact.phone",
            "contact.email", "open_data.license", "open_data.license_url", "open_data.contact",
            "revision.published",
        )
    ),
    EditField("founding.first_year", EditKind.YEAR, None, "計画の初年度"),
    EditField("founding.years", EditKind.COUNT, None, "計画の年数"),
)  # fmt: skip
"""表の外の欄。"""

LISTS: dict[str, tuple[EditField, ...]] = {
    "sections": (
        EditField("row.order", EditKind.ORDER, None, _TITLES["order"]),
        EditField("row.department", EditKind.LINE, None, _TITLES["department"]),
        _leaf("row.section.name", _SECTION, "name"),
        _leaf("row.section.email", _SECTION, "email"),
    ),
    "highlights": (
        EditField("row.order", EditKind.ORDER, None, _TITLES["order"]),
        EditField("row.kind", EditKind.WORD, None, _TITLES["kind"]),
        EditField("row.policy", EditKind.POLICY, None, _TITLES["policy"]),
        _leaf("row.text", "revision.highlights[0]", "text"),
        _leaf("row.is_new", "revision.highlights[0]", "is_new"),
    ),
    "policy_texts": (
        EditField("row.policy", EditKind.ORDER, None, "{terms.policy}の番号"),
        EditField("row.measure", EditKind.ORDER, None, "{terms.measure}の番号"),
        EditField("row.label", EditKind.WORD, None, "欄"),
        EditField("row.text", EditKind.TEXT, "", "名称・文章"),
    ),
    "overview": (
        EditField("row.measure", EditKind.MEASURE, None, _TITLES["measure"]),
        EditField("row.item_id", EditKind.ITEM, None, "{terms.item}のID"),
        EditField("row.section", EditKind.LINE, "section", "{terms.section}"),
        _leaf("row.title", _ENTRY, "overview.title"),
        _leaf("row.improvement", _ENTRY, "overview.improvement"),
        _leaf("row.policy", _ENTRY, "overview.policy"),
        EditField("row.settled", EditKind.DECISION, None, _TITLES["settled"]),
        _leaf("row.indicator", _ENTRY, "overview.indicator"),
        _leaf("row.target", _ENTRY, "overview.target"),
        _leaf("row.owners", _ENTRY, "overview.owners"),
        EditField(
            "row.reference_mark", EditKind.LINE, "mark",
            CrossReference.model_fields["mark"].title or "",
        ),
        EditField(
            "row.note",
            EditKind.LINE,
            "note",
            CrossReference.model_fields["note"].title or "",
        ),
    ),
    "items": (
        EditField("row.measure", EditKind.MEASURE, None, _TITLES["measure"]),
        EditField("row.owners", EditKind.OWNERS, "owners", _title(Item, "owners"), "owners"),
        EditField(
            "row.related_sections", EditKind.NAMES, "related_sections",
            _title(Item, "related_sections"), "related_sections",
        ),
        EditField(
            "row.introduced", EditKind.YEAR, "introduced", _title(Item, "introduced"), "introduced"
        ),
        *(
            _leaf(f"row.item.{name}", _ENTRY, name)
            for name in _ITEM_LEAVES if name != "introduced"
        ),
    ),
    "years": (
        EditField("row.title", EditKind.LINE, None, _title(Item, "title"), "title"),
        EditField("row.fiscal_year", EditKind.YEAR, None, _title(YearPlan, "fiscal_year")),
        *(_leaf(f"row.year.{name}", _YEAR, name) for name in ("plan", "target", "effect")),
        EditField(
            "row.initiative", EditKind.TEXT, None, _title(Item, "initiatives"), "initiatives"
        ),
    ),
    "results": (
        *(
            _leaf(f"row.year.result.{name}", _YEAR, f"result.{name}")
            for name in _RESULT_LEAVES
        ),
        EditField(
            "row.overall_grade", EditKind.GRADE, None, _title(Item, "overall_grade"),
            "overall_grade",
        ),
        EditField("row.reason", EditKind.REASON, None, _TITLES["reason"]),
    ),
    "grades": (
        EditField("row.order", EditKind.ORDER, None, _TITLES["order"]),
        _leaf("row.step.grade", "evaluation_scale[0]", "grade"),
        _leaf("row.step.meaning", "evaluation_scale[0]", "meaning"),
        EditField("row.counts", EditKind.COUNTS, "counts", _TITLES["counts"]),
    ),
    "overview_texts": (EditField("row.text", EditKind.TEXT, "", "文"),),
    "proposals": (EditField("row.decision", EditKind.DECISION, None, _TITLES["decision"]),),
    "stale_names": (EditField("row.decision", EditKind.DECISION, None, _TITLES["decision"]),),
}  # fmt: skip
"""並べたもの（テンプレートの ``{% for row in … %}``）ごとの、記入欄になりうる欄。"""
KEY_PATH = "row.key"
"""行の目印の道。どの表にも、隠した列に置く。"""
ADDING = frozenset(
    {"sections", "highlights", "policy_texts", "overview", "items", "years", "grades"}
)
"""行を足せる表。"""


class TextRow(IntEnum):
    """「基本方針と推進項目」の表の、何の行か。"""

    POLICY = 0
    MEASURE = 1
    DESCRIPTION = 2
    NOTE = 3

    @property
    def is_of_measure(self) -> bool:
        """推進項目の番号の要る行か。"""
        return self in (TextRow.MEASURE, TextRow.NOTE)


def text_labels(words: Vocabulary) -> dict[str, TextRow]:
    """「欄」に書くことばから、何の行かへ。"""
    return {
        words.policy: TextRow.POLICY,
        words.measure: TextRow.MEASURE,
        f"{words.policy}の文章": TextRow.DESCRIPTION,
        "概要表の☆の文章": TextRow.NOTE,
    }


def text_row(label: object) -> TextRow | None:
    """「欄」に書かれたことばは、何の行か。知らないことばなら ``None``。

    計画のことばが決まる前に書き出したブックや、同梱のテンプレートの「欄」は、初めのことばで書いてある。
    """
    return {**text_labels(Vocabulary()), **text_labels(terms())}.get(str(label))


def text_label(key: str, words: Vocabulary) -> str:
    """行の目印（``policies[0].description``）から、その行の「欄」のことば。"""
    row = TextRow.MEASURE if ".measures[" in key else TextRow.POLICY
    if ".notes[" in key:
        row = TextRow.NOTE
    elif key.endswith(".description"):
        row = TextRow.DESCRIPTION
    return next(label for label, one in text_labels(words).items() if one is row)


_HOMES = {"items": "", "overview": "overview.", "years": YEARS, "results": YEARS}
"""表から、その列の欄の、欄の表での名の初め。"""
_OTHER_NAMES = {
    "initiative": "initiatives",
    "coming": "initiatives",
    "unit": f"{INDICATOR}.unit",
    "overall_grade": "overall_grade",
    "owners": "owners",
    "title": "title",
}
"""列の道から名のすぐには分からない欄。"""
YEAR_VALUES, ITEM_VALUES = "year_values", "item_values"
WORDS, STEPS = "words", "steps"
OWN_TABLES = (YEAR_VALUES, ITEM_VALUES, WORDS, STEPS)
"""計画が自分で決めたものの表。テンプレートにはなく、要る計画のブックにだけ作る。"""


def key_of_column(rows: str, path: str) -> str | None:
    """表の列の、欄の表での名。欄の表にありえない列では ``None``。"""
    if rows not in _HOMES or path == KEY_PATH:
        return None
    name = path.partition(".")[2]
    if name == "measure":
        return None  # 一つの階層の計画でも、どこに置くかを書く
    if rows == "overview":
        if name == "section":
            return name
        return _OTHER_NAMES["coming"] if name == "coming" else f"overview.{name}"
    inner = name.removeprefix("item.").removeprefix("year.")
    if inner in _OTHER_NAMES:
        return _OTHER_NAMES[inner]
    return f"{_HOMES[rows]}{inner}" if inner != name or rows == "items" else None


def lists_of(plan: Plan) -> dict[str, tuple[EditField, ...]]:
    """この計画の、表ごとの欄。ない欄を除き、増やした欄を加える。"""
    found: dict[str, tuple[EditField, ...]] = {}
    for rows, fields in LISTS.items():
        keyed = [(one, key_of_column(rows, one.path)) for one in fields]
        found[rows] = tuple(one for one, key in keyed if key is None or plan.has(key))
    declared = [one for one in plan.field_table.values() if one.is_declared]
    reason = EditField("row.reason", EditKind.REASON, None, _TITLES["reason"])
    yearly = tuple(_declared(one) for one in declared if one.per_year)
    return {
        **found,
        YEAR_VALUES: (*yearly, reason),
        ITEM_VALUES: tuple(_declared(one) for one in declared if not one.per_year),
        WORDS: (EditField("row.own", EditKind.LINE, None, "この計画のことば"),),
        STEPS: (EditField("row.counts", EditKind.COUNTS, "counts", _TITLES["counts"]),),
    }


def _declared(one: PlanField) -> EditField:
    kind = EditKind(one.kind.value)
    title = one.label.replace("{", "{{").replace("}", "}}")
    return EditField(f"row.{one.name}", kind, one.name, title, one.key, one.options)


def owes_reason(plan: Plan, rows: str, one: EditField) -> bool:
    """課の答えの欄か。書いてあるものを直すときは、わけが要る。"""
    if rows == "results":
        return True
    key = f"{YEARS}{one.relative}"
    field = plan.field_table.get(key) if rows == YEAR_VALUES else None
    return field is not None and field.on_form


def kind_at(field: EditField, key: str, plan: Plan | None = None) -> LeafKind | None:
    """その行でのその欄の値の種類。文の行では、行ごとに違う。値の欄でなければ ``None``。"""
    if field.relative is None:
        return None
    found = leaf_at((*steps_of(key), *steps_of(field.relative)), plan)
    return found.kind if found else None
