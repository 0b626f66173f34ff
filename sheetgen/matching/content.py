"""配ったときの値と、戻ってきたセルとが、同じ中身か。

同じとみなすのは、プログラムがひとりでに変えるものだけ。数とその文字、百分率、行末、末尾の空白。
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sheetgen.model.filled import Value
from sheetgen.model.returned import CellKind, RawCell

Content = str | int | float | bool | None

FORMULA = "\x00formula"
"""数式のセルを探すときの目印。文字としては現れない。"""


def tidy(text: str) -> str:
    """改行の書き方をそろえ、終わりの空白を除く。"""
    if "\r" in text or "_x000D_" in text:
        text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    if "\n" in text:
        return "\n".join(line.rstrip() for line in text.split("\n")).rstrip()
    return text.rstrip()


def is_blank(cell: RawCell | None) -> bool:
    """何も見えないセルか。空白だけのセルと、空の結果の数式を含む。"""
    if cell is None or cell.value is None:
        return True
    return isinstance(cell.value, str) and not cell.value.strip()


def is_vacant(cell: RawCell | None) -> bool:
    """値も数式もないセルか。数式は、保存したプログラムが答えを残さなくても、そこにある。"""
    return is_blank(cell) and (cell is None or cell.formula is None)


def same(issued: Value, cell: RawCell | None) -> bool:
    """同じ中身か。"""
    found = cell.value if cell is not None else None
    if found == issued and type(found) is type(issued):
        return True
    if issued is None or (isinstance(issued, str) and not issued.strip()):
        return is_blank(cell)
    if cell is None or found is None or isinstance(found, bool):
        return False
    if cell.kind is CellKind.ERROR or cell.kind is CellKind.DATE:
        return False
    if isinstance(issued, str) and isinstance(found, str):
        return tidy(issued) == tidy(found)
    one, other = _number(issued), _number(found)
    return one is not None and other is not None and _close(one, other)


def key_of(value: Content) -> str | None:
    """同じ中身なら同じになる、探すための文字。見えるものがなければ ``None``。"""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = tidy(value).strip()
        return text or None
    return f"{float(value):.12g}"


def _number(value: str | int | float) -> Decimal | None:
    if not isinstance(value, str):
        return Decimal(repr(value))
    text = value.strip().replace(",", "")
    percent = text.endswith("%")
    if not text.isascii() or "_" in text:
        return None
    try:
        number = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return number / 100 if percent else number


def _close(one: Decimal, other: Decimal) -> bool:
    """二進の小数になったときの、わずかな違いを除いて等しいか。"""
    return abs(one - other) <= Decimal("1e-12") * max(abs(one), abs(other), Decimal(1))
