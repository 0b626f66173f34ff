"""原本をしまうこと、記録簿を読むこと、壊れたものの扱い。"""

from __future__ import annotations

import errno
import hashlib
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from merge_samples import RESULTS, REVISION, keep_originals, new_master

from sheetgen.messages.catalogue import describe
from sheetgen.plan.durable import put
from sheetgen.problems import SheetgenError
from sheetgen.reading.delivery import Delivered
from sheetgen.records.journal import (
    Action,
    JournalEntry,
    journal_path,
    parse_journal,
    render_entries,
    storable,
)
from sheetgen.records.originals import (
    THREADS,
    find_original,
    original_path,
    originals_folder,
)
from sheetgen.records.past import past_of
from sheetgen.records.transaction import (
    Completion,
    DiskState,
    Pending,
    look,
    pending_path,
    recover,
    written_together,
)


def delivered(data: bytes, name: str = "回答.xlsx", suffix: str = "xlsx") -> Delivered:
    return Delivered(name, data, hashlib.sha256(data).hexdigest(), suffix)


def entry(run: str = "1", action: Action = Action.RECORD, **values: object) -> JournalEntry:
    head = {"run": run, "at": "2026-07-01T09:00:00+09:00", "by": "係", "action": action}
    return JournalEntry.model_validate({**head, "round": "2026J", **values})


# --- 原本 ---


def test_originals_are_kept_by_their_content(tmp_path: Path) -> None:
    one, two = delivered(b"one"), delivered(b"two", "../../逃げる.ods", "ods")
    assert keep_originals(tmp_path / "returned", [one, two]) == ()
    for file in (one, two):
        kept = tmp_path / "returned" / file.digest[:2] / f"{file.digest}.{file.suffix}"
        assert kept.read_bytes() == file.data
        assert find_original(tmp_path / "returned", file.digest) == kept
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
    assert find_original(tmp_path / "returned", "0" * 64) is None


def test_the_same_original_is_kept_once_and_not_written_again(tmp_path: Path) -> None:
    file = delivered(b"one")
    keep_originals(tmp_path, [file])
    path = original_path(tmp_path, file.digest, "xlsx")
    before = path.stat().st_mtime_ns, path.stat().st_ino
    keep_originals(tmp_path, [file, delivered(b"one", "写し.xlsx")])
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_a_damaged_original_is_set_aside_and_kept_anew(tmp_path: Path) -> None:
    file = delivered(b"one")
    keep_originals(tmp_path, [file])
    path = original_path(tmp_path, file.digest, "xlsx")
    path.write_bytes(b"rotten")
    (problem,) = keep_originals(tmp_path, [file])
    assert (problem.code, problem.place.file) == ("R511", "回答.xlsx")
    assert describe(problem)
    assert path.read_bytes() == b"one"
    assert (path.parent / str(problem.facts["aside"])).read_bytes() == b"rotten"
    assert find_original(tmp_path, file.digest) == path


@pytest.mark.parametrize(("error", "code"), [(errno.ENOSPC, "R512"), (errno.EIO, "R510")])
def test_an_original_that_cannot_be_kept_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, code: str
) -> None:
    def fail(_: int) -> None:
        raise OSError(error, "no")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", fail)
        with pytest.raises(SheetgenError) as raised:
            keep_originals(tmp_path, [delivered(b"one")])
    assert [problem.code for problem in raised.value.problems] == [code]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_fault_while_keeping_an_original_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("sheetgen.records.originals.put", fail)
    with pytest.raises(ValueError, match="a bug"):
        keep_originals(tmp_path, [delivered(b"one")])


def test_ctrl_c_while_a_thread_is_started_ends_and_keeps_what_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    both = threading.Event()

    class Interrupted(threading.Thread):
        def start(self) -> None:
            threads.append(self)
            super().start()
            if len(threads) == 2:
                both.set()
                raise KeyboardInterrupt

    def keep_after_the_second(path: Path, data: bytes) -> None:
        """一つめのスレッドの仕事が、二つめのスレッドの終わりより後になるようにする。"""
        if data == b"one":
            both.wait(30)
            threads[1].join(30)
        put(path, data)

    monkeypatch.setattr("sheetgen.records.originals.Thread", Interrupted)
    monkeypatch.setattr("sheetgen.records.originals.put", keep_after_the_second)
    files = [delivered(b"one"), delivered(b"two")]
    ended: list[type[BaseException]] = []

    def run() -> None:
        try:
            keep_originals(tmp_path, files)
        except KeyboardInterrupt as error:
            ended.append(type(error))

    # 別のスレッドで待つ。終わらない誤りが、試験ぜんたいを止めないように。
    waiting = threading.Thread(target=run, daemon=True)
    waiting.start()
    waiting.join(60)
    assert ended == [KeyboardInterrupt]
    assert all(find_original(tmp_path, file.digest) for file in files)


def test_every_damaged_original_stays_under_a_name_of_its_own(tmp_path: Path) -> None:
    folder = originals_folder(tmp_path / "plan.json")
    assert folder == tmp_path / "returned"
    file = delivered(b"one")
    path = original_path(folder, file.digest, "xlsx")
    assert path == folder / file.digest[:2] / f"{file.digest}.xlsx"
    keep_originals(folder, [file])
    for number, rotten in enumerate((b"rotten", b"rotten again", b"gone"), start=1):
        path.write_bytes(rotten)
        (problem,) = keep_originals(folder, [file])
        aside = f"{path.name}.damaged-{number}"
        assert problem.facts == {"aside": aside}
        assert (path.parent / aside).read_bytes() == rotten
        assert path.read_bytes() == b"one"
    path.unlink()
    assert find_original(folder, file.digest) is None


def test_an_original_is_found_whatever_its_kind(tmp_path: Path) -> None:
    files = [delivered(b"one", "一.ods", "ods"), delivered(b"one", "一.xlsx")]
    keep_originals(tmp_path, files)
    first, second = (original_path(tmp_path, one.digest, one.suffix) for one in files)
    assert find_original(tmp_path, files[0].digest) == first
    first.unlink()
    assert find_original(tmp_path, files[0].digest) == second


def test_what_a_stop_left_is_swept_and_the_rest_stays(tmp_path: Path) -> None:
    file = delivered(b"one")
    path = original_path(tmp_path, file.digest, "xlsx")
    path.parent.mkdir()
    left, other = path.parent / f".{path.name}.abc.tmp", path.parent / ".ほか.xlsx.abc.tmp"
    left.write_bytes(b"on")
    other.write_bytes(b"two")
    assert keep_originals(tmp_path, [file]) == ()
    assert sorted(path.parent.iterdir()) == sorted([path, other])


def test_problems_with_originals_are_told_by_the_name_that_came(tmp_path: Path) -> None:
    files = [delivered(bytes([number]), f"{9 - number}.xlsx") for number in range(9)]
    keep_originals(tmp_path, files)
    for file in files:
        original_path(tmp_path, file.digest, "xlsx").write_bytes(b"rotten")
    names = [f"{number}.xlsx" for number in range(1, 10)]
    assert [one.place.file for one in keep_originals(tmp_path, files)] == names
    blocked = tmp_path / "ほか"
    blocked.mkdir()
    for file in files:
        (blocked / file.digest[:2]).write_bytes(b"")  # フォルダーの名のファイル
    with pytest.raises(SheetgenError) as raised:
        keep_originals(blocked, files)
    assert [(one.code, one.place.file) for one in raised.value.problems] == [
        ("R510", name) for name in names
    ]
    assert {one.facts["folder"] for one in raised.value.problems} == {
        blocked / file.digest[:2] for file in files
    }


def test_new_folders_are_flushed_once_and_few_threads_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    started: list[threading.Thread] = []

    class Counted(threading.Thread):
        def start(self) -> None:
            started.append(self)
            super().start()

    monkeypatch.setattr("sheetgen.records.originals.flush_folder", flushed.append)
    monkeypatch.setattr("sheetgen.records.originals.Thread", Counted)
    folder = tmp_path / "returned"
    files = [delivered(bytes([number])) for number in range(3 * THREADS)]
    assert keep_originals(folder, files) == ()
    assert flushed == [folder, tmp_path]
    assert len(started) == THREADS
    assert all(thread.daemon and not thread.is_alive() for thread in started)
    assert keep_originals(folder, files) == ()
    assert flushed == [folder, tmp_path]


# --- 記録簿 ---

VALUES = st.none() | st.integers(-(10**14), 10**14) | st.floats(-1e14, 1e14)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(VALUES | TEXTS.map(storable), VALUES, TEXTS), max_size=5))
def test_what_is_written_is_read_again(rows: list[tuple[object, object, str]]) -> None:
    entries = [entry(item="01-01", path="x", old=old, new=new, raw=raw) for old, new, raw in rows]
    entries.append(entry(action=Action.END))
    data = render_entries(entries)
    assert data.count(b"\n") == len(entries)
    journal = parse_journal(data, "journal.jsonl")
    assert (journal.entries, journal.problems) == (tuple(entries), ())


@given(st.text(max_size=30))
def test_any_text_can_be_stored(text: str) -> None:
    assert entry(new=storable(text)).new == storable(text)
    assert storable(storable(text)) == storable(text)


def test_a_line_says_all_that_is_known() -> None:
    data = render_entries([entry(item="01-01", path="x", new="8")])
    assert data.decode() == (
        '{"run":"1","at":"2026-07-01T09:00:00+09:00","by":"係","action":"record",'
        '"round":"2026J","item":"01-01","path":"x","old":null,"new":"8"}\n'
    )


def test_damaged_lines_are_told_and_the_others_used() -> None:
    good = render_entries([entry(path="x", new=1), entry(action=Action.END)])
    lines = good.splitlines(keepends=True)
    bad = [b"{\n", b'{"run":"1","action":"guess"}\n', b"\xff\xfe\n", b"\n"]
    journal = parse_journal(b"".join([bad[0], lines[0], *bad[1:], lines[1]]), "j")
    assert [found.action for found in journal.entries] == [Action.RECORD, Action.END]
    told = [(problem.code, problem.facts["line"]) for problem in journal.problems]
    assert told == [("R501", 1), ("R501", 3), ("R501", 4)]
    assert all(describe(problem) for problem in journal.problems)


def test_a_run_without_its_end_is_told() -> None:
    journal = parse_journal(render_entries([entry(new=1)]), "j")
    assert [(p.code, p.facts["run"]) for p in journal.problems] == [("R502", "1")]


def test_what_the_journal_knows_is_of_this_round_and_not_undone() -> None:
    entries = [
        entry("1", item="01-01", path="x", new=1),
        entry("1", item="01-02", path="x", new=2, round="2026M"),
        entry("2", item="01-01", path="x", new=3),
        entry("2", Action.DECIDE, item="01-01", path="x", old=3, new=4),
        entry("2", Action.WAIVE, item="01-01", path="x", new=3, code="R403", reason="わけ"),
        entry("2", Action.PROPOSE, item="01-01", label="題", old=None, new="後"),
    ]
    past = past_of(entries, RESULTS)
    assert past.recorded == {("01-01", "x"): {1, 3}}
    assert past.rejected == {("01-01", "x"): {4}}
    assert past.waived == {("R403", "01-01", "x", 3)}
    assert past.proposed == {("01-01", "題", None, "後")}
    assert past.items == {"01-01"}
    assert past_of(entries, REVISION).items == {"01-02"}
    undone = past_of([*entries, entry("3", Action.END, undoes="2")], RESULTS)
    assert undone.recorded == {("01-01", "x"): {1}}
    assert (undone.rejected, undone.waived, undone.proposed) == ({}, frozenset(), frozenset())


# --- 二つ一緒に ---


def write(path: Path, lines: bytes) -> None:
    """マスターはそのままで、記録簿に書き足す。"""
    digest = look(path).master
    with written_together(path, digest, digest, lines):
        pass


def test_lines_follow_a_torn_line_without_losing_it(tmp_path: Path) -> None:
    path = new_master(tmp_path)
    journal = journal_path(path)
    torn = b'{"run":"0","at":"2026'
    journal.write_bytes(torn)
    lines = render_entries([entry(action=Action.END)])
    write(path, lines)
    assert journal.read_bytes() == torn + b"\n" + lines
    parsed = parse_journal(journal.read_bytes(), "j")
    assert [p.facts.get("line") for p in parsed.problems] == [1]
    assert len(parsed.entries) == 1


def test_a_complete_last_line_without_its_newline_is_kept(tmp_path: Path) -> None:
    path = new_master(tmp_path)
    journal = journal_path(path)
    line = render_entries([entry(action=Action.END)])
    journal.write_bytes(line.rstrip(b"\n"))
    write(path, line)
    assert journal.read_bytes() == line + line


def test_a_pending_file_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    path = new_master(tmp_path)
    pending_path(path).write_bytes(b"{}\n")
    (problem,) = recover(path)
    assert problem.code == "R505"
    assert describe(problem)
    assert (tmp_path / str(problem.facts["aside"])).read_bytes() == b"{}\n"
    assert recover(path) == ()


@pytest.mark.parametrize("tail", [b"", b"{", b"\x00\x00\x00", b"garbage\n" * 3])
@pytest.mark.parametrize("happened", [True, False])
def test_whatever_a_power_cut_left_behind_the_journal_is_mended(
    tmp_path: Path, tail: bytes, happened: bool
) -> None:
    path = new_master(tmp_path)
    journal = journal_path(path)
    first = render_entries([entry("1", action=Action.END)])
    write(path, first)
    lines = render_entries([entry("2", new=1), entry("2", action=Action.END)])
    now = look(path).master
    before, after = ("0" * 64, now) if happened else (now, "0" * 64)

    class Cut(BaseException):
        pass

    saved = []

    def cut_short() -> None:
        with written_together(path, before, after, lines):
            saved.append(pending_path(path).read_bytes())
            raise Cut

    with pytest.raises(Cut):
        cut_short()
    pending_path(path).write_bytes(saved[0])
    journal.write_bytes(first + tail)
    seen = look(path)
    assert seen.settled(seen.completion is Completion.YES) == first + lines * happened
    (problem,) = recover(path)
    assert problem.code == "R504"
    assert describe(problem)
    assert journal.read_bytes() == first + lines * happened
    assert not pending_path(path).exists()


def test_a_journal_replaced_by_hand_after_a_stop_is_not_cut() -> None:
    lines = render_entries([entry("2", action=Action.END)])
    pending = Pending("0" * 64, "2" * 64, 5, "1" * 64, lines)
    other = b"restored from a copy\n"
    for happened, wanted in ((True, other + lines), (False, other)):
        assert DiskState("2" * 64, other, pending).settled(happened) == wanted
        assert DiskState("2" * 64, wanted, pending).settled(happened) == wanted


def test_a_journal_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = new_master(tmp_path)

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", fail)
        with pytest.raises(SheetgenError) as raised:
            write(path, b"x\n")
    assert [problem.code for problem in raised.value.problems] == ["R503"]
    assert {found.name for found in tmp_path.iterdir()} - {".plan.json.lock"} == {"plan.json"}


def test_a_journal_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = new_master(tmp_path)
    journal_path(path).mkdir()  # 記録簿の名のフォルダー：誰にも開けない
    with pytest.raises(SheetgenError) as raised:
        look(path)
    told = [(problem.code, problem.place.file) for problem in raised.value.problems]
    assert told == [("R506", str(journal_path(path)))]
    assert describe(raised.value.problems[0])
