"""画面で読むことば：コマンドの打ち方を言わず、もとのことばと同じ事実だけを使う。"""

from __future__ import annotations

import re
from string import Formatter

import pytest

from sheetgen.desk.rendering import told
from sheetgen.messages.catalogue import CATALOGUE
from sheetgen.messages.page_words import (
    PAGE_CAUSES,
    PAGE_LABELS,
    PAGE_REMEDIES,
    page_cause,
    page_remedy,
)
from sheetgen.problems import Place, Problem

_TYPED = re.compile(r"--[a-z]|sheetgen [a-z]")


def names(text: str) -> set[str]:
    found = {name for _, name, _, _ in Formatter().parse(text) if name}
    return {name for name in found if not name.startswith("terms")}


@pytest.mark.parametrize("words", [PAGE_CAUSES, PAGE_REMEDIES])
def test_the_words_of_a_page_name_no_flag_and_use_the_same_facts(words: dict[str, str]) -> None:
    for code, text in words.items():
        entry = CATALOGUE[code]
        assert not _TYPED.search(text), code
        assert names(text) <= names(entry.cause) | names(entry.remedy), code


def test_every_office_problem_is_said_without_flags() -> None:
    """配布、回収、編集、公表、年度の切替、取り消し、始めることの問題に、コマンドの打ち方が残らない。"""
    left = {
        code
        for code, one in CATALOGUE.items()
        if code[0] in "DEFILRS"
        and _TYPED.search(page_cause(code, one.cause) + page_remedy(code, one.remedy))
    }
    assert left == set()
    # 事実として埋める打ち方（--take …）も、画面では言わない。
    asked = Problem("R401", Place(), {"values": "あ", "choices": "--take 08-01:master"})
    assert "--take" not in told(asked).remedy


def test_a_page_says_where_in_the_words_of_its_fields() -> None:
    found = told(Problem("S106", Place(label="--force")))
    assert (found.code, found.where) == ("S106", f"「{PAGE_LABELS['--force']}」")
    assert "--" not in found.cause + found.remedy
    book = told(Problem("L021", Place(), {"section": "課", "email": "あ"}))
    assert "sheetgen edit" not in book.remedy
    assert book.pages == (("editing.index", "編集"),)
