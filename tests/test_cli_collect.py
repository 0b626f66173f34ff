"""``sheetgen collect`` の指定の読み方と、画面に出すもの。"""

from __future__ import annotations

import re
import types
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import sheetgen
from sheetgen.cli.boundary import main
from sheetgen.cli.japanese import columns
from sheetgen.collect.request import (
    CollectRequest,
    CollectResult,
    FileOutcome,
    ItemOutcome,
    Take,
    Waiver,
)
from sheetgen.messages.catalogue import CATALOGUE
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import ExitCode, Place, Problem, UsageError
from sheetgen.records.open_items import ItemState

SECTIONS = ("企画部 経営企画課", "教育部 図書館･子ども科学館", "消防本部 消防総務課")
RESULT = CollectResult(
    round=Round(RoundKind.RESULTS, 2024),
    sections=SECTIONS,
    items=(
        ItemOutcome("01-01", SECTIONS[2], ItemState.RECORDED),
        ItemOutcome("01-02", SECTIONS[0], ItemState.KEPT),
        ItemOutcome("01-03", SECTIONS[0], ItemState.MISSING),
        ItemOutcome("01-04", SECTIONS[0], ItemState.MISSING),
        ItemOutcome("01-05", SECTIONS[1], ItemState.UNTOUCHED),
    ),
    files=(FileOutcome("a.xlsx", "0" * 64, "xlsx", 3),),
    problems=(),
    run="20241112-143015",
)
HELD = (ItemOutcome("01-01", SECTIONS[0], ItemState.HELD),)


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> types.SimpleNamespace:
    """コマンドの後ろを、呼ばれ方を覚えるだけの値に替え、空のフォルダーで動かす。"""
    fake = types.SimpleNamespace(requests=[], result=RESULT, failure=None)

    def collect(request: CollectRequest, progress: Any = None) -> CollectResult:
        fake.requests.append(request)
        progress(1, 1, "a.xlsx")
        if fake.failure is not None:
            raise fake.failure
        return fake.result

    fake.collect = collect
    monkeypatch.setattr(sheetgen, "collect_returns", collect, raising=False)
    (tmp_path / "templates").mkdir()
    monkeypatch.chdir(tmp_path)
    return fake


def test_every_option_reaches_the_pipeline(front: Any, tmp_path: Path) -> None:
    arguments = "collect a.xlsx b.zip --round 実績照会 --year R7 --waive R312:8-8 --waive r1:01-02"
    arguments += " --reason 課に電話で確認 --take b.xlsx --take 08-08:master"
    arguments += " --plan p.json --template t.xlsx --out o --dry-run"
    assert main(arguments.split()) == ExitCode.OK
    assert front.requests == [
        CollectRequest(
            paths=(Path("a.xlsx"), Path("b.zip")),
            plan=Path("p.json"),
            template=Path("t.xlsx"),
            root=tmp_path,
            out=Path("o"),
            round="実績照会",
            year=2025,
            waivers=(Waiver("R312", "08-08"), Waiver("R1", "01-02")),
            reason="課に電話で確認",
            takes=(Take("b.xlsx"), Take(None, "08-08")),
            dry_run=True,
        )
    ]


def test_without_options_the_forms_decide(front: Any, tmp_path: Path) -> None:
    assert main(["collect", "返信"]) == ExitCode.OK
    assert front.requests == [
        CollectRequest(
            paths=(Path("返信"),),
            plan=Path("data/plan.json"),
            template=Path("templates/shinchoku_sheet.xlsx"),
            root=tmp_path,
        )
    ]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("R312:08-08", Waiver("R312", "08-08")),
        ("Ｒ３１２：８－８", Waiver("R312", "08-08")),
        (" r312 : 8-08 ", Waiver("R312", "08-08")),
        ("R312:08−08", Waiver("R312", "08-08")),
        ("R312", None),
        ("R312:", None),
        (":08-08", None),
        ("", None),
    ],
)
def test_waivers(front: Any, written: str, wanted: Waiver | None) -> None:
    code = main(["collect", "a", "--waive", written, "--reason", "電話で確認"])
    if wanted is None:
        assert code == ExitCode.USAGE
        assert front.requests == []
    else:
        assert code == ExitCode.OK
        assert front.requests[0].waivers == (wanted,)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("master", Take(None)),
        ("８－８:master", Take(None, "08-08")),
        ("返信/a.xlsx", Take("返信/a.xlsx")),
        ("08-08:返信/a.xlsx", Take("返信/a.xlsx", "08-08")),
        ("(8)⑧:返信/a.xlsx", Take("返信/a.xlsx", "(8)⑧")),
        (r"C:\返信\a.xlsx", Take(r"C:\返信\a.xlsx")),
    ],
)
def test_takes(front: Any, written: str, wanted: Take) -> None:
    assert main(["collect", "a", "--take", written]) == ExitCode.OK
    assert front.requests[0].takes == (wanted,)


def test_a_path_is_required(front: Any) -> None:
    assert main(["collect"]) == ExitCode.USAGE
    assert front.requests == []


def test_the_table_counts_by_section(front: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["collect", "a"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[:1] == ["課"])
    table = lines[start : start + 5]
    assert len({columns(line) for line in table}) == 1
    assert [line.split()[-6:] for line in table[1:]] == [
        ["3", "・", "1", "・", "・", "2"],
        ["1", "・", "・", "・", "1", "・"],
        ["1", "1", "・", "・", "・", "・"],
        ["5", "1", "1", "・", "1", "2"],
    ]
    assert [" ".join(line.split()[:-6]) for line in table[1:]] == [*SECTIONS, "計"]


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (RESULT, ExitCode.OK),
        (replace(RESULT, items=HELD), ExitCode.PROBLEMS),
        (replace(RESULT, problems=(Problem("F016"),)), ExitCode.PROBLEMS),
        (replace(RESULT, files=()), ExitCode.PROBLEMS),
    ],
)
def test_the_exit_code_says_whether_work_is_left(
    front: Any, result: CollectResult, code: ExitCode
) -> None:
    front.result = result
    assert main(["collect", "a"]) == code


def test_what_was_written_is_named(front: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path.cwd() / "output" / "回収"
    front.result = replace(
        RESULT, report=folder / "回収結果.xlsx", returns=(folder / "差戻し" / "a.xlsx",)
    )
    main(["collect", "a"])
    out = capsys.readouterr().out
    assert "20241112-143015" in out
    assert "output/回収/回収結果.xlsx" in out
    assert re.search(r"output/回収/差戻し に 1冊", out)


@pytest.mark.parametrize("dry_run", [False, True])
def test_nothing_recorded_is_said(
    front: Any, capsys: pytest.CaptureFixture[str], dry_run: bool
) -> None:
    front.result = replace(RESULT, run=None, dry_run=dry_run)
    main(["collect", "a"])
    out = capsys.readouterr().out
    assert ("試しに" in out) is dry_run
    assert "20241112" not in out


def test_notes_are_cut_short_and_all_else_is_not(
    front: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = [Problem("F012", Place(file=f"{n}.xlsx"), {"section": "課"}) for n in range(9)]
    errors = [Problem("F016", Place(file=f"e{n}.xlsx")) for n in range(9)]
    front.result = replace(RESULT, problems=(*notes, *errors))
    main(["collect", "a"])
    short = capsys.readouterr().out
    assert (short.count("[参考] F012"), short.count("[エラー] F016")) == (5, 9)
    assert short.index("[エラー]") < short.index("[参考]")
    main(["collect", "a", "--verbose"])
    assert capsys.readouterr().out.count("[参考] F012") == 9


def test_wrong_usage_found_later_has_its_code(front: Any) -> None:
    front.failure = UsageError(Problem("F016"))
    assert main(["collect", "a"]) == ExitCode.USAGE


def test_every_kind_of_note_is_shown_once(front: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """数の多い参考に、一つしかない参考が隠れない。"""
    many = [Problem("F012", Place(file=f"{n}.xlsx"), {"section": "課"}) for n in range(9)]
    front.result = replace(RESULT, problems=(*many, Problem("R131", facts=_facts("R131"))))
    main(["collect", "a"])
    out = capsys.readouterr().out
    assert (out.count("[参考] F012"), out.count("[参考] R131")) == (4, 1)
    assert "F012 5件" in out


def _facts(code: str) -> dict[str, object]:
    """文面の空欄を埋める、仮の事実。"""
    entry = CATALOGUE[code]
    names = [name for text in (entry.cause, entry.remedy)
             for _, name, _, _ in Formatter().parse(text) if name]  # fmt: skip
    return dict.fromkeys(names, "x")
