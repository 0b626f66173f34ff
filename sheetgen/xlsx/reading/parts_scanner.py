"""文字列の表、スタイル、定義された名前を、よくある書き方のときに速く読む。

The same bargain as :mod:`sheetgen.xlsx.reading.sheet_scanner`: the part is plain, one
expression takes every entry, and the number of ``<`` shows that nothing stood between
the entries it took; or :class:`NotPlainError`.
"""

from __future__ import annotations

import re

from sheetgen.xlsx.reading.formats import BUILTIN, GENERAL, is_date
from sheetgen.xlsx.reading.scanning import (
    TEXT,
    NotPlainError,
    check_root,
    decoded,
    resolve,
    resolve_all,
)
from sheetgen.xlsx.reading.strings import Text, rich_text, unescape
from sheetgen.xlsx.reading.styles import Look
from sheetgen.xlsx.reading.xmlparts import tree

_ATTRS = r'(?: [A-Za-z0-9:]+="[^"<]*")*'
_T = r'<t(?: xml:space="preserve"|)(?: ?/>|>(' + TEXT + r")</t>)"
# ふりがなの付いた文字。ふりがなは取らない。
_READING = r'<rPh sb="[0-9]+" eb="[0-9]+">' + _T.replace("(" + TEXT, "(?:" + TEXT) + r"</rPh>"
_STRING = re.compile(
    r"<si>(?:" + _T + r"(?:" + _READING + r")*(?:<phoneticPr" + _ATTRS + r" ?/>|)"
    r"|([^<]*(?:<(?!/?si[ />])[^<]*)*))</si>\s*|<si ?/>\s*|([\s\S]+)"
)
"""（文字、書式の付いた文字の中身、読めない残り）"""
_TABLE = re.compile(rb"<sst" + _ATTRS.encode() + rb">\s*")
_FORMAT = re.compile(rb'<numFmt numFmtId="([0-9]{1,9})" formatCode="([^"<]*)" ?(?:/>|></numFmt>)')
_XF = re.compile(rb'<xf numFmtId="([0-9]{1,9})" fontId="[0-9]{1,9}"' + _ATTRS.encode() + rb" ?/?>")
_NAME = re.compile(
    r'<definedName(?: function="(?:false|0)"|)(?: hidden="(?:false|true|0|1)"|)'
    r'(?: localSheetId="([0-9]+)"|) name="([^"<]*)"(?: localSheetId="([0-9]+)"|)'
    r'(?: hidden="(?:false|true|0|1)"|)(?: vbProcedure="(?:false|0)"|)>'
    r"(" + TEXT + r")</definedName>"
)


_NAMES = "<definedNames>"


def scan_strings(data: bytes) -> list[Text]:
    """``sharedStrings`` を読む。:class:`NotPlainError`。"""
    check_root(data, b"sst")
    start = data.find(b"<sst")
    opening = _TABLE.match(data, start) if start >= 0 else None
    end = data.rfind(b"</sst>")
    if opening is None or end < 0 or data[end + len(b"</sst>") :].strip():
        raise NotPlainError
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
            # 書式の付いた文字だけを、XML として読む。
            texts.append(rich_text(tree(f"<si>{rich}</si>".encode(), "si")))
            continue
        if refers and "&" in text:
            text = known[text]
        texts.append(new(Text, (unescape(text) if escapes else text, "", False, "")))
    return texts


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
        codes[int(number)] = unescape(resolve(decoded(code))) or GENERAL
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
    found = _NAME.findall(inner)
    # 一つの名前に < は二つ。数が合えば、読み飛ばしたものはない。
    if not inner.startswith(_NAMES) or inner.count("<") != 2 * len(found) + 1:
        raise NotPlainError
    names = [(name, first or second, target) for first, name, second, target in found]
    if "&" in inner:
        names = [(resolve(name), scope, resolve(target)) for name, scope, target in names]
    start = data.find(_NAMES.encode())
    return data[:start] + data[start + len(written) + len(b"</definedNames>") :], names
