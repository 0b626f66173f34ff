"""比べる計画を選ぶ：しまってあるものの名か、渡されたファイル。道をページから受け取ることはない。"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from flask import request

import sheetgen
from sheetgen.desk.desk import Desk
from sheetgen.desk.forms import written
from sheetgen.desk.uploads import Batch
from sheetgen.problems import Place, Problem, UsageError

UPLOADED = "upload"
"""しまってあるものでなく、渡されたファイルを選んだ印。"""


class ChosenPlans(AbstractContextManager["ChosenPlans"]):
    """ページで選ばれた計画のデータ。渡されたファイルは、使い終わると除く。"""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept = {one.file.name: one.file for one in sheetgen.kept_plans(desk.plan)}
        self._batches: list[Batch] = []

    def pick(self, name: str, label: str) -> Path | None:
        """欄 ``name`` で選ばれた計画。選んでいなければ ``None``。

        渡されたファイルは、欄 ``name_file`` にある。

        :raises UsageError: ファイルが渡されていない（I020）、しまった計画にない名（U002）。
        """
        chosen = written(name)
        if chosen is None:
            return None
        if chosen == UPLOADED:
            batch = self._desk.uploads.keep("plan", request.files.getlist(f"{name}_file"))
            if batch is None:
                self.discard()
                raise UsageError(Problem("I020", Place(label=f"{label}のファイル")))
            self._batches.append(batch)
            return batch.files / batch.names[0]
        if chosen not in self._kept:
            self.discard()
            facts = {"value": chosen, "choices": "しまってある計画"}
            raise UsageError(Problem("U002", Place(label=label), facts))
        return self._kept[chosen]

    def discard(self) -> None:
        """渡されたファイルを除く。"""
        for batch in self._batches:
            self._desk.uploads.discard(batch)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()
