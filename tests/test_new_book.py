"""テンプレートのないブックを書く途中で止められても、何も言わずに捨てる。"""

from __future__ import annotations

import gc
import sys
import zipfile
from pathlib import Path

import pytest

from sheetgen.xlsx.report_book import new_book


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_book_stopped_while_it_is_packed_goes_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    whole = zipfile.ZipFile.writestr
    made = iter([whole, whole, stop])
    monkeypatch.setattr(zipfile.ZipFile, "writestr", lambda *words: next(made)(*words))
    try:
        with (tmp_path / "a.xlsx").open("wb") as target, new_book(target, "題", "市") as book:
            book.add_worksheet("表")
    except KeyboardInterrupt:
        del book
    gc.collect()
    assert next(made, None) is None
    assert said == []
