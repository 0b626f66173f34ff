"""様式の絵（docs/images の form.png と other-city.png）を、今のテンプレートから描き直す。

LibreOffice と poppler が要る。テンプレートを変えたら動かす。
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from sheetgen.form.jobs import GenerateRequest
from sheetgen.send.generating import generate
from sheetgen.year.founding import init
from sheetgen.year.new_plan import InitRequest

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
ITEM = "08-08"  # 公式の見方で説明に使っている実施項目
OTHER = "01-01"
PIXELS_WIDE = 1400
SECONDS = 180


def main() -> None:
    """README の一枚と、「ほかの市で使う」の一枚を描く。"""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        draw(folder, ROOT, ITEM, IMAGES / "form.png")
        draw(folder, other_city(folder / "見本市"), OTHER, IMAGES / "other-city.png")


def draw(folder: Path, root: Path, item: str, picture: Path) -> None:
    """一枚を作り、PDF にして、最後のページを絵にする。``root`` は計画のフォルダー。"""
    made = generate(
        GenerateRequest(
            plan=root / "data" / "plan.json",
            template=root / "templates" / "shinchoku_sheet.xlsx",
            root=folder,
            out=folder,
            items=(item,),
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
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes((folder / "form.png").read_bytes())


def other_city(folder: Path) -> Path:
    """二次評価型の、架空の市の計画。二年目の実績照会のころ。"""
    init(
        InitRequest(
            folder=folder, municipality="見本市", plan_title="行財政改革プラン",
            office="総務部行革担当", first_year=2025, years=4, kind="二次評価型",
            policies=("窓口の改革",), sections=("総務部 総務課",),
        )
    )  # fmt: skip
    path = folder / "data" / "plan.json"
    tree = json.loads(path.read_text("utf-8"))
    tree["revision"]["fiscal_year"] = 2027
    plans = (
        "・窓口の配置の案を作り、一部の課で試す。", "・試した結果を見て、配置を決める。",
        "・すべての課の窓口を、一階に移す。", "・待ち時間を測り、人の配置を改める。",
    )  # fmt: skip
    blank = {"result": {"text": None, "grade": None}}
    years = [{"fiscal_year": 2025 + at, "plan": plan, **blank} for at, plan in enumerate(plans)]
    years[0] |= {
        "result": {"text": "・三つの課で、三か月の間試した。", "grade": "B"},
        "values": {"issue": "・案内の人が足りず、待ち時間が延びた日がある。",
                   "direction": "・案内の当番を、課の間で分ける。",
                   "income": 0, "saving": 1200, "second": "適"},
    }  # fmt: skip
    tree["policies"][0]["measures"][0]["entries"] = [{
        "type": "item", "id": OTHER, "number": 1, "title": "窓口の一本化", "introduced": 2025,
        "owners": [{"department": "総務部", "section": "総務課"}],
        "improvement": "転入や出生などの届けを、一か所の窓口で済むようにする。",
        "current_state": "届けごとに窓口が分かれ、移動と案内に時間がかかっている。",
        "years": years,
        "overview": {"title": "窓口の一本化", "improvement": None, "policy": None,
                     "owners": "総務課"},
        "values": {"opinion": "待ち時間を測り、結果を市民に知らせること。"},
    }]  # fmt: skip
    path.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    return folder


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
