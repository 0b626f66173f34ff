"""新しい計画を始める：空の計画、テンプレート、一覧、説明。そして様式まで。"""

from __future__ import annotations

import configparser
import io
import json
import sys
from pathlib import Path
from typing import Any

import new_city
import openpyxl
import pytest
import second_city
from making import changed_plan, item_of, make
from new_city import LIST, fill, full_row
from ooxml import rules
from reporting import document_for, make_report, page_texts, pdf_of

from sheetgen.cli.boundary import main
from sheetgen.plan.loading import load_plan
from sheetgen.plan.saving import render_schema
from sheetgen.problems import ExitCode, SheetgenError, UsageError
from sheetgen.send.checking import check
from sheetgen.year import founding
from sheetgen.year.adding import AddRequest, add_items
from sheetgen.year.founding import init
from sheetgen.year.new_plan import InitResult

FLAGS = ["--municipality", "見本市", "--plan-title", "プラン", "--office", "総務課"]
FLAGS += [
    "--first-year",
    "R7",
    "--years",
    "5",
    "--policy",
    "市民：窓口",
    "--section",
    "総務部 総務課",
]


def test_an_empty_plan_is_sound(tmp_path: Path) -> None:
    plan = load_plan(new_city.start(tmp_path / "市"))
    assert (plan.municipality, plan.municipality_code) == ("見本市", "011002")
    assert plan.fiscal_years == (2025, 2026, 2027, 2028, 2029)
    assert plan.revision.fiscal_year == 2025
    assert plan.is_founding
    assert [(policy.name, measure.number, measure.name) for policy, measure in plan.measures()] == [
        ("市民サービス", 1, "窓口"),
        ("市民サービス", 2, "相談"),
        ("財政", 3, "財政"),
    ]
    assert [owner.full_name for owner in plan.owners()] == [
        "総務部 総務課", "総務部 市民課", "福祉部 相談課",
    ]  # fmt: skip


def test_the_folder_has_all_that_is_needed(tmp_path: Path, project_root: Path) -> None:
    new_city.start(tmp_path)
    copied = {
        p.relative_to(tmp_path).as_posix()
        for p in tmp_path.rglob("*")
        if p.is_file() and not p.name.startswith(".plan.json")  # 錠
    }
    templates = {
        p.relative_to(project_root).as_posix()
        for p in (project_root / "templates").rglob("*")
        if p.is_file() and not p.name.startswith(("~$", ".")) and p.parent.name != "starting"
    }
    own = {"data/plan.json", "data/plan.schema.json", "README.md", LIST}
    assert copied == templates | own
    form = "templates/shinchoku_sheet.xlsx"
    assert (tmp_path / form).read_bytes() == (project_root / form).read_bytes()
    assert (tmp_path / "data" / "plan.schema.json").read_text("utf-8") == render_schema()
    told = (tmp_path / "README.md").read_text("utf-8")
    for name in ("見本市", LIST, "sheetgen add-item", "sheetgen generate"):
        assert name in told


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / LIST
    mine.write_bytes(b"mine")
    with pytest.raises(SheetgenError) as caught:
        new_city.start(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["I001"]
    assert [path.name for path in tmp_path.iterdir()] == [LIST]
    assert mine.read_bytes() == b"mine"
    mine.unlink()
    plan = new_city.start(tmp_path)
    before = plan.read_bytes()
    with pytest.raises(SheetgenError) as caught:
        new_city.start(tmp_path, municipality="よその市")
    assert {problem.code for problem in caught.value.problems} == {"I001"}
    assert plan.read_bytes() == before


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise SheetgenError([])

    monkeypatch.setattr(founding, "save_plan", fail)
    with pytest.raises(SheetgenError):
        new_city.start(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "011003"}, "M044"),
        ({"code": "1100"}, "M043"),
        ({"policies": ("：窓口",)}, "I007"),
        ({"sections": ("総務課",)}, "I004"),
        ({"sections": ("総務部 総務課 係",)}, "I004"),
        ({"municipality": "見\n本"}, "M027"),
    ],
)
def test_a_wrong_answer_writes_nothing(
    tmp_path: Path, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(SheetgenError) as caught:
        init(new_city.request(tmp_path, **changes))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_sections_come_from_a_file(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "部と課.csv"
    lines = [
        "部,課,メール",
        "総務部,総務課,soumu@example.invalid",
        "",
        "総務部,市民課,",
        "福祉部　相談課",
    ]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    request = new_city.request(tmp_path / "city", sections=(), sections_file=path)
    init(request)
    plan = load_plan(tmp_path / "city" / "data" / "plan.json")
    found = [(d.name, s.name, s.email) for d in plan.departments for s in d.sections]
    assert found == [
        ("総務部", "総務課", "soumu@example.invalid"),
        ("総務部", "市民課", None),
        ("福祉部", "相談課", None),
    ]


def test_an_unreadable_file_of_sections(tmp_path: Path) -> None:
    path = tmp_path / "sections.csv"
    for data, codes in (
        (None, ["I008"]),
        (b"\x81\xff\xfe\xff", ["I005"]),
        (b"a\nb c d e\n", ["I004"] * 2),
    ):
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(UsageError) as caught:
            founding.read_sections(path)
        assert [problem.code for problem in caught.value.problems] == codes


def test_the_questions_on_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # 間違えた答えには、わけを告げて、そこだけを聞き直す。
    answers = [
        "9",
        "三次評価型",
        "1",
        "\u3000",
        "見本市",
        "11002",
        "011003",
        "011002",
        "プラン",
        "総務課",
    ]
    answers += ["来年", "令和7年度", "21", ""]
    answers += ["：窓口", "市民：窓口、相談", "：", "財政", ""]
    answers += ["総務課", "総務部 総務課", "市民課", "総務部 市民課", ""]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(answers) + "\n"))
    assert main(["init", str(tmp_path / "city")]) == ExitCode.OK
    plan = load_plan(tmp_path / "city" / "data" / "plan.json")
    assert (plan.municipality, plan.municipality_code, plan.first_year) == (
        "見本市",
        "011002",
        2025,
    )
    assert len(plan.fiscal_years) == 5
    assert [owner.full_name for owner in plan.owners()] == ["総務部 総務課", "総務部 市民課"]
    assert [measure.name for _, measure in plan.measures()] == ["窓口", "相談", "財政"]
    told = capsys.readouterr()
    assert "検査数字" in told.out + told.err  # 合わないコードは、わけを添えて聞き直す


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [("--code", "14214", "6桁"), ("--code", "142141", "検査数字"), ("--years", "21", "20")],
)
def test_a_wrong_flag_is_told_by_its_name(
    option: str, value: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "city"), *FLAGS, option, value]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert option in told
    assert words in told
    assert "plan.json" not in told
    assert not (tmp_path / "city").exists()


def test_a_full_folder_is_told_in_short(tmp_path: Path) -> None:
    new_city.start(tmp_path)
    with pytest.raises(SheetgenError) as caught:
        init(new_city.request(tmp_path))
    [problem] = caught.value.problems
    assert problem.code == "I001"
    assert str(problem.facts["names"]).startswith("data/plan.json、")
    assert str(problem.facts["names"]).endswith("個")


def test_a_folder_already_started_is_told_before_the_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new_city.start(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["init", str(tmp_path)]) == ExitCode.PROBLEMS
    assert "I001" in capsys.readouterr().err


def test_the_next_step_leads_into_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "新しい 市", *FLAGS]) == ExitCode.OK
    assert '  cd "新しい 市"\n' in capsys.readouterr().out
    monkeypatch.chdir(tmp_path / "新しい 市")
    for path in Path().iterdir():
        path.rename(tmp_path / f"前の{path.name}")
    assert main(["init", *FLAGS]) == ExitCode.OK
    assert "  cd " not in capsys.readouterr().out


def test_without_anyone_to_answer_the_flag_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["init", str(tmp_path / "city"), *FLAGS[:4]]) == ExitCode.USAGE
    assert "--office" in capsys.readouterr().err
    assert not (tmp_path / "city").exists()


def test_from_init_to_the_books(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """命令だけで、始めてから様式まで。"""
    monkeypatch.chdir(tmp_path)
    assert main(["init", *FLAGS]) == ExitCode.OK
    assert main(["check"]) == ExitCode.OK
    assert "まだ一つもありません" in capsys.readouterr().out
    fill(tmp_path / LIST, full_row(), full_row("相談の予約"))
    assert main(["add-item", "--from", LIST]) == ExitCode.OK
    assert main(["check"]) == ExitCode.OK
    # 初年度には、まだ聞く実績がない。
    assert main(["generate"]) == ExitCode.USAGE
    assert "--round 見直し照会" in capsys.readouterr().err
    assert main(["generate", "--round", "見直し照会"]) == ExitCode.OK
    books = list((tmp_path / "output" / "令和7年度" / "見直し照会" / "見本").glob("*.xlsx"))
    assert len(books) == 1
    assert rules.violations_of(books) == {}
    sheets = openpyxl.load_workbook(books[0])
    assert {"(1)①", "(1)②"} <= set(sheets.sheetnames)
    texts = {str(cell.value) for row in sheets["(1)①"].iter_rows() for cell in row if cell.value}
    assert any("窓口の統合" in text for text in texts)
    assert not any("新規" in text for text in texts)
    assert main(["export", "--only", "json"]) == ExitCode.OK


def test_check_tells_of_an_address_that_is_none(tmp_path: Path, project_root: Path) -> None:
    plan = new_city.start(tmp_path)
    add_items(AddRequest(plan=plan, source=fill(tmp_path / LIST, full_row())))
    form = project_root / "templates" / "shinchoku_sheet.xlsx"
    assert check(plan, form).problems == ()
    tree = json.loads(plan.read_text("utf-8"))
    tree["departments"][0]["sections"][0]["email"] = "soumu＠city.example.jp"
    plan.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    assert [problem.code for problem in check(plan, form).problems] == ["L021"]


def test_a_city_with_another_form(tmp_path: Path) -> None:
    """四年の計画は、様式を替えれば使える。"""
    result = init(new_city.request(tmp_path, years=4))
    assert result.problems == ()
    plan = tmp_path / "data" / "plan.json"
    add_items(AddRequest(plan=plan, source=fill(tmp_path / LIST, full_row())))
    tree = json.loads(plan.read_text("utf-8"))
    tree["evaluation_scale"] = [
        {"grade": grade, "meaning": grade, "counts": counts}
        for grade, counts in zip(second_city.SCALE, ("achieved", "on_track", "behind"), strict=True)
    ]
    plan.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    form = second_city.write_template(tmp_path / "templates" / "事業票.xlsx")
    assert check(plan, form).problems == ()
    assert [book.forms for book in make(tmp_path, plan, form, year=2026).books] == [1]


def test_another_starting_point_by_flags(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = [*FLAGS, "--kind", "ＫＰＩ型"]
    flags += ["--grade", "◎：達した：達成", "--grade", "△：届かない：遅れ"]
    assert main(["init", str(tmp_path / "kpi"), *flags]) == ExitCode.OK
    plan = load_plan(tmp_path / "kpi" / "data" / "plan.json")
    assert (plan.words.item, plan.round_kinds[-1].label) == ("重点取組", "上半期照会")
    assert [(one.grade, one.counts) for one in plan.evaluation_scale] == [
        ("◎", "achieved"), ("△", "behind"),
    ]  # fmt: skip
    # 次の計画は、ことばと欄も引き継ぎ、その形の様式が入る。
    earlier = tmp_path / "kpi" / "data" / "plan.json"
    result = init(
        new_city.request(tmp_path / "next", source=earlier, first_year=2030, policies=(),
                         sections=(), code=None)
    )  # fmt: skip
    following = load_plan(tmp_path / "next" / "data" / "plan.json")
    assert (following.words.item, following.fields) == (plan.words.item, plan.fields)
    form = Path("templates") / "shinchoku_sheet.xlsx"
    assert (tmp_path / "next" / form).read_bytes() == (tmp_path / "kpi" / form).read_bytes()
    assert "I006" not in {one.code for one in result.problems}
    # 一つの階層の形に、二つめの階層は書けない。
    capsys.readouterr()
    assert main(["init", str(tmp_path / "two"), *FLAGS, "--kind", "二次評価型"]) == ExitCode.USAGE
    assert "I048" in capsys.readouterr().err
    assert not (tmp_path / "two").exists()


def test_a_long_plan_on_a_wide_page_is_told(tmp_path: Path) -> None:
    codes = {
        (kind, years): [one.code for one in init(
            new_city.request(tmp_path / f"{kind}{years}", kind=kind, years=years)
        ).problems]
        for kind, years in (("伊勢原型", 7), ("伊勢原型", 8), ("KPI型", 10))
    }  # fmt: skip
    assert codes == {("伊勢原型", 7): [], ("伊勢原型", 8): ["I049"], ("KPI型", 10): []}


def test_the_list_offers_choices_and_is_sound(tmp_path: Path) -> None:
    new_city.start(tmp_path)
    path = tmp_path / LIST
    assert rules.violations_of([path]) == {}
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["実施項目", "書き方", "選択肢"]
    offered = [
        one for one in book["実施項目"].data_validations.dataValidation if one.type == "list"
    ]
    assert len(offered) == 3
    choices = [row[:2] for row in book["選択肢"].values]
    assert choices[1] == ("1 窓口", "総務部 総務課")
    again = tmp_path / "again"
    new_city.start(again)
    assert (again / LIST).read_bytes() == path.read_bytes()


def test_every_template_is_installed(project_root: Path) -> None:
    """setup.cfg の data_files に、テンプレートのどのフォルダーもある。"""
    config = configparser.ConfigParser()
    config.read(project_root / "setup.cfg", encoding="utf-8")
    installed = {}
    for target, patterns in config["options.data_files"].items():
        for pattern in patterns.split():
            for path in project_root.glob(pattern):
                installed[path.relative_to(project_root).as_posix()] = f"{target}/{path.name}"
    wanted = {
        path.relative_to(
            project_root
        ).as_posix(): f"share/sheetgen/{path.relative_to(project_root).as_posix()}"
        for path in (project_root / "templates").rglob("*")
        if path.is_file() and not path.name.startswith(("~$", "."))
    }
    assert installed == wanted


# --- 次の計画 ---


def next_plan(folder: Path, earlier: Path, **changes: Any) -> InitResult:
    """前の計画から引き継いで始める。"""
    wishes: dict[str, Any] = {
        "plan_title": "第７次行財政改革推進計画", "first_year": 2028, "years": 5, "code": None,
        "policies": (), "sections": (), "source": earlier,
    }  # fmt: skip
    return init(new_city.request(folder, **(wishes | changes)))


def listed_rows(folder: Path) -> list[dict[str, object]]:
    """一覧の、書かれている行。見出しから値へ。"""
    heads, *rows = openpyxl.load_workbook(folder / LIST)["実施項目"].iter_rows(values_only=True)
    found = [dict(zip(map(str, heads), row, strict=True)) for row in rows]
    return [row for row in found if any(value is not None for value in row.values())]


def test_the_next_plan_takes_over_what_stays(tmp_path: Path, plan_path: Path) -> None:
    def change(plan: dict[str, Any]) -> None:
        plan["departments"][0]["sections"][0]["email"] = "kikaku@example.invalid"
        plan["evaluation_scale"][0]["meaning"] = "よくできた"
        item = item_of(plan, "08-08")
        for year, value in ((0, 34), (1, 37)):
            item["years"][year]["result"].update(value=value, text="・進めた。", grade="A")

    source = changed_plan(plan_path, tmp_path / "前.json", change)
    before, old = source.read_bytes(), load_plan(source)
    result = next_plan(tmp_path / "次", source)
    assert source.read_bytes() == before
    new = load_plan(tmp_path / "次" / "data" / "plan.json")
    assert new.fiscal_years == (2028, 2029, 2030, 2031, 2032)
    assert new.is_founding
    assert (new.departments, new.evaluation_scale) == (old.departments, old.evaluation_scale)
    assert [(p.name, p.description) for p in new.policies] == [
        (p.name, p.description) for p in old.policies
    ]
    assert new.item_count == 0
    rows = listed_rows(tmp_path / "次")
    assert [row["前の計画のID"] for row in rows] == [item.id for _, _, item in old.items()]
    row = next(row for row in rows if row["前の計画のID"] == "08-08")
    assert row["実施項目"] == "自動販売機設置場所の貸付拡大"
    assert row["指標の現状値"] == 37  # 最後に分かっている実績値
    left = [name for name in row if name.startswith("令和") or "目標値" in name]
    assert len(left) == 17
    assert {row[name] for name in left} == {None}
    told = next(problem for problem in result.problems if problem.code == "S141")
    assert told.facts == {"items": 74, "actual": 1, "references": 5}
    assert rules.violations_of([tmp_path / "次" / LIST]) == {}


def test_what_is_taken_over_is_added_with_its_trace(
    tmp_path: Path, plan_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "次"
    next_plan(folder, plan_path, items=("08-08", "08-12"))
    plan = folder / "data" / "plan.json"
    assert {row["前の計画のID"] for row in listed_rows(folder)} == {"08-08", "08-12"}
    assert add_items(AddRequest(plan=plan, source=folder / LIST)).saved
    new = load_plan(plan)
    assert [item.id for _, _, item in new.items()] == ["08-01", "08-02"]
    assert new.new_item_count == 0
    assert {item.introduced for _, _, item in new.items()} == {2028}
    assert main(["history", "08-01", "--plan", str(plan)]) == ExitCode.OK
    assert "前の計画の 08-08 を引き継いだ" in capsys.readouterr().out


def test_an_item_the_plan_has_not_is_told(tmp_path: Path, plan_path: Path) -> None:
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"items": ("08-08", "99-01")}, "S140"),
        ({"source": None, "items": ("08-08",), "policies": ("市民：窓口",)}, "S143"),
    )
    for changes, code in cases:
        with pytest.raises(UsageError) as caught:
            next_plan(tmp_path / "次", plan_path, **changes)
        assert [problem.code for problem in caught.value.problems] == [code]
        assert not (tmp_path / "次").exists()


def test_new_policies_leave_the_measure_to_be_chosen(tmp_path: Path, plan_path: Path) -> None:
    result = next_plan(tmp_path / "次", plan_path, policies=("市民：窓口",), items=("08-08",))
    assert [problem.code for problem in result.problems] == ["S141", "S142"]
    (row,) = listed_rows(tmp_path / "次")
    assert row["推進項目"] is None


def test_only_the_title_is_asked_of_the_next_plan(
    tmp_path: Path, plan_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("第７次計画\n"))
    folder = tmp_path / "次"
    assert main(["init", str(folder), "--from", str(plan_path)]) == ExitCode.OK
    plan = load_plan(folder / "data" / "plan.json")
    assert (plan.plan_title, plan.first_year, len(plan.fiscal_years)) == ("第７次計画", 2028, 5)


def test_the_document_of_the_first_year_is_the_plan_itself(tmp_path: Path) -> None:
    """前は二年目の年次見直しになり、初年度の文書は作れなかった。"""
    plan = new_city.start(tmp_path)
    add_items(AddRequest(plan=plan, source=fill(tmp_path / LIST, full_row())))
    document = document_for(tmp_path, plan=plan)
    assert document.cover.subject == "-アクションプラン"
    assert document.cover.title == "（令和７年度から令和１１年度まで）"
    assert document.revision.heading[-1] == "概要"
    assert document.revision.highlights is None
    assert document.sheets.heading[-1] == "実施項目について"
    assert not any(row.is_new for table in document.revision.tables
                   for section in table.sections for row in section.rows)  # fmt: skip
    assert {one.badge for one in document.sheets.items} == {""}
    result = make_report(tmp_path, plan=plan)
    assert not {problem.code for problem in result.problems} & {"D012", "D013", "D017", "D019"}
    assert {file.path.stem for file in result.files} == {"令和７年度アクションプラン"}
    text = "".join(page_texts(pdf_of(result)))
    for word in ("年次見直し", "新規", "令和６年度"):
        assert word not in text
    # 主なポイントを書けば、そのページができる。前の年度の件数は言わない。
    tree = json.loads(plan.read_text("utf-8"))
    tree["revision"]["highlights"] = [{"policy": 1, "text": "▪ 始める", "is_new": False}]
    plan.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    highlights = document_for(tmp_path, plan=plan).revision.highlights
    assert highlights is not None
    assert (highlights.before, highlights.after) == ("", "令和７年度の実施項目数；１件")
    pages = page_texts(pdf_of(make_report(tmp_path, plan=plan)))
    assert any("令和７年度の実施項目数；１件" in page and "➩" not in page for page in pages)
