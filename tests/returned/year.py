"""一年の回収：28の課が、それぞれの道具と、それぞれのまちがいで返す。

どの課がどう間違えるかは表にする。一度目にはそのすべてが、二度目には直した差戻しのブックと
遅れたものが届く。
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl.comments import Comment

from returned import clients
from returned.clients import Job
from returned.desk import Desk, jobs
from returned.libreoffice import LibreOffice
from returned.post import Post
from returned.quick import quickly
from returned.sections import EFFECT, GRADE, RESULT_PATHS, TEXT, VALUE, Form, long_text
from returned.zips import write_cp932

LONG = long_text(400)
# 正しく読める書き方（聞かない）
HARMLESS: dict[str, Mapping[str, Any]] = {
    "01-01": {VALUE: "３件"},
    "08-07": {EFFECT: "６,６００千円"},
    "08-06": {VALUE: "33ha"},
    "05-07": {VALUE: "6 件"},
    "08-03": {EFFECT: "１０００万円"},
}
READ_AS: dict[str, Mapping[str, Any]] = {
    "01-01": {VALUE: 3},
    "08-07": {EFFECT: 6600},
    "08-06": {VALUE: 33},
    "05-07": {VALUE: 6},
    "08-03": {EFFECT: 10000},
}
# 聞かれ、課が直すまちがい。``...`` は、計画の文を写したもの。
TO_CORRECT: dict[str, tuple[Mapping[str, Any], str]] = {
    "01-02": ({TEXT: ...}, "R330"),
    "03-01": ({GRADE: None}, "R302"),
    "08-08": ({EFFECT: 6_912_000}, "R320"),
    "06-01": ({EFFECT: "4,3OO"}, "R218"),
    "08-12": ({TEXT: "別紙のとおり"}, "R332"),
    "08-10": ({VALUE: "なし"}, "R215"),
    "03-04": ({GRADE: "Ｓ"}, "R224"),
    "09-02": ({TEXT: None}, "R301"),
}
# 聞かれ、事務局が確かめて通すもの。
TO_WAIVE: dict[str, tuple[Mapping[str, Any], str]] = {
    "06-05": ({TEXT: LONG}, "R337"),
    "04-03": ({GRADE: "Ａ（ただし一部は令和６年度に継続）"}, "R223"),
    "02-07": ({}, "R145"),  # 取組実績の欄にコメントが付いている
}
WAIVED_AS: dict[str, Mapping[str, Any]] = {"06-05": {TEXT: LONG}, "04-03": {GRADE: "A"}}
TWO_VERSIONS = "08-01"  # 総務部 収納課
NEWER = "0206_収納課_差替.xlsx"
BY_PROGRAM = {
    "企画部 デジタル推進課": "exceljs",
    "土木部 下水道経営課": "sheetjs",
    "企画部 財政課": "gnumeric",
    "企画部 経営企画課": "LibreOffice",
    "経済環境部 環境対策課": ".ods",
    "総務部 市民税課": ".xls",
}
LATE = {"経済環境部 農業振興課", "総務部 文書法制課", "総務部 財産管理課", "市民生活部 戸籍住民課"}
PASTED = "総務部 契約検査課"
ZIPPED = "市民生活部 市民協働課"
RESHAPED = "経済環境部 清掃リサイクル課"
PROPOSER = "03-03"  # 総務部 職員課


@dataclass(slots=True)
class Sections:
    """28の課。``forms`` はまちがいのない答え。"""

    desk: Desk
    forms: Mapping[str, Form]
    office: LibreOffice

    def expected(self) -> dict[str, dict[str, Any]]:
        """すべて片付いたとき、計画のデータが持つはずの値。"""
        found = {item: dict(form.answers) for item, form in self.forms.items()}
        for item, values in [*READ_AS.items(), *WAIVED_AS.items()]:
            found[item] |= values
        return found

    def items_of(self, *addressees: str) -> set[str]:
        """課の実施項目。"""
        return {form.item for form in self.forms.values() if form.addressee in addressees}

    def first_delivery(self, folder: Path) -> None:
        """はじめに届くもの。"""
        written = [self._as_written(form) for form in self.forms.values()]
        work = {
            addressee: job
            for job in jobs(self.desk, written, folder)
            for addressee in {form.addressee for form in written}
            if f"_{addressee}_" in job.source.name
        }
        done = {*BY_PROGRAM, *LATE}
        quickly([job for addressee, job in work.items() if addressee not in done])
        for addressee, program in BY_PROGRAM.items():
            self._by_program(program, work[addressee])
        self._spoil(folder, work)

    def _as_written(self, form: Form) -> Form:
        changes = dict(HARMLESS.get(form.item, {}))
        for table in (TO_CORRECT, TO_WAIVE):
            changes |= table.get(form.item, ({}, ""))[0]
        if changes.get(TEXT) is ...:
            changes[TEXT] = self.desk.items()[form.item]["years"][0]["plan"]
        return Form(form.item, form.sheet, form.addressee, {**form.answers, **changes})

    def _by_program(self, program: str, job: Job) -> None:
        if program.startswith("."):
            clients.by_libreoffice(
                self.office, [Job(job.source, job.answers, job.target.with_suffix(program))]
            )
        elif program == "LibreOffice":
            clients.by_libreoffice(self.office, [job])
        elif program == "gnumeric":
            clients.by_gnumeric([job])
        else:
            clients.by_node(program, [job])

    def _spoil(self, folder: Path, work: Mapping[str, Job]) -> None:
        """形のまちがい：名、入れ物、シート。"""
        late = {addressee: work[addressee].target for addressee in LATE}
        late["総務部 文書法制課"].with_suffix(".pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\n")
        locked = work["総務部 財産管理課"]
        self.office.work(
            locked.source, clients.typed_in(locked.answers), (locked.target, "himitsu")
        )
        untouched = work["市民生活部 戸籍住民課"]
        untouched.target.write_bytes(untouched.source.read_bytes())
        clients.as_plain([work[PASTED]], 1, 1)

        books = {name: work[name].target for name in (ZIPPED, "土木部 土木管理課")}
        zipped = books[ZIPPED]
        write_cp932(
            folder / "市民協働課_回答一式.zip", {f"回答/{zipped.name}": zipped.read_bytes()}
        )
        zipped.unlink()
        for addressee, name in {
            "企画部 公共施設マネジメント課": "0104_実績照会 (1).xlsx",
            "土木部 土木管理課": "コピー ～ 土木管理課.xlsx",
            "教育部 図書館･子ども科学館": unicodedata.normalize("NFD", "図書館_ガイド（パ）.xlsx"),
        }.items():
            work[addressee].target.rename(folder / name)

        self._reshape(folder, work[RESHAPED])
        newer = Post(self.desk, self.forms, folder)
        old = work["総務部 収納課"].target.rename(folder / "0206_収納課.xlsx")
        assert old.exists()
        newer.send(TWO_VERSIONS, name=NEWER)
        with clients.edited(old) as book:
            book[newer.sheets[TWO_VERSIONS]][newer.cell(VALUE)].value = 95.5
        with clients.edited(work["総務部 職員課"].target) as book:
            cell = book[newer.sheets[PROPOSER]]["B4"]
            cell.value = f"{cell.value}\n● 研修の受講を必須とする。"
        with clients.edited(work["消防本部 消防総務課"].target) as book:
            remark = Comment("整備費は精査中のため、変わることがあります。", "課")
            book[newer.sheets["02-07"]][newer.cell(TEXT)].comment = remark
        with clients.edited(work["教育部 学校教育課"].target) as book:
            book.create_sheet("課内メモ", 0)["A1"] = "提出前に課長の確認を受けること"
            book[newer.sheets["02-06"]].title = "給食（回答）"

    def _reshape(self, folder: Path, job: Job) -> None:
        """一枚には行を挿し、もう一枚は新しいブックに移して別に送る。"""
        both = sorted(self.items_of(RESHAPED))
        sheets = [self.forms[item].sheet for item in both]
        self.office.work(job.target, [("to_new_book", sheets[1])], folder / "清掃_様式その２.xlsx")
        self.office.work(
            job.target,
            [("insert_rows", sheets[0], 4, 1), ("to_new_book", sheets[0])],
            folder / "清掃_様式その１.xlsx",
        )
        job.target.unlink()

    def second_delivery(self, folder: Path, returns: tuple[Path, ...]) -> None:
        """直して返された差戻しと、遅れて届いたもの。"""
        import openpyxl

        late = [form for form in self.forms.values() if form.addressee in LATE]
        quickly(jobs(self.desk, late, folder))
        sheets = {self.forms[item].sheet: item for item in TO_CORRECT}
        for book in returns:
            names = openpyxl.load_workbook(book, read_only=True).sheetnames
            answers = {
                name: self.desk.cells(
                    {path: self.forms[sheets[name]].answers[path] for path in RESULT_PATHS}
                )
                for name in names
                if name in sheets
            }
            if answers:
                quickly([Job(book, answers, folder / book.name)])
