"""文字列の表、スタイル、定義された名前を、よくある書き方のときに速く読む。

The same bargain as :mod:`sheetgen.xlsx.reading.sheet_scanner`: the part is plain, one
expression takes every entry, and the number of ``<`` shows that nothing stood between
the entries it took; or :class:`NotPlainError`.
"""

from __future__ import annotations

import re

from sheetgen.xlsx.reading.formats import BUILTIN, GENERAL, is_date
from sheetgen.xlsx.reading.scanning import TEXT, NotPlainError, check_root, resolve
from sheetgen.xlsx.reading.strings import Text, rich_text, unescape
from sheetgen.xlsx.reading.styles import Look
from sheetgen.xlsx.reading.xmlparts import tree

_ATTRS = rb'(?: [A-Za-z0-9:]+="[^"<]*")*'
_T = rb'<t(?: xml:space="preserve")?>(' + TEXT + rb")</t>"
_SIMPLE = re.compile(rb"<si>" + _T + rb"</si>")
# ふりがなの付いた文字。ふりがなは取らない。
_READING = rb'<rPh sb="[0-9]+" eb="[0-9]+">' + _T.replace(b">(", b">(?:") + rb"</rPh>"
_STRING = re.compile(
    rb"(?:<t/>|" + _T + rb")(?:" + _READING + rb")*(?:<phoneticPr" + _ATTRS + rb" ?/>)?</si>"
)
_TABLE = re.compile(rb"<sst" + _ATTRS + rb">")
_FORMAT = re.compile(rb'<numFmt numFmtId="([0-9]{1,9})" formatCode="([^"<]*)" ?(?:/>|></numFmt>)')
_XF = re.compile(rb'<xf numFmtId="([0-9]{1,9})" fontId="[0-9]{1,9}"' + _ATTRS + rb" ?/?>")
_NAME = re.compile(
    rb'<definedName(?: function="(?:false|0)")?(?: hidden="(?:false|true|0|1)")?'
    rb'(?: localSheetId="([0-9]+)")? name="([^"<]*)"(?: localSheetId="([0-9]+)")?'
    rb'(?: hidden="(?:false|true|0|1)")?(?: vbProcedure="(?:false|0)")?>'
    rb"(" + TEXT + rb")</definedName>"
)


def scan_strings(data: bytes) -> list[Text]:
    """``sharedStrings`` を読む。:class:`NotPlainError`。"""
    check_root(data, b"sst")
    start = data.find(b"<sst")
    opening = _TABLE.match(data, start) if start >= 0 else None
    end = data.rfind(b"</sst>")
    if opening is None or end < 0 or data[end + len(b"</sst>") :].strip():
        raise NotPlainError
    inner = data[opening.end() : end]
    simple = _SIMPLE.findall(inner)
    if inner.count(b"<") == 4 * len(simple):
        if b"&" in inner:
            return [Text(unescape(resolve(one))) for one in simple]
        return [Text(unescape(one)) for one in _decoded(simple)]
    first, *pieces = inner.replace(b"<si/>", b"<si><t/></si>").split(b"<si>")
    if first.strip():
        raise NotPlainError
    return [_string(piece.rstrip()) for piece in pieces]


def _decoded(words: list[bytes]) -> list[str]:
    """文字参照のない文字を、まとめて読む。:class:`NotPlainError`。"""
    return resolve(b"\0".join(words)).split("\0") if words else []


def _string(piece: bytes) -> Text:
    match = _STRING.fullmatch(piece)
    if match is not None:
        return Text(unescape(resolve(match[1]))) if match[1] else Text("")
    if b"<si" in piece or not piece.endswith(b"</si>"):
        raise NotPlainError
    # 書式の付いた文字だけを、XML として読む。
    return rich_text(tree(b"<si>" + piece, "si"))


def scan_looks(data: bytes) -> list[Look]:
    """``styles`` を読む。取消線のフォントがあれば、任せる。:class:`NotPlainError`。"""
    check_root(data, b"styleSheet")
    if b"<strike" in _section(data, b"fonts"):
        raise NotPlainError
    codes = dict(BUILTIN)
    formats = _section(data, b"numFmts")
    found = _FORMAT.findall(formats)
    if formats.count(b"<numFmt ") != len(found):
        raise NotPlainError
    for number, code in found:
        codes[int(number)] = unescape(resolve(code)) or GENERAL
    styles = _section(data, b"cellXfs")
    numbers = _XF.findall(styles)
    if styles.count(b"<xf") != len(numbers):
        raise NotPlainError
    looks = {}
    for number in set(numbers):
        code = codes.get(int(number), GENERAL)
        looks[number] = Look(code, is_date(code))
    return [looks[number] for number in numbers]


def _section(data: bytes, name: bytes) -> bytes:
    """一つだけある要素の中身。なければ空。"""
    start = data.find(b"<" + name)
    if start < 0:
        return b""
    end = data.find(b"</" + name + b">", start)
    # 名前の空間を変えていれば、名だけでは分からない。
    if end < 0 or data.find(b"<" + name, start + 1) >= 0 or b"xmlns" in data[start:end]:
        raise NotPlainError
    return data[start:end]


def scan_names(data: bytes) -> tuple[bytes, list[tuple[str, str, str]]]:
    """``workbook`` から名前を切り出す。名前を除いた残りと（名前、シートの番号、式）を返す。

    :raises NotPlainError: they are written in another way.
    """
    check_root(data, b"workbook")
    written = _section(data, b"definedNames")
    if not written:
        return data, []
    # LibreOffice は、要らないところでも ' を &apos; と書く。
    inner = written.replace(b"&apos;", b"'")
    opening = b"<definedNames>"
    found = _NAME.findall(inner)
    # 一つの名前に < は二つ。数が合えば、読み飛ばしたものはない。
    if not inner.startswith(opening) or inner.count(b"<") != 2 * len(found) + 1:
        raise NotPlainError
    if b"&" in inner:
        names = [
            (resolve(name), (first or second).decode(), resolve(target))
            for first, name, second, target in found
        ]
    else:
        words = iter(_decoded([word for one in found for word in one]))
        names = [
            (name, first or second, target)
            for first, name, second, target in zip(words, words, words, words, strict=True)
        ]
    start = data.find(opening)
    return data[:start] + data[start + len(written) + len(b"</definedNames>") :], names
