"""公表したページを、読む人と同じように、見出しと表から読む。"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html

Row = dict[str, str]
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def era(year: int) -> str:
    """``令和７年度``。"""
    return f"令和{str(year - 2018).translate(_WIDE)}年度"


def number(text: str) -> int | float | None:
    """表に印刷された数。``-`` と空欄は None。"""
    plain = text.replace(",", "").strip()
    if plain in ("", "-", "記載なし"):
        return None
    return float(plain) if "." in plain else int(plain)


class Page:
    """ウェブのページ。"""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.root = lxml.html.document_fromstring(data.decode("utf-8"))

    def text(self, name: str) -> str:
        """見出しの id が ``name`` の節の、すべての文字。"""
        return _text(self._named(name))

    def has(self, name: str) -> bool:
        """その id の見出しがあるか。"""
        return bool(self.root.xpath("//*[@id=$name]", name=name))

    def figures(self, caption: str) -> dict[str, dict[str, int | float | None]]:
        """題の付いた数の表。行の名から、列の名ごとの数へ。同じ題の表は一つにする。"""
        found: dict[str, dict[str, int | float | None]] = {}
        for table in self.root.iter("table"):
            if table.findtext("caption") == caption:
                for label, row in _rows(table):
                    found[label] = {name: number(value) for name, value in row.items()}
        assert found, caption
        return found

    def rows(self, name: str) -> dict[str, Row]:
        """見出しの id が ``name`` の表。行の名から、列の名ごとの文字へ。"""
        tables = self.root.xpath("//table[@aria-labelledby=$name]", name=name)
        return dict(row for table in tables for row in _rows(table))

    def sheet(self, item: str) -> tuple[str, list[Row], str]:
        """進捗管理シートの見出し、年度ごとの行、小計。"""
        [article] = self.root.xpath("//article[@aria-labelledby=$name]", name=f"item-{item}")
        [table] = article.iter("table")
        [subtotal] = article.xpath("p[@class='subtotal']")
        return (
            _text(article.find("h4")),
            [{"年度": year, **row} for year, row in _rows(table)],
            _text(subtotal),
        )

    def heading(self, name: str) -> str:
        """その id の見出しの文字。"""
        [found] = self.root.xpath("//*[@id=$name]", name=name)
        return _text(found)

    def starting(self, words: str) -> tuple[str, str]:
        """``words`` に数の続く見出しの、id と数。"""
        found = [(one.get("id"), _text(one).split()) for one in self.root.iter("h3")]
        [(name, (_, count))] = [one for one in found if one[1][:-1] == [words]]
        return name, count

    def labels(self) -> list[str]:
        """改正前と改正後を並べた表の、すべての行の名。"""
        tables = self.root.xpath("//table[contains(@class, 'compared')]")
        return [label for table in tables for label, _ in _rows(table)]

    def article(self, item: str) -> str:
        """進捗管理シートの、すべての文字。"""
        [article] = self.root.xpath("//article[@aria-labelledby=$name]", name=f"item-{item}")
        return _text(article)

    def listed(self, name: str) -> dict[str, list[str]]:
        """節の中の箇条書き。小見出しの初めの語から、行の文字へ。"""
        found: dict[str, list[str]] = {}
        for heading in self._named(name).iter("h4"):
            word, count = _text(heading).split()
            following = heading.getnext()
            lines = following.iter("li") if following is not None else ()
            found[word] = [_text(line) for line in lines]
            assert count == f"{len(found[word])}件"
        return found

    def dead_links(self) -> list[str]:
        """行き先のない、ページの中のリンク。"""
        names = set(self.root.xpath("//@id"))
        return [to for to in self.root.xpath("//a/@href") if to[1:] not in names]

    def _named(self, name: str) -> Any:
        [found] = self.root.xpath("//section[@aria-labelledby=$name]", name=name)
        return found


def _text(element: Any) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def _rows(table: Any) -> Iterator[tuple[str, Row]]:
    head, *rows = table.iter("tr")
    columns = [_text(cell) for cell in head]
    for row in rows:
        label, *cells = (_text(cell) for cell in row)
        yield label, dict(zip(columns[1:], cells, strict=False))


def table(path: Path) -> list[Row]:
    """書き出した CSV の行。"""
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))
