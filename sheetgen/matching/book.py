"""一冊のブックから様式を見分け、その欄を見つける。"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from sheetgen.matching.chart import Chart
from sheetgen.matching.claims import Claim, carriers_of, registered
from sheetgen.matching.content import is_blank, same
from sheetgen.matching.fields import FieldFinder
from sheetgen.matching.identity import Identifier, Identity
from sheetgen.matching.locating import Whereabouts, locate
from sheetgen.matching.names import SheetNames, names_by_sheet
from sheetgen.matching.refusals import merge_refusals
from sheetgen.matching.remarks import report_hidden, report_remarks, report_strays
from sheetgen.matching.titles import renumbered
from sheetgen.model.answers import MatchedForm
from sheetgen.model.asked import CollectScope, Issues, Matched
from sheetgen.model.issued import IssuedForm
from sheetgen.model.returned import RawBook, RawSheet
from sheetgen.problems import Place, Problem


def match_book(book: RawBook, file: str, original: str, scope: CollectScope) -> Matched:
    """ブックの中の様式と、その欄。``file`` は人に見せる名、``original`` は原本の sha256。

    読んだときに気付いたこと（``book.problems``）は、ここでは繰り返さない。
    """
    carriers = [(sheet, carriers_of(sheet)) for sheet in book.sheets]
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
            doubt = renumbered(scope, found.chart, found.form, sheet, file)
            forms.append(replace(form, problems=(*form.problems, doubt)) if doubt else form)
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
    report_remarks(chart, sheet, findings, report)
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
