"""OpenDocument の段落とスタイル。Source: ODF 1.3 Part 3, 6.1 (white space), 16."""

from __future__ import annotations

import re

from sheetgen.xlsx.reading.strings import Text
from sheetgen.xlsx.reading.xmlparts import Attrs, Element

_INDENT = re.compile(r"[ \t]*\n[ \t\n]*")
MAX_SPACES = 32_767


class Styles:
    """スタイルの名から、取消線の有無と、シートを見せるか。"""

    def __init__(self) -> None:
        self._struck: dict[str, bool | None] = {}
        self._parents: dict[str, str] = {}
        self._formats: dict[str, str] = {}
        self.percents: set[str] = set()
        self.hidden_tables: set[str] = set()
        self._name = ""

    def add(self, root: Element) -> None:
        """``styles.xml`` のスタイルを加える。"""
        for node in root.walk():
            if node.local == "percentage-style":
                self.percents.add(node.attrs.get("name", ""))
            elif node.local == "style":
                self.open(node.attrs)
                for child in node.children:
                    self.take(child.local, child.attrs)

    def open(self, attrs: Attrs) -> None:
        """``style:style`` の始まり。"""
        self._name = attrs.get("name", "")
        self._struck[self._name] = None
        self._formats[self._name] = attrs.get("data-style-name", "")
        self._parents[self._name] = attrs.get("parent-style-name", "")

    def take(self, local: str, attrs: Attrs) -> None:
        """``style:style`` の中の性質。"""
        if local == "text-properties":
            for key in ("text-line-through-style", "text-line-through-type"):
                if key in attrs:
                    self._struck[self._name] = attrs[key] != "none"
        elif local == "table-properties" and attrs.get("display") == "false":
            self.hidden_tables.add(self._name)

    def struck(self, name: str) -> bool:
        """取消線のスタイルか。書いていなければ親のスタイルによる。"""
        seen = set()
        while name and name not in seen:
            seen.add(name)
            found = self._struck.get(name)
            if found is not None:
                return found
            name = self._parents.get(name, "")
        return False

    def is_percent(self, name: str) -> bool:
        """パーセントの表示形式のスタイルか。"""
        return self._formats.get(name, "") in self.percents


class Paragraphs:
    """読んでいる段落。段落は改行でつなぎ、ふりがなは含めない。"""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._words: list[tuple[str, bool]] = []
        self._spans: list[bool] = []
        self._reading = 0
        self._inside = 0
        self.count = 0

    def start(self, local: str, attrs: Attrs) -> None:
        """段落の中の要素の始まり。"""
        if local in ("p", "h"):
            if self.count:
                self._add("\n")
            self.count += 1
            self._inside += 1
        elif local == "s":
            count = attrs.get("c", "1")
            if count.isascii() and count.isdigit():
                self._add(" " * min(int(count[:6]), MAX_SPACES))
        elif local == "tab":
            self._add("\t")
        elif local == "line-break":
            self._add("\n")
        elif local == "ruby-text":
            self._reading += 1
        elif local == "span":
            self._spans.append(self._styles.struck(attrs.get("style-name", "")))

    def end(self, local: str) -> None:
        """段落の中の要素の終わり。"""
        if local in ("p", "h"):
            self._inside -= 1
        elif local == "ruby-text":
            self._reading -= 1
        elif local == "span" and self._spans:
            self._spans.pop()

    def text(self, text: str) -> None:
        """段落の中の文字。字下げのための改行は、空白一つと見る。"""
        if not self._inside:
            return
        if "\n" in text:
            first = not self._words or self._words[-1][0] == "\n"
            last = text.rstrip(" \t").endswith("\n")
            text = _INDENT.sub(" ", text)
            text = text.lstrip(" ") if first else text
            text = text.rstrip(" ") if last else text
        self._add(text)

    def _add(self, text: str) -> None:
        if text and not self._reading:
            self._words.append((text, bool(self._spans) and self._spans[-1]))

    def result(self, all_struck: bool = False) -> Text:
        """読み終えた文字。"""
        value = "".join([text for text, _ in self._words])
        if all_struck:
            return Text(value, value)
        return Text(value, "".join([text for text, struck in self._words if struck]))
