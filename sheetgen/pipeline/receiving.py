"""回収の入口。読むプロセスを、何よりも先に動かす。"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetgen.model.job import Progress
from sheetgen.pipeline.reading import GuardedReader

if TYPE_CHECKING:
    from sheetgen.model.collect import CollectRequest, CollectResult


def collect(request: CollectRequest, progress: Progress | None = None) -> CollectResult:
    """戻ったブックを読み、点検し、確かな答えを計画のデータに入れる。

    ``progress`` is called with (files done, files in all, name).  What is wrong with a
    file or an answer is a problem in the result and stops nothing else.

    :raises SheetgenError: the master, the options or the place to write to is not sound,
        or another person holds the lock; nothing has been recorded then.
    """
    # ほかの部品を読み込み、計画のデータを読む間に、子はブックを読み進む。
    with GuardedReader() as reader:
        reading = reader.read(request.paths)
        from sheetgen.pipeline.collecting import gather

        return gather(request, reading, progress)
