"""OOXML のセルの値の読み方（returned-forms.md の 10〜14、16、17、22）。"""

from __future__ import annotations

import pytest
from reading_samples import parts, row, styles, text, zipped

from sheetgen.reading.book import CellKind, RawCell, RawSheet
from sheetgen.reading.opening import read_book


def read(rows: str = "", **options: object) -> RawSheet:
    return read_book(zipped(parts(rows, **options))).sheets[0]  # type: ignore[arg-type]


def only(rows: str, **options: object) -> RawCell:
    (cell,) = read(rows, **options).cells.values()
    return cell


# 速い読み方と、XML としての読み方（コメントがあれば必ずこちら）の両方で、同じ値になる
BOTH = pytest.mark.parametrize("comment", ["", "<!-- -->"], ids=["scanned", "parsed"])


@BOTH
@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ('<c r="A1"><v>34</v></c>', CellKind.NUMBER, 34),
        ('<c r="A1" t="n"><v>0.983</v></c>', CellKind.NUMBER, 0.983),
        ('<c r="A1"><v>-1.5E-3</v></c>', CellKind.NUMBER, -0.0015),
        ('<c r="A1"><v>0</v></c>', CellKind.NUMBER, 0),
        ('<c r="A1" t="b"><v>1</v></c>', CellKind.BOOL, True),
        ('<c r="A1" t="b"><v>0</v></c>', CellKind.BOOL, False),
        ('<c r="A1" t="e"><v>#N/A</v></c>', CellKind.ERROR, "#N/A"),
        ('<c r="A1" t="str"><v>-</v></c>', CellKind.TEXT, "-"),
        ('<c r="A1" t="s"><v>0</v></c>', CellKind.TEXT, "共有"),
        ('<c r="A1" t="d"><v>2024-01-02T00:00:00</v></c>', CellKind.DATE, "2024-01-02"),
        ('<c r="A1" t="d"><v>2024-01-02T03:04:05.6Z</v></c>', CellKind.DATE, "2024-01-02T03:04:05"),
        (text("A1", "0012"), CellKind.TEXT, "0012"),
        (text("A1", "末尾 "), CellKind.TEXT, "末尾 "),
        (text("A1", "　"), CellKind.TEXT, "　"),
        (text("A1", "&lt;b&gt;&amp;&#12354;&#x1F600;"), CellKind.TEXT, "<b>&あ😀"),
        (text("A1", "&#12354;" * 20), CellKind.TEXT, "あ" * 20),
        (text("A1", "行_x000D_\n次&#13;終"), CellKind.TEXT, "行\n次\n終"),
        (text("A1", "_x005F_x0041__x0007_"), CellKind.TEXT, "_x0041_\x07"),
        (text("A1", "_xD83D__xDE00_と_xD83D_"), CellKind.TEXT, "😀と\ufffd"),
        (text("A1", "葛\U000e0100城"), CellKind.TEXT, "葛\U000e0100城"),
        (text("A1", "あ" * 40_000), CellKind.TEXT, "あ" * 40_000),
    ],
)  # fmt: skip
def test_a_value_keeps_its_kind(comment: str, cell: str, kind: CellKind, value: object) -> None:
    found = only(comment + row(cell), strings="<si><t>共有</t></si>")
    assert (found.kind, found.value) == (kind, value)
    assert type(found.value) is type(value)


@BOTH
@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"/>', '<c r="A1" s="0" />', '<c r="A1" t="n"></c>', '<c r="A1"><v></v></c>',
        '<c r="A1"><v/></c>', '<c r="A1" t="inlineStr"><is><t></t></is></c>',
        '<c r="A1" t="s"><v>1</v></c>',
    ],
)  # fmt: skip
def test_a_cell_that_only_has_a_format_is_not_there(comment: str, cell: str) -> None:
    rows = comment + row(cell)
    assert read(rows, strings="<si><t>a</t></si><si><t/></si>").cells == {}


@BOTH
def test_formulas_come_with_what_was_saved_of_them(comment: str) -> None:
    found = read(
        comment
        + row(
            '<c r="A1"><f>1+1</f><v>2</v></c>',
            '<c r="B1"><f>A1&amp;"x"</f></c>',
            '<c r="C1" t="str"><f>""</f><v></v></c>',
            '<c r="D1" t="e"><f>NA()</f><v>#N/A</v></c>',
        )
    ).cells
    assert found["A1"] == RawCell(CellKind.NUMBER, 2, formula="1+1")
    assert found["B1"] == RawCell(CellKind.BLANK, None, formula='A1&"x"')
    assert found["C1"] == RawCell(CellKind.TEXT, "", formula='""')
    assert found["D1"] == RawCell(CellKind.ERROR, "#N/A", formula="NA()")


def test_shared_and_array_formulas() -> None:
    found = read(
        row('<c r="A1"><f t="shared" ref="A1:B1" si="0">C1*2</f><v>4</v></c>',
            '<c r="B1"><f t="shared" si="0"/><v>6</v></c>',
            '<c r="C1"><f t="array" ref="C1:C2">SUM(A1:B1)</f><v>10</v></c>')
    ).cells  # fmt: skip
    assert {ref: (cell.value, cell.formula) for ref, cell in found.items()} == {
        "A1": (4, "C1*2"), "B1": (6, "C1*2"), "C1": (10, "SUM(A1:B1)"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "serial", "value"),
    [
        ("yyyy/m/d", "45293", "2024-01-02"),
        ("[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@", "45293", "2024-01-02"),
        ("[$-ja-JP-x-gannen]ggge&quot;年&quot;", "45293", "2024-01-02"),
        ("m&quot;月&quot;d&quot;日&quot;", "45293.5", "2024-01-02T12:00:00"),
        ("h:mm", "0.25", "06:00:00"),
        ("yyyy/m/d", "59", "1900-02-28"),
        ("yyyy/m/d", "61", "1900-03-01"),
        ("yyyy/m/d", "1", "1900-01-01"),
    ],
)
def test_a_number_with_a_date_format_is_a_date(code: str, serial: str, value: str) -> None:
    cell = only(row(f'<c r="A1" s="1"><v>{serial}</v></c>'), styles=styles(code))
    assert (cell.kind, cell.value) == (CellKind.DATE, value)


@pytest.mark.parametrize(
    ("code", "serial"),
    [
        ("0.0%", "0.983"), ("#,##0&quot;千円&quot;", "6800"), ("0.00E+00", "12000"),
        ("[Red]#,##0;[Blue]-#,##0", "5"), ("General&quot;台&quot;", "34"), ("G/標準", "34"),
        ("[h]:mm", "1.25"), ("#,##0_);\\(#,##0\\)", "3"), ("0_d", "3"), ("@", "3"),
        # 日付にならない数は、数のまま残す
        ("yyyy/m/d", "60"), ("yyyy/m/d", "-1"), ("yyyy/m/d", "0"), ("yyyy/m/d", "99999999"),
    ],
)  # fmt: skip
def test_every_other_number_stays_a_number(code: str, serial: str) -> None:
    cell = only(row(f'<c r="A1" s="1"><v>{serial}</v></c>'), styles=styles(code))
    assert (cell.kind, cell.value) == (CellKind.NUMBER, float(serial))
    assert cell.number_format == code.replace("&quot;", '"')


@pytest.mark.parametrize("number", [14, 22, *range(27, 37), 45, 47, *range(50, 59)])
def test_date_formats_without_a_code(number: int) -> None:
    xfs = f'<cellXfs><xf numFmtId="0"/><xf numFmtId="{number}"/></cellXfs>'
    cell = only(row('<c r="A1" s="1"><v>45293.25</v></c>'), styles=xfs)
    assert (cell.kind, cell.value) == (CellKind.DATE, "2024-01-02T06:00:00")


def test_the_1904_system_counts_from_another_day() -> None:
    rows = row('<c r="A1" s="1"><v>43831</v></c><c r="B1" s="1"><v>0</v></c>')
    cells = read(rows, styles=styles("yyyy/m/d"), properties='<workbookPr date1904="1"/>').cells
    assert cells["A1"].value == "2024-01-02"
    assert cells["B1"].value == "1904-01-01"


def test_furigana_is_not_glued_to_the_text() -> None:
    strings = (
        '<si><t>課税</t><rPh sb="0" eb="2"><t>カゼイ</t></rPh><phoneticPr fontId="1"/></si>'
        '<si><r><t>東京</t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><r><t>都</t></r></si>'
    )
    rows = row('<c r="A1" t="s"><v>0</v></c>', '<c r="B1" t="s"><v>1</v></c>')
    assert {ref: cell.value for ref, cell in read(rows, strings=strings).cells.items()} == {
        "A1": "課税",
        "B1": "東京都",
    }


def test_struck_text_is_kept_and_told() -> None:
    strings = (
        "<si><r><t>のこす</t></r><r><rPr><strike/></rPr><t>けす</t></r>"
        '<r><rPr><strike val="0"/></rPr><t>のこす</t></r></si><si><t>全部</t></si>'
    )
    found = read(
        row('<c r="A1" t="s"><v>0</v></c>', '<c r="B1" s="1" t="s"><v>1</v></c>',
            '<c r="C1" s="1"><v>12</v></c>', '<c r="D1" t="s"><v>1</v></c>'),
        strings=strings,
        styles='<fonts><font/><font><strike/></font></fonts><cellXfs><xf numFmtId="0" fontId="0"/>'
        '<xf numFmtId="0" fontId="1"/></cellXfs>',
    ).cells  # fmt: skip
    assert (found["A1"].value, found["A1"].struck) == ("のこすけすのこす", "けす")
    assert found["A1"].left == "のこすのこす"
    assert (found["B1"].value, found["B1"].struck) == ("全部", "全部")
    assert (found["C1"].value, found["C1"].struck) == (12, "12")
    assert (found["B1"].left, found["D1"].struck, found["D1"].left) == (None, None, None)


def test_raised_and_lowered_text_is_kept_as_it_is_seen() -> None:
    up, down = (f'<rPr><vertAlign val="{way}script"/></rPr>' for way in ("super", "sub"))
    strings = (
        f"<si><r><t>3</t></r><r>{up}<t>1</t></r></si>"
        f"<si><r><t>10</t></r><r>{up}<t>3</t></r><r><t>人、CO</t></r><r>{down}<t>2</t></r></si>"
        f"<si><r><t>34</t></r><r>{up}<t>注1</t></r></si>"
        '<si><r><t>3</t></r><r><rPr><vertAlign val="baseline"/></rPr><t>1</t></r></si>'
        "<si><r><t>3</t></r><r><rPr><b/></rPr><t>1</t></r></si>"
    )
    styles = (
        '<fonts><font/><font><vertAlign val="superscript"/></font></fonts><cellXfs>'
        '<xf numFmtId="0" fontId="0"/><xf numFmtId="0" fontId="1"/></cellXfs>'
    )
    cells = [f'<c r="{ref}1" t="s"><v>{at}</v></c>' for at, ref in enumerate("ABCD")]
    cells += ['<c r="E1" s="1" t="s"><v>4</v></c>', '<c r="F1" s="1"><v>12</v></c>']
    found = read(row(*cells), strings=strings, styles=styles).cells
    assert {ref: (cell.value, cell.raised) for ref, cell in found.items()} == {
        "A1": ("31", "3¹"),
        "B1": ("103人、CO2", "10³人、CO₂"),
        "C1": ("34注1", "34注¹"),
        "D1": ("31", None),
        "E1": ("31", "31"),  # 上付きのセルの中の、ふつうの高さの字
        "F1": (12, None),
    }


@BOTH
def test_hidden_rows_and_columns_are_told_when_they_hold_something(comment: str) -> None:
    whole = parts(
        comment
        + row(text("A1", "見える"), text("D1", "隠れた列"))
        + row(text("A2", "隠れた行"), number=2, attrs=' hidden="1"')
        + '<row r="3" hidden="1"/>'
        + row(text("A4", "低い行"), number=4, attrs=' ht="0" customHeight="1"')
    )
    name = "xl/worksheets/sheet1.xml"
    cols = '<cols><col min="3" max="16384" width="8" hidden="1"/></cols><sheetData>'
    whole[name] = str(whole[name]).replace("<sheetData>", cols)
    found = read_book(zipped(whole)).sheets[0]
    assert found.hidden_rows == {2, 4}
    assert found.hidden_columns == {4}


def test_a_value_that_cannot_be_read_is_an_error_and_not_lost() -> None:
    book = read_book(
        zipped(parts(row('<c r="B2"><v>３４</v></c>', '<c r="C2" t="s"><v>9</v></c>')))
    )
    (problem,) = book.problems
    assert (problem.code, problem.place.sheet, problem.place.cell) == ("R036", "様式", "B2")
    assert problem.facts == {"value": "３４", "more": "（C2も同じ）"}
    assert {c.kind for c in book.sheets[0].cells.values()} == {CellKind.ERROR}


def test_a_million_formatted_rows_and_a_false_dimension() -> None:
    rows = "".join(
        f'<row r="{n}" spans="1:3"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>'
        for n in range(2, 200_000)
    )
    whole = parts(row(text("A1", "答え")) + rows)
    name = "xl/worksheets/sheet1.xml"
    whole[name] = str(whole[name]).replace(
        "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>'
    )
    assert {ref: c.value for ref, c in read_book(zipped(whole)).sheets[0].cells.items()} == {
        "A1": "答え"
    }
