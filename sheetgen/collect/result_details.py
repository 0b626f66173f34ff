"""回収結果のブックの、一件ごとの表（問題、記録した値、変更申出、決めたこと、ファイル）。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sheetgen.collect.request import FileOutcome, ItemOutcome
from sheetgen.collect.results import (
    SETTLED,
    by_weight,
    compared,
    distinct,
    item_table,
    labels_of,
    refuses,
    section_table,
)
from sheetgen.era import iso_full, wareki_full
from sheetgen.messages.catalogue import level_of, message_of
from sheetgen.messages.values import explain_reading
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.item import Item
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import Round
from sheetgen.plan.value import Value
from sheetgen.problems import Level, Problem
from sheetgen.xlsx.tables import Align, Column, Shown, Table, TableBook, TableCell, Tone

Labels = Mapping[str, tuple[str, Item]]
"""実施項目の ID から、印刷の番号と実施項目へ。"""
_TONES = {Level.ERROR: Tone.DOUBT, Level.CONFIRM: Tone.WAITING, Level.NOTE: Tone.PLAIN}
_NUMBER = Column("番号", 8, Align.CENTER)
_ID = Column("ID", 7, Align.CENTER)
_OWNER = Column("主管課", 20)
_FIELD = Column("欄", 28)
_FILE = Column("ファイル", 30)
_SHEET = Column("シート", 9)
_CELL = Column("セル", 6, Align.CENTER)


def _head(labels: Labels, item: str | None) -> tuple[TableCell, TableCell, TableCell]:
    """番号、ID、取りまとめの課。"""
    label, found = labels.get(item or "", (None, None))
    return label, item, found.owners[0].full_name if found else None


def problem_table(problems: Sequence[Problem], labels: Labels) -> Table:
    """見つかった問題のすべて。重い順、計画の順。"""
    order = {item: number for number, item in enumerate(labels)}
    ranked = sorted(problems, key=lambda one: order.get(one.place.item or "", len(order)))
    rows = []
    for problem in by_weight(ranked):
        place, message = problem.place, message_of(problem)
        rows.append(
            (
                Shown(str(message.level), _TONES[message.level]),
                problem.code,
                *_head(labels, place.item),
                place.label,
                message.cause,
                message.remedy,
                place.file,
                place.sheet,
                place.cell,
            )
        )
    return Table(
        name="問題",
        lead=f"エラーと確認のある{terms().item}は、まだ記録していません。参考は、知らせるだけです。",
        columns=(
            Column("重さ", 8, Align.CENTER),
            Column("符号", 7, Align.CENTER),
            _NUMBER,
            _ID,
            _OWNER,
            _FIELD,
            Column("原因", 44),
            Column("対処", 38),
            _FILE,
            _SHEET,
            _CELL,
        ),
        rows=tuple(rows),
        empty="問題はありません。",
    )


def change_table(outcomes: Sequence[ItemOutcome], labels: Labels) -> Table:
    """今回、計画のデータに入れた値のすべて。"""
    rows = [
        (
            *_head(labels, change.item),
            change.label,
            change.old,
            change.new,
            None if change.answer.raw == _plain(change.new) else change.answer.raw,
            explain_reading(change.answer.rule) or None,
            change.answer.how.value,
            change.file,
            change.sheet,
            change.answer.ref,
        )
        for outcome in outcomes
        for change in outcome.changes
    ]
    return Table(
        name="記録した値",
        lead="今回、計画のデータに入れた値です。「書かれていた文字」が空欄なら、新しい値のとおりに"
        "書かれていました。",
        columns=(
            _NUMBER,
            _ID,
            _OWNER,
            _FIELD,
            Column("前の値", 12),
            Column("新しい値", 36),
            Column("書かれていた文字", 18),
            Column("読み方", 14),
            Column("見つけ方", 9, Align.CENTER),
            _FILE,
            _SHEET,
            _CELL,
        ),
        rows=tuple(rows),
        empty="今回、記録した値はありません。",
    )


def _plain(value: Value) -> str:
    return "" if value is None else str(value)


def proposal_table(outcomes: Sequence[ItemOutcome], labels: Labels) -> Table:
    """記入欄でない計画の文への書き込み。計画のデータには入れていない。"""
    rows = []
    for outcome in outcomes:
        for one in outcome.proposals:
            old, new = compared(one.proposal.old, one.proposal.new)
            rows.append(
                (
                    *_head(labels, one.item),
                    one.proposal.label,
                    old,
                    new,
                    one.file,
                    one.sheet,
                    one.proposal.ref,
                )
            )
    return Table(
        name="変更申出",
        lead="今回受け取った、記入欄でない所の書き換えです。計画のデータには入れていません。"
        "下線が、配ったときと違う所です。",
        columns=(
            _NUMBER,
            _ID,
            _OWNER,
            _FIELD,
            Column("配ったときの文", 52),
            Column("戻ってきた文", 52),
            _FILE,
            _SHEET,
            _CELL,
        ),
        rows=tuple(rows),
        empty="今回、新しい変更申出はありません。前に受け取ったものは、"
        "sheetgen history --proposals で見られます。",
    )


def decision_table(outcomes: Sequence[ItemOutcome], labels: Labels) -> Table | None:
    """事務局が通した問題と、食い違いのうち採らなかった値。どちらもなければ ``None``。"""
    rows = tuple(_decisions(outcomes, labels))
    if not rows:
        return None
    return Table(
        name="決めたこと",
        lead="--waive で通した問題と、--take で採らなかった値です。",
        columns=(
            Column("種類", 16, Align.CENTER),
            Column("符号", 7, Align.CENTER),
            _NUMBER,
            _ID,
            _OWNER,
            _FIELD,
            Column("残した値", 36),
            Column("採らなかった値", 36),
            Column("わけ", 34),
            _FILE,
        ),
        rows=rows,
        empty="決めたことはありません。",
    )


def _decisions(outcomes: Sequence[ItemOutcome], labels: Labels) -> Iterator[tuple[TableCell, ...]]:
    for outcome in outcomes:
        for used in outcome.waivers:
            head = _head(labels, used.item)
            field = _field_label(outcome, used.path)
            yield "通した問題", used.code, *head, field, used.value, None, used.reason, used.file
        for one in outcome.rejected:
            head = _head(labels, one.item)
            yield "採らなかった値", None, *head, one.label, one.kept, one.rejected, None, one.file


def _field_label(outcome: ItemOutcome, path: str | None) -> str | None:
    """欄の道の見出し。分からなければ、道のまま。"""
    known = {change.path: change.label for change in outcome.changes}
    known |= {
        p.place.path: p.place.label for p in outcome.problems if p.place.path and p.place.label
    }
    return known.get(path, path) if path else None


def file_table(files: Sequence[FileOutcome], problems: Sequence[Problem]) -> Table:
    """届いたファイルのすべて。中身を見るまでもなく断ったものも、終わりに並べる。"""
    per_file: dict[str, Counter[Level]] = {}
    for problem in problems:
        if problem.place.file is not None:
            per_file.setdefault(problem.place.file, Counter())[level_of(problem)] += 1
    by_mail = any(one.mail for one in files)
    rows: list[tuple[TableCell, ...]] = [
        (
            one.file,
            *(_mail(one) if by_mail else ()),
            one.format,
            one.forms,
            _counted(per_file.get(one.file)),
            one.original,
        )
        for one in files
    ]
    known = {one.file for one in files}
    refused = {one.place.file or "" for one in problems if refuses(one) or one.code == SETTLED}
    refused -= known
    unknown: tuple[TableCell, ...] = (None, None) if by_mail else ()
    rows += [
        (name, *unknown, None, 0, _counted(per_file.get(name)), None) for name in sorted(refused)
    ]
    return Table(
        name="ファイル",
        lead="原本は、内容の目印（SHA-256）の名で保存してあります。"
        "目印のないファイルは、ブックとして受け取れなかったものです。",
        columns=(
            Column("ファイル", 60),
            *((Column("メールの差出人", 34), Column("メールの日時", 31)) if by_mail else ()),
            Column("形式", 10, Align.CENTER),
            Column("様式の枚数", 11, Align.RIGHT),
            Column("問題", 34),
            Column("内容の目印", 68),
        ),
        rows=tuple(rows),
        empty="届いたファイルはありません。",
    )


def _mail(one: FileOutcome) -> tuple[TableCell, TableCell]:
    """メールの差出人と日時。メールで届いたのでなければ、どちらもない。"""
    if one.mail is None:
        return None, None
    return one.mail.sender, iso_full(one.mail.sent) if one.mail.sent else None


def _counted(found: Counter[Level] | None) -> Shown:
    """重さごとの問題の数。"""
    counts = found or Counter()
    worst = next((level for level in Level if counts[level]), Level.NOTE)
    words = "、".join(f"{level} {counts[level]}件" for level in Level if counts[level])
    return Shown(words or "なし", _TONES[worst])


def collect_report(
    plan: Plan,
    chosen: Round,
    outcomes: Sequence[ItemOutcome],
    files: Sequence[FileOutcome],
    problems: Sequence[Problem],
) -> TableBook:
    """回収の結果のすべて。

    ``plan`` は記録したあとの計画のデータ。``problems`` は、実施項目とファイルの問題と合わせて、
    一度ずつ載せる。
    """
    every = list(
        distinct(
            [
                *problems,
                *(problem for outcome in outcomes for problem in outcome.problems),
                *(problem for file in files for problem in file.problems),
            ]
        )
    )
    labels = labels_of(plan)
    tables = (
        section_table(plan, outcomes),
        item_table(plan, chosen, outcomes),
        problem_table(every, labels),
        change_table(outcomes, labels),
        proposal_table(outcomes, labels),
        decision_table(outcomes, labels),
        file_table(files, every),
    )
    return TableBook(
        title=f"{plan.plan_title}　{wareki_full(chosen.year)}{chosen.kind.label}　回収結果",
        creator=plan.office,
        tables=tuple(table for table in tables if table is not None),
    )
