"""層の約束。どの部屋が何を使ってよいかを、import を読んで確かめる。"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

BASE = {"problems", "messages", "era", "durable"}
STEPS = {
    "master", "forms", "expressions", "typeset", "xlsx", "output",
    "intake", "guard", "matching", "values", "rules", "merging", "keeping",
    "answering", "document", "pdf", "html", "letters", "opendata", "standing",
    "starting",
}  # fmt: skip

# room -> the rooms it may use besides itself, and the packages from outside
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "base": (set(), set()),
    "model": ({"base"}, {"pydantic", "pydantic_core"}),
    "master": ({"base", "model"}, {"pydantic", "pydantic_core", "filelock"}),
    "forms": ({"base", "model"}, set()),
    "expressions": ({"base", "model"}, {"jinja2"}),
    "typeset": ({"base", "model"}, set()),
    "xlsx": ({"base", "model"}, {"openpyxl", "xlsxwriter", "olefile", "pydantic"}),
    # 種類の見分けと ZIP の目録は、ブックの読み手と同じものを使う
    "intake": ({"base", "model", "xlsx"}, set()),
    "guard": ({"base", "model"}, set()),
    "matching": ({"base", "model"}, set()),
    "values": ({"base", "model"}, set()),
    "rules": ({"base", "model"}, set()),
    "merging": ({"base", "model"}, set()),
    "answering": ({"base", "model"}, set()),
    "keeping": ({"base", "model"}, {"pydantic", "filelock"}),
    "document": ({"base", "model"}, set()),
    "standing": ({"base", "model"}, set()),
    "pdf": ({"base", "model"}, {"typst"}),
    "html": ({"base", "model"}, {"jinja2", "markupsafe"}),
    "letters": ({"base", "model"}, {"jinja2"}),
    "opendata": ({"base", "model"}, set()),
    "starting": ({"base", "model"}, set()),
    "output": ({"base", "model"}, {"filelock"}),
    "pipeline": ({"base", "model"} | STEPS, set()),
    "cli": ({"base", "model", "pipeline", "top"}, {"click"}),
    # 公開している名前を、それぞれの部屋から取り次ぐ
    "top": ({"cli", "pipeline", "master", "model", "base"}, set()),
}

# The only rooms that may write a file: the master, the books, the records, and the log of a bug.
WRITERS = {"master", "output", "keeping", "cli"}
# 書く部屋に、書き方を貸すもの。
WRITING_MODULES = {"sheetgen.durable"}
WRITING_CALLS = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile"}
MOVING_CALLS = {"replace", "rename", "unlink", "rmtree", "move"}
XML_AND_ZIP = {"xml", "zipfile", "zlib"}
# 届いた zip は、ブックとしてではなく、ファイルの入れ物として開く。
ZIP_ROOMS = {"xlsx", "intake"}


def room_of(module: str) -> str:
    """``sheetgen.a.b`` の部屋の名を返す。"""
    first = module.split(".")[1] if "." in module else ""
    if first in BASE:
        return "base"
    return first if first in ALLOWED else "top"


def imports_of(tree: ast.AST, module: str, is_package: bool) -> set[str]:
    """import しているモジュールの名を返す。相対 import はもとの名に直す。"""
    found: set[str] = set()
    parts = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = parts[: len(parts) - node.level + 1] if node.level else []
            name = ".".join([*start, *((node.module or "").split(".") if node.module else [])])
            # "from sheetgen import pipeline" names a room, not a value of the package
            if name == "sheetgen":
                found.update(f"sheetgen.{alias.name}" for alias in node.names)
            else:
                found.add(name)
    return found


def breaches(source: str, module: str, is_package: bool = False) -> list[str]:
    """このモジュールが破っている約束を返す。"""
    room = room_of(module)
    rooms, packages = ALLOWED[room]
    out = []
    for name in sorted(imports_of(ast.parse(source), module, is_package)):
        top = name.partition(".")[0]
        if top == "sheetgen":
            other = room_of(name)
            if other != room and other not in rooms and name != "sheetgen":
                out.append(f"{module} ({room}) imports {name} ({other})")
        elif top in XML_AND_ZIP:
            if room not in ZIP_ROOMS:
                out.append(f"{module} ({room}) reads packages by itself: {name}")
        elif top not in sys.stdlib_module_names and top not in packages:
            out.append(f"{module} ({room}) imports {name}")
    return out


def modules(root: Path) -> list[tuple[Path, str, bool]]:
    """パッケージの全モジュール（場所、名、パッケージかどうか）。"""
    out = []
    for path in sorted((root / "sheetgen").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        out.append((path, ".".join(parts[:-1] if is_package else parts), is_package))
    return out


def test_layers_hold(project_root: Path) -> None:
    found = modules(project_root)
    assert {room_of(name) for _, name, _ in found} >= {"base", "model", "cli", "top"}
    assert [
        breach
        for path, name, is_package in found
        for breach in breaches(path.read_text("utf-8"), name, is_package)
    ] == []


def test_the_table_of_rooms_is_true(project_root: Path) -> None:
    """docs/architecture.md の表は、ここの約束と同じ部屋と部品を挙げている。"""
    # pydantic_core comes with pydantic, and is not told of by itself.
    packages = {room: uses - {"pydantic_core"} for room, (_, uses) in ALLOWED.items()}
    known = set[str]().union(*packages.values())
    told: dict[str, set[str]] = {}
    for line in (project_root / "docs" / "architecture.md").read_text("utf-8").splitlines():
        if not line.startswith("| `sheetgen/"):
            continue
        rooms, _, may_use = line.strip("| ").split(" | ")
        used = set(re.findall(r"\w+", may_use.lower(), re.ASCII)) & known
        for name in re.findall(r"`sheetgen/(\w+)", rooms):
            told.setdefault(room_of(f"sheetgen.{name}"), set()).update(used)
    assert told == {room: uses for room, uses in packages.items() if room != "top"}


def test_files_are_written_in_few_rooms(project_root: Path) -> None:
    offenders = []
    for path, name, _ in modules(project_root):
        if room_of(name) in WRITERS or name in WRITING_MODULES:
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
        ("sheetgen.problems", "import pydantic"),
        ("sheetgen.era", "from sheetgen.model import plan"),
        ("sheetgen.forms.names", "from sheetgen.master import load"),
        ("sheetgen.forms.names", "from ..typeset import fit"),
        ("sheetgen.forms.names", "def f():\n    import openpyxl"),
        ("sheetgen.typeset.fit", "import click"),
        ("sheetgen.output.folder", "import zipfile"),
        ("sheetgen.master.load", "from sheetgen.pipeline import check"),
        ("sheetgen.cli.check", "from sheetgen.xlsx import package"),
        ("sheetgen.pipeline.run", "import jinja2"),
    ],
)
def test_a_breach_is_seen(module: str, source: str) -> None:
    assert len(breaches(source, module)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "open('a', 'w')",
        "path.open('ab')",
        "path.open(mode='x')",
        "os.replace(a, b)",
        "path.write_text('x')",
    ],
)
def test_a_write_is_seen(source: str) -> None:
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)
    assert _writes(call)
