"""読んだブックを、子プロセスから受け取るための短い JSON にする。

The child read a file from outside, so what it sends is checked as if it came from
there too: every shape and every type, before a value is built.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sheetgen.model.returned import (
    BookFormat,
    CellKind,
    RawBook,
    RawCell,
    RawName,
    RawSheet,
    Remark,
    RemarkKind,
)
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.xlsx.reading.archive import refuse

_REF = re.compile("[A-Z]{1,3}[1-9][0-9]{0,6}")
_KINDS = {str(kind): kind for kind in CellKind}
_TYPES: dict[CellKind, tuple[type, ...]] = {
    CellKind.TEXT: (str,),
    CellKind.NUMBER: (int, float),
    CellKind.DATE: (str,),
    CellKind.BOOL: (bool,),
    CellKind.ERROR: (str,),
    CellKind.BLANK: (type(None),),
}
_SCOPES = (str, type(None))
_FACTS = (str, int, float, bool, type(None))


class _ShapeError(ValueError):
    """決めた形をしていない。"""


def dump(book: RawBook) -> bytes:
    """ブックを JSON にする。"""
    sheets = [
        [
            sheet.name,
            sheet.hidden,
            sheet.cells,
            sheet.merged,
            sorted(sheet.hidden_rows),
            sorted(sheet.hidden_columns),
            [[one.kind, one.text, one.ref] for one in sheet.remarks],
        ]
        for sheet in book.sheets
    ]
    problems = [
        [one.code, one.place.sheet, one.place.cell, dict(one.facts)] for one in book.problems
    ]
    value = [book.format, sheets, book.names, dict(book.properties), problems]
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def load(data: bytes) -> RawBook:
    """JSON をブックに戻す。:class:`SheetgenError` (R035)。"""
    try:
        kind, sheets, names, properties, problems = json.loads(data, parse_constant=_refuse)
        return RawBook(
            format=BookFormat(kind),
            sheets=tuple([_sheet(one) for one in _list(sheets)]),
            names=tuple([_name(one) for one in _list(names)]),
            properties={_text(k): _text(v) for k, v in _dict(properties).items()},
            problems=tuple([_problem(one) for one in _list(problems)]),
        )
    except SheetgenError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError):
        raise refuse("R035") from None


def _sheet(value: Any) -> RawSheet:
    name, hidden, cells, merged, rows, columns, remarks = _list(value)
    if type(hidden) is not bool:
        raise _ShapeError
    return RawSheet(
        name=_text(name),
        hidden=hidden,
        cells=_cells(_dict(cells)),
        merged=tuple([_text(one) for one in _list(merged)]),
        hidden_rows=frozenset([_count(one) for one in _list(rows)]),
        hidden_columns=frozenset([_count(one) for one in _list(columns)]),
        remarks=tuple([_remark(one) for one in _list(remarks)]),
    )


def _cells(value: dict[str, Any]) -> dict[str, RawCell]:
    found = {}
    new = tuple.__new__
    ref_is = _REF.fullmatch
    for ref, (written, content, code, formula, struck) in value.items():
        kind = _KINDS[written]
        if (
            type(content) not in _TYPES[kind]
            or type(code) is not str
            or (formula is not None and type(formula) is not str)
            or (struck is not None and type(struck) is not str)
            or ref_is(ref) is None
        ):
            raise _ShapeError
        found[ref] = new(RawCell, (kind, content, code, formula, struck))
    return found


def _name(value: Any) -> RawName:
    name, sheet, target = value
    if type(name) is not str or type(target) is not str or type(sheet) not in _SCOPES:
        raise _ShapeError
    found: RawName = tuple.__new__(RawName, (name, sheet, target))
    return found


def _remark(value: Any) -> Remark:
    kind, text, ref = _list(value)
    return Remark(RemarkKind(kind), _text(text), None if ref is None else _text(ref))


def _problem(value: Any) -> Problem:
    code, sheet, cell, facts = _list(value)
    place = Place(
        sheet=None if sheet is None else _text(sheet), cell=None if cell is None else _text(cell)
    )
    found = _dict(facts)
    if any(type(one) not in _FACTS for one in found.values()):
        raise _ShapeError
    return Problem(_text(code), place, found)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise _ShapeError
    return value


def _count(value: Any) -> int:
    if type(value) is not int:
        raise _ShapeError
    return value


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise _ShapeError
    return value


def _dict(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise _ShapeError
    return value


def _refuse(_: str) -> Any:
    raise _ShapeError
