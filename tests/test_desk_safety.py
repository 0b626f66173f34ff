"""画面の守り：ほかの人、ほかのページ、ほかの道からは、何も見えず、何もできない。"""

from __future__ import annotations

import errno
import io
import json
import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_samples import application, client, folder_in, text
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from sheetgen.desk import serving
from sheetgen.desk.revision import revision_of
from sheetgen.desk.running import Shown, ThreadRunner
from sheetgen.desk.safety import POLICY, cookie_name
from sheetgen.desk.serving import DeskServer, running
from sheetgen.desk.uploads import Uploads
from sheetgen.progress import Progress

PORT, TOKEN = 8123, "the-token-of-this-desk"
HERE = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_in(tmp_path_factory.mktemp("safety"))


@pytest.fixture
def stranger(root: Path) -> FlaskClient:
    """番号は知っているが、鍵のない人。"""
    return application(root, token=TOKEN, port=PORT).test_client()


@pytest.fixture
def owner(stranger: FlaskClient) -> FlaskClient:
    """初めのアドレスを開いた人。"""
    answer = stranger.get(f"/?token={TOKEN}", base_url=HERE)
    assert (answer.status_code, answer.location) == (302, "/")
    return stranger


def test_the_token_becomes_a_cookie_that_no_script_and_no_other_site_sees(
    stranger: FlaskClient,
) -> None:
    answer = stranger.get(f"/?token={TOKEN}", base_url=HERE)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{cookie_name(PORT)}={TOKEN};")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in answer.location


def test_a_second_desk_does_not_shut_out_the_first(owner: FlaskClient, root: Path) -> None:
    """クッキーは、同じ名の PC の、どの番号にも送られる。"""
    other = application(root, token="another", port=PORT + 1).test_client()
    there = f"http://127.0.0.1:{PORT + 1}"
    set_there = other.get("/?token=another", base_url=there).headers["Set-Cookie"]
    name, _, value = set_there.partition(";")[0].partition("=")
    owner.set_cookie(name, value, domain="127.0.0.1")
    assert owner.get("/collecting/", base_url=HERE).status_code == 200


@pytest.mark.parametrize("path", ["/", "/collecting/", "/job/1", "/file/0/x", "/?token=wrong"])
def test_without_the_token_nothing_is_shown(stranger: FlaskClient, path: str) -> None:
    answer = stranger.get(path, base_url=HERE)
    assert answer.status_code == 403
    assert "アイコンから開いてください" in text(answer)
    assert "経営企画課" not in text(answer)


@pytest.mark.parametrize(
    "name", ["evil.example", "127.0.0.1", f"127.0.0.1.evil.example:{PORT}", "127.0.0.1:80", ""]
)
def test_another_host_name_is_refused(owner: FlaskClient, name: str) -> None:
    """名前だけ 127.0.0.1 に向けた、よそのページ（DNS rebinding）。"""
    assert owner.get("/check", base_url=HERE, headers={"Host": name}).status_code == 400


def test_both_names_of_this_machine_are_accepted(stranger: FlaskClient) -> None:
    for name in ("127.0.0.1", "localhost"):
        base = f"http://{name}:{PORT}"
        stranger.get(f"/?token={TOKEN}", base_url=base)
        assert stranger.get("/check", base_url=base).status_code in (200, 303)


def test_the_plain_port_has_no_number_in_its_name(root: Path) -> None:
    """80 番では、ブラウザーは宛て名に番号を付けない。"""
    page = application(root, token=TOKEN, port=80).test_client()
    assert page.get(f"/?token={TOKEN}", base_url="http://127.0.0.1").status_code == 302
    assert page.get("/", base_url="http://evil.example").status_code == 400


@pytest.mark.parametrize(
    "origin",
    [None, "null", "https://evil.example", "http://127.0.0.1:80", f"https://127.0.0.1:{PORT}",
     f"http://evil.example:{PORT}"],
)  # fmt: skip
def test_another_site_cannot_post(owner: FlaskClient, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    for path in ("/collecting/", "/quit", "/open", "/check"):
        assert owner.post(path, base_url=HERE, headers=headers).status_code == 403


def test_the_own_page_can_post(owner: FlaskClient) -> None:
    assert owner.post("/check", base_url=HERE, headers={"Origin": HERE}).status_code == 303


def test_every_page_carries_the_guard(owner: FlaskClient) -> None:
    for path in ("/collecting/", "/nothing", "/static/desk.css"):
        headers = owner.get(path, base_url=HERE).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
    assert "unsafe-inline" not in POLICY
    assert owner.get("/collecting/", base_url=HERE).headers["Cache-Control"] == "no-store"


def test_no_page_has_script_or_style_of_its_own(project_root: Path) -> None:
    """CSP の断るものは、ひな型にもない。よそへのアドレスもない。"""
    for path in sorted((project_root / "sheetgen" / "desk" / "templates").glob("*.html")):
        page = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), path
        assert not re.search(r"https?://", page), path


@pytest.mark.parametrize(
    "path",
    ["/file/../../data/plan.json", "/file/%2e%2e/plan.json", "/file/data/plan.json",
     "/static/../templates/base.html", "/static/%2e%2e/application.py", "/collecting/../../x",
     "/collecting/20260101-000000-abcdef", "/items/../../data"],
)  # fmt: skip
def test_no_path_of_a_request_is_opened(root: Path, path: str) -> None:
    answer = client(root).get(path)
    assert answer.status_code in (404, 405)
    assert "municipality" not in text(answer)


def test_only_what_a_page_offered_is_opened(root: Path) -> None:
    opened: list[Path] = []
    app = application(root, open_path=opened.append)
    tag = app.extensions["desk"].files.offer(root / "templates")
    page = app.test_client()
    assert page.post("/open", data={"file": tag}).status_code == 204
    assert opened == [root / "templates"]
    for name in (str(root / "data"), "../data", "0" * 20, ""):
        assert page.post("/open", data={"file": name}).status_code == 404
    assert len(opened) == 1


def _file(name: str, data: bytes = b"x") -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../plan.json", "plan.json"),
        ("..\\..\\CON.xlsx", "_CON.xlsx"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Users\\x\\返信.xlsx", "C_/Users/x/返信.xlsx"),
        ("nul", "_nul"),
        ("com1.txt", "_com1.txt"),
        ("LPT¹.xlsx", "_LPT¹.xlsx"),
        ("a\x00b\u202egnp.xlsx", "a_b_gnp.xlsx"),
        ("企画課/返信 .", "企画課/返信"),
        ("...", "名のないファイル"),
        ("あ" * 300 + ".xlsx", "あ" * 75 + ".xlsx"),
        ("あ" * 300, "あ" * 79),
        ("a." + "b" * 300, "a." + "b" * 20),
        (
            "/".join("深い所" * 20 for _ in range(40)) + "/返信.xlsx",
            "/".join(["深い所" * 20] * 7) + "/返信.xlsx",
        ),
    ],
)
def test_a_name_is_only_a_name(tmp_path: Path, name: str, kept: str) -> None:
    batch = Uploads(tmp_path / "data" / "plan.json").keep("collect", [_file(name)])
    assert batch is not None
    assert batch.names == (kept,)
    assert [one for one in batch.files.rglob("*") if one.is_file()] == [batch.files / kept]
    assert (batch.files / kept).resolve().is_relative_to(tmp_path / "data" / "desk")


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    given = [_file("返信.xlsx", b"1"), _file("返信.XLSX", b"2"), _file("返信.xlsx", b"3")]
    batch = Uploads(tmp_path / "plan.json").keep("collect", given)
    assert batch is not None
    assert sorted(one.read_bytes() for one in batch.files.iterdir()) == [b"1", b"2", b"3"]


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["企画課", "企画課/返信.xlsx"], ("企画課", "企画課（2）/返信.xlsx")),
        (["A/返信.xlsx", "a"], ("A/返信.xlsx", "a（2）")),
        (["a/x.xlsx", "A/X.xlsx"], ("a/x.xlsx", "A/X（2）.xlsx")),
    ],
)
def test_a_file_and_a_folder_of_one_name_are_both_kept(
    tmp_path: Path, names: list[str], kept: tuple[str, ...]
) -> None:
    batch = Uploads(tmp_path / "plan.json").keep("collect", map(_file, names))
    assert batch is not None
    assert batch.names == kept
    assert all((batch.files / one).is_file() for one in kept)


def test_what_cannot_be_kept_is_told_and_leaves_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ディスクがいっぱい、書けないフォルダー。"""
    for error, code in ((OSError(errno.ENOSPC, "full"), "O004"), (PermissionError(), "O002")):

        def refuse(*_: object, error: OSError = error) -> None:
            raise error

        monkeypatch.setattr(FileStorage, "save", refuse)
        files = {"files": (io.BytesIO(b"x"), "a.xlsx")}
        answer = client(root).post("/collecting/", data=files)
        assert answer.status_code == 409
        assert code in text(answer)
        assert not (root / "data" / "desk").exists()


@pytest.mark.parametrize(
    "path",
    [f"/items/08-08?year={'9' * 5000}", "/sending/?deadline=9999-12-31",
     "/sending/?deadline=0001-01-01", "/sending/?deadline=0007-07-31"],
)  # fmt: skip
def test_a_number_that_cannot_be_is_refused_by_its_name(root: Path, path: str) -> None:
    answer = client(root).get(path)
    assert answer.status_code == 409
    assert "読めません" in text(answer)


def test_too_large_an_upload_gets_a_page(root: Path) -> None:
    app = application(root)
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = app.test_client().post(
        "/collecting/", data={"files": (io.BytesIO(b"x" * 2000), "a.xlsx")}
    )
    assert answer.status_code == 413
    assert "一度に受け取れる大きさを超えています" in text(answer)


def test_an_outdated_page_changes_nothing(root: Path) -> None:
    page = client(root)
    plan = root / "data" / "plan.json"
    revision = revision_of(plan)
    page.post("/collecting/", data={"files": (io.BytesIO(b"x"), "a.xlsx")})
    (waiting,) = Uploads(plan).waiting("collect")
    plan.with_name("sendouts.jsonl").write_text("\n")
    answer = page.post(f"/collecting/{waiting.id}/record", data={"revision": revision})
    assert answer.status_code == 409
    assert "送付記録" in text(answer)
    assert "何も書き換えていません" in text(answer)
    assert Uploads(plan).find(waiting.id) is not None
    plan.with_name("sendouts.jsonl").unlink()
    Uploads(plan).discard(waiting)


@pytest.fixture
def server(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskServer]:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    server = DeskServer(root)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    _wait_until(lambda: running(root) is not None)
    yield server
    server.stop()
    thread.join(20)
    assert not thread.is_alive()


def _wait_until(true: object) -> None:
    for _ in range(400):
        if callable(true) and true():
            return
        threading.Event().wait(0.05)
    raise AssertionError("いつまでも起きない")


def test_only_this_machine_is_listened_to(server: DeskServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5):
        pass
    names = {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for name in names - {"127.0.0.1"}:
        with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
            socket.create_connection((name, server.port), timeout=2).close()


def test_a_second_start_finds_the_first(root: Path, server: DeskServer, tmp_path: Path) -> None:
    found = running(root)
    assert found is not None
    assert (found.address, found.port) == (server.address, server.port)
    note = next((tmp_path / "sheetgen").iterdir())
    assert note.stat().st_mode & 0o077 == 0
    note.write_text(json.dumps({"address": found.address + "x", "port": found.port}))
    assert running(root) is None  # 鍵が違えば、その番号にいるのは別のもの


def test_quitting_ends_it(root: Path, server: DeskServer) -> None:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
    )
    with opener.open(server.address.replace("/?", "/nothing?")) as answer:
        assert answer.status == 200
    asked = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/quit", method="POST",
        headers={"Origin": f"http://127.0.0.1:{server.port}"},
    )  # fmt: skip
    with opener.open(asked) as answer:
        assert "画面を終えました" in answer.read().decode()
    _wait_until(lambda: running(root) is None)


def test_a_desk_that_nobody_looks_at_ends_but_not_while_it_works(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setattr(serving, "_LOOK_SECONDS", 0.05)
    server = DeskServer(root, quiet_seconds=0.2)
    go_on = threading.Event()
    runner = server.app.extensions["desk"].host.runner
    assert isinstance(runner, ThreadRunner)

    def work(progress: Progress) -> Shown:
        go_on.wait(20)
        return Shown("", to="/")

    runner.start("仕事", "/", work)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    thread.join(1.0)
    assert thread.is_alive()
    go_on.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_busy_port_is_told(server: DeskServer) -> None:
    with pytest.raises(OSError, match=r"in use|使用"):
        DeskServer(Path(), server.port)
