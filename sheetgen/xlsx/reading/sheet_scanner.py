"""シートの部品を、よくある書き方のときに速く読む。

What is verified before a value is taken, so that nothing is skipped unseen:

* the part is plain (:func:`is_plain`), so that every ``<`` begins a tag;
* there is one ``sheetData``, and no other default namespace is declared anywhere;
* what stands before and after the rows goes through the real XML parser;
* the rows are taken from end to end by one expression.  It matches a cell that holds
  something, with the empty cells and the ends of rows before it, in Excel's,
  LibreOffice's or openpyxl's spelling; or the end of the last row; or, where none of
  these stands, all the rest.  So the matches leave no gap, and only the last one can be
  the end or the rest.

Anything else (another prefix or order of attributes, a shared formula, rich text in the
cell) raises :class:`NotPlainError`, and the whole part is read by the parser.
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
from sheetgen.xlsx.reading.scanning import (
    MAX_MEMO,
    NotPlainError,
    check_root,
    decoded,
    resolve,
    resolve_all,
)
from sheetgen.xlsx.reading.sheet_parser import SheetContent, is_zero
from sheetgen.xlsx.reading.strings import Text, unescape
from sheetgen.xlsx.reading.xmlparts import Attrs, without_prefixes

_OPEN, _CLOSE = b"<sheetData>", b"</sheetData>"
_TEXT = r"[^<\x00-\x08\x0b\x0c\x0e-\x1f]*"
# あってもなくてもよいものは、? でなく空の枝とする。正規表現の進み方がずっと軽い。
_ROW = r'<row r="[1-9][0-9]{0,6}"(?: [A-Za-z:0-9]+="[ !#-%\'-;=?-~]*")* ?'
_EMPTY_ROWS = r"(?:" + _ROW + r"(?:/>|></row>))*"
_REF = r'<c r="[A-Z]{1,3}[1-9][0-9]{0,6}"'
_KIND = r'(?: t="[A-Za-z]{1,9}"|)'
_T = r'<t(?: xml:space="preserve"|)'
_EMPTY = (
    r"(?:" + _REF + r'(?: s="[0-9]{1,6}"|)' + _KIND + r"(?:/>| />|>"
    r"(?:<v ?/>|<v></v>|<is>" + _T + r"(?: ?/>|></t>)</is>|)</c>))*"
)
_CONTENT = (
    r' t="(?:s"><v>([0-9]{1,9})</v>|inlineStr"><is>' + _T + r">(" + _TEXT + r")</t></is>)</c>"
    r'|(?: t="n"|)><v>([0-9]{1,15})</v></c>'
    r"|(" + _KIND + r">[^<]*(?:<(?!/c>|c )[^<]*)*</c>)"
)
_FIRST = re.compile(_EMPTY_ROWS + _ROW + r">")
_ROWS = re.compile(_EMPTY_ROWS)
_PIECE = re.compile(
    _EMPTY + r"(?:</row>" + _EMPTY_ROWS + _ROW + r">" + _EMPTY + r")*"
    r"(?:"
    + _REF.replace("[A-Z]", "([A-Z]", 1).replace("6}", "6})", 1)
    + r'(?: s="([0-9]{1,6})"|)(?:'
    + _CONTENT
    + r")|</row>"
    + _EMPTY_ROWS
    + r"\Z)|([\s\S]+)"
)
"""(番地、スタイル、文字列の表の番号、文字、短い整数、そのほかの中身、読めない残り)"""
_OTHER = re.compile(
    r'(?: t="([A-Za-z]{1,9})")?>(?:(<f(?: aca="(?:false|true|0|1)")?>)(' + _TEXT + r")</f>)?"
    r"(?:(<v>)(" + _TEXT + r")</v>|<is>" + _T + r">(" + _TEXT + r")</t></is>|(<v ?/>))?</c>"
)
_ROW_HEAD = re.compile(r'<row r="([0-9]+)"([^<]*?)/?>')
_MERGES, _MERGES_END = b"<mergeCells", b"</mergeCells>"
_MERGE = re.compile(rb'<mergeCell ref="([A-Z0-9:]+)" ?/>')
_HIDDEN = re.compile(r' hidden="(?:1|true|on)"')
_SEEN = (' hidden="1"', ' hidden="t', ' hidden="o')
_HEIGHT = re.compile(r' ht="([0-9.]*)"')

MAX_EDGES = 500
_STRING, _NUMBER = CellKind.TEXT, CellKind.NUMBER
_Piece = tuple[str, str, str, str, str, str, str]

_edges: dict[bytes, SheetContent] = {}
_merges: dict[bytes, list[str]] = {}


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
    rows = decoded(data[start + len(_OPEN) : end])
    if "xmlns" in rows:  # 行が名前の空間を変えていれば、名だけでは分からない
        raise NotPlainError
    content.rows.update(_hidden_rows(rows))
    first = _FIRST.match(rows)
    if first is None:
        if not _ROWS.fullmatch(rows):
            raise NotPlainError
        return content
    # 多すぎるシートを、本当の読み手は少しずつ読む。
    if data.count(b"<v>", start) + data.count(b"<is>", start) > MAX_CELLS:
        raise NotPlainError
    pieces: list[_Piece] = _PIECE.findall(rows, first.end())
    if not pieces or any(pieces.pop()):
        raise NotPlainError
    refers = "&" in rows
    _take(pieces, content, maker, refers, refers or "_x" in rows or "\r" in rows)
    if len(content.cells) > MAX_CELLS:
        raise refuse("R029", limit=MAX_CELLS)
    return content


def _take(
    pieces: list[_Piece], content: SheetContent, maker: CellMaker, refers: bool, escapes: bool
) -> None:
    """行の中のセルを、順に加える。"""
    cells = content.cells
    formats = maker.formats
    shared = maker.shared
    new = tuple.__new__
    # 文字参照は、シートごとに一度で戻す。
    known = resolve_all([one[3] for one in pieces if "&" in one[3]]) if refers else {}
    count = 0
    for place, style, index, inline, number, other, _ in pieces:
        # 二文字の列と六桁の行までは、どれも Excel のシートにある。
        if (len(place) > 7 or place[2:3] > "@") and not within_limits(place):
            raise NotPlainError
        looks = formats.get(style) or maker.format(style)
        cell: RawCell | None
        if inline and looks[0]:
            if refers and "&" in inline:
                inline = known[inline]
            if escapes:
                inline = unescape(inline)
            cell = new(RawCell, (_STRING, inline, looks[0], None, None))
        elif index:
            cell = shared.get((index, style)) or _shared(index, style, maker)
        elif number and looks[1]:
            cell = new(RawCell, (_NUMBER, int(number), looks[1], None, None))
        elif inline:
            cell = maker.text(Text(unescape(known.get(inline, inline))), style)
        else:
            cell = _other(f"><v>{number}</v></c>" if number else other, style, maker)
        if cell is not None:
            cells[place] = cell
            count += 1
    # 同じセルが二度あれば、断るのは本当の読み手の仕事とする。
    if count != len(cells):
        raise NotPlainError


def _shared(index: str, style: str, maker: CellMaker) -> RawCell | None:
    """文字列の表を引くセル。同じものは一度だけ作る。:class:`NotPlainError`。"""
    cell = _made("s", style, index, None, maker)
    if cell is not None and len(maker.shared) < MAX_MEMO:
        maker.shared[index, style] = cell
    return cell


def _other(content: str, style: str, maker: CellMaker) -> RawCell | None:
    """数式や、ほかの種類の値のセル。:class:`NotPlainError`。"""
    match = _OTHER.fullmatch(content)
    if match is None:
        raise NotPlainError
    kind, calculated, formula, valued, value, inline, _ = match.groups()
    formula = unescape(resolve(formula)) if calculated else None
    if inline:
        if kind != "inlineStr":
            raise NotPlainError
        return maker.text(Text(unescape(resolve(inline))), style, formula)
    return _made(kind or "", style, resolve(value) if valued else None, formula, maker)


def _made(
    kind: str, style: str, value: str | None, formula: str | None, maker: CellMaker
) -> RawCell | None:
    try:
        return maker.make(kind, style, value, None, formula)
    except UnreadableValueError:
        raise NotPlainError from None


def _hidden_rows(rows: str) -> tuple[int, ...]:
    seen = " hidden=" in rows and any(word in rows for word in _SEEN)
    if not seen and ' ht="0' not in rows:
        return ()
    found = []
    for row, attrs in _ROW_HEAD.findall(rows):
        height = _HEIGHT.search(attrs)
        if _HIDDEN.search(attrs) or (height and is_zero(height[1])):
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
