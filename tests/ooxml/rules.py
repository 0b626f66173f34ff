"""一つの .xlsx を、openxml-audit と、それの見ない ECMA-376 の定めとの、両方に照らす。

合わないところは一行（``部品: 定め: 詳しいこと``）で、なければ空の一覧。隣の ``*_rules.py`` には、
openxml-audit 0.8 が壊した見本（``tests/test_ooxml_rules.py``）に気づかない定めだけを置く。
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ooxml import audit, book_rules, cell_rules, container_rules, sheet_rules, style_rules
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
    found = audit.findings(path)
    if not zipfile.is_zipfile(path):
        return found
    package = Package.open(path)
    return found + [line for rule in RULES for line in rule(package)]


def violations_of(paths: list[Path]) -> dict[str, list[str]]:
    """合わないところのあるファイルだけを、名から一覧への表にして返す。"""
    found = {path.name: violations(path) for path in paths}
    return {name: lines for name, lines in found.items() if lines}
