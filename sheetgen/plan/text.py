"""計画のデータに入れられる文字と値の決まり。

計画のデータの欄は、どれもこの型でできている。文字は印刷のまま持ち、字の形を変えず、
前後の空白も除かない。ブックに入れられないものだけを拒む。誤りは、変わらない ``type`` と事実を持つ。
その日本語は別の所にある。
"""

from __future__ import annotations

import math
import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

from sheetgen.plan.value import NUMBER_FORMAT

LONGEST_TEXT = 32_767
"""Excelの一つのセルに入る文字数（UTF-16で数える）。"""
LARGEST_NUMBER = 10**15
"""Excelが一の位まで正しく持てる数の上限（15桁）。"""


# XMLにもExcelにも入れられない文字。改行とタブは入れられる。
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_ITEM_ID = re.compile(r"[0-9]{2}-[0-9]{2}")
_MUNICIPALITY = re.compile(r"[0-9]{6}")


class Record(BaseModel):
    """計画のデータの一つのまとまり。書き換えられず、知らない名前の欄を受け付けない。"""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def writable(text: str) -> str:
    """UTF-8 で書ける文字。書けない文字（ファイルや人の名に残ることがある）は ``?`` にする。"""
    return text.encode("utf-8", "replace").decode("utf-8")


def check_text(value: object) -> str:
    """文字の並びとして保存できることを確かめ、そのまま返す。

    :raises PydanticCustomError: 文字でない、書けない字がある、または長すぎる。
    """
    if not isinstance(value, str):
        raise PydanticCustomError("text_type", "text expected")
    unwritable = _UNWRITABLE.search(value)
    if unwritable:
        raise PydanticCustomError(
            "text_character",
            "character U+{code} at {position}",
            {"code": f"{ord(unwritable.group()):04X}", "position": unwritable.start() + 1},
        )
    length = len(value.encode("utf-16-le")) // 2
    if length > LONGEST_TEXT:
        raise PydanticCustomError(
            "text_too_long",
            "{length} characters, {limit} allowed",
            {"length": length, "limit": LONGEST_TEXT},
        )
    return value


def check_line(value: object) -> str:
    """空でない、改行もタブもない文字の並びであることを確かめる。

    :raises PydanticCustomError: :func:`check_text` と同じ。または、空か、二行以上ある。
    """
    text = check_text(value)
    if not text.strip():
        raise PydanticCustomError("text_empty", "text must not be empty")
    if "\n" in text or "\t" in text:
        raise PydanticCustomError("text_line", "one line expected")
    return text


def _blank_is_null(value: object) -> object:
    """空欄の書き方を ``null`` 一つにする。``""`` は受け付けない。"""
    if value == "":
        raise PydanticCustomError("text_blank", "a blank is null")
    return value


def check_value(value: object) -> int | float | str | None:
    """数・印刷どおりの文字・``null`` のどれかであることを確かめる。

    ``99.0`` は小数、``99`` は整数のまま持つ。末尾の 0 にも意味がある。

    :raises PydanticCustomError: そのどれでもない、または Excel に入らない数。
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise PydanticCustomError("value_type", "number, text or null expected")
    if isinstance(value, str):
        _blank_is_null(value)
        return check_text(value)
    if not math.isfinite(value) or abs(value) >= LARGEST_NUMBER:
        raise PydanticCustomError("value_range", "number out of range")
    return value


def _matching(pattern: re.Pattern[str], error_type: str) -> BeforeValidator:
    def check(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise PydanticCustomError(error_type, "unexpected form")
        return value

    return BeforeValidator(check)


Text = Annotated[str, BeforeValidator(check_text)]
"""段落を改行で分ける文章。空でもよい。"""
Line = Annotated[str, BeforeValidator(check_line), Field(min_length=1)]
"""名前などの一行。空は許さない。"""
OptionalText = Annotated[
    Annotated[str, BeforeValidator(check_text)] | None, BeforeValidator(_blank_is_null)
]
"""書かれていない（``null``）ことのある文章。"""
OptionalLine = Annotated[
    Annotated[str, BeforeValidator(check_line)] | None, BeforeValidator(_blank_is_null)
]
"""書かれていない（``null``）ことのある一行。"""
Value = Annotated[int | float | str | None, BeforeValidator(check_value)]
"""数、印刷どおりの文字、または空欄（``null``）。``-`` ``ー`` ``0`` と空欄は別のもの。"""
FiscalYear = Annotated[int, Strict(), Field(ge=2019, le=2199)]
"""西暦の年度。"""
Number = Annotated[int, Strict(), Field(ge=1)]
"""印刷される番号。"""
Month = Annotated[
    str, _matching(_MONTH, "month_form"), Field(json_schema_extra={"pattern": "^\\d{4}-\\d{2}$"})
]
"""年月。``2024-03``。"""
ItemId = Annotated[
    str,
    _matching(_ITEM_ID, "item_id_form"),
    Field(json_schema_extra={"pattern": "^\\d\\d-\\d\\d$"}),
]
"""実施項目の変わらないID。``08-08``。"""


def check_municipality_code(value: object) -> str:
    """全国地方公共団体コードの形と、検査数字を確かめる。

    五桁に 6・5・4・3・2 を掛けて足し、11 の倍数に足りない数の一の位が、六桁目になる（出典:
    「全国地方公共団体コード」の検査数字、JIS X 0402）。

    :raises PydanticCustomError: 六桁の数字でない、または六桁目が合わない。
    """
    if not isinstance(value, str) or not _MUNICIPALITY.fullmatch(value):
        raise PydanticCustomError("municipality_code_form", "six digits expected")
    expected = check_digit(value[:5])
    if value[5] != expected:
        raise PydanticCustomError(
            "municipality_code_digit", "check digit {expected} expected", {"expected": expected}
        )
    return value


def check_digit(five: str) -> str:
    """全国地方公共団体コードの上５桁から、検査数字を求める。"""
    weighted = sum(int(digit) * weight for digit, weight in zip(five, range(6, 1, -1), strict=True))
    return str((11 - weighted % 11) % 10)


MunicipalityCode = Annotated[
    str,
    BeforeValidator(check_municipality_code),
    Field(json_schema_extra={"pattern": "^\\d{6}$"}),
]
"""全国地方公共団体コード。検査数字まで６桁。``142140``。"""
NumberFormat = Annotated[str, _matching(NUMBER_FORMAT, "number_format_form")]
"""Excelの表示形式のうち、指標に使うもの。``#,##0``・``0.0`` など。"""


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
