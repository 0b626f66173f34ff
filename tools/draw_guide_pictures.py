"""手引きの絵（docs/images/guide-*.png と edit-*.png）を、実物の計画と架空の答えから描き直す。

LibreOffice、Chromium と poppler が要る。ページやブックを変えたら、
``PYTHONPATH=.:tests python tools/draw_guide_pictures.py`` を動かす。
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import date, datetime
from pathlib import Path

from draw_form_picture import ROOT, run
from guide_sections import Sections

from sheetgen.cli.boundary import main as sheetgen
from sheetgen.problems import ExitCode
from sheetgen.send.distributing import DistributeRequest, distribute
from sheetgen.year.standing import StatusRequest
from sheetgen.year.status import status

PICTURES = ROOT / "docs" / "images"
COLLECTED = Path("output", "令和6年度", "実績照会", "回収")
PIXELS_WIDE = 960
WINDOW = "1000,1150"


def main() -> None:
    """回収の途中まで進めて、そこで見えるものを絵にする。"""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        fresh_folder(folder)
        before = Path.cwd()
        os.chdir(folder)
        try:
            answer_first_round(folder)
            _advance(folder)
            _draw(folder)
            _turn_the_year(folder)
            _draw_edit_book(folder)
        finally:
            os.chdir(before)


def fresh_folder(folder: Path) -> None:
    """計画とテンプレートのある作業フォルダーを作る。"""
    (folder / "data").mkdir(parents=True)
    shutil.copyfile(ROOT / "data" / "plan.json", folder / "data" / "plan.json")
    shutil.copytree(ROOT / "templates", folder / "templates")


def answer_first_round(folder: Path) -> None:
    """実績照会を配り、初めの答えを回収する。``folder`` で動かす。"""
    # 手引きの日付に合わせる。描いた日の日付では、期限の後に送ったように見える。
    plan, templates = folder / "data" / "plan.json", folder / "templates"
    distribute(
        DistributeRequest(
            plan=plan,
            template=templates / "shinchoku_sheet.xlsx",
            letters=templates / "letters",
            root=folder,
            deadline=date(2024, 7, 31),
        ),
        now=datetime(2024, 7, 1, 9, 0),
    )
    Sections(folder).answer_first(Path("返信"))
    _command("collect", "返信", code=ExitCode.PROBLEMS)


def _advance(folder: Path) -> None:
    """状況のページと文書を作る。"""
    plan, templates = folder / "data" / "plan.json", folder / "templates"
    status(StatusRequest(plan=plan, layout=templates, root=folder), now=datetime(2024, 8, 5, 9, 0))
    _command("report", "--only", "pdf")


def _command(*words: str, code: ExitCode = ExitCode.OK) -> None:
    ended = sheetgen(list(words))
    if ended != code:
        raise SystemExit(f"sheetgen {' '.join(words)}: 終了コード {ended}")


def _draw(folder: Path) -> None:
    [returned] = (COLLECTED / "差戻し").glob("*経営企画課*.xlsx")
    books = {
        "guide-return": folder / returned,
        "guide-report": folder / COLLECTED / "回収結果.xlsx",
    }
    profile = (folder / "profile").as_uri()
    for name, book in books.items():
        run("soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf",
            "--outdir", folder, book)  # fmt: skip
        _page(folder / f"{book.stem}.pdf", 1, name, folder)
    [document] = Path("output").rglob("令和６年度年次見直し.pdf")
    _page(document, _page_with(document, "令和５年度の評価"), "guide-document", folder)
    page = (folder / "output" / "令和6年度" / "状況" / "状況.html").as_uri()
    shot = folder / "status.png"
    run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        f"--user-data-dir={folder / 'browser'}", f"--window-size={WINDOW}",
        f"--screenshot={shot}", page)  # fmt: skip
    _keep(shot, "guide-status")


def _turn_the_year(folder: Path) -> None:
    """見直し照会を終え、二月の、概要表を書く前まで進める。"""
    _command("distribute", "--round", "見直し照会", "--deadline", "2024-10-31")
    Sections(folder).answer_revision(Path("返信_見直し"))
    _command("collect", "返信_見直し")
    _command("rollover", "--force", "--reason", "絵のため", "--to", "R7")
    _command("edit")


def _draw_edit_book(folder: Path) -> None:
    """編集ブックの「部と課」と「概要表」の、初めの所。"""
    [book] = Path("output").rglob("計画の編集.xlsx")
    profile = (folder / "profile").as_uri()
    run("soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf",
        "--outdir", folder, folder / book)  # fmt: skip
    pdf = folder / "計画の編集.pdf"
    for words, name, width, area in (
        ("計画の編集部と課", "edit-sections", 1100, (45, 70, 1015, 547)),
        ("計画の編集概要表", "edit-overview", 1900, (35, 50, 1214, 547)),
    ):
        left, top, wide, high = area
        page, made = _page_with(pdf, words), folder / name
        run("pdftoppm", "-png", "-singlefile", "-f", page, "-l", page, "-scale-to-x", width,
            "-scale-to-y", -1, "-x", left, "-y", top, "-W", wide, "-H", high,
            pdf, made)  # fmt: skip
        _keep(made.with_suffix(".png"), name)


def _page_with(pdf: Path, words: str) -> int:
    """``words`` で始まる初めのページ。目次は題が初めにない。"""
    text = run("pdftotext", "-raw", "-enc", "UTF-8", pdf, "-")
    pages = ["".join(page.replace("\u2060", "").split()) for page in text.split("\f")]
    return next(number for number, page in enumerate(pages, 1) if page.startswith(words))


def _page(pdf: Path, page: int, name: str, folder: Path) -> None:
    made = folder / name
    run("pdftoppm", "-png", "-singlefile", "-f", page, "-l", page,
        "-scale-to-x", PIXELS_WIDE, "-scale-to-y", -1, pdf, made)  # fmt: skip
    _keep(made.with_suffix(".png"), name)


def _keep(source: Path, name: str) -> None:
    shutil.copyfile(source, PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
