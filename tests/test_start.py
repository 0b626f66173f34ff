"""``start.py`` の準備と、できないときの案内。"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

IN_PARALLEL = ("-n", "auto", "--maxprocesses", "8", "--dist", "loadfile", "--no-loadscope-reorder")


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
    monkeypatch.setattr(module, "SPARE", tmp_path / ".venv-before")
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
    assert [word for word in command[1:] if word != "-P"] == ["-m", *tail]


def test_a_plan_of_its_own_is_worked_on(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """届いたファイルのフォルダーで打っても、その市の計画を使う。"""
    city = tmp_path.parent / f"{tmp_path.name}の見本市"
    replies = city / "返信" / "四月"
    (city / "data").mkdir(parents=True)
    replies.mkdir(parents=True)
    monkeypatch.chdir(replies)
    assert start.workplace() == start.ROOT
    (city / "data" / "plan.json").write_text("{}", "utf-8")
    assert start.workplace() == city
    monkeypatch.chdir(city)
    assert start.workplace() == city
    inside = start.ROOT / "output"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert start.workplace() == start.ROOT


def test_the_files_of_tests_are_named_from_where_they_are_typed(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_one.py").write_text("")
    monkeypatch.chdir(tmp_path)
    given = ["test", "test_one.py::test_a", "-k", "forms"]
    assert start.command_for(given)[1][-3:] == [f"{tmp_path / 'test_one.py'}::test_a", *given[2:]]


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
        start.prepare(None)
    assert precious.exists()
    assert ".venv" in capsys.readouterr().err


def test_ctrl_c_while_installing_is_told(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "prepare", stop)
    monkeypatch.setattr("sys.argv", ["start.py", "check"])
    assert start.main() == 1
    assert "止めました" in capsys.readouterr().err


class Prepared:
    """仮想環境の Python と pip の代わり。``found`` と ``broken`` は、その Python の答えるもの。"""

    def __init__(self, start: ModuleType) -> None:
        self.found = {name: _lowest(ranges) for name, ranges in start.wanted(["test"]).items()}
        self.broken: dict[str, str] = {}
        self.version = sys.version
        self.log: str | None = None  # pip の記録。None なら、入れられる
        self.installs: list[list[str]] = []
        self.rebuilt = 0
        self._start = start

    def look(self, names: Iterable[str] = (), deep: bool = False) -> dict[str, object]:
        return {
            "version": self.version,
            "numbers": [3, 11, 2],
            "pip": True,
            "found": {name: self.found.get(name) for name in names},
            "broken": self.broken if deep else {},
        }

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        self.installs.append(command)
        if self.log is None:
            self.found = {k: _lowest(v) for k, v in self._start.wanted(["test"]).items()}
            self.broken = {}
        return subprocess.CompletedProcess(command, self.log is not None, (self.log or "").encode())

    def make_venv(self) -> None:
        self.rebuilt += 1
        self._start.VENV.mkdir()


def _lowest(ranges: Iterable[tuple[str, str]]) -> str:
    return next(version for sign, version in ranges if sign == ">=")


@pytest.fixture
def prepared(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """すべてそろった仮想環境。"""
    fake = Prepared(start)
    monkeypatch.setattr(start, "look", fake.look)
    monkeypatch.setattr(start.subprocess, "run", fake.run)
    monkeypatch.setattr(start, "make_venv", fake.make_venv)
    start.VENV.mkdir()
    (start.VENV / "pyvenv.cfg").write_text("home = /gone/bin\nversion = 3.11.2\n")
    return fake


def test_every_requirement_is_read(start: ModuleType, project_root: Path) -> None:
    """setup.cfg のどの部品も、範囲とともに読める。読めない条件を、合うことにしない。"""
    text = (project_root / "setup.cfg").read_text("utf-8")
    asked = start.wanted(["test"])
    lines = re.findall(r"^    ([\w.-]+) >=([\d.]+), <([\d.]+)$", text.partition("\nbench")[0], re.M)
    assert {name.lower(): [(">=", low), ("<", high)] for name, low, high in lines} == asked
    assert "flask" in start.wanted()
    assert "pytest" not in start.wanted()


@pytest.mark.parametrize(
    ("version", "fits"),
    [("3.1.2", True), ("3.1.10", True), ("3.1.1", False), ("3.2", False), ("3.2.0rc1", False)],
)
def test_a_version_is_compared_as_numbers(start: ModuleType, version: str, fits: bool) -> None:
    assert start.fits(version, [(">=", "3.1.2"), ("<", "3.2")]) is fits


@pytest.mark.parametrize("change", ["moved", "python", "setup", "started by an old one"])
def test_what_works_is_kept_without_the_network(
    start: ModuleType, prepared: Prepared, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """部品がそろっていれば、何が変わっても、pip を使わない。"""
    prepared.log = "offline"
    start.prepare(None)
    if change == "moved":
        monkeypatch.setattr(start, "ROOT", start.ROOT / ".." / start.ROOT.name)
    elif change == "started by an old one":
        monkeypatch.setattr(sys, "version_info", (3, 8, 10, "final", 0))
        start.STAMP.unlink()
    elif change == "python":
        prepared.version = "3.11.9"
    else:
        with (start.ROOT / "setup.cfg").open("a") as file:
            file.write("\n# changed\n")
    start.prepare(None)
    assert prepared.installs == []


def test_nothing_is_asked_twice(
    start: ModuleType, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    start.prepare("test")

    def look(names: Iterable[str] = (), deep: bool = False) -> dict[str, object]:
        assert not names
        return prepared.look()

    monkeypatch.setattr(start, "look", look)
    start.prepare("test")
    start.prepare(None)  # 試験に要るものには、本体に要るものも入る


def test_what_is_missing_is_installed(start: ModuleType, prepared: Prepared) -> None:
    prepared.found.pop("pytest")
    start.prepare(None)
    assert prepared.installs == []
    start.prepare("test")
    start.prepare("test")
    assert [call[-1] for call in prepared.installs] == [".[test]"]
    prepared.found.pop("flask")
    start.STAMP.unlink()
    start.prepare(None)
    assert [call[-1] for call in prepared.installs] == [".[test]", "."]


@pytest.mark.parametrize("stamp", ["", "{", "[]", "null", json.dumps({"fingerprint": "x"})])
def test_a_damaged_stamp_looks_again(start: ModuleType, prepared: Prepared, stamp: str) -> None:
    start.STAMP.write_text(stamp)
    prepared.found.pop("flask")
    start.prepare(None)
    assert len(prepared.installs) == 1
    assert "extras" in start.read_stamp()


def test_a_folder_of_wheels_replaces_the_network(
    start: ModuleType, prepared: Prepared, tmp_path: Path
) -> None:
    start.install([])
    assert "--no-index" not in prepared.installs[0]
    (tmp_path / "wheels").mkdir()
    start.install([])
    command = prepared.installs[1]
    assert command[command.index("--find-links") + 1] == str(tmp_path / "wheels")
    assert "--no-index" in command


def test_an_older_part_is_used_and_named(
    start: ModuleType, prepared: Prepared, capsys: pytest.CaptureFixture[str]
) -> None:
    """版の違うだけの部品は、新しくできなければ使う。日に一度だけ試し、毎回言う。"""
    prepared.found["flask"] = "3.0.9"
    prepared.log = "NewConnectionError"
    for _ in range(2):
        start.prepare(None)
        assert "flask（3.1 以上 4 未満）は 3.0.9" in capsys.readouterr().err
    assert len(prepared.installs) == 1
    prepared.log = None
    kept = start.read_stamp() | {"tried": "2000-01-01"}
    start.STAMP.write_text(json.dumps(kept))
    start.prepare(None)
    assert "flask" not in capsys.readouterr().err
    assert len(prepared.installs) == 2


@pytest.mark.parametrize("offline", [True, False])
def test_a_failed_install_is_explained(
    start: ModuleType,
    prepared: Prepared,
    offline: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """足りない部品を名で言い、いまの Python と、つながらないことも言う。"""
    prepared.found.pop("flask")
    prepared.log = "ERROR: NewConnectionError(...)"
    if offline:
        (tmp_path / "wheels").mkdir()
    with pytest.raises(SystemExit) as stopped:
        start.prepare(None)
    assert stopped.value.code == 1
    err = capsys.readouterr().err
    assert "flask（3.1 以上 4 未満）" in err
    assert "openpyxl" not in err
    assert sys.executable in err
    assert "wheels" in err
    assert "ネットにつながりません" in err
    assert not start.STAMP.exists()


def test_parts_for_another_python_are_made_anew_or_kept(
    start: ModuleType, prepared: Prepared, capsys: pytest.CaptureFixture[str]
) -> None:
    """名と版があっても読み込めない部品。作り直せなければ、前の仮想環境を元に戻す。"""
    (start.VENV / "mine.txt").write_text("x")
    prepared.broken = {"pydantic-core": "DLL load failed"}
    prepared.log = "offline"
    with pytest.raises(SystemExit):
        start.prepare(None)
    assert "pydantic-core" in capsys.readouterr().err
    assert (start.VENV / "mine.txt").exists()
    prepared.log = None
    start.prepare(None)
    assert prepared.rebuilt == 2
    assert not (start.VENV / "mine.txt").exists()
    assert not start.SPARE.exists()


def test_a_venv_whose_python_is_gone_says_so(
    start: ModuleType,
    prepared: Prepared,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (start.VENV / "pyvenv.cfg").write_text("home = /gone/bin\nversion = 3.99.1\n")
    monkeypatch.setattr(start, "look", lambda *_, **__: None)
    prepared.log = "offline"
    with pytest.raises(SystemExit):
        start.prepare(None)
    err = capsys.readouterr().err
    assert "Python 3.99（/gone/bin）" in err
    assert "Python 3.99 で start.py を動かせば" in err
    assert (start.VENV / "pyvenv.cfg").exists()


# --- ほんとうの仮想環境で ---


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """よそから写したフォルダー。部品のそろった ``.venv`` があるが、pip は何も入れられない。"""
    folder = tmp_path_factory.mktemp("写した先") / "sheetgen"
    folder.mkdir()
    for name in ("start.py", "setup.cfg", "pyproject.toml"):
        shutil.copy(project_root / name, folder)
    for name in ("sheetgen", "templates"):
        (folder / name).symlink_to(project_root / name, target_is_directory=True)
    (folder / "data").mkdir()
    shutil.copy(project_root / "data" / "plan.json", folder / "data")
    venv = folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (places,) = venv.glob("lib/python*/site-packages")
    (places / "parts.pth").write_text(sysconfig.get_path("purelib"))
    return folder


OFFLINE = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_INDEX": "1"}


def started(copied: Path, here: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``here`` で start.py を動かす。ネットにはつながらない。"""
    return subprocess.run(
        [sys.executable, str(copied / "start.py"), *arguments],
        cwd=here,
        env={**os.environ, **OFFLINE, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


@pytest.mark.skipif(os.name == "nt", reason="symlink を使う")
def test_typed_paths_count_from_where_they_are_typed(copied: Path, tmp_path: Path) -> None:
    """写したばかりの ``.venv`` のまま、打った所の 返信 を読み、打った所の ここ に書く。"""
    (tmp_path / "返信").mkdir()
    (tmp_path / "返信" / "答え.xlsx").write_bytes(b"not a workbook")
    (tmp_path / "json.py").write_text("raise SystemExit('部品と取り違えた')")
    done = started(copied, tmp_path, "collect", "返信", "--out", "ここ", "--year", "R6")
    assert "返信/答え.xlsx" in done.stdout, done.stderr
    assert f"使うフォルダー: {copied}" in done.stderr
    assert (tmp_path / "ここ" / "回収結果.xlsx").is_file()
    assert not (copied / "ここ").exists()
    assert (copied / "data" / "returned").is_dir()


@pytest.mark.skipif(os.name == "nt", reason="symlink を使う")
def test_a_venv_whose_base_is_gone_is_joined_to_this_python(copied: Path, tmp_path: Path) -> None:
    config = copied / ".venv" / "pyvenv.cfg"
    before = config.read_text()
    home = re.search("(?m)^home = (.*)$", before)
    assert home
    config.write_text(before.replace(home[1], "/gone/bin"))
    for link in (copied / ".venv" / "bin").glob("python*"):
        link.unlink()
        link.symlink_to("/gone/bin/python3")
    done = started(copied, copied, "check")
    assert done.returncode == 0, done.stderr
    assert "/gone/bin" in done.stderr
    assert "使うフォルダー" not in done.stderr


# --- ダブルクリック ---


def test_the_batch_file_reads_in_any_code_page(project_root: Path) -> None:
    data = (project_root / "sheetgen.bat").read_bytes()
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n") > 0
    assert b"*.bat text eol=crlf" in (project_root / ".gitattributes").read_bytes()


def test_the_batch_file_leads_to_what_is_there(project_root: Path) -> None:
    """行き先の印と、開くファイルがある。フォルダーの名は、いつも引用符の中にある。"""
    lines = (project_root / "sheetgen.bat").read_text("ascii").splitlines()
    labels = {line[1:] for line in lines if line.startswith(":")}
    assert {line.rpartition("goto ")[2] for line in lines if "goto " in line} == labels
    for line in lines:
        for before in line.split("%SHEETGEN_HERE%")[:-1]:
            assert before.count('"') % 2 == 1, line
    page = project_root / "docs" / "no-python.html"
    assert f'start "" "%SHEETGEN_HERE%docs\\{page.name}"' in lines
    assert 'charset="utf-8"' in page.read_text("utf-8")
