"""様式の形を変える手直し：行を足す、紙を縦にする。"""

from __future__ import annotations

import re

from lxml import etree

from ooxml.draft import FORM, GUIDE, Draft, fragment, place, put_formula, put_text
from ooxml.package import Element, q
from ooxml.sample import drawing, shape

_CELL = re.compile(r"(?<![A-Za-z_.])(\$?[A-Z]{1,3}\$?)([0-9]+)(?![0-9A-Za-z_(])")
END_TEXT = "ここまで"
DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.drawing+xml"
# 縦の A4 の刷れる幅は、横の 0.69 倍。
PORTRAIT = 0.69


def _moved(text: str, at: int) -> str:
    return _CELL.sub(lambda m: m.group(1) + str(int(m.group(2)) + (int(m.group(2)) >= at)), text)


def insert_row(root: Element, at: int, height: float) -> None:
    """``at`` 行目の前に、空の行を一つ入れる。下にあるものの番地を直す。"""
    data = root.find(q("sheetData"))
    for row in data:
        number = int(row.get("r", "0"))
        if number >= at:
            row.set("r", str(number + 1))
            for cell in row:
                cell.set("r", _moved(cell.get("r", ""), at))
    new = etree.Element(q("row"))
    new.set("r", str(at))
    new.set("ht", str(height))
    new.set("customHeight", "1")
    data.insert(sum(1 for row in data if int(row.get("r", "0")) < at), new)
    for node in root.iter():
        for name in ("ref", "sqref", "activeCell"):
            if node.get(name):
                node.set(name, _moved(node.get(name, ""), at))
        if node.tag in {q("f"), q("formula"), q("formula1"), q("formula2")} and node.text:
            node.text = _moved(node.text, at)


def inserted_row(draft: Draft) -> None:
    """指標の行の前に、細い空の行を一つ入れる。"""
    address = draft.address("指標")
    at = int("".join(c for c in address if c.isdigit()))
    with draft.edit(draft.sheet()) as root:
        insert_row(root, at, 4.0)
    with draft.edit(draft.book()) as root:
        for node in root.iter(q("definedName")):
            sheet, mark, cells = (node.text or "").rpartition("!")
            if FORM in sheet:
                node.text = sheet + mark + _moved(cells, at)


def below_the_list(draft: Draft) -> None:
    """「はじめに」の一覧の下に、文・数式・名前・リンク・書式・入力規則・図形を置く。"""
    part = draft.sheet(GUIDE)
    with draft.edit(part) as root:
        row = int(
            "".join(c for c in draft.find(root, "{{ entry.sheet").get("r", "") if c.isdigit())
        )
        text, formula = f"A{row + 2}", f"A{row + 3}"
        put_text(root, text, END_TEXT)
        put_formula(root, formula, f"LEN({text})+LEN($A$1)")
        place(root, fragment(f'<mergeCells><mergeCell ref="B{row + 2}:C{row + 3}"/></mergeCells>'))
        place(
            root,
            fragment(
                f'<conditionalFormatting sqref="{text}"><cfRule type="expression" priority="8">'
                f"<formula>LEN({text})&gt;99</formula></cfRule></conditionalFormatting>"
            ),
        )
        place(
            root,
            fragment(
                '<dataValidations count="1"><dataValidation type="whole" operator="greaterThan" '
                f'sqref="D{row + 3}"><formula1>{formula}</formula1></dataValidation>'
                "</dataValidations>"
            ),
        )
        links = root.find(q("hyperlinks"))
        if links is None:
            links = place(root, etree.Element(q("hyperlinks")))
        links.append(fragment(f'<hyperlink ref="{text}" location="{GUIDE}!A1"/>'))
        used = root.find(q("dimension"))
        if used is not None:
            used.set("ref", f"A1:E{row + 3}")
        for old in root.findall(q("mergeCells"))[1:]:
            root.find(q("mergeCells")).extend(list(old))
            root.remove(old)
        root.find(q("mergeCells")).attrib.pop("count", None)
    draft.define("終わり", f"{GUIDE}!$A${row + 2}")
    drawn = "xl/drawings/drawingGuide1.xml"
    draft.add(drawn, drawing(shape(2, "終わりの枠", END_TEXT, row=row + 2)), DRAWING_TYPE)
    rid = draft.relate(part, "drawing", drawn)
    with draft.edit(part) as root:
        place(root, fragment(f'<drawing r:id="{rid}"/>'))


def portrait(draft: Draft) -> None:
    """紙を縦にし、どの列も同じ割合で狭くする（入らない見出しは除く）。"""
    with draft.edit(draft.sheet()) as root:
        put_text(root, draft.find(root, "様式ID").get("r", ""), "{{ form.id }}")
        root.find(q("pageSetup")).set("orientation", "portrait")
        for col in root.iter(q("col")):
            col.set("width", str(round(float(col.get("width", "8")) * PORTRAIT, 2)))
