"""記録簿の一行の種類。"""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """記録の種類。"""

    RECORD = "record"
    """計画のデータに入れた値。"""
    PROPOSE = "propose"
    """変更申出。"""
    WAIVE = "waive"
    """確かめたうえで通した問題。"""
    DECIDE = "decide"
    """食い違いのうち、採らなかった値。"""
    UNDO = "undo"
    """取り消しで戻した値。"""
    ROLLOVER = "rollover"
    """年度の切り替えで変えたこと。"""
    ADD = "add"
    """加えた実施項目。``new`` は印刷の番号と名称、``file`` は一覧。"""
    END = "end"
    """一回の終わり。``file`` などは空。"""
