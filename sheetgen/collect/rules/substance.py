"""文が、この実施項目について何かを述べているか。

言い方の一覧は、いつも足りない。そこで、ほかを指すことば、日付、数、評価、様式そのものを言うことば、
決まった返事を除き、残った字で、何をしたか（するか）が分かるかを見る。
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sheetgen.collect.answers import Answer
from sheetgen.collect.rules import text_rules
from sheetgen.collect.rules.case import DASHES, Case, Facts
from sheetgen.messages.quoting import excerpt
from sheetgen.plan.item import Item
from sheetgen.plan.value import printed

_ENOUGH = 4
"""意味のある字がこれだけあれば、述語がなくても（体言止めでも）述べている。"""
_LATIN = 2
"""英字の語（ＲＰＡ、ＤＸ）を、何字と数えるか。"""
_LOOKED_AT = 400
"""初めのこれだけの字を見れば分かる。"""
_ALL_KANA = 10
"""漢字も片仮名もない文を、述べているとみる仮名の数。"""
_CONTENT = "一-鿿㐀-䶿豈-﫿𠀀-𲎯々〆ァ-ヺー"
_WORD = re.compile(f"[{_CONTENT}]+|[A-Za-z]+")
_KANA = re.compile("[ぁ-ん]")
_DATE = (
    r"(?:令和|平成|昭和|西暦)\s*(?:元|[0-9]+)\s*年?度?|(?<![A-Za-z])[RHS]\s*[0-9]+(?:年度?|(?:[./-][0-9]+){1,2})|"
    r"[0-9]+\s*年度?|[0-9]+\s*月(?:\s*[0-9]+\s*日)?|[0-9]+(?:[/-][0-9]+){1,2}|[0-9]+(?:\.[0-9]+){2}|[0-9]+\s*日"
)
_FIGURE = (
    r"[0-9][0-9,.]*\s*(?:(?:億|万|千|百)*(?:か所|カ所|ヶ所|箇所|ポイント|世帯|施設|公園|回線|"
    rf"円|[A-Za-z%]+|[{_CONTENT}]{{2}}(?=[をがはにへでとの]|[^ぁ-ん{_CONTENT}]|$)|[{_CONTENT}])?)"
)
_REQUEST = (
    r"(?:詳細|詳しく|くわしく)は?[^。\n]{0,40}|"
    r"[^。\n]{0,40}(?:ください|下さい|願い(?:ます|いたします|致します|する)?|のこと(?=[。\n]|$))"
)
"""読む人への頼みと、ありかの案内。行ったことではない。"""
_PLACES = (
    r"https?://\S+|www\.\S+|[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+|"
    r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:jp|com|net|org)(?:/\S*)?|\\\\\S+|[A-Za-z]:\\\S+|"
    r"[^\s、。]{1,60}\.(?:pdf|xls[xmb]?|ods|docx?|pptx?|zip|csv|txt|jpe?g|png)"
)
_HANDED = (
    "(?:後日|追って|おって|別途|別に|メール|口頭|電話|ヒアリング|既に|すでに|先に|前に|前回|別紙|別添|"
    "資料|書面)時?(?:を|にて?|で)?、?(?:の?資料|書面|様式|ファイル)?(?:を|にて?|で)?"
    "(?:提出|送付|報告|回答|記入|記載|連絡|説明|添付|入力|差し?替え)"
)
"""答えを別に渡したということ。"""
_CONFIRMING = (
    f"(?:[{_CONTENT}]{{2,8}}[にへ])?確認(?:します|いたします|中|予定)?(?:です)?"
    r"(?=[。.\s)]|$)"
)
_ANSWERED = (
    "(?:提出|送付|報告|回答|記入|記載|入力|確認|対応|処理|実施|執行|完了|終了|達成|了解?)"
    "(?:済(?:み|んでいる)?|完了)"
)
_SAME = (
    "(?:左|右|上|下|前|前の?年度?|昨年度?|前回|他|既存)?(?:記|述|掲|欄)?(?:[にと]|の内容[にと])?"
    "同(?:じ|様|文|上|左|右|前|一)に?|"
    "(?:の)?(?:とおり|通り|どおり|まま)[にで]?|そのまま|据え?置き|ママ|"
    "(?:(?:昨年|前年|前回)度?から)?変わ(?:らず|りな[くし]|りません|りはありません|っていな[いし])"
)
_GRADE = "(?:自己|総合|全期間総合)?評価(?:は|:)?[A-Za-z](?![A-Za-z])"
_PAPERS = (
    "別紙|別添|別表|別記|別冊|添付|資料|書類|ファイル|フォルダー?|様式|シート|ホームページ|"
    "ウェブサイト|サイト|前記|上記|下記|左記|右記|前述|上述|後述|既述|既報|前掲|左欄|右欄|上欄|下欄|"
    "参照|参考|記載|記述|省略|割愛|詳細"
)
_OF_THE_FORM = (
    "年次計画|当初計画|実施計画|計画書?|予定|当初|目標値?|実績値?|効果額|効果見込額|"
    "取組(?:実績|内容|方針|状況)?|評価|内容|備考|前年度?|昨年度?|今年度?|本年度?|当年度?|次年度?|"
    "来年度?|年度|現在|時点|現行|現状|従来|進捗(?:状況)?|状況|本文|文言|事項|項目|欄"
)
_REPLIES = (
    "変更|修正|訂正|追記|加筆|削除|異動|異議|意見|指摘|相違|差異|問題|支障|該当|特段?|必要|特記|"
    "不要|不明|未定|未記入|未入力|未確定|未集計|未提出|概ね|おおむね|順調|良好|適宜|随時|以上|"
    "以下余白|余白|可|否|有|承知"
)
_POINTING = re.compile(f"{_PLACES}|{_REQUEST}|{_HANDED}|{_CONFIRMING}|{_SAME}")
_ASIDE = re.compile(f"{_GRADE}|{_DATE}|{_ANSWERED}")
_NOUNS = re.compile(f"{_PAPERS}|{_OF_THE_FORM}")
_REPLY_NOUNS = re.compile(_REPLIES)
_CLOSING = re.compile("無し?|なし|ナシ|完了|終了|完|了解?|済")
_IN_BRACKETS = re.compile(r"\([^()\n]*\)")
_MARK = "◇"
"""取り除いた名詞の跡。助詞は、これに付いていてもよい。"""
_KANJI_FIGURE = re.compile(r"[〇一二三四五六七八九十百千万億]+.{0,2}[。.]?")
_VERBS = "た|だ|る|う|く|ぐ|す|つ|ぬ|ぶ|む|ない|せん|ず"
_END = r"[。.!\s)]*$"
_STATEMENT = re.compile(
    # 「条例を改正」「３校で開始」「工事完了」「未着手」「検討中」「応募者なし」「説明会３回」
    f"(?:を|に|へ|が|で)[{_CONTENT}]{{2,}}{_END}|"
    f"[{_CONTENT}]{{2,}}(?:完了|終了|済み?){_END}|未[{_CONTENT}]{{2}}{_END}|"
    f"[{_CONTENT}]{{2,}}中(?:です|である|だ)?{_END}|"
    f"[{_CONTENT}]{{3,}}[はが]?(?:なし|無し|ゼロ){_END}|[{_CONTENT}]{{3,}}[はを]?[約計]?0{_END}|"
    f"^[・●■◆○\\s]*(?:中止|延期|見送り|廃止|休止|断念){_END}",
    re.MULTILINE,
)
"""述語のない言い方のうち、何があったかが分かるもの。"""
_VERB = re.compile(f"[{_CONTENT}0-9][ぁ-ん]*(?:{_VERBS}){_END}", re.MULTILINE)
_COPULA = re.compile(
    "(?:でした|です|である|だった|となっている|になります|となります)(?=[。.\\s]|$)"
)
_PARTICLE = re.compile(f"[{_CONTENT}0-9A-Za-z)」{_MARK}](?:を|が|は|に|へ|で|と|から|より)")
_AWAY = re.compile(
    f"別紙|別添|別表|別記|添付|資料|ホームページ|後日|追って|別途|[{_CONTENT}]中|未確定|未集計"
)
"""もとの文のままという意味ではない返事。"""
_OF_TARGETS = re.compile(r"\d|未定|完了|終了|達成|済")
"""目標値としてふさわしい文字。"""
_COMMON = frozenset({"実施", "完了", "達成", "対応", "継続", "推進", "終了", "進捗", "検証"})
"""どの実施項目でも言うことば。これだけでは、この実施項目のことにならない。"""


@lru_cache(maxsize=2048)
def says_something(text: str, vocabulary: frozenset[str] = frozenset()) -> bool:
    """何をしたか（するか）を述べているか。

    ``vocabulary`` はその実施項目の文にあることば（:func:`vocabulary_of`）で、短い文でも、
    それを使っていれば、この実施項目のことである。
    """
    plain = _plain(text)
    if _KANJI_FIGURE.fullmatch(plain.strip()):
        return False
    pointed = _POINTING.search(plain) is not None
    named = _named(plain)
    if not pointed and _STATEMENT.search(named):
        return True
    told = _COPULA.sub("", _CLOSING.sub("", named))
    words = _WORD.findall(told)
    native = [word for word in words if not word.isascii()]
    if not native:
        return len(_KANA.findall(told)) >= _ALL_KANA
    if sum(map(len, native)) + _LATIN * (len(words) - len(native)) >= _ENOUGH:
        return True
    if _VERB.search(told) or _STATEMENT.search(told):
        return not pointed or _PARTICLE.search(told) is not None
    return not pointed and any(
        pair in vocabulary for word in native for pair in _pairs(word) if pair not in _COMMON
    )


def _plain(text: str) -> str:
    """半角と全角をそろえ、括弧の中の断りを除いた文。括弧の中だけなら、そのまま。"""
    plain = unicodedata.normalize("NFKC", text)[:_LOOKED_AT]
    main = _IN_BRACKETS.sub("", plain)
    return main if _WORD.search(main) else plain


def _named(plain: str) -> str:
    """ほかを指すことばを除き、日付、数、様式を言うことばを印に置き換えた文。"""
    left = re.sub(_FIGURE, "0", _ASIDE.sub(" ", _POINTING.sub("", plain)))
    return _REPLY_NOUNS.sub(_MARK, _NOUNS.sub(_MARK, left))


def _is_only_reply(text: str) -> bool:
    """決まった返事だけか。「検討」「導入」のような一語の目標値は、返事ではない。"""
    plain = _plain(text)
    return not _OF_TARGETS.search(plain) and not any(
        not word.isascii() for word in _WORD.findall(_CLOSING.sub("", _named(plain)))
    )


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


@lru_cache(maxsize=256)
def _words_in(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKC", text)
    return frozenset(
        pair for word in _WORD.findall(plain) if not word.isascii() for pair in _pairs(word)
    )


def vocabulary_of(item: Item) -> frozenset[str]:
    """実施項目の文にあることば。二字ずつ。"""
    plans = [year.plan for year in item.years]
    texts = (item.title, item.improvement, item.vision, item.indicator.name, *plans)
    return _words_in("\n".join(text for text in texts if text))


def _is_empty(case: Case, answer: Answer) -> bool:
    """文なのに、何も述べていないか。"""
    return isinstance(answer.value, str) and not says_something(
        answer.value, vocabulary_of(case.item)
    )


def stands_for_no_change(case: Case, answer: Answer) -> Facts | None:
    """もとの文の上に、「変更なし」のような返事だけが書かれている。

    別紙や後日を言うものは、変えないという意味ではない（R332）。
    """
    old = case.base(answer)
    if not isinstance(old, str) or old in DASHES or not _is_empty(case, answer):
        return None
    if _AWAY.search(unicodedata.normalize("NFKC", str(answer.value))):
        return None
    return _kept("R380", case, answer, old)


def word_for_target(case: Case, answer: Answer) -> Facts | None:
    """計画の目標値や効果額の上に、「変更なし」のような返事だけが書かれている。"""
    text, old = answer.value, case.base(answer)
    if not isinstance(text, str) or text in DASHES or old is None or old in DASHES:
        return None
    return _kept("R380", case, answer, printed(old)) if _is_only_reply(text) else None


def figure_taken_away(case: Case, answer: Answer) -> Facts | None:
    """計画の数の上に、「-」か 0 が書かれている。"""
    old = case.base(answer)
    was_figure = any(map(str.isdecimal, old)) if isinstance(old, str) else bool(old)
    if not was_figure or not (answer.value in DASHES or answer.value == 0):
        return None
    return _kept("R381", case, answer, printed(old))


def _kept(code: str, case: Case, answer: Answer, old: str) -> Facts:
    raw = excerpt(printed(answer.value))
    item = case.issued.item_id
    return {"raw": raw, "old": excerpt(old, 60), "item": item, "code": code}


def points_elsewhere(case: Case, answer: Answer) -> Facts | None:
    """文の外や後を指すだけの文。もとの文と同じという返事は、R380 が聞く。"""
    if stands_for_no_change(case, answer):
        return None
    return text_rules.points_elsewhere(case, answer)


def has_no_content(case: Case, answer: Answer) -> Facts | None:
    """「-」「なし」だけの実績。もとの文に書き重ねたものは、R380 が聞く。"""
    if stands_for_no_change(case, answer):
        return None
    return text_rules.has_no_content(case, answer)


def says_nothing(case: Case, answer: Answer) -> Facts | None:
    """何をしたか（するか）が分からない文。言い方の分かっているものは、ほかの点検が聞く。"""
    is_result = case.role(answer) == "text"
    allowed = not case.was_running if is_result else answer.value in DASHES
    if allowed or not _is_empty(case, answer) or stands_for_no_change(case, answer):
        return None
    if text_rules.points_elsewhere(case, answer):
        return None
    if is_result and text_rules.has_no_content(case, answer):
        return None
    return {"raw": excerpt(printed(answer.value)), "item": case.issued.item_id}
