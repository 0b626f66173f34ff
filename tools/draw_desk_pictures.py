"""操作の画面の絵（docs/images/desk-*.png）を、手引きの一年の回収の途中から描き直す。

Chromium が要る。ページを変えたら
``PYTHONPATH=.:tests python tools/draw_desk_pictures.py`` を動かす。
"""

from __future__ import annotations

import os
import tempfile
import threading
from datetime import date, datetime
from pathlib import Path
from unittest import mock

from desk_person import WIDE, Person
from draw_guide_pictures import PICTURES, answer_first_round, fresh_folder
from live_browser import Browser
from PIL import Image

from sheetgen.desk.pages import now_page
from sheetgen.desk.serving import DeskServer
from sheetgen.year import agenda

TODAY = datetime(2024, 8, 5, 9, 0)
"""手引きの日付に合わせる。期限を過ぎ、答えのない課と、問いの残る課がある。"""
FOLDER = "行革計画"
NOW_HEIGHT = 900
QUESTION = "R223"
ABOVE = 8
COLOURS = 256


class _Date(date):
    """絵の中のきょう。"""

    @classmethod
    def today(cls) -> date:
        return TODAY.date()


class _Moment(datetime):
    """絵の中のいま。"""

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return TODAY


def main() -> None:
    """届いた答えを一度記録し、「いま」と、問いの残る「回収」を絵にする。"""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name, FOLDER)
        fresh_folder(folder)
        before = Path.cwd()
        os.chdir(folder)
        os.environ["XDG_RUNTIME_DIR"] = name
        try:
            answer_first_round(folder)
            with (
                mock.patch.object(now_page, "date", _Date),
                mock.patch.object(agenda, "datetime", _Moment),
            ):
                _draw(folder)
        finally:
            os.chdir(before)


def _draw(folder: Path) -> None:
    server = DeskServer(folder)
    serving = threading.Thread(target=server.serve)
    serving.start()
    try:
        with Browser() as browser:
            person = Person(browser, checks=False)
            person.begin(server.address)
            _name_folder(browser)
            _keep(browser, "desk-now", 0, NOW_HEIGHT)
            person.go("回収")
            person.drop("届いたファイル", sorted((folder / "返信").iterdir()))
            person.press("読む")
            _name_folder(browser)
            top, height = _card(browser)
            _keep(browser, "desk-question", top - ABOVE, height + 2 * ABOVE)
    finally:
        server.stop()
        serving.join()


def _keep(browser: Browser, name: str, top: int, height: int) -> None:
    """画面の一部を写し、色を数えられるだけにして小さくする。"""
    path = browser.picture(PICTURES / f"{name}.png", top, height, WIDE)
    with Image.open(path) as shot:
        small = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def _name_folder(browser: Browser) -> None:
    """作業フォルダーの道は、描くたびに違う。名だけにする。"""
    browser.ask(f"document.querySelector('.folder').textContent = {FOLDER!r}; return 0;")


def _card(browser: Browser) -> tuple[int, int]:
    """問いの一つ。様式を開き、絵の届くのを待って、上の端と高さを返す。"""
    found = browser.ask(
        "const card = [...document.querySelectorAll('article.question')]"
        f".find((one) => one.textContent.includes('{QUESTION}'));"
        "card.querySelector('details').open = true;"
        "const picture = card.querySelector('img');"
        "picture.loading = 'eager'; await picture.decode();"
        "const box = card.getBoundingClientRect();"
        "return [box.top + scrollY, box.height];"
    )
    return round(found[0]), round(found[1])


if __name__ == "__main__":
    main()
