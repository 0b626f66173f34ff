"""ボタンを二度押す、番を待つ間に変わる、古いページから戻る。古い内容からは、何も書かない。"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_samples import client, folder_in, text
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sheetgen.desk.application import create_application
from sheetgen.desk.hosting import Host
from sheetgen.desk.revision import revision_of
from sheetgen.desk.running import Shown, ThreadRunner
from sheetgen.desk.uploads import Uploads
from sheetgen.progress import Progress


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return folder_in(tmp_path)


@pytest.fixture
def page(root: Path) -> FlaskClient:
    return client(root)


def confirming(page: FlaskClient, root: Path) -> tuple[str, TestResponse]:
    """読めないファイル一つを渡し、記録する前の確かめまで進む。確かめのページの道と、そのページ。"""
    page.post("/collecting/", data={"files": (io.BytesIO(b"x"), "a.xlsx")})
    (waiting,) = Uploads(root / "data" / "plan.json").waiting("collect")
    at = page.post(f"/collecting/{waiting.id}/confirm").location
    return at, page.get(at)


def record_fields(shown: TestResponse) -> tuple[str, dict[str, str]]:
    """「記録する」の宛先と、ともに送るもの。"""
    form = re.search(r'<form method="post" action="([^"]+/record)">(.*?)</form>', text(shown), re.S)
    assert form
    return form[1], dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))


def test_a_page_shown_again_does_not_become_a_new_one(page: FlaskClient, root: Path) -> None:
    """確かめたあとで計画が変わった。同じ結果を開き直しても、確かめたことにはならない。"""
    at, _ = confirming(page, root)
    (root / "data" / "sendouts.jsonl").write_text("\n")
    address, fields = record_fields(page.get(at))
    answer = page.post(address, data=fields, headers={"Referer": f"http://localhost{at}"})
    assert answer.status_code == 409
    assert "ページが古くなっています" in text(answer)
    # 開き直す先は、古い結果でなく、もう一度読むページ。
    assert f'href="{address.removesuffix("/record")}"' in text(answer)


def test_decisions_of_another_tab_are_not_recorded_unseen(page: FlaskClient, root: Path) -> None:
    _, shown = confirming(page, root)
    address, fields = record_fields(shown)
    uploads = Uploads(root / "data" / "plan.json")
    (waiting,) = uploads.waiting("collect")
    waiting.note["decisions"] = {"R315:01-01": {"kind": "return"}}
    uploads.write(waiting)
    answer = page.post(address, data=fields)
    assert answer.status_code == 409
    assert "ここで決めたこと" in text(answer)
    assert uploads.find(waiting.id) is not None


@pytest.mark.parametrize(
    "referrer",
    ["https://evil.example/x", "javascript:alert(1)", "http://localhost/no/such/page",
     "http://localhost/job/1", "http://localhost/collecting/x/record", "//evil.example/"],
)  # fmt: skip
def test_only_a_page_of_the_desk_is_led_back_to(page: FlaskClient, referrer: str) -> None:
    answer = page.post("/sending/", data={"revision": "old"}, headers={"Referer": referrer})
    assert answer.status_code == 409
    assert '<a href="/">新しい内容で' in text(answer)


def test_the_page_before_is_led_back_to_with_what_was_chosen(page: FlaskClient) -> None:
    before = "http://localhost/sending/?round=results&year=2024"
    answer = page.post("/sending/", data={"revision": "old"}, headers={"Referer": before})
    assert 'href="/sending/?round=results&amp;year=2024"' in text(answer)


def test_what_is_gone_is_told(page: FlaskClient) -> None:
    """記録したあとで戻り、もう一度押した。"""
    answer = page.post("/collecting/20260101-000000-abcdef/record", data={"revision": ""})
    assert answer.status_code in (404, 409)
    answer = page.post("/collecting/20260101-000000-abcdef/confirm")
    assert answer.status_code == 404
    assert "渡したものは、もうありません" in text(answer)


@pytest.fixture
def queue(root: Path) -> Iterator[tuple[FlaskClient, ThreadRunner]]:
    """順番を待つ画面。前の仕事が終わるまで、何も動かない。"""
    runner, go_on = ThreadRunner(), threading.Event()
    page = create_application(root, Host(runner=runner)).test_client()

    def hold(progress: Progress) -> Shown:
        go_on.wait(20)
        return Shown("", to="/")

    runner.start("前の仕事", "/", hold)
    runner.go_on = go_on  # type: ignore[attr-defined]
    yield page, runner
    go_on.set()


def _end(runner: ThreadRunner) -> None:
    runner.go_on.set()  # type: ignore[attr-defined]
    for _ in range(400):
        if not runner.is_busy:
            return
        threading.Event().wait(0.05)
    raise AssertionError("終わらない")


def test_pressing_twice_is_pressing_once(
    queue: tuple[FlaskClient, ThreadRunner], root: Path
) -> None:
    page, runner = queue
    data = {"revision": revision_of(root / "data" / "plan.json"), "only": "csv"}
    first, second = (page.post("/publishing/export", data=data).location for _ in range(2))
    other = page.post("/publishing/export", data=data | {"only": "json"}).location
    assert first == second != other
    _end(runner)
    assert "オープンデータ" in text(page.get(first))


def test_what_changed_while_it_waited_is_not_overwritten(
    queue: tuple[FlaskClient, ThreadRunner], root: Path
) -> None:
    """押したときは新しかったページも、番が来たときには古いことがある。"""
    page, runner = queue
    plan = root / "data" / "plan.json"
    data = {"round": "results", "section": "企画部 財政課", "step": "make"}
    at = page.post("/sending/", data=data | {"revision": revision_of(plan)}).location
    plan.write_bytes(plan.read_bytes() + b"\n")
    _end(runner)
    assert "ページが古くなっています" in text(page.get(at))
    assert not (root / "data" / "sendouts.jsonl").exists()
