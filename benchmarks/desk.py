"""動いている操作の画面の速さを、openpyxl がブックを開くだけの時間、書くだけの時間と比べる。

使い方: python benchmarks/desk.py [--quick | --short]

画面は、初めに一度だけ部品を読み込む。ここでは、読み込み終えた画面の、一つの操作の時間を見る。
どの方法も順に一回ずつ、何度も回し、最小の時間の比を出す。results.md の自分の章を書く。
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

from collect import SHORT_SECTIONS, delivered  # noqa: E402
from job import write_job  # noqa: E402
from results import record  # noqa: E402

from sheetgen.reading.spare import spare_children  # noqa: E402

PAGES = {
    "いま": "/",
    "配布": "/sending/",
    "回収": "/collecting/",
    "状況": "/standing/",
    "編集": "/editing/",
    "項目": "/items/",
    "一つの項目": "/items/08-08",
    "公表": "/publishing/",
    "年度の切替": "/closing/",
    "取り消し": "/undoing/",
}


def main() -> None:
    parser = argparse.ArgumentParser(description="操作の画面を、openpyxl と比べる。")
    parser.add_argument("--quick", action="store_true", help="回数を減らす")
    parser.add_argument("--short", action="store_true", help="一つの課だけで、動くことを確かめる")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    rounds = 1 if asked.short else 3 if asked.quick else 7
    with tempfile.TemporaryDirectory() as name:
        sections = SHORT_SECTIONS if asked.short else ()
        with spare_children():  # sheetgen desk と同じ
            text = "\n".join(compare(Path(name), rounds, sections))
    print(text)
    if not asked.short:
        record(text + "\n")


def compare(folder: Path, rounds: int, sections: tuple[str, ...]) -> list[str]:
    import openpyxl
    from desk_samples import client, folder_in
    from openpyxl_way import write_books

    books = sorted(delivered(folder / "answers", sections)["excel"].iterdir())
    root = folder_in(folder, with_plan=False)
    shutil.copytree(folder / "answers" / "desk" / "data", root / "data")  # 配布記録も
    page = client(root)
    write_job(folder / "job.json", sections=sections)
    job = json.loads((folder / "job.json").read_bytes())
    names = [book.stem.split("_")[1] for book in books] if sections else []

    def generate() -> None:
        shutil.rmtree(root / "output", ignore_errors=True)
        data = {"round": "results", "year": "2024", "section": names}
        answer = page.post("/sending/samples", data=data, follow_redirects=True)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert f"{len(job['books'])}冊" in answer.get_data(as_text=True)

    def collect() -> None:
        given = [(io.BytesIO(book.read_bytes()), book.name) for book in books]
        answer = page.post("/collecting/", data={"files": given}, follow_redirects=True)
        assert f"ファイル {len(books)}個" in answer.get_data(as_text=True)

    timed: dict[str, Callable[[], object]] = {
        "generate": generate,
        "openpyxl-write": lambda: [data for _, data in write_books(job)],
        "collect": collect,
        "openpyxl-load": lambda: [openpyxl.load_workbook(book) for book in books],
        "help": _help,
        **{f"page {name}": _getter(page.get, path) for name, path in PAGES.items()},
    }
    for name, run in timed.items():
        if name not in ("openpyxl-write", "openpyxl-load", "help"):
            run()  # 部品を読み込み終えた画面にする
    samples: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for name, run in timed.items():
            begun = time.perf_counter()
            run()
            samples[name].append(time.perf_counter() - begun)
    return _report({name: min(times) for name, times in samples.items()}, rounds, len(books))


def _getter(get: Callable[..., object], path: str) -> Callable[[], object]:
    def run() -> None:
        answer = get(path)
        assert answer.status_code == 200, path  # type: ignore[attr-defined]

    return run


def _help() -> None:
    words = [sys.executable, "-m", "sheetgen", "--help"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(words, env=environment, capture_output=True, check=True)


def _report(best: dict[str, float], rounds: int, books: int) -> list[str]:
    writing = best["openpyxl-write"] / best["generate"]
    reading = best["openpyxl-load"] / best["collect"]
    lines = [
        "# 操作の画面の比較",
        "",
        "`python benchmarks/desk.py` の出力。手では直さない。",
        "",
        f"- 機械: {platform.system()} {platform.machine()}、{os.cpu_count()}コア。"
        f"Python {platform.python_version()}。ほかの仕事も動いているので、時間より比を見る。",
        f"- 部品を読み込み終えた画面の、一つの操作の時間。交互に{rounds}回走らせた最小。",
        "",
        f"- 見本{books}冊を作る: openpyxl が開いて入れて保存する時間の **{writing:.1f}分の1**"
        f"（{best['generate']:.2f}秒、{best['openpyxl-write']:.2f}秒）",
        f"- 届いた{books}冊を受け取り、読み、点検する: openpyxl がただ開く時間の "
        f"**{reading:.1f}分の1**"
        f"（{best['collect']:.2f}秒、{best['openpyxl-load']:.2f}秒）",
        "",
        "| ページ | `sheetgen --help` の時間に対する割合 | 秒 |",
        "|---|---:|---:|",
    ]
    for name in PAGES:
        seconds = best[f"page {name}"]
        lines.append(f"| {name} | {seconds / best['help']:.3f} | {seconds:.4f} |")
    return lines


if __name__ == "__main__":
    main()
