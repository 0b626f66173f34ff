"""`sheetgen generate` を、同じ仕事をするほかの道具と比べる。

使い方: python benchmarks/generate.py [--quick | --short]

どの方法も順に一回ずつ、何度も回す。PC が一時遅くなっても、どの方法にも同じように当たる。
Markdown の表を印刷し、benchmarks/results.md の自分の章を書く。
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from agreement import written  # noqa: E402
from fidelity import fidelity_table  # noqa: E402
from job import write_job  # noqa: E402
from results import record  # noqa: E402
from ways import PEERS, as_here, as_installed, command, installed  # noqa: E402

from sheetgen.form.jobs import Per  # noqa: E402

HERE = Path(__file__).resolve().parent
Samples = dict[str, list[float]]
LABELS = {
    "openpyxl": "openpyxl（開く・入れる・保存）",
    "openpyxl 74": "openpyxl（様式ごとに74冊）",
    "openpyxl whole": "openpyxl（計画から、sheetgen で値を求めて書く）",
    "xltpl": "xltpl",
    "xlsxwriter": "XlsxWriter（コードで描く）",
    "exceljs": "exceljs",
    "excelize": "excelize",
}


@dataclass(frozen=True, slots=True)
class Size:
    """比べる規模。``sections`` が空ならすべての課、``own`` は一巡に sheetgen を走らせる回数。"""

    option: str
    rounds: int
    own: int
    passes: int
    scale: tuple[int, ...]
    sections: tuple[str, ...] = ()


FULL = Size("", 5, 3, 5, (1, 10, 100))
QUICK = Size(" --quick", 2, 3, 5, (1, 10))
# 動くことと、相手が同じ値を書くことだけを確かめる。時間は見ない。
SHORT = Size(" --short", 1, 1, 1, (1,), ("市民税課",))


def main() -> None:
    parser = argparse.ArgumentParser(description="generate を、ほかの道具と比べる。")
    parser.add_argument("--quick", action="store_true", help="回数と規模を減らす")
    parser.add_argument("--short", action="store_true", help="一つの課だけで、動くことを確かめる")
    asked = parser.parse_args()
    size = SHORT if asked.short else QUICK if asked.quick else FULL
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if size is SHORT:
            as_here()
        else:
            as_installed(folder)
        found = installed()
        lines = [*head(found, size), *speed(folder, found, size), *scale(size.scale)]
        lines += ["", "## 何が残るか", "", *FIDELITY, ""]
        # 短い形では、初めの相手だけに見る。相手ごとに、豊かなテンプレートでもう一度書かせるため。
        lines += fidelity_table(folder, list(found)[: 1 if size is SHORT else None], size.sections)
    text = "\n".join(lines) + "\n"
    print(text)
    if size is not SHORT:
        record(text)


FIDELITY = [
    "職員が手を加えたようなテンプレート（`tests/ooxml/nasty.py`）で15枚のブックを作り、"
    "部品を読んで確かめた。",
    "○は残る、×は失われる。最初のシート／最後のシート。「止まる」は、テンプレートにそれがあると"
    "書けずに止まるので、それだけを除いて試した。XlsxWriter にはテンプレートがなく、ある分は"
    "コードで書いたもの。",
    "相手の「合計の控え」の○は、値「-」がテンプレートの控えとたまたま同じだったため。",
]


def head(found: dict[str, str], size: Size) -> list[str]:
    missing = "、".join(PEERS[way] for way in PEERS if way not in found)
    lines = [
        "# `sheetgen generate` の比較",
        "",
        f"`python benchmarks/generate.py{size.option}` の出力。手では直さない。",
        "",
        f"- 機械: {platform.system()} {platform.machine()}、{os.cpu_count()}コア。"
        f"Python {platform.python_version()}。ほかの仕事も動いているので、時間より比を見る。",
        "- 相手: " + "、".join(f"{PEERS[way]} {version}" for way, version in found.items()) + "。",
        "- 仕事: 伊勢原市の計画の様式74枚を28冊に。相手には、求め終えた値と行の高さを渡す"
        "（Jinja2 の評価と割り付けは相手の時間に入らない。相手に有利）。",
        "- どれも一巡ずつ交互に走らせ、最小と中央値から比を出した。sheetgen の中の段は、一つの"
        "プロセスで5回ずつ繰り返した（1回目も数える）。",
    ]
    if missing:
        lines.append(f"- 入っていないため比べられなかった相手: {missing}。")
    return lines


def timed(command: list[str]) -> tuple[float, str]:
    """一つのプロセスの始めから終わりまでの秒数と、その出力。"""
    start = time.perf_counter()
    run = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, encoding="utf-8")
    return time.perf_counter() - start, run.stdout


def speed(folder: Path, found: dict[str, str], size: Size) -> list[str]:
    jobs = {"": folder / "section.json", " 74": folder / "item.json"}
    write_job(jobs[""], sections=size.sections)
    write_job(jobs[" 74"], per=Per.ITEM, sections=size.sections)
    ways = {way: command(way, jobs[""], folder / way) for way in found}
    ways["openpyxl 74"] = command("openpyxl", jobs[" 74"], folder / "openpyxl74")
    ways["openpyxl whole"] = [
        *command("openpyxl", Path("-"), folder / "openpyxl-whole"),
        *size.sections,
    ]
    own = [sys.executable, "-m", "sheetgen", "generate", "--out", str(folder / "out")]
    own += [word for one in size.sections for word in ("--section", one)]
    inside = [sys.executable, str(HERE / "sheetgen_way.py"), "section", str(size.passes)]
    inside += size.sections
    if size is not SHORT:
        timed(own)  # 翻訳させる
    whole: Samples = defaultdict(list)
    write: Samples = defaultdict(list)
    for _ in range(size.rounds):
        for _ in range(size.own):
            whole["sheetgen"].append(timed(own)[0])
        for key, value in json.loads(timed(inside)[1]).items():
            write[key] += value if isinstance(value, list) else [value]
        for way, words in ways.items():
            seconds, printed = timed(words)
            whole[way].append(seconds)
            write[way].append(json.loads(printed)["write"])
    same = {
        "sheetgen": written(jobs[""], folder / "out"),
        **{way: written(jobs[""], folder / way) for way in found},
        "openpyxl 74": written(jobs[" 74"], folder / "openpyxl74"),
        "openpyxl whole": written(jobs[""], folder / "openpyxl-whole"),
    }
    return [
        *_whole_table(whole), *_write_table(write), *_verdict(whole, write), *_same_table(same),
    ]  # fmt: skip


def _same_table(same: dict[str, int]) -> list[str]:
    """どの道具のブックも、同じ番地に同じ値を持っていたこと（違えば、ここまで来ない）。"""
    lines = ["", "## 同じ値を書いたか", "", "仕事の値がすべて、同じ番地にあった。", ""]
    lines += ["| | 確かめた値 |", "|---|---|"]
    return lines + [f"| {LABELS.get(way, way)} | {count} |" for way, count in same.items()]


def _ratio(some: list[float], base: list[float]) -> str:
    return f"{min(some) / min(base):.1f} / {statistics.median(some) / statistics.median(base):.1f}"


def _whole_table(whole: Samples) -> list[str]:
    lines = ["", "## コマンド全体（起動と import を含む）", ""]
    lines += ["| | sheetgen の何倍か（最小 / 中央値） | 最小の秒 |", "|---|---|---|"]
    lines.append(f"| `sheetgen generate` | 1 | {min(whole['sheetgen']):.2f} |")
    for way, values in whole.items():
        if way != "sheetgen":
            lines.append(
                f"| {LABELS[way]} | {_ratio(values, whole['sheetgen'])} | {min(values):.2f} |"
            )
    return lines


def _write_table(write: Samples) -> list[str]:
    base = write["write"]
    lines = ["", "## 書くことだけ（手もとの値から .xlsx のバイト列まで、28冊）", ""]
    lines += ["| | sheetgen の「書く」の何倍か（最小 / 中央値） | 最小のミリ秒 |", "|---|---|---|"]
    rows: dict[str, list[float]] = {
        "床：同じ中身をただ圧縮する（zlib 6）": write["floor"],
        "sheetgen：書く": base,
        "sheetgen：式を求めて割り付ける（相手にはない仕事）": write["fill"],
        "sheetgen：計画とテンプレートを開く（一度だけ）": write["open"],
    }
    peers = set(LABELS) - {"openpyxl whole"}
    rows |= {LABELS[way]: values for way, values in write.items() if way in peers}
    for name, values in rows.items():
        lines.append(f"| {name} | {_ratio(values, base)} | {min(values) * 1000:.0f} |")
    return lines


def _verdict(whole: Samples, write: Samples) -> list[str]:
    base = write["write"]
    peers = {way: values for way, values in write.items() if way in PEERS}
    fastest = min(peers, key=lambda way: min(peers[way]))
    both = [a + b for a, b in zip(write["fill"], base, strict=True)]
    ways = ("sheetgen", "openpyxl", "openpyxl whole", "openpyxl 74")
    own, slow, from_plan, per_form = (whole[way] for way in ways)
    name = LABELS[fastest]
    rows = [
        ("書く：openpyxl の何分の一か", "40 以上", _ratio(write["openpyxl"], base)),
        (f"書く：最も速い相手（{name}）の何分の一か", "5 以上", _ratio(peers[fastest], base)),
        ("書く：床の何倍か", "2 以下", _ratio(base, write["floor"])),
        ("式・割り付けと書く：openpyxl の何分の一か", "", _ratio(write["openpyxl"], both)),
        ("式・割り付けと書く：床の何倍か", "", _ratio(both, write["floor"])),
        ("コマンド全体：openpyxl の何分の一か", "10 を超える", _ratio(slow, own)),
        ("コマンド全体：計画から openpyxl で書く仕方の何分の一か", "", _ratio(from_plan, own)),
        ("コマンド全体：openpyxl で74冊の何分の一か", "", _ratio(per_form, own)),
    ]
    lines = ["", "## 目当てと結果", "", "| | 目当て | 結果（最小 / 中央値） |", "|---|---|---|"]
    return lines + [f"| {what} | {goal} | {result} |" for what, goal, result in rows]


def scale(sizes: tuple[int, ...]) -> list[str]:
    lines = ["", "## 規模を増やす", ""]
    lines += [
        "計画の部と基本方針を何倍かに並べ、同じコマンドを走らせた。",
        "「計画を読むだけ」は、計画を JSON から読んで型に入れるまでの記憶の最大。",
        "",
    ]
    lines += ["| 様式 | ブック | 秒 | 様式一枚のミリ秒 | 記憶の最大 (MB) | 計画を読むだけ (MB) |"]
    lines += ["|---|---|---|---|---|---|"]
    for times in sizes:
        _, printed = timed([sys.executable, str(HERE / "scale.py"), str(times)])
        got: dict[str, Any] = json.loads(printed)
        made, load, forms = got["generate"], got["load"], 74 * times
        lines.append(
            f"| {forms:,} | {got['books']:,} | {made['seconds']:.2f} |"
            f" {made['seconds'] / forms * 1000:.2f} | {made['peak_kb'] / 1024:.0f} |"
            f" {load['peak_kb'] / 1024:.0f} |"
        )
    return lines


if __name__ == "__main__":
    main()
