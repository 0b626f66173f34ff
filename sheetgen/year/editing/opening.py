"""編集ブックのファイルを、限りのある別のプロセスで読む。"""

from __future__ import annotations

from pathlib import Path

from sheetgen.messages.catalogue import is_error
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.reading.book import RawBook
from sheetgen.reading.delivery import Delivered
from sheetgen.reading.reader import GuardedReader


def read_book_file(path: Path) -> tuple[Delivered, RawBook, list[Problem]]:
    """一冊のブックと、届いたファイル、気付いたこと。

    :raises SheetgenError: 読めない。
    """
    with GuardedReader() as reader:
        reading = reader.read([path])
        files = list(reading.files)
    problems = [*reading.problems, *(problem for file in files for problem in file.problems)]
    books = [(one.delivered, one.book) for one in files if one.book is not None]
    if len(books) != 1 or books[0][1] is None:
        found = [one for one in problems if is_error(one)]
        raise SheetgenError(found or Problem("E066", Place(file=str(path)), {"count": len(books)}))
    return books[0][0], books[0][1], problems
