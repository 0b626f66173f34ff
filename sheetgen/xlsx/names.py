"""定義された名前を、シートの写しごとに付け直す。

課のブックは名前で読み戻すので、様式のシートの写しごとに、そのシートだけの名前を付ける。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.xlsx.filled import INPUT_PREFIX, SheetBinding, SheetEntry
from sheetgen.xlsx.markup import Node, attribute_value, cell_text
from sheetgen.xlsx.package import Package
from sheetgen.xlsx.references import (
    AmbiguousReferenceError,
    Shift,
    absolute,
    names_sheet,
    quoted,
    repoint,
    shift_formula,
    uses_name,
)
from sheetgen.xlsx.refs import column_letters, split_ref
from sheetgen.xlsx.template import DOUBT_SAMPLE, INPUT_SAMPLE

_PRINT = "_xlnm.print_"
_DEAD = "#REF!"
_NEEDED = {INPUT_SAMPLE, DOUBT_SAMPLE}
_Line = tuple[str, int, str]
_Used = tuple[str | None, str | None, str]
"""数式のある所（シート、セル）と、その数式。"""


class _OwnSheet:
    """写しの名に替わる所。"""


_OWN = _OwnSheet()


class WrittenSheet(NamedTuple):
    """書き終えた一枚の、付ける名前（名前からセルへ）と、行の移り方。"""

    names: Mapping[str, str]
    shift: Shift


class _Name(NamedTuple):
    """テンプレートの一つの名前。``scope`` はシートの名、None はブック全体。"""

    label: str
    attrs: Mapping[str, str]
    scope: str | None
    pieces: tuple[object, ...]

    @property
    def of_form(self) -> bool:
        return any(isinstance(piece, _OwnSheet) for piece in self.pieces)

    def text(self, own: str) -> str:
        return "".join(p if isinstance(p, str) else quoted(own) for p in self.pieces)

    def line(self, tag: str, scope: int | None, text: str) -> str:
        attrs = {"name": self.label}
        if scope is not None:
            attrs["localSheetId"] = str(scope)
        words = "".join(
            f' {name}="{attribute_value(value)}"' for name, value in {**attrs, **self.attrs}.items()
        )
        return f"<{tag}{words}>{cell_text(text)}</{tag}>"


class DefinedNames:
    """テンプレートの名前。

    ``notes`` は、使っていない壊れた名前を除いたこと（T017）。

    :raises SheetgenError: 使っている名前が壊れている（T015。すべてを一度に言う）か、
        どれを指すか決まらない（T010、T011）。
    """

    def __init__(
        self,
        package: Package,
        parent: Node | None,
        order: Sequence[str],
        bindings: Mapping[str, SheetBinding],
        form_sheet: str,
    ) -> None:
        self._package = package
        self._form_sheet = form_sheet
        self._moving = [name for name, binding in bindings.items() if binding.blocks]
        self.left_out = tuple(name for name in order if name not in bindings)
        self._dead = self._dead_names(parent, order, bindings)
        names = list(self._read(parent, order))
        own = {name.label.casefold() for name in names if name.scope == form_sheet}
        # 様式を指すブックの名前は写しごとの名前になる。同じ名前がシートにもあれば、そちらを残す。
        self._names = [
            name
            for name in names
            if name.scope is not None or not name.of_form or name.label.casefold() not in own
        ]

    @property
    def notes(self) -> tuple[Problem, ...]:
        """使っていない壊れた名前を除いたこと。"""
        if not self._dead:
            return ()
        facts = {"names": "、".join(dict.fromkeys(self._dead))}
        return (Problem("T017", Place(file=self._package.file), facts),)

    def _dead_names(
        self, parent: Node | None, order: Sequence[str], bindings: Mapping[str, SheetBinding]
    ) -> list[str]:
        """指す所のない名前のうち、どこでも使っていないもの。使っているものがあれば断る。"""
        dead: list[tuple[str, str | None]] = []
        formulas: list[_Used] = []
        for node in parent.children if parent else []:
            label = node.attrs["name"]
            index = node.attrs.get("localSheetId")
            scope = order[int(index)] if index is not None else None
            if scope in self.left_out or label.startswith(INPUT_PREFIX):
                continue
            if _DEAD in node.text:
                dead.append((label, scope))
            else:
                formulas.append((scope, None, node.text))
        if not dead:
            return []
        for sheet in bindings:
            formulas += _formulas_of(self._package, sheet)
        problems, unused = [], []
        for label, scope in dead:
            used = next((f for f in formulas if uses_name(f[2], label)), None)
            if used is None and not (label in _NEEDED or label.casefold().startswith(_PRINT)):
                unused.append(label)
                continue
            at, cell = used[:2] if used else (scope, None)
            place = Place(file=self._package.file, sheet=at, cell=cell)
            problems.append(Problem("T015", place, {"name": label}))
        if problems:
            raise SheetgenError(problems)
        return unused

    def _read(self, parent: Node | None, order: Sequence[str]) -> Iterator[_Name]:
        for node in parent.children if parent else []:
            attrs = dict(node.attrs)
            label = attrs.pop("name")
            if label.startswith(INPUT_PREFIX) or _DEAD in node.text:
                continue
            index = attrs.pop("localSheetId", None)
            scope = order[int(index)] if index is not None else None
            pieces = self._pieces(label, node.text, scope)
            if scope not in self.left_out and not self._of_left_out(node.text):
                yield _Name(label, attrs, scope, pieces)

    def _of_left_out(self, text: str) -> bool:
        """このブックに入れないシートを指すか。"""
        return any(names_sheet(text, sheet) for sheet in self.left_out)

    def _pieces(self, label: str, text: str, scope: str | None) -> tuple[object, ...]:
        try:
            if label.casefold().startswith(_PRINT):
                # exceljs は「$A1:$M20」と書く。LibreOffice は、それを印刷範囲と見ない。
                text = absolute(text)
            if not names_sheet(text, self._form_sheet):
                return (text,)
        except AmbiguousReferenceError:
            raise self._package.refuse(
                "T011", sheet=scope or self._form_sheet, formula=text
            ) from None
        if scope not in (None, self._form_sheet):
            raise self._package.refuse("T010", sheet=scope, formula=text, form=self._form_sheet)
        return tuple(repoint(text, self._form_sheet, _OWN))

    def location(self, label: str) -> str | None:
        """ブック全体の名前 ``label`` の指す所。"""
        for name in self._names:
            if name.scope is None and name.label == label:
                return name.text(self._form_sheet)
        return None

    def render(
        self, prefix: str, entries: Sequence[SheetEntry], written: Sequence[WrittenSheet]
    ) -> str:
        """``definedNames`` の要素を書く。名前の順に並べる。"""
        tag = f"{prefix}definedName"
        lines = [*self._template_lines(tag, entries, written), *_own_lines(tag, entries, written)]
        if not lines:
            return ""
        lines.sort()
        return f"<{tag}s>{''.join([line for _, _, line in lines])}</{tag}s>"

    def _template_lines(
        self, tag: str, entries: Sequence[SheetEntry], written: Sequence[WrittenSheet]
    ) -> Iterator[_Line]:
        index_of = {entry.template_sheet: index for index, entry in enumerate(entries)}
        for name in self._names:
            key = name.label.casefold()
            if name.of_form or name.scope == self._form_sheet:
                for index, entry in enumerate(entries):
                    if entry.template_sheet == self._form_sheet:
                        yield key, index, name.line(tag, index, name.text(entry.name))
                continue
            text = name.text("")
            for sheet in self._moving:
                if name.scope == sheet or sheet in text:
                    shift = written[index_of[sheet]].shift
                    text = shift_formula(text, sheet, shift, name.scope == sheet)
            scope = None if name.scope is None else index_of[name.scope]
            yield key, -1 if scope is None else scope, name.line(tag, scope, text)


def _formulas_of(package: Package, sheet: str) -> list[_Used]:
    """シートの、数式のある所（シート, セル, 数式）。書式や規則の数式と、図形の連動も含む。"""
    part = package.sheet_parts().get(sheet)
    if part is None:
        return []
    found: list[_Used] = []
    for node in package.tree(part)[1].walk():
        formula = node.find("f") if node.local == "c" else None
        if formula is not None:
            found.append((sheet, node.attrs.get("r"), formula.text))
        elif node.local in ("formula", "formula1", "formula2", "f"):
            found.append((sheet, None, node.text))
    for one in package.relationships(part):
        if one.kind == "drawing" and not one.external:
            shapes = package.tree(one.target)[1].walk()
            found += [(sheet, None, shape.attrs.get("textlink", "")) for shape in shapes]
    return found


def _own_lines(
    tag: str, entries: Sequence[SheetEntry], written: Sequence[WrittenSheet]
) -> Iterator[_Line]:
    """記入欄の名前。同じ様式の写しは同じ対応を持つので、組み立ては一度だけ行う。"""
    prepared: dict[int, list[tuple[str, str, str]]] = {}
    for index, (entry, sheet) in enumerate(zip(entries, written, strict=True)):
        lines = prepared.get(id(sheet.names))
        if lines is None:
            lines = prepared[id(sheet.names)] = [
                (label.casefold(), f'<{tag} name="{label}" localSheetId="', _absolute(ref))
                for label, ref in sheet.names.items()
            ]
        own = f'{index}">{cell_text(quoted(entry.name))}!'
        for key, head, cell in lines:
            yield key, index, f"{head}{own}{cell}</{tag}>"


def _absolute(ref: str) -> str:
    row, column = split_ref(ref)
    return f"${column_letters(column)}${row}"
