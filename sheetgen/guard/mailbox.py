"""子から届いた答えを、受け取られるまで預かる。"""

from __future__ import annotations

from collections import deque
from threading import Condition

HELD_BYTES = 64 << 20
"""預かる答えの大きさの合計。これを超えると、受け取られるまで子を待たせる。"""


class Closed(Exception):  # noqa: N818 - 誤りではなく、終わり
    """もう何も届かない。"""


class Mailbox:
    """一方が入れ、一方が取り出す。どちらの端からも閉じられる。"""

    def __init__(self) -> None:
        self._changed = Condition()
        self._items: deque[bytes] = deque()
        self._held = 0
        self._closed = False

    def put(self, item: bytes) -> bool:
        """入れる。場所が空くまで待つ。閉じられていれば ``False``。"""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._held < HELD_BYTES)
            if self._closed:
                return False
            self._items.append(item)
            self._held += len(item)
            self._changed.notify_all()
            return True

    def get(self, seconds: float) -> bytes:
        """取り出す。届くまで待つ。

        :raises TimeoutError: 時間のうちに届かない。
        :raises Closed: もう届かない。
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._items or self._closed, seconds):
                raise TimeoutError
            if not self._items:
                raise Closed
            item = self._items.popleft()
            self._held -= len(item)
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """閉じる。届いている分は、まだ取り出せる。"""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
