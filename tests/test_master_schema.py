"""マスターのJSON Schema。型から作ったものと同じで、どの欄にも日本語の名がある。"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from sheetgen.plan import overview, plan
from sheetgen.plan.saving import plan_schema, render_schema

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")


def models() -> Iterator[type[BaseModel]]:
    for module in (plan, overview):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, BaseModel):
                yield value


def test_published_schema_is_that_of_the_models(
    project_root: Path, request: pytest.FixtureRequest
) -> None:
    path = project_root / "data" / "plan.schema.json"
    if request.config.getoption("--update-docs"):
        path.write_text(render_schema(), encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == render_schema()


def test_every_field_has_a_japanese_title() -> None:
    untitled = [
        f"{model.__name__}.{name}"
        for model in models()
        for name, field in model.model_fields.items()
        if not field.title or not JAPANESE.search(field.title)
    ]
    assert untitled == []


def test_every_model_is_closed_and_frozen() -> None:
    found = {model.__name__: model.model_config for model in models()}
    assert len(found) > 20
    assert {name for name, config in found.items() if config.get("extra") != "forbid"} == set()
    assert {name for name, config in found.items() if not config.get("frozen")} == set()


def fits(schema: dict[str, Any], value: Any, definitions: dict[str, Any]) -> bool:
    """値が、このプロジェクトのSchemaの使う言葉の範囲で、Schemaに合うか。"""
    if "$ref" in schema and not fits(
        definitions[schema["$ref"].rpartition("/")[2]], value, definitions
    ):
        return False
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices and not any(fits(choice, value, definitions) for choice in choices):
        return False
    kinds: dict[str, tuple[type, ...]] = {
        "object": (dict,),
        "array": (list,),
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
        "null": (type(None),),
    }
    kind = schema.get("type")
    if kind and type(value) not in kinds[kind]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    if isinstance(value, dict):
        return _fits_object(schema, value, definitions)
    if isinstance(value, list):
        enough = len(value) >= schema.get("minItems", 0)
        return enough and all(fits(schema.get("items", {}), each, definitions) for each in value)
    return True


def _fits_object(schema: dict[str, Any], value: dict[str, Any], definitions: Any) -> bool:
    properties = schema.get("properties", {})
    if not set(schema.get("required", [])) <= set(value):
        return False
    others = schema.get("additionalProperties", True)
    for name, inner in value.items():
        wanted = properties.get(name, others)
        if wanted is False or (isinstance(wanted, dict) and not fits(wanted, inner, definitions)):
            return False
    return True


def test_the_real_plan_fits_the_schema(plan_path: Path) -> None:
    schema = plan_schema()
    real = json.loads(plan_path.read_text(encoding="utf-8"))
    assert fits(schema, real, schema["$defs"])
    item = real["policies"][0]["measures"][0]["entries"][0]
    for name, wrong in (("number", "1"), ("owners", []), ("id", "1-1"), ("知らない欄", 1)):
        kept = item.get(name)
        item[name] = wrong
        assert not fits(schema, real, schema["$defs"]), name
        item[name] = kept
        if kept is None:
            del item[name]
