"""個人に関わる情報らしい文字。

形で分かるものだけを言う。電話番号、メールアドレス、検査数字の合う個人番号、名簿の見出し。氏名は、
ほかの語と見分けられない。
"""

from __future__ import annotations

import re
import unicodedata

_DASH = "[-‐−–ー)(]"
_PHONE = rf"(?<![0-9-])\(?0[0-9]{{1,4}}{_DASH}[0-9]{{1,4}}{_DASH}[0-9]{{3,4}}(?![0-9-])"
_MOBILE = r"(?<![0-9])0[789]0[0-9]{8}(?![0-9])"
_MAIL = r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_TWELVE = r"(?<![0-9-])[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9-])"
_HEADINGS = (
    "(氏名|住所|生年月日|電話番号|携帯番号|個人番号|マイナンバー|職員番号|口座番号)"
    r"(?=$|[\s:：（(、，,/／・])"  # 「住所異動の届出」は、名簿の見出しではない。
)
_QUICK = "[0-9０-９]{3}|[@＠]"


def personal_data(text: str) -> list[str]:
    """見つかったものの種類。"""
    if not re.search(_QUICK, text):
        return []
    plain = unicodedata.normalize("NFKC", text)
    found = []
    if re.search(_MOBILE, plain) or any(_is_phone(one) for one in re.findall(_PHONE, plain)):
        found.append("電話番号")
    if re.search(_MAIL, plain):
        found.append("メールアドレス")
    if any(_is_my_number(one) for one in re.findall(_TWELVE, plain)):
        found.append("個人番号")
    return found


def personal_headings(text: str) -> list[str]:
    """「氏名」など、名簿の見出し。"""
    return sorted(set(re.findall(_HEADINGS, text)))


def _is_phone(text: str) -> bool:
    digits = re.sub("[^0-9]", "", text)
    return len(digits) in (10, 11)


def _is_my_number(text: str) -> bool:
    """個人番号の検査用数字が合うか（番号法の省令の式）。"""
    digits = [int(char) for char in text if char.isdigit()]
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(a * b for a, b in zip(digits, weights, strict=False)) % 11
    return len(set(digits)) > 1 and digits[-1] == (0 if rest <= 1 else 11 - rest)
