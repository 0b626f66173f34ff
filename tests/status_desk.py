"""状況の試験のために、いろいろな段階の跡を置き、ページを読む。"""

from __future__ import annotations

from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from making import changed_plan, item_of, load, places

from sheetgen.form.identity import form_id
from sheetgen.form.issued import Issue, IssuedForm, IssuedLayout
from sheetgen.plan.round import Round, RoundKind
from sheetgen.records.issues import issues_folder, save_issue
from sheetgen.records.open_items import ItemState, OpenItem, save_open_items
from sheetgen.records.sendouts import SendKind, SendOut, add_sendouts

NOW = datetime(2024, 9, 2, 9, 0)
ROUND = Round(RoundKind.RESULTS, 2024)
HELD, BLANK, RETURNED, WAITING = "01-02", "08-09", "02-01", "08-08"
ON_TIME = "企画部 財政課"
NOT_SENT = "消防本部 消防総務課"
ASKED = ("令和5年度の評価: 書かれていません。（R302）",)


def issue(plan: Path, items: list[str], *, is_return: bool = False, chosen: Round = ROUND) -> None:
    """配布記録を置く。様式の中身は要らない。"""
    data = load(plan)
    forms = {
        form_id(chosen, item): IssuedForm(
            form_id(chosen, item), item, "様式", "ブック.xlsx", {}, {}, frozenset()
        )
        for item in items
    }
    layout = IssuedLayout("", "様式", ())
    key = "0000000b" if is_return else "0000000a"
    record = Issue(key, data["municipality"], data["plan_title"], chosen, layout, forms, is_return)
    save_issue(record, issues_folder(plan))


def sent(plan: Path) -> None:
    """配り、一部が戻り、聞き、ほかは記録した計画にする。"""
    waiting = {HELD, BLANK, RETURNED, WAITING, "09-02", "02-07"}

    def change(data: dict[str, Any]) -> None:
        for item in waiting:
            result = item_of(data, item)["years"][0]["result"]
            result.update(dict.fromkeys(result))

    changed_plan(plan, plan, change)
    every = [place.item["id"] for place in places(load(plan))]
    issue(plan, every)
    issue(plan, [RETURNED], is_return=True)
    files = ("届いたもの.xlsx",)
    save_open_items(
        plan,
        "2024J",
        {
            HELD: OpenItem(ItemState.HELD, "2024-08-01T09:00:00+09:00", files, ("R302",), ASKED),
            BLANK: OpenItem(ItemState.UNTOUCHED, "2024-08-01T09:00:00+09:00", files),
        },
    )
    names = list(dict.fromkeys(place.addressee for place in places(load(plan))))
    made = [
        SendOut(
            at="2024-07-01T09:00:00+09:00",
            by="係",
            kind=kind,
            round="2024J",
            section=name,
            file="様式.xlsx",
            sha256="0" * 64,
            deadline="2024-09-30" if name == ON_TIME else "2024-07-31",
        )
        for kind in (SendKind.ISSUE, SendKind.REMINDER)
        for name in names
        if name != NOT_SENT
        if kind is SendKind.ISSUE or name == "企画部 経営企画課"
    ]
    add_sendouts(plan, lambda _: made)


class Page(HTMLParser):
    """ページの要素と、印の付いた行の文字。"""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._rows: dict[str, list[str]] = {}
        self._row = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """要素を覚える。"""
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        if tag == "tr":
            self._row = found.get("id", "")

    def handle_data(self, data: str) -> None:
        """行の文字をためる。"""
        self._rows.setdefault(self._row, []).append(data)

    def row(self, name: str) -> str:
        """行の文字。空白を除く。"""
        return "".join("".join(self._rows[name]).split())

    def count(self, tag: str) -> int:
        """要素の数。"""
        return sum(name == tag for name, _ in self.elements)


def read_page(path: Path) -> Page:
    """ページを読む。"""
    return Page(path.read_text("utf-8"))
