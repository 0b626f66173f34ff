"""出来たブックの部品を読み、テンプレートの何が残ったかを見る。"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SINGLE = ("drawing", "vmlDrawing", "printerSettings")
TOTALS = ("G20", "L20")
FURIGANA, RICH = "A2", "A3"
MARGINS = {"left", "right", "top", "bottom"}


def _local(node: Element) -> str:
    return node.tag.rpartition("}")[2]


def _below(node: Element | None, name: str) -> list[Element]:
    return [] if node is None else [one for one in node.iter() if _local(one) == name]


class Book:
    """一つの .xlsx。部品は関係をたどって見つける。"""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.main = next(t for kind, t in self.links("").values() if kind == "officeDocument")
        self.root = self.tree(self.main)
        links = self.links(self.main)
        self.strings = next((self.tree(t) for k, t in links.values() if k == "sharedStrings"), None)
        self.sheets = [
            (one.get("name", ""), links[one.get(f"{{{_OFFICE}}}id", "")][1])
            for one in _below(self.root, "sheet")
        ]

    def tree(self, part: str) -> Element:
        return ElementTree.fromstring(self.parts[part])

    def links(self, part: str) -> dict[str, tuple[str, str]]:
        """関係の Id から、（種類, 先の部品）へ。"""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self.parts:
            return {}
        found = {}
        for one in self.tree(rels):
            target = unquote(one.get("Target", ""))
            if one.get("TargetMode") != "External" and not target.startswith("#"):
                target = posixpath.normpath(
                    target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                )
            found[one.get("Id", "")] = one.get("Type", "").rpartition("/")[2], target
        return found

    def linked(self, part: str, kind: str) -> list[str]:
        return [t for k, t in self.links(part).values() if k == kind and t in self.parts]


class Page:
    """ブックの中の一枚。"""

    def __init__(self, book: Book, index: int) -> None:
        self.book, self.index = book, index
        self.name, self.part = book.sheets[index]
        self.root = book.tree(self.part)

    def cell(self, ref: str) -> Element | None:
        return next((c for c in _below(self.root, "c") if c.get("r") == ref), None)

    def string(self, ref: str) -> Element | None:
        """セルの文字の要素（共有文字列でも、中に書いたものでも）。"""
        cell = self.cell(ref)
        if cell is None or self.book.strings is None or cell.get("t") != "s":
            return cell
        number = int(next(v.text or "0" for v in _below(cell, "v")))
        return [one for one in self.book.strings if _local(one) == "si"][number]

    def drawings(self) -> str:
        return "".join(
            self.book.parts[part].decode() for part in self.book.linked(self.part, "drawing")
        )

    def names(self) -> dict[str, str]:
        """このシートだけの名前。"""
        return {
            one.get("name", ""): one.text or ""
            for one in _below(self.book.root, "definedName")
            if one.get("localSheetId") == str(self.index)
        }

    def cached(self, ref: str) -> str | None:
        """数式の控えの値。"""
        cell = self.cell(ref)
        if not _below(cell, "f"):
            return None
        return next((one.text for one in _below(cell, "v")), None)

    def points_here(self, text: str) -> bool:
        return text.rpartition("!")[0].strip("'") == self.name


def _picture(page: Page, _: Page) -> bool:
    return any(
        page.book.linked(part, "image") and b"blip" in page.book.parts[part]
        for part in page.book.linked(page.part, "drawing")
    )


def _print_setup(page: Page, wanted: Page) -> bool:
    def read(one: Page) -> tuple[object, ...]:
        setup = next(iter(_below(one.root, "pageSetup")), Element("none"))
        margins = next(iter(_below(one.root, "pageMargins")), Element("none"))
        sizes = [round(float(margins.get(m, -1)), 3) for m in sorted(MARGINS)]
        return setup.get("paperSize"), setup.get("orientation"), *sizes

    return read(page) == read(wanted)


def _validation(page: Page, wanted: Page) -> bool:
    def refs(one: Page) -> set[str]:
        rules = _below(one.root, "dataValidation")
        return {word for rule in rules for word in rule.get("sqref", "").split()}

    return refs(page) >= refs(wanted)


def _names(page: Page, wanted: Page) -> bool:
    own = page.names()
    # 記入欄の名前と、テンプレートがシートに付けた名前。
    needed = [name for name in wanted.names() if name.startswith("sg.") or name == "題名"]
    return all(name in own and page.points_here(own[name]) for name in needed)


def _totals(page: Page, wanted: Page) -> bool:
    return all(page.cached(ref) == wanted.cached(ref) is not None for ref in TOTALS)


def _theme(page: Page, wanted: Page) -> bool:
    def read(one: Page) -> str:
        parts = [*one.book.linked(one.book.main, "theme"), ""]
        return ElementTree.canonicalize(one.book.parts[parts[0]].decode()) if parts[0] else ""

    return read(page) == read(wanted)


def _own_parts(page: Page, _: Page) -> bool:
    """図形の部品があり、ほかのシートと分け合っていない。"""

    def parts(part: str) -> set[str]:
        return {t for kind in _SINGLE for t in page.book.linked(part, kind)}

    others = (part for _, part in page.book.sheets if part != page.part)
    return bool(parts(page.part)) and not any(parts(page.part) & parts(one) for one in others)


def _printer(page: Page, _: Page) -> bool:
    return bool(page.book.linked(page.part, "printerSettings"))


CHECKS: dict[str, Callable[[Page, Page], bool]] = {
    "テキスト ボックス": lambda page, _: "txBox" in page.drawings(),
    "画像": _picture,
    "一覧（x14）": lambda page, _: any(
        "microsoft" in one.tag for one in _below(page.root, "dataValidation")
    ),
    "条件付き書式（x14）": lambda page, _: any(
        "microsoft" in one.tag for one in _below(page.root, "cfRule")
    ),
    "セルの中の飾り": lambda page, _: len(_below(page.string(RICH), "r")) == 2,
    "ふりがな": lambda page, _: bool(_below(page.string(FURIGANA), "rPh")),
    "フッター": lambda page, _: any("&P" in (n.text or "") for n in _below(page.root, "oddFooter")),
    "ヘッダーの画像": lambda page, _: bool(_below(page.root, "legacyDrawingHF")),
    "用紙と余白": _print_setup,
    "プリンターの設定": _printer,
    "入力規則": _validation,
    "シートの保護": lambda page, _: any(
        one.get("sheet") in ("1", "true") for one in _below(page.root, "sheetProtection")
    ),
    "シートごとの名前": _names,
    "印刷範囲": lambda page, _: page.points_here(page.names().get("_xlnm.Print_Area", "")),
    "合計の控え": _totals,
    "図形などの部品がそのシートだけのもの": _own_parts,
    "テーマ": _theme,
    "customXml": lambda page, _: bool(page.book.linked(page.book.main, "customXml")),
}  # fmt: skip
"""見るもの。テンプレートから一つ目、二つ目は sheetgen の同じ一枚（値の手本）。"""


def forms(book: Book) -> list[Page]:
    """様式のシート。名が ``(8)⑧`` の形のもの。"""
    return [Page(book, at) for at, (name, _) in enumerate(book.sheets) if name.startswith("(")]
