"""書き方の点検。ruff と mypy に引っかからないこと、ファイルが長すぎないこと。"""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import pytest

LONGEST_FILE = 300
TABLES = "sheetgen/messages/"  # tables of words; their length says nothing
TOOLS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_finds_nothing(tool: str, project_root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *TOOLS[tool]],
        cwd=project_root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_modules_are_short(project_root: Path) -> None:
    lengths = {
        path.relative_to(project_root).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in (project_root / "sheetgen").rglob("*.py")
    }
    assert len(lengths) > 20
    too_long = {name for name, length in lengths.items() if length > LONGEST_FILE}
    assert {name for name in too_long if not name.startswith(TABLES)} == set()


def test_every_dependency_has_its_reason(project_root: Path) -> None:
    lines = (project_root / "setup.cfg").read_text("utf-8").splitlines()
    pinned = [
        number for number, line in enumerate(lines) if line.startswith("    ") and ">=" in line
    ]
    assert len(pinned) > 10
    without_reason = []
    for number in pinned:
        above = number - 1
        while above in pinned:  # one reason may stand above a group
            above -= 1
        if not lines[above].startswith("    #"):
            without_reason.append(lines[number].strip())
        assert "<" in lines[number], f"no upper bound: {lines[number].strip()}"
    assert without_reason == []


def test_every_library_is_pinned_and_used(project_root: Path) -> None:
    """本体の使う部品は、どれも setup.cfg にあり、setup.cfg の部品は、どれも使われる。"""
    config = configparser.ConfigParser()
    config.read(project_root / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"].split("\n")
    pinned = {line.split()[0].lower() for line in lines if line.strip()}
    used: set[str] = set()
    for path in (project_root / "sheetgen").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                used.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module)
    libraries = {name.partition(".")[0] for name in used} - set(sys.stdlib_module_names)
    # pydantic_core comes with pydantic, in the one version it needs.
    assert libraries - {"sheetgen", "pydantic_core"} == pinned


def test_start_script_reads_in_an_old_python(project_root: Path) -> None:
    ast.parse((project_root / "start.py").read_text("utf-8"), feature_version=(3, 6))
