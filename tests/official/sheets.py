"""実施項目・進捗管理シートのページを、計画のデータと比べる。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from official.text import REIWA, Json, circled, shown, squeezed, wide

# 公式のシートの印刷が、自分の様式と違う所。
PRINTED_OTHERWISE = {
    "02-03": ("〔関連所属；", "〔関係所属；"),
    "03-06": ("組織･マネジメントの見直し", "組織・マネジメントの見直し"),
    "07-02": ("指標(行動/成果)", "成果指標"),
}
CUT_OFF = "10-04"
# このページの文字の層では、年、計画、値がばらばらに出る。
YEARS_SCATTERED = {"01-05", "01-06", "06-04"}


def effect_subtotal(item: Json) -> str:
    """印刷される〔小計〕効果見込額。"""
    numbers = [year["effect"] for year in item["years"] if isinstance(year["effect"], int | float)]
    return shown(sum(numbers)) if numbers else "-"


def form_text(plan: Json, policy: Json, measure: Json, item: Json) -> str:
    """その実施項目を入れた様式の、1ページの文字。順は問わない。"""
    indicator = item["indicator"]
    number_format = indicator["number_format"]
    owners = "、".join(f"{owner['department']}{owner['section']}" for owner in item["owners"])
    revised = plan["revision"]["fiscal_year"]
    last = plan["fiscal_years"][-1] - REIWA
    pieces = [
        f"基本方針{policy['number']}{policy['name']}",
        f"改革の推進項目({measure['number']}){measure['name']}",
        f"実施項目{circled(item['number'])}{item['title']}【{owners}】",
        f"〔関連所属；{'、'.join(item['related_sections'])}〕" if item["related_sections"] else "",
        f"Ｒ{wide(revised - REIWA)}新規" if item["introduced"] == revised else "",
        f"具体的な改善取組内容{item['improvement']}現状と課題{item['current_state']}",
        f"令和{wide(revised - REIWA)}年度の取組方針・取組内容",
        item["initiatives"][str(revised)],
        f"令和{wide(last)}年度（計画最終年度）において目指す姿{item['vision']}",
        f"指標(行動/成果){indicator['name']}単位{indicator['unit'] or ''}",
        f"指標の現状値{shown(indicator['current'], number_format)}",
        f"計画最終年度の目標値{shown(indicator['target'], number_format)}",
        "年度年次計画；[上段]定量的な成果指標の目標値/[下段]効果見込額(千円)",
        "取組実績；[上段]定量的な成果指標の実績値/[下段]実績効果額(千円)",
        "〔小計〕効果見込額(千円)〔小計〕実績効果額(千円)",
        *(year_text(year, number_format) for year in item["years"]),
        *(shown(year["effect"]) for year in item["years"]),
    ]
    if item["id"] == CUT_OFF:
        pieces.append("評価" * 4)
    else:
        pieces.append("評価" * 4 + "全期間総合評価" + effect_subtotal(item) + "-")
    text = squeezed("".join(pieces))
    return text.replace(*PRINTED_OTHERWISE.get(item["id"], ("", "")))


def year_text(year: Json, number_format: str) -> str:
    """年度の欄の、年度・年次計画・目標値。"""
    label = f"令和{year['fiscal_year'] - REIWA}年度"
    return label + squeezed(year["plan"] or "") + shown(year["target"], number_format)


def sequences(item: Json) -> Iterator[tuple[str, list[str]]]:
    """ページの中で続いているはずの文字。二つ以上あれば、そのどれか。"""
    years = [year_text(year, item["indicator"]["number_format"]) for year in item["years"]]
    if item["id"] not in YEARS_SCATTERED:
        # いちばん下の行から上へ並ぶページがある。
        upwards = "実績効果額(千円)" + "".join(reversed(years))
        yield "年次計画", ["".join(years) + "〔小計〕効果", upwards]
    effects = [shown(year["effect"]) for year in item["years"]]
    line = "年度評価" + "評価".join(effects[:-1])
    if item["id"] == CUT_OFF:
        yield "効果見込額", [line + effects[-1] + "年次計画；"]
    else:
        yield "効果見込額", [line + "全期間総合評価" + effects[-1] + effect_subtotal(item) + "-"]
    for name in ("title", "improvement", "current_state", "vision"):
        yield name, [squeezed(item[name])]
    yield "initiative", [squeezed(text) for text in item["initiatives"].values()]
    yield "indicator", [squeezed(item["indicator"]["name"])]
    for year in item["years"]:
        yield f"plan {year['fiscal_year']}", [squeezed(year["plan"] or "")]


def sheet_differences(plan: Json, policy: Json, measure: Json, item: Json, page: str) -> list[str]:
    """一つの実施項目が、公式文書のそのページと違う所。"""
    found = []
    expected, printed = Counter(form_text(plan, policy, measure, item)), Counter(page)
    if expected != printed:
        extra, missing = dict(expected - printed), dict(printed - expected)
        found.append(f"{item['id']}: only in plan {extra}, only in text {missing}")
    found += [
        f"{item['id']} {name}: not in the text"
        for name, candidates in sequences(item)
        if not any(candidate in page for candidate in candidates)
    ]
    return found
