"""一度の受け付けで使ってよい、残りの大きさと数。"""

from __future__ import annotations

from sheetgen.intake.limits import MAX_FILES, MAX_TOTAL_BYTES


class Budget:
    """残り。ZIP の中の ZIP まで、すべて一つの残りから引く。"""

    def __init__(self) -> None:
        self._bytes = MAX_TOTAL_BYTES
        self._members = MAX_FILES

    def holds(self, size: int) -> bool:
        """この大きさを、まだ受け取れるか。"""
        return size <= self._bytes

    def spend(self, size: int) -> None:
        """受け取った大きさを引く。"""
        self._bytes -= size

    def spend_members(self, count: int) -> bool:
        """開く ZIP の中の数を引く。足りなければ引かずに ``False``。"""
        if count > self._members:
            return False
        self._members -= count
        return True
