"""同梱のテンプレートのある所。"""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from sheetgen.problems import Problem, SheetgenError

TEMPLATES = "templates"
FORM = "shinchoku_sheet.xlsx"
STARTING = "starting"
"""始める形ごとの様式のある、テンプレートの中のフォルダー。"""
_SHARED = Path("share") / "sheetgen" / TEMPLATES


def templates_of(folder: Path) -> Path:
    """作業フォルダーで使うテンプレートのフォルダー。自分のものがなければ、同梱のもの。

    フォルダーがあって、その中の一つがないときは、補わない。直した様式の代わりに、
    知らない様式を配らせない。

    :raises SheetgenError: 自分のものも、同梱のものもない（I002）。
    """
    own = folder / TEMPLATES
    return own if own.is_dir() else find_templates()


def find_templates() -> Path:
    """同梱のテンプレートのフォルダー。入れ方によって、場所が違う。

    取り寄せたままのフォルダー（編集できる形で入れたときも）では、パッケージの隣。pip が
    wheel から入れたときは、``share`` の下。

    :raises SheetgenError: どこにもない（I002）。
    """
    places = []
    for place in _places():
        if (place / FORM).is_file():
            return place
        places.append(str(place))
    raise SheetgenError(Problem("I002", facts={"places": "、".join(places)}))


def _places() -> Iterator[Path]:
    home = Path(__file__).resolve().parents[2]
    yield home / TEMPLATES
    yield Path(sysconfig.get_path("data")) / _SHARED
    yield Path(sysconfig.get_path("data", f"{os.name}_user")) / _SHARED
    yield home / _SHARED  # pip install --target で入れたとき
    for unpacked in home.glob("sheetgen-*.data"):  # wheel をそのまま展開したとき
        yield unpacked / "data" / _SHARED
    # 仮想環境から、外の Python に入れたものを使うとき。どこに置いたかは、入れた記録が知る。
    yield from _recorded()


def _recorded() -> Iterator[Path]:
    """入れた記録に書いてある置き場所。"""
    from importlib import metadata  # ここで読み込む。ほかの所で見つかる日には要らない

    try:
        files = metadata.files("sheetgen") or []
    except metadata.PackageNotFoundError:
        return
    for file in files:
        if file.name == FORM:
            yield Path(str(file.locate())).resolve().parent
