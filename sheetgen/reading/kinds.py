"""届いたファイルが何であるかを、名でなく中身で見分ける。"""

from __future__ import annotations

import re
from enum import StrEnum

from sheetgen.problems import SheetgenError
from sheetgen.reading.zip_directory import EMPTY, SIGNATURE, find_end, first_entry
from sheetgen.reading.zip_directory import names as zip_names


class Kind(StrEnum):
    """ファイルの種類。"""

    XLSX = "xlsx"
    XLSM = "xlsm"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    ZIP = "zip"
    EMPTY = "empty"
    PDF = "pdf"
    TEXT = "text"
    DISGUISED = "disguised"
    DOCUMENT = "document"
    IMAGE = "image"
    MAIL = "mail"
    TNEF = "tnef"
    ARCHIVE = "archive"
    PASSWORD = "password"
    LABEL = "label"
    SHORTCUT = "shortcut"
    UNKNOWN = "unknown"


BOOKS: dict[Kind, str] = {
    Kind.XLSX: "xlsx",
    Kind.XLSM: "xlsm",
    Kind.XLSB: "xlsb",
    Kind.XLS: "xls",
    Kind.ODS: "ods",
    # 開けないことは、ブックを開く所が知らせる。
    Kind.PASSWORD: "xlsx",
    Kind.LABEL: "xlsx",
}
"""ブックの種類と、その拡張子。"""
REFUSALS: dict[Kind, str] = {
    Kind.EMPTY: "R004",
    Kind.PDF: "R005",
    Kind.TEXT: "R006",
    Kind.DISGUISED: "R007",
    Kind.DOCUMENT: "R008",
    Kind.IMAGE: "R009",
    Kind.MAIL: "R010",
    Kind.TNEF: "R080",
    Kind.ARCHIVE: "R011",
    Kind.UNKNOWN: "R014",
    Kind.SHORTCUT: "R076",
}
"""読まない種類と、その知らせの符号。メールは、開けないときだけ。"""
EXTENSIONS: dict[Kind, frozenset[str]] = {
    Kind.XLSX: frozenset({"xlsx", "xltx"}),
    Kind.XLSM: frozenset({"xlsm", "xltm"}),
    Kind.XLSB: frozenset({"xlsb"}),
    Kind.XLS: frozenset({"xls", "xlt"}),
    Kind.ODS: frozenset({"ods", "ots"}),
    Kind.ZIP: frozenset({"zip"}),
}
"""種類ごとの、ふつうの拡張子。"""
_OTHERS = """
pdf csv tsv txt xml htm html mht doc docx docm rtf odt ppt pptx odp vsd vsdx jtd eml msg
png jpg jpeg gif bmp tif tiff webp heic 7z rar lzh cab gz bz2 xz zip
"""
OTHER_EXTENSIONS = frozenset(_OTHERS.split())
"""読まないファイルの原本を、その拡張子のまましまうもの。ほかは、種類の名を拡張子にする。"""
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""複合ファイル（OLE2）の初め。"""
_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n", Kind.IMAGE),
    (b"\xff\xd8\xff", Kind.IMAGE),
    (b"GIF8", Kind.IMAGE),
    (b"BM", Kind.IMAGE),
    (b"II*\x00", Kind.IMAGE),
    (b"MM\x00*", Kind.IMAGE),
    (b"Rar!\x1a\x07", Kind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Kind.ARCHIVE),
    (b"\x1f\x8b", Kind.ARCHIVE),
    (b"BZh", Kind.ARCHIVE),
    (b"\xfd7zXZ\x00", Kind.ARCHIVE),
    (b"MSCF", Kind.ARCHIVE),
    (b"\x78\x9f\x3e\x22", Kind.TNEF),
    (b"{\\rtf", Kind.DOCUMENT),
    (b"L\x00\x00\x00\x01\x14\x02\x00", Kind.SHORTCUT),
    (b"[InternetShortcut]", Kind.SHORTCUT),
    (b"\x09\x00\x04\x00", Kind.DISGUISED),  # BIFF 2、3、4（1992年までの Excel）
    (b"\x09\x02\x06\x00", Kind.DISGUISED),
    (b"\x09\x04\x06\x00", Kind.DISGUISED),
)
_MAIL_HEADERS = frozenset({
    b"received", b"return-path", b"delivered-to", b"from", b"to", b"date", b"subject",
    b"message-id", b"mime-version",
})  # fmt: skip
"""どのメールにもある見出しの名。"""
_HEADER = re.compile(rb"([!-9;-~]+):")
_ODF = b"application/vnd.oasis.opendocument."
_PACKAGE = {"_rels/.rels", "xl/workbook.xml", "xl/workbook.bin"}
_HEAD = 1 << 16
_TEXT_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1a\x1b")


def kind_of(data: bytes) -> Kind:
    """中身から種類を見分ける。"""
    if not data:
        return Kind.EMPTY
    if data.startswith((SIGNATURE, EMPTY)):
        return _zip_kind(data)
    if data.startswith(COMPOUND):
        return _compound_kind(data)
    for start, kind in _STARTS:
        if data.startswith(start) and not (start == b"BM" and data[6:10] != bytes(4)):
            return kind
    if mail := _mail_kind(data[:_HEAD]):  # 添付の中身に、ほかの種類の印があってもよい
        return mail
    if b"%PDF-" in data[:1024]:
        return Kind.PDF
    if data[4:8] == b"ftyp" or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        return Kind.IMAGE
    if data[2:5] == b"-lh" and data[6:7] == b"-":
        return Kind.ARCHIVE
    # 自己解凍の ZIP か、前に何かが付いた ZIP。
    if find_end(data) and b"PK\x01\x02" in data:
        return _zip_kind(data)
    return _text_kind(data[:_HEAD])


def _zip_kind(data: bytes) -> Kind:
    name, content = first_entry(data)
    if name == b"mimetype" and content.startswith(_ODF):
        return Kind.ODS if content[len(_ODF) :].startswith(b"spreadsheet") else Kind.DOCUMENT
    names = zip_names(data)
    if "[content_types].xml" not in names:
        if any(name.endswith(".iwa") for name in names):  # Numbers と Pages
            return Kind.DOCUMENT
        if "content.xml" in names and names & {"meta-inf/manifest.xml", "mimetype"}:
            return Kind.ODS  # mimetype を圧縮したり、初めに置かなかったりする書き手がある
        # 途中で切れた xlsx は、最初の部品の名から分かる。
        started = find_end(data) is None and any(
            name.startswith(("xl/", "_rels/", "docprops/")) for name in names
        )
        # 部品の種類の一覧がなくても、関係か本体があれば、人の作った zip ではない。
        if not (started or names & _PACKAGE):
            return Kind.ZIP
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if any(name.endswith("vbaproject.bin") for name in names):
        return Kind.XLSM
    if any(name.startswith("xl/") for name in names):
        return Kind.XLSX
    others = ("word/", "ppt/", "visio/")
    return Kind.DOCUMENT if any(name.startswith(others) for name in names) else Kind.XLSX


def _compound_kind(data: bytes) -> Kind:
    from sheetgen.reading.compound import Compound

    try:
        found = Compound(data)
    except SheetgenError:
        return Kind.UNKNOWN
    roots = found.roots
    if roots & {"encryptedpackage", "\tdrmcontent"}:
        # パスワードだけの暗号化にも DataSpaces はある。ラベルのものには DRM の変換がある。
        label = any(name.startswith(("drm", "\tdrmcontent")) for name in found.names)
        return Kind.LABEL if label else Kind.PASSWORD
    if "__properties_version1.0" in roots:
        return Kind.MAIL
    if roots & {"workbook", "book"}:
        return Kind.XLS
    if roots & {"worddocument", "powerpoint document", "visiodocument", "jsrv_segmentinformation"}:
        return Kind.DOCUMENT
    return Kind.UNKNOWN


def _text_kind(head: bytes) -> Kind:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Kind.TEXT
    if not _is_text(head):
        return Kind.UNKNOWN
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return Kind.DISGUISED if start == b"<" else Kind.TEXT


def _mail_kind(head: bytes) -> Kind | None:
    """初めの見出しから、メールか、同じ形のウェブページ（.mht）か。どちらでもなければ ``None``。"""
    lines = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n")
    if lines[0].startswith((b"From ", b">From ")):  # メールソフトが書き出すときの印の行
        del lines[0]
    found: dict[bytes, bytes] = {}
    for number, line in enumerate(lines):
        if not line.strip():
            break
        match = _HEADER.match(line)
        if match:
            found.setdefault(match.group(1).lower(), line[match.end() :].strip().lower())
        elif number == 0 or not line.startswith((b" ", b"\t")):
            break
    known = len(found.keys() & _MAIL_HEADERS)
    first = next(iter(found), b"")
    if known < (1 if first in _MAIL_HEADERS else 2):
        return None
    writer = found.get(b"from")
    saved = writer is None or writer.startswith(b"<saved by")
    if saved and found.get(b"content-type", b"").startswith(b"multipart/related"):
        return Kind.DISGUISED  # Excel やブラウザーが保存する .mht
    return Kind.MAIL


def _is_text(head: bytes) -> bool:
    if any(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in set(head)):
        return False
    for encoding in ("utf-8", "cp932"):
        for cut in range(4):  # 初めの部分が、文字の途中で終わることがある
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False
