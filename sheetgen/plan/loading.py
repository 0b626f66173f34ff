"""計画のデータを読み、正しくない所をすべて、場所と欄の名前をつけて告げる。"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sheetgen.messages.quoting import shortened
from sheetgen.plan.consistency import find_inconsistencies
from sheetgen.plan.json_text import parse_json, read_bytes
from sheetgen.plan.labels import locate, visible
from sheetgen.plan.plan import SCHEMA_VERSION, Plan
from sheetgen.problems import Place, Problem, SheetgenError

LONGEST_SHOWN = 40


# pydantic の誤りの名から、こちらの符号へ。英語の文は、ここから外へ出さない。
_TYPES = {
    "missing": "M021",
    "extra_forbidden": "M022",
    "text_type": "M023",
    "text_character": "M024",
    "text_too_long": "M025",
    "text_empty": "M026",
    "text_line": "M027",
    "text_blank": "M028",
    "value_type": "M029",
    "value_range": "M030",
    "int_type": "M031",
    "int_from_float": "M031",
    "bool_type": "M032",
    "tuple_type": "M033",
    "model_type": "M034",
    "model_attributes_type": "M034",
    "dict_type": "M034",
    "dict_attributes_type": "M034",
    "greater_than_equal": "M035",
    "less_than_equal": "M036",
    "month_form": "M037",
    "item_id_form": "M038",
    "number_format_form": "M039",
    "municipality_code_form": "M043",
    "municipality_code_digit": "M044",
    "union_tag_not_found": "M040",
    "union_tag_invalid": "M040",
    "literal_error": "M041",
    "too_short": "M042",
    "key_form": "M045",
    "enum": "M046",
}
_KINDS = {
    "years_not_consecutive": "M051",
    "revision_outside_plan": "M052",
    "number_not_consecutive": "M053",
    "entry_number_order": "M054",
    "item_id_twice": "M055",
    "item_id_retired": "M056",
    "item_id_unknown": "M057",
    "name_twice": "M058",
    "owner_unknown": "M059",
    "item_years_differ": "M060",
    "initiative_year": "M061",
    "introduced_after_plan": "M062",
    "grade_unknown": "M063",
    "policy_unknown": "M064",
    "end_outside_plan": "M065",
    "measure_unknown": "M066",
    "scale_year_twice": "M067",
    "key_twice": "M068",
    "round_reserved": "M069",
    "asked_unknown": "M070",
    "scale_unknown": "M071",
    "choices_missing": "M072",
    "field_unknown": "M073",
    "field_needed": "M074",
    "one_level": "M075",
    "option_unknown": "M076",
    "value_not_text": "M077",
}


@dataclass(frozen=True, slots=True)
class Master:
    """読んだ計画のデータ。``digest`` は読んだ時のファイルの中身を表す。"""

    path: Path
    plan: Plan
    digest: str


def digest_of(data: bytes) -> str:
    """ファイルの中身が同じかどうかを比べるための文字。"""
    return hashlib.sha256(data).hexdigest()


def _shown(value: object) -> str:
    """書かれていた値を、短く、画面に出せる形で返す。"""
    # 長い文やオブジェクトの全体を見せても役に立たない。初めだけで足りる。
    text = visible(json.dumps(value, ensure_ascii=False, default=str))
    return shortened(text, LONGEST_SHOWN)


def _place(file: str, location: tuple[str | int, ...], data: object) -> Place:
    spot = locate(location, data)
    return Place(file=file, path=spot.path or None, label=spot.label, item=spot.item)


def _schema_problems(error: ValidationError, data: object, file: str) -> list[Problem]:
    problems = []
    for found in error.errors(include_url=False):
        if found["type"] == "plan_inconsistent":
            continue
        location = found["loc"]
        facts: dict[str, object] = {
            str(name): _fact(fact) for name, fact in found.get("ctx", {}).items()
        }
        facts["value"] = _shown(found["input"])
        facts["name"] = visible(str(location[-1])) if location else ""
        code = _TYPES.get(found["type"], "M049")
        problems.append(Problem(code, _place(file, location, data), facts))
    return problems


def _fact(value: Any) -> object:
    return visible(value) if isinstance(value, str) else value


def _consistency_problems(data: object, file: str) -> list[Problem]:
    return [
        Problem(
            _KINDS[found.kind],
            _place(file, found.path, data),
            {name: _fact(fact) for name, fact in found.facts.items()},
        )
        for found in find_inconsistencies(data)
    ]


def _check_version(data: object, file: str) -> None:
    """知らない版のデータは、欄ごとの誤りを並べずに、版のことだけを告げる。"""
    if not isinstance(data, Mapping):
        raise SheetgenError(Problem("M008", Place(file=file)))
    version = data.get("schema_version")
    if version is not None and (type(version) is not int or version != SCHEMA_VERSION):
        facts = {"value": _shown(version), "known": SCHEMA_VERSION}
        place = _place(file, ("schema_version",), data)
        raise SheetgenError(Problem("M009", place, facts))


# 公表や照会のたびにしまう控えは、計画のデータや前の控えと、中身の同じことが多い。
# 計画は書き換わらないので、同じ中身なら、読んだものを使い回す。
@lru_cache(maxsize=16)
def parse_plan(data: bytes, file: str) -> Plan:
    """バイト列を読んで計画を返す。``file`` は問題を告げるときのファイル名。

    :raises SheetgenError: 正しくない所がある。一度に見つけたすべての問題を持つ。
    """
    tree, problems = parse_json(data, file)
    _check_version(tree, file)
    plan: Plan | None = None
    try:
        plan = Plan.model_validate(tree)
    except ValidationError as error:
        problems += _schema_problems(error, tree, file)
        problems += _consistency_problems(tree, file)
    if problems or plan is None:
        raise SheetgenError(problems)
    return plan


def load_master(path: Path) -> Master:
    """計画のデータを、あとで書き戻せるように読む。:func:`parse_plan` と同じ例外。"""
    data = read_bytes(path)
    return Master(path, parse_plan(data, str(path)), digest_of(data))


def load_plan(path: Path) -> Plan:
    """計画のデータを読んで計画だけを返す。"""
    return load_master(path).plan
