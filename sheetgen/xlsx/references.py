"""数式の中の参照先を、字句に分けて書き換える。繰り返しの行で下へ移る分も、ここで足す。

テンプレートの様式のシートを指す数式は、自分の写しを指さなければならず、
繰り返しの行より下への参照は、行とともに動かなければならない。文字列の中や、似ているだけの名は、
そのままにする。そこで、字句に切って見分ける。
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple


class Shift(NamedTuple):
    """テンプレートの行から、書き出す行への対応。行は 1 から数える。"""

    blocks: tuple[tuple[int, int], ...]
    counts: Mapping[int, int]

    def __call__(self, row: int) -> int:
        """``row`` の（繰り返しの中なら最初の回の）行き先。"""
        moved = row
        for first, last in self.blocks:
            if row > last:
                moved += (self.counts.get(first, 1) - 1) * (last - first + 1)
        return moved

    def end(self, first: int, last: int) -> int:
        """``first`` から ``last`` までの範囲の、終わりの行き先。

        ``last`` が繰り返されるなら、最後の回の行とし、すべての回が範囲に入るようにする。
        一度も繰り返さなくても、範囲の始まりより上にはしない。
        """
        return max([self(first), *self.rows(last)[-1:]])

    def block_of(self, row: int) -> tuple[int, int] | None:
        """この行を含む繰り返し。"""
        return next((block for block in self.blocks if block[0] <= row <= block[1]), None)

    def rows(self, row: int) -> list[int]:
        """``row`` が立つ行のすべて（回の順）。"""
        block = self.block_of(row)
        if block is None:
            return [self(row)]
        height = block[1] - block[0] + 1
        return [self(row) + height * turn for turn in range(self.counts.get(block[0], 1))]

    def turns(self, first: int, last: int) -> list[Turn] | None:
        """両端が同じ繰り返しの中にあるとき、その一回ごとの対応。"""
        block = self.block_of(first)
        if block is None or block != self.block_of(last):
            return None
        return [Turn(self, block, turn) for turn in range(self.counts.get(block[0], 1))]


class Turn(NamedTuple):
    """繰り返しの ``number`` 回目（0 から）から見た対応。"""

    shift: Shift
    block: tuple[int, int]
    number: int

    def __call__(self, row: int) -> int:
        """``row`` の行き先。繰り返しの中の行は、この回のもの。"""
        first, last = self.block
        inside = first <= row <= last
        return self.shift(row) + (self.number * (last - first + 1) if inside else 0)

    def end(self, first: int, last: int) -> int:
        """範囲の終わりの行き先。この回の中だけの範囲は、伸びない。"""
        inside = self.block[0] <= first and last <= self.block[1]
        return self(last) if inside else self.shift.end(first, last)


_PART = re.compile(r"(\$?)([A-Za-z]{1,3})?(\$?)(\d{1,7})?\Z")


class AmbiguousReferenceError(ValueError):
    """一枚に決められない参照（``前:後!A1`` のような連続シートの参照など）、または読めない数式。"""


def quoted(sheet: str) -> str:
    """数式に書くシート名。つねに引用符で囲む（どの名でも正しいため）。"""
    return "'" + sheet.replace("'", "''") + "'"


def split_sheet(operand: str) -> tuple[str, str]:
    """``'表 1'!A1`` を ``("表 1", "A1")`` に分ける。シート名がなければ空。"""
    sheet, mark, cells = operand.rpartition("!")
    if not mark:
        return "", operand
    if sheet.startswith("'") and sheet.endswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, cells


def _same(left: str, right: str) -> bool:
    return left.casefold() == right.casefold()


def _operands(formula: str) -> Iterator[tuple[str, bool]]:
    """数式を字句に分け、(文字, 参照か) を順に返す。

    :raises AmbiguousReferenceError: 数式でない。
    """
    # ここで読み込む。openpyxl は大きく、数式のない所には要らない。
    from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

    text = formula if formula.startswith("=") else f"={formula}"
    try:
        tokens = Tokenizer(text).items
    except (TokenizerError, IndexError):
        raise AmbiguousReferenceError(formula) from None
    for token in tokens:
        start, colon, function = token.value.rpartition(":")
        if token.type == Token.FUNC and colon:
            # ``A1:INDEX(`` は、字句では一つの関数の始まりになる。
            yield start, True
            yield f":{function}", False
        else:
            yield token.value, token.type == Token.OPERAND and token.subtype == Token.RANGE


def _references(formula: str) -> Iterator[tuple[str, str, str]]:
    """字句ごとに (文字, 指すシート, 指すセル) を順に返す。参照でなければ、あとの二つは空。

    :raises AmbiguousReferenceError: 数式でない。
    """
    for value, is_range in _operands(formula):
        sheet, cells = split_sheet(value) if is_range else ("", "")
        yield value, sheet, cells


def sheets_named(formula: str) -> set[str]:
    """数式が名を挙げるシート。連続シートは :class:`AmbiguousReferenceError`。"""
    found = set()
    for value, sheet, _ in _references(formula):
        if sheet:
            if ":" in sheet:
                raise AmbiguousReferenceError(value)
            found.add(sheet)
    return found


def names_sheet(formula: str, sheet: str) -> bool:
    """数式がこのシートの名を挙げるか。``INDIRECT("表!A1")`` のような、文字の中の名も数える。

    ``sheet`` が空なら、どのシートでもない。
    """
    if not sheet or "!" not in formula:
        return False
    if any(_same(name, sheet) for name in sheets_named(formula)):
        return True
    if not _reads_text(formula):
        return False
    pattern = _named_in_text(sheet)
    return any(_is_text(value) and pattern.search(value) for value, _ in _operands(formula))


def _reads_text(formula: str) -> bool:
    """文字を参照として読む関数があるか。ほかの数式の文字は、見せることばである。"""
    upper = formula.upper()
    return "INDIRECT(" in upper or "HYPERLINK(" in upper


def _is_text(value: str) -> bool:
    return len(value) > 1 and value[0] == value[-1] == '"'


@lru_cache(maxsize=64)
def _named_in_text(sheet: str) -> re.Pattern[str]:
    """文字の中の ``表!`` か ``'表'!``。ほかのブックのシート（``[本.xlsx]表!``）は除く。"""
    inside = re.escape(sheet.replace("'", "''"))
    return re.compile(rf"(?:'{inside}'|(?<![\w'\]]){re.escape(sheet)})!", re.IGNORECASE)


def builds_name(formula: str, sheet: str) -> bool:
    """このシートへの参照を、名と番地の文字をつないで作る数式か（どこを指すか追えない）。"""
    named = sheet and sheet.casefold() in formula.casefold()
    if not named or not _reads_text(formula):
        return False
    values = [value for value, _ in _operands(formula) if value.strip()]
    for value, after in zip(values, [*values[1:], ""], strict=True):
        bare = value.strip('"').lstrip("#").strip("'").replace("''", "'")
        if (
            _is_text(value)
            and _same(bare, sheet)
            and (after == "&" or "ADDRESS(" in formula.upper())
        ):
            return True
    return False


def uses_name(formula: str, label: str) -> bool:
    """数式が、この名前を使うか。数式と読めないものは、使わない。"""
    if label.casefold() not in formula.casefold():
        return False
    try:
        return any(_same(cells, label) for _, _, cells in _references(formula))
    except AmbiguousReferenceError:
        return False


def repoint(formula: str, sheet: str, slot: object) -> list[object]:
    """``sheet`` を指す参照のシート名を ``slot`` に替え、文字と slot の列を返す。

    :raises AmbiguousReferenceError: 参照がいくつものシートにまたがる。
    """
    if "!" not in formula:
        return [formula]
    pieces: list[object] = []
    reads_text = bool(sheet) and _reads_text(formula)
    for value, name, cells in _references(formula):
        if ":" in name:
            raise AmbiguousReferenceError(value)
        if name and _same(name, sheet):
            pieces += [slot, f"!{cells}"]
        elif reads_text and _is_text(value):
            pieces += _repointed_text(value, sheet, slot)
        else:
            pieces.append(value)
    return pieces


def _repointed_text(value: str, sheet: str, slot: object) -> Iterator[object]:
    """文字の中のシート名を ``slot`` に替える。"""
    for number, part in enumerate(_named_in_text(sheet).split(value)):
        if number:
            yield slot
            yield f"!{part}"
        else:
            yield part


def without_sheet(formula: str, sheet: str) -> str:
    """``sheet`` を指す参照から、シート名を除く。"""
    if "!" not in formula:
        return formula
    found = []
    for value, name, cells in _references(formula):
        found.append(cells if name and _same(name, sheet) else value)
    return "".join(found)


def absolute(formula: str) -> str:
    """参照の行と列のすべてに「$」を付ける。

    :raises AmbiguousReferenceError: 数式でない。
    """
    found = []
    for value, _, cells in _references(formula):
        parts = [_PART.match(part) for part in cells.split(":")] if cells else []
        if parts and all(parts):
            fixed = ("".join(f"${m[n]}" for n in (2, 4) if m[n]) for m in parts if m)
            found.append(value[: len(value) - len(cells)] + ":".join(fixed))
        else:
            found.append(value)
    return "".join(found)


def translated(formula: str, origin: str, ref: str) -> str:
    """``origin`` のセルの数式を、``ref`` のセルに写したときの数式。"""
    from openpyxl.formula.translate import Translator

    return str(Translator(f"={formula}", origin).translate_formula(ref))[1:]


RowShift = Shift | Turn


@lru_cache(maxsize=1024)
def _parts(cells: str) -> tuple[tuple[str, str, str], ...]:
    """範囲の両端を、（列まで、行の印、行）に分ける。行のない端は、そのまま先頭に入れる。"""
    found = []
    for part in cells.split(":"):
        match = _PART.match(part)
        if match and match[4]:
            found.append((f"{match[1]}{match[2] or ''}", match[3], match[4]))
        else:
            found.append((part, "", ""))
    return tuple(found)


def shift_range(cells: str, shift: RowShift) -> str:
    """``$A$3:B7`` の行を移す。範囲の終わりは、繰り返しの最後の行まで伸びる。"""
    parts = _parts(cells)
    is_range = len(parts) == 2 and bool(parts[0][2])
    moved = []
    for position, (column, mark, row) in enumerate(parts):
        if not row:
            moved.append(column)
            continue
        first = int(parts[0][2]) if is_range else int(row)
        new = shift.end(first, int(row)) if is_range and position else shift(int(row))
        moved.append(f"{column}{mark}{new}")
    return ":".join(moved)


def places(cells: str, shift: Shift) -> list[str]:
    """範囲の行き先。繰り返しの中だけの範囲は、回ごとに立つ。"""
    rows = [int(row) for _, _, row in _parts(cells) if row]
    turns = shift.turns(rows[0], rows[-1]) if rows else None
    return [shift_range(cells, one) for one in ([shift] if turns is None else turns)]


def shift_sqref(sqref: str, shift: Shift) -> str:
    """空白で区切った範囲の行を移す。一つも立たなければ、元の所を残す（空にはできない）。"""
    moved = [place for cells in sqref.split() for place in places(cells, shift)]
    return " ".join(moved) or sqref


def shift_formula(formula: str, own: str, shift: RowShift, inside: bool = True) -> str:
    """数式の中の、``own`` のシートを指す参照の行を移す。

    ``inside`` は、シート名のない参照を自分のシートのものと読むかどうか。
    """
    moved = []
    for value, name, cells in _references(formula):
        if cells and (_same(name, own) if name else inside):
            moved.append(value[: len(value) - len(cells)] + shift_range(cells, shift))
        else:
            moved.append(value)
    return "".join(moved)


def copied_formula(formula: str, own: str, shift: Shift) -> str | None:
    """繰り返しの外の数式。並べて挙げた繰り返しのセル（``SUM(G11,G13)``）には、写しも並べる。

    一度も立たないセルは、並びから除く。並びの中にないセルを除くことになれば ``None``。

    :raises AmbiguousReferenceError: 数式でない。
    """
    tokens = [one for one in _references(formula) if one[0].strip()]
    written: list[str | None] = []
    for at, (value, name, cells) in enumerate(tokens):
        block = _block_of(cells, shift) if cells and (_same(name, own) if name else True) else None
        if block is None:
            written.append(shift_formula(value, own, shift) if cells else value)
            continue
        before = tokens[at - 1][0] if at else "("
        after = tokens[at + 1][0] if at + 1 < len(tokens) else ")"
        mark = _listed(before, after)
        head = value[: len(value) - len(cells)]
        turns = [head + shift_range(cells, turn) for turn in block]
        if not turns:
            if not mark:
                return None
            written.append(None)
        else:
            written.append(mark.join(turns) if mark else turns[0])
    return _without_gaps(written)


def _block_of(cells: str, shift: Shift) -> list[Turn] | None:
    """繰り返しの中の一つのセルなら、その写しのすべて。"""
    parts = _parts(cells)
    row = int(parts[0][2]) if len(parts) == 1 and parts[0][2] else None
    return None if row is None else shift.turns(row, row)


def _listed(before: str, after: str) -> str:
    """並べて挙げるときの区切り。並びの中になければ空。"""
    if (before.endswith("(") or before == ",") and (after.startswith(")") or after == ","):
        return ","
    opens = before.endswith("(") or before in ("+", ",")
    closes = after.startswith(")") or after in ("+", ",")
    return "+" if opens and closes else ""


def _without_gaps(written: list[str | None]) -> str:
    """除くセル（``None``）を、隣の区切りとともに除く。"""
    found: list[str] = []
    skip = False
    for at, one in enumerate(written):
        if skip:
            skip = False
            continue
        if one is not None:
            found.append(one)
        elif found and found[-1] in (",", "+"):
            found.pop()
        else:
            following = written[at + 1] if at + 1 < len(written) else None
            skip = following in (",", "+")
    return "".join(found)
