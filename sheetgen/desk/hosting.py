"""画面の置き場所ごとに違うこと。この PC で出す（A）か、一枚のページの中で動く（B）か。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sheetgen.desk.running import Runner


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """置き場所。

    ``runner`` は、長い仕事の動かし方。``open_path`` は、ファイルやフォルダーを、この PC の
    Excel やエクスプローラーで開く（できなければ None で、受け取るだけになる）。``token`` は、初めの
    アドレスの鍵（どこにも出さないページの中では空で、確かめない）。``port`` は待ち受ける番号。
    ``stop`` は、画面を終える（なければ None）。
    """

    runner: Runner
    open_path: Callable[[Path], None] | None = None
    token: str = ""
    port: int = 0
    stop: Callable[[], None] | None = field(default=None)

    @property
    def is_served(self) -> bool:
        """ブラウザーに、番号で出しているか。"""
        return bool(self.token)
