"""計画のことばが、プログラムの文に書き込まれていないこと。どの文も、その計画のことばで言う。"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from string import Formatter

import pytest

from sheetgen.cli.boundary import main
from sheetgen.cli.commands import COMMANDS
from sheetgen.messages.catalogue import CATALOGUE, cause_for_section, message_of, page_message_of
from sheetgen.messages.editing import IN_MEASURE, WAYS
from sheetgen.messages.guidance import joint_note, results_task, revision_task
from sheetgen.messages.page_words import PAGE_LABELS, page_label
from sheetgen.messages.vocabulary import Vocabulary, speaking, terms
from sheetgen.messages.year import NEXT_STEPS, OPEN_ENDS
from sheetgen.plan.fields import SHIPPED
from sheetgen.problems import Problem
from sheetgen.records.runs import RunKind
from sheetgen.year.agenda import Duty
from sheetgen.year.editing.edit_fields import CELLS, LISTS, TextRow, text_row
from sheetgen.year.list_columns import list_file

WORDS = re.compile(
    "実施項目|基本方針|推進項目|進捗管理シート|年次見直し|アクションプラン|取組実績|年次計画"
    "|効果見込額|実績効果額|取組方針・取組内容|全期間総合評価|具体的な改善取組内容"
)
"""伊勢原市の計画のことば。"""
ELSEWHERE = ("plan/", "publish/", "desk/")
"""ほかの試験が見る棟。"""
FORM_WORDS = ("form/rounds.py", "form/context.py", "form/guidance.py")
EXCEPTIONS = {
    "messages/vocabulary.py": "初めのことばそのもの。",
    "cli/generate.py": "前から --per に書けることば。打たれたものを読むだけで、見せない。",
    "collect/rules/substance.py": "課の書いた文から除く、ふつうのことば。どの計画でも書かれうる。",
}
"""書き込んであってよいファイルと、そのわけ。"""
OTHER = Vocabulary(
    subtitle="",
    policy="柱",
    measure="施策",
    measure_heading="施策",
    section="小見出し",
    item="取組",
    sheet="調書",
    revision="ローリング",
    labels={key: f"欄{at}" for at, key in enumerate(SHIPPED.labels)},
)


def _constants(path: Path) -> Iterator[str]:
    """説明でない、文字の定数。"""
    tree = ast.parse(path.read_text("utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_no_constant_holds_the_words_of_one_plan(project_root: Path) -> None:
    found: dict[str, list[str]] = {}
    package = project_root / "sheetgen"
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if not name.startswith(ELSEWHERE) and name not in FORM_WORDS:
            found[name] = [text for text in _constants(path) if WORDS.search(text)]
    assert {name for name in EXCEPTIONS if not found[name]} == set()
    assert {n: texts for n, texts in found.items() if texts and n not in EXCEPTIONS} == {}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_the_words_of_the_tool(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """ヘルプは、計画を読む前に出る。"""
    assert main([name, "--help"]) == 0
    assert WORDS.findall(f"{capsys.readouterr().out}{COMMANDS[name]}") == []


class _Facts(dict[str, object]):
    """どの名にも値のある事実。"""

    def __missing__(self, name: str) -> str:
        return "値"


def _names(*texts: str) -> set[str]:
    found = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    return {name for name in found if not name.startswith("terms")}


def _everything_said() -> Iterator[tuple[str, str]]:
    """計画のことばの入りうるもの。"""
    for code, entry in CATALOGUE.items():
        named = _names(entry.cause, entry.remedy) | {"answers", "now", "round_year"}
        facts = dict.fromkeys(named, "値")
        problem = Problem(code, facts=facts)
        for message in (message_of(problem), page_message_of(problem)):
            yield code, f"{message.cause}{message.remedy}"
        yield code, cause_for_section(problem)
    patterns = (*NEXT_STEPS.values(), *OPEN_ENDS.values(), IN_MEASURE, *sum(WAYS.values(), ()))
    for pattern in patterns:
        yield pattern, pattern.format_map(_Facts(terms=terms()))
    for label in PAGE_LABELS:
        yield label, page_label(label) or ""
    for kind in (*RunKind, *Duty):
        yield repr(kind), str(kind)
    for where in (True, False):
        yield "joint_note", joint_note("総務課", where)
    yield "results_task", results_task(2024, terms()["years.result.grade"])
    yield "revision_task", revision_task(2025, ["案"], ["別の案"])
    for field in (*CELLS, *(one for rows in LISTS.values() for one in rows)):
        yield field.path, field.label
    yield "list_file", list_file(terms())


def test_every_text_is_said_in_the_words_of_the_plan() -> None:
    with speaking(SHIPPED):
        shipped = list(_everything_said())
    with speaking(OTHER):
        other = list(_everything_said())
    assert len(CATALOGUE) * 3 < len(shipped) == len(other)
    assert [text for _, text in shipped if "{terms" in text] == []
    assert {name: text for name, text in other if WORDS.search(text)} == {}
    assert sum(bool(WORDS.search(text)) for _, text in shipped) > 300


@pytest.mark.parametrize("name", [one.name for one in fields(Vocabulary) if one.type == "str"])
def test_one_word_changes_only_itself(name: str) -> None:
    """一つのことばを替えた文は、そのことばだけが違う。"""
    word = "〓ことば〓"
    with speaking(SHIPPED):
        shipped = list(_everything_said())
    with speaking(replace(SHIPPED, **{name: word})):
        other = list(_everything_said())
    old = getattr(SHIPPED, name)
    assert [text for _, text in shipped] == [text.replace(word, old) for _, text in other]


def test_a_label_is_said_without_its_unit() -> None:
    words = Vocabulary(labels={"a": "決算額(千円)", "b": "課題", "c": SHIPPED["vision"]})
    assert [words.short[key] for key in "abc"] == ["決算額", "課題", "目指す姿"]


def test_the_first_words_are_still_read_in_an_editing_book() -> None:
    with speaking(OTHER):
        assert text_row("柱") is text_row("基本方針") is TextRow.POLICY
        assert text_row("施策") is text_row("推進項目") is TextRow.MEASURE
        assert text_row("柱の文章") is text_row("基本方針の文章") is TextRow.DESCRIPTION
        assert text_row("ほか") is None
