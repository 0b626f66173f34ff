"""sheetgen の中の段ごとの時間と、同じ中身をただ圧縮する時間（床）。

使い方: python benchmarks/sheetgen_way.py PER PASSES [SECTION...]
"""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
import zlib
from typing import Any

from job import filled, open_maker, request

from sheetgen.form.jobs import Per


def main() -> None:
    asked = request(per=Per(sys.argv[1]), sections=tuple(sys.argv[3:]))
    start = time.perf_counter()
    maker, jobs = open_maker(asked)
    found: dict[str, Any] = {
        "open": time.perf_counter() - start,
        "fill": [],
        "write": [],
        "floor": [],
    }
    for _ in range(int(sys.argv[2])):
        start = time.perf_counter()
        books = [filled(maker, job) for job in jobs]
        found["fill"].append(time.perf_counter() - start)
        start = time.perf_counter()
        packages = []
        for book in books:
            target = io.BytesIO()
            maker.writer.write(book, target)
            packages.append(target.getvalue())
        found["write"].append(time.perf_counter() - start)
        found["floor"].append(_deflate(packages))
    found["bytes"] = sum(map(len, packages))
    print(json.dumps(found))


def _deflate(packages: list[bytes]) -> float:
    """圧縮してある部品の中身を、同じ強さ (6) でもう一度圧縮する時間（秒）。"""
    bodies = []
    for package in packages:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            bodies += [archive.read(e) for e in archive.infolist() if e.compress_type]
    start = time.perf_counter()
    for body in bodies:
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        deflate.compress(body)
        deflate.flush()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
