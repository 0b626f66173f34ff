"""実物の計画を、五年の終わりまで回す。公表した数を、課が書いたものから、帳簿で足し直して比べる。

どの年にも、終える・新しい・番号の変わる・年次計画の変わる実施項目と、共管、遅れた答え、
正した答え、差戻しがある。帳簿（:mod:`own_ledger`）は、``sheetgen`` の計算を使わない。
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from five_years import (
    FIRST,
    JOINT,
    LAST,
    RETIRED,
    REVISED,
    Office,
    Record,
)
from own_ledger import Ledger, is_number, total
from published_page import Page, era, number
from reporting import page_texts

GRADES = ("A", "B", "C", "D")
ALL = "計"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """五年を終わりまで回した役所。"""
    with pytest.MonkeyPatch.context() as patch:
        office = Office(tmp_path_factory.mktemp("five") / "sheetgen")
        patch.chdir(office.root)
        walk(office)
        yield office


def walk(office: Office) -> None:
    """五年のすべて。"""
    for year in range(FIRST, LAST):
        office.ask_results(year)
        if year == 2026:
            office.publish(year, final=False)
        if year + 1 < LAST:
            office.ask_revision(year)
            office.add(year)
        office.turn(year)
        office.publish(year + 1)
        office.compare(year + 1)
        if year == FIRST:
            office.print_pdf(year + 1)
    office.refuse_new(LAST)
    office.ask_results(LAST)
    office.publish(LAST)
    office.print_pdf(LAST)


def result_year(record: Record) -> int:
    """その文書に載る、いちばん新しい実績の年度。"""
    return max(record.ledger.asked)


def policies(ledger: Ledger) -> dict[str, int | None]:
    """表の行の名から、基本方針の番号へ。"""
    wide = "０１２３４５"
    rows = {f"基本方針{wide[key]} {name}": key for key, name in ledger.policies.items()}
    return {**rows, ALL: None}


def counted(row: dict[str, int | float | None]) -> Counter[str]:
    """評価の数の行から、0 でない段階の数。計が和であることも見る。"""
    *counts, last = row
    assert last == ALL
    assert row[ALL] == sum(row[one] or 0 for one in counts)
    return Counter({one: int(row[one] or 0) for one in counts if row[one]})


def same(text: str, value: object, *, money: bool = False) -> bool:
    """印刷された文字が、書いた値か。金額は、千円未満を四捨五入して印刷する。"""
    if is_number(value):
        return number(text) == (total([value]) if money else value)
    return text == ("記載なし" if value is None else value)


def known(ledger: Ledger, line: str) -> str:
    """印刷された番号と名称の、実施項目の ID。"""
    title = re.sub(r"^\(\d+\)\S+ ", "", line)
    found = [one for one in ledger.items.values() if title.startswith(one.title)]
    return max(found, key=lambda one: len(one.title)).id


def test_the_walk_says_nothing_wrong(office: Office) -> None:
    for one in office.shown:
        assert "traceback" not in one.text.lower(), one
        assert one.code in (0, 1), one
    assert not list(office.root.rglob("*error.log"))


def test_a_finished_return_is_not_spoken_of_again(office: Office) -> None:
    """差戻しまで済んだ回収をもう一度行うと、何も変わらず、何も問われない。"""
    assert len(office.again) == LAST - FIRST + 1
    for year, text in office.again.items():
        [line] = [row.split() for row in text.splitlines() if row.split()[:1] == [ALL]]
        count = str(len(office.ledger.in_force(year - 1)))
        assert line == [ALL, count, "・", count, "・", "・", "・"]
        assert not re.search(r"R603|\[(確認|エラー)\]", text), text


def test_the_numbers_of_items(office: Office) -> None:
    """実施項目数は、前の年度のものから、新規と終了で移る。"""
    for one in office.records:
        text, ledger, year = one.page.text("highlights"), one.ledger, one.year
        if year == LAST:
            first, last = len(ledger.in_force(FIRST - 1)), len(ledger.in_force(LAST - 1))
            ended = sum(item.last not in (None, LAST - 1) for item in ledger.items.values())
            assert f"令和５年度の実施項目数；{first}件" in text
            assert f"令和９年度（計画最終年度）の実施項目数；{wide(last)}件" in text
            assert f"終了{wide(ended)}件" in text
            continue
        before, after = len(ledger.in_force(year - 1)), len(ledger.in_force(year))
        new = sum(item.introduced == year for item in ledger.items.values())
        ended = sum(item.last == year - 1 for item in ledger.items.values())
        assert after == before + new - ended
        assert (new, ended) == (1, len(RETIRED[year - 1]))
        assert f"{era(year - 1)}の実施項目数；{before}件" in text
        assert f"{wide(after)}件（新規{wide(new)}件、終了{wide(ended)}件）" in text


def test_the_grades(office: Office) -> None:
    for one in office.records:
        year = result_year(one)
        assert one.page.text("grades").startswith(f"{era(year)}の")
        printed = one.page.figures("基本方針ごとの評価")
        assert list(printed) == list(policies(one.ledger))
        for label, policy in policies(one.ledger).items():
            assert counted(printed[label]) == one.ledger.grades(year, policy), (year, label)
        printed = one.page.figures("課ごとの評価")
        everyone = printed.pop(ALL)
        assert counted(everyone) == one.ledger.grades(year)
        assert {name: counted(row) for name, row in printed.items()} == one.ledger.section_grades(
            year
        )


def test_the_effects_of_each_policy(office: Office) -> None:
    for one in office.records:
        year, ledger = result_year(one), one.ledger
        until = [each for each in ledger.years if each <= year]
        printed = one.page.figures("基本方針ごとの効果額（千円）")
        assert printed == {
            label: {
                "見込額": ledger.planned([year], policy),
                "実績額": ledger.actual([year], policy),
                "見込額の累計": ledger.planned(until, policy),
                "実績額の累計": ledger.actual(until, policy),
                "計画期間の見込額": ledger.planned(ledger.years, policy),
            }
            for label, policy in policies(ledger).items()
        }


def test_the_effects_of_each_year_and_what_was_taken_out(office: Office) -> None:
    said = []
    for one in office.records:
        year, ledger = result_year(one), one.ledger
        assert one.page.figures("年度ごとの効果額（千円）") == {
            era(each): {
                "見込額": ledger.planned([each]),
                "実績額": ledger.actual([each]) if each <= year else None,
                "見込額の累計": ledger.planned(range(ledger.years[0], each + 1)),
                "実績額の累計": ledger.actual(range(ledger.years[0], each + 1))
                if each <= year
                else None,
            }
            for each in ledger.years
        }
        out = ledger.taken_out(year)
        said.append(out)
        found = re.search(r"以降の見込額 ([\d,]+) は含まない", one.page.text("effects"))
        assert (number(found[1]) if found else None) == out
    assert said[0] == 3000
    assert said[-1] is None


def test_what_is_behind_its_target(office: Office) -> None:
    """目標ちょうどは届いている。向きの分からないものは、届かないとも届いたとも言わない。"""
    for one in office.records:
        year, ledger = result_year(one), one.ledger
        rows = one.page.rows("behind")
        printed = {known(ledger, label): row for label, row in rows.items()}
        must, never = ledger.behind(year)
        assert len(printed) == len(rows)
        assert must <= set(printed), (year, must - set(printed))
        assert not never & set(printed), (year, never & set(printed))
        assert f"（{len(rows)}件）" in one.page.text("behind")
        assert "08-12" in never
        assert not any(label.count("終了") > 1 for label in rows)
        for item, row in printed.items():
            record = ledger.items[item].years[year]
            assert same(row["目標値"], ledger.asked[year][item][0]), (item, row)
            assert same(row["実績値"], record.value), (item, row)
            assert row["評価"] == record.grade
            assert row["取組実績"] == record.text


def test_an_ended_item_gives_its_last_results(office: Office) -> None:
    """切り替えで終えた実施項目は、終えた年度の実績まで聞かれ、公表される。"""
    for one in office.records:
        year, ledger = result_year(one), one.ledger
        ended = {item.id: item for item in ledger.items.values() if item.last == year}
        assert one.page.has("ended") is bool(ended)
        if ended:
            check_ended(one.page.rows("ended"), ledger, set(ended))
    assert [one.page.has("ended") for one in office.records] == [False, *[True] * 5]


def check_ended(rows: dict[str, dict[str, str]], ledger: Ledger, ended: set[str]) -> None:
    """終わった実施項目の最後の実績。"""
    assert {known(ledger, label) for label in rows} == ended
    for label, row in rows.items():
        item = ledger.items[known(ledger, label)]
        assert item.last is not None
        record = item.years[item.last]
        assert row["最後の年度"] == era(item.last)
        assert same(row["目標値"], ledger.asked[item.last][item.id][0])
        assert same(row["実績値"], record.value)
        assert same(row["効果見込額"], ledger.asked[item.last][item.id][1], money=True)
        assert same(row["実績効果額"], record.actual, money=True)
        assert (row["評価"], row["取組実績"]) == (record.grade, record.text)


def test_the_list_of_what_changed(office: Office) -> None:
    for one in office.records:
        listed, ledger, year = one.page.listed("changes"), one.ledger, one.year
        assert [known(ledger, line) for line in listed["新規"]] == [
            item.id for item in ledger.now() if item.introduced == year
        ]
        assert {known(ledger, line) for line in listed["終了"]} == set(RETIRED[year - 1])
        printed = {known(ledger, line): line for line in listed["変更"]}
        only = {known(ledger, line): line for line in listed["番号だけの変更"]}
        renumbered, revised = moved(one), changed_years(one)
        assert set(printed) == set(revised)
        assert set(only) == set(renumbered) - set(revised)
        for item, label in renumbered.items():
            assert f"番号（{label}から）" in {**printed, **only}[item]
        for item, years in revised.items():
            told = set(re.findall(r"令和\w年度", printed[item]))
            assert told == {era(each) for each in years}


def moved(one: Record) -> dict[str, str]:
    """番号の変わった実施項目と、前の番号。"""
    return {
        item.id: one.before.items[item.id].label
        for item in one.ledger.now()
        if item.id in one.before.items and one.before.items[item.id].label != item.label
    }


def changed_years(one: Record) -> dict[str, dict[int, list[str]]]:
    """見直し照会で目標か効果見込額の変わった、これからの年度。"""
    found: dict[str, dict[int, list[str]]] = {}
    for item in one.ledger.now():
        before = one.before.items.get(item.id)
        for year, record in item.years.items() if before else ():
            names = [
                name
                for name in ("target", "effect")
                if getattr(record, name) != getattr(before.years[year], name)
            ]
            if names and year >= one.year:
                found.setdefault(item.id, {})[year] = names
    return found


def test_the_comparison(office: Office) -> None:
    """前に公表したものとの違い。実績は改正でなく、取組方針は、年度ごとに書き改める文である。"""
    final = {one.year: one for one in office.records if one.final}
    first = {**final, LAST: next(one for one in office.records if one.year == LAST)}
    assert set(office.compared) == set(final)
    for year, page in office.compared.items():
        one, words = first[year], {"target": "成果指標の目標値", "effect": "効果見込額(千円)"}
        ledger, renumbered, revised = one.ledger, moved(one), changed_years(one)
        new = {item.id for item in ledger.now() if item.introduced == year}
        assert listing(page, ledger, "新規の実施項目") == new
        assert listing(page, ledger, "終了した実施項目") == set(RETIRED[year - 1])
        assert listing(page, ledger, "内容の変わった実施項目") == set(revised)
        only = set(renumbered) - set(revised)
        assert listing(page, ledger, "番号だけが変わった実施項目") == only
        for item, years in revised.items():
            rows = page.rows(f"item-{item}")
            pairs = {
                f"{era(each)} {words[name]}": (one.before.items[item].years[each], record, name)
                for each, names in years.items()
                for name in names
                for record in [ledger.items[item].years[each]]
            }
            assert {label for label in rows if label.startswith("令和")} == set(pairs)
            for label, (old, now, name) in pairs.items():
                after, before = rows[label].values()
                assert (number(after), number(before)) == (getattr(now, name), getattr(old, name))
        told = [label for label in page.labels() if re.search("(実績値?|効果額.*|評価)$", label)]
        assert [label for label in told if "見込額" not in label] == []
        turned = sum(
            item.initiatives.get(year) is not None and item.id not in new for item in ledger.now()
        )
        assert page.heading("turn").endswith(f" {turned}件")


def listing(page: Page, ledger: Ledger, heading: str) -> set[str]:
    """新旧対照表の、区分の一覧にある実施項目。見出しの件数も確かめる。"""
    name, count = page.starting(heading)
    rows = page.rows(name)
    assert count == f"{len(rows)}件"
    return {known(ledger, label) for label in rows}


def test_every_year_has_what_it_should(office: Office) -> None:
    """歩いた道に、要るものがすべてあった。"""
    final = {one.year: one for one in office.records if one.final}
    for year in range(FIRST + 1, LAST):
        assert set(REVISED[year - 1]) == set(changed_years(final[year]))
    for year in range(FIRST + 1, LAST + 1):
        assert moved(final[year])
        assert RETIRED[year - 1]
    assert len(office.ledger.items[JOINT].owners) == 2
    assert office.ledger.items["08-14"].last == 2026


def test_the_sheets_hold_what_was_typed(office: Office) -> None:
    for one in office.records:
        ledger = one.ledger
        for item in ledger.now():
            heading, rows, subtotal = one.page.sheet(item.id)
            assert heading.startswith(f"{item.label} {item.title}")
            assert [row["年度"] for row in rows] == [
                f"令和{year - 2018}年度" for year in ledger.years
            ]
            for row, record in zip(rows, item.years.values(), strict=True):
                where = one.year, item.id, row
                assert same(row["目標値"], record.target), where
                assert same(row["効果見込額(千円)"], record.effect, money=True), where
                assert same(row["実績値"], record.value), where
                assert same(row["実績効果額(千円)"], record.actual, money=True), where
                assert same(row["取組実績"], record.text), where
                assert same(row["評価"], record.grade), where
            records = item.years.values()
            sums = [total(each.effect for each in records), total(each.actual for each in records)]
            found = re.findall(r"額\(千円\) (\S+)", subtotal)
            assert [number(text) for text in found] == sums, (one.year, item.id, subtotal)


def test_the_initiatives_of_the_year(office: Office) -> None:
    for one in office.records:
        for item in one.ledger.now():
            text = item.initiatives[min(one.year, LAST - 1)]
            assert "".join(text.split()) in "".join(one.page.article(item.id).split())


def test_the_whole_period(office: Office) -> None:
    *others, last = office.records
    assert not any(one.page.has("whole") for one in others)
    page, ledger = last.page, last.ledger
    printed = page.figures("年度ごとの評価")
    assert {label[:5] for label in printed} == {era(year) for year in ledger.years}
    for label, row in printed.items():
        [year] = [each for each in ledger.years if label.startswith(era(each))]
        assert counted(row) == ledger.grades(year)
    assert page.figures("計画期間の効果額（千円）") == {
        label: {
            "見込額": ledger.planned(ledger.years, policy),
            "実績額": ledger.actual(ledger.years, policy),
        }
        for label, policy in policies(ledger).items()
    }
    ended = {item.id for item in ledger.items.values() if item.last is not None}
    check_ended(page.rows("ended-all"), ledger, ended)


def test_the_final_targets_and_results(office: Office) -> None:
    page, ledger, final = office.records[-1].page, office.ledger, LAST - 1
    rows = {known(ledger, label): row for label, row in page.rows("finals").items()}
    assert set(rows) == {item.id for item in ledger.in_force(final)}
    for item in ledger.in_force(final):
        row, record = rows[item.id], item.years[final]
        mine = [year for year in ledger.years if item.introduced <= year]
        assert same(row["現状値"], item.current)
        assert same(row["最終目標値"], item.final)
        assert same(row["最終実績値"], record.value)
        assert row["全期間総合評価"] == record.grade
        planned = total(ledger.asked[year][item.id][1] for year in mine)
        assert number(row["効果見込額"]) == planned
        assert number(row["実績効果額"]) == total(item.years[year].actual for year in mine)
        targets = [each for each in (item.final, record.target) if is_number(each)]
        if not targets or not is_number(record.value):
            assert row["達成"] == "-", (item.id, row)
        elif item.rises is not None:
            met = {each == record.value or (record.value > each) is item.rises for each in targets}
            # 期間の計かもしれない目標には、一年の実績値が小さくても、届いていないとは言えない。
            is_sum = item.rises and targets[0] > targets[-1]
            told = "達成" if met == {True} else "未達" if met == {False} and not is_sum else "-"
            assert row["達成"] == told, (item.id, row)
    assert [rows[one]["達成"] for one in ("01-02", "05-06", "08-05")] == ["-"] * 3


def test_no_link_leads_nowhere(office: Office) -> None:
    for page in (*(one.page for one in office.records), *office.compared.values()):
        assert page.dead_links() == []


def test_the_open_data(office: Office) -> None:
    kinds = {"target": "target", "effect": "effect", "result_value": "value",
             "result_effect": "actual"}  # fmt: skip
    for one in office.records:
        ledger, seen = one.ledger, set()
        for row in one.data["yearly_figures"]:
            item = ledger.items[row["実施項目のID"].removeprefix("item-")]
            year, kind = int(row["年度（西暦）"]), row["値の種類コード"]
            value = getattr(item.years[year], kinds[kind])
            assert number(row["値"]) == (value if is_number(value) else None), row
            assert row["記載された文字"] == (value if isinstance(value, str) else ""), row
            seen.add((item.id, year, kind))
        assert seen == {
            (item.id, year, kind)
            for year in ledger.years
            for item in ledger.in_force(year)
            for kind in kinds
            if year in ledger.asked or not kind.startswith("result")
        }
        for year in ledger.asked:
            graded = Counter(
                row["評価コード"]
                for row in one.data["grades"]
                if row["年度（西暦）"] == str(year) and row["評価コード"]
            )
            assert graded == ledger.grades(year)
        rows = {row["実施項目のID"].removeprefix("item-"): row for row in one.data["items"]}
        assert set(rows) == set(ledger.items)
        for item in ledger.items.values():
            row = rows[item.id]
            assert row["追加した年度（西暦）"] == str(item.introduced)
            ended = "" if item.last is None else str(item.last + 1)
            assert row["終了した年度（西暦）"] == ended


def test_the_status_page(office: Office) -> None:
    for year, page, ledger in office.seen:
        result, until = year - 1, range(ledger.years[0], year)
        grades = page.figures("基本方針ごとの評価の数")
        effects = page.figures("基本方針ごとの効果額（千円）")
        for label, policy in policies(ledger).items():
            assert counted(grades[label]) == ledger.grades(result, policy)
            assert effects[label] == {
                "見込額の累計": ledger.planned(until, policy),
                "実績額の累計": ledger.actual(until, policy),
                "計画期間の見込額": ledger.planned(ledger.years, policy),
            }
        must, never = ledger.behind(result)
        rows = page.rows("items")
        found = {re.findall(r"(\d\d-\d\d) 基本方針", label)[0]: row for label, row in rows.items()}
        assert set(found) == {item.id for item in ledger.in_force(result)}
        for item, row in found.items():
            told = row["目標に対して"]
            assert row[f"{era(result)}の評価"] == ledger.items[item].years[result].grade
            assert not (item in must and "達成" in told), (item, row)
            assert not (item in never and "未達" in told), (item, row)


def test_a_past_year_gives_its_document_again(office: Office) -> None:
    final = {one.year: one.page.data for one in office.records if one.final}
    for year, data in final.items():
        assert office.publish_again(year) == data, year


def test_the_document_of_the_start_is_still_that_of_the_start(office: Office) -> None:
    """見直し照会の始まる前の計画から出る。五年の見込額にも、あとの見直しと終了は入らない。"""
    page, start = Page(office.publish_again(FIRST)), office.published[FIRST]
    assert "令和５年度の実施項目数；71件" in page.text("highlights")
    assert "７４件（新規３件）" in page.text("highlights")
    printed = page.figures("基本方針ごとの効果額（千円）")
    for label, policy in policies(start).items():
        assert printed[label]["計画期間の見込額"] == start.planned(start.years, policy)
        grades = page.figures("基本方針ごとの評価")[label]
        assert counted(grades) == office.ledger.grades(FIRST - 1, policy)
    assert start.planned(start.years) == 2_671_349
    for item in start.now():
        rows = page.sheet(item.id)[1]
        for row, record in zip(rows, item.years.values(), strict=True):
            assert same(row["目標値"], record.target)
            assert same(row["効果見込額(千円)"], record.effect, money=True)


def test_the_first_and_the_last_document_on_paper(office: Office) -> None:
    final = {one.year: one for one in office.records if one.final}
    for year, pdf in office.printed.items():
        one = final[year]
        text, result = "".join(page_texts(pdf)), result_year(one)
        until = range(one.ledger.years[0], result + 1)
        for label, policy in policies(one.ledger).items():
            figures = (
                one.ledger.planned([result], policy),
                one.ledger.actual([result], policy),
                one.ledger.planned(until, policy),
                one.ledger.actual(until, policy),
                one.ledger.planned(one.ledger.years, policy),
            )
            words = "".join("-" if each is None else f"{each:,}" for each in figures)
            assert "".join(label.split()) + words in text, (year, label, words)
            grades = one.ledger.grades(result, policy)
            counts = [*(grades[each] for each in GRADES), 0, grades.total()]
            assert "".join(label.split()) + "".join(map(str, counts)) in text


def wide(count: int) -> str:
    """全角の数字。"""
    return str(count).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
