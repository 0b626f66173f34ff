"""送付記録：増えるだけで、同じことは二度書かず、壊れた行は残して告げる。"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from sheetgen.form.identity import round_mark
from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_plan
from sheetgen.plan.round import RoundKind
from sheetgen.problems import SheetgenError
from sheetgen.records.rounds_sent import round_meant
from sheetgen.records.sendouts import (
    SendKind,
    SendOut,
    add_sendouts,
    latest,
    load_sendouts,
    not_yet_sent,
    of_round,
    sendouts_path,
)

ONE = SendOut(
    at="2024-07-01T09:00:00+09:00",
    by="係",
    kind=SendKind.ISSUE,
    round="2024J",
    issue="0a1b2c3d",
    section="企画部 経営企画課",
    file="0101_企画部 経営企画課_実績照会.xlsx",
    sha256="ab" * 32,
    deadline="2024-07-31",
    items=("01-01", "08-08"),
)
LATER = {"at": "2024-07-02T09:00:00+09:00", "by": "別の係"}


def changed(**changes: Any) -> SendOut:
    return ONE.model_copy(update={**LATER, **changes})


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """計画のデータの置き場所。中身は要らない。"""
    return tmp_path / "plan.json"


def add(plan: Path, *sendouts: SendOut) -> tuple[SendOut, ...]:
    return add_sendouts(plan, lambda earlier: not_yet_sent(earlier, sendouts))


def test_what_is_written_comes_back(plan: Path) -> None:
    assert load_sendouts(plan).sendouts == ()
    two = changed(section="総務部 職員課", email="a@example.jp", issue=None, deadline=None)
    assert add(plan, ONE, two) == (ONE, two)
    assert load_sendouts(plan).sendouts == (ONE, two)
    assert load_sendouts(plan).problems == ()
    lines = sendouts_path(plan).read_text("utf-8").splitlines()
    assert [json.loads(line)["section"] for line in lines] == [ONE.section, two.section]
    assert json.loads(lines[0])["kind"] == "配布"
    # 何もないことは書かない。
    assert lines[1] == (
        '{"at":"2024-07-02T09:00:00+09:00","by":"別の係","kind":"配布","round":"2024J",'
        '"section":"総務部 職員課","email":"a@example.jp",'
        f'"file":"{ONE.file}","sha256":"{ONE.sha256}","items":["01-01","08-08"]}}'
    )
    assert sendouts_path(plan).read_bytes().endswith(b"}\n")


def test_the_same_is_not_written_twice(plan: Path) -> None:
    add(plan, ONE)
    before = sendouts_path(plan).read_bytes()
    assert add(plan, changed()) == ()
    assert sendouts_path(plan).read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "cd" * 32},
        {"email": "a@example.jp"},
        {"deadline": "2024-08-09"},
        {"deadline": None},
        {"items": ("01-01",)},
        {"issue": "ffffffff"},
        {"round": "2024M"},
        {"kind": SendKind.REMINDER},
    ],
)
def test_anything_new_adds_a_line(plan: Path, change: dict[str, Any]) -> None:
    add(plan, ONE)
    head = sendouts_path(plan).read_bytes()
    assert add(plan, changed(**change)) == (changed(**change),)
    assert sendouts_path(plan).read_bytes().startswith(head)


def test_going_back_is_new_again(plan: Path) -> None:
    other = changed(deadline="2024-08-09")
    assert [len(add(plan, one)) for one in (ONE, other, ONE, ONE)] == [1, 1, 1, 0]


def test_a_torn_line_is_kept_and_told(plan: Path) -> None:
    path = sendouts_path(plan)
    add(plan, ONE)
    torn = path.read_bytes() + b'{"at":"2024'
    path.write_bytes(torn)
    assert add(plan, changed(section="総務部 職員課")) != ()
    # 切れた行の次の行から書き、そのあとには空の行を作らない。
    assert path.read_bytes().startswith(torn + b'\n{"at"')
    add(plan, changed(section="総務部 税務課"))
    assert b"\n\n" not in path.read_bytes()
    log = load_sendouts(plan)
    assert [one.section for one in log.sendouts] == [
        ONE.section,
        "総務部 職員課",
        "総務部 税務課",
    ]
    assert [(one.code, one.facts["line"], one.place.file) for one in log.problems] == [
        ("L001", 2, str(path))
    ]
    assert all(describe(one) for one in log.problems)


def test_a_line_of_another_shape_is_told(plan: Path) -> None:
    add(plan, ONE)
    with sendouts_path(plan).open("ab") as stream:
        stream.write(b'{"at": 1}\n\xff\xfe\n[]\n\n \t\n')
    add(plan, changed(round="2024M"))
    log = load_sendouts(plan)
    assert log.sendouts == (ONE, changed(round="2024M"))
    assert [one.facts["line"] for one in log.problems] == [2, 3, 4]


@pytest.mark.skipif(os.name == "nt", reason="Windows ではフォルダーの権限の効き方が違う")
def test_a_record_that_cannot_be_read_or_written_stops(plan: Path) -> None:
    sendouts_path(plan).mkdir()  # ファイルのあるべき所にフォルダーがある
    with pytest.raises(SheetgenError) as raised:
        load_sendouts(plan)
    told = [(one.code, one.place.file) for one in raised.value.problems]
    assert told == [("L002", str(sendouts_path(plan)))]
    with pytest.raises(SheetgenError):
        add(plan, ONE)


def test_while_another_writes_nothing_is_added(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetgen.records.sendouts.LOCK_WAIT", 0.05)
    add(plan, ONE)
    before = sendouts_path(plan).read_bytes()
    with FileLock(plan.with_name(".sendouts.jsonl.lock")), pytest.raises(SheetgenError) as raised:
        add(plan, changed(round="2024M"))
    told = [(one.code, one.place.file) for one in raised.value.problems]
    assert told == [("L003", str(sendouts_path(plan)))]
    assert sendouts_path(plan).read_bytes() == before


def test_nothing_new_makes_no_file(plan: Path) -> None:
    assert add(plan) == ()
    assert not sendouts_path(plan).exists()


def test_no_half_line_stays_when_writing_fails(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(plan, ONE)
    before = sendouts_path(plan).read_bytes()

    def fail(_: int) -> None:
        raise OSError("full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SheetgenError) as raised:
        add(plan, changed(section="総務部 職員課"))
    assert [one.code for one in raised.value.problems] == ["L003"]
    assert sendouts_path(plan).read_bytes() == before


def test_two_at_once_lose_nothing(plan: Path, project_root: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from sheetgen.records.sendouts import add_sendouts\n"
        "from sheetgen.records.sendouts import SendOut\n"
        "one = SendOut.model_validate_json(sys.argv[2])\n"
        "for n in range(20):\n"
        "    new = one.model_copy(update={'file': f'{sys.argv[3]}-{n}'})\n"
        "    add_sendouts(Path(sys.argv[1]), lambda _: [new])\n"
    )
    arguments = [sys.executable, "-c", code, str(plan), ONE.model_dump_json()]
    running = [subprocess.Popen([*arguments, name], cwd=project_root) for name in "ab"]
    assert [one.wait(timeout=120) for one in running] == [0, 0]
    log = load_sendouts(plan)
    assert log.problems == ()
    assert {one.file for one in log.sendouts} == {f"{name}-{n}" for name in "ab" for n in range(20)}
    assert len(log.sendouts) == 40


def test_the_readers_helpers() -> None:
    other = changed(deadline="2024-08-09")
    reminder = changed(kind=SendKind.REMINDER)
    revision = changed(round="2024M")
    log = (ONE, revision, other, reminder)
    assert of_round(log, "2024J") == (ONE, other, reminder)
    assert latest(of_round(log, "2024J"), SendKind.ISSUE) == {(ONE.section, ONE.file): other}
    assert latest(log, SendKind.REMINDER) == {(ONE.section, ONE.file): reminder}
    assert latest(log, SendKind.RETURN) == {}
    assert str(ONE.deadline_day) == "2024-07-31"
    assert changed(deadline=None).deadline_day is None
    assert changed(deadline="七月末").deadline_day is None


@pytest.mark.parametrize(
    ("marks", "year", "kind", "asked", "meant"),
    [
        # 何も送っていなければ、年次見直しの年度の実績照会
        ([], 2024, None, None, ("2024J", False)),
        (["2024J"], 2024, None, None, ("2024J", True)),
        (["2024J", "2024M"], 2024, None, None, ("2024M", True)),
        # 前の照会の送り直しでは変わらない
        (["2024J", "2024M", "2024J"], 2024, None, None, ("2024M", True)),
        # 取り違えて先に配った見直し照会より、あとで始めた実績照会
        (["2024M", "2024J"], 2024, None, None, ("2024J", True)),
        # 年度を切り替えると、前の年度の照会は閉じている
        (["2024J", "2024M"], 2025, None, None, ("2025J", False)),
        (["2024J", "2024M", "2025J"], 2025, None, None, ("2025J", True)),
        # 切り替える前に、次の年度の照会を始めた
        (["2024J", "2024M", "2025J"], 2024, None, None, ("2025J", True)),
        # 言われたことは、そのとおり
        (["2024J", "2024M"], 2024, RoundKind.RESULTS, None, ("2024J", False)),
        (["2024J", "2024M"], 2025, None, 2024, ("2024M", True)),
        (["2024J", "2024M"], 2025, RoundKind.RESULTS, 2024, ("2024J", False)),
        # 計画の初年度に実績はない。読めない照会の行は数えない
        ([], 2023, None, None, ("2023M", False)),
        (["2024J", "2024X"], 2024, None, None, ("2024J", True)),
    ],
)
def test_the_round_that_is_meant(
    plan: Path,
    plan_path: Path,
    marks: list[str],
    year: int,
    kind: RoundKind | None,
    asked: int | None,
    meant: tuple[str, bool],
) -> None:
    loaded = load_plan(plan_path)
    revision = loaded.revision.model_copy(update={"fiscal_year": year})
    loaded = loaded.model_copy(update={"revision": revision})
    add_sendouts(plan, lambda _: [changed(round=mark) for mark in marks])
    found = round_meant(plan, loaded, kind, asked)
    assert (round_mark(found.round), found.is_found) == meant


def test_a_sample_is_no_round_to_send(plan: Path, plan_path: Path) -> None:
    """見直し照会の見本を作っただけなら、配るのは実績照会。ほかは、作ったものを見る。"""
    loaded = load_plan(plan_path)
    (plan.parent / "issued").mkdir()
    (plan.parent / "issued" / "2024M-0a1b2c3d.json").write_text("{}", "utf-8")
    assert round_mark(round_meant(plan, loaded, None, None).round) == "2024M"
    assert round_mark(round_meant(plan, loaded, None, None, only_sent=True).round) == "2024J"
