"""オープンデータの一式と、データについてのデータ（コード表、項目定義書、説明）を組み立てる。"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from sheetgen.era import wareki
from sheetgen.messages.vocabulary import Vocabulary
from sheetgen.plan.plan import OpenData, Plan
from sheetgen.plan.years import PlanYears
from sheetgen.problems import Place, Problem
from sheetgen.publish.opendata.changes import CHANGES, Changes, history_table
from sheetgen.publish.opendata.items import (
    figure_fields,
    figures_table,
    grades_table,
    indicators_table,
    items_table,
    owners_table,
    references_table,
    reports_table,
    scale_table,
)
from sheetgen.publish.opendata.own_columns import (
    codes_in,
    column_name,
    present,
    provisional_table,
    values_table,
)
from sheetgen.publish.opendata.printed import BECOMES, LIMITS, SCOPES, becomes
from sheetgen.publish.opendata.source import (
    COUNTS,
    GRADED,
    OWNED,
    REPORTS,
    STATES,
    STATUSES,
    VALUE_KINDS,
    Code,
    Row,
    Source,
    coded,
    kept,
    literal,
    worded,
)
from sheetgen.publish.opendata.texts import (
    item_texts,
    item_texts_table,
    plan_texts,
    plan_texts_table,
)
from sheetgen.xlsx.data_book import DataColumn, DataSet, DataTable, DataType

FORMAT_VERSION = "2.0"
"""表と列の形の版。形を変えたら進め、format_history に書く。"""
_GRADES = "{terms[years.result.grade]}"


def format_history(plan: Plan) -> str:
    """形の変更の履歴。評価のない計画では、評価を言わない。"""
    has_grades = plan.has("years.result.grade")
    added = f"報告の状況、{_GRADES}の段階、" if has_grades else "報告の状況、"
    values = f"年度別の値と{_GRADES}は、" if has_grades else "年度別の値は、"
    moved = f"{_GRADES}の意味をコード表から{_GRADES}の段階の表に移した。" if has_grades else ""
    return (
        f"1.0: はじめての版。2.0: {added}更新の履歴、表計算ソフトで変わる値の表と、"
        "datapackage.json を加えた。"
        "記載された文字から読み取った列、担当の所属の範囲、文章の通し番号の列を加えた。"
        f"{values}その年度に計画にあった{{terms.item}}の、報告のあったものだけとした。"
        f"{moved}単位のない値の書き方を一つにした。"
    )


def _listed(meanings: Mapping[Code, str]) -> dict[str, str]:
    return {code.value: meaning for code, meaning in meanings.items()}


# 表の名と列の名から、コード表へ。同じ名の列が、表によって別の符号を持つ。
_FIGURE: dict[str, dict[str, str]] = {"value_state": _listed(STATES), "limit": _listed(LIMITS)}
_CODES: dict[str, dict[str, dict[str, str]]] = {
    "items": {"status": _listed(STATUSES)},
    "owners": {"scope": _listed(SCOPES)},
    "indicators": _FIGURE,
    "yearly_figures": _FIGURE,
    "reports": {"report": _listed(REPORTS)},
    "grades": {"counts": _listed(COUNTS)},
    "grade_scale": {"counts": _listed(COUNTS)},
    "history": {"change": _listed(CHANGES)},
    "spreadsheet_cautions": {"becomes": _listed(BECOMES)},
}


def codes_of(plan: Plan, table: DataTable, column: DataColumn) -> Mapping[str, str]:
    """この列に使う符号から、その意味へ。符号の列でなければ空。"""
    if not column.codes:
        return {}
    of_plan = _codes_of_plan(plan, table.name, column.codes)
    if of_plan is not None:
        return of_plan
    found = _CODES[table.name][column.codes]
    return {code: worded(plan.words, meaning) for code, meaning in found.items()}


def _codes_of_plan(plan: Plan, table: str, codes: str) -> Mapping[str, str] | None:
    """計画の欄によって違う符号。"""
    words = plan.words
    if codes == "kind" and table == "item_texts":
        return item_texts(plan)
    if codes == "kind" and table == "yearly_figures":
        fields = figure_fields(plan)
        return {code: worded(words, literal(one.label)) for code, one in fields.items()}
    for name, column, known in (
        ("owners", "role", _listed(kept(plan, OWNED))),
        ("indicators", "kind", _listed(kept(plan, VALUE_KINDS))),
        ("grades", "kind", _listed(kept(plan, GRADED))),
        ("plan_texts", "kind", _listed(plan_texts(plan))),
    ):
        if (table, codes) == (name, column):
            return {code: worded(words, meaning) for code, meaning in known.items()}
    for field in plan.field_table.values():
        if field.is_declared and field.options and column_name(field) == codes:
            return codes_in(field)
    return None


def _text(name: str, title: str, note: str) -> DataColumn:
    return DataColumn(name, title, DataType.TEXT, note)


def codes_table(plan: Plan, tables: Collection[DataTable]) -> DataTable:
    """コード表。すべての符号の意味。"""
    columns = (
        _text("table", "表", "符号を使う表の名（ファイルの名）。"),
        _text("column", "列", "符号を使う列の英数字の名。"),
        DataColumn("code", "コード", DataType.CODE, "符号。"),
        _text("meaning", "意味", "符号の意味。"),
    )
    rows = tuple(
        (table.name, column.name, *pair)
        for table in tables
        for column in table.columns
        for pair in codes_of(plan, table, column).items()
    )
    grade = literal(plan.words["years.result.grade"])
    scales = any(table.name == "grade_scale" for table in tables)
    where = f"{grade}の意味は、年度ごとに{grade}の段階の表にある。" if scales else ""
    note = f"一行が一つの符号。{where}"
    return DataTable("code_list", "コード表", note, columns, rows, ("table", "column", "code"))


def replacements_table(source: Source) -> DataTable:
    """文字の置き換えの表。"""
    columns = (
        DataColumn(
            "code_point",
            "計画の文字（Unicode）",
            DataType.CODE,
            "U+ に続く16進の番号。二字を合わせて一字にしたものは、二つ並べる。",
        ),
        _text("name", "文字の名称", "Unicode の名称。"),
        _text("replaced_by", "公開する文字", "このデータで使う文字。"),
    )
    rows = tuple(
        (
            " ".join(f"U+{ord(one):04X}" for one in old),
            "、".join(unicodedata.name(one, "") for one in old),
            new.strip() or "（半角の空白）",
        )
        for old, new in sorted(source.characters.replaced.items())
    )
    note = "計画に印刷された機種依存文字などを、何に置き換えたか。"
    key = ("code_point",)
    return DataTable("character_replacements", "文字の置き換え", note, columns, rows, key)


def cautions_table(tables: Iterable[DataTable]) -> DataTable:
    """CSV を表計算ソフトで開くと変わる値の表。一行が、一つの列の一つの値。"""
    columns = (
        _text("table", "表", "その値のある CSV ファイルの名。"),
        _text("column", "列", "その値のある列の英数字の名。"),
        _text("text", "「」に入れた値", "その値。ここでは変わらないよう、かぎかっこに入れる。"),
        *coded("becomes", "変わる先", "表計算ソフトが、その値を何と読むか。"),
        DataColumn("first_line", "初めの行", DataType.INTEGER,
                   "その値が初めにある行。見出しを1行目とする。", unit="番号"),
        DataColumn("cells", "セルの数", DataType.INTEGER, "その値のあるセルの数。", unit="個"),
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for table in tables:
            for position, column in enumerate(table.columns):
                if column.type not in (DataType.TEXT, DataType.CODE):
                    continue
                values = [row[position] for row in table.rows]
                for value, count in Counter(values).items():
                    if isinstance(value, str) and (kind := becomes(value)):
                        line = values.index(value) + 2
                        yield (
                            table.name, column.name, f"「{value}」",
                            kind.value, BECOMES[kind], line, count,
                        )  # fmt: skip

    note = (
        "CSV をダブルクリックして Excel で開くと、日付や別の数に変わることのある値。"
        "action_plan.xlsx と JSON では変わらない。CSV を Excel で使うときは、"
        "「データ」の「テキストまたは CSV から」で、列の型を文字列として読み込む。"
    )
    key = ("table", "column", "text")
    name, title = "spreadsheet_cautions", "表計算ソフトで変わる値"
    return DataTable(name, title, note, columns, tuple(rows()), key)


def dictionary_table(tables: Iterable[DataTable], cautions: DataTable) -> DataTable:
    """データ項目定義書。一行が一つの列。"""
    columns = (
        _text("table", "表", "表の名（CSV ファイルと JSON での名）。"),
        _text("table_title", "表の名称", "Excel のシートの名。"),
        DataColumn("position", "列の順", DataType.INTEGER, "左からの順。", unit="番号"),
        _text("title", "項目名", "CSV と Excel の見出し。"),
        _text("column", "項目名（英数字）", "JSON での名。プログラムから使う名。"),
        _text("type", "型", "文字列、コード、整数、数値、年度のどれか。"),
        _text("type_english", "型（英語）", "Table Schema の型。string、integer、number、year。"),
        _text("unit", "単位", "数の単位。英数字の名があれば、その列に単位がある。"),
        _text("codes", "コード表", "コードの型で、コード表に意味があるときは「あり」。"),
        _text("key", "主キー", "行を一つに決める列のとき「あり」。二つ以上なら、組で決まる。"),
        _text("refers", "結合先", "この列の値がある、ほかの表の列。「.」の前が表、後が列の名。"),
        _text("printed", "印刷の文字",
              "計画に印刷された文字のとき「あり」（機種依存文字と空白だけを置き換えた）。"
              "ほかは、このデータのために付けたか、揃えたか、読み取ったもの。"),
        DataColumn("cautions", "表計算ソフトで変わる値の数", DataType.INTEGER,
                   "CSV を表計算ソフトで開くと変わる値の種類。中身は、その名の表にある。",
                   unit="個"),
        _text("note", "説明", "項目の定義。"),
    )  # fmt: skip
    key = ("table", "column")
    itself = DataTable("data_dictionary", "データ項目定義書", "一行が一つの列。", columns, (), key)
    counted = Counter(row[:2] for row in cautions.rows)

    def row(table: DataTable, position: int, column: DataColumn) -> Row:
        refers = [
            f"{join.table}.{there}"
            for join in table.joins
            for here, there in zip(join.columns, join.refers, strict=True)
            if here == column.name
        ]
        return (
            table.name, table.title, position, column.title, column.name,
            column.type.value, column.type.english, column.unit or None, _yes(column.codes),
            _yes(column.name in table.key), refers[0] if refers else None, _yes(column.printed),
            counted[table.name, column.name], column.note,
        )  # fmt: skip

    rows = tuple(
        row(table, position, column)
        for table in [*tables, itself]
        for position, column in enumerate(table.columns, start=1)
    )
    return replace(itself, rows=rows)


def _yes(fact: object) -> str | None:
    return "あり" if fact else None


LICENSES = {
    "CC-BY-4.0": (
        "クリエイティブ・コモンズ 表示 4.0 国際（CC BY 4.0）",
        "https://creativecommons.org/licenses/by/4.0/deed.ja",
    ),
    "CC0-1.0": (
        "クリエイティブ・コモンズ CC0 1.0 全世界",
        "https://creativecommons.org/publicdomain/zero/1.0/deed.ja",
    ),
    "PDL-1.0": (
        "公共データ利用規約（第1.0版）",
        "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    ),
}
"""名だけで分かる利用条件から、正式な名と URL へ。"""
OPEN_DEFINITION = ("CC-BY-4.0", "CC0-1.0")
"""そのうち、Data Package の決まりにある名（Open Definition の一覧）。"""


def license_of(plan: Plan) -> tuple[str | None, str | None]:
    """利用条件の名と URL。決まっていなければ、どちらも ``None``。"""
    given, url = plan.open_data.license, plan.open_data.license_url
    if given is None:
        return None, None
    name, known = LICENSES.get(given, (given, None))
    return name, url or known


def contact_of(plan: Plan) -> str:
    """データの問合せ先。決まっていなければ、担当の名。"""
    return plan.open_data.contact or f"{plan.municipality}{plan.office}"


def _worded(words: Vocabulary, table: DataTable) -> DataTable:
    """名と説明を、計画のことばで書いた表。"""

    def told(column: DataColumn) -> DataColumn:
        title, note = worded(words, column.title), worded(words, column.note)
        return replace(column, title=title, note=note)

    return replace(
        table,
        title=worded(words, table.title),
        note=worded(words, table.note),
        columns=tuple(told(one) for one in table.columns),
    )


def metadata_table(source: Source, changes: Changes, tables: Collection[DataTable]) -> DataTable:
    """データセットの説明。一行が一つのこと。"""
    columns = (
        DataColumn("key", "項目（英数字）", DataType.CODE, "プログラムから使う名。"),
        _text("title", "項目", "何についての説明か。"),
        _text("value", "内容", "説明。"),
    )
    plan, revision, words = source.plan, source.plan.revision, source.plan.words
    first, last = plan.first_year, plan.final_year
    license_name, license_url = license_of(plan)
    names = {table.name for table in tables}
    grades = f"と{words['years.result.grade']}" if "grades" in names else ""
    rows: tuple[tuple[str, str, str | None], ...] = (
        ("title", "データセットの名称", f"{plan.plan_title} {words.item}と実績"),
        ("publisher", "公開する団体", plan.municipality),
        ("publisher_code", "公開する団体の全国地方公共団体コード", plan.municipality_code),
        ("office", "担当", plan.office),
        ("contact", "問合せ先", contact_of(plan)),
        ("license", "利用条件", license_name or "決まっていない。公開する団体に確かめる。"),
        ("license_url", "利用条件のURL", license_url),
        ("source", "もとにした計画", f"{plan.municipality}{plan.plan_title} {words.document}"),
        ("revision", f"{words.revision}の年度",
         f"{revision.fiscal_year}年度（{wareki(revision.fiscal_year)}）"),
        ("published", f"{words.revision}の公表年月", revision.published),
        ("modified", "最終更新日", changes.modified),
        ("history", "更新の履歴",
         f"更新の履歴の表にある。記録簿に残った変更と{words.revision}の公表を、日付の順に並べたもの。"
         "事務局が計画のデータを手で直したことは、日付が残らないので入らない。"),
        ("period", "計画の期間",
         f"{first}年度（{wareki(first)}）から{last}年度（{wareki(last)}）まで"),
        ("coverage", "収録の範囲",
         f"いまの計画のすべての{words.item}と、計画の期間に{words.revision}で終了した{words.item}。"
         f"終了したものは、計画にあった最後の{words.revision}の内容で、"
         f"{words.item}の表の状態が ended。"),
        ("in_force", f"年度に数える{words.item}",
         f"年度のある行は、その年度に計画にあった{words.item}だけを載せる。"
         "計画にあったのは、追加した年度から、終了した年度の前の年度まで。追加した年度より前の欄に書かれた値は載せない。"),
        ("reported", "報告のない年度",
         f"実績の値{grades}は、報告のあった年度の行だけを載せる。"
         "行のない年度の実績は 0 ではない。"
         + ("報告があったか、まだか、その時期でないかは、報告の状況の表にある。"
            if "reports" in names else "")),
        ("updates", "更新の頻度", f"年に一度（{words.revision}ごと）"),
        ("format_version", "表と列の形の版", f"第{FORMAT_VERSION}版"),
        ("format_history", "形の変更の履歴", source.told(format_history(plan))),
        ("encoding", "CSV の文字コード", "UTF-8（BOM付き）、改行は CRLF、区切りはカンマ"),
        ("json_encoding", "JSON の文字コード", "UTF-8（BOMなし）"),
        ("keys", "キーと結合",
         f"データ項目定義書の「主キー」と「結合先」にある。{words.item}のIDで、{words.item}の表と結べる。"
         "同じことが datapackage.json（Frictionless Data Package）にもある。"),
        ("missing", "欠損値の書き方",
         "値がないときは空とし、0 とは書かない。わけは「値の状態」の列にある。"
         "空欄は、計画に記載がないか、報告された実績のその欄に記入がないことを示す。"),
        ("dash", "「-」の扱い",
         "計画に「-」と印刷された値は、値を空、値の状態を dash とし、"
         "記載された文字に「-」を残す。「-」の意味は計画に定めがない。"),
        ("formula", "式と読まれる文字の扱い",
         "CSV では、=、+、-、@（全角も）で始まる文字列の前に '（アポストロフィ）を付ける。"
         "数値と、「-」だけの文字列には付けない。Excel と JSON では付けない。"),
        ("spreadsheet", "表計算ソフトで CSV を開くとき",
         "日付や数と読まれて変わる値がある。どの値かは、表計算ソフトで変わる値の表にある。"
         "変えずに使うには action_plan.xlsx を開くか、列の型を文字列として読み込む。"),
        ("characters", "文字の扱い",
         "JIS X 0208 にない文字、半角カナ、波ダッシュ、全角の空白は、意味の同じ文字に置き換え、"
         "文字の置き換えの表に記す。置き換える文字のない固有名詞などは、そのまま残す。"
         "計画に印刷された文字の列がどれかは、データ項目定義書の「印刷の文字」にある。"),
        ("calculation", "算出方法",
         "値は計画に記載されたもので、このデータのための計算はしていない。"
         "読み取った数、かっこの中の数、数の限り、かっこの中の注記と、所属の範囲は、"
         "記載された文字を決まった読み方で分けたもの。"),
        *_plan_rows(source, names),
        ("tables", "表", "、".join(f"{table.name}（{table.title}）" for table in tables)),
    )  # fmt: skip
    return DataTable(
        "metadata", "データセットの説明", "一行が一つのこと。", columns,
        tuple((key, title, source.plain(value)) for key, title, value in rows), ("key",),
    )  # fmt: skip


def _plan_rows(source: Source, names: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """計画が自分で決めたことの説明。決めていない計画では、ない。"""
    plan = source.plan
    fields = [one.label for one in plan.field_table.values() if one.is_declared]
    if fields:
        where = "年度別のそのほかの値の表" if "yearly_values" in names else ""
        tables = "と".join(filter(None, (f"{plan.words.item}の表", where)))
        yield (
            "declared_fields",
            "この計画が決めた欄",
            f"{'、'.join(fields)}。{tables}の、名が values_ で始まる列にある。",
        )
    rounds = [one.label for one in plan.round_kinds if one.is_declared]
    if rounds:
        yield "rounds", "この計画が決めた照会", f"{'、'.join(rounds)}。更新の履歴の表の照会に出る。"
    if source.has_provisional:
        yield (
            "provisional",
            "暫定の値",
            "決算の前などの、まだ確定していない値がある。"
            "どの値かは、暫定の値の表と、年度別の値の表の「暫定」の列にある。"
            "確定したら、その値に替わる。",
        )


def build_dataset(years: PlanYears, changes: Changes | None = None) -> DataSet:
    """オープンデータの表をすべて作る。課のメールや、事務局の電話は入れない。"""
    plan = years.plan
    source = Source(years)
    changes = changes or Changes(plan)
    words = plan.words
    tables = (
        items_table(source),
        indicators_table(source),
        figures_table(source),
        reports_table(source),
        grades_table(source),
        scale_table(source),
        owners_table(source),
        item_texts_table(source),
        references_table(source),
        plan_texts_table(source),
        history_table(changes, source.municipality),
        values_table(source),
        provisional_table(source),
    )
    facts = tuple(_worded(words, table) for table in present(source, tables))
    # 表計算ソフトで変わる値の表の符号も載せるので、中身のない表を先に作る。
    codes = codes_table(plan, (*facts, cautions_table(())))
    metadata = metadata_table(source, changes, (*facts, codes))
    # ほかの表をすべて作り終えてから：どの文字を置き換えたかが、ここで決まる。
    replaced = replacements_table(source)
    seen = (*facts, codes, replaced, metadata)
    cautions = cautions_table(seen)
    return DataSet(
        title=f"{plan.municipality} {plan.plan_title}",
        publisher=plan.municipality,
        tables=(*seen, cautions, dictionary_table((*seen, cautions), cautions)),
        unusual="".join(sorted(source.characters.unusual)),
        modified=changes.modified,
        changed=changes.changed,
        left_out=tuple(source.left_out()),
    )


def dataset_notes(plan: Plan, dataset: DataSet, file: str) -> list[Problem]:
    """公開する前に知っておくこと。"""
    found = []

    def lacking(code: str, name: str, **facts: object) -> None:
        """書かれていない、公開の欄についての問題を加える。"""
        label = OpenData.model_fields[name].title
        found.append(Problem(code, Place(file=file, path=f"open_data.{name}", label=label), facts))

    if plan.municipality_code is None:
        label = Plan.model_fields["municipality_code"].title
        found.append(Problem("X001", Place(file=file, path="municipality_code", label=label)))
    if dataset.unusual:
        facts = {"characters": "、".join(dataset.unusual)}
        found.append(Problem("X002", Place(file=file), facts))
    name, url = license_of(plan)
    if name is None:
        lacking("X004", "license", known="、".join(LICENSES))
    elif url is None:
        lacking("X005", "license_url", license=name)
    if plan.open_data.contact is None:
        lacking("X006", "contact", office=plan.office)
    cautions = dataset.table("spreadsheet_cautions").rows
    if cautions:
        columns = dict.fromkeys(f"{row[0]}.csv の {row[1]}" for row in cautions)
        facts = {"count": str(len(cautions)), "columns": "、".join(columns)}
        found.append(Problem("X007", Place(file=file), facts))
    if dataset.left_out:
        item, year = dataset.left_out[0]
        facts = {"count": str(len(dataset.left_out)), "year": wareki(year)}
        found.append(Problem("X008", Place(file=file, item=item), facts))
    if dataset.changed is None:
        found.append(Problem("X009", Place(file=file)))
    return found
