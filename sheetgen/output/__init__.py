"""できたファイルを、書きかけを残さずに置く段階。"""

from sheetgen.output.fresh import place_fresh, refuse_existing
from sheetgen.output.staging import Placed, Staging

__all__ = ["Placed", "Staging", "place_fresh", "refuse_existing"]
