"""click のことばが、すべて日本語で出ること。"""

from __future__ import annotations

import ast
import string
from pathlib import Path

import click
import pytest
from compile_messages import compile_entries, read_entries

from sheetgen.cli.boundary import main
from sheetgen.cli.japanese import LOCALE_FOLDER, columns, wrap

CATALOGUE = LOCALE_FOLDER / "ja" / "LC_MESSAGES"

# こちらのコマンドからは、click が言うことのないことば。
OTHER_MODULES = {"shell_completion.py"}  # 補完の環境変数があるときだけ
FOR_DEVELOPERS = (  # コマンドの書き方の誤り、色、エディター、ストリーム
    "Name '{name}' defined twice",
    "No options defined but a name was passed",
    "Arguments take exactly one parameter declaration",
    "Boolean option {decl!r} cannot use",
    "Could not determine name for option",
    "Invalid start character for option",
    "Unknown color",
    "Unknown standard stream",
    "{editor}: Editing failed",
)


def click_words() -> set[tuple[str, ...]]:
    """入っている click の、訳すことばの全部（複数形は二つ組）。"""
    found: set[tuple[str, ...]] = set()
    for path in Path(click.__file__).parent.glob("*.py"):
        if path.name in OTHER_MODULES:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in {"_", "gettext", "ngettext"}:
                words = tuple(arg.value for arg in node.args if isinstance(arg, ast.Constant))
                if words and not words[0].startswith(FOR_DEVELOPERS):
                    found.add(words)
    return found


def fields(text: str) -> set[str]:
    """``{name!r}`` の形の欄の名。"""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_word_of_click_is_translated() -> None:
    entries = read_entries((CATALOGUE / "messages.po").read_text("utf-8"))
    by_singular = {key.partition("\0")[0]: value for key, value in entries.items()}
    words = click_words()
    assert len(words) > 40
    assert {words[0] for words in words if not by_singular.get(words[0])} == set()
    for group in words:
        allowed = set().union(*map(fields, group))
        if len(group) > 1:  # click は、単数形と複数形を同じ値で埋める
            allowed |= {"possibility", "possibilities", "choices", "formats", "len", "nargs"}
        assert fields(by_singular[group[0]]) <= allowed, group


def test_compiled_catalogue_is_current() -> None:
    source = (CATALOGUE / "messages.po").read_text("utf-8")
    assert (CATALOGUE / "messages.mo").read_bytes() == compile_entries(read_entries(source))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["generate", "--help"],
        ["check", "--help"],
        ["--version"],
        ["chekc"],
        ["check", "--plna", "x"],
        ["check", "--plan"],
        ["check", "--help=1"],
        ["check", "a", "b"],
        ["generate", "--out", __file__],
        ["generate", "--year", "x"],
    ],
)
def test_nothing_is_said_in_english(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments)
    out, err = capsys.readouterr()
    said = (out + err).replace(__file__, "")
    assert said.strip()
    pieces = {piece for group in click_words() for text in group for piece in _constant_parts(text)}
    assert {piece for piece in pieces if piece in said} == set()


def _constant_parts(text: str) -> list[str]:
    """文面のうち、欄でない英語の部分（短い語は取り違えるので除く）。"""
    return [part for part, *_ in string.Formatter().parse(text) if len(part.strip()) > 4]


def test_the_language_of_the_machine_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    assert main(["check", "--help"]) == 0
    assert "使い方:" in capsys.readouterr().out


def test_wrapping_counts_full_width_as_two() -> None:
    assert columns("あaＡｱ") == 6
    assert wrap("ああああ。い", 8) == ["あああ", "あ。い"]
    assert wrap("あ output/x.json い", 14) == ["あ", "output/x.json", "い"]
    assert wrap("a\nb", 10) == ["a", "b"]


def test_help_stays_inside_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["generate", "--help"], ["check", "--help"]):
        main(arguments)
        lines = capsys.readouterr().out.splitlines()
        assert max(map(columns, lines)) <= 80
