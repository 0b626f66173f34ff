"""手紙のテンプレート：事務局が直せ、書き違いは所を示し、紙面は一枚に収まる。"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from browser import CHROMIUM, SECONDS
from live_browser import Browser
from making import changed_plan
from programs import need
from running import run_program

from sheetgen.messages.catalogue import describe
from sheetgen.plan.loading import load_plan
from sheetgen.problems import Problem, SheetgenError
from sheetgen.records.open_items import ItemState
from sheetgen.records.sendouts import SendKind, SendOut
from sheetgen.send.letters import (
    ISSUE_LETTER,
    REMINDER_LETTER,
    RETURN_LETTER,
    Addressees,
    LetterWriter,
)
from sheetgen.send.mail import LetterItem, LetterText
from sheetgen.send.reminding import Outstanding, outstanding, sections_sent

ITEM = LetterItem("08-08", "(8)⑧", "自動販売機<設置>場所の貸付拡大")
SHARED = LetterItem("03-06", "(3)⑥", "任用形態のあり方検討", "職員課にお送りしています")
VALUES = LetterText(
    municipality="試験市",
    plan_title="試験計画",
    office="試験課",
    phone="",
    email="",
    section="総務部 総務課",
    round="実績照会",
    fiscal_year=2026,
    task="実績を記入してください。",
    deadline="令和８年７月３１日（金）",
    file="0101_総務部 総務課_実績照会.xlsx",
    items=(ITEM,),
)


@pytest.fixture
def folder(tmp_path: Path, project_root: Path) -> Path:
    """配られたテンプレートの写し。"""
    return Path(shutil.copytree(project_root / "templates" / "letters", tmp_path / "letters"))


def refused(folder: Path, values: LetterText = VALUES) -> Problem:
    with pytest.raises(SheetgenError) as raised:
        LetterWriter(folder, ISSUE_LETTER).write(values)
    (problem,) = raised.value.problems
    assert describe(problem)
    return problem


def edit(folder: Path, old: str, new: str, name: str = ISSUE_LETTER) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(folder: Path, words: str, name: str = ISSUE_LETTER) -> int:
    lines = (folder / name).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_the_request_says_all_that_is_asked(folder: Path) -> None:
    letter = LetterWriter(folder, ISSUE_LETTER).write(replace(VALUES, joint=(SHARED,)))
    assert "\n" not in letter.subject
    assert "試験計画" in letter.subject
    assert "実績照会" in letter.subject
    for said in (
        "総務部 総務課長 様",
        "令和８年度",
        "令和８年７月３１日（金）まで",
        VALUES.task,
        VALUES.file,
        "(8)⑧ 自動販売機<設置>場所の貸付拡大",
        "(3)⑥ 任用形態のあり方検討",
        SHARED.note,
    ):
        assert said in letter.text
    assert "件名" not in letter.text
    assert "{" not in letter.text


def test_what_is_not_known_leaves_no_empty_line(folder: Path) -> None:
    bare = LetterWriter(folder, ISSUE_LETTER).write(replace(VALUES, deadline="", items=()))
    assert "電話" not in bare.text
    assert "共管" not in bare.text
    assert "追ってお知らせします" in bare.text
    full = LetterWriter(folder, ISSUE_LETTER).write(
        replace(VALUES, phone="（代表）", email="x@example.jp")
    )
    assert "電話 （代表）" in full.text
    assert "メール x@example.jp" in full.text
    assert "\n\n\n" not in bare.text + full.text


def test_the_page_says_the_same_as_the_mail(folder: Path) -> None:
    letter = LetterWriter(folder, ISSUE_LETTER).write(VALUES)
    page = letter.page.decode("utf-8")
    head, _, rest = page.partition("<h1>")
    lines = re.findall(r"<p[^>]*>([^<]*)</p>", head + rest)
    said = [html.unescape(line).strip() for line in lines if line.strip()]
    assert said == [line.strip() for line in letter.text.splitlines() if line.strip()]
    assert html.unescape(rest.partition("</h1>")[0]) == letter.subject
    assert "<設置>" not in page
    assert page.startswith("<!DOCTYPE html>")
    assert 'lang="ja"' in page
    assert "http" not in page


_LINES = """
const lines = [...document.querySelectorAll('p, h1')].map(one => {
  const range = document.createRange();
  range.selectNodeContents(one);
  const boxes = [...range.getClientRects()].filter(box => box.width > 1);
  return {text: one.textContent.trim(), left: boxes.map(box => Math.round(box.left)),
          right: boxes.map(box => Math.round(box.right)), top: one.getBoundingClientRect().top};
});
return [lines.filter(one => one.text), Math.round(document.body.getBoundingClientRect().right
        - parseFloat(getComputedStyle(document.body).paddingRight))];
"""


@pytest.mark.parametrize("name", [ISSUE_LETTER, REMINDER_LETTER, RETURN_LETTER])
def test_the_page_stands_as_an_official_letter(
    folder: Path, tmp_path: Path, browser: Browser, name: str
) -> None:
    """番号と日付、宛先、右に寄せた差出人、件名の順に立ち、折り返した行は下がったまま。"""
    item = replace(ITEM, title="効果的かつ効率的な業務執行を目指した任用形態のあり方検討" * 3)
    noted = replace(item, note="共管の実施項目です。共管の課と調整してください。" * 3)
    found = replace(VALUES, items=(item, noted), missing=(item, noted))
    page = tmp_path / "page.html"
    page.write_bytes(LetterWriter(folder, name).write(found).page)
    browser.open(page, width=800)
    lines, edge = browser.ask(_LINES)
    order = [line["text"] for line in lines[:5]]
    assert [order[0][0], order[1][:2], order[2], order[3]] == [
        "第", "令和", "総務部 総務課長 様", VALUES.office,
    ]  # fmt: skip
    assert "について" in order[4]
    assert [line["right"][-1] for line in (lines[0], lines[1], lines[3])] == [edge] * 3
    wrapped = [line for line in lines[5:] if len(line["left"]) > 1]
    assert len(wrapped) >= 3
    for line in wrapped:
        deeper = line["left"][1] > line["left"][0] if line["text"][0] == "※" else True
        assert deeper, line["text"]
        assert len(set(line["left"][1:])) == 1
        assert min(line["left"]) == line["left"][0], line["text"]
    margin = min(line["left"][0] for line in lines)
    hanging = [line for line in wrapped if line["text"][:1] in "(※" and line["left"][1] <= margin]
    assert hanging == []


def test_the_reminder_counts_and_names(folder: Path) -> None:
    late = replace(VALUES, missing=(ITEM,), questioned=(SHARED,), days_late=5)
    text = LetterWriter(folder, REMINDER_LETTER).write(late).text
    assert "5日過ぎ" in text
    assert text.index(ITEM.title) < text.index("差戻し") < text.index(SHARED.title)
    early = LetterWriter(folder, REMINDER_LETTER).write(replace(late, days_late=0)).text
    assert "過ぎ" not in early
    assert "令和８年７月３１日（金）" in early
    open_end = LetterWriter(folder, REMINDER_LETTER).write(
        replace(late, days_late=0, deadline="", questioned=())
    )
    assert "期限" not in open_end.text
    assert "差戻し" not in open_end.text
    assert "\n\n\n" not in text + early + open_end.text


def test_the_same_values_give_the_same_letter(folder: Path) -> None:
    one, two = (LetterWriter(folder, ISSUE_LETTER).write(VALUES) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_a_template_from_notepad_is_read(folder: Path, ending: str, encoding: str) -> None:
    plain = LetterWriter(folder, ISSUE_LETTER).write(VALUES)
    path = folder / ISSUE_LETTER
    text = path.read_text("utf-8")
    path.write_bytes(text.replace("\n", ending).encode(encoding))
    assert LetterWriter(folder, ISSUE_LETTER).write(VALUES) == plain


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{{ plan_title }} {{ terms", "{{ plan_titel }} {{ terms", "plan_titel"),
        ("{{ item.title }}", "{{ item.titel }}", "item.titel"),
        ("{{ file }}", "{{ file }", "{{ file }"),
        ("{% if phone %}", "{% if phone }", "{% if phone }"),
        ("| wareki_full", "| wareki_ful", "wareki_ful"),
        ("{{ task }}", "{{ task + 1 }}", "task + 1"),
        ("{{ task }}", "{{ ''.__class__.__mro__ }}", "__mro__"),
        ("{{ task }}", "{% tsk %}", "{% tsk %}"),
    ],
)
def test_a_slip_is_shown_with_its_line(folder: Path, old: str, new: str, words: str) -> None:
    edit(folder, old, new)
    problem = refused(folder)
    assert problem.code == "L011"
    assert problem.place.file == str(folder / ISSUE_LETTER)
    assert problem.facts["line"] == line_of(folder, words)
    assert words in str(problem.facts["source"])
    assert any("ぁ" <= one <= "ん" for one in str(problem.facts["reason"]))


def test_a_slip_on_the_page_is_shown_too(folder: Path) -> None:
    edit(folder, "text.rstrip", "txet.rstrip", "印刷.html")
    problem = refused(folder)
    assert problem.code == "L011"
    assert problem.place.file == str(folder / "印刷.html")
    assert problem.facts["line"] == line_of(folder, "txet", "印刷.html")


def test_an_unclosed_tag_is_refused(folder: Path) -> None:
    path = folder / ISSUE_LETTER
    text = path.read_text("utf-8")
    cut = text.rindex("{% endif %}")
    path.write_text(text[:cut] + text[cut:].replace("{% endif %}", ""), encoding="utf-8")
    assert refused(folder).code == "L011"


def test_other_faults_of_a_template(folder: Path) -> None:
    path = folder / ISSUE_LETTER
    text = path.read_text("utf-8")
    path.write_bytes(text.encode("cp932", "replace"))
    assert refused(folder).code == "L012"
    edit_first = re.sub("(?m)^件名: .*$", "お願い", text)
    path.write_text(edit_first, encoding="utf-8")
    assert refused(folder).code == "L013"
    path.write_text("件名: \n本文", encoding="utf-8")
    assert refused(folder).code == "L013"
    path.write_text("件名：全角の: 印\n本文", encoding="utf-8")
    assert LetterWriter(folder, ISSUE_LETTER).write(VALUES).subject == "全角の: 印"
    path.unlink()
    assert refused(folder).code == "L010"


def test_the_guide_names_every_value(project_root: Path) -> None:
    page = (project_root / "docs" / "letters.md").read_text("utf-8")
    table = page.partition("## 使える名前")[2].partition("\n## ")[0]
    named = {
        name
        for row in table.splitlines()
        if "|" in row
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert named == {one.name for one in fields(LetterText)}


def test_even_the_longest_letter_prints_on_one_page(folder: Path, tmp_path: Path) -> None:
    chromium, pdfinfo, pdftotext = need("chromium"), need("pdfinfo"), need("pdftotext")
    items = tuple(
        LetterItem(f"01-{n:02}", f"(1)({n})", "効果的かつ効率的な業務執行を目指した検討", "")
        for n in range(1, 26)
    )
    letter = LetterWriter(folder, ISSUE_LETTER).write(
        replace(VALUES, items=items, joint=(SHARED, SHARED), phone="（代表）", email="x@example.jp")
    )
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_bytes(letter.page)
    run_program(
        lambda profile: [
            chromium, *CHROMIUM, f"--user-data-dir={profile}", f"--print-to-pdf={pdf}",
            page.as_uri(),
        ],
        SECONDS,
    ).check_returncode()  # fmt: skip
    told = subprocess.run([pdfinfo, pdf], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Pages:\s+1$", told, re.M)
    # ブラウザーは、余白があれば日時とファイルの場所を刷る。
    text = subprocess.run([pdftotext, pdf, "-"], capture_output=True, check=True).stdout.decode()
    assert "試験課" in text
    assert "file:" not in text


def sendouts(*given: tuple[str, str, tuple[str, ...], str | None]) -> Iterator[SendOut]:
    for kind, section, items, deadline in given:
        yield SendOut(
            at="2026-07-01T09:00:00+09:00",
            by="係",
            kind=SendKind(kind),
            round="2026J",
            section=section,
            file=f"{section}.xlsx",
            sha256="0" * 64,
            deadline=deadline,
            items=items,
        )


def test_what_is_outstanding_follows_the_last_sendout() -> None:
    sent = list(
        sendouts(
            ("配布", "乙", ("3", "4"), "2026-07-31"),
            ("配布", "甲", ("1", "2", "9"), "2026-07-31"),
            ("督促", "丙", ("1",), "2026-07-31"),
            ("配布", "甲", ("1", "2"), "2026-08-15"),
            ("配布", "甲", ("1", "2", "4"), None),
        )
    )
    states = {
        "4": ItemState.UNTOUCHED,
        "1": ItemState.HELD,
        "2": ItemState.RECORDED,
        "3": ItemState.MISSING,
        "5": ItemState.MISSING,  # 配っていない
    }
    assert sections_sent(sent) == ("乙", "甲")
    late = outstanding(sent, states, ["甲", "乙"])
    assert late == [
        Outstanding("甲", "甲.xlsx", date(2026, 8, 15), (), ("4",), (), ("1",), date(2026, 8, 15)),
        Outstanding("乙", "乙.xlsx", date(2026, 7, 31), ("3",), (), (), (), date(2026, 7, 31)),
    ]
    assert [one.days_late(date(2026, 8, 15)) for one in late] == [0, 15]
    moved = outstanding(sent, states, ["甲", "乙"], date(2026, 9, 1))
    assert {one.deadline for one in moved} == {date(2026, 9, 1)}
    assert outstanding(sent, dict.fromkeys(states, ItemState.KEPT), []) == []


@pytest.mark.parametrize("asked_by", [None, "2026-08-20"])
def test_a_question_counts_once_it_was_sent_back(asked_by: str | None) -> None:
    issued = list(sendouts(("配布", "甲", ("1", "2"), "2026-07-31")))
    states = {"1": ItemState.HELD, "2": ItemState.KEPT}
    [waiting] = outstanding(issued, states, ["甲"])
    assert (waiting.asked, waiting.unsent_returns) == ((), ("1",))
    [told] = outstanding([*issued, *sendouts(("差戻し", "甲", ("1",), asked_by))], states, ["甲"])
    assert (told.asked, told.unsent_returns) == (("1",), ())
    # 期限までに返した課の手紙に、その期限は書かない。
    assert told.named_deadline == (date.fromisoformat(asked_by) if asked_by else None)
    assert told.deadline == date.fromisoformat(asked_by or "2026-07-31")


@pytest.mark.parametrize(
    "written", ["｛｛ section ｝｝", "{ { section } }", "｛% endif %｝", "{section}"]
)
@pytest.mark.parametrize("name", [ISSUE_LETTER, "印刷.html"])
def test_a_mark_that_would_be_sent_as_it_stands_is_refused_with_its_line(
    folder: Path, written: str, name: str
) -> None:
    path = folder / name
    lines = path.read_text("utf-8").splitlines()
    lines.insert(4, written.replace("section", "book.count" if "{s" in written else "section"))
    path.write_text("\n".join(lines), encoding="utf-8")
    if name.endswith(".html") and written.isascii():
        LetterWriter(folder, ISSUE_LETTER).write(VALUES)  # 組み方の波かっこかもしれない
        return
    problem = refused(folder)
    assert (problem.code, problem.facts["line"]) == ("L011", 5)
    assert problem.place.file == str(path)


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ({"phone": None, "email": None}, True),
        ({"phone": "0463-00-0000", "email": None}, False),
        ({"phone": None, "email": "kaikaku@example.jp"}, False),
    ],
)
def test_letters_without_a_contact_are_told(
    tmp_path: Path, plan_path: Path, contact: dict[str, str | None], told: bool
) -> None:
    """問合せ先のない依頼文を、黙って作らない。"""
    target = tmp_path / "plan.json"
    source = changed_plan(plan_path, target, lambda data: data.update(contact=contact))
    addressees = Addressees(load_plan(source))
    codes = [one.code for one in addressees.problems(["企画部 経営企画課"])]
    assert ("S011" in codes) is told
    assert addressees.problems([]) == []
