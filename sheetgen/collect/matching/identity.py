"""シートが自分は何の様式だと言っているかを読み、どの実施項目のどの照会の様式かを決める。"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sheetgen.collect.answers import CollectScope
from sheetgen.collect.matching.chart import Chart, chart_of, key_of, same
from sheetgen.collect.matching.locating import in_place
from sheetgen.era import wareki_full
from sheetgen.form.identity import (
    CARRIER_NAME,
    CARRIER_VERSION,
    form_id,
    is_form_id,
    parse_carrier,
    split_form_id,
)
from sheetgen.form.issued import Issue, IssuedForm
from sheetgen.plan.round import Round
from sheetgen.problems import Place, Problem
from sheetgen.reading.book import RawSheet
from sheetgen.xlsx.refs import split_ref

_PRINTED = re.compile(r"(?<!\d)\d{4}(?:[A-Z]|[a-z][a-z0-9_]*)-\d\d-\d\d-\d\d(?!\d)")


class Claim(NamedTuple):
    """一つの目印。``form`` は様式ID、``fields`` は隠した行の目印のときの、ほかの欄。"""

    ref: str
    form: str
    fields: Mapping[str, str]

    @property
    def is_valid(self) -> bool:
        """検査数字まで正しいか。"""
        return is_form_id(self.form)


def carriers_of(sheet: RawSheet) -> list[Claim]:
    """シートにある、隠した行の目印。"""
    found = []
    for ref, cell in sheet.cells.items():
        value = cell.value
        if isinstance(value, str) and CARRIER_NAME in value:
            fields = parse_carrier(value)
            if fields is not None:
                found.append(Claim(ref, fields.get("form", ""), fields))
    return found


def printed_ids(sheet: RawSheet) -> list[Claim]:
    """シートに印刷された様式ID。全角で打ち直されていてもよい。"""
    found = []
    for ref, cell in sheet.cells.items():
        value = cell.value
        # 様式IDの文字は短い。長い計画の文まで正規化すると遅い。
        if isinstance(value, str) and len(value) <= 80 and CARRIER_NAME not in value:
            text = value if value.isascii() else unicodedata.normalize("NFKC", value)
            for match in _PRINTED.finditer(text):
                found.append(Claim(ref, match.group(), {}))
    return found


def registered(sheets: Iterable[tuple[RawSheet, list[Claim]]]) -> dict[str, Claim]:
    """隠したシートの一覧：シートの名（小文字にそろえる）から目印へ。"""
    found: dict[str, Claim] = {}
    for sheet, claims in sheets:
        rows = {split_ref(claim.ref)[0]: claim for claim in claims}
        for ref, cell in sheet.cells.items():
            claim = rows.get(split_ref(ref)[0])
            if claim is not None and isinstance(cell.value, str) and len(cell.value) <= 31:
                found.setdefault(cell.value.casefold(), claim)
    return found


def distinct(claims: Iterable[Claim]) -> Iterator[str]:
    """正しい様式IDを、一度ずつ。"""
    yield from dict.fromkeys(claim.form for claim in claims if claim.is_valid)


ENOUGH_HEADINGS = 0.4
"""様式と見るのに要る、見出しの割合。"""


class Identity(NamedTuple):
    """分かった様式。``problems`` は、見分けるときに気付いたこと。"""

    round: Round
    form: IssuedForm
    issue: Issue
    chart: Chart
    as_issued: bool
    problems: tuple[Problem, ...]


class Identifier:
    """一冊のシートを見分ける。"""

    def __init__(
        self, scope: CollectScope, file: str, register: Mapping[str, Claim], keywords: str
    ) -> None:
        self._scope, self._file = scope, file
        self._register, self._keywords = register, keywords
        self._titles: dict[str | None, str] = {}
        self._layouts: list[Chart] = []

    def identify(self, sheet: RawSheet, carriers: list[Claim]) -> Identity | list[Problem] | None:
        """様式。見分けられない様式なら問題。様式でなければ ``None``。"""
        known = self._at_once(sheet, carriers)
        if known is not None:
            return known
        claims = carriers + printed_ids(sheet)
        ids = list(distinct(claims))
        if not ids and not claims:
            return self._without_marks(sheet)
        refused = self._refuse_version(sheet, carriers)
        if refused:
            return refused
        if not ids:
            return self._with_broken_marks(sheet, claims)
        if len(ids) > 1:
            return self._among(sheet, ids, claims)
        return self._accept(sheet, ids[0], claims)

    def _at_once(self, sheet: RawSheet, carriers: list[Claim]) -> Identity | None:
        """何も変わっていない様式を、手早く見分ける。"""
        if len(carriers) != 1:
            return None
        fields, form = carriers[0].fields, carriers[0].form
        issue = self._scope.issues.by_key(fields.get("issue", ""))
        issued = issue.forms.get(form) if issue else None
        if issue is None or issued is None or fields["version"] != CARRIER_VERSION:
            return None
        chart = chart_of(issue.layout)
        if not in_place(chart, sheet.cells):
            return None
        printed = [ref for ref, value in issued.values.items() if _names(value, form)]
        agree = all(same(issued.values[ref], sheet.cells.get(ref)) for ref in printed)
        if not (printed and agree) or self._refusals(sheet, form, carriers):
            return None
        self._layouts.append(chart)
        return Identity(issue.round, issued, issue, chart, True, ())

    def _accept(
        self,
        sheet: RawSheet,
        form: str,
        claims: list[Claim],
        problems: tuple[Problem, ...] = (),
        guess: bool = False,
    ) -> Identity | list[Problem] | None:
        """様式IDが決まったシートを、こちらの照会と突き合わせる。"""
        refusals = self._refusals(sheet, form, claims)
        issue, note = self._issue(sheet, form, claims)
        looks = issue is None or self._headings(chart_of(issue.layout), sheet) >= ENOUGH_HEADINGS
        if guess and (issue is None or not looks):
            return None
        if issue and not looks and (sheet.hidden or sheet.name in issue.layout.others):
            return None  # 様式IDを並べた、一覧のシート
        if refusals:
            return refusals
        if issue is None:
            return [self._problem("R117", sheet, None, form=form)]
        if not looks:
            return [self._problem("R116", sheet, None, form=form)]
        chart = chart_of(issue.layout)
        self._layouts.append(chart)
        found = list(problems)
        item = issue.forms[form].item_id
        if note:
            found.append(self._problem(note, sheet, item, form=form))
        damaged = [claim for claim in claims if claim.form != form]
        if damaged and not guess and not problems:
            facts = {"found": _listed(damaged), "form": form}
            found.append(self._problem("R110", sheet, item, **facts))
        placed = in_place(chart, sheet.cells)
        return Identity(issue.round, issue.forms[form], issue, chart, placed, tuple(found))

    def _refuse_version(self, sheet: RawSheet, carriers: list[Claim]) -> list[Problem]:
        versions = {claim.fields["version"] for claim in carriers} - {CARRIER_VERSION}
        return [self._problem("R107", sheet, None, version=one) for one in sorted(versions)]

    def _refusals(self, sheet: RawSheet, form: str, claims: Iterable[Claim]) -> list[Problem]:
        """ここで集めている様式ではないわけ。"""
        scope = self._scope
        for claim in claims:
            if claim.form != form or not claim.fields:
                continue
            for name, code, wanted in (
                ("municipality", "R101", scope.municipality), ("plan", "R102", scope.plan_title),
            ):  # fmt: skip
                found = claim.fields.get(name, wanted)
                if found != wanted:
                    return [self._problem(code, sheet, None, found=found, wanted=wanted)]
        split = split_form_id(form, self._scope.kinds)
        if split is None:
            return [self._problem("R113", sheet, None, found=form)]
        chosen, item = split
        facts = {"found": chosen.full_name, "item": item}
        if chosen.year != scope.year:
            wanted = scope.round.full_name if scope.round else wareki_full(scope.year)
            facts |= {"kind": chosen.kind.label, "year": wareki_full(chosen.year)}
            return [self._problem("R104", sheet, None, wanted=wanted, **facts)]
        if scope.round is not None and chosen != scope.round:
            wanted = scope.round.full_name
            return [self._problem("R103", sheet, None, wanted=wanted, **facts)]
        if item in scope.items:
            return []
        code = "R106" if item in scope.retired else "R105"
        return [self._problem(code, sheet, None, item=item, form=form)]

    def _issue(
        self, sheet: RawSheet, form: str, claims: Iterable[Claim]
    ) -> tuple[Issue | None, str]:
        """この様式の配布記録と、知らせることの符号。"""
        issues = self._scope.issues
        for claim in claims:
            issue = issues.by_key(claim.fields.get("issue", "")) if claim.form == form else None
            if issue is not None and form in issue.forms:
                return issue, ""
        found = issues.for_form(form)
        if found:
            lost = any(claim.fields.get("issue") for claim in claims if claim.form == form)
            best = max(found, key=lambda one: _agreement(one, form, sheet))
            return best, "R119" if lost else ""
        issue = issues.computed(form)
        return (issue, "R111") if issue is not None and form in issue.forms else (None, "")

    def _among(
        self, sheet: RawSheet, ids: list[str], claims: list[Claim]
    ) -> Identity | list[Problem] | None:
        """違う目印のあるシート。印刷された文が合うほうと見て、確かめてもらう。"""
        scores: list[tuple[float, str]] = []
        for one in ids:
            issue, _ = self._issue(sheet, one, claims)
            if issue is not None:
                if self._headings(chart_of(issue.layout), sheet) < ENOUGH_HEADINGS:
                    return None  # 一覧のシート
                scores.append((_agreement(issue, one, sheet), one))
        scores.sort(reverse=True)
        if not scores or (len(scores) > 1 and scores[0][0] == scores[1][0]):
            return [self._problem("R109", sheet, None, found=_listed(claims))]
        form = scores[0][1]
        split = split_form_id(form, self._scope.kinds)
        item = split[1] if split else None
        doubt = self._problem("R108", sheet, item, found=_listed(claims), form=form)
        return self._accept(sheet, form, claims, (doubt,))

    def _with_broken_marks(
        self, sheet: RawSheet, claims: list[Claim]
    ) -> Identity | list[Problem] | None:
        """目印はあるが、どれも正しくないシート。"""
        guess = self._without_marks(sheet)
        if guess is None or isinstance(guess, list):
            return [self._problem("R113", sheet, None, found=claims[0].form)]
        return guess

    def _without_marks(self, sheet: RawSheet) -> Identity | list[Problem] | None:
        """目印のないシート。隠したシートの一覧、印刷された文の順に頼る。"""
        claim = self._register.get(sheet.name.casefold())
        if claim is not None and claim.is_valid:
            found = self._by_register(sheet, claim)
            if found is not None:
                return found
        if not self._titles:
            self._titles = {key_of(item.title): item.id for item in self._scope.items.values()}
        items = {
            self._titles[key]
            for cell in sheet.cells.values()
            if isinstance(cell.value, str) and (key := key_of(cell.value)) in self._titles
        }
        for item in sorted(items):
            for chosen in self._rounds():
                found = self._by_title(sheet, chosen, item)
                if found is not None:
                    return found
        if any(self._headings(chart, sheet) >= ENOUGH_HEADINGS for chart in self._layouts):
            return [self._problem("R115", sheet, None)]
        return None

    def _by_register(self, sheet: RawSheet, claim: Claim) -> Identity | list[Problem] | None:
        found = self._accept(sheet, claim.form, [claim], guess=True)
        if not isinstance(found, Identity):
            return found
        code = "R110" if self._has_title(sheet, found.form.item_id) else "R114"
        facts = {"found": "様式ID、隠した行", "form": claim.form}
        doubt = self._problem(code, sheet, found.form.item_id, **facts)
        return _with(found, doubt)

    def _by_title(
        self, sheet: RawSheet, chosen: Round, item: str
    ) -> Identity | list[Problem] | None:
        found = self._accept(sheet, form_id(chosen, item), [], guess=True)
        if not isinstance(found, Identity):
            return found
        facts = {"round": chosen.full_name, "title": self._scope.items[item].title}
        return _with(found, self._problem("R112", sheet, item, **facts))

    def _has_title(self, sheet: RawSheet, item: str) -> bool:
        wanted = key_of(self._scope.items[item].title)
        return any(
            isinstance(cell.value, str) and key_of(cell.value) == wanted
            for cell in sheet.cells.values()
        )

    def _rounds(self) -> list[Round]:
        """目印のないシートの、ありうる照会。ブックの情報に書かれていれば、それ。"""
        if self._scope.round is not None:
            return [self._scope.round]
        rounds = [Round(kind, self._scope.year) for kind in self._scope.kinds]
        return [one for one in rounds if one.kind.label in self._keywords] or rounds

    def _headings(self, chart: Chart, sheet: RawSheet) -> float:
        """様式の見出しのうち、シートにある割合。"""
        here = {key_of(cell.value) for cell in sheet.cells.values()}
        return len(chart.heading_keys & here) / max(len(chart.heading_keys), 1)

    def _problem(self, code: str, sheet: RawSheet, held: str | None, /, **facts: object) -> Problem:
        """``held`` は、確かめるまで記録しない実施項目。"""
        facts = {"code": code, "item": held, **facts}
        return Problem(code, Place(file=self._file, sheet=sheet.name, item=held), facts)


def _names(value: object, form: str) -> bool:
    return isinstance(value, str) and form in value and not value.startswith("sheetgen-form")


def _with(found: Identity, problem: Problem) -> Identity:
    return Identity(
        found.round, found.form, found.issue, found.chart, found.as_issued,
        (*found.problems, problem),
    )  # fmt: skip


def _agreement(issue: Issue, form: str, sheet: RawSheet) -> float:
    """配ったときの文字のうち、シートにあるものの割合。位置は問わない。"""
    here = {key_of(cell.value) for cell in sheet.cells.values()}
    issued = [key for value in issue.forms[form].values.values() if (key := key_of(value))]
    issued += chart_of(issue.layout).heading_keys
    return sum(key in here for key in issued) / max(len(issued), 1)


def _listed(claims: Iterable[Claim]) -> str:
    return "、".join(dict.fromkeys(claim.form or "様式IDなし" for claim in claims))
