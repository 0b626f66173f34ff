"""使うフォルダー：指定のない data・templates・output と、打たれたファイルの名。"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from sheetgen.cli import main
from sheetgen.cli.commands import COMMANDS, cli
from sheetgen.desk.desk import Desk
from sheetgen.desk.hosting import Host
from sheetgen.desk.running import InlineRunner
from sheetgen.form import shipped_templates
from sheetgen.problems import SheetgenError

ARGUMENTS = {"collect": ["返信"]}
"""省けない引数。"""
STARTING = {"init", "desk"}
"""計画のデータのまだないフォルダーでも使うコマンド。"""


@pytest.fixture
def town(tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """計画のデータだけがあるフォルダー。そこで動かす。"""
    town = tmp_path / "見本市"
    (town / "data").mkdir(parents=True)
    shutil.copy(project_root / "data" / "plan.json", town / "data")
    monkeypatch.chdir(town)
    return town


def used(name: str, *arguments: str) -> dict[str, object]:
    """コマンドの受け取る値。"""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    given = [*ARGUMENTS.get(name, []), *arguments]
    with command.make_context(name, given) as context:
        return context.params


def path_options() -> Iterator[tuple[str, click.Option]]:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        for parameter in command.params:
            if isinstance(parameter, click.Option) and isinstance(parameter.type, click.Path):
                yield name, parameter


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_what_is_not_given_lies_in_the_folder_in_use(
    name: str,
    town: Path,
    project_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """start.py の決めたフォルダーのものを使い、どこかを言う。打った名は、打った所からのもの。"""
    monkeypatch.setenv("SHEETGEN_FOLDER", str(project_root))
    values = [one for one in used(name).values() if isinstance(one, Path)]
    if name in STARTING:
        assert values == [Path()] * (name == "init")
        return
    assert values
    assert all(one.is_relative_to(project_root) for one in values)
    assert f"使うフォルダー: {project_root}" in capsys.readouterr().err
    for command, option in path_options():
        if command == name:
            assert used(name, option.opts[0], "ここ")[option.name or ""] == Path("ここ")


def test_the_same_folder_is_not_told(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHEETGEN_FOLDER", f"{town}/../{town.name}")
    assert used("check")["plan"] == Path("data/plan.json")
    assert "使うフォルダー" not in capsys.readouterr().err


def test_output_goes_to_the_folder_in_use(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "ほか"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("SHEETGEN_FOLDER", str(town))
    assert main(["export", "--only", "csv"]) == 0
    # 打ち直せるように、打った所から見た名で言う。
    assert f"書き出した先: {town / 'output'}" in capsys.readouterr().out
    assert main(["export", "--only", "csv", "--out", "ここ"]) == 0
    assert "書き出した先: ここ" in capsys.readouterr().out
    assert list(here.glob("ここ/*.csv"))


@pytest.mark.parametrize(
    "words",
    [
        "check",
        "generate --section 経営企画課",
        "distribute --section 経営企画課 --deadline 2099-07-31 --dry-run",
        "status",
        "edit --sheet 概要表",
        "report --only html",
        "compare data/plan.json data/plan.json --only html",
    ],
)
def test_shipped_templates_serve_a_folder_without(
    words: str, town: Path, capsys: pytest.CaptureFixture[str], project_root: Path
) -> None:
    """テンプレートのないフォルダーでは、同梱のものを使い、そう言う。"""
    code = main(words.split())
    told = capsys.readouterr()
    assert code == 0, told
    assert f"テンプレート: {project_root / 'templates'}" in told.err


def test_letters_are_found_too(town: Path, project_root: Path) -> None:
    assert used("remind")["letters"] == project_root / "templates" / "letters"
    assert used("distribute")["letters"] == project_root / "templates" / "letters"


def test_the_desk_uses_the_same(
    town: Path, tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHEETGEN_FOLDER", str(town))
    asked: list[Path] = []

    def running(folder: Path) -> SimpleNamespace:
        asked.append(folder)
        return SimpleNamespace(address="http://127.0.0.1:1/")

    monkeypatch.setattr("sheetgen.desk.serving.running", running)
    assert main(["desk", "--no-browser"]) == 0
    assert asked == [town]
    desk = Desk(town, Host(runner=InlineRunner()))
    assert desk.template.parent == desk.layouts == project_root / "templates"
    (town / "templates").mkdir()
    assert desk.letters == town / "templates" / "letters"


def test_an_own_template_that_is_missing_is_not_replaced(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """自分のテンプレートのフォルダーがあれば、ないものを、知らないうちに補わない。"""
    (town / "templates").mkdir()
    assert main(["generate"]) == 1
    assert "T001" in capsys.readouterr().err
    assert main(["check", "--template", "ない.xlsx"]) == 1


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - STARTING))
def test_a_folder_without_a_plan_is_told_how_to_begin(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"history": ["08-08"], "add-item": ["--title", "x"]}.get(name, [])
    assert main([name, *ARGUMENTS.get(name, []), *given]) == 1
    captured = capsys.readouterr()
    told = captured.out + captured.err
    assert "M001" in told
    assert "sheetgen init" in told
    assert "テンプレート:" not in told
    assert list(tmp_path.iterdir()) == []


def test_collecting_elsewhere_is_no_bug(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """書き出す先が、使うフォルダーの外でもよい。"""
    (town / "返信").mkdir()
    main(["collect", "返信", "--year", "R6", "--out", "../ここ"])
    assert "U090" not in capsys.readouterr().err
    assert (town.parent / "ここ" / "回収結果.xlsx").is_file()


@pytest.mark.parametrize("layout", ["prefix", "user", "target", "unpacked", "recorded"])
def test_an_installed_sheetgen_finds_its_templates(
    layout: str, tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped_templates.find_templates() == project_root / "templates"
    home = tmp_path / "site-packages"
    module = home / "sheetgen" / "form" / "shipped_templates.py"
    monkeypatch.setattr(shipped_templates, "__file__", str(module))
    places = {"prefix": tmp_path / "prefix", "user": tmp_path / "user"}
    monkeypatch.setattr(
        shipped_templates.sysconfig,
        "get_path",
        lambda _, scheme="": str(places["user" if scheme.endswith("user") else "prefix"]),
    )
    files: list[Recorded] = []
    monkeypatch.setattr("importlib.metadata.files", lambda _: files)
    with pytest.raises(SheetgenError) as caught:
        shipped_templates.find_templates()
    assert [problem.code for problem in caught.value.problems] == ["I002"]
    base = {
        **places,
        "target": home,
        "unpacked": home / "sheetgen-0.2.0.data" / "data",
        "recorded": tmp_path / "usr" / "local",
    }[layout]
    shared = base / "share" / "sheetgen" / "templates"
    shared.mkdir(parents=True)
    (shared / "shinchoku_sheet.xlsx").write_bytes(b"")
    if layout == "recorded":
        files.append(Recorded(shared / "shinchoku_sheet.xlsx"))
    assert shipped_templates.find_templates() == shared


class Recorded:
    """入れた記録の一行。"""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path

    def locate(self) -> Path:
        return self._path
