"""ページの見せるコマンドの行。写して打っても、届いた名が命令になることはない。"""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from sheetgen.desk.command_lines import command_line, option, options

NAMES = [
    "返信.xlsx",
    "課長 から（2）.xlsx",
    "$(touch しるし).xlsx",
    "`touch しるし`.xlsx",
    "$HOME.xlsx",
    "a\\b.xlsx",
    '"; touch しるし; ".xlsx',
    "a & touch しるし.xlsx",
    "--out",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_word_as_it_is(name: str, tmp_path: object) -> None:
    line = command_line(["printf", "%s", *options("", [name])[1:]])
    assert shlex.split(line)[2:] == [name]
    shell = shutil.which("sh")
    if shell:
        done = subprocess.run(
            [shell, "-c", line], capture_output=True, check=True, cwd=str(tmp_path)
        )
        assert done.stdout.decode() == name


def test_what_would_end_the_quotes_is_not_in_them() -> None:
    line = command_line(["sheetgen", *option("--take", "'$(x)'\n.xlsx")])
    assert line == "sheetgen --take '’$(x)’ .xlsx'"
