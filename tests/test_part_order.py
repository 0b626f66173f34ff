"""部品の名も、関係も、番号も、シートの並びの順であること。

関係をたどらず、N 番目のシートは ``sheetN.xml`` にあると決めて書き戻すプログラムがある。順が違うと、
答えが別の実施項目の様式に入る。
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from making import make
from second_city import write_plan, write_template

from sheetgen.send.generating import GenerateResult

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
CONTENT = "{http://schemas.openxmlformats.org/package/2006/content-types}Override"
WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def relations(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """部品から出る関係の、番号、種類、部品の名。"""
    folder, name = posixpath.split(part)
    where = f"{folder}/_rels/{name}.rels"
    if where not in archive.namelist():
        return []
    return [
        (
            node.attrib["Id"],
            node.attrib["Type"].rpartition("/")[2],
            posixpath.normpath(posixpath.join(folder, node.attrib["Target"])),
        )
        for node in ElementTree.fromstring(archive.read(where)).iter(RELATION)
    ]


def check(path: Path) -> int:
    """一冊を確かめ、シートの数を返す。"""
    with zipfile.ZipFile(path) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        sheets = [node.attrib for node in book.iter(f"{MAIN}sheet")]
        count = len(sheets)
        parts = [f"xl/worksheets/sheet{number}.xml" for number in range(1, count + 1)]
        ids = [f"rId{number}" for number in range(1, count + 1)]
        assert [sheet["sheetId"] for sheet in sheets] == [str(n + 1) for n in range(count)]
        assert [sheet[f"{OFFICE}id"] for sheet in sheets] == ids
        found = relations(archive, "xl/workbook.xml")
        assert [one[0] for one in found] == [f"rId{n + 1}" for n in range(len(found))]
        assert found[:count] == [(i, "worksheet", p) for i, p in zip(ids, parts, strict=True)]
        assert all(kind != "worksheet" for _, kind, _ in found[count:])
        written = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert written == parts
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
        sorts = {
            node.attrib["PartName"]: node.attrib["ContentType"] for node in types.iter(CONTENT)
        }
        assert [name for name, sort in sorts.items() if sort == WORKSHEET] == [
            f"/{part}" for part in parts
        ]
        # シートの持つ図形などの番号も、並びの順。
        for kind in ("drawing", "vmlDrawing", "comments", "printerSettings"):
            own = [to for part in parts for _, one, to in relations(archive, part) if one == kind]
            numbers = [int(re.sub(r"\D", "", posixpath.basename(to))) for to in own]
            assert numbers == list(range(1, len(own) + 1))
        return count


def test_the_parts_of_every_book_run_in_tab_order(result: GenerateResult) -> None:
    assert {check(book.path) - book.forms for book in result.books} == {2}
    assert max(book.forms for book in result.books) > 10


def test_the_parts_of_another_template_run_in_tab_order(tmp_path: Path) -> None:
    template = write_template(tmp_path / "template.xlsx")
    made = make(tmp_path, write_plan(tmp_path / "plan.json"), template)
    for book in made.books:
        assert check(book.path) > book.forms
