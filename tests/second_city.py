"""よその市の計画と様式：四年、縦の紙、評価は S・A・B、ほかの欄を見せる。

テンプレートは、事務局が Excel で作るように、ここで openpyxl で作る。プログラムのどこも、
この配置を知らない。
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

YEARS = (2025, 2026, 2027, 2028)
SECTIONS = ("総務課", "市民課")
SCALE = ("S", "A", "B")
FORM, GUIDE = "事業票", "表紙"
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FONT = "BIZ UDゴシック"


def _item(number: int, section: str, effects: list[Any]) -> dict[str, Any]:
    return {
        "type": "item",
        "id": f"01-{number:02d}",
        "number": number,
        "section": None,
        "title": f"窓口の見直し その{number}",
        "owners": [{"department": "総務部", "section": section}],
        "related_sections": [],
        "introduced": 2025 + number % 2,
        "improvement": "窓口をひとつにまとめ、待ち時間を減らす。" * 3,
        "current_state": "窓口が分かれ、案内に時間がかかる。",
        "initiatives": {"2026": "窓口の配置を決める。"},
        "vision": "どの用件も一か所で済む。",
        "indicator": {
            "name": "平均の待ち時間",
            "unit": "分",
            "current": 12.5,
            "target": 8.0,
            "number_format": "0.0",
        },
        "years": [
            {
                "fiscal_year": year,
                "plan": "・配置の案を作り、試行する。",
                "target": 12.0 - step,
                "effect": effects[step],
                "result": {"text": None, "value": None, "effect": None, "grade": None},
            }
            for step, year in enumerate(YEARS)
        ],
        "overall_grade": None,
        "overview": {
            "title": "窓口の見直し",
            "improvement": "窓口をまとめる",
            "policy": "同左",
            "indicator": "待ち時間",
            "target": "8.0分",
            "owners": section,
        },
    }


def write_plan(path: Path) -> Path:
    """四年の計画を書く。"""
    plan = {
        "schema_version": 1,
        "municipality": "見本市",
        "plan_title": "行政改革推進プラン",
        "office": "総務部行革担当",
        "fiscal_years": list(YEARS),
        "revision": {
            "fiscal_year": 2026,
            "published": "2026-03",
            "highlights": [],
            "retired_items": [],
        },
        "evaluation_scale": [{"grade": g, "meaning": f"{g} の段階"} for g in SCALE],
        "overview": {},
        "departments": [
            {
                "name": "総務部",
                "sections": [{"name": n, "email": None} for n in ("総務課", "市民課")],
            }
        ],
        "policies": [
            {
                "number": 1,
                "name": "市民サービス",
                "description": "市民サービスを高める。",
                "measures": [
                    {
                        "number": 1,
                        "name": "窓口",
                        "notes": [],
                        "entries": [
                            _item(1, "総務課", [100, 200, 300.5, "-"]),
                            _item(2, "市民課", [None, "-", None, None]),
                            _item(3, "市民課", [1, 2, 3, 4]),
                        ],
                    }
                ],
            }
        ],
    }
    path.write_text(json.dumps(plan, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _put(sheet: Worksheet, area: str, text: str, *, is_input: bool = False) -> Cell:
    """セル（結合するなら範囲）に文字を入れ、枠を引く。"""
    first = area.partition(":")[0]
    if ":" in area:
        sheet.merge_cells(area)
    for row in sheet[area] if ":" in area else ((sheet[area],),):
        for cell in row:
            cell.border = _BOX
            cell.protection = Protection(locked=not is_input)
    cell = sheet[first]
    assert isinstance(cell, Cell)
    cell.value = text
    cell.font = Font(name=_FONT, sz=10)
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _form(sheet: Worksheet) -> None:
    """縦の紙に、年度を上から並べる。評価は年度ごとにある。"""
    for letter, width in zip("ABCDEF", (11, 26, 9, 26, 9, 9), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    _put(sheet, "A1:D1", "{{ plan.plan_title }} 事業票（{{ item.title }}）")
    _put(sheet, "E1:F1", "{{ form.id }}")
    _put(sheet, "A2", "取組")
    _put(sheet, "B2:F2", "{{ item.improvement }}")
    _put(sheet, "A3", "{{ initiative.fiscal_year | wareki }}の方針")
    _put(sheet, "B3:F3", "{{ initiative.text }}", is_input=True)
    for column, text in zip(
        "ABCDEF", ("年度", "計画", "目標", "実績", "実績値", "評価"), strict=True
    ):
        _put(sheet, f"{column}4", text)
    sheet.row_dimensions[1].height = sheet.row_dimensions[4].height = 20
    for index in range(len(YEARS)):
        top, low = 5 + index * 2, 6 + index * 2
        year = f"years[{index}]"
        _put(sheet, f"A{top}:A{low}", f"{{{{ {year}.fiscal_year | wareki_short }}}}")
        _put(sheet, f"B{top}:B{low}", f"{{{{ {year}.plan }}}}", is_input=True)
        _put(sheet, f"C{top}", f"{{{{ {year}.target }}}}", is_input=True)
        _put(sheet, f"C{low}", f"{{{{ {year}.effect }}}}", is_input=True)
        _put(sheet, f"D{top}:D{low}", f"{{{{ {year}.result.text }}}}", is_input=True)
        _put(sheet, f"E{top}", f"{{{{ {year}.result.value }}}}", is_input=True)
        _put(sheet, f"E{low}", f"{{{{ {year}.result.effect }}}}", is_input=True)
        _put(sheet, f"F{top}:F{low}", f"{{{{ {year}.result.grade }}}}", is_input=True)
        sheet.row_dimensions[top].height = sheet.row_dimensions[low].height = 40
    last = 5 + len(YEARS) * 2
    _put(sheet, f"A{last}:B{last}", "効果額の計（千円）")
    _put(sheet, f"C{last}", "=SUM(C6,C8,C10,C12)").number_format = "#,##0.0"
    _put(sheet, f"D{last}:E{last}", "全期間の評価")
    _put(sheet, f"F{last}", "{{ item.overall_grade }}", is_input=True)
    sheet.row_dimensions[last].height = 24
    sheet.print_area = f"A1:F{last}"
    sheet.protection.sheet = True
    sheet.page_setup.paperSize, sheet.page_setup.orientation = 9, "portrait"
    margins = sheet.page_margins
    margins.left = margins.right = 0.3
    margins.top = margins.bottom = 0.5


def write_template(path: Path) -> Path:
    """表紙と事業票の様式を書く。"""
    book = Workbook()
    book._named_styles["Normal"].font = Font(name=_FONT, sz=12)
    guide = book.active
    assert isinstance(guide, Worksheet)
    guide.title = GUIDE
    _put(guide, "A1", "{{ plan.municipality }} {{ book.addressee }} {{ round.name }}")
    sample = _put(guide, "A2", "この色の欄に書く")
    sample.fill = PatternFill("solid", fgColor="FFDDEEFF")
    _put(guide, "A4", "{% for entry in entries %}{{ entry.title | link(entry.sheet) }}")
    _put(guide, "B4", "{{ entry.owners }}{% endfor %}")
    guide.protection.sheet = True
    book.defined_names["input_sample"] = DefinedName("input_sample", attr_text=f"{GUIDE}!$A$2")
    _form(book.create_sheet(FORM))
    register = book.create_sheet("見分け")
    register["A1"] = "{% for entry in entries %}{{ entry.id }}"
    register["B1"] = "{{ entry.carrier }}{% endfor %}"
    register.sheet_state = "hidden"
    book.save(path)
    return path
