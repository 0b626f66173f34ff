"""進み具合の受け渡し。"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
