"""試験の帳簿：課が書いたものと、元の計画と、年度ごとの出来事だけを持ち、自分で足す。

``sheetgen`` の計算は使わない。計画のデータは、初めに一度、ただの JSON として読むだけ。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


class NewItem(NamedTuple):
    """年度の途中で加える実施項目。"""

    measure: int
    title: str
    owners: tuple[str, ...]
    target: int
    effects: Mapping[int, int]

    @property
    def initiative(self) -> str:
        """初めの年度の取組方針。"""
        return f"■ {self.title}のやり方を決める。"


@dataclass
class LedgerYear:
    """一つの年度の、予定と答え。"""

    target: Any = None
    effect: Any = None
    text: str | None = None
    value: Any = None
    actual: Any = None
    grade: str | None = None


@dataclass
class LedgerItem:
    """一つの実施項目。``last`` は、計画にあった最後の年度（まだあれば None）。"""

    id: str
    policy: int
    measure: int
    number: int
    title: str
    owners: tuple[str, ...]
    introduced: int
    current: Any
    final: Any
    decimals: int
    years: dict[int, LedgerYear]
    initiatives: dict[int, str] = field(default_factory=dict)
    last: int | None = None

    @property
    def label(self) -> str:
        """印刷の番号。"""
        return f"({self.measure}){CIRCLED[self.number]}"

    @property
    def rises(self) -> bool | None:
        """増やす指標か。目標が増える一方か減る一方のときだけ言い、ほかは None。"""
        targets = [one.target for one in self.years.values() if is_number(one.target)]
        if len(targets) < 2 or targets[0] == targets[-1]:
            return None
        if targets == sorted(targets):
            return True
        return False if targets == sorted(targets, reverse=True) else None


class Ledger:
    """帳簿。"""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.years: list[int] = plan["fiscal_years"]
        self.policies: dict[int, str] = {}
        self.policy_of: dict[int, int] = {}
        self.items: dict[str, LedgerItem] = {}
        # 推進項目ごとの行の並び。再掲の行は、指す項目の ID の前に「再」を付ける。
        self.rows: dict[int, list[str]] = {}
        self.asked: dict[int, dict[str, tuple[Any, Any]]] = {}
        for policy in plan["policies"]:
            self.policies[policy["number"]] = policy["name"]
            for measure in policy["measures"]:
                number = measure["number"]
                self.policy_of[number] = policy["number"]
                self.rows[number] = []
                for entry in measure["entries"]:
                    if entry["type"] == "item":
                        self.items[entry["id"]] = _read(entry, policy["number"], number)
                        self.rows[number].append(entry["id"])
                    else:
                        self.rows[number].append(f"再{entry['item_id']}")
        self.used = {number: len(rows) for number, rows in self.rows.items()}

    # 書き留める

    def ask(self, year: int) -> None:
        """``year`` の実績を照会した。その年度の目標と効果見込額は、このときのもの。"""
        self.asked[year] = {
            one.id: (one.years[year].target, one.years[year].effect) for one in self.in_force(year)
        }

    def write_result(self, item: str, year: int, answer: Mapping[str, Any]) -> None:
        """課が書いた実績。"""
        record = self.items[item].years[year]
        record.text, record.value = answer["text"], answer["value"]
        record.actual, record.grade = answer["effect"], answer["grade"]

    def write_revision(self, item: str, year: int, answer: Mapping[Any, Any]) -> None:
        """課が書いた、次の年度の取組方針と、その先の目標と効果見込額。"""
        one = self.items[item]
        for name, value in answer.items():
            if isinstance(name, str):
                one.initiatives[year + 1] = value
            else:
                setattr(one.years[name[0]], name[1], value)

    def add(self, new: NewItem, year: int) -> LedgerItem:
        """``year`` からの実施項目。ID は、その推進項目の次の番号で、使い回さない。"""
        self.used[new.measure] += 1
        number = len(self.rows[new.measure]) + 1
        item = LedgerItem(
            f"{new.measure:02}-{self.used[new.measure]:02}",
            self.policy_of[new.measure], new.measure, number,
            new.title, new.owners, year, 1, new.target, 0,
            {one: LedgerYear() for one in self.years},
        )  # fmt: skip
        item.initiatives[year] = new.initiative
        for one, effect in new.effects.items():
            item.years[one] = LedgerYear(new.target, effect)
        self.items[item.id] = item
        self.rows[new.measure].append(item.id)
        return item

    def turn(self, year: int, retired: Collection[str]) -> None:
        """``year`` を閉じた。終えるものは ``year`` まであり、あとの番号が詰まる。"""
        for one in retired:
            self.items[one].last = year
        for measure, rows in self.rows.items():
            left = [one for one in rows if one.removeprefix("再") not in retired]
            if left != rows:
                self.rows[measure] = left
                for number, one in enumerate(left, 1):
                    if one in self.items:
                        self.items[one].number = number

    # 数える

    def now(self) -> list[LedgerItem]:
        """いま計画にある実施項目。"""
        return [one for one in self.items.values() if one.last is None]

    def in_force(self, year: int) -> list[LedgerItem]:
        """``year`` に計画にあった実施項目。"""
        return [
            one
            for one in self.items.values()
            if one.introduced <= year and (one.last is None or year <= one.last)
        ]

    def sheet_of(self, item: str) -> str:
        """様式のシートの名。番号を詰めて同じ番号のものができたら、終わったほうに印が付く。"""
        one = self.items[item]
        same = any(other.label == one.label for other in self.now() if other is not one)
        return f"{one.label}（終了）" if one.last is not None and same else one.label

    def planned(self, years: Iterable[int], policy: int | None = None) -> int | None:
        """効果見込額の計。実績を照会した年度は、そのときのもの。"""
        found = []
        for year in years:
            for one in self._of(year, policy):
                asked = self.asked.get(year, {}).get(one.id)
                found.append(asked[1] if asked else one.years[year].effect)
        return total(found)

    def actual(self, years: Iterable[int], policy: int | None = None) -> int | None:
        """実績効果額の計。"""
        return total(one.years[year].actual for year in years for one in self._of(year, policy))

    def grades(self, year: int, policy: int | None = None) -> Counter[str | None]:
        """評価の数。"""
        return Counter(one.years[year].grade for one in self._of(year, policy))

    def section_grades(self, year: int) -> dict[str, Counter[str | None]]:
        """課ごとの評価の数。共管のものは、初めの課に数える。"""
        found: dict[str, Counter[str | None]] = {}
        for one in self.in_force(year):
            found.setdefault(one.owners[0], Counter())[one.years[year].grade] += 1
        return found

    def behind(self, year: int) -> tuple[set[str], set[str]]:
        """届いていないと言うべきものと、そう言ってはならないもの。分からないものは、どちらでもない。"""
        must, never = set(), set()
        for one in self.in_force(year):
            target, value = self.asked[year][one.id][0], one.years[year].value
            if is_number(target) and is_number(value):
                if value == target:
                    never.add(one.id)
                elif one.rises is not None:
                    (never if (value > target) is one.rises else must).add(one.id)
            else:
                (must if one.years[year].grade in ("C", "D") else never).add(one.id)
        return must, never

    def taken_out(self, after: int) -> int | None:
        """終わった実施項目の、数えない見込額の計。"""
        return total(
            one.years[year].effect
            for one in self.items.values()
            if one.last is not None
            for year in self.years
            if year > max(one.last, after)
        )

    def _of(self, year: int, policy: int | None) -> Iterator[LedgerItem]:
        for one in self.in_force(year):
            if policy in (None, one.policy):
                yield one


def total(values: Iterable[Any]) -> int | None:
    """千円未満を四捨五入した数の計。数が一つもなければ None。"""
    numbers = [
        int(Decimal(str(one)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        for one in values
        if is_number(one)
    ]
    return sum(numbers) if numbers else None


def is_number(value: object) -> bool:
    """数か。"""
    return isinstance(value, int | float)


def _read(entry: Mapping[str, Any], policy: int, measure: int) -> LedgerItem:
    indicator = entry["indicator"]
    shape = indicator["number_format"]
    return LedgerItem(
        id=entry["id"],
        policy=policy,
        measure=measure,
        number=entry["number"],
        title=entry["title"],
        owners=tuple(f"{one['department']} {one['section']}" for one in entry["owners"]),
        introduced=entry["introduced"],
        current=indicator["current"],
        final=indicator["target"],
        decimals=len(shape.partition(".")[2]) if "." in shape else 0,
        years={
            one["fiscal_year"]: LedgerYear(one["target"], one["effect"]) for one in entry["years"]
        },
        initiatives={int(year): text for year, text in entry["initiatives"].items()},
    )
