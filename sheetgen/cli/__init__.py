"""コマンドの入口。click を知るのは、このフォルダだけ。"""

from __future__ import annotations

from sheetgen.cli.boundary import main as main
