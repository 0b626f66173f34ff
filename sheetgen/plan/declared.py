"""計画が自分で言うこと：ことば、ない欄、増やした欄、照会。どれも、書かなければ初めの形。"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict
from pydantic_core import PydanticCustomError

from sheetgen.plan.round import FieldKind, Of, RoundKind
from sheetgen.plan.text import Line, NumberFormat, Record, Text
from sheetgen.plan.value import GENERAL

_KEY = re.compile(r"[a-z][a-z0-9_]{0,23}")
OFFICE = "office"
"""事務局が編集ブックで書く欄の ``asked``。"""
RESERVED = frozenset({RoundKind.RESULTS.value, RoundKind.REVISION.value, OFFICE})
"""照会の名に使えないことば。"""


def _check_key(value: object) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise PydanticCustomError("key_form", "a key is a lower-case word")
    return value


Key = Annotated[
    str,
    BeforeValidator(_check_key),
    Field(json_schema_extra={"pattern": f"^{_KEY.pattern}$"}),
]
"""欄と照会の変わらない名。英小文字で始まる、英小文字・数字・``_`` の 24 字まで。"""


def unless(default: object) -> Callable[[Any], bool]:
    """書いた値が初めの値なら、保存するときに書かない。"""
    return lambda value: bool(value == default)


class Terms(Record):
    """計画のことば。書かないものは、初めのことば。"""

    subtitle: Text | None = Field(
        default=None, title="文書の題の、計画の名称に続く字", exclude_if=unless(None)
    )
    policy: Line | None = Field(default=None, title="上の階層の名", exclude_if=unless(None))
    measure: Line | None = Field(default=None, title="次の階層の名", exclude_if=unless(None))
    section: Line | None = Field(default=None, title="三つめの階層の名", exclude_if=unless(None))
    item: Line | None = Field(default=None, title="項目の名", exclude_if=unless(None))
    sheet: Line | None = Field(default=None, title="項目の様式の名", exclude_if=unless(None))
    revision: Line | None = Field(default=None, title="毎年の見直しの名", exclude_if=unless(None))
    labels: dict[str, Line] = Field(default_factory=dict, title="欄の見出し", exclude_if=unless({}))


class DeclaredField(Record):
    """計画が増やした欄。値は ``values`` に入る。

    ``asked`` は、課に聞く照会（``results``・``revision``・``rounds`` の名）か、``office``（事務局が
    書く）か、``null``（計画を作るときに書く）。
    """

    key: Key = Field(title="欄の名")
    label: Line = Field(title="欄の見出し")
    kind: FieldKind = Field(title="欄の種類")
    per: Literal["item", "year"] = Field(default="year", title="何ごとに持つか")
    asked: Line | None = Field(default=None, title="聞く照会", exclude_if=unless(None))
    required: Annotated[bool, Strict()] = Field(
        default=False, title="必ず書く欄か", exclude_if=unless(False)
    )
    sum: Annotated[bool, Strict()] = Field(
        default=False, title="合計するか", exclude_if=unless(False)
    )
    scale: Line | None = Field(default=None, title="評価の段階の名", exclude_if=unless(None))
    choices: tuple[Line, ...] = Field(default=(), title="選べることば", exclude_if=unless(()))
    number_format: NumberFormat = Field(
        default=GENERAL, title="数の表示形式", exclude_if=unless(GENERAL)
    )


COMMON_FIELDS: tuple[DeclaredField, ...] = ()
"""どの計画にも加える欄。

どの町にも要る新しい欄は、ここに一つ書く。様式、読み取り、点検、記録、編集ブック、文書、新旧対照表、
オープンデータは、計画が増やした欄と同じに扱う。公式の様式の欄（:mod:`sheetgen.plan.item`）は、
計画のデータの形と、公式の文書の組み方が決まっているので、型に書いてある。
"""


class DeclaredRound(Record):
    """計画が増やした照会。``asks`` は聞く欄（``years.values.half``）。

    ``provisional`` なら、決算前などの、暫定の答えを集める。
    """

    key: Key = Field(title="照会の名")
    name: Line = Field(title="照会の見出し")
    of: Literal["this_year", "last_year"] = Field(title="どの年度のことを聞くか")
    asks: tuple[Line, ...] = Field(title="聞く欄", min_length=1)
    provisional: Annotated[bool, Strict()] = Field(
        default=False, title="暫定の答えを集めるか", exclude_if=unless(False)
    )

    @property
    def kind(self) -> RoundKind:
        """照会の種類。"""
        return RoundKind(self.key, self.name, Of(self.of), self.asks, self.provisional)
