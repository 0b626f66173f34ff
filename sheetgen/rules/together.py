"""何枚もの様式を並べて、初めて分かること。"""

from __future__ import annotations

from collections.abc import Iterable

from sheetgen.model.answers import Answer, ReturnedForm
from sheetgen.problems import Place, Problem
from sheetgen.rules.texts import bare

_SHORTEST_COMPARED = 20
"""これより短い文は、たまたま同じになりうる。"""


def check_together(forms: Iterable[ReturnedForm]) -> tuple[Problem, ...]:
    """別の実施項目と同じ文の取組実績（写しまちがいかもしれない）。"""
    first: dict[str, tuple[ReturnedForm, Answer]] = {}
    found = []
    for form in sorted(forms, key=lambda one: (one.issued.item_id, one.file, one.sheet)):
        for path, answer in form.changed.items():
            own = bare(answer.value) if isinstance(answer.value, str) else ""
            if not path.endswith(".result.text") or len(own) < _SHORTEST_COMPARED:
                continue
            other, _ = first.setdefault(own, (form, answer))
            if other.issued.item_id != form.issued.item_id:
                place = Place(
                    form.file, form.sheet, answer.ref, path, answer.label, form.issued.item_id
                )
                found.append(Problem("R339", place, {"other": other.issued.item_id}))
    return tuple(found)
