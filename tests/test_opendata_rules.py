"""公開する表が、二つの決まりのどの項目も満たすこと。

docs/open-data.md は、規則ごとに、それを守るここの試験の名を挙げている。
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetgen.publish.exporting import DataFormat, ExportRequest, export
from sheetgen.publish.opendata.printed import is_dependent

Row = dict[str, str]
CODE_COLUMN = "全国地方公共団体コード"
VALUE, STATE, PRINTED, UNIT = "値", "値の状態コード", "記載された文字", "単位"
DESCRIBING = {
    "grade_scale", "history", "code_list", "character_replacements", "metadata",
    "spreadsheet_cautions", "data_dictionary",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """実物の計画から書き出した一式。二つの実績と評価を入れてある。

    01-05 は令和６年度に加わった実施項目で、令和５年度の実績は、書かれていても載せない。
    """
    root = tmp_path_factory.mktemp("opendata")
    plan = json.loads((project_root / "data" / "plan.json").read_text("utf-8"))
    item, *_, late, _ = (
        one for one in plan["policies"][0]["measures"][0]["entries"] if one["type"] == "item"
    )
    assert (item["id"], late["id"], late["introduced"]) == ("01-01", "01-05", 2024)
    item["years"][0]["result"] = {
        "text": "・進めた。\n・=1+1 と書いた。", "value": 0, "effect": -120.5, "grade": "A",
    }  # fmt: skip
    late["years"][0]["result"] = {"text": "・前の年。", "value": 7, "effect": 777, "grade": "B"}
    path = root / "plan.json"
    path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    result = export(ExportRequest(plan=path, root=root))
    assert [one.place.item for one in result.problems if one.code == "X008"] == ["01-05"]
    return result.folder


@pytest.fixture(scope="module")
def texts(folder: Path) -> dict[str, str]:
    """CSV の文字（BOM を除く）。"""
    return {
        path.stem: path.read_bytes().decode("utf-8-sig") for path in sorted(folder.glob("*.csv"))
    }


@pytest.fixture(scope="module")
def tables(texts: dict[str, str]) -> dict[str, list[Row]]:
    """CSV の表。"""
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}


@pytest.fixture(scope="module")
def book(folder: Path) -> Any:
    return openpyxl.load_workbook(folder / "action_plan.xlsx")


@pytest.fixture(scope="module")
def tree(folder: Path) -> Any:
    return json.loads((folder / "action_plan.json").read_text("utf-8"))


def columns_of(tables: dict[str, list[Row]], kind: str) -> list[tuple[str, Row]]:
    """データ項目定義書で、この型の列（表の名、行）。"""
    return [(row["表"], row) for row in tables["data_dictionary"] if row["型"] == kind]


def test_formats_are_open_ones(folder: Path) -> None:
    assert {path.suffix for path in folder.iterdir()} == {".csv", ".xlsx", ".json"}
    assert {path.name for path in folder.glob("*.json")} == {"action_plan.json", "datapackage.json"}


def test_one_table_a_sheet_and_a_file(tables: dict[str, list[Row]], book: Any) -> None:
    assert len(tables) == len(book.sheetnames) == 16
    titles = {row["表の名称"] for row in tables["data_dictionary"]}
    assert titles == set(book.sheetnames)


def test_no_blank_rows_or_columns(texts: dict[str, str], book: Any) -> None:
    for name, text in texts.items():
        rows = list(csv.reader(io.StringIO(text)))
        assert all(any(row) for row in rows), name
        assert {len(row) for row in rows} == {len(rows[0])}, name
    for sheet in book:
        assert sheet.dimensions.startswith("A1"), sheet.title
        assert all(any(cell is not None for cell in row) for row in sheet.values), sheet.title


def test_nothing_stands_outside_the_table(book: Any) -> None:
    for sheet in book:
        width = sum(cell.value is not None for cell in sheet[1])
        assert sheet.max_column == width, sheet.title


def test_every_column_has_a_telling_name(tables: dict[str, list[Row]]) -> None:
    for name, rows in tables.items():
        assert rows, name
        for title in rows[0]:
            assert re.search(r"[ぁ-んァ-ヶ一-龥]", title), (name, title)


def test_no_layout_by_spaces_or_breaks(tables: dict[str, list[Row]], book: Any) -> None:
    for rows in tables.values():
        for row in rows:
            for value in row.values():
                assert value == value.strip()
                assert not re.search(r"[\t\r\n\u3000]|  ", value)
    for sheet in book:
        for row in sheet.values:
            assert not any(isinstance(cell, str) and re.search("[\n\u3000]", cell) for cell in row)


def test_one_datum_a_cell(tables: dict[str, list[Row]], project_root: Path) -> None:
    """文章は段落ごと、値は年度と種類ごとの行になり、何も失われない。"""
    plan = json.loads((project_root / "data" / "plan.json").read_text("utf-8"))
    items = [
        entry
        for policy in plan["policies"]
        for measure in policy["measures"]
        for entry in measure["entries"]
        if entry["type"] == "item"
    ]
    wanted = sum(len(item["improvement"].split("\n")) for item in items)
    found = [row for row in tables["item_texts"] if row["文章の種類コード"] == "improvement"]
    assert len(found) == wanted > len(items) == len(tables["items"])
    years = sum(2028 - max(item["introduced"], 2023) for item in items)
    assert len(tables["yearly_figures"]) == years * 2 + 2
    assert len(tables["reports"]) == years == len(items) * 5 - 3
    assert len(tables["indicators"]) == len(items) * 2
    keys = [tuple(row.values())[:7] for row in tables["yearly_figures"]]
    assert len(set(keys)) == len(keys)


def test_a_text_with_two_data_is_split(tables: dict[str, list[Row]]) -> None:
    """印刷の文字のそばに、分けて読んだ列がある。印刷の文字は変えない。"""
    read = {
        (row["実施項目のID"], row[PRINTED]): [
            row[title]
            for title in (
                "読み取った数", "読み取った数の単位", "かっこの中の数", "数の限りコード",
                "かっこの中の注記",
            )
        ]
        for row in tables["indicators"] + tables["yearly_figures"]
        if row[STATE] == "text"
    }  # fmt: skip
    for key, wanted in {
        ("item-05-05", "2(78)"): ["2", "団体", "78", "", ""],
        ("item-05-05", "1（76）"): ["1", "団体", "76", "", ""],
        ("item-08-02", "41,096千円(令和3年度）"): ["41096", "千円", "", "", "令和3年度"],
        ("item-10-04", "90％未満"): ["90", "%", "", "less_than", ""],
        ("item-10-01", "30億円以内"): ["30", "億円", "", "at_most", ""],
        ("item-02-03", "▲19.6％"): ["-19.6", "%", "", "", ""],
        ("item-01-06", "（一部）導入"): ["", "", "", "", ""],
        ("item-01-04", "未導入"): ["", "", "", "", ""],
    }.items():
        assert read[key] == wanted, key
    # 数のある記載は、どれも読めている。
    assert [key for key, row in read.items() if re.search(r"\d", key[1]) and not row[0]] == []


def test_a_section_is_one_section(tables: dict[str, list[Row]]) -> None:
    found: dict[str, list[list[str]]] = {}
    for row in tables["owners"]:
        if row["担当の区分コード"] == "related_section":
            shown = [row[title] for title in ("部", "課", "所属の範囲コード")]
            found.setdefault(row["記載された所属"], []).append(shown)
    assert found["警備第１・２課"] == [["", "警備第1課", "one"], ["", "警備第2課", "one"]]
    assert found["介護高齢課 等"] == [["", "介護高齢課", "and_others"]]
    assert found["土木管理課等"] == [["土木部", "土木管理課", "and_others"]]
    assert found["総務部各課"] == [["総務部", "総務部各課", "group"]]
    assert found["全公共施設・全庁"] == [["", "全公共施設", "group"], ["", "全庁", "group"]]
    assert {*map(tuple, found["図書館・子ども科学館"])} == {
        ("教育部", "図書館・子ども科学館", "one")
    }
    for row in tables["owners"]:
        assert not re.search("[０-９･、]|等$", row["課"])


def test_no_machine_dependent_characters(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        assert {char for char in text if is_dependent(char) and char not in "\r\n"} == set(), name
    assert not re.search("[～〜－･\uff61-\uff9f]", "".join(texts.values()))
    replaced = list(csv.DictReader(io.StringIO(texts["character_replacements"])))
    assert {row["計画の文字（Unicode）"]: row["公開する文字"] for row in replaced}[
        "U+2460"
    ] == "(1)"


def test_blank_dash_text_and_zero_are_apart(tables: dict[str, list[Row]]) -> None:
    rows = tables["yearly_figures"] + tables["indicators"]
    seen = {row[STATE] for row in rows}
    assert seen == {"number", "dash", "text", "blank"}
    assert "0 ではない" in "".join(row["内容"] for row in tables["metadata"])
    for row in rows:
        assert bool(row[VALUE]) == (row[STATE] == "number")
        assert bool(row[PRINTED]) == (row[STATE] in ("dash", "text"))
    assert {row[PRINTED] for row in rows if row[STATE] == "dash"} == {"-"}
    zero = [row for row in rows if row[VALUE] == "0"]
    assert [row["値の種類コード"] for row in zero][:1] == ["result_value"]
    assert sum(row[STATE] == "dash" for row in rows) == 379


def test_the_book_holds_no_objects(book: Any) -> None:
    for sheet in book:
        assert not sheet._images
        assert not sheet._charts
        assert not sheet.tables
        assert not any(cell.comment for row in sheet.iter_rows() for cell in row)


def test_nothing_is_said_by_style(book: Any) -> None:
    for sheet in book:
        styles = {cell.style_id for row in sheet.iter_rows() for cell in row}
        assert styles == {0}, sheet.title
        assert not sheet.conditional_formatting


def test_no_cells_are_merged(book: Any) -> None:
    assert [sheet.title for sheet in book if sheet.merged_cells.ranges] == []


def test_nothing_is_hidden(book: Any) -> None:
    for sheet in book:
        assert sheet.sheet_state == "visible"
        assert sheet.auto_filter.ref is None
        for dimension in [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]:
            assert not dimension.hidden
            assert not dimension.outlineLevel


def test_one_record_is_one_line(folder: Path, tables: dict[str, list[Row]]) -> None:
    for path in folder.glob("*.csv"):
        data = path.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        assert data.endswith(b"\r\n")
        assert data.count(b"\n") == data.count(b"\r\n") == len(tables[path.stem]) + 1


def test_a_comma_is_quoted(folder: Path) -> None:
    from sheetgen.publish.exporting import csv_bytes
    from sheetgen.xlsx.data_book import DataColumn, DataTable, DataType

    column = DataColumn("a", "列", DataType.TEXT, "")
    table = DataTable("t", "表", "", (column, column), (('一,二"三', "四"),))
    assert csv_bytes(table).decode("utf-8-sig") == '列,列\r\n"一,二""三",四\r\n'


def test_numbers_are_numbers(tables: dict[str, list[Row]], book: Any, tree: Any) -> None:
    plain = re.compile(r"-?[0-9]+(\.[0-9]+)?")
    checked = 0
    for kind in ("整数", "数値", "年度"):
        for table, column in columns_of(tables, kind):
            for row in tables[table]:
                value = row[column["項目名"]]
                assert value == "" or plain.fullmatch(value), (table, column, value)
                checked += bool(value)
            for record in tree["tables"][table]["rows"]:
                assert isinstance(record[column["項目名（英数字）"]], (int, float, type(None)))
    assert checked > 3000
    sheet = book["年度別の値"]
    at = [cell.value for cell in sheet[1]].index(VALUE)
    assert {type(row[at]) for row in sheet.values} <= {str, int, float, type(None)}
    assert not any(isinstance(row[at], str) for row in list(sheet.values)[1:])


def test_nothing_is_left_out(tables: dict[str, list[Row]]) -> None:
    """前の行と同じでも、どの行も自分の値を持つ。"""
    for name in set(tables) - DESCRIBING:
        for row in tables[name]:
            assert row[CODE_COLUMN] == "142140"
            assert row["市区町村"] == "伊勢原市"
            if name != "plan_texts":
                assert row["実施項目のID"]
                assert row["実施項目"]
    for row in tables["items"]:
        assert row["基本方針"]
        assert row["推進項目"]
    # 部は、計画の部と課の一覧にある所属のすべてに入る。関連所属でも省かない。
    known = {row["課"]: row["部"] for row in tables["owners"] if row["部"]}
    assert {row["課"] for row in tables["owners"] if not row["部"]}.isdisjoint(known)
    assert known["経営企画課"] == "企画部"
    blank = [row for row in tables["owners"] if not row["部"]]
    assert {row["担当の区分コード"] for row in blank} == {"related_section"}
    assert len(blank) < 35


def test_column_names_are_unique(texts: dict[str, str], tree: Any) -> None:
    for name, text in texts.items():
        titles = next(csv.reader(io.StringIO(text)))
        assert len(set(titles)) == len(titles), name
        rows = tree["tables"][name]["rows"]
        assert len(rows[0]) == len(titles), name


def test_choices_come_from_the_code_list(tables: dict[str, list[Row]]) -> None:
    listed = {(row["表"], row["列"], row["コード"]) for row in tables["code_list"]}
    checked = 0
    for table, column in columns_of(tables, "コード"):
        if column["コード表"] != "あり":
            continue
        for row in tables[table]:
            code = row[column["項目名"]]
            if code:
                assert (table, column["項目名（英数字）"], code) in listed
                checked += 1
    assert checked > 3500


def test_choices_and_free_words_are_apart(tables: dict[str, list[Row]]) -> None:
    """数でない記載は、値の状態と別の列にある。"""
    rows = tables["yearly_figures"] + tables["indicators"]
    assert "検討" in {row[PRINTED] for row in rows if row[STATE] == "text"}
    assert {row["値の状態"] for row in rows} == {
        "数値", "「-」の記載", "数でない記載", "空欄",
    }  # fmt: skip


def test_the_book_holds_no_formulas(book: Any) -> None:
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s", "n"}


def test_heading_first_then_data(texts: dict[str, str], book: Any) -> None:
    titles = {sheet.title: [cell.value for cell in sheet[1]] for sheet in book}
    heads = [next(csv.reader(io.StringIO(text))) for text in texts.values()]
    assert sorted(titles.values()) == sorted(heads)


def test_codes_are_explained(tables: dict[str, list[Row]]) -> None:
    wanted = {
        (table, column["項目名（英数字）"])
        for table, column in columns_of(tables, "コード")
        if column["コード表"] == "あり"
    }
    assert wanted == {(row["表"], row["列"]) for row in tables["code_list"]}
    assert all(row["意味"] for row in tables["code_list"])


def test_special_marks_are_defined(tables: dict[str, list[Row]]) -> None:
    told = {row["項目（英数字）"]: row["内容"] for row in tables["metadata"]}
    for state in {row[STATE] for row in tables["yearly_figures"]}:
        assert any(row["コード"] == state for row in tables["code_list"])
    assert "dash" in told["dash"]
    assert "空" in told["missing"]


def test_units_are_given(tables: dict[str, list[Row]]) -> None:
    for kind in ("整数", "数値", "年度"):
        for table, column in columns_of(tables, kind):
            assert column["単位"], (table, column["項目名"])
    for row in tables["yearly_figures"] + tables["indicators"]:
        assert row[UNIT]
    money = {row[UNIT] for row in tables["yearly_figures"] if "effect" in row["値の種類コード"]}
    assert money == {"千円"}
    # 「ない」ことの書き方は一つ。印刷された「-」「ー」は、そのそばに残る。
    none = {row["記載された単位"] for row in tables["indicators"] if row[UNIT] == "単位なし"}
    assert none == {"-", "ー", ""}
    assert not {"-", "ー", "－", "％"} & {row[UNIT] for row in tables["indicators"]}
    assert {"単位なし", "%", "件"} <= {row[UNIT] for row in tables["indicators"]}


def test_years_are_western_with_wareki_beside(tables: dict[str, list[Row]]) -> None:
    checked = 0
    for rows in tables.values():
        for row in rows:
            for title, value in row.items():
                if title.endswith("（西暦）"):
                    beside = row[title.replace("西暦", "和暦")]
                    assert beside == (f"令和{int(value) - 2018}年度" if value else "")
                    checked += bool(value)
    assert checked > 1500
    told = {row["項目（英数字）"]: row["内容"] for row in tables["metadata"]}
    assert re.fullmatch(r"\d{4}-\d{2}", told["published"])


def test_the_place_has_its_code_and_name(tables: dict[str, list[Row]]) -> None:
    for name in set(tables) - DESCRIBING:
        assert {(row[CODE_COLUMN], row["市区町村"]) for row in tables[name]} == {
            ("142140", "伊勢原市")
        }


def test_the_form_does_not_change_with_the_year(
    tmp_path: Path, project_root: Path, texts: dict[str, str]
) -> None:
    """次の年度でも、ファイルも見出しも同じ。"""
    plan = json.loads((project_root / "data" / "plan.json").read_text("utf-8"))
    plan["revision"] |= {"fiscal_year": 2025, "published": "2025-03"}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    request = ExportRequest(plan=path, root=tmp_path, formats=(DataFormat.CSV,))
    result = export(request)
    assert result.folder == tmp_path / "output" / "令和7年度" / "オープンデータ"
    tables = [one for one in result.files if one.suffix == ".csv"]
    later = {one.stem: one.read_bytes().decode("utf-8-sig") for one in tables}
    assert {name: text.partition("\r\n")[0] for name, text in later.items()} == {
        name: text.partition("\r\n")[0] for name, text in texts.items()
    }


def test_data_are_defined_and_dated(tables: dict[str, list[Row]], tree: Any) -> None:
    defined = {(row["表"], row["項目名（英数字）"]): row for row in tables["data_dictionary"]}
    for name, table in tree["tables"].items():
        for column in table["rows"][0]:
            assert re.fullmatch(r"[a-z][a-z0-9_]*", column)
            assert defined[name, column]["説明"]
    told = {row["項目（英数字）"] for row in tables["metadata"]}
    assert told >= {
        "source", "published", "modified", "history", "updates", "format_version",
        "format_history", "encoding", "missing", "calculation", "publisher_code", "license",
        "contact", "keys", "in_force", "reported", "spreadsheet",
    }  # fmt: skip
    for row in tables["data_dictionary"]:
        assert row["型（英語）"] in {"string", "integer", "number", "year"}
    # どの表にも、行を一つに決める列があり、結合先の列は、ほんとうにある。
    for name, rows in tables.items():
        key = [
            row["項目名"]
            for row in tables["data_dictionary"]
            if row["表"] == name and row["主キー"]
        ]
        values = [tuple(row[title] for title in key) for row in rows]
        assert all(all(one) for one in values), name
        assert len(set(values)) == len(values), name
    places = {
        (row["表"], row["項目名（英数字）"]): row["項目名"] for row in tables["data_dictionary"]
    }
    joined = [row for row in tables["data_dictionary"] if row["結合先"]]
    assert {row["表"] for row in joined} >= {"owners", "grades", "yearly_figures", "item_texts"}
    for row in joined:
        there, column = row["結合先"].split(".")
        wanted = {one[places[there, column]] for one in tables[there]}
        assert {one[row["項目名"]] for one in tables[row["表"]]} <= wanted, row


def test_only_years_in_force_are_rows(tables: dict[str, list[Row]]) -> None:
    """追加した年度より前の値は、その年度の実績として数えない。"""
    begun = {row["実施項目のID"]: int(row["追加した年度（西暦）"]) for row in tables["items"]}
    for name in ("yearly_figures", "grades", "reports", "item_texts"):
        dated = [row for row in tables[name] if row["年度（西暦）"]]
        for row in dated:
            assert int(row["年度（西暦）"]) >= begun[row["実施項目のID"]], (name, row)
    assert [row["実施項目のID"] for row in tables["grades"]] == ["item-01-01"]
    assert "777" not in {row[VALUE] for row in tables["yearly_figures"]}


def test_a_year_not_reported_is_not_a_zero(tables: dict[str, list[Row]]) -> None:
    """空欄を 0 と読む人が年度ごとに足しても、報告のない年度は出てこない。"""
    sums: dict[str, float] = {}
    for row in tables["yearly_figures"]:
        if row["値の種類コード"] == "result_effect":
            year = row["年度（西暦）"]
            sums[year] = sums.get(year, 0) + float(row[VALUE] or 0)
    assert sums == {"2023": -120.5}
    states: dict[tuple[str, str], int] = {}
    for row in tables["reports"]:
        key = (row["年度（西暦）"], row["報告の状態コード"])
        states[key] = states.get(key, 0) + 1
    assert states == {
        ("2023", "reported"): 1, ("2023", "not_reported"): 70, ("2024", "not_due"): 74,
        ("2025", "not_due"): 74, ("2026", "not_due"): 74, ("2027", "not_due"): 74,
    }  # fmt: skip


def test_years_stand_below_each_other(tables: dict[str, list[Row]]) -> None:
    for name, rows in tables.items():
        assert not [title for title in rows[0] if re.search(r"20\d\d|令和\d", title)], name
    years = {row["年度（西暦）"] for row in tables["yearly_figures"]}
    assert years == {str(year) for year in range(2023, 2028)}


def test_every_rule_names_its_test(project_root: Path) -> None:
    """docs/open-data.md の表に、二つの決まりのすべての項目があり、名を挙げた試験がある。"""
    page = (project_root / "docs" / "open-data.md").read_text("utf-8")
    rows = re.findall(r"^\| (L\d-\d\d|1-\d+) \|.*\| (.+?) \|$", page, re.MULTILINE)
    wanted = [f"L1-{n:02}" for n in range(1, 16)] + [f"L2-{n:02}" for n in range(1, 7)]
    wanted += [f"L3-{n:02}" for n in range(1, 10)] + [f"1-{n}" for n in range(1, 16)]
    assert sorted(rule for rule, _ in rows) == sorted(wanted)
    for rule, named in rows:
        found = re.findall(r"`(test_\w+)`", named)
        assert found, rule
        assert all(callable(globals().get(name)) for name in found), (rule, named)
    verdicts = re.findall(r"^\| (?:L\d-\d\d|1-\d+) \| [^|]+ \| ([^|]+) \|", page, re.MULTILINE)
    met, partly = verdicts.count("満たす"), verdicts.count("条件つき")
    assert met + partly == len(verdicts) == 45
    assert f"45項目のうち{met}項目を満たし、{partly}項目は条件つき" in page
