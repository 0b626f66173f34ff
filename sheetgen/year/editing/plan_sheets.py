"""編集ブックのテンプレートを、計画に合わせる。

事務局のテンプレートには、どの計画にもある欄だけが並ぶ。計画が増やした欄、ことば、ほかの評価の区分には
シートを作り、計画にない欄の列は消して隠し、見出しは計画のことばにする。見かけと保護は、テンプレートの
シートから写す。何も自分で決めていない計画では、テンプレートのままで、一字も変わらない。
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sheetgen.form.blueprint import BoundSheet, row_path
from sheetgen.plan.fields import SHIPPED
from sheetgen.plan.plan import Plan
from sheetgen.plan.round import FieldKind
from sheetgen.plan.scales import Scale
from sheetgen.xlsx.markup import Node, Splice, attribute_value, cell_text, worksheet_position
from sheetgen.xlsx.package import CONTENT_TYPES, OFFICE, Package, relationships_name
from sheetgen.xlsx.refs import column_letters, ref_of, split_ref
from sheetgen.xlsx.template import read_template
from sheetgen.year.editing.book_template import (
    MARK_PATH,
    EditTemplate,
    TableLayout,
    draw_edit_template,
)
from sheetgen.year.editing.edit_fields import (
    ITEM_VALUES,
    KEY_PATH,
    LISTS,
    OWN_TABLES,
    STEPS,
    WORDS,
    YEAR_VALUES,
    key_of_column,
    lists_of,
)
from sheetgen.year.editing.own_rows import COUNTS_WORDS
from sheetgen.year.editing.plan_words import PlanWording, renamed

OWN_SHEETS: Mapping[str, str] = {
    YEAR_VALUES: "増やした欄",
    ITEM_VALUES: "増やした欄（全期間）",
    STEPS: "ほかの評価の区分",
    WORDS: "ことば",
}
"""計画が自分で決めたものの表から、そのシートの名へ。"""
_NOTES: Mapping[str, str] = {
    YEAR_VALUES: "計画が増やした欄です。一つの{terms.item}の、一つの年度が一行です。"
    "課の答えを書き換えるときは、「直したわけ」も書いてください。",
    ITEM_VALUES: "計画が増やした欄のうち、年度によらないものです。",
    STEPS: "二次評価などの、評価の扱いです。"
    "達成、順調、遅れ、対象外から選びます。空のままの評価は、どれとも数えません。",
    WORDS: "計画で使うことばです。空のままなら、初めのことばを使います。"
    "文書、様式、画面のどこでも、このことばになります。",
}
_MODEL = "years"
_NARROW, _MIDDLE, _WIDE = 12, 20, 58
_END_OF_LOOP = re.compile(r"\{%-?\s*endfor\s*-?%\}")
_LONGEST_LIST = 255
_COUNTS_HEADING = "扱い"
_CUT = ("mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks",
        "rowBreaks", "colBreaks", "drawing", "legacyDrawing", "legacyDrawingHF", "picture",
        "oleObjects", "controls", "tableParts", "sortState", "extLst")  # fmt: skip


class _Column(NamedTuple):
    """作るシートの一列。``like`` は、書式を写すセルのある表と道。"""

    heading: str
    path: str
    like: tuple[str, str]
    width: int
    options: tuple[str, ...] = ()
    hidden: bool = False


_KEY = _Column("目印", KEY_PATH, ("years", KEY_PATH), 20, (), True)
_SHOWN, _LONG = ("years", "row.label"), ("results", "row.title")
_PICKED = ("results", "row.year.result.grade")
_LIKE = {
    FieldKind.TEXT: (("years", "row.year.plan"), _WIDE),
    FieldKind.FIGURE: (("years", "row.year.target"), _MIDDLE),
    FieldKind.MONEY: (("years", "row.year.effect"), _MIDDLE),
    FieldKind.GRADE: (_PICKED, _NARROW),
    FieldKind.CHOICE: (_PICKED, _MIDDLE),
}
_COUNTS_OPTIONS = tuple(COUNTS_WORDS.values())


def says_of_itself(plan: Plan) -> bool:
    """欄やことばを、自分で決めている計画か。"""
    return bool(plan.terms or plan.omit or plan.fields or plan.rounds or plan.scales)


def own_sheets(plan: Plan) -> dict[str, bool]:
    """この計画に作れるシートの名と、頼まれなくてもブックに入れるか。"""
    found = {
        OWN_SHEETS[YEAR_VALUES]: any(one.per == "year" for one in plan.fields),
        OWN_SHEETS[ITEM_VALUES]: any(one.per == "item" for one in plan.fields),
        OWN_SHEETS[STEPS]: bool(plan.scales),
    }
    always = {OWN_SHEETS[WORDS]: says_of_itself(plan)}
    return {name: True for name, wanted in found.items() if wanted} | always


def fitted(package: Package, plan: Plan, sheets: Sequence[str] = ()) -> Package:
    """計画に合わせたテンプレート。合わせるところがなければ、もとのまま。

    ``sheets`` は、ブックに入れたいシート。
    """
    wanted = [
        rows
        for rows, name in OWN_SHEETS.items()
        if own_sheets(plan).get(name) or (name in sheets and name in own_sheets(plan))
    ]
    shows_counts = _shows_counts(plan)
    if not (wanted or shows_counts or says_of_itself(plan)):
        return package
    drawn = draw_edit_template(read_template(package))
    work = _Fitting(package, drawn, plan)
    work.headings()
    work.words()
    if shows_counts:
        work.counts()
    there = {one.rows for one in drawn.tables}
    for rows in wanted:
        if rows not in there:
            work.add(rows)
    return work.result()


def own_tabs(package: Package, plan: Plan) -> Mapping[str, str]:
    """名の変わるシートの、テンプレートの名から、計画のことばの名へ。"""
    return PlanWording(plan, package.sheet_parts()).tabs


def _shows_counts(plan: Plan) -> bool:
    """評価の区分に、扱いの列が要るか。同梱の段階のままなら、扱いは決まっている。"""
    said = any(one.counts for one in plan.evaluation_scale)
    return said or Scale(plan.evaluation_scale).is_unclear


def _listing(options: Sequence[str]) -> str | None:
    """一覧から選ぶ入力規則の式。直に書けないものがあれば ``None``。"""
    listed = '"' + ",".join(options) + '"'
    unfit = len(listed) > _LONGEST_LIST or any(mark in one for one in options for mark in ',"')
    return None if unfit or not options else listed


class _Fitting:
    """一つのテンプレートを、一つの計画に合わせる。"""

    def __init__(self, package: Package, drawn: EditTemplate, plan: Plan) -> None:
        self._package, self._drawn, self._plan = package, drawn, plan
        self._parts = dict(package.parts)
        self._sheets = package.sheet_parts()
        self._tables = {one.rows: one for one in drawn.tables}
        self._strings: list[str] = []
        relations = package.relationships(package.main_part())
        self._strings_part = next(
            (one.target for one in relations if one.kind == "sharedStrings"), ""
        )
        shared = package.tree(self._strings_part)[1] if self._strings_part else None
        self._first_string = len(shared.all("si")) if shared else 0
        self._added: list[tuple[str, str, int]] = []
        self._splices: dict[str, Splice] = {}
        self._done: set[int] = set()
        self._wording = PlanWording(plan, self._sheets)

    # もとからあるシート

    def _splice(self, sheet: str) -> tuple[Splice, Node]:
        data, root = self._package.tree(self._sheets[sheet])
        return self._splices.setdefault(sheet, Splice(data)), root

    def headings(self) -> None:
        """見出しを計画のことばにし、計画にない欄の列を空にして隠す。"""
        labels = self._plan.words.labels
        for table in self._drawn.tables:
            sheet = self._bound(table)
            splice, root = self._splice(table.sheet)
            cells = {node.attrs["r"]: node for node in root.walk() if node.local == "c"}
            hidden: set[int] = set()
            for one in sheet.cells:
                path = row_path(one, sheet.blocks) if one.block == table.block.first else None
                key = key_of_column(table.rows, path) if path else None
                if key is None:
                    continue
                column = one.cell.first_column
                heading = cells.get(ref_of(table.heading_row, column))
                old, new = SHIPPED.labels.get(key), labels.get(key)
                if not self._plan.has(key):
                    hidden.add(column)
                    for node, text in (
                        (heading, ""),
                        (cells.get(one.cell.ref), one.cell.text),
                    ):
                        if node is not None:
                            self._empty(splice, node, text)
                elif heading is not None and old != new and new is not None:
                    self._put(splice, heading, new)
            if hidden:
                _hide(splice, root, hidden)

    def words(self) -> None:
        """表の行のほかの文と一覧、シートの名を、計画のことばにする。"""
        if not self._wording:
            return
        for sheet in self._drawn.blueprint.sheets:
            splice, root = self._splice(sheet.sheet.name)
            nodes = {node.attrs["r"]: node for node in root.walk() if node.local == "c"}
            table = next((t for t in self._drawn.tables if t.sheet == sheet.sheet.name), None)
            for cell in sheet.sheet.cells:
                below = table is not None and cell.first_row >= table.block.first
                text = self._wording.compared(cell.text)
                text = self._wording.text(text)
                is_row = below and cell.is_dynamic
                if text != cell.text and not is_row and id(nodes[cell.ref]) not in self._done:
                    self._put(splice, nodes[cell.ref], text)
            for node in root.walk():
                old = node.text if node.local == "formula1" else ""
                if old.startswith('"') and (new := self._wording.listed(old)) != old:
                    splice.fill(node, cell_text(new).encode())

    def _empty(self, splice: Splice, node: Node, text: str) -> None:
        """セルの値を除く。繰り返しの終わりの印は残す。"""
        self._done.add(id(node))
        ending = _END_OF_LOOP.search(text)
        style = node.attrs.get("s")
        kept = self._cell(node.attrs["r"], style, ending.group() if ending else None)
        splice.replace(node.start, node.end, kept.encode())

    def _put(self, splice: Splice, node: Node, text: str) -> None:
        self._done.add(id(node))
        style = node.attrs.get("s")
        splice.replace(node.start, node.end, self._cell(node.attrs["r"], style, text).encode())

    def counts(self) -> None:
        """評価の区分に、扱いの列を足す。"""
        table = self._tables.get("grades")
        if table is None or any(one.path == "row.counts" for one in table.columns):
            return
        splice, root = self._splice(table.sheet)
        column = max(one.column for one in table.columns) + 1
        likes = self._style(("grades", "row.step.grade"))
        heading = self._style_at(table.sheet, ref_of(table.heading_row, column - 1))
        data = root.find("sheetData")
        rows = data.children if data else []
        for node in rows:
            number = int(node.attrs.get("r", "0"))
            ref = ref_of(number, column)
            if number == table.heading_row:
                cell = self._cell(ref, heading, _COUNTS_HEADING)
            elif number == table.block.first:
                cell = self._cell(ref, likes, f"{{{{ {self._name(table)}.counts }}}}")
            elif number > table.block.last:
                cell = self._cell(ref, likes, None)
            else:
                continue
            splice.insert(node.close_start, cell.encode())
        _widen(splice, root, column)
        last = max(int(node.attrs.get("r", "0")) for node in rows)
        area = f"{ref_of(table.block.first, column)}:{ref_of(last, column)}"
        rule = _rule(area, _listing(_COUNTS_OPTIONS))
        _add_rules(splice, root, [rule])

    def _name(self, table: TableLayout) -> str:
        """繰り返しの変数の名。"""
        return str(getattr(table.block.loop, "target", "row"))

    # 作るシート

    def add(self, rows: str) -> None:
        """計画が自分で決めたものの表のシートを作る。"""
        model = self._tables.get(_MODEL) or next(iter(self._tables.values()), None)
        if model is None:
            return
        data, root = self._package.tree(self._sheets[model.sheet])
        columns = (_KEY, *self._columns(rows))
        splice = Splice(data)
        for node in root.children:
            if node.local in (*_CUT, "cols", "autoFilter", "dimension", "sheetData"):
                splice.remove(node)
            elif node.local == "pageSetup":
                splice.retag(node, **{n: None for n in node.attrs if n.endswith(":id")})
            elif node.local == "sheetViews":
                self._freeze(splice, node, columns, model)
        prefix = root.prefix
        cols = "".join(
            f'<{prefix}col min="{at}" max="{at}" width="{one.width}" customWidth="1"'
            + (' hidden="1"/>' if one.hidden else "/>")
            for at, one in enumerate(columns, 1)
        )
        last = column_letters(len(columns))
        first = model.block.first
        area = f"A{model.heading_row}:{last}{first}"
        for name, words in (
            ("cols", f"<{prefix}cols>{cols}</{prefix}cols>"),
            ("sheetData", self._rows(rows, columns, model, prefix)),
            ("autoFilter", f'<{prefix}autoFilter ref="{area}"/>'),
        ):
            splice.insert(worksheet_position(root, name), words.encode())
        rules = [
            # 下の一行まで指すと、書いたブックでは一つの範囲になる。
            _rule(f"{ref_of(first, at)}:{ref_of(first + 1, at)}", _listing(one.options))
            for at, one in enumerate(columns, 1)
            if _listing(one.options)
        ]
        if rules:
            splice.insert(worksheet_position(root, "dataValidations"), _rules(rules).encode())
        number = len(self._sheets) + len(self._added) + 1
        while (part := f"xl/worksheets/sheet{number}.xml") in self._parts:
            number += 1
        self._parts[part] = splice.result()
        self._added.append((OWN_SHEETS[rows], part, model.heading_row))

    def _freeze(
        self, splice: Splice, views: Node, columns: Sequence[_Column], model: TableLayout
    ) -> None:
        """見出しの行と、どの行かを言う列を、動かないようにする。"""
        shown = next(
            (at for at, one in enumerate(columns, 1) if one.like not in (_SHOWN, _LONG, _KEY.like)),
            2,
        )
        for pane in (node for node in views.walk() if node.local == "pane"):
            corner = ref_of(model.heading_row + 1, shown)
            splice.retag(pane, xSplit=str(shown - 1), topLeftCell=corner)

    def _rows(self, rows: str, columns: Sequence[_Column], model: TableLayout, prefix: str) -> str:
        root = self._package.tree(self._sheets[model.sheet])[1]
        sheet_data = root.find("sheetData")
        kept = {int(one.attrs["r"]): one for one in sheet_data.children} if sheet_data else {}
        mark = next(
            one.cell for one in self._bound(model).cells if one.expression.path == MARK_PATH
        )
        above = [
            one
            for one in self._bound(model).sheet.cells
            if one.first_row < model.heading_row and one.ref != mark.ref
        ]
        words = (OWN_SHEETS[rows], _NOTES[rows].format(terms=self._plan.words))
        cells: dict[int, list[str]] = {mark.first_row: [self._copied(model, mark.ref, mark.text)]}
        for text, cell in zip(words, above, strict=False):
            ref = ref_of(cell.first_row, 2)
            style = self._style_at(model.sheet, cell.ref)
            cells.setdefault(cell.first_row, []).append(self._cell(ref, style, text))
        heading = self._style_at(
            model.sheet, ref_of(model.heading_row, self._column(model, KEY_PATH))
        )
        cells[model.heading_row] = [
            self._cell(ref_of(model.heading_row, at), heading, one.heading)
            for at, one in enumerate(columns, 1)
        ]
        first, last = model.block.first, len(columns)
        cells[first] = [
            self._cell(
                ref_of(first, at),
                self._style(one.like),
                (f"{{% for row in {rows} %}}" if at == 1 else "")
                + f"{{{{ {one.path} }}}}"
                + ("{% endfor %}" if at == last else ""),
            )
            for at, one in enumerate(columns, 1)
        ]
        lines = []
        for number in sorted(cells):
            node = kept.get(number)
            attrs = {
                k: v for k, v in (node.attrs if node else {}).items() if k not in ("r", "spans")
            }
            written = "".join(
                f' {name}="{attribute_value(value)}"' for name, value in attrs.items()
            )
            lines.append(
                f'<{prefix}row r="{number}"{written}>{"".join(cells[number])}</{prefix}row>'
            )
        return f"<{prefix}sheetData>{''.join(lines)}</{prefix}sheetData>"

    def _columns(self, rows: str) -> Iterator[_Column]:
        labels = self._plan.words
        if rows == WORDS:
            yield _Column("何のことばか", "row.name", _LONG, 40)
            yield _Column("初めのことば", "row.shipped", _LONG, 34)
            yield _Column("この計画のことば", "row.own", ("years", "row.year.plan"), 40)
            return
        if rows == STEPS:
            yield _Column("欄", "row.fields", _LONG, 24)
            yield _Column("評価", "row.grade", _SHOWN, _NARROW)
            yield _Column("評価の意味", "row.meaning", _LONG, 60)
            yield _Column(_COUNTS_HEADING, "row.counts", _PICKED, _NARROW, _COUNTS_OPTIONS)
            return
        yield _Column("番号", "row.label", _SHOWN, 8)
        yield _Column(labels["title"], "row.title", _LONG, 28)
        yield _Column(labels["owners"], "row.owners", _LONG, 18)
        if rows == YEAR_VALUES:
            yield _Column("年度", "row.fiscal_year", _SHOWN, _NARROW)
            for name, width in (("text", 40), ("grade", 8)):
                key = f"years.result.{name}"
                if self._plan.has(key):
                    yield _Column(labels[key], f"row.{name}", _LONG, width)
        for one in self._plan.field_table.values():
            if one.is_declared and one.per_year is (rows == YEAR_VALUES):
                like, width = _LIKE[one.kind]
                yield _Column(one.label, f"row.{one.name}", like, width, one.options)
        if rows == YEAR_VALUES:
            reason = next(one for one in LISTS["results"] if one.path == "row.reason")
            yield _Column(reason.label, reason.path, ("years", "row.year.plan"), 34)

    # 書式と文字

    def _bound(self, table: TableLayout) -> BoundSheet:
        return next(one for one in self._drawn.blueprint.sheets if one.sheet.name == table.sheet)

    def _column(self, table: TableLayout, path: str) -> int:
        return next((one.column for one in table.columns if one.path == path), 1)

    def _style(self, like: tuple[str, str]) -> str | None:
        """写すセルの書式。その列のないテンプレートでは、手本の表の、同じ種類の列。"""
        for rows, path in (like, ("years", "row.year.plan"), ("years", "row.label")):
            table = self._tables.get(rows)
            for one in table.columns if table else ():
                if table and one.path == path:
                    return self._style_at(table.sheet, ref_of(table.block.first, one.column))
        return None

    def _style_at(self, sheet: str, ref: str) -> str | None:
        root = self._package.tree(self._sheets[sheet])[1]
        for node in root.walk():
            if node.local == "c" and node.attrs.get("r") == ref:
                return node.attrs.get("s")
        return None

    def _copied(self, table: TableLayout, ref: str, text: str) -> str:
        return self._cell(ref, self._style_at(table.sheet, ref), text)

    def _cell(self, ref: str, style: str | None, text: str | None) -> str:
        shown = f' s="{style}"' if style else ""
        if text is None:
            return f'<c r="{ref}"{shown}/>'
        self._strings.append(text)
        number = self._first_string + len(self._strings) - 1
        return f'<c r="{ref}"{shown} t="s"><v>{number}</v></c>'

    # まとめ

    def result(self) -> Package:
        """合わせたテンプレート。"""
        parts = self._parts
        for sheet, splice in self._splices.items():
            parts[self._sheets[sheet]] = splice.result()
        self._write_strings()
        if self._added or self._wording.tabs:
            self._register()
        digest = hashlib.sha256(self._package.fingerprint.encode())
        for name in sorted(parts):
            if parts[name] != self._package.parts.get(name):
                digest.update(parts[name])
        return Package(self._package.file, parts, digest.hexdigest()[:8])

    def _write_strings(self) -> None:
        data, root = self._package.tree(self._strings_part)
        prefix = root.prefix
        words = "".join(
            f'<{prefix}si><{prefix}t xml:space="preserve">{cell_text(one)}</{prefix}t></{prefix}si>'
            for one in self._strings
        )
        splice = Splice(data)
        items = root.all("si")
        splice.insert(items[-1].end if items else root.close_start, words.encode())
        splice.retag(root, count=None, uniqueCount=None)
        self._parts[self._strings_part] = splice.result()

    def _register(self) -> None:
        """作ったシートを、ブックの目次と関係と種類に加える。"""
        main = self._package.main_part()
        data, root = self._package.tree(main)
        sheets = root.find("sheets")
        assert sheets is not None
        ids = [int(one.attrs["sheetId"]) for one in sheets.children]
        sample = sheets.children[0]
        rid_name = next(name for name in sample.attrs if name.endswith(":id"))
        entries, relations, kinds = [], [], []
        for at, (name, part, _) in enumerate(self._added, 1):
            changes: dict[str, str | None] = {
                "name": name, "sheetId": str(max(ids) + at), "state": None, rid_name: f"rIdOwn{at}",
            }  # fmt: skip
            tag = sample.open_tag(**changes).decode()
            entries.append(tag if sample.is_empty_tag else f"{tag}</{sample.qname}>")
            relations.append(
                f'<Relationship Id="rIdOwn{at}" Type="{OFFICE}/worksheet" Target="/{part}"/>'
            )
            kinds.append(f'<Override PartName="/{part}" ContentType="{_SHEET_TYPE}"/>')
        splice, tabs = Splice(data), self._wording.tabs
        for node in sheets.children:
            if node.attrs["name"] in tabs:
                splice.retag(node, name=tabs[node.attrs["name"]])
        splice.insert(sheets.close_start, "".join(entries).encode())
        names = root.find("definedNames")
        for node in names.children if names is not None else ():
            if (text := renamed(node.text, tabs)) != node.text:
                splice.fill(node, cell_text(text).encode())
        titles = "".join(
            f'<{root.prefix}definedName name="_xlnm.Print_Titles" localSheetId="{at}">'
            f"'{name}'!${row}:${row}</{root.prefix}definedName>"
            for at, (name, _, row) in enumerate(self._added, len(sheets.children))
        )
        if names is not None:
            splice.insert(names.close_start, titles.encode())
        self._parts[main] = splice.result()
        self._append(relationships_name(main), relations)
        self._append(CONTENT_TYPES, kinds)

    def _append(self, part: str, words: Iterable[str]) -> None:
        data, root = self._package.tree(part)
        splice = Splice(data)
        splice.insert(root.close_start, "".join(words).encode())
        self._parts[part] = splice.result()


_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def _hide(splice: Splice, root: Node, columns: set[int]) -> None:
    """列を隠す。幅の決まりが何列かにわたっていれば、列ごとに分ける。"""
    cols = root.find("cols")
    if cols is None:
        tags = [
            f'<{root.prefix}col min="{one}" max="{one}" hidden="1"/>' for one in sorted(columns)
        ]
        words = f"<{root.prefix}cols>{''.join(tags)}</{root.prefix}cols>"
        splice.insert(worksheet_position(root, "cols"), words.encode())
        return
    for node in cols.children:
        first, last = int(node.attrs["min"]), int(node.attrs["max"])
        inside = [one for one in range(first, last + 1) if one in columns]
        if not inside:
            continue
        tags = [
            node.open_tag(
                min=str(one),
                max=str(one),
                hidden="1" if one in columns else node.attrs.get("hidden"),
            ).decode()
            for one in range(first, last + 1)
        ]
        splice.replace(node.start, node.end, "".join(tags).encode())


def _widen(splice: Splice, root: Node, column: int) -> None:
    """足した列の幅を決め、フィルターの範囲に入れる。"""
    cols = root.find("cols")
    if cols is not None:
        tag = f'<{root.prefix}col min="{column}" max="{column}" width="{_NARROW}" customWidth="1"/>'
        splice.insert(cols.close_start, tag.encode())
    filtered = root.find("autoFilter")
    if filtered is not None:
        first, _, last = filtered.attrs["ref"].partition(":")
        row, _ = split_ref(last)
        splice.retag(filtered, ref=f"{first}:{ref_of(row, column)}")


def _rule(ref: str, formula: str | None) -> str:
    return (
        f'<dataValidation sqref="{ref}" type="list" allowBlank="1" showDropDown="0" '
        f'showInputMessage="0" showErrorMessage="0"><formula1>{cell_text(formula or "")}'
        "</formula1></dataValidation>"
    )


def _rules(rules: Sequence[str]) -> str:
    return f'<dataValidations count="{len(rules)}">{"".join(rules)}</dataValidations>'


def _add_rules(splice: Splice, root: Node, rules: Sequence[str]) -> None:
    held = root.find("dataValidations")
    if held is None:
        splice.insert(worksheet_position(root, "dataValidations"), _rules(rules).encode())
        return
    splice.retag(held, count=str(len(held.children) + len(rules)))
    splice.insert(held.close_start, "".join(rules).encode())


def is_gone(plan: Plan, rows: str) -> bool:
    """表の欄がどれも、この計画にないか。"""
    if rows in OWN_TABLES or rows not in LISTS:
        return False
    keyed = [one for one in LISTS[rows] if key_of_column(rows, one.path)]
    kept = {one.path for one in lists_of(plan)[rows]}
    return bool(keyed) and not any(one.path in kept for one in keyed)
