"""届いたものを受け付ける：集め、ZIP とメールを開き、見分け、読むものだけを渡す。"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sheetgen.problems import Place, Problem
from sheetgen.reading.file_names import (
    UniqueNames,
    extension,
    inside,
    is_noise,
    joined,
    locked_name,
    member_name,
    shown,
)
from sheetgen.reading.kinds import (
    BOOKS,
    COMPOUND,
    EXTENSIONS,
    OTHER_EXTENSIONS,
    REFUSALS,
    Kind,
    kind_of,
)
from sheetgen.reading.mail_parts import MailPart, MailSource, OpenedMail
from sheetgen.reading.unzipping import MAX_DEPTH, MAX_FILE_BYTES, MAX_FILES, Budget
from sheetgen.reading.zip_directory import find_end


@dataclass(frozen=True, slots=True)
class Delivered:
    """届いた一つのファイル。

    ``name`` は人に見せる名（``返信/0101.xlsx``、``回答.zip の中の 企画部/0101.xlsx``）。NFC で、
    一度に届いたものの中に同じ名はない。パスとして使ってはならない。``digest`` は ``data`` の
    sha256（16進）。``suffix`` は中身で見分けた本当の種類で、点は付けない（``xlsx``、``xlsm``、
    ``xlsb``、``xls``、``ods``）。読まないものでは、しまうときの拡張子（``pdf``、``eml`` など）。
    ``mail`` は、添付されていたメール。メールで届いたのでなければ ``None``。
    """

    name: str
    data: bytes = field(repr=False)
    digest: str
    suffix: str
    mail: MailSource | None = None


class Delivery(NamedTuple):
    """届いたもの全部。``files`` は名の順で、同じ中身は一つだけ。

    ``problems`` は、``files`` に入らなかったもの（場所に名がある）と、入ったものについての知らせ。
    ``others`` は、読まないが原本をしまうもの（PDF、画像、文書、CSV、メール、開けない ZIP など）。
    メールは届いたままの一つだけをしまい、その中の読まないものは、別にはしまわない。
    ``mails`` は、メールで届いたもの（受け取れなかったものも）の名から、それの入っていたメールへ。
    """

    files: tuple[Delivered, ...]
    problems: tuple[Problem, ...] = ()
    others: tuple[Delivered, ...] = ()
    mails: Mapping[str, MailSource] = MappingProxyType({})


class FoundFile(NamedTuple):
    """見つけたファイル。``name`` は人に見せる名。"""

    name: str
    path: Path


class _Folder(NamedTuple):
    """これから見るフォルダー。``real`` はリンクをたどった本当の場所。"""

    name: str
    path: str
    real: str


class Walk:
    """ファイルを集める。``problems`` に、集められなかったものを残す。"""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._files: dict[str, FoundFile] = {}
        self._folders: set[tuple[int, int]] = set()

    def collect(self, paths: Sequence[Path]) -> list[FoundFile]:
        """すべてのファイルを、名の順に返す。同じファイルは一つだけ。"""
        given = {os.path.normcase(_absolute(path)): path for path in paths}
        names = _root_names(list(given.values()))
        for path, name in sorted(names.items(), key=lambda pair: (pair[1], pair[0])):
            self._root(name, path)
        return sorted(self._files.values(), key=lambda found: found.name)

    def _root(self, name: str, path: Path) -> None:
        written = shown(str(path))
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - だめなわけが分かる
        except (FileNotFoundError, NotADirectoryError, ValueError):
            self._tell("R077" if _leads_nowhere(str(path)) else "R001", written)
        except OSError:
            self._tell("R002", written)
        else:
            real = os.path.realpath(path)
            if stat.S_ISDIR(mode):
                self._walk(_Folder(name, str(path), real))
            elif not is_noise((path.name,)):
                self._file(name, path, real, stat.S_ISREG(mode))

    def _walk(self, root: _Folder) -> None:
        """フォルダーの中を、中のフォルダーまですべて見る。"""
        waiting, count, seen = [root], 0, False
        while waiting:
            folder = waiting.pop()
            entries = self._listing(folder)
            seen = seen or entries is None
            for entry in entries or ():
                if is_noise((entry.name,)):
                    continue
                inner = joined(folder.name, shown(entry.name))
                real = os.path.join(folder.real, entry.name)  # noqa: PTH118
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(_Folder(inner, entry.path, real))
                    continue
                count += 1
                if count > MAX_FILES:
                    self._tell("R017", root.name, limit=MAX_FILES)
                    return
                self._entry(inner, entry, real)
        if count == 0 and not seen:
            self._tell("R071", root.name)

    def _entry(self, name: str, entry: os.DirEntry[str], real: str) -> None:
        """フォルダーの中の、フォルダーでないもの。"""
        try:
            if entry.is_dir():  # フォルダーへのリンク。どこへ続くか分からず、戻ってくることもある
                self._tell("R072", name)
                return
            regular = entry.is_file()
        except OSError:
            regular = False
        if entry.is_symlink():
            if _leads_nowhere(entry.path):
                self._tell("R077", name)
                return
            real = os.path.realpath(entry.path)
        self._file(name, Path(entry.path), real, regular)

    def _file(self, name: str, path: Path, real: str, regular: bool) -> None:
        book = locked_name(path.name)
        if book is not None:
            self._tell("R070", joined(name.rpartition("/")[0], shown(book)))
        elif not regular:  # パイプや装置は、いつまでも待つことになる
            self._tell("R002", name)
        else:
            key = os.path.normcase(real)
            kept = self._files.setdefault(key, FoundFile(name, path))
            if name < kept.name:  # どの道から、どの順に着いても同じにする
                self._files[key] = FoundFile(name, path)

    def _listing(self, folder: _Folder) -> list[os.DirEntry[str]] | None:
        """フォルダーの中。もう見たフォルダー（二度の指定、輪になった接合点）なら ``None``。"""
        try:
            found = os.stat(folder.path)  # noqa: PTH116
            identity = (found.st_dev, found.st_ino)
            if found.st_ino and identity in self._folders:
                return None
            self._folders.add(identity)
            with os.scandir(folder.path) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self._tell("R002", folder.name)
            return []

    def _tell(self, code: str, name: str, **facts: object) -> None:
        self.problems.append(Problem(code, Place(file=name), facts))


def _leads_nowhere(path: str) -> bool:
    """リンクの先が、なくなっているか。"""
    return os.path.islink(path) and not os.path.exists(path)  # noqa: PTH110, PTH114


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - リンクの名を、渡されたまま残す


def _root_names(paths: Sequence[Path]) -> dict[Path, str]:
    """指定されたものの、人に見せる名。ほかと同じになるときだけ、上のフォルダーの名を足す。"""
    parts = {path: Path(_absolute(path)).parts[1:] for path in paths}
    lengths = dict.fromkeys(parts, 1)
    while True:
        ends = {path: own[-lengths[path] :] for path, own in parts.items()}
        times = Counter(ends.values())
        short = [path for path, end in ends.items() if times[end] > 1 and end != parts[path]]
        if not short:
            return {path: joined(*map(shown, end)) for path, end in ends.items()}
        for path in short:
            lengths[path] += 1


_MEGABYTE = 1 << 20
MAX_OTHER_BYTES = 200 << 20
"""読まないファイルの原本を、一度の回収でしまう大きさの合計。"""
_NOTHING_LOST = frozenset({"R070", "R071"})
"""ZIP についての知らせのうち、中のものをすべて受け取れているもの。"""


MailOpener = Callable[[bytes], OpenedMail | Problem]
"""メールを、限りのある所で開くもの。開けなければ、そのわけ。"""


def deliver(paths: Sequence[Path], open_mail: MailOpener | None = None) -> Delivery:
    """ファイル、フォルダー、ZIP、メールを受け付ける。

    受け付けられないものは問題とし、残りは続ける。``paths`` の順や、フォルダーと zip の中の順で、
    結果は変わらない。``open_mail`` がなければ、メールは開かない（R010）。
    """
    walk = Walk()
    counter = _Counter(open_mail)
    for found in walk.collect(paths):
        counter.receive_file(found)
    files = sorted(counter.files, key=lambda delivered: delivered.name)
    problems = (*walk.problems, *counter.problems)
    return Delivery(tuple(files), problems, tuple(counter.others), counter.mails)


class _Counter:
    """受付。届いた順でなく、名の順に受け取る。"""

    def __init__(self, open_mail: MailOpener | None) -> None:
        self.files: list[Delivered] = []
        self.others: list[Delivered] = []
        self.problems: list[Problem] = []
        self.mails: dict[str, MailSource] = {}
        self._open_mail = open_mail
        self._room = MAX_OTHER_BYTES
        self._names = UniqueNames()
        self._seen: dict[str, str] = {}
        self._budget = Budget()

    def receive_file(self, found: FoundFile) -> None:
        """ディスクにある一つのファイルを受け取る。"""
        name = self._names.take(found.name)
        try:
            with found.path.open("rb") as source:
                size = os.fstat(source.fileno()).st_size
                if size > MAX_FILE_BYTES:
                    self._tell("R003", name, limit=MAX_FILE_BYTES // _MEGABYTE)
                    return
                if not self._budget.holds(size):
                    self._tell("R075", name)
                    return
                data = source.read(size + 1)
        except OSError:
            self._tell("R002", name)
            return
        self._receive(name, extension(found.name), data, depth=0)

    def _receive(
        self, name: str, own: str | None, data: bytes, depth: int, mail: MailSource | None = None
    ) -> None:
        """一つの中身を受け取る。

        ``own`` は、番号を付ける前の名の拡張子で、名がなければ ``None``。``mail`` は、入っていた
        メール。
        """
        self._budget.spend(len(data))
        if mail is not None:
            self.mails[name] = mail
        kind = kind_of(data)
        opens = kind is Kind.MAIL and self._open_mail is not None
        if kind in REFUSALS and not opens:
            self._refuse(REFUSALS[kind], name, own, data, kind, mail)
            return
        digest = hashlib.sha256(data).hexdigest()
        first = self._seen.setdefault(digest, name)
        if first != name:
            self._tell("R019", name, first=first)
            self._learn_mail(digest, mail)
            return
        if opens:
            self._receive_mail(name, own, data, digest, depth, mail)
            return
        if kind is Kind.XLSX and own in EXTENSIONS[Kind.XLSM]:
            kind = Kind.XLSM  # マクロ用の形で、マクロのないブック
        elif kind is Kind.ZIP and own in EXTENSIONS[Kind.XLSX] and find_end(data) is None:
            kind = Kind.XLSX  # ブックの一部しか届いていない。開く所で、そう言う
        if kind in EXTENSIONS and own is not None and own not in EXTENSIONS[kind]:
            self._tell("R018", name, kind=kind.value)
        if kind in BOOKS:
            self.files.append(Delivered(name, data, digest, BOOKS[kind], mail))
        elif depth >= MAX_DEPTH:
            self._refuse("R073", name, own, data, kind, mail, limit=MAX_DEPTH)
        else:
            self._open(name, data, depth, mail)

    def _learn_mail(self, digest: str, mail: MailSource | None) -> None:
        """先に受け取った同じ中身がファイルで届いていても、メールで届いたことは残す。"""
        for number, one in enumerate(self.files if mail else ()):
            if one.digest == digest and one.mail is None:
                self.files[number] = replace(one, mail=mail)

    def _receive_mail(
        self,
        name: str,
        own: str | None,
        data: bytes,
        digest: str,
        depth: int,
        outer: MailSource | None,
    ) -> None:
        """メールを開き、添付を受け取る。原本は、いちばん外のメールをしまう。"""
        if depth >= MAX_DEPTH:
            self._refuse("R073", name, own, data, Kind.MAIL, outer, limit=MAX_DEPTH)
            return
        opened = self._open_mail(data) if self._open_mail else Problem("R010")
        if isinstance(opened, Problem):
            self._refuse(opened.code, name, own, data, Kind.MAIL, outer, **opened.facts)
            return
        before = len(self.files)
        original = outer.original if outer else digest
        self.mails[name] = MailSource(opened.sender, opened.sent, original)
        for code in opened.problems:
            self._tell(code, name, limit=MAX_DEPTH)
        if not self._budget.spend_members(len(opened.parts)):
            self._tell("R017", name, limit=MAX_FILES)
        elif opened.parts:
            for part in opened.parts:
                self._receive_part(name, part, original, depth)
        elif not opened.problems:
            self._tell("R079", name)
        if outer is None:
            suffix = "msg" if data.startswith(COMPOUND) else "eml"
            if len(self.files) > before:  # 記録する値の原本
                self.others.append(Delivered(name, data, digest, suffix))
            else:
                self._set_aside(name, suffix, data)

    def _receive_part(self, name: str, part: MailPart, original: str, depth: int) -> None:
        """メールの一つの添付を受け取る。``original`` は、しまうメールの目印。"""
        passage = part.passage
        for subject in passage.forwarded:
            name = inside(name, shown(subject.replace("/", "／").strip()) or "転送されたメール")
        depth += 1 + len(passage.forwarded)
        own = member_name(part.name)
        if is_noise((own or "-",)):
            return
        book = locked_name(own)
        if book is not None:
            self._tell("R070", inside(name, book))
            return
        name = self._names.take(inside(name, own or "名のない添付"))
        if len(part.data) > MAX_FILE_BYTES:
            self._tell("R003", name, limit=MAX_FILE_BYTES // _MEGABYTE)
        elif not self._budget.holds(len(part.data)):
            self._tell("R075", name)
        else:
            source = MailSource(passage.sender, passage.sent, original)
            self._receive(name, extension(own) if own else None, part.data, depth, source)

    def _refuse(
        self,
        code: str,
        name: str,
        own: str | None,
        data: bytes,
        kind: Kind,
        mail: MailSource | None,
        **facts: object,
    ) -> None:
        """断る。原本はしまうが、メールの中のものは、メールの原本に残っている。"""
        self._tell(code, name, **facts)
        if mail is None:
            self._set_aside(name, own if own in OTHER_EXTENSIONS else kind.value, data)

    def _open(self, name: str, data: bytes, depth: int, mail: MailSource | None) -> None:
        from sheetgen.reading.unzipping import unzip  # ここで読み込む。zip の届く回は少ない

        for found in unzip(name, data, self._budget):
            if isinstance(found, Problem):
                self.problems.append(found)
                if found.code not in _NOTHING_LOST and mail is None:
                    self._set_aside(name, Kind.ZIP.value, data)
            else:
                member, content = found
                own = extension(member)
                self._receive(self._names.take(member), own, content, depth + 1, mail)

    def _set_aside(self, name: str, suffix: str, data: bytes) -> None:
        """読まないものも、原本はしまう。同じ中身は一度だけ。"""
        digest = hashlib.sha256(data).hexdigest()
        if not data or any(one.digest == digest for one in self.others):
            return
        if len(data) > self._room:
            self._tell("R385", name, limit=MAX_OTHER_BYTES // _MEGABYTE)
            return
        self._room -= len(data)
        self.others.append(Delivered(name, data, digest, suffix))

    def _tell(self, code: str, name: str, **facts: object) -> None:
        self.problems.append(Problem(code, Place(file=name), facts))
