"""一つのテンプレート：部品と、どこに何があるか。一度の実行では、一度だけ読む。"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sheetgen.messages.catalogue import is_error
from sheetgen.plan.plan import Plan
from sheetgen.problems import SheetgenError

if TYPE_CHECKING:
    from sheetgen.form.blueprint import Blueprint
    from sheetgen.xlsx.package import Package
    from sheetgen.xlsx.template import TemplateBook


class FormTemplate:
    """テンプレート。回収では要らないことが多いので、使われたときに読み、読む部品も読み込む。

    様式を作る者も、文書のページを作る者も、これを受け取る。
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._drawn: tuple[Plan, Blueprint] | None = None

    @cached_property
    def package(self) -> Package:
        """部品。

        :raises SheetgenError: 読めるテンプレートではない（T001-T008）。
        """
        from sheetgen.xlsx.package import read_package

        return read_package(self.path, str(self.path))

    @cached_property
    def book(self) -> TemplateBook:
        """どこに何があるか。

        :raises SheetgenError: :attr:`package` と同じ。
        """
        from sheetgen.xlsx.template import read_template

        return read_template(self.package)

    def package_of(self, plan: Plan) -> Package:
        """年度の行を、この計画の年数に合わせた部品。

        :raises SheetgenError: :attr:`package` と同じ。
        """
        from sheetgen.form.year_rows import with_years

        return with_years(self.package, len(plan.fiscal_years))

    def blueprint(self, plan: Plan) -> Blueprint:
        """この計画の様式として、どのセルに何が入るか。

        :raises SheetgenError: テンプレートが使えない。
        """
        if self._drawn is None or self._drawn[0] is not plan:
            from sheetgen.form.blueprint import draw_blueprint
            from sheetgen.xlsx.template import read_template

            self._drawn = plan, draw_blueprint(read_template(self.package_of(plan)), plan)
        drawn = self._drawn[1]
        if any(is_error(problem) for problem in drawn.problems):
            raise SheetgenError(drawn.problems)
        return drawn
