"""庁内の人がテンプレートに足すもの：図、書式、名前、印刷の設定、文書の部品。

どの関数も、人が Excel で行うこと一つとして :class:`Draft` を変える。それがパッケージに残すものを、
部品ごとに手で書いてある。
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from lxml import etree

from ooxml.draft import (
    FORM,
    GUIDE,
    Draft,
    fragment,
    place,
)
from ooxml.package import MAIN, REL, X14, XM, q
from ooxml.sample import PRINTER_SETTINGS, comments, drawing, relationships, shape, vml_comment

_VND = "application/vnd.openxmlformats-officedocument"
_CFX = "{6B1C2A0D-3F4E-4B5A-9C8D-00000000000"
CUSTOM_XML = '<?xml version="1.0"?><office xmlns="urn:example:office"><room>三階</room></office>'
# 図形に付けた、シートの中へのリンク。
_CLICK = '><a:hlinkClick r:id="rId2"/></xdr:cNvPr><xdr:cNvSpPr'
BOX_TEXT = "記入のしかたは裏面を見てください"
NOTE_TEXT = "前年度の欄は書き換えない"
FURIGANA = "<t>基本方針</t><rPh sb='0' eb='4'><t>キホンホウシン</t></rPh><phoneticPr fontId='0'/>"
RICH = (
    "<r><rPr><b/><sz val='12'/><color rgb='FFC00000'/><rFont val='BIZ UDゴシック'/></rPr>"
    "<t>実施</t></r><r><rPr><sz val='9'/><rFont val='BIZ UDゴシック'/></rPr><t>項目</t></r>"
)


def png(side: int = 8) -> bytes:
    """小さな画像（一色の PNG）。"""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\x00" + b"\x1f\x4e\x79" * side for _ in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def _picture(identity: int, rid: str) -> str:
    return (
        "<xdr:oneCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>0"
        '</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="180000" cy="180000"/>'
        f'<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="{identity}" name="市章" descr="市の印"/>'
        '<xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="'
        f'{rid}"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr><a:xfrm>'
        '<a:off x="0" y="0"/><a:ext cx="180000" cy="180000"/></a:xfrm><a:prstGeom prst="rect">'
        "<a:avLst/></a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/></xdr:oneCellAnchor>"
    )


def add_extension(root: etree._Element, uri: str, body: str) -> None:
    """``extLst`` に拡張を一つ足す。"""
    holder = root.find(q("extLst"))
    if holder is None:
        holder = place(root, etree.Element(q("extLst")))
    spaces = f'xmlns="{MAIN}" xmlns:x14="{X14}" xmlns:xm="{XM}"'
    holder.append(etree.fromstring(f'<ext {spaces} uri="{uri}">{body}</ext>'))


def picture_and_text_box(draft: Draft) -> None:
    """市の印の画像とテキスト ボックスを様式に置く。"""
    part, image, sheet = "xl/drawings/drawing1.xml", "xl/media/image1.png", draft.sheet()
    draft.default("png", "image/png")
    draft.add(image, png())
    shapes = (
        _picture(2, "rId1"),
        shape(3, "案内", BOX_TEXT),
        shape(4, "写し", "題", row=4).replace('textlink=""', f'textlink="{FORM}!$A$2"'),
        shape(5, "上へ", "上へ", row=7).replace("/><xdr:cNvSpPr", _CLICK, 1),
    )
    draft.add(part, drawing(*shapes), f"{_VND}.drawing+xml")
    draft.add(
        "xl/drawings/_rels/drawing1.xml.rels",
        relationships(
            ("rId1", "image", "../media/image1.png"), ("rId2", "hyperlink", f"#{FORM}!A1")
        ),
    )
    rid = draft.relate(sheet, "drawing", part)
    with draft.edit(sheet) as root:
        place(root, fragment(f'<drawing r:id="{rid}"/>'))


def x14_list(draft: Draft) -> None:
    """別のシートを見る一覧（x14 の入力規則）を、書き込まない欄に付ける。"""
    cell = draft.address("{{ item.indicator.unit }}")
    with draft.edit(draft.sheet()) as root:
        add_extension(
            root,
            "{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}",
            '<x14:dataValidations count="1"><x14:dataValidation type="list" allowBlank="1">'
            f"<x14:formula1><xm:f>{GUIDE}!$A$10:$A$13</xm:f></x14:formula1><xm:sqref>{cell}"
            "</xm:sqref></x14:dataValidation></x14:dataValidations>",
        )


def x14_formats(draft: Draft) -> None:
    """x14 の条件付き書式を二つ：別のシートを見るものと、自分のシートを名指すもの。"""
    cell = draft.address("{{ item.title }}")
    rules = "".join(
        '<x14:conditionalFormatting><x14:cfRule type="expression" priority="'
        f'{number}" id="{_CFX}{number}}}"><xm:f>{formula}</xm:f><x14:dxf><font><b/></font>'
        f"</x14:dxf></x14:cfRule><xm:sqref>{cell}</xm:sqref></x14:conditionalFormatting>"
        for number, formula in enumerate(
            (f'{GUIDE}!$A$1="印"', f'{FORM}!$A$2="印"', f"LEN('{FORM}'!$A$3)&gt;99"), start=7
        )
    )
    with draft.edit(draft.sheet()) as root:
        add_extension(
            root,
            "{78C0D931-6437-407d-A8EE-F0AAD7539E65}",
            f"<x14:conditionalFormattings>{rules}</x14:conditionalFormattings>",
        )


def classic_format(draft: Draft) -> None:
    """ふつうの条件付き書式。"""
    cell = draft.address("{{ item.indicator.name }}")
    with draft.edit(draft.sheet()) as root:
        place(
            root,
            fragment(
                f'<conditionalFormatting sqref="{cell}"><cfRule type="expression" priority="9">'
                f'<formula>{FORM}!{cell}="-"</formula></cfRule></conditionalFormatting>'
            ),
        )


def rich_text(draft: Draft) -> None:
    """見出しに飾りを付け、ふりがなを残す。"""
    draft.set_string(draft.address("基本方針"), FURIGANA)
    draft.set_string(draft.address("実施項目"), RICH)


def note(draft: Draft) -> None:
    """見出しに、昔からのコメントを付ける。"""
    sheet, cell = draft.sheet(), draft.address("現状と")
    row = int("".join(c for c in cell if c.isdigit())) - 1
    draft.default("vml", f"{_VND}.vmlDrawing")
    draft.add("xl/drawings/vmlDrawing1.vml", vml_comment(row, 0))
    draft.add("xl/comments1.xml", comments(cell, NOTE_TEXT), f"{_VND}.spreadsheetml.comments+xml")
    draft.relate(sheet, "comments", "xl/comments1.xml")
    rid = draft.relate(sheet, "vmlDrawing", "xl/drawings/vmlDrawing1.vml")
    with draft.edit(sheet) as root:
        place(root, fragment(f'<legacyDrawing r:id="{rid}"/>'))


def printer_settings(draft: Draft) -> None:
    """プリンターの設定を残す。"""
    draft.default("bin", f"{_VND}.spreadsheetml.printerSettings")
    draft.add("xl/printerSettings/printerSettings1.bin", PRINTER_SETTINGS)
    rid = draft.relate(draft.sheet(), "printerSettings", "xl/printerSettings/printerSettings1.bin")
    with draft.edit(draft.sheet()) as root:
        root.find(q("pageSetup")).set(q("id", REL), rid)


def header_and_footer(draft: Draft) -> None:
    """ヘッダーに画像、フッターにページ番号を置く。"""
    sheet, part = draft.sheet(), "xl/drawings/vmlDrawingHF1.vml"
    draft.default("png", "image/png")
    draft.default("vml", f"{_VND}.vmlDrawing")
    draft.add("xl/media/imageHF.png", png(4))
    draft.add(
        part,
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:'
        'office"><v:shape id="LH" style="width:9pt;height:9pt"><v:imagedata o:relid="rId1" '
        'o:title="市章"/></v:shape></xml>',
    )
    draft.add(
        "xl/drawings/_rels/vmlDrawingHF1.vml.rels",
        relationships(("rId1", "image", "/xl/media/imageHF.png")),
    )
    rid = draft.relate(sheet, "vmlDrawing", part)
    with draft.edit(sheet) as root:
        place(
            root,
            fragment(
                "<headerFooter><oddHeader>&amp;L&amp;G</oddHeader><oddFooter>&amp;C&amp;P / "
                "&amp;N&amp;R&amp;A</oddFooter></headerFooter>"
            ),
        )
        place(root, fragment(f'<legacyDrawingHF r:id="{rid}"/>'))


def custom_parts(draft: Draft) -> None:
    """文書管理の仕組みが足す部品（customXml と独自のプロパティ）。"""
    draft.add("customXml/item1.xml", CUSTOM_XML)
    draft.add(
        "customXml/itemProps1.xml",
        '<ds:datastoreItem xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'customXml" ds:itemID="{_CFX}9}}"><ds:schemaRefs/></ds:datastoreItem>',
        f"{_VND}.customXmlProperties+xml",
    )
    draft.relate(draft.book(), "customXml", "customXml/item1.xml")
    draft.relate("customXml/item1.xml", "customXmlProps", "customXml/itemProps1.xml")
    draft.add(
        "docProps/custom.xml",
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-'
        'properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/'
        'docPropsVTypes"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" '
        'name="保存期間"><vt:lpwstr>五年</vt:lpwstr></property></Properties>',
        f"{_VND}.custom-properties+xml",
    )
    draft.relate("", "custom-properties", "docProps/custom.xml")


def names(draft: Draft) -> None:
    """様式を指す名前を、シートのものとブックのもの、二つ定義する。"""
    cell = "$".join(("", *split_address(draft.address("{{ item.title }}"))))
    draft.define("題名", f"{FORM}!{cell}", scope=FORM)
    draft.define("題名の欄", f"{FORM}!{cell}")
    draft.define("案内の題", f"{GUIDE}!$A$1")


def split_address(address: str) -> tuple[str, str]:
    letters = "".join(c for c in address if c.isalpha())
    return letters, address[len(letters) :]


def own_sheet_formula(draft: Draft) -> None:
    """小計の数式に、自分のシートの名を書く。"""
    with draft.edit(draft.sheet()) as root:
        for node in root.iter(q("f")):
            words = (node.text or "").split("(")
            node.text = "(".join(
                ",".join(f"{FORM}!{w}" if w[:1].isalpha() and w[-1:].isdigit() else w
                         for w in word.replace(")", " )").split(","))
                for word in words
            ).replace(" )", ")")  # fmt: skip


def links(draft: Draft) -> None:
    """自分のシートの中へのリンクと、外へのリンクを足す。"""
    sheet = draft.sheet()
    cell, other = draft.address("基本方針"), draft.address("指標")
    rid = draft.relate(sheet, "hyperlink", "https://www.example.jp/", external=True)
    with draft.edit(sheet) as root:
        holder = root.find(q("hyperlinks"))
        if holder is None:
            holder = place(root, etree.Element(q("hyperlinks")))
        holder.append(fragment(f'<hyperlink ref="{cell}" location="{FORM}!A1"/>'))
        holder.append(fragment(f'<hyperlink ref="{other}" r:id="{rid}"/>'))


OFFICE: tuple[Callable[[Draft], None], ...] = (
    picture_and_text_box,
    x14_list,
    x14_formats,
    classic_format,
    rich_text,
    note,
    printer_settings,
    header_and_footer,
    custom_parts,
    names,
    own_sheet_formula,
    links,
)
"""互いに邪魔をせず、一枚にすべて重ねられる手直し。"""
