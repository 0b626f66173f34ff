"""全国地方公共団体コードの検査数字。"""

from __future__ import annotations

import pytest
from plan_samples import sample_plan

from sheetgen.messages.catalogue import message_of
from sheetgen.plan.plan import Plan
from sheetgen.plan.text import check_digit
from sheetgen.problems import Problem

# 総務省の「全国地方公共団体コード」の表から。余り 0（1 になる）と余り 1（0 になる）を含む。
PUBLISHED = ["142140", "011002", "131016", "131041", "141003", "271004", "401307", "473821"]


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_have_their_check_digit(code: str) -> None:
    assert check_digit(code[:5]) == code[5]
    assert Plan.model_validate(sample_plan(municipality_code=code)).municipality_code == code


@pytest.mark.parametrize("code", PUBLISHED)
def test_any_single_wrong_digit_is_noticed(code: str) -> None:
    """十一で割る検査数字は、一字の誤りをほとんど見逃さない。

    余り 0 と 10 が同じ数字 1 になるので、一字の誤りの十に一つは通ることがある。
    """
    wrong = [
        code[:place] + digit + code[place + 1 :]
        for place in range(5)
        for digit in "0123456789"
        if digit != code[place]
    ]
    noticed = [each for each in wrong if check_digit(each[:5]) != each[5]]
    assert len(noticed) >= len(wrong) * 8 // 10


def test_a_plan_without_a_code_is_sound() -> None:
    assert Plan.model_validate(sample_plan()).municipality_code is None


def test_the_message_says_which_digit_fits() -> None:
    problem = Problem("M044", facts={"value": '"142149"', "expected": "0"})
    assert "0" in message_of(problem).cause
