"""テンプレートにあったものが、出来た様式の一枚にそのままあるかを調べる。

部品と要素を XML（名、属性、文字）として比べ、シート全体のバイト列では比べない。セルと行の高さは、
違ってよい。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ooxml.draft import FORM, GUIDE, RETURN
from ooxml.package import X14, XM, Element, Package, Sheet, q

# そのまま残るはずの、シートの子。
KEPT = (
    "sheetPr",
    "sheetFormatPr",
    "cols",
    "sheetProtection",
    "mergeCells",
    "phoneticPr",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
)
_BYTES = ("vmlDrawing", "printerSettings", "comments")
_RID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

Shape = tuple[str, tuple[tuple[str, str], ...], str, tuple["Shape", ...]]


def shape(node: Element, own: str = FORM) -> Shape:
    """比べられる形。関係の番号は除き、自分のシートの名は印に替える。"""
    attributes = tuple(
        sorted((k, _neutral(v, own)) for k, v in node.attrib.items() if not k.startswith(_RID))
    )
    children = tuple(shape(child, own) for child in node if isinstance(child.tag, str))
    return (str(node.tag), attributes, _neutral(node.text or "", own).strip(), children)


def _neutral(text: str, own: str) -> str:
    for name in (f"'{own}'!", f"{own}!"):
        text = text.replace(name, "«自分»!")
    return text.replace(f"'{GUIDE}'!", f"{GUIDE}!")


def form_sheets(package: Package) -> list[Sheet]:
    """出来たブックの様式のシート。"""
    return [s for s in package.sheets() if s.state == "visible" and s.name != GUIDE]


def lost(template: Path, book: Path, index: int) -> list[str]:
    """``index`` 枚目（負なら後ろから）の様式に、残っていないもの。"""
    before, after = Package.open(template), Package.open(book)
    old = next(sheet for sheet in before.sheets() if sheet.name == FORM)
    new = form_sheets(after)[index]
    return [
        *_lost_elements(old, new),
        *_lost_parts(before, after, old, new),
        *_lost_strings(before, after, old, new),
        *_lost_book_parts(before, after),
        *_lost_names(before, after, new),
    ]


def _lost_elements(old: Sheet, new: Sheet) -> Iterator[str]:
    for name in KEPT:
        one, other = old.root.find(q(name)), new.root.find(q(name))
        if one is not None and (other is None or shape(one) != shape(other, new.name)):
            yield f"{new.name}: {name} が違う"
    for name, uri in (
        ("conditionalFormatting", None),
        ("hyperlink", None),
        ("dataValidation", X14),
        ("conditionalFormatting", X14),
    ):
        tag = q(name, uri) if uri else q(name)
        have = Counter(shape(node, new.name) for node in new.root.iter(tag))
        for node in old.root.iter(tag):
            if not have[shape(node)]:
                yield f"{new.name}: {name} がない {shape(node)}"
    for node in new.root.iter(q("f"), q("f", XM), q("formula")):
        if FORM in (node.text or ""):
            yield f"{new.name}: 元のシートを指したまま {node.text}"


def _lost_parts(before: Package, after: Package, old: Sheet, new: Sheet) -> Iterator[str]:
    for kind in _BYTES:
        one = Counter(before.parts[part] for part in before.related(old.part, kind))
        other = Counter(after.parts[part] for part in after.related(new.part, kind))
        if one - other:
            yield f"{new.name}: {kind} が違う"
    for old_part in before.related(old.part, "drawing"):
        new_part = next(iter(after.related(new.part, "drawing")), "")
        one, other = before.tree(old_part), after.tree(new_part) if new_part else None
        if one is None or other is None or shape(one) != shape(other, new.name):
            yield f"{new.name}: 図面が違う"
        elif _pictures(before, old_part) != _pictures(after, new_part):
            yield f"{new.name}: 画像が違う"
        elif _clicks(before, old_part, FORM) != _clicks(after, new_part, new.name):
            yield f"{new.name}: 図形のリンクが違う {_clicks(after, new_part, new.name)}"
    for kind in ("vmlDrawing",):
        pairs = zip(before.related(old.part, kind), after.related(new.part, kind), strict=False)
        for one_part, other_part in pairs:
            if _pictures(before, one_part) != _pictures(after, other_part):
                yield f"{new.name}: ヘッダーの画像が違う"


def _pictures(package: Package, part: str) -> dict[str, bytes]:
    return {
        link.id: package.parts[link.target]
        for link in package.relationships(part)
        if link.kind == "image"
    }


def _clicks(package: Package, part: str, own: str) -> list[str]:
    links = package.relationships(part)
    return [_neutral(link.target, own) for link in links if link.kind == "hyperlink"]


def _strings(package: Package) -> list[Element]:
    table = package.single("sharedStrings")
    return [] if table is None else list(table.iterfind(q("si")))


def _static_strings(package: Package, sheet: Sheet) -> dict[str, Shape]:
    """Jinja を含まない文字のセル：番地から、飾りとふりがなごとの中身へ。"""
    table = _strings(package)
    found = {}
    for cell in sheet.root.iter(q("c")):
        if cell.get("t") == "s":
            node = table[int(cell.findtext(q("v")) or 0)]
        elif cell.get("t") == "inlineStr":
            node = cell.find(q("is"))
        else:
            continue
        if node is None:
            continue
        text = "".join(node.itertext())
        if "{" not in text:
            found[cell.get("r", "")] = tuple(shape(child) for child in node)
    return found  # type: ignore[return-value]


def _lost_strings(before: Package, after: Package, old: Sheet, new: Sheet) -> Iterator[str]:
    have = _static_strings(after, new)
    for cell, content in _static_strings(before, old).items():
        if have.get(cell) != content:
            yield f"{new.name}!{cell}: 文字の飾りかふりがなが違う {have.get(cell)}"


def _lost_book_parts(before: Package, after: Package) -> Iterator[str]:
    for part, data in before.parts.items():
        if part.startswith(("customXml/", "docProps/custom", "xl/theme/", "xl/media/")) and (
            after.parts.get(part) != data
        ):
            yield f"{part}: 違う"
    one, other = before.single("styles"), after.single("styles")
    assert one is not None
    assert other is not None
    for name in ("cellXfs", "fonts", "fills", "borders", "dxfs", "cellStyles", "numFmts"):
        old, new = one.find(q(name)), other.find(q(name))
        rows = [] if old is None else [shape(node) for node in old]
        if rows and [shape(node) for node in new][: len(rows)] != rows:
            yield f"styles: {name} の元の書式が動いた"


def _lost_names(before: Package, after: Package, new: Sheet) -> Iterator[str]:
    have = {(n, scope): text for n, scope, text in _names(after)}
    for name, scope, text in _names(before):
        if name.startswith("sg.") or scope == RETURN or RETURN in text:
            continue  # 差戻しのシートは、ふだんのブックに入らない
        if FORM in text or scope == FORM:
            got = have.get((name, new.name))
            if got is None or _neutral(got, new.name) != _neutral(text, FORM):
                yield f"{new.name}: 名前 {name} が違う {got}"
        elif have.get((name, scope)) is None:
            yield f"名前 {name}（{scope}）がない"


def _names(package: Package) -> list[tuple[str, str | None, str]]:
    root = package.tree(package.workbook)
    assert root is not None
    sheets = [node.get("name", "") for node in root.iter(q("sheet"))]
    found = []
    for node in root.iter(q("definedName")):
        index = node.get("localSheetId")
        scope = None if index is None else sheets[int(index)]
        found.append((node.get("name", ""), scope, node.text or ""))
    return found


def own_parts(book: Path) -> dict[str, int]:
    """シートごとの部品の、使われている回数（どれも 1 のはず）。"""
    package = Package.open(book)
    used: Counter[str] = Counter()
    for sheet in package.sheets():
        for kind in ("drawing", *_BYTES):
            used.update(package.related(sheet.part, kind))
    return dict(used)
