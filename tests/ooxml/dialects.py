"""同じテンプレートの、別の書き方：ほかの表計算ソフトや古い版が残す形。

人に見えるものは変えず、XML の書き方だけを変える。
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from ooxml.draft import FORM, GUIDE, Draft, fragment, place, put_text
from ooxml.package import MAIN, MC, REL, Element, q

PRIVATE_FOLDER = "C:\\個人の机\\"
_SML = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def prefixed(draft: Draft) -> None:
    """``<x:worksheet>`` のように、接頭辞を付けて書く。"""
    for part in (draft.sheet(), draft.sheet(GUIDE), draft.book()):
        root = etree.fromstring(draft.parts[part])
        new = etree.Element(root.tag, nsmap={"x": MAIN, "rel": REL}, attrib=dict(root.attrib))
        new.extend(root)
        etree.cleanup_namespaces(new, keep_ns_prefixes=["x", "rel"])
        draft.parts[part] = etree.tostring(new, xml_declaration=True, encoding="UTF-8")


def single_quoted(draft: Draft) -> None:
    """属性を一重の引用符で囲み、``>`` をそのまま置く。"""
    part = draft.sheet()
    draft.parts[part] = _written(etree.fromstring(draft.parts[part])).encode()


def _written(root: Element) -> str:
    """``'`` で囲んだ XML を書く（``'`` を含む値は実体にする）。"""
    words = ["<?xml version='1.0' encoding='utf-8'?>\n<!-- 手で整えた -->\n"]

    def write(node: Element, known: dict[str | None, str]) -> None:
        names = {p: uri for p, uri in node.nsmap.items() if known.get(p) != uri}
        head = [f"{node.prefix}:{etree.QName(node).localname}" if node.prefix
                else etree.QName(node).localname]  # fmt: skip
        head += [f"xmlns:{p}='{uri}'" if p else f"xmlns='{uri}'" for p, uri in names.items()]
        prefixes = {uri: p for p, uri in node.nsmap.items() if p}
        for name, value in node.attrib.items():
            key = etree.QName(name)
            space = "http://www.w3.org/XML/1998/namespace"
            prefix = "xml" if key.namespace == space else prefixes.get(key.namespace or "")
            label = f"{prefix}:{key.localname}" if key.namespace else key.localname
            head.append(f"{label} = '{_escaped(value)}'")
        words.append("<" + "\n ".join(head) + " >")
        words.append(_escaped(node.text or ""))
        for child in node:
            write(child, dict(node.nsmap))
        closing = head[0]
        words.append(f"</{closing} >")

    write(root, {})
    return "".join(words)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#x27;")


def cdata(draft: Draft) -> None:
    """セルの中の文字を CDATA で、二つに切って書く。"""
    with draft.edit(draft.sheet()) as root:
        cells = {c.get("r", ""): draft.text_of(c) for c in root.iter(q("c")) if c.get("t") == "s"}
        for address, text in cells.items():
            put_text(root, address, text)
    part = draft.sheet()
    text = draft.parts[part].decode()
    draft.parts[part] = re.sub(
        "<t>([^<&]{2,})</t>",
        lambda m: f"<t><![CDATA[{m.group(1)[:2]}]]><![CDATA[{m.group(1)[2:]}]]></t>",
        text,
    ).encode()


def odd_part_names(draft: Draft) -> None:
    """シートの部品に、よそのソフトらしい名を付ける。"""
    draft.rename(draft.sheet(), "xl/worksheets/フォーム.xml")
    draft.rename(draft.sheet(GUIDE), "xl/ws/form-a.xml")


def moved_book(draft: Draft) -> None:
    """ブックの部品を、よその場所に置く。"""
    draft.rename(draft.book(), "book/main.xml")


def percent_part_names(draft: Draft) -> None:
    """シートの部品の名を、百分率の書き方で指す。"""
    draft.rename(draft.sheet(), "xl/worksheets/%E6%A7%98%E5%BC%8F.xml")


def utf16(draft: Draft) -> None:
    """シートを UTF-16 で書く。"""
    part = draft.sheet()
    root = etree.fromstring(draft.parts[part])
    draft.parts[part] = etree.tostring(root, xml_declaration=True, encoding="UTF-16")


def calc_chain(draft: Draft) -> None:
    """計算の順の控えを残す。"""
    root = etree.fromstring(draft.parts[draft.sheet()])
    cells = [node.getparent().get("r") for node in root.iter(q("f"))]
    rows = "".join(f'<c r="{cell}" i="2"/>' for cell in cells)
    draft.add(
        "xl/calcChain.xml", f'<calcChain xmlns="{MAIN}">{rows}</calcChain>', f"{_SML}.calcChain+xml"
    )
    draft.relate(draft.book(), "calcChain", "xl/calcChain.xml")


def implicit_addresses(draft: Draft) -> None:
    """行と列の番地を省く（並びから分かるところだけ）。"""
    with draft.edit(draft.sheet()) as root:
        for row in root.iter(q("row")):
            cells = list(row)
            if [c.get("r", "")[:1] for c in cells] == [chr(65 + n) for n in range(len(cells))]:
                for cell in cells:
                    cell.attrib.pop("r")


def grouped_sheets(draft: Draft) -> None:
    """二枚のシートをまとめて選んだまま保存する。"""
    with draft.edit(draft.sheet()) as root:
        next(root.iter(q("sheetView"))).set("tabSelected", "1")
    with draft.edit(draft.book()) as root:
        next(root.iter(q("workbookView"))).set("activeTab", "1")


def hidden_sheet_first(draft: Draft) -> None:
    """隠したシートを先頭に置き、ほかのシートには「見える」と書く。"""
    with draft.edit(draft.book()) as root:
        holder = root.find(q("sheets"))
        nodes = list(holder)
        hidden = next(node for node in nodes if node.get("state") == "hidden")
        holder.insert(0, hidden)
        order = {str(nodes.index(node)): str(at) for at, node in enumerate(holder)}
        for node in holder:
            node.set("state", node.get("state", "visible"))
        for node in root.iter(q("definedName")):
            if node.get("localSheetId"):
                node.set("localSheetId", order[node.get("localSheetId", "")])
        for view in root.iter(q("workbookView")):
            view.set("activeTab", "1")


_MS = "http://schemas.microsoft.com/office/spreadsheetml"
_EXCEL_SPACES = {
    "mc": MC,
    "x14ac": f"{_MS}/2009/9/ac",
    "xr": f"{_MS}/2014/revision",
    "xr2": f"{_MS}/2015/revision2",
    "x15ac": f"{_MS}/2010/11/ac",
}


def _with_spaces(root: Element, ignorable: str) -> Element:
    new = etree.Element(root.tag, nsmap={**root.nsmap, **_EXCEL_SPACES}, attrib=dict(root.attrib))
    new.extend(root)
    new.set(q("Ignorable", MC), ignorable)
    return new


def excel_itself(draft: Draft) -> None:
    """Excel が保存したときの印：行の基線、版の番号、作った人のパソコンの中の場所。"""
    spaces = _EXCEL_SPACES
    for name in (FORM, GUIDE):
        part = draft.sheet(name)
        root = _with_spaces(etree.fromstring(draft.parts[part]), "x14ac xr xr2")
        root.set(q("uid", spaces["xr"]), "{00000000-0001-0000-0100-000000000000}")
        root.find(q("sheetFormatPr")).set(q("dyDescent", spaces["x14ac"]), "0.15")
        for row in root.iter(q("row")):
            row.set("spans", "1:15")
            row.set(q("dyDescent", spaces["x14ac"]), "0.15")
        draft.parts[part] = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", standalone=True
        )
    root = _with_spaces(etree.fromstring(draft.parts[draft.book()]), "xr")
    root.insert(
        0,
        etree.fromstring(
            f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="x15" xmlns:x15='
            f'"{_MS}/2010/11/main"><x15ac:absPath xmlns:x15ac="{spaces["x15ac"]}" '
            f'url="{PRIVATE_FOLDER}"/></mc:Choice></mc:AlternateContent>'
        ),
    )
    draft.parts[draft.book()] = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", standalone=True
    )


def unknown_extension(draft: Draft) -> None:
    """新しい Excel の、まだ知られていない拡張を残す。"""
    with draft.edit(draft.sheet()) as root:
        node = fragment('<extLst><ext uri="{00000000-0000-4000-8000-000000000001}"/></extLst>')
        etree.SubElement(node[0], "{urn:example:future}mark").set("on", "1")
        if root.find(q("extLst")) is None:
            place(root, node)
        root.set("{http://schemas.microsoft.com/office/spreadsheetml/2014/revision}uid", FORM)


DIALECTS: tuple[Callable[[Draft], None], ...] = (
    prefixed,
    single_quoted,
    cdata,
    odd_part_names,
    moved_book,
    percent_part_names,
    utf16,
    calc_chain,
    implicit_addresses,
    grouped_sheets,
    hidden_sheet_first,
    excel_itself,
    unknown_extension,
)
