"""豊かなテンプレートで同じブックを作らせ、何が残るかを表にする。"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from job import ROOT, write_job
from survivors import CHECKS, Book, Page, forms
from ways import command

sys.path.insert(0, str(ROOT / "tests"))

BOOK = "0101_企画部 経営企画課_実績照会.xlsx"


# 手直しと、それで付くもの。相手が止まるときは、一つ除いてもう一度試す。
ADDED = {
    "picture_and_text_box": ("テキスト ボックス", "画像"),
    "x14_list": ("一覧（x14）",),
    "x14_formats": ("条件付き書式（x14）",),
    "header_and_footer": ("フッター", "ヘッダーの画像"),
    "printer_settings": ("プリンターの設定",),
    "rich_text": ("セルの中の飾り", "ふりがな"),
    "custom_parts": ("customXml",),
}


def rich_template(target: Path, without: str = "") -> Path:
    """職員が手を加えたようなテンプレート。

    セルのメモは入れない。メモがあると、exceljs はブックをまったく書けない。
    """
    from ooxml.nasty import OFFICE, changed

    acts = [act for act in OFFICE if act.__name__ not in ("note", without)]
    return changed(ROOT / "templates" / "shinchoku_sheet.xlsx", target, *acts)


def fidelity_table(folder: Path, ways: list[str], sections: tuple[str, ...] = ()) -> list[str]:
    """表の行。``sections`` を渡すと、その課のブックだけを書かせ、止まった相手に二度は試さない。

    ○は残る、×は失われる、「止まる」はそれがあると書けない。
    """
    template = rich_template(folder / "template.xlsx")
    words = ["generate", "--template", str(template), "--out", str(folder / "sheetgen")]
    words += [word for one in sections for word in ("--section", one)]
    subprocess.run(
        [sys.executable, "-m", "sheetgen", *words], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    book = next((folder / "sheetgen").glob("*.xlsx")).name if sections else BOOK
    wanted = {page.name: page for page in forms(Book(folder / "sheetgen" / book))}
    marks = {"sheetgen": _marks(folder / "sheetgen" / book, wanted, "")}
    for way in ways:
        for without in ("",) if sections else ("", *ADDED):
            out = _written(folder, way, without, sections)
            if out is not None:
                marks[way] = _marks(out / book, wanted, without)
                break
        else:
            marks[way] = dict.fromkeys(CHECKS, "止まる")
    rows = [
        "| 残るもの（最初／最後のシート） | " + " | ".join(marks) + " |",
        "|---|" + "---|" * len(marks),
    ]
    rows += [f"| {name} | " + " | ".join(m[name] for m in marks.values()) + " |" for name in CHECKS]
    return rows


def _written(folder: Path, way: str, without: str, sections: tuple[str, ...]) -> Path | None:
    """一つの手直しを除いたテンプレートから書いたフォルダー。止まれば None。"""
    job = folder / f"rich-{without}.json"
    if not job.exists():
        template = rich_template(folder / f"template-{without}.xlsx", without)
        write_job(job, template, sections=sections)
    out = folder / f"{way}-{without}"
    run = subprocess.run(command(way, job, out), capture_output=True, check=False)
    return out if run.returncode == 0 else None


def _marks(path: Path, wanted: dict[str, Page], without: str) -> dict[str, str]:
    pages = forms(Book(path))
    lost = ADDED.get(without, ())
    return {
        name: "止まる"
        if name in lost
        else "／".join("○" if check(p, wanted[p.name]) else "×" for p in (pages[0], pages[-1]))
        for name, check in CHECKS.items()
    }
