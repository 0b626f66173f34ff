"""足りないプログラムの扱い。全部を行う実行では、飛ばさずに失敗する。"""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import need, soffice_convert
from returned.libreoffice import LibreOffice


def test_a_missing_program_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHEETGEN_REQUIRE_PROGRAMS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        need("no-such-program")


def test_a_missing_program_fails_where_all_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEETGEN_REQUIRE_PROGRAMS", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-program"):
        need("no-such-program")


def test_a_conversion_that_makes_nothing_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"absent\.pdf"):
        soffice_convert(tmp_path / "absent.xlsx", tmp_path / "out")


def test_a_libreoffice_that_died_is_started_again(tmp_path: Path) -> None:
    """終わってしまった LibreOffice のせいで、後の試験まで失敗しない。"""
    office = LibreOffice()
    try:
        with pytest.warns(UserWarning, match="落ちた"), pytest.raises(AssertionError):
            office.work(None, [("leave",)], tmp_path / "never.xlsx")
        office.work(None, [], tmp_path / "made.xlsx")
    finally:
        office.close()
    assert [path.name for path in tmp_path.iterdir()] == ["made.xlsx"]
