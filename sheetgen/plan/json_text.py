"""ファイルのバイト列を、JSONの値として読む。

:mod:`json` より厳しく読み、同じ名の欄の重なりを許さない。メモ帳の付ける印（BOM）は読み飛ばす。
問題はどれも値で、行と列か、道を持つ。
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from sheetgen.plan.labels import locate, visible
from sheetgen.problems import Place, Problem, SheetgenError

# json モジュールは英語で知らせる。使う版の Python で変わらない、その書き出し。
_MISTAKES = (
    ("Expecting ',' delimiter", "M011"),
    ("Expecting ':' delimiter", "M012"),
    ("Expecting property name", "M013"),
    ("Illegal trailing comma", "M014"),
    ("Expecting value", "M015"),
    ("Unterminated string", "M016"),
    ("Invalid control character", "M017"),
    ("Invalid \\", "M018"),
    ("Extra data", "M019"),
)


class _Object(dict[str, object]):
    """同じ名前の欄が二つあった辞書。"""

    repeated: tuple[str, ...] = ()


def _name(name: str) -> str:
    """欄の名前。文字の半分（サロゲート）だけの名前は、見える形に書き換える。"""
    # このような名の欄はない。そのまま渡すと、pydantic がオブジェクト全体を拒む。
    return visible(name) if any("\ud800" <= character <= "\udfff" for character in name) else name


class _Reader:
    """辞書を作る。名前が重なった辞書のあることを覚えておく。"""

    def __init__(self) -> None:
        self.repeats = False

    def object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """一つの辞書。"""
        read = dict(pairs)
        if "".join(read).isascii() and len(read) == len(pairs):
            return read
        pairs = [(_name(name), value) for name, value in pairs]
        found = _Object(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            found.repeated = tuple(sorted({name for name in names if names.count(name) > 1}))
            self.repeats = True
        return found


def _repeated(node: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(node, _Object):
        for name in node.repeated:
            yield (*path, name)
    if isinstance(node, Mapping):
        for name, inner in node.items():
            yield from _repeated(inner, (*path, name))
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _repeated(inner, (*path, index))


def read_bytes(path: Path) -> bytes:
    """ファイルを読む。読めなければ :class:`SheetgenError`。"""
    place = Place(file=str(path))
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SheetgenError(Problem("M001", place)) from error
    except OSError as error:
        code = "M003" if path.is_dir() else "M002"
        raise SheetgenError(Problem(code, place)) from error


# 取り違えて渡されやすいファイルの、初めのバイト。
_OTHERS = (
    (b"PK\x03\x04", "Excel などのブックか zip"),
    (b"\xd0\xcf\x11\xe0", "古い形式の Excel などのブック"),
    (b"%PDF", "PDF"),
)


def _refuse_others(data: bytes, file: str) -> None:
    """JSON でないと、初めのバイトで分かるものを、その名で断る。"""
    for beginning, name in _OTHERS:
        if data.startswith(beginning):
            kind = "Excel のブック" if b"xl/workbook" in data else name
            raise SheetgenError(Problem("D040", Place(file=file), {"kind": kind}))


def _decode(data: bytes, file: str) -> str:
    _refuse_others(data, file)
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SheetgenError(Problem("M005", Place(file=file), {"line": line})) from error


def _mistake(error: json.JSONDecodeError, file: str) -> Problem:
    code = next((code for start, code in _MISTAKES if error.msg.startswith(start)), "M010")
    near = error.doc[max(0, error.pos - 15) : error.pos + 15]
    facts = {"line": error.lineno, "column": error.colno, "near": visible(near)}
    return Problem(code, Place(file=file), facts)


def parse_json(data: bytes, file: str) -> tuple[object, list[Problem]]:
    """JSONの値と、読めはしたが正しくない所（同じ名前の欄）を返す。

    :raises SheetgenError: 値がまったく読めない。
    """
    text = _decode(data, file)
    if not text.strip():
        raise SheetgenError(Problem("M006", Place(file=file)))
    reader = _Reader()
    try:
        value = json.loads(text, object_pairs_hook=reader.object)
    except json.JSONDecodeError as error:
        raise SheetgenError(_mistake(error, file)) from error
    except (RecursionError, ValueError) as error:
        # 何千桁の数や、何千重の括弧。
        raise SheetgenError(Problem("M007", Place(file=file))) from error
    problems = []
    for path in _repeated(value, ()) if reader.repeats else ():
        spot = locate(path, value)
        place = Place(file=file, path=spot.path, label=spot.label, item=spot.item)
        problems.append(Problem("M020", place, {"name": visible(str(path[-1]))}))
    return value, problems
