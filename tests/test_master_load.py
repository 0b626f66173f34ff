"""マスターを読む。正しくない所は、場所と欄の名前とともに、一度にすべて告げる。"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_samples import Json, entry, sample_plan

from sheetgen.messages.catalogue import CATALOGUE, describe
from sheetgen.plan.json_text import _MISTAKES
from sheetgen.plan.loading import _KINDS, _TYPES, load_master, load_plan, parse_plan
from sheetgen.problems import Problem, SheetgenError

FIRST = "policies[0].measures[0].entries[0]"
SECOND = "policies[0].measures[0].entries[1]"


def written(plan: Any) -> bytes:
    return json.dumps(plan, ensure_ascii=False).encode("utf-8")


def problems_of(data: bytes) -> tuple[Problem, ...]:
    with pytest.raises(SheetgenError) as raised:
        parse_plan(data, "plan.json")
    return raised.value.problems


def only(data: bytes) -> Problem:
    (problem,) = problems_of(data)
    return problem


def assert_plain_japanese(problem: Problem) -> None:
    """pydanticやjsonの英語が、人の読む文に漏れていないこと。"""
    words = describe(problem)
    assert re.search(r"[ぁ-ん]", words)
    for english in ("Input", "should", "valid", "Expecting", "Field", "delimiter", "Traceback"):
        assert english not in words


# --- まったく読めないファイル ---


def test_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    with pytest.raises(SheetgenError) as raised:
        load_plan(path)
    (problem,) = raised.value.problems
    assert (problem.code, problem.place.file) == ("M001", str(path))


def test_folder_in_place_of_file(tmp_path: Path) -> None:
    with pytest.raises(SheetgenError) as raised:
        load_plan(tmp_path)
    assert raised.value.problems[0].code == "M003"


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(written(sample_plan()))

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SheetgenError) as raised:
        load_plan(path)
    assert raised.value.problems[0].code == "M002"


SOUND = written(sample_plan())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (sample_plan()["office"].encode("cp932"), "M005"),
        (SOUND.decode("utf-8").encode("utf-16"), "M005"),
        (b"", "M006"),
        (b" \n ", "M006"),
        (b"[" * 100_000, "M007"),
        (b'{"schema_version": ' + b"1" * 5000 + b"}", "M007"),
        (b"[]", "M008"),
        (b"null", "M008"),
        (b'{"schema_version": 2}', "M009"),
        (b'{"schema_version": true}', "M009"),
        (b'{"schema_version": "1"}', "M009"),
        (b'{"a": 1 "b": 2}', "M011"),
        (b'{"a" 1}', "M012"),
        (b"{a: 1}", "M013"),
        (b'{"a": }', "M015"),
        (b'{"a": "b', "M016"),
        (b'{"a": "b\n"}', "M017"),
        (b'{"a": "\\d"}', "M018"),
        (b'{"a": "\\u12"}', "M018"),
        (b'{"a": 1}}', "M019"),
        (SOUND[:-1], "M011"),
    ],
)
def test_what_is_no_json_is_explained(data: bytes, code: str) -> None:
    problem = only(data)
    assert problem.code == code
    assert problem.place.file == "plan.json"
    assert_plain_japanese(problem)


def test_the_mark_of_notepad_is_passed_over() -> None:
    """メモ帳は、UTF-8 の初めに印（BOM）を付け、行末を CRLF にすることがある。"""
    plain = parse_plan(SOUND, "plan.json")
    data = b"\xef\xbb\xbf" + SOUND.replace(b"\n", b"\r\n")
    assert parse_plan(data, "plan.json") == plain


@pytest.mark.parametrize("data", [b'{"a": 1,}', b'{"a": [1,]}'])
def test_trailing_comma_is_explained(data: bytes) -> None:
    # Python 3.13 では、別のことばになった。
    assert only(data).code in ("M013", "M014", "M015")


def test_place_in_the_text_is_told() -> None:
    facts = only('{\n  "計画": 1\n  "市": 2\n}'.encode()).facts
    assert (facts["line"], facts["column"]) == (3, 3)


def test_line_of_a_wrong_byte_is_told() -> None:
    assert only(b'{\n"a": "\x83\x65"}').facts["line"] == 2


# --- あるべきでない値の欄 ---


def _set(path: str, value: Any) -> Callable[[Json], None]:
    def change(plan: Json) -> None:
        node: Any = plan
        keys = [int(k) if k.isdigit() else k for k in re.findall(r"[^.\[\]]+", path)]
        for key in keys[:-1]:
            node = node[key]
        node[keys[-1]] = value

    return change


FIELDS = [
    ("office", 1, "M023", "事務局"),
    ("office", "", "M026", "事務局"),
    ("office", "　", "M026", "事務局"),
    ("office", "一\n二", "M027", "事務局"),
    ("contact.phone", "", "M028", "電話"),
    (f"{FIRST}.improvement", None, "M023", "具体的な改善取組内容"),
    (f"{FIRST}.improvement", "あ\x07", "M024", "具体的な改善取組内容"),
    (f"{FIRST}.vision", "\ufffe", "M024", "計画最終年度において目指す姿"),
    (f"{FIRST}.vision", "あ" * 40_000, "M025", "計画最終年度において目指す姿"),
    (f"{FIRST}.years[1].plan", "", "M028", "年次計画"),
    (f"{FIRST}.years[1].target", True, "M029", "成果指標の目標値"),
    (f"{FIRST}.years[1].target", [1], "M029", "成果指標の目標値"),
    (f"{FIRST}.years[1].effect", 1e300, "M030", "効果見込額(千円)"),
    (f"{FIRST}.years[1].effect", float("nan"), "M030", "効果見込額(千円)"),
    (f"{FIRST}.number", "1", "M031", "実施項目の番号"),
    (f"{FIRST}.number", 1.5, "M031", "実施項目の番号"),
    (f"{FIRST}.number", True, "M031", "実施項目の番号"),
    (f"{FIRST}.number", 0, "M035", "実施項目の番号"),
    ("revision.highlights[0].is_new", "はい", "M032", "新規の取組を含む"),
    (f"{FIRST}.related_sections", "職員課", "M033", "関連所属"),
    (f"{FIRST}.indicator", "件", "M034", "指標"),
    (f"{FIRST}.initiatives", [], "M034", "取組方針・取組内容"),
    (f"{FIRST}.introduced", 6, "M035", "追加した年度"),
    ("revision.published", "令和6年3月", "M037", "公表年月"),
    ("revision.published", "2024-13", "M037", "公表年月"),
    ("revision.retired_items[0]", "1-9", "M038", "終了した実施項目のID"),
    (f"{FIRST}.indicator.number_format", "yyyy", "M039", "指標の表示形式"),
    ("municipality_code", 142140, "M043", "全国地方公共団体コード"),
    ("municipality_code", "14214", "M043", "全国地方公共団体コード"),
    ("municipality_code", "１４２１４０", "M043", "全国地方公共団体コード"),
    ("municipality_code", "142149", "M044", "全国地方公共団体コード"),
    (f"{FIRST}.owners", [], "M042", "主管課"),
    ("evaluation_scale", [], "M042", "評価の段階"),
    (f"{FIRST}.introduced", 2029, "M062", "追加した年度"),
    (f"{FIRST}.overall_grade", "×", "M063", "全期間総合評価"),
    (f"{FIRST}.years[3].result.grade", "A", "M063", "評価"),
    (f"{FIRST}.owners[0].section", "ない課", "M059", "主管課"),
    (f"{FIRST}.id", "01-09", "M056", "実施項目のID"),
    ("policies[0].number", 2, "M053", "基本方針の番号"),
    ("policies[0].measures[1].number", 3, "M053", "推進項目の番号"),
    (f"{SECOND}.number", 1, "M054", "実施項目の番号"),
    ("policies[0].measures[1].entries[0].item_id", "01-07", "M057", "再掲する実施項目のID"),
    ("revision.highlights[0].policy", 2, "M064", "基本方針の番号"),
    ("revision.fiscal_year", 2030, "M052", "年次見直しの年度"),
    ("evaluation_scale[1].grade", "◎", "M058", "評価"),
]


@pytest.mark.parametrize(("path", "value", "code", "label"), FIELDS)
def test_wrong_value_is_told_with_its_place(path: str, value: Any, code: str, label: str) -> None:
    plan = sample_plan()
    _set(path, value)(plan)
    problems = problems_of(written(plan))
    # IDや番号を変えると、ほかの所でも見つからなくなる。
    found = {(problem.code, problem.place.label): problem for problem in problems}
    assert (code, label) in found, problems
    problem = found[code, label]
    expected = path.removesuffix(".section") if code == "M059" else path
    assert problem.place.path == expected
    if path.startswith(FIRST) and not path.endswith(".id"):
        assert problem.place.item == "01-01"
    assert len(problems) <= 2
    for problem in problems:
        assert_plain_japanese(problem)


def test_half_a_character_is_refused() -> None:
    plan = sample_plan()
    entry(plan)["improvement"] = "\ud800"
    plan["\ud800"] = 1
    # 正しい UTF-8 のファイルには、エスケープでしか入らない。
    problems = problems_of(json.dumps(plan).encode("ascii"))
    found = [(problem.code, problem.place.path) for problem in problems]
    assert sorted(found) == [("M022", '["\\ud800"]'), ("M024", f"{FIRST}.improvement")]
    for problem in problems:
        describe(problem).encode("utf-8")


def test_missing_and_unknown_fields() -> None:
    plan = sample_plan()
    del entry(plan)["vision"]
    entry(plan)["visoin"] = "■ できている。"
    entry(plan, 2)["年"] = 1
    found = [(p.code, p.place.path, p.facts["name"]) for p in problems_of(written(plan))]
    assert found == [
        ("M021", f"{FIRST}.vision", "vision"),
        ("M022", f"{FIRST}.visoin", "visoin"),
        ("M022", f"{SECOND}.年", "年"),
    ]


@pytest.mark.parametrize("kind", [None, "items", 3])
def test_unknown_kind_of_entry(kind: object) -> None:
    plan = sample_plan()
    entry(plan)["type"] = kind
    assert ("M040", FIRST) in [(p.code, p.place.path) for p in problems_of(written(plan))]


def test_years_out_of_line() -> None:
    plan = sample_plan()
    entry(plan)["years"].reverse()
    entry(plan, 2)["years"].pop()
    entry(plan, 2)["initiatives"]["令和7"] = "■"
    found = [(p.code, p.place.path) for p in problems_of(written(plan))]
    assert found == [
        ("M060", f"{FIRST}.years"),
        ("M060", f"{SECOND}.years"),
        ("M061", f"{SECOND}.initiatives.令和7"),
    ]
    plan = sample_plan(fiscal_years=[2025, 2027, 2026, 2028])
    assert "M051" in [p.code for p in problems_of(written(plan))]


def test_twice_the_same_id_and_name() -> None:
    plan = sample_plan()
    entry(plan, 2)["id"] = "01-01"
    plan["departments"].append(copy.deepcopy(plan["departments"][0]))
    plan["departments"][0]["sections"] *= 2
    found = [(p.code, p.place.path) for p in problems_of(written(plan))]
    assert found == [
        ("M055", f"{FIRST}.id"),
        ("M055", f"{SECOND}.id"),
        ("M058", "departments[0].sections[1].name"),
        ("M058", "departments[1].name"),
        ("M058", "departments[1].sections[0].name"),
    ]


def test_twice_the_same_name_in_an_object() -> None:
    data = SOUND.replace(b'"vision":', b'"title": "x", "vision":', 1)
    problem = only(data)
    assert (problem.code, problem.place.path) == ("M020", f"{FIRST}.title")
    assert (problem.place.label, problem.place.item) == ("実施項目", "01-01")


def test_all_problems_come_in_one_pass() -> None:
    plan = sample_plan()
    entry(plan)["title"] = 1
    entry(plan)["years"][2]["target"] = False
    entry(plan, 2)["owners"][0]["section"] = "ない課"
    plan["policies"][0]["measures"][1]["entries"][0]["item_id"] = "05-05"
    data = written(plan).replace(b'"office":', b'"office": "x", "office":')
    codes = [problem.code for problem in problems_of(data)]
    assert sorted(codes) == ["M020", "M023", "M029", "M057", "M059"]


def test_refused_file_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    data = SOUND[:-1]
    path.write_bytes(data)
    with pytest.raises(SheetgenError):
        load_plan(path)
    assert path.read_bytes() == data
    assert [found.name for found in tmp_path.iterdir()] == ["plan.json"]


def test_every_code_has_its_words() -> None:
    codes = {code for _, code in _MISTAKES} | set(_TYPES.values()) | set(_KINDS.values())
    assert codes < set(CATALOGUE)


def test_master_remembers_what_it_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(SOUND)
    master = load_master(path)
    assert master.plan.municipality == "試験市"
    path.write_bytes(SOUND + b"\n")
    assert load_master(path).digest != master.digest
    assert load_master(path).plan == master.plan


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_spoiled_file_ends_in_known_problems(data: st.DataObject) -> None:
    """どこを壊しても、分かる問題になるか、正しい計画として読める。"""
    at = data.draw(st.integers(0, len(SOUND) - 1))
    length = data.draw(st.integers(0, 8))
    spoiled = SOUND[:at] + data.draw(st.binary(max_size=4)) + SOUND[at + length :]
    try:
        parse_plan(spoiled, "plan.json")
        problems: tuple[Problem, ...] = ()
    except SheetgenError as error:
        problems = error.problems
    for problem in problems:
        assert problem.code in CATALOGUE
        assert problem.code != "M049"
        describe(problem).encode("utf-8")
