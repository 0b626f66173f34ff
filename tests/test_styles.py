"""足した書式は、元の書式との違いだけを持ち、元の書式はそのまま残る。"""

from __future__ import annotations

from typing import Any

import pytest

from sheetgen.xlsx.filled import InputState
from sheetgen.xlsx.markup import Node, parse
from sheetgen.xlsx.styles import StyleBook, StyleSheet

STYLES = """<x:styleSheet xmlns:x="urn:s">{formats}<x:fonts count="2"><x:font><x:sz val="11"/>
<x:name val="BIZ UDゴシック"/></x:font><x:font><x:b/><x:sz val='10.5'></x:sz></x:font></x:fonts>
<x:fills count="3"><x:fill/><x:fill/><x:fill/></x:fills><x:cellXfs count="3">
<x:xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<x:xf numFmtId="0" fontId="1" fillId="1" borderId="5" xfId="0"><x:alignment wrapText="1"/>
<x:protection locked="0" hidden="1"/></x:xf>
<x:xf numFmtId="0" fontId="0" fillId="2" borderId="0" xfId="0"/></x:cellXfs></x:styleSheet>"""
FORMATS = (
    '<x:numFmts count="1"><x:numFmt numFmtId="170" formatCode="0.0&quot;件&quot;"/></x:numFmts>'
)
KEEP, OPEN, CLOSED = InputState.KEEP, InputState.OPEN, InputState.CLOSED


def book(formats: str = FORMATS, sample: int | None = 2) -> StyleBook:
    data = STYLES.format(formats=formats).encode()
    samples = {} if sample is None else {OPEN: sample}
    return StyleSheet(data, parse(data), samples).new_book()


def found(one: StyleBook, local: str) -> list[Node]:
    parent = parse(one.result()).find(local)
    assert parent is not None
    assert int(parent.attrs["count"]) == len(parent.children)
    return parent.children


def style(one: StyleBook, *change: Any) -> Node:
    number = one.index(change)  # type: ignore[arg-type]
    return found(one, "cellXfs")[number]


def test_nothing_asked_changes_nothing() -> None:
    one = book()
    assert one.index((1, None, None, KEEP)) == 1
    assert one.result() == STYLES.format(formats=FORMATS).encode()


def test_each_change_is_added_once() -> None:
    one = book()
    first = one.index((1, 9.5, None, KEEP))
    assert (first, one.index((1, 9.5, None, KEEP)), one.index((0, 9.5, None, KEEP))) == (3, 3, 4)
    xfs, fonts = found(one, "cellXfs"), found(one, "fonts")
    assert [xf.attrs["fontId"] for xf in xfs] == ["0", "1", "0", "2", "3"]
    sizes = [size.attrs["val"] for font in fonts if (size := font.find("sz")) is not None]
    assert sizes == ["11", "10.5", "9.5", "9.5"]
    assert fonts[2].find("b") is not None


def test_one_font_serves_several_styles() -> None:
    one = book()
    for state in (KEEP, OPEN, CLOSED):
        one.index((0, 8.0, None, state))
    assert len(found(one, "fonts")) == 3


def test_an_open_input_is_painted_like_the_sample_and_unlocked() -> None:
    one = book()
    opened, closed = one.index((1, None, None, OPEN)), one.index((1, None, None, CLOSED))
    xfs = found(one, "cellXfs")
    for number, locked, fill in ((opened, "0", "2"), (closed, "1", "1")):
        xf = xfs[number]
        assert [child.local for child in xf.children] == ["alignment", "protection"]
        assert xf.children[1].attrs["locked"] == locked
        assert (xf.attrs["fillId"], xf.attrs["borderId"]) == (fill, "5")
        assert xf.attrs["applyProtection"] == "1"


def test_without_a_sample_the_fill_stays() -> None:
    one = book(sample=None)
    assert style(one, 1, None, None, OPEN).attrs["fillId"] == "1"


def test_only_the_lock_of_the_protection_changes() -> None:
    one = book()
    protection = style(one, 1, None, None, CLOSED).find("protection")
    assert protection is not None
    assert protection.attrs == {"locked": "1", "hidden": "1"}


@pytest.mark.parametrize(
    ("code", "number"),
    [("General", "0"), ("0", "1"), ("#,##0", "3"), ("0%", "9"), ('0.0"件"', "170"), ("0.0", "171")],
)
def test_number_formats_are_found_or_added(code: str, number: str) -> None:
    one = book()
    assert style(one, 0, None, code, KEEP).attrs["numFmtId"] == number


@pytest.mark.parametrize("formats", ["", '<x:numFmts count="0"/>', '<x:numFmts count="0" />'])
def test_number_formats_are_added_where_there_are_none(formats: str) -> None:
    one = book(formats)
    for code in ("0.000", '0.0"<&"'):
        one.index((0, None, code, KEEP))
    assert parse(one.result()).children[0].local == "numFmts"
    added = found(one, "numFmts")
    assert [(node.attrs["numFmtId"], node.attrs["formatCode"]) for node in added] == [
        ("164", "0.000"),
        ("165", '0.0"<&"'),
    ]
