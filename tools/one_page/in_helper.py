"""子のワーカーの中の Python の側。届いたファイルを読むか、文書を組む。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FONTS = "/lib/python3.14/site-packages/fonts"
"""ページに入っている書体のフォルダー。"""


def prepare(work: str) -> None:
    """初めの頼みごとを待たせないように、要るものを先に読み込む。"""
    if work == "read":
        import ciphers

        ciphers.stand_in()
        from sheetgen.reading.opening import read_book  # noqa: F401
        from sheetgen.reading.worker import answer  # noqa: F401
    else:
        import typst  # noqa: F401

        from sheetgen.publish.typesetting import typeset  # noqa: F401


def read(data: Any, largest: int) -> bytes:
    """届いたファイル一つの答え。"""
    from sheetgen.reading.child import reply
    from sheetgen.reading.worker import answer

    return reply(answer, data.to_bytes(), largest)


def typeset(order: str, values: str, files: Any) -> tuple[str, bytes]:
    """文書を組む。``order`` と答えは JSON、``files`` はテンプレートの道から中身。"""
    from sheetgen.publish import typesetting

    for name, data in files.to_py().items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(data))
    asked = json.loads(order)
    asked["fonts"] = asked["fonts"] or FONTS
    answer, pdf = typesetting.typeset(asked, values)
    return json.dumps(answer), pdf
