"""オープンデータの書き出し：文字化けしないこと、式にならないこと、いつも同じであること。"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
import second_city
from hypothesis import given
from hypothesis import strategies as st
from plan_samples import sample_plan
from programs import soffice_convert

from sheetgen.cli.boundary import main
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.problems import ExitCode
from sheetgen.publish.exporting import DataFormat, ExportRequest, csv_text, export
from sheetgen.publish.opendata.dataset import build_dataset
from sheetgen.publish.opendata.source import Characters, is_dependent
from sheetgen.xlsx.data_book import DataSet

FORMULAS = ["=1+1", "+81 90", "-検討", "@SUM(A1)", "＝1+1", "－未定", "＋α", "＠市", "-1+2"]
KEPT = ["-", "ー", "－", "検討", "-5", "+5", "-12.5", "・=1"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """式に見える文字、負の数、カンマ、引用符を入れた計画から書き出した CSV。"""
    root = tmp_path_factory.mktemp("hostile")
    plan = sample_plan(municipality_code="011002")
    first, second = plan["policies"][0]["measures"][0]["entries"]
    first["title"] = '=HYPERLINK("http://example.invalid","一,二")'
    first["years"][0] |= {"plan": "\n".join([*FORMULAS, *KEPT]), "target": -1.5, "effect": "-"}
    second["indicator"]["unit"] = "㎡"
    plan["departments"][0]["sections"][0]["email"] = "secret@example.invalid"
    plan["contact"] = {"phone": "000-0000", "email": "office@example.invalid"}
    path = root / "plan.json"
    path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return export(ExportRequest(plan=path, root=root)).folder


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_disarmed(text: str) -> None:
    assert csv_text(text) == f"'{text}"


@pytest.mark.parametrize("text", KEPT)
def test_marks_and_numbers_stay_as_they_are(text: str) -> None:
    assert csv_text(text) == text


@given(st.text(min_size=2))
def test_no_text_starts_a_formula(text: str) -> None:
    shown = csv_text(text)
    assert shown in (text, f"'{text}")
    if shown[0] in "=+-@＝＋－＠":
        float(shown)  # こう始まってよいのは、ただの数だけ


def test_numbers_are_written_as_they_are() -> None:
    assert [csv_text(one) for one in (0, -120.5, 99.0, None, -3)] == [
        "0", "-120.5", "99.0", "", "-3",
    ]  # fmt: skip


@given(st.text())
def test_replacing_characters_is_done_once(text: str) -> None:
    once = Characters().plain(text)
    again = Characters()
    assert again.plain(once) == once
    assert again.replaced == {}


def test_a_name_keeps_its_rare_character() -> None:
    characters = Characters()
    assert characters.plain("髙橋①㎡") == "髙橋(1)m2"
    assert characters.unusual == {"髙"}
    assert is_dependent("㋿")


def test_no_addresses_are_published(hostile: Path) -> None:
    for path in hostile.iterdir():
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            text = str([list(sheet.values) for sheet in book])
        else:
            text = path.read_text("utf-8")
        assert "example.invalid" not in text.replace("http://example.invalid", ""), path.name
        assert "000-0000" not in text


def _open_in_libreoffice(sources: list[Path], folder: Path) -> None:
    """画面では BOM から選ばれる文字コード（UTF-8、76番）を、画面のない実行では指定する。"""
    by_number = "--infilter=Text - txt - csv (StarCalc):44,34,76,1"
    soffice_convert(sources, folder, "xlsx", options=[by_number])


def test_libreoffice_reads_the_same(hostile: Path, tmp_path: Path) -> None:
    """CSV を LibreOffice で開いても、どの値も csv モジュールで読むのと同じに見える。"""
    names = ("item_texts", "yearly_figures", "items")
    _open_in_libreoffice([hostile / f"{name}.csv" for name in names], tmp_path)
    for name in names:
        with (hostile / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            wanted = list(csv.reader(stream))
        sheet = openpyxl.load_workbook(tmp_path / f"{name}.xlsx").worksheets[0]
        assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"], name
        seen = [["" if cell is None else cell for cell in row] for row in sheet.values]
        assert len(seen) == len(wanted)
        for got, want in zip(seen, wanted, strict=True):
            for cell, text in zip(got, want, strict=True):
                same = str(cell) == text if isinstance(cell, str) else float(text) == cell
                assert same, (name, cell, text)


def test_the_book_and_the_json_keep_the_text_itself(hostile: Path) -> None:
    tree = json.loads((hostile / "action_plan.json").read_text("utf-8"))
    records = tree["tables"]["item_texts"]["rows"]
    texts = [row["text"] for row in records if row["kind_code"] == "plan"]
    assert [*FORMULAS, *KEPT] == texts[: len(FORMULAS) + len(KEPT)]
    sheet = openpyxl.load_workbook(hostile / "action_plan.xlsx")["実施項目の文章"]
    found = [row[-1] for row in sheet.values]
    assert set(FORMULAS) <= set(found)
    assert {row["municipality_code"] for row in records} == {"011002"}


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path, project_root: Path) -> None:
    plan = project_root / "data" / "plan.json"
    first = export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "a"))
    second = export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "b"))
    assert [one.read_bytes() for one in first.files] == [one.read_bytes() for one in second.files]
    again = export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "a"))
    assert again.unchanged == len(again.files) == 14
    assert again.kept_aside == ()


def test_another_city_needs_no_code(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    result = export(ExportRequest(plan=plan, root=tmp_path, formats=(DataFormat.JSON,)))
    assert [problem.code for problem in result.problems] == ["X001"]
    tree = json.loads(result.files[0].read_text("utf-8"))
    figures = tree["tables"]["yearly_figures"]["rows"]
    assert len(figures) == 3 * 4 * 4
    effects = [row["value"] for row in figures if row["kind_code"] == "effect"]
    assert effects[:4] == [100, 200, 300.5, None]
    assert [row["code"] for row in tree["tables"]["code_list"]["rows"]][-1:] != []


def dictionary_page(dataset: DataSet) -> str:
    """データ項目定義書を、表ごとの節にする。"""
    columns = [column.name for column in dataset.table("data_dictionary").columns]
    rows = [dict(zip(columns, row, strict=True)) for row in dataset.table("data_dictionary").rows]
    parts = []
    for table in dataset.tables:
        lines = [f"### {table.title}（`{table.name}`）", "", table.note, ""]
        lines += ["| 項目名 | 英数字の名 | 型 | 単位 | 説明 |", "|---|---|---|---|---|"]
        lines += [
            f"| {row['title']} | `{row['column']}` | {row['type']} | {row['unit'] or ''} "
            f"| {row['note']} |"
            for row in rows
            if row["table"] == table.name
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def test_the_page_has_the_data_dictionary(
    project_root: Path, request: pytest.FixtureRequest
) -> None:
    path = project_root / "docs" / "open-data.md"
    before, begin, rest = path.read_text("utf-8").partition("<!-- 項目の一覧: ここから -->")
    _, end, after = rest.partition("<!-- 項目の一覧: ここまで -->")
    dataset = build_dataset(load_plan(project_root / "data" / "plan.json"))
    expected = f"{before}{begin}\n\n{dictionary_page(dataset)}\n\n{end}{after}"
    if request.config.getoption("--update-docs"):
        path.write_text(expected, encoding="utf-8", newline="\n")
    assert path.read_text("utf-8") == expected


def test_a_percent_format_is_published_as_percent() -> None:
    plan = sample_plan()
    item = plan["policies"][0]["measures"][0]["entries"][0]
    item["indicator"] |= {"unit": None, "number_format": "0.0%", "current": 0.985, "target": 1}
    rows = build_dataset(Plan.model_validate(plan)).table("indicators").rows[:2]
    assert [row[-5:-3] for row in rows] == [(98.5, "%"), (100, "%")]


def test_the_command(
    tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: object
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = str(project_root / "data" / "plan.json")
    assert main(["export", "--plan", plan, "--only", "csv"]) == ExitCode.OK
    folder = tmp_path / "output" / "令和6年度" / "オープンデータ"
    assert len(list(folder.glob("*.csv"))) == len(list(folder.iterdir())) == 12
    assert main(["export", "--plan", plan, "--only", "pdf"]) == ExitCode.USAGE
    assert main(["export", "--plan", "ない.json"]) == ExitCode.PROBLEMS
