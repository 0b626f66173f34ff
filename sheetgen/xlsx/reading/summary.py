"""古い形式のブックの、題名や作成者。Source: [MS-OLEPS] 2.21."""

from __future__ import annotations

import codecs
import struct

from sheetgen.problems import SheetgenError
from sheetgen.xlsx.reading.compound import Compound

_STREAM = "\x05summaryinformation"
_NAMES = {2: "title", 3: "subject", 4: "creator", 5: "keywords", 6: "description",
          8: "lastModifiedBy"}  # fmt: skip
_CODE_PAGE = 1
_BYTES, _WIDE = 30, 31


def read_summary(compound: Compound) -> dict[str, str]:
    """題名などを、新しい形式と同じ名で返す。読めないものは除く。"""
    if _STREAM not in compound.roots:
        return {}
    found: dict[str, str] = {}
    try:
        data = compound.read(_STREAM)
        (start,) = struct.unpack_from("<I", data, 44)
        (count,) = struct.unpack_from("<I", data, start + 4)
        places = [struct.unpack_from("<II", data, start + 8 + 8 * i) for i in range(min(count, 99))]
        encoding = _encoding(data, start, dict(places))
        for key, offset in places:
            if key in _NAMES:
                kind, length = struct.unpack_from("<II", data, start + offset)
                raw = data[start + offset + 8 :]
                if kind == _WIDE:
                    text = raw[: 2 * length].decode("utf-16-le", "replace")
                elif kind == _BYTES:
                    text = raw[:length].decode(encoding, "replace")
                else:
                    continue
                found[_NAMES[key]] = text.rstrip("\0")
    except (struct.error, SheetgenError):
        return found
    return {name: text for name, text in found.items() if text}


def _encoding(data: bytes, start: int, places: dict[int, int]) -> str:
    if _CODE_PAGE not in places:
        return "cp932"
    page = struct.unpack_from("<H", data, start + places[_CODE_PAGE] + 4)[0]
    name = {65001: "utf-8", 1200: "utf-16-le"}.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp932"
