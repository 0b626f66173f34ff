"""計画の概要など、計画のデータの形のまま比べる章。見出しは、計画のデータの欄の名による。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetgen.document.comparison.rows import compared_row
from sheetgen.era import wareki_full
from sheetgen.model.comparison import ComparedRow
from sheetgen.model.pairing import alignment
from sheetgen.model.text import Record

# プログラムが使う名で、印刷しない欄。
_INTERNAL = {"parts", "sample_item_id"}


def compared_records(old: Record | None, new: Record | None, label: str) -> Iterator[ComparedRow]:
    """まとまりの中の、変わった欄。``label`` は中のまとまりの、見出しの頭。"""
    one = new or old
    if one is None:
        return
    for name, field in type(one).model_fields.items():
        if name in _INTERNAL:
            continue
        before = getattr(old, name) if old else None
        after = getattr(new, name) if new else None
        whole = " ".join(part for part in (label, str(field.title)) if part)
        yield from compared_values(before, after, whole, old is not None, new is not None)


def compared_values(
    old: object, new: object, label: str, was_there: bool = True, is_there: bool = True
) -> Iterator[ComparedRow]:
    """変わった値。並びは、似たものどうしを比べる。"""
    if isinstance(old, Record | None) and isinstance(new, Record | None) and (old or new):
        yield from compared_records(old, new, label)
    elif isinstance(old, tuple | None) and isinstance(new, tuple | None):
        yield from compared_lists(old or (), new or (), label)
    else:
        row = compared_row(
            label, _text(old) if was_there else None, _text(new) if is_there else None
        )
        if row:
            yield row


def compared_lists(
    old: Sequence[object], new: Sequence[object], label: str
) -> Iterator[ComparedRow]:
    """並びの中の、変わったもの。番号は改正後のもの、なくなったものは改正前のもの。"""
    pairs = alignment([_whole(one) for one in old], [_whole(one) for one in new])
    for before, after in pairs:
        number = (before if after is None else after) or 0
        yield from compared_values(
            None if before is None else old[before],
            None if after is None else new[after],
            f"{label} {number + 1}",
            before is not None,
            after is not None,
        )


def _whole(value: object) -> str:
    """似たものを探すための、全体の文字。"""
    if isinstance(value, Record):
        return "\n".join(_whole(getattr(value, name)) for name in type(value).model_fields)
    return _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "\n".join(_whole(one) for one in value)
    # 概要の章にある数は、年度だけ。
    return wareki_full(value) if isinstance(value, int) else str(value)
