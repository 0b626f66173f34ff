"""ページの欄に書かれたもの、選ばれたもの。読めないものは、欄の名とともに断る。"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NamedTuple

from flask import request

from sheetgen.desk.desk import Desk
from sheetgen.desk.revision import revision_of
from sheetgen.problems import Place, Problem, UsageError

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_YEARS = range(2019, 2100)
_DIGITS = 9


def written(name: str) -> str | None:
    """書かれた文字。前後の空白を除いて空なら ``None``。"""
    return request.values.get(name, "").strip() or None


def lines(name: str) -> tuple[str, ...]:
    """一行に一つずつ書かれたもの。空の行は除く。"""
    return tuple(one.strip() for one in request.values.get(name, "").splitlines() if one.strip())


def ticked(name: str) -> bool:
    """印が付けてあるか。"""
    return request.values.get(name) == "1"


def several(name: str) -> tuple[str, ...]:
    """いくつか選ばれたもの。"""
    return tuple(dict.fromkeys(request.values.getlist(name)))


def is_trial() -> bool:
    """試すだけか。ボタンの分からない送り方も、試しとする。"""
    return request.form.get("step") != "make"


_NOT_CARRIED = frozenset({"step", "revision"})


class Carried(NamedTuple):
    """試したことを、そのまま行うための欄。``revision`` は、試したときのデータの版。"""

    action: str
    fields: tuple[tuple[str, str], ...]
    revision: str


def carried() -> Carried:
    """いま送られた欄。試した結果のページから、同じことをもう一度送る。"""
    pairs = request.form.items(multi=True)
    fields = tuple((name, value) for name, value in pairs if name not in _NOT_CARRIED)
    return Carried(request.path, fields, revision_of(Desk.of_request().plan))


def whole_number(name: str, label: str, first: int, last: int) -> int | None:
    """``first`` から ``last`` までの数。書いていなければ ``None``。

    :raises UsageError: 数として読めないか、外れている（U002）。
    """
    given = written(name)
    if given is None:
        return None
    plain = unicodedata.normalize("NFKC", given)
    if not _is_number(plain) or not first <= int(plain) <= last:
        raise _refused("U002", label, given, choices=f"{first}から{last}まで")
    return int(plain)


def _is_number(text: str) -> bool:
    """数字だけか。限りなく長いものは、数としても読めない。"""
    return text.isdecimal() and len(text) <= _DIGITS


def chosen_year(name: str = "year", label: str = "年度") -> int | None:
    """年度（西暦）。選んでいなければ ``None``。

    :raises UsageError: 年度として読めない（U001）。
    """
    given = written(name)
    if given is None:
        return None
    if not _is_number(given) or int(given) not in _YEARS:
        raise _refused("U001", label, given)
    return int(given)


def chosen_round(name: str = "round") -> str | None:
    """照会の種類の名。選んでいなければ ``None``。この計画にない照会なら、仕事をする所が断る。"""
    return written(name)


def chosen_day(name: str, label: str = "日付") -> date | None:
    """日付。書いていなければ ``None``。

    :raises UsageError: 日付として読めない（U003）。
    """
    given = written(name)
    try:
        found = date.fromisoformat(given) if given else None
        if found and found.year not in _YEARS:  # 「0007-07-31」のような打ちかけ
            raise ValueError(given)
        return found
    except ValueError:
        raise _refused("U003", label, given) from None


def chosen_month(name: str, label: str) -> str | None:
    """年月 ``2025-03``。書いていなければ ``None``。

    :raises UsageError: 年月として読めない（U005）。
    """
    given = written(name)
    if given is None:
        return None
    if not _MONTH.fullmatch(given):
        raise _refused("U005", label, given)
    return given


def _refused(code: str, label: str, value: object, **facts: object) -> UsageError:
    return UsageError(Problem(code, Place(label=label), {"value": value, **facts}))
