"""課から届く一つのブックを、手を加えて作る。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree
from ooxml.draft import Draft, cell_at
from ooxml.package import Element, q

from returned.desk import Desk, jobs
from returned.quick import quickly
from returned.sections import Form

# 一つの様式だけの課。数の目標と効果見込額を持つ。
TAX = "08-01"  # 総務部 収納課。目標 98.3％、効果 17,000千円
BENCH = "05-06"  # 経済環境部 農業振興課。目標 30件、効果 1,600千円
SPORTS = "04-03"  # 保健福祉部 スポーツ課。目標 4か所、効果なし
WORDS = "01-04"  # 総務部 文書法制課。目標「-」
GARBAGE = "02-04"  # 経済環境部 清掃リサイクル課。目標 23,583トン、様式は二枚


class Post:
    """届くブックを作る人。"""

    def __init__(self, desk: Desk, forms: Mapping[str, Form], folder: Path) -> None:
        self.desk = desk
        self.forms = forms
        self.folder = folder
        self.sheets = {form.item: form.sheet for form in forms.values()}

    def send(
        self, item: str, changes: Mapping[str, Any] | None = None, name: str | None = None
    ) -> Path:
        """一つの様式に、まちがいのない答え（``changes`` だけ違う）を書いたブック。"""
        form = self.forms[item]
        answers = {**form.answers, **(changes or {})}
        [job] = jobs(self.desk, [Form(item, form.sheet, form.addressee, answers)], self.folder)
        if name is not None:
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            job = type(job)(job.source, job.answers, target)
        quickly([job])
        return job.target

    def cell(self, path: str) -> str:
        """記入欄の番地。"""
        return next(iter(self.desk.cells({path: None})))

    @contextmanager
    def xml(self, book: Path, item: str) -> Iterator[Element]:
        """様式のシートの XML を書き換える。"""
        draft = Draft(book)
        with draft.edit(draft.sheet(self.sheets[item])) as root:
            yield root
        draft.save(book)

    @contextmanager
    def parts(self, book: Path) -> Iterator[Draft]:
        """ブックの部品を書き換える。"""
        draft = Draft(book)
        yield draft
        draft.save(book)

    def put_raw(self, book: Path, item: str, path: str, cell: str) -> None:
        """記入欄のセルの中身を、XML の断片 ``<c …>…</c>`` に替える（番地と書式はそのまま）。"""
        with self.xml(book, item) as root:
            old = cell_at(root, self.cell(path))
            for child in list(old):
                old.remove(child)
            old.attrib.pop("t", None)
            new = etree.fromstring(f'<w xmlns="{etree.QName(root).namespace}">{cell}</w>')[0]
            for name, value in new.attrib.items():
                old.set(name, value)
            old.extend(list(new))

    def style(self, book: Path, item: str, path: str, number_format: str) -> None:
        """記入欄のセルに、表示形式を付ける。"""
        with self.parts(book) as draft:
            styles = next(name for name in draft.parts if name.endswith("styles.xml"))
            with draft.edit(styles) as root:
                formats = root.find(q("numFmts"))
                if formats is None:
                    formats = etree.Element(q("numFmts"))
                    root.insert(0, formats)
                number = str(900 + len(formats))
                etree.SubElement(formats, q("numFmt"), numFmtId=number, formatCode=number_format)
                formats.attrib.pop("count", None)
                looks = root.find(q("cellXfs"))
                etree.SubElement(looks, q("xf"), numFmtId=number, applyNumberFormat="1")
                looks.attrib.pop("count", None)
                chosen = str(len(looks) - 1)
            with draft.edit(draft.sheet(self.sheets[item])) as root:
                cell_at(root, self.cell(path)).set("s", chosen)
