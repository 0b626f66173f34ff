"""求めた欄が書かれているか。文が、公表できる実績の文になっているか。

形で分かるものだけを言う。電話番号、メールアドレス、検査数字の合う個人番号、名簿の見出し。氏名は、
ほかの語と見分けられない。
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sheetgen.collect.answers import Answer
from sheetgen.collect.rules.case import DASHES, Case, Facts
from sheetgen.messages.quoting import excerpt
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.value import printed

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


def _is_missing(case: Case, answer: Answer) -> bool:
    """書かれていたことのない欄が、空のままか。"""
    return answer.value is None and case.base(answer) is None


def missing(case: Case, answer: Answer) -> Facts | None:
    """必ず書いてもらう欄が空。照会の年度より後に加わった項目には求めない。"""
    return {} if case.was_running and _is_missing(case, answer) else None


def missing_value(case: Case, answer: Answer) -> Facts | None:
    """目標値のある年度の実績値が空。"""
    year = case.year
    if year is None or year.target is None or year.target in DASHES:
        return None
    target = printed(year.target, case.item.indicator.number_format)
    return {"target": target} if _is_missing(case, answer) and case.was_running else None


def missing_effect(case: Case, answer: Answer) -> Facts | None:
    """効果見込額のある年度の実績効果額が空。"""
    year = case.year
    if year is None or year.effect is None or year.effect in DASHES:
        return None
    planned = printed(year.effect, "#,##0")
    return {"planned": planned} if _is_missing(case, answer) and case.was_running else None


def blank_for_dash(case: Case, answer: Answer) -> Facts | None:
    """計画が「-」の欄が空。二つとも空なら、初めの欄で一度だけ知らせる。"""
    year = case.year
    value, effect = case.answer("value"), case.answer("effect")
    if year is None or not case.was_running:
        return None
    blank = [
        one
        for one, planned in ((value, year.target), (effect, year.effect))
        if one is not None and planned in DASHES and _is_missing(case, one)
    ]
    if not blank or answer != blank[0]:
        return None
    return {"labels": "、".join(one.label for one in blank)}


def missing_initiative(case: Case, answer: Answer) -> Facts | None:
    """見直しをした様式に、次の年度の取組方針・取組内容がない。"""
    return {} if _is_missing(case, answer) else None


def erased(case: Case, answer: Answer) -> Facts | None:
    """書かれていた値が消されている。"""
    old = case.base(answer)
    if answer.value is not None or old is None:
        return None
    return {"old": excerpt(printed(old), 60)}


_SHORTEST_COMPARED = 5
_ELSEWHERE = (
    "(?:詳細は)?(?:別紙|別添|添付(?:資料)?|同上|同左|右記|左記|上記|下記|前年度?|昨年度?|"
    "前回|ホームページ)?(?:の?(?:とおり|通り)|を?参照|に同じ|と?同じ|と?同様|に同様)?"
)
_LATER = (
    "(?:現在|ただいま)?(?:作成|確認|集計|記入|入力|精査|照会|調整)中(?:です)?|"
    "(?:後日|追って|おって)(?:提出|報告|連絡|回答|記入|差し?替え)?(?:します|する|予定)?|未確定|未集計|仮"
)
_NOTHING = frozenset(
    {"", "なし", "無し", "無", "特になし", "特に無し", "該当なし", "該当無し", "未定", "未記入"}
)
_UNFINISHED = re.compile(
    r"[○〇◯●]{2,}|[×✕]{2,}|[△▲]{2,}|[□■]{2,}|[＊*]{2,}|[？?]{2,}|[ＸX]{2,}|[ｘx]{3,}|"
    r"要確認|要修正|要追記|(?:ここに|こちらに)記入|[（(【\[](?:記入例|確認中)[）)】\]]"
)
_SOURCE = re.compile(r"【[^\n]+】")
_BETWEEN = " ／ "
"""食い違う文には頭にファイルの名を付け、数や評価は間にこれを入れて並べてある。"""
_MARKUP = (
    r"(?i)</?(?:script|a|b|i|u|p|br|hr|div|span|img|iframe|object|embed|svg|style|link|meta|table|"
    r"tr|td|th|html|body|form|input|font|h[1-6]|ul|ol|li)\b[^<>]*>"
)
_FORMULA = r"(?i)\s*(?:[=@＝]\s*[A-Za-z\"'(+-]|[+-]\s*[A-Za-z]+\(|\t)|.*(?:HYPERLINK|cmd\|)"


@lru_cache(maxsize=2048)
def bare(text: str) -> str:
    """字だけを残した形。空白、記号、全角・半角の違いを除く。"""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).lower()))


def _words(answer: Answer) -> str:
    return answer.value if isinstance(answer.value, str) else ""


def copied_from_plan(case: Case, answer: Answer) -> Facts | None:
    """計画の文をそのまま写した実績。"""
    own = bare(_words(answer))
    if len(own) < _SHORTEST_COMPARED or case.index is None:
        return None
    item = case.item
    words = terms()
    sources = [(words["years.plan"], year.plan) for year in item.years]
    sources += [(words["initiatives"], text) for text in item.initiatives.values()]
    sources += [(words["improvement"], item.improvement), (words.short["vision"], item.vision)]
    for title, text in sources:
        if text and bare(text) == own:
            return {"source": title}
    return None


def same_as_other_year(case: Case, answer: Answer) -> Facts | None:
    """ほかの年度の実績と同じ文。"""
    own = bare(_words(answer))
    if len(own) < _SHORTEST_COMPARED:
        return None
    for at, year in enumerate(case.item.years):
        if at != case.index and year.result.text and bare(year.result.text) == own:
            return {"year": f"令和{year.fiscal_year - 2018}年度"}
    return None


def points_elsewhere(case: Case, answer: Answer) -> Facts | None:
    """「別紙のとおり」「作成中」など、文の外や後を指すだけの文。"""
    own = bare(_words(answer))
    if not own or own in _NOTHING or len(own) > 20:
        return None
    if not (re.fullmatch(_ELSEWHERE, own) or re.fullmatch(_LATER, own)):
        return None
    return {"raw": _words(answer)}


def has_no_content(case: Case, answer: Answer) -> Facts | None:
    """「-」「なし」だけの実績と、欄を取り違えた数や評価だけの実績。

    聞いている年度よりあとにできた実施項目には、``-`` と書くように伝えてある。
    """
    words = _words(answer)
    own = bare(words)
    if answer.value is None or not case.was_running:
        return None
    grades = {*case.scale, *map(bare, case.scale)}
    if own in _NOTHING or own.isdecimal() or grades & {own, words.strip()}:
        return {"raw": excerpt(words)}
    return None


def unfinished(case: Case, answer: Answer) -> Facts | None:
    """「○○」「要確認」など、書きかけの印。"""
    found = _UNFINISHED.search(_words(answer))
    if found is None:
        return None
    return {"raw": excerpt(found[0]), "around": excerpt(_words(answer), at=found.start())}


def still_side_by_side(case: Case, answer: Answer) -> Facts | None:
    """差戻しの様式に並べた、食い違う文のうちの一つが選ばれていない。"""
    lines = {
        line
        for shown in (case.issued.values.values() if case.issued.replaces else ())
        for line in (shown.splitlines() if isinstance(shown, str) else ())
        if _SOURCE.fullmatch(line)
    }
    left = next((line for line in _words(answer).splitlines() if line.strip() in lines), None)
    return {"raw": excerpt(left.strip())} if left else None


def either_value(case: Case, answer: Answer) -> Facts | None:
    """並べた値のうちの一つが選ばれていない。数の欄なら、数として読めないことで分かる。"""
    text = _words(answer).strip()
    planned = case.year.target if case.year else None
    if not case.issued.replaces or _BETWEEN not in text or isinstance(planned, int | float):
        return None
    return {"raw": text} if text in case.issued.values.values() else None


def looks_like_code(case: Case, answer: Answer) -> Facts | None:
    """HTML や数式に見える文字。文字のまま残す。"""
    text = _words(answer)
    found = re.search(_MARKUP, text) if "<" in text else None
    if found is None and (text[:1] in "=+-@\t＝" or "HYPERLINK" in text or "cmd|" in text):
        found = re.match(_FORMULA, text)
    if not text or found is None:
        return None
    return {"raw": excerpt(text, at=found.start())}


def has_personal_data(case: Case, answer: Answer) -> Facts | None:
    """公表する文の中の、電話番号など。"""
    if not isinstance(answer.value, str):
        return None
    found = personal_data(answer.value)
    return {"kinds": "、".join(found)} if found else None
