"""状況のページ：一つのファイルで、誰でも読め、絞り込め、印刷できる。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser import axe_script
from live_browser import Browser
from programs import pdftotext_bbox
from reporting import with_results
from status_desk import NOW, read_page, sent

from sheetgen.records.open_items import ItemState, OpenItem, save_open_items
from sheetgen.year.standing import StatusRequest, StatusResult
from sheetgen.year.status import status

ROOT = Path(__file__).resolve().parent.parent
RULES = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"
SEEN = (
    "return [...document.querySelectorAll('#items ~ table [data-item]')]"
    ".filter(row => row.offsetParent !== null).map(row => row.dataset.item);"
)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StatusResult:
    folder = tmp_path_factory.mktemp("status")
    plan = with_results(ROOT / "data" / "plan.json", folder / "plan.json", (2023,))
    sent(plan)
    return status(StatusRequest(plan=plan, layout=ROOT / "templates", root=folder), NOW)


def choose(browser: Browser, name: str, value: str) -> None:
    browser.ask(
        f"const one = document.getElementById('filter').elements.{name}; one.value = '{value}';"
        "one.dispatchEvent(new Event('change', {bubbles: true}));"
    )


def test_nothing_is_asked_for_but_the_page(browser: Browser, result: StatusResult) -> None:
    browser.open(result.page)
    assert [url for url in browser.requests if url != result.page.as_uri()] == []
    text = result.page.read_text("utf-8")
    assert "http" not in text.replace("http-equiv", "")
    assert "url(" not in text


@pytest.mark.parametrize(("width", "scripts"), [(1200, True), (320, True), (1200, False)])
def test_axe_finds_nothing(
    width: int, scripts: bool, browser: Browser, result: StatusResult, tmp_path: Path
) -> None:
    page = result.page
    if not scripts:  # 読む人の JavaScript がないときのページを、点検の側からは動かして調べる
        text = page.read_text("utf-8")
        start, end = text.index("<script>"), text.index("</script>") + len("</script>")
        page = tmp_path / "状況.html"
        page.write_text(text[:start] + text[end:], encoding="utf-8")
    browser.open(page, width=width)
    browser.call("Page.setBypassCSP", enabled=True)
    browser.ask(axe_script() + "; return 0;")
    found = browser.ask(
        f"const all = await axe.run(document, {{runOnly: {{type: 'tag', values: {RULES}}},"
        " resultTypes: ['violations']});"
        "return [all.violations.map(one => [one.id, one.nodes[0].html]), all.passes.length];"
    )
    assert found[0] == []
    assert found[1] > 25


@pytest.mark.parametrize("width", [800, 900, 1280])
def test_a_section_keeps_its_name_whole_beside_a_long_state(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    """わけの長い要確認があっても、課の名は途中で折れない。"""
    plan = with_results(ROOT / "data" / "plan.json", tmp_path / "plan.json", (2023,))
    sent(plan)
    why = ("令和5年度の実績値: 前年度の34から3,400に変わり、単位か桁が違うかもしれません。" * 3,)
    held = {
        one: OpenItem(
            ItemState.HELD, NOW.astimezone().isoformat(), ("返信/差替.xlsx",), ("R320",), why
        )
        for one in ("02-04", "03-06", "04-04", "05-01")
    }
    save_open_items(plan, "2024J", held)
    page = status(StatusRequest(plan=plan, layout=ROOT / "templates", root=tmp_path), NOW).page
    browser.open(page, width=width)
    broken = browser.ask(
        "return [...document.querySelectorAll('td.whose')].map(one => {"
        "const range = document.createRange(); range.selectNodeContents(one);"
        "const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));"
        "return [one.textContent, lines.size]; })"
        ".filter(([text, lines]) => lines > text.split('、').length);"
    )
    assert broken == []
    assert browser.ask("return document.documentElement.scrollWidth <= innerWidth;")


def test_a_filter_leaves_only_what_fits(browser: Browser, result: StatusResult) -> None:
    items = result.standing.items
    browser.open(result.page)
    assert browser.ask(SEEN) == [one.item for one in items]
    choose(browser, "policy", "4")
    assert browser.ask(SEEN) == [one.item for one in items if one.policy == 4]
    choose(browser, "section", "企画部 財政課")
    both = [one.item for one in items if one.policy == 4 and one.section == "企画部 財政課"]
    assert browser.ask(SEEN) == both
    choose(browser, "policy", "")
    finance = [one.item for one in items if one.section == "企画部 財政課"]
    assert browser.ask(SEEN) == finance
    sections = browser.ask(
        "return [...document.querySelectorAll('[data-of-section]')]"
        ".filter(row => !row.hidden).map(row => row.dataset.ofSection);"
    )
    assert sections == ["企画部 財政課"]
    told = browser.ask("return document.getElementById('told').textContent;")
    assert f"{len(items)}件のうち{len(finance)}件" in told


def test_a_filter_by_stage_and_by_deadline(browser: Browser, result: StatusResult) -> None:
    items = result.standing.items
    browser.open(result.page)
    stages = {one.stage for one in items}
    assert len(stages) > 2
    for stage in stages:
        choose(browser, "stage", stage.value)
        assert browser.ask(SEEN) == [one.item for one in items if one.stage is stage]
    choose(browser, "stage", "late")
    late = [one.item for one in items if one.is_late]
    assert browser.ask(SEEN) == late
    assert late


def test_keys_alone_reach_and_work_the_filter(browser: Browser, result: StatusResult) -> None:
    focused = "return document.activeElement.id || document.activeElement.className;"
    browser.open(result.page)
    browser.press("Tab")
    assert browser.ask(focused) == "skip"
    for _ in range(20):
        if browser.ask(focused) == "by-policy":
            break
        browser.press("Tab")
    outline = browser.ask("return getComputedStyle(document.activeElement).outlineStyle;")
    assert outline == "solid"
    browser.press(*["ArrowDown"] * 5, "ArrowUp")
    shown = browser.ask("return document.getElementById('filter').elements.policy.value;")
    assert shown == "4"
    assert browser.ask(SEEN) == [one.item for one in result.standing.items if one.policy == 4]
    browser.press("Tab", "Tab", "Tab", "Enter")
    browser.ask("await new Promise(done => setTimeout(done, 50));")
    assert browser.ask(SEEN) == [one.item for one in result.standing.items]


def test_all_can_be_read_without_javascript(
    browser: Browser, result: StatusResult, tmp_path: Path
) -> None:
    browser.open(result.page, scripts=False)
    form = "return document.getElementById('filter').offsetParent === null;"
    assert browser.ask(form)
    assert browser.ask("return document.getElementById('told').textContent;") == ""
    words = "".join(word.text for page in pdf(browser, tmp_path) for word in page)
    assert all("".join(one.title.split()) in words for one in result.standing.items)
    browser.open(result.page)
    assert not browser.ask(form)


def test_print_has_every_row_on_few_pages(
    browser: Browser, result: StatusResult, tmp_path: Path
) -> None:
    browser.open(result.page)
    pages = pdf(browser, tmp_path)
    assert 5 <= len(pages) <= 20
    assert all(page.width > page.height for page in pages)
    right = [word for page in pages for word in page if word.x1 > page.width + 1]
    assert right == []


def pdf(browser: Browser, folder: Path) -> Any:
    return pdftotext_bbox(browser.pdf(folder / "状況.pdf"))


def test_a_narrow_screen_needs_no_sideways_scrolling(
    browser: Browser, result: StatusResult
) -> None:
    browser.open(result.page, width=320)
    wide = browser.ask(
        "return [...document.querySelectorAll('main *, header *')].filter(one =>"
        " !one.closest('.scroll, thead, select') && one.getBoundingClientRect().right > 321)"
        ".slice(0, 3).map(one => one.outerHTML);"
    )
    assert wide == []
    assert browser.ask("return document.documentElement.scrollWidth;") <= 320


@pytest.mark.parametrize("width", [780, 960, 1024])
def test_half_a_screen_needs_no_sideways_scrolling(
    width: int, browser: Browser, result: StatusResult
) -> None:
    browser.open(result.page, width=width)
    assert browser.ask("return document.documentElement.scrollWidth;") <= width
    # 日付は、途中で折れない。
    lines = (
        "const range = document.createRange(); range.selectNodeContents("
        "document.querySelector('#sections ~ table td.text').firstChild);"
        "return range.getClientRects().length;"
    )
    assert browser.ask(lines) == 1


def test_every_picture_has_its_name_and_its_numbers(result: StatusResult) -> None:
    page = read_page(result.page)
    pictures = [attrs for tag, attrs in page.elements if tag == "svg" and "role" in attrs]
    drawn = [one for one in result.standing.items if one.picture]
    assert len(pictures) == len(drawn) + 2
    assert all(one["role"] == "img" and one["aria-label"] for one in pictures)
    for one in result.standing.items:
        words = page.row(f"trend-{one.item}")
        for year in one.trend:
            assert f"目標{''.join(year.target.split()) or '空欄'}" in words
            assert f"実績{''.join(year.actual.split()) or '空欄'}" in words


def test_marks_in_the_data_stay_text(tmp_path: Path) -> None:
    plan = with_results(ROOT / "data" / "plan.json", tmp_path / "plan.json", (2023,))
    text = plan.read_text("utf-8")
    title = "自動販売機設置場所の貸付拡大"
    assert title in text
    plan.write_text(text.replace(title, "</script><b>{{ 7*7 }}&"), encoding="utf-8")
    made = status(StatusRequest(plan=plan, layout=ROOT / "templates", root=tmp_path), NOW)
    assert read_page(made.page).count("script") == 1
    assert "&lt;/script&gt;&lt;b&gt;{{ 7*7 }}&amp;" in made.page.read_text("utf-8")
