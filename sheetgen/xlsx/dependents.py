"""一枚のシートだけが使う部品（図形、コメント、プリンター設定など）。

二枚のシートが一つの部品を分け合うことはできないので、様式のシートの写しごとに、部品も写す。
分からないものは、黙って失わず、名を挙げて断る。
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sheetgen.problems import Place, Problem
from sheetgen.xlsx.filled import SheetBinding
from sheetgen.xlsx.markup import Splice, cell_text, normalise
from sheetgen.xlsx.package import Package, Relationship
from sheetgen.xlsx.references import names_sheet, repoint
from sheetgen.xlsx.refs import ref_of
from sheetgen.xlsx.slots import ComputedSlot, Piece, RenderState, SheetNameSlot, join, text_pieces

_COPIED = {"drawing", "vmlDrawing", "comments", "printerSettings", "customProperty"}
_SHARED = {"image", "hyperlink"}
_PICTURE_IN_CELL = "セルに配置した画像"
_DATA_TYPE = "リンクされたデータ型（株価や地域など）"
# セルの値に付く豊かな値の部品。セルに配置した画像も、データ型も、この同じ部品に入る。
_RICH_VALUES = re.compile(r"rd(RichValue|Array|SupportingPropertyBag)|richValue", re.IGNORECASE)
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
    "namedSheetView": "シート ビュー",
    "tableSingleCells": "XML の対応付け",
    "xmlMaps": "XML の対応付け",
    "slicerCache": "スライサー",
    "timelineCache": "タイムライン",
    "chartUserShapes": "グラフ",
    "diagramLayout": "SmartArt",
    "diagramQuickStyle": "SmartArt",
    "diagramColors": "SmartArt",
    "diagramDrawing": "SmartArt",
    "model3d": "3D モデル",
    "video": "動画",
    "audio": "音声",
    "media": "動画や音声",
    "ink": "手書きのインク",
    "customInk": "手書きのインク",
    "volatileDependencies": "外から値を受け取る関数（RTD）",
    "powerPivotData": "データ モデル",
    "revisionHeaders": "共有ブックの変更の記録",
    "usernames": "共有ブックの変更の記録",
    "FeaturePropertyBag": "セルのチェックボックス",
    "webextensiontaskpanes": "アドイン",
    "taskpanes": "アドイン",
    "customUI": "リボンの変更",
    "extensibility": "リボンの変更",
    "keyMapCustomizations": "キーの割り当て",
    "attachedToolbars": "ツール バー",
    "cellImage": _PICTURE_IN_CELL,
    "pivotCacheDefinition": "ピボットテーブル",
    "chartsheet": "グラフシート",
    "dialogsheet": "ダイアログシート",
    "xlMacrosheet": "マクロシート",
}


def refuse_unknown(package: Package, sheet: str | None, kind: str, cell: str | None = None) -> None:
    """扱えない部品を、人に見える名と場所で断る。

    :raises SheetgenError: いつも（T013）。
    """
    thing = _NAMES.get(kind, f"種類の分からない部品（{kind}）")
    if _RICH_VALUES.match(kind) or kind == "cellImage":
        is_picture = any(b"_localImage" in data for data in package.parts.values())
        thing = _PICTURE_IN_CELL if is_picture or kind == "cellImage" else _DATA_TYPE
        sheet, cell = _rich_cell(package)
    raise package.refuse("T013", sheet=sheet, cell=cell, thing=thing)


def _rich_cell(package: Package) -> tuple[str | None, str | None]:
    """豊かな値（``vm``）を持つ最初のセル。"""
    for sheet, part in package.sheet_parts().items():
        for node in package.tree(part)[1].walk():
            picture = node.find("f") if node.local == "c" else None
            if "vm" in node.attrs or (picture is not None and "DISPIMG(" in picture.text):
                return sheet, node.attrs.get("r")
    return None, None


def _anchor(package: Package, drawing: str, rid: str) -> str | None:
    """図形の部品の中で、この関係を使うものの左上のセル。"""
    if not drawing.endswith(".xml"):
        return None  # VML は XML でないことがある
    for anchor in package.tree(drawing)[1].children:
        start = anchor.find("from")
        uses = any(value == rid for node in anchor.walk() for value in node.attrs.values())
        if start is not None and uses:
            places = {node.local: int(node.text) for node in start.children}
            return ref_of(places["row"] + 1, places["col"] + 1)
    return None


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
                cell = _anchor(package, one.target, relationship.id)
                refuse_unknown(package, binding.name, relationship.kind, cell)
            link = relationship.target.removeprefix("#")
            inside = relationship.target.startswith("#") and not binding.is_form
            if inside and names_sheet(link, form_sheet):
                cell = _anchor(package, one.target, relationship.id)
                facts = {"sheet": binding.name, "cell": cell, "formula": link}
                raise package.refuse("T010", **facts, form=form_sheet)
        pieces = None
        if one.kind == "drawing":
            pieces = _cut_drawing(package, one.target, binding, form_sheet)
        elif one.kind == "vmlDrawing" and binding.is_form:
            pieces = _cut_vml(package.parts[one.target], form_sheet)
        found.append(Dependent(one, pieces, inner))
    return tuple(found)


def _cut_drawing(
    package: Package, part: str, binding: SheetBinding, form_sheet: str
) -> tuple[Piece, ...]:
    """図形の、セルへの連動と、位置（繰り返しの下にあるもの）を切り分ける。"""
    data, root = package.tree(part)
    splice = Splice(data)
    for node in root.walk():
        # 図形の文字の連動か、リンクした図（カメラ）の写す範囲。
        name = "textlink" if "textlink" in node.attrs else "cellRange"
        link = node.attrs.get(name, "")
        if names_sheet(link, form_sheet):
            if not binding.is_form:
                raise package.refuse("T010", sheet=binding.name, formula=link, form=form_sheet)
            pieces = repoint(link, form_sheet, SheetNameSlot())
            before, _, after = node.open_tag(**{name: "\0"}).decode().partition("\0")
            text = [cell_text(p) if isinstance(p, str) else p for p in pieces]
            encoded = [p.encode() if isinstance(p, str) else p for p in text]
            splice.replace(node.start, node.open_end, before.encode(), *encoded, after.encode())
        elif node.local == "row" and node.text.isdigit() and binding.blocks:
            row = int(node.text) + 1  # 図形の行は 0 から数える

            def moved(state: RenderState, row: int = row) -> str:
                return str(state.shift(row) - 1)

            splice.fill(node, ComputedSlot(moved))
    return text_pieces(splice)


_VML_FORMULA = re.compile(r"(<x:Fmla\w+>)([^<]*)(?=</x:Fmla)")


def _cut_vml(data: bytes, form_sheet: str) -> tuple[Piece, ...] | None:
    """VML の、リンクした図や部品の指すセルを切り分ける。なければ ``None``。

    Excel の VML は XML として正しくないことがあるので、文字のまま見る。
    """
    text = normalise(data).decode("utf-8", "surrogateescape")
    pieces: list[Piece] = []
    done = 0
    for found in _VML_FORMULA.finditer(text):
        if names_sheet(found[2], form_sheet):
            pieces.append(text[done : found.start(2)])
            pieces += repoint(found[2], form_sheet, SheetNameSlot())  # type: ignore[arg-type]
            done = found.end(2)
    return (*pieces, text[done:]) if pieces else None


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

    def __init__(self, used: Iterable[str]) -> None:
        self._used = {name.casefold() for name in used}
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
