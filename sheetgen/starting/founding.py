"""まだ実施項目のない計画と、その作業フォルダーの説明。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sheetgen.era import wareki
from sheetgen.model.founding import InitRequest, NewPolicy, NewSection
from sheetgen.model.item_list import ITEM_SHEET, ListGuide
from sheetgen.model.plan import Plan
from sheetgen.problems import Place, Problem, UsageError
from sheetgen.starting.columns import INTRODUCED, MEASURE, OWNERS, list_columns

LIST_FILE = "実施項目一覧.xlsx"
TEMPLATE_YEARS = 5
"""同梱の様式の年数。"""

# 公式の文書に定めのない、仮の段階。計画のデータで直せる。
_SCALE = (
    ("A", "計画どおり、または計画を上回って進んだ"),
    ("B", "おおむね計画どおりに進んだ"),
    ("C", "計画より遅れている"),
    ("D", "着手していない、または大きく遅れている"),
)


def founding_tree(
    request: InitRequest, policies: Sequence[NewPolicy], sections: Sequence[NewSection]
) -> dict[str, Any]:
    """実施項目のない計画の、JSON としての値。

    初めての年次見直しは、二年目のもの。一年目には、まだ聞く実績がない。
    """
    revised = request.first_year + 1
    departments: dict[str, list[dict[str, Any]]] = {}
    for one in sections:
        listed = departments.setdefault(one.department, [])
        if not any(section["name"] == one.section for section in listed):
            listed.append({"name": one.section, "email": one.email})
    listed_policies = []
    number = 0
    for order, policy in enumerate(policies, start=1):
        measures = []
        for name in policy.measures:
            number += 1
            measures.append({"number": number, "name": name, "notes": [], "entries": []})
        listed_policies.append(
            {"number": order, "name": policy.name, "description": "", "measures": measures}
        )
    return {
        "schema_version": 1,
        "municipality": request.municipality,
        "municipality_code": request.code,
        "plan_title": request.plan_title,
        "office": request.office,
        "contact": {"phone": None, "email": None},
        "fiscal_years": list(range(request.first_year, request.first_year + request.years)),
        "revision": {
            "fiscal_year": revised,
            "published": f"{revised}-03",
            "highlights": [],
            "highlight_notes": [],
            "retired_items": [],
        },
        "evaluation_scale": [{"grade": grade, "meaning": words} for grade, words in _SCALE],
        "overview": {},
        "departments": [
            {"name": name, "sections": sections} for name, sections in departments.items()
        ],
        "policies": listed_policies,
    }


def parse_policy(text: str) -> NewPolicy:
    """``市民サービス：窓口、相談`` を読む。推進項目がなければ、基本方針と同じ名とする。

    :raises UsageError: 基本方針の名がない（I007）。
    """
    name, _, rest = text.replace("：", ":").partition(":")
    name = name.strip()
    if not name:
        raise UsageError(Problem("I007", facts={"value": text}))
    for mark in (",", "，"):
        rest = rest.replace(mark, "、")
    measures = tuple(one.strip() for one in rest.split("、") if one.strip())
    return NewPolicy(name, measures or (name,))


def parse_section(text: str, place: Place | None = None) -> NewSection:
    """``総務部 総務課``・``総務部,総務課,メール`` を読む。

    :raises UsageError: 部と課が見分けられない（I004）。
    """
    plain = text
    for mark in (",", "，", "、", "\t", "\u3000"):
        plain = plain.replace(mark, " ")
    parts = plain.split()
    if len(parts) not in (2, 3) or (len(parts) == 3 and "@" not in parts[2]):
        raise UsageError(Problem("I004", place or Place(), {"value": text.strip()}))
    return NewSection(parts[0], parts[1], parts[2] if len(parts) == 3 else None)


def parse_sections(text: str, file: str) -> tuple[NewSection, ...]:
    """部と課のファイルを読む。空の行と、「部,課」の見出しの行は飛ばす。

    :raises UsageError: 読めない行がある。その行をすべて挙げる（I004）。
    """
    found: list[NewSection] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.strip(" \t\u3000,")
        if not written or written.replace(" ", "").startswith("部,課"):
            continue
        try:
            found.append(parse_section(written, Place(file=file, label=f"{number}行目")))
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(problems)
    return tuple(found)


def founding_notes(request: InitRequest) -> list[Problem]:
    """始めた後で、しておくこと。"""
    if request.years == TEMPLATE_YEARS:
        return []
    return [Problem("I006", facts={"years": request.years})]


def list_guide(plan: Plan) -> ListGuide:
    """記入する一覧のブックの中身。"""
    years = [f"{wareki(year)}（{year}年度）" for year in (plan.first_year, plan.final_year)]
    return ListGuide(
        title=f"{plan.plan_title} 実施項目一覧",
        creator=plan.office,
        columns=list_columns(plan),
        choices={
            MEASURE: tuple(f"{one.number} {one.name}" for _, one in plan.measures()),
            OWNERS: tuple(owner.full_name for owner in plan.owners()),
            INTRODUCED: tuple(wareki(year) for year in plan.fiscal_years),
        },
        lines=(
            f"「{ITEM_SHEET}」のシートに、一行に一つの実施項目を書きます。",
            "下の表に「○」のある欄（薄い黄色の見出し）は、必ず書きます。ほかは空欄でも構いません。",
            "見出しは変えず、列の順は変えても構いません。要らない列は消せます。",
            f"年度の列は、計画の期間（{years[0]}から{years[1]}まで）の年度ごとにあります。",
            "数は数字だけを書きます。単位は「単位」の欄に書きます。金額は千円です。",
            "段落は、セルの中の改行（Alt+Enter）で分けます。",
            "IDと番号は書きません。加えるときに、推進項目ごとの次の番号が付きます。",
            "書き終えたら保存して閉じ、次を実行します（--dry-run を付けると、試すだけです）。",
            f"    sheetgen add-item --from {LIST_FILE}",
            "直すところがあれば、シートとセルの番地が出ます。一つでもあれば、何も加えません。",
            "加えた行は、次に使う前に消してください。同じ名称の実施項目は、二度加えられません。",
        ),
    )
