"""Open XML SDK の検査を移した openxml-audit に尋ねる。見送る指摘は、わけのあるものだけ。"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openxml_audit import FileFormat, OpenXmlValidator
from openxml_audit.errors import ValidationError


@dataclass(frozen=True, slots=True)
class Explained:
    """見送る指摘と、そのわけ。空の欄は何にでも当たる。"""

    reason: str
    description: str
    part: str = ""
    path: str = ""

    def covers(self, error: ValidationError) -> bool:
        """この指摘に当たるか。"""
        return (
            self.description in error.description
            and error.part_uri.endswith(self.part)
            and self.path in error.path
        )


EXPLAINED: tuple[Explained, ...] = (
    Explained(
        "t=inlineStr は 18.3.1.4 の認める書き方で、修復にならない。保存のとき書き換わるだけ。",
        "inline-string cell(s)",
    ),
    Explained(
        "テーマの部品は 12.3.10 のとおり、なくてもよい。",
        "relationships/theme' is missing",
    ),
    Explained(
        "CT_Font の子は 18.8.22 では選択の繰り返しで、順を問わない（順を求めるのは SDK だけ）。",
        "Unexpected element",
        part="styles.xml",
        path="/font[",
    ),
)


@cache
def _validator() -> OpenXmlValidator:
    return OpenXmlValidator(file_format=FileFormat.OFFICE_2019, max_errors=0)


def findings(path: Path) -> list[str]:
    """説明のついていない指摘を、一行ずつ返す。"""
    errors = _validator().validate(path).errors
    return [str(e) for e in errors if not any(known.covers(e) for known in EXPLAINED)]
