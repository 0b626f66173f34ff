"""新旧対照表の全体を組み立てる。"""

from __future__ import annotations

from dataclasses import replace

from sheetgen.plan.plan import Plan
from sheetgen.publish.comparison.blocks import (
    ComparedBlock,
    ComparedRow,
    ComparedSection,
    Comparison,
    Edition,
    Side,
)
from sheetgen.publish.comparison.chapters import front_sections
from sheetgen.publish.comparison.groups import group_sections
from sheetgen.publish.comparison.listings import listings
from sheetgen.publish.document.overview import month_text, revision_title, whole_title, wide

TITLE = "新旧対照表"
_NOTE = (
    "変わった所に下線を引いた。変わった欄だけを載せ、変わらない欄は（略）とし、"
    "変わらない実施項目は載せていない。"
)
_SAME = "文書に載る文字に、違いはない。"


def build_comparison(old: Plan, new: Plan) -> Comparison:
    """二つの計画の新旧対照表。並びは改正後の文書の順。"""
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
        same="" if sections or any(one.rows for one in lists) else _SAME,
        listings=lists,
        sections=sections,
    )


def visible(comparison: Comparison) -> Comparison:
    """変わった空白と改行だけの所を、見える印にする。文書を組む前に一度通す。"""
    return replace(comparison, sections=tuple(_visible_section(one) for one in comparison.sections))


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
            ComparedRow(row.label, _visible_side(row.new), _visible_side(row.old))
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
