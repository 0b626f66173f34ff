"""数の欄に書かれたものの読み方。"""

from __future__ import annotations

import pytest

from sheetgen.collect.values.cell_value import Expected, read_value
from sheetgen.collect.values.plain_text import ReadValue
from sheetgen.messages.catalogue import CATALOGUE
from sheetgen.messages.values import SEEN_AS, SEEN_AS_BLANK, SEEN_OTHERWISE, explain_reading
from sheetgen.plan.round import FieldKind
from sheetgen.problems import Level
from sheetgen.reading.book import CellKind, RawCell

UNITS = Expected("台", "#,##0")
RATE = Expected("％", "0.0")
WORDS = Expected("億円", "General", numeric=False)


def figure(text: str, expected: Expected = UNITS) -> ReadValue:
    return read_value(RawCell(CellKind.TEXT, text), FieldKind.FIGURE, expected)


def money(text: str) -> ReadValue:
    return read_value(RawCell(CellKind.TEXT, text), FieldKind.MONEY)


def number(value: float, code: str = "General", expected: Expected = UNITS) -> ReadValue:
    return read_value(RawCell(CellKind.NUMBER, value, code), FieldKind.FIGURE, expected)


def asked(read: ReadValue) -> list[str]:
    return [code for code, _ in read.problems]


def held(read: ReadValue) -> list[str]:
    """尋ねなければならないもの。"""
    return [code for code in asked(read) if CATALOGUE[code].level is not Level.NOTE]


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("34", 34, "number_text"),
        ("３４", 34, "width"),
        ("34台", 34, "unit"),
        ("34 台", 34, "unit"),
        ("３４　台", 34, "width unit"),
        ("６，８００", 6800, "width separator"),
        ("6,800", 6800, "separator"),
        (" 34 ", 34, "trim spaces"),
        ("△5", -5, "minus"),
        ("▲ 5", -5, "minus"),
        ("−5", -5, "minus"),
        ("ー５", -5, "width minus"),
        ("三十四", 34, "kanji"),
        ("三十四台", 34, "kanji unit"),
        ("1万2千", 12000, "kanji"),
        ("二〇二四", 2024, "kanji"),
        ("007", 7, "leading_zeros"),
        ("0", 0, "number_text"),
        ("０", 0, "width"),
        ("-", "-", ""),
        ("ー", "ー", ""),
        ("－", "-", "dash"),
        ("―", "-", "dash"),
        ("‐", "-", "dash"),
        ("−", "-", "dash"),
        ("─", "-", "dash"),
        ("ｰ", "ー", "dash"),
        (" - ", "-", "trim spaces"),
    ],
)
def test_9_what_can_be_read_in_one_way_raises_no_question(
    text: str, value: object, rule: str
) -> None:
    read = figure(text)
    assert (read.value, read.raw, read.rule, asked(read)) == (value, text, rule, [])
    assert type(read.value) is type(value)
    assert bool(explain_reading(read.rule)) == bool(rule)


def test_a_reading_of_another_version_is_shown_as_it_is() -> None:
    assert explain_reading("width of_tomorrow").endswith("、of_tomorrow")


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("3,4OO", 3400, "R218"),
        ("l2", 12, "R218"),
        ("3〇", 30, "R218"),
        ("約34", 34, "R217"),
        ("34台程度", 34, "R217"),
        ("6、800", 6800, "R213"),
        ("1 234", 1234, "R213"),
        ("98,3", "98,3", "R216"),
        ("6.800", 6.8, "R213"),
        ("1.234.567", 1234567, "R213"),
        ("1,234,56", 123456, "R213"),
        ("３　４", 34, "R213"),
        ("34、35", "34、35", "R216"),
        ("34，35，36", "34，35，36", "R216"),
        ("34 35", "34 35", "R216"),
        ("6.3.31", "6.3.31", "R216"),
        ("1.234,5", "1.234,5", "R216"),
        ("34件", 34, "R222"),
        ("34%", 34, "R208"),
        ("+5", 5, "R228"),
        ("(5)", -5, "R228"),
        ("- 5", -5, "R228"),
        ("なし", "なし", "R215"),
        ("未定", "未定", "R215"),
        ("（未定）", "（未定）", "R215"),
        ("該当なし", "該当なし", "R215"),
        ("一", "一", "R214"),
        ("〇", "〇", "R214"),
        ("一部実施", "一部実施", "R216"),
        ("十分", "十分", "R216"),
        ("30～40", "30～40", "R216"),
        ("30-40", "30-40", "R216"),
        ("1/2", "1/2", "R216"),
        ("½", "½", "R216"),
        ("①", "①", "R216"),
        ("10²", "10²", "R216"),
        ("34\n35", "34\n35", "R216"),
        ("34台（うち新規2台）", "34台（うち新規2台）", "R216"),
        ("令和６年３月", "令和６年３月", "R216"),
        ("--", "--", "R216"),
        ("9999999999999999", "9999999999999999", "R216"),
        ("0.12345678901234567891", "0.12345678901234567891", "R216"),
    ],
)
def test_9_what_is_only_likely_is_asked(text: str, value: object, code: str) -> None:
    read = figure(text)
    assert (read.value, read.readable) == (value, True)
    assert asked(read) == [code]
    assert read.problems[0][1]["raw"] == text
    assert CATALOGUE[code].level is Level.CONFIRM


@pytest.mark.parametrize(
    ("text", "rule", "told"),
    [
        ("'34", "number_text", None),
        ("約34", "roughly", "34"),
        ("34台程度", "roughly unit", "34"),
        ("+ 5", "plus", "5"),
        ("(5)", "brackets", "-5"),
        ("- 5", "number_text", "-5"),
        ("ー 5", "minus", "-5"),
        ("△ 5", "minus", None),
        ("34  台", "unit", None),
        ("千台", "kanji unit", None),
        ("1 234 台", "separator unit", "1,234"),
        ("34千円", "other_unit", "34,000"),
        ("34人/年", "other_unit", "34"),
    ],
)
def test_9_how_a_figure_was_read_is_told(text: str, rule: str, told: str | None) -> None:
    read = figure(text)
    assert isinstance(read.value, int)
    assert (read.rule, [facts["value"] for _, facts in read.problems]) == (
        rule,
        [told] if told else [],
    )


@pytest.mark.parametrize("text", ["(5)(6)", "(5)台", "約", "台", "34台35台"])
def test_9_what_is_no_one_figure_stays_a_text(text: str) -> None:
    read = figure(text)
    assert (read.value, asked(read)) == (text, ["R216"])


@pytest.mark.parametrize(
    ("text", "value", "rule", "told"),
    [
        ("\\6,800", 6800, "separator money_unit", "6,800"),
        ("￥ 6,800", 6800, "width separator money_unit", "6,800"),
        ("¥680万", 6800, "kanji money_unit", "6,800"),
        ("6.8百万", 6800, "kanji money_unit", "6,800"),
        ("百万", 1000, "kanji money_unit", "1,000"),
        ("680万円", 6800, "money_unit", "6,800"),
        ("1億2,000万円", 120_000, "money_unit", "120,000"),
        ("三百万円", 3000, "kanji money_unit", "3,000"),
        ("1兆円", 1_000_000_000, "money_unit", "1,000,000,000"),
        ("680万人", 6_800_000, "kanji other_unit", "6,800,000"),
        ("6800千円/年", 6800, "money_unit", None),
    ],
)
def test_9_how_an_amount_was_read_is_told(
    text: str, value: int, rule: str, told: str | None
) -> None:
    read = money(text)
    assert (read.value, read.rule) == (value, rule)
    assert [facts["value"] for _, facts in read.problems] == ([told] if told else [])


@pytest.mark.parametrize("text", ["千円", "万円", "百万円", "千万円", "億円", "十億円未満"])
def test_9_a_unit_without_its_figure_is_no_amount(text: str) -> None:
    read = money(text)
    assert (read.value, asked(read)) == (text, ["R216"])


@pytest.mark.parametrize(
    ("text", "value"),
    [("十円", 0.01), ("二百円", 0.2), ("三千円", 3), ("五万円", 50), ("二億円", 200_000)],
)
def test_9_an_amount_in_numerals_is_counted_in_yen(text: str, value: float) -> None:
    assert money(text).value == value


@pytest.mark.parametrize(
    ("text", "unit", "value", "rule", "codes"),
    [
        ("18.5億", "億円", 18.5, "kanji money_unit", ["R229"]),
        ("6800千", "千円/年", 6800, "kanji money_unit", ["R229"]),
        ("6800千円", "百万円", 6.8, "money_unit", ["R220"]),
        ("三億円", "億円", 3, "kanji unit", []),
        ("34人", "件", 34, "other_unit", ["R222"]),
        ("34%", "ポイント", 34, "number_text", ["R208"]),
        ("34件／年", "件/年", 34, "width unit", []),
    ],
)
def test_9_another_unit_than_the_indicators(
    text: str, unit: str, value: float, rule: str, codes: list[str]
) -> None:
    read = figure(text, Expected(unit, "General"))
    assert (read.value, read.rule, asked(read)) == (value, rule, codes)


def test_9_the_unit_that_was_wanted_is_told() -> None:
    cases = [
        ("34件", figure("34件"), "台"),
        ("34件", figure("34件", Expected(None)), "なし"),
        ("34%", figure("34%"), "台"),
        ("34パーセント", figure("34パーセント", Expected(None)), "なし"),
        ("34件", money("34件"), "千円"),
        ("680万円", money("680万円"), "千円"),
        ("680万円", figure("680万円", Expected("百万円")), "1,000,000円"),
        ("34%", number(0.34, "0%"), "台"),
        ("34%", number(0.34, "0%", Expected(None)), "なし"),
    ]
    for raw, read, unit in cases:
        ((_, facts),) = read.problems
        assert (facts["raw"], facts["unit"]) == (raw, unit)


@pytest.mark.parametrize(
    ("text", "value", "rule", "told"),
    [
        ("00", 0, "leading_zeros", None),
        ("010", 10, "leading_zeros", None),
        ("01.5", 1.5, "leading_zeros", None),
        (".5", 0.5, "number_text", None),
        ("0.800", 0.8, "number_text", None),
        ("6.80", 6.8, "number_text", None),
        ("6.8000", 6.8, "number_text", None),
        ("1.234", 1.234, "number_text", "1.234"),
        ("123.456", 123.456, "number_text", "123.456"),
        ("1234.567", 1234.567, "number_text", None),
        ("三〇", 30, "kanji", None),
        ("〇〇", 0, "kanji", None),
        ("百十", 110, "kanji", None),
        ("二千三百", 2300, "kanji", None),
        ("千二百三", 1203, "kanji", None),
        ("一億二千万三", 120_000_003, "kanji", None),
        ("1万2千3", 12_003, "kanji", None),
        ("2百50万", 2_500_000, "kanji", None),
        ("1,000万", 10_000_000, "kanji", None),
        ("1.5万", 15_000, "kanji", None),
        ("1.5億", 150_000_000, "kanji", None),
        ("三 十", 30, "kanji", None),
        ("三十 四", 34, "kanji", None),
        ("3O4", 304, "letter_digit", "304"),
        ("〇5", 5, "letter_digit", "5"),
        ("1 2", 12, "separator", "12"),
        ("12,345,67", 1_234_567, "separator", "1,234,567"),
        ("1,2345", 12_345, "separator", "12,345"),
        ("1'234", 1234, "separator", "1,234"),
        ("6.8.", 6.8, "separator", "6.8"),
        ("34,", 34, "separator", "34"),
    ],
)
def test_9_the_ways_of_writing_a_number(
    text: str, value: float, rule: str, told: str | None
) -> None:
    read = figure(text)
    assert (read.value, type(read.value), read.rule) == (value, type(value), rule)
    assert [facts["value"] for _, facts in read.problems] == ([told] if told else [])


@pytest.mark.parametrize(
    "text",
    ["3四", "十百", "千千", "万", "億万", "1億2億", "1万3億", "1,00万", "OO", "O", "l", "1 23",
     "1,23", "1.234.56", "3.4.5", "１２３四"],
)  # fmt: skip
def test_9_what_is_written_in_no_one_way_is_no_number(text: str) -> None:
    read = figure(text)
    assert (read.value, asked(read)) == (text, ["R216"])


def test_9_the_thousands_of_a_figure_with_decimals_are_its_decimals() -> None:
    assert asked(figure("1.234", RATE)) == asked(figure("1.234", Expected("台"))) == []
    assert asked(figure("1.234", UNITS)) == ["R213"]


def test_9_a_comma_is_a_slip_for_the_point_only_where_decimals_are_printed() -> None:
    read = figure("98,3", RATE)
    assert (read.value, asked(read)) == (98.3, ["R213"])
    assert figure("98,3").value == "98,3"


@pytest.mark.parametrize(
    ("text", "value", "codes"),
    [
        ("6800", 6800, []),
        ("6800千円", 6800, []),
        ("６，８００　千円", 6800, []),
        ("680万円", 6800, ["R220"]),
        ("6,800,000円", 6800, ["R220"]),
        ("6,800,500円", 6800.5, ["R220", "R221"]),
        ("1億2,000万円", 120000, ["R220"]),
        ("12.5百万円", 12500, ["R220"]),
        ("三百万円", 3000, ["R220"]),
        ("0.07億円", 7000, ["R220"]),
        ("▲680万円", -6800, ["R220"]),
        ("0円", 0, ["R220"]),
        ("680万", 6800, ["R229"]),
        ("6800千", 6800, ["R229"]),
        ("￥6,800", 6800, ["R229"]),
        ("約680万円", 6800, ["R217", "R220"]),
        ("6800件", 6800, ["R222"]),
        ("12,34", "12,34", ["R216"]),
        ("千円", "千円", ["R216"]),
        ("－", "-", []),
        ("なし", "なし", ["R215"]),
    ],
)
def test_9_money_is_in_thousands_and_exact(text: str, value: object, codes: list[str]) -> None:
    read = money(text)
    assert read.value == value
    assert type(read.value) is type(value)
    assert asked(read) == codes


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("▲19.6％", "％", -19.6),
        ("98.3%", "％", 98.3),
        ("９８．３パーセント", "％", 98.3),
        ("45件", "件/年", 45),
        ("45件/年", "件/年", 45),
        ("4ヶ所", "か所", 4),
        ("4箇所", "か所", 4),
        ("12名", "人", 12),
        ("21,500アクセス", "アクセス数/年", 21500),
        ("84,000千円", "千円/年", 84000),
        ("8,400万円", "千円/年", 84000),
        ("18.5億円", "億円", 18.5),
        ("185,000万円", "億円", 18.5),
        ("32.7ｈａ", "ha", 32.7),
        ("22,000トン", "トン/年", 22000),
    ],
)
def test_9_the_indicators_own_unit(text: str, unit: str, value: float) -> None:
    read = figure(text, Expected(unit, "General"))
    assert (read.value, held(read)) == (value, [])


def test_9_a_percentage_is_stored_as_a_fraction() -> None:
    assert number(0.983, "0.0%", RATE).value == 98.3
    assert asked(number(0.983, "0.0%", RATE)) == []
    assert number(0.983, "0.0%", RATE).raw == "98.3%"
    other = number(0.34, "0%")
    assert (other.value, asked(other)) == (0.34, ["R208"])


@pytest.mark.parametrize(
    "text", ["18.5億円", "30億円以内", "2(78)", "▲19.6％", "令和６年３月", "未定", "運用中"]
)
def test_9_a_text_stays_where_the_target_is_a_text(text: str) -> None:
    read = figure(text, WORDS)
    assert (read.value, read.rule, asked(read)) == (text, "as_text", [])


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("１８５", 185, "width"),
        ("１，２００", 1200, "width separator"),
        ("1,234.5", 1234.5, "separator"),
        ("18.50", 18.5, ""),
        ("1,2345", "1,2345", "as_text"),
        ("あ" * 30, "あ" * 30, "as_text"),
    ],
)
def test_9_a_bare_number_is_a_number_where_the_target_is_a_text(
    text: str, value: object, rule: str
) -> None:
    read = figure(text, WORDS)
    assert (read.value, read.rule, asked(read)) == (value, rule, [])


def test_9_a_text_in_place_of_a_figure_is_kept_as_a_text() -> None:
    read = {text: figure(text) for text in ("なし", "30～40", "34\n台", "9" * 3 + "、" * 58)}
    assert [one.rule for one in read.values()] == ["word", "as_text", "as_text", "as_text"]
    assert [one.value for one in read.values()] == list(read)


@pytest.mark.parametrize(
    "text",
    [
        "あ" * 31,
        "・方針を定めた",
        "方針を定めた。",
        "方針\n要領",
        "方針を定めて関係課に示し、来年度の当初予算に入れることを決めた",
    ],
)
def test_9_a_sentence_is_asked_where_a_few_words_are_wanted(text: str) -> None:
    read = figure(text, WORDS)
    assert (read.value, asked(read)) == (text, ["R232"])


@pytest.mark.parametrize(
    ("value", "kept"),
    [(34.0, 34), (34, 34), (0.1 + 0.2, 0.3), (98.30000000000001, 98.3), (12.5, 12.5), (-0.0, 0)],
)
def test_numbers_lose_only_the_noise_of_reckoning(value: float, kept: float) -> None:
    read = number(value)
    assert (read.value, type(read.value), asked(read)) == (kept, type(kept), [])
    assert read.rule == ("float" if value in (0.1 + 0.2, 98.30000000000001) else "")


@pytest.mark.parametrize("value", [1e15, -1e300, float("inf"), float("nan")])
def test_a_number_excel_cannot_hold_is_refused(value: float) -> None:
    read = number(value)
    assert (read.value, read.readable, asked(read)) == (None, False, ["R205"])


@pytest.mark.parametrize(
    ("value", "code", "kept", "asks"),
    [
        (0, '#,##0;-#,##0;"-"', 0, ["R230"]),  # 横線に見える 0
        (5, '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ', 5, []),
        (5, ";;;", 5, ["R230"]),
        (6800000, "#,##0,", 6800, ["R219"]),
        (6800000, '#,##0"円"', 6800, ["R219"]),
        (6800, '"¥"#,##0', 6800, ["R219"]),
        (6800, '#,##0"千円"', 6800, []),
        (680, '#,##0"万円"', 6800, ["R219"]),
        (7, '#,##0"百万円"', 7000, ["R219"]),
        (2, '0"億円"', 200_000, ["R219"]),
        (-5, '#,##0;"▲"#,##0', -5, []),
        (5, '"▲"0', -5, ["R219"]),
        (-5, "#,##0;[Red]\\-#,##0", -5, []),
        (-5, '0;"▲"0;"-"', -5, []),
        (0, '0;-0;"-"', 0, ["R230"]),
        (0, "0;-0", 0, []),
        (-5, '0;"-"', -5, ["R230"]),
        (5, '0;"-"', 5, []),
        (-5, "0;;", -5, ["R230"]),
        (0, "0;;", 0, ["R230"]),
        (5, "0;;", 5, []),
        (5, '"a;b"0;"x"', 5, ["R230"]),
        (5, '\\;0;"約"0', 5, ["R230"]),
        (-5, '0;"約"0', 5, ["R219"]),
        (5, '0;"約"0', 5, []),
        (5, '"約"0', 5, ["R217"]),
        (0, '"▲"0', 0, []),
        (-5, '"▲"0', -5, ["R230"]),  # 「-▲5」と見える
        (34, '"0.0"', 0, ["R219"]),
        (12_000, "#,##0,", 12, ["R219"]),
        (34, '[>30]"目標達成";0', 34, ["R230"]),
        (29, '[>30]"目標達成";0', 29, []),
        (34, '"("0")"', -34, ["R219"]),
        (-34, "#,##0_);(#,##0)", -34, []),
        (34, '0"（速報値）"', 34, ["R230"]),
        (34, '0"百"', 3400, ["R219"]),
        (6800, '#,##0.0,"百万円"', 6800, []),
        (6849, '#,##0.0,"百万円"', 6849, ["R230"]),  # 6.8 と見える
        (6_800_000, '#,##0.0,"百万円"', 6_800_000, []),
        (6_800_000, '#,##0.0,,"百万円"', 6800, ["R219"]),
        (34, "# ?/?", 34, []),
        (0.5, "# ?/?", 0.5, ["R230", "R221"]),
        (34, "0.00E+00", 34, []),
        (3456, "0.0E+00", 3456, ["R230"]),
        (34, "[h]:mm", 34, ["R230"]),
        (34, "[DBNum3]0", 34, []),
        (463944711, "000-0000", 463944711, ["R230"]),
        (34, "[$¥-411]0", 34, ["R219"]),
    ],
)
def test_12_a_format_that_shows_another_figure_is_asked(
    value: int, code: str, kept: int, asks: list[str]
) -> None:
    read = read_value(RawCell(CellKind.NUMBER, value, code), FieldKind.MONEY)
    assert (read.value, asked(read)) == (kept, asks)


@pytest.mark.parametrize(
    ("iso", "code", "kept", "asks"),
    [
        ("2024-01-02", 'm"月"d"日"', "1月2日", "R225"),
        ("2024-01-02", "d-mmm", "2-Jan", "R225"),
        ("2024-03-01", "mmm-yy", "Mar-24", "R225"),
        ("2024-03-01", "yyyy/m/d", "2024/3/1", "R231"),
        ("2024-03-01", 'ggge"年"m"月"d"日"', "令和6年3月1日", "R231"),
        ("2024-03-01", "General", "2024年3月1日", "R231"),
    ],
)
def test_10_text_that_became_a_date_is_asked(iso: str, code: str, kept: str, asks: str) -> None:
    read = read_value(RawCell(CellKind.DATE, iso, code), FieldKind.FIGURE, UNITS)
    assert (read.value, asked(read)) == (kept, [asks])


def test_12_what_a_format_shows_is_told() -> None:
    def facts(value: int, code: str, kind: FieldKind = FieldKind.MONEY) -> object:
        ((_, told),) = read_value(RawCell(CellKind.NUMBER, value, code), kind).problems
        return told

    assert facts(5, ";;;") == {"value": "5", "format": ";;;", "seen": SEEN_AS_BLANK}
    assert facts(34, "[h]:mm") == {"value": "34", "format": "[h]:mm", "seen": SEEN_OTHERWISE}
    code = '[>30]"目標達成";0'
    shown = SEEN_AS.format(seen="目標達成")
    assert facts(34, code) == {"value": "34", "format": code, "seen": shown}
    assert facts(34, '"¥"0') == {"raw": "¥34", "value": "34"}
    assert facts(6_800_000, '0"円"') == {"raw": "6800000円", "value": "6800"}
    assert number(34, '"¥"0', Expected("円", "0")).problems == ()
    assert number(34, '"¥"0', UNITS).problems == ()
    assert asked(number(34, '"¥"0', Expected("億円", "0"))) == ["R219"]


def test_12_a_percentage_too_large_for_the_master_is_refused() -> None:
    read = number(1e13, "0%", RATE)
    assert (read.value, read.readable, asked(read)) == (None, False, ["R205"])
    assert number(9e12, "0%", RATE).value == 900_000_000_000_000
    assert (number(0.983, "0%", RATE).rule, number(999_999_999_999_999, "0").readable) == (
        "percent",
        True,
    )


@pytest.mark.parametrize(
    ("code", "numeric", "told"), [("m/d", True, "R225"), ("yyyy/m/d", True, "R231"),
                                  ("m/d", False, "R225"), ("yyyy/m/d", False, "R226")]
)  # fmt: skip
def test_10_the_day_of_a_date_is_told(code: str, numeric: bool, told: str) -> None:
    expected = Expected("台", "#,##0", numeric=numeric, like="令和６年３月")
    cell = RawCell(CellKind.DATE, "2024-03-01T10:00:00", code)
    ((found, facts),) = read_value(cell, FieldKind.FIGURE, expected).problems
    assert (found, facts["date"]) == (told, "令和６年３月１日（金）")
    assert facts["shown"] == code.replace("yyyy", "2024").replace("m", "3").replace("d", "1")


def test_10_what_was_typed_is_told() -> None:
    read = read_value(RawCell(CellKind.DATE, "2024-01-02", 'm"月"d"日"'), FieldKind.FIGURE, UNITS)
    assert read.problems[0][1]["typed"] == "1-2"


@pytest.mark.parametrize(
    ("iso", "code", "typed"),
    [
        ("2024-12-08", '[$-411]m"月"d"日";@', "12-8"),
        ("2024-03-01", "D-MMM", "3-1"),
        ("2024-03-01", 'ggge"年"m"月"', "3-24"),
        ("2024-03-01", "yy-m", "3-24"),
        ("2024-03-01", "m/d/yyyy", None),
        ("2024-03-01", "mmm", None),
        ("2024-03-01", "d", None),
        ("2024-03-01", "yyyy", None),
        ("2024-03-01", 'd"m"', None),
        ("13:05:09", "m-d", None),
    ],
)
def test_10_what_was_typed_is_told_only_where_a_part_of_the_date_is_shown(
    iso: str, code: str, typed: str | None
) -> None:
    read = read_value(RawCell(CellKind.DATE, iso, code), FieldKind.FIGURE, UNITS)
    assert asked(read) == (["R225"] if typed else ["R231"])
    assert read.problems[0][1].get("typed") == typed


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (36525, None),
        (36526, "２０００年１月１日（土）"),
        (45352.5, None),
        (73050, "令和８１年１２月３１日（木）"),
        (73051, None),
    ],
)
def test_10_a_serial_number_is_a_date_of_this_century_only(serial: float, day: str | None) -> None:
    wanted = Expected(None, "General", numeric=False, like="令和６年３月")
    assert [facts["date"] for _, facts in number(serial, "General", wanted).problems] == (
        [day] if day else []
    )


def test_10_a_date_is_right_where_a_date_is_wanted() -> None:
    wanted = Expected(None, "General", numeric=False, like="令和６年３月")
    shown = read_value(
        RawCell(CellKind.DATE, "2024-03-01", '[$-411]ggge"年"m"月"'), FieldKind.FIGURE, wanted
    )
    assert (shown.value, held(shown)) == ("令和6年3月", ["R225"])
    whole = read_value(
        RawCell(CellKind.DATE, "2024-03-01", 'ggge"年"m"月"d"日"'), FieldKind.FIGURE, wanted
    )
    assert (whole.value, asked(whole)) == ("令和6年3月1日", ["R226"])
    serial = number(45352, "General", wanted)
    assert (serial.value, asked(serial)) == (45352, ["R227"])
    assert serial.problems[0][1]["date"] == "令和６年３月１日（金）"


def test_9_a_format_with_another_unit_of_money() -> None:
    thousands = number(84_000_000, '#,##0"円"', Expected("千円/年", "#,##0"))
    assert (thousands.value, asked(thousands)) == (84_000, ["R219"])
    assert asked(number(84_000, '#,##0"千円"', Expected("千円/年", "#,##0"))) == []
    assert asked(number(34, '#,##0"円"')) == ["R222"]


@pytest.mark.parametrize(
    ("code", "kept", "asks"),
    [
        ('0"台"', 34, []),
        ("0台", 34, []),
        ('0"百台"', 3400, ["R219"]),
        ('0"件"', 34, ["R222"]),
        ('"累計"0', 34, ["R230"]),
        ('0"台以上"', 34, ["R230"]),
        ('0"："0', 34, ["R230"]),
    ],
)
def test_what_is_seen_beside_a_figure_decides(code: str, kept: int, asks: list[str]) -> None:
    read = number(34, code)
    assert (read.value, asked(read)) == (kept, asks)


def test_a_figure_rounded_by_its_cell_is_asked_unless_the_page_rounds_it_too() -> None:
    assert asked(number(34.4, "0", Expected("台", "General"))) == ["R230"]
    assert asked(number(34.4, "0", Expected("台", "0"))) == []  # R315 が尋ねる
    assert asked(number(34.4, "0.0", Expected("台", "General"))) == []
    assert asked(number(0.98345, "0.0%", Expected("％", "General"))) == ["R230"]
    assert asked(number(0.983, "0.0%", Expected("％", "General"))) == []


def test_what_the_saving_program_showed_decides() -> None:
    def seen(value: float, shown: str, code: str = "General") -> tuple[object, list[str]]:
        cell = RawCell(CellKind.NUMBER, value, code, shown=shown)
        read = read_value(cell, FieldKind.FIGURE, UNITS)
        return read.value, asked(read)

    assert seen(34, "34") == seen(34, "34台") == seen(34, "34.0") == (34, [])
    assert seen(34, "目標達成") == (34, ["R230"])
    assert seen(34, "34百台") == (3400, ["R219"])
    assert seen(1234, "1,234 台") == (1234, [])


def test_11_a_formula_gives_its_kept_result() -> None:
    cell = RawCell(CellKind.NUMBER, 34, "General", "SUM(A1:A3)")
    read = read_value(cell, FieldKind.FIGURE, UNITS)
    assert (read.value, read.rule, asked(read)) == (34, "formula", ["R202"])


@pytest.mark.parametrize("kind", list(FieldKind))
def test_11_without_a_result_nothing_can_be_recorded(kind: FieldKind) -> None:
    expected = Expected(scale=("A",))
    lost = read_value(RawCell(CellKind.BLANK, None, "General", "SUM(A1)"), kind, expected)
    assert (lost.value, lost.readable, lost.raw, asked(lost)) == (None, False, "=SUM(A1)", ["R201"])
    for error in ("#N/A", "#VALUE!", "#REF!"):
        read = read_value(RawCell(CellKind.ERROR, error), kind, expected)
        assert (read.value, read.readable, asked(read)) == (None, False, ["R203"])


def test_a_truth_value_is_asked() -> None:
    truth = RawCell(CellKind.BOOL, True)
    assert asked(read_value(truth, FieldKind.GRADE, Expected(scale=("A",)))) == ["R224"]
    assert asked(read_value(RawCell(CellKind.BOOL, True), FieldKind.FIGURE, UNITS)) == ["R204"]


@pytest.mark.parametrize(
    ("seen", "unit", "kept", "asks"),
    [
        ("3¹", "台", "3¹", ["R240"]),
        ("10³", "台", "10³", ["R240"]),
        ("34注¹", "台", "34注¹", ["R240"]),
        ("100m²", "m2", 100, ["R241"]),
        ("³¹", "台", "³¹", ["R240"]),
    ],
)
def test_raised_digits_are_no_part_of_a_figure(
    seen: str, unit: str, kept: object, asks: list[str]
) -> None:
    cell = RawCell(CellKind.TEXT, "31", raised=seen)
    read = read_value(cell, FieldKind.FIGURE, Expected(unit, "0"))
    assert (read.value, read.raw, asked(read)) == (kept, seen, asks)
    money = read_value(RawCell(CellKind.TEXT, "31", raised="3¹"), FieldKind.MONEY)
    assert (money.value, asked(money)) == ("3¹", ["R240"])


def test_raised_text_is_told_in_a_text_and_refused_as_a_grade() -> None:
    text = read_value(RawCell(CellKind.TEXT, "約103人", raised="約10³人"), FieldKind.TEXT)
    assert (text.value, asked(text), text.rule) == ("約10³人", ["R241"], "raised")
    marked = RawCell(CellKind.TEXT, "A1", raised="A¹")
    for scale, kept, asks in ((("A", "B"), None, ["R224"]), (("A", "A1"), "A1", [])):
        grade = read_value(marked, FieldKind.GRADE, Expected(scale=scale))
        assert (grade.value, asked(grade)) == (kept, [*asks, "R240"])
