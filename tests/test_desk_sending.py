"""配布、状況、督促のページ：できるものも記録も、ページの見せるコマンドと同じ。"""

from __future__ import annotations

import email
import email.policy
import html
import re
import shutil
from pathlib import Path

import pytest
from desk_samples import ROOT, client, folder_in, text
from desk_twins import Twins, contents, hidden, words_of
from returned.desk import Desk
from returned.sections import Form
from test_send_back import FIRST, answer

ONE, OTHER = "総務部 文書法制課", "総務部 契約検査課"
RESULTS = {"round": "results", "year": "2024"}
BOTH = {**RESULTS, "section": [ONE, OTHER], "offered": [ONE, OTHER, "ほかの課"]}
DEADLINE = "2024-07-31"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_in(tmp_path_factory.mktemp("sending"))


@pytest.fixture
def twins(source: Path, tmp_path: Path) -> Twins:
    return Twins(source, tmp_path)


def test_the_round_of_sending_is_the_same_from_the_desk(twins: Twins) -> None:
    small = {"mail_limit": "30", "step": "make"}
    made = twins.same("/sending/", {**BOTH, "deadline": DEADLINE, **small})
    assert "--mail-limit 30" in words_of(made)
    assert "2課に送る用意ができました（様式 2枚）" in text(made)
    again = {**BOTH, "section": ONE, "deadline": "2024-08-02", "again": "1", "step": "make"}
    twins.same("/sending/", again)
    longer = {**RESULTS, "section": OTHER, "deadline": "2024-08-09", "step": "make"}
    twins.same("/sending/extension", longer)
    late = {**RESULTS, "today": "2024-08-05", "deadline": "2024-08-01", "step": "make"}
    asked = twins.same("/standing/remind", {**late, "section": [ONE, OTHER]})
    assert "2課の2項目に、まだ答えがありません" in text(asked)
    early = {**RESULTS, "today": "2024-08-06", "early": "1", "step": "make"}
    twins.same("/standing/remind", early)
    twins.same("/standing/", RESULTS)


@pytest.mark.parametrize(
    "wishes",
    [
        {"per": "item", "item": ["08-08", "01-04"]},
        {"per": "plan", "section": ONE, "deadline": DEADLINE},
    ],
)
def test_samples_are_the_same_from_the_desk(twins: Twins, wishes: dict[str, object]) -> None:
    made = twins.same("/sending/samples", {**RESULTS, **wishes})
    assert "の見本 " in text(made)


def test_each_draft_stands_with_its_words_and_files(twins: Twins) -> None:
    shown = text(twins.post("/sending/", {**BOTH, "deadline": DEADLINE, "step": "make"}))
    folder = twins.desk / "output" / "令和6年度" / "実績照会" / "配布"
    drafts = sorted(folder.glob("*.eml"))
    assert len(drafts) == 2
    for number, path in enumerate(drafts, 1):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = mail.get_body()
        assert body is not None
        parts = {
            name: html.unescape(found[1]).strip()
            for name in ("subject", "body")
            if (found := re.search(rf'<dd id="{name}-{number}"[^>]*>(.*?)</dd>', shown, re.S))
        }
        assert parts["subject"] == mail["subject"]
        assert parts["body"] == body.get_content().replace("\r\n", "\n").strip()
        for name in ("subject", "body"):
            assert f'data-copy="{name}-{number}"' in shown
        for made in (path, path.with_suffix(".xlsx"), folder / f"{path.stem}_依頼文.html"):
            assert f'download="{made.name}"' in shown
    assert shown.count("登録がありません") == 2
    # 配ったあとの点検は、これからすることではない。
    assert re.search(r"いつでも</span>\s*<a[^>]*>点検</a>", text(twins.get("/")))


def test_returns_are_sent_the_same_from_the_desk(
    desk: Desk, honest_forms: dict[str, Form], tmp_path: Path
) -> None:
    desk.collect(answer(desk, honest_forms, tmp_path / "返信", "優", FIRST))
    shutil.copytree(ROOT / "templates", desk.root / "templates")
    twins = Twins(desk.root, tmp_path / "twins")
    trial = twins.post("/sending/returns", RESULTS)
    assert "1課、様式 1枚" in text(trial)
    asked = {**RESULTS, "section": FIRST, "deadline": "2024-08-16", "step": "make"}
    made = twins.same("/sending/returns", asked)
    assert "の差戻しを 1課に送る用意ができました" in text(made)
    shown = text(twins.get("/standing/"))
    assert "要確認 1件" in shown


def test_a_trial_makes_nothing_and_can_be_made_as_it_is(twins: Twins) -> None:
    before = contents(twins.desk)
    trial = twins.post("/sending/", {**BOTH, "deadline": DEADLINE, "step": "trial"})
    assert contents(twins.desk) == before
    assert "--dry-run" in words_of(trial)
    same = twins.same("/sending/", {**hidden(trial, "/sending/"), "step": "make"})
    assert "--dry-run" not in words_of(same)
    wanted = {**RESULTS, "today": "2024-08-05"}
    before = contents(twins.desk)
    asked = twins.post("/standing/remind", wanted)
    assert contents(twins.desk) == before
    twins.same("/standing/remind", {**hidden(asked, "/standing/remind"), "step": "make"})


def test_every_section_is_the_whole_round(source: Path) -> None:
    page = client(source)
    offered = re.findall(r'name="offered" value="([^"]+)"', text(page.get("/sending/")))
    assert len(offered) == 28
    form = {**RESULTS, "section": offered, "offered": offered, "step": "trial"}
    answer = page.post("/sending/", data=form, follow_redirects=True)
    assert "--section" not in words_of(answer)
    assert "28課、様式 71枚" in text(answer)


def test_what_cannot_be_sent_is_told_and_nothing_is_written(twins: Twins) -> None:
    make = {**BOTH, "step": "make"}
    twins.refused("/sending/", {**RESULTS, "offered": ONE, "step": "make"}, "L065")
    twins.refused("/sending/", {**make, "section": "ない課"}, "F004")
    twins.refused("/sending/", {**make, "year": "令和"}, "U001")
    twins.refused("/sending/", {**make, "year": "2023"}, "F001")
    twins.refused("/sending/", {**make, "round": "照会"}, "F006")
    twins.refused("/sending/", {**make, "deadline": "7月末"}, "U003")
    twins.refused("/sending/", {**make, "mail_limit": "大きい"}, "U002")
    twins.refused("/sending/extension", make, "L057")
    twins.refused("/sending/extension", {**make, "deadline": DEADLINE}, "L058")
    twins.refused("/sending/returns", {**RESULTS, "step": "make"}, "L040")
    twins.refused("/sending/samples", {**RESULTS, "per": "冊"}, "U002")
    twins.refused("/sending/samples", {**RESULTS, "item": "99-99"}, "F003")
    twins.refused("/standing/remind", {**RESULTS, "step": "make"}, "L030")
    twins.refused("/standing/remind", {**RESULTS, "today": "きょう"}, "U003")
    assert "ページが古くなっています" in twins.refused("/sending/", {**make, "revision": "0-0-0-0"})


def test_the_deadline_and_the_sheets_are_seen_before_sending(source: Path) -> None:
    page = client(source)
    offered = text(page.get("/sending/?deadline=2099-08-11"))
    assert ">L050</span>" in offered
    sheets = re.findall(r'href="(/items/[^"]+/sheet[^"]*)"', offered)
    assert len(sheets) == 71
    assert page.get(html.unescape(sheets[0])).status_code in (200, 409)  # 409 は、書体がない PC
    shown = text(page.get("/sending/?deadline=2099-07-31&section=総務部+契約検査課"))
    assert "開庁日です" in shown
    assert shown.count(" checked>") == 1  # 選んだ課は、そのまま


def test_the_standing_page_tells_the_figures_and_writes_nothing(twins: Twins) -> None:
    twins.post("/sending/", {**BOTH, "deadline": DEADLINE, "step": "make"})
    before = contents(twins.desk)
    shown = text(twins.get("/standing/"))
    assert contents(twins.desk) == before
    row = shown.split(ONE, 1)[1].partition("</tr>")[0]
    assert "遅れ" in row
    assert re.findall(r'<td class="number">([^<]*)</td>', row) == [
        "1", "・", "1", "・", "・", "・", "・", "・"
    ]  # fmt: skip
    assert "記録の済んでいないもの 71件" in shown


def test_without_a_plan_or_a_template_the_page_says_what_to_do(tmp_path: Path) -> None:
    empty = client(folder_in(tmp_path / "empty", with_plan=False))
    for path in ("/sending/", "/standing/", "/standing/remind", "/publishing/", "/closing/"):
        answer = empty.get(path)
        assert answer.status_code == 200
        assert "/founding/" in text(answer)
    assert empty.post("/sending/", data=BOTH).status_code == 409
    root = folder_in(tmp_path / "bare")
    (root / "templates" / "shinchoku_sheet.xlsx").unlink()
    assert ">T001</span>" in text(client(root).get("/sending/"))
