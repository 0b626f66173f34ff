"""人が Excel で手を入れたテンプレートを作る：形を変えても受け付けるべきもの。

どの関数も、人が Excel で行うこと一つとして :class:`Draft` を変える。
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ooxml.draft import GUIDE, Draft, cell_at, clear, fragment, place, put_formula, put_text
from ooxml.office import OFFICE, add_extension, split_address
from ooxml.package import q


def split_runs(draft: Draft) -> None:
    """式の一部だけを太字にし、ふりがなを残す。式としては一つのまま。"""
    draft.set_string(
        draft.address("{{ item.title }}"),
        "<r><rPr><b/></rPr><t>{{ item</t></r><r><t>.title }}</t></r>"
        '<rPh sb="0" eb="2"><t>アイテム</t></rPh>',
    )


def checked_input(draft: Draft) -> None:
    """入力欄に、自分の入力規則（ふつうのものと x14 のもの）を付ける。"""
    one = draft.address("{{ years[0].result.grade }}")
    other = draft.address("{{ years[0].result.value }}")
    far = draft.address("{{ years[1].result.value }}")
    with draft.edit(draft.sheet()) as root:
        place(
            root,
            fragment(
                '<dataValidations count="1"><dataValidation type="whole" operator="greaterThan" '
                f'sqref="{other} {far}"><formula1>0</formula1></dataValidation></dataValidations>'
            ),
        )
        add_extension(
            root,
            "{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}",
            '<x14:dataValidations count="1"><x14:dataValidation type="list"><x14:formula1><xm:f>'
            f"{GUIDE}!$A$10:$A$13</xm:f></x14:formula1><xm:sqref>{one}</xm:sqref>"
            "</x14:dataValidation></x14:dataValidations>",
        )


def wider_column(draft: Draft) -> None:
    """列を一つ広げる。"""
    with draft.edit(draft.sheet()) as root:
        col = next(node for node in root.iter(q("col")) if node.get("min") == "3")
        col.set("width", str(float(col.get("width", "8")) + 0.5))
        col.set("customWidth", "1")


def moved_field(draft: Draft) -> None:
    """取組方針の入力欄と、目指す姿の欄を、書式ごと入れ替える。"""
    with draft.edit(draft.sheet()) as root:
        one, other = draft.find(root, "{{ initiative.text"), draft.find(root, "{{ item.vision")
        texts = draft.text_of(one), draft.text_of(other)
        styles = one.get("s", "0"), other.get("s", "0")
        for cell, text, style in zip((other, one), texts, styles, strict=True):
            put_text(root, cell.get("r", ""), text)
            cell.set("s", style)


def field_beside_the_page(draft: Draft) -> None:
    """印刷範囲の右の空いたセルに、実施項目の ID を控えとして置く。"""
    with draft.edit(draft.sheet()) as root:
        put_text(root, "T3", "{{ item.id }}")
        used = root.find(q("dimension"))
        used.set("ref", f"A1:T{split_address(used.get('ref', '').rpartition(':')[2])[1]}")


def shared_formula(draft: Draft) -> None:
    """下へ写した数式（共有の数式）を、印刷範囲の右に三つ置く。"""
    with draft.edit(draft.sheet()) as root:
        cell = draft.find(root, "{{ years[0].effect }}").get("r", "")
        letters, number = split_address(cell)
        for step in range(3):
            address = f"T{int(number) + step * 2}"
            put_formula(root, address, f"SUM({letters}{number})" if step == 0 else "")
            node = cell_at(root, address).find(q("f"))
            node.set("t", "shared")
            node.set("si", "0")
            if step == 0:
                node.set("ref", f"T{number}:T{int(number) + 4}")


def cleared_badge(draft: Draft) -> None:
    """新規の印を使わないので消す。"""
    with draft.edit(draft.sheet()) as root:
        clear(root, draft.find(root, "{{ form.badge }}").get("r", ""))


def office_template(template: Path, target: Path) -> Path:
    """手直しをすべて重ねたテンプレート。"""
    return changed(template, target, *OFFICE)


def changed(template: Path, target: Path, *acts: Callable[[Draft], None]) -> Path:
    """手直しをしたテンプレートを作る。"""
    draft = Draft(template)
    for act in acts:
        act(draft)
    return draft.save(target)
