"""様式の絵を、ページの中の絵として返す。描けないときは、そのわけを書いた絵にする。"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from flask import Response

from sheetgen.messages.catalogue import message_of
from sheetgen.messages.message import Message
from sheetgen.problems import SheetgenError
from sheetgen.publish.sheet_pictures import Picture

_WIDTH, _LINE = 840, 44
"""わけの絵の幅と、一行の字数。"""


def picture_response(draw: Callable[[], Picture]) -> Response:
    """``draw`` の描いた絵。書体がないなど、描けないときも、ページの残りは見せる。"""
    try:
        data = draw().svg
    except SheetgenError as error:
        data = _reasons(message_of(error.problems[0]))
    return Response(data, mimetype="image/svg+xml")


def _reasons(message: Message) -> bytes:
    words = [
        "様式の絵を描けません。",
        getattr(message, "cause", ""),
        getattr(message, "remedy", ""),
    ]
    lines = [one[at : at + _LINE] for one in words for at in range(0, len(one), _LINE)]
    height = 60 + 28 * len(lines)
    style = 'font-size="17" font-family="sans-serif"'
    texts = "".join(
        f'<text x="30" y="{50 + 28 * at}" {style}>{escape(one)}</text>'
        for at, one in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}"><rect width="100%" height="100%" fill="#fff9e6"/>'
        f"{texts}</svg>"
    ).encode()
