"""点検の一覧のページ（docs/checks.md）が、今のプログラムと合っていること。

``pytest tests/test_checks_page.py --update-docs`` でページを新しくする。
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sheetgen.collect.rules.table import RULES
from sheetgen.messages.catalogue import CATALOGUE
from sheetgen.messages.values import READINGS
from sheetgen.plan.fields import SHIPPED
from sheetgen.problems import Level

PAGE = Path("docs") / "checks.md"
TITLES = {
    "R0": "届いたファイル",
    "R1": "様式の見分けと、欄の見つけ方",
    "R2": "値の読み方",
    "R3": "答えの点検",
    "R4": "計画のデータとの突き合わせ",
    "R5": "記録と取り消し",
    "R6": "回収結果と差戻し",
}
ROLES = {
    "text": "取組実績",
    "value": "実績値",
    "effect": "実績効果額",
    "grade": "評価",
    "overall": "全期間総合評価",
    "initiative": "取組方針・取組内容",
    "plan": "年次計画",
    "target": "目標値（見直し）",
    "planned_effect": "効果見込額（見直し）",
    "words": "文の欄",
    "statements": "文の欄（増やした欄を除く）",
    "required": "必ず書く、増やした欄",
    "figures": "増やした数の欄",
    "amounts": "計画の額のない金額の欄",
    "any": "開いたすべての欄",
}
WAIVED = {Level.ERROR: "通せない", Level.CONFIRM: "通せる", Level.NOTE: "要らない"}
INTRODUCTION = """# 回収の点検

`sheetgen collect` が出す問題の一覧です。このページは、プログラムの持つ文面から作られます
（`python start.py test tests/test_checks_page.py --update-docs`）。

- **エラー**は、そのままでは記録できないもの。直したものを出してもらいます。
- **確認**は、課に尋ねるもの。その実施項目は、答えが出るまで記録しません。
  確かめて正しければ `--waive 符号:実施項目 --reason "わけ"` で通せます。わけは記録簿に残ります。
- **参考**は、知らせるだけのもの。記録は止まりません。

場所に実施項目のない問題（ファイルについての問題）は、どの実施項目の記録も止めません。
何も書かれていない様式には、何も尋ねません（未記入として数えます）。

「…」の所には、書かれていた値などが入ります。"""
MARKS = """## 空欄、0、「-」、「ー」

この四つは別のものとして読み、どれかを別のどれかに変えることはありません。

公式の文書は、数のない所に半角の `-` を、一か所だけ単位に長音の `ー` を使っています。全角の
`－`、ダッシュ `―` `—` `–` `‐`、負号 `−`、罫線 `─` は、一字だけで書かれていれば幅の違う `-` と
見て `-` で記録します。半角の長音 `ｰ` は `ー` で記録します。どちらも読み方の名（`dash`）を残します。
「なし」「未定」などのことばは、数に変えずそのまま残し、数を待つ欄なら尋ねます。公表する表の
書き方（`-`）と違い、効果がなかったのか、まだ分からないのかを、ことばからは決められないからです。

## 読み取らないもの

セルや文字の色、太字だけで示されたことは読み取りません。消し線は、消すのか残すのかを尋ねます（R212）。
ふりがなは答えに入れません。"""


def _cell(text: str) -> str:
    said = re.sub(r"\{terms[^}]*\}", lambda found: found[0].format(terms=SHIPPED), text)
    return re.sub(r"\{\w+\}", "…", said).replace("|", "\\|").replace("\n", " ")


def _fields(code: str) -> str:
    roles = dict.fromkeys(ROLES[rule.on] for rule in RULES if rule.code == code)
    return "、".join(roles) or "様式の全体など"


def checks_page() -> str:
    """一覧のページ。"""
    parts = [INTRODUCTION]
    for prefix in sorted({code[:2] for code in CATALOGUE if code.startswith("R")}):
        looks = prefix == "R3"
        head = ["符号", "重さ", *(["見る欄"] if looks else []), "何が分かったか", "対処", "--waive"]
        rows = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
        for code in sorted(code for code in CATALOGUE if code.startswith(prefix)):
            message = CATALOGUE[code]
            fields = [_fields(code)] if looks else []
            cells = [code, message.level, *fields, _cell(message.cause), _cell(message.remedy)]
            rows.append(f"| {' | '.join([*cells, WAIVED[message.level]])} |")
        parts.append(f"## {prefix} {TITLES.get(prefix, 'そのほか')}\n\n" + "\n".join(rows))
    parts.append(MARKS)
    readings = ["| 名 | したこと |", "|---|---|"]
    readings += [f"| `{name}` | {words} |" for name, words in READINGS.items()]
    parts.append("## 読み方の名\n\n記録簿と回収結果に残ります。\n\n" + "\n".join(readings))
    return "\n\n".join(parts) + "\n"


def test_checks_page_is_current(project_root: Path, request: pytest.FixtureRequest) -> None:
    path = project_root / PAGE
    if request.config.getoption("--update-docs"):
        path.write_text(checks_page(), encoding="utf-8", newline="\n")
    assert path.read_text("utf-8") == checks_page()


def test_every_rule_has_its_words() -> None:
    assert {rule.code for rule in RULES} <= CATALOGUE.keys()
    assert {rule.on for rule in RULES} <= ROLES.keys()


def test_every_code_is_raised_somewhere(project_root: Path) -> None:
    """文面だけがあって、出されることのない符号はない。"""
    rooms = ("collect", "form", "reading", "send", "year")
    source = "".join(
        path.read_text("utf-8")
        for room in rooms
        for path in sorted((project_root / "sheetgen" / room).rglob("*.py"))
    )
    mine = [code for code in CATALOGUE if code[:2] in ("R2", "R3")]
    assert len(mine) > 50
    assert [code for code in mine if f'"{code}"' not in source] == []


def test_every_reading_is_used(project_root: Path) -> None:
    source = "".join(
        path.read_text("utf-8")
        for path in sorted((project_root / "sheetgen" / "collect" / "values").rglob("*.py"))
    )
    used = set(re.findall(r'"([a-z_]+)"', source))
    assert READINGS.keys() - used == set()
    assert set(re.findall(r'\.use\("([a-z_]+)"', source)) <= READINGS.keys()
