"""送るものをそろえて置き、送ったことの記録を作る。配布・差戻し・督促に共通。"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from sheetgen.form.identity import round_mark
from sheetgen.plan.round import Round
from sheetgen.plan.saving import user_name
from sheetgen.problems import Place, Problem, SheetgenError
from sheetgen.records.sendouts import SendKind, SendOut, add_sendouts, not_yet_sent
from sheetgen.send.letters import Addressees, draft
from sheetgen.send.mail import Attachment, Letter
from sheetgen.xlsx.output import Placed, Staging


@dataclass(frozen=True, slots=True)
class Parcel:
    """一つの課に送るもの。``files`` はフォルダーの中の名、``items`` は実施項目のID。

    ``to`` は、計画のデータに宛先がなければ空。``sent_before`` は、このファイルをこの課に最後に
    送った時刻（ISO 8601）で、なければ None。``subject`` と ``body`` は、下書きの件名と本文。
    """

    section: str
    to: tuple[str, ...]
    items: tuple[str, ...]
    files: tuple[str, ...]
    sent_before: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """一つの課に送る、メールの下書き。画面に並べるための、開いて見せる値。

    ``to`` と ``cc`` はメールアドレス（計画のデータに宛先がなければ、``to`` は空。いまの下書きに
    写しの宛先はなく、``cc`` はいつも空）。``text`` は本文で、改行は LF。
    ``draft`` は下書き（``.eml``）、``letter`` は印刷する文（``.html``）、``book`` は添えるブックの
    場所で、ブックのない手紙では ``None``。試すだけの回では、どれもまだそこにない。
    """

    section: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    draft: Path
    letter: Path
    book: Path | None = None


class Note(Protocol):
    """ブックの付かない手紙の、宛先と置く名（印刷する文、メールの下書き）。"""

    @property
    def section(self) -> str:
        """宛先の課。"""

    @property
    def to(self) -> tuple[str, ...]:
        """宛先のメール。"""

    @property
    def files(self) -> tuple[str, ...]:
        """置く名。"""


@dataclass(frozen=True, slots=True)
class Posting:
    """一度に送るもの。``who`` がなければ、いま動かしている人。"""

    kind: SendKind
    round: Round
    moment: datetime
    who: str | None

    def line(
        self,
        *,
        section: str,
        to: Sequence[str],
        file: str,
        data: bytes,
        deadline: date | None,
        items: tuple[str, ...],
        issue: str | None = None,
    ) -> SendOut:
        """送付記録の一行。``data`` は、記録に中身の目印を残すファイル。"""
        return SendOut(
            at=self.moment.isoformat(timespec="seconds"),
            by=user_name(self.who),
            kind=self.kind,
            round=round_mark(self.round),
            issue=issue,
            section=section,
            email=", ".join(to) or None,
            file=file,
            sha256=hashlib.sha256(data).hexdigest(),
            deadline=deadline.isoformat() if deadline else None,
            items=items,
        )

    def book_lines(
        self,
        parcels: Sequence[Parcel],
        books: Sequence[bytes],
        issues: Sequence[str | None],
        deadlines: Sequence[date | None],
    ) -> list[SendOut]:
        """ブックを送る行。``books`` はその中身、``issues`` はその配布記録の目印。"""
        return [
            self.line(
                section=parcel.section,
                to=parcel.to,
                file=parcel.files[0],
                data=book,
                deadline=deadline,
                items=parcel.items,
                issue=issue,
            )
            for parcel, book, issue, deadline in zip(parcels, books, issues, deadlines, strict=True)
        ]


def parcel_of(
    section: str,
    book: str,
    page: str,
    items: Iterable[str],
    addressees: Addressees,
    before: Mapping[tuple[str, str], SendOut],
) -> Parcel:
    """一つの課に送るもの。``page`` は印刷する文の呼び名、``before`` は前に送った記録。"""
    stem = book.removesuffix(".xlsx")
    last = before.get((section, book))
    return Parcel(
        section,
        addressees.to(section),
        tuple(items),
        (book, f"{stem}_{page}.html", f"{stem}.eml"),
        last.at if last else None,
    )


def drafts_of(folder: Path, notes: Sequence[Note], letters: Sequence[Letter]) -> tuple[Draft, ...]:
    """課ごとの下書き。``notes`` の置く名は、（ブックがあれば）ブック、印刷する文、下書きの順。"""
    drafts = []
    for note, letter in zip(notes, letters, strict=True):
        *books, page, mail = note.files
        drafts.append(
            Draft(
                section=note.section,
                to=note.to,
                cc=(),
                subject=letter.subject,
                text=letter.text,
                draft=folder / mail,
                letter=folder / page,
                book=folder / books[0] if books else None,
            )
        )
    return tuple(drafts)


_MEGABYTE = 1 << 20
Weigh = Callable[[str, bytes], Problem | None]
"""ブックの名と中身から、それを添えた下書きが上限を超えるという問題を作るもの。"""


def weigher(
    parcels: Sequence[Parcel], letters: Sequence[Letter], limit: int | None
) -> Weigh | None:
    """下書きの大きさを量るもの。``limit`` は MB（1 MB は 1,048,576 バイト）で、なければ量らない。

    量るのは、できる下書きそのもの。添付は base64 になり、ブックより四割ほど大きくなる。
    """
    if limit is None:
        return None
    known = {one.files[0]: (one, letter) for one, letter in zip(parcels, letters, strict=True)}

    def weigh(book: str, data: bytes) -> Problem | None:
        parcel, letter = known[book]
        size = len(draft(parcel.section, parcel.to, letter, Attachment(book, data)))
        if size <= limit * _MEGABYTE:
            return None
        facts = {
            "section": parcel.section,
            "size": f"{math.ceil(size / _MEGABYTE * 10) / 10:.1f}",
            "limit": limit,
        }
        return Problem("L070", Place(file=parcel.files[-1]), facts)

    return weigh


def place_letters(
    folder: Path, parcels: Sequence[Parcel], letters: Sequence[Letter], books: Sequence[bytes]
) -> Placed:
    """ブックのそばに、印刷する文と、ブックを添えたメールの下書きを置く。

    :raises SheetgenError: ファイルが書けない（O001、O002、O004）。
    """
    with Staging(folder, datetime.now()) as staging:
        for parcel, letter, book in zip(parcels, letters, books, strict=True):
            name, page, mail = parcel.files
            with staging.open(page) as target:
                target.write(letter.page)
            with staging.open(mail) as target:
                target.write(draft(parcel.section, parcel.to, letter, Attachment(name, book)))
        return staging.place()


def place_notes(folder: Path, notes: Sequence[Note], letters: Sequence[Letter]) -> list[bytes]:
    """ブックの付かない手紙（督促、期限の延長）を置く。返すのは、メールの下書きの中身。

    :raises SheetgenError: ファイルが書けない（O001、O002、O004）。
    """
    mails = []
    with Staging(folder, datetime.now()) as staging:
        for note, letter in zip(notes, letters, strict=True):
            page, mail = note.files
            mails.append(draft(note.section, note.to, letter))
            with staging.open(page) as target:
                target.write(letter.page)
            with staging.open(mail) as target:
                target.write(mails[-1])
        staging.place()
    return mails


def record_sendouts(
    plan: Path, sendouts: Sequence[SendOut], *, again: bool = False
) -> tuple[int, list[Problem]]:
    """送付記録に加える。返すのは、加えた行の数と、書けなかったときの問題。

    ファイルはもう置いてある。記録に失敗しても、ファイルは取り下げない。
    """
    try:
        added = add_sendouts(
            plan, lambda earlier: sendouts if again else not_yet_sent(earlier, sendouts)
        )
    except SheetgenError as error:
        return 0, list(error.problems)
    return len(added), []
