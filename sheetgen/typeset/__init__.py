"""文字の割り付け。セルの幅から行数を、行数から行の高さと文字の大きさを決める。"""

from sheetgen.typeset.fit import fit, height_for
from sheetgen.typeset.wrap import count_lines, line_capacity, text_width, wrap_text

__all__ = ["count_lines", "fit", "height_for", "line_capacity", "text_width", "wrap_text"]
