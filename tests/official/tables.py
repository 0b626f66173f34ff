"""推進項目ごとの概要表を、計画のデータと比べる。"""

from __future__ import annotations

from official.text import Json, circled, first_difference, squeezed, wide


def row_text(entry: Json) -> str:
    """概要表の一行の文字。"""
    if entry["type"] == "cross_reference":
        return squeezed(circled(entry["number"]) + entry["title"] + entry["mark"] + entry["owners"])
    row = entry["overview"]
    cells = ("title", "improvement", "policy", "indicator", "target", "owners")
    return squeezed(circled(entry["number"]) + "".join(row[name] or "" for name in cells))


def table_pages(policy: Json, measure: Json, cuts: list[int]) -> list[str]:
    """推進項目の概要表を、``cuts`` の行でページに分けたときの文字。"""
    entries = measure["entries"]
    starts, ends = [0, *cuts], [*cuts, len(entries)]
    footer = f"基本方針{wide(policy['number'])}{policy['name']}"
    footer += f"({wide(measure['number'])}){measure['name']}"
    pages = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        text, section = "", None
        for entry in entries[start:end]:
            if entry["section"] != section:
                section = entry["section"]
                text += f"〔{section}〕"
            text += row_text(entry)
        # ☆ の注は、表の最初の部分の下にある。
        text += "".join(measure["notes"]) if number == 0 else ""
        text += footer + (f"-{'ab'[number]}" if cuts else "")
        references = [e for e in entries[start:end] if e["type"] == "cross_reference"]
        text += "".join(f"→{entry['note']}" for entry in references)
        pages.append(squeezed(text))
    return pages


def table_differences(policy: Json, measure: Json, printed: list[str]) -> list[str]:
    """一つの推進項目の概要表が、公式文書と違う所。"""
    name = f"overview table {measure['number']}"
    if len(printed) == 1:
        return first_difference(name, table_pages(policy, measure, [])[0], printed[0])
    # 表をどこで分けたかはデータにない。どこか一か所で合えばよい。
    for cut in range(1, len(measure["entries"])):
        if table_pages(policy, measure, [cut]) == printed:
            return []
    return [f"{name}: no page break makes the plan and the text equal"]
