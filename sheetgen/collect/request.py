"""回収の依頼と、その結果。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sheetgen.collect.answers import Answer, Proposal
    from sheetgen.plan.round import Round, RoundKind
    from sheetgen.plan.value import Value
    from sheetgen.problems import Level, Problem
    from sheetgen.reading.mail_parts import MailSource
    from sheetgen.records.open_items import ItemState


class Waiver(NamedTuple):
    """確かめた問題を通す指定。``reason`` は、この指定だけのわけ（なければ全体のわけ）。"""

    code: str
    item: str
    reason: str = ""


class Take(NamedTuple):
    """食い違いの決め方。

    ``file`` が None なら、計画のデータの値を残す。``item`` が None なら、
    食い違うすべての実施項目に当てる。
    """

    file: str | None
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectRequest:
    """回収の依頼。

    ``paths`` はファイル、フォルダー、zip、メール。``round`` と ``year`` が None なら、様式と、
    送った記録から決める。``root`` は作業フォルダー。報告は
    ``root/output/令和N年度/実績照会/回収`` のような、照会のフォルダーに置き、``out`` があれば
    そこに置く。``formats`` は、指標の表示形式を、どの数も見えるものに改める実施項目のID。
    """

    paths: tuple[Path, ...]
    plan: Path
    template: Path
    root: Path
    out: Path | None = None
    round: RoundKind | str | None = None
    year: int | None = None
    waivers: tuple[Waiver, ...] = ()
    reason: str | None = None
    takes: tuple[Take, ...] = ()
    formats: tuple[str, ...] = ()
    dry_run: bool = False


class Change(NamedTuple):
    """計画のデータに入れる（入れた）一つの値。"""

    item: str
    path: str
    label: str
    old: Value
    new: Value
    answer: Answer
    file: str
    original: str
    sheet: str


class ItemProposal(NamedTuple):
    """ある様式の変更申出。"""

    item: str
    proposal: Proposal
    file: str
    original: str
    sheet: str


class UsedWaiver(NamedTuple):
    """使った ``--waive``。``path`` と ``value`` は、通した値。"""

    code: str
    item: str
    path: str | None
    value: Value
    reason: str
    file: str


class Rejected(NamedTuple):
    """食い違いで採らなかった値。"""

    item: str
    path: str
    label: str
    kept: Value
    rejected: Value
    file: str
    original: str


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """一つの実施項目の結果。

    ``section`` は主管課の正式な名、``files`` はその様式のあったファイル。
    """

    item: str
    section: str
    state: ItemState
    changes: tuple[Change, ...] = ()
    proposals: tuple[ItemProposal, ...] = ()
    waivers: tuple[UsedWaiver, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def answers(self) -> int:
        """計画のデータに入れた答えの数。値とその暫定の印は、合わせて一つ。"""
        return len({change.path.replace("provisional.", "") for change in self.changes})


class FileOutcome(NamedTuple):
    """一つのファイルの結果。``forms`` は読めた様式の枚数、``mail`` は添付されていたメール。"""

    file: str
    original: str
    format: str
    forms: int
    problems: tuple[Problem, ...] = ()
    mail: MailSource | None = None


class WayKind(StrEnum):
    """決め方。"""

    WAIVE = "waive"
    TAKE = "take"
    FORMAT = "format"
    RETURN = "return"


class Way(NamedTuple):
    """選べる決め方の一つ。

    ``take`` は採る値の指定、``value`` はその値。``command`` は、コマンドで行うときの指定
    （課に戻すなら空）。
    """

    kind: WayKind
    command: str
    take: Take | None = None
    value: Value = None


class Doubt(NamedTuple):
    """問いになった一つの欄。

    ``issued`` は配ったときの値、``returned`` は戻った値、``raw`` は書かれていたとおりの文字、
    ``now`` はいま計画のデータにある値。欄が分からない問いでは、どれも ``None``（``raw`` は空）。
    ``has_values`` は、欄が分かっているか。
    """

    problem: Problem
    has_values: bool
    issued: Value = None
    returned: Value = None
    raw: str = ""
    now: Value = None


class Question(NamedTuple):
    """決めること一つ。``number`` は印刷の番号。

    ``is_optional`` が真なら、決めなくても記録を止めない（前の決定をあらためるだけ）。
    """

    item: str
    number: str
    title: str
    section: str
    code: str
    level: Level
    doubts: tuple[Doubt, ...]
    ways: tuple[Way, ...]
    is_optional: bool = False

    @property
    def key(self) -> str:
        """この問いの名。``R315:03-01``。"""
        return f"{self.code}:{self.item}"


@dataclass(frozen=True, slots=True)
class CollectResult:
    """回収の結果。``items`` はこの照会の実施項目、印刷の順。

    ``sections`` はすべての課の正式な名で、公式の順。``problems`` は、
    ファイルと実施項目について見つけたことのすべて。``run`` は記録簿でのこの回の名で、
    何も記録しなければ None。試しの回では ``report`` は None、``returns`` は空。
    ``questions`` は、人が決めること（指定で決めたものは除く）。``names`` は、実施項目のIDから、
    印刷の番号と名へ。
    ``returned`` は、実施項目のIDから、戻った様式の開いた欄の値へ（欄の道がキー。空欄は除く）。
    """

    round: Round
    sections: tuple[str, ...]
    items: tuple[ItemOutcome, ...]
    files: tuple[FileOutcome, ...]
    problems: tuple[Problem, ...]
    run: str | None = None
    report: Path | None = None
    returns: tuple[Path, ...] = ()
    dry_run: bool = False
    questions: tuple[Question, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    returned: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
