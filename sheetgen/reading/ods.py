"""OpenDocument のブック（.ods）を読む。

繰り返しのセルは、作らずに数える。百万回と書いてある行も、空なら何の手間もかからない。出典: ODF 1.3
Part 3, 9、19。

ライブラリーを使わず、ここで読む。段落、名前、コメント、隠した行、エラーが、すべて
``content.xml`` にある。出典: ODF 1.3 Part 3。
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.archive import MAX_PART, Archive, refuse
from sheetgen.reading.book import BookFormat, RawBook, RawName, RawSheet, Remark, RemarkKind
from sheetgen.reading.cells import MAX_CELLS, UnreadableValueError
from sheetgen.reading.ods_cells import CellSource, Paragraphs, Styles, make_cell, name_target
from sheetgen.reading.sheet_parser import SheetContent, on_sheet
from sheetgen.reading.xml_parts import (
    MAX_DEPTH,
    Attrs,
    local_name,
    run,
    tree,
    utf8,
    without_prefixes,
)
from sheetgen.xlsx.refs import MAX_COLUMN, MAX_ROW, column_letters

_CELLS = {"table-cell", "covered-table-cell"}
_SHAPES = {"frame", "custom-shape", "rect", "ellipse", "caption", "line", "polygon", "path"}
_EXTENSIONS = ("calcext:", "loext:")
_HIDDEN = {"collapse", "filter"}


class ContentReader:
    """``content.xml`` を読むあいだの状態。:class:`SheetgenError` (R029, R031)。"""

    def __init__(self, styles: Styles) -> None:
        self.sheets: list[RawSheet] = []
        self.names: list[RawName] = []
        self.problems: list[Problem] = []
        self.is_workbook = False
        self._styles = styles
        self._path: list[str] = []
        self._content: SheetContent | None = None
        self._table: Attrs = {}
        self._linked = False
        self._remarks: list[Remark] = []
        self._row = self._column = self._repeat = 0
        self._pending: list[tuple[int, CellSource, Paragraphs]] = []
        self._source: CellSource | None = None
        self._targets: list[Paragraphs] = []
        self._total = 0

    def start(self, name: str, attrs: Attrs) -> None:
        """要素の始まり。"""
        local = local_name(name)
        self._path.append(local)
        if len(self._path) > MAX_DEPTH:
            raise refuse("R031", part="content.xml")
        attrs = _own(attrs)
        parent = self._path[-2] if len(self._path) > 1 else ""
        if local == "spreadsheet":
            self.is_workbook = True
        elif local == "style":
            self._styles.open(attrs)
        elif local == "percentage-style":
            self._styles.percents.add(attrs.get("name", ""))
        elif parent == "style":
            self._styles.take(local, attrs)
        elif local == "table" and parent == "spreadsheet":
            self._open_table(attrs)
        elif local in ("named-range", "named-expression"):
            self._name(attrs)
        elif self._content is not None:
            self._inside(local, attrs)

    def end(self, name: str) -> None:
        """要素の終わり。"""
        local = self._path.pop()
        if self._content is None:
            return
        if local == "table" and self._path[-1] == "spreadsheet":
            self._close_table()
        elif local == "table-row":
            self._close_row()
        elif local in _CELLS and self._source is not None:
            self._source = None
            self._targets.clear()
        elif local == "annotation" or (local in _SHAPES and self._targets):
            self._close_remark(local)
        elif self._targets:
            self._targets[-1].end(local)

    def text(self, text: str) -> None:
        """要素の中の文字。"""
        if self._targets:
            self._targets[-1].text(text)

    def _open_table(self, attrs: Attrs) -> None:
        self._table = attrs
        self._content = SheetContent()
        self._remarks = []
        self._linked = False
        self._row = self._column = 0

    def _inside(self, local: str, attrs: Attrs) -> None:
        """シートの中の要素。"""
        if local == "table-column":
            self._columns(attrs)
        elif local == "table-row":
            self._row += 1
            self._column = 0
            self._repeat = _count(attrs, "number-rows-repeated")
            if attrs.get("visibility") in _HIDDEN and self._content is not None:
                last = min(self._row + self._repeat - 1, MAX_ROW)
                self._content.rows.append((self._row, last))
        elif local in _CELLS and self._path[-2] == "table-row":
            self._open_cell(local, attrs)
        elif local == "table-source":
            self._linked = True
        elif local == "annotation" or local in _SHAPES:
            self._targets.append(Paragraphs(self._styles))
        elif local == "image":
            self._remarks.append(Remark(RemarkKind.PICTURE, "", self._here()))
        elif local in ("object", "object-ole", "plugin", "control"):
            self._tell("R042")
        elif self._targets:
            self._targets[-1].start(local, attrs)

    def _here(self) -> str | None:
        if self._source is None:
            return None
        return f"{column_letters(self._source.column)}{self._row}"

    def _columns(self, attrs: Attrs) -> None:
        first = self._column + 1
        self._column += _count(attrs, "number-columns-repeated")
        if attrs.get("visibility") in _HIDDEN and self._content is not None:
            self._content.columns.append((first, min(self._column, MAX_COLUMN)))

    def _open_cell(self, local: str, attrs: Attrs) -> None:
        style = attrs.get("style-name", "")
        source = CellSource(
            self._column + 1,
            _count(attrs, "number-columns-repeated"),
            attrs,
            self._styles.struck(style),
            self._styles.is_percent(style),
        )
        self._column += source.repeat
        paragraphs = Paragraphs(self._styles)
        self._source = source
        self._targets = [paragraphs]
        self._pending.append((source.column, source, paragraphs))
        if local == "table-cell" and self._content is not None:
            wide = _count(attrs, "number-columns-spanned")
            tall = _count(attrs, "number-rows-spanned")
            if wide > 1 or tall > 1:
                right = column_letters(min(source.column + wide - 1, MAX_COLUMN))
                bottom = min(self._row + tall - 1, MAX_ROW)
                here = f"{column_letters(source.column)}{self._row}"
                self._content.merged.append(f"{here}:{right}{bottom}")

    def _close_row(self) -> None:
        """行のセルを作る。行とセルの繰り返しは、値のあるときだけ広げる。"""
        content = self._content
        pending, self._pending = self._pending, []
        for _, source, paragraphs in pending:
            first = f"{column_letters(source.column)}{self._row}"
            try:
                cell = make_cell(source, paragraphs)
            except UnreadableValueError as error:
                if content is not None:
                    content.unreadable(first, str(error))
                continue
            if cell is None or content is None:
                continue
            self._total += source.repeat * self._repeat
            if self._total > MAX_CELLS:
                raise refuse("R029", limit=MAX_CELLS)
            last_row, last_column = (
                self._row + self._repeat - 1,
                source.column + source.repeat - 1,
            )
            if last_row > MAX_ROW or last_column > MAX_COLUMN:
                raise SheetgenError(Problem("R032", Place(cell=first)))
            for row in range(self._row, last_row + 1):
                for column in range(source.column, last_column + 1):
                    content.put(f"{column_letters(column)}{row}", cell)
        self._row += self._repeat - 1

    def _close_remark(self, local: str) -> None:
        if not self._targets:
            return
        text = self._targets.pop().result().value
        kind = RemarkKind.COMMENT if local == "annotation" else RemarkKind.TEXT_BOX
        if text.strip():
            self._remarks.append(Remark(kind, text, self._here()))

    def _close_table(self) -> None:
        content, self._content = self._content, None
        assert content is not None
        if self._linked:
            # ほかのファイルのシートの控え。答えではない。
            self._tell("R041")
            return
        name = self._table.get("name", "")
        self.problems += [on_sheet(name, one) for one in content.problems]
        hidden = self._table.get("style-name", "") in self._styles.hidden_tables
        self.sheets.append(content.sheet(name, hidden, self._remarks))

    def _name(self, attrs: Attrs) -> None:
        sheet = self._table.get("name") if self._content is not None else None
        target = attrs.get("cell-range-address") or attrs.get("expression", "")
        self.names.append(RawName(attrs.get("name", ""), sheet, name_target(target)))

    def _tell(self, code: str) -> None:
        if not any(one.code == code for one in self.problems):
            self.problems.append(Problem(code))


def _own(attrs: Attrs) -> Attrs:
    """規格の属性だけを、接頭辞なしで。LibreOffice の拡張には、同じ名の属性がある。"""
    return without_prefixes({k: v for k, v in attrs.items() if not k.startswith(_EXTENSIONS)})


def _count(attrs: Attrs, name: str) -> int:
    """繰り返しの数。:class:`SheetgenError` (R032)。"""
    text = attrs.get(name, "1")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise refuse("R032")
    return max(int(text), 1)


_MIMETYPES = (
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
)
_PROPERTIES = {
    "title": "title",
    "subject": "subject",
    "description": "description",
    "initial-creator": "creator",
    "creator": "lastModifiedBy",
}
_MACROS = ("basic/", "scripts/")


def read_ods(archive: Archive) -> RawBook:
    """OpenDocument のブックを読む。

    :raises SheetgenError: 壊れている（R020、R027）、ブックでない（R021）、
        パスワードがある（R022）、DOCTYPE がある（R028）、セルが多すぎる（R029）、
        またはシートがない（R033）。
    """
    if "mimetype" in archive and archive.read("mimetype").strip() not in _MIMETYPES:
        raise refuse("R021")
    manifest = "META-INF/manifest.xml"
    if manifest in archive and b"encryption-data" in archive.read(manifest):
        raise refuse("R022")
    styles = Styles()
    if "styles.xml" in archive:
        styles.add(tree(archive.read("styles.xml"), "styles.xml"))
    reader = ContentReader(styles)
    run(_chunks(archive, "content.xml"), "content.xml", reader.start, reader.end, reader.text)
    if not reader.is_workbook:
        raise refuse("R021")
    if not reader.sheets:
        raise refuse("R033")
    problems = list(reader.problems)
    if any(name.startswith(_MACROS) for name in archive):
        problems.append(Problem("R040"))
    return RawBook(
        format=BookFormat.ODS,
        sheets=tuple(reader.sheets),
        names=tuple(reader.names),
        properties=_properties(archive),
        problems=tuple(problems),
    )


def _chunks(archive: Archive, part: str) -> Iterator[bytes]:
    if archive.size(part) > MAX_PART:
        yield from archive.stream(part)
        return
    yield utf8(archive.read(part), part)


def _properties(archive: Archive) -> dict[str, str]:
    if "meta.xml" not in archive:
        return {}
    try:
        root = tree(archive.read("meta.xml"), "meta.xml")
    except SheetgenError:
        return {}
    found: dict[str, str] = {}
    keywords = []
    for node in root.walk():
        if node.local == "keyword":
            keywords.append(node.text)
        elif node.local in _PROPERTIES and node.text:
            found[_PROPERTIES[node.local]] = node.text
    if keywords:
        found["keywords"] = ", ".join(keywords)
    return found
