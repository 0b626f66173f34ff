"""年次見直しの文書についてのことば（D###）。"""

from __future__ import annotations

from sheetgen.messages.message import C_, E_, N_, Message

# typst の言い方（初めの部分）と、そのわけ。知らない言い方は、typst のことばのまま出す。
_TYPST_WORDS = (
    ("unknown variable", "知らない名前を使っています"),
    ("dictionary does not contain key", "渡された値に、その名の値はありません"),
    ("unresolved import", "読み込む先に、その名のものがありません"),
    ("file not found", "ファイルがありません"),
    ("unclosed delimiter", "かっこが閉じていません"),
    ("unclosed string", "文字列の引用符が閉じていません"),
    ("unclosed", "閉じていないところがあります"),
    ("unexpected", "ここにあってはならないものがあります"),
    ("expected", "書き方が途中で終わっているか、型が合いません"),
    ("the character", "ここに書けない文字があります"),
    ("cannot", "その計算はできません"),
    ("unknown font family", "知らない書体です"),
    ("PDF/UA-1 error", "支援技術で読める PDF の決まりに合いません"),
    ("invalid number suffix", "数に付けた単位が違います"),
    ("missing argument", "要る引数がありません"),
    ("array index out of bounds", "並びに、その番目のものはありません"),
    ("maximum function call depth", "呼び出しが終わりません"),
    ("failed to download package", "ネットから取る部品は使えません"),
)


def typst_reason(message: str) -> str:
    """typst の言うわけを、日本語にする。もとのことばも添える。"""
    for beginning, words in _TYPST_WORDS:
        if message.startswith(beginning):
            return f"{words}: {message}"
    return message


DOCUMENT: dict[str, Message] = {
    "D001": Message(
        E_,
        "PDF を作る部品（typst）が入っていないか、動きません（{reason}）。PDF は作っていません。",
        "sheetgen を入れ直すか、「pip install typst」で入れてください。"
        "急ぐときは、できたHTMLをブラウザーで開き、PDFとして印刷できます。",
    ),
    "D002": Message(
        E_,
        "日本語の書体が見つからないので、PDF は作っていません（探した書体: {fonts}）。",
        "Windows では「設定」の「オプション機能」で「日本語補助フォント」を足すか、"
        "モリサワの BIZ UDゴシック（無償）を入れてください。"
        "Debian では「apt install fonts-morisawa-bizud-gothic」で入ります。",
    ),
    "D003": Message(
        E_,
        "文書のテンプレートの{line}行目に誤りがあります（{reason}）。{source}",
        "その行を直してください。{hint}元に戻すには、配られたテンプレートを上書きします。",
    ),
    "D004": Message(
        E_,
        "文書のテンプレート「{name}」がありません。",
        "置き場所を確かめるか、--layout でフォルダーを指定してください。",
    ),
    "D005": Message(
        E_,
        "選んだ書体（{font}）に、文字「{character}」がありません。初めに出るのは「{text}」の所です。",
        "この字を持つ書体（BIZ UDゴシック、IPAexゴシック、Noto Sans CJK JP など）を入れるか、"
        "計画のデータの字を、ほかの字に直してください。",
    ),
    "D006": Message(
        E_,
        "「{text}」が、様式の欄に収まりません。",
        "文章を短くするか、様式のテンプレートの欄を広げてください。",
    ),
    "D007": Message(
        E_,
        "文書のテンプレートの文字コードが UTF-8 ではありません。",
        "メモ帳などで開き、「名前を付けて保存」で、文字コードを UTF-8 にして保存してください。",
    ),
    "D010": Message(
        E_,
        "{year}は、計画の期間にありません。",
        "{first}から{last}までの間で指定してください。",
    ),
    "D011": Message(
        C_,
        "計画のデータは{known}の年次見直しのものです。{year}の文書には、主なポイントを載せていません。"
        "概要表の取組方針・取組内容も、{known}のままです。",
        "{year}の年次見直しの内容を計画のデータの revision と概要表の行（overview）に書き、"
        "もう一度作ってください。",
    ),
    "D012": Message(
        C_,
        "{year}の取組方針・取組内容が、{count}件の実施項目にありません（初めは {first}）。"
        "その欄は空で印刷しています。",
        "見直し照会の回答を取り込むか、計画のデータの initiatives に書き足してください。",
    ),
    "D013": Message(
        C_,
        "{year}の取組実績が、{count}件の実施項目にありません（初めは {first}）。"
        "その欄は空で印刷し、評価は「未評価」に数えています。",
        "実績照会の回答を取り込むか、計画のデータに書き足してください。",
    ),
    "D014": Message(
        N_,
        "書体は {font} を使いました（いちばんに探すのは {first} です）。"
        "字の幅が違うと、様式の行の分かれ方が変わることがあります。",
        "公表する文書は、{first} のある PC で作ることを勧めます。",
    ),
    "D015": Message(
        N_,
        "前の年次見直しの計画のデータ（--earlier）の指定がないので、内容の変わった実施項目の一覧は"
        "載せていません。",
        "載せるときは、見直しを始める前の計画のデータを --earlier で指定してください。",
    ),
    "D016": Message(
        C_,
        "前の計画のデータとして指定したもの（{old}）は、この文書（{new}）より前のものではありません。",
        "見直しを始める前の計画のデータを指定したか、確かめてください。",
    ),
    "D017": Message(
        C_,
        "{year}の主なポイントが、計画のデータに一つもありません。その表は、基本方針の名だけになります。",
        "計画のデータの revision の highlights に書き、もう一度作ってください。",
    ),
    "D018": Message(
        C_,
        "文が長いため、様式の文字を {smallest} pt まで小さくしました"
        "（8 pt より小さくなった様式は{count}枚）。",
        "読みにくくなります。公表の前に、文を短くするか、様式のテンプレートの欄を広げてください。",
    ),
    "D019": Message(
        E_,
        "計画のデータは{known}の年次見直しのものなので、前の{year}の文書は作れません"
        "（その後に終わった実施項目も、その年度の文章も残っていません）。",
        "その年度の計画のデータ（data/archive にしまわれたもの）を --plan で指定してください。",
    ),
    "D020": Message(
        E_,
        "二つは別の計画です（改正前は「{old}」、改正後は「{new}」）。"
        "同じIDの実施項目の名も、半分以上が違います。",
        "同じ計画の、前の年次見直しのデータと、新しいデータを指定してください。",
    ),
    "D021": Message(
        C_,
        "計画の名が違います（改正前は「{old}」、改正後は「{new}」）。"
        "同じIDの実施項目の名は半分以上が同じなので、同じ計画として比べました。",
        "同じ計画でなければ、指定するファイルを確かめてください。",
    ),
    "D022": Message(
        C_,
        "改正前に指定した「{old}」のほうが、改正後に指定した「{new}」より新しいものです。",
        "順が逆でないか確かめてください。先に改正前、次に改正後を指定します。",
    ),
}
