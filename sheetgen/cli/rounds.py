"""照会の名の書き方。"""

from __future__ import annotations

from sheetgen.model.round import RoundKind

ROUND_WORDS = {
    **{kind.value: kind for kind in RoundKind},
    **{kind.label: kind for kind in RoundKind},
}
