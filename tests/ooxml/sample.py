"""定めにかなった小さな包み。わざと壊して、判定役が気づくことを確かめるためのもの。"""

from __future__ import annotations

from ooxml.package import TYPES_PART

_SML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PKG = "http://schemas.openxmlformats.org/package/2006"
_XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_DML = "http://schemas.openxmlformats.org/drawingml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_VND = "application/vnd.openxmlformats-officedocument"
_SHEET = f"{_VND}.spreadsheetml"
# 中身は読まれない。Excel の書く印刷の設定（DEVMODE）の代わり。
PRINTER_SETTINGS = b"\x01\x00\x02\x00sheetgen\x00printer"


def relationships(*links: tuple[str, str, str]) -> str:
    """(Id, 種類, 先) の並びから関係の部品を作る。種類に / があればそのまま使う。"""
    rows = "".join(
        f'<Relationship Id="{i}" Type="{kind if "/" in kind else f"{_REL}/{kind}"}" Target="{to}"/>'
        for i, kind, to in links
    )
    return f'{_HEAD}<Relationships xmlns="{_PKG}/relationships">{rows}</Relationships>'


def shape(identity: int, name: str, text: str, row: int = 1) -> str:
    """文字の入った図形（テキスト ボックス）一つ。``row`` は上の端の行（0 から）。"""
    return (
        "<xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff>"
        f"<xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>3</xdr:col>"
        f"<xdr:colOff>0</xdr:colOff><xdr:row>{row + 2}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="{identity}" name="{name}"/>'
        '<xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr><a:xfrm><a:off x="0" y="0"/>'
        '<a:ext cx="900000" cy="300000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</xdr:spPr><xdr:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:t>"
        f"{text}</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
    )


def drawing(*anchors: str) -> str:
    """図面の部品。"""
    return (
        f'{_HEAD}<xdr:wsDr xmlns:xdr="{_XDR}" xmlns:a="{_DML}" xmlns:r="{_REL}">'
        f"{''.join(anchors)}</xdr:wsDr>"
    )


def vml_comment(row: int, column: int) -> str:
    """コメントの枠を描く VML の部品（行と列は 0 から）。"""
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:'
        'office" xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
        '<o:idmap v:ext="edit" data="1"/></o:shapelayout><v:shapetype id="_x0000_t202" '
        'coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"/>'
        '<v:shape id="_x0000_s1025" type="#_x0000_t202" style="position:absolute;'
        'visibility:hidden" fillcolor="#ffffe1"><v:textbox/><x:ClientData ObjectType="Note">'
        "<x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape></xml>"
    )


def comments(cell: str, text: str) -> str:
    """コメントの部品。"""
    return (
        f'{_HEAD}<comments xmlns="{_SML}"><authors><author>行政経営担当</author></authors>'
        f'<commentList><comment ref="{cell}" authorId="0"><text><r><t>{text}</t></r></text>'
        "</comment></commentList></comments>"
    )


def _sheet(body: str, tail: str = "", selected: bool = False) -> str:
    view = ' tabSelected="1"' if selected else ""
    return (
        f'{_HEAD}<worksheet xmlns="{_SML}" xmlns:r="{_REL}"><sheetPr codeName="'
        f'{"一" if selected else "二"}"/><dimension ref="A1:D9"/><sheetViews>'
        f'<sheetView{view} workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        '<cols><col min="1" max="1" width="9"/><col min="2" max="3" width="9" style="1"/></cols>'
        f"<sheetData>{body}</sheetData>{tail}</worksheet>"
    )


_FIRST = (
    '<row r="1"><c r="A1" t="s" s="1"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    '<row r="3" ht="20" customHeight="1"><c r="A3"><v>3</v></c>'
    "<c r=\"C3\"><f>A3+'二 枚目'!A1</f><v>5</v></c></row>"
    '<row r="4"><c r="A4" t="inlineStr"><is><t xml:space="preserve"> 前の空白</t></is></c></row>'
)
_FIRST_TAIL = (
    '<mergeCells count="2"><mergeCell ref="A5:B6"/><mergeCell ref="C5:D5"/></mergeCells>'
    '<conditionalFormatting sqref="A1:A3"><cfRule type="expression" dxfId="0" priority="1">'
    "<formula>$A$1=1</formula></cfRule></conditionalFormatting>"
    '<dataValidations count="2"><dataValidation type="list" sqref="A3" promptTitle="評価" '
    'prompt="選ぶ" errorTitle="誤り" error="一覧から選ぶ"><formula1>"A,B,C"</formula1>'
    '</dataValidation><dataValidation type="whole" sqref="C3"><formula1>0</formula1>'
    "<formula2>9</formula2></dataValidation></dataValidations>"
    '<hyperlinks><hyperlink ref="A1" location="\'二 枚目\'!A1"/>'
    '<hyperlink ref="B1" location="数値"/></hyperlinks>'
    '<pageSetup paperSize="9" r:id="rId3"/><drawing r:id="rId1"/><legacyDrawing r:id="rId2"/>'
)
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_SML}"><numFmts count="1"><numFmt numFmtId="164" '
    'formatCode="0.0"/></numFmts><fonts count="1"><font><sz val="11"/><name val="Arial"/></font>'
    '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/>'
    '<bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" '
    'fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" '
    'fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="1" borderId="0" '
    'xfId="0"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    '</cellStyles><dxfs count="1"><dxf><font><b/></font></dxf></dxfs></styleSheet>'
)
_WORKBOOK = (
    f'{_HEAD}<workbook xmlns="{_SML}" xmlns:r="{_REL}"><bookViews><workbookView activeTab="0"/>'
    '</bookViews><sheets><sheet name="一枚目" sheetId="1" r:id="rId1"/><sheet name="二 枚目" '
    'sheetId="2" r:id="rId2"/></sheets><definedNames><definedName name="_xlnm.Print_Area" '
    'localSheetId="0">一枚目!$A$1:$D$9</definedName><definedName name="数値">一枚目!$A$3'
    '</definedName><definedName name="数値" localSheetId="1">\'二 枚目\'!$A$1</definedName>'
    "</definedNames><calcPr/></workbook>"
)
_APP = (
    f'{_HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    'extended-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/'
    'docPropsVTypes"><HeadingPairs><vt:vector size="2" baseType="variant"><vt:variant><vt:lpstr>'
    "Worksheets</vt:lpstr></vt:variant><vt:variant><vt:i4>2</vt:i4></vt:variant></vt:vector>"
    '</HeadingPairs><TitlesOfParts><vt:vector size="2" baseType="lpstr"><vt:lpstr>一枚目'
    "</vt:lpstr><vt:lpstr>二 枚目</vt:lpstr></vt:vector></TitlesOfParts></Properties>"
)
_TYPES = {
    "xl/workbook.xml": f"{_SHEET}.sheet.main+xml",
    "xl/worksheets/sheet1.xml": f"{_SHEET}.worksheet+xml",
    "xl/worksheets/sheet2.xml": f"{_SHEET}.worksheet+xml",
    "xl/styles.xml": f"{_SHEET}.styles+xml",
    "xl/sharedStrings.xml": f"{_SHEET}.sharedStrings+xml",
    "xl/comments1.xml": f"{_SHEET}.comments+xml",
    "xl/drawings/drawing1.xml": f"{_VND}.drawing+xml",
    "docProps/app.xml": f"{_VND}.extended-properties+xml",
}


def content_types() -> str:
    """種類の表。"""
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in _TYPES.items()
    )
    return (
        f'{_HEAD}<Types xmlns="{_PKG}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="vml" '
        f'ContentType="{_VND}.vmlDrawing"/><Default Extension="bin" ContentType="{_SHEET}.'
        f'printerSettings"/>{overrides}</Types>'
    )


def good_parts() -> dict[str, bytes]:
    """定めにかなった包みの部品。"""
    first = "xl/worksheets/sheet1.xml"
    parts: dict[str, str] = {
        TYPES_PART: content_types(),
        "_rels/.rels": relationships(
            ("rId1", "officeDocument", "xl/workbook.xml"),
            ("rId2", "extended-properties", "docProps/app.xml"),
        ),
        "docProps/app.xml": _APP,
        "xl/workbook.xml": _WORKBOOK,
        "xl/_rels/workbook.xml.rels": relationships(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "worksheet", "/xl/worksheets/sheet2.xml"),
            ("rId3", "styles", "styles.xml"),
            ("rId4", "sharedStrings", "sharedStrings.xml"),
        ),
        first: _sheet(_FIRST, _FIRST_TAIL, selected=True),
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(
            ("rId1", "drawing", "../drawings/drawing1.xml"),
            ("rId2", "vmlDrawing", "../drawings/vmlDrawing1.vml"),
            ("rId3", "printerSettings", "../printerSettings/printerSettings1.bin"),
            ("rId4", "comments", "../comments1.xml"),
        ),
        "xl/worksheets/sheet2.xml": _sheet('<row r="1"><c r="A1"><v>2</v></c></row>'),
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": (
            f'{_HEAD}<sst xmlns="{_SML}" count="2" uniqueCount="2"><si><t>表題</t></si><si><r><t>'
            '豊</t></r><rPh sb="0" eb="1"><t>ゆたか</t></rPh></si></sst>'
        ),
        "xl/comments1.xml": comments("A1", "注意"),
        "xl/drawings/drawing1.xml": drawing(shape(2, "枠 1", "一"), shape(3, "枠 2", "二")),
        "xl/drawings/vmlDrawing1.vml": vml_comment(0, 0),
    }
    found = {name: text.encode() for name, text in parts.items()}
    found["xl/printerSettings/printerSettings1.bin"] = PRINTER_SETTINGS
    return found
