"""手で組み立てたブック。読み手の試験のために、部品を一つずつ決められる。"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def zipped(parts: Mapping[str, str | bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    """部品を ZIP にする。"""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", level) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def relations(
    *found: tuple[str, str, str] | tuple[str, str, str, str], office: str = OFFICE
) -> str:
    """（番号、種類、行き先、あれば外）から、関係の部品を書く。"""
    lines = []
    for one in found:
        outside = ' TargetMode="External"' if len(one) > 3 else ""
        lines.append(
            f'<Relationship Id="{one[0]}" Type="{office}/{one[1]}" Target="{one[2]}"{outside}/>'
        )
    return f'{DECLARATION}<Relationships xmlns="{RELATIONS}">{"".join(lines)}</Relationships>'


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """シートの部品。"""
    return (
        f'{DECLARATION}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def row(*cells: str, number: int = 1, attrs: str = "") -> str:
    """一つの行。"""
    return f'<row r="{number}"{attrs}>{"".join(cells)}</row>'


def text(ref: str, value: str) -> str:
    """セルに直に書いた文字。"""
    return f'<c r="{ref}" t="inlineStr"><is><t>{value}</t></is></c>'


def parts(
    rows: str = "",
    *,
    whole: str | bytes | None = None,
    strings: str | None = None,
    styles: str | None = None,
    names: str = "",
    properties: str = "",
    more: Mapping[str, str | bytes] | None = None,
    sheet_relations: str | None = None,
    book_relations: tuple[tuple[str, str, str], ...] = (),
    state: str = "",
) -> dict[str, str | bytes]:
    """一枚のシート「様式」を持つブックの部品。"""
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>'
            f'<sheet name="様式" sheetId="1"{state} r:id="rId1"/></sheets>{names}</workbook>'
        ),
        "xl/worksheets/sheet1.xml": sheet(rows) if whole is None else whole,
    }
    related = [("rId1", "worksheet", "worksheets/sheet1.xml"), *book_relations]
    if strings is not None:
        related.append(("rIdS", "sharedStrings", "sharedStrings.xml"))
        found["xl/sharedStrings.xml"] = f'{DECLARATION}<sst xmlns="{MAIN}">{strings}</sst>'
    if styles is not None:
        related.append(("rIdT", "styles", "styles.xml"))
        found["xl/styles.xml"] = f'{DECLARATION}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    found["xl/_rels/workbook.xml.rels"] = relations(*related)
    if sheet_relations is not None:
        found["xl/worksheets/_rels/sheet1.xml.rels"] = sheet_relations
    return {**found, **(more or {})}


def styles(*formats: str, fonts: str = "<font/>") -> str:
    """表示形式を一つずつ持つスタイル。0 は標準、1 から ``formats``。"""
    codes = "".join(
        f'<numFmt numFmtId="{200 + i}" formatCode="{code}"/>' for i, code in enumerate(formats)
    )
    xfs = "".join(f'<xf numFmtId="{200 + i}" fontId="0"/>' for i in range(len(formats)))
    return (
        f'<numFmts count="{len(formats)}">{codes}</numFmts><fonts count="1">{fonts}</fonts>'
        f'<cellXfs count="{len(formats) + 1}"><xf numFmtId="0" fontId="0"/>{xfs}</cellXfs>'
    )
