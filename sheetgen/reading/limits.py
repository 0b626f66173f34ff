"""一つのブックを読むのに使ってよい、時間・メモリー・答えの大きさ。"""

from __future__ import annotations

from dataclasses import dataclass

FILE_SECONDS = 20
"""一つのファイルを読む時間の上限（秒）。ふつうの28冊は、合わせて0.1秒もかからない。"""
START_SECONDS = 60
"""子の用意ができるまで待つ時間（秒）。初めての PC では、ウイルス対策の検査で遅くなる。"""
MEMORY_BYTES = 1 << 30
"""子のプロセスの使えるメモリー。"""
ANSWER_BYTES = 64 << 20
"""一つの答えの大きさの上限。"""


@dataclass(frozen=True, slots=True)
class Limits:
    """子のプロセスの限り。"""

    file_seconds: float = FILE_SECONDS
    start_seconds: float = START_SECONDS
    memory_bytes: int = MEMORY_BYTES
    answer_bytes: int = ANSWER_BYTES
