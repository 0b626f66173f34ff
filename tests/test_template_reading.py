"""開けないテンプレートも、書き方の違うテンプレートも、例外の跡を見せずに受け止める。"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sheetgen.problems import SheetgenError
from sheetgen.xlsx.package import read_package
from sheetgen.xlsx.template import read_template


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target


def refusal(path: Path) -> list[str]:
    with pytest.raises(SheetgenError) as caught:
        read_template(read_package(path, path.name))
    return [problem.code for problem in caught.value.problems]


def test_normal_style_by_its_japanese_name(template_path: Path, tmp_path: Path) -> None:
    def rename(name: str, data: bytes) -> bytes:
        return data.replace(b'name="Normal"', 'name="標準"'.encode()) if "styles" in name else data

    renamed = read_template(
        read_package(rewritten(template_path, tmp_path / "ja.xlsx", rename), "ja.xlsx")
    )
    original = read_template(read_package(template_path, "en.xlsx"))
    assert renamed.sheets == original.sheets


def test_broken_compression_is_refused(template_path: Path, tmp_path: Path) -> None:
    data = template_path.read_bytes()
    middle = len(data) // 2
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(data[:middle] + bytes(400) + data[middle + 400 :])
    assert refusal(broken) == ["T002"]


@pytest.mark.parametrize("size", [0, 10, 4000])
def test_cut_files_are_refused(template_path: Path, tmp_path: Path, size: int) -> None:
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(template_path.read_bytes()[:size])
    assert refusal(cut) == ["T002"]


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.xlsx") == ["T001"]
    assert refusal(tmp_path) == ["T007"]


def test_strict_is_refused_by_its_name(template_path: Path, tmp_path: Path) -> None:
    transitional = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    strict = b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    path = rewritten(
        template_path, tmp_path / "s.xlsx", lambda _, data: data.replace(transitional, strict)
    )
    assert refusal(path) == ["T005"]


def test_cut_part_is_refused(template_path: Path, tmp_path: Path) -> None:
    def cut(name: str, data: bytes) -> bytes:
        return data[: len(data) // 2] if name.startswith("xl/worksheets/sheet") else data

    assert refusal(rewritten(template_path, tmp_path / "cut.xlsx", cut)) == ["T004"]  # 部品を名指す


def test_too_many_cells_are_refused_with_their_place(
    template_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheetgen.xlsx.template.MAX_CELLS", 60)
    with pytest.raises(SheetgenError) as caught:
        read_template(read_package(template_path, "t.xlsx"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.file) == ("T006", "t.xlsx")
    assert problem.place.sheet == "進捗管理シート"
