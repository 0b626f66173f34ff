"""文と評価の欄の読み方。"""

from __future__ import annotations

import pytest

from sheetgen.collect.values.cell_value import Expected, read_value
from sheetgen.collect.values.plain_text import ReadValue
from sheetgen.plan.round import FieldKind
from sheetgen.reading.book import CellKind, RawCell

SCALE = ("A", "B", "C", "D")


def text(words: str, struck: str | None = None) -> ReadValue:
    return read_value(RawCell(CellKind.TEXT, words, struck=struck), FieldKind.TEXT)


def grade(words: str, scale: tuple[str, ...] = SCALE) -> ReadValue:
    return read_value(RawCell(CellKind.TEXT, words), FieldKind.GRADE, Expected(scale=scale))


def asked(read: ReadValue) -> list[str]:
    return [code for code, _ in read.problems]


@pytest.mark.parametrize("kind", list(FieldKind))
@pytest.mark.parametrize("words", [" ", "　　", "\n\n", "\t", "\u200b", "\xa0", "\ufeff", ""])
def test_12_blanks_are_a_blank(kind: FieldKind, words: str) -> None:
    read = read_value(RawCell(CellKind.TEXT, words), kind, Expected(scale=SCALE))
    assert read.value is None
    assert asked(read) == (["R210"] if words else [])
    assert read.raw == words


@pytest.mark.parametrize("kind", list(FieldKind))
def test_12_a_formatted_cell_without_a_value_is_blank(kind: FieldKind) -> None:
    blank = RawCell(CellKind.BLANK, None, '0;;;"なし"')
    assert read_value(blank, kind) == ReadValue(None, "")
    assert read_value(None, kind) == ReadValue(None, "")


@pytest.mark.parametrize(
    ("words", "kept", "rule", "codes"),
    [
        ("一行目。\r\n\r\n三行目。\r\n", "一行目。\n\n三行目。", "line_ends trim", []),
        ("一行目。\r二行目。", "一行目。\n二行目。", "line_ends", []),
        ("一行目。_x000D_\n二行目。", "一行目。\n二行目。", "line_ends", []),
        ("一行目。\x0b二行目。", "一行目。\n二行目。", "line_ends", []),
        ("おわり 　\n", "おわり", "trim", []),
        ("　字下げ\n　　もっと", "　字下げ\n　　もっと", "", []),
        ("０４６３", "０４６３", "", []),
        ("007", "007", "", []),
        ("見え\x02ない", "見えない", "control", ["R206"]),
        ("㈱髙﨑①Ⅲ㍿", "㈱髙﨑①Ⅲ㍿", "", []),
        ("葛\U000e0100城", "葛\U000e0100城", "", []),
        ("か\u3099", "か\u3099", "", []),
        ("\ud842\udfb7野", "\U00020bb7野", "", []),
        ("欠\ud842けた", "欠〓けた", "lost", ["R207"]),
        ("\ufffd\ufffd市", "〓〓市", "lost", ["R207"]),
        ("外\ue000字", "外\ue000字", "", ["R209"]),
        ("\ufeff一\u200b二\u00ad三\u2060四\u200e五", "一二三四五", "control", ["R206"]),
        ("\u200b", None, "blanks", ["R210"]),
        ("👨\u200d👩\u200d👧が来た", "👨\u200d👩\u200d👧が来た", "", []),
        ("一\u200d二", "一二", "control", ["R206"]),
        ("増\u202e43\u202c台", "増43台", "control", ["R243"]),
        ("zalgo" + "\u0301" * 40, "zalgo" + "\u0301" * 40, "", ["R242"]),
        ("\u3099が先", "\u3099が先", "", ["R242"]),
        ("Vi\u1ec7t ệ", "Vi\u1ec7t ệ", "", []),
        ("未\u0378定", "未\u0378定", "", ["R242"]),
        ("ﾊﾝｶｸのｶﾅ、漢字と①", "ﾊﾝｶｸのｶﾅ、漢字と①", "", []),
        ("-", "-", "", []),
        ("－", "－", "", []),
    ],
)
def test_13_only_what_cannot_be_kept_is_mended(
    words: str, kept: str | None, rule: str, codes: list[str]
) -> None:
    read = text(words)
    assert (read.value, read.rule, asked(read)) == (kept, rule, codes)


@pytest.mark.parametrize("code", ["cp932", "cp1252"])
@pytest.mark.parametrize(
    "words", ["アイウエオカキクケコ", "・自販機を三台追加した。\n・続けて設置する。"]
)
def test_text_read_with_another_encoding_is_asked(words: str, code: str) -> None:
    broken = words.encode().decode(code, "replace").replace("\ufffd", "?")
    assert "R242" in asked(text(broken))
    assert asked(text(words)) == []


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        ("見え\x02な\x01い\x02", {"codes": "U+0001、U+0002"}),
        ("\ufffd\ufffd市", {"count": 2, "text": "〓〓市"}),
        ("あ" * 60 + "\ufffd", {"count": 1, "text": "…" + "あ" * 39 + "〓"}),
        ("外\ue000字\ue001", {"count": 2, "text": "外\ue000字\ue001"}),
        ("あ" * 80 + "\ue000", {"count": 1, "text": "…" + "あ" * 39 + "\ue000"}),
    ],
)
def test_13_what_was_mended_is_told(words: str, facts: dict[str, object]) -> None:
    ((_, told),) = text(words).problems
    assert told == facts


def test_14_more_than_a_cell_can_hold_is_refused() -> None:
    assert text("あ" * 32_767).value == "あ" * 32_767
    assert asked(text("あ" * 32_768)) == ["R211"]
    # Excel は、半分だけの字を一つと数える。
    assert asked(text("\U00020bb7" * 16_384)) == ["R211"]
    assert not text("あ" * 32_768).readable


@pytest.mark.parametrize("words", ["A", "Ａ", "a", "ａ", " A ", "A評価", "評価：Ａ", "A。"])
def test_15_a_grade_in_any_form(words: str) -> None:
    read = grade(words)
    assert (read.value, asked(read)) == ("A", [])
    assert bool(read.rule) == (words != "A")


@pytest.mark.parametrize(
    "words", ["Ａ（ただし、一部に遅れ）", "A\n※見込み", "a:暫定値による", "A ただし未確定"]
)
def test_15_a_remark_is_not_lost_silently(words: str) -> None:
    read = grade(words)
    assert (read.value, asked(read), read.raw) == ("A", ["R223"], words)
    assert read.problems[0][1] == {"raw": words, "grade": "A"}


@pytest.mark.parametrize("words", ["E", "-", "－", "AB", "A・B", "A→B", "A～B", "優", "5", "A'"])
def test_15_outside_the_scale_is_refused(words: str) -> None:
    read = grade(words)
    assert (read.value, read.readable, asked(read)) == (None, False, ["R224"])


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("A", ""),
        ("Ａ", "width"),
        ("a", "grade_form"),
        ("A評価", "grade_words"),
        ("A。", "grade_words"),
        ("A：あい", "width grade_remark"),
    ],
)
def test_15_how_a_grade_was_read_is_told(words: str, rule: str) -> None:
    read = grade(words)
    assert (read.value, read.rule) == ("A", rule)


def test_15_a_second_grade_beside_the_first_is_no_remark() -> None:
    for words in ("S1（S2）", "S1・S2", "S1 S2", "S1（あ）"):
        read = grade(words, ("S1", "S2"))
        assert (read.value, asked(read)) == (None, ["R224"])
        assert read.problems[0][1] == {"raw": words, "scale": "S1・S2"}
    assert grade("S1（あい）", ("S1", "S2")).value == "S1"


def test_15_another_scale() -> None:
    assert grade("〇", ("◎", "○")).value == "○"
    # Excel は、一覧から選んだ「１」も数の 1 にする。
    assert [grade(words, ("Ａ", "Ｂ")).value for words in ("A", "Ｂ", "b（ただし）")] == [*"ＡＢＢ"]
    assert [grade(words, ("１", "２")).value for words in ("1", "２")] == ["１", "２"]
    assert grade("A−", ("A＋", "A", "A-")).value == "A-"
    assert grade("A+", ("A＋", "A", "A-")).value == "A＋"
    # どちらとも決まらない書き方は、選び直してもらう。
    assert grade("Ａ", ("A", "a")).value is None
    assert grade("a", ("A", "a")).value == "a"
    assert grade("◎", ("◎", "○")).value == "◎"
    number = read_value(RawCell(CellKind.NUMBER, 5), FieldKind.GRADE, Expected(scale=("5", "4")))
    assert number.value == "5"


def test_17_struck_out_text_is_asked_with_and_without() -> None:
    read = text("年２回開催した。３回開催した。", "年２回開催した。")
    assert (read.value, read.rule, asked(read)) == ("３回開催した。", "struck", ["R212"])
    facts = read.problems[0][1]
    assert (facts["whole"], facts["rest"]) == ("年２回開催した。３回開催した。", "３回開催した。")
    assert read.raw == "年２回開催した。３回開催した。"


def test_17_text_struck_in_many_places_is_left_out_in_each() -> None:
    """``3回4回、5人6人`` の 3回 と 5人 を消したもの。"""
    cell = RawCell(CellKind.TEXT, "3回4回、5人6人", struck="3回5人", left="4回、6人")
    read = read_value(cell, FieldKind.TEXT)
    assert (read.value, asked(read)) == ("4回、6人", ["R212"])
    assert read.problems[0][1]["rest"] == "4回、6人"


def test_17_what_is_struck_in_no_one_place_stays() -> None:
    assert text("実施した。実施した。", "実施した。").value == "実施した。実施した。"
    assert text("全部", "全部").value is None
    assert asked(text("全部", "全部")) == ["R212"]


def test_17_a_struck_figure_is_asked() -> None:
    read = read_value(RawCell(CellKind.NUMBER, 34, struck="34"), FieldKind.FIGURE, Expected("台"))
    assert (read.value, asked(read), read.raw) == (None, ["R212"], "34")


@pytest.mark.parametrize(
    "words",
    ['=HYPERLINK("https://example.com","x")', "+81", "-1+1", "@SUM(A1)", "\tx",
     "<script>alert(1)</script>", "<b>太字</b>", "{{ item.title }}", "&amp;"],
)  # fmt: skip
def test_30_33_formulas_and_markup_stay_text(words: str) -> None:
    read = text(words)
    assert (read.value, asked(read)) == (words, [])


def test_a_figure_in_a_text_stays_as_it_was_seen() -> None:
    assert read_value(RawCell(CellKind.NUMBER, 34.0), FieldKind.TEXT).value == "34"
    assert read_value(RawCell(CellKind.NUMBER, 0.5, "0%"), FieldKind.TEXT).value == "50%"
    assert (
        read_value(RawCell(CellKind.NUMBER, 3, '0"台を設置"'), FieldKind.TEXT).value == "3台を設置"
    )
    assert read_value(RawCell(CellKind.NUMBER, 6800, "#,##0"), FieldKind.TEXT).value == "6,800"


@pytest.mark.parametrize(
    ("iso", "code", "seen"),
    [
        ("2024-03-01", "yyyy-mm-dd h:mm:ss", "2024-03-01 0:00:00"),
        ("2024-03-01T13:05:09", "yyyy/m/d h:mm", "2024/3/1 13:05"),
        ("2024-03-01T13:05:09", "m/d/yy hh:mm AM/PM", "3/1/24 01:05 PM"),
        ("2024-03-01T00:05:09", 'm"月"d"日" h"時"mm"分"', "3月1日 0時05分"),
        ("2024-03-01T13:05:09", "yyyy/m/d mm:ss", "2024/3/1 05:09"),
        ("2024-03-01T13:05:09", "h:mm:s", "13:05:9"),
        ("2024-03-01T13:05:09", "m/d h a/p", "3/1 1 P"),
        ("2024-03-01T12:00:00", "d h AM/PM", "1 12 PM"),
        ("2024-03-01T11:59:00", "d h AM/PM", "1 11 AM"),
        ("2024-03-01T00:00:00", "d h:mm a/p", "1 12:00 A"),
        ("13:05:09", "h:mm", "13:05:09"),
    ],
)
def test_10_a_time_of_day_is_shown_as_it_was_seen(iso: str, code: str, seen: str) -> None:
    """m は、時のあとと秒の前では分のこと。"""
    assert read_value(RawCell(CellKind.DATE, iso, code), FieldKind.TEXT).value == seen


@pytest.mark.parametrize(
    ("iso", "code", "seen"),
    [
        ("2024-12-08", '[$-411]m"月"d"日";@', "12月8日"),
        ("2024-03-08", "YYYY/MM/DD", "2024/03/08"),
        ("2005-03-08", "yy-m", "05-3"),
        ("2024-03-08", "mmmm d", "March 8"),
        ("2024-03-08", "mmmmm", "M"),
        ("2024-03-08", "m/d\\ ", "3/8"),
        ("2024-03-08", "d\\d", "8d"),
        ("2024-03-08", '"y"0', "2024年3月8日"),
        ("2024-03-08", "[m]0", "2024年3月8日"),
        ("2024-03-08", "ge.m.d", "R6.3.8"),
        ("2024-03-08", "gee.mm.dd", "R06.03.08"),
        ("2024-03-08", 'gge"年"', "令6年"),
        ("2024-03-08", 'gggee"年"mm"月"dd"日"', "令和06年03月08日"),
        ("2024-03-08", 'ggg e"年"', "令和 6年"),
        ("2019-05-01", 'ggge"年"m"月"', "令和1年5月"),
        ("2019-05-01", '[$-ja-JP-x-gannen]ggge"年"m"月"', "令和元年5月"),
        ("2020-05-01", '[$-ja-JP-x-gannen]ggge"年"m"月"', "令和2年5月"),
        ("2019-05-01", '[<43831]ggg"元年"m"月";ggge"年"m"月"', "令和元年5月"),
        ("2020-01-01", '[<43831]ggg"元年"m"月";ggge"年"m"月"', "令和2年1月"),
        ("2019-04-30", '[<43586]"平成"e"年";[<43831]ggg"元年";ggge"年"', "平成2019年"),
        ("2019-12-31", '[<43586]"平成"e"年";[<43831]ggg"元年";ggge"年"', "令和元年"),
        ("2019-04-30", 'ggge"年"m"月"', "2019年4月"),
        ("2019-04-30", "ge.m.d", "2019.4.30"),
        ("2024-03-08", 'm"月"d"日"(aaa)', "3月8日(金)"),
        ("2024-03-10", 'd"日"aaaa', "10日日曜日"),
        ("2024-03-08", "ddd d", "Fri 8"),
        ("2024-03-11", "dddd, mmm d", "Monday, Mar 11"),
    ],
)
def test_10_a_date_is_shown_as_it_was_seen(iso: str, code: str, seen: str) -> None:
    """元号も曜日も、表示形式のとおりに。引用符や角かっこの中の字は、年月日の印ではない。"""
    assert read_value(RawCell(CellKind.DATE, iso, code), FieldKind.TEXT).value == seen


def test_a_percent_sign_beside_the_figure_multiplies_nothing() -> None:
    rate = RawCell(CellKind.NUMBER, 98.3, '0.0"%"')
    read = read_value(rate, FieldKind.FIGURE, Expected("％", "0.0"))
    assert (read.value, read.raw) == (98.3, "98.3%")
