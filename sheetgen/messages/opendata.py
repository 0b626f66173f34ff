"""オープンデータについてのことば（X###）。"""

from __future__ import annotations

from sheetgen.messages.message import E_, N_, Message

OPENDATA: dict[str, Message] = {
    "X001": Message(
        N_,
        "全国地方公共団体コードが入っていないので、その列を空欄にしました。",
        '計画のデータの "municipality_code" に、検査数字まで6桁のコードを入れてください。',
    ),
    "X002": Message(
        N_,
        "ほかの文字に置き換えられない機種依存文字があります（{characters}）。そのまま書きました。",
        "固有名詞の正しい字なら、そのままで構いません。そうでなければ、計画の字を直してください。",
    ),
    "X003": Message(
        E_,
        "前の年次見直しの計画のデータを読めません。終了した実施項目の実績が欠けるので、止めました。",
        "そのファイルを控えから戻すか、archive のフォルダーの外に移してください。",
    ),
}
