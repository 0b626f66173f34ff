"""よくある書き方の XML を、文字のまま速く読む。文字列の表、スタイル、名前もここで読む。

推し量らず、字句に切る。宣言の後ろに ``<!`` も ``<?`` もなければ（:func:`is_plain`）、どの
``<`` もタグの始まりである。そこで切れば、文字や属性の途中で切れることはない。切った一つ一つは、
端から端まで文法に合わなければならない。合わないものがあれば、あきらめて、
部品を本当の構文解析に任せる。

:mod:`sheetgen.reading.sheet_scanner` と同じ約束。部品が素直な書き方で、
一つの正規表現がすべての項目を取り、その間に何もないことが ``<`` の数で分かる。そうでなければ
:class:`NotPlainError`。
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from xml.parsers import expat

from sheetgen.problems import SheetgenError
from sheetgen.reading.cells import BUILTIN, GENERAL, Look, Text, is_date, rich_text, unescape
from sheetgen.reading.xml_parts import MAX_DEPTH, UTF16_STARTS, Attrs, local_name, tree

MAX_MEMO = 50_000
MAX_KEPT_PART = 1 << 20
MAX_KEPT = 16 << 20
"""覚えておく部品の、展開した大きさの合計の上限。"""
TEXT = r"[^<\x00-\x08\x0b\x0c\x0e-\x1f]*"
"""XML に書ける文字。書けない文字を断るのは、本当の読み手の仕事とする。"""
_MAIN = (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
         b"http://purl.oclc.org/ooxml/spreadsheetml/main")  # fmt: skip
_REFERENCE = re.compile("&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_resolved: dict[str, str] = {}
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LONG = 2000


# これより多ければ、読み手を一つ作るほうが速い。
_MANY = 12
_T = TypeVar("_T")


class NotPlainError(ValueError):
    """確かめた書き方と違う。本当の読み手に任せる。"""


def is_plain(data: bytes) -> bool:
    """UTF-8 で、コメント、CDATA、処理命令、DOCTYPE が一つもないか。"""
    if data[:2] in UTF16_STARTS:
        return False
    # 一文字を数えるほうが、二文字を探すよりずっと速い。? は宣言に二つある。
    declared = 2 if b"<?" in data[:5] else 0
    return (b"!" not in data or b"<!" not in data) and (
        data.count(b"?") <= declared or data.find(b"<?", 5) < 0
    )


def check_root(data: bytes, name: bytes) -> None:
    """接頭辞のない要素はどれも表計算の要素で、接頭辞のあるものはそうでないことを確かめる。

    :raises NotPlainError: 根が別の要素か、表計算の名前空間が、既定のほかの接頭辞に、または二度、
        結び付いている。
    """
    start = data.find(b"<", data.find(b"?>") + 1)
    opening = data[start : data.find(b">", start)]
    if (
        not opening.startswith(b"<" + name + b" ")
        or not any(b' xmlns="%s"' % uri in opening for uri in _MAIN)
        or sum([data.count(uri) for uri in _MAIN]) != 1
    ):
        raise NotPlainError


def decoded(data: bytes) -> str:
    """UTF-8 の文字。改行は、XML を読むときのとおり ``\\n`` にそろえる。:class:`NotPlainError`。"""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise NotPlainError from None
    if not text.isascii() and ("\ufffe" in text or "\uffff" in text):
        raise NotPlainError
    if "]]>" in text:  # XML では、要素の中の文字に書けない
        raise NotPlainError
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def outline(data: bytes) -> list[str]:
    """初めから終わりまで XML であることを確かめ、根の子の名（接頭辞なし）を並べる。

    :raises NotPlainError: XML でないか、入れ子が深すぎる。
    """
    depth = 0
    found: list[str] = []

    def start(name: str, _: Attrs) -> None:
        nonlocal depth
        depth += 1
        if depth == 2:
            found.append(local_name(name))
        elif depth > MAX_DEPTH:
            raise NotPlainError

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise NotPlainError from None
    return found


def resolve(text: str) -> str:
    """文字参照を文字に戻す。:class:`NotPlainError`。"""
    count = text.count("&")
    if not count:
        return text
    if count > _MANY:
        return resolve_all([text])[text]
    found, done = _REFERENCE.subn(_character, text)
    if done != count:
        raise NotPlainError
    return found


def resolve_all(texts: list[str]) -> dict[str, str]:
    """文字参照のある文字を、覚えていないものだけまとめて戻す。:class:`NotPlainError`。"""
    found = {text: _resolved.get(text) for text in texts}
    wanted = [text for text, known in found.items() if known is None]
    if wanted:
        if len(_resolved) > MAX_MEMO:
            _resolved.clear()
        for text, known in zip(wanted, _parsed(wanted), strict=True):
            found[text] = known
            if len(text) < _LONG:
                _resolved[text] = known
    return found  # type: ignore[return-value]


def _parsed(texts: list[str]) -> list[str]:
    """何本もの文字を、一つの XML として読む。"""
    found: list[str] = []
    words: list[str] = []

    def end(name: str) -> None:
        if name == "t":
            found.append("".join(words))
        words.clear()

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.CharacterDataHandler = words.append
    parser.EndElementHandler = end
    try:
        parser.Parse(("<a><t>" + "</t><t>".join(texts) + "</t></a>").encode(), True)
    except expat.ExpatError:
        raise NotPlainError from None
    return found


def _character(match: re.Match[str]) -> str:
    named, decimal, hexadecimal = match.groups()
    if named:
        return _NAMED[named]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    if not (allowed or 0x10000 <= code <= 0x10FFFF):
        raise NotPlainError(match[0])
    return chr(code)


class PartMemo:
    """同じ圧縮されたバイト列から読んだものを覚える。同じ書き手の部品はよく一致する。"""

    def __init__(self) -> None:
        self._found: dict[bytes, object] = {}
        self._size = 0

    def get(self, packed: bytes, size: int, make: Callable[[], _T]) -> _T:
        """覚えていなければ ``make`` で作る。``size`` は展開した大きさ。"""
        found = self._found.get(packed)
        if found is None:
            found = make()
            if size <= MAX_KEPT_PART:
                if self._size + size > MAX_KEPT:
                    self.forget()
                self._size += size
                self._found[packed] = found
        return found  # type: ignore[return-value]

    def forget(self) -> None:
        """覚えたことを捨てる。"""
        self._found.clear()
        self._size = 0


_ATTRS = r'(?: [A-Za-z0-9:]+="[^"<]*")*'
_TEXT_ELEMENT = r'<t(?: xml:space="preserve"|)(?: ?/>|>(' + TEXT + r")</t>)"


# ふりがなの付いた文字。ふりがなは取らない。
_READING = (
    r'<rPh sb="[0-9]+" eb="[0-9]+">'
    + _TEXT_ELEMENT.replace("(" + TEXT, "(?:[^<&" + TEXT[3:])
    + "</rPh>"
)
_PHONETIC = r'<phoneticPr fontId="[0-9]+"(?: type="[A-Za-z]+"|)(?: alignment="[A-Za-z]+"|)'
_STRING = re.compile(
    r"<si>(?:" + _TEXT_ELEMENT + r"(?:" + _READING + r")*(?:" + _PHONETIC + r" ?/>|)"
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
        texts.append(new(Text, (unescape(text) if escapes else text, "", False, "", "", "")))
    return texts


def _rich(written: str) -> Text:
    """書式の付いた文字だけを、XML として読む。:class:`NotPlainError`。"""
    try:
        root = tree(f"<sst><si>{written}</si></sst>".encode(), "")
    except SheetgenError:
        raise NotPlainError from None
    return rich_text(root.children[0])


def scan_looks(data: bytes) -> list[Look]:
    """``styles`` を読む。取消線や上付きのフォントがあれば、任せる。:class:`NotPlainError`。"""
    check_root(data, b"styleSheet")
    # 読まないところも XML であること、三つの表が根のすぐ下にあることは、別に確かめる。
    names = outline(data)
    if any(names.count(name) != data.count(b"<" + name.encode()) for name in _TABLES):
        raise NotPlainError
    formats, fonts, styles = [_section(data, name.encode()) for name in _TABLES]
    if b"strike" in fonts or b"vertAlign" in fonts:
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

    :raises NotPlainError: 別の書き方をしている。
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
