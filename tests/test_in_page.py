"""一枚のページの中で動く画面の、Python の側。ページの代わりのものを相手に、ここで動かす。"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from returned.desk import Desk

from sheetgen.collect.receiving import collect_returns
from sheetgen.collect.request import CollectRequest
from sheetgen.desk import in_page
from sheetgen.desk.in_page import InPage, PageReader
from sheetgen.plan import durable, locking
from sheetgen.plan.saving import hold
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.publish import pdf
from sheetgen.reading import reader
from sheetgen.reading.child import reply
from sheetgen.reading.guard import Closed, Guard
from sheetgen.reading.limits import Limits
from sheetgen.reading.worker import answer
from sheetgen.records import originals
from sheetgen.records.sendouts import add_sendouts


class PretendedPage:
    """ページの代わり。書き切るたびに、その間に変わったものの名を ``carried`` に残す。"""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.carried: list[list[str]] = []
        self.told: list[str] = []
        self.holder = ""
        self.failure: Exception | None = None
        self._seen = self._look()

    def _look(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.endswith((".lock", ".holder", ".tmp"))
        }

    def read(self, data: bytes, seconds: float, memory: int, largest: int) -> bytes:
        del memory
        if data == b"slow":
            self.told.append(f"{seconds:g}秒")
            raise TimeoutError
        if data == b"dead":
            raise Closed
        return reply(answer, data, largest)

    def end_reader(self) -> None:
        self.told.append("読む子を止める")

    def typeset(self, order: str, values: str, files: dict[str, bytes]) -> tuple[str, bytes]:
        if "壊れ" in values:
            raise OSError("RuntimeError")
        names = sorted(Path(name).name for name in files)
        return json.dumps({"families": [json.loads(order)["month"]], "refused": None}), ",".join(
            names
        ).encode()

    def carry(self) -> None:
        if self.failure is not None:
            raise self.failure
        now = self._look()
        changed = [name for name in {**now, **self._seen} if now.get(name) != self._seen.get(name)]
        if changed:
            self.carried.append(sorted(changed))
        self._seen = now

    def lock(self) -> None:
        if self.holder:
            raise locking.Held(self.holder)
        self.told.append("印を置く")

    def unlock(self) -> None:
        self.told.append("印を除く")

    def tell(self, title: str, done: int, total: int, name: str) -> None:
        self.told.append(f"{title}{done}{total}{name}")


@pytest.fixture
def page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> PretendedPage:
    """この机のページ。終われば、プロセスを使う所に戻す。"""
    for module, name in (
        (reader, "_start_child"),
        (pdf, "_typesetter"),
        (durable, "_carry"),
        (locking, "_lock"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    return PretendedPage(desk.root)


@pytest.mark.parametrize("has_threads", [True, False])
def test_originals_then_journal_then_plan(
    page: PretendedPage,
    desk: Desk,
    filled_books: Path,
    has_threads: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """書き切る順は、原本、始めた印、記録簿、計画のデータ。スレッドがなくても、原本はしまわれる。"""
    if not has_threads:

        class NoThread:
            ident = None

            def __init__(self, **_: object) -> None: ...

            def start(self) -> None:
                raise RuntimeError("can't start new thread")

        monkeypatch.setattr(originals, "Thread", NoThread)
    InPage(desk.root, page)
    books = sorted(filled_books.iterdir())[4:7]
    request = CollectRequest(paths=books, plan=desk.plan, template=desk.template, root=desk.root)
    collect_returns(request)
    order = [name for names in page.carried for name in names]
    at = {
        "original": max(i for i, name in enumerate(order) if name.startswith("data/returned/")),
        "pending": order.index("data/.plan.json.pending"),
        "journal": order.index("data/journal.jsonl"),
        "plan": order.index("data/plan.json"),
    }
    assert list(at) == sorted(at, key=lambda name: at[name])
    assert ["data/journal.jsonl"] in page.carried
    assert len(desk.originals()) == len(books)
    assert page.told.count("印を置く") == page.told.count("印を除く") > 0


def test_a_file_that_hangs_or_kills_the_reader(page: PretendedPage, filled_books: Path) -> None:
    book = next(iter(filled_books.iterdir())).read_bytes()
    limits = Limits(file_seconds=3)
    with Guard(lambda given: PageReader(page, given), limits) as guard:
        found = list(guard.ask([b"slow", b"dead", b"PK", book]))
    codes = [one.code if isinstance(one, Problem) else "" for one in found]
    assert codes == ["R060", "R062", "", ""]
    assert page.told[0] == "3秒"


def test_what_cannot_be_written_is_told(page: PretendedPage, desk: Desk) -> None:
    """答える前に書き切れなければ、そのわけのページになる。"""
    shown = InPage(desk.root, page)
    style = "/static/desk.css"
    assert shown.respond("GET", style, [], b"").status == 200
    for failure, code in (
        (PermissionError(), "O002"),
        (OSError(), "O001"),
        (SheetgenError(Problem("O006", Place(file="data/plan.json"))), "O006"),
    ):
        page.failure = failure
        reply = shown.respond("GET", style, [], b"")
        assert reply.status == 409
        assert f'<span class="code">{code}</span>' in reply.body.decode()


def test_a_request_is_answered(page: PretendedPage, desk: Desk) -> None:
    """静かなファイルも、名のないページも、日本語の問いも、WSGI のとおりに答える。"""
    shown = InPage(desk.root, page)
    style = shown.respond("GET", "/static/desk.css", [], b"")
    assert dict(style.headers)["Content-Type"].startswith("text/css")
    assert style.body.startswith(b":root")
    assert shown.respond("GET", "/nowhere?q=%E5%B9%B4", [], b"").status == 404


def test_who_writes_is_told(page: PretendedPage, desk: Desk) -> None:
    InPage(desk.root, page)
    page.holder = "財政 太郎、10:32から、sheetgen.html で"
    with pytest.raises(SheetgenError) as raised, hold(desk.plan):
        pass
    assert raised.value.problems[0].code == "M081"
    assert raised.value.problems[0].facts["who"] == page.holder


def test_the_typesetter_gets_the_templates(page: PretendedPage, desk: Desk) -> None:
    typeset = in_page.Typesetting(page)
    main = desk.template.parent / "report" / "main.typ"
    order = pdf._order(main, "2024-03", None)
    answer_, names = typeset(order, "{}")
    assert answer_["families"] == ["2024-03"]
    assert b"main.typ" in names
    with pytest.raises(SheetgenError) as raised:
        typeset(order, "壊れ")
    assert raised.value.problems[0].code == "D029"


def mark(desk: Desk, beat: float) -> None:
    told = {"who": "財政 太郎", "since": "10:32", "beat": beat, "token": "x"}
    desk.plan.with_name(".plan.json.desk").write_text(json.dumps(told), encoding="utf-8")


def test_the_command_line_waits_for_the_page(desk: Desk) -> None:
    """ページの新しい印があれば、だれが、いつからかを告げて書かない。古い印では止まらない。"""
    mark(desk, time.time())
    with pytest.raises(SheetgenError) as raised, hold(desk.plan):
        pass
    assert raised.value.problems[0].code == "M081"
    assert "財政 太郎" in str(raised.value.problems[0].facts["who"])
    assert not desk.plan.with_name(".plan.json.holder").exists()
    with pytest.raises(SheetgenError) as raised:
        add_sendouts(desk.plan, lambda _: [])
    assert raised.value.problems[0].code == "L003"
    mark(desk, time.time() - 2 * locking.FRESH_SECONDS)
    with hold(desk.plan):
        assert desk.plan.with_name(".plan.json.holder").exists()
