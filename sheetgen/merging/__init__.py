"""配ったとき・戻ったとき・いまの三つを突き合わせる段階。"""

from sheetgen.merging.merge import Merged, merge
from sheetgen.merging.waiving import check_decisions

__all__ = ["Merged", "check_decisions", "merge"]
