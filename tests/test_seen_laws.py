"""人に見えている答えは、見えたとおりに記録されるか、尋ねられる、という法則。

セルの XML から、読んだ値まで。見える文字は、ここで別に求める。
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import escape

from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading_samples import parts, row, sheet, styles, zipped

from sheetgen.collect.values.cell_value import Expected, read_value
from sheetgen.collect.values.plain_text import ReadValue
from sheetgen.plan.round import FieldKind
from sheetgen.reading.book import CellKind, RawCell, RawSheet
from sheetgen.reading.opening import read_book

UNITS = Expected("台", "#,##0.##")
LAWS = settings(deadline=None, max_examples=200)
FURIGANA = '<rPh sb="0" eb="1"><t>{}</t></rPh>'
FONTS = {
    "": "",
    "bold": "<rPr><b/></rPr>",
    "struck": "<rPr><strike/></rPr>",
    "super": '<rPr><vertAlign val="superscript"/></rPr>',
    "sub": '<rPr><vertAlign val="subscript"/></rPr>',
}
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
WORDS = st.sampled_from(["3", "10", "台", "を実施", "㈱", "髙", "　", "4.5", "人"])
RUNS = st.lists(st.tuples(WORDS, st.sampled_from(list(FONTS))), min_size=1, max_size=4)


def sheet_of(rows: str, **options: str) -> RawSheet:
    """手で書いた一枚を読む。"""
    return read_book(zipped(parts(rows, **options))).sheets[0]  # type: ignore[arg-type]


def seen_of(runs: list[tuple[str, str]]) -> str:
    """人に見える文字。上付きと下付きは、そう見える字にする。"""
    tables = {"super": RAISED, "sub": LOWERED}
    return "".join(text.translate(tables.get(font, {})) for text, font in runs)


def asked(read: ReadValue) -> list[str]:
    """問いと知らせの符号。"""
    return [code for code, _ in read.problems]


@LAWS
@given(RUNS, st.lists(st.sampled_from(["", "カゼイ", "12"]), min_size=4, max_size=4))
@example([("3", ""), ("10", "super")], ["12", "", "", ""])
@example([("3", "struck"), ("10", "")], ["", "12", "", ""])
@example([("3", "struck"), ("人", ""), ("10", "struck"), ("310", "")], [""] * 4)
@example([("3", ""), ("　", "struck")], ["", "", "", ""])  # 消したのは空白だけ
def test_text_of_many_fonts_is_recorded_as_seen(
    runs: list[tuple[str, str]], readings: list[str]
) -> None:
    """ふりがなは入らない。消した字は、何か所でも除いて尋ね、上付きの字は、そう見える字で残して知らせる。"""
    pieces = [f'<r>{FONTS[font]}<t xml:space="preserve">{text}</t></r>' for text, font in runs]
    said = [FURIGANA.format(reading) if reading else "" for reading in readings]
    inner = "".join(piece + reading for piece, reading in zip(pieces, said, strict=False))
    strings = f'<si>{inner}<phoneticPr fontId="0"/></si>'
    cell = sheet_of(row('<c r="A1" t="s"><v>0</v></c>'), strings=strings).cells["A1"]
    seen = seen_of(runs)
    is_struck = any(font == "struck" and words.strip() for words, font in runs)
    is_raised = any(font in ("super", "sub") and words.strip() for words, font in runs)
    text = read_value(cell, FieldKind.TEXT)
    left = seen_of([one for one in runs if one[1] != "struck"])
    assert text.value == ((left.strip() if is_struck else seen.rstrip()) or None)
    assert ("R212" in asked(text)) is is_struck
    assert ("R241" in asked(text)) is is_raised
    for kind in (FieldKind.FIGURE, FieldKind.MONEY):
        figure = read_value(cell, kind, UNITS)
        if is_struck or is_raised:
            assert asked(figure)
        else:
            typed = read_value(RawCell(CellKind.TEXT, seen), kind, UNITS)
            assert figure.value == typed.value


@LAWS
@given(st.integers(-999, 999) | st.sampled_from(["34", "34台", "第3回を開いた"]),
       st.sampled_from(["<strike/>", '<vertAlign val="superscript"/>']),
       st.sampled_from(FieldKind))  # fmt: skip
def test_a_cell_struck_as_a_whole_is_asked(value: int | str, font: str, kind: FieldKind) -> None:
    """セルの書体の取消線は、値のぜんたいにかかる。上付きのセルは、小さいだけで、同じ値である。"""
    written = f"<v>{value}</v>" if isinstance(value, int) else f"<is><t>{value}</t></is>"
    form = "" if isinstance(value, int) else ' t="inlineStr"'
    looks = (
        f'<fonts><font/><font>{font}</font></fonts><cellXfs><xf numFmtId="0" fontId="0"/>'
        '<xf numFmtId="0" fontId="1"/></cellXfs>'
    )
    cell = sheet_of(row(f'<c r="A1" s="1"{form}>{written}</c>'), styles=looks).cells["A1"]
    read = read_value(cell, kind, UNITS)
    plain = sheet_of(row(f'<c r="A1"{form}>{written}</c>')).cells["A1"]
    if "strike" in font:
        assert (read.value, "R212" in asked(read)) == (None, True)
    else:
        assert read == read_value(plain, kind, UNITS)


ROW_LOOKS = st.sampled_from(
    ["", ' hidden="1"', ' ht="0" customHeight="1"', ' outlineLevel="1" hidden="1"',
     ' outlineLevel="2"', ' collapsed="1"', ' hidden="0"']
)  # fmt: skip
COLUMN_LOOKS = st.sampled_from(
    ["", 'hidden="1"', 'width="0" customWidth="1"', 'outlineLevel="1" hidden="1"', 'width="9"']
)
VIEWS = st.sampled_from(
    ["", '<sheetViews><sheetView rightToLeft="1" workbookViewId="0"/></sheetViews>',
     '<sheetViews><sheetView showFormulas="1" showZeros="0" workbookViewId="0"/></sheetViews>']
)  # fmt: skip
LISTS = st.sampled_from(
    ["", '<autoFilter ref="A1:C3"><filterColumn colId="0"><filters><filter val="1"/></filters>'
     '</filterColumn><sortState ref="A2:C3"><sortCondition descending="1" ref="A2:A3"/></sortState>'
     "</autoFilter>", '<sortState ref="A1:C3"><sortCondition ref="A1:A3"/></sortState>']
)  # fmt: skip


@LAWS
@given(st.lists(ROW_LOOKS, min_size=3, max_size=3), st.lists(COLUMN_LOOKS, min_size=3, max_size=3),
       VIEWS, LISTS)  # fmt: skip
def test_hidden_cells_hold_what_they_hold_and_are_told(
    rows: list[str], columns: list[str], view: str, listed: str
) -> None:
    """絞り込み、並べ替え、グループ、右から左の表示によらず、値は同じ。見えない行と列は、そうと分かる。"""
    made = "".join(
        row(*(f'<c r="{letter}{n}"><v>{n}{at}</v></c>' for at, letter in enumerate("ABC", 1)),
            number=n, attrs=attrs)
        for n, attrs in enumerate(rows, 1)
    )  # fmt: skip
    cols = "".join(
        f'<col min="{n}" max="{n}" {look}/>' for n, look in enumerate(columns, 1) if look
    )
    before = view + (f"<cols>{cols}</cols>" if cols else "")
    found = sheet_of("", whole=sheet(made, before, listed))
    assert {ref: cell.value for ref, cell in found.cells.items()} == {
        f"{letter}{n}": 10 * n + at for n in (1, 2, 3) for at, letter in enumerate("ABC", 1)
    }
    gone = ('hidden="1"', 'ht="0"', 'width="0"')
    assert found.hidden_rows == {n for n, one in enumerate(rows, 1) if any(g in one for g in gone)}
    assert found.hidden_columns == {
        n for n, one in enumerate(columns, 1) if any(g in one for g in gone)
    }


def _japanese(day: date) -> str:
    return f"令和{day.year - 2018}年{day.month}月{day.day}日"


DATES: dict[str, Callable[[date], str]] = {
    "yyyy/m/d": lambda day: f"{day.year}/{day.month}/{day.day}",
    '[$-411]yyyy"年"m"月"': lambda day: f"{day.year}年{day.month}月",
    '[$-411]ggge"年"m"月"d"日";@': _japanese,
    '[$-ja-JP]m"月"d"日"': lambda day: f"{day.month}月{day.day}日",
    "[$-409]d\\-mmm\\-yy": lambda day: f"{day.day}-{day:%b}-{day:%y}",
    "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy": lambda day: f"{day:%A, %B %d, %Y}",
}


@LAWS
@given(st.dates(date(2019, 5, 1), date(2098, 12, 31)), st.sampled_from(list(DATES)), st.booleans())
@example(date(2024, 2, 29), "yyyy/m/d", True)
def test_a_date_is_recorded_as_seen_in_either_calendar(
    day: date, code: str, from_1904: bool
) -> None:
    """1904年から数えるブックでも同じ日。文の欄にも、日付になったことを尋ねる。"""
    first = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    book_properties = f'<workbookPr date1904="{int(from_1904)}"/>'
    cell = sheet_of(
        row(f'<c r="A1" s="1"><v>{(day - first).days}</v></c>'),
        styles=styles(escape(code)), properties=book_properties,
    ).cells["A1"]  # fmt: skip
    for kind in (FieldKind.TEXT, FieldKind.FIGURE, FieldKind.MONEY):
        read = read_value(cell, kind, UNITS)
        assert (read.value, read.raw) == (DATES[code](day), DATES[code](day))
        assert asked(read)


SAME = (
    "[$-411]#,##0", "[$-ja-JP]0", "[$-407]#,##0", "[DBNum1][$-411]General", "[DBNum3]0",
    "[$-D00041E]0", r"#,##0_);\-#,##0_)", "[Red]0;[Blue]-0", "[<0][Red]-0;[Blue]0", '0"台"',
)  # fmt: skip
OTHER = (
    "[$€-407] #,##0", "[$$-409]#,##0", r"#,##0\ [$€-40C]", '"US$"0', '0"百台"', "#,##0,",
    '0"件"', '[$-411]0"（見込み）"', ";;;", '"済"',
)  # fmt: skip


@LAWS
@given(st.integers(-(10**9), 10**9).filter(bool), st.sampled_from(SAME + OTHER))
def test_a_format_of_another_place_is_read_as_seen(number: int, code: str) -> None:
    """国や地域ごとの形式。見せ方だけなら、そのまま読み、ほかの単位や字が見えれば、尋ねる。"""
    cell = sheet_of(row(f'<c r="A1" s="1"><v>{number}</v></c>'), styles=styles(escape(code))).cells[
        "A1"
    ]
    read = read_value(cell, FieldKind.FIGURE, UNITS)
    if code in SAME:
        assert (read.value, asked(read)) == (number, [])
    else:
        assert asked(read)
