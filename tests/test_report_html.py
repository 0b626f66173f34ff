"""年次見直しの HTML：一つのファイルで、誰でも読め、すべての文字がある。"""

from __future__ import annotations

import itertools
import shutil
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import second_city
from browser import ask, axe_script, framed
from live_browser import Browser
from making import changed_plan, item_of
from reporting import LAYOUT, document_for, make_report, shortened, with_results

from sheetgen.problems import SheetgenError
from sheetgen.publish.html import render
from sheetgen.publish.publishing import Output

BAN = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


class Page(HTMLParser):
    """HTML の要素と文字。"""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """要素を覚える。"""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._hidden += tag == "style"

    def handle_endtag(self, tag: str) -> None:
        """要素を閉じる。"""
        self._hidden -= tag == "style"

    def handle_data(self, data: str) -> None:
        """文字をためる。"""
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        """空白を除いた文字。"""
        return "".join("".join(self.words).split())


def made(folder: Path, **changes: Any) -> str:
    """HTML を作って読む。"""
    (file,) = make_report(folder, outputs=(Output.HTML,), **changes).files
    return file.path.read_text("utf-8")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return made(tmp_path_factory.mktemp("html"))


@pytest.fixture(scope="module")
def results_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("html-results")
    plan = with_results(LAYOUT.parent.parent / "data/plan.json", folder / "plan.json", (2023, 2024))
    return made(folder, plan=plan, year=2026)


def strings(value: Any) -> list[str]:
    """値の中の文字を、順にすべて返す。"""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in strings(inner)]
    return [value] if isinstance(value, str) else []


def test_every_text_of_the_document_is_there(text: str, tmp_path: Path) -> None:
    document = asdict(document_for(tmp_path))
    page = Page(text)
    # 様式のページの形は PDF のもの。同じ文字が items にある。
    sheets = {"items": document["sheets"]["items"], "heading": document["sheets"]["heading"]}
    callouts = [(one["title"], one["text"]) for one in document["sheets"]["legend"]["callouts"]]
    parts = [document["cover"], document["overview"], document["revision"], sheets, callouts]
    wanted = {"".join(text.split()) for text in strings(parts)}
    ids = {row["item"] for row in document["sheets"]["items"]}
    # 列の見出しでなく、列が見せる値の名。
    ids |= {one for table in document["revision"]["tables"] for one in table["keys"]}
    assert len(wanted) > 1500
    assert {one for one in wanted if one not in page.text} - ids == set()


def test_links_lead_inside_and_nothing_lies_outside(text: str, results_text: str) -> None:
    for one in (text, results_text):
        page = Page(one)
        ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
        assert len(ids) == len(set(ids))
        links = [attrs["href"] for tag, attrs in page.elements if tag == "a"]
        assert len(links) > 150
        assert {link for link in links if link[1:] not in ids or link[0] != "#"} == set()
        assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "form"}
        assert not [attrs for _, attrs in page.elements if "src" in attrs]
        assert "url(" not in one
        assert "@import" not in one
        assert BAN in one


def test_headings_go_down_step_by_step(results_text: str) -> None:
    levels = [
        int(tag[1])
        for tag, _ in Page(results_text).elements
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_first_stop_of_the_keyboard_leads_to_the_text(text: str) -> None:
    elements = Page(text).elements
    first = next(attrs for tag, attrs in elements if tag in {"a", "summary", "button"})
    assert first["href"] == "#main"
    assert [attrs["tabindex"] for _, attrs in elements if attrs.get("tabindex", "0") != "0"] == []


def opened(browser: Browser, text: str, folder: Path) -> None:
    """隠れた所も開いたページを、点検の道具とともに開く。"""
    page = folder / "page.html"
    page.write_text(text.replace("<details>", "<details open>"), encoding="utf-8")
    browser.call("Page.setBypassCSP", enabled=True)
    browser.open(page)
    browser.ask(axe_script() + "; return 0;")


@pytest.mark.parametrize("year", ["now", "results"])
def test_axe_finds_nothing(
    year: str, text: str, results_text: str, browser: Browser, tmp_path: Path
) -> None:
    opened(browser, text if year == "now" else results_text, tmp_path)
    answer = browser.ask(
        "const all = await axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', "
        "'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},"
        "resultTypes: ['violations']});"  # 正しかった所の一つ一つは、要らない
        "return {violations: all.violations.map(v => [v.id, v.nodes[0].html]),"
        "passes: all.passes.length,"
        "requests: performance.getEntriesByType('resource').length};"
    )
    assert answer["violations"] == []
    assert answer["passes"] > 30
    assert answer["requests"] == 0


def test_axe_would_find_something(browser: Browser, tmp_path: Path, plan_path: Path) -> None:
    plan = changed_plan(plan_path, tmp_path / "plan.json", shortened)
    opened(browser, made(tmp_path, plan=plan).replace('<html lang="ja">', "<html>"), tmp_path)
    script = (
        "return (await axe.run(document, {resultTypes: ['violations']})).violations.map(v => v.id);"
    )
    assert "html-has-lang" in browser.ask(script)


def test_a_narrow_screen_needs_no_sideways_scrolling(results_text: str, tmp_path: Path) -> None:
    page = results_text.replace(BAN, "").replace("<details>", "<details open>")
    script = (
        "const inner = document.querySelector('iframe').contentDocument;"
        "const root = inner.documentElement;"
        "const wide = [...inner.querySelectorAll('main *, nav *')].filter(e =>"
        " !e.closest('.scroll') && !e.closest('.hidden') && !e.closest('thead')"
        " && e.getBoundingClientRect().right > 321);"
        "const letters = [...inner.querySelectorAll('.chart span, .chart text')];"
        "const least = Math.min(...letters.map(e => e.getBoundingClientRect().height));"
        "return [root.scrollWidth, root.clientWidth, wide.slice(0, 3).map(e => e.outerHTML),"
        " least];"
    )
    scroll, client, wide, least = ask(framed(page, 320), script, tmp_path)
    assert least >= 14  # 図の字は、画面がせまくても小さくならない
    assert client <= 320
    assert scroll <= 320
    assert wide == []


def test_a_wide_table_says_that_it_moves(
    results_text: str, tmp_path: Path, browser: Browser
) -> None:
    """横にはみ出す表だけが、動かせることを言い、縁に影を置き、キーでも動く。"""
    page = tmp_path / "page.html"
    page.write_text(results_text, encoding="utf-8")
    told = (
        "return [...document.querySelectorAll('.scroll')].map(one => ["
        "one.scrollWidth > one.clientWidth, getComputedStyle(one, '::before').content !== 'none',"
        "getComputedStyle(one).backgroundImage.split('gradient').length - 1, one.tabIndex]);"
    )
    browser.open(page, width=400)
    narrow = browser.ask(told)
    assert [wide for wide, *_ in narrow].count(True) >= 3
    for wide, hint, shadows, stop in narrow:
        assert (hint, shadows, stop) == (wide, 4, 0)
    browser.ask(
        "const wide = [...document.querySelectorAll('.scroll')]"
        ".find(one => one.scrollWidth > one.clientWidth); wide.focus(); return 0;"
    )
    browser.press("ArrowRight")
    moved = (
        "await new Promise(done => setTimeout(done, 400));"
        "return [document.activeElement.className, document.activeElement.scrollLeft > 0,"
        " getComputedStyle(document.activeElement).outlineStyle];"
    )
    assert browser.ask(moved) == ["scroll", True, "solid"]
    browser.open(page, width=1280)
    assert [hint for _, hint, *_ in browser.ask(told)].count(True) == 0


def test_template_marks_stay_text_and_empty_fields_say_so(tmp_path: Path, plan_path: Path) -> None:
    nasty = "● <script>alert(1)</script> {{ 7 * 7 }} {% raw %} & \"'"

    def change(plan: dict[str, Any]) -> None:
        shortened(plan)
        item_of(plan, "08-01")["improvement"] = nasty
        item_of(plan, "08-02")["indicator"].update(name="", unit=None, current=None)

    text = made(tmp_path, plan=changed_plan(plan_path, tmp_path / "plan.json", change))
    assert "<script" not in text
    assert "".join(nasty.split()) in Page(text).text
    assert "指標(行動/成果)記載なし指標の現状値記載なし" in Page(text).text


def test_a_draft_says_so_and_a_second_city_is_sound(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    template = second_city.write_template(tmp_path / "事業票.xlsx")
    text = made(tmp_path, plan=plan, template=template, draft=True)
    assert "（案）</title>" in text
    # 刷った紙のどのページにも、後ろに「案」が見える。
    assert '<body class="draft">' in text
    script = (
        "const mark = getComputedStyle(document.body, '::after');"
        "return [mark.content, mark.position];"
    )
    content, position = ask(text.replace(BAN, ""), script, tmp_path)
    assert "案" in content
    assert position == "fixed"
    assert "見本市行政改革推進プラン" in Page(text).text
    assert "overview" not in {attrs.get("id") for _, attrs in Page(text).elements}


@pytest.mark.parametrize(
    ("file", "old", "new", "line_of"),
    [
        ("revision.html", "{{ one.before }}", "{{ one.befor }}", "one.befor }}"),
        ("sheets.html", "{% endfor %}", "{% endfr %}", "endfr"),
        ("revision.html", "{{ one.before }}", "{{ 1 / 0 }}", "1 / 0"),
    ],
)
def test_a_broken_template_is_named_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, line_of: str
) -> None:
    layout = tmp_path / "layout"
    shutil.copytree(LAYOUT, layout)
    broken = (layout / "html" / file).read_text("utf-8").replace(old, new, 1)
    (layout / "html" / file).write_text(broken, encoding="utf-8")
    with pytest.raises(SheetgenError) as caught:
        made(tmp_path, layout=layout)
    (problem,) = caught.value.problems
    assert problem.code == "D003"
    assert Path(problem.place.file or "").name == file
    expected = next(n for n, row in enumerate(broken.splitlines(), 1) if line_of in row)
    assert problem.facts["line"] == str(expected)


def test_a_template_mended_in_the_same_run_is_read_anew(tmp_path: Path) -> None:
    page = tmp_path / "main.html"
    for text in ("{{ word }}です", "{{ word }}でした", "{{ word }}です"):
        page.write_text(text, encoding="utf-8")
        assert render({"word": "案"}, tmp_path, page.name).decode() == text.replace(
            "{{ word }}", "案"
        )


def test_a_template_that_reads_itself_is_named(tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    shutil.copytree(LAYOUT, layout)
    (layout / "html" / "contents.html").write_text('{% include "contents.html" %}', "utf-8")
    with pytest.raises(SheetgenError) as caught:
        made(tmp_path, layout=layout)
    (problem,) = caught.value.problems
    assert (problem.code, Path(problem.place.file or "").name) == ("D003", "contents.html")


def test_a_template_saved_in_another_encoding_is_named(tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    shutil.copytree(LAYOUT, layout)
    for file in ("html/contents.html", "cover.typ"):
        (layout / file).write_bytes("目次".encode("cp932"))
    with pytest.raises(SheetgenError) as caught:
        make_report(tmp_path, layout=layout, outputs=(Output.HTML, Output.PDF))
    told = [(one.code, Path(one.place.file or "").name) for one in caught.value.problems]
    assert told == [("D007", "contents.html"), ("D007", "cover.typ")]


def test_the_others_are_made_without_fonts(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    result = make_report(tmp_path, outputs=tuple(Output), fonts=tmp_path / "fonts")
    assert [file.output for file in result.files] == [Output.HTML, Output.XLSX]
    assert [problem.code for problem in result.problems] == ["D002"]


def test_the_same_plan_gives_the_same_page(text: str, tmp_path: Path) -> None:
    assert made(tmp_path) == text
