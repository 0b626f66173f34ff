"""ブックの定め：シートの名と番号、定義された名前、文書のプロパティ。"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from ooxml.package import REL, Package, q

_ILLEGAL = set("[]:*?/\\")
# 名前として使えるのは、文字か _ か \ で始まり、セル番地と紛れないもの。
_NAME = re.compile(r"[^\W\d]|[_\\]")
_LOOKS_LIKE_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}|[RrCc][0-9]*([Cc][0-9]*)?")
_VT = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"


def sheet_references(formula: str) -> list[str]:
    """数式の中で名指されるシートの名。"""
    text = formula if formula.startswith("=") else f"={formula}"
    found = []
    for token in Tokenizer(text).items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE and "!" in token.value:
            name = token.value.rpartition("!")[0]
            if name.startswith("'"):
                name = name[1:-1].replace("''", "'")
            found.append(name)
    return found


def wrong_references(formula: str, names: set[str]) -> Iterator[str]:
    """数式の中の、行き先のない参照。"""
    if "#REF!" in formula:
        yield f"ref-error: {formula}"
        return
    for reference in sheet_references(formula):
        for name in reference.split(":") if reference.lower() not in names else [reference]:
            if name.lower() not in names:
                yield f"unknown-sheet: {formula}"


def sheet_list(package: Package) -> Iterator[str]:
    """シートの名と部品は一つずつで、見えるシートが選ばれている（大文字・小文字は分けない）。"""
    part = package.workbook
    root = package.tree(part) if part in package.parts else None
    if root is None:
        return
    nodes = list(root.iterfind(f"{q('sheets')}/{q('sheet')}"))
    if not any(node.get("state", "visible") == "visible" for node in nodes):
        yield f"{part}: no-visible-sheet: 見えるシートがない"
    for label, values in (
        ("sheet-name", [node.get("name", "").lower() for node in nodes]),
        ("sheet-rid", [node.get(q("id", REL), "") for node in nodes]),
    ):
        for value, count in Counter(values).items():
            if count > 1:
                yield f"{part}: duplicate-{label}: {value}"
    for node in nodes:
        name = node.get("name", "")
        units = len(name.encode("utf-16-le")) // 2
        if not 1 <= units <= 31 or _ILLEGAL & set(name) or name[:1] == "'" or name[-1:] == "'":
            yield f"{part}: illegal-sheet-name: {name}"
    for view in root.iterfind(f"{q('bookViews')}/{q('workbookView')}"):
        active = int(view.get("activeTab", "0"))
        if active >= len(nodes) or nodes[active].get("state", "visible") != "visible":
            yield f"{part}: active-tab: {active} は見えるシートでない"
    targets = Counter(sheet.part for sheet in package.sheets())
    for target, count in targets.items():
        if count > 1:
            yield f"{target}: shared-sheet-part: {count} 枚のシートが使う"


def defined_names(package: Package) -> Iterator[str]:
    """定義された名前は、範囲ごとに一つで、あるシートだけを指す。"""
    part = package.workbook
    root = package.tree(part) if part in package.parts else None
    if root is None:
        return
    sheets = [node.get("name", "") for node in root.iterfind(f"{q('sheets')}/{q('sheet')}")]
    known = {name.lower() for name in sheets}
    seen: Counter[tuple[str, str]] = Counter()
    for node in root.iterfind(f"{q('definedNames')}/{q('definedName')}"):
        name, scope, text = node.get("name", ""), node.get("localSheetId"), node.text or ""
        seen[(name.lower(), scope or "")] += 1
        if scope is not None and int(scope) >= len(sheets):
            yield f"{part}: local-sheet-id: {name} {scope}"
        builtin = name.startswith("_xlnm.")
        plain = name.removeprefix("_xlnm.")
        if not _NAME.match(plain) or _LOOKS_LIKE_CELL.fullmatch(plain) or len(name) > 255:
            yield f"{part}: illegal-name: {name}"
        if any(character in plain for character in " !+-*/^&=<>(),;:'\"{}[]"):
            yield f"{part}: illegal-name: {name}"
        for line in wrong_references(text, known):
            yield f"{part}: {line} ({name})"
        if builtin and scope is not None and int(scope) < len(sheets):
            own = sheets[int(scope)].lower()
            if any(other.lower() != own for other in sheet_references(text)):
                yield f"{part}: print-name-elsewhere: {name} {text}"
        if builtin and scope is None:
            yield f"{part}: global-builtin-name: {name}"
    for (name, scope), count in seen.items():
        if count > 1:
            yield f"{part}: duplicate-name: {name} ({scope or 'book'})"


def one_selected(package: Package) -> Iterator[str]:
    """選ばれたシートは一枚だけ（二枚なら、一つの入力が両方に入る）。"""
    chosen = [
        sheet
        for sheet in package.sheets()
        if any(v.get("tabSelected") in {"1", "true"} for v in sheet.root.iter(q("sheetView")))
    ]
    if len(chosen) > 1:
        yield f"{package.workbook}: tab-selected: {[sheet.name for sheet in chosen]}"
    for sheet in chosen:
        if sheet.state != "visible":
            yield f"{sheet.part}: tab-selected-hidden: {sheet.name}"


def code_names(package: Package) -> Iterator[str]:
    """シートのコード名は重ならない。"""
    seen = Counter(
        (node.get("codeName") or "").lower()
        for sheet in package.sheets()
        for node in sheet.root.iterfind(q("sheetPr"))
    )
    for name, count in seen.items():
        if name and count > 1:
            yield f"{package.workbook}: duplicate-code-name: {name} × {count}"


def titles_of_parts(package: Package) -> Iterator[str]:
    """文書のプロパティにシートの一覧があれば、ブックと合う。"""
    for part in package.related("", "extended-properties"):
        root = package.tree(part) if part in package.parts else None
        if root is None:
            continue
        titles = [n.text or "" for n in root.iterfind(f"{{*}}TitlesOfParts//{{{_VT}}}lpstr")]
        counts = [int(n.text or 0) for n in root.iterfind(f"{{*}}HeadingPairs//{{{_VT}}}i4")]
        if not titles and not counts:
            continue
        names = [sheet.name for sheet in package.sheets()]
        if (
            sum(counts) != len(titles)
            or titles[: len(names)] != names
            or counts[:1] != [len(names)]
        ):
            yield f"{part}: titles-of-parts: 見出し {counts}、一覧 {len(titles)} 件がシートと違う"


RULES = (sheet_list, defined_names, one_selected, code_names, titles_of_parts)
