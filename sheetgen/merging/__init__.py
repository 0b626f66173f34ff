"""配ったとき・戻ったとき・いまの三つを突き合わせる段階。"""

from sheetgen.merging.decisions import check_decisions
from sheetgen.merging.merge import Merged, merge

__all__ = ["Merged", "check_decisions", "merge"]
