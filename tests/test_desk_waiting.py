"""まだ記録していないものの控えが壊れたとき、足りないテンプレートがあるとき。だまって消えず、倒れない。"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from desk_samples import client, folder_in, text

NAME = "20260101-090000-abcdef"
AT = "2026-01-01T09:00:00+09:00"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return folder_in(tmp_path)


def _waiting(root: Path, about: str, file: str = "返信.xlsx") -> None:
    folder = root / "data" / "desk" / NAME
    (folder / "files").mkdir(parents=True)
    (folder / "files" / file).write_bytes(b"x")
    (folder / "about.json").write_text(about, "utf-8")


def _about(kind: str, note: object, *names: str, at: object = AT) -> str:
    return json.dumps({"kind": kind, "at": at, "names": names, "note": note})


DAMAGED = [
    "{",
    "[]",
    _about("collect", {"decisions": {"R315:01-01": {"kind": "zz"}}, "round": "zz"}, "返信.xlsx"),
    _about("collect", {"decisions": {"R315:01-01": {"kind": "waive"}}}, "返信.xlsx"),
    _about("collect", {"decisions": [1], "year": "x"}, "返信.xlsx"),
    _about("collect", 5, "返信.xlsx", at=5),
    _about("edit", {}),
    _about("edit", {}, "../../../plan.json"),
]


@pytest.mark.parametrize("about", DAMAGED)
def test_what_was_given_is_still_there(root: Path, about: str) -> None:
    _waiting(root, about)
    page = client(root)
    assert NAME in text(page.get("/"))
    shown = page.get(f"/collecting/{NAME}")
    while shown.status_code == 303:
        shown = page.get(shown.location)
    assert shown.status_code == 200
    assert "返信.xlsx" in text(shown)
    assert page.post(f"/collecting/{NAME}/undecide", data={"question": "x"}).status_code == 302
    page.post(f"/collecting/{NAME}/discard")
    assert NAME not in text(page.get("/"))
    assert not (root / "sheetgen-error.log").exists()


def test_a_choice_that_is_none_is_no_choice(root: Path) -> None:
    _waiting(root, _about("edit", {"take": "zz"}, "返信.xlsx"))
    page = client(root)
    shown = page.get(page.get(f"/editing/{NAME}").location)
    assert "編集ブックを読めませんでした" in text(shown)


def test_what_was_given_by_half_is_not_collected(root: Path) -> None:
    """渡している途中で、画面が倒れた。"""
    _waiting(root, "")
    (root / "data" / "desk" / NAME / "about.json").unlink()
    assert NAME not in text(client(root).get("/"))


def test_a_folder_without_a_plan_is_not_written_into(tmp_path: Path) -> None:
    root = folder_in(tmp_path, with_plan=False)
    answer = client(root).post("/collecting/", data={"files": (io.BytesIO(b"x"), "a.xlsx")})
    assert answer.status_code == 409
    assert "まだ計画がありません" in text(answer)
    assert not (root / "data").exists()


def test_templates_of_an_earlier_version_still_draw_the_sheet(root: Path) -> None:
    (root / "templates" / "report" / "sheet.typ").unlink()
    (root / "templates" / "report" / "sheets.typ").write_text("#let sheets-part = none")
    answer = client(root).get("/items/08-08/sheet?round=results")
    assert answer.status_code == 200
    assert "描けません" not in text(answer)
