"""比べる相手の名と、走らせ方。"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NODE = HERE / "node"
NODE_PACKAGES = HERE.parent / "tests" / "node" / "node_modules"
PEERS = {
    "openpyxl": "openpyxl",
    "xltpl": "xltpl",
    "xlsxwriter": "XlsxWriter",
    "exceljs": "exceljs",
    "excelize": "excelize",
}


def command(way: str, job: Path, out: Path) -> list[str]:
    """一つの書き方を走らせるコマンド。"""
    if way == "exceljs":
        return ["node", str(NODE / "exceljs.mjs"), str(job), str(out)]
    return [sys.executable, str(HERE / "run_way.py"), way, str(job), str(out)]


def installed() -> dict[str, str]:
    """入っている相手と、その版。"""
    found = {}
    for way, package in PEERS.items():
        if way == "exceljs":
            manifest = NODE_PACKAGES / "exceljs" / "package.json"
            if shutil.which("node") and manifest.exists():
                found[way] = json.loads(manifest.read_text(encoding="utf-8"))["version"]
            continue
        try:
            found[way] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def as_installed(folder: Path) -> None:
    """子のプロセスの環境を、入れた後の使い方と同じにする：翻訳済みのものを読む。

    翻訳したものは、``folder`` の下にだけ置く。
    """
    as_here()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "pyc")


def as_here() -> None:
    """子のプロセスも、このパッケージを読む。時間を見ないときは、翻訳し直さない。"""
    os.environ["PYTHONWARNINGS"] = "ignore"
    os.environ["PYTHONPATH"] = str(HERE.parent)
