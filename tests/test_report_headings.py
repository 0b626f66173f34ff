"""読み上げ：文書の表のどの値も、何の値かが分かる。"""

from __future__ import annotations

from pathlib import Path

import outloud
import pdfua
import pytest
import revised
import second_city
from comparing import file_of, made
from making import changed_plan
from pdf_tables import ReadTable, names_of, read_headings, read_tables
from reporting import (
    document_for,
    make_report,
    page_texts,
    pdf_of,
    shortened,
    with_results,
)

from sheetgen.publish import pdf as rendering
from sheetgen.publish.document.sheets import Form
from sheetgen.publish.pdf_headings import UnknownPdfError, with_heading_cells
from sheetgen.publish.publishing import Output, ReportResult
from sheetgen.publish.table_headings import Box, Grid, Kind

PLANS = "年次計画；[上段]定量的な成果指標の目標値/[下段]効果見込額(千円)"
RESULTS = "取組実績；[上段]定量的な成果指標の実績値/[下段]実績効果額(千円)"
TITLE = "第６次行財政改革推進計画アクションプラン実施項目・進捗管理シート"

# 様式のセルと、その値とともに読まれる見出し。
EXPECTED = {
    "B2": ("基本方針",),
    "C2": ("基本方針",),
    "H2": ("改革の推進項目",),
    "B3": ("実施項目",),
    "C3": ("実施項目",),
    "I3": ("実施項目",),
    "B4": ("具体的な改善取組内容",),
    "B5": ("現状と課題",),
    "A7": ("令和６年度の取組方針・取組内容",),
    "H7": ("令和９年度（計画最終年度）において目指す姿",),
    "B8": ("指標(行動/成果)",),
    "E8": ("単位",),
    "H8": ("指標の現状値",),
    "J8": ("計画最終年度の目標値",),
    "G20": ("〔小計〕効果見込額(千円)",),
    "L20": ("〔小計〕実績効果額(千円)",),
} | {
    f"{column}{10 + 2 * n + low}": (*heads, f"令和{5 + n}年度")
    for n in range(5)
    for low, columns in enumerate(
        (
            {"B": (PLANS,), "G": (PLANS,), "H": (RESULTS,), "L": (RESULTS,)},
            {
                "G": (PLANS,),
                "L": (RESULTS,),
                "M": (RESULTS, "評価" if n < 4 else "全期間総合評価"),
            },
        )
    )
    for column, heads in columns.items()
}


@pytest.fixture(scope="module")
def tables(report_result: ReportResult) -> list[ReadTable]:
    return read_tables(pdf_of(report_result))


@pytest.fixture(scope="module")
def achieved(tmp_path_factory: pytest.TempPathFactory, plan_path: Path) -> Path:
    """取組実績の部のある文書。点検を速くするため、実施項目を減らす。"""
    folder = tmp_path_factory.mktemp("achieved")
    short = changed_plan(plan_path, folder / "short.json", shortened)
    plan = with_results(short, folder / "plan.json", (2023,))
    return pdf_of(make_report(folder, plan=plan))


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """新旧対照表。"""
    old, new = revised.real(), revised.real()
    revised.add_item(new)
    revised.end_item(new)
    result = made(tmp_path_factory.mktemp("compared"), old, new, outputs=(Output.PDF,))
    return file_of(result, Output.PDF)


def refs_of(form: Form) -> list[str]:
    """様式のセルの番地を、表の行と列の順に。"""
    cells = [
        cell
        for cell in form.look.cells
        if any(cell.first_row <= row <= cell.last_row for row in form.look.rows)
        and any(cell.first_column <= one <= cell.last_column for one in form.look.columns)
    ]
    return [cell.ref for cell in sorted(cells, key=lambda c: (c.first_row, c.first_column))]


# --- 様式のページ ---


def test_every_value_of_every_sheet_is_read_with_its_headings(
    tables: list[ReadTable], tmp_path: Path
) -> None:
    refs = refs_of(document_for(tmp_path).sheets.form)
    sheets = [table for table in tables if len(table.cells) == len(refs)]
    assert len(sheets) == 75  # 見方の見本と、74の実施項目
    for sheet in sheets:
        read = dict(zip(refs, sheet.cells, strict=True))
        assert {ref: read[ref].headings for ref in EXPECTED} == EXPECTED, sheet.page
        assert {read[ref].scope for ref in EXPECTED} == {""}
        rest = {ref: cell for ref, cell in read.items() if ref not in EXPECTED}
        assert {ref for ref, cell in rest.items() if not cell.scope and cell.text} <= {"A1", "K1"}


def test_the_headings_say_which_way_they_go(tables: list[ReadTable]) -> None:
    scopes = {cell.text: cell.scope for cell in tables[-1].cells if cell.scope}
    assert {text for text, scope in scopes.items() if scope == "Column"} == {
        PLANS,
        RESULTS,
        "令和６年度の取組方針・取組内容",
        "令和９年度（計画最終年度）において目指す姿",
        "評価",
        "全期間総合評価",
    }
    assert set(scopes.values()) == {"Row", "Column"}
    assert scopes["令和5年度"] == "Row"


def test_the_title_of_every_page_is_read_once(tables: list[ReadTable]) -> None:
    """どのページにもある題は、続くページでは読み上げない。"""
    titles = [table.page for table in tables if any(cell.text == TITLE for cell in table.cells)]
    first = tables[-74].page
    assert titles == [first - 1, first]  # 見方の見本と、初めの実施項目


def test_a_form_of_another_city_is_read_with_its_own_headings(tmp_path: Path) -> None:
    plan = second_city.write_plan(tmp_path / "plan.json")
    template = second_city.write_template(tmp_path / "事業票.xlsx")
    pdf = pdf_of(make_report(tmp_path, plan=plan, template=template))
    for sheet in read_tables(pdf)[-3:]:
        found = [cell.headings for cell in sheet.cells if not cell.scope]
        years = [
            (head, year)
            for year in ("Ｒ７", "Ｒ８", "Ｒ９", "Ｒ１０")
            for head in ("計画", "目標", "実績", "実績値", "評価", "目標", "実績値")
        ]
        # 合計の行の値は、上の列の見出しのものではない。
        assert found == [
            (),
            (),
            ("取組",),
            ("令和8年度の方針",),
            *years,
            ("効果額の計（千円）",),
            ("全期間の評価",),
        ]
    assert not pdfua.validate(str(pdf)).findings


# --- ほかの表 ---


def test_a_group_of_rows_is_no_row_of_column_headings(tables: list[ReadTable]) -> None:
    others = tables[:-75]
    assert {table.header_rows for table in others} == {1}
    cells = [cell for table in others for cell in table.cells]
    group = next(cell for cell in cells if cell.text.startswith("〔指定管理者制度・包括管理委託"))
    assert (group.scope, group.headings) == ("", ())
    values = [
        cell.headings[0]
        for cell in cells
        if cell.headings[-1:] and cell.headings[-1].startswith("③指定管理者制度の有効活用")
    ]
    assert values == ["改善内容", "Ｒ６の取組方針･取組内容", "指標", "目標(R9)", "担当"]


def test_a_bar_of_the_period_is_read_with_all_its_years(tables: list[ReadTable]) -> None:
    bars = {cell.text: cell.headings for cell in tables[0].cells if not cell.scope}
    assert bars["前期基本計画"] == ("Ｒ５", "Ｒ６", "Ｒ７", "Ｒ８", "Ｒ９")
    assert bars["ＩＣＴ推進計画･改定版（R5～R7）"] == ("Ｒ５", "Ｒ６", "Ｒ７")


def test_every_figure_of_the_results_is_read_with_its_row_and_column(achieved: Path) -> None:
    tables = {
        table.rows[0][0].text + table.rows[0][1].text: table for table in read_tables(achieved)
    }
    for heads in ("基本方針A", "課A", "基本方針見込額", "年度見込額"):
        columns, *rows = tables[heads].rows
        for row in rows:
            assert row[0].scope == "Row"
            assert [cell.headings for cell in row[1:]] == [
                (column.text, row[0].text) for column in columns[1:]
            ]


def test_the_comparison_is_read_with_the_field_and_the_side(compared: Path) -> None:
    tables = read_tables(compared)
    assert {table.header_rows for table in tables} == {1}
    body = [table for table in tables if table.rows[0][0].text == "欄"]
    assert body
    for table in body:
        sides = [cell.text for cell in table.rows[0][1:]]
        for row in table.rows[1:]:
            assert row[0].scope == "Row"
            assert [cell.headings for cell in row[1:]] == [(side, row[0].text) for side in sides]


def test_a_chart_is_read_as_one_sentence_and_each_list_has_its_heading(achieved: Path) -> None:
    read = read_headings(achieved)
    start = next(n for n, (_, text) in enumerate(read) if text == "令和５年度の評価")
    end = next(n for n, (_, text) in enumerate(read) if "年次見直しで変わった" in text)
    assert read[0] == ("H1", "目次")
    figures = [text for kind, text in read if kind == "Figure"]
    assert figures == [text for kind, text in read[start:end] if kind == "Figure"]
    assert [text.partition("。")[0] for text in figures] == [
        "図：基本方針ごとの、評価の割合",
        "図：基本方針ごとの、見込額と実績額の累計",
        "図：年度ごとの、見込額と実績額の累計",
    ]
    assert read[end + 1] == ("H3", "新規0件")


def test_a_list_over_many_pages_goes_on_under_its_chapter(tmp_path: Path, plan_path: Path) -> None:
    """目次に載らない小さな見出しの後でも、続くページの上に、章の名が出る。"""

    def earlier(plan: revised.Json) -> None:
        plan["revision"] |= {"fiscal_year": 2023, "published": "2023-03"}
        for measure in (one for policy in plan["policies"] for one in policy["measures"]):
            for item in measure["entries"]:
                if item["type"] == "item":
                    item["improvement"] += "ほか。"

    before = changed_plan(plan_path, tmp_path / "前.json", earlier)
    plan = with_results(plan_path, tmp_path / "plan.json", (2023,))
    texts = page_texts(pdf_of(make_report(tmp_path, plan=plan, earlier=before)))
    assert sum("令和６年度年次見直しで変わった実施項目（続き）" in text for text in texts) >= 3


# --- 支援技術のための点検 ---


def test_the_checkers_find_no_fault(
    report_result: ReportResult, achieved: Path, compared: Path
) -> None:
    for pdf in (pdf_of(report_result), achieved, compared):
        assert not pdfua.validate(str(pdf)).findings
    for pdf in (achieved, compared):
        result = outloud.check(str(pdf))
        assert result.error is None
        assert [one for one in result.findings if one.severity == "error"] == []
        # 残るもののわけは docs/report.md にある。
        assert {one.rule for one in result.findings} <= {"PAG-001", "TBL-014"}
        assert not any("進捗管理シート" in (one.evidence or "") for one in result.findings)


def test_the_names_of_the_headings_are_listed_once_and_in_order(
    compared: Path, achieved: Path
) -> None:
    for pdf in (compared, achieved):
        listed, there = names_of(pdf)
        assert listed == sorted(listed)
        assert len(set(listed)) == len(listed)
        assert sorted(there) == listed


def test_an_unknown_pdf_is_left_as_it_is_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for strange in (b"", b"%PDF-2.0\nstartxref\n9\n%%EOF", b"startxref\n0\n%%EOF"):
        with pytest.raises(UnknownPdfError):
            with_heading_cells(strange)

    def refuse(data: bytes) -> bytes:
        return with_heading_cells(data.replace(b"xref\n0 ", b"xref\n1 "))

    monkeypatch.setattr(rendering, "with_heading_cells", refuse)
    plan = second_city.write_plan(tmp_path / "plan.json")
    template = second_city.write_template(tmp_path / "事業票.xlsx")
    result = make_report(tmp_path, plan=plan, template=template)
    assert pdf_of(result).read_bytes().startswith(b"%PDF-1.7")
    told = [one for one in result.problems if one.code == "D030"]
    assert [one.facts["name"] for one in told] == ["main.typ"]


# --- 見出しと値のつながり ---


def grid_of(*lines: str) -> Grid:
    """小さな表。大文字は見出し、小文字は値、点は何もない所。同じ字の続きは、一つのセル。"""
    places: dict[str, list[tuple[int, int]]] = {}
    for y, line in enumerate(lines):
        for x, char in enumerate(line):
            places.setdefault(char if char != "." else f".{y},{x}", []).append((y, x))
    kinds = {True: Kind.CAPTION, False: Kind.VALUE}
    return Grid(
        [
            Box(
                min(y for y, _ in at),
                min(x for _, x in at),
                max(y for y, _ in at) + 1,
                max(x for _, x in at) + 1,
                Kind.BLANK if name[0] == "." else kinds[name.isupper()],
            )
            for name, at in places.items()
        ]
    ).decided()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # 見出しと値が、横に二組
        (("AbCd",), {"b": "A", "d": "C"}),
        # 見出しの下に、幅いっぱいの文
        (("AABB", "ccdd"), {"c": "A", "d": "B"}),
        # 行と列の見出し
        (("XAB", "Ycd", "Zef"), {"c": "AY", "d": "BY", "e": "AZ", "f": "BZ"}),
        # 角の空いた表
        ((".AB", "Ycd", "Zef"), {"c": "AY", "d": "BY", "e": "AZ", "f": "BZ"}),
        # 二段の列の見出し
        (("XAA", "XBC", "Yde"), {"d": "ABY", "e": "ACY"}),
        # 二段の行の見出し
        (("PQab", "PRcd"), {"a": "PQ", "b": "PQ", "c": "PR", "d": "PR"}),
        # 値の後の単位は、次の見出しではない
        (("AbUCdV",), {"b": "A", "d": "C"}),
        # 表の下の、見出しと値の組。上の見出しのものではない
        (("AAAA", "bbbb", "CdEf"), {"b": "A", "d": "C", "f": "E"}),
        (("AB", "cd", "Ef"), {"c": "A", "d": "B", "f": "E"}),
        # 合計の行
        (("XAB", "Ycd", "TTe"), {"c": "AY", "d": "BY", "e": "T"}),
        # 行の中の、下に値のある見出し
        (("XAA", "YbG", "Ybg", "ZcH", "Zch"), {"g": "AGY", "h": "AHZ", "b": "AY", "c": "AZ"}),
        # 列の見出しの続き（年度が横に並び、下にも別の見出しが来る）
        (("XAB", "Ycd", "WEF", "Zgh"), {"c": "AY", "g": "EZ", "h": "FZ"}),
        # 幾つもの列にまたがる値
        (("XABC", "Yabc", "Zeef"), {"a": "AY", "e": "ABZ", "f": "CZ"}),
    ],
)
def test_headings_follow_from_the_places(lines: tuple[str, ...], expected: dict[str, str]) -> None:
    grid = grid_of(*lines)
    at = {(box.top, box.left): box for box in grid.boxes}
    names = {box: lines[box.top][box.left] for box in at.values() if box.kind is not Kind.BLANK}
    values = {name: box for box, name in names.items()}
    found = {name: "".join(names[one] for one in grid.headings(values[name])) for name in expected}
    assert found == expected


def test_a_caption_over_everything_heads_nothing() -> None:
    grid = grid_of("TTTT", "AbCd", "EEFF", "gghh")
    kinds = {(box.top, box.left): box.kind for box in grid.boxes}
    assert kinds[0, 0] is Kind.CAPTION
    assert (kinds[1, 0], kinds[2, 0]) == (Kind.ROW, Kind.COLUMN)
