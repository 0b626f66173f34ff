"""コマンドの外側。どの例外も、ここで人のことばと終了コードになる。

ライブラリーは、受けた ``KeyboardInterrupt`` を自分の例外に変えることがある。pydantic は、
モデルを組み立てる途中で止められると ``SchemaError`` にする。キーを押した人に「プログラムの誤り」と
言わないよう、合図そのものを覚えておく。また、Python が例外を出せない所（オブジェクトの後始末）で
止められると、トレースバックが印刷されるだけで合図は失われ、処理は終わりまで続く。
それも人に見せない。
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

import click

from sheetgen.cli.japanese import soften_streams, speak_japanese
from sheetgen.messages.vocabulary import speaking, terms
from sheetgen.problems import ExitCode, Problem, SheetgenError

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


def main(arguments: Sequence[str] | None = None) -> int:
    """コマンドを一度動かし、終了コードを返す。

    0 は問題なし、1 は問題があったか人が止めた、2 は使い方の誤り、3 はプログラムの誤り。
    """
    # 一度動いて終わる間に、循環した参照はほとんどできない。数千回の見回りを省く。
    gc.set_threshold(200_000, 20, 20)
    # 終わるときも、残ったものをたどらせない。メモリーは、プロセスとともに返る。
    atexit.register(gc.freeze)
    # ほかのライブラリーの付け足しを探しに行かない。使わないのに、始まりが遅くなる。
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    soften_streams()
    speak_japanese()
    given = list(sys.argv[1:] if arguments is None else arguments)
    with Interrupts() as interrupts, speaking(terms()):
        try:
            # この囲みの中で読み込む。入れ方が壊れていて読み込めないことも、人のことばで伝える。
            from sheetgen.cli.commands import cli

            code = cli.main(args=given, prog_name="sheetgen", standalone_mode=False)
            return int(code) if isinstance(code, int) else ExitCode.OK
        except click.ClickException as error:
            error.show()
            return ExitCode.USAGE if isinstance(error, click.UsageError) else ExitCode.PROBLEMS
        except (click.Abort, KeyboardInterrupt):
            return _say_stopped()
        except SheetgenError as error:
            from sheetgen.cli.showing import counts, show_problems

            click.echo(f"続けられませんでした（{counts(error.problems)}）。", err=True)
            show_problems(error.problems, to_stderr=True)
            return error.exit_code
        except Exception as error:
            if interrupts.pressed:
                return _say_stopped()
            _report_bug(error, given)
            return ExitCode.BUG


def _say_stopped() -> ExitCode:
    """使う人が止めたことを言う。"""
    from sheetgen.cli.showing import show_problems

    show_problems([Problem("U010")], to_stderr=True)
    return ExitCode.PROBLEMS


def _report_bug(error: Exception, arguments: Sequence[str]) -> None:
    """思わぬ例外の記録を残し、その場所を伝える。"""
    from sheetgen.cli.showing import show_problems
    from sheetgen.records.bug_report import report_bug

    found = report_bug(error, f"sheetgen {' '.join(arguments)}")
    show_problems([found.problem], to_stderr=True)
    if found.record:
        click.echo(found.record, err=True)
