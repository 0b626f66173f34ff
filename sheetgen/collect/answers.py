"""一枚の様式から読み取った答えと、様式を見分けるためにこちらで分かっていること。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

from sheetgen.form.issued import Issue, IssuedForm
from sheetgen.plan.fields import PlanField
from sheetgen.plan.paths import as_said
from sheetgen.plan.round import BUILT_IN, Round, RoundKind
from sheetgen.plan.value import Value
from sheetgen.problems import Place, Problem
from sheetgen.reading.book import RawCell


class Found(StrEnum):
    """欄の見つけ方。確かな順。"""

    NAME = "名前"
    POSITION = "位置"
    LABEL = "見出し"


class FoundCell(NamedTuple):
    """見つけた欄。``cell`` は中身（何も入っていなければ ``None``）。

    ``sure`` が False のものは、この欄でよいかを人が確かめる。
    """

    path: str
    label: str
    ref: str
    cell: RawCell | None
    how: Found
    sure: bool = True


class LockedChange(NamedTuple):
    """記入欄でない所の、配ったときとの違い。``path`` は欄の道（見出しなどは ``None``）。"""

    ref: str
    path: str | None
    label: str | None
    issued: Value
    returned: RawCell | None


@dataclass(frozen=True, slots=True)
class MatchedForm:
    """どの様式かが分かったシート。値はまだ読んでいない。

    ``file`` は人に見せる名、``original`` は届いたファイルの sha256。``missing`` は、
    どこにも見つからない記入欄の道。
    """

    file: str
    original: str
    sheet: str
    round: Round
    issued: IssuedForm
    found: Mapping[str, FoundCell]
    missing: tuple[str, ...] = ()
    locked: tuple[LockedChange, ...] = ()
    problems: tuple[Problem, ...] = ()


class Answer(NamedTuple):
    """一つの欄の答え。``raw`` は書かれていたとおりの文字、``rule`` は読み方の名（そのままなら空）。

    ``value`` は計画のデータに入る形の値。数か文字、空欄なら None。``provisional`` が真なら、
    暫定の答え。
    """

    path: str
    label: str
    ref: str
    value: Value
    raw: str
    rule: str = ""
    how: Found = Found.NAME
    provisional: bool = False

    @property
    def said(self) -> Value:
        """言われたとおりの値（``1200（暫定）``）。"""
        return as_said(self.value, self.provisional)


class Proposal(NamedTuple):
    """変更申出：記入欄でない計画の文への書き込み。そのままでは取り込まない。"""

    path: str | None
    label: str
    ref: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ReturnedForm:
    """値を読み、点検した様式一枚。

    ``answers`` は読めた記入欄のすべてで、開いていない欄も含む。
    ``problems`` はこの様式についての問題で、どれも場所を持つ。``unread`` は、
    読めなかった記入欄に書かれていたそのままの文字（道 → 文字）。``fields`` は、道から、計画の欄へ。
    """

    file: str
    original: str
    sheet: str
    round: Round
    issued: IssuedForm
    answers: Mapping[str, Answer]
    proposals: tuple[Proposal, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    unread: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, PlanField] = field(default_factory=dict)

    @property
    def changed(self) -> Mapping[str, Answer]:
        """照会で開いた欄のうち、計画のデータと違う答え。"""
        return {
            path: answer
            for path, answer in self.answers.items()
            if path in self.issued.opened and answer.said != self.issued.base.get(path)
        }

    @property
    def is_filled_in(self) -> bool:
        """開いた欄がすべて埋まった、または何かを書いた様式か。白紙のまま戻った様式ではない。"""
        answers = [self.answers.get(path) for path in self.issued.opened]
        return bool(self.changed or self.unread) or all(
            one is not None and one.value is not None for one in answers
        )


class FormAnswer(NamedTuple):
    """一つの様式の、一つの欄の答え。"""

    form: ReturnedForm
    answer: Answer

    @property
    def value(self) -> Value:
        """戻ってきた値。"""
        return self.answer.value

    @property
    def said(self) -> Value:
        """言われたとおりの値（``1200（暫定）``）。"""
        return self.answer.said

    @property
    def confirms(self) -> bool:
        """配ったときのままでも、確定した答えと見てよいか。

        確定した答えを聞く照会で、課が書き入れて返した様式の、値のある欄。暫定の値を見せて聞いたので、
        そのまま返れば、その値で確定したことになる。
        """
        kind, answer = self.form.round.kind, self.answer
        definite = not (kind.provisional or answer.provisional)
        return definite and answer.value is not None and self.form.is_filled_in

    @property
    def base(self) -> Value:
        """配ったときに計画のデータにあった値。"""
        return self.form.issued.base.get(self.answer.path)

    @property
    def is_changed(self) -> bool:
        """配ったときと違うことを言っているか。"""
        return self.said != self.base

    @property
    def source(self) -> str:
        """人に見せる、もとのファイル・シート・セル。"""
        return f"{self.form.file} シート「{self.form.sheet}」 セル {self.answer.ref}"

    @property
    def place(self) -> Place:
        """値のあった場所。"""
        return Place(
            file=self.form.file,
            sheet=self.form.sheet,
            cell=self.answer.ref,
            path=self.answer.path,
            label=self.answer.label,
            item=self.form.issued.item_id,
        )


@dataclass(frozen=True, slots=True)
class KnownItem:
    """計画の実施項目。``label`` は印刷の番号 ``(8)⑧``、``former`` は改める前の名。"""

    id: str
    label: str
    title: str
    former: frozenset[str] = frozenset()


class Issues(Protocol):
    """配布記録を引く口。"""

    def by_key(self, key: str) -> Issue | None:
        """目印の配布記録。なければ ``None``。"""

    def for_form(self, form_id: str) -> tuple[Issue, ...]:
        """この様式を配った記録。新しい順。"""

    def computed(self, form_id: str) -> Issue | None:
        """今の計画とテンプレートから求めた、この様式の記録。求められなければ ``None``。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectScope:
    """回収しようとしている照会。

    ``round`` が None なら、``kinds`` のうち、``year`` のどの照会でもよい。``retired`` は、
    もう計画にない実施項目のID。
    """

    round: Round | None
    year: int
    municipality: str
    plan_title: str
    items: Mapping[str, KnownItem]
    retired: frozenset[str]
    issues: Issues
    kinds: tuple[RoundKind, ...] = BUILT_IN


class Matched(NamedTuple):
    """一冊から見分けた様式と、様式にならなかった問題。"""

    forms: tuple[MatchedForm, ...]
    problems: tuple[Problem, ...]
