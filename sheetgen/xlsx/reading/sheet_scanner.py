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
from xml.parsers import expat

from sheetgen.model.returned import CellKind, RawCell
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
    rb"(?:<v>(" + _TEXT + rb')</v>|<is><t(?: xml:space="preserve")?(?: ?/>|>(' + _TEXT + rb")</t>)</is>"
    rb"|(<v ?/>))?</c>)"
    rb"((?:</row>" + _EMPTY_ROWS + rb"(?:" + _ROW + rb">)?)?)"
)
_ROW_HEAD = re.compile(rb'<row r="([0-9]+)"([^<]*?)/?>')
_MERGES, _MERGES_END = b"<mergeCells", b"</mergeCells>"
_MERGE = re.compile(rb'<mergeCell ref="([A-Z0-9:]+)" ?/>')
_HIDDEN = re.compile(rb' hidden="(?:1|true|on)"')
_SEEN = re.compile(rb' (?:hidden="[1to]|ht="0)')
_HEIGHT = re.compile(rb' ht="([0-9.]*)"')

_LONG = 400
MAX_EDGES = 500
_ROW_ENDS = (b"w>", b"/>")
_STRING = CellKind.TEXT
_Written = tuple[str, int, str, tuple[str, str | None], str, str | None, tuple[int, ...], bool]
"""一つの切れ端に書かれたもの。

(番地、文字列の表の番号か -1、スタイル、（種類、値）、文字、数式、隠れた行、行が開いたままか)
"""
_NOTHING: _Written = ("", -1, "", ("", None), "", None, (), True)

_written: dict[bytes, _Written] = {}
_edges: dict[bytes, SheetContent] = {}
_merges: dict[bytes, list[str]] = {}


def forget() -> None:
    """覚えたことを捨てる（速さを測るとき）。"""
    _written.clear()
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
    content = _around(data[: start + len(_OPEN)], data[end:])
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
    found = _split(last)
    if found[-1] or found[0] in content.cells:
        raise NotPlainError
    if found[0]:
        cell = _cell(found, maker)
        if cell is not None:
            content.cells[found[0]] = cell
    content.rows.update(found[-2])
    if len(content.cells) > MAX_CELLS:
        raise refuse("R029", limit=MAX_CELLS)
    return content


def _take(pieces: list[bytes], content: SheetContent, maker: CellMaker) -> None:
    """行の閉じない切れ端を、順に読んで加える。"""
    if len(_written) > MAX_MEMO:
        _written.clear()
    known = _written.get
    cells = content.cells
    strings, looks = maker.strings, maker.seen
    count = 0
    for piece in pieces:
        found = known(piece) or _split(piece)
        if found is _NOTHING:
            continue
        place, index, style, _, _, _, hidden, opens = found
        if not opens:
            raise NotPlainError
        if hidden:
            content.rows.update(hidden)
        if not place:
            continue
        look = looks.get(style)
        # いちばん多い、書式のない共有の文字。ほかはすべて _cell が作る。
        if look is not None and 0 <= index < len(strings) and not look[2]:
            text, struck, _, _ = strings[index]
            if text and not struck:
                cells[place] = RawCell(_STRING, text, look[0])
                count += 1
                continue
        cell = _cell(found, maker)
        if cell is not None:
            cells[place] = cell
            count += 1
    # 同じセルが二度あれば、断るのは本当の読み手の仕事とする。
    if count != len(cells):
        raise NotPlainError


def _cell(found: _Written, maker: CellMaker) -> RawCell | None:
    """切れ端のセルを作る。:class:`NotPlainError`。"""
    _, _, style, (kind, value), inline, formula, _, _ = found
    if inline:
        if kind != "inlineStr":
            raise NotPlainError
        return maker.text(Text(inline), style, formula)
    try:
        return maker.make(kind, style, value, None, formula)
    except UnreadableValueError:
        raise NotPlainError from None


def _split(piece: bytes) -> _Written:
    """一つの切れ端を、端から端まで確かめて分ける。"""
    match = _PIECE.fullmatch(piece)
    if match is None:
        raise NotPlainError
    ref, style, kind, formula, written, inline, nothing, rows = match.groups()
    hidden = _hidden_rows(rows) if rows else ()
    opens = not rows or rows[-2:] not in _ROW_ENDS
    if nothing:
        written = b""
    if written or inline or formula is not None:
        place = ref.decode()
        # 二文字の列と六桁の行までは、どれも Excel のシートにある。
        if (len(place) > 7 or place[2:3] > "@") and not within_limits(place):
            raise NotPlainError
        shared = kind == b"s" and formula is None and written and written.isdigit()
        shared = shared and len(written) < 10
        found: _Written = (
            place,
            int(written) if shared else -1,
            style.decode() if style else "",
            (kind.decode() if kind else "", None if written is None else resolve(written)),
            unescape(resolve(inline)) if inline else "",
            None if formula is None else unescape(resolve(formula)),
            hidden,
            opens,
        )
    elif hidden or not opens:
        found = ("", -1, "", ("", None), "", None, hidden, opens)
    else:
        found = _NOTHING
    if len(piece) < _LONG:
        _written[piece] = found
    return found


def _hidden_rows(rows: bytes) -> tuple[int, ...]:
    if _SEEN.search(rows) is None:
        return ()
    found = []
    for row, attrs in _ROW_HEAD.findall(rows):
        height = _HEIGHT.search(attrs)
        if _HIDDEN.search(attrs) or (height and is_zero(height[1].decode())):
            found.append(int(row))
    return tuple(found)


def _around(head: bytes, tail: bytes) -> SheetContent:
    """行の前と後ろを、XML として読む。結合は、どの様式でも同じことが多いので別に覚える。"""
    first = tail.find(_MERGES)
    last = tail.find(_MERGES_END, first)
    merged: list[str] = []
    if 0 < first < last:
        inner = tail[first:last]
        found = _merges.get(inner)
        if found is None:
            areas = _MERGE.findall(inner)
            if inner.count(b"<") != len(areas) + 1:
                raise NotPlainError
            found = _merges[inner] = [one.decode() for one in areas]
        merged = found
        tail = tail[:first] + _MERGES + b">" + tail[last:]
    edges = head + tail
    one = _edges.get(edges)
    if one is None:
        if len(_edges) > MAX_EDGES:
            _edges.clear()
            _merges.clear()
        one = _edges[edges] = _parse_around(edges)
    return SheetContent(merged=merged or one.merged, columns=one.columns, links=one.links)


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
