"""コマンドの入口。click を知るのは、このフォルダだけ。"""

from sheetgen.cli.boundary import main

__all__ = ["main"]
