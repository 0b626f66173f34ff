"""新旧対照表の全体を組み立てる。"""

from __future__ import annotations

from dataclasses import replace

from sheetgen.era import wareki_full
from sheetgen.plan.plan import Plan
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
from sheetgen.publish.comparison.groups import group_sections, turn_groups
from sheetgen.publish.comparison.listings import listings
from sheetgen.publish.document.overview import month_text, revision_title, whole_title, wide

TITLE = "新旧対照表"
_NOTE = (
    "変わった欄だけを載せ、変わったことばに下線を引いた。大半を書き改めた文は「全文改正」、"
    "一方にだけある文は（新設）（削除）（記載なし）と記し、下線は引いていない。"
    "変わらない欄は（略）とし、変わらない実施項目は載せていない。"
    "取組実績と評価の記録は、改正ではないので載せていない。"
)
_SAME = "改正した所はない。"


def build_comparison(old: Plan, new: Plan) -> Comparison:
    """二つの計画の新旧対照表。並びは改正後の文書の順。"""
    old, new = composed(old), composed(new)
    sections = (*front_sections(old, new), *group_sections(old, new))
    lists = listings(old, new, sections)
    return Comparison(
        year=new.revision.fiscal_year,
        title=f"{whole_title(new)} {revision_title(new)} {TITLE}",
        subject=whole_title(new),
        author=f"{new.municipality} {new.office}",
        published=new.revision.published or f"{new.revision.fiscal_year:04d}-04",
        draft=False,
        new=_edition(new),
        old=_edition(old),
        note=_NOTE,
        same="" if sections or any(one.rows for one in lists) else _same(new),
        listings=lists,
        sections=sections,
        turn=_turn(old, new),
    )


def is_over(plan: Plan) -> bool:
    """計画の期間が終わった後の年次見直しか。新しい取組方針はもうない。"""
    return plan.revision.fiscal_year > plan.final_year


def _same(new: Plan) -> str:
    """改正した所がないことを言う文。"""
    if not is_over(new):
        return _SAME
    years = "から".join(wareki_full(year) for year in (new.first_year, new.final_year))
    return (
        f"計画の期間（{years}まで）が終わったので、{revision_title(new)}に新しい取組方針はなく、"
        f"改正した所もない。比べるものはない。"
    )


def _turn(old: Plan, new: Plan) -> Turn | None:
    """年度ごとに書き改める文の部。"""
    highlights = turned_highlights(old, new)
    groups = tuple(turn_groups(old, new))
    if not (highlights or groups):
        return None
    items = {row.name for group in groups for row in group.rows}
    after, before = (wareki_full(shown_year(plan)) for plan in (new, old))
    return Turn(
        heading=f"{after}の取組方針・取組内容（年度ごとに書き改める文）",
        count=f"{len(items)}件",
        note="主なポイントと取組方針・取組内容は、年度ごとに書き改めるもので、改正の数に入れていない。"
        "文の変わったものだけを載せ、大半を書き改めた文には下線を引いていない。",
        new=after,
        old=before,
        groups=((highlights,) if highlights else ()) + groups,
    )


def visible(comparison: Comparison) -> Comparison:
    """変わった空白と改行だけの所を、見える印にする。文書を組む前に一度通す。"""
    turn = comparison.turn
    return replace(
        comparison,
        sections=tuple(_visible_section(one) for one in comparison.sections),
        turn=_visible_turn(turn) if turn else None,
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
