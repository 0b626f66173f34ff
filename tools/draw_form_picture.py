"""README の絵（docs/images/form.png）を、今のテンプレートから描き直す。

LibreOffice と poppler が要る。テンプレートを変えたら動かす。
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from sheetgen.form.jobs import GenerateRequest
from sheetgen.send.generating import generate

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "form.png"
ITEM = "08-08"  # 公式の見方で説明に使っている実施項目
PIXELS_WIDE = 1400
SECONDS = 180


def main() -> None:
    """一枚を作り、PDF にして、最後のページを絵にする。"""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        made = generate(
            GenerateRequest(
                plan=ROOT / "data" / "plan.json",
                template=ROOT / "templates" / "shinchoku_sheet.xlsx",
                root=folder,
                out=folder,
                items=(ITEM,),
            )
        )
        book = made.books[0].path
        profile = (folder / "profile").as_uri()
        run("soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf",
            "--outdir", folder, book)  # fmt: skip
        pdf = folder / f"{book.stem}.pdf"
        pages = run("pdfinfo", pdf)
        last = next(line.split()[-1] for line in pages.splitlines() if line.startswith("Pages:"))
        run("pdftoppm", "-png", "-singlefile", "-f", last, "-l", last,
            "-scale-to-x", PIXELS_WIDE, "-scale-to-y", -1, pdf, folder / "form")  # fmt: skip
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_bytes((folder / "form.png").read_bytes())


def run(*command: object) -> str:
    """プログラムを走らせ、出たものを返す。"""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    main()
