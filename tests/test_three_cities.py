"""三つの市：始めてから二年目の文書まで。ことば、評価の段階、欄、照会が、どれも違う。

出た数は、課が書いたものから、ここで数えたものと比べる。どの市の読むものにも、初めの形のことばはない。
"""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from edit_desk import OfficeBook
from openpyxl import Workbook
from published_page import Page
from reporting import page_texts
from whole_city import City, found_words

Json = dict[str, Any]
SECTIONS = ("--section", "総務部 総務課", "--section", "福祉部 相談課")
FIRST_SECTION, SECOND_SECTION = SECTIONS[1], SECTIONS[3]
SHIPPED = (
    "アクションプラン", "実施項目", "基本方針", "推進項目", "進捗管理シート", "年次見直し",
    "効果見込額", "実績効果額", "効果額", "指標", "目指す姿", "全期間総合評価", "伊勢原",
)  # fmt: skip
"""初めの形のことば。"""
RESULTS, REVISION = "実績照会", "見直し照会"

# 一つめ：一つの階層、S から D、課題と二次評価、歳入と歳出、決算後照会

ONE = ("窓口の統合", "相談の予約", "使用料の見直し", "広告の収入")
GRADES = ("S", "C", "B", "対象外")
INCOME, SAVING = ("1,200（暫定）", 300, "-", "-"), (40, "-", "暫定 90", "-")
SETTLED_INCOME, SETTLED_SAVING = 1350, 95
SECOND = ("適", "要改善", "適", None)
OPINION = "予約の枠を見直すこと。"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> City:
    """二次評価型の市。"""
    city = City(
        tmp_path_factory.mktemp("one") / "city", "--kind", "二次評価型", "--municipality", "見本市",
        "--plan-title", "行政改革大綱", "--years", "5", *SECTIONS,
        "--policy", "窓口の改革", "--policy", "財政の改革",
        *(word for text in (
            "S：大きく上回った：達成", "A：上回った：達成", "B：計画どおり：順調",
            "C：遅れた：遅れ", "D：進まなかった：遅れ", "対象外：評価しない：対象外",
        ) for word in ("--grade", text)),
    )  # fmt: skip
    closing = {"key": "closing", "name": "決算後照会", "of": "last_year",
               "asks": ["years.values.income", "years.values.saving"]}  # fmt: skip
    city.write(lambda plan: plan.update(rounds=[closing]))
    city.list_items(
        {
            "改革の柱": "1 窓口の改革" if at < 2 else "2 財政の改革",
            "取組項目": title,
            "主管課": SECOND_SECTION if at % 2 else FIRST_SECTION,
            "取組の内容": f"{title}を進める。",
            "取組の背景": "費用が増えている。",
            **{f"令和{year}年度 取組の計画": f"{title}を行う。" for year in range(7, 12)},
        }
        for at, title in enumerate(ONE)
    )
    city.run("check")
    city.run("report", "--final", "--published", "2025-05", "--only", "html")
    city.run("rollover", "--to", "2026")
    city.ask(2026, RESULTS, {
        title: {
            "years[0].result.text": f"{title}の作業を終えた。", "years[0].result.grade": grade,
            "years[0].values.issue": f"{title}の人手が足りない。",
            "years[0].values.direction": "続ける。",
            "years[0].values.income": income, "years[0].values.saving": saving,
        }
        for title, grade, income, saving in zip(ONE, GRADES, INCOME, SAVING, strict=True)
    })  # fmt: skip
    city.edit(2026, _second_grades)
    city.run("report", "--only", "html", "--out", "暫定の文書")
    city.run("remind", "--round", RESULTS, "--early", "--year", "2026")
    city.run("status", "--round", RESULTS, "--out", "暫定の状況")
    city.ask(2026, "決算後照会", {
        ONE[0]: {"years[0].values.income": SETTLED_INCOME},
        ONE[2]: {"years[0].values.saving": SETTLED_SAVING},
    })  # fmt: skip
    _publish(city)
    return city


def _second_grades(book: OfficeBook) -> None:
    for title, second in zip(ONE, SECOND, strict=True):
        [key] = book.keys("year_values", title=title, fiscal_year="令和7年度")
        book.put("year_values", key, "values.second", second)
    book.change("item_values", "values.opinion", OPINION, title=ONE[1])


def _publish(city: City) -> None:
    for command in ("check", "status", "report", "compare", "export", "edit"):
        city.run(command)


# 二つめ：KPI、上半期照会、金額なし、対象外、一年延ばす

TWO = {"受付の電子化": 40, "相談の予約": 100, "広告の募集": 5, "郵送の受付": 70}
"""名称から、一年目の目標値へ。"""
KPI = (("S", 55), ("B", 98), ("対象外", "-"), ("C", 61))
HALVES = {2025: (18, 55, "-", 33), 2026: (20, 60, 3, 35)}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> City:
    """KPI型の市。"""
    city = City(
        tmp_path_factory.mktemp("two") / "city", "--kind", "KPI型", "--municipality", "試験市",
        "--plan-title", "第２次改革プラン", "--years", "4", *SECTIONS,
        "--policy", "窓口：受付、相談", "--policy", "財政：収入",
    )  # fmt: skip
    measures = ("1 受付", "2 相談", "3 収入", "1 受付")
    city.list_items(
        {
            "施策": measure,
            "重点取組": title,
            "主管課": SECOND_SECTION if at % 2 else FIRST_SECTION,
            "取組の内容": f"{title}を進める。",
            "KPI": f"{title}の件数",
            "単位": "件",
            "KPIの現状値": 1,
            "KPIの最終目標値": target + 30,
            **{f"令和{year}年度 年次計画": f"{title}を行う。" for year in range(7, 11)},
            **{f"令和{year}年度 KPIの目標値": target + 10 * (year - 7) for year in range(7, 11)},
        }
        for at, (measure, (title, target)) in enumerate(zip(measures, TWO.items(), strict=True))
    )
    _ask_half(city, 2025)
    city.run("report", "--final", "--published", "2025-11", "--only", "html")
    city.run("rollover", "--to", "2026", "--until", "2029")
    city.ask(2026, RESULTS, {
        title: {"years[0].result.text": f"{title}の作業を終えた。",
                "years[0].result.grade": grade, "years[0].result.value": value}
        for title, (grade, value) in zip(TWO, KPI, strict=True)
    })  # fmt: skip
    _ask_half(city, 2026)
    _publish(city)
    return city


def _ask_half(city: City, year: int) -> None:
    at = f"years[{year - 2025}].values"
    city.ask(year, "上半期照会", {
        title: {f"{at}.half": value, f"{at}.half_note": f"{title}は半ばである。"}
        for title, value in zip(TWO, HALVES[year], strict=True)
    })  # fmt: skip


# 三つめ：伊勢原型から、三つの階層、1未着手から5達成、第1四半期照会、選ぶ欄、三年

THREE = {"受付の電子化": 40, "避難の訓練": 100, "広告の募集": 5, "郵送の受付": 70}
STEPS = (("5", 42), ("4", 98), ("1", 4), ("3", 70))
QUARTERS = {2025: (18, 55, "-", 33), 2026: (1, 2, 3, 4)}
STAGES = ("検討", "準備", "実施", "実施")
DIVISIONS = ("本庁", "地域", "収入", "出先")
_LABELS = {
    "improvement": "事業の内容", "current_state": "事業の背景", "initiatives": "年度の進め方",
    "vision": "将来の姿", "indicator.name": "ものさし", "indicator.current": "ものさしの現在",
    "indicator.target": "ものさしの終わりの目標", "years.plan": "年度の予定",
    "years.target": "ものさしの目標", "years.result.text": "行ったこと",
    "years.result.value": "ものさしの実績", "years.result.grade": "進み具合",
}  # fmt: skip
_WORDS = {
    "　アクションプラン": "{{ terms.subtitle }}", " 実施項目・進捗管理シート": " {{ terms.sheet }}",
    "効果額は千円単位です。": "", "記入する実施項目": "記入する{{ terms.item }}",
    "改革の推進項目": "{{ terms.measure }}", "基本方針": "{{ terms.policy }}",
    "具体的な改善取組内容": "{{ labels['improvement'] }}",
    "現状と\n課題": "{{ labels['current_state'] }}",
    "取組方針・取組内容": "{{ labels['initiatives'] }}",
    "（計画最終年度）において目指す姿": "の{{ labels['vision'] }}",
    "指標\n(行動/成果)": "{{ labels['indicator.name'] }}",
    "指標の現状値": "{{ labels['indicator.current'] }}",
    "計画最終年度の目標値": "{{ labels['indicator.target'] }}", "実施項目": "{{ terms.item }}",
}  # fmt: skip
"""様式に書いてあることばから、計画のことばへ。"""


def _declare(plan: Json) -> None:
    plan["terms"] = {
        "subtitle": " 実行計画", "policy": "政策", "measure": "施策の柱", "section": "区分",
        "item": "事業", "sheet": "事業管理票", "revision": "年度点検", "labels": _LABELS,
    }  # fmt: skip
    plan["omit"] = ["years.effect", "years.result.effect", "overall_grade", "overview"]
    steps = ("未着手", "着手", "実施中", "ほぼ達成", "達成")
    counts = ("behind", "behind", "on_track", "achieved", "achieved")
    plan["evaluation_scale"] = [
        {"grade": str(at), "meaning": meaning, "counts": count}
        for at, (meaning, count) in enumerate(zip(steps, counts, strict=True), start=1)
    ]
    plan["fields"] = [
        {"key": "stage", "label": "段階", "kind": "choice", "per": "year", "asked": "revision",
         "choices": ["検討", "準備", "実施"]},
        {"key": "first_quarter", "label": "第1四半期の件数", "kind": "figure", "per": "year",
         "asked": "quarter", "required": True},
    ]  # fmt: skip
    plan["rounds"] = [{"key": "quarter", "name": "第1四半期照会", "of": "this_year",
                       "asks": ["years.values.first_quarter"]}]  # fmt: skip


def _draw(book: Workbook) -> None:
    """同梱の様式から、この市の様式にする。金額の欄だった所に、増やした欄を置く。"""
    for cell in (one for sheet in book for row in sheet.iter_rows() for one in row):
        for old, new in _WORDS.items() if isinstance(cell.value, str) else ():
            cell.value = cell.value.replace(old, new)
    form = book["進捗管理シート"]
    label = "{{{{ labels['{}'] }}}}；[上段]{{{{ labels['{}'] }}}}/[下段]{{{{ labels['{}'] }}}}"
    form["A9"] = label.format("years.plan", "years.target", "years.values.first_quarter")
    form["H9"] = label.format("years.result.text", "years.result.value", "years.values.stage")
    form["C2"] = "{{ policy.name }}{% if item.section %} 〔{{ item.section }}〕{% endif %}"
    for at in range(3):
        form[f"G{11 + 2 * at}"] = f"{{{{ years[{at}].values.first_quarter }}}}"
        form[f"L{11 + 2 * at}"] = f"{{{{ years[{at}].values.stage }}}}"
        form[f"M{10 + 2 * at}"] = "{{ labels['years.result.grade'] }}"
    form["M15"] = "{{ years[2].result.grade }}"
    for ref in ("A16", "G16", "H16", "L16"):
        form[ref] = None


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> City:
    """伊勢原型から始めて、ことばも欄も改めた町。"""
    city = City(
        tmp_path_factory.mktemp("three") / "town", "--municipality", "練習町", "--plan-title",
        "みらい計画", "--years", "3", *SECTIONS,
        "--policy", "くらし：窓口、防災", "--policy", "財政：収入",
    )  # fmt: skip
    city.write(_declare)
    city.draw(_draw)
    city.new_list()
    measures = ("1 窓口", "2 防災", "3 収入", "1 窓口")
    city.list_items(
        {
            "施策の柱": measure,
            "区分": division,
            "事業": title,
            "主管課": SECOND_SECTION if at % 2 else FIRST_SECTION,
            "事業の内容": f"{title}を進める。",
            "事業の背景": "手間がかかる。",
            "将来の姿": "手間がない。",
            "ものさし": f"{title}の件数",
            "単位": "件",
            "ものさしの現在": 1,
            "ものさしの終わりの目標": target + 30,
            "令和7年度 年度の進め方": f"{title}を始める。",
            **{f"令和{year}年度 年度の予定": f"{title}を行う。" for year in range(7, 10)},
            **{f"令和{year}年度 ものさしの目標": target + 10 * (year - 7) for year in range(7, 10)},
        }
        for at, (measure, division, (title, target)) in enumerate(
            zip(measures, DIVISIONS, THREE.items(), strict=True)
        )
    )
    city.run("report", "--final", "--published", "2025-05", "--only", "html")
    _ask_quarter(city, 2025)
    city.ask(2025, REVISION, {
        title: {"initiative.text": f"{title}を広げる。", "years[1].values.stage": stage}
        for title, stage in zip(THREE, STAGES, strict=True)
    })  # fmt: skip
    city.run("rollover", "--to", "2026")
    city.ask(2026, RESULTS, {
        title: {"years[0].result.text": f"{title}の作業を終えた。",
                "years[0].result.grade": grade, "years[0].result.value": value}
        for title, (grade, value) in zip(THREE, STEPS, strict=True)
    })  # fmt: skip
    _ask_quarter(city, 2026)
    _publish(city)
    return city


def _ask_quarter(city: City, year: int) -> None:
    city.ask(year, "第1四半期照会", {
        title: {f"years[{year - 2025}].values.first_quarter": value}
        for title, value in zip(THREE, QUARTERS[year], strict=True)
    })  # fmt: skip


def _table(city: City, name: str) -> list[dict[str, str]]:
    path = city.place(2026, "オープンデータ", f"{name}.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _answered(city: City, item: str, year: int, *columns: str) -> dict[str, tuple[str, ...]]:
    """その年度の、項目の名称から、増やした欄の値へ。"""
    rows = (row for row in _table(city, "yearly_values") if row["年度（西暦）"] == str(year))
    return {row[item]: tuple(row[one] for one in columns) for row in rows}


def _sheet(page: Page, item: str) -> str:
    """一つの項目の様式の、ページの文字。"""
    [article] = page.root.xpath("//article[@aria-labelledby=$name]", name=f"item-{item}")
    return str(article.text_content())


def _pdf(city: City, folder: str) -> str:
    [path] = city.place(2026, folder).glob("*.pdf")
    return "".join(page_texts(path))


def test_sums_and_second_grades_of_one_level(one: City) -> None:
    page = one.page("令和8年度", "評価報告")
    income = page.figures("歳入の増の計(千円)")["計"]
    saving = page.figures("歳出の減の計(千円)")["計"]
    assert (income["計"], saving["計"]) == (SETTLED_INCOME + 300, 40 + SETTLED_SAVING)
    assert page.figures("改革の柱ごとの一次評価")["計"] == {
        "S": 1, "A": 0, "B": 1, "C": 1, "D": 0, "対象外": 1, "未評価": 0, "計": 4,
    }  # fmt: skip
    assert list(page.rows("behind")) == [f"(1)② {ONE[1]}"]
    found = _answered(one, "取組項目", 2025, "課題", "二次評価")
    assert found == {
        title: (f"{title}の人手が足りない。", second or "")
        for title, second in zip(ONE, SECOND, strict=True)
    }
    assert OPINION in _sheet(page, "01-02")
    assert OPINION in _pdf(one, "評価報告")


def test_provisional_answers_are_marked_and_settled(one: City) -> None:
    [early] = (one.root / "暫定の文書").glob("*.html")
    assert "1,200（暫定）" in early.read_text("utf-8")
    for name in ("評価報告", "新旧対照表"):
        [late] = one.place(2026, name).glob("*.html")
        assert "暫定" not in late.read_text("utf-8")
    assert any("暫定の値のあるものが 2件あります" in said for said in one.said)
    plan = json.loads(one.plan.read_bytes())
    first = plan["policies"][0]["measures"][0]["entries"][0]["years"][0]
    assert first["values"]["income"] == SETTLED_INCOME
    assert "provisional" not in first


def test_half_years_and_grades_outside_the_scale(two: City) -> None:
    for year, values in HALVES.items():
        found = _answered(two, "重点取組", year, "上半期の実績値")
        shown = [found[title][0] for title in TWO]
        assert shown == [str(one) if one != "-" else "" for one in values]
    page = two.page("令和8年度", "進捗報告")
    assert page.figures("基本目標ごとの評価")["計"]["対象外"] == 1
    assert "広告の募集" not in page.text("behind")
    assert "郵送の受付" in page.text("behind")
    assert json.loads(two.plan.read_bytes())["fiscal_years"] == list(range(2025, 2030))
    assert "令和11年度" in _sheet(page, "01-01")
    assert "円" not in _pdf(two, "進捗報告")


def test_a_scale_from_the_worst_and_three_levels(three: City) -> None:
    page = three.page("令和8年度", "年度点検")
    assert list(page.rows("behind")) == ["(2)① 避難の訓練", "(3)① 広告の募集"]
    counts = {row["事業"]: row["進み具合の扱いコード"] for row in _table(three, "grades")}
    assert counts == {
        "受付の電子化": "achieved", "避難の訓練": "achieved", "広告の募集": "behind",
        "郵送の受付": "on_track",
    }  # fmt: skip
    found = _answered(three, "事業", 2026, "段階", "第1四半期の件数")
    assert found == {
        title: (stage, str(value))
        for title, stage, value in zip(THREE, STAGES, QUARTERS[2026], strict=True)
    }
    for division in DIVISIONS:
        assert f"〔{division}〕" in _pdf(three, "年度点検")


def test_no_word_of_another_city(one: City, two: City, three: City) -> None:
    assert found_words(one, (*SHIPPED, "KPI", "重点取組", "事業管理票")) == []
    assert found_words(two, (*SHIPPED, "取組方針", "千円", "効果", "改革の柱", "取組項目")) == []
    more = ("取組方針", "千円", "効果", "年次計画", "取組実績", "概要表", "改革の柱", "KPI")
    assert found_words(three, (*SHIPPED, *more)) == []
