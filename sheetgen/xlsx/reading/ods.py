"""OpenDocument のブック（.ods）を読む。

Read here and not by a library: paragraphs, names, comments, hidden rows and errors all
stand in ``content.xml``.  Source: ODF 1.3 Part 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen.model.returned import BookFormat, RawBook
from sheetgen.problems import Problem, SheetgenError
from sheetgen.xlsx.reading.archive import MAX_PART, Archive, refuse
from sheetgen.xlsx.reading.ods_content import ContentReader
from sheetgen.xlsx.reading.ods_text import Styles
from sheetgen.xlsx.reading.xmlparts import run, tree, utf8

_MIMETYPES = (
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
)
_PROPERTIES = {
    "title": "title",
    "subject": "subject",
    "description": "description",
    "initial-creator": "creator",
    "creator": "lastModifiedBy",
}
_MACROS = ("basic/", "scripts/")


def read_ods(archive: Archive) -> RawBook:
    """OpenDocument のブックを読む。

    :raises SheetgenError: broken (R020, R027), not a workbook (R021), a password
        (R022), DOCTYPE (R028), too many cells (R029), no sheet (R033).
    """
    if "mimetype" in archive and archive.read("mimetype").strip() not in _MIMETYPES:
        raise refuse("R021")
    manifest = "META-INF/manifest.xml"
    if manifest in archive and b"encryption-data" in archive.read(manifest):
        raise refuse("R022")
    styles = Styles()
    if "styles.xml" in archive:
        styles.add(tree(archive.read("styles.xml"), "styles.xml"))
    reader = ContentReader(styles)
    run(_chunks(archive, "content.xml"), "content.xml", reader.start, reader.end, reader.text)
    if not reader.is_workbook:
        raise refuse("R021")
    if not reader.sheets:
        raise refuse("R033")
    problems = list(reader.problems)
    if any(name.startswith(_MACROS) for name in archive):
        problems.append(Problem("R040"))
    return RawBook(
        format=BookFormat.ODS,
        sheets=tuple(reader.sheets),
        names=tuple(reader.names),
        properties=_properties(archive),
        problems=tuple(problems),
    )


def _chunks(archive: Archive, part: str) -> Iterator[bytes]:
    if archive.size(part) > MAX_PART:
        yield from archive.stream(part)
        return
    yield utf8(archive.read(part), part)


def _properties(archive: Archive) -> dict[str, str]:
    if "meta.xml" not in archive:
        return {}
    try:
        root = tree(archive.read("meta.xml"), "meta.xml")
    except SheetgenError:
        return {}
    found: dict[str, str] = {}
    keywords = []
    for node in root.walk():
        if node.local == "keyword":
            keywords.append(node.text)
        elif node.local in _PROPERTIES and node.text:
            found[_PROPERTIES[node.local]] = node.text
    if keywords:
        found["keywords"] = ", ".join(keywords)
    return found
