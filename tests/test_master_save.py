"""マスターを書く。途中で何があっても、古いものか新しいもののどちらかが残る。"""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from any_plans import plans
from hypothesis import given, settings
from plan_samples import sample_plan

from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_master, load_plan, parse_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.saving import hold, render_plan, save_plan
from sheetgen.problems import SheetgenError

OLD = Plan.model_validate(sample_plan())
NEW = Plan.model_validate(sample_plan(office="新しい課"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """古い計画の入ったマスター。"""
    path = tmp_path / "plan.json"
    save_plan(OLD, path)
    return path


def refused(plan: Plan, path: Path, **options: Any) -> str:
    """保存が断られることを確かめ、その問題のコードを返す。"""
    with pytest.raises(SheetgenError) as raised:
        save_plan(plan, path, **options)
    (problem,) = raised.value.problems
    assert problem.place.file == str(path)
    assert describe(problem)
    return problem.code


def names(folder: Path) -> set[str]:
    """フォルダーの中の、錠のほかのファイル名。"""
    return {found.name for found in folder.iterdir()} - {".plan.json.lock"}


# --- 読むことと保存することは、互いの逆 ---


def test_the_real_plan_is_saved_byte_for_byte(plan_path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "plan.json"
    save_plan(load_plan(plan_path), copy)
    assert copy.read_bytes() == plan_path.read_bytes()


def test_the_file_is_one_a_person_can_compare(plan_path: Path) -> None:
    data = plan_path.read_bytes()
    text = data.decode("utf-8")
    assert text.endswith("}\n")
    assert "\r" not in text
    assert '\n  "municipality": "伊勢原市",\n' in text
    assert "\\u" not in text
    assert '"target": 99.0' in text
    keys = list(json.loads(text))
    # メールの大きさの上限や、計画が自分で言うことは、決めるまで書かない。
    assert keys == [name for name, info in Plan.model_fields.items() if info.exclude_if is None]


@settings(max_examples=100, deadline=None)
@given(plans())
def test_save_then_load_is_identity(plan: Plan) -> None:
    data = render_plan(plan)
    again = parse_plan(data, "plan.json")
    assert again == plan
    assert render_plan(again) == data


def test_numbers_keep_their_kind(path: Path) -> None:
    item = load_plan(path).find("01-01")[2]
    assert isinstance(item.indicator.target, float)
    assert isinstance(item.years[0].target, int)


# --- 誤って上書きしない ---


def test_save_returns_what_the_next_save_needs(path: Path) -> None:
    digest = save_plan(NEW, path, replacing=load_master(path).digest)
    assert load_master(path).digest == digest
    save_plan(OLD, path, replacing=digest)
    assert load_plan(path) == OLD
    assert names(path.parent) == {"plan.json"}


def test_existing_file_is_not_overwritten(path: Path) -> None:
    assert refused(NEW, path) == "M084"
    assert load_plan(path) == OLD


def test_file_changed_since_is_not_overwritten(path: Path) -> None:
    digest = load_master(path).digest
    path.write_bytes(path.read_bytes() + b"\n")
    changed = path.read_bytes()
    assert refused(NEW, path, replacing=digest) == "M082"
    assert path.read_bytes() == changed


def test_vanished_file_is_told(path: Path) -> None:
    digest = load_master(path).digest
    path.unlink()
    assert refused(NEW, path, replacing=digest) == "M083"
    assert names(path.parent) == set()


def test_unsound_plan_is_not_saved(path: Path) -> None:
    before = path.read_bytes()
    # model_copy は、渡された値を確かめない。
    unsound = NEW.model_copy(update={"office": "一\r二"})
    assert refused(unsound, path, replacing=load_master(path).digest) == "M024"
    assert path.read_bytes() == before


def test_missing_folder_is_told_and_not_made(tmp_path: Path) -> None:
    assert refused(NEW, tmp_path / "ない" / "plan.json") == "M085"
    assert not (tmp_path / "ない").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windowsでは記号リンクに権限が要る")
def test_link_stays_a_link(path: Path) -> None:
    link = path.with_name("link.json")
    link.symlink_to(path)
    save_plan(NEW, link, replacing=load_master(link).digest)
    assert link.is_symlink()
    assert load_plan(path) == NEW


@pytest.mark.skipif(os.name == "nt", reason="Windowsにはこの権限の表し方がない")
def test_permissions_stay(path: Path) -> None:
    path.chmod(0o640)
    save_plan(NEW, path, replacing=load_master(path).digest)
    assert path.stat().st_mode & 0o777 == 0o640


# --- 二人が同時に ---


def test_held_lock_names_its_holder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "keiei")
    digest = load_master(path).digest
    with hold(path, 1), pytest.raises(SheetgenError) as raised:
        save_plan(NEW, path, replacing=digest, wait=0.1)
    (problem,) = raised.value.problems
    assert problem.code == "M081"
    assert str(problem.facts["who"]).startswith("keiei")
    assert load_plan(path) == OLD
    save_plan(NEW, path, replacing=digest)
    assert names(path.parent) == {"plan.json"}


def test_only_one_of_many_wins(path: Path) -> None:
    digest = load_master(path).digest
    wanted = [Plan.model_validate(sample_plan(office=f"第{n}課")) for n in range(8)]

    def attempt(plan: Plan) -> str:
        try:
            save_plan(plan, path, replacing=digest, wait=60)
        except SheetgenError as error:
            return error.problems[0].code
        return plan.office

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, wanted))
    assert outcomes.count("M082") == 7
    assert load_plan(path).office in outcomes


# --- 途中の失敗と停電 ---


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "shutil.copymode"])
def test_failing_disk_leaves_the_old(
    path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    digest = load_master(path).digest

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patched:
        patched.setattr(step, fail)
        assert refused(NEW, path, replacing=digest) == "M085"
    assert path.read_bytes() == before
    assert names(path.parent) == {"plan.json"}


def test_interruption_leaves_the_old(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = load_master(path).digest

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            save_plan(NEW, path, replacing=digest)
    assert load_plan(path) == OLD
    assert names(path.parent) == {"plan.json"}


# 停電のように、すぐにプロセスが終わる。何も片付けない。
DYING = """
    import os, pathlib, sys, tempfile
    from sheetgen.plan.loading import load_master; from sheetgen.plan.saving import save_plan

    path, step = pathlib.Path(sys.argv[1]), sys.argv[2]
    master = load_master(path)
    new = master.plan.model_copy(update={"office": "新しい課"})

    def die(*_, **__):
        os._exit(9)

    def replace_and_die(self, target, original=pathlib.Path.replace):
        original(self, target)
        os._exit(9)

    if step == "making":
        tempfile.mkstemp = die
    elif step == "writing":
        os.fdopen = die
    elif step == "flushing":
        os.fsync = die
    elif step == "before":
        pathlib.Path.replace = die
    else:
        pathlib.Path.replace = replace_and_die
    save_plan(new, path, replacing=master.digest)
"""


@pytest.mark.parametrize("step", ["making", "writing", "flushing", "before", "after"])
def test_dying_at_any_step_leaves_old_or_new(path: Path, step: str, project_root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DYING), str(path), step],
        cwd=project_root,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 9, done.stderr.decode("utf-8", "replace")
    assert load_plan(path) == (NEW if step == "after" else OLD)
    # 次の保存は妨げられず、残りを片付ける。
    save_plan(OLD, path, replacing=load_master(path).digest)
    assert load_plan(path) == OLD
    assert names(path.parent) == {"plan.json"}


SAVING = """
    import itertools, pathlib, sys
    from sheetgen.plan.loading import load_master; from sheetgen.plan.saving import save_plan

    path = pathlib.Path(sys.argv[1])
    for office in itertools.cycle(["新しい課", "試験課"]):
        master = load_master(path)
        plan = master.plan.model_copy(update={"office": office})
        save_plan(plan, path, replacing=master.digest)
        print(office, flush=True)
"""


def test_killed_at_any_moment_leaves_old_or_new(path: Path, project_root: Path) -> None:
    chance = random.Random(7)
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SAVING), str(path)],
            cwd=project_root,
            stdout=subprocess.PIPE,
        ) as saving:
            assert saving.stdout
            assert saving.stdout.readline()  # 少なくとも一度は保存した
            time.sleep(chance.uniform(0, 0.03))
            saving.kill()
        assert load_plan(path) in (OLD, NEW)
    save_plan(OLD, path, replacing=load_master(path).digest)
    assert names(path.parent) == {"plan.json"}
