"""一つの書き方を、一つのプロセスで走らせる。書くだけの時間を JSON で出す。

使い方: python benchmarks/run_way.py WAY JOB OUT [SECTION...]

JOB は job.py の作ったファイル。``-`` なら、コマンド全体と同じように、仕事をここで作る
（SECTION を書けば、その課だけ）。
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def _prepared(out: Path, sections: tuple[str, ...]) -> Path:
    from job import write_job

    out.mkdir(parents=True, exist_ok=True)
    write_job(out / "job.json", sections=sections)
    return out / "job.json"


def main() -> None:
    way, job_path, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    module = importlib.import_module(f"{way}_way")
    if sys.argv[2] == "-":
        job_path = _prepared(out, tuple(sys.argv[4:]))
    job = json.loads(job_path.read_text(encoding="utf-8"))
    prepare = getattr(module, "prepare", None)
    if prepare:
        prepare(job)
    start = time.perf_counter()
    books = list(module.write_books(job))
    seconds = time.perf_counter() - start
    out.mkdir(parents=True, exist_ok=True)
    for name, data in books:
        (out / name).write_bytes(data)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"write": seconds, "peak_kb": peak}))


if __name__ == "__main__":
    main()
