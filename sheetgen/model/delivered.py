"""届いたファイル。中身はまだ読んでいない。"""

from __future__ import annotations

from dataclasses import dataclass, field

from sheetgen.problems import Problem


@dataclass(frozen=True, slots=True)
class Delivered:
    """届いた一つのファイル。

    ``name`` is what people see (``返信/0101.xlsx``, ``回答.zip の中の 企画部/0101.xlsx``): NFC,
    unique within a delivery, never to be used as a path.  ``digest`` is the sha256 of
    ``data`` in hex; ``suffix`` the true kind, told by content, without a dot:
    ``xlsx``, ``xlsm``, ``xlsb``, ``xls`` or ``ods``.
    """

    name: str
    data: bytes = field(repr=False)
    digest: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """届いたもの全部。``files`` は名の順で、同じ中身は一つだけ。

    ``problems`` are about what is not among ``files`` (their places name it), and notes
    about what is.
    """

    files: tuple[Delivered, ...]
    problems: tuple[Problem, ...] = ()
