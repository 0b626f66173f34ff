"""文字列の表、スタイル、定義された名前を、よくある書き方のときに速く読む。

The same bargain as :mod:`sheetgen.xlsx.reading.sheet_scanner`: the part is plain, one
expression takes every entry, and the number of ``<`` shows that nothing stood between
the entries it took; or :class:`NotPlainError`.
"""

from __future__ import annotations

import re

from sheetgen.problems import SheetgenError
from sheetgen.xlsx.reading.formats import BUILTIN, GENERAL, is_date
from sheetgen.xlsx.reading.scanning import (
    TEXT,
    NotPlainError,
    check_root,
    decoded,
    outline,
    resolve,
    resolve_all,
)
from sheetgen.xlsx.reading.strings import Text, rich_text, unescape
from sheetgen.xlsx.reading.styles import Look
from sheetgen.xlsx.reading.xmlparts import tree

_ATTRS = r'(?: [A-Za-z0-9:]+="[^"<]*")*'
_T = r'<t(?: xml:space="preserve"|)(?: ?/>|>(' + TEXT + r")</t>)"
# ふりがなの付いた文字。ふりがなは取らない。
_READING = (
    r'<rPh sb="[0-9]+" eb="[0-9]+">' + _T.replace("(" + TEXT, "(?:[^<&" + TEXT[3:]) + "</rPh>"
)
_PHONETIC = r'<phoneticPr fontId="[0-9]+"(?: type="[A-Za-z]+"|)(?: alignment="[A-Za-z]+"|)'
_STRING = re.compile(
    r"<si>(?:" + _T + r"(?:" + _READING + r")*(?:" + _PHONETIC + r" ?/>|)"
    r"|([^<]*(?:<(?!/?si[ />])[^<]*)*))</si>[ \t\n]*|<si ?/>[ \t\n]*|([\s\S]+)"
)
"""（文字、書式の付いた文字の中身、読めない残り）"""
_TABLE = re.compile(rb"<sst" + _ATTRS.encode() + rb">[ \t\r\n]*")
_FORMAT = re.compile(
    rb'<numFmt numFmtId="([0-9]{1,9})" formatCode="([^"<\x00-\x1f]*)" ?(?:/>|></numFmt>)[ \t\r\n]*'
    rb"|([\s\S]+)"
)
"""（番号、表示形式、読めない残り）"""
_XF = re.compile(
    rb'<xf numFmtId="([0-9]{1,9})" fontId="[0-9]{1,9}"%b ?'
    rb"(?:/>|>(?:<(?:alignment|protection)%b ?/>)*</xf>)[ \t\r\n]*|([\s\S]+)"
    % (_ATTRS.encode(), _ATTRS.encode())
)
"""（表示形式の番号、読めない残り）"""
_OPENING = re.compile(rb"<[^>]*>[ \t\r\n]*")
_NAME = re.compile(
    r'<definedName((?: [A-Za-z]+="[^"<\x00-\x1f]*")+) ?>(' + TEXT + r")</definedName>|([\s\S]+)"
)
"""（属性、式、読めない残り）"""
_ATTR = re.compile(r' ([A-Za-z]+)="([^"]*)"')
_NAMES = "<definedNames>"
_TABLES = ("numFmts", "fonts", "cellXfs")


def scan_strings(data: bytes) -> list[Text]:
    """``sharedStrings`` を読む。:class:`NotPlainError`。"""
    check_root(data, b"sst")
    start = data.find(b"<sst")
    opening = _TABLE.match(data, start) if start >= 0 else None
    end = data.rfind(b"</sst>")
    if opening is None or end < 0 or data[end + len(b"</sst>") :].strip():
        raise NotPlainError
    outline(data[: opening.end()] + data[end:])
    inner = decoded(data[opening.end() : end])
    found: list[tuple[str, str, str]] = _STRING.findall(inner)
    if found and found[-1][2]:
        raise NotPlainError
    refers = "&" in inner
    known = resolve_all([one for one, _, _ in found if "&" in one]) if refers else {}
    escapes = refers or "_x" in inner or "\r" in inner
    new = tuple.__new__
    texts: list[Text] = []
    for text, rich, _ in found:
        if rich:
            texts.append(_rich(rich))
            continue
        if refers and "&" in text:
            text = known[text]
        texts.append(new(Text, (unescape(text) if escapes else text, "", False, "")))
    return texts


def _rich(written: str) -> Text:
    """書式の付いた文字だけを、XML として読む。:class:`NotPlainError`。"""
    try:
        root = tree(f"<sst><si>{written}</si></sst>".encode(), "")
    except SheetgenError:
        raise NotPlainError from None
    return rich_text(root.children[0])


def scan_looks(data: bytes) -> list[Look]:
    """``styles`` を読む。取消線のフォントがあれば、任せる。:class:`NotPlainError`。"""
    check_root(data, b"styleSheet")
    # 読まないところも XML であること、三つの表が根のすぐ下にあることは、別に確かめる。
    names = outline(data)
    if any(names.count(name) != data.count(b"<" + name.encode()) for name in _TABLES):
        raise NotPlainError
    formats, fonts, styles = [_section(data, name.encode()) for name in _TABLES]
    if b"strike" in fonts:
        raise NotPlainError
    codes = dict(BUILTIN)
    for number, code, rest in _entries(_FORMAT, formats):
        if rest:
            raise NotPlainError
        codes[int(number)] = unescape(resolve(decoded(code))) or GENERAL
    numbers = _entries(_XF, styles)
    if numbers and numbers[-1][1]:
        raise NotPlainError
    looks = {}
    for number in {one for one, _ in numbers}:
        shown = codes.get(int(number), GENERAL)
        looks[number] = Look(shown, is_date(shown))
    return [looks[number] for number, _ in numbers]


def _entries(entry: re.Pattern[bytes], section: bytes) -> list[tuple[bytes, ...]]:
    """始まりのタグから後の、すべての要素。読めない残りがあれば、最後の一つになる。"""
    opening = _OPENING.match(section)
    return entry.findall(section, opening.end()) if opening else []


def _section(data: bytes, name: bytes) -> bytes:
    """一つだけある要素の中身。なければ空。"""
    start = data.find(b"<" + name)
    if start < 0:
        return b""
    if data.endswith(b"/>", start, data.find(b">", start) + 1):
        end = start
    else:
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
    inner = decoded(written).replace("&apos;", "'")
    if not inner.startswith(_NAMES):
        raise NotPlainError
    names = [_name(*one) for one in _NAME.findall(inner, len(_NAMES))]
    start = data.find(written)
    return data[:start] + _NAMES.encode() + data[start + len(written) :], names


def _name(written: str, target: str, rest: str) -> tuple[str, str, str]:
    """（名前、シートの番号、式）。:class:`NotPlainError`。"""
    pairs = _ATTR.findall(written)
    attrs = {key: resolve(value) for key, value in pairs}
    if rest or len(attrs) != len(pairs):  # 同じ属性が二度あれば、XML でない
        raise NotPlainError
    return attrs.get("name", ""), attrs.get("localSheetId", ""), resolve(target)
