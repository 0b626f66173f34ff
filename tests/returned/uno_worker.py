"""LibreOffice を一度だけ起こし、頼まれた仕事を一つずつ行う（UNO を持つ Python で動く）。

使い方: ``python3 uno_worker.py soffice プロファイル``

一行が一つの JSON で、``{"source", "steps", "saves"}`` を受け取り、``{"ok": true}`` か
``{"error": …}`` を返す。LibreOffice が死んだときは ``{"died": …}`` を返して終わる。一つの手順は、
人が画面で行うこと一つ。プロジェクトの環境の外で動くので、プロジェクトのものは何も読み込まない。
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import NamedValue, PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException
from com.sun.star.sheet import TableFilterField
from com.sun.star.sheet.FilterOperator import EQUAL
from com.sun.star.table import TableSortField
from com.sun.star.table.CellContentType import EMPTY

FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".ods": "calc8",
    ".xls": "MS Excel 97",
    ".csv": "Text - txt - csv (StarCalc)",
    ".pdf": "calc_pdf_Export",
}
START_SECONDS = 150


def option(name: str, value: Any) -> Any:
    """UNO の一つの指定。"""
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def connect(program: str, profile: str) -> tuple[Any, Any]:
    """soffice を起こし、つながるまで待つ。プロセスと、文書を開く窓口を返す。"""
    pipe = f"sheetgen{os.getpid()}"
    address = f"pipe,name={pipe};urp;"
    process = subprocess.Popen(
        [program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore",
         "--nologo", "--nodefault", f"--accept={address}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            context = resolver.resolve(f"uno:{address}StarOffice.ComponentContext")
            break
        except NoConnectException:
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                raise
            time.sleep(0.1)
    manager = context.ServiceManager
    return process, manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


class Session:
    """一つの文書を開いている間。"""

    def __init__(self, desktop: Any, source: str) -> None:
        self.desktop = desktop
        hidden = (option("Hidden", True),)
        self.book = desktop.loadComponentFromURL(
            Path(source).as_uri() if source else "private:factory/scalc", "_blank", 0, hidden
        )
        if self.book is None:
            raise OSError(f"LibreOffice が開かなかった: {source}")

    def sheet(self, name: str) -> Any:
        """名のシート。保護は外す（外して書き、外したまま返す人がいる）。"""
        found = self.book.Sheets.getByName(name)
        if found.isProtected():
            found.unprotect("")
        return found

    def set(self, sheet: str, cell: str, value: Any) -> None:
        """一つのセルに書く。文字は文字のまま、数は数。"""
        found = self.sheet(sheet).getCellRangeByName(cell)
        if isinstance(value, str):
            found.setString(value)
        elif value is None:
            found.Formula = ""
        else:
            found.setValue(value)

    def type(self, sheet: str, cell: str, words: str) -> None:
        """打ち込む。数や日付や式に見えれば、そうなる。"""
        self.sheet(sheet).getCellRangeByName(cell).setFormula(words)

    def insert_rows(self, sheet: str, row: int, count: int = 1) -> None:
        """``row`` 行目（1から）の上に行を挿す。"""
        self.sheet(sheet).Rows.insertByIndex(row - 1, count)

    def delete_rows(self, sheet: str, row: int, count: int = 1) -> None:
        """``row`` 行目（1から）から行を消す。"""
        self.sheet(sheet).Rows.removeByIndex(row - 1, count)

    def insert_columns(self, sheet: str, column: int, count: int = 1) -> None:
        """``column`` 列目（1から）の左に列を挿す。"""
        self.sheet(sheet).Columns.insertByIndex(column - 1, count)

    def rename(self, sheet: str, name: str) -> None:
        """シートの名を変える。"""
        self.unlock_book()
        self.sheet(sheet).Name = name

    def copy_sheet(self, sheet: str, name: str) -> None:
        """同じブックの中に、シートを写す。"""
        self.unlock_book()
        self.book.Sheets.copyByName(sheet, name, self.book.Sheets.Count)

    def to_new_book(self, sheet: str) -> None:
        """シートを新しいブックに写し、そのブックに持ち替える。"""
        new = self.desktop.loadComponentFromURL(
            "private:factory/scalc", "_blank", 0, (option("Hidden", True),)
        )
        new.Sheets.importSheet(self.book, sheet, 0)
        for name in new.Sheets.ElementNames[1:]:
            new.Sheets.removeByName(name)
        self.book.close(True)
        self.book = new

    def swap_rows(self, sheet: str, first: str, target: str) -> None:
        """セルの範囲を切り取り、``target`` を左上として貼る。"""
        page = self.sheet(sheet)
        page.moveRange(
            page.getCellRangeByName(target).CellAddress,
            page.getCellRangeByName(first).RangeAddress,
        )

    def sort(self, sheet: str, area: str, column: int) -> None:
        """範囲の行を、``column`` 番目（0から）の列の、大きい順に並べ替える。"""
        field = TableSortField()
        field.Field, field.IsAscending = column, False
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        options = (option("SortFields", fields), option("ContainsHeader", False))
        uno.invoke(self.sheet(sheet).getCellRangeByName(area), "sort", (options,))

    def filter(self, sheet: str, area: str, column: int, words: str) -> None:
        """見出しのある範囲を、``column`` 番目（0から）の列が ``words`` の行に絞り込む。"""
        found = self.sheet(sheet).getCellRangeByName(area)
        asked = found.createFilterDescriptor(True)
        asked.ContainsHeader = True
        field = TableFilterField()
        field.Field, field.Operator, field.StringValue = column, EQUAL, words
        asked.setFilterFields((field,))
        found.filter(asked)

    def hide_columns(self, sheet: str, column: int, count: int = 1) -> None:
        """``column`` 列目（1から）からの列を隠す。"""
        columns = self.sheet(sheet).Columns
        for at in range(column - 1, column - 1 + count):
            columns.getByIndex(at).IsVisible = False

    def remove_sheet(self, sheet: str) -> None:
        """シートを消す。"""
        self.unlock_book()
        self.book.Sheets.removeByName(sheet)

    def unlock_book(self) -> None:
        """ブックの構成の保護を外す。"""
        if self.book.isProtected():
            self.book.unprotect("")

    def read(self, sheet: str, cells: list[str]) -> dict[str, Any]:
        """セルの見た目の文字。"""
        page = self.book.Sheets.getByName(sheet)
        found = {cell: page.getCellRangeByName(cell) for cell in cells}
        return {c: one.String for c, one in found.items() if one.Type != EMPTY}

    def save(self, target: str, password: str | None = None) -> None:
        """別の名で保存する。形式は拡張子から。"""
        options = [option("FilterName", FILTERS[Path(target).suffix])]
        if password:
            # 形式によって、合い言葉の渡し方が違う。
            options.append(option("Password", password))
        if password and Path(target).suffix == ".xlsx":
            parts = [NamedValue("OOXPassword", password), NamedValue("CryptoType", "Standard")]
            words = uno.Any("[]com.sun.star.beans.NamedValue", tuple(parts))
            options.append(option("EncryptionData", words))
        self.book.storeToURL(Path(target).as_uri(), tuple(options))


def work(desktop: Any, job: dict[str, Any]) -> dict[str, Any]:
    """一つの仕事：開き、順に手を動かし、保存する。"""
    session = Session(desktop, job["source"])
    try:
        for name, *words in job["steps"]:
            getattr(session, name)(*words)
        for save in job["saves"]:
            session.save(*save)
        return {"ok": True}
    finally:
        session.book.close(True)


def is_alive(desktop: Any) -> bool:
    """LibreOffice がまだ答えるか。"""
    try:
        desktop.getCurrentFrame()
    except DisposedException:
        return False
    return True


def main() -> None:
    """標準入力が閉じるまで、仕事を受ける。"""
    process, desktop = connect(*sys.argv[1:3])
    try:
        for line in sys.stdin:
            try:
                answer = work(desktop, json.loads(line))
            except Exception:
                outcome = "error" if is_alive(desktop) else "died"
                answer = {outcome: traceback.format_exc()}
            print(json.dumps(answer, ensure_ascii=False), flush=True)
            if "died" in answer:
                break
    finally:
        try:
            desktop.terminate()
            process.wait(20)
        except Exception:
            process.kill()


if __name__ == "__main__":
    main()
