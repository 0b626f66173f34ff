"""様式の形を変える手直し：行を足す、紙を縦にする。"""

from __future__ import annotations

import re

from lxml import etree

from ooxml.draft import FORM, Draft, put_text
from ooxml.package import Element, q

_CELL = re.compile(r"(?<![A-Za-z_.])(\$?[A-Z]{1,3}\$?)([0-9]+)(?![0-9A-Za-z_(])")
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


def portrait(draft: Draft) -> None:
    """紙を縦にし、どの列も同じ割合で狭くする（入らない見出しは除く）。"""
    with draft.edit(draft.sheet()) as root:
        put_text(root, draft.find(root, "様式ID").get("r", ""), "{{ form.id }}")
        root.find(q("pageSetup")).set("orientation", "portrait")
        for col in root.iter(q("col")):
            col.set("width", str(round(float(col.get("width", "8")) * PORTRAIT, 2)))
