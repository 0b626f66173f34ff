"""ある様式が、ある欄について言うこと。"""

from __future__ import annotations

from dataclasses import dataclass

from sheetgen.model.answers import Answer, ReturnedForm
from sheetgen.model.filled import Value
from sheetgen.problems import Place


@dataclass(frozen=True, slots=True)
class Said:
    """一つの様式の、一つの欄の答え。"""

    form: ReturnedForm
    answer: Answer

    @property
    def value(self) -> Value:
        """戻ってきた値。"""
        return self.answer.value

    @property
    def base(self) -> Value:
        """配ったときに計画のデータにあった値。"""
        return self.form.issued.base.get(self.answer.path)

    @property
    def is_news(self) -> bool:
        """配ったときと違うことを言っているか。"""
        return self.value != self.base

    @property
    def source(self) -> str:
        """人に見せる、もとのファイル・シート・セル。"""
        return f"{self.form.file} シート「{self.form.sheet}」 セル {self.answer.ref}"

    @property
    def place(self) -> Place:
        """値のあった場所。"""
        return Place(
            file=self.form.file,
            sheet=self.form.sheet,
            cell=self.answer.ref,
            path=self.answer.path,
            label=self.answer.label,
            item=self.form.issued.item_id,
        )
