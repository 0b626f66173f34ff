"""文書を PDF に組む。typst を知るのは、ここだけ。"""

from sheetgen.pdf.fonts import PREFERRED, FontChoice, find_fonts
from sheetgen.pdf.rendering import Pdf, render_comparison, render_pdf

__all__ = ["PREFERRED", "FontChoice", "Pdf", "find_fonts", "render_comparison", "render_pdf"]
