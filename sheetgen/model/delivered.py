"""届いたファイル。中身はまだ読んでいない。"""

from __future__ import annotations

from dataclasses import dataclass, field

from sheetgen.problems import Problem


@dataclass(frozen=True, slots=True)
class Delivered:
    """届いた一つのファイル。

    ``name`` は人に見せる名（``返信/0101.xlsx``、``回答.zip の中の 企画部/0101.xlsx``）。NFC で、
    一度に届いたものの中に同じ名はない。パスとして使ってはならない。``digest`` は ``data`` の
    sha256（16進）。``suffix`` は中身で見分けた本当の種類で、点は付けない（``xlsx``、``xlsm``、
    ``xlsb``、``xls``、``ods``）。
    """

    name: str
    data: bytes = field(repr=False)
    digest: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """届いたもの全部。``files`` は名の順で、同じ中身は一つだけ。

    ``problems`` は、``files`` に入らなかったもの（場所に名がある）と、入ったものについての知らせ。
    """

    files: tuple[Delivered, ...]
    problems: tuple[Problem, ...] = ()
