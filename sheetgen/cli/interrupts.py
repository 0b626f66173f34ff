"""Ctrl-C が押されたかどうか。

ライブラリーは、受けた ``KeyboardInterrupt`` を自分の例外に変えることがある。pydantic は、
モデルを組み立てる途中で止められると ``SchemaError`` にする。キーを押した人に「プログラムの誤り」と
言わないよう、合図そのものを覚えておく。また、Python が例外を出せない所（オブジェクトの後始末）で
止められると、トレースバックが印刷されるだけで合図は失われ、処理は終わりまで続く。
それも人に見せない。
"""

from __future__ import annotations

import signal
import sys
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


class Interrupts:
    """この中にいる間、Ctrl-C を覚える。``pressed`` は押されたかどうか。"""

    def __init__(self) -> None:
        self.pressed = False
        self._is_ours = False

    def __enter__(self) -> Self:
        # 裏で動かされて Ctrl-C を聞かないことにしたプロセスや、別のスレッドでは、そのままとする。
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            try:
                signal.signal(signal.SIGINT, self._note)
            except ValueError:
                return self
            self._is_ours = True
            self._say_lost, sys.unraisablehook = sys.unraisablehook, self._lose
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            sys.unraisablehook = self._say_lost

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.pressed = True
        signal.default_int_handler(number, frame)

    def _lose(self, lost: UnraisableHookArgs) -> None:
        if not (self.pressed and issubclass(lost.exc_type, KeyboardInterrupt)):
            self._say_lost(lost)
