"""壊れたファイル、悪意のあるファイルを作る。どれも一つのバイト列。"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET = "xl/worksheets/sheet1.xml"


def small_book(sheet: str, **others: str) -> bytes:
    """一枚のシートだけのブック。``sheet`` はシートの部品の XML。"""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{_SML}.sheet.main+xml"/><Override PartName="/{_SHEET}" '
        f'ContentType="{_SML}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE_REL}"><Relationship Id="r1" '
        f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet '
        'name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE_REL}"><Relationship '
        f'Id="r1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        _SHEET: sheet,
    }
    return zipped({**parts, **others})


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """zip にする。"""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def zip_bomb() -> bytes:
    """広げると 512 MB になる、一つの部品。"""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("[Content_Types].xml", "w") as part:
            part.write(b"<Types/>")
        with archive.open(_SHEET, "w", force_zip64=True) as part:
            for _ in range(512):
                part.write(b" " * (1 << 20))
    return target.getvalue()


def entity_bomb() -> bytes:
    """実体が十億倍に膨れる XML。"""
    lines = ['<!ENTITY a0 "ああああああああああ">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>'
    return small_book(
        f"<!DOCTYPE w [{''.join(lines)}]>"
        f'<worksheet xmlns="{MAIN}"><sheetData>{cell}</sheetData></worksheet>'
    )


def external_entity(target: str) -> bytes:
    """よそのファイルを読み込ませる XML。"""
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'
    return small_book(
        f'<!DOCTYPE w [<!ENTITY x SYSTEM "{target}">]>'
        f'<worksheet xmlns="{MAIN}"><sheetData>{cell}</sheetData></worksheet>'
    )


def billion_cells() -> bytes:
    """一つの数式が十億のセルに及ぶと言う、小さなファイル。"""
    return small_book(
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>'
        '<row r="1"><c r="A1"><f t="shared" ref="A1:XFD1048576" si="0">1</f><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    )


def deep_xml() -> bytes:
    """二十万の入れ子。"""
    depth = 200_000
    return small_book(f'<worksheet xmlns="{MAIN}">{"<a>" * depth}{"</a>" * depth}</worksheet>')


def nested_zips(depth: int = 12) -> bytes:
    """zip の中の zip の中の zip ……。"""
    data = b""
    for level in range(depth):
        data = zipped({f"{level}.zip": data or b"x"})
    return data


def form_part(book: bytes) -> str:
    """様式の部品の名（いちばん大きなシート）。"""
    entries = zipfile.ZipFile(io.BytesIO(book)).infolist()
    sheets = [entry for entry in entries if "/sheet" in entry.filename]
    return max(sheets, key=lambda entry: entry.file_size).filename


def duplicate_parts(book: bytes) -> bytes:
    """様式の部品を、同じ名で二つ持つブック。"""
    source = zipfile.ZipFile(io.BytesIO(book))
    part = form_part(book)
    other = part[:-5] + "Z.xml"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
            if name == part:
                archive.writestr(other, source.read(name).replace(b"<v>", b"<v>9"))
    # zipfile は同じ名を続けて書くと騒ぐので、書いたあとに名をそろえる（長さは同じ）。
    return target.getvalue().replace(other.encode(), part.encode())


def backslash_names(book: bytes) -> bytes:
    """部品の名を ``\\`` で区切ったブック。"""
    source = zipfile.ZipFile(io.BytesIO(book))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            info = zipfile.ZipInfo("x")
            info.filename = name.replace("/", "\\")
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, source.read(name))
    return target.getvalue()


def without(book: bytes, part: str) -> bytes:
    """一つの部品を欠いたブック。"""
    source = zipfile.ZipFile(io.BytesIO(book))
    return zipped({name: source.read(name) for name in source.namelist() if name != part})


def lying_size(book: bytes) -> bytes:
    """広げた大きさを、一覧では小さく言う zip。"""
    at = book.find(b"PK\x01\x02")
    return book[: at + 24] + struct.pack("<I", 1) + book[at + 28 :]


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "空": lambda book: b"",
    "途中で切れている": lambda book: book[: len(book) // 2],
    "終わりが欠けている": lambda book: book[:-30],
    "頭が欠けている": lambda book: book[200:],
    "zip でない": lambda book: b"PK\x03\x04" + b"\x00" * 200,
    "ただの文字": lambda book: "様式です".encode(),
    "中身が化けている": lambda book: book[:3000] + b"\xff" * 200 + book[3200:],
    "部品の一覧がない": lambda book: without(book, "xl/workbook.xml"),
    "シートがない": lambda book: without(book, form_part(book)),
    "文字の表がない": lambda book: without(book, "xl/sharedStrings.xml"),
    "部品が二つ": duplicate_parts,
    "関係がない": lambda book: without(book, "xl/_rels/workbook.xml.rels"),
    "爆弾": lambda book: zip_bomb(),
    "実体の爆弾": lambda book: entity_bomb(),
    "よその実体": lambda book: external_entity("file:///etc/hostname"),
    "十億のセル": lambda book: billion_cells(),
    "深い入れ子": lambda book: deep_xml(),
    "何重もの zip": lambda book: nested_zips(),
    "古い形式のごみ": lambda book: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
}
