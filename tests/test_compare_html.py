"""新旧対照表の HTML：一つのファイルで、誰でも読め、下線が変わった所にだけある。"""

from __future__ import annotations

import itertools
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import CHROMIUM, SECONDS, ask, axe_script, framed
from comparing import turned_rows
from programs import need, pdftotext_bbox
from reporting import LAYOUT
from revised import EVERY, plan_of, real, revised
from running import run_program
from test_report_html import BAN, Page

from sheetgen.publish.comparison.blocks import Comparison, Side
from sheetgen.publish.comparison.whole import build_comparison, visible
from sheetgen.publish.html import render_comparison


class Marked(HTMLParser):
    """ins と del の中の文字と、表の行ごとの文字。"""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[list[tuple[str, bool]]]] = []
        self.tags: set[str] = set()
        self._cell: list[tuple[str, bool]] | None = None
        self._inside = ""
        self._table = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """表・行・セル・印に入る。"""
        if tag == "table":
            self._table = "compared" in (dict(attrs).get("class") or "")
        elif tag == "tr" and self._table:
            self.rows.append([])
        elif tag in {"th", "td"} and self._table:
            self._cell = []
            self.rows[-1].append(self._cell)
        elif tag in {"ins", "del"}:
            self._inside = tag
            self.tags.add(f"{tag}{len(self.rows[-1])}")
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        """セルと印から出る。"""
        if tag in {"th", "td"}:
            self._cell = None
        if tag in {"ins", "del"}:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """セルの文字をためる。"""
        if self._cell is None:
            return
        if self._cell and self._cell[-1][1] == bool(self._inside):
            data = self._cell.pop()[0] + data
        self._cell.append((data, bool(self._inside)))


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return visible(build_comparison(plan_of(real()), plan_of(revised(*EVERY))))


@pytest.fixture(scope="module")
def text(comparison: Comparison) -> str:
    return render_comparison(comparison, LAYOUT).decode("utf-8")


def runs_of(side: Side) -> list[tuple[str, bool]]:
    return [(side.mark.value, False)] if side.mark else list(side.runs)


def test_every_row_is_there_with_its_marks(text: str, comparison: Comparison) -> None:
    expected = []
    for section in comparison.sections:
        for block in section.blocks:
            rows = [(block.kind, block.new, block.old)]
            rows += [(row.label, row.new, row.old) for row in block.rows]
            expected += [[[(a, False)], runs_of(b), runs_of(c)] for a, b, c in rows]
            if block.rest:
                expected.append([[("ほかの欄", False)], [("（略）", False)], [("（略）", False)]])
    expected += [
        [[(f"{name} {what}", False)], runs_of(new), runs_of(old)]
        for name, what, new, old in turned_rows(comparison)
    ]
    page = Marked(text)
    found = [row for row in page.rows if row[0][0][0] not in ("欄", "実施項目など")]
    assert len(found) > 80
    assert found == expected
    # 改正後（二列め）は ins、改正前（三列め）は del。
    assert page.tags == {"ins2", "del3"}


def test_the_page_stands_alone_and_its_links_lead_inside(text: str) -> None:
    page = Page(text)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for tag, attrs in page.elements if tag == "a"]
    assert len(links) > 25
    assert {link for link in links if link[0] != "#" or link[1:] not in ids} == set()
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "form"}
    assert "url(" not in text
    assert "@import" not in text
    assert BAN in text
    levels = [int(tag[1]) for tag, _ in page.elements if tag in {"h1", "h2", "h3", "h4"}]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    heads = [attrs for tag, attrs in page.elements if tag == "th"]
    assert {attrs["scope"] for attrs in heads} == {"col", "row"}


@pytest.mark.parametrize("same", [False, True])
def test_axe_finds_nothing(same: bool, text: str, tmp_path: Path) -> None:
    if same:
        plan = plan_of(real())
        text = render_comparison(build_comparison(plan, plan), LAYOUT).decode("utf-8")
    script = (
        "const all = await axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', "
        "'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},"
        "resultTypes: ['violations']});"
        "return {violations: all.violations.map(v => [v.id, v.nodes[0].html]),"
        "unsure: all.incomplete.map(v => v.id),"
        "passes: all.passes.length,"
        "requests: performance.getEntriesByType('resource').length};"
    )
    page = text.replace(BAN, "").replace("</body>", f"<script>{axe_script()}</script></body>")
    answer = ask(page, script, tmp_path)
    assert answer["violations"] == []
    assert answer["passes"] > 15
    assert answer["requests"] == 0


def test_changes_are_underlined_and_not_by_colour_alone(text: str, tmp_path: Path) -> None:
    script = (
        "return ['ins', 'del'].map(tag => { const one = document.querySelector(tag);"
        "const style = getComputedStyle(one);"
        "return [style.textDecorationLine, getComputedStyle(one, '::before').content]; });"
    )
    found = ask(text.replace(BAN, ""), script, tmp_path)
    assert found == [["underline", '"［ここから改正］"']] * 2


def test_a_narrow_screen_needs_no_sideways_scrolling(text: str, tmp_path: Path) -> None:
    script = (
        "const inner = document.querySelector('iframe').contentDocument;"
        "const wide = [...inner.querySelectorAll('main *, nav *')].filter(e =>"
        " !e.closest('thead') && e.getBoundingClientRect().right > 321);"
        "const cell = inner.querySelector('.compared td');"
        "return [inner.documentElement.scrollWidth, wide.slice(0, 3).map(e => e.outerHTML),"
        " getComputedStyle(cell, '::before').content];"
    )
    scroll, wide, label = ask(framed(text.replace(BAN, ""), 320), script, tmp_path)
    assert scroll <= 320
    assert wide == []
    assert "改正後" in label


def test_the_place_is_never_broken_within_its_number(text: str, tmp_path: Path) -> None:
    """全角の数字は間で折れるので、「(１０／)」となっていた。"""
    script = (
        "const inner = document.querySelector('iframe').contentDocument;"
        "const all = [...inner.querySelectorAll('.whole-word')];"
        "return [all.filter(e => e.textContent === '(１０)').length,"
        " all.filter(e => e.getClientRects().length > 1).map(e => e.textContent)];"
    )
    count, broken = ask(framed(text.replace(BAN, ""), 320), script, tmp_path)
    assert count >= 1
    assert broken == []


def test_print_keeps_the_columns_of_a_wide_screen(text: str, tmp_path: Path) -> None:
    """せまい画面のための幅が紙にも効いて、番号の列が紙を占めたことがある。"""
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(text, encoding="utf-8")
    program = need("chromium")
    run_program(
        lambda profile: [
            program, *CHROMIUM, f"--user-data-dir={profile}", f"--print-to-pdf={pdf}",
            "--no-pdf-header-footer", page.as_uri(),
        ],
        SECONDS,
    ).check_returncode()  # fmt: skip
    first, *_ = pdftotext_bbox(pdf)
    heads = [word for word in first if word.text in {"改正後の番号", "改正前の番号"}]
    assert len(heads) >= 2
    left, right, *_ = heads
    assert 0 < right.x0 - left.x0 < first.width / 4
