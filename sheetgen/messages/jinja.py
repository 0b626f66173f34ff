"""Jinja2 のテンプレートの誤りを言うことば。"""

from __future__ import annotations

# Jinja2 の言い方の中のことばと、そのわけ。上から順に見る。もとのことばも添える。
_WORDS = (
    ("codec can't decode", "文字コードが UTF-8 ではありません"),
    ("concatenate", "文字と数は足せません"),
    ("unsupported operand", "その計算はできません"),
    ("division", "0 で割っています"),
    ("is unsafe", "テンプレートで使えないものです"),
    ("is not callable", "呼び出せないものを呼び出しています"),
    ("is undefined", "知らない名前を使っています"),
    ("has no attribute", "その名の値はありません"),
    ("has no element", "その番目の値はありません"),
    ("No filter named", "知らない変え方（「|」の後ろ）を使っています"),
    ("No test named", "知らない条件を使っています"),
    ("Unexpected end of template", "{% if %} か {% for %} が閉じていません"),
    ("Encountered unknown tag", "知らない命令があるか、{% if %}・{% for %} との組が合いません"),
    ("unexpected end of", "かっこか引用符が閉じていません"),
    ("unexpected 'end of", "かっこか引用符が閉じていません"),
    ("unexpected '}'", "かっこか引用符が閉じていません"),
    ("expected token", "書き方が途中で終わっているか、余分なものがあります"),
    ("unexpected", "ここにあってはならないものがあります"),
    ("Missing end of", "{# #} が閉じていません"),
    ("recursion", "読み込みが終わりません"),
)


MISSPELT_MARK = (
    "「{mark}」は、値に置き換わる印ではないので、そのまま手紙に出ます。"
    "{{{{ }}}} と {{% %}} は、半角で続けて打ちます"
)


def template_reason(message: str) -> str:
    """テンプレートの誤りのわけを、日本語にする。もとのことばも添える。"""
    for piece, words in _WORDS:
        if piece in message:
            return f"{words}: {message}"
    return f"書き方か計算に誤りがあります: {message}"
