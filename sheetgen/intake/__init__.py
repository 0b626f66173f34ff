"""届いたファイルを受け付け、何であるかを見分ける段階。"""

from sheetgen.intake.delivering import deliver

__all__ = ["deliver"]
