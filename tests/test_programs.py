"""足りないプログラムの扱い。全部を行う実行では、飛ばさずに失敗する。"""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import need, soffice_convert


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
