"""一枚のページ（sheetgen.html）：コマンドと同じものが、同じバイトでできる。"""

from __future__ import annotations

import base64
import configparser
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import one_page
import pytest
from desk_person import Person
from desk_walk import two_years
from live_browser import Browser
from one_page_desk import OnePage, served
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from programs import NODE_FOLDER, missing
from returned.desk import Desk
from returned.sections import Form
from test_collect_faults import assert_whole
from test_reading_unlocking import DEFAULT, locked

from sheetgen.problems import ExitCode
from sheetgen.publish import pdf
from sheetgen.publish.publishing import Output, ReportRequest
from sheetgen.publish.reporting import report

ROOT = Path(__file__).resolve().parent.parent
IS_FULL = os.environ.get("SHEETGEN_PAGE_FULL") == "1"
WHO = "総務 花子"
KILLS = int(os.environ.get("SHEETGEN_PAGE_KILLS", "1"))
"""回収の途中でワーカーを殺す回数。"""


@pytest.fixture(scope="module")
def contents() -> one_page.Contents:
    """ページに入れるもの。部品が取り寄せてなく、取り寄せられなければ、飛ばす。"""
    try:
        return one_page.contents()
    except one_page.Failure as error:
        missing(str(error))


@pytest.fixture(scope="module")
def page_file(contents: one_page.Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """作ったページ。"""
    output = tmp_path_factory.mktemp("dist") / "sheetgen.html"
    one_page.write(contents, output)
    return output


@pytest.fixture(scope="module")
def from_file(page_file: Path) -> Iterator[OnePage]:
    """file:// から、網につながずに開いたページ。フォルダーには、計画とテンプレートがある。"""
    with Browser() as browser:
        page = OnePage(browser, page_file.as_uri(), is_real=False)
        conditions = {"latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        browser.call("Network.emulateNetworkConditions", offline=True, **conditions)
        page.open()
        if (NODE_FOLDER / "node_modules").is_dir():
            Person(browser).look()
        page.put(shipped())
        page.choose(WHO)
        yield page


@pytest.fixture(scope="module")
def over_loopback(page_file: Path) -> Iterator[OnePage]:
    """この PC の中のサーバーから開いたページ。ブラウザーのほんとうのフォルダーを使う。"""
    with served(page_file.parent) as address, Browser() as browser:
        page = OnePage(browser, f"{address}/{page_file.name}", is_real=True)
        page.open()
        page.choose(WHO)
        yield page


def shipped() -> dict[str, bytes]:
    """同梱の計画のデータとテンプレート。"""
    found = [ROOT / "data" / "plan.json", *(ROOT / "templates").rglob("*")]
    return {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in found if p.is_file()}


def by_command(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """同じことを、コマンドで行う。"""
    return subprocess.run(
        [sys.executable, "-m", "sheetgen", *words],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "LOGNAME": WHO},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def files_of(desk: Desk) -> dict[str, bytes]:
    """机の上のファイルと、テンプレート。"""
    templates = desk.template.parent
    found = {f"templates/{p.relative_to(templates).as_posix()}": p for p in templates.rglob("*")}
    found |= {p.relative_to(desk.root).as_posix(): p for p in desk.root.rglob("*")}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file()}


_TIMES = re.compile(rb"\d{8}-\d{6}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?")


def timeless(files: dict[str, bytes]) -> dict[str, bytes]:
    """data、templates、output のファイルの、時刻を除いたもの。錠のファイルは数えない。"""
    return {
        _TIMES.sub(b"@", name.encode()).decode(): _TIMES.sub(b"@", data)
        for name, data in files.items()
        if not name.rpartition("/")[2].startswith(".") and "/" in name
    }


def put_desk(page: OnePage, desk: Desk) -> None:
    """ページのフォルダーを、机と同じにする。"""
    page.empty()
    page.put(files_of(desk))


def timeless_text(text: str) -> str:
    return _TIMES.sub(b"@", text.encode()).decode()


COMMANDS = (
    ("generate",),
    ("check",),
    ("status",),
    ("export",),
    ("report", "--only", "html"),
    ("report", "--only", "xlsx"),
)


def test_every_output_is_the_same(from_file: OnePage, tmp_path: Path) -> None:
    """網につながない file:// のページの作るものは、画面に出ることばも、コマンドと同じ。"""
    _write(shipped(), tmp_path)
    for words in COMMANDS:
        code, told = from_file.command(*words)
        done = by_command(tmp_path, *words)
        assert (code, timeless_text(told)) == (done.returncode, timeless_text(done.stdout))
    found = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*")}
    wanted = {name: path.read_bytes() for name, path in found.items() if path.is_file()}
    assert timeless(from_file.take()) == timeless(wanted)
    assert {one.partition(":")[0] for one in from_file.browser.requests} <= {"file", "blob", "data"}


def _write(files: dict[str, bytes], root: Path) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


_PRINTED = """
import hashlib, json
from pathlib import Path
from sheetgen.publish import pdf
from sheetgen.publish.publishing import Output, ReportRequest
from sheetgen.publish.reporting import report
made = pdf.render({{"words": "令和６年度の実績"}}, "2024-03", Path({main!r}), {fonts})
json.dumps([hashlib.sha256(made.data).hexdigest(), made.pages, made.font])
"""
_MAIN = """#set text(font: json(bytes(sys.inputs.fonts)), lang: "ja")
#set document(title: "実績")
= #json(bytes(sys.inputs.document)).words
#metadata(1) <page-count>
"""


def test_a_document_is_typeset_the_same(from_file: OnePage, tmp_path: Path) -> None:
    """ページに入っている書体で組んだ PDF は、同じ書体で、この PC の typst が組むものと同じ。"""
    from_file.put({"output/main.typ": _MAIN.encode()})
    found = from_file.python(_PRINTED.format(main="output/main.typ", fonts=None))
    _write({"main.typ": _MAIN.encode(), **fonts()}, tmp_path)
    made = pdf.render(
        {"words": "令和６年度の実績"}, "2024-03", tmp_path / "main.typ", tmp_path / "fonts"
    )
    assert json.loads(found) == [hashlib.sha256(made.data).hexdigest(), 1, "BIZ UDゴシック"]


def fonts() -> dict[str, bytes]:
    part = next(one for one in one_page.pinned() if "biz-udgothic" in one.name)
    return one_page.fonts_of(one_page.npm_files(one_page.fetched(part)))


if IS_FULL:  # 98ページを組むのは、時間がかかる（SHEETGEN_PAGE_FULL=1 で行う）

    def test_the_whole_document_is_typeset_the_same(from_file: OnePage, tmp_path: Path) -> None:
        """98ページの文書。"""
        code, told = from_file.command("report", "--only", "pdf")
        assert code == ExitCode.OK, told
        _write({**shipped(), **fonts()}, tmp_path)
        request = ReportRequest(
            plan=tmp_path / "data" / "plan.json",
            template=tmp_path / "templates" / "shinchoku_sheet.xlsx",
            layout=tmp_path / "templates" / "report",
            root=tmp_path,
            outputs=(Output.PDF,),
            fonts=tmp_path / "fonts",
        )
        report(request)
        (made,) = tmp_path.glob("output/*/年次見直し/*.pdf")
        assert from_file.take()[made.relative_to(tmp_path).as_posix()] == made.read_bytes()


def test_pages_are_walked_by_mouse(from_file: OnePage) -> None:
    """リンクでページを替え、戻れる。題と、読み上げの位置が、ページとともに替わる。"""
    browser = from_file.browser
    browser.ask("document.querySelector('a[href=\"/items/\"]').click()")
    from_file.wait("return location.hash === '#/items/' && !desk.isBusy")
    browser.ask("document.querySelector('a[href=\"/undoing/\"]').click()")
    from_file.wait("return location.hash === '#/undoing/' && !desk.isBusy")
    assert browser.ask("return document.activeElement.id") == "main"
    title = browser.ask("return document.title")
    browser.ask("history.back()")
    from_file.wait("return location.hash === '#/items/' && !desk.isBusy")
    assert browser.ask("return document.title") != title
    assert browser.ask("return document.adoptedStyleSheets.length") == 1


def test_leaving_while_writing_asks(from_file: OnePage) -> None:
    leave = (
        "const event = new Event('beforeunload', { cancelable: true });"
        "dispatchEvent(event); return event.defaultPrevented;"
    )
    assert from_file.browser.ask(leave) is False
    assert from_file.browser.ask(f"desk.request('GET', '/'); {leave}") is True
    from_file.wait("return !desk.isBusy")


def test_an_old_browser_is_told(from_file: OnePage) -> None:
    """Python を待たせられないブラウザー（Chrome 137 より前）では、そう言う。"""
    assert from_file.browser.ask("return lacking()") == ""
    told = from_file.browser.ask(
        "const kept = WebAssembly.Suspending; delete WebAssembly.Suspending;"
        "const told = lacking(); WebAssembly.Suspending = kept; return told;"
    )
    assert told


def test_two_years_are_walked_by_mouse(over_loopback: OnePage, tmp_path: Path) -> None:
    """空のフォルダーから二つめの文書まで。この PC で出す画面と、同じ歩き方。

    開いたばかりの、空のフォルダーから歩く。``over_loopback`` を使う、初めの試験であること。
    """
    assert over_loopback.take() == {}
    browser = over_loopback.browser
    browser.requests.clear()

    def look() -> Path:
        _write(over_loopback.take(), tmp_path / "写し")
        return tmp_path / "写し"

    two_years(Person(browser, checks=False), look, tmp_path / "届いたもの")
    assert [one for one in browser.requests if not one.startswith(("blob:", "data:"))] == []


def test_collect_writes_the_same(
    over_loopback: OnePage, issued_desk: Desk, filled_books: Path, tmp_path: Path
) -> None:
    """回収の結果は、計画のデータも記録簿も、コマンドと同じ。"""
    desk = office(issued_desk, filled_books, tmp_path)
    put_desk(over_loopback, desk)
    code, told = over_loopback.command("collect", "output/返信")
    assert code == ExitCode.OK, told
    done = by_command(desk.root, "collect", "output/返信")
    assert (code, timeless_text(told)) == (done.returncode, timeless_text(done.stdout))
    assert timeless(over_loopback.take()) == timeless(files_of(desk))


def office(issued: Desk, books: Path, folder: Path) -> Desk:
    """配り終えて、返信の届いた机。テンプレートもある。"""
    desk = Desk.copy_of(issued, folder / "desk")
    shutil.copytree(books, desk.root / "output" / "返信")
    shutil.copytree(desk.template.parent, desk.root / "templates")
    return desk


# 読む子に、ファイルの言うことをさせる。
OBEYING = """
import sheetgen.reading.worker as worker
honest = worker.answer
def answer(data):
    if data == b"spin":
        while True:
            pass
    if data == b"eat":
        held = []
        while True:
            held.append(bytearray(1 << 24))
    if data == b"long":
        return bytes(2000)
    if data == b"fail":
        raise KeyError("x")
    if data == b"die":
        import ctypes
        ctypes.string_at(-1)
    return honest(data)
worker.answer = answer
"""
ASKED = """
import json
from sheetgen.problems import Problem
from sheetgen.reading import reader
from sheetgen.reading.guard import Guard
from sheetgen.reading.limits import Limits
limits = Limits(file_seconds=3, memory_bytes=300 << 20, answer_bytes=1000)
with Guard(reader._start_child, limits) as guard:
    outcomes = list(guard.ask([one.encode() for one in {words}]))
json.dumps([one.code if isinstance(one, Problem) else one.decode()[:9] for one in outcomes])
"""


def test_a_hostile_file_ends_as_in_a_process(
    over_loopback: OnePage, issued_desk: Desk, filled_books: Path, tmp_path: Path
) -> None:
    """止まらないもの、メモリーを食うもの、倒すものは、プロセスと同じ符号になり、次は読める。"""
    page = over_loopback
    page.kill()  # 前の試験の子が残っていれば、どれが読む子か見分けられない
    put_desk(page, office(issued_desk, filled_books, tmp_path))
    for words, codes in (
        (["long", "fail", "eat", "x"], ["R063", "R064", "R061", '[{"code":']),
        (["spin", "x"], ["R060", '[{"code":']),
        (["die", "x"], ["R062", '[{"code":']),
    ):
        page.python(ASKED.format(words=["x"]))
        page.browser.ask(f"python.runPython({json.dumps(OBEYING)})", session=page.helper())
        assert json.loads(page.python(ASKED.format(words=words))) == codes


_LOCKED = """
from pathlib import Path
from sheetgen.reading import reader
from sheetgen.reading.guard import Guard
with Guard(reader._start_child) as guard:
    found = next(guard.ask([Path("output/locked.xlsx").read_bytes()]))
found.decode()
"""


def test_a_locked_book_is_read(over_loopback: OnePage) -> None:
    """だれもパスワードを付けていないのに暗号化されたブックは、ページの中でも開く。"""
    over_loopback.put({"output/locked.xlsx": locked(DEFAULT)})
    assert "答え" in over_loopback.python(_LOCKED)


MARK = "data/.plan.json.desk"
HELD = """
import json
from pathlib import Path
from js import ask
from pyodide.ffi import run_sync, to_js
from sheetgen.plan.saving import hold
from sheetgen.problems import SheetgenError
try:
    with hold(Path("data/plan.json")):
        found = run_sync(ask("read", to_js(["{mark}"])))
    told = json.loads(found[0][2].to_bytes())["who"]
except SheetgenError as error:
    told = [error.problems[0].code, error.problems[0].facts["who"]]
json.dumps(told)
"""


def test_two_people_on_one_folder(
    over_loopback: OnePage, issued_desk: Desk, filled_books: Path, tmp_path: Path
) -> None:
    """書く間は印を置く。ほかの人の印や、コマンドの印があれば書かない。残された印は、人が除ける。"""
    page = over_loopback
    put_desk(page, office(issued_desk, filled_books, tmp_path))
    held = HELD.replace("{mark}", MARK)
    assert json.loads(page.python(held)) == WHO
    assert MARK not in page.take()
    page.put({"data/.plan.json.holder": "財政 太郎 (PC-1)".encode()})
    assert json.loads(page.python(held)) == ["M081", "財政 太郎 (PC-1)"]
    page.remove("data/.plan.json.holder")
    for age, is_stale in ((10, False), (1000, True)):
        other = {"who": "財政 太郎", "since": "10:32", "beat": time.time() - age, "token": "x"}
        page.put({MARK: json.dumps(other).encode()})
        told = "財政 太郎、10:32から、sheetgen.html で"
        assert json.loads(page.python(held)) == ["M081", told]
        assert bool(page.browser.ask(f"return Boolean({TAKE_OVER})")) is is_stale
    page.browser.ask(f"window.confirm = () => true; {TAKE_OVER}.click()")
    assert json.loads(page.python(held)) == WHO
    # 自分の、倒れた前のページの印は、待たずに除く。
    page.browser.ask("localStorage.setItem('sheetgen-tokens', JSON.stringify(['dead']))")
    mine = {"who": WHO, "since": "10:32", "beat": time.time(), "token": "dead"}
    page.put({MARK: json.dumps(mine).encode()})
    assert json.loads(page.python(held)) == WHO


TAKE_OVER = "document.getElementById('host-take-over')"
WRITE = "python.FS.writeFile('/計画/output/a.txt', 'mine');"


def test_a_file_changed_meanwhile_is_not_overwritten(over_loopback: OnePage) -> None:
    page, name = over_loopback, "output/a.txt"
    worker = page.browser.workers[0]
    for before in ({name: b"before"}, {}):
        page.empty()
        page.put({"output/b.txt": b"", **before})
        page.browser.ask(f"await mounted.refresh(); {WRITE}", session=worker)
        page.put({name: b"theirs"})
        told = page.browser.ask(
            "try { await mounted.flush(); } catch (error) { return [error.name, error.message]; }",
            session=worker,
        )
        assert told == ["ChangedMeanwhile", name]
        assert page.take() == {"output/b.txt": b"", name: b"theirs"}
        assert page.python(f"open({name!r}).read()") == "theirs"


def test_a_copied_folder_comes_back_as_a_zip(from_file: OnePage) -> None:
    """フォルダーを選べない所では、写しで使い、変わったものを zip で渡す。"""
    text = from_file.browser.ask(
        """
        const made = new Copied("写し", new Map());
        await made.write("data/計画.json", new TextEncoder().encode("{}"), null);
        await made.write("output/消える.txt", new Uint8Array(70000), null);
        await made.write("output/残る.bin", new Uint8Array(70000).fill(7), null);
        await made.remove("output/消える.txt");
        const { files, folders } = await made.scan();
        const data = new Uint8Array(await zipped(made.files).arrayBuffer()).toBase64();
        return [files.map(([path]) => path).sort(), folders.sort(), data];
        """
    )
    names, folders, data = text
    assert names == ["data/計画.json", "output/残る.bin"]
    assert folders == ["data", "output"]
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(data))) as archive:
        assert archive.testzip() is None
        assert archive.read("data/計画.json") == b"{}"
        assert archive.read("output/残る.bin") == bytes([7]) * 70000


def test_every_part_is_there_with_its_licence(page_file: Path, contents: one_page.Contents) -> None:
    """載せた部品のどれにも、ライセンスの全文がある。大きさは上限の内で、外のアドレスを求めない。"""
    notices = contents.notices
    names = {one.name.lower().replace("_", "-") for one in notices}
    assert names == {"sheetgen", *(part.name.lower() for part in one_page.pinned())}
    assert all(one.texts and one.licence for one in notices)
    assert page_file.stat().st_size <= one_page.LARGEST
    page = page_file.read_text("utf-8")
    assert "connect-src 'none'" in page.partition("</head>")[0]
    assert not re.search(r"(src|href|action)=[\"']https?:", page)


def test_the_parts_are_those_that_setup_cfg_asks_for() -> None:
    """載せた部品の版は、どれも setup.cfg の範囲にあり、要るものはそろっている。"""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    asked = [Requirement(one) for one in config["options"]["install_requires"].split("\n") if one]
    there = {canonicalize_name(one.name): one.version for one in one_page.pinned()}
    needed = [one for one in asked if canonicalize_name(one.name) != "waitress"]
    assert [
        one.name
        for one in needed
        if not one.specifier.contains(there.get(canonicalize_name(one.name), "0"))
    ] == []


def test_another_part_than_the_pinned_is_refused(tmp_path: Path) -> None:
    part = one_page.pinned()[0]
    (tmp_path / part.file).write_bytes(b"other")
    with pytest.raises(one_page.Failure):
        one_page.fetched(part, tmp_path)


COLLECT = """
from sheetgen.cli import main
main(["collect", "output/返信"])
"""


def test_a_worker_killed_at_any_moment(
    over_loopback: OnePage,
    issued_desk: Desk,
    filled_books: Path,
    honest_forms: dict[str, Form],
    tmp_path: Path,
) -> None:
    """回収のどこでワーカーが死んでも、前か後のどちらか。もう一度行えば、すべて入る。"""
    few = tmp_path / "八冊"
    few.mkdir()
    for book in sorted(filled_books.iterdir())[4:12]:
        shutil.copy(book, few)
    names = [book.name for book in few.iterdir()]
    forms = {
        item: form
        for item, form in honest_forms.items()
        if any(f"_{form.addressee}_" in name for name in names)
    }
    fresh = office(issued_desk, few, tmp_path)
    old = fresh.plan.read_bytes()
    page = over_loopback
    put_desk(page, fresh)
    page.helper()
    # 前の試験で、部品を読み込み終えている。殺すのは、そのようなワーカー。
    whole = 0.0
    for _ in range(1 if KILLS < 3 else 2):  # 時間を計って殺すのは、三度目から
        page.empty()
        page.put(files_of(fresh))
        page.count_writes()
        begun = time.perf_counter()
        code, told = page.command("collect", "output/返信")
        assert code == ExitCode.OK, told
        whole = time.perf_counter() - begun
    # 書くことを、数える。
    writes = page.count_writes()
    chance = random.Random(50)
    ended = 0
    for number in range(KILLS):
        page.empty()
        page.put(files_of(fresh))
        if number % 3 == 2:
            page.begin(COLLECT)
            time.sleep(whole * chance.uniform(0.05, 1.05))
        else:  # 書くところを、多く狙う。一つのファイルを書き始めたときか、書き終えたとき
            page.begin(COLLECT, dies_at=chance.randint(1, writes), is_after=chance.random() < 0.5)
        page.kill()
        one = assert_whole(taken(page, fresh, tmp_path / f"after{number}"), old, forms)
        ended += one
        code, told = page.command("collect", "output/返信")
        assert code == ExitCode.OK, told
        assert assert_whole(taken(page, fresh, tmp_path / f"again{number}"), old, forms)
        print(number, "後" if one else "前", flush=True)
    print(f"{KILLS}回のうち、{ended}回は書き終えていた（書くファイルは {writes}）")


def taken(page: OnePage, desk: Desk, root: Path) -> Desk:
    """ページのフォルダーを、机として取り出す。"""
    for name, data in page.take().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    made = Desk.__new__(Desk)
    made.root, made.plan, made.template = root, root / "data" / "plan.json", desk.template
    return made
