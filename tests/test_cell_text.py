"""どの文字も、書いて読めば同じ文字であり、数式にはならない。"""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetgen.xlsx.markup import attribute_text, attribute_value, cell_text, parse
from sheetgen.xlsx.slots import cell
from sheetgen.xlsx.strings import EMPTY, STRINGS_TYPE, SharedStrings, StringTable

AWKWARD = st.sampled_from(
    ["_x000D_", "_x005F_", "_x000d_", "_xD800_", "\r", "\r\n", "\n", "\t", "\x00", "\x1f", "\ufffe",
     "\uffff", "\ud800", "&", "<", "]]>", '"', "'", "=1+1", "+1", "-1", "@SUM(1)", "𠮷",
     "葛\U000e0100", " ", "_", "x000D_"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(AWKWARD, st.text(max_size=4)), max_size=6).map("".join)
_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<sheetData><row r="1">{}</row></sheetData></worksheet>'
)


def unescaped(text: str) -> str:
    """ECMA-376 22.9.2.19 の読み方。"""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


@given(TEXTS)
def test_text_is_read_back_by_xml_and_the_standard(text: str) -> None:
    root = ElementTree.fromstring(f"<t>{cell_text(text)}</t>".encode())
    assert unescaped(root.text or "") == text


@given(TEXTS)
def test_attribute_is_read_back_by_xml_and_the_standard(text: str) -> None:
    root = ElementTree.fromstring(f'<t a="{attribute_text(text)}"/>'.encode())
    assert unescaped(root.attrib["a"]) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_plain_attribute_is_not_escaped_twice(text: str) -> None:
    text = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    root = ElementTree.fromstring(f'<t a="{attribute_value(text)}"/>'.encode())
    assert root.attrib["a"] == text


def strings() -> StringTable:
    return SharedStrings(EMPTY, parse(EMPTY)).new_book()


@given(TEXTS)
def test_a_text_cell_is_always_a_string(text: str) -> None:
    table = strings()
    root = ElementTree.fromstring(_SHEET.format(cell('<c r="A1"', "", 0, text, table)))
    found = next(node for node in root.iter() if node.tag.endswith("}c"))
    assert found.attrib["t"] == "s"
    assert not [node for node in found.iter() if node.tag.endswith("}f")]
    (number,) = [node.text for node in found.iter() if node.tag.endswith("}v")]
    (item,) = ElementTree.fromstring(table.result())
    words = [node.text or "" for node in item.iter() if node.tag.endswith("}t")]
    assert (number, unescaped("".join(words))) == ("0", text)


@pytest.mark.parametrize(
    ("table", "number"),
    [
        (EMPTY, 0),
        (b'<sst xmlns="urn:m"/>', 0),
        (b'<sst xmlns="urn:m" count="9" uniqueCount="1"><si><t>{{ a }}</t></si></sst>', 1),
        (b'<?xml version="1.0"?><x:sst xmlns:x="urn:m" uniqueCount="7"><x:si><x:t>a</x:t></x:si>'
         b"<x:si><x:r><x:t>{% b %}</x:t></x:r></x:si><x:extLst><x:ext/></x:extLst></x:sst>\n", 2),
        (b'<sst xmlns="urn:m" count="0"><!-- none --><extLst/></sst>', 0),
    ],
)  # fmt: skip
def test_shared_strings_are_added_and_counted(table: bytes, number: int) -> None:
    """テンプレートの文字の番号は変わらず、足した文字と、使った数が書かれる。"""
    template = SharedStrings(table, parse(table))
    for _ in range(2):  # 前のブックの文字は残らない
        book = template.new_book()
        book.count += 3
        assert [book.index(one) for one in ("=1", "<b>", "=1")] == [number, number + 1, number]
        root = ElementTree.fromstring(book.result())
        items = [node for node in root if node.tag.endswith("}si")]
        texts = ["".join(node.itertext()) for node in items]
        assert texts == [*(one if "{" not in one else "" for one in template.texts), "=1", "<b>"]
        assert root.attrib == {"count": "6", "uniqueCount": str(number + 2)}
        assert [node.tag for node in root][-1].endswith("}extLst") == (b"extLst" in table)


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    target = io.BytesIO()
    openpyxl.Workbook().save(target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "@x", "<b>太い</b>", "一行\n二行", " 前後の空白 ", "_x000D_", "\x07鐘", "#N/A",
     "𠮷野家", "TRUE", "1-2", "0012"],
)  # fmt: skip
def test_openpyxl_sees_the_same_text(text: str, parts: dict[str, bytes]) -> None:
    table = strings()
    made = dict(parts)
    made["xl/worksheets/sheet1.xml"] = _SHEET.format(cell('<c r="A1"', "", 0, text, table)).encode()
    made["xl/sharedStrings.xml"] = table.result()
    listed = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{STRINGS_TYPE}"/></Types>'
    types = made["[Content_Types].xml"]
    made["[Content_Types].xml"] = types.replace(b"</Types>", listed.encode())
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    found = openpyxl.load_workbook(target).active
    assert found is not None
    read = found["A1"]
    assert read.data_type != "f"
    # openpyxl は、共有文字列の「_x005F_」だけを自分で戻す。
    assert text in (read.value, unescaped(str(read.value)))


@given(st.one_of(st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_stay_the_numbers_they_are(number: float) -> None:
    root = ElementTree.fromstring(_SHEET.format(cell('<c r="A1"', "", 3, number, strings())))
    found = next(node for node in root.iter() if node.tag.endswith("}c"))
    assert "t" not in found.attrib
    assert float(found[0].text or "") == number


def test_an_empty_cell_keeps_its_style() -> None:
    assert cell('<x:c r="B2"', "x:", 7, None, strings()) == '<x:c r="B2" s="7"/>'
