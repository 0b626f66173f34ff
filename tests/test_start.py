"""``start.py`` の準備と、できないときの案内。"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

IN_PARALLEL = ("-n", "auto", "--maxprocesses", "8", "--dist", "loadfile")


@pytest.fixture
def start(project_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """空のフォルダーに置いたつもりの ``start.py``。"""
    spec = importlib.util.spec_from_file_location("start", project_root / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("setup.cfg", "pyproject.toml"):
        (tmp_path / name).write_bytes((project_root / name).read_bytes())
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(module, "WHEELS", tmp_path / "wheels")
    return module


@pytest.mark.parametrize(
    ("arguments", "extra", "tail"),
    [
        ([], None, ["sheetgen", "generate"]),
        (["check"], None, ["sheetgen", "check"]),
        (["--help"], None, ["sheetgen", "--help"]),
        (["test"], "test", ["pytest", *IN_PARALLEL]),
        (["test", "-k", "forms"], "test", ["pytest", *IN_PARALLEL, "-k", "forms"]),
    ],
)
def test_arguments_choose_the_command(
    start: ModuleType, arguments: list[str], extra: str | None, tail: list[str]
) -> None:
    chosen, command = start.command_for(arguments)
    assert chosen == extra
    assert command[1:] == ["-m", *tail]


def test_a_plan_of_its_own_is_worked_on(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = tmp_path / "見本市"
    (city / "data").mkdir(parents=True)
    monkeypatch.chdir(city)
    assert start.workplace(["check"]) == start.ROOT
    assert start.workplace(["init", "新しい計画"]) == city
    (city / "data" / "plan.json").write_text("{}", "utf-8")
    assert start.workplace(["check"]) == start.workplace([]) == city
    assert start.workplace(["test"]) == start.ROOT


def test_an_old_python_is_told(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 10, "final", 0))
    with pytest.raises(SystemExit) as stopped:
        start.check_python()
    assert stopped.value.code == 1
    err = capsys.readouterr().err
    assert "3.8.10" in err
    assert "3.11" in err


@pytest.mark.parametrize("part", ["venv", "ensurepip"])
def test_a_missing_part_of_python_is_told(
    start: ModuleType,
    part: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, part, None)
    with pytest.raises(SystemExit):
        start.check_python()
    err = capsys.readouterr().err
    assert f"「{part}」" in err
    assert "python3-venv" in err


def test_a_folder_of_that_name_is_left_alone(
    start: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    precious = tmp_path / ".venv" / "notes.txt"
    precious.parent.mkdir()
    precious.write_text("x")
    with pytest.raises(SystemExit):
        start.make_venv()
    assert precious.exists()
    assert ".venv" in capsys.readouterr().err


@pytest.fixture
def pip(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """走らせる代わりに、pip の命令を覚える。"""
    calls: list[list[str]] = []

    class Done:
        returncode = 0

    def run(command: list[str], **_: object) -> Done:
        calls.append(command)
        return Done()

    monkeypatch.setattr(start.subprocess, "run", run)
    start.VENV.mkdir()
    return calls


def test_installing_happens_once(start: ModuleType, pip: list[list[str]], tmp_path: Path) -> None:
    start.install(None)
    start.install(None)
    assert len(pip) == 1
    start.install("test")
    start.install("test")
    start.install(None)  # 試験に要るものには、本体に要るものも入る
    assert [call[-1] for call in pip] == [".", ".[test]"]
    with (tmp_path / "setup.cfg").open("a") as file:
        file.write("\n# changed\n")
    start.install(None)
    assert len(pip) == 3


@pytest.mark.parametrize("stamp", ["", "{", "[]", "null", json.dumps({"fingerprint": "x"})])
def test_a_damaged_stamp_installs_again(
    start: ModuleType, pip: list[list[str]], stamp: str
) -> None:
    start.STAMP.write_text(stamp)
    start.install(None)
    assert len(pip) == 1


def test_a_folder_of_wheels_replaces_the_network(
    start: ModuleType, pip: list[list[str]], tmp_path: Path
) -> None:
    start.install(None)
    assert "--no-index" not in pip[0]
    start.STAMP.unlink()
    (tmp_path / "wheels").mkdir()
    start.install(None)
    assert pip[1][pip[1].index("--find-links") + 1] == str(tmp_path / "wheels")
    assert "--no-index" in pip[1]


def test_ctrl_c_while_installing_is_told(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "make_venv", lambda: None)
    monkeypatch.setattr(start, "install", stop)
    monkeypatch.setattr("sys.argv", ["start.py", "check"])
    assert start.main() == 1
    assert "止めました" in capsys.readouterr().err


@pytest.mark.parametrize("offline", [True, False])
def test_a_failed_install_is_explained(
    start: ModuleType,
    pip: list[list[str]],
    offline: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(start.subprocess.run("x").__class__, "returncode", 1)
    if offline:
        (tmp_path / "wheels").mkdir()
    with pytest.raises(SystemExit):
        start.install(None)
    assert "wheels" in capsys.readouterr().err
    assert not start.STAMP.exists()
