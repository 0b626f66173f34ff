"""進み具合の帯。"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar as ClickBar


class ProgressBar:
    """処理から呼ばれて進み具合を示す。画面でない所へは何も出さない。

    進み具合は標準エラーに出す。コマンドの答え（標準出力）に混ざらない。
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: ClickBar[int] | None = None
        self._done = 0

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)

    def __call__(self, done: int, total: int, name: str) -> None:
        """``total`` のうち ``done`` まで終わったことを示す。``name`` は今のもの。"""
        if not sys.stderr.isatty() or total <= 0:
            return
        if self._bar is None:
            # 名は出さない。全角の名は幅が変わるのに、click は字の数だけを消すので、前の名が残る。
            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done
