"""まだ実施項目のない計画と、その作業フォルダーの説明 ``README.md``。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheetgen.era import wareki
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem, UsageError
from sheetgen.xlsx.list_book import ListGuide
from sheetgen.year.list_columns import (
    INTRODUCED,
    MEASURE,
    OWNERS,
    former_column,
    list_columns,
    list_file,
    list_sheet,
)
from sheetgen.year.starting_points import parse_grades


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """基本方針と、その推進項目の名称。"""

    name: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewSection:
    """課。``email`` は分からなければ ``None``。"""

    department: str
    section: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    """新しい計画を始める依頼。``first_year`` は西暦の年度、``years`` は計画の年数。

    ``policies`` は ``市民サービス：窓口、相談`` のように、書かれたまま。``sections`` は
    ``総務部 総務課`` の形で、続きは ``sections_file`` にあってもよい。

    ``source`` は、引き継ぐ前の計画のデータ。あれば ``policies`` と ``sections`` は空でもよい。
    ``items`` は引き継ぐ実施項目のIDで、空ならすべて。

    ``kind`` は始める形の名（:mod:`sheetgen.year.starting_points`）。``None`` なら、前の計画の形か、
    初めの形。``grades`` は評価の段階で、``S：目標を上回った：達成`` のように、書かれたまま。
    """

    folder: Path
    municipality: str
    plan_title: str
    office: str
    first_year: int
    years: int
    policies: tuple[str, ...]
    sections: tuple[str, ...] = ()
    sections_file: Path | None = None
    code: str | None = None
    source: Path | None = None
    items: tuple[str, ...] = ()
    kind: str | None = None
    grades: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InitResult:
    """始めた結果。``files`` は書いたもの（テンプレートを除く）。"""

    folder: Path
    files: tuple[Path, ...]
    templates: int
    problems: tuple[Problem, ...]


# 公式の文書に定めのない、仮の段階。編集ブックで直せる。
_SCALE = (
    ("A", "計画どおり、または計画を上回って進んだ"),
    ("B", "おおむね計画どおりに進んだ"),
    ("C", "計画より遅れている"),
    ("D", "着手していない、または大きく遅れている"),
)


def founding_tree(
    request: InitRequest,
    policies: Sequence[NewPolicy],
    sections: Sequence[NewSection],
    skeleton: Mapping[str, Any],
) -> dict[str, Any]:
    """実施項目のない計画の、JSON としての値。``skeleton`` は、始める形の決めていること。

    開くのは初年度。その文書は、立てた計画そのもので、年次見直しは次の年度から。
    """
    _check_levels(policies, skeleton)
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
        "open_data": {"license": None, "license_url": None, "contact": None},
        "fiscal_years": list(range(request.first_year, request.first_year + request.years)),
        "revision": {
            "fiscal_year": request.first_year,
            "published": None,
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
        **skeleton,
        **({"evaluation_scale": grades} if (grades := parse_grades(request.grades)) else {}),
    }


def _check_levels(policies: Sequence[NewPolicy], skeleton: Mapping[str, Any]) -> None:
    """一つの階層の計画に、二つめの階層が書かれていないこと。

    :raises UsageError: 書かれている（I048）。
    """
    if "measure" in skeleton.get("omit", ()):
        wrong = [one for one in policies if one.measures != (one.name,)]
        if wrong:
            raise UsageError(
                Problem("I048", Place(label="--policy"), {"policy": one.name}) for one in wrong
            )


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


def list_guide(plan: Plan, rows: Sequence[Mapping[str, Value]] = ()) -> ListGuide:
    """記入する一覧のブックの中身。``rows`` は、前の計画から引き継いだ行。"""
    words = plan.words
    years = [f"{wareki(year)}（{year}年度）" for year in (plan.first_year, plan.final_year)]
    return ListGuide(
        title=f"{plan.plan_title} {words.item}一覧",
        sheet=list_sheet(words),
        creator=plan.office,
        columns=(*list_columns(plan), *((former_column(words),) if rows else ())),
        choices={
            MEASURE: tuple(f"{one.number} {one.name}" for _, one in plan.measures()),
            OWNERS: tuple(owner.full_name for owner in plan.owners()),
            INTRODUCED: tuple(wareki(year) for year in plan.fiscal_years),
            **{one.key: one.options for one in list_columns(plan) if one.options},
        },
        lines=(
            f"「{list_sheet(words)}」のシートに、一行に一つの{words.item}を書きます。",
            "下の表に「○」のある欄（薄い黄色の見出し）は、必ず書きます。ほかは空欄でも構いません。",
            "見出しは変えず、列の順は変えても構いません。要らない列は消せます。",
            f"年度の列は、計画の期間（{years[0]}から{years[1]}まで）の年度ごとにあります。",
            _numbers(plan),
            "段落は、セルの中の改行（Alt+Enter）で分けます。",
            f"IDと番号は書きません。加えるときに、{words.above}ごとの次の番号が付きます。",
            "書き終えたら保存して閉じ、次を実行します（--dry-run を付けると、試すだけです）。",
            f"    sheetgen add-item --from {list_file(words)}",
            "直すところがあれば、シートとセルの番地が出ます。一つでもあれば、何も加えません。",
            f"加えた行は、次に使う前に消してください。同じ名称の{words.item}は、二度加えられません。",
            *(one.format(terms=words) for one in (_CARRIED if rows else ())),
        ),
        rows=tuple(rows),
    )


def _numbers(plan: Plan) -> str:
    """数の書き方。この計画の一覧にある欄のことだけを言う。"""
    told = ["数は数字だけを書きます。"]
    if plan.has("indicator.unit"):
        told.append(f"単位は「{plan.words['indicator.unit']}」の欄に書きます。")
    if any(one.kind is FieldKind.MONEY for one in list_columns(plan)):
        told.append("金額は千円です。")
    return "".join(told)


_CARRIED = (
    "初めからある行は、前の計画の{terms.item}です。続けないものは、行ごと消してください。",
    "「指標の現状値」には、最後に分かっている実績値（なければ前の計画の現状値）が入っています。",
    "{terms[improvement]}、{terms[current_state]}、{terms.short[vision]}は前の計画の文なので、次の計画の文に直してください。",
    "目標値、取組方針、{terms[years.plan]}は空欄です。前の計画のものは写していません。",
)
README_FILE = "README.md"


def readme(plan: Plan) -> str:
    """説明の全文。"""
    first, last = wareki(plan.first_year), wareki(plan.final_year)
    paragraphs = [
        f"# {plan.municipality} {plan.plan_title}",
        f"{first}から{last}までの計画の、進捗管理の作業フォルダーです。"
        "`sheetgen` のコマンドは、このフォルダーで動かします。"
        "`sheetgen` が認識されないときは、代わりに `start.py` を、"
        "`python ..\\start.py check` のように、その場所を付けて打ちます。",
        "## このフォルダーにあるもの",
        _table(plan.words),
        "## はじめに行うこと",
        _steps(plan, first, wareki(plan.first_year + 1)),
        "## 決めておくこと",
        "\n".join(f"- {line.format(terms=plan.words)}" for line in _DECISIONS),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _table(words: Vocabulary) -> str:
    rows = (
        ("名", "中身"),
        ("---", "---"),
        ("`data/plan.json`", "計画のデータ。すべてのもとになる、ただ一つのファイル"),
        ("`data/plan.schema.json`", "計画のデータの型"),
        (
            "`templates`",
            "様式（`shinchoku_sheet.xlsx`）、編集ブック（`keikaku_henshu.xlsx`）、文書のテンプレート。"
            "Excel などで直せる",
        ),
        (f"`{list_file(words)}`", f"{words.item}を書く一覧"),
        ("`output`", "できたもの（動かすと作られる）"),
    )
    return "\n".join(f"| {name} | {told} |" for name, told in rows)


def _steps(plan: Plan, first: str, second: str) -> str:
    listed = list_file(plan.words)
    adding = (
        f"`{listed}` を Excel で開き、{plan.words.item}を書いて保存する。"
        "書き方は、そのブックの「書き方」のシートにある。",
        f"試しに読む: `sheetgen add-item --from {listed} --dry-run`",
        f"計画のデータに加える: `sheetgen add-item --from {listed}`",
    )
    asked = "取組方針"
    if not plan.has("initiatives"):
        asked = plan.words.short["years.plan"]
    steps = (
        *(adding if plan.item_count == 0 else ()),
        "点検する: `sheetgen check`",
        "計画を直すときは、`sheetgen edit` の書き出すブックを Excel で直し、"
        "`sheetgen edit ファイル` で記録する",
        "立てた計画の文書を作る: `sheetgen report`",
        f"{first}の秋に、{second}の{asked}を照会する: `sheetgen generate --round 見直し照会`",
        f"年度末に {second} を開く: `sheetgen rollover`（はじめの実績照会は、その後に行う）",
    )
    return "\n".join(f"{number}. {words}" for number, words in enumerate(steps, start=1))


_DECISIONS = (
    "評価の区分（初めは A から D の仮のもの）を、計画の定めに合わせてください。"
    "{terms.policy}の文章、計画の概要、電話とメールが空欄なら、文書を作る前に書いてください。"
    "どれも、`sheetgen edit` の書き出すブックにあります。",
    "同じブックの「部と課」に課のメールを書くと、送る前のメールの下書きに宛先が入ります。",
    "`data` のフォルダーは、毎日の控えの対象にしてください。",
)
