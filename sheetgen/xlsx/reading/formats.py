"""表示形式。数が日付かどうかと、通し番号から日付への換算。

Source: ECMA-376 Part 1, 18.8.30 (the formats that need no code, those of the
Japanese Excel included) and 18.17.4 (dates).
"""

from __future__ import annotations

import re
from functools import lru_cache

GENERAL = "General"

_ERA = "[$-411]ge.m.d"
_ERA_LONG = '[$-411]ggge"年"m"月"d"日"'
_YEAR_MONTH = 'yyyy"年"m"月"'
_MONTH_DAY = 'm"月"d"日"'

BUILTIN: dict[int, str] = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"¥"#,##0;"¥"\\-#,##0', 6: '"¥"#,##0;[Red]"¥"\\-#,##0',
    7: '"¥"#,##0.00;"¥"\\-#,##0.00', 8: '"¥"#,##0.00;[Red]"¥"\\-#,##0.00',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: _ERA, 28: _ERA_LONG, 29: _ERA_LONG, 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: _YEAR_MONTH, 35: _MONTH_DAY, 36: _ERA,
    37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00", 41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0", 48: "##0.0E+0", 49: "@",
    50: _ERA, 51: _ERA_LONG, 52: _YEAR_MONTH, 53: _MONTH_DAY, 54: _ERA_LONG,
    55: _YEAR_MONTH, 56: _MONTH_DAY, 57: _ERA, 58: _ERA_LONG,
}  # fmt: skip

# 引用符の中、\\ _ * の次の一字、[ ] の中は、日付の字であっても形式の字ではない。
_LITERAL = re.compile(r'"[^"]*"?|[\\_*].|\[[^\]]*\]', re.DOTALL)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE = re.compile(r"[ymdhsgba]|e(?![+-])", re.IGNORECASE)
_WORDS = re.compile(r"general|(?:g/)?標準", re.IGNORECASE)

_DAY = 86400
_MAX_SERIAL = 2958466
_EPOCH = {False: (1899, 12, 30), True: (1904, 1, 1)}
_LEAP_BUG = 60


@lru_cache(maxsize=4096)
def is_date(code: str) -> bool:
    """日付か時刻の表示形式か。``[h]:mm`` のような経過時間は数とする。"""
    if _ELAPSED.search(code):
        return False
    return _DATE.search(_WORDS.sub("", _LITERAL.sub("", code))) is not None


def iso_date(serial: float, date1904: bool) -> str | None:
    """通し番号を ISO の日付にする。日付にならない数（負、1900年2月29日など）は None。

    A serial below 1 is a time of day and gives ``12:30:00`` alone.
    """
    from datetime import date, timedelta

    if not 0 <= serial < _MAX_SERIAL - (1462 if date1904 else 0):
        return None
    days, seconds = divmod(round(serial * _DAY), _DAY)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if serial < 1 and not date1904:
        return clock if days == 0 and seconds else None
    if not date1904:
        if days == _LEAP_BUG:
            return None
        # 表計算ソフトには 1900年2月29日があり、それより前は一日ずれる。
        if days < _LEAP_BUG:
            days += 1
    day = (date(*_EPOCH[date1904]) + timedelta(days=days)).isoformat()
    return f"{day}T{clock}" if seconds else day
