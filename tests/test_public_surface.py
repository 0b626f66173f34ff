"""公開している名前が、すべて使え、ヘルプを待たせない。"""

from __future__ import annotations

import subprocess
import sys

import pytest

import sheetgen


@pytest.mark.parametrize("name", sheetgen.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(sheetgen, name).__name__ == name


def test_unknown_names_are_unknown() -> None:
    assert not hasattr(sheetgen, "generator")


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = (
        "import sys, sheetgen; print(sorted({'openpyxl', 'jinja2', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
