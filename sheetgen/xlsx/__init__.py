"""Excel のブックを読み書きする、ただ一つの場所（openpyxl と OOXML）。"""

from sheetgen.xlsx.package import read_package
from sheetgen.xlsx.template import read_template
from sheetgen.xlsx.writer import TemplateWriter

__all__ = ["TemplateWriter", "read_package", "read_template"]
