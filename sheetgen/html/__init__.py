"""文書を、ウェブに置く一つの HTML にする。"""

from sheetgen.html.rendering import render_comparison, render_html

__all__ = ["render_comparison", "render_html"]
