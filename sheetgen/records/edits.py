"""編集ブックの控え：どの計画から、どのテンプレートで、何を並べて書いたか。

計画は、中身の目印の名でしまう。編集ブックのもと、記録する前、記録した後の計画のどれも同じ所に
入り、同じものは一度だけ。書いたときの計画があるので、戻ったブックを三つで比べられ、記録した回を
一字も違えずに取り消せる。
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from sheetgen.form.identity import carrier_text, parse_carrier
from sheetgen.plan.durable import put
from sheetgen.plan.loading import digest_of, parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem, SheetgenError

FOLDER = "edits"
"""計画のデータのフォルダーの中の、編集の控えを置くフォルダーの名。"""
_VERSION = 1
_SHORT = 16


CARRIER_NAME = "sheetgen-edit"
CARRIER_VERSION = f"{CARRIER_NAME}/{_VERSION}"
CARRIER_FIELDS = ("municipality", "plan", "book")
"""編集ブックの目印に入る欄。並びの順。"""


def edit_carrier(plan: Plan, key: str) -> str:
    """編集ブックの、どのシートにも隠した行に入れる目印の文字。"""
    values = (plan.municipality, plan.plan_title, key)
    fields = dict(zip(CARRIER_FIELDS, values, strict=True))
    return carrier_text(fields, CARRIER_VERSION)


def parse_edit_carrier(text: str) -> Mapping[str, str] | None:
    """編集ブックの目印の文字を読む。目印でなければ ``None``。"""
    return parse_carrier(text, CARRIER_NAME, CARRIER_FIELDS)


class EditColumn(NamedTuple):
    """表の一列。``path`` はテンプレートの道（``row.item.title``）、``heading`` は見出しの文字。"""

    path: str
    column: int
    heading: str


class EditTable(NamedTuple):
    """一枚のシートの表。

    ``rows`` は並べたもの（``items`` など）、``heading_row`` は書き出したブックの見出しの行、
    ``first_row`` は初めの行、``keys`` は書いた行の目印で、並びの順。``columns`` は値の入る列の
    すべてで、目印の列（``row.key``）も、読むだけの列も入る。
    """

    sheet: str
    rows: str
    heading_row: int
    first_row: int
    columns: tuple[EditColumn, ...]
    keys: tuple[str, ...]


class EditCell(NamedTuple):
    """表の外の、一つの記入欄。``path`` は ``plan.office`` など、``label`` は左の見出しの文字。"""

    path: str
    sheet: str
    ref: str
    label: str


class EditBook(NamedTuple):
    """書き出した編集ブック一冊。

    ``key`` は目印（16進8桁）、``base`` はもとの計画の目印（sha256）。``template`` は
    テンプレートの目印、``written`` は書いたファイルの目印。``words`` は、シートごとの、表の行と
    記入欄のほかに書いた文字。
    """

    key: str
    base: str
    template: str
    tables: tuple[EditTable, ...]
    cells: tuple[EditCell, ...]
    words: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    written: str = ""


def edits_folder(plan: Path) -> Path:
    """この計画のデータの、編集の控えを置くフォルダー。"""
    return plan.resolve().parent / FOLDER


def keep_plan(plan: Path, data: bytes) -> str:
    """計画の中身をしまい、目印（sha256）を返す。

    :raises SheetgenError: しまえない（E090）。
    """
    digest = digest_of(data)
    target = _plan_file(plan, digest)
    try:
        if not (target.exists() and target.read_bytes() == data):
            target.parent.mkdir(parents=True, exist_ok=True)
            put(target, data)
    except OSError as error:
        raise SheetgenError(Problem("E090", Place(file=str(target)))) from error
    return digest


def kept_bytes(plan: Path, digest: str) -> bytes | None:
    """しまった計画の中身。なければ（変わっていても）``None``。"""
    try:
        data = _plan_file(plan, digest).read_bytes()
    except OSError:
        return None
    return data if digest_of(data) == digest else None


def kept_plan(plan: Path, digest: str) -> Plan | None:
    """しまった計画。なければ ``None``。"""
    data = kept_bytes(plan, digest)
    return None if data is None else parse_plan(data, str(_plan_file(plan, digest)))


def save_edit_book(plan: Path, book: EditBook, base: bytes) -> Path:
    """編集ブックの控えを、もとの計画とともに置く。

    :raises SheetgenError: 置けない（E090）。
    """
    keep_plan(plan, base)
    target = edits_folder(plan) / f"{book.key}.json"
    text = json.dumps({"record_version": _VERSION, **_tree(book)}, ensure_ascii=False, indent=1)
    data = text.encode("utf-8") + b"\n"
    try:
        if not (target.exists() and target.read_bytes() == data):
            put(target, data)
    except OSError as error:
        raise SheetgenError(Problem("E090", Place(file=str(target)))) from error
    return target


def is_as_written(plan: Path, digest: str) -> bool:
    """この目印（sha256）のファイルが、書き出したままの編集ブックか。"""
    for path in edits_folder(plan).glob("*.json"):
        if not path.name.startswith("plan-"):
            book = load_edit_book(plan, path.stem)
            if book is not None and book.written == digest:
                return True
    return False


def load_edit_book(plan: Path, key: str) -> EditBook | None:
    """編集ブックの控え。なければ（壊れていても）``None``。"""
    try:
        tree = json.loads((edits_folder(plan) / f"{key}.json").read_bytes())
        return _book(tree)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _plan_file(plan: Path, digest: str) -> Path:
    return edits_folder(plan) / f"plan-{digest[:_SHORT]}.json"


def _tree(book: EditBook) -> dict[str, Any]:
    return {
        "key": book.key,
        "base": book.base,
        "template": book.template,
        "tables": [
            {**table._asdict(), "columns": [list(one) for one in table.columns]}
            for table in book.tables
        ],
        "cells": [list(one) for one in book.cells],
        "written": book.written,
        "words": {sheet: list(words) for sheet, words in book.words.items()},
    }


def _book(tree: dict[str, Any]) -> EditBook:
    tables = tuple(
        EditTable(
            one["sheet"],
            one["rows"],
            int(one["heading_row"]),
            int(one["first_row"]),
            tuple(EditColumn(path, int(at), heading) for path, at, heading in one["columns"]),
            tuple(one["keys"]),
        )
        for one in tree["tables"]
    )
    cells = tuple(EditCell(*one) for one in tree["cells"])
    words = {sheet: tuple(found) for sheet, found in tree["words"].items()}
    head = (tree["key"], tree["base"], tree["template"])
    return EditBook(*head, tables, cells, words, tree["written"])
