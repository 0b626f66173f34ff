"""届いたブックを、別のプロセスで読む。"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from deliveries import ole, zipped

from sheetgen.child_process import python_command
from sheetgen.messages.catalogue import message_of
from sheetgen.problems import Level, Place, Problem, SheetgenError
from sheetgen.reading import worker
from sheetgen.reading.limits import Limits
from sheetgen.reading.opening import read_book
from sheetgen.reading.reader import GuardedReader, ReadFile, read_file
from sheetgen.send.generating import GenerateResult

ROOT = Path(__file__).resolve().parent.parent


def read(*paths: Path, limits: Limits | None = None) -> tuple[list[ReadFile], list[Problem]]:
    with GuardedReader(limits) as reader:
        reading = reader.read(paths)
        return list(reading.files), list(reading.problems)


def test_the_same_as_read_directly(result: GenerateResult) -> None:
    files, problems = read(result.folder)
    assert problems == []
    assert [file.delivered.name for file in files] == sorted(
        f"{result.folder.name}/{book.path.name}" for book in result.books
    )
    for file in files:
        book = read_book(file.delivered.data)
        assert file.book == book
        assert [problem.code for problem in file.problems] == [p.code for p in book.problems]


def test_a_good_book_among_bad_ones(result: GenerateResult, tmp_path: Path) -> None:
    good = result.books[0].path.read_bytes()
    small_bomb = zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": bytes(1_300_000)})
    assert len(small_bomb) < 1800
    bad = {
        "a.xlsx": good[: len(good) // 2],
        "b.xlsx": ole(["EncryptionInfo", "EncryptedPackage"]),
        "c.xlsx": small_bomb,
        "d.xlsx": zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}),
        "e.xls": ole(["Workbook"]),
    }
    for name, data in {**bad, "f.xlsx": good}.items():
        (tmp_path / name).write_bytes(data)
    files, problems = read(tmp_path)
    assert problems == []
    assert files[-1].book == read_book(good)
    assert files[1].problems[0].code == "R022"
    for file, name in zip(files, bad, strict=False):
        assert file.book is None
        assert file.problems
        for problem in file.problems:
            assert problem.place.file == f"{tmp_path.name}/{name}"
            assert message_of(problem).level is Level.ERROR


def test_an_answer_too_large_is_said(result: GenerateResult) -> None:
    files, _ = read(result.books[0].path, limits=Limits(answer_bytes=1000))
    assert [(file.book, file.problems[0].code) for file in files] == [(None, "R063")]


def test_a_reader_reads_twice(result: GenerateResult) -> None:
    path = result.books[0].path
    with GuardedReader() as reader:
        first, second = list(reader.read([path]).files), list(reader.read([path]).files)
    assert first == second
    assert first[0].book is not None


def test_nothing_to_read(tmp_path: Path) -> None:
    files, problems = read(tmp_path / "missing")
    assert files == []
    assert [problem.code for problem in problems] == ["R001"]


def test_problems_come_through_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = (
        Problem("R036", Place(sheet="(1)①", cell="D5"), {"value": "＃", "count": 3}),
        Problem("R020"),
    )

    def refuse(_: bytes) -> None:
        raise SheetgenError(problems)

    monkeypatch.setattr(worker, "read_book", refuse)
    assert worker.understand(worker.answer(b"x")) == problems


@pytest.mark.parametrize(
    "reply",
    [b"", b"X", b"[]", b"{}", b"[1]", b'[{"code":"R020","place":[1,2],"facts":{}}]',
     b'[{"code":"R020","place":{"cell":1},"facts":{}}]', b'[{"code":1}]', b"[\xff",
     b"[" * 100_000],
)  # fmt: skip
def test_an_answer_of_another_shape(reply: bytes, result: GenerateResult) -> None:
    with pytest.raises(SheetgenError):
        worker.understand(reply)
    with GuardedReader() as reader:
        (file,) = reader.read([result.books[0].path]).files
    spoilt = read_file(file.delivered, reply)
    assert spoilt.book is None
    assert [problem.place.file for problem in spoilt.problems] == [file.delivered.name]


def test_the_child_takes_nothing_from_where_it_stands(
    result: GenerateResult, tmp_path: Path
) -> None:
    """作業フォルダーに同じ名の部品があっても、環境変数があっても、読み込まない。"""
    for name in ("json", "struct", "zlib", "sheetgen", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)", encoding="utf-8")
    code = (
        "import os, sys; sys.path.append(sys.argv[1])\n"
        "from pathlib import Path\n"
        "from sheetgen.reading.reader import GuardedReader\n"
        "os.environ['PYTHONPATH'] = os.getcwd()\n"
        "with GuardedReader() as reader:\n"
        "    print([f.book is not None for f in reader.read([Path(sys.argv[2])]).files])\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(ROOT), str(result.books[0].path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[True]\n", "")


def test_the_child_finds_the_libraries_of_this_process() -> None:
    places = python_command("")[5:]
    assert str(ROOT) in places
    assert "" not in places
