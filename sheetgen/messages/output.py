"""書き出し先についてのことば（O###）。"""

from __future__ import annotations

from sheetgen.messages.message import E_, Message

OUTPUT: dict[str, Message] = {
    "O001": Message(
        E_,
        "ファイルを書けません（{detail}）。前のファイルはそのまま残っています。",
        "ディスクの空きと、フォルダーに書き込めるかどうかを確かめてください。",
    ),
    "O003": Message(
        E_,
        "様式が多すぎて、一冊のブックに収まりません。",
        "--per section を指定して、課ごとのブックに分けてください。",
    ),
    "O002": Message(
        E_,
        "ファイルを書き換えられません。ほかのプログラムで開いているか、書き込みの権限がありません。",
        "Excel などで開いていれば閉じて、もう一度実行してください。",
    ),
}
