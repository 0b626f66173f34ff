"""一枚のページに入っているものの、ライセンスの一覧。部品の中にあるとおりに載せる。"""

from __future__ import annotations

import html
import json
import re
from email.parser import BytesParser
from pathlib import Path
from typing import NamedTuple

_LICENCE = re.compile(r"(^|/)[^/]*(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
_INSIDE = re.compile(r"\.dist-info/(.+/)?[^/]*(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)


class Notice(NamedTuple):
    """入っているもの一つ。

    ``texts`` は、ライセンスの全文。``inside`` は、その中に入っているものの名と版とライセンス。
    """

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]
    inside: tuple[str, ...] = ()


def wheel_notice(files: dict[str, bytes]) -> Notice:
    """wheel の中身から。"""
    metadata = next(one for name, one in files.items() if name.endswith(".dist-info/METADATA"))
    told = BytesParser().parsebytes(metadata)
    licence = told["License-Expression"] or _classified(told.get_all("Classifier", []))
    licence = licence or (told["License"] or "").strip().splitlines()[0]
    texts = dict.fromkeys(
        files[name].decode("utf-8", "replace").strip()
        for name in sorted(files)
        if _INSIDE.search(name)
    )
    inside = [
        one
        for name in sorted(files)
        if name.endswith(".cyclonedx.json")
        for one in _parts(files[name])
    ]
    return Notice(told["Name"], told["Version"], licence, tuple(texts), tuple(inside))


def _classified(classifiers: list[str]) -> str:
    found = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    return "、".join(found)


def _parts(data: bytes) -> list[str]:
    """部品表（CycloneDX）にあるもの。"""
    told = json.loads(data)
    return sorted(
        f"{one['name']} {one.get('version', '')}（{_expression(one)}）"
        for one in told.get("components", [])
    )


def _expression(component: dict[str, object]) -> str:
    found = component.get("licenses")
    names = [
        str(one.get("expression") or one.get("license", {}).get("id") or "?")
        for one in (found if isinstance(found, list) else [])
    ]
    return "、".join(names) or "?"


def npm_notice(files: dict[str, bytes], own: Path) -> Notice:
    """npm の部品の中身から。全文の入っていないものは ``own`` の下にあるものを添える。"""
    told = json.loads(files["package.json"])
    texts = [files[name].decode("utf-8") for name in sorted(files) if _LICENCE.search(name)]
    folder = own / told["name"].rpartition("/")[2]
    texts += [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))]
    return Notice(told["name"], told["version"], told["license"], tuple(texts))


def own_notices(root: Path) -> list[Notice]:
    """このプログラム自身。"""
    version = re.search(r'__version__ = "(.+)"', (root / "sheetgen/__init__.py").read_text("utf-8"))
    assert version is not None
    return [Notice("sheetgen", version[1], "MIT", ((root / "LICENSE").read_text("utf-8"),))]


def notices_html(notices: list[Notice]) -> str:
    """一覧の HTML。"""
    return "\n".join(map(_one, notices))


def _one(notice: Notice) -> str:
    escape = html.escape
    texts = "".join(f"<pre>{escape(text)}</pre>" for text in notice.texts)
    inside = ""
    if notice.inside:
        items = "".join(f"<li>{escape(one)}</li>" for one in notice.inside)
        inside = f"<details><summary>この中に入っているもの</summary><ul>{items}</ul></details>"
    title = escape(f"{notice.name} {notice.version}（{notice.licence}）")
    return f"<details><summary>{title}</summary>{texts}{inside}</details>"
