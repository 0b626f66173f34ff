"""ブックの作りの読み方（returned-forms.md の 2、17、22、25、26、31）。"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from reading_samples import (
    DECLARATION,
    MAIN,
    OFFICE,
    STRICT_MAIN,
    STRICT_OFFICE,
    parts,
    relations,
    row,
    sheet,
    styles,
    text,
    zipped,
)

from sheetgen.messages.catalogue import message_of
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.book import (
    BookFormat,
    CellKind,
    RawBook,
    RawCell,
    RawName,
    RawSheet,
    Remark,
    RemarkKind,
)
from sheetgen.reading.opening import read_book
from sheetgen.reading.worker import dump, understand

ANSWER = row(text("A1", "答え"))


def answer(book: RawBook) -> object:
    return book.sheets[0].cells["A1"].value


def test_strict_open_xml_is_read() -> None:
    made = {
        name: str(data).replace(MAIN, STRICT_MAIN).replace(OFFICE, STRICT_OFFICE)
        for name, data in parts(ANSWER).items()
    }
    book = read_book(zipped(made))
    assert (book.format, answer(book)) == (BookFormat.STRICT, "答え")


def test_any_prefix_is_read() -> None:
    made = parts(
        row('<c r="A1" s="1" t="s"><v>0</v></c>'),
        strings="<si><t>答え</t></si>",
        styles=styles("0.0%"),
        names='<definedNames><definedName name="a">様式!$A$1</definedName></definedNames>',
    )
    for name in (n for n in made if n.startswith("xl/") and "_rels" not in n):
        words = str(made[name]).replace('xmlns="', 'xmlns:x="')
        words = words.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
        made[name] = words.replace("<x:?xml", "<?xml")
    book = read_book(zipped(made))
    assert book.sheets[0].cells["A1"] == RawCell(CellKind.TEXT, "答え", "0.0%")
    assert len(book.names) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_parts_in_other_encodings(encoding: str) -> None:
    made = parts(ANSWER)
    name = "xl/worksheets/sheet1.xml"
    made[name] = str(made[name]).replace("UTF-8", encoding[:6].upper()).encode(encoding)
    assert answer(read_book(zipped(made))) == "答え"


@pytest.mark.parametrize(
    ("part", "target"),
    [
        ("xl/worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "../xl/./worksheets/sheet1.xml"),
        ("xl\\worksheets\\sheet1.xml", "worksheets/sheet1.xml"),
        ("xl/worksheets/sheet1.xml", "worksheets\\sheet1.xml"),
        ("XL/Worksheets/Sheet1.XML", "worksheets/sheet1.xml"),
        ("xl/シート/一.xml", "%E3%82%B7%E3%83%BC%E3%83%88/%E4%B8%80.xml"),
        ("odd.bin", "/odd.bin"),
    ],
)
def test_a_part_is_found_wherever_it_lies(part: str, target: str) -> None:
    made = parts(ANSWER)
    made[part] = made.pop("xl/worksheets/sheet1.xml")
    made["xl/_rels/workbook.xml.rels"] = relations(("rId1", "worksheet", target))
    assert answer(read_book(zipped(made))) == "答え"


def test_cells_and_rows_without_references_are_counted() -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c><v>3</v></c></row>"
    cells = read_book(zipped(parts(rows))).sheets[0].cells
    assert {ref: cell.value for ref, cell in cells.items()} == {"A1": 1, "B1": 2, "B2": 3}


@pytest.mark.parametrize("space", ["", " "])
def test_names_of_the_book_and_of_a_sheet(space: str) -> None:
    names = (
        f'<definedNames>{space}<definedName name="全体">様式!$A$1</definedName>'
        '<definedName name="sg.result.text" localSheetId="0">\'様式\'!$H$10</definedName>'
        '<definedName name="壊れた" localSheetId="0" hidden="1">#REF!</definedName>'
        '<definedName name="よそ" localSheetId="7">様式!$A$1</definedName></definedNames>'
    )
    assert read_book(zipped(parts(ANSWER, names=names))).names == (
        RawName("全体", None, "様式!$A$1"),
        RawName("sg.result.text", "様式", "'様式'!$H$10"),
        RawName("壊れた", "様式", "#REF!"),
    )


def test_a_hidden_sheet_and_merged_areas() -> None:
    whole = sheet(ANSWER, after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>')
    found = read_book(zipped(parts(whole=whole, state=' state="veryHidden"'))).sheets[0]
    assert (found.hidden, found.merged) == (True, ("A1:B2",))


DRAWING = (
    '<xdr:wsDr xmlns:xdr="urn:x" xmlns:a="urn:a" xmlns:mc="urn:mc"><xdr:twoCellAnchor><xdr:from>'
    "<xdr:col>2</xdr:col><xdr:row>4</xdr:row></xdr:from><mc:AlternateContent><mc:Choice>"
    "<xdr:sp><xdr:txBody><a:p><a:r><a:t>ご確認</a:t></a:r></a:p><a:p><a:r><a:t>ください</a:t></a:r>"
    "</a:p></xdr:txBody></xdr:sp></mc:Choice><mc:Fallback><xdr:sp><xdr:txBody><a:p><a:r><a:t>古い"
    "</a:t></a:r></a:p></xdr:txBody></xdr:sp></mc:Fallback></mc:AlternateContent>"
    '<xdr:pic><xdr:nvPicPr><xdr:cNvPr name="図 1" descr="印影"/></xdr:nvPicPr></xdr:pic>'
    "</xdr:twoCellAnchor></xdr:wsDr>"
)
COMMENTS = (
    f'<comments xmlns="{MAIN}"><commentList><comment ref="H10"><text><r><t>担当:</t></r><r><t>\n'
    '修正済み</t></r></text></comment><comment ref="A1"><text><t>[会話]</t></text></comment>'
    "</commentList></comments>"
)
THREADS = (
    '<ThreadedComments><threadedComment ref="A1"><text>会話の文</text></threadedComment>'
    "</ThreadedComments>"
)
VML = (
    '<xml xmlns:v="urn:v" xmlns:x="urn:x"><v:shape><v:textbox><div>一行目<br>二行目</div>'
    '</v:textbox><x:ClientData ObjectType="Rect">'
    "<x:Anchor>1, 0, 2, 0, 3, 0, 4, 0</x:Anchor></x:ClientData>"
    '</v:shape><v:shape><v:textbox><div>控え</div></v:textbox><x:ClientData ObjectType="Note"/>'
    "</v:shape></xml>"
)


def test_what_is_written_outside_the_cells_is_not_lost() -> None:
    book = read_book(
        zipped(
            parts(
                whole=sheet(
                    ANSWER, after='<hyperlinks><hyperlink ref="A1" r:id="rIdL"/></hyperlinks>'
                ),
                sheet_relations=relations(
                    ("rIdL", "hyperlink", "https://example.com/a", "External"),
                    ("rId1", "comments", "../comments1.xml"),
                    ("rId2", "drawing", "../drawings/drawing1.xml"),
                    ("rId3", "vmlDrawing", "../drawings/vml1.vml"),
                    ("rId4", "threadedComment", "../threads.xml"),
                ),
                more={
                    "xl/comments1.xml": COMMENTS,
                    "xl/drawings/drawing1.xml": DRAWING,
                    "xl/drawings/vml1.vml": VML,
                    "xl/threads.xml": THREADS,
                },
            )
        )
    )
    assert book.sheets[0].remarks == (
        Remark(RemarkKind.COMMENT, "担当:\n修正済み", "H10"),
        Remark(RemarkKind.COMMENT, "会話の文", "A1"),
        Remark(RemarkKind.TEXT_BOX, "ご確認\nください", "C5"),
        Remark(RemarkKind.PICTURE, "印影", "C5"),
        Remark(RemarkKind.TEXT_BOX, "一行目\n二行目", "B3"),
        Remark(RemarkKind.LINK, "https://example.com/a", "A1"),
    )
    assert book.problems == ()


def test_a_broken_remark_is_told_and_the_cells_are_read() -> None:
    made = parts(
        ANSWER,
        sheet_relations=relations(("rId1", "comments", "../comments1.xml")),
        more={"xl/comments1.xml": "<comments>"},
    )
    book = read_book(zipped(made))
    assert answer(book) == "答え"
    assert [(p.code, p.place.sheet) for p in book.problems] == [("R045", "様式")]


def test_macros_links_objects_and_connections_are_told_and_never_followed() -> None:
    made = parts(
        ANSWER,
        book_relations=(
            ("a", "vbaProject", "vbaProject.bin"),
            ("b", "externalLink", "externalLinks/externalLink1.xml"),
            ("c", "connections", "connections.xml"),
        ),
        sheet_relations=relations(("rId1", "oleObject", "../embeddings/oleObject1.bin")),
    )
    book = read_book(zipped(made))
    # 部品そのものが無くても読める。開いていない証しである。
    assert sorted(p.code for p in book.problems) == ["R040", "R041", "R042", "R043"]
    assert (book.format, answer(book)) == (BookFormat.XLSM, "答え")


def test_form_controls_are_told() -> None:
    """開発タブのチェックボックスなど。答えがその印だけのことがある。"""
    made = parts(
        ANSWER, sheet_relations=relations(("rId1", "ctrlProp", "../ctrlProps/ctrlProp1.xml"))
    )
    book = read_book(zipped(made))
    assert ([p.code for p in book.problems], answer(book)) == (["R042"], "答え")


def test_one_fault_in_many_cells_is_told_once() -> None:
    cells = "".join(f'<c r="{column}1" t="s"><v>99</v></c>' for column in "ABCDEFGH")
    (problem,) = read_book(zipped(parts(row(cells)))).problems
    assert (problem.code, problem.place.cell) == ("R036", "A1")
    assert problem.facts["more"] == "（B1、C1、D1、E1、F1 ほか2セルも同じ）"
    assert "ほか2セル" in message_of(problem).cause.format(**problem.facts)


def test_core_properties() -> None:
    made = parts(ANSWER)
    made["_rels/.rels"] = relations(
        ("rId1", "officeDocument", "xl/workbook.xml"), ("rId2", "core-properties", "core.xml")
    )
    made["core.xml"] = (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="urn:c" xmlns:dc="urn:d"><dc:title>題</dc:title>'
        "<cp:keywords>issue=0a1b2c3d</cp:keywords><cp:lastModifiedBy>課</cp:lastModifiedBy>"
        "</cp:coreProperties>"
    )
    assert read_book(zipped(made)).properties == {
        "title": "題", "keywords": "issue=0a1b2c3d", "lastModifiedBy": "課",
    }  # fmt: skip


def test_only_charts_is_no_form() -> None:
    made = parts(ANSWER)
    made["xl/_rels/workbook.xml.rels"] = relations(("rId1", "chartsheet", "chart.xml"))
    with pytest.raises(SheetgenError) as caught:
        read_book(zipped(made))
    assert [p.code for p in caught.value.problems] == ["R033"]


def test_the_list_of_content_types_is_not_needed() -> None:
    made = parts(ANSWER)
    whole = read_book(zipped(made))
    del made["[Content_Types].xml"]
    assert read_book(zipped(made)) == whole
    made["_rels/.rels"] = relations(("rId1", "officeDocument", "book.xml"))
    made["book.xml"] = made.pop("xl/workbook.xml")
    made["_rels/book.xml.rels"] = relations(("rId1", "worksheet", "xl/worksheets/sheet1.xml"))
    assert read_book(zipped(made)) == whole


@pytest.mark.parametrize("entry", ["", ' r:id=""', ' r:id="rId9"', ' r:id="rIdGone"'])
@pytest.mark.parametrize(
    ("state", "code"),
    [("", "R046"), (' state="hidden"', "R047"), (' state="veryHidden"', "R047")],
)
def test_a_sheet_without_a_part_stops_no_other(entry: str, state: str, code: str) -> None:
    """古いマクロ（VBA のモジュール）は、中身のないシートとして目次に残る。"""
    made = parts(ANSWER)
    book = made["xl/workbook.xml"]
    assert isinstance(book, str)
    lost = f'<sheet name="Module1" sheetId="2"{state}{entry}/>'
    made["xl/workbook.xml"] = book.replace("</sheets>", f"{lost}</sheets>")
    made["xl/_rels/workbook.xml.rels"] = relations(
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rIdGone", "worksheet", "worksheets/sheet2.xml"),
    )
    found = read_book(zipped(made))
    assert [(one.code, one.place.sheet) for one in found.problems] == [(code, "Module1")]
    assert answer(found) == "答え"
    assert [one.name for one in found.sheets] == ["様式"]


SENT: dict[str, Any] = {
    "format": "xlsx",
    "sheets": [
        {
            "name": "様式", "hidden": False, "cells": {"A1": ["n", 1, "General", None, None]},
            "merged": ["A1:B1"], "hidden_rows": [1], "hidden_columns": [],
            "remarks": [{"kind": "コメント", "text": "注", "ref": "A1"}],
        }
    ],
    "names": [["名", None, "様式!$A$1"]],
    "properties": {"title": "題"},
    "problems": [{"code": "R040", "place": {"cell": None}, "facts": {"n": 1}}],
}  # fmt: skip


def sent(**changes: Any) -> bytes:
    return json.dumps({**SENT, **changes}).encode()


def sent_sheet(**changes: Any) -> bytes:
    return sent(sheets=[{**SENT["sheets"][0], **changes}])


def sent_cell(*cell: Any, ref: str = "A1") -> bytes:
    return sent_sheet(cells={ref: cell})


def test_what_a_child_may_send() -> None:
    book = understand(sent())
    assert isinstance(book, RawBook)
    assert book.sheets[0].cells == {"A1": RawCell(CellKind.NUMBER, 1)}
    assert book.problems == (Problem("R040", Place(), {"n": 1}),)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"[1]", b"[[]]", b'["R020"]', b'"x"', b"null", b"{", b"\xff",
        b"[" * 100_000, b'{"a":' * 100_000, sent() + b"x", sent()[:-1],
        sent(format="doc"), sent(sheets={}), sent(sheets=[[]]), sent(names=[["n", 1, "t"]]),
        sent(names=[["n", None]]), sent(properties={"a": 1}), sent(problems={}),
        sent(problems=[{"code": 1}]), sent(problems=[{"code": "R040", "facts": {"a": []}}]),
        sent(problems=[{"code": "R040", "place": {"cell": 1}}]),
        b'[{"code":"R020","facts":{"a":{}}}]', b'[{"place":{},"facts":{}}]',
        sent_sheet(name=1), sent_sheet(hidden=0), sent_sheet(hidden="false"),
        sent_sheet(merged="A1:B1"), sent_sheet(merged=[1]), sent_sheet(hidden_rows=["1"]),
        sent_sheet(hidden_rows=[1.5]), sent_sheet(hidden_columns=[True]), sent_sheet(cells=[]),
        sent_sheet(remarks=[{"kind": "何か", "text": "注"}]),
        sent_sheet(remarks=[{"kind": "コメント", "text": None}]),
        sent_cell("x", "y"), sent_cell("n", "1"), sent_cell("n", True), sent_cell("n", None),
        sent_cell("n", float("nan")), sent_cell("n", float("inf")), sent_cell("s", 1),
        sent_cell("s", None), sent_cell("d", 1), sent_cell("b", 1), sent_cell("b", "true"),
        sent_cell("e", 1), sent_cell("", "x"), sent_cell("n", [1]), sent_cell("n", 1, 2),
        sent_cell("n", 1, "General", 2), sent_cell("n", 1, "General", None, 2),
        sent_cell("n", 1, "General", None, None, None, None, None, None),
        sent_cell(), sent_cell("s", "\ud800"),
        sent_cell("n", 1, ref="a"), sent_cell("n", 1, ref="A0"), sent_cell("n", 1, ref="A1 "),
        sent_cell("n", 777).replace(b"777", b"1e999"),
        sent_cell("n", 777).replace(b"777", b"-Infinity"),
        sent_cell("n", 777).replace(b"777", b"7" * 10_000),
    ],
)  # fmt: skip
def test_what_a_child_sends_is_checked(data: bytes) -> None:
    with pytest.raises(SheetgenError) as caught:
        understand(data)
    assert [p.code for p in caught.value.problems] == ["R035"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("s", "1"), ("s", "true"), ("s", "2024-01-02"), ("s", "null"),
        ("s", "\x01\x7f\ufffe😀\u2028"), ("s", ""), ("n", 1), ("n", 1.0), ("n", -0.0),
        ("n", 10**15), ("n", 10**400), ("n", 1e300), ("n", 5e-324), ("n", 0.1),
        ("d", "2024-01-02T12:30:00"), ("b", True), ("b", False),
        ("e", "#N/A"), ("", None),
    ],
)  # fmt: skip
def test_a_value_comes_back_of_the_same_type(kind: str, value: object) -> None:
    cell = RawCell(CellKind(kind), value, "0", "=1", "x")  # type: ignore[arg-type]
    book = RawBook(BookFormat.XLSX, (RawSheet("様式", False, {"A1": cell}),))
    back = understand(dump(book))
    assert isinstance(back, RawBook)
    found = back.sheets[0].cells["A1"]
    assert (repr(found), type(found.kind)) == (repr(cell), CellKind)


def test_what_a_child_sends_comes_back_the_same() -> None:
    book = read_book(
        zipped(
            parts(
                whole=sheet(
                    row(text("A1", "一\u2028二😀"), '<c r="B1"><f>1</f></c><c r="C1"><v>.1</v></c>')
                    + row('<c r="A2" t="b"><v>1</v></c><c r="B2"><v>x</v></c>', number=2,
                          attrs=' hidden="1"'),
                    after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'),
                names='<definedNames><definedName name="a">様式!$A$1</definedName></definedNames>',
                book_relations=(("a", "vbaProject", "v.bin"),),
            )
        )
    )  # fmt: skip
    assert understand(dump(book)) == book


def test_reading_loads_nothing_of_the_writer() -> None:
    code = (
        "import sys, sheetgen.reading.opening\n"
        "bad = {'openpyxl', 'pydantic', 'jinja2', 'sheetgen.xlsx.writer', 'zipfile'}\n"
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
