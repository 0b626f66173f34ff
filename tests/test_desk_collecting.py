"""回収のページ：渡し、決め、確かめ、記録する。記録するものは、コマンドと同じ。"""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from desk_samples import ROOT, client, text
from flask.testing import FlaskClient
from returned.desk import Desk
from returned.post import BENCH, GARBAGE, SPORTS, TAX, Post
from werkzeug.test import TestResponse

import sheetgen
from sheetgen.cli.boundary import main
from sheetgen.desk.uploads import Uploads
from sheetgen.plan.round import Round, RoundKind

VALUE, MONEY = "years[0].result.value", "years[0].result.effect"


@pytest.fixture
def office(desk: Desk) -> Desk:
    """テンプレートもそろった作業フォルダー。"""
    shutil.copytree(ROOT / "templates", desk.root / "templates")
    return desk


@pytest.fixture
def page(office: Desk) -> FlaskClient:
    return client(office.root)


def deliver(page: FlaskClient, *books: Path, **more: str) -> str:
    """届いたものを渡し、読み終えたページの道を返す。"""
    files = [(io.BytesIO(book.read_bytes()), book.name) for book in books]
    answer = page.post("/collecting/", data={"files": files, **more})
    shown = page.get(answer.location)
    assert shown.status_code == 303, text(shown)
    return shown.location


def cards(shown: TestResponse) -> dict[str, dict[str, str]]:
    """問いの名から、押せるもの（ことば → 番号）へ。"""
    found = {}
    for part in text(shown).split("<article ")[1:]:
        body = part.partition("</article>")[0]
        key = re.search(r'name="question" value="([^"]+)"', body)
        assert key
        pairs = re.findall(r'name="way" value="(\d+)"[^>]*>\s*(.*?)\s*</button>', body, re.S)
        found[key[1]] = {words.strip(): number for number, words in pairs}
    return found


def decide(page: FlaskClient, at: str, key: str, words: str, **more: str) -> TestResponse:
    """その問いの、``words`` で始まるボタンを押す。"""
    ways = cards(page.get(at))[key]
    number = next(n for one, n in ways.items() if one.startswith(words))
    return page.post(f"{at}/decide", data={"question": key, "way": number, **more})


def finish(page: FlaskClient, at: str) -> tuple[str, str]:
    """確かめて、記録する。確かめのページと、記録したページ。"""
    confirmed = text(page.get(page.post(f"{at}/confirm").location))
    shown = dict(re.findall(r'name="(revision|mark)" value="([^"]+)"', confirmed))
    assert set(shown) == {"revision", "mark"}
    done = page.post(f"{at}/record", data=shown)
    return confirmed, text(page.get(done.location))


def records(office: Desk) -> list[dict[str, Any]]:
    """記録簿の、時刻と回の名を除いた行。"""
    return [
        {name: value for name, value in one.items() if name not in ("at", "run")}
        for one in office.journal()
    ]


def test_honest_answers_are_recorded_as_the_command_records_them(
    office: Desk, page: FlaskClient, filled_books: Path, tmp_path: Path
) -> None:
    other = Desk.copy_of(office, tmp_path / "other")
    books = sorted(filled_books.glob("*.xlsx"))
    at = deliver(page, *books)
    before = office.plan.read_bytes()
    assert "課に聞くことも、決めることもありません" in text(page.get(at))
    assert office.plan.read_bytes() == before
    _, recorded = finish(page, at)
    assert "計画のデータに入れました" in recorded

    other.collect(*books)
    assert office.plan.read_bytes() == other.plan.read_bytes()
    assert records(office) == records(other)
    assert [one.name for one in office.originals()] == [one.name for one in other.originals()]
    assert not (office.root / "data" / "desk").exists()


@pytest.fixture
def doubtful(post: Post) -> list[Path]:
    """問いのある返信：小数、桁違い、二つの違う答え、空欄。"""
    return [
        post.send(SPORTS, {VALUE: 3.5}),
        post.send(BENCH, {MONEY: 1_600_000}),
        post.send(TAX, {VALUE: 98.1}, "課長から.xlsx"),
        post.send(TAX, {VALUE: 98.2}, "係から.xlsx"),
    ]


def test_questions_are_decided_as_the_command_decides_them(
    office: Desk,
    page: FlaskClient,
    doubtful: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Desk.copy_of(office, tmp_path / "other")
    at = deliver(page, *doubtful)
    shown = page.get(at)
    asked = cards(shown)
    assert f"R315:{SPORTS}" in asked
    assert f"R401:{TAX}" in asked
    assert "いまの計画の値にする（空欄）" in asked[f"R401:{TAX}"]
    money = next(key for key in asked if key.endswith(BENCH))
    assert f"問い {len(asked)}件のうち、決めたもの 0件" in text(shown)

    decide(page, at, f"R315:{SPORTS}", "小数まで印刷する")
    decide(page, at, f"R401:{TAX}", "課長から.xlsx")
    decide(page, at, money, "このまま通す", reason="課に電話で確認：正しい")
    assert f"まだのもの {len(asked) - 3}件" in text(page.get(at))
    confirmed, recorded = finish(page, at)
    assert "課に電話で確認：正しい" in confirmed
    items = office.items()
    assert items[SPORTS]["years"][0]["result"]["value"] == 3.5
    assert items[TAX]["years"][0]["result"]["value"] == 98.1
    assert items[BENCH]["years"][0]["result"]["effect"] == 1_600_000

    # 横に書かれたコマンドは、同じことをする。
    (line,) = re.findall(r"<code>(sheetgen collect .*?)</code>", recorded)
    words = shlex.split(line.replace("&#34;", '"').replace("&quot;", '"'))[3:]
    monkeypatch.chdir(other.root)
    assert main(["collect", *map(str, doubtful), *words]) == 0
    assert office.plan.read_bytes() == other.plan.read_bytes()
    assert records(office) == records(other)


def test_what_came_and_what_was_sent_stand_beside_each_other(
    office: Desk, page: FlaskClient, post: Post
) -> None:
    at = deliver(page, post.send(SPORTS, {VALUE: 3.5}))
    shown = text(page.get(at))
    assert re.search(r'class="came"><p class="head">戻ったもの</p><p>3.5</p>', shown)
    picture = page.get(f"{at}/sheet?question=R315:{SPORTS}")
    assert picture.mimetype == "image/svg+xml"
    # 問いのない欄も、戻ったとおりに見せる。
    form = post.forms[SPORTS]
    plan = sheetgen.load_plan(office.plan)
    whole = sheetgen.sheet_picture(
        plan,
        office.root / "templates" / "shinchoku_sheet.xlsx",
        Round(RoundKind.RESULTS, 2024),
        SPORTS,
        [VALUE],
        layout=office.root / "templates" / "report",
        values={**form.answers, VALUE: 3.5},
    )
    assert picture.data == whole.svg
    assert page.get(f"{at}/sheet?question=R999:{SPORTS}").status_code == 404


def test_a_pass_needs_its_reason(office: Desk, page: FlaskClient, post: Post) -> None:
    at = deliver(page, post.send(BENCH, {MONEY: 1_600_000}))
    (key,) = cards(page.get(at))
    answer = decide(page, at, key, "このまま通す", reason="  ")
    assert answer.status_code == 400
    assert "通すわけを書いてください" in text(answer)
    assert "決めたもの 0件" in text(page.get(at))


def test_alike_questions_of_a_section_are_decided_at_once(
    office: Desk, page: FlaskClient, post: Post
) -> None:
    """一つの課の二つの様式に、同じ問い。"""
    forms = [one for one in post.forms.values() if one.addressee == post.forms[GARBAGE].addressee]
    books = [post.send(one.item, {MONEY: 9_000_000}, f"{one.item}.xlsx") for one in forms]
    at = deliver(page, *books)
    asked = cards(page.get(at))
    codes = {key.partition(":")[0] for key in asked}
    code = next(one for one in sorted(codes) if f"{one}:{GARBAGE}" in asked)
    alike = [key for key in asked if key.startswith(code)]
    decide(page, at, f"{code}:{GARBAGE}", "このまま通す", reason="確認", alike="1")
    (waiting,) = Uploads(office.plan).waiting("collect")
    assert set(waiting.note["decisions"]) == set(alike)


def test_a_decision_can_be_taken_back_and_nothing_is_recorded_before(
    office: Desk, page: FlaskClient, post: Post
) -> None:
    before = office.everything()
    at = deliver(page, post.send(BENCH, {MONEY: 1_600_000}))
    (key,) = cards(page.get(at))
    decide(page, at, key, "課に戻す")
    assert "決めたこと: 課に戻す" in text(page.get(at))
    page.post(f"{at}/undecide", data={"question": key})
    assert "決めたもの 0件" in text(page.get(at))
    page.post(f"{at}/discard")
    assert page.get(at).status_code == 404
    assert office.everything() == before


def test_what_was_decided_outlives_the_desk(office: Desk, page: FlaskClient, post: Post) -> None:
    """画面が倒れても、渡したものと決めたことは残る。"""
    at = deliver(page, post.send(BENCH, {MONEY: 1_600_000}))
    (key,) = cards(page.get(at))
    decide(page, at, key, "このまま通す", reason="確認")
    again = client(office.root)
    assert at.removeprefix("/collecting/") in text(again.get("/"))
    shown = again.get(again.get(again.get(at).location).location)
    assert "このまま通す" in text(shown)
    assert "（わけ: 確認）" in text(shown)


def test_held_answers_make_return_books(office: Desk, page: FlaskClient, post: Post) -> None:
    at = deliver(page, post.send(BENCH, {MONEY: 1_600_000}))
    _, recorded = finish(page, at)
    assert "差戻しのブック 1冊" in recorded
    assert list(office.root.rglob("*_差戻し.xlsx"))


def test_nothing_chosen_is_said(page: FlaskClient) -> None:
    answer = page.post("/collecting/", data={})
    assert answer.status_code == 400
    assert "ファイルが選ばれていません" in text(answer)


def test_a_file_that_is_no_book_is_told_by_name(office: Desk, page: FlaskClient) -> None:
    files = [(io.BytesIO(b"%PDF-1.7 nothing"), "返信.pdf")]
    answer = page.post("/collecting/", data={"files": files})
    shown = text(page.get(page.get(answer.location).location))
    assert "返信.pdf" in shown
    assert "エラー" in shown


@pytest.mark.parametrize(
    "data",
    [
        {"question": "R315:99-99", "way": "0"},
        {"question": "", "way": ""},
        {"question": f"R315:{SPORTS}", "way": "99"},
        {"question": f"R315:{SPORTS}", "way": "-1"},
    ],
)
def test_an_unknown_choice_is_refused(
    office: Desk, page: FlaskClient, post: Post, data: dict[str, str]
) -> None:
    at = deliver(page, post.send(SPORTS, {VALUE: 3.5}))
    assert page.post(f"{at}/decide", data=data).status_code == 404
    note = next((office.root / "data" / "desk").rglob("about.json"))
    assert "decisions" not in json.loads(note.read_bytes())["note"]
