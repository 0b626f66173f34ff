"""始めてから二年目の文書までを、打つコマンドと Excel だけで歩く、一つの市。"""

from __future__ import annotations

import contextlib
import email
import email.policy
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import lxml.html
import openpyxl
from desk_samples import client
from edit_desk import OfficeBook
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from published_page import Page
from reporting import page_texts

import sheetgen
from sheetgen.cli.boundary import main
from sheetgen.form.template import FormTemplate
from sheetgen.plan.loading import load_plan

Json = dict[str, Any]
DEADLINE = "2099-07-31"
_OURS = {"templates", "data", "編集"}
"""テンプレートと記録、初めの形の名のシートのある編集ブック。"""
_EDITING = "/editing/"
"""編集ブックのシートの名を並べるページ。"""
_LINK = re.compile(r"^/(?!static/|file/)[^#]*")


class City:
    """一つの市の作業フォルダー。"""

    def __init__(self, folder: Path, *words: str) -> None:
        self.root = folder
        self.plan = folder / "data" / "plan.json"
        self.template = folder / "templates" / "shinchoku_sheet.xlsx"
        self.said: list[str] = []
        folder.mkdir(parents=True)
        self.run("init", ".", "--office", "改革課", "--first-year", "2025", *words)

    def run(self, *words: str | Path, code: int = 0) -> str:
        """コマンドを打つ。終わり方が違えば、画面に出たものを挙げて落ちる。"""
        out, given = io.StringIO(), tuple(str(word) for word in words)
        with (
            contextlib.chdir(self.root),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
        ):
            ended = main(given)
        self.said.append(out.getvalue())
        assert ended == code, (given, ended, out.getvalue())
        return out.getvalue()

    def write(self, change: Callable[[Json], None]) -> None:
        """計画のデータを、手で直す。"""
        tree = json.loads(self.plan.read_bytes())
        change(tree)
        text = json.dumps(tree, ensure_ascii=False, indent=2) + "\n"
        self.plan.write_text(text, encoding="utf-8")

    def draw(self, change: Callable[[Workbook], None]) -> None:
        """様式を、Excel で直す。"""
        book = openpyxl.load_workbook(self.template)
        change(book)
        book.save(self.template)

    # 項目を加える

    def new_list(self) -> None:
        """ことばを改めたあとで、一覧を置き直す。初めのことばで書かれたものは除く。"""
        plan = load_plan(self.plan)
        for old in (*self.root.glob("*一覧.xlsx"), self.root / "README.md"):
            old.unlink()
        self.said.clear()
        (self.root / f"{plan.words.item}一覧.xlsx").write_bytes(sheetgen.item_list_book(plan))

    def list_items(self, rows: Iterable[Json]) -> None:
        """一覧の見出しの下に書いて、加える。"""
        [path] = self.root.glob("*一覧.xlsx")
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        at = {str(cell.value): cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, start=2):
            for heading, value in row.items():
                sheet.cell(number, at[heading]).value = value
        book.save(path)
        self.run("add-item", "--from", path)

    # 照会する

    def ask(self, year: int, name: str, answers: Mapping[str, Json], code: int = 0) -> str:
        """配り、``answers``（名称から、欄の道と値へ）を書いて返し、集める。"""
        self.run("distribute", "--round", name, "--year", str(year), "--deadline", DEADLINE)
        return self.answer(year, name, answers, code=code)

    def answer(
        self, year: int, name: str, answers: Mapping[str, Json], section: str = "", code: int = 0
    ) -> str:
        """配られたブックに書いて返し、集める。``section`` があれば、その課だけが返す。"""
        out, back = self.place(year, name, "配布"), self.root / f"{year}{name}{section}の返信"
        back.mkdir()
        for source in sorted(out.glob(f"*{section}_*.xlsx")):
            self._fill(source, answers).save(back / source.name)
        return self.run("collect", back, "--round", name, "--year", str(year), code=code)

    def place(self, year: int, *names: str) -> Path:
        """できたものの置き場。"""
        return self.root.joinpath("output", f"令和{year - 2018}年度", *names)

    def _fill(self, source: Path, answers: Mapping[str, Json]) -> Workbook:
        """名称の載ったシートの、開いた欄に書く。"""
        book = openpyxl.load_workbook(source)
        plan = load_plan(self.plan)
        places = {
            one.input.path: one.cell.ref
            for one in FormTemplate(self.template).blueprint(plan).form.cells
            if one.input
        }
        for sheet in book.worksheets[1:]:
            texts = {cell.value for row in sheet.iter_rows() for cell in row}
            for title in texts & answers.keys() if sheet.sheet_state == "visible" else ():
                for path, value in answers[str(title)].items():
                    cell = sheet[places[path]]
                    assert not cell.protection.locked, (title, path)
                    cell.value = value
        return book

    def edit(self, year: int, change: Callable[[OfficeBook], None]) -> None:
        """編集ブックを書き出し、直して、記録する。"""
        self.run("edit")
        [path] = self.place(year, "編集").glob("*.xlsx")
        book = OfficeBook(path, self.plan)
        change(book)
        self.run("edit", book.save(path.with_stem("直した")))

    # できたもの

    def page(self, *names: str) -> Page:
        """できたウェブのページ。"""
        [path] = self.root.joinpath("output").glob("/".join((*names, "*.html")))
        return Page(path.read_bytes())

    def texts(self) -> Iterator[tuple[str, str]]:
        """人が読むすべてのもの：所と、その文字。"""
        for number, said in enumerate(self.said):
            yield f"画面{number}", said
        for path in sorted(self.root.rglob("*")):
            inner = path.relative_to(self.root)
            if path.is_file() and not _OURS & set(inner.parts) and "返信" not in str(inner):
                yield str(inner), str(inner)
                yield str(inner), "\n".join(_texts(path))
        yield from _desk_pages(self.root)


def _texts(path: Path) -> Iterator[str]:
    """一つのファイルの文字。"""
    match path.suffix:
        case ".xlsx":
            yield from _book_texts(path)
        case ".pdf":
            yield from page_texts(path)
        case ".html":
            yield _html_text(path.read_text("utf-8"))
        case ".eml":
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            yield str(mail["subject"])
            for part in mail.walk():
                if part.get_content_maintype() == "text":
                    yield part.get_content()
                yield part.get_filename() or ""
        case ".txt" | ".csv" | ".json" | ".md" | ".jsonl":
            yield path.read_text("utf-8-sig")


def _book_texts(path: Path) -> Iterator[str]:
    """セル、シートの名、入力の案内、覚え書き。"""
    book = openpyxl.load_workbook(path)
    yield str(book.properties.title or "")
    for sheet in book:
        yield sheet.title
        yield "\n".join(
            f"{cell.value or ''}{cell.comment.text if cell.comment else ''}"
            for row in sheet.iter_rows()
            for cell in row
        )
        for rule in sheet.data_validations.dataValidation:
            yield f"{rule.promptTitle} {rule.prompt} {rule.errorTitle} {rule.error} {rule.formula1}"
        for part in (sheet.oddHeader, sheet.oddFooter):
            yield "".join(str(one.text or "") for one in (part.left, part.center, part.right))


def _html_text(html: str) -> str:
    """読む人と、読み上げの聞く文字。"""
    root = lxml.html.document_fromstring(html)
    for one in root.xpath("//script[not(@type='application/json')]|//style"):
        one.drop_tree()
    shown = root.xpath("//@title|//@alt|//@aria-label|//@placeholder|//@value|//@content")
    return "\n".join([root.text_content(), *map(str, shown)])


def _desk_pages(root: Path) -> Iterator[tuple[str, str]]:
    """画面の、リンクをたどって着くすべてのページ。"""
    browser, seen, left = client(root), {"/"}, ["/"]
    while left:
        path = left.pop()
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        if not answer.content_type.startswith("text/html"):
            continue
        html = answer.get_data(as_text=True)
        if path != _EDITING:
            yield f"画面 {path}", _html_text(html)
        for link in lxml.html.document_fromstring(html).xpath("//a/@href"):
            found = _LINK.match(str(link))
            if found and found[0] not in seen:
                seen.add(found[0])
                left.append(found[0])


def found_words(city: City, words: Iterable[str]) -> list[str]:
    """あってはならないことばのある所。"""
    wanted = re.compile("|".join(map(re.escape, words)))
    found = []
    for place, text in city.texts():
        for match in wanted.finditer(text):
            around = text[max(match.start() - 20, 0) : match.end() + 20]
            found.append(f"{place}: {match[0]}: {around!r}")
    return found


def put_into(sheet: Worksheet, cells: Mapping[str, str]) -> None:
    """セルに書く。"""
    for ref, text in cells.items():
        sheet[ref].value = text
