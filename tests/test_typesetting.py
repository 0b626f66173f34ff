"""PDF を組む子のプロセス。何が起きても、親は太らず、わけを言い、子を残さない。"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sheetgen import child_process
from sheetgen.messages.catalogue import describe
from sheetgen.problems import SheetgenError
from sheetgen.publish import pdf
from sheetgen.publish.pdf import Pdf, render

ROOT = Path(__file__).resolve().parent.parent
PAGE = """
#let data = json(bytes(sys.inputs.document))
#set document(title: data.title)
#set text(font: json(bytes(sys.inputs.fonts)), lang: "ja")
#data.title
#pagebreak()
"""
TELLS = "#context [#metadata(counter(page).final().first()) <page-count>]"


def typeset(folder: Path, template: str = PAGE + TELLS, title: str = "計画") -> Pdf:
    """小さなテンプレートで組む。"""
    main = folder / "main.typ"
    main.write_text(template, encoding="utf-8")
    return render({"title": title}, "2024-03", main, None)


def engine(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """子が、typst の代わりに、この ``code`` を読み込むようにする。"""
    place = folder / "engine"
    place.mkdir()
    (place / "typst.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(place)


def refused(folder: Path) -> str:
    """断られることを確かめ、その符号とことばを返す。"""
    with pytest.raises(SheetgenError) as caught:
        typeset(folder)
    (problem,) = caught.value.problems
    return f"{problem.code} {describe(problem)}"


def test_the_pages_come_from_the_child(tmp_path: Path) -> None:
    """typst は、組んだものの控えを持ち続ける。このプロセスには読み込まない。"""
    made = typeset(tmp_path)
    assert made.data.startswith(b"%PDF-")
    assert made.pages == 2
    assert typeset(tmp_path) == made
    assert typeset(tmp_path, title="ほかの計画").data != made.data
    assert "typst" not in sys.modules


def test_a_child_slow_to_start_gets_all_of_a_large_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = 2 * pdf.HEED_SECONDS
    monkeypatch.setattr(pdf, "_SERVE", f"import time; time.sleep({late}); {pdf._SERVE}")
    main = tmp_path / "main.typ"
    main.write_text(
        f"{PAGE.replace('#data.title', 'あ')}#assert.eq(data.title.len(), 1200000)", "utf-8"
    )
    assert pdf.render({"title": "あ" * 400_000}, "2024-03", main, None).data.startswith(b"%PDF-")


def test_a_template_need_not_tell_its_pages(tmp_path: Path) -> None:
    assert typeset(tmp_path, PAGE).pages is None


def test_a_relative_place_is_seen_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert typeset(Path()).pages == 2


def test_a_missing_engine_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(tmp_path, monkeypatch, "raise ImportError")
    assert refused(tmp_path).startswith("D001")


def test_a_python_that_does_not_start_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "_base_executable", str(tmp_path / "none"))
    told = refused(tmp_path)
    assert told.startswith("D001")
    assert "FileNotFoundError" in told


@pytest.mark.parametrize("end", ["os._exit(9)", "os.abort()", "raise MemoryError"])
def test_an_engine_that_stops_halfway_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    engine(tmp_path, monkeypatch, f"import os\n{end}")
    assert refused(tmp_path).startswith("D029")


STOPPED = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from sheetgen.publish.pdf import render
try:
    render({}, "2024-03", Path(sys.argv[3]), None)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.skipif(os.name == "nt", reason="POSIX の信号を使う")
@pytest.mark.usefixtures("heeded_interrupt")
def test_ctrl_c_stops_the_child_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """typst は、組み終わるまで Ctrl-C を見ない。親が子を止める。"""
    note = tmp_path / "pid"
    os.mkfifo(note)
    wait = f"import os, time\nopen({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    engine(tmp_path, monkeypatch, wait)
    main = tmp_path / "main.typ"
    main.touch()
    with subprocess.Popen(
        [sys.executable, "-I", "-c", STOPPED, str(tmp_path / "engine"), str(ROOT), str(main)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        child = int(note.read_text())
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.communicate(timeout=60) == ("stopped\n", "")
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_the_child_sees_where_this_process_reads_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["", "/somewhere", *sys.path])
    places = child_process.python_command("")[5:]
    assert places[:2] == (str(ROOT), "/somewhere")
    assert "" not in places


def test_a_trial_tells_what_no_font_prints() -> None:
    font, missing = pdf.unprintable(["あ", "\U00012000", "髙"])
    assert font == "BIZ UDゴシック"
    assert missing == {"\U00012000"}
