"""`sheetgen collect` を、同じブックをただ開くほかの道具と比べる。

使い方: python benchmarks/collect.py [--quick | --short]

戻った 28 冊（様式 74 枚）を、三つの書き方で。どの方法も順に一回ずつ、何度も回す。
PC が一時遅くなっても、どの方法にも同じように当たる。results.md の自分の章を書く。
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from agreement import read  # noqa: E402
from results import record  # noqa: E402
from ways import PEERS, as_here, as_installed, installed  # noqa: E402

Samples = dict[str, list[float]]
LABELS = {
    "sheetgen": "sheetgen の読み取り",
    "openpyxl": "openpyxl（ふつうに開く）",
    "openpyxl-read-only": "openpyxl（読み取り専用、一度たどる）",
    "exceljs": "exceljs",
    "calamine": "python-calamine（すべてのシートの値まで）",
    "calamine-sheets": "python-calamine（シートを開くだけ）",
    "unzip": "床：zip を広げて CRC を確かめる（zipfile）",
}
DIALECTS = {
    "excel": "配ったブックに答えが入っただけのもの",
    "libreoffice": "LibreOffice で保存し直したもの",
    "openpyxl": "openpyxl で保存し直したもの",
}
EXCEL_LOOK = "excel"
READERS = ("openpyxl", "openpyxl-read-only", "calamine", "exceljs")
"""値まで読む相手。"""
SHORT_SECTIONS = ("市民税課",)
"""動くことだけを確かめるときの課。"""


def main() -> None:
    parser = argparse.ArgumentParser(description="collect を、ただ開くだけの道具と比べる。")
    parser.add_argument("--quick", action="store_true", help="回数を減らす")
    parser.add_argument("--short", action="store_true", help="一つの課だけで、動くことを確かめる")
    asked = parser.parse_args()
    quick, short = asked.quick, asked.short
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if short:
            as_here()
        else:
            as_installed(folder)
        dialects = delivered(folder, SHORT_SECTIONS if short else ())
        rounds = 1 if short else 2 if quick else 5
        lines = head(dialects, quick)
        reading = {kind: read_all(dialects[kind], rounds) for kind in dialects}
        whole = run_all(folder, dialects, rounds, warmed=not short)
        lines += reading_tables(reading) + whole_table(whole) + verdict(reading, whole)
        lines += same_table(dialects)
    text = "\n".join(lines) + "\n"
    print(text)
    if not short:
        record(text)


def delivered(folder: Path, sections: tuple[str, ...]) -> dict[str, Path]:
    """答えの入った28冊（``sections`` を渡すと、その課のものだけ）。書き方ごとのフォルダー。"""
    from returned.clients import edited
    from returned.desk import Desk, jobs
    from returned.quick import quickly
    from returned.sections import honest

    desk = Desk(
        folder / "desk", ROOT / "data" / "plan.json", ROOT / "templates" / "shinchoku_sheet.xlsx"
    )
    desk.distribute(sections=sections)
    found = {EXCEL_LOOK: folder / EXCEL_LOOK}
    forms = honest(list(desk.places().values()))
    wanted = [form for form in forms if not sections or form.addressee.endswith(sections)]
    quickly(jobs(desk, wanted, found[EXCEL_LOOK]))
    books = sorted(found[EXCEL_LOOK].iterdir())
    if shutil.which("soffice") and not sections:
        found["libreoffice"] = _resaved(books, folder / "libreoffice", folder / "profile")
    found["openpyxl"] = folder / "openpyxl"
    found["openpyxl"].mkdir()
    for book in books:
        with edited(book, found["openpyxl"] / book.name):
            pass
    return found


def _resaved(books: list[Path], out: Path, profile: Path) -> Path:
    words = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    words += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out)]
    subprocess.run([*words, *map(str, books)], check=True, capture_output=True, timeout=300)
    return out


def head(dialects: dict[str, Path], quick: bool) -> list[str]:
    found = installed()
    peers = "、".join(
        f"{PEERS.get(way, way)} {found[way]}" for way in ("openpyxl", "exceljs") if way in found
    )
    import importlib.metadata

    peers += f"、python-calamine {importlib.metadata.version('python-calamine')}"
    lines = [
        "# `sheetgen collect` の比較",
        "",
        f"`python benchmarks/collect.py{' --quick' if quick else ''}` の出力。手では直さない。",
        "",
        f"- 機械: {platform.system()} {platform.machine()}、{os.cpu_count()}コア。"
        f"Python {platform.python_version()}。ほかの仕事も動いているので、時間より比を見る。",
        f"- 相手: {peers}。相手はブックを開くだけで、どの欄の値かも、正しいかも見ない。",
        "- 仕事: 伊勢原市の計画の様式74枚に答えの入った28冊。",
        "- どれも一巡ずつ交互に走らせ、最小と中央値から比を出した。「読む」は、一つのプロセスで"
        "import を終えてから、28冊を5回ずつ（1回目も数える）。",
    ]
    if "libreoffice" not in dialects:
        lines.append("- LibreOffice が入っていないため、保存し直したものは比べられなかった。")
    return lines


def _command(way: str, folder: Path, passes: int | str) -> list[str]:
    if way == "exceljs":
        return ["node", str(HERE / "node" / "exceljs_read.mjs"), str(folder), str(passes)]
    return [sys.executable, str(HERE / "read_way.py"), way, str(folder), str(passes)]


def read_all(folder: Path, rounds: int) -> Samples:
    """読むだけの時間。遅い相手は一巡に一度でよい。"""
    ways = [way for way in LABELS if way != "exceljs" or "exceljs" in installed()]
    samples: Samples = defaultdict(list)
    for _ in range(rounds):
        for way in ways:
            passes = 1 if way.startswith(("openpyxl", "exceljs")) else 5
            done = subprocess.run(
                _command(way, folder, passes), check=True, capture_output=True, encoding="utf-8"
            )
            samples[way] += json.loads(done.stdout)
    return samples


def same_table(dialects: dict[str, Path]) -> list[str]:
    """値まで読む相手が、sheetgen と同じ値を読んだこと。

    :raises DisagreementError: 値が違う。
    """
    lines = ["", "## 同じ値を読んだか", "", "どの番地の値も、sheetgen と同じだった。", ""]
    lines += ["| | 確かめた値 |", "|---|---|"]
    counts = dict.fromkeys([one for one in READERS if one != "exceljs" or one in installed()], 0)
    for folder in dialects.values():
        ours = _values("sheetgen", folder)
        for way in counts:
            counts[way] += read(ours, _values(way, folder), way)
    return lines + [f"| {LABELS[way]} | {count} |" for way, count in counts.items()]


def _values(way: str, folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    done = subprocess.run(
        _command(way, folder, "values"), check=True, capture_output=True, encoding="utf-8"
    )
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(done.stdout)
    return found


def run_all(
    folder: Path, dialects: dict[str, Path], rounds: int, *, warmed: bool
) -> dict[str, Samples]:
    """コマンド全体。回収は、そのたびに新しい作業フォルダーで。

    ``warmed`` なら、翻訳させるために、数えない一巡を先に走らせる。
    """
    samples: dict[str, Samples] = {kind: defaultdict(list) for kind in dialects}
    desk = folder / "desk"
    for number in range(0 if warmed else 1, rounds + 1):
        for kind, books in dialects.items():
            root = folder / f"run-{kind}-{number}"
            shutil.copytree(desk / "data", root / "data")
            words = [sys.executable, "-m", "sheetgen", "collect", str(books)]
            words += ["--plan", str(root / "data" / "plan.json")]
            words += ["--template", str(ROOT / "templates" / "shinchoku_sheet.xlsx")]
            seconds = _timed(words, root)
            if number:
                samples[kind]["sheetgen"].append(seconds)
                samples[kind]["openpyxl"].append(_timed(_command("openpyxl", books, 1), root))
            shutil.rmtree(root)
    return samples


def _timed(words: list[str], root: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(words, cwd=root, capture_output=True, encoding="utf-8", check=False)
    seconds = time.perf_counter() - start
    # 1 は、課に聞くことがあったということ。
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return seconds


def _ratio(some: list[float], base: list[float]) -> str:
    return f"{min(some) / min(base):.1f} / {statistics.median(some) / statistics.median(base):.1f}"


def reading_tables(reading: dict[str, Samples]) -> list[str]:
    lines = ["", "## 読む（28冊）", "", "sheetgen の何倍かかるか（最小 / 中央値）。", ""]
    lines += ["| | " + " | ".join(DIALECTS[kind] for kind in reading) + " | 最小のミリ秒 |"]
    lines += ["|---|" + "---|" * (len(reading) + 1)]
    for way, label in LABELS.items():
        if way not in reading[EXCEL_LOOK]:
            continue
        cells = [_ratio(samples[way], samples["sheetgen"]) for samples in reading.values()]
        fastest = min(reading[EXCEL_LOOK][way]) * 1000
        lines.append(f"| {label} | " + " | ".join(cells) + f" | {fastest:.0f} |")
    return lines


def whole_table(whole: dict[str, Samples]) -> list[str]:
    lines = ["", "## コマンド全体（起動と import を含む）", ""]
    lines += [
        "`sheetgen collect` は、読み取り、点検、計画のデータと記録簿と原本の書き込み、"
        "回収結果.xlsx までの全部。openpyxl は開くだけ。",
        "",
        "| | sheetgen の最小の秒 | openpyxl の最小の秒 | 何分の一か（最小 / 中央値） |",
        "|---|---|---|---|",
    ]
    for kind, samples in whole.items():
        own, slow = samples["sheetgen"], samples["openpyxl"]
        lines.append(
            f"| {DIALECTS[kind]} | {min(own):.2f} | {min(slow):.2f} | {_ratio(slow, own)} |"
        )
    return lines


def verdict(reading: dict[str, Samples], whole: dict[str, Samples]) -> list[str]:
    """目当てと結果（構えの変わっていない様式で）。"""
    read, run = reading[EXCEL_LOOK], whole[EXCEL_LOOK]
    rows = [
        ("読む：openpyxl の何分の一か", "40 以上", _ratio(read["openpyxl"], read["sheetgen"])),
        (
            "読む：python-calamine（値まで）の何分の一か",
            "1 以上",
            _ratio(read["calamine"], read["sheetgen"]),
        ),
        (
            "コマンド全体：openpyxl で開くだけの何分の一か",
            "10 を超える",
            _ratio(run["openpyxl"], run["sheetgen"]),
        ),
    ]
    lines = ["", "## 目当てと結果", "", "| | 目当て | 結果（最小 / 中央値） |", "|---|---|---|"]
    return lines + [f"| {what} | {goal} | {result} |" for what, goal, result in rows]


if __name__ == "__main__":
    main()
