"""Windows が作る zip：名は cp932 で書かれ、UTF-8 の印がない。"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path


class Cp932Name(zipfile.ZipInfo):
    """zip の中の一つ。"""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  (the library's name)
        return self.filename.encode("cp932"), self.flag_bits & ~0x800


def write_cp932(path: Path, files: Mapping[str, bytes]) -> None:
    """名の中のフォルダーごと、zip にする。"""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(Cp932Name(name), data)
