"""シートの部品を、よくある書き方のときに速く読む。

見落としのないように、値を取る前に次のことを確かめる。

* 部品が素直な書き方で（:func:`is_plain`）、どの ``<`` もタグの始まりである。
* ``sheetData`` は一つで、既定の名前空間がほかで宣言されていない。
* 行の前と後ろは、本当の XML の構文解析に通す。
* 行は、端から端まで一つの正規表現で取る。合うのは、何か入ったセル（前にある空のセルと行の終わりも
  含む）で、Excel、LibreOffice、openpyxl の書き方のもの。または最後の行の終わり。どれもなければ、
  残りの全部。間が空くことはなく、終わりや残りに当たるのは最後の一つだけである。

ほかのもの（別の接頭辞や属性の順、共有の数式、セルの中の書式つきの文字）があれば
:class:`NotPlainError` とし、部品の全体を構文解析で読む。
"""

from __future__ import annotations

import re

from sheetgen.problems import SheetgenError
from sheetgen.reading.book import CellKind, RawCell
from sheetgen.reading.cells import (
    MAX_CELLS,
    CellMaker,
    Text,
    UnreadableValueError,
    unescape,
    within_limits,
)
from sheetgen.reading.scanning import (
    MAX_MEMO,
    NotPlainError,
    check_root,
    decoded,
    resolve,
    resolve_all,
)
from sheetgen.reading.sheet_parser import TRUE, SheetContent, is_zero, parse_sheet
from sheetgen.reading.xml_parts import without_prefixes
from sheetgen.xlsx.refs import MAX_ROW

_OPEN, _CLOSE = b"<sheetData>", b"</sheetData>"
_TEXT = r"[^<\x00-\x08\x0b\x0c\x0e-\x1f]*"


# あってもなくてもよいものは、? でなく空の枝とする。正規表現の進み方がずっと軽い。
_ROW = r'<row r="[1-9][0-9]{0,6}"(?: [A-Za-z][A-Za-z:0-9]*="[ !#-%\'-;=?-~]*")* ?'
_EMPTY_ROWS = r"(?:" + _ROW + r"(?:/>|></row>))*"
_REF = r'<c r="[A-Z]{1,3}[1-9][0-9]{0,6}"'
_KIND = r'(?: t="[A-Za-z]{1,9}"|)'
_T = r'<t(?: xml:space="preserve"|)'
_EMPTY = (
    # どれも Excel のシートにある番地だけ。ほかは、本当の読み手が断る。
    r'(?:<c r="[A-Z]{1,2}[1-9][0-9]{0,5}"(?: s="[0-9]{1,6}"|)' + _KIND + r"(?:/>| />|>"
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
    r"(?:(<v>)(" + _TEXT + r")</v>|<is>" + _T + r">(" + _TEXT + r")</t></is>|(<v ?/>)|)</c>"
)
_ROW_HEAD = re.compile(r'<row r="([0-9]+)"([^>]*)>')
_ROW_ATTR = re.compile(r' ([A-Za-z:0-9]+)="([^"]*)"')
_MERGES, _MERGES_END = b"<mergeCells", b"</mergeCells>"
_MERGE = re.compile(rb'<mergeCell ref="([A-Z0-9:]+)" ?/>')
_AREAS = re.compile(rb'<mergeCells(?: count="[0-9]*"|)>(?:%s)+' % _MERGE.pattern)
_MARKED_ROW = b'<row r="1" hidden="1"/>'
_MARKED_MERGE = b'<mergeCells><mergeCell ref=""/>'
MAX_EDGES = 500
_STRING, _NUMBER = CellKind.TEXT, CellKind.NUMBER
_Piece = tuple[str, str, str, str, str, str, str]
_edges: dict[bytes, SheetContent] = {}
_merges: dict[bytes, list[str]] = {}
_rows: dict[str, bool] = {}
"""行の属性（書かれたまま）と、隠れた行か。"""


def scan_sheet(data: bytes, maker: CellMaker) -> SheetContent:
    """シートの部品を読む。``data`` は :func:`is_plain` であること。

    :raises NotPlainError: ほかの書き方をしているか、断るべきものである。
    """
    start = data.find(_OPEN)
    end = data.find(_CLOSE, start)
    if start < 0 or end < 0 or data.find(_OPEN, end) >= 0 or data.find(_CLOSE, end + 1) >= 0:
        raise NotPlainError
    content = _around(data[: start + len(_OPEN)], data[end:])
    rows = decoded(data[start + len(_OPEN) : end])
    if "xmlns" in rows:  # 行が名前の空間を変えていれば、名だけでは分からない
        raise NotPlainError
    first = _FIRST.match(rows)
    if first is None:
        if not _ROWS.fullmatch(rows):
            raise NotPlainError
        content.rows += _hidden_rows(rows)
        return content
    # 多すぎるシートを、本当の読み手は少しずつ読む。
    if data.count(b"<v>", start) + data.count(b"<is>", start) > MAX_CELLS:
        raise NotPlainError
    pieces: list[_Piece] = _PIECE.findall(rows, first.end())
    if not pieces or any(pieces.pop()):
        raise NotPlainError
    content.rows += _hidden_rows(rows)
    refers = "&" in rows
    _take(pieces, content, maker, refers, refers or "_x" in rows)
    if len(content.cells) > MAX_CELLS:
        raise NotPlainError
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
            cell = new(RawCell, (_STRING, inline, looks[0], None, None, None, None, None))
        elif index:
            cell = shared.get((index, style)) or _shared(index, style, maker)
        elif number and looks[1]:
            cell = new(RawCell, (_NUMBER, int(number), looks[1], None, None, None, None, None))
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
    kind, calculated, formula, valued, value, inline, blank = match.groups()
    formula = unescape(resolve(formula)) if calculated else None
    if inline:
        if kind != "inlineStr":
            raise NotPlainError
        return maker.text(Text(unescape(resolve(inline))), style, formula)
    written = resolve(value) if valued else "" if blank else None
    return _made(kind or "", style, written, formula, maker)


def _made(
    kind: str, style: str, value: str | None, formula: str | None, maker: CellMaker
) -> RawCell | None:
    try:
        return maker.make(kind, style, value, None, formula)
    except UnreadableValueError:
        raise NotPlainError from None


def _hidden_rows(rows: str) -> list[tuple[int, int]]:
    """隠れた行。どの行の番号と属性も確かめる。:class:`NotPlainError`。"""
    found = []
    for row, attrs in _ROW_HEAD.findall(rows):
        if len(row) > 6 and int(row) > MAX_ROW:
            raise NotPlainError
        hidden = _rows.get(attrs)
        if hidden is None:
            if len(_rows) > MAX_EDGES:
                _rows.clear()
            hidden = _rows[attrs] = _is_hidden(attrs)
        if hidden:
            found.append((int(row), int(row)))
    return found


def _is_hidden(attrs: str) -> bool:
    pairs = _ROW_ATTR.findall(attrs)
    found = dict(pairs)
    if len(found) != len(pairs) or "r" in found:  # 同じ属性が二度あれば、XML でない
        raise NotPlainError
    found = without_prefixes(found)
    return found.get("hidden") in TRUE or is_zero(found.get("ht"))


def _around(head: bytes, tail: bytes) -> SheetContent:
    """行の前と後ろを、XML として読む。結合は、どの様式でも同じことが多いので別に覚える。"""
    first = tail.find(_MERGES)
    last = tail.find(_MERGES_END, first)
    merged: list[str] = []
    if 0 < first < last:
        inner = tail[first:last]
        found = _merges.get(inner)
        if found is None:
            if not _AREAS.fullmatch(inner):
                raise NotPlainError
            found = _merges[inner] = [one.decode() for one in _MERGE.findall(inner)]
        merged = found
        tail = tail[:first] + _MARKED_MERGE + tail[last:]
    edges = head + _MARKED_ROW + tail
    one = _edges.get(edges)
    if one is None:
        if len(_edges) > MAX_EDGES:
            _edges.clear()
            _merges.clear()
        one = _edges[edges] = _parse_around(edges)
    if merged and one.merged != [""]:  # 印を置いた所のほかにも結合がある
        raise NotPlainError
    return SheetContent(merged=merged or one.merged, columns=one.columns, links=one.links)


def _parse_around(edges: bytes) -> SheetContent:
    """本当の読み手で読む。抜いた行の所に置いた印が、行として読めるはずである。"""
    check_root(edges, b"worksheet")
    try:
        found = parse_sheet((edges,), "", CellMaker((), (), False))
    except SheetgenError:
        raise NotPlainError from None
    if found.rows != [(1, 1)] or found.cells or found.problems:
        raise NotPlainError
    return found
