"""表紙から主なポイントまでと、扉と、見方を、計画のデータと比べる。"""

from __future__ import annotations

from collections.abc import Iterator

from official.sheets import sheet_differences
from official.text import REIWA, Json, Official, first_difference, items_of, squeezed, wide

# 「見方」の様式では、この欄の見出しが二字短い。
SAMPLE_OTHERWISE = ("具体的な改善取組内容", "具体的な改善取組")


def front_text(plan: Json) -> str:
    """表紙から主なポイントまでの文字。順は公式文書の文字の順。"""
    overview, revision = plan["overview"], plan["revision"]
    philosophy, structure = overview["philosophy"], overview["structure"]
    period, chapter = overview["period"], overview["measures"]
    year = wide(revision["fiscal_year"] - REIWA)
    published, month = (int(part) for part in revision["published"].split("-"))
    title = plan["municipality"] + plan["plan_title"]
    name = {policy["number"]: policy["name"] for policy in plan["policies"]}
    boxes = f"１.{name[1]}2.{name[2]}３.{name[3]}５.{name[5]}４.{name[4]}"
    ideal = f"【基本理念】{philosophy['name']}"
    labels = [f"（{wide(n)}）{text}" for n, text in enumerate(chapter["measure_names"], start=1)]
    plans = period["related_plans"]
    pieces = [
        f"{title}-アクションプランの令和{year}年度年次見直しについて",
        f"{plan['office']}令和{wide(published - REIWA)}年{wide(month)}月",
        f"１．{overview['title']}{boxes}１）{philosophy['title']}",
        *philosophy["background"],
        *philosophy["aims"],
        ideal,
        philosophy["declaration"],
        philosophy["note"],
        f"２）{structure['title']}{structure['heading']}",
        *(level["name"] + (level["detail"] or "") for level in structure["levels"]),
        structure["note"],
        period["alignment"],
        *(f"Ｒ{wide(fiscal_year - REIWA)}" for fiscal_year in plan["fiscal_years"]),
        *(row["heading"] for row in plans),
        *(row["bar"] for row in plans if row["bar"]),
        *(row["note"] for row in plans if row["note"]),
        structure["statement"],
        period["statement"],
        f"{boxes}３）{overview['policies']['title']}",
        *(policy["description"] for policy in plan["policies"]),
        ideal,
        *(labels[number - 1] for number in (1, 3, 5, 7, 6, 4, 9, 8, 10)),
        f"４）{chapter['title']}{labels[1]}",
        f"２.{name[2]}１.{name[1]}３.{name[3]}５.{name[5]}４.{name[4]}",
        chapter["policies_heading"] + chapter["measures_heading"],
        *chapter["statements"],
        chapter["action_plan_label"] + chapter["plan_label"] + chapter["lead"],
        f"２．{plan['plan_title']}-アクションプランの令和{year}年度年次見直しの概要",
        f"令和{year}年度年次見直し後のアクションプランの主なポイント",
        *highlight_texts(plan),
        *(note["text"] for note in reversed(revision["highlight_notes"])),
    ]
    return squeezed("".join(pieces))


def highlight_texts(plan: Json) -> Iterator[str]:
    """主なポイント。最初の基本方針の後に、件数の一行がある。"""
    revision = plan["revision"]
    count = len(list(items_of(plan)))
    new = [item for _, _, item in items_of(plan) if item["introduced"] == revision["fiscal_year"]]
    before = count - len(new) + len(revision["retired_items"])
    year = revision["fiscal_year"] - REIWA
    for policy in plan["policies"]:
        yield f"基本方針{wide(policy['number'])}{policy['name']}"
        for highlight in revision["highlights"]:
            if highlight["policy"] == policy["number"]:
                yield highlight["text"]
        if policy["number"] == 1:
            yield f"令和{wide(year - 1)}年度の実施項目数；{before}件➩年次見直し後の"
            yield f"令和{wide(year)}年度の実施項目数；{wide(count)}件（新規{wide(len(new))}件）"


def legend_text(plan: Json) -> str:
    """見方の文字。説明は公式文書の文字の順、最後に図の記号。"""
    legend = plan["overview"]["legend"]
    callouts = {callout["letter"]: callout for callout in legend["callouts"]}
    texts = [
        f"{letter}.{callouts[letter]['title']}{callouts[letter]['text']}"
        for letter in "アイウエオカクキケコサ"
    ]
    return squeezed(legend["title"] + "".join(texts) + "アア" + "".join(callouts)[1:])


def divider_text(plan: Json) -> str:
    """実施項目の部の扉の文字。"""
    year = wide(plan["revision"]["fiscal_year"] - REIWA)
    title = plan["municipality"] + plan["plan_title"]
    return f"３．{title}-アクションプラン令和{year}年度年次見直し後の実施項目について"


def chapter_differences(plan: Json, official: Official) -> list[str]:
    """章・扉・見方が、公式文書と違う所。"""
    found = first_difference("front", front_text(plan), official.front)
    found += first_difference("divider", divider_text(plan), official.divider)
    found += first_difference("legend", legend_text(plan), official.legend)
    sample = plan["overview"]["legend"]["sample_item_id"]
    for policy, measure, item in items_of(plan):
        if item["id"] == sample:
            whole = official.sample.replace(*reversed(SAMPLE_OTHERWISE), 1)
            return found + sheet_differences(plan, policy, measure, item, whole)
    return [*found, f"sample item {sample} is not in the plan"]
