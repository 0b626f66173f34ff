"""記入欄を、名前、位置、見出しの順に頼って見つける。"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from sheetgen.collect.answers import Found, FoundCell, LockedChange
from sheetgen.collect.matching.chart import CARRIER_PATH, Chart, Spot, is_blank, refs_in, same
from sheetgen.collect.matching.locating import Target, Whereabouts
from sheetgen.form.identity import parse_carrier
from sheetgen.form.issued import IssuedForm
from sheetgen.messages.quoting import quoted
from sheetgen.reading.book import RawCell, RawName, RawSheet
from sheetgen.xlsx.filled import INPUT_PREFIX
from sheetgen.xlsx.refs import split_area, split_ref


@dataclass(slots=True)
class SheetNames:
    """一枚のシートの名前。

    ``cells`` は、名から指すセルへ。``broken`` は、どこも指さない（``#REF!``）か、いくつものセルや、
    いくつもの所を指す名。
    """

    cells: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def names_by_sheet(names: Iterable[RawName]) -> dict[str, SheetNames]:
    """シートの名（大文字と小文字を区別しない）ごとに、記入欄の名前を集める。

    名前は、指しているシートのものとする。シートの中だけの名前を、ブック全体の名前に変える
    プログラムがあり、そうなると範囲からは何も分からない。別のシートを指す名前は、
    どちらのシートにも使えない。
    """
    found: dict[str, SheetNames] = {}
    for name, scope, target in names:
        if not name.startswith(INPUT_PREFIX):
            continue
        written, _, cells = target.rpartition("!")
        sheet = _sheet(written)
        own = sheet if scope is None else _folded(scope)
        if own is None:
            continue
        here = found.get(own)
        if here is None:
            here = found[own] = SheetNames()
        ref = _cell(cells) if sheet == own else None
        if ref is None or here.cells.get(name, ref) != ref:
            here.broken.add(name)
            here.cells.pop(name, None)
        elif name not in here.broken:
            here.cells[name] = ref
    return found


@lru_cache(maxsize=1024)
def _folded(sheet: str) -> str:
    return sheet.casefold()


@lru_cache(maxsize=1024)
def _sheet(written: str) -> str | None:
    """``=$'表 1'`` の形で書かれたシートの名。別のブックのシートや、ないシートなら ``None``。"""
    sheet = written.lstrip("=$")
    if sheet[:1] == "'" and sheet[-1:] == "'":
        sheet = sheet[1:-1].replace("''", "'")
    # 別のブックに移されたシートの名前 ``'[原本.xlsx]シート'`` は、そのシートのことではない。
    if not sheet or "#REF" in sheet or "[" in sheet:
        return None
    return sheet.casefold()


@lru_cache(maxsize=4096)
def _cell(cells: str) -> str | None:
    """``$L$10`` の形で書かれたセル。結合の範囲なら左上。セルでなければ ``None``。"""
    plain = cells.replace("$", "").upper()
    try:
        split_area(plain)
    except ValueError:
        return None
    return plain.partition(":")[0]


Report = Callable[..., None]
"""問題を加える。``report(code, ref, label, **facts)``。"""


@dataclass(slots=True)
class Findings:
    """一枚の様式で見つけたもの。``used`` は、意味の分かったセル。"""

    found: dict[str, FoundCell] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    locked: list[LockedChange] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


class FieldFinder:
    """一枚の様式の欄を、一つずつ見つける。"""

    def __init__(
        self,
        chart: Chart,
        form: IssuedForm,
        sheet: RawSheet,
        names: SheetNames,
        where: Whereabouts,
        report: Report,
    ) -> None:
        self._chart, self._form, self._sheet = chart, form, sheet
        self._where, self._report = where, report
        self._names = SheetNames() if self._is_stale(names) else names
        self._cells = sheet.cells
        self._kept_up = self._are_kept_up()
        self._own: set[str] = set()
        self.findings = Findings()

    def _is_stale(self, names: SheetNames) -> bool:
        """行が動いたのに、名前がもとの番地のままか（名前を直さないプログラムがある）。"""
        if not self._where.is_moved:
            return False
        unmoved = all(
            names.cells.get(spot.name, spot.ref) == spot.ref for spot in self._chart.inputs
        )
        return unmoved and any(
            target.certain and target.ref != spot.ref and spot.name in names.cells
            for spot in self._chart.inputs
            for target in (self._where.find(spot.area[0], spot.area[1]),)
        )

    def _are_kept_up(self) -> bool:
        """名前が、行の出し入れに付いて動いているか（付いて動くなら、指すセルは確かである）。"""
        cells = self._names.cells
        return bool(cells) and (
            bool(self._names.broken)
            or any(cells.get(spot.name, spot.ref) != spot.ref for spot in self._chart.inputs)
        )

    def find_untouched(self) -> Findings:
        """記入欄のほかは何も変わっていない様式の、すべての欄を見つける。"""
        found, cells, names = self.findings.found, self._cells, self._names.cells
        typed_behind = cells.keys() & self._chart.inner
        for spot in self._chart.inputs:
            ref = spot.cell.ref
            if names.get(spot.name) != ref or (
                typed_behind and not typed_behind.isdisjoint(refs_in(spot.area))
            ):
                self._find(spot)
                continue
            path = spot.cell.path or ""
            found[path] = FoundCell(path, spot.cell.label or "", ref, cells.get(ref), Found.NAME)
        self.findings.used.update(self._chart.known)
        return self.findings

    def find_all(self) -> Findings:
        """すべての欄を見つける。"""
        for spot in self._chart.inputs:
            self._find(spot)
        self._compare_locked()
        return self.findings

    def _find(self, spot: Spot) -> None:
        path = spot.cell.path or ""
        opened = path in self._form.opened
        target = self._where.find(spot.area[0], spot.area[1])
        ref, how, sure = self._choose(spot, target, opened)
        if ref is None:
            if opened:
                self.findings.missing.append(path)
                self._report("R120", None, spot.cell.label, issued=spot.ref)
            return
        self._take(spot, ref, how, sure, opened)

    def _choose(self, spot: Spot, target: Target, opened: bool) -> tuple[str | None, Found, bool]:
        """読むセル、見つけ方、確かか。"""
        named = self._names.cells.get(spot.name)
        if target.ref is None:
            if named is not None:
                self._ask(spot, opened, "R121", named)
            return named, Found.NAME, False
        if target.certain:
            if named == target.ref:
                # 動いていない名前は、近くの中身が動いたときの証しにはならない。
                sure = not target.doubtful or self._kept_up
                if not sure:
                    self._ask(spot, opened, "R121", named)
                return named, Found.NAME, sure
            if named is not None:
                self._ask(spot, opened, "R122", named, other=target.ref,
                          content=self._shown(target.ref))  # fmt: skip
                return named, Found.NAME, False
            how = Found.POSITION if target.ref == spot.ref else Found.LABEL
            sure = not (target.doubtful or self._where.is_contradicted or self._lost_alone(spot))
            if not sure:
                self._ask(spot, opened, "R121", target.ref)
            return target.ref, how, sure
        return self._among(spot, target, named, opened)

    def _among(
        self, spot: Spot, target: Target, named: str | None, opened: bool
    ) -> tuple[str | None, Found, bool]:
        """足された行のあたりの、いくつかのセルのうちの一つ。"""
        own = self._owned()
        candidates = [ref for ref in target.candidates if ref not in own]
        filled = [ref for ref in candidates if not is_blank(self._cells.get(ref))]
        if named is not None and named in candidates:
            sure = (not target.doubtful or self._kept_up) and all(ref == named for ref in filled)
            if not sure:
                self._ask(spot, opened, "R121", named)
            return named, Found.NAME, sure
        if named is not None:
            self._ask(spot, opened, "R122", named, other=target.ref or "",
                      content=self._shown(target.ref))  # fmt: skip
            return named, Found.NAME, False
        ref = filled[0] if filled else target.ref
        if ref is not None:
            self._ask(spot, opened, "R121", ref)
        return ref, Found.LABEL, False

    def _owned(self) -> set[str]:
        """どの欄や見出しのものか、動かないセル。"""
        if not self._own:
            self._own = {
                target.ref
                for spot in self._chart.spots
                for target in (self._where.find(spot.area[0], spot.area[1]),)
                if target.certain and target.ref is not None
            }
        return self._own

    def _lost_alone(self, spot: Spot) -> bool:
        """ほかの欄の名前は生きているのに、この欄の名前だけが壊れているか。"""
        return spot.name in self._names.broken and bool(self._names.cells)

    def _take(self, spot: Spot, ref: str, how: Found, sure: bool, opened: bool) -> None:
        """セルの中身を取る。結合が解かれていれば、もとの範囲のほかのセルも見る。"""
        cell = self._cells.get(ref)
        area, is_whole = self._area_now(spot, ref)
        others = [one for one in area[1:] if not is_blank(self._cells.get(one))]
        if others:
            own = self._owned()
            others = [one for one in others if one not in own]
        self.findings.used.update((ref, *others))
        if others:
            covered = self._covered(ref)
            behind = [one for one in others if one in covered]
            others = [one for one in others if one not in covered]
            if behind and opened:
                self._report("R125", behind[0], spot.cell.label, found=self._shown(behind[0]))
        if is_whole and is_blank(cell) and len(others) == 1:
            ref, cell = others[0], self._cells[others[0]]
            if opened:
                self._report("R124", ref, spot.cell.label, found=self._shown(ref))
        elif others:
            sure = False
            if is_blank(cell):
                ref, cell = others[0], self._cells[others[0]]
                others = others[1:]
            more = "、".join(f"{one} {self._shown(one)}" for one in others[:5])
            self._ask(spot, opened, "R123", ref, others=more)
        path = spot.cell.path or ""
        found = FoundCell(path, spot.cell.label or "", ref, cell, how, sure)
        self.findings.found[path] = found
        issued = self._form.values.get(spot.ref)
        if not opened and sure and not same(issued, cell):
            change = LockedChange(ref, path, spot.cell.label, issued, cell)
            self.findings.locked.append(change)

    def _area_now(self, spot: Spot, ref: str) -> tuple[list[str], bool]:
        """欄の範囲の今のセル（初めは ``ref``）と、その終わりが確かか。"""
        top, left, bottom, right = spot.area
        if (top, left) == (bottom, right):
            return [ref], True
        row, column = split_ref(ref)
        height, width = bottom - top, right - left
        corner = self._where.find(bottom, right)
        is_whole = corner.certain and corner.ref is not None
        if corner.certain and corner.ref is not None:
            last_row, last_column = split_ref(corner.ref)
            # 範囲の中に足された行も、範囲のうちである。
            height = last_row - row if last_row >= row else height
            width = last_column - column if last_column >= column else width
        return refs_in((row, column, row + height, column + width)), is_whole

    def _covered(self, ref: str) -> set[str]:
        """今も結合されていて、``ref`` の後ろに隠れているセル。"""
        for text in self._sheet.merged:
            if text.partition(":")[0] == ref:
                return set(refs_in(split_area(text)))
        return set()

    def _compare_locked(self) -> None:
        """記入欄でないセルを、配ったときの中身と比べる。"""
        for spot in self._chart.spots:
            if spot.name or spot.ref in self._chart.formulas:
                continue
            ref = self._where.place(spot)
            if ref is None:
                continue
            self.findings.used.add(ref)
            issued = spot.cell.text or self._form.values.get(spot.ref)
            cell = self._cells.get(ref)
            if spot.cell.path == CARRIER_PATH and _is_mark(cell):
                continue  # どの様式の目印かは、見分けるときに見てある
            if not same(issued, cell):
                label = spot.cell.label
                change = LockedChange(ref, spot.cell.path, label, issued, cell)
                self.findings.locked.append(change)
        for ref in self._chart.formulas:
            row, column = split_ref(ref)
            target = self._where.find(row, column)
            if target.ref is not None:
                self.findings.used.add(target.ref)

    def _ask(self, spot: Spot, opened: bool, code: str, ref: str, **facts: object) -> None:
        if opened:
            self._report(code, ref, spot.cell.label, found=self._shown(ref), **facts)

    def _shown(self, ref: str | None) -> str:
        cell = self._cells.get(ref) if ref else None
        text = "" if cell is None or cell.value is None else str(cell.value).strip()
        return quoted(text or None, 30)


def _is_mark(cell: RawCell | None) -> bool:
    """空か、隠した行の目印か。"""
    if cell is None or is_blank(cell):
        return True
    return isinstance(cell.value, str) and parse_carrier(cell.value) is not None
