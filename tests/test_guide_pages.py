"""手引きが「」で挙げる、押すもの、欄、見出しが、操作の画面か、一枚のページの初めにある。

手引きの一年をブラウザーで歩く試験（``tests/test_desk_browser.py``）は、手引きの文を読まない。
"""

from __future__ import annotations

import re
from pathlib import Path

from sheetgen.plan.fields import SHIPPED

ROOT = Path(__file__).resolve().parent.parent
DESK = ROOT / "sheetgen" / "desk"
ONE_PAGE = ROOT / "tools" / "one_page"
TYPED = "\n## 出たものから探す\n"
"""「うまくいかないとき」の、ここからは、コマンドを打ったときのこと。"""
ELSEWHERE = {
    "1,200（暫定）",
    "1月2日",
    "使うフォルダー",
    "令和６年度の取組実績を追加",
    "同左",
    "暫定 1,200",
    "変更なし",
    "様式の取組方針・取組内容",
    "（暫定）",
}
"""画面のことばでないもの：Excel の直す値、コマンドの知らせ、文書、課の答え、編集ブックの見出し。"""
OF_THE_PC = {
    "プログラムから開く",
    "デスクトップ",
    "ドキュメント",
    "ダウンロード",
    "ネットワークとインターネット",
    "プロキシ",
    "ファイルの選択",
    "Python が見つかりません",
}
"""Windows とブラウザーのことばと、Python のないときのページの題。"""


def quoted(page: str) -> set[str]:
    """手引きの枠の外で「」に入れたもの。"""
    text = (ROOT / "docs" / page).read_text("utf-8").partition(TYPED)[0]
    text = re.sub(r"^```text\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"「((?:[^「」]|「[^「」]*」)+)」", text))


def plain(path: Path) -> str:
    """ひな型とプログラムの文字。埋める所と印を除いたものと、そのままのもの。"""
    text = re.sub(r'"\s*\n\s*f?"', "", path.read_text("utf-8"))  # 分けて書いた文をつなぐ
    # 手引きは、初めのことばで書いてある。
    text = re.sub(
        r"\{\{? ?terms\.(\w+) ?\}?\}", lambda found: str(getattr(SHIPPED, found[1])), text
    )
    return text + re.sub(r"<[^>]+>|\{\{.*?\}\}|\{%.*?%\}", "", text)


def shown() -> str:
    """画面に出ることば。"""
    year = ROOT / "sheetgen" / "year"
    places = [
        *DESK.glob("templates/*.html"), *DESK.glob("**/*.py"),
        *(ROOT / "sheetgen" / "messages").glob("*.py"), *year.glob("**/*.py"),
        *ONE_PAGE.glob("page.*"),
    ]  # fmt: skip
    return "\n".join(map(plain, places))


def lacking(words: set[str], text: str) -> list[str]:
    """``text`` にないもの。「…」と年度は、何でもよい所。"""
    parts = {one: re.split("…|令和.年度", one) for one in words}
    return sorted(one for one, some in parts.items() if not all(part in text for part in some))


def test_what_the_guide_names_stands_on_the_pages() -> None:
    words, text = quoted("guide.md"), shown()
    assert len(words) > 100
    assert words >= ELSEWHERE
    assert lacking(words - ELSEWHERE, text) == []
    assert lacking({"押せないボタン", "提出の期限"}, text) == ["押せないボタン", "提出の期限"]


def test_what_one_looks_up_in_trouble_stands_on_the_pages() -> None:
    words = quoted("trouble.md")
    assert len(words) > 25
    assert words >= OF_THE_PC
    assert lacking(words - OF_THE_PC, shown()) == []
