"""配ったときの実施項目が、今の計画の同じ番号の実施項目か。"""

from __future__ import annotations

from sheetgen.matching.chart import Chart
from sheetgen.matching.content import key_of
from sheetgen.model.asked import CollectScope
from sheetgen.model.issued import IssuedForm
from sheetgen.model.returned import RawSheet
from sheetgen.problems import Place, Problem

TITLE_PATH = "item.title"


def renumbered(
    scope: CollectScope, chart: Chart, form: IssuedForm, sheet: RawSheet, file: str
) -> Problem | None:
    """印刷した実施項目の名が、今のその番号のものと違うことを尋ねる。

    番号は年次見直しで付け直される。今その番号だからといって、別の実施項目の答えにしてはならない。
    課が自分で書き換えた名なら尋ねないが、それが別の実施項目の名なら尋ねる。
    """
    spot = next((one for one in chart.bound if one.cell.path == TITLE_PATH), None)
    known = scope.items.get(form.item_id)
    if spot is None or known is None:
        return None
    now, issued = known.title, form.values.get(spot.ref)
    here = sheet.cells.get(spot.ref)
    written = here.value if here is not None and isinstance(here.value, str) else issued
    key = key_of(now)
    if written == issued == now or (key_of(issued) == key and not _of_other(scope, written, key)):
        return None
    shown = issued if key_of(issued) != key else written
    facts = {"code": "R128", "item": form.item_id, "old": shown, "now": now}
    return Problem("R128", Place(file=file, sheet=sheet.name, item=form.item_id), facts)


def _of_other(scope: CollectScope, written: object, own: str | None) -> bool:
    key = key_of(written) if isinstance(written, str) else None
    return key != own and any(key_of(one.title) == key for one in scope.items.values())
