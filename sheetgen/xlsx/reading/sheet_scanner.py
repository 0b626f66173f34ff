"""シートの部品を、よくある書き方のときに速く読む。

What is verified before a value is taken, so that nothing is skipped unseen:

* the part is plain (:func:`is_plain`), so that ``<c r="`` always begins a cell;
* there is one ``sheetData``, and no other default namespace is declared anywhere;
* what stands before and after the rows goes through the real XML parser;
* every piece between two cells matches, from end to end, one grammar: a cell of Excel's,
  LibreOffice's or openpyxl's spelling, then possibly the end of its row, rows without
  cells, and the start of the next row.

Anything else (another prefix or order of attributes, a shared formula, rich text in the
cell) raises :class:`NotPlainError`, and the whole part is read by the parser.  Pieces
repeat from sheet to sheet, so what each says is remembered.
"""

from __future__ import annotations

import re
from typing import cast
from xml.parsers import expat

from sheetgen.model.returned import RawCell
from sheetgen.xlsx.reading.archive import refuse
from sheetgen.xlsx.reading.cells import (
    MAX_CELLS,
    CellMaker,
    UnreadableValueError,
    within_limits,
)
from sheetgen.xlsx.reading.scanning import MAX_MEMO, NotPlainError, check_root, resolve
from sheetgen.xlsx.reading.sheet_parser import SheetContent, is_zero
from sheetgen.xlsx.reading.strings import Text, unescape
from sheetgen.xlsx.reading.xmlparts import Attrs, without_prefixes

_OPEN, _CLOSE = b"<sheetData>", b"</sheetData>"
_CELL = b'<c r="'
_TEXT = rb"[^<\x00-\x08\x0b\x0c\x0e-\x1f]*"
_ROW = rb'<row r="[1-9][0-9]{0,6}"(?: (?!xml)[A-Za-z:0-9]+="[ !#-%\'-;=?-~]*")* ?'
_EMPTY_ROWS = rb"(?:" + _ROW + rb"(?:/>|></row>))*"
_FIRST = re.compile(_EMPTY_ROWS + _ROW + rb">")
_ROWS = re.compile(_EMPTY_ROWS)
_PIECE = re.compile(
    rb'([A-Z]{1,3}[1-9][0-9]{0,6})"(?: s="([0-9]{1,6})")?(?: t="([A-Za-z]{1,9})")?(?: ?/>|>'
    rb'(?:<f(?: aca="(?:false|true|0|1)")?>(' + _TEXT + rb")</f>)?"
    rb"(?:<v>(" + _TEXT + rb')</v>|<is><t(?: xml:space="preserve")?>(' + _TEXT + rb")</t></is>"
    rb"|(<v ?/>))?</c>)"
    rb"((?:</row>" + _EMPTY_ROWS + rb"(?:" + _ROW + rb">)?)?)"
)
_ROW_HEAD = re.compile(rb'<row r="([0-9]+)"([^<]*?)/?>')
_HIDDEN = re.compile(rb' hidden="(?:1|true|on)"')
_HEIGHT = re.compile(rb' ht="([0-9.]*)"')

_Found = tuple[str, RawCell | None, tuple[int, ...], bool]
"""一つの切れ端の言うこと: (番地、セル、隠れた行、行が開いたままか)"""
_LONG = 400
MAX_EDGES = 500
_ROW_ENDS = (b"w>", b"/>")
_NOTHING: _Found = ("", None, (), True)

_blank: dict[bytes, _Found] = {}
_edges: dict[bytes, SheetContent] = {}


def forget() -> None:
    """覚えたことを捨てる（速さを測るとき）。"""
    _blank.clear()
    _edges.clear()


def scan_sheet(data: bytes, maker: CellMaker) -> SheetContent:
    """シートの部品を読む。``data`` は :func:`is_plain` であること。

    :raises NotPlainError: the part is written in another way.
    :raises SheetgenError: too many cells (R029).
    """
    start = data.find(_OPEN)
    end = data.find(_CLOSE, start)
    if start < 0 or end < 0 or data.find(_OPEN, end) >= 0 or data.find(_CLOSE, end + 1) >= 0:
        raise NotPlainError
    content = _around(data[: start + len(_OPEN)] + data[end:])
    first, *pieces = data[start + len(_OPEN) : end].split(_CELL)
    if not pieces:
        if not _ROWS.fullmatch(first):
            raise NotPlainError
        content.rows.update(_hidden_rows(first))
        return content
    if not _FIRST.fullmatch(first):
        raise NotPlainError
    content.rows.update(_hidden_rows(first))
    last = pieces.pop()
    _take(pieces, content, maker)
    ref, cell, hidden, opens = _read(last, maker)
    if opens or ref in content.cells:
        raise NotPlainError
    if cell is not None:
        content.cells[ref] = cell
    content.rows.update(hidden)
    if len(content.cells) > MAX_CELLS:
        raise refuse("R029", limit=MAX_CELLS)
    return content


def _take(pieces: list[bytes], content: SheetContent, maker: CellMaker) -> None:
    """行の閉じない切れ端を、順に読んで加える。"""
    memo = cast("dict[bytes, _Found]", maker.pieces)
    if len(memo) > MAX_MEMO or len(_blank) > MAX_MEMO:
        memo.clear()
        _blank.clear()
    known = memo.get
    cells = content.cells
    count = 0
    for piece in pieces:
        found = known(piece)
        if found is None:
            found = _blank.get(piece) or _read(piece, maker)
            if len(piece) < _LONG:
                memo[piece] = found
        if found is _NOTHING:
            continue
        ref, cell, hidden, opens = found
        if not opens:
            raise NotPlainError
        if cell is not None:
            cells[ref] = cell
            count += 1
        if hidden:
            content.rows.update(hidden)
    # 同じセルが二度あれば、断るのは本当の読み手の仕事とする。
    if count != len(cells):
        raise NotPlainError


def _read(piece: bytes, maker: CellMaker) -> _Found:
    """一つの切れ端を、端から端まで確かめて読む。"""
    match = _PIECE.fullmatch(piece)
    if match is None:
        raise NotPlainError
    ref, style, kind, formula, written, inline, nothing, rows = match.groups()
    hidden = _hidden_rows(rows) if rows else ()
    opens = not rows or rows[-2:] not in _ROW_ENDS
    if nothing:
        written = b""
    if not (written or inline or formula is not None):
        if hidden or not opens:
            return "", None, hidden, opens
        if len(piece) < _LONG:
            _blank[piece] = _NOTHING
        return _NOTHING
    place = ref.decode()
    # 二文字の列と六桁の行までは、どれも Excel のシートにある。
    if (len(place) > 7 or place[2:3] > "@") and not within_limits(place):
        raise NotPlainError
    return place, _cell(maker, kind, style, written, inline, formula), hidden, opens


def _cell(
    maker: CellMaker,
    kind: bytes | None,
    style: bytes | None,
    written: bytes | None,
    inline: bytes | None,
    formula: bytes | None,
) -> RawCell | None:
    """切れ端のセルを作る。"""
    shown = style.decode() if style else ""
    expression = None if formula is None else unescape(resolve(formula))
    if inline:
        if kind != b"inlineStr":
            raise NotPlainError
        return maker.text(Text(unescape(resolve(inline))), shown, expression)
    try:
        value = None if written is None else resolve(written)
        return maker.make(kind.decode() if kind else "", shown, value, None, expression)
    except UnreadableValueError:
        raise NotPlainError from None


def _hidden_rows(rows: bytes) -> tuple[int, ...]:
    if b' hidden="' not in rows and b' ht="0' not in rows:
        return ()
    found = []
    for row, attrs in _ROW_HEAD.findall(rows):
        height = _HEIGHT.search(attrs)
        if _HIDDEN.search(attrs) or (height and is_zero(height[1].decode())):
            found.append(int(row))
    return tuple(found)


def _around(edges: bytes) -> SheetContent:
    """行の前と後ろを、XML として読む。"""
    one = _edges.get(edges)
    if one is None:
        if len(_edges) > MAX_EDGES:
            _edges.clear()
        one = _edges[edges] = _parse_around(edges)
    return SheetContent(merged=one.merged, columns=one.columns, links=one.links)


def _parse_around(edges: bytes) -> SheetContent:
    check_root(edges, b"worksheet")
    content = SheetContent()
    parser = expat.ParserCreate("utf-8")
    inside = False

    def start(name: str, attrs: Attrs) -> None:
        nonlocal inside
        if name == "mergeCell":
            content.merge(attrs)
        elif name == "col":
            content.column(attrs)
        elif name == "hyperlink":
            content.link(without_prefixes(attrs))
        # 根のほかで名前の空間を変えていれば、名だけでは分からない。
        if inside and "xmlns" in attrs:
            raise NotPlainError
        inside = True

    parser.StartElementHandler = start
    try:
        parser.Parse(edges, True)
    except expat.ExpatError:
        raise NotPlainError from None
    return content
