"""一冊のブックから様式を見分け、その欄を見つける。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sheetgen.collect.answers import CollectScope, Issues, Matched, MatchedForm
from sheetgen.collect.matching.chart import Chart, is_blank, key_of, same
from sheetgen.collect.matching.field_cells import FieldFinder, SheetNames, names_by_sheet
from sheetgen.collect.matching.identity import Claim, Identifier, Identity, carriers_of, registered
from sheetgen.collect.matching.locating import Whereabouts, locate
from sheetgen.collect.matching.remarks import report_hidden, report_remarks, report_strays
from sheetgen.form.issued import IssuedForm
from sheetgen.messages.matching import ON_SHEETS
from sheetgen.messages.quoting import in_short
from sheetgen.problems import Place, Problem
from sheetgen.reading.book import RawBook, RawSheet
from sheetgen.records.edits import CARRIER_NAME, parse_edit_carrier

TITLE_PATH = "item.title"


def renumbered(
    scope: CollectScope, chart: Chart, form: IssuedForm, sheet: RawSheet, file: str
) -> Problem | None:
    """印刷した実施項目の名が、今のその番号のものと違うことを尋ねる。

    番号は年次見直しで付け直される。今その番号だからといって、別の実施項目の答えにしてはならない。
    課が自分で書き換えた名や、配ったあとに事務局の改めた名なら尋ねないが、それが別の実施項目の名なら
    尋ねる。
    """
    spot = next((one for one in chart.bound if one.cell.path == TITLE_PATH), None)
    known = scope.items.get(form.item_id)
    if spot is None or known is None:
        return None
    now, issued = known.title, form.values.get(spot.ref)
    here = sheet.cells.get(spot.ref)
    written = here.value if here is not None and isinstance(here.value, str) else issued
    key = key_of(now)
    if issued in known.former and not any(
        _of_other(scope, one, key) for one in (issued, written) if one != now
    ):
        return None
    if written == issued == now or (key_of(issued) == key and not _of_other(scope, written, key)):
        return None
    shown = issued if key_of(issued) != key else written
    facts = {"code": "R128", "item": form.item_id, "old": shown, "now": now}
    return Problem("R128", Place(file=file, sheet=sheet.name, item=form.item_id), facts)


def _of_other(scope: CollectScope, written: object, own: str | None) -> bool:
    key = key_of(written) if isinstance(written, str) else None
    return key != own and any(key_of(one.title) == key for one in scope.items.values())


_OF_THE_BOOK = {
    "R101": "found",
    "R102": "found",
    "R103": "item",
    "R104": "item",
    "R107": "version",
}
"""ブックごと取り違えると、どのシートにも出る断りと、シートの名を添える事実。"""
_MOST_SHEETS = 20


def merge_refusals(problems: Iterable[Problem]) -> list[Problem]:
    """同じわけで断ったシートを、一つの問題にまとめ、シートの名を挙げる。

    シートが一枚だけなら、問題の場所はそのシートのまま。
    """
    groups: dict[object, list[Problem]] = {}
    for number, one in enumerate(problems):
        why = (one.code, one.facts.get("found"), one.facts.get("version"))
        groups.setdefault(why if one.code in _OF_THE_BOOK else number, []).append(one)
    return [_as_one(group) for group in groups.values()]


def _as_one(group: Sequence[Problem]) -> Problem:
    first = group[0]
    if len(group) == 1:
        return first
    name = _OF_THE_BOOK[first.code]
    found = in_short(list(dict.fromkeys(one.facts[name] for one in group)), 1, "枚")
    sheets = in_short([one.place.sheet for one in group], _MOST_SHEETS, "枚")
    facts = {**first.facts, name: ON_SHEETS.format(found=found, sheets=sheets)}
    return replace(first, place=replace(first.place, sheet=None), facts=facts)


def match_book(book: RawBook, file: str, original: str, scope: CollectScope) -> Matched:
    """ブックの中の様式と、その欄。``file`` は人に見せる名、``original`` は原本の sha256。

    読んだときに気付いたこと（``book.problems``）は、ここでは繰り返さない。
    """
    carriers = [(sheet, carriers_of(sheet)) for sheet in book.sheets]
    if not any(claims for _, claims in carriers) and any(map(_is_edited, book.sheets)):
        return Matched((), (Problem("R146", Place(file=file)),))
    lists = [(sheet, claims) for sheet, claims in carriers if _is_list(sheet, claims, scope.issues)]
    identifier = Identifier(scope, file, registered(lists), book.properties.get("keywords", ""))
    names = names_by_sheet(book.names)
    forms: list[MatchedForm] = []
    problems: list[Problem] = []
    others: list[RawSheet] = []
    own: set[str] = set()
    # 目印のあるシートから見ると、配った一覧のシートの名が先に分かる。
    for sheet, claims in sorted(carriers, key=lambda one: not one[1]):
        if any(sheet is one for one, _ in lists) or (sheet.name in own and not claims):
            continue
        found = identifier.identify(sheet, claims)
        if isinstance(found, Identity):
            own.update(found.issue.layout.others)
            here = names.get(sheet.name.casefold(), SheetNames())
            form = _match_form(found, sheet, here, file, original)
            doubts = [
                doubt
                for doubt in (
                    renumbered(scope, found.chart, found.form, sheet, file),
                    _on_other_tab(found, sheet, file),
                )
                if doubt
            ]
            forms.append(replace(form, problems=(*form.problems, *doubts)) if doubts else form)
        elif found is None:
            others.append(sheet)
        else:
            problems += found
    problems = merge_refusals(problems)
    if not forms and not problems:
        problems.append(Problem("R118", Place(file=file)))
    elif forms and not any(one.cells for one in names.values()):
        problems.append(Problem("R127", Place(file=file)))
    for sheet in others:
        # よそのブックなら、配ったシートの名は分からない。
        if sheet.name not in own and (forms or sheet.hidden or not problems):
            problems += _alien(sheet, file)
    problems += _repeated(forms, file)
    return Matched(tuple(forms), tuple(problems))


def _is_edited(sheet: RawSheet) -> bool:
    """計画の編集ブックのシートか。"""
    texts = (cell.value for cell in sheet.cells.values() if isinstance(cell.value, str))
    return any(CARRIER_NAME in text and parse_edit_carrier(text) for text in texts)


def _is_list(sheet: RawSheet, claims: list[Claim], issues: Issues) -> bool:
    """隠したシートの一覧か。様式の目印は、様式には一つだけある。"""
    forms = {claim.form for claim in claims}
    if not claims or len(sheet.cells) > _LIST_CELLS * len(forms):
        return False  # 二つの様式を貼り合わせたシートにも、二つの目印がある。
    if len(forms) > 1:
        return True
    # 様式が一枚のブックの一覧。隠したシートを見えるようにするプログラムもある。
    issue = issues.by_key(claims[0].fields.get("issue", ""))
    return sheet.hidden or (issue is not None and sheet.name in issue.layout.others)


_LIST_CELLS = 20
"""一覧の、様式一つあたりのセルの数の上限。様式なら、もっと多くのセルがある。"""


def _match_form(
    found: Identity, sheet: RawSheet, names: SheetNames, file: str, original: str
) -> MatchedForm:
    form, chart = found.form, found.chart
    problems = list(found.problems)

    def report(code: str, ref: str | None, label: str | None, **facts: object) -> None:
        place = Place(file, sheet.name, ref, None, label, form.item_id)
        problems.append(Problem(code, place, {"code": code, "item": form.item_id, **facts}))

    if names.cells and found.as_issued and _is_untouched(chart, form, sheet):
        where = Whereabouts()
        findings = FieldFinder(chart, form, sheet, names, where, report).find_untouched()
    else:
        where = locate(chart, form, sheet, as_issued=found.as_issued, named=bool(names.cells))
        findings = FieldFinder(chart, form, sheet, names, where, report).find_all()
    if where.is_moved:
        report("R126", None, None, shift=where.describe())
    report_strays(chart, form, sheet, findings, report)
    report_remarks(chart, form, sheet, findings, report)
    report_hidden(sheet, findings, report)
    return MatchedForm(
        file=file,
        original=original,
        sheet=sheet.name,
        round=found.round,
        issued=form,
        found=findings.found,
        missing=tuple(findings.missing),
        locked=tuple(findings.locked),
        problems=tuple(problems),
    )


def _is_untouched(chart: Chart, form: IssuedForm, sheet: RawSheet) -> bool:
    """記入してもらう欄のほかは、どのセルも配ったときのままか。"""
    cells, values, opened = sheet.cells, form.values, form.opened
    return all(
        spot.cell.path in opened or same(values.get(spot.cell.ref), cells.get(spot.cell.ref))
        for spot in chart.bound
    )


def _on_other_tab(found: Identity, sheet: RawSheet, file: str) -> Problem | None:
    """ほかの実施項目か、一覧のために配ったシートにある様式。

    シートの中身を、部品の名の順に書き戻すプログラムがある。そこに書かれた答えは、シートの名を見て
    打った人にも、様式の見出しを見て打った人にも、正しいことがありうる。
    """
    name, item = sheet.name.casefold(), found.form.item_id
    own = found.form.sheet.casefold()
    tabs = {one.sheet.casefold(): one.item_id for one in found.issue.forms.values()}
    tabs |= {other.casefold(): "" for other in found.issue.layout.others}
    if name == own or name not in tabs or tabs[name] == item:
        return None
    facts = {"code": "R134", "item": item, "issued": found.form.sheet}
    return Problem("R134", Place(file=file, sheet=sheet.name, item=item), facts)


def _alien(sheet: RawSheet, file: str) -> list[Problem]:
    """配っていないシートについて知らせる。"""
    if not sheet.remarks and all(map(is_blank, sheet.cells.values())):
        return []
    return [Problem("R142" if sheet.hidden else "R140", Place(file=file, sheet=sheet.name))]


def _repeated(forms: list[MatchedForm], file: str) -> list[Problem]:
    """同じ様式が二枚あり、記入も同じことを知らせる。違うときは、取り込むときに決める。"""
    by_id: defaultdict[str, list[MatchedForm]] = defaultdict(list)
    for form in forms:
        by_id[form.issued.form_id].append(form)
    found = []
    for copies in by_id.values():
        contents = [
            {path: one.cell and one.cell.value for path, one in form.found.items()}
            for form in copies
        ]
        if len(copies) > 1 and all(content == contents[0] for content in contents[1:]):
            sheets = "、".join(f"「{form.sheet}」" for form in copies)
            place = Place(file=file, sheet=copies[1].sheet)
            found.append(Problem("R143", place, {"count": len(copies), "sheets": sheets}))
    return found
