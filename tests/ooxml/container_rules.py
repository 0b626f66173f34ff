"""包み（OPC）の定め：zip、種類の表、関係、XML としての正しさ。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote

from ooxml.package import CONTENT_TYPES, REL, TYPES_PART, Package, q

# これらの関係は、部品の中の r:id で名指されて初めて働く。
NAMED_KINDS = frozenset(
    {"worksheet", "chartsheet", "drawing", "vmlDrawing", "image", "printerSettings", "chart"}
    | {"hyperlink", "table", "externalLink", "oleObject", "package", "ctrlProp", "control"}
)
# 一つのシートのものであり、二つのシートから指されてはならない部品。
OWN_KINDS = frozenset({"drawing", "vmlDrawing", "comments", "printerSettings", "table"})
_OFFICE = "urn:schemas-microsoft-com:office:office"


def zip_names(package: Package) -> Iterator[str]:
    """zip の中の名：重ならず、逆斜線がなく、種類の表がはじめにある。"""
    for name, count in Counter(unquote(n).lower() for n in package.order).items():
        if count > 1:
            yield f"{name}: duplicate-part: {count} 個ある"
    for name in package.order:
        if "\\" in name:
            yield f"{name}: backslash: 部品名に \\ がある"
        if name.startswith("/") or ".." in name.split("/") or "//" in name:
            yield f"{name}: part-name: 部品名として正しくない"
    if not package.order or package.order[0] != TYPES_PART:
        yield f"{TYPES_PART}: types-first: 最初の部品でない"


def content_types(package: Package) -> Iterator[str]:
    """どの部品にも種類があり、種類の表に余りがない。"""
    for part in package.parts:
        if part != TYPES_PART and not package.content_type(part):
            yield f"{part}: no-content-type: 種類が定まらない"
    root = package.tree(TYPES_PART) if TYPES_PART in package.parts else None
    if root is None:
        return
    seen: Counter[str] = Counter()
    for override in root.iter(q("Override", CONTENT_TYPES)):
        name = override.get("PartName", "")
        seen[unquote(name).lower()] += 1
        if package.find(name.lstrip("/")) is None or not name.startswith("/"):
            yield f"{TYPES_PART}: dangling-override: {name}"
    for default in root.iter(q("Default", CONTENT_TYPES)):
        seen["." + default.get("Extension", "").lower()] += 1
    for name, count in seen.items():
        if count > 1:
            yield f"{TYPES_PART}: duplicate-type: {name}"


def relationships(package: Package) -> Iterator[str]:
    """関係：名が一つずつで、使われる。VML（openxml-audit は読まない）の名指す関係はある。"""
    for source in package.sources():
        links = package.relationships(source)
        label = source or "_rels/.rels"
        ids = Counter(link.id for link in links)
        for identity, count in ids.items():
            if count > 1 or not identity:
                yield f"{label}: duplicate-relationship: {identity}"
        root = package.tree(source) if source and package.is_xml(source) else None
        used = set()
        for node in root.iter("*") if root is not None else ():
            for name, value in node.attrib.items():
                if name.startswith(f"{{{REL}}}") or name == q("relid", _OFFICE):
                    used.add(value)
                    if name == q("relid", _OFFICE) and value not in ids:
                        yield f"{label}: unresolved-rid: {value}"
        for link in links:
            if link.kind in NAMED_KINDS and link.id not in used:
                yield f"{label}: unused-relationship: {link.id} ({link.kind})"


def rels_have_source(package: Package) -> Iterator[str]:
    """関係の部品には、元の部品がある。"""
    for part in package.parts:
        if part.endswith(".rels"):
            folder, _, name = part.rpartition("/")
            source = folder.removesuffix("_rels") + name.removesuffix(".rels")
            if source and package.find(source) is None:
                yield f"{part}: rels-without-part: {source} がない"


def reachable(package: Package) -> Iterator[str]:
    """どの部品も、根から関係をたどって行ける。"""
    seen: set[str] = set()
    queue = [""]
    while queue:
        source = queue.pop()
        for link in package.relationships(source):
            if not link.external and link.target not in seen and link.target in package.parts:
                seen.add(link.target)
                queue.append(link.target)
    for part in package.parts:
        if part != TYPES_PART and not part.endswith(".rels") and part not in seen:
            yield f"{part}: orphan-part: どこからもつながっていない"


def one_owner(package: Package) -> Iterator[str]:
    """図形・コメント・印刷設定などは、一つのシートだけのもの。"""
    owners: Counter[str] = Counter()
    for source in package.sources():
        for link in package.relationships(source):
            if link.kind in OWN_KINDS:
                owners[link.target] += 1
    for part, count in owners.items():
        if count > 1:
            yield f"{part}: shared-part: {count} か所から指されている"


def well_formed(package: Package) -> Iterator[str]:
    """XML の部品は、読める UTF-8 の XML で、DOCTYPE を持たない。"""
    for part, data in package.parts.items():
        if not package.is_xml(part):
            continue
        root = package.tree(part)
        if root is None:
            yield f"{part}: not-well-formed: {package.broken[part]}"
            continue
        encoding = (root.getroottree().docinfo.encoding or "UTF-8").upper()
        if encoding not in {"UTF-8", "ASCII", "US-ASCII"} or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            yield f"{part}: not-utf8: {encoding}"
        if root.getroottree().docinfo.doctype:
            yield f"{part}: doctype: DOCTYPE がある"


def no_template_marks(package: Package) -> Iterator[str]:
    """テンプレートの印（Jinja）が、どの部品にも残っていない。"""
    for part in package.parts:
        root = package.tree(part) if package.is_xml(part) else None
        if root is None:
            continue
        texts = ["".join(root.itertext())]
        texts += [value for node in root.iter("*") for value in node.attrib.values()]
        for mark in ("{{", "{%"):
            hit = next((text for text in texts if mark in text), None)
            if hit is not None:
                start = hit.index(mark)
                yield f"{part}: template-mark: {hit[start : start + 40]}"


def no_calc_chain(package: Package) -> Iterator[str]:
    """計算の順の控えは置かない（数式と合わなければ修復になる）。"""
    for part in package.parts:
        if part.lower().endswith("calcchain.xml") or "calcChain" in package.content_type(part):
            yield f"{part}: calc-chain: 残っている"


RULES = (
    zip_names,
    content_types,
    relationships,
    rels_have_source,
    reachable,
    one_owner,
    well_formed,
    no_template_marks,
    no_calc_chain,
)
