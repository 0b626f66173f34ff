"""食い違いを見せることば。"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from sheetgen.merging.said import Said
from sheetgen.model.answers import ReturnedForm
from sheetgen.model.filled import Value

SHOWN_LENGTH = 40
"""長い文のうち、画面に出す字数。"""

_LEAD = 8
MASTER = "master"
_SPECIAL = "&()^%;,="
"""コマンドプロンプトが、ファイルの名の一部と思わない字。"""


def shown(value: Value, others: Iterable[Value] = ()) -> str:
    """値を短く見せる。長い文は、``others`` と違う所の辺りを見せる。"""
    if value is None:
        return "空欄"
    if not isinstance(value, str):
        return str(value)
    start = 0
    if len(value) > SHOWN_LENGTH:
        same = [_common(value, o) for o in others if isinstance(o, str) and o != value]
        start = max(0, min(same, default=0) - _LEAD)
    text = value[start : start + SHOWN_LENGTH].replace("\n", "⏎")
    head = "…" if start else ""
    tail = "…" if start + SHOWN_LENGTH < len(value) else ""
    return f"「{head}{text}{tail}」"


def _common(one: str, other: str) -> int:
    """先頭から同じ字の数。"""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def values_text(said: Sequence[Said], now: Value) -> str:
    """食い違う値のすべてを、どのファイルのものかとともに書く。"""
    everything = [one.value for one in said] + [now]
    parts = [f"{one.source} では {shown(one.value, everything)}" for one in said]
    return "、".join([*parts, f"計画のデータでは {shown(now, everything)}"])


def choices_text(item: str, said: Sequence[Said]) -> str:
    """``--take`` に書くものを、そのまま打てる形で並べる。"""
    return " か ".join([*(take_text(item, one, said) for one in said), f"--take {item}:{MASTER}"])


def take_text(item: str, one: Said, among: Sequence[Said] = ()) -> str:
    """その様式を採る指定。同じファイルにほかの値があれば、シートの名も添える。"""
    return f"--take {take_words(item, one, among)}"


def take_words(item: str, one: Said, among: Sequence[Said] = ()) -> str:
    """``--take`` のあとに書くことば。空白などがあれば引用符で囲む。"""
    twice = any(o.form.file == one.form.file and o.value != one.value for o in among)
    words = f"{item}:{one.form.file}" + (f"!{one.form.sheet}" if twice else "")
    return f'"{words}"' if any(one.isspace() or one in _SPECIAL for one in words) else words


def is_named(name: str, form: ReturnedForm) -> bool:
    """``--take`` に書かれた名が、この様式のファイル（とシート）を指すか。

    A name may be given with more or fewer folders than are shown, with either slash,
    in any width and case.
    """
    wanted = _plain(name)
    return any(
        wanted == full or full.endswith("/" + wanted) or wanted.endswith("/" + full)
        for full in (_plain(form.file), _plain(f"{form.file}!{form.sheet}"))
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace("\\", "/").casefold().strip()
