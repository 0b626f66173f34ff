"""受け付けられないものを置いたテンプレート。名を挙げて断られるべきもの。

部品の中身は、何であるかがプログラムに分かるだけでよい。
"""

from __future__ import annotations

from lxml import etree

from ooxml.draft import Draft, fragment, place
from ooxml.package import MAIN, q
from ooxml.sample import drawing, vml_comment

_VND = "application/vnd.openxmlformats-officedocument"
_MS = "application/vnd.ms-excel"
_MSREL = "http://schemas.microsoft.com/office"


def table(draft: Draft) -> None:
    """テーブル。"""
    draft.add(
        "xl/tables/table1.xml",
        f'<table xmlns="{MAIN}" id="1" name="表1" displayName="表1" ref="T1:T3"><tableColumns '
        'count="1"><tableColumn id="1" name="列"/></tableColumns></table>',
        f"{_VND}.spreadsheetml.table+xml",
    )
    rid = draft.relate(draft.sheet(), "table", "xl/tables/table1.xml")
    with draft.edit(draft.sheet()) as root:
        place(root, fragment(f'<tableParts count="1"><tablePart r:id="{rid}"/></tableParts>'))


def chart(draft: Draft) -> None:
    """グラフ。"""
    frame = (
        "<xdr:oneCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>0"
        '</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="9" cy="9"/><xdr:graphicFrame '
        'macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="グラフ"/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></xdr:xfrm>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="rIdOffice1'
        '"/></a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:oneCellAnchor>'
    )
    draft.add("xl/drawings/drawing9.xml", drawing(frame), f"{_VND}.drawing+xml")
    draft.add(
        "xl/charts/chart1.xml",
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/>',
        f"{_VND}.drawingml.chart+xml",
    )
    draft.relate("xl/drawings/drawing9.xml", "chart", "xl/charts/chart1.xml")
    rid = draft.relate(draft.sheet(), "drawing", "xl/drawings/drawing9.xml")
    with draft.edit(draft.sheet()) as root:
        place(root, fragment(f'<drawing r:id="{rid}"/>'))


def pivot(draft: Draft) -> None:
    """ピボットテーブル。"""
    draft.add(
        "xl/pivotTables/pivotTable1.xml",
        f'<pivotTableDefinition xmlns="{MAIN}" name="集計" cacheId="1" dataCaption="値">'
        '<location ref="T1:U3" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        "</pivotTableDefinition>",
        f"{_VND}.spreadsheetml.pivotTable+xml",
    )
    cache = "xl/pivotCache/pivotCacheDefinition1.xml"
    draft.add(
        cache,
        f'<pivotCacheDefinition xmlns="{MAIN}" refreshOnLoad="1"><cacheSource type="worksheet">'
        '<worksheetSource ref="A1:B2" sheet="はじめに"/></cacheSource><cacheFields count="0"/>'
        "</pivotCacheDefinition>",
        f"{_VND}.spreadsheetml.pivotCacheDefinition+xml",
    )
    draft.relate(draft.sheet(), "pivotTable", "xl/pivotTables/pivotTable1.xml")
    draft.relate("xl/pivotTables/pivotTable1.xml", "pivotCacheDefinition", cache)
    rid = draft.relate(draft.book(), "pivotCacheDefinition", cache)
    with draft.edit(draft.book()) as root:
        node = fragment(f'<pivotCaches><pivotCache cacheId="1" r:id="{rid}"/></pivotCaches>')
        root.find(q("calcPr")).addnext(node)


def form_control(draft: Draft) -> None:
    """フォーム コントロール（ボタンなど）。"""
    sheet = draft.sheet()
    draft.default("vml", f"{_VND}.vmlDrawing")
    draft.add("xl/drawings/vmlDrawing9.vml", vml_comment(0, 0).replace('"Note"', '"Checkbox"'))
    draft.add(
        "xl/ctrlProps/ctrlProp1.xml",
        '<formControlPr xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
        'objectType="CheckBox"/>',
        f"{_MS}.controlproperties+xml",
    )
    vml = draft.relate(sheet, "vmlDrawing", "xl/drawings/vmlDrawing9.vml")
    rid = draft.relate(sheet, "ctrlProp", "xl/ctrlProps/ctrlProp1.xml")
    with draft.edit(sheet) as root:
        place(root, fragment(f'<legacyDrawing r:id="{vml}"/>'))
        place(
            root,
            fragment(f'<controls><control shapeId="1025" r:id="{rid}" name="確認"/></controls>'),
        )


def threaded_comment(draft: Draft) -> None:
    """会話の形のコメント。"""
    draft.add(
        "xl/threadedComments/threadedComment1.xml",
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/'
        'threadedcomments"/>',
        f"{_MS}.threadedcomments+xml",
    )
    draft.relate(
        draft.sheet(),
        f"{_MSREL}/2017/10/relationships/threadedComment",
        "xl/threadedComments/threadedComment1.xml",
    )


def external_link(draft: Draft) -> None:
    """ほかのブックへのリンク。"""
    part = "xl/externalLinks/externalLink1.xml"
    draft.add(
        part,
        f'<externalLink xmlns="{MAIN}"/>',
        f"{_VND}.spreadsheetml.externalLink+xml",
    )
    draft.relate(part, "externalLinkPath", "ほか.xlsx", external=True)
    rid = draft.relate(draft.book(), "externalLink", part)
    with draft.edit(draft.book()) as root:
        node = fragment(
            f'<externalReferences><externalReference r:id="{rid}"/></externalReferences>'
        )
        root.find(q("sheets")).addnext(node)


def macros(draft: Draft) -> None:
    """マクロ。"""
    draft.default("bin", f"{_MS}.vbaProject".replace("vnd.ms-excel", "vnd.ms-office"))
    draft.add("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    draft.relate(draft.book(), f"{_MSREL}/2006/relationships/vbaProject", "xl/vbaProject.bin")


def embedded_object(draft: Draft) -> None:
    """埋め込んだ文書。"""
    draft.default("docx", f"{_VND}.wordprocessingml.document")
    draft.add("xl/embeddings/document1.docx", b"PK")
    rid = draft.relate(draft.sheet(), "package", "xl/embeddings/document1.docx")
    with draft.edit(draft.sheet()) as root:
        place(
            root,
            fragment(
                '<oleObjects><oleObject progId="Word.Document.12" shapeId="1025" '
                f'r:id="{rid}"/></oleObjects>'
            ),
        )


def strict(draft: Draft) -> None:
    """Strict Open XML として保存したもの。"""
    old, new = "http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/"
    for part in ("_rels/.rels", draft.book()):
        text = draft.parts[part].decode()
        text = text.replace(f"{old}officeDocument/2006/", f"{new}officeDocument/")
        draft.parts[part] = text.replace(
            f"{old}spreadsheetml/2006/", f"{new}spreadsheetml/"
        ).encode()


def document_type(draft: Draft) -> None:
    """DOCTYPE のある XML。"""
    part = draft.sheet()
    root = etree.fromstring(draft.parts[part])
    draft.parts[part] = b'<!DOCTYPE worksheet [<!ENTITY a "a">]>' + etree.tostring(root)
