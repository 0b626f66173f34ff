"""計画のデータにある課のメールを、宛先として読む。"""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"[\s,;、，；]+")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


def addresses(email: str | None) -> tuple[str, ...] | None:
    """宛先のメールアドレス。いくつか並べてもよい。書かれていなければ空。

    アドレスらしくないものがあれば None。下書きがよそへ届いてはならない。
    """
    found = tuple(one for one in _BETWEEN.split(email or "") if one)
    if any(not _ADDRESS.fullmatch(one) for one in found):
        return None
    return tuple(dict.fromkeys(found))
