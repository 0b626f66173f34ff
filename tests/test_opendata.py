"""オープンデータの書き出し：文字化けしないこと、式にならないこと、いつも同じであること。"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import second_city
from hypothesis import given
from hypothesis import strategies as st
from journal_samples import ONE, TWO, VALUE, back, lay, line, value
from plan_samples import sample_plan
from programs import soffice_convert

from sheetgen.cli.boundary import main
from sheetgen.plan.loading import load_plan
from sheetgen.plan.plan import Plan
from sheetgen.plan.years import PlanYears
from sheetgen.problems import ExitCode
from sheetgen.publish.exporting import DataFormat, ExportRequest, csv_text, export
from sheetgen.publish.opendata.dataset import build_dataset
from sheetgen.publish.opendata.printed import (
    Becomes,
    Characters,
    becomes,
    clean_unit,
    is_dependent,
    read_figure,
    read_sections,
)
from sheetgen.records.journal import Action, JournalEntry
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
    plan["open_data"] = {"contact": "試験課 電話 000-1111"}
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


def test_characters_with_two_numbers_are_made_one() -> None:
    """Windows と規格で番号の違う字、半角カナ、全角の空白。"""
    characters = Characters()
    assert characters.plain("●　R7～R9、R7〜R9　など") == "● R7~R9、R7~R9 など"
    assert characters.plain("ﾋﾞｼﾞﾈｽ･ﾊﾟｿｺﾝ､ｱﾞ") == "ビジネス・パソコン、ア゛"
    assert characters.unusual == set()
    assert characters.replaced["ﾋﾞ"] == "ビ"
    assert characters.replaced["ｱ"] == "ア"
    assert characters.replaced["～"] == "~"


def test_no_addresses_are_published(hostile: Path) -> None:
    for path in hostile.iterdir():
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            text = str([list(sheet.values) for sheet in book])
        else:
            text = path.read_text("utf-8")
        assert "example.invalid" not in text.replace("http://example.invalid", ""), path.name
        assert "000-0000" not in text
    assert "試験課 電話 000-1111" in (hostile / "metadata.csv").read_text("utf-8")
    assert "試験課 電話 000-1111" in (hostile / "datapackage.json").read_text("utf-8")


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
    wanted = [one.replace("－", "-") for one in [*FORMULAS, *KEPT]]
    assert wanted == texts[: len(wanted)]
    sheet = openpyxl.load_workbook(hostile / "action_plan.xlsx")["実施項目の文章"]
    found = [row[-1] for row in sheet.values]
    assert set(wanted) <= set(found)
    assert {row["municipality_code"] for row in records} == {"011002"}


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path, project_root: Path) -> None:
    plan = project_root / "data" / "plan.json"
    first = export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "a"))
    second = export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "b"))
    assert [one.read_bytes() for one in first.files] == [one.read_bytes() for one in second.files]
    again = export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "a"))
    assert again.unchanged == len(again.files) == 19
    assert again.kept_aside == ()


def test_another_city_needs_no_code(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    result = export(ExportRequest(plan=plan, root=tmp_path, formats=(DataFormat.JSON,)))
    codes = [problem.code for problem in result.problems]
    assert codes == ["X001", "X004", "X006", "X007", "X008"]
    tree = json.loads(result.files[0].read_text("utf-8"))
    figures = tree["tables"]["yearly_figures"]["rows"]
    effects = {
        (row["item_id"], row["fiscal_year"]): row["value"]
        for row in figures
        if row["kind_code"] == "effect"
    }
    items = json.loads(plan.read_text("utf-8"))["policies"][0]["measures"][0]["entries"]
    assert effects == {
        (f"item-{item['id']}", year["fiscal_year"]): year["effect"]
        if year["effect"] != "-"
        else None
        for item in items
        for year in item["years"]
        if year["fiscal_year"] >= item["introduced"]
    }
    assert (len(items), len(effects)) == (3, 10)
    assert [row["code"] for row in tree["tables"]["code_list"]["rows"]][-1:] != []


def rows_of(dataset: DataSet, name: str) -> list[dict[str, Any]]:
    """表の行を、英数字の名から値への辞書で。"""
    table = dataset.table(name)
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def keys(row: dict[str, Any]) -> str:
    """主キーか、結合先か。"""
    refers = row["refers"] and f"→ `{row['refers']}`"
    return "、".join(filter(None, ("主キー" if row["key"] else "", refers)))


def dictionary_page(dataset: DataSet) -> str:
    """データ項目定義書を、表ごとの節にする。"""
    rows = rows_of(dataset, "data_dictionary")
    parts = []
    for table in dataset.tables:
        lines = [f"### {table.title}（`{table.name}`）", "", table.note, ""]
        lines += ["| 項目名 | 英数字の名 | 型 | 単位 | キー | 説明 |", "|---|---|---|---|---|---|"]
        lines += [
            f"| {row['title']} | `{row['column']}` | {row['type']}（{row['type_english']}） "
            f"| {row['unit'] or ''} | {keys(row)} | {row['note']} |"
            for row in rows
            if row["table"] == table.name
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def cautions_page(dataset: DataSet) -> str:
    """表計算ソフトで変わる値の一覧。"""
    lines = ["| ファイル | 列 | 値 | 変わる先 | 行 |", "|---|---|---|---|---|"]
    lines += [
        f"| `{row['table']}.csv` | `{row['column']}` | {row['text']} | {row['becomes']} "
        f"| {row['first_line']} |"
        for row in rows_of(dataset, "spreadsheet_cautions")
    ]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "page"), [("項目の一覧", dictionary_page), ("変わる値の一覧", cautions_page)]
)
def test_the_page_has_what_the_data_say(
    project_root: Path, request: pytest.FixtureRequest, name: str, page: Any
) -> None:
    path = project_root / "docs" / "open-data.md"
    before, begin, rest = path.read_text("utf-8").partition(f"<!-- {name}: ここから -->")
    _, end, after = rest.partition(f"<!-- {name}: ここまで -->")
    dataset = build_dataset(PlanYears(load_plan(project_root / "data" / "plan.json")))
    expected = f"{before}{begin}\n\n{page(dataset)}\n\n{end}{after}"
    if request.config.getoption("--update-docs"):
        path.write_text(expected, encoding="utf-8", newline="\n")
    assert path.read_text("utf-8") == expected


def test_a_percent_format_is_published_as_percent() -> None:
    plan = sample_plan()
    item = plan["policies"][0]["measures"][0]["entries"][0]
    item["indicator"] |= {"unit": None, "number_format": "0.0%", "current": 0.985, "target": 1}
    rows = build_dataset(PlanYears(Plan.model_validate(plan))).table("indicators").rows[:2]
    assert [row[7:9] for row in rows] == [(98.5, "%"), (100, "%")]


def test_the_command(
    tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: object
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = str(project_root / "data" / "plan.json")
    assert main(["export", "--plan", plan, "--only", "csv"]) == ExitCode.OK
    folder = tmp_path / "output" / "令和6年度" / "オープンデータ"
    assert len(list(folder.glob("*.csv"))) == len(list(folder.iterdir())) - 1 == 16
    assert main(["export", "--plan", plan, "--only", "pdf"]) == ExitCode.USAGE
    assert main(["export", "--plan", "ない.json"]) == ExitCode.PROBLEMS


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2(78)", (2, "件", 78, None, None)),
        ("１，２００人以上", (1200, "人", None, "at_least", None)),
        ("△1.5", (-1.5, "件", None, None, None)),
        ("約3件", (3, "件", None, "about", None)),
        ("2.5億円(令和4年度当初予算)", (2.5, "億円", None, None, "令和4年度当初予算")),
        ("5月に実施", (None, None, None, None, None)),
        ("1/2", (None, None, None, None, None)),
        ("12,34", (None, None, None, None, None)),
        ("検討(2件)", (None, None, None, None, None)),
    ],
)
def test_a_figure_in_words_is_read(text: str, wanted: tuple[Any, ...]) -> None:
    assert tuple(read_figure(text, "件", {"件", "人"})) == wanted


@pytest.mark.parametrize("unit", ["-", "ー", "－", "–", "‐", None])
def test_no_unit_is_said_in_one_way(unit: str | None) -> None:
    assert clean_unit(unit) == "単位なし"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "第１・２・３係",
            [(None, "第1係", "one"), (None, "第2係", "one"), (None, "第3係", "one")],
        ),
        ("総務課ほか", [("総務部", "総務課", "and_others")]),
        ("総務部各課", [("総務部", "総務部各課", "group")]),
        ("窓口課･ひろば", [(None, "窓口課・ひろば", "one")]),
        ("相談課", [(None, "相談課", "one")]),  # 二つの部にあるので、決めない
        ("その他", [(None, "その他", "group")]),
    ],
)
def test_a_related_section_is_divided(text: str, wanted: list[tuple[Any, ...]]) -> None:
    departments = {"総務部": ["総務課", "相談課"], "福祉部": ["相談課"]}
    assert [tuple(one) for one in read_sections(text, departments)] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1/2", Becomes.DATE),
        ("１／２", Becomes.DATE),
        ("08-08", Becomes.DATE),
        ("2024-03", Becomes.DATE),
        ("2024/8/1", Becomes.DATE),
        ("3月1日", Becomes.DATE),
        ("令和6年4月", Becomes.DATE),
        ("R6.4.1", Becomes.DATE),
        ("10:30", Becomes.DATE),
        ("Mar-24", Becomes.DATE),
        ("0012", Becomes.NUMBER),
        ("011002", Becomes.NUMBER),
        ("(1)", Becomes.NUMBER),
        ("1,200", Becomes.NUMBER),
        ("99.0", Becomes.NUMBER),
        ("1E5", Becomes.NUMBER),
        ("60％", Becomes.NUMBER),
        ("123456789012", Becomes.NUMBER),
        ("TRUE", Becomes.OTHER),
        ("#N/A", Becomes.OTHER),
        ("12", None),
        ("-1.5", None),
        ("142140", None),
        ("13/40", None),
        ("-", None),
        ("検討", None),
        ("item-08-08", None),
        ("令和6年度", None),
        ("2(78)", None),
        ("5月に実施", None),
    ],
)
def test_what_a_spreadsheet_changes(text: str, wanted: Becomes | None) -> None:
    assert becomes(text) is wanted


def test_the_values_a_spreadsheet_changes_are_listed() -> None:
    plan = sample_plan(municipality_code="011002")
    first, second = plan["policies"][0]["measures"][0]["entries"]
    first["indicator"] |= {"current": "1/2", "target": "0012"}
    second["indicator"] |= {"current": "1/2", "target": 3}
    dataset = build_dataset(PlanYears(Plan.model_validate(plan)))
    cautions = {
        (row["table"], row["text"]): row for row in rows_of(dataset, "spreadsheet_cautions")
    }
    dated = cautions["indicators", "「1/2」"]
    assert (dated["column"], dated["becomes_code"]) == ("printed", "date")
    assert (dated["first_line"], dated["cells"]) == (2, 2)
    numbered = cautions["indicators", "「0012」"]
    assert (numbered["becomes_code"], numbered["first_line"], numbered["cells"]) == ("number", 3, 1)
    # 先頭の 0 の落ちるコードは、どの表のものも挙げる。
    assert cautions["items", "「011002」"]["cells"] == 2
    assert cautions["owners", "「011002」"]["column"] == "municipality_code"
    told = {
        (row["table"], row["column"]): row["cautions"]
        for row in rows_of(dataset, "data_dictionary")
    }
    assert told["indicators", "printed"] == 2
    assert told["indicators", "value"] == 0
    assert sum(told.values()) == len(cautions)
    # この表と項目定義書の中の値は、開いても変わらない。
    for name in ("spreadsheet_cautions", "data_dictionary"):
        for row in dataset.table(name).rows:
            assert not any(isinstance(one, str) and becomes(one) for one in row), row


def laid(folder: Path, *lines: JournalEntry, **changes: Any) -> Path:
    """小さな計画と記録簿を置く。"""
    folder.mkdir(exist_ok=True)
    path = folder / "plan.json"
    path.write_text(json.dumps(sample_plan(**changes), ensure_ascii=False), encoding="utf-8")
    if lines:
        lay(path, *lines)
    return path


def exported(plan: Path, out: Path) -> tuple[dict[str, list[dict[str, str]]], dict[str, Any]]:
    """書き出した CSV と datapackage.json。"""
    export(ExportRequest(plan=plan, root=out, out=out))
    tables = {}
    for path in out.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            tables[path.stem] = list(csv.DictReader(stream))
    return tables, json.loads((out / "datapackage.json").read_text("utf-8"))


def told(tables: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    """データセットの説明。"""
    return {row["項目（英数字）"]: row["内容"] for row in tables["metadata"]}


def test_the_dates_come_from_the_records(tmp_path: Path) -> None:
    """日付は記録簿の最後の記録から。記録がなければ公表年月から。今の時刻は使わない。"""
    before, package = exported(laid(tmp_path / "a"), tmp_path / "a" / "out")
    assert (told(before)["modified"], package["modified"]) == ("2026-03", "2026-03")
    assert "created" not in package
    book = openpyxl.load_workbook(tmp_path / "a" / "out" / "action_plan.xlsx")
    assert book.properties.created == datetime(2026, 3, 1)
    lines = [value("r1", 3), value("r1", 4, item=TWO), value("r2", 5, old=3)]
    undoing = back("r3", "r2", item=ONE, path=VALUE, label="実績値", old=5, new=3)
    waived = line("r4", Action.WAIVE, item=ONE, code="R223")
    plan = laid(tmp_path / "b", *lines, *undoing, waived)
    after, package = exported(plan, tmp_path / "b" / "out")
    assert (told(after)["modified"], package["modified"]) == ("2026-07-03", "2026-07-03")
    assert package["created"] == "2026-07-03T00:00:00Z"
    book = openpyxl.load_workbook(tmp_path / "b" / "out" / "action_plan.xlsx")
    assert book.properties.created == book.properties.modified == datetime(2026, 7, 3)
    shown = [
        tuple(
            row[title] for title in ("日付", "変更の種類コード", "照会", "実施項目の数", "値の数")
        )
        for row in after["history"]
    ]
    assert shown == [
        ("2026-03", "published", "", "", ""),
        ("2026-07-01", "recorded", "実績照会", "2", "2"),
        ("2026-07-02", "recorded", "実績照会", "1", "1"),
        ("2026-07-03", "undone", "実績照会", "1", "1"),
    ]
    assert {row["年度（西暦）"] for row in after["history"]} == {"2026"}
    # 人の名は、どのファイルにも入らない。
    assert not [
        path.name
        for path in (tmp_path / "b" / "out").iterdir()
        if "係r1".encode() in path.read_bytes()
    ]
    again = export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "b" / "out"))
    assert again.unchanged == len(again.files) == 19


def test_changes_after_the_plan_was_closed_are_not_its_history(tmp_path: Path) -> None:
    """しまった計画を書き出すとき、次の年度を開いたあとの記録は、その計画の変更ではない。"""
    lines = [
        value("r1", 3),
        line("r2", Action.ROLLOVER, round=None, path="revision.fiscal_year", old=2026, new=2027),
        value("r3", 4),
    ]
    closed, _ = exported(laid(tmp_path / "a", *lines), tmp_path / "a" / "out")
    assert told(closed)["modified"] == "2026-07-01"
    revision = sample_plan()["revision"] | {"fiscal_year": 2027, "published": "2027-03"}
    opened, _ = exported(laid(tmp_path / "b", *lines, revision=revision), tmp_path / "b" / "out")
    assert told(opened)["modified"] == "2026-07-03"
    kinds = [(row["変更の種類コード"], row["年度（西暦）"]) for row in opened["history"]]
    assert kinds == [
        ("recorded", "2026"), ("rolled_over", "2027"), ("recorded", "2026"), ("published", "2027"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "url", "licenses", "codes"),
    [
        (None, None, None, ["X004"]),
        ("CC-BY-4.0", None, ("CC-BY-4.0", "creativecommons.org/licenses/by/4.0/"), []),
        ("PDL-1.0", None, (None, "public_data_license_v1.0"), []),
        ("見本市の決まり", None, None, ["X005"]),
        ("見本市の決まり", "https://example.invalid/rule", (None, "example.invalid/rule"), []),
    ],
)
def test_the_licence_is_what_the_plan_says(
    tmp_path: Path, given: str | None, url: str | None, licenses: Any, codes: list[str]
) -> None:
    plan = laid(tmp_path, open_data={"license": given, "license_url": url, "contact": "試験課"})
    result = export(ExportRequest(plan=plan, root=tmp_path, out=tmp_path / "out"))
    assert [one.code for one in result.problems if one.code in ("X004", "X005", "X006")] == codes
    tables, package = exported(plan, tmp_path / "out")
    assert told(tables)["contact"] == package["contact"] == "試験課"
    if licenses is None:
        assert "licenses" not in package
        assert (given or "決まっていない") in told(tables)["license"]
        return
    [license_] = package["licenses"]
    name, part = licenses
    assert (license_.get("name"), license_["title"]) == (name, told(tables)["license"])
    assert part in license_["path"] == told(tables)["license_url"]


def frictionless_errors(folder: Path) -> list[str]:
    """Frictionless で datapackage.json と CSV を確かめ、誤りの種類を返す。"""
    from frictionless import Package, system

    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    return [row[0] for row in report.flatten(["type"])]


def test_frictionless_finds_no_error(hostile: Path, tmp_path: Path, project_root: Path) -> None:
    plan = json.loads((project_root / "data" / "plan.json").read_text("utf-8"))
    item = plan["policies"][0]["measures"][0]["entries"][0]
    item["years"][0]["result"] |= {"value": 1, "effect": -0.5, "grade": "A"}
    item["overall_grade"] = "B"
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    out = tmp_path / "out"
    export(ExportRequest(plan=path, root=tmp_path, out=out, formats=(DataFormat.CSV,)))
    assert frictionless_errors(out) == []
    assert frictionless_errors(hostile) == []
    # 型、キー、結合、符号が、ほんとうに確かめられている。
    for name, old, new, kind in (
        ("grades", ",A,", ",Z,", "foreign-key"),
        ("yearly_figures", ",千円,number,", ",千円,nonsense,", "constraint-error"),
        ("reports", ",2024,", ",6,", "type-error"),
        ("owners", "item-01-01", "item-99-99", "foreign-key"),
    ):
        target = out / f"{name}.csv"
        whole = target.read_bytes()
        assert old.encode() in whole
        target.write_bytes(whole.replace(old.encode(), new.encode(), 1))
        assert kind in frictionless_errors(out), name
        target.write_bytes(whole)
