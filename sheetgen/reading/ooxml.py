"""OOXML のブック（xlsx、xlsm、Strict）を読む。

開くのは、答えの入った部品だけ。マクロ、ほかのファイルへのリンク、埋め込んだもの、データ接続は、
名を挙げるだけで、たどらない。出典: ECMA-376 Part 1, 18.2。transitional の名前空間は Part 4。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading import sheet_scanner
from sheetgen.reading.archive import MAX_PART, Archive, refuse
from sheetgen.reading.book import BookFormat, RawBook, RawName, RawSheet, Remark
from sheetgen.reading.cells import MAX_CELLS, CellMaker, Look, Text, read_looks, rich_text, unescape
from sheetgen.reading.relations import Relation, Relations
from sheetgen.reading.scanning import (
    NotPlainError,
    PartMemo,
    is_plain,
    scan_looks,
    scan_names,
    scan_strings,
)
from sheetgen.reading.sheet_parser import TRUE, SheetContent, on_sheet, parse_sheet
from sheetgen.reading.xml_parts import Element, tree, utf8

_STRICT = "http://purl.oclc.org/ooxml/"
_MACROS = "R040"


# 関係の種類 -> 参考として知らせるコード
_CODES = {
    "vbaProject": "R040",
    "xlMacrosheet": "R040",
    "xlIntlMacrosheet": "R040",
    "externalLink": "R041",
    "oleObject": "R042",
    "package": "R042",
    "control": "R042",
    "ctrlProp": "R042",
    "connections": "R043",
    "queryTable": "R043",
}
MAX_MAKERS = 4
_Name = tuple[str, str, str]
"""（名前、シートの番号（なければ空）、式）。書かれたまま。"""
_NO_STRINGS: Sequence[Text] = ()
_NO_LOOKS: Sequence[Look] = ()
_parts = PartMemo()
_makers: list[CellMaker] = []


def _maker(strings: Sequence[Text], looks: Sequence[Look], date1904: bool) -> CellMaker:
    """同じ文字列の表とスタイルなら、前のブックで作ったセルを使う。"""
    for maker in _makers:
        if maker.strings is strings and maker.looks is looks and maker.date1904 == date1904:
            return maker
    del _makers[MAX_MAKERS:]
    _makers.insert(0, CellMaker(strings, looks, date1904))
    return _makers[0]


class BookReader:
    """一冊を読むあいだの状態。"""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._relations = Relations(archive)
        self._relation_problems: dict[str, Problem] = {}
        self._problems: list[Problem] = []
        self._cells = 0

    def read(self) -> RawBook:
        """ブックを読む。"""
        top = self._relations.of("")
        main = next((one.target for one in top if one.kind == "officeDocument"), None)
        if main is None:
            raise refuse("R026", part="officeDocument")
        root, names = self._workbook(main)
        if root.local != "workbook":
            raise refuse("R021")
        related = self._relations.of(main)
        self._relation_problems.update(relation_problems(related))
        maker = _maker(self._strings(related), self._looks(related), _is_1904(root))
        sheets = list(self._sheets(root, related, maker))
        if not sheets:
            raise no_sheets(self._problems)
        return RawBook(
            format=self._format(root),
            sheets=tuple(sheets),
            names=tuple(_names(root, names)),
            properties=core_properties(self._relations, self._archive, top),
            problems=(*self._relation_problems.values(), *self._problems),
        )

    def _format(self, root: Element) -> BookFormat:
        if any(uri.startswith(_STRICT) for uri in root.attrs.values()):
            return BookFormat.STRICT
        return BookFormat.XLSM if _MACROS in self._relation_problems else BookFormat.XLSX

    def _workbook(self, part: str) -> tuple[Element, list[_Name]]:
        """本体の根と、定義された名前。"""
        data = self._archive.read(part)
        if is_plain(data):
            try:
                rest, names = scan_names(data)
                root = tree(rest, part)
                if not names or len(root.all("definedNames")) == 1:
                    return root, names
            except NotPlainError:
                pass
        root = tree(data, part)
        return root, [
            (node.attrs.get("name", ""), node.attrs.get("localSheetId", ""), node.text)
            for node in _children(root, "definedNames")
        ]

    def _strings(self, related: list[Relation]) -> Sequence[Text]:
        part = _part(related, "sharedStrings")
        if part is None:
            return _NO_STRINGS
        archive = self._archive
        return _parts.get(
            archive.packed(part), archive.size(part), lambda: self._read_strings(part)
        )

    def _read_strings(self, part: str) -> Sequence[Text]:
        data = self._archive.read(part)
        if is_plain(data):
            try:
                return scan_strings(data)
            except NotPlainError:
                pass
        return [rich_text(node) for node in tree(data, part).all("si")]

    def _looks(self, related: list[Relation]) -> Sequence[Look]:
        part = _part(related, "styles")
        if part is None:
            return _NO_LOOKS
        archive = self._archive
        return _parts.get(archive.packed(part), archive.size(part), lambda: self._read_looks(part))

    def _read_looks(self, part: str) -> Sequence[Look]:
        data = self._archive.read(part)
        if is_plain(data):
            try:
                return scan_looks(data)
            except NotPlainError:
                pass
        return read_looks(tree(data, part))

    def _sheets(
        self, root: Element, related: list[Relation], maker: CellMaker
    ) -> Iterator[RawSheet]:
        targets = {one.id: one for one in related}
        for node in _children(root, "sheets"):
            name = unescape(node.attrs.get("name", ""))
            hidden = node.attrs.get("state", "visible") != "visible"
            one = targets.get(node.attrs.get("id", ""))
            if is_lost(one, self._archive):
                self._problems.append(lost_sheet(name, hidden))
            if one is None or one.kind != "worksheet" or one.target not in self._archive:
                continue
            try:
                yield self._sheet(name, hidden, one, maker)
            except SheetgenError as error:
                raise SheetgenError([on_sheet(name, each) for each in error.problems]) from error

    def _sheet(self, name: str, hidden: bool, one: Relation, maker: CellMaker) -> RawSheet:
        content = self._content(one.target, maker)
        self._cells += len(content.cells)
        if self._cells > MAX_CELLS:
            raise refuse("R029", limit=MAX_CELLS)
        related = self._relations.of(one.target)
        remarks: list[Remark] = []
        found = list(content.problems)
        if related:
            from sheetgen.reading.remarks import RemarkReader  # ここで読み込む。ないブックが多い

            reader = RemarkReader(self._archive, self._relations)
            remarks = reader.read(related, content.links)
            found += reader.problems
        self._relation_problems.update(relation_problems(related))
        self._problems += [on_sheet(name, problem) for problem in found]
        return content.sheet(name, hidden, remarks)

    def _content(self, part: str, maker: CellMaker) -> SheetContent:
        if self._archive.size(part) > MAX_PART:
            return parse_sheet(self._archive.stream(part), part, maker)
        data = self._archive.read(part)
        if is_plain(data):
            try:
                return sheet_scanner.scan_sheet(data, maker)
            except NotPlainError:
                pass
        return parse_sheet((utf8(data, part),), part, maker)


def relation_problems(related: list[Relation]) -> dict[str, Problem]:
    """マクロや外へのリンクなど、読まずに知らせるもの。"""
    return {_CODES[one.kind]: Problem(_CODES[one.kind]) for one in related if one.kind in _CODES}


def is_lost(one: Relation | None, archive: Archive) -> bool:
    """目次にあるシートの中身が、ファイルにないか。ほかのファイルのシートなら、初めからない。"""
    if one is None:
        return True
    return one.kind == "worksheet" and not one.external and one.target not in archive


def lost_sheet(name: str, hidden: bool) -> Problem:
    """中身のないシート。隠れているものは、古いマクロの置き場であることが多い。"""
    return Problem("R047" if hidden else "R046", Place(sheet=name))


def no_sheets(problems: Sequence[Problem]) -> SheetgenError:
    """読めたシートのないわけ。"""
    lost = next((one.place.sheet for one in problems if one.code in ("R046", "R047")), None)
    return refuse("R033") if lost is None else refuse("R026", part=lost)


def core_properties(relations: Relations, archive: Archive, top: list[Relation]) -> dict[str, str]:
    """題名や作成者。読めなければ空。"""
    part = _part(top, "core-properties")
    if part is None or part not in archive:
        return {}
    try:
        root = relations.tree(part)
    except SheetgenError:
        return {}
    return {node.local: unescape(node.text) for node in root.children if node.text}


def read_ooxml(archive: Archive) -> RawBook:
    """OOXML のブックを読む。:class:`SheetgenError` (R020-R037)。"""
    return BookReader(archive).read()


def _part(related: list[Relation], kind: str) -> str | None:
    return next((one.target for one in related if one.kind == kind and not one.external), None)


def _children(root: Element, local: str) -> list[Element]:
    parent = root.find(local)
    return parent.children if parent is not None else []


def _is_1904(root: Element) -> bool:
    properties = root.find("workbookPr")
    return properties is not None and properties.attrs.get("date1904") in TRUE


def _names(root: Element, names: list[_Name]) -> Iterator[RawName]:
    sheets = [unescape(node.attrs.get("name", "")) for node in _children(root, "sheets")]
    for name, scope, target in names:
        if "_x" in target or "\r" in target:
            target = unescape(target)
        if not scope:
            yield RawName(name, None, target.strip())
        # 無いシートの名前は、どのシートのものとも言えない。
        elif scope.isascii() and scope.isdigit() and int(scope[:9]) < len(sheets):
            yield RawName(name, sheets[int(scope)], target.strip())
