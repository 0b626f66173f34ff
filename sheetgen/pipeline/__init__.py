"""段階を順につなぐ、薄い管。"""

from sheetgen.pipeline.check import check
from sheetgen.pipeline.generate import generate

__all__ = ["check", "generate"]
