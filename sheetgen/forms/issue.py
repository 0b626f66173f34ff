"""配布記録の目印と、様式一枚ごとの記録を作る。"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sheetgen.forms.context import FormContext, RoundText
from sheetgen.model.filled import FilledSheet
from sheetgen.model.issued import IssuedForm
from sheetgen.model.item import Item
from sheetgen.model.paths import read_path
from sheetgen.model.plan import Plan
from sheetgen.model.round import Round

_CONTENT_VERSION = "1"
"""同じ計画から違う中身の様式を作るようになったら、目印も変わるように上げる。"""


def issue_key(
    shown: Plan, base: Plan | None, chosen: Round, asked: RoundText, template: str
) -> str:
    """配布記録の目印（16進8桁）。様式の中身を決めるもののすべてから作る。

    ``base`` は、``shown`` が答えを重ねた写し（差戻し）のときの、もとの計画のデータ。
    そうでなければ None。
    """
    parts = [
        _CONTENT_VERSION,
        shown.model_dump_json(),
        base.model_dump_json() if base is not None else "",
        chosen.kind.value,
        str(chosen.year),
        asked.name,
        asked.deadline,
        asked.task,
        template,
    ]
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()[:8]


def issued_form(
    context: FormContext,
    filled: FilledSheet,
    base: Item,
    initiative_year: int,
    inputs: Iterable[str],
    opened: frozenset[str],
    book: str,
) -> IssuedForm:
    """一枚の記録。``base`` は計画のデータの実施項目。

    ``inputs`` は様式にある記入欄の道、``opened`` はこの照会が聞く欄の道。
    """
    paths = list(inputs)
    return IssuedForm(
        form_id=context.form.id,
        item_id=context.item.id,
        sheet=filled.name,
        book=book,
        values={ref: fill.value for (ref, _), fill in filled.fills.items()},
        base={path: read_path(base, path, initiative_year) for path in paths},
        opened=opened.intersection(paths),
        capacity=filled.capacity,
    )
