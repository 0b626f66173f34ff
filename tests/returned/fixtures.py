"""回収の試験で分け合うもの：配り終えた机、答えの入ったブック、起きている LibreOffice。"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from returned.desk import Desk
    from returned.libreoffice import LibreOffice
    from returned.post import Post
    from returned.sections import Form


@pytest.fixture(scope="session")
def issued_desk(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> Desk:
    """実績照会を配り終えた机。ここでは回収しない。"""
    from returned.desk import Desk

    desk = Desk(tmp_path_factory.mktemp("issued") / "desk", plan_path, template_path)
    desk.distribute()
    return desk


@pytest.fixture
def desk(issued_desk: Desk, tmp_path: Path) -> Desk:
    """配り終えた机の写し。回収してよい。"""
    from returned.desk import Desk

    return Desk.copy_of(issued_desk, tmp_path / "desk")


@pytest.fixture(scope="session")
def honest_forms(issued_desk: Desk) -> dict[str, Form]:
    """まちがいのない答え。実施項目のIDがキー。"""
    from returned.sections import honest

    return {form.item: form for form in honest(list(issued_desk.places().values()))}


@pytest.fixture(scope="session")
def filled_books(
    issued_desk: Desk,
    honest_forms: dict[str, Form],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """まちがいのない答えの入った28冊のフォルダー。書き換えてはいけない。"""
    from returned.desk import jobs
    from returned.quick import quickly

    folder = tmp_path_factory.mktemp("filled") / "回収"
    quickly(jobs(issued_desk, honest_forms.values(), folder))
    return folder


@pytest.fixture(scope="session")
def libreoffice() -> Iterator[LibreOffice]:
    """起きている LibreOffice。"""
    from returned.libreoffice import LibreOffice

    office = LibreOffice()
    yield office
    office.close()


@pytest.fixture
def post(desk: Desk, honest_forms: dict[str, Form], tmp_path: Path) -> Post:
    """課から届くブックを作る人。"""
    from returned.post import Post

    return Post(desk, honest_forms, tmp_path / "届いたもの")
