"""オープンデータについてのことば（X###）。"""

from __future__ import annotations

from sheetgen.messages.message import N_, Message

OPENDATA: dict[str, Message] = {
    "X001": Message(
        N_,
        "全国地方公共団体コードが入っていないので、その列を空にしました。",
        '計画のデータの "municipality_code" に、検査数字まで6桁のコードを入れてください。',
    ),
    "X002": Message(
        N_,
        "ほかの文字に置き換えられない機種依存文字があります（{characters}）。そのまま書きました。",
        "固有名詞の正しい字なら、そのままで構いません。そうでなければ、計画の字を直してください。",
    ),
}
