"""ブック本体（シートの一覧、名前、表示）と、文書のプロパティを書く。"""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.model.filled import FilledBook, SheetBinding, SheetEntry
from sheetgen.xlsx.markup import Node, Splice
from sheetgen.xlsx.names import DefinedNames, WrittenSheet
from sheetgen.xlsx.order import workbook_position
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.text import cell_text


class WorkbookProgram:
    """切り分けたブック本体。"""

    def __init__(
        self, package: Package, part: str, bindings: Mapping[str, SheetBinding], form_sheet: str
    ) -> None:
        self.data, self.root = package.tree(part)
        sheets = self.root.find("sheets")
        if sheets is None:
            raise package.refuse("T003", part=part)
        self._sheets = sheets
        self.template_sheets = {node.attrs["name"]: node for node in sheets.children}
        self.names = DefinedNames(
            package,
            self.root.find("definedNames"),
            list(self.template_sheets),
            bindings,
            form_sheet,
        )

    def render(
        self,
        entries: tuple[SheetEntry, ...],
        ids: list[str],
        written: list[WrittenSheet],
        recalculate: bool,
    ) -> bytes:
        """ブック本体を書く。``ids`` は各シートの関係の番号。"""
        splice = Splice(self.data)
        splice.fill(self._sheets, self._sheet_list(entries, ids).encode())
        names = self.names.render(self.root.prefix, entries, written).encode()
        old = self.root.find("definedNames")
        if old is not None:
            splice.replace(old.start, old.end, names)
        else:
            splice.insert(workbook_position(self.root, "definedNames"), names)
        self._views(splice, self.first_visible(entries))
        self._calculation(splice, recalculate)
        for local in ("fileRecoveryPr", "absPath"):
            for node in self.root.all(local):
                splice.remove(node)
        for node in self.root.all("AlternateContent"):
            splice.remove(node)  # 作った人のパソコンの中の場所 (x15ac:absPath) を含む
        return splice.result()

    def _sheet_list(self, entries: tuple[SheetEntry, ...], ids: list[str]) -> str:
        words = []
        for number, (entry, rid) in enumerate(zip(entries, ids, strict=True), 1):
            node = self.template_sheets[entry.template_sheet]
            rid_name = next(name for name in node.attrs if name.endswith(":id"))
            changes = {"name": entry.name, "sheetId": str(number), rid_name: rid}
            words.append(node.open_tag(**changes).decode())
            if not node.is_empty_tag:
                words.append(f"</{node.qname}>")
        return "".join(words)

    def first_visible(self, entries: tuple[SheetEntry, ...]) -> int:
        """最初に開くシートの順番（0 から）。"""
        for index, entry in enumerate(entries):
            if (
                self.template_sheets[entry.template_sheet].attrs.get("state", "visible")
                == "visible"
            ):
                return index
        return 0

    def _views(self, splice: Splice, active: int) -> None:
        views = self.root.find("bookViews")
        for view in views.children if views else []:
            splice.retag(view, activeTab=str(active) if active else None, firstSheet=None)

    def _calculation(self, splice: Splice, recalculate: bool) -> None:
        if not recalculate:
            return
        node = self.root.find("calcPr")
        if node is not None:
            splice.retag(node, fullCalcOnLoad="1")
        else:
            tag = f'<{self.root.prefix}calcPr fullCalcOnLoad="1"/>'
            splice.insert(workbook_position(self.root, "calcPr"), tag.encode())


def core_properties(book: FilledBook) -> bytes:
    """文書のプロパティ。作った人の名は書かず、課名だけを書く。"""
    namespaces = (
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f"<cp:coreProperties {namespaces}><dc:title>{cell_text(book.title)}</dc:title>"
        f"<dc:creator>{cell_text(book.creator)}</dc:creator>"
        f"<cp:keywords>{cell_text(book.keywords)}</cp:keywords></cp:coreProperties>"
    ).encode()


def extended_properties(data: bytes, root: Node) -> bytes:
    """アプリケーションのプロパティから、シート名の一覧と、人や組織の名を除く。"""
    splice = Splice(data)
    for local in ("HeadingPairs", "TitlesOfParts", "Manager", "Company", "HyperlinkBase"):
        for node in root.all(local):
            splice.remove(node)
    return splice.result()
