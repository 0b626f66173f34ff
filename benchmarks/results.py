"""結果の書き置き。一つのファイルに、比べ方ごとの章を並べる。"""

from __future__ import annotations

from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results.md"


def record(text: str) -> None:
    """章（``# `` で始まる）を、同じ見出しの前の章と入れ替える。なければ終わりに足す。"""
    title = text.splitlines()[0]
    held = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    chapters = {part.splitlines()[0]: part for part in _chapters(held)}
    chapters[title] = text.strip() + "\n"
    whole = "\n".join(chapters.values())
    RESULTS.write_text(whole, encoding="utf-8", newline="\n")


def _chapters(text: str) -> list[str]:
    parts: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("# ") or not parts:
            parts.append("")
        parts[-1] += line
    return [part.strip() + "\n" for part in parts if part.strip()]
