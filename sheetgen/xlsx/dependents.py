"""一枚のシートだけが使う部品（図形、コメント、プリンター設定など）。

二枚のシートが一つの部品を分け合うことはできないので、様式のシートの写しごとに、部品も写す。
分からないものは、黙って失わず、名を挙げて断る。
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from sheetgen.problems import Place, Problem
from sheetgen.xlsx.filled import SheetBinding
from sheetgen.xlsx.markup import Splice, cell_text
from sheetgen.xlsx.package import Package, Relationship
from sheetgen.xlsx.references import names_sheet, repoint
from sheetgen.xlsx.slots import ComputedSlot, Piece, RenderState, SheetNameSlot, join, text_pieces

_COPIED = {"drawing", "vmlDrawing", "comments", "printerSettings", "customProperty"}
_SHARED = {"image", "hyperlink"}
_NAMES = {
    "table": "テーブル",
    "chart": "グラフ",
    "chartEx": "グラフ",
    "pivotTable": "ピボットテーブル",
    "queryTable": "クエリ",
    "ctrlProp": "フォームコントロール",
    "control": "ActiveX コントロール",
    "oleObject": "埋め込みオブジェクト",
    "package": "埋め込みオブジェクト",
    "threadedComment": "スレッド形式のコメント",
    "slicer": "スライサー",
    "timeline": "タイムライン",
    "diagramData": "SmartArt",
    "externalLink": "ほかのブックへのリンク",
    "vbaProject": "マクロ",
    "connections": "データの接続",
    "pivotCacheDefinition": "ピボットテーブル",
    "chartsheet": "グラフシート",
    "dialogsheet": "ダイアログシート",
    "xlMacrosheet": "マクロシート",
}


def refuse_unknown(package: Package, sheet: str | None, kind: str) -> None:
    """扱えない部品を、その名で断る。

    :raises SheetgenError: いつも（T013）。
    """
    raise package.refuse("T013", sheet=sheet, thing=_NAMES.get(kind, kind))


class Dependent(NamedTuple):
    """シートから出る一つの関係と、その先の部品。

    ``pieces`` が None なら、バイト列のまま写す部品。
    """

    relationship: Relationship
    pieces: tuple[Piece, ...] | None
    relationships: tuple[Relationship, ...]

    @property
    def copied(self) -> bool:
        """シートごとに写しを作る部品か。"""
        return self.relationship.kind in _COPIED and not self.relationship.external


def read_dependents(
    package: Package, part: str, binding: SheetBinding, form_sheet: str
) -> tuple[Dependent, ...]:
    """シートの使う部品を調べる。

    :raises SheetgenError: 写せない部品がある（T013、T014）。
    """
    found = []
    for one in package.relationships(part):
        if one.external or one.kind in _SHARED:
            found.append(Dependent(one, None, ()))
            continue
        if one.kind not in _COPIED:
            refuse_unknown(package, binding.name, one.kind)
        if binding.blocks and one.kind in {"comments", "vmlDrawing"}:
            raise package.refuse("T014", sheet=binding.name)
        inner = package.relationships(one.target)
        for relationship in inner:
            if not relationship.external and relationship.kind not in _SHARED:
                refuse_unknown(package, binding.name, relationship.kind)
        pieces = None
        if one.kind == "drawing":
            pieces = _cut_drawing(package, one.target, binding, form_sheet)
        found.append(Dependent(one, pieces, inner))
    return tuple(found)


def _cut_drawing(
    package: Package, part: str, binding: SheetBinding, form_sheet: str
) -> tuple[Piece, ...]:
    """図形の、セルへの連動と、位置（繰り返しの下にあるもの）を切り分ける。"""
    data, root = package.tree(part)
    splice = Splice(data)
    for node in root.walk():
        link = node.attrs.get("textlink", "")
        if names_sheet(link, form_sheet):
            if not binding.is_form:
                raise package.refuse("T010", sheet=binding.name, formula=link, form=form_sheet)
            pieces = repoint(link, form_sheet, SheetNameSlot())
            before, _, after = node.open_tag(textlink="\0").decode().partition("\0")
            text = [cell_text(p) if isinstance(p, str) else p for p in pieces]
            encoded = [p.encode() if isinstance(p, str) else p for p in text]
            splice.replace(node.start, node.open_end, before.encode(), *encoded, after.encode())
        elif node.local == "row" and node.text.isdigit() and binding.blocks:
            row = int(node.text) + 1  # 図形の行は 0 から数える

            def moved(state: RenderState, row: int = row) -> str:
                return str(state.shift(row) - 1)

            splice.fill(node, ComputedSlot(moved))
    return text_pieces(splice)


def unfilled_shapes(
    package: Package, sheet: str, dependents: tuple[Dependent, ...]
) -> Iterator[Problem]:
    """図形の中に書かれた式を挙げる（セルの外の式は、値に置き換わらない）。"""
    for dependent in dependents:
        if dependent.relationship.kind != "drawing":
            continue
        _, root = package.tree(dependent.relationship.target)
        for node in root.walk():
            if node.local == "t" and "{{" in node.text:
                yield Problem("T118", Place(package.file, sheet), {"text": node.text})


class PartNames:
    """まだ使われていない部品名を出す。"""

    def __init__(self, package: Package) -> None:
        self._used = {name.casefold() for name in package.parts}
        self._next: dict[tuple[str, str], int] = {}

    def new(self, part: str) -> str:
        """``part`` に続く番号の名。"""
        stem, extension = posixpath.splitext(part)
        stem = stem.rstrip("0123456789")
        number = self._next.get((stem, extension), 1)
        while f"{stem}{number}{extension}".casefold() in self._used:
            number += 1
        self._next[stem, extension] = number + 1
        return f"{stem}{number}{extension}"


def repointed_targets(
    relationships: tuple[Relationship, ...], form_sheet: str, state: RenderState
) -> list[Relationship]:
    """図形のリンク（``#シート!A1``）を、自分の写しに向ける。"""
    found = []
    for one in relationships:
        target = one.target
        if target.startswith("#") and "!" in target:
            pieces = repoint(target[1:], form_sheet, SheetNameSlot())
            target = "#" + join(pieces, state)  # type: ignore[arg-type]
        found.append(Relationship(one.id, one.type, target, one.external))
    return found
