"""click が出すことばを日本語にする。"""

from __future__ import annotations

import gettext
import os
import sys
from io import TextIOWrapper
from pathlib import Path

LOCALE_FOLDER = Path(__file__).resolve().parent / "locale"
_DOMAIN = "messages"  # click は gettext の既定のドメインでことばを探す


def speak_japanese() -> None:
    """このプロセスで、click のことばを日本語にする。

    PC の言語の設定には、わざと従わない。半分がほかの言語のヘルプは、だれの役にも立たない。
    """
    os.environ["LANGUAGE"] = "ja"
    gettext.bindtextdomain(_DOMAIN, str(LOCALE_FOLDER))


def soften_streams() -> None:
    """画面の文字コードに無い字を「?」で出し、止まらないようにする。"""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
