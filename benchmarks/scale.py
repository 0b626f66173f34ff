"""計画を何倍かに増やし、generate の時間と記憶を見る。

使い方: ``python benchmarks/scale.py 倍数``
"""

from __future__ import annotations

import copy
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from job import PLAN, ROOT, TEMPLATE

_LOAD = "import sys, pathlib, sheetgen.plan.loading as m; m.load_plan(pathlib.Path(sys.argv[1]))"


def enlarged(plan: dict[str, Any], times: int) -> dict[str, Any]:
    """基本方針と部を ``times`` 回並べた計画。番号と ID と名は、写しごとに新しくする。"""
    big = copy.deepcopy(plan)
    big["policies"], big["departments"] = [], []
    policies = len(plan["policies"])
    measures = sum(len(policy["measures"]) for policy in plan["policies"])
    old = [entry["id"] for entry in _entries(plan) if entry["type"] == "item"]
    for turn in range(times):
        mark = f"（{turn}）" if turn else ""
        # 99 かける 99 通りの ID を、順に使う。
        places = [divmod(turn * len(old) + at, 99) for at in range(len(old))]
        ids = {one: f"{p + 1:02d}-{q + 1:02d}" for one, (p, q) in zip(old, places, strict=True)}
        part = copy.deepcopy({key: plan[key] for key in ("policies", "departments")})
        for department in part["departments"]:
            department["name"] += mark
        for policy in part["policies"]:
            policy["number"] += policies * turn
            for measure in policy["measures"]:
                measure["number"] += measures * turn
        for entry in _entries(part):
            key = "id" if entry["type"] == "item" else "item_id"
            entry[key] = ids[entry[key]]
            for owner in entry["owners"] if key == "id" else ():
                owner["department"] += mark
        for key, values in part.items():
            big[key] += values
        if not turn:
            big["overview"]["legend"]["sample_item_id"] = ids[
                plan["overview"]["legend"]["sample_item_id"]
            ]
    return big


def _entries(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in plan["policies"]:
        for measure in policy["measures"]:
            yield from measure["entries"]


def main() -> None:
    times = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = folder / "plan.json"
        tree = enlarged(json.loads(PLAN.read_text(encoding="utf-8")), times)
        plan.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
        del tree
        loaded = _run([sys.executable, "-c", _LOAD, str(plan)])
        words = ["generate", "--plan", str(plan), "--template", str(TEMPLATE)]
        made = _run([sys.executable, "-m", "sheetgen", *words, "--out", str(folder / "out")])
        books = len(list((folder / "out").glob("*.xlsx")))
    print(json.dumps({"books": books, "load": loaded, "generate": made}))


def _run(command: list[str]) -> dict[str, float]:
    """子のプロセスの時間（秒）と、記憶の最大 (KB)。"""
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    # 子が何度か走ると最大の値が残るので、小さい方（読むだけ）から先に走らせる。
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"seconds": seconds, "peak_kb": peak}


if __name__ == "__main__":
    main()
