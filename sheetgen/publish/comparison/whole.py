"""新旧対照表の全体を組み立てる。"""

from __future__ import annotations

from dataclasses import replace

from sheetgen.era import wareki_full
from sheetgen.plan.plan import Plan, Revision
from sheetgen.plan.unseen import composed
from sheetgen.publish.comparison.blocks import (
    ComparedBlock,
    ComparedSection,
    Comparison,
    Edition,
    Side,
    Turn,
)
from sheetgen.publish.comparison.chapters import front_sections, turned_highlights
from sheetgen.publish.comparison.entries import shown_year
from sheetgen.publish.comparison.groups import group_sections, record_groups, turn_groups
from sheetgen.publish.comparison.listings import listings
from sheetgen.publish.document.overview import (
    month_text,
    printed_words,
    revision_title,
    whole_title,
    wide,
)

TITLE = "新旧対照表"
_NOTE = (
    "変わった欄だけを載せ、変わったことばに下線を引いた。大半を書き改めた文は「全文改正」、"
    "一方にだけある文は（新設）（削除）（記載なし）と記し、下線は引いていない。"
    "変わらない欄は（略）とし、変わらない{item}は載せていない。"
    "{unlisted}"
)
_SAME = "改正した所はない。"


def build_comparison(old: Plan, new: Plan) -> Comparison:
    """二つの計画の新旧対照表。並びは改正後の文書の順。"""
    old, new = composed(old), composed(new)
    sections = (*front_sections(old, new), *group_sections(old, new))
    lists, words = listings(old, new, sections), new.words
    results = ("years.result.text", "years.result.grade")
    unlisted = "と".join(words[key] for key in results if new.has(key))
    return Comparison(
        year=new.revision.fiscal_year,
        title=f"{whole_title(new)} {revision_title(new)} {TITLE}",
        subject=whole_title(new),
        author=f"{new.municipality} {new.office}",
        published=new.revision.published or f"{new.revision.fiscal_year:04d}-04",
        draft=False,
        new=_edition(new),
        old=_edition(old),
        note=_NOTE.format(
            item=words.item,
            unlisted=f"{unlisted}の記録は、改正ではないので載せていない。" if unlisted else "",
        ),
        words=printed_words(words),
        same="" if sections or any(one.rows for one in lists) else _same(new),
        listings=lists,
        sections=sections,
        turn=_turn(old, new),
        records=_records(old, new),
        unlisted=unlisted,
    )


def is_over(plan: Plan) -> bool:
    """計画の期間が終わった後の年次見直しか。新しい取組方針はもうない。"""
    return plan.revision.fiscal_year > plan.final_year


def _same(new: Plan) -> str:
    """改正した所がないことを言う文。"""
    if not is_over(new):
        return _SAME
    years = "から".join(wareki_full(year) for year in (new.first_year, new.final_year))
    over = f"計画の期間（{years}まで）が終わったので、{revision_title(new)}に"
    if not new.has("initiatives"):
        return f"{over}改正した所はない。比べるものはない。"
    initiative = new.words.heading("取組方針", "initiatives")
    return f"{over}新しい{initiative}はなく、改正した所もない。比べるものはない。"


def _turn(old: Plan, new: Plan) -> Turn | None:
    """年度ごとに書き改める文の部。"""
    highlights = turned_highlights(old, new)
    groups = tuple(turn_groups(old, new))
    if not (highlights or groups):
        return None
    items = {row.name for group in groups for row in group.rows}
    after, before = (wareki_full(shown_year(plan)) for plan in (new, old))
    points = str(Revision.model_fields["highlights"].title)
    initiative = new.words["initiatives"] if new.has("initiatives") else ""
    points_count = len(highlights.rows) if highlights else 0
    return Turn(
        heading=f"{after}の{initiative or points}（年度ごとに書き改める文）",
        count=f"{len(items) if initiative else points_count}件",
        note=f"{'と'.join(filter(None, (points, initiative)))}は、年度ごとに書き改めるもので、"
        "改正の数に入れていない。"
        "文の変わったものだけを載せ、大半を書き改めた文には下線を引いていない。",
        new=after,
        old=before,
        groups=((highlights,) if highlights else ()) + groups,
    )


def _records(old: Plan, new: Plan) -> Turn | None:
    """計画が増やした、答えや評価の記録の部。"""
    groups = tuple(record_groups(old, new))
    if not groups:
        return None
    told = {row.what for group in groups for row in group.rows}
    labels = [
        one.label
        for one in new.field_table.values()
        if one.is_declared and any(what.endswith(one.label) for what in told)
    ]
    items = {(group.key, row.name) for group in groups for row in group.rows}
    return Turn(
        heading=f"{'・'.join(labels)}の記録（改正ではないもの）",
        count=f"{len(items)}件",
        note=f"照会の答えや評価の記録は、改正の数に入れていない。値の変わった{new.words.item}だけを"
        "載せ、大半を書き改めた文には下線を引いていない。",
        new="改正後",
        old="改正前",
        groups=groups,
    )


def visible(comparison: Comparison) -> Comparison:
    """変わった空白と改行だけの所を、見える印にする。文書を組む前に一度通す。"""
    turn, records = comparison.turn, comparison.records
    return replace(
        comparison,
        sections=tuple(_visible_section(one) for one in comparison.sections),
        turn=_visible_turn(turn) if turn else None,
        records=_visible_turn(records) if records else None,
    )


def _visible_turn(turn: Turn) -> Turn:
    groups = []
    for group in turn.groups:
        rows = [
            replace(row, new=_visible_side(row.new), old=_visible_side(row.old))
            for row in group.rows
        ]
        groups.append(replace(group, rows=tuple(rows)))
    return replace(turn, groups=tuple(groups))


def _edition(plan: Plan) -> Edition:
    return Edition(
        title=whole_title(plan),
        revision=revision_title(plan),
        published=month_text(plan.revision.published),
        count=f"{wide(plan.item_count)}件",
    )


def _visible_section(section: ComparedSection) -> ComparedSection:
    return replace(section, blocks=tuple(_visible_block(block) for block in section.blocks))


def _visible_block(block: ComparedBlock) -> ComparedBlock:
    return replace(
        block,
        new=_visible_side(block.new),
        old=_visible_side(block.old),
        rows=tuple(
            replace(row, new=_visible_side(row.new), old=_visible_side(row.old))
            for row in block.rows
        ),
    )


def _visible_side(side: Side) -> Side:
    runs = tuple((_marked(text) if differs else text, differs) for text, differs in side.runs)
    return Side(runs, side.mark)


def _marked(text: str) -> str:
    """空白は ``␣``、改行は ``↵`` を添える。文字もある所は、そのまま読める。"""
    if text.strip():
        return text
    return "".join("↵\n" if one == "\n" else "␣" for one in text)
