"""配布：課ごとのブック・依頼文・メールの下書きがそろい、誰に何を送ったかが残る。"""

from __future__ import annotations

import email
import email.policy
import hashlib
import io
import platform
import shutil
import socket
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import second_city
from making import changed_plan, load, places

from sheetgen.form.jobs import GenerateRequest
from sheetgen.messages.catalogue import describe, level_of
from sheetgen.plan.round import RoundKind
from sheetgen.problems import Level, Problem, SheetgenError, UsageError
from sheetgen.records.issues import issues_folder, load_issues
from sheetgen.records.sendouts import SendKind, SendOut, load_sendouts, sendouts_path
from sheetgen.send import posting
from sheetgen.send.deadlines import deadline_problems, week_later
from sheetgen.send.distributing import (
    DistributeRequest,
    DistributeResult,
    distribute,
    extend_deadline,
)
from sheetgen.send.generating import GenerateResult, generate

NOW = datetime(2024, 7, 1, 0, 0, tzinfo=UTC)
DEADLINE = date(2024, 7, 31)
WITH_EMAIL = ("総務部 職員課", "shokuin@example.jp")
WRONG_EMAIL = "企画部 財政課"
JOINT = "企画部 経営企画課"
ONLY = ("職員課",)


def with_emails(plan: dict[str, Any]) -> None:
    for department in plan["departments"]:
        for section in department["sections"]:
            name = f"{department['name']} {section['name']}"
            if name == WITH_EMAIL[0]:
                section["email"] = WITH_EMAIL[1]
            if name == WRONG_EMAIL:
                section["email"] = "財政課まで"


class Office:
    """配る机。"""

    def __init__(self, root: Path, plan: Path, template: Path, letters: Path) -> None:
        self.root, self.template = root, template
        self.plan = root / "data" / "plan.json"
        self.plan.parent.mkdir(parents=True)
        changed_plan(plan, self.plan, with_emails)
        self.letters = Path(shutil.copytree(letters, root / "templates" / "letters"))

    def send(self, *, now: datetime = NOW, who: str = "係", **wishes: Any) -> DistributeResult:
        request = DistributeRequest(
            plan=self.plan,
            template=self.template,
            letters=self.letters,
            root=self.root,
            **{"deadline": DEADLINE, **wishes},
        )
        return distribute(request, now=now, who=who)

    def extend(self, *, now: datetime = NOW, **wishes: Any) -> DistributeResult:
        request = DistributeRequest(
            plan=self.plan,
            template=self.template,
            letters=self.letters,
            root=self.root,
            extend=True,
            **{"deadline": DEADLINE, **wishes},
        )
        return extend_deadline(request, now=now, who="係")

    @property
    def folder(self) -> Path:
        return self.root / "output" / "令和6年度" / "実績照会" / "配布"

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def sendouts(self) -> tuple[SendOut, ...]:
        log = load_sendouts(self.plan)
        assert log.problems == ()
        return log.sendouts


def new_office(root: Path, plan: Path, template: Path, project: Path) -> Office:
    return Office(root, plan, template, project / "templates" / "letters")


@pytest.fixture
def office(tmp_path: Path, plan_path: Path, template_path: Path, project_root: Path) -> Office:
    """まだ配っていない机。"""
    return new_office(tmp_path / "office", plan_path, template_path, project_root)


@pytest.fixture(scope="module")
def sent(
    tmp_path_factory: pytest.TempPathFactory,
    plan_path: Path,
    template_path: Path,
    project_root: Path,
) -> tuple[Office, DistributeResult]:
    """すべての課に配った机。書き換えてはいけない。"""
    root = tmp_path_factory.mktemp("sent") / "office"
    office = new_office(root, plan_path, template_path, project_root)
    return office, office.send()


def mail_of(office: Office, section: str) -> EmailMessage:
    (path,) = office.folder.glob(f"*_{section}_*.eml")
    found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body_of(office: Office, section: str) -> str:
    body = mail_of(office, section).get_body()
    assert body is not None
    return str(body.get_content())


def codes(result: DistributeResult) -> list[str]:
    return [problem.code for problem in result.problems]


def test_every_section_gets_a_book_a_letter_and_a_draft(
    sent: tuple[Office, DistributeResult],
) -> None:
    office, result = sent
    wanted = {place.addressee for place in places(load(office.plan))}
    assert {parcel.section for parcel in result.parcels} == wanted
    assert len(wanted) == 28
    made = {path.name for path in office.folder.iterdir()}
    assert made == {name for parcel in result.parcels for name in parcel.files}
    assert len(made) == 3 * 28
    for parcel in result.parcels:
        book, page, mail = parcel.files
        found = email.message_from_bytes(
            (office.folder / mail).read_bytes(), policy=email.policy.default
        )
        assert isinstance(found, EmailMessage)
        assert found.defects == []
        (attached,) = found.iter_attachments()
        assert attached.get_filename() == book
        assert attached.get_content() == (office.folder / book).read_bytes()
        body = found.get_body()
        assert body is not None
        assert str(found["Subject"]) in (office.folder / page).read_text("utf-8")


def test_each_letter_names_the_items_of_its_book(sent: tuple[Office, DistributeResult]) -> None:
    office, _ = sent
    all_places = [one for one in places(load(office.plan)) if one.item["introduced"] < 2024]
    for section in {place.addressee for place in all_places}:
        own = [place for place in all_places if place.addressee == section]
        shared = [
            place
            for place in all_places
            if section
            in [f"{one['department']} {one['section']}" for one in place.item["owners"][1:]]
        ]
        listed = [
            line.strip() for line in body_of(office, section).splitlines() if line.startswith("　(")
        ]
        assert listed == [f"{one.sheet} {one.item['title']}" for one in [*own, *shared]]


def only_new(section: str) -> Callable[[dict[str, Any]], None]:
    """その課の実施項目を、すべて今年からのものにする。"""

    def change(plan: dict[str, Any]) -> None:
        for place in places(plan):
            if place.addressee == section:
                place.item["introduced"] = 2024

    return change


def test_what_began_this_year_is_not_asked_of_last_year(office: Office) -> None:
    """前の年度になかった実施項目には様式を配らず、それだけの課には何も送らない。"""
    alone = WITH_EMAIL[0]
    changed_plan(office.plan, office.plan, only_new(alone))
    result = office.send()
    sent = {item for parcel in result.parcels for item in parcel.items}
    every = {place.item["id"]: place for place in places(load(office.plan))}
    new = {name for name, place in every.items() if place.item["introduced"] == 2024}
    assert sent == every.keys() - new
    assert alone not in {parcel.section for parcel in result.parcels}
    assert alone not in {one.section for one in office.sendouts()}
    (note,) = [one for one in result.problems if one.code == "F032"]
    assert note.facts["count"] == len(new)
    assert every["01-05"].item["title"] in str(note.facts["items"])
    # 取りまとめの課に様式のない共管の項目を、ほかの課の一覧に載せない。
    assert "様式は職員課にお送りしています" not in body_of(office, JOINT)
    with pytest.raises(UsageError) as raised:
        office.send(sections=(alone,))
    (problem,) = raised.value.problems
    assert problem.code == "F030"
    assert alone in {parcel.section for parcel in office.send(round=RoundKind.REVISION).parcels}


def test_a_shared_item_says_who_has_the_form(sent: tuple[Office, DistributeResult]) -> None:
    office, _ = sent
    assert "様式は職員課にお送りしています" in body_of(office, JOINT)
    assert "取りまとめて提出してください" in body_of(office, WITH_EMAIL[0])
    assert "令和６年７月３１日（水）まで" in body_of(office, JOINT)


def test_the_address_comes_from_the_plan(sent: tuple[Office, DistributeResult]) -> None:
    office, result = sent
    to = mail_of(office, WITH_EMAIL[0])["To"].addresses
    assert [(one.display_name, one.addr_spec) for one in to] == [WITH_EMAIL]
    assert mail_of(office, JOINT)["To"] is None
    assert mail_of(office, WRONG_EMAIL)["To"] is None
    assert codes(result) == ["L021", "S011", "L020", "F032"]
    assert result.problems[0].facts["section"] == WRONG_EMAIL
    assert result.problems[2].facts["count"] == 26
    assert all(describe(problem) for problem in result.problems)


def test_what_was_sent_is_on_record(sent: tuple[Office, DistributeResult]) -> None:
    office, result = sent
    found = office.sendouts()
    assert result.recorded == len(found) == 28
    issues, problems = load_issues(issues_folder(office.plan))
    assert problems == []
    for one, parcel in zip(found, result.parcels, strict=True):
        assert (one.section, one.items, one.file) == (
            parcel.section,
            parcel.items,
            parcel.files[0],
        )
        assert one.sha256 == hashlib.sha256((office.folder / one.file).read_bytes()).hexdigest()
        assert (one.kind, one.round, one.by) == (SendKind.ISSUE, "2024J", "係")
        assert one.deadline == "2024-07-31"
        assert datetime.fromisoformat(one.at) == NOW
        assert one.issue == issues[0].key
        assert {issues[0].forms[form].item_id for form in issues[0].forms} >= set(one.items)
    assert {one.section: one.email for one in found if one.email} == dict([WITH_EMAIL])


def test_once_more_changes_nothing(
    sent: tuple[Office, DistributeResult], tmp_path: Path, project_root: Path
) -> None:
    office, _ = sent
    before = office.files()
    later = office.send(now=datetime(2024, 7, 2, tzinfo=UTC), who="別の係")
    assert (later.recorded, later.kept_aside) == (0, ())
    assert {parcel.sent_before for parcel in later.parcels} == {office.sendouts()[0].at}
    assert office.files() == before
    # 別の机で、別の日に、別の人が作っても、送るものは同じバイトになる。
    other = new_office(tmp_path / "別の机", office.plan, office.template, project_root)
    other.send(now=datetime(2025, 1, 1, tzinfo=UTC), who="別の係")
    names = sorted(path.name for path in office.folder.iterdir())
    assert sorted(path.name for path in other.folder.iterdir()) == names
    for name in names:
        assert (other.folder / name).read_bytes() == (office.folder / name).read_bytes(), name


def test_sending_again_is_recorded_when_asked(office: Office) -> None:
    assert office.send(sections=ONLY).recorded == 1
    assert office.send(sections=ONLY).recorded == 0
    assert office.send(sections=ONLY, again=True).recorded == 1
    assert len(office.sendouts()) == 2


def refused(office: Office, **wishes: Any) -> Problem:
    before = office.files()
    with pytest.raises(SheetgenError) as raised:
        office.send(**wishes)
    assert office.files() == before
    (problem,) = raised.value.problems
    assert describe(problem)
    return problem


def test_what_was_sent_stays_unless_asked(office: Office) -> None:
    office.send(sections=ONLY)
    (book,) = office.folder.glob("*.xlsx")
    first = book.read_bytes()
    for wishes in ({"deadline": date(2024, 8, 9)}, {"deadline": None}):
        told = refused(office, sections=ONLY, **wishes)
        assert (told.code, told.facts["count"]) == ("L055", 1)
        assert "令和６年７月３１日" in describe(told)
        assert refused(office, sections=ONLY, dry_run=True, **wishes).code == "L055"
    later = office.send(sections=ONLY, deadline=date(2024, 8, 9), again=True)
    assert later.recorded == 1
    assert [one.deadline for one in office.sendouts()] == ["2024-07-31", "2024-08-09"]
    kept = {path.name: path for path in later.kept_aside}
    assert set(kept) == set(later.parcels[0].files)
    assert kept[book.name].read_bytes() == first
    assert "８月９日" in body_of(office, WITH_EMAIL[0])


def test_without_a_deadline_it_is_told(office: Office) -> None:
    result = office.send(sections=ONLY, deadline=None)
    assert "L022" in codes(result)
    assert "追ってお知らせします" in body_of(office, WITH_EMAIL[0])
    assert office.sendouts()[0].deadline is None


def test_the_rest_is_sent_beside_what_was_sent(office: Office) -> None:
    """一つの課に先に送り、あとで残りに送る。計画が変わっても、送ったものはそのまま。"""
    office.send(sections=ONLY)
    first = {path.name: path.read_bytes() for path in office.folder.iterdir()}
    result = office.send(deadline=date(2024, 8, 9))
    assert (len(result.parcels), result.recorded, result.sent) == (27, 27, (WITH_EMAIL[0],))
    (told,) = [one for one in result.problems if one.code == "L056"]
    assert told.facts["count"] == 1
    assert {name: (office.folder / name).read_bytes() for name in first} == first
    # 送っていない様式の配布記録は残らない。
    issues, _ = load_issues(issues_folder(office.plan))
    assert sorted(len(one.forms) for one in issues) == [4, 67]

    def rename(plan: dict[str, Any]) -> None:
        next(place.item for place in places(plan))["title"] = "新しい名"

    changed_plan(office.plan, office.plan, rename)
    sent = {path.name: path.read_bytes() for path in office.folder.iterdir()}
    assert refused(office, deadline=date(2024, 8, 9)).code == "L055"
    assert {path.name: path.read_bytes() for path in office.folder.iterdir()} == sent


def test_an_address_added_later_changes_no_book(office: Office) -> None:
    """宛先を書き足して、もう一度行う。変わるのは下書きだけ。"""
    office.send(sections=("財政課", *ONLY))
    books = {path: path.read_bytes() for path in office.folder.glob("*.xlsx")}

    def add(plan: dict[str, Any]) -> None:
        section = next(one for department in plan["departments"]
                       for one in department["sections"] if one["name"] == "財政課")  # fmt: skip
        section["email"] = "zaisei@example.jp"

    changed_plan(office.plan, office.plan, add)
    assert office.send(sections=("財政課", *ONLY)).recorded == 1
    assert {path: path.read_bytes() for path in books} == books
    assert mail_of(office, WRONG_EMAIL)["To"].addresses[0].addr_spec == "zaisei@example.jp"


def test_a_lost_book_is_made_again_only_as_it_was_sent(office: Office) -> None:
    office.send(sections=ONLY)
    (book,) = office.folder.glob("*.xlsx")
    first = book.read_bytes()
    shutil.rmtree(office.root / "output")
    assert refused(office, sections=ONLY, deadline=date(2024, 8, 9)).code == "L055"
    assert office.send(sections=ONLY).recorded == 0
    assert book.read_bytes() == first


def sample(office: Office, **wishes: Any) -> GenerateResult:
    request = GenerateRequest(
        plan=office.plan, template=office.template, root=office.root, sections=ONLY, **wishes
    )
    return generate(request)


def test_a_sample_goes_elsewhere(office: Office) -> None:
    """配ったあとに見本を作っても、送ったブックは、期限のないものに替わらない。"""
    office.send(sections=ONLY)
    before = office.files()
    made = sample(office)
    assert made.folder == office.root / "output" / "令和6年度" / "実績照会" / "見本"
    after = office.files()
    assert {name: after[name] for name in before} == before
    with pytest.raises(SheetgenError) as raised:
        sample(office, out=office.folder)
    (problem,) = raised.value.problems
    assert (problem.code, problem.facts["count"]) == ("F020", 1)
    assert describe(problem)
    assert office.files() == after


@pytest.mark.parametrize(
    ("day", "code", "word"),
    [
        (date(2024, 7, 28), "L050", "日曜日"),
        (date(2024, 8, 3), "L050", "土曜日"),
        (date(2024, 8, 12), "L050", "山の日 振替休日"),
        (date(2024, 12, 30), "L050", "年末年始"),
        (date(2024, 6, 28), "L051", "令和６年６月２８日"),
        (date(2024, 7, 1), None, ""),
    ],
)
def test_a_day_off_or_past_is_asked_about(
    office: Office, day: date, code: str | None, word: str
) -> None:
    found = [one for one in office.send(sections=ONLY, deadline=day, dry_run=True).problems
             if one.code in ("L050", "L051")]  # fmt: skip
    assert [one.code for one in found] == ([code] if code else [])
    assert all(level_of(one) is Level.CONFIRM and word in describe(one) for one in found)


def test_the_nearest_working_days_are_offered() -> None:
    (told,) = deadline_problems(date(2024, 5, 4), date(2024, 4, 1))
    # 土曜日でみどりの日。前は木曜日、後は振替休日の次の火曜日。
    assert (told.facts["name"], told.facts["before"], told.facts["after"]) == (
        "みどりの日",
        "令和６年５月２日（木）",
        "令和６年５月７日（火）",
    )
    assert week_later(date(2024, 8, 5)) == date(2024, 8, 13)
    assert week_later(date(2024, 12, 24)) == date(2025, 1, 6)


def test_one_section_is_given_more_time(office: Office) -> None:
    office.send()
    before = office.files()
    day = date(2024, 8, 9)
    result = office.extend(sections=ONLY, deadline=day)
    assert ([one.section for one in result.parcels], result.recorded) == ([WITH_EMAIL[0]], 1)
    last = office.sendouts()[-1]
    assert (last.kind, last.section, last.deadline) == (
        SendKind.EXTENSION,
        WITH_EMAIL[0],
        "2024-08-09",
    )
    after = office.files()
    assert set(after) - set(before) == {
        (office.folder / name).relative_to(office.root).as_posix()
        for name in result.parcels[0].files
    }
    assert {name for name in before if after[name] != before[name]} == {"data/sendouts.jsonl"}
    (mail,) = [name for name in result.parcels[0].files if name.endswith(".eml")]
    assert "８月９日" in body_of_path(office.folder / mail)
    assert office.extend(sections=ONLY, deadline=day).recorded == 0
    # 延ばした課があっても、もう一度配ることは何も変えない。
    again = office.send()
    assert (again.recorded, "L023" in codes(again)) == (0, False)
    assert office.files() == after


def test_more_time_needs_a_section_a_day_and_a_book(office: Office) -> None:
    office.send(sections=ONLY)
    for wishes, code in (
        ({"sections": ONLY, "deadline": None}, "L057"),
        ({"deadline": DEADLINE}, "L057"),
        ({"sections": ("財政課",)}, "L058"),
        ({"sections": ("無い課",)}, "F004"),
    ):
        before = office.files()
        with pytest.raises(SheetgenError) as raised:
            office.extend(**wishes)
        assert [one.code for one in raised.value.problems] == [code]
        assert all(describe(one) for one in raised.value.problems)
        assert office.files() == before


def test_the_revision_round_has_its_own_folder(office: Office) -> None:
    office.send(sections=ONLY)
    before = {path: path.read_bytes() for path in office.folder.iterdir()}
    result = office.send(sections=ONLY, round=RoundKind.REVISION)
    assert result.folder == office.root / "output" / "令和6年度" / "見直し照会" / "配布"
    assert "見直し照会" in body_of_path(result.folder / result.parcels[0].files[2])
    assert [one.round for one in office.sendouts()] == ["2024J", "2024M"]
    assert len(list(result.folder.iterdir())) == 3
    assert {path: path.read_bytes() for path in office.folder.iterdir()} == before
    # 指定のない配布は、いま行っている照会のこと。前の照会には戻らない。
    again = office.send(sections=ONLY)
    assert (again.round.kind, again.recorded, again.is_found) == (RoundKind.REVISION, 0, True)


def body_of_path(path: Path) -> str:
    found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    body = found.get_body()
    assert body is not None
    return str(body.get_content())


def test_a_dry_run_writes_nothing(office: Office) -> None:
    before = office.files()
    result = office.send(dry_run=True)
    assert result.dry_run
    assert len(result.parcels) == 28
    assert sum(len(parcel.items) for parcel in result.parcels) == 71
    assert codes(result) == ["L021", "S011", "L020", "F032"]
    assert office.files() == before


def test_an_unknown_section_is_refused(office: Office) -> None:
    before = office.files()
    with pytest.raises(UsageError) as raised:
        office.send(sections=("無い課",))
    assert [problem.code for problem in raised.value.problems] == ["F004"]
    assert office.files() == before


def test_a_slip_in_a_letter_stops_before_anything_is_made(office: Office) -> None:
    path = office.letters / "依頼文.txt"
    path.write_text(path.read_text("utf-8").replace("{{ office }}", "{{ offise }}"), "utf-8")
    before = office.files()
    for dry_run in (False, True):
        with pytest.raises(SheetgenError) as raised:
            office.send(dry_run=dry_run)
        assert [problem.code for problem in raised.value.problems] == ["L011"]
    assert office.files() == before


def test_old_drafts_left_lying_are_told(office: Office) -> None:
    office.send(sections=ONLY)
    for name in ("9999_前の課_実績照会.eml", "9999_前の課_実績照会_依頼文.html"):
        (office.folder / name).write_bytes(b"old")
    (office.folder / "9999_前の課_見直し照会.eml").write_bytes(b"old")
    assert "L023" not in codes(office.send(sections=ONLY))
    (left,) = [problem for problem in office.send().problems if problem.code == "L023"]
    assert left.facts["count"] == 2
    assert "前の課" in describe(left)


def test_the_files_stand_when_the_record_fails(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SheetgenError(Problem("L003"))

    monkeypatch.setattr(posting, "add_sendouts", fail)
    result = office.send(sections=ONLY)
    assert "L003" in codes(result)
    assert result.recorded == 0
    assert len(list(office.folder.iterdir())) == 3
    assert not sendouts_path(office.plan).exists()


def all_bytes(path: Path) -> bytes:
    """ファイルの中身。ブックと、メールに添えたブックは、部品まで開く。"""
    data = path.read_bytes()
    if path.suffix == ".eml":
        found = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        body = found.get_body()
        assert body is not None
        (book,) = found.iter_attachments()
        return b"".join(
            [data, str(body.get_content()).encode(), unzipped(book.get_content()),
             str(book["Content-Disposition"]).encode()]
        )  # fmt: skip
    return unzipped(data) if path.suffix == ".xlsx" else data


def unzipped(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for info in package.infolist():
            assert info.date_time[0] == 1980
            assert (info.comment, info.extra) == (b"", b"")
        assert package.comment == b""
        return b"".join(
            part for name in package.namelist() for part in (name.encode(), package.read(name))
        )


def soiled(template: Path, target: Path, mark: str) -> Path:
    """人の名と場所の残ったテンプレート。Excel で保存すると、こうなる。"""
    with zipfile.ZipFile(template) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = data.replace(
                    b"</cp:coreProperties>",
                    f"<cp:lastModifiedBy>{mark}</cp:lastModifiedBy></cp:coreProperties>".encode(),
                )
                assert mark.encode() in data
            if name == "docProps/app.xml":
                data = data.replace(
                    b"<Application>", f"<Manager>{mark}</Manager><Application>".encode()
                )
                assert mark.encode() in data
            if name == "xl/workbook.xml":
                start = data.index(b">", data.index(b"<workbook")) + 1
                path = (
                    '<x15ac:absPath xmlns:x15ac="http://schemas.microsoft.com/office/'
                    f'spreadsheetml/2010/11/ac" url="C:\\Users\\{mark}\\plan\\"/>'
                )
                data = data[:start] + path.encode() + data[start:]
            out.writestr(name, data)
    return target


def test_nothing_personal_leaves_the_house(
    tmp_path: Path,
    plan_path: Path,
    template_path: Path,
    project_root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark = "KOJINNONA"
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, mark)
    monkeypatch.setattr(socket, "gethostname", lambda: mark)
    monkeypatch.setattr(platform, "node", lambda: mark)
    template = soiled(template_path, tmp_path / "soiled.xlsx", mark)
    office = new_office(tmp_path / mark, plan_path, template, project_root)
    request = DistributeRequest(
        plan=office.plan,
        template=template,
        letters=office.letters,
        root=office.root,
        sections=("経営企画課", "職員課"),
        deadline=DEADLINE,
    )
    distribute(request)
    assert {one.by for one in office.sendouts()} == {mark}  # 中の記録には残る
    made = sorted(office.folder.iterdir())
    assert len(made) == 6
    for path in made:
        data = all_bytes(path)
        for word in (mark, str(tmp_path), "C:\\", "lastModifiedBy"):
            assert word.encode() not in data, (path.name, word)
        if path.suffix != ".html":
            assert "<dc:creator>企画部行政経営担当</dc:creator>".encode() in data


def test_another_citys_plan_and_form_are_sent_alike(tmp_path: Path, project_root: Path) -> None:
    (tmp_path / "data").mkdir()
    plan = second_city.write_plan(tmp_path / "data" / "plan.json")
    request = DistributeRequest(
        plan=plan,
        template=second_city.write_template(tmp_path / "事業票.xlsx"),
        letters=project_root / "templates" / "letters",
        root=tmp_path,
        round=RoundKind.REVISION,
        deadline=DEADLINE,
    )
    result = distribute(request, now=NOW, who="係")
    assert [parcel.section for parcel in result.parcels] == ["総務部 総務課", "総務部 市民課"]
    for parcel in result.parcels:
        text = body_of_path(result.folder / parcel.files[2])
        assert f"{parcel.section}長 様" in text
        assert load(plan)["plan_title"] in text
    assert len(load_sendouts(plan).sendouts) == 2
