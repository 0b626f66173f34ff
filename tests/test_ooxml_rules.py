"""判定役の試験：わざと壊した包みを、見つけると言ったとおりに見つける。

``BREAKS`` は、openxml-audit が見ないので自分で見る定め。``AUDITED`` は任せる定めで、任せてよい
ことを見本で確かめる（版を上げて見なくなれば、ここで分かる）。
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from ooxml import audit, rules
from ooxml.package import TYPES_PART, X14, XM, write_parts
from ooxml.sample import good_parts

BOOK = "xl/workbook.xml"
ONE = "xl/worksheets/sheet1.xml"
TWO = "xl/worksheets/sheet2.xml"
STYLES = "xl/styles.xml"
STRINGS = "xl/sharedStrings.xml"
LINKS = "xl/worksheets/_rels/sheet1.xml.rels"
DRAWING = "xl/drawings/drawing1.xml"
VML = "xl/drawings/vmlDrawing1.vml"
OVERRIDE = f'<Override PartName="/{STYLES}" ContentType="application/xml"/>'
LONG = "あ" * 300

COMPATIBLE = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
# 2010 から後の入力規則で、範囲が空のもの。
EMPTY_SQREF = (
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    f'xmlns:x14="{X14}" xmlns:xm="{XM}"><x14:dataValidations count="1"><x14:dataValidation '
    'type="list"><x14:formula1><xm:f>数値</xm:f></x14:formula1><xm:sqref></xm:sqref>'
    "</x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
)

# (任せる定め, 部品, 元の文字, 壊した文字)
AUDITED = [
    ("child-order", ONE, '<dimension ref="A1:D9"/>', '<dimension ref="A1:D9"/><sheetPr/>'),
    ("child-order", ONE, '<mergeCells count="2"', '<drawing r:id="rId1"/><mergeCells count="2"'),
    ("child-order", BOOK, "<calcPr/>", "<bookViews/>"),
    ("child-order", STYLES, "<dxfs ", "<fonts/><dxfs "),
    ("unknown-child", ONE, "<sheetData>", "<sheetdata/><sheetData>"),
    ("no-workbook", "_rels/.rels", "officeDocument/2006/relationships/officeDocument", "x/y"),
    ("dangling-relationship", LINKS, "drawing1.xml", "drawing9.xml"),
    ("dangling-relationship", LINKS, "vmlDrawing1.vml", "vmlDrawing9.vml"),
    ("dangling-relationship", LINKS, "printerSettings1.bin", "printerSettings9.bin"),
    ("unresolved-rid", ONE, '<drawing r:id="rId1"/>', '<drawing r:id="rId7"/>'),
    ("unresolved-rid", ONE, '<legacyDrawing r:id="rId2"/>', '<legacyDrawing r:id="rId7"/>'),
    ("undeclared-ignorable", ONE, "<worksheet ", f'<worksheet {COMPATIBLE} mc:Ignorable="x14ac" '),
    ("undeclared-ignorable", STYLES, "<styleSheet ", f'<styleSheet {COMPATIBLE} mc:Ignorable="z" '),
    ("string-index", ONE, "<v>1</v>", "<v>2</v>"),
    ("string-index", ONE, "<v>1</v>", "<v>-1</v>"),
    ("cell-type", ONE, '<c r="A3">', '<c r="A3" t="x">'),
    ("empty-sqref", ONE, 'type="whole" sqref="C3"', 'type="whole" sqref=""'),
    ("empty-conditional-format", ONE, 'sqref="A1:A3"', 'sqref=""'),
    ("duplicate-sheet-name", BOOK, 'name="二 枚目"', 'name="一枚目"'),
    ("duplicate-sheet-id", BOOK, 'sheetId="2"', 'sheetId="1"'),
    ("sheet-without-part", BOOK, 'sheetId="2" r:id="rId2"', 'sheetId="2" r:id="rId3x"'),
    ("vector-size", "docProps/app.xml", 'size="2" baseType="lpstr"', 'size="4" baseType="lpstr"'),
]

# (自分で見る定め, 部品, 元の文字, 壊した文字)
BREAKS = [
    ("no-content-type", TYPES_PART, f'<Override PartName="/{TWO}" ', '<Override PartName="/x" '),
    ("dangling-override", TYPES_PART, f'PartName="/{TWO}"', 'PartName="/x"'),
    ("duplicate-type", TYPES_PART, "</Types>", f"{OVERRIDE}</Types>"),
    ("duplicate-relationship", LINKS, 'Id="rId4"', 'Id="rId1"'),
    ("unresolved-rid", VML, "<v:textbox/>", '<v:imagedata o:relid="rId5"/><v:textbox/>'),
    ("unused-relationship", ONE, '<drawing r:id="rId1"/>', ""),
    ("orphan-part", LINKS, "../comments1.xml", "../drawings/drawing1.xml"),
    ("shared-part", "xl/_rels/workbook.xml.rels", "sharedStrings.xml", "sharedStrings.xml"),
    ("not-well-formed", ONE, "</sheetData>", ""),
    ("not-utf8", TWO, 'encoding="UTF-8"', 'encoding="ISO-8859-1"'),
    ("doctype", ONE, "<worksheet ", "<!DOCTYPE worksheet []><worksheet "),
    ("template-mark", STRINGS, "表題", "{{ item.title }}"),
    ("template-mark", DRAWING, 'name="枠 1"', 'name="{% for x in y %}"'),
    ("template-mark", STRINGS, "<t>表題</t>", "<r><t>{</t></r><r><t>{ a }}</t></r>"),
    ("duplicate-format", STYLES, "</numFmts>", '<numFmt numFmtId="164" formatCode="0"/></numFmts>'),
    ("row-order", ONE, '<row r="3"', '<row r="1"'),
    ("cell-order", ONE, '<c r="B1"', '<c r="A1"'),
    ("cell-order", ONE, '<c r="B1"', '<c r="B2"'),
    ("style-index", ONE, 's="1"', 's="2"'),
    ("style-index", TWO, 'style="1"', 'style="9"'),
    ("style-index", ONE, 'dxfId="0"', 'dxfId="1"'),
    ("style-index", STYLES, 'fillId="1"', 'fillId="2"'),
    ("style-index", STYLES, '<xf numFmtId="164"', '<xf numFmtId="165"'),
    ("style-index", STYLES, 'borderId="0" xfId="0"/><xf', 'borderId="0" xfId="1"/><xf'),
    ("style-index", STYLES, 'name="Normal" xfId="0"', 'name="Normal" xfId="1"'),
    ("wrong-count", STYLES, '<cellXfs count="2"', '<cellXfs count="3"'),
    ("wrong-count", ONE, '<mergeCells count="2"', '<mergeCells count="1"'),
    ("wrong-count", ONE, '<dataValidations count="2"', '<dataValidations count="1"'),
    ("wrong-count", STRINGS, 'uniqueCount="2"', 'uniqueCount="3"'),
    ("wrong-count", STRINGS, ' count="2"', ' count="7"'),
    ("cell-value", ONE, "<v>1</v>", "<v>一</v>"),
    ("cell-value", ONE, "<v>3</v>", "<v>三</v>"),
    ("cell-value", ONE, "<v>3</v>", "<v>nan</v>"),
    ("inline-string", ONE, '<is><t xml:space="preserve"> 前の空白</t></is>', "<v>1</v>"),
    ("no-cached-value", ONE, "<v>5</v>", ""),
    ("ref-error", ONE, "'二 枚目'!A1</f>", "#REF!</f>"),
    ("unknown-sheet", ONE, "'二 枚目'!A1</f>", "三枚目!A1</f>"),
    ("unknown-sheet", ONE, "<formula>$A$1=1", "<formula>三枚目!$A$1=1"),
    ("ref-error", BOOK, "一枚目!$A$3", "#REF!"),
    ("unknown-sheet", BOOK, "一枚目!$A$3", "三枚目!$A$3"),
    ("merge-overlap", ONE, "C5:D5", "B5:D5"),
    ("single-merge", ONE, "C5:D5", "C5"),
    ("column-order", ONE, 'min="2" max="3"', 'min="1" max="3"'),
    ("column-width", ONE, 'max="1" width="9"', 'max="1" width="300"'),
    ("row-height", ONE, 'ht="20"', 'ht="500"'),
    ("validation-overlap", ONE, 'type="whole" sqref="C3"', 'type="whole" sqref="D9 A1:B3"'),
    ("validation-formula", ONE, '"A,B,C"', f'"{LONG}"'),
    ("validation-formula", ONE, '<formula1>"A,B,C"</formula1>', ""),
    ("validation-text", ONE, 'prompt="選ぶ"', f'prompt="{LONG}"'),
    ("validation-text", ONE, 'promptTitle="評価"', f'promptTitle="{LONG}"'),
    ("validation-text", ONE, 'error="一覧', f'error="{"あ" * 226}'),
    ("validation-text", ONE, 'errorTitle="', f'errorTitle="{LONG}'),
    ("empty-sqref", ONE, "</worksheet>", EMPTY_SQREF),
    ("hyperlink-target", ONE, "location=\"'二 枚目'!A1\"", 'location="三枚目!A1"'),
    ("hyperlink-target", ONE, 'location="数値"', 'location="文字"'),
    ("duplicate-hyperlink", ONE, 'hyperlink ref="B1"', 'hyperlink ref="A1"'),
    ("duplicate-shape-id", DRAWING, 'cNvPr id="3"', 'cNvPr id="2"'),
    ("duplicate-name", BOOK, 'name="数値" localSheetId="1"', 'name="数値"'),
    ("local-sheet-id", BOOK, 'name="数値" localSheetId="1"', 'name="数値" localSheetId="2"'),
    ("illegal-name", BOOK, 'name="数値" localSheetId="1"', 'name="A1" localSheetId="1"'),
    ("illegal-name", BOOK, 'name="数値" localSheetId="1"', 'name="数 値" localSheetId="1"'),
    ("illegal-name", BOOK, 'name="数値" localSheetId="1"', 'name="1数" localSheetId="1"'),
    ("global-builtin-name", BOOK, 'Print_Area" localSheetId="0"', 'Print_Area"'),
    ("print-name-elsewhere", BOOK, "一枚目!$A$1:$D$9", "'二 枚目'!$A$1:$D$9"),
    ("duplicate-sheet-name", BOOK, 'sheet name="二 枚目"', 'sheet name="A"'),
    ("duplicate-sheet-rid", BOOK, 'sheetId="2" r:id="rId2"', 'sheetId="2" r:id="rId1"'),
    ("illegal-sheet-name", BOOK, 'sheet name="一枚目"', 'sheet name="一/枚目"'),
    ("illegal-sheet-name", BOOK, 'sheet name="一枚目"', f'sheet name="{"あ" * 32}"'),
    ("no-visible-sheet", BOOK, "<sheet name", '<sheet state="hidden" name'),
    ("active-tab", BOOK, 'activeTab="0"', 'activeTab="2"'),
    ("tab-selected", TWO, "<sheetView ", '<sheetView tabSelected="1" '),
    ("tab-selected-hidden", BOOK, 'sheet name="一枚目"', 'sheet state="hidden" name="一枚目"'),
    ("duplicate-code-name", TWO, 'codeName="二"', 'codeName="一"'),
    ("titles-of-parts", "docProps/app.xml", "二 枚目", "三枚目"),
    ("titles-of-parts", "docProps/app.xml", "<vt:i4>2", "<vt:i4>3"),
    ("lost-blank", ONE, ' xml:space="preserve"', ""),
    ("long-text", STRINGS, "表題", "あ" * 32_768),
    ("raw-cr", STRINGS, "表題", "表&#13;題"),
    ("dimension", ONE, 'ref="A1:D9"', 'ref="A1:B2"'),
]


def _replaced(parts: dict[str, bytes], part: str, old: str, new: str) -> None:
    """部品の文字を取り替える。取り替えられなければ、試験のほうが誤っている。"""
    text = parts[part].decode()
    assert old in text
    parts[part] = text.replace(old, new, 1).encode()
    assert parts[part] != text.encode()


def _broken(parts: dict[str, bytes], rule: str, part: str, old: str, new: str) -> None:
    """部品を壊す。一か所の取り替えで足りないものは、ここに分けてある。"""
    if rule == "shared-part":
        parts["xl/worksheets/_rels/sheet2.xml.rels"] = parts[LINKS]
        return
    if rule == "duplicate-sheet-name":
        _replaced(parts, BOOK, 'sheet name="一枚目"', 'sheet name="a"')
    elif rule == "no-visible-sheet":
        _replaced(parts, BOOK, '<sheet name="二', '<sheet state="hidden" name="二')
    _replaced(parts, part, old, new)


def test_a_good_package_has_no_violation(tmp_path: Path) -> None:
    path = write_parts(tmp_path / "good.xlsx", good_parts())
    assert rules.violations(path) == []


@pytest.mark.parametrize(
    ("rule", "part", "old", "new"),
    BREAKS,
    ids=[f"{number}-{line[0]}" for number, line in enumerate(BREAKS)],
)
def test_a_broken_package_is_noticed(
    tmp_path: Path, rule: str, part: str, old: str, new: str
) -> None:
    parts = good_parts()
    _broken(parts, rule, part, old, new)
    lines = rules.violations(write_parts(tmp_path / "broken.xlsx", parts))
    assert any(f": {rule}: " in line for line in lines), lines


@pytest.mark.parametrize(
    ("rule", "part", "old", "new"),
    AUDITED,
    ids=[f"{number}-{line[0]}" for number, line in enumerate(AUDITED)],
)
def test_a_rule_left_to_the_audit_is_noticed(
    tmp_path: Path, rule: str, part: str, old: str, new: str
) -> None:
    parts = good_parts()
    _replaced(parts, part, old, new)
    assert audit.findings(write_parts(tmp_path / "broken.xlsx", parts)), rule


def _with(**extra: bytes) -> list[tuple[str, bytes]]:
    return [*good_parts().items(), *extra.items()]


def _zip(path: Path, entries: list[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries:
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, data)
    return path


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("rule", "name", "data"),
    [
        ("duplicate-part", "xl/Workbook.xml", b"<x/>"),
        ("duplicate-part", "xl/workbook.xml", b"<x/>"),
        ("backslash", "xl\\extra.xml", b"<x/>"),
        ("part-name", "xl/../extra.xml", b"<x/>"),
        ("orphan-part", "xl/extra.xml", b"<x/>"),
        ("no-content-type", "xl/extra.txt", b"x"),
        ("calc-chain", "xl/calcChain.xml", b"<calcChain/>"),
        ("rels-without-part", "xl/_rels/none.xml.rels", b"<Relationships/>"),
    ],
)
def test_a_stray_part_is_noticed(tmp_path: Path, rule: str, name: str, data: bytes) -> None:
    path = _zip(tmp_path / "stray.xlsx", _with(**{name: data}))
    lines = rules.violations(path)
    assert any(f": {rule}: " in line for line in lines), lines


def test_content_types_must_come_first(tmp_path: Path) -> None:
    path = _zip(tmp_path / "last.xlsx", list(reversed(good_parts().items())))
    assert [line for line in rules.violations(path) if "types-first" in line]


def test_a_sheet_part_belongs_to_one_sheet(tmp_path: Path) -> None:
    parts = good_parts()
    links = "xl/_rels/workbook.xml.rels"
    parts[links] = parts[links].replace(b"/xl/worksheets/sheet2.xml", b"worksheets/sheet1.xml")
    lines = rules.violations(write_parts(tmp_path / "shared.xlsx", parts))
    assert any("shared-sheet-part" in line for line in lines)


def test_a_file_that_is_no_zip_is_a_violation(tmp_path: Path) -> None:
    path = tmp_path / "text.xlsx"
    path.write_text("文字だけ", encoding="utf-8")
    assert rules.violations(path)


def test_every_rule_has_its_break() -> None:
    """定めの名を残らず拾い、どれにも壊してみる試験があることを確かめる。"""
    modules = sorted(Path(rules.__file__).parent.glob("*_rules.py"))
    source = "".join(path.read_text(encoding="utf-8") for path in modules)
    names = set(re.findall(r"[:\"{] ?([a-z]+(?:-[a-z0-9]+)+): ", source))
    assert len(names) > 50
    tested = Path(__file__).read_text(encoding="utf-8")
    assert {name for name in names if name not in tested} == set()
