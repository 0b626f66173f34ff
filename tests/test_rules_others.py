"""見直し照会、印刷、ブックの見えない所、様式どうしの点検。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from examining_samples import codes, examined, levels, matched, plausible
from hypothesis import given, settings
from hypothesis import strategies as st
from seen_samples import without_unseen

from sheetgen.collect.answers import ReturnedForm
from sheetgen.collect.examining import Examiner
from sheetgen.collect.printing import Printing
from sheetgen.collect.rules.hidden_places import check_book
from sheetgen.collect.rules.table import check_together
from sheetgen.collect.rules.text_rules import personal_data
from sheetgen.form.template import FormTemplate
from sheetgen.messages.catalogue import CATALOGUE, describe
from sheetgen.messages.merging import EITHER_VALUE, WRITTEN_DIFFERENTLY
from sheetgen.plan.loading import load_plan
from sheetgen.plan.paths import with_items
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Level, Place, Problem, SheetgenError
from sheetgen.publish.comparison.difference import difference_in_words
from sheetgen.reading.book import (
    BookFormat,
    CellKind,
    RawBook,
    RawCell,
    RawSheet,
    Remark,
    RemarkKind,
)

RESULTS, REVISION = Round(RoundKind.RESULTS, 2024), Round(RoundKind.REVISION, 2024)
TEXT = "years[0].result.text"


@pytest.fixture(scope="module")
def plan(project_root: Path) -> Plan:
    return load_plan(project_root / "data" / "plan.json")


def test_an_untouched_revision_raises_nothing(plan: Plan) -> None:
    for _, _, item in plan.items():
        form = examined(plan, REVISION, item.id)
        assert (form.problems, form.changed) == ((), {})


def test_a_sound_revision_raises_nothing(plan: Plan) -> None:
    for _, _, item in plan.items():
        form = examined(
            plan,
            REVISION,
            item.id,
            {"initiative.text": "■ 引き続き、関係課と調整しながら取組を進める。",
             "years[2].plan": "・取組を進め、年度末に効果を検証する。"},
        )  # fmt: skip
        assert (item.id, form.problems) == (item.id, ())


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ({"years[2].target": 37}, ["R307"]),
        ({"years[2].target": 370, "initiative.text": "■ 続ける。"}, ["R317"]),
        ({"years[2].effect": 7_200_000, "initiative.text": "■ 続ける。"}, ["R317"]),
        ({"years[2].effect": "720万円", "initiative.text": "■ 続ける。"}, ["R220"]),
        ({"years[2].plan": None, "initiative.text": "■ 続ける。"}, ["R308"]),
        ({"years[2].plan": "別紙のとおり", "initiative.text": "■ 続ける。"}, ["R332"]),
        ({"years[0].result.text": "実施した。"}, ["R340"]),
        ({"years[0].plan": "・やめる。"}, ["R341"]),
        ({"years[2].target": "36～38", "initiative.text": "■ 続ける。"}, ["R216"]),
    ],
)
def test_the_revision(plan: Plan, written: dict[str, object], wanted: list[str]) -> None:
    assert codes(examined(plan, REVISION, "08-08", written)) == wanted


def test_14_text_over_what_the_page_can_print(plan: Plan, template_path: Path) -> None:
    examiner = Examiner(plan, Printing(FormTemplate(template_path)))
    _, _, item = plan.find("08-08")

    def told(length: int) -> dict[str, Level]:
        text = ("・取組を進めた結果、設置台数が増えた。" * 400)[:length]
        one = matched(
            plan, RESULTS, "08-08", plausible(item, 0) | {TEXT: text}, capacity={TEXT: 168}
        )
        form = examiner.examine(one)
        assert form.answers[TEXT].value == text
        return levels(form)

    assert told(160) == told(300) == {}
    assert told(500) == {"R337": Level.CONFIRM}
    assert told(1200) == {"R337": Level.CONFIRM}
    assert told(4000) == {"R336": Level.ERROR}


def test_a_text_that_squeezes_the_page_is_asked_with_what_fits(
    plan: Plan, template_path: Path
) -> None:
    """割り付けの下限（9.5 pt）を下回る取組方針を、どの実施項目でも、入る字数とともに聞く。"""
    examiner = Examiner(plan, Printing(FormTemplate(template_path)))
    words = "・取組を進める内容を、課で検討して決める。" * 50

    def asked(item: str, text: str) -> list[Problem]:
        answers = {"initiative.text": text}
        one = matched(plan, REVISION, item, answers, capacity={"initiative.text": 140})
        return [p for p in examiner.examine(one).problems if p.code in ("R336", "R337")]

    for item in ("01-01", "08-08", "05-03"):
        (told,) = asked(item, words[:600])
        assert (told.code, told.facts["length"]) == ("R337", 600)
        assert float(str(told.facts["size"])) < 9.5 <= float(str(told.facts["least"]))
        fits = int(str(told.facts["capacity"]))
        assert 100 < fits < 600
        # 入ると言った字数なら聞かず、一字多ければ聞く。
        assert asked(item, words[:fits]) == []
        assert asked(item, words[: fits + 1]) != []


def test_a_page_that_is_small_already_is_no_fault_of_the_text(
    plan: Plan, template_path: Path
) -> None:
    """ほかの欄でもう小さくなっているページでは、それより小さくする文だけを聞く。"""
    crowded = plan.find("08-08")[2].model_copy(update={"improvement": "● 取り組む。" * 330})
    squeezed = with_items(plan, {"08-08": crowded})
    examiner = Examiner(squeezed, Printing(FormTemplate(template_path)))

    def told(length: int) -> list[str]:
        text = ("・取組を進める。" * 60)[:length]
        answers = {"initiative.text": text}
        one = matched(squeezed, REVISION, "08-08", answers, capacity={"initiative.text": 20})
        found = examiner.examine(one).problems
        return [p.code for p in found if p.code in ("R336", "R337")]

    assert told(40) == []
    assert told(400) == ["R337"]


def test_characters_that_no_font_prints_are_told_with_their_field(
    plan: Plan, template_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, item = plan.find("08-08")
    words = "・𠮷野家の\U00012000を髙﨑①−〜で進めた。"
    one = matched(plan, RESULTS, "08-08", plausible(item, 0) | {TEXT: words})

    def told() -> list[tuple[str | None, object]]:
        form = Examiner(plan, Printing(FormTemplate(template_path))).examine(one)
        assert set(levels(form).items()) == {("R244", Level.NOTE)}
        return [(p.place.path, p.facts["characters"]) for p in form.problems]

    assert told() == [(TEXT, "𠮷 U+20BB7、\U00012000 U+12000")]

    def no_fonts(characters: object) -> None:
        raise SheetgenError(Problem("D002", facts={"fonts": ""}))

    monkeypatch.setattr("sheetgen.publish.pdf.unprintable", no_fonts)
    assert told() == [(TEXT, "𠮷 U+20BB7、\U00012000 U+12000")]


def test_common_characters_need_no_fonts(
    plan: Plan, template_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheetgen.publish.pdf.unprintable", None)
    answers = plausible(plan.find("08-08")[2], 0) | {TEXT: "・㈱髙﨑①Ⅲ−〜で進めた。葛\U000e0100城"}
    one = matched(plan, RESULTS, "08-08", answers)
    assert levels(Examiner(plan, Printing(FormTemplate(template_path))).examine(one)) == {}


def test_14_without_a_template_it_is_said(plan: Plan, tmp_path: Path) -> None:
    _, _, item = plan.find("08-08")
    answers = plausible(item, 0) | {TEXT: "あ" * 2000}
    one = matched(plan, RESULTS, "08-08", answers, capacity={TEXT: 168})
    form = Examiner(plan, Printing(FormTemplate(tmp_path / "none.xlsx"))).examine(one)
    assert levels(form) == {"R343": Level.NOTE}


def test_cells_not_found_leave_the_rest_to_be_read(plan: Plan) -> None:
    """見つからない欄は、見分ける段階が知らせる。ここで二重に尋ねない。"""
    one = matched(plan, RESULTS, "08-08", plausible(plan.find("08-08")[2], 0))
    found = {path: cell for path, cell in one.found.items() if not path.endswith(".grade")}
    form = Examiner(plan).examine(replace(one, found=found, missing=("years[0].result.grade",)))
    assert form.problems == ()
    assert set(form.changed) == {f"years[0].result.{name}" for name in ("text", "value", "effect")}


@settings(deadline=None, max_examples=60)
@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Co", "Cn", "Zl", "Zp"])),
    value=st.one_of(st.none(), st.sampled_from(["-", "ー"]), st.integers(-(10**9), 10**9)),
    effect=st.one_of(st.none(), st.sampled_from(["-", "ー"]), st.integers(-(10**9), 10**9)),
    grade=st.sampled_from([None, "A", "B", "C", "D"]),
)
def test_what_was_written_is_what_is_read(
    plan: Plan, text: str, value: int | str | None, effect: int | str | None, grade: str | None
) -> None:
    kept = without_unseen(text)
    while kept and (kept[-1].isspace() or kept[-1] in "\u200b\u2060\ufeff"):
        kept = kept[:-1]
    answers = {"text": kept or None, "value": value, "effect": effect, "grade": grade}
    written = {f"years[0].result.{k}": v for k, v in answers.items()} | {TEXT: text or None}
    form = examined(plan, RESULTS, "08-08", written)
    read = {name: form.answers[f"years[0].result.{name}"].value for name in answers}
    assert read == answers
    assert Level.ERROR not in levels(form).values()


def test_problems_found_before_are_kept(plan: Plan) -> None:
    early = Problem("R099", Place("回答.xlsx", "08-08"))
    form = Examiner(plan).examine(matched(plan, RESULTS, "08-08", {}, problems=(early,)))
    assert form.problems == (early,)


def _book(*sheets: RawSheet, **properties: str) -> RawBook:
    return RawBook(BookFormat.XLSX, sheets, properties=properties)


def _text(words: str) -> RawCell:
    return RawCell(CellKind.TEXT, words)


def test_22_personal_data_in_hidden_places() -> None:
    cells = {"A1": _text("氏名"), "A2": _text("090-0000-0000"), "C5": _text("見える")}
    rows = RawSheet("(8)⑧", False, cells, hidden_rows=frozenset({2}))
    columns = RawSheet("(8)⑨", False, cells, hidden_columns=frozenset({1}))
    sheet = RawSheet("名簿", True, cells)
    seen = RawSheet("見える", False, cells)
    found = check_book(_book(rows, columns, sheet, seen), "回答.xlsx", {"(8)⑧": "08-08"})
    assert {p.code for p in found} == {"R350"}
    assert [(p.place.sheet, p.place.cell, p.place.item) for p in found] == [
        ("(8)⑧", "A2", "08-08"), ("(8)⑨", "A1", None), ("名簿", "A1", None)
    ]  # fmt: skip
    assert [(p.facts["where"], p.facts["kinds"]) for p in found] == [
        ("非表示の行や列（1セル）", "電話番号"),
        ("非表示の行や列（2セル）", "氏名、電話番号"),
        ("非表示のシート（2セル）", "氏名、電話番号"),
    ]


def test_22_what_is_seen_beside_a_hidden_column_is_not_told() -> None:
    phone = _text("090-0000-0000")
    columns = frozenset({2, 28, 703})  # B、AB、AAA
    cells = {"A1": phone, "B1": _text("速報"), "AA1": phone, "AAB1": phone}
    assert check_book(_book(RawSheet("x", False, cells, hidden_columns=columns)), "x", {}) == ()
    for ref in ("B2", "AB1", "AAA12"):
        sheet = RawSheet("x", False, {**cells, ref: phone}, hidden_columns=columns)
        assert [p.place.cell for p in check_book(_book(sheet), "x", {})] == [ref]


def test_22_a_word_in_a_hidden_sentence_is_no_heading() -> None:
    cells = {"A1": _text("転入者の住所異動の届出"), "A2": _text("職員番号：1")}
    found = check_book(_book(RawSheet("控え", True, cells)), "回答.xlsx", {})
    assert [(p.place.cell, p.facts["kinds"]) for p in found] == [("A2", "職員番号")]


def test_22_personal_data_in_the_properties() -> None:
    book = _book(description="someone@example.jp", creator="行政経営担当")
    found = check_book(book, "回答.xlsx", {})
    assert [(p.code, p.place.item) for p in found] == [("R350", None)]
    assert found[0].facts["where"] == "ファイルのプロパティの「コメント」"
    assert check_book(_book(RawSheet("x", True, {"A1": _text("issue=12345678")})), "x", {}) == ()


def test_22_personal_data_in_a_comment() -> None:
    remarks = (
        Remark(RemarkKind.COMMENT, "速報値です。", "D5"),
        Remark(RemarkKind.COMMENT, "090-0000-0000 に確かめる", "D6"),
        Remark(RemarkKind.TEXT_BOX, "問合せ 090-0000-0000"),
    )
    sheet = RawSheet("(8)⑧", False, {}, remarks=remarks)
    found = check_book(_book(sheet), "回答.xlsx", {"(8)⑧": "08-08"})
    assert [(p.code, p.place.cell, p.place.item) for p in found] == [("R350", "D6", "08-08")]
    assert found[0].facts == {"where": "コメント", "kinds": "電話番号"}


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("0463-94-4711", ["電話番号"]),
        ("０４６３－９４－４７１１", ["電話番号"]),
        ("(03)1234-5678", ["電話番号"]),
        ("09012345678", ["電話番号"]),
        ("a.b@example.lg.jp", ["メールアドレス"]),
        ("1234 5678 9018", ["個人番号"]),
        ("123456789018", ["個人番号"]),
        ("123456789012", []),
        ("123456789050", ["個人番号"]),  # 余りが 0、1、2、10 のもの
        ("123456789140", ["個人番号"]),
        ("123456789069", ["個人番号"]),
        ("123456789131", ["個人番号"]),
        ("123456789141", []),
        ("000000000000", []),
        ("2023-04-01", []),
        ("令和5年度 6,800,000円 34台", []),
        ("第1234-56号", []),
        ("＠の記号", []),
        ("a" * 30_000 + "@" + "0-" * 10_000, []),
        ("a" * 30_000 + "@example.jp", ["メールアドレス"]),
    ],
)
def test_what_looks_personal(words: str, kinds: list[str]) -> None:
    assert personal_data(words) == kinds


def test_the_same_text_for_two_items_is_told(plan: Plan) -> None:
    text = "・関係課と協議し、予定していた取組を計画どおり進めた。"
    forms = [
        examined(plan, RESULTS, item, plausible(plan.find(item)[2], 0) | {TEXT: words})
        for item, words in (("08-08", text), ("08-07", text + " "), ("08-09", text[:-3]))
    ]
    told = check_together(forms)
    assert [(p.code, p.place.item, p.facts["other"]) for p in told] == [("R339", "08-08", "08-07")]
    assert check_together(reversed(forms)) == told
    again = [forms[0], replace(forms[0], file="もう一度.xlsx")]
    assert check_together(again) == ()


def _typed(plan: Plan, items: Sequence[str], **written: object) -> list[ReturnedForm]:
    """同じ答えを、一冊の何枚もの様式に書いたもの。"""
    answers = {f"years[0].result.{name}": value for name, value in written.items()}
    return [examined(plan, RESULTS, item, answers) for item in items]


def test_the_same_answers_on_many_sheets_are_asked(plan: Plan) -> None:
    items = ["08-07", "08-08", "08-09"]
    forms = _typed(plan, items, text="・実施した。", value=34, effect=6800, grade="A")
    told = check_together(forms)
    assert [(p.code, p.place.item) for p in told] == [("R370", item) for item in items]
    assert CATALOGUE["R370"].level is Level.CONFIRM
    assert check_together(reversed(forms)) == told
    # ほかの課のブックと、同じ様式の写しとは、比べない。
    assert check_together([replace(one, file=one.sheet) for one in forms]) == ()
    assert check_together([forms[0], replace(forms[0], sheet="写し")]) == ()


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ({"text": "・実施した。"}, True),
        ({"value": 34, "grade": "A"}, True),
        ({"grade": "A"}, False),
        ({"value": "-", "effect": "-", "grade": "B"}, False),
        ({}, False),
    ],
)
def test_only_what_belongs_to_one_item_is_asked(
    plan: Plan, written: dict[str, object], asked: bool
) -> None:
    told = check_together(_typed(plan, ["08-07", "08-08"], **written))
    assert {problem.code for problem in told} == ({"R370"} if asked else set())


def test_answers_that_differ_are_not_asked(plan: Plan) -> None:
    one = _typed(plan, ["08-07"], text="・実施した。", value=34, grade="A")
    other = _typed(plan, ["08-08"], text="・実施した。", value=35, grade="A")
    assert check_together(one + other) == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("３４台とする。", "３５台とする。", "「３４」→「３５」"),
        ("進める。", "進める。広報する。", "「広報する。」を追加"),
        ("進める。広報する。", "進める。", "「広報する。」を削除"),
        ("", "新しい", "「新しい」を追加"),
        ("古い", "", "「古い」を削除"),
        ("一行目\n二行目", "一行目\n三行目", "「二行目」→「三行目」"),
    ],
)
def test_the_difference_word_by_word(old: str, new: str, words: str) -> None:
    assert difference_in_words(old, new) == words


def test_a_great_difference_is_cut_short() -> None:
    old = "".join(f"{n}番、" for n in range(30))
    assert difference_in_words(old, old.replace("番", "号")).endswith(" ほか25か所")
    long = difference_in_words("あい" * 20_000, "カキ" * 20_000)
    assert len(long) < 200


def test_answers_set_side_by_side_do_not_go_in_as_one(plan: Plan) -> None:
    """差戻しの様式に並べた二つの答えを、課がそのまま返した。"""
    both = WRITTEN_DIFFERENTLY.format(file="返信/a.xlsx", text="・一つ目。") + "\n・続き／あり"
    either = EITHER_VALUE.join(["25億円", "30億円"])
    form = matched(plan, RESULTS, "10-01", {TEXT: both, "years[0].result.value": either})
    issued = replace(form.issued, values={"H10": both, "L10": either}, replaces=frozenset("0"))

    def told(text: str, value: str) -> list[tuple[str, str | None]]:
        form = matched(plan, RESULTS, "10-01", {TEXT: text, "years[0].result.value": value})
        found = Examiner(plan).examine(replace(form, issued=issued)).problems
        return [(one.code, one.place.path) for one in found if one.code == "R309"]

    value = "years[0].result.value"
    assert told(both, either) == [("R309", TEXT), ("R309", value)]
    assert told("【返信/a.xlsx】\n・一つ目。", "25億円") == [("R309", TEXT)]
    assert told("・一つ目。\n・続き／あり", "25億円 ／ 26億円") == []


def test_a_return_sent_back_untouched_is_asked_about(plan: Plan) -> None:
    """差戻しの様式には、消し線や日付の形は残らない。送ったままのものを答えとは見ない。"""
    wanted = dict(plausible(plan.find("08-08")[2], 0))
    form = matched(plan, RESULTS, "08-08", wanted)
    shown = {found.ref: found.cell.value for found in form.found.values() if found.cell}
    issued = replace(form.issued, values=shown, replaces=frozenset("0"))
    assert codes(Examiner(plan).examine(replace(form, issued=issued))) == ["R344"]
    mended = matched(plan, RESULTS, "08-08", {**wanted, TEXT: "・台数を直した。"})
    assert codes(Examiner(plan).examine(replace(mended, issued=issued))) == []
    assert codes(Examiner(plan).examine(form)) == []


def test_a_doubted_field_left_as_it_was_is_asked_about_again(plan: Plan) -> None:
    """差戻しで尋ねた二つの欄のうち、一つだけが直って戻った。"""
    wanted = dict(plausible(plan.find("08-08")[2], 0))
    form = matched(plan, RESULTS, "08-08", wanted)
    shown = {found.ref: found.cell.value for found in form.found.values() if found.cell}
    value = "years[0].result.value"
    issued = replace(
        form.issued, values=shown, replaces=frozenset("0"), doubted=frozenset({TEXT, value})
    )

    def told(**changes: object) -> list[tuple[str, str | None]]:
        back = matched(plan, RESULTS, "08-08", {**wanted, **changes})
        found = Examiner(plan).examine(replace(back, issued=issued)).problems
        return [(one.code, one.place.path) for one in found]

    assert told() == [("R344", TEXT), ("R344", value)]
    assert told(**{value: 33}) == [("R344", TEXT)]
    assert told(**{TEXT: "・台数を直した。", value: 33}) == []


def told_of(code: str, ref: str, **facts: object) -> Problem:
    place = Place("回答.xlsx", "08-08", ref, item="08-08")
    return Problem(code, place, {"code": code, "item": "08-08", **facts})


BESIDE = told_of("R130", "O10", text="・３台を追加した。")
BOX = told_of("R131", "H10", kind="図形の文字", text="・３台を追加した。")
BELOW = told_of("R131", "A30", kind="画像", text="図 1")


@pytest.mark.parametrize("found", [BESIDE, BOX, BELOW])
def test_an_answer_beside_blank_fields_is_asked_about(plan: Plan, found: Problem) -> None:
    form = Examiner(plan).examine(matched(plan, RESULTS, "08-08", problems=(found,)))
    assert levels(form)["R383"] is Level.CONFIRM
    (asked,) = [one for one in form.problems if one.code == "R383"]
    assert (asked.place.cell, asked.place.item) == (found.place.cell, "08-08")
    assert str(found.facts["text"]) in describe(asked)


def test_what_was_written_beside_is_one_question(plan: Plan) -> None:
    """どの書き込みも一つの問いに挙げる。もう聞いているとき、リンクだけのときは、聞かない。"""

    def asked(*found: Problem, **written: object) -> list[str]:
        form = Examiner(plan).examine(matched(plan, RESULTS, "08-08", written, problems=found))
        return [str(one.facts["text"]) for one in form.problems if one.code == "R383"]

    assert asked(BESIDE, BOX) == ["O10 ・３台を追加した。、H10 図形の文字 ・３台を追加した。"]
    assert asked(BESIDE, told_of("R144", "O11", cell="O11", text="訂正")) == []
    assert asked(told_of("R131", "A1", kind="リンク", text="https://example.jp/")) == []
    answers = plausible(plan.find("08-08")[2], 0)
    assert asked(BESIDE, **answers) == []
