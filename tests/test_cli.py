"""コマンドの受け答え。終了コード、指定の読み方、誤りの伝え方。"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

import sheetgen
from sheetgen.cli.boundary import main
from sheetgen.cli.commands import COMMANDS, cli
from sheetgen.cli.export import FORMAT_WORDS
from sheetgen.cli.generate import PER_WORDS
from sheetgen.cli.report import OUTPUT_WORDS
from sheetgen.cli.showing import OUTPUT_NAMES
from sheetgen.form.jobs import GenerateRequest, Per
from sheetgen.messages.records import ACTION_WORDS
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import ExitCode, Place, Problem, SheetgenError, UsageError
from sheetgen.publish.exporting import DataFormat
from sheetgen.publish.publishing import Output
from sheetgen.records.bug_report import LOG_NAME
from sheetgen.records.journal import Action
from sheetgen.send.checking import CheckResult
from sheetgen.send.generating import GenerateResult, WrittenBook

ERROR = Problem("U001", Place(file="data/plan.json", item="08-08"), {"value": "H3"})

# 何が入れてあっても、このフォルダーのパッケージを使う。
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
    "PYTHONIOENCODING": "utf-8",
}


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> types.SimpleNamespace:
    """コマンドの後ろを、呼ばれ方を覚えるだけの値に替え、空のフォルダーで動かす。"""
    books = (
        WrittenBook(tmp_path / "a.xlsx", "企画部 経営企画課", 2, ("01-01", "08-08")),
        WrittenBook(tmp_path / "b.xlsx", "総務部 管財課", 3, ("01-02", "01-03", "01-04")),
    )
    fake = types.SimpleNamespace(requests=[], checked=[])
    fake.result = GenerateResult(
        Round(RoundKind.RESULTS, 2024), tmp_path / "output", books, 1, (tmp_path / "c.xlsx",), ()
    )
    fake.check_result = CheckResult((), 74, 28, 31)
    fake.failure = None

    def generate(request: GenerateRequest, progress: Any = None) -> GenerateResult:
        fake.requests.append(request)
        if fake.failure is not None:
            raise fake.failure
        for done in range(3):
            progress(done, 2, "企画部 経営企画課")
        return fake.result

    def check(plan: Path, template: Path) -> CheckResult:
        fake.checked.append((plan, template))
        if fake.failure is not None:
            raise fake.failure
        return fake.check_result

    fake.generate, fake.check = generate, check
    monkeypatch.setattr(sheetgen, "generate", generate, raising=False)
    monkeypatch.setattr(sheetgen, "check", check, raising=False)
    (tmp_path / "templates").mkdir()
    monkeypatch.chdir(tmp_path)
    return fake


def test_defaults_ask_for_the_main_job(front: Any, tmp_path: Path) -> None:
    assert main(["generate"]) == ExitCode.OK
    assert front.requests == [
        GenerateRequest(
            plan=Path("data/plan.json"),
            template=Path("templates/shinchoku_sheet.xlsx"),
            root=tmp_path,
        )
    ]


def test_every_option_reaches_the_pipeline(front: Any, tmp_path: Path) -> None:
    arguments = "generate --round 見直し照会 --year R7 --per item --item 08-08 --item 01-01"
    arguments += (
        " --section 経営企画課 --deadline 2025-07-31 --plan p.json --template t.xlsx --out o"
    )
    assert main(arguments.split()) == ExitCode.OK
    assert front.requests == [
        GenerateRequest(
            plan=Path("p.json"),
            template=Path("t.xlsx"),
            root=tmp_path,
            out=Path("o"),
            round="見直し照会",
            year=2025,
            per=Per.ITEM,
            items=("08-08", "01-01"),
            sections=("経営企画課",),
            deadline=date(2025, 7, 31),
        )
    ]


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("2024", 2024),
        ("２０２４", 2024),
        ("2024年度", 2024),
        ("R6", 2024),
        ("r6", 2024),
        ("Ｒ６", 2024),
        ("令和6", 2024),
        ("令和６年度", 2024),
        ("令和 6 年度", 2024),
        ("令和元年度", 2019),
        ("㋿6", 2024),
        ("6", None),
        ("H30", None),
        ("2018", None),
        ("R0", None),
        ("令和", None),
        ("20240", None),
        ("-2024", None),
        ("", None),
    ],
)
def test_fiscal_years(front: Any, written: str, year: int | None) -> None:
    code = main(["generate", "--year", written])
    if year is None:
        assert code == ExitCode.USAGE
        assert front.requests == []
    else:
        assert code == ExitCode.OK
        assert front.requests[0].year == year


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "--deadline", "2024-02-30"],
        ["generate", "--deadline", "来週"],
        ["generate", "--per", "sections"],
        ["generate", "--nothing"],
        ["generate", "extra"],
        ["generate", "--item"],
        ["generates"],
        [],
    ],
)
def test_wrong_usage(front: Any, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == ExitCode.USAGE
    assert front.requests == []
    out, err = capsys.readouterr()
    assert "使い方" in out + err or "値が要ります" in err


def test_summary_tells_what_was_made(front: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate"]) == ExitCode.OK
    out, err = capsys.readouterr()
    assert "2冊" in out
    assert "5枚" in out
    assert "output" in out
    assert "1冊" in out
    assert err == ""  # 見る人がいなければ、進み具合は出さない


def test_notes_are_cut_short_and_errors_are_not(
    front: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sheetgen.messages.catalogue import CATALOGUE
    from sheetgen.messages.message import Message
    from sheetgen.problems import Level

    note = Message(Level.NOTE, "参考の文。", "何もしなくてよい。")
    monkeypatch.setitem(CATALOGUE, "Z001", note)
    notes = tuple(Problem("Z001", Place(item=f"01-{n:02}")) for n in range(20))
    result = front.result
    notices = (*notes, *[ERROR] * 20)
    front.result = GenerateResult(result.round, result.folder, result.books, 0, (), notices)
    assert main(["generate"]) == ExitCode.PROBLEMS
    out = capsys.readouterr().out
    assert out.count("U001") == 20
    assert 0 < out.count("Z001") < 20
    assert out.index("U001") < out.index("Z001")  # 重いものが先
    assert main(["generate", "--verbose"]) == ExitCode.PROBLEMS
    assert capsys.readouterr().out.count("Z001") == 20


def test_check_reports_all_and_judges(front: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--plan", "p.json"]) == ExitCode.OK
    assert front.checked == [(Path("p.json"), Path("templates/shinchoku_sheet.xlsx"))]
    front.check_result = CheckResult((ERROR, Problem("U010")), 74, 28, 31)
    assert main(["check"]) == ExitCode.PROBLEMS
    out = capsys.readouterr().out
    assert "U001" in out
    assert "U010" in out
    assert "08-08" in out


@pytest.mark.parametrize(
    "written",
    [
        "2024-07-31",
        "2024/7/31",
        "2024年7月31日",
        "R6.7.31",
        "令和6年7月31日",
        "令和６年 ７月３１日",
    ],
)
def test_a_deadline_in_any_usual_spelling(front: Any, written: str) -> None:
    assert main(["generate", "--deadline", written]) == ExitCode.OK
    assert front.requests[0].deadline == date(2024, 7, 31)


@pytest.mark.parametrize(
    "written", ["6-7-31", "R2024-7-31", "2024-02-30", "7月31日", "H30.7.31", "2024-07-31まで", ""]
)
def test_a_deadline_that_is_no_day(
    front: Any, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "--deadline", written]) == ExitCode.USAGE
    assert "令和6年7月31日" in capsys.readouterr().err
    assert front.requests == []


@pytest.mark.parametrize("command", ["generate", "check"])
def test_a_stopped_run_says_why(
    front: Any, command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    front.failure = SheetgenError([ERROR])
    assert main([command]) == ExitCode.PROBLEMS
    assert "U001" in capsys.readouterr().err
    front.failure = UsageError([ERROR])
    assert main([command]) == ExitCode.USAGE
    assert [one.name for one in tmp_path.iterdir()] == ["templates"]


def test_a_bug_leaves_a_log(front: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    front.failure = RuntimeError("a bug with 日本語 and \udce3")
    assert main(["generate", "--item", "08-08"]) == ExitCode.BUG
    err = capsys.readouterr().err
    assert "U090" in err
    assert LOG_NAME in err
    assert "Traceback" not in err
    log = (tmp_path / LOG_NAME).read_text("utf-8")
    assert "RuntimeError: a bug with 日本語" in log
    assert "Traceback" in log
    assert "--item 08-08" in log


def test_the_log_finds_another_place(
    front: Any,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    front.failure = RuntimeError("a bug")
    (tmp_path / LOG_NAME).mkdir()  # ここには記録が書けない
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    assert main(["generate"]) == ExitCode.BUG
    assert (elsewhere / LOG_NAME).is_file()
    (elsewhere / LOG_NAME).unlink()
    (elsewhere / LOG_NAME).mkdir()  # ここにも書けない
    assert main(["generate"]) == ExitCode.BUG
    assert "RuntimeError: a bug" in capsys.readouterr().err


def test_ctrl_c_is_told_plainly(
    front: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    front.failure = KeyboardInterrupt()
    assert main(["generate"]) == ExitCode.PROBLEMS
    assert "U010" in capsys.readouterr().err
    assert not (tmp_path / LOG_NAME).exists()


@pytest.mark.usefixtures("heeded_interrupt")
def test_ctrl_c_that_a_library_makes_an_error_of_its_own_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """pydantic は、型を組む途中の Ctrl-C を SchemaError に変える。"""

    def swallow(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("made of it") from None

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sheetgen.cli.commands.cli.main", swallow)
    assert main(["generate"]) == ExitCode.PROBLEMS
    assert "U010" in capsys.readouterr().err
    assert not (tmp_path / LOG_NAME).exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("heeded_interrupt")
def test_ctrl_c_that_python_loses_is_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Cleaned:
        def __init__(self, way: Callable[[], None]) -> None:
            self.way = way

        def __del__(self) -> None:
            self.way()

    def stop() -> None:
        signal.raise_signal(signal.SIGINT)

    def fail() -> None:
        raise RuntimeError("another")

    def clean(way: Callable[[], None]) -> Callable[..., int]:
        return lambda **_: Cleaned(way) and 0

    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: said.append(lost.exc_type))
    for way, printed in ((stop, []), (fail, [RuntimeError])):
        monkeypatch.setattr("sheetgen.cli.commands.cli.main", clean(way))
        assert main(["generate"]) == ExitCode.OK
        assert said == printed
    assert capsys.readouterr().err == ""


def test_a_console_without_the_character(front: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(screen, encoding="cp932"))
    front.check_result = CheckResult((Problem("U001", facts={"value": "𠮟🄰"}),), 1, 1, 1)
    assert main(["check"]) == ExitCode.PROBLEMS
    sys.stdout.flush()
    assert "「??」" in screen.getvalue().decode("cp932")


def test_the_bar_is_drawn_only_on_a_terminal(
    front: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["generate"]) == ExitCode.OK
    assert "100%" in terminal.getvalue()
    assert "様式を作っています" in terminal.getvalue()


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """説明を見るだけなら、重い部品も、仕事の部品も、問題のことばも読み込まない。"""
    code = (
        "import sys; from sheetgen.cli.boundary import main; main([*sys.argv[1:], '--help']); "
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    loaded = done.stderr.split()
    assert "click" in loaded
    heavy = {"openpyxl", "jinja2", "pydantic", "filelock", "lxml", "xlsxwriter", "typst", "json"}
    assert heavy & set(loaded) == set()
    own = [name for name in loaded if name.startswith("sheetgen.")]
    assert "sheetgen.messages.catalogue" not in own
    assert len(own) <= 16


def test_the_list_of_commands_says_what_each_command_says() -> None:
    """一覧のための一行は、コマンドの説明の初めの一行と同じ。"""
    context = click.Context(cli)
    assert cli.list_commands(context) == sorted(COMMANDS)
    for name, summary in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert (command.help or "").splitlines()[0] == summary


def test_the_words_of_a_choice_are_its_values() -> None:
    """選ぶことばは、仕事の部品を読み込まないようにコマンドにも書いてある。同じものであること。"""
    assert set(PER_WORDS.values()) == set(Per)
    assert set(OUTPUT_WORDS.values()) == set(Output)
    assert set(FORMAT_WORDS.values()) == set(DataFormat)
    assert set(ACTION_WORDS) == set(Action)
    assert set(OUTPUT_NAMES) < set(Output)


def test_module_entry_gives_the_exit_code(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sheetgen", "--nothing"]
    done = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False)
    assert done.returncode == ExitCode.USAGE
