"""テンプレートの書式から、必要な変化形を足す。

出典: ECMA-376 Part 1, 18.8。セルの書式は ``cellXfs`` の番号。テンプレートの項目は変えず、
もとにして作ったものを後ろに足すだけ。
"""

from __future__ import annotations

from collections.abc import Mapping

from sheetgen.xlsx.filled import InputState
from sheetgen.xlsx.markup import Node, Splice, attribute_value

_BUILT_IN_FORMATS = {
    "General": 0, "0": 1, "0.00": 2, "#,##0": 3, "#,##0.00": 4, "0%": 9, "0.00%": 10, "@": 49,
}  # fmt: skip
_FIRST_CUSTOM_FORMAT = 164
StyleChange = tuple[int, float | None, str | None, InputState]
"""元の書式の番号と、そこからの違い（大きさ pt、表示形式、記入欄の状態）。"""


class StyleSheet:
    """テンプレートの ``styles.xml``。ブックごとの :class:`StyleBook` を作る。

    ``samples`` は、その状態の記入欄が塗りを借りる書式。
    """

    def __init__(self, data: bytes, root: Node, samples: Mapping[InputState, int]) -> None:
        self.data = data
        self.root = root
        self.fonts = root.find("fonts")
        self.xfs = root.find("cellXfs")
        if self.fonts is None or self.xfs is None:
            raise KeyError("cellXfs")
        self.formats = root.find("numFmts")
        known = self.formats.children if self.formats else []
        self.format_ids = {node.attrs["formatCode"]: int(node.attrs["numFmtId"]) for node in known}
        self.fills = {
            state: self.xfs.children[style].attrs.get("fillId") for state, style in samples.items()
        }

    def new_book(self) -> StyleBook:
        """一冊分の書式の控えを作る。"""
        return StyleBook(self)


class StyleBook:
    """一冊のブックで使う書式。足した順に番号が付く。"""

    def __init__(self, sheet: StyleSheet) -> None:
        self._sheet = sheet
        self._ids: dict[StyleChange, int] = {}
        self._xfs: list[bytes] = []
        self._fonts: dict[tuple[int, float], bytes] = {}
        self._formats: dict[str, int] = {}
        assert sheet.xfs is not None
        assert sheet.fonts is not None
        self._base_xfs = sheet.xfs
        self._base_fonts = sheet.fonts

    @property
    def changes(self) -> tuple[StyleChange, ...]:
        """これまでに求められた違い。同じ列なら、同じ ``styles.xml`` になる。"""
        return tuple(self._ids)

    def index(self, change: StyleChange) -> int:
        """この違いを持つ書式の番号。なければ足す。"""
        found = self._ids.get(change)
        if found is None:
            found = self._ids[change] = self._add(change)
        return found

    def _add(self, change: StyleChange) -> int:
        number, size, number_format, state = change
        base = self._base_xfs.children[number]
        changes: dict[str, str | None] = {}
        if size is not None:
            font = self._font(int(base.attrs.get("fontId", 0)), size)
            changes |= {"fontId": str(font), "applyFont": "1"}
        if number_format is not None:
            code = self._format(number_format)
            changes |= {"numFmtId": str(code), "applyNumberFormat": "1"}
        locked = None
        if state is not InputState.KEEP:
            locked = state is InputState.CLOSED
            changes["applyProtection"] = "1"
            fills = self._sheet.fills
            fill = fills.get(state) or fills.get(InputState.OPEN)
            if not locked and fill is not None:
                changes |= {"fillId": fill, "applyFill": "1"}
        if not changes:
            return number
        self._xfs.append(self._xf(base, changes, locked))
        return len(self._base_xfs.children) + len(self._xfs) - 1

    def _xf(self, base: Node, changes: dict[str, str | None], locked: bool | None) -> bytes:
        prefix, data = base.prefix, self._sheet.data
        opening = base.open_tag(**changes)
        if base.is_empty_tag:
            opening = opening[:-2] + b">"
        inner = {node.local: data[node.start : node.end] for node in base.children}
        if locked is not None:
            inner["protection"] = _protection(base, locked)
        # 子の順序は alignment, protection, extLst と決まっている。
        body = b"".join(inner.get(name, b"") for name in ("alignment", "protection", "extLst"))
        return opening + body + f"</{prefix}xf>".encode()

    def _font(self, base: int, size: float) -> int:
        if (base, size) not in self._fonts:
            node, data = self._base_fonts.children[base], self._sheet.data
            self._fonts[base, size] = _resized(node, data, size)
        return len(self._base_fonts.children) + list(self._fonts).index((base, size))

    def _format(self, code: str) -> int:
        if code in _BUILT_IN_FORMATS:
            return _BUILT_IN_FORMATS[code]
        known = self._sheet.format_ids
        if code in known:
            return known[code]
        first = max([_FIRST_CUSTOM_FORMAT - 1, *known.values()]) + 1
        return self._formats.setdefault(code, first + len(self._formats))

    def result(self) -> bytes:
        """このブックの ``styles.xml``。"""
        sheet = self._sheet
        splice = Splice(sheet.data)
        _append(splice, self._base_fonts, list(self._fonts.values()))
        _append(splice, self._base_xfs, self._xfs)
        if self._formats:
            prefix = sheet.root.prefix
            formats = [(attribute_value(code), n) for code, n in self._formats.items()]
            new = [
                f'<{prefix}numFmt numFmtId="{number}" formatCode="{value}"/>'.encode()
                for value, number in formats
            ]
            if sheet.formats is not None:
                _append(splice, sheet.formats, new)
            else:
                # numFmts は styleSheet の最初の子と決まっている。
                opening = f'<{prefix}numFmts count="{len(new)}">'.encode()
                closing = f"</{prefix}numFmts>".encode()
                splice.insert(sheet.root.open_end, opening, *new, closing)
        return splice.result()


# 大きさ (sz) より後ろに並ぶ、書体の子（18.8.22）。
_AFTER_SIZE = {"color", "name", "rFont", "family", "charset", "scheme"}


def _resized(font: Node, data: bytes, size: float) -> bytes:
    """大きさを変えた書体。大きさの書かれていない書体（なくてもよい）には、書き足す。"""
    prefix = font.prefix
    if font.is_empty_tag:
        opening = font.open_tag()[:-2] + b">"
        return opening + f'<{prefix}sz val="{size:g}"/></{font.qname}>'.encode()
    old = font.find("sz")
    if old is not None:
        resized = old.open_tag(val=f"{size:g}")
        return data[font.start : old.start] + resized + data[old.open_end : font.end]
    later = (one.start for one in font.children if one.local in _AFTER_SIZE)
    at = next(later, font.close_start)
    new = f'<{prefix}sz val="{size:g}"/>'.encode()
    return data[font.start : at] + new + data[at : font.end]


def _protection(xf: Node, locked: bool) -> bytes:
    """数式を隠す印など、ロックのほかの決まりは元のまま残す。"""
    old = xf.find("protection")
    others = dict(old.attrs) if old else {}
    words = "".join(
        f' {name}="{attribute_value(value)}"'
        for name, value in {**others, "locked": str(int(locked))}.items()
    )
    return f"<{xf.prefix}protection{words}/>".encode()


def _append(splice: Splice, parent: Node, new: list[bytes]) -> None:
    if not new:
        return
    opening = parent.open_tag(count=str(len(parent.children) + len(new)))
    if parent.is_empty_tag:
        closing = f"</{parent.qname}>".encode()
        splice.replace(parent.start, parent.end, opening[:-2] + b">", *new, closing)
    else:
        splice.replace(parent.start, parent.open_end, opening)
        splice.insert(parent.close_start, *new)
