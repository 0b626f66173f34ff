"""回収の問いを、まとめて決めるとき、二つの窓で決めるとき。押したとおりのことだけが決まる。"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from desk_samples import ROOT, client, text
from flask.testing import FlaskClient
from returned.desk import Desk
from returned.post import GARBAGE, SPORTS, Post
from test_desk_collecting import VALUE, cards, decide, deliver

from sheetgen.desk.uploads import Uploads

OTHER = "04-10"  # GARBAGE と同じ課の、もう一つの様式


@pytest.fixture
def office(desk: Desk) -> Desk:
    """テンプレートもそろった作業フォルダー。"""
    shutil.copytree(ROOT / "templates", desk.root / "templates")
    return desk


@pytest.fixture
def page(office: Desk) -> FlaskClient:
    return client(office.root)


@pytest.fixture
def conflicting(post: Post) -> list[Path]:
    """同じ課の二つの様式が、それぞれ二度、違う値で戻る。"""
    return [
        post.send(item, {VALUE: value}, f"{value}/{item}.xlsx")
        for item in (GARBAGE, OTHER)
        for value in (1.0, 2.0)
    ]


def _decisions(office: Desk) -> dict[str, dict[str, str]]:
    (waiting,) = Uploads(office.plan).waiting("collect")
    return dict(waiting.note.get("decisions", {}))


def test_what_was_chosen_for_one_is_never_another_value_for_its_like(
    office: Desk,
    page: FlaskClient,
    conflicting: list[Path],
) -> None:
    at = deliver(page, *conflicting)
    keys = [f"R401:{item}" for item in (GARBAGE, OTHER)]
    decide(page, at, keys[0], "いまの計画の値にする", alike="1")
    assert _decisions(office) == {key: {"kind": "take", "file": None} for key in keys}
    for key in keys:
        page.post(f"{at}/undecide", data={"question": key})
    own = next(words for words in cards(page.get(at))[keys[0]] if GARBAGE in words)
    decide(page, at, keys[0], own, alike="1")
    assert set(_decisions(office)) == {keys[0]}  # もう一つの様式に、そのファイルはない


def test_what_was_decided_before_is_not_decided_again_for_its_like(
    office: Desk,
    page: FlaskClient,
    conflicting: list[Path],
) -> None:
    at = deliver(page, *conflicting)
    first, second = (f"R401:{item}" for item in (GARBAGE, OTHER))
    decide(page, at, second, "いまの計画の値にする")
    decide(page, at, first, "課に戻す", alike="1")
    found = _decisions(office)
    assert (found[first]["kind"], found[second]["kind"]) == ("return", "take")


def test_enter_in_the_reason_lets_it_pass(page: FlaskClient, post: Post) -> None:
    """欄で Enter を押すと、フォームの初めのボタンが押される。"""
    at = deliver(page, post.send(SPORTS, {VALUE: 3.5}))
    form = text(page.get(at)).partition('name="reason"')[2]
    buttons = re.findall(r'<button name="way" value="(\d+)"[^>]*>\s*(.*?)\s*</button>', form)
    assert len(buttons) > 2
    assert buttons[0][1] == "このまま通す"
