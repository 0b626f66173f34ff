"""家の約束。import は棟の並びを下へだけ進み、ファイルの輪を作らない。"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

# 上から下へ。棟は、自分と、自分より下の棟だけを使う。隣に書いた部品は、その棟だけが使う。
ORDER: dict[str, set[str]] = {
    "cli": {"click"},
    "desk": {"flask", "werkzeug", "waitress"},
    "send": {"jinja2", "jpholiday"},
    "year": {"markupsafe"},
    "collect": set(),
    "publish": {"typst", "jinja2", "markupsafe"},
    "records": {"pydantic"},
    "form": {"jinja2"},
    "reading": {"pydantic", "olefile", "msoffcrypto", "oxmsg"},
    "xlsx": {"openpyxl", "xlsxwriter"},
    "plan": {"pydantic", "pydantic_core", "filelock"},
    "messages": set(),
    "progress": set(),
    "child_process": set(),
    "problems": set(),
    "era": set(),
}
WINGS = list(ORDER)

# 計算だけの部屋。ファイルにも時計にも触れない。
COMPUTING = (
    "collect.matching",
    "collect.values",
    "collect.rules",
    "collect.merging",
    "publish.document",
    "publish.comparison",
    "publish.opendata",
)
OUTSIDE_WORLD = {"os", "io", "shutil", "subprocess", "tempfile", "threading", "socket", "time"}

# ファイルを書くところ。計画のデータ、記録、できたもの、不具合の控え。
WRITERS = (
    "plan.saving",
    "plan.durable",
    "records.archives",
    "records.bug_report",
    "records.issues",
    "records.open_items",
    "records.originals",
    "records.sendouts",
    "records.transaction",
    "xlsx.output",
    "desk.uploads",
    "desk.serving",
)
WRITING_CALLS = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile"}
MOVING_CALLS = {"replace", "rename", "unlink", "rmtree", "move"}

# XML と ZIP の中身を知るのは、この二つの棟だけ。
XML_AND_ZIP = {"xml", "zipfile", "zlib"}
FILE_FORMATS = {"xlsx", "reading"}


def module_names(root: Path) -> dict[str, Path]:
    """パッケージの全モジュール。``sheetgen.`` を除いた名（表は空）から、場所。"""
    out = {}
    for path in sorted((root / "sheetgen").rglob("*.py")):
        parts = path.relative_to(root / "sheetgen").with_suffix("").parts
        out[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return out


def imports_of(tree: ast.AST, known: set[str]) -> list[tuple[str, str]]:
    """import しているもの（モジュール、名）。自分のパッケージの名は ``sheetgen.`` を除く。"""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "相対 import は使わない"
            module = node.module or ""
            if module != "sheetgen" and not module.startswith("sheetgen."):
                found.append((module, ""))
                continue
            inner = module.removeprefix("sheetgen").removeprefix(".")
            for alias in node.names:
                whole = f"{inner}.{alias.name}".removeprefix(".")
                found.append((f"sheetgen.{whole}" if whole in known else module, alias.name))
    return found


def wing_of(module: str) -> str:
    return module.partition(".")[0]


def breaches(source: str, module: str, known: set[str]) -> list[str]:
    """このモジュールが破っている約束。"""
    wing = wing_of(module)
    inside = module.startswith(COMPUTING)
    out = []
    for name, what in imports_of(ast.parse(source), known):
        top = name.partition(".")[0]
        told = f"{module} は {name} を使えない"
        if top == "sheetgen":
            other = name.removeprefix("sheetgen").removeprefix(".")
            if wing not in ORDER or not other:
                continue  # 表と __main__ は、公開している名前を取り次ぐ
            if WINGS.index(wing_of(other)) < WINGS.index(wing):
                out.append(f"{told}（上の棟）")
            elif inside and other.startswith(WRITERS) and not what[:1].isupper():
                out.append(f"{told}（計算だけの部屋が、書くものを呼ぶ）")
        elif top in XML_AND_ZIP:
            if wing not in FILE_FORMATS:
                out.append(f"{told}（ファイルの形式）")
        elif top in sys.stdlib_module_names:
            if inside and top in OUTSIDE_WORLD:
                out.append(f"{told}（計算だけの部屋）")
        elif top not in ORDER.get(wing, set()):
            out.append(f"{told}（部品）")
    return out


def test_imports_go_down(project_root: Path) -> None:
    found = module_names(project_root)
    assert {wing_of(name) for name in found} == {"", "__main__", *WINGS}
    assert [
        breach
        for name, path in found.items()
        for breach in breaches(path.read_text("utf-8"), name, set(found))
    ] == []


def test_no_circle_of_files(project_root: Path) -> None:
    """ファイルを、使われるものから順に並べられる。"""
    found = module_names(project_root)
    uses = {
        name: {
            other.removeprefix("sheetgen").removeprefix(".")
            for other, _ in imports_of(ast.parse(path.read_text("utf-8")), set(found))
            if other.startswith("sheetgen.")
        }
        - {name}
        for name, path in found.items()
        if name  # 表は、呼ばれたときに読み込むだけ
    }
    while free := {name for name, used in uses.items() if not used & set(uses)}:
        uses = {name: used for name, used in uses.items() if name not in free}
    assert uses == {}


def test_the_tower_in_the_document_is_true(project_root: Path) -> None:
    """docs/architecture.md の表は、ここと同じ棟を同じ順に、同じ部品とともに挙げている。"""
    told = []
    for line in (project_root / "docs" / "architecture.md").read_text("utf-8").splitlines():
        if match := re.match(r"\| `(\w+)(?:/|\.py)` \|.*\| ([^|]*) \|$", line):
            told.append((match[1], set(re.findall(r"\w+", match[2].lower(), re.ASCII))))
    assert told == [
        (wing, {name.lower() for name in uses} - {"pydantic_core"}) for wing, uses in ORDER.items()
    ]


def test_libraries_are_where_the_table_says(project_root: Path) -> None:
    """棟に許した部品は、どれも、その棟で使われている。"""
    used: dict[str, set[str]] = {wing: set() for wing in WINGS}
    for name, path in module_names(project_root).items():
        for module, _ in imports_of(ast.parse(path.read_text("utf-8")), set()):
            used.get(wing_of(name), set()).add(module.partition(".")[0])
    assert {wing: ORDER[wing] - used[wing] for wing in WINGS if ORDER[wing] - used[wing]} == {}


def test_files_are_written_in_few_rooms(project_root: Path) -> None:
    offenders = []
    for name, path in module_names(project_root).items():
        if name.startswith(WRITERS):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _writes(node):
                offenders.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
    assert offenders == []


def _writes(call: ast.Call) -> bool:
    """ファイルを書く呼び出しかどうか。"""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id == "open" and _opens_for_writing(call, 1)
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr == "open":
        return _opens_for_writing(call, 0)
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if function.attr in MOVING_CALLS:
        return owner in {"os", "shutil"}
    return function.attr in WRITING_CALLS


def _opens_for_writing(call: ast.Call, position: int) -> bool:
    """``open`` の mode が書き込みかどうか。"""
    modes = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    modes += call.args[position : position + 1]
    return any(
        isinstance(mode, ast.Constant)
        and isinstance(mode.value, str)
        and set(mode.value) & set("wax+")
        for mode in modes
    )


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("problems", "import pydantic"),
        ("era", "from sheetgen.plan import plan"),
        ("form.names", "from sheetgen.records.ledger import open_ledger"),
        ("form.names", "def f():\n    import openpyxl"),
        ("year.names", "import zipfile"),
        ("cli.check", "import openpyxl"),
        ("collect.rules.names", "import os"),
        ("collect.merging.names", "from sheetgen.records.open_items import save_open_items"),
    ],
)
def test_a_breach_is_seen(module: str, source: str) -> None:
    assert len(breaches(source, module, set())) == 1
