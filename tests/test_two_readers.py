"""部品の二つの読み方（速い切り分けと、XML の読み手）が、同じものを読むこと。

速い読み方は、分からないものを読み手に任せてよい。任せずに受け取ったものは、どれも読み手の
読むものと同じでなければならない。
"""

# ruff: noqa: E501 - 一行に一つの部品を書く
from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_samples import DECLARATION, MAIN, OFFICE, row, sheet

from sheetgen.problems import SheetgenError
from sheetgen.reading import sheet_scanner
from sheetgen.reading.cells import CellMaker, Look, Text, read_looks, rich_text
from sheetgen.reading.scanning import NotPlainError, is_plain, scan_looks, scan_names, scan_strings
from sheetgen.reading.sheet_parser import SheetContent, parse_sheet
from sheetgen.reading.xml_parts import Element, tree, utf8
from sheetgen.send.generating import GenerateResult

STRINGS = [
    Text("〇"),
    Text("一\n二"),
    Text("取消", "取", True, "消"),
    *map(Text, map(str, range(5000))),
]
LOOKS = [Look(), Look("0.0"), Look("yyyy/m/d", date=True), Look("@", struck=True)]
PICKED = settings(deadline=None, derandomize=True, max_examples=300)
Read = Callable[[bytes], str]


def seen(content: SheetContent) -> str:
    """読んだもの。値の型と、セルの順まで分かる形。"""
    return repr((content.cells, content.merged, sorted(content.rows), content.columns,
                 content.links, content.problems))  # fmt: skip


def maker() -> CellMaker:
    return CellMaker(STRINGS, LOOKS, False)


def scanned_sheet(data: bytes) -> str:
    return seen(sheet_scanner.scan_sheet(data, maker()))


def parsed_sheet(data: bytes) -> str:
    return seen(parse_sheet((utf8(data, ""),), "", maker()))


def scanned_strings(data: bytes) -> str:
    return repr([tuple(one) for one in scan_strings(data)])


def parsed_strings(data: bytes) -> str:
    return repr([tuple(rich_text(one)) for one in tree(data, "").all("si")])


def scanned_looks(data: bytes) -> str:
    return repr(list(scan_looks(data)))


def parsed_looks(data: bytes) -> str:
    return repr(read_looks(tree(data, "")))


def outside(root: Element) -> str:
    """名前のほかのもの。"""
    return repr([(one.local, one.attrs, one.text) for one in root.walk()
                 if one.local != "definedName"])  # fmt: skip


def scanned_names(data: bytes) -> str:
    rest, names = scan_names(data)
    root = tree(rest, "")
    if names and len(root.all("definedNames")) != 1:
        raise NotPlainError
    if not names:
        names = named(root)
    return repr((names, outside(root)))


def named(root: Element) -> list[tuple[str, str, str]]:
    parent = root.find("definedNames")
    return [
        (one.attrs.get("name", ""), one.attrs.get("localSheetId", ""), one.text)
        for one in (parent.children if parent else [])
    ]


def parsed_names(data: bytes) -> str:
    root = tree(data, "")
    return repr((named(root), outside(root)))


KINDS: dict[str, tuple[Read, Read]] = {
    "worksheet": (scanned_sheet, parsed_sheet),
    "sst": (scanned_strings, parsed_strings),
    "styleSheet": (scanned_looks, parsed_looks),
    "workbook": (scanned_names, parsed_names),
}


def is_taken(kind: str, data: bytes) -> bool:
    """速い読み方が受け取ったか。受け取ったなら、読み手の読むものと同じであること。"""
    if not is_plain(data):
        return False
    scan, parse = KINDS[kind]
    try:
        quick = scan(data)
    except NotPlainError:
        return False
    except SheetgenError:
        # 名前のほかは、どちらも同じ読み手が読む。
        assert kind == "workbook", data
        with pytest.raises(SheetgenError):
            parse(data)
        return False
    try:
        slow = parse(data)
    except SheetgenError as error:
        pytest.fail(f"読み手の断るものを受け取った（{error}）: {data!r}")
    assert quick == slow, data
    return True


# --- 作った部品 -----------------------------------------------------------------------------

WORDS = st.sampled_from([
    "あ", "1", "0.50", "", " ", "2", "true", "#N/A", "x", "&lt;", "&#65;", "&#x3042;", "&bad;", "&",
    "&#13;", "&#10;", "\r\n", "\r", "\t", "_x000D_", "_x0041_", "_xD83D__xDE00_", "]]>", "]]",
    "\x01", "\ufffe", "\x7f", "<!-- a -->", "<![CDATA[<b>]]>", "<?a b?>", "&apos;", "'", "=1+1",
    "1E3", "45000", "2024-01-02", "9" * 15, "9" * 16, "-1", "+2", "007",
])  # fmt: skip
TEXTS = st.lists(WORDS, max_size=3).map("".join)
VALUES = st.one_of(
    TEXTS.map(lambda one: f"<v>{one}</v>"),
    TEXTS.map(lambda one: f"<is><t>{one}</t></is>"),
    TEXTS.map(lambda one: f'<is><t xml:space="preserve">{one}</t></is>'),
    TEXTS.map(lambda one: f"<f>{one}</f><v>{one}</v>"),
    st.sampled_from([
        "<v/>", "<v />", "<v></v>", "<is><t/></is>", "<is/>", "<f>1</f>", "<f/>", "<f>A1</f><v/>",
        '<f aca="false">1</f><v>1</v>', "<f>1</f><v></v>", '<f t="shared" ref="A1:B2" si="0">A1</f>',
        '<f t="shared" si="0"/><v>1</v>', '<f t="array" ref="A1">1</f><v>1</v>',
        "<is><r><t>あ</t></r><r><rPr><strike/></rPr><t>い</t></r></is>",
        '<is><t>漢</t><rPh sb="0" eb="1"><t>かん</t></rPh><phoneticPr fontId="1"/></is>',
        "<v>1</v><v>2</v>", "<x:v>1</x:v>", "<v x:a='1'>1</v>", "<v> 1 </v>", "<v>1</v ><extLst/>",
        '<extLst><c r="A1"><v>9</v></c></extLst>', "<is><t>あ</t></is><f>1</f>", "<w><v>1</v></w>",
        '<row r="3" hidden="1"/>', "<f>1</f><is><t>あ</t></is>", "<v>1</v>\n",
    ]),
)  # fmt: skip
CELL_ATTRS = st.lists(
    st.sampled_from([' s="0"', ' s="1"', ' s="2"', ' s="3"', ' s="9"', ' s="x"', ' t="s"',
                     ' t="n"', ' t="str"', ' t="b"', ' t="e"', ' t="d"', ' t="inlineStr"',
                     ' t="z"', " cm='1'", ' x:t="s"', "\n", " "]),
    max_size=2,
).map("".join)  # fmt: skip
ROW_ATTRS = st.lists(
    st.sampled_from([' spans="1:3"', ' ht="15.5"', ' ht="0"', ' ht="0.00"', ' hidden="1"',
                     ' hidden="true"', ' hidden="false"', ' x:hidden="1"', ' x:ht="0"', ' r="7"',
                     " ", "\n", ' a="&amp;"', ' a="&b;"', ' 1a="1"', " hidden='1'",
                     ' customFormat="1"']),
    max_size=3,
).map("".join)  # fmt: skip
REFS = st.sampled_from(["A", "B", "C", "AA", "XFD", "XFE", "ZZZ", "a", "$A"])
NUMBERS = st.sampled_from(["1", "2", "3", "0", "01", "1048576", "1048577", "9999999", "$1"])
ENDS = st.sampled_from([
    "", "", '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>', "<!-- -->", "<x", "a",
    '<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="$C$1:D1" /></mergeCells>', "<a></b>",
    '<mergeCells count="1" count="1"><mergeCell ref="A1:B1"/></mergeCells>', "<mergeCells/>",
    '<mergeCells>&bad;<mergeCell ref="A1:B1"/></mergeCells>', "&bad;", "<mergeCells></mergeCells>",
    '<extLst><ext><mergeCells><mergeCell ref="A1:B1"/></mergeCells></ext></extLst>',
    '<extLst><col min="1" max="1" hidden="1"/><hyperlink ref="A1" r:id="rId1"/></extLst>',
    '<hyperlinks><hyperlink ref="A1" r:id="rId1"/></hyperlinks>', "<x:col min='1' hidden='1'/>",
    '<sheetData x="1"><row r="9" hidden="1"/></sheetData>', "<sheetData/>", "]]>", "\x01",
    '<sheetData x="1"><row><c><v>1</v></c></row></sheetData>', "<a>" * 250 + "</a>" * 250,
    '<x:mergeCells><mergeCell ref="A1:B1"/></x:mergeCells>', "<?a ?>", "<!DOCTYPE a>",
])  # fmt: skip
STARTS = st.sampled_from([
    "", "", '<cols><col min="2" max="3" hidden="1"/></cols>', '<dimension ref="A1"/>', "<a>", "]]>",
    '<cols><col min="1" max="99999" hidden="1"/></cols>', '<cols><col min="2" width="0"/></cols>',
    '<cols><x:col min="1" max="1" hidden="true"/></cols>', "<a><col hidden='1'/></a>", "<a>?></a>",
])  # fmt: skip
HEADS = st.sampled_from([
    DECLARATION, DECLARATION, DECLARATION, "", '<?xml version="1.0"?>', "<?xml version='1.1'?>",
    "\ufeff" + DECLARATION, '<?xml version="1.0" encoding="Shift_JIS"?>', "<?xml bad?>", "x", "\n",
])  # fmt: skip


@st.composite
def sheets(draw: st.DrawFn) -> str:
    """変わった書き方も、誤りもあるシート。"""
    odd = draw(st.integers(0, 3)) == 0
    rows = []
    for number in range(1, draw(st.integers(1, 4))):
        cells = []
        for letter in draw(st.lists(st.sampled_from("ABCD"), max_size=4, unique=True)):
            ref = f' r="{letter}{number}"'
            if odd and draw(st.booleans()):
                ref = draw(st.sampled_from(["", f' r="{draw(REFS)}{draw(NUMBERS)}"']))
            attrs = draw(CELL_ATTRS) if draw(st.booleans()) else ""
            value = draw(VALUES) if draw(st.integers(0, 3)) else None
            end = "/>" if value is None else f">{value}</c>"
            cells.append(f"<c{ref}{attrs}{end}")
        attrs = draw(ROW_ATTRS)
        where = draw(NUMBERS) if odd else str(number)
        rows.append(f'<row r="{where}"{attrs}>{"".join(cells)}</row>')
    gap = draw(st.sampled_from(["", "", "", "", "\n", " x", "&bad;"]))
    made = sheet(gap.join(rows), draw(STARTS), draw(ENDS))
    made = made.replace(DECLARATION, draw(HEADS), 1)
    return made.replace("<worksheet ", draw(st.sampled_from(
        ["<worksheet ", "<worksheet ", f'<worksheet xmlns:x="urn:x" xmlns:a="{OFFICE}" ',
         "<x:worksheet ", "<other ", "<worksheet a='>' "])), 1)  # fmt: skip


@PICKED
@given(sheets())
def test_odd_sheets(made: str) -> None:
    is_taken("worksheet", made.encode("utf-8", "surrogatepass"))


RICH = st.sampled_from([
    "<t>あ</t>", '<t xml:space="preserve"> あ </t>', "<t/>", "", "\n", "<r><t>あ</t></r>",
    "<r><rPr><strike/></rPr><t>消</t></r><r><t>残</t></r>", "<t>a</t><t>b</t>", "<t>&bad;</t>",
    '<t>漢</t><rPh sb="0" eb="1"><t>かん</t></rPh>', '<t>漢</t><rPh sb="0" eb="1"><t>&bad;</t></rPh>',
    '<t>漢</t><rPh sb="0" eb="1"><t>か&#x3093;</t></rPh><phoneticPr fontId="1" type="noConversion"/>',
    '<t>漢</t><phoneticPr fontId="1" fontId="1"/>', "<x:t>あ</x:t>", "<t>a]]></t>", "<t>\r</t>",
    "<t>&#13;\n</t>", "<t>\r&#10;</t>", "<t>_x000D_\n</t>", "<t>\r_x000A_</t>", "<t>\x01</t>",
    "<r>" * 250 + "</r>" * 250, "<r><t>あ</r></t>", "<t>?></t>",
])  # fmt: skip


@PICKED
@given(
    st.lists(RICH | TEXTS.map(lambda one: f"<t>{one}</t>"), max_size=5),
    HEADS,
    st.sampled_from(["", "", "", "\n", "\x1c", "x", "　", "<a/>", "<si/>"]),
    st.sampled_from(["</sst>", "</sst>", "</sst>\n", "</sst>x", "</sst ></sst>", "", "</a></sst>"]),
    st.sampled_from(["", ' count="1"', ' count="1" count="1"', ' a="&bad;"', " a='1'", ' a=">"']),
)
def test_odd_strings(found: list[str], head: str, gap: str, end: str, attrs: str) -> None:
    inner = gap.join(f"<si>{one}</si>" for one in found)
    is_taken("sst", f'{head}<sst xmlns="{MAIN}"{attrs}>{inner}{end}'.encode())


SECTIONS = st.sampled_from([
    '<numFmts count="1"><numFmt numFmtId="200" formatCode="0.0"/></numFmts>',
    '<numFmts><numFmt numFmtId="200" formatCode="yyyy&quot;年&quot;"/></numFmts>', "<numFmts/>",
    '<numFmts><numFmt numFmtId="200" formatCode="a\nb"/></numFmts>', "<fonts><font/></fonts>",
    '<numFmts><numFmt formatCode="0" numFmtId="200"/></numFmts>', "<fonts/>", "<a></b>", "<a",
    '<numFmts><numFmt numFmtId="200" formatCode="&bad;"/></numFmts>', "<!-- -->", "&bad;",
    '<numFmts><?a <numFmt numFmtId="14" formatCode="x"/>?></numFmts>', "<a>" * 250 + "</a>" * 250,
    "<fonts><font/><font><strike/></font></fonts>", "<fonts><font><x:strike/></font></fonts>",
    '<cellXfs count="2"><xf numFmtId="0" fontId="0"/><xf numFmtId="200" fontId="0"/></cellXfs>',
    '<cellXfs><xf numFmtId="14" fontId="1" applyFont="1"><alignment/></xf></cellXfs>',
    '<cellXfs><xf numFmtId="14" fontId="1" fontId="1"/></cellXfs>', "<cellXfs/>", "<cellXfs>",
    '<cellXfs><xf numFmtId="14" fontId="1" a="&bad;"/></cellXfs>', "<cellXfs></cellXfs>",
    '<cellXfs><xf fontId="1"/></cellXfs>', "<dxfs><cellXfs><xf numFmtId='1'/></cellXfs></dxfs>",
    '<dxfs><cellXfs><xf numFmtId="1" fontId="0"/></cellXfs></dxfs>', "<cellXfs><x/></cellXfs>",
    '<x:cellXfs><xf numFmtId="14" fontId="0"/></x:cellXfs>',
    '<ext><numFmts><numFmt numFmtId="200" formatCode="0.0"/></numFmts></ext>',
    '<cellXfs><ext><xf numFmtId="14" fontId="0"/></ext></cellXfs>',
    '<numFmts><ext><numFmt numFmtId="200" formatCode="@"/></ext></numFmts>',
    '<cellXfs><xf numFmtId="14" fontId="0"><xf numFmtId="9" fontId="0"/></xf></cellXfs>',
    '<cellXfs><x numFmtId="14"/><xf numFmtId="9" fontId="0"/></cellXfs>',
    '<numFmts><x:numFmt numFmtId="200" formatCode="@"/></numFmts>',
])  # fmt: skip


@PICKED
@given(st.lists(SECTIONS, max_size=4), HEADS)
def test_odd_styles(sections: list[str], head: str) -> None:
    made = f'{head}<styleSheet xmlns="{MAIN}">{"".join(sections)}</styleSheet>'
    is_taken("styleSheet", made.encode())


NAMES = st.sampled_from([
    '<definedName name="a">様式!$A$1</definedName>', '<definedName name="b" hidden="1">1</definedName>',
    '<definedName name="c" localSheetId="0">1</definedName>', '<definedName name="&amp;">&lt;</definedName>',
    '<definedName localSheetId="0" name="d" localSheetId="1">1</definedName>', "x", "&bad;", "\n",
    '<definedName hidden="0" name="d" hidden="1">1</definedName>', "<x/>", "<definedName/>",
    '<definedName name="e" comment="&bad;">1</definedName>', '<definedName name="e">]]></definedName>',
    '<definedName name="e\nf">1</definedName>', '<definedName name="e">1\r\n2</definedName>',
    '<definedName name="e"/>', "<definedName name='e'>1</definedName>", "\x01", "<?a ?>",
    '<definedName name="&apos;">&apos;様式&apos;!A1</definedName>', "<definedName>1</definedName>",
    '<definedName name="&amp;apos;">&amp;apos;</definedName>', '<definedName x:name="e">1</definedName>',
])  # fmt: skip


@PICKED
@given(
    st.lists(NAMES, max_size=4),
    HEADS,
    st.sampled_from([("", ""), ("", ""), ("<ext>", "</ext>"), ("<a>", "</b>"), ("", "<definedNames/>"),
                     ("", "<x:definedNames><definedName name='z'>1</definedName></x:definedNames>"),
                     ("<x:definedNames/>", "")]),
)  # fmt: skip
def test_odd_names(found: list[str], head: str, around: tuple[str, str]) -> None:
    names = f"{around[0]}<definedNames>{''.join(found)}</definedNames>{around[1]}"
    made = f'{head}<workbook xmlns="{MAIN}"><sheets><sheet name="様"/></sheets>{names}</workbook>'
    is_taken("workbook", made.encode())


# --- 実物の部品に手を加えたもの -------------------------------------------------------------

LIBREOFFICE = sheet(
    row('<c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="2"/>', attrs=' customFormat="false" ht="12.8"')
    + row('<c r="A2" s="0" t="n"><v>45000</v></c>'
          '<c r="B2" s="3" t="str"><f aca="false">A1&amp;&quot;x&quot;</f><v>x</v></c>',
          '<c r="C2" t="b"><v>1</v></c><c r="D2" t="e"><v>#N/A</v></c>', number=2,
          attrs=' hidden="true"'),
    '<cols><col min="1" max="2" hidden="true"/></cols>',
    '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
    '<hyperlinks><hyperlink ref="A1" r:id="rId1"/></hyperlinks>',
)  # fmt: skip
PUT = [
    b"<", b">", b"/", b'"', b"'", b"&", b" ", b"\n", b"\r", b"\t", b"=", b"?", b"!", b"\x00",
    b"\x01", b"\xff", b"\xef\xbf\xbe", b"\xed\xa0\x80", b":", b"x:", b"]]>", b"<!-- -->", b"<?a?>",
    b"&#65;", b"&bad;", b"&#0;", b"<v>", b"</v>", b"<c>", b"</c>", b"<row>", b"</row>", b"<t>",
    b' r="A1"', b' hidden="1"', b' t="s"', b' xmlns="urn:x"', b"<f>1</f>", b"<v/>", b"9", b"A",
    b"<mergeCell/>", b"_x0041_", b"\xe3\x81\x82",
]  # fmt: skip


def changed(data: bytes, chance: random.Random) -> bytes:
    """一か所から三か所を、入れる、抜く、置き換える、写す。"""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        if chance.random() < 0.5:  # タグの境に寄せる
            at = max(data.find(chance.choice([b"<", b">", b'"', b" "]), at), 0)
        size = chance.choice([0, 0, 1, 1, 2, 5, 20, 60])
        other = chance.randrange(len(data))
        put = chance.choice([chance.choice(PUT), chance.choice(PUT), b"",
                             data[other : other + chance.choice([3, 10, 40])]])  # fmt: skip
        data = data[:at] + put + data[at + size :]
    return data


def shortened(data: bytes, rows: int) -> bytes:
    """行を減らしたシート。読み手に同じ行を何度も読ませない。"""
    ends = [at for at in range(len(data)) if data.startswith(b"</row>", at)]
    if len(ends) <= rows:
        return data
    return data[: ends[rows - 1] + 6] + data[ends[-1] + 6 :]


@pytest.fixture(scope="module")
def real_parts(result: GenerateResult) -> list[tuple[str, bytes]]:
    """配ったブックの部品と、LibreOffice と Excel の書き方の部品。"""
    found = [("worksheet", LIBREOFFICE.encode())]
    with zipfile.ZipFile(io.BytesIO(result.books[0].path.read_bytes())) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name.startswith("xl/worksheets/sheet"):
                found += [("worksheet", data), ("worksheet", shortened(data, 6))]
            elif name in ("xl/styles.xml", "xl/workbook.xml", "xl/sharedStrings.xml"):
                kind = {"t": "styleSheet", "o": "workbook", "h": "sst"}[name[4]]
                found.append((kind, data))
    assert {kind for kind, _ in found} == set(KINDS)
    return found


def test_real_parts_are_scanned(real_parts: list[tuple[str, bytes]]) -> None:
    """速い読み方が、実物に使われている（使われなければ、比べる意味がない）。"""
    assert [kind for kind, data in real_parts if not is_taken(kind, data)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_changed_parts(kind: str, real_parts: list[tuple[str, bytes]]) -> None:
    chance = random.Random(20261130)
    some = sorted((data for one, data in real_parts if one == kind), key=len)[:3]
    turns = max(200, 2_000_000 // sum(map(len, some))) if kind != "worksheet" else 700
    taken = sum(is_taken(kind, changed(data, chance)) for _ in range(turns // len(some))
                for data in some)  # fmt: skip
    assert taken > 5
