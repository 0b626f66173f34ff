"""`sheetgen report` の PDF を、同じ内容をほかの道で PDF にしたものと比べる。

使い方: python benchmarks/report.py [--quick | --short]

ほかの道は、``sheetgen report`` の作ったものから始める。ページ（HTML）を Chromium と WeasyPrint で、
ブックを LibreOffice で PDF にする。どの道も順に一回ずつ、何度も回す。results.md の自分の章を書く。
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from agreement import DisagreementError  # noqa: E402
from results import record  # noqa: E402

NEVER_FIRST = "、。，．：；？！）〕］｝〉》」』】ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々"
NEVER_LAST = "（〔［｛〈《「『【"
SECONDS = 600
SLOWEST = "HTML → WeasyPrint"
"""ほかの道を合わせたほどかかるので、短い形では走らせない。"""


def run(*command: str | Path) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        timeout=SECONDS,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


PLAN = ROOT / "data" / "plan.json"


def sheetgen(folder: Path, plan: Path, *options: str) -> Path:
    """文書を作り、置いたフォルダーを返す。"""
    run(
        sys.executable, "-m", "sheetgen", "report", *options,
        "--plan", plan,
        "--template", ROOT / "templates/shinchoku_sheet.xlsx",
        "--layout", ROOT / "templates/report",
        "--out", folder,
    )  # fmt: skip
    return folder


def routes(folder: Path, plan: Path, page: Path, book: Path) -> dict[str, Callable[[Path], Path]]:
    """道の名と、PDF を作る働き。"""

    def ours(target: Path) -> Path:
        return next(sheetgen(target, plan, "--only", "pdf").glob("*.pdf"))

    def chromium(target: Path) -> Path:
        made = target / "chromium.pdf"
        run(
            browser, "--headless=new", "--no-sandbox", "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer",
            f"--print-to-pdf={made}", page.as_uri(),
        )  # fmt: skip
        return made

    def weasyprint(target: Path) -> Path:
        made = target / "weasyprint.pdf"
        run(sys.executable, "-m", "weasyprint", "--pdf-variant", "pdf/ua-1", page, made)
        return made

    def libreoffice(target: Path) -> Path:
        run(
            office, f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless",
            "--convert-to", "pdf", "--outdir", target, book,
        )  # fmt: skip
        return target / f"{book.stem}.pdf"

    found: dict[str, Callable[[Path], Path]] = {"sheetgen report（typst）": ours}
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    office = shutil.which("soffice")
    if browser:
        found["HTML → Chromium"] = chromium
    if find_spec("weasyprint"):
        found[SLOWEST] = weasyprint
    if office:
        found["様式のブック → LibreOffice"] = libreoffice
    return found


def judged(pdf: Path) -> tuple[int, str, int, int]:
    """ページ数、構造の有無、禁則に外れた行、行の数。"""
    info = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    pages = int(re.findall(r"^Pages:\s+(\d+)", info, re.MULTILINE)[0])
    tagged = "あり" if re.search(r"^Tagged:\s+yes", info, re.MULTILINE) else "なし"
    text = subprocess.run(
        ["pdftotext", "-raw", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    lines = [line.strip() for line in text.splitlines() if len(line.strip()) > 3]
    wrong = sum(line[0] in NEVER_FIRST or line[-1] in NEVER_LAST for line in lines)
    return pages, tagged, wrong, len(lines)


def shortened(target: Path) -> Path:
    """推進項目ごとに一つの実施項目だけを残した計画。見本の実施項目は残す。"""
    plan = json.loads(PLAN.read_text(encoding="utf-8"))
    sample = plan["overview"]["legend"]["sample_item_id"]
    for policy in plan["policies"]:
        for measure in policy["measures"]:
            items = [entry for entry in measure["entries"] if entry["type"] == "item"]
            chosen = [entry for entry in items if entry["id"] == sample] or items[:1]
            measure["entries"] = chosen
    target.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return target


def titles(plan: Path) -> list[str]:
    """実施項目の名。空白は除く。"""
    tree: dict[str, Any] = json.loads(plan.read_text(encoding="utf-8"))
    return [
        "".join(entry["title"].split())
        for policy in tree["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
        if entry["type"] == "item"
    ]


def named_in(pdf: Path, wanted: list[str], way: str) -> int:
    """実施項目の名がすべて PDF にあることを確かめ、その数を返す。

    :raises DisagreementError: 題名がない。
    """
    text = subprocess.run(
        ["pdftotext", "-raw", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    bare = "".join(text.split())
    absent = [title for title in wanted if title not in bare]
    if absent:
        raise DisagreementError(f"{way}: 実施項目の名がない {absent}")
    return len(wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description="report の PDF を、ほかの道と比べる。")
    parser.add_argument("--quick", action="store_true", help="回数を減らす")
    parser.add_argument("--short", action="store_true", help="短い計画で、動くことを確かめる")
    asked = parser.parse_args()
    rounds = 1 if asked.short else 2 if asked.quick else 5
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        plan = shortened(folder / "plan.json") if asked.short else PLAN
        base = sheetgen(folder / "base", plan)
        page, book = next(base.glob("*.html")), next(base.glob("*.xlsx"))
        ways = routes(folder, plan, page, book)
        if asked.short:
            ways.pop(SLOWEST, None)
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        made: dict[str, Path] = {}
        for turn in range(rounds):
            for number, (way, make) in enumerate(ways.items()):
                target = folder / f"{number}-{turn}"
                target.mkdir()
                start = time.perf_counter()
                made[way] = make(target)
                seconds[way].append(time.perf_counter() - start)
        rows, wanted = [], titles(plan)
        for way, pdf in made.items():
            pages, tagged, wrong, lines = judged(pdf)
            rows.append(
                f"| {way} | {statistics.median(seconds[way]):.1f} | {min(seconds[way]):.1f} "
                f"| {pdf.stat().st_size / 1_000_000:.1f} | {pages} | {wrong} / {lines} | {tagged} "
                f"| {named_in(pdf, wanted, way)} |"
            )
    table = [
        "# 年次見直しの文書",
        "",
        f"74の様式と10の概要表のある文書（令和６年度）を PDF にする。{rounds}回ずつ、交互に。",
        "sheetgen は命令の初めから終わりまで、ほかの道は、でき上がった HTML やブックからの時間。",
        "LibreOffice の道には、様式と一覧だけがあり、章と概要表はない。",
        "",
        "| 道 | 秒（中央） | 秒（最小） | MB | ページ | 禁則に外れた行 | 構造 | 実施項目の名 |",
        "|---|---:|---:|---:|---:|---:|---|---:|",
        *rows,
    ]
    print("\n".join(table))
    if not asked.short:
        record("\n".join(table))


if __name__ == "__main__":
    main()
