"""書き方の点検。ruff と mypy に引っかからないこと、ファイルが長すぎないこと。"""

from __future__ import annotations

import ast
import configparser
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import pytest

LONGEST_FILE = 600
TABLES = "sheetgen/messages/"  # ことばの表。長さには意味がない
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
        while above in pinned:  # 一つのわけが、いくつかの上に立ってもよい
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
    # 配る名の「python-」と「-tool」は、import の名にはない。
    pinned = {
        line.split()[0].lower().removeprefix("python-").removesuffix("-tool")
        for line in lines
        if line.strip()
    }
    used: set[str] = set()
    for path in (project_root / "sheetgen").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                used.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module)
    libraries = {name.partition(".")[0] for name in used} - set(sys.stdlib_module_names)
    # pydantic_core は pydantic とともに、合う版で入る。
    assert libraries - {"sheetgen", "pydantic_core"} == pinned


def test_start_script_reads_in_an_old_python(project_root: Path) -> None:
    ast.parse((project_root / "start.py").read_text("utf-8"), feature_version=(3, 6))


JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
# 地の文でないもの：コード、参照、URL、道具への指示（わけを添えれば、わけは地の文）。
NOT_PROSE = re.compile(
    r"``.+?``|`[^`\n]+`|:raises [\w.]+:|:[a-z]+:(?=`)|https?://\S+"
    r"|^(?:noqa: [A-Z0-9, ]+|type: ignore(?:\[[\w,-]+\])?|fmt: \w+)",
    re.DOTALL,
)
# 続く三語。規格や製品の名（「Win32 API」）は、これより短い。
ENGLISH = re.compile(r"(?:\b[A-Za-z][a-z]+[ \n,;]+){2}[a-z]{2,}\b")


def is_english(text: str) -> bool:
    prose = NOT_PROSE.sub("", text)
    if JAPANESE.search(prose):
        return bool(ENGLISH.search(prose))
    return bool(re.search("[A-Za-z]{2}", prose))


def docstring_paragraphs(source: str) -> Iterator[tuple[int, str]]:
    """説明の段落と、その説明の始まる行。字下げした例は除く。"""
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        for one in body if isinstance(body, list) else ():
            if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)):
                continue
            if isinstance(text := one.value.value, str):
                for part in re.split(r"\n\s*\n|\n(?=:raises )", cleandoc(text)):
                    if not part.startswith("    "):
                        yield one.lineno, part


def comments(source: str) -> Iterator[tuple[int, str]]:
    """注と、その始まる行。注だけの行が続けば、つなげて一つにする。"""
    block: list[tuple[tuple[int, int], str]] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        row, column = token.start
        text = token.string.lstrip("#!").strip()
        if token.line[:column].strip():
            yield row, text
            continue
        if block and block[-1][0] != (row - 1, column):
            yield block[0][0][0], "\n".join(text for _, text in block)
            block = []
        block.append((token.start, text))
    if block:
        yield block[0][0][0], "\n".join(text for _, text in block)


def english_in(source: str) -> list[tuple[int, str]]:
    found = [*docstring_paragraphs(source), *comments(source)]
    return sorted((line, text) for line, text in found if is_english(text))


def test_docstrings_and_comments_are_japanese(project_root: Path) -> None:
    """引き継ぐのは、この市の職員である。わけも、日本語で書く。"""
    paths = [project_root / "start.py"]
    for folder in ("sheetgen", "benchmarks", "tools"):
        paths += sorted((project_root / folder).rglob("*.py"))
    assert len(paths) > 20
    english = [
        f"{path.relative_to(project_root).as_posix()}:{line}: {text}"
        for path in paths
        for line, text in english_in(path.read_text("utf-8"))
    ]
    assert english == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""値を返す。\n\nThe value is kept.\n"""', [1]),
        ('"""値を返す。\n\n:raises ValueError: 数でない。\n:raises KeyError: no field.\n"""', [1]),
        ('"""値を返す。\n\nOnly items in state 今回記録 are kept as they are.\n"""', [1]),
        ("x = 1  # late\n", [1]),
        ("x = 1  # 一\ny = 2  # two\n", [2]),
        ("# One line,\n# and another.\nx = 1\n", [1]),
        ("x = 1  # noqa: N818 - an ending\n", [1]),
        ('"""値を返す。\n\n    python start.py check\n\n:raises ValueError: 数でない。\n"""', []),
        ("# 出典: ECMA-376 Part 1, 18.3.1.4。``one two three four`` の順。\nx = 1\n", []),
        ("x = 1  # noqa: N818 - 終わり\n", []),
        ("x = 1  # type: ignore[attr-defined]\n", []),
        ("x = (1,)  # fmt: skip\n", []),
    ],
)
def test_english_is_found(source: str, expected: list[int]) -> None:
    assert [line for line, _ in english_in(source)] == expected
