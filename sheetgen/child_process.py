"""このパッケージの仕事を、別の Python のプロセスにさせる。"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def python_command(code: str) -> tuple[str, ...]:
    """``code`` を動かすコマンド。

    子には、動き始めたフォルダーも Python の設定も見せず、パッケージとライブラリーは、
    このプロセスが使っている所から読ませる。
    """
    # Windows では、仮想環境の python.exe は、別の python.exe を動かすだけのもの。
    program = getattr(sys, "_base_executable", None) or sys.executable
    home = str(Path(__file__).resolve().parent.parent)
    places = dict.fromkeys([home, *(place for place in sys.path if place)])
    return (program, "-I", "-S", "-c", f"import sys; sys.path += sys.argv[1:]; {code}", *places)


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """子を始める。標準入力と標準出力はパイプ。端末の Ctrl-C は、親にだけ届く。

    :raises OSError: プログラムが動かせない。
    """
    if sys.platform == "win32":
        # 隠れたコンソールを別に持たせる。窓が出ず、Ctrl-C も子に届かない。
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        process_group=0,
    )
