"""様式に印刷したり、記入欄に添えたりすることば。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetgen.era import wareki_full
from sheetgen.messages.quoting import in_short
from sheetgen.messages.vocabulary import terms

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Guidance:
    """記入欄の案内（選んだとき）と、規則に合わないときのことば。"""

    prompt: str
    error_title: str
    error: str


_GUIDANCE = {
    "text": Guidance(
        "全角でおよそ{capacity}字まで印刷できます。\n改行は Alt + Enter です。",
        "文字が多すぎます",
        "印刷できるのは全角でおよそ{capacity}字までです。短くまとめてください。"
        "このまま続けると、欄からはみ出た分は印刷されません。",
    ),
    "figure": Guidance(
        "数字だけを記入してください（単位: {unit}）。\n数値で表せないときは「-」。",
        "数字ではありません",
        "数字だけを記入してください（単位は書きません）。数値で表せないときは「-」とします。"
        "文字のままでよければ、続けてください。",
    ),
    "number": Guidance(
        "数字だけを記入してください。\n数値で表せないときは「-」。",
        "数字ではありません",
        "数字だけを記入してください（単位は書きません）。数値で表せないときは「-」とします。"
        "文字のままでよければ、続けてください。",
    ),
    "money": Guidance(
        "千円単位の数字だけを記入してください。\n例: 680万円は 6800\n{money}がないときは「-」。",
        "数字ではありません",
        "千円単位の数字だけを記入してください（680万円は 6800）。{money}がないときは「-」とします。"
        "文字のままでよければ、続けてください。",
    ),
    "words": Guidance(
        "指標の状況を短く記入してください（単位: {unit}）。\n数値で表せないときは「-」。",
        "",
        "",
    ),
    "grade": Guidance(
        "一覧から選んでください。\n{meanings}",
        "評価の区分にありません",
        "{grades} のどれかを、一覧から選んでください。",
    ),
    "choice": Guidance(
        "一覧から選んでください。",
        "選べることばにありません",
        "{grades} のどれかを、一覧から選んでください。",
    ),
    "grade_typed": Guidance("次のどれかを、そのとおりに記入してください。\n{meanings}", "", ""),
}


def guidance(kind: str) -> Guidance:
    """記入欄の種類ごとの案内。"""
    return _GUIDANCE[kind]


_COLOURED = "色の付いた欄が、記入していただく欄です。"


def joined(names: Sequence[str]) -> str:
    """欄の名を、文の中に並べる。``取組実績、課題と評価``。"""
    *rest, last = names or ("",)
    return f"{'、'.join(rest)}と{last}" if rest else last


def results_task(result_year: int, names: Sequence[str]) -> str:
    """実績照会で課にしてもらうこと。``names`` は書いてもらう欄の名。"""
    return f"{wareki_full(result_year)}の{joined(names)}を記入してください。{_COLOURED}"


def round_task(year: int, names: Sequence[str], provisional: bool) -> str:
    """計画が増やした照会で課にしてもらうこと。暫定の答えを集めるなら、それも言う。"""
    early = "まだ確定していない数は、見込みでかまいません（暫定の答えとして記録します）。"
    task = f"{wareki_full(year)}の{joined(names)}を記入してください。"
    return f"{task}{early if provisional else ''}{_COLOURED}"


def revision_task(initiative_year: int, written: Sequence[str], reviewed: Sequence[str]) -> str:
    """見直し照会で課にしてもらうこと。``written`` は新しく書く欄、``reviewed`` は見直す欄の名。"""
    year = wareki_full(initiative_year)
    parts = []
    if written:
        parts.append(f"{year}の{joined(written)}を記入")
    if reviewed:
        parts.append(f"{year}以降の{'、'.join(reviewed)}を見直")
    return f"{'し、'.join(parts or [f'{year}以降の計画を見直'])}してください。{_COLOURED}"


def provisional_note(value: str) -> str:
    """暫定の答えのある欄の案内に添える文。"""
    return f"\n{value} が、暫定として記録されています。確定した値に直してください。"


def previous_note(year: int, text: str) -> str:
    """次の年度の取組方針の欄の案内に添える、今の年度の文。"""
    return f"\n〔{wareki_full(year)}の文〕\n{text}"


def joint_note(section: str, here: bool) -> str:
    """共管の実施項目について、一覧の備考に書くこと。"""
    joint = f"共管の{terms().item}です。"
    if here:
        return f"{joint}共管の課と調整のうえ、取りまとめて提出してください。"
    return f"{joint}様式は{section}にお送りしています（{section}と調整してください）。"


def new_item_note(introduced: int, result_year: int) -> str:
    """実績を照会する年度より後に加わった実施項目について、一覧の備考に書くこと。"""
    return (
        f"{wareki_full(introduced)}からの項目です。{wareki_full(result_year)}の実績はないので、"
        "記入は要りません。"
    )


def left_out_note(labels: Sequence[str]) -> str:
    """照会で聞かないので、表に数えなかった実施項目のこと。数が合わないように見えないため。"""
    if not labels:
        return ""
    shown = in_short(labels, _SHOWN, "件")
    return f"ほかの{len(labels)}件（{shown}）は、この照会で聞いていません。"
