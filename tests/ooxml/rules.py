"""一つの .xlsx を、ECMA-376 の定めに照らして部品ごとに調べる。

A violation is one line, ``part: rule: detail``.  No violation means an empty list.
The rules stand in the modules beside this one, by the part they look at.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ooxml import book_rules, cell_rules, container_rules, sheet_rules, style_rules
from ooxml.package import Package

Rule = Callable[[Package], Iterator[str]]

RULES: tuple[Rule, ...] = (
    *container_rules.RULES,
    *book_rules.RULES,
    *style_rules.RULES,
    *sheet_rules.RULES,
    *cell_rules.RULES,
)


def violations(path: Path) -> list[str]:
    """定めに合わないところを一行ずつ返す。"""
    try:
        package = Package.open(path)
    except zipfile.BadZipFile as error:
        return [f"{path.name}: not-a-zip: {error}"]
    return [line for rule in RULES for line in rule(package)]


def violations_of(paths: list[Path]) -> dict[str, list[str]]:
    """合わないところのあるファイルだけを、名から一覧への表にして返す。"""
    found = {path.name: violations(path) for path in paths}
    return {name: lines for name, lines in found.items() if lines}
