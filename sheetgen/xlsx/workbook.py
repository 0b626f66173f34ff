"""ブック本体（シートの一覧、名前、表示）と、文書のプロパティを書く。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from sheetgen.model.filled import FilledBook, SheetBinding, SheetEntry
from sheetgen.xlsx.markup import Node, Splice
from sheetgen.xlsx.order import workbook_position
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.references import (
    AmbiguousReferenceError,
    names_sheet,
    quoted,
    repoint,
    shift_formula,
)
from sheetgen.xlsx.shift import Shift
from sheetgen.xlsx.text import cell_text

NAME_PREFIX = "sg."
"""記入欄に付ける名前の始まり。テンプレートの中の同じ始まりの名前は除く。"""


class _OwnSheet:
    """写しの名に替わる所。"""


_OWN = _OwnSheet()


@dataclass(frozen=True, slots=True)
class _Name:
    """テンプレートの一つの名前。``scope`` はシートの名、None はブック全体。"""

    attrs: tuple[tuple[str, str], ...]
    scope: str | None
    pieces: tuple[object, ...]

    @property
    def of_form(self) -> bool:
        return any(isinstance(piece, _OwnSheet) for piece in self.pieces)

    def text(self, own: str) -> str:
        return "".join(p if isinstance(p, str) else quoted(own) for p in self.pieces)


@dataclass(frozen=True, slots=True)
class WrittenSheet:
    """書き終えた一枚について、ブック本体に書くこと。"""

    names: Mapping[str, str]
    shift: Shift


class WorkbookProgram:
    """切り分けたブック本体。"""

    def __init__(
        self, package: Package, part: str, bindings: Mapping[str, SheetBinding], form_sheet: str
    ) -> None:
        self.data, self.root = package.tree(part)
        self.form_sheet = form_sheet
        self._package = package
        self._bindings = bindings
        sheets = self.root.find("sheets")
        if sheets is None:
            raise package.refuse("T003", part=part)
        self._sheets = sheets
        self.template_sheets = {node.attrs["name"]: node for node in sheets.children}
        self._names = self._read_names()

    def relationship_id(self, sheet: str) -> str:
        """テンプレートのシートの、関係の番号。"""
        attrs = self.template_sheets[sheet].attrs
        return next(value for name, value in attrs.items() if name.endswith(":id"))

    def name_text(self, label: str) -> str | None:
        """ブック全体の名前 ``label`` の指す所。"""
        names = (name for name in self._names if name.scope is None)
        return next(
            (n.text(self.form_sheet) for n in names if dict(n.attrs)["name"] == label), None
        )

    def _read_names(self) -> list[_Name]:
        parent = self.root.find("definedNames")
        order = list(self.template_sheets)
        found = []
        for node in parent.children if parent else []:
            attrs = dict(node.attrs)
            if attrs["name"].startswith(NAME_PREFIX):
                continue
            index = attrs.pop("localSheetId", None)
            scope = order[int(index)] if index is not None else None
            found.append(_Name(tuple(attrs.items()), scope, self._pieces(node, scope)))
        return found

    def _pieces(self, node: Node, scope: str | None) -> tuple[object, ...]:
        text = node.text
        if "#REF!" in text:
            raise self._package.refuse("T015", name=node.attrs["name"])
        try:
            if not names_sheet(text, self.form_sheet):
                return (text,)
        except AmbiguousReferenceError:
            raise self._package.refuse(
                "T011", sheet=scope or self.form_sheet, formula=text
            ) from None
        if scope not in (None, self.form_sheet):
            raise self._package.refuse("T010", sheet=scope, formula=text, form=self.form_sheet)
        return tuple(repoint(text, self.form_sheet, _OWN))

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
        names = self._name_list(entries, written).encode()
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
            if "state" not in self.template_sheets[entry.template_sheet].attrs:
                return index
        return 0

    def _name_list(self, entries: tuple[SheetEntry, ...], written: list[WrittenSheet]) -> str:
        lines: list[tuple[str, int, str]] = []
        forms = [i for i, entry in enumerate(entries) if entry.template_sheet == self.form_sheet]
        index_of = {entry.template_sheet: i for i, entry in enumerate(entries)}
        for name in self._names:
            key = dict(name.attrs)["name"].casefold()
            if name.of_form or name.scope == self.form_sheet:
                for index in forms:
                    lines.append(
                        (key, index, self._line(name.attrs, index, name.text(entries[index].name)))
                    )
                continue
            text = name.text("")
            for sheet, binding in self._bindings.items():
                if binding.blocks and sheet in index_of:
                    text = shift_formula(
                        text, sheet, written[index_of[sheet]].shift, name.scope == sheet
                    )
            scope = index_of[name.scope] if name.scope is not None else None
            lines.append((key, -1 if scope is None else scope, self._line(name.attrs, scope, text)))
        for index, (entry, sheet_) in enumerate(zip(entries, written, strict=True)):
            own = quoted(entry.name)
            for label, ref in sheet_.names.items():
                text = f"{own}!{_absolute(ref)}"
                lines.append((label.casefold(), index, self._line((("name", label),), index, text)))
        if not lines:
            return ""
        prefix = self.root.prefix
        body = "".join(line for _, _, line in sorted(lines))
        return f"<{prefix}definedNames>{body}</{prefix}definedNames>"

    def _line(self, attrs: tuple[tuple[str, str], ...], scope: int | None, text: str) -> str:
        pairs = list(attrs)
        if scope is not None:
            pairs.insert(1, ("localSheetId", str(scope)))
        words = " ".join(f"{name}={quoteattr(value)}" for name, value in pairs)
        tag = f"{self.root.prefix}definedName"
        return f"<{tag} {words}>{cell_text(text)}</{tag}>"

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


def _absolute(ref: str) -> str:
    column = ref.rstrip("0123456789")
    return f"${column}${ref[len(column) :]}"


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
