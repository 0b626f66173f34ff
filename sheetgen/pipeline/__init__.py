"""段階を順につなぐ、薄い管。"""

from sheetgen.pipeline.checking import check
from sheetgen.pipeline.generating import generate

__all__ = ["check", "generate"]
