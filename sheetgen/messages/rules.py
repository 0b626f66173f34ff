"""答えの点検についてのことば（R3##）。"""

from __future__ import annotations

from sheetgen.messages.message import C_, E_, N_, Message

RESULTS_NOT_ASKED = "今回は実績を照会していません"
ASKED_FIELDS = {
    True: "照会した{year}の欄にも書かれています",
    False: "照会した{year}の欄は空欄です",
}
"""照会した年度の欄に、答えが書かれているかどうか（R340）。"""
_ASK = "値を課に確かめてください。"
_KEEP_OR_WAIVE = (
    "変えないときは --take {item}:master を、書かれたとおりに改めるときは "
    '--waive {code}:{item} --reason "…" を付けて、もう一度実行してください。'
    "分からなければ、課に差し戻してください。"
)
RULES: dict[str, Message] = {
    "R301": Message(
        C_,
        "{terms[years.result.text]}の文が書かれていません。",
        "課に記入してもらってください。",
    ),
    "R302": Message(
        C_,
        "{terms[years.result.grade]}が選ばれていません。",
        "課に選んでもらってください。",
    ),
    "R303": Message(
        C_,
        "実績値が書かれていません（この年度の目標値は {target}）。",
        "課に記入してもらってください。数で表せないときは「-」です。",
    ),
    "R304": Message(
        C_,
        "{terms.short[years.result.effect]}が"
        "書かれていません（この年度の{terms.short[years.effect]}は {planned} 千円）。",
        "課に記入してもらってください。効果額がないときは「-」、0円なら「0」です。",
    ),
    "R305": Message(
        N_,
        "計画に「-」とある欄が、空欄のままです（{labels}）。そのまま記録します。",
        "ほかと書き方をそろえて「-」と印刷するには、課に「-」と記入してもらってください。",
    ),
    "R306": Message(
        C_,
        "{terms[overall_grade]}が選ばれていません。",
        "課に選んでもらってください。",
    ),
    "R307": Message(
        C_,
        "見直しが書かれているのに、次の年度の{terms[initiatives]}がありません。",
        "課に記入してもらってください。",
    ),
    "R308": Message(
        C_,
        "書かれていた「{old}」が消されて、空欄になっています。",
        "消してよいかを課に確かめてください。",
    ),
    "R309": Message(
        C_,
        "差戻しのときに並べた答え（「{raw}」など）が、一つに選ばれないまま残っています。",
        "正しい答えだけを残してもらってください。",
    ),
    "R310": Message(
        C_,
        "計画では数（{planned}）なのに、「{raw}」とあります。",
        "実績の数がないのか、0なのかを課に確かめてください。",
    ),
    "R311": Message(
        C_,
        "実績値 {value} が、目標値 {target} と桁違いです（{factor}）。",
        _ASK,
    ),
    "R312": Message(
        C_,
        "率の欄に {value} とあります（目標値は {target}）。百分率なら {likely} です。",
        _ASK,
    ),
    "R313": Message(
        C_,
        "率が100を超えています（{value}）。",
        _ASK,
    ),
    "R314": Message(
        C_,
        "実績値が負の数です（{value}）。計画に負の数はありません。",
        _ASK,
    ),
    "R315": Message(
        C_,
        "整数で印刷する指標に、小数があります（{value}）。{shown} と印刷されます。",
        "値を課に確かめてください。小数が正しければ、--format {item} を付けて、もう一度実行すると、"
        "指標の表示形式を、どの数も見える {format} に改めて取り込みます。丸めて印刷してよければ "
        '--waive R315:{item} --reason "…" です。',
    ),
    "R316": Message(
        N_,
        "{value} は、印刷では {shown} と見えます。",
        "もっと細かい桁まで見せるなら、--format {item} を付けて実行すると、指標の表示形式を "
        "{format} に改めて取り込みます。",
    ),
    "R317": Message(
        C_,
        "見直した値 {value} が、もとの値 {old} と桁違いです（{factor}）。",
        _ASK,
    ),
    "R320": Message(
        C_,
        "{terms.short[years.result.effect]} {value} 千円は、"
        "{terms.short[years.effect]} {planned} 千円の約1,000倍です。"
        "円で書いたのなら、{likely} 千円です。",
        "千円単位の値を課に確かめてください。",
    ),
    "R321": Message(
        C_,
        "{terms.short[years.result.effect]} {value} 千円は、"
        "{terms.short[years.effect]} {planned} 千円の約1,000分の1です。"
        "百万円で書いたのなら、{likely} 千円です。",
        "千円単位の値を課に確かめてください。",
    ),
    "R322": Message(
        C_,
        "{terms.short[years.result.effect]} {value} 千円が、"
        "{terms.short[years.effect]} {planned} 千円と桁違いです（{factor}）。",
        _ASK,
    ),
    "R323": Message(
        C_,
        "{terms.short[years.result.effect]} {value} 千円は、"
        "この{terms.item}の効果額としては大きすぎるようです。"
        "円で書いたのなら、{likely} 千円です。",
        "千円単位の値を課に確かめてください。",
    ),
    "R324": Message(
        C_,
        "{terms.short[years.result.effect]}が負の数です（{value} 千円）。",
        "符号を課に確かめてください。",
    ),
    "R330": Message(
        C_,
        "{terms[years.result.text]}の文が、計画の「{source}」と同じです。",
        "実際に行ったことを、課に記入してもらってください。",
    ),
    "R331": Message(
        N_,
        "{terms[years.result.text]}の文が、{year}の実績と同じです。",
        "この年度のことが書かれているか、必要なら課に確かめてください。",
    ),
    "R332": Message(
        C_,
        "「{raw}」とだけ書かれています。この文だけが公表されます。",
        "内容そのものを、課に記入してもらってください。",
    ),
    "R333": Message(
        C_,
        "{terms[years.result.text]}が「{raw}」だけです。",
        "行ったことがないのか、欄を取り違えたのか、課に確かめてください。",
    ),
    "R334": Message(
        C_,
        "書きかけの印「{raw}」が残っています:「{around}」",
        "文を仕上げてもらってください。このままでよければ、確かめたうえで通せます。",
    ),
    "R335": Message(
        N_,
        "HTML や数式に見える文字があります:「{raw}」。働かせず、文字のまま記録します。",
        "書いたとおりでよければ、することはありません。",
    ),
    "R336": Message(
        # 通すと、次に様式を作るときに止まる（F010）。
        E_,
        "文が長く、様式の1ページに印刷できません"
        "（{length}字。読める大きさで入るのは、およそ{capacity}字まで）。",
        "文章を短くしてもらってください。",
    ),
    "R337": Message(
        C_,
        "文が{length}字あり、様式の文字が {size} pt まで小さくなります"
        "（この文がなければ {without} pt）。"
        "{least} pt 以上で入るのは、およそ{capacity}字までです。",
        "文章を短くしてもらってください。この大きさでよければ、確かめたうえで通せます。",
    ),
    "R338": Message(
        C_,
        "公表する欄に、{kinds}らしいものがあります。",
        "公表してよいものか、課に確かめてください。",
    ),
    "R339": Message(
        N_,
        "{terms[years.result.text]}の文が、{terms.item} {other} と同じです。",
        "写しまちがいでないか、必要なら課に確かめてください。",
    ),
    "R340": Message(
        C_,
        "今回の照会で求めていない欄に書かれています（{written}）。{asked}。"
        "この書き込みは記録せず、変更申出として残します。",
        "欄を取り違えていないか、課に確かめてください。",
    ),
    "R341": Message(
        N_,
        "記入欄でない所が書き換えられています: {difference}。"
        "計画には入れず、変更申出として残します。",
        "見直しに反映するかどうかを検討してください。",
    ),
    "R342": Message(
        N_,
        "見出しが書き換えられています: {difference}",
        "答えの読み取りには影響しません。欄の意味を変えていないか、必要なら確かめてください。",
    ),
    "R343": Message(
        N_,
        "文が長く（{length}字。この欄はおよそ{capacity}字まで）、"
        "1ページに印刷できないかもしれません。"
        "テンプレートが読めないので、確かめていません。",
        "sheetgen check でテンプレートを点検してから、もう一度実行してください。",
    ),
    "R344": Message(
        C_,
        "差戻しで尋ねたところが、送ったときのまま戻りました。",
        "送る前のものでないか、課が見たうえでそのままにしたのかを確かめてください。"
        '書かれているとおりでよければ、--waive R344:{item} --reason "…" を付けて、'
        "もう一度実行してください。",
    ),
    "R350": Message(
        C_,
        "{where}に、個人に関わる情報らしいもの（{kinds}）があります。",
        "課に知らせ、要らない情報を消したファイルを送り直してもらってください。",
    ),
    "R360": Message(
        N_,
        "{terms[years.result.grade]}は {grade} ですが、"
        "実績値 {value} は目標値 {target} に届いていません。",
        "{terms[years.result.grade]}の考え方を、必要なら課に確かめてください。",
    ),
    "R361": Message(
        N_,
        "{terms[years.result.grade]}は {grade} ですが、"
        "実績値 {value} は目標値 {target} に届いています。",
        "{terms[years.result.grade]}の考え方を、必要なら課に確かめてください。",
    ),
    "R370": Message(
        C_,
        "このブックの別の{terms.item}の様式と、答えがすべて同じです（{items}）。何枚ものシートを"
        "選んだまま打つと、すべてのシートに同じ字が入ります。",
        "それぞれの{terms.item}の答えを、課に確かめてください。どれも正しければ、"
        "--waive {code}:{item} "
        '--reason "…" を付けて、もう一度実行してください。',
    ),
    "R371": Message(
        C_,
        "計画では「{raw}」（数のない欄）なのに、数（{value}）があります。",
        "隣の欄やほかの様式に書くはずの数でないか、課に確かめてください。",
    ),
    "R380": Message(
        C_,
        "もとの「{old}」の上に、「{raw}」とだけ書かれています。取り込むと、もとのものがこの文字に"
        "置き換わります。",
        _KEEP_OR_WAIVE,
    ),
    "R381": Message(
        C_,
        "計画の数 {old} の上に、「{raw}」とあります。取り込むと、計画の数がなくなります。",
        _KEEP_OR_WAIVE,
    ),
    "R382": Message(
        C_,
        "「{raw}」からは、何をしたか（するか）が分かりません。この文だけが公表されます。",
        "何をどうしたか（するか）を、課に記入してもらってください。このままでよければ "
        '--waive R382:{item} --reason "…" を付けて、もう一度実行してください。',
    ),
    "R383": Message(
        C_,
        "記入欄は配ったときのままですが、欄でない所に書き込みがあります: {text}",
        "答えなら、記入欄に書いてもらってください。答えでなければ --waive R383:{item} "
        '--reason "…" を付けて、もう一度実行してください。その様式は、未記入として数えます。',
    ),
    "R384": Message(
        C_,
        "--format {item} に当たる問い（R315、R316）は、今回はありませんでした。"
        "指標の表示形式は変えていません。",
        "{terms.item}を確かめてください。もう改めてあれば、この指定は要りません。",
    ),
    "R399": Message(
        E_,
        "この{terms.item}は、今の計画のデータにありません。",
        "{terms.item}のID（編集ブックの「概要表」にあります）を確かめてください。"
        "この様式の答えは記録しません。",
    ),
}
