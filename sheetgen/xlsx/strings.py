"""ブックの共有文字列（``sst``）。

セルに直に書いた文字（``inlineStr``）も規格にはあるが、読まないプログラムがある。文字はすべてこの
部品に置き、セルには番号を書く。``count`` と ``uniqueCount`` がないと開かないプログラムもあるので、
どちらも数えて書く。出典: ECMA-376 Part 1, 18.4.9。
"""

from __future__ import annotations

from sheetgen.xlsx.markup import Node, Splice, cell_text
from sheetgen.xlsx.sheet_cells import plain_text

STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"></sst>'
)
"""文字が一つもないテンプレートの共有文字列。"""


class SharedStrings:
    """テンプレートの共有文字列。もう使わない Jinja の式を消す。番号は変えない。

    ``texts`` は、テンプレートの文字。
    """

    def __init__(self, data: bytes, root: Node) -> None:
        self.texts: list[str] = []
        splice = Splice(data)
        items = root.all("si")
        for node in items:
            text = plain_text(node)
            self.texts.append(text)
            if "{{" in text or "{%" in text:
                splice.fill(node, f"<{node.prefix}t/>".encode())
        bare = root.open_tag(count=None, uniqueCount=None).rstrip(b"/>")
        splice.replace(0, root.open_end)
        if not root.is_empty_tag:
            splice.replace(root.close_start, len(data))
        # 文字のあとに立ってよいのは、extLst だけである。
        end = items[-1].end if items else root.open_end
        splice.insert(end, _Added())
        before, after = _around(splice.pieces())
        self._opening = data[: root.start] + bare
        self._before, self._after = before, after + f"</{root.qname}>".encode()
        self._item = f"<{root.prefix}si><{root.prefix}t" + ' xml:space="preserve">'
        self._close = f"</{root.prefix}t></{root.prefix}si>"

    def new_book(self) -> StringTable:
        """新しいブックの共有文字列。"""
        return StringTable(self, len(self.texts))

    def written(self, count: int, added: list[str]) -> bytes:
        """``added`` を足した部品。``count`` は、番号の書かれたセルの数。"""
        close = self._close
        words = "".join([f"{self._item}{cell_text(text)}{close}" for text in added])
        numbers = f' count="{count}" uniqueCount="{len(self.texts) + len(added)}">'
        return b"".join(
            [self._opening, numbers.encode(), self._before, words.encode(), self._after]
        )


class StringTable:
    """一冊の共有文字列。同じ文字は一度だけ持つ。

    ``count`` は、番号の書かれたセルの数。テンプレートのままのセルは、書く側が足す。
    """

    def __init__(self, template: SharedStrings, first: int) -> None:
        self.count = 0
        self._template = template
        self._first = first
        self._known: dict[str, int] = {}

    def index(self, text: str) -> int:
        """セルに書く番号。"""
        self.count += 1
        known = self._known
        found = known.get(text)
        if found is None:
            found = known[text] = self._first + len(known)
        return found

    def result(self) -> bytes:
        """共有文字列の部品。"""
        return self._template.written(self.count, list(self._known))


class _Added:
    """足す文字の入る所。"""


def _around(pieces: list[object]) -> tuple[bytes, bytes]:
    """足す所の前と後ろ。"""
    place = next(at for at, one in enumerate(pieces) if isinstance(one, _Added))
    before, after = (
        b"".join(one for one in part if isinstance(one, bytes))
        for part in (pieces[:place], pieces[place + 1 :])
    )
    return before, after
