"""回収の入口。読むプロセスを、何よりも先に動かす。"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgen.progress import Progress
from sheetgen.reading.reader import GuardedReader

if TYPE_CHECKING:
    from sheetgen.collect.request import CollectRequest, CollectResult


def collect_returns(request: CollectRequest, progress: Progress | None = None) -> CollectResult:
    """戻ったブックを読み、点検し、確かな答えを計画のデータに入れる。

    ``progress`` は（終わったファイルの数、全部の数、名）を受け取る。
    あるファイルや答えがおかしくても、結果の中の問題になるだけで、ほかは止めない。

    :raises SheetgenError: 計画のデータ、指定か書き先が使えない、またはほかの人が錠を持っている。
        そのときは何も記録していない。
    """
    # ほかの部品を読み込み、計画のデータを読む間に、子はブックを読み進む。
    with GuardedReader() as reader:
        reading = reader.read(request.paths)
        from sheetgen.collect.collecting import gather

        return gather(request, reading, progress)
