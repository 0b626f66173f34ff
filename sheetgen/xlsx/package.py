"""Open Packaging Conventions: 部品、関係、内容の種類。

出典: ECMA-376 Part 2。部品は名ではなく、関係をたどって探す。
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.xlsx.markup import MarkupError, Node, attribute_text, normalise, parse

CONTENT_TYPES = "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
MAX_TEMPLATE_BYTES = 200 * 1024 * 1024
"""展開した大きさの上限。テンプレートがこれを超えることはない。"""


class Relationship(NamedTuple):
    """一つの関係。``target`` は、内部なら部品名、外部なら書かれたまま。"""

    id: str
    type: str
    target: str
    external: bool

    @property
    def kind(self) -> str:
        """関係の種類の最後の語（``worksheet``、``drawing`` など）。"""
        return self.type.rsplit("/", 1)[-1]


def relationships_name(part: str) -> str:
    """部品の関係を書く部品の名。"""
    folder, name = posixpath.split(part)
    # パッケージ自体（空の名）の関係は ``_rels/.rels`` にある。
    return posixpath.join(folder, "_rels", f"{name}.rels")


class Package:
    """読み込んだパッケージ。部品名は先頭の ``/`` を除いて表す。

    ``fingerprint`` は、ファイルの内容の目印（16進8桁）。
    """

    def __init__(self, file: str, parts: dict[str, bytes], fingerprint: str = "") -> None:
        self.file = file
        self.fingerprint = fingerprint
        self.parts = parts
        self.defaults: dict[str, str] = {}
        self.overrides: dict[str, str] = {}
        self._trees: dict[str, tuple[bytes, Node]] = {}
        _, types = self.tree(CONTENT_TYPES)
        for node in types.children:
            if node.local == "Default":
                self.defaults[node.attrs["Extension"].lower()] = node.attrs["ContentType"]
            elif node.local == "Override":
                self.overrides[node.attrs["PartName"].lstrip("/")] = node.attrs["ContentType"]

    def refuse(self, code: str, **facts: object) -> SheetgenError:
        """このファイルについての問題を、例外にして返す。"""
        sheet = facts.pop("sheet", None)
        cell = facts.get("cell")
        place = Place(
            file=self.file,
            sheet=None if sheet is None else str(sheet),
            cell=None if cell is None else str(cell),
        )
        return SheetgenError(Problem(code, place, facts))

    def tree(self, part: str) -> tuple[bytes, Node]:
        """部品を XML として読む。正規化したバイト列と根を返す。

        :raises SheetgenError: 部品がない（T003）か、XML でない（T004）。
        """
        if part not in self._trees:
            try:
                data = normalise(self.parts[part])
                self._trees[part] = (data, parse(data))
            except KeyError:
                raise self.refuse("T003", part=part) from None
            except (MarkupError, UnicodeDecodeError, IndexError) as error:
                raise self.refuse("T004", part=part) from error
        return self._trees[part]

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """部品から出る関係。``""`` はパッケージ自体。"""
        name = relationships_name(part)
        if name not in self.parts:
            return ()
        base = posixpath.dirname(part)
        found = []
        for node in self.tree(name)[1].all("Relationship"):
            target = node.attrs["Target"]
            # 図形のリンクの ``#シート!A1`` は部品ではない。
            external = node.attrs.get("TargetMode") == "External" or target.startswith("#")
            if not external:
                target = self._resolve(base, target)
            found.append(Relationship(node.attrs["Id"], node.attrs["Type"], target, external))
        return tuple(found)

    def _resolve(self, base: str, target: str) -> str:
        path = target.lstrip("/") if target.startswith("/") else posixpath.join(base, target)
        path = posixpath.normpath(path)
        # 日本語の部品名は、関係の中では百分率で書かれていることがある。
        return path if path in self.parts else unquote(path)

    def main_part(self) -> str:
        """ブック本体の部品名。

        :raises SheetgenError: ない（T003）か、Strict の Open XML（T005）。
        """
        for relationship in self.relationships(""):
            if relationship.type.startswith(STRICT_OFFICE):
                raise self.refuse("T005")
            if relationship.kind == "officeDocument":
                return relationship.target
        raise self.refuse("T003", part="xl/workbook.xml")

    def sheet_parts(self) -> dict[str, str]:
        """ワークシートの名から部品名への対応。グラフだけのシートなどは入らない。"""
        main = self.main_part()
        parts = {one.id: one.target for one in self.relationships(main) if one.kind == "worksheet"}
        sheets = self.tree(main)[1].find("sheets")
        found = {}
        for node in sheets.children if sheets else []:
            rid = next((v for name, v in node.attrs.items() if name.endswith(":id")), "")
            if rid in parts:
                found[node.attrs["name"]] = parts[rid]
        return found


def read_package(path: Path, file: str) -> Package:
    """ファイルをパッケージとして読む。``file`` は人に見せる名。

    :raises SheetgenError: ファイルがない、読めない、またはブックでない（T001～T005）。
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SheetgenError(Problem("T001", Place(file=file))) from None
    except OSError as error:
        raise SheetgenError(Problem("T007", Place(file=file))) from error
    return _opened(content, file)


# 同じ中身のテンプレートは、何度開いても、読むのは一度。
@lru_cache(maxsize=4)
def _opened(content: bytes, file: str) -> Package:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > MAX_TEMPLATE_BYTES:
                raise SheetgenError(
                    Problem("T008", Place(file=file), {"limit": MAX_TEMPLATE_BYTES >> 20})
                )
            parts = {entry.filename: archive.read(entry) for entry in entries}
    except OSError as error:
        raise SheetgenError(Problem("T007", Place(file=file))) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise SheetgenError(Problem("T002", Place(file=file))) from error
    return Package(file, parts, hashlib.sha256(content).hexdigest()[:8])


def write_relationships(relationships: list[Relationship], base: str) -> bytes:
    """関係の部品を書く。``base`` は元の部品のある所（相対の行き先にするため）。"""
    words = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Relationships xmlns="{PACKAGE_RELATIONSHIPS}">'
    ]
    for one in relationships:
        target = one.target if one.external else relative(one.target, base)
        outside = one.external and not one.target.startswith("#")
        mode = ' TargetMode="External"' if outside else ""
        words.append(
            f'<Relationship Id="{attribute_text(one.id)}" Type="{one.type}"'
            f' Target="{attribute_text(target)}"{mode}/>'
        )
    words.append("</Relationships>")
    return "".join(words).encode()


@lru_cache(maxsize=4096)
def relative(part: str, base: str) -> str:
    """部品名を、``base`` のある所からの相対の名にする。"""
    return posixpath.relpath(part, posixpath.dirname(base) or ".")
