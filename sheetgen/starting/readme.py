"""作業フォルダーの説明 ``README.md``。"""

from __future__ import annotations

from sheetgen.era import wareki
from sheetgen.model.plan import Plan
from sheetgen.starting.founding import LIST_FILE

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
        _table(),
        "## はじめに行うこと",
        _steps(wareki(plan.revision.fiscal_year)),
        "## 決めておくこと",
        "\n".join(f"- {line}" for line in _DECISIONS),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _table() -> str:
    rows = (
        ("名", "中身"),
        ("---", "---"),
        ("`data/plan.json`", "計画のデータ。すべてのもとになる、ただ一つのファイル"),
        ("`data/plan.schema.json`", "計画のデータの型"),
        ("`templates`", "様式（`shinchoku_sheet.xlsx`）と文書のテンプレート。Excel などで直せる"),
        (f"`{LIST_FILE}`", "実施項目を書く一覧"),
        ("`output`", "できたもの（動かすと作られる）"),
    )
    return "\n".join(f"| {name} | {words} |" for name, words in rows)


def _steps(first_round: str) -> str:
    steps = (
        f"`{LIST_FILE}` を Excel で開き、実施項目を書いて保存する。"
        "書き方は、そのブックの「書き方」のシートにある。",
        f"試しに読む: `sheetgen add-item --from {LIST_FILE} --dry-run`",
        f"計画のデータに加える: `sheetgen add-item --from {LIST_FILE}`",
        "点検する: `sheetgen check`",
        f"様式を作る: `sheetgen generate`（はじめの実績照会は{first_round}に行う）",
    )
    return "\n".join(f"{number}. {words}" for number, words in enumerate(steps, start=1))


_DECISIONS = (
    "評価の段階（A から D）は仮のものです。"
    "`data/plan.json` の `evaluation_scale` を、計画の定めに合わせてください。",
    "基本方針の文章（`description`）、計画の概要（`overview`）、問合せ先（`contact`）は空欄です。"
    "年次見直しの文書を作る前に書いてください。",
    "部と課は `departments` にあります。"
    "課のメールを入れると、送る前のメールの下書きに宛先が入ります。",
    "`data` のフォルダーは、毎日の控えの対象にしてください。",
)
