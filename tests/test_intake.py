"""届いたファイル、フォルダー、ZIP を受け付ける。"""

from __future__ import annotations

import hashlib
import os
import random
import struct
import sys
import unicodedata
from pathlib import Path

import pytest
from deliveries import book_parts, encrypted, ole, patched, zipped, zipped_raw

from sheetgen.messages.catalogue import CATALOGUE, describe
from sheetgen.problems import Level
from sheetgen.reading import delivery as walking
from sheetgen.reading import unzipping as budget
from sheetgen.reading import unzipping as limits
from sheetgen.reading.delivery import Delivery, deliver

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX のファイルの権限とリンク")


def book(text: str) -> bytes:
    """見分けのつく、別々の中身のブック。"""
    return zipped({**book_parts(), "xl/text": text.encode()})


def told(delivery: Delivery) -> list[tuple[str, str | None]]:
    """問題の符号とファイルの名。文面が埋まることも確かめる。"""
    for problem in delivery.problems:
        assert "{" not in describe(problem)
    return sorted((problem.code, problem.place.file) for problem in delivery.problems)


def names(delivery: Delivery) -> list[str]:
    return [delivered.name for delivered in delivery.files]


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_file_is_received_as_it_is(tmp_path: Path) -> None:
    data = book("a")
    delivery = deliver([put(tmp_path / "0101_経営企画課.xlsx", data)])
    (delivered,) = delivery.files
    assert (delivered.name, delivered.data, delivered.suffix) == (
        "0101_経営企画課.xlsx",
        data,
        "xlsx",
    )
    assert delivered.digest == hashlib.sha256(data).hexdigest()
    assert delivery.problems == ()


def test_folders_are_read_to_their_depths(tmp_path: Path) -> None:
    root = tmp_path / "返信"
    for name in (
        "b.xlsx",
        "企画部/a.xlsx",
        "企画部/課/c.xlsx",
        "output/令和6年度/d.xlsx",
        "data/e.xlsx",
    ):
        put(root / name, book(name))
    (root / "空").mkdir()
    delivery = deliver([root])
    assert names(delivery) == [
        "返信/b.xlsx",
        "返信/data/e.xlsx",
        "返信/output/令和6年度/d.xlsx",
        "返信/企画部/a.xlsx",
        "返信/企画部/課/c.xlsx",
    ]
    assert delivery.problems == ()


def test_the_order_changes_nothing(tmp_path: Path) -> None:
    paths = [put(tmp_path / f"{n}" / "返信.xlsx", book(str(n % 4))) for n in range(8)]
    paths.append(put(tmp_path / "z.zip", zipped({f"{n}.xlsx": book(str(n)) for n in range(9)})))
    paths += [tmp_path / "3", tmp_path / "missing"]
    expected = deliver(paths)
    assert len(expected.files) == 9
    for seed in range(5):
        random.Random(seed).shuffle(paths)
        assert deliver(paths) == expected


def test_one_file_reached_twice_is_one(tmp_path: Path) -> None:
    path = put(tmp_path / "返信" / "a.xlsx", book("a"))
    delivery = deliver([path, tmp_path / "返信", path])
    assert len(delivery.files) == 1
    assert delivery.problems == ()


def test_the_same_content_is_read_once_and_said(tmp_path: Path) -> None:
    put(tmp_path / "返信" / "a.xlsx", book("a"))
    put(tmp_path / "返信" / "a - コピー.xlsx", book("a"))
    put(tmp_path / "返信" / "b.zip", zipped({"a(1).xlsx": book("a")}))
    put(tmp_path / "返信" / "c.zip", zipped({"a(1).xlsx": book("a")}))
    delivery = deliver([tmp_path / "返信"])
    assert names(delivery) == ["返信/a - コピー.xlsx"]
    assert told(delivery) == [
        ("R019", "返信/a.xlsx"),
        ("R019", "返信/b.zip の中の a(1).xlsx"),
        ("R019", "返信/c.zip"),
    ]
    assert {problem.facts["first"] for problem in delivery.problems} == {
        "返信/a - コピー.xlsx",
        "返信/b.zip",
    }


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = [put(tmp_path / n / "返信" / "a.xlsx", book(n)) for n in ("企画部", "総務部")]
    assert names(deliver(paths)) == ["企画部/返信/a.xlsx", "総務部/返信/a.xlsx"]


def test_names_of_a_mac_are_composed(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "ガバナンス課.xlsx")
    inside = unicodedata.normalize("NFD", "プラン.xlsx")
    put(tmp_path / "返信" / name, book("a"))
    put(tmp_path / "返信" / "z.zip", zipped({inside: book("b")}))
    assert names(deliver([tmp_path / "返信"])) == [
        "返信/z.zip の中の プラン.xlsx",
        "返信/ガバナンス課.xlsx",
    ]


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "._0101.xlsx",
        "__MACOSX/._a.xlsx",
        "__MACOSX/a.xlsx",
    ],
)
def test_what_the_system_leaves_is_passed_over(tmp_path: Path, name: str) -> None:
    put(tmp_path / "z.zip", zipped({"a.xlsx": book("a"), name: b"x"}))
    root = tmp_path / "返信"
    put(root / "a.xlsx", book("b"))
    if "/" not in name:
        put(root / name, b"x")
    delivery = deliver([tmp_path / "z.zip", root])
    assert len(delivery.files) == 2
    assert delivery.problems == ()


@pytest.mark.parametrize("name", ["~$a.xlsx", ".~lock.a.xlsx#"])
def test_a_lock_says_that_the_book_may_be_open(tmp_path: Path, name: str) -> None:
    put(tmp_path / "返信" / "a.xlsx", book("a"))
    put(tmp_path / "返信" / name, b"\x05owner")
    delivery = deliver([tmp_path / "返信"])
    assert names(delivery) == ["返信/a.xlsx"]
    assert told(delivery) == [("R070", "返信/a.xlsx")]
    delivery = deliver(
        [put(tmp_path / "z.zip", zipped({"課/a.xlsx": book("b"), f"課/{name}": b"x"}))]
    )
    assert told(delivery) == [("R070", "z.zip の中の 課/a.xlsx")]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xlsx", b"", "R004"),
        ("a.pdf", b"%PDF-1.7\n", "R005"),
        ("a.csv", "項目,値\r\n".encode("cp932"), "R006"),
        ("a.xls", b"<html><table></table></html>", "R007"),
        ("a.docx", zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "R008"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "R009"),
        ("a.eml", b"From: a\r\nSubject: b\r\n", "R010"),
        ("a.msg", ole(["__properties_version1.0"]), "R010"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "R011"),
        ("a.xlsx", bytes(range(256)), "R014"),
        ("a.zip", zipped({"b.xlsx": b"x" * 99})[:50], "R015"),
        ("a.zip", zipped({}), "R071"),
        ("a.lnk", b"L\x00\x00\x00\x01\x14\x02\x00", "R076"),
    ],
)
def test_what_is_not_read_says_what_to_ask_for(
    tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    good = put(tmp_path / "z.xlsx", book("a"))
    delivery = deliver([put(tmp_path / name, data), good])
    assert names(delivery) == ["z.xlsx"]
    assert told(delivery) == [(code, name)]
    delivery = deliver([put(tmp_path / "外.zip", zipped({name: data, "z.xlsx": book("a")}))])
    assert names(delivery) == ["外.zip の中の z.xlsx"]
    assert told(delivery) == [(code, f"外.zip の中の {name}")]


def test_the_first_bytes_of_a_book_are_a_broken_book(tmp_path: Path) -> None:
    """切れすぎて中の名も分からない xlsx。ZIP を開けないとは言わない。"""
    delivery = deliver([put(tmp_path / "a.xlsx", book("a")[:20])])
    assert [(one.name, one.suffix) for one in delivery.files] == [("a.xlsx", "xlsx")]
    assert told(delivery) == []


@pytest.mark.parametrize(
    ("name", "data", "suffix"),
    [
        ("a.xlsx", ole(["Workbook"]), "xls"),
        ("a.xls", book("a"), "xlsx"),
        ("a.zip", book("a"), "xlsx"),
        ("a", book("a"), "xlsx"),
        ("a.xlsx", zipped(book_parts("xl/vbaProject.bin")), "xlsm"),
        ("a.xlsx", zipped(book_parts("xl/workbook.bin")), "xlsb"),
    ],
)
def test_a_wrong_extension_is_read_with_a_note(
    tmp_path: Path, name: str, data: bytes, suffix: str
) -> None:
    delivery = deliver([put(tmp_path / name, data)])
    assert [(one.name, one.suffix) for one in delivery.files] == [(name, suffix)]
    assert told(delivery) == [("R018", name)]
    assert delivery.problems[0].facts == {"kind": suffix}


@pytest.mark.parametrize(
    ("name", "data", "suffix"),
    [
        ("a.XLSX", book("a"), "xlsx"),
        ("a.xltx", book("a"), "xlsx"),
        ("a.xlsm", book("a"), "xlsm"),
        ("a.xls", ole(["Book"]), "xls"),
        ("a.xlsx", ole(["EncryptionInfo", "EncryptedPackage"]), "xlsx"),
    ],
)
def test_a_right_extension_is_no_matter(
    tmp_path: Path, name: str, data: bytes, suffix: str
) -> None:
    delivery = deliver([put(tmp_path / name, data)])
    assert [one.suffix for one in delivery.files] == [suffix]
    assert delivery.problems == ()


def test_a_zip_with_a_wrong_extension_is_opened(tmp_path: Path) -> None:
    delivery = deliver([put(tmp_path / "a.xlsx", zipped({"b.xlsx": book("a")}))])
    assert names(delivery) == ["a.xlsx の中の b.xlsx"]
    assert told(delivery) == [("R018", "a.xlsx")]


def test_names_of_japanese_windows_in_a_zip(tmp_path: Path) -> None:
    """「表」「ソ」の二バイト目は、フォルダーの区切りの \\ と同じ 0x5C。"""
    shown = ["企画部/表題_ソフト.xlsx", "十/能.xlsx"]
    members = {name.encode("cp932"): book(name) for name in shown}
    assert b"\\" in b"".join(members)
    delivery = deliver([put(tmp_path / "回答.zip", zipped_raw(members))])
    assert names(delivery) == [f"回答.zip の中の {name}" for name in sorted(shown)]
    assert delivery.problems == ()


def test_names_in_a_zip_without_a_mark_may_be_utf8(tmp_path: Path) -> None:
    path = put(tmp_path / "a.zip", zipped_raw({"企画部/回答.xlsx".encode(): book("a")}))
    assert names(deliver([path])) == ["a.zip の中の 企画部/回答.xlsx"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/a.xlsx", "etc/a.xlsx"),
        ("/etc/a.xlsx", "etc/a.xlsx"),
        ("C:\\Windows\\a.xlsx", "Windows/a.xlsx"),
        ("..\\..\\a.xlsx", "a.xlsx"),
        ("\\\\server\\share\\a.xlsx", "server/share/a.xlsx"),
        ("a/./b/../a.xlsx", "a/b/a.xlsx"),
        ("a\x1b[31m.xlsx", "a\ufffd[31m.xlsx"),
        ("a\u202exslx.exe.xlsx", "a\ufffdxslx.exe.xlsx"),
        ("a\nb.xlsx", "a\ufffdb.xlsx"),
    ],
)
def test_path_tricks_lead_nowhere(tmp_path: Path, name: str, shown: str) -> None:
    folder = tmp_path / "in"
    put(folder / "z.zip", zipped({name: book("a")}))
    before = sorted(tmp_path.rglob("*"))
    assert names(deliver([folder])) == [f"in/z.zip の中の {shown}"]
    assert sorted(tmp_path.rglob("*")) == before


def test_names_that_become_the_same_stay_two(tmp_path: Path) -> None:
    path = put(tmp_path / "z.zip", zipped({"../a.xlsx": book("a"), "a.xlsx": book("b")}))
    found = names(deliver([path]))
    assert len(set(found)) == 2
    assert all(name.startswith("z.zip の中の a.xlsx") for name in found)


def test_a_zip_in_a_zip_is_opened_but_not_for_ever(tmp_path: Path) -> None:
    data = zipped({"a.xlsx": book("a")})
    for depth in range(limits.MAX_DEPTH - 1):
        data = zipped({f"{depth}.zip": data})
    delivery = deliver([put(tmp_path / "z.zip", data)])
    assert names(delivery) == ["z.zip の中の 1.zip の中の 0.zip の中の a.xlsx"]
    delivery = deliver([put(tmp_path / "z.zip", zipped({"y.zip": data, "b.xlsx": book("b")}))])
    assert names(delivery) == ["z.zip の中の b.xlsx"]
    assert [code for code, _ in told(delivery)] == ["R073"]


def test_a_password_on_a_zip_is_said_once(tmp_path: Path) -> None:
    data = encrypted(zipped({f"{n}.xlsx": book(str(n)) for n in range(3)}))
    delivery = deliver([put(tmp_path / "a.zip", data), put(tmp_path / "b.xlsx", book("b"))])
    assert names(delivery) == ["b.xlsx"]
    assert told(delivery) == [("R016", "a.zip")]
    assert delivery.problems[0].facts["count"] == 3


def test_a_damaged_file_in_a_zip_stops_no_other(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.xlsx": b"A" * 99, "b.xlsx": book("b")}, stored=True))
    data[data.index(b"A" * 99)] = 0
    delivery = deliver([put(tmp_path / "z.zip", bytes(data))])
    assert names(delivery) == ["z.zip の中の b.xlsx"]
    assert told(delivery) == [("R015", "z.zip の中の a.xlsx")]


def test_an_unusual_compression_is_said(tmp_path: Path) -> None:
    data = patched(zipped({"a.xlsx": book("a")}), (8, 10), "<H", 9)
    assert told(deliver([put(tmp_path / "z.zip", data)])) == [("R015", "z.zip の中の a.xlsx")]


@pytest.mark.parametrize(
    ("size", "code"),
    [
        (10, "R015"),  # あるより少なく言う
        (limits.MAX_FILE_BYTES + 1, "R003"),
        (limits.RATIO_FROM * 9, "R074"),
    ],
)
def test_a_zip_that_lies_about_sizes(tmp_path: Path, size: int, code: str) -> None:
    data = patched(zipped({"a.xlsx": bytes(1_400_000)}), (22, 24), "<I", size)
    assert len(data) < 2000
    assert told(deliver([put(tmp_path / "z.zip", data)])) == [(code, "z.zip の中の a.xlsx")]


def test_a_large_file_that_hardly_shrinks_is_received(tmp_path: Path) -> None:
    """写真の多いブック。大きいだけでは、圧縮の比を偽る ZIP とは見ない。"""
    picture = random.Random(0).randbytes(limits.RATIO_FROM // 2 + 1).hex().encode()
    data = zipped({**book_parts(), "xl/media/image1.bmp": picture}, stored=True)
    assert len(data) > limits.RATIO_FROM
    delivery = deliver([put(tmp_path / "z.zip", zipped({"a.xlsx": data}))])
    assert [(one.name, one.data == data) for one in delivery.files] == [
        ("z.zip の中の a.xlsx", True)
    ]
    assert told(delivery) == []


def test_too_many_files_in_a_zip(tmp_path: Path) -> None:
    data = zipped({f"{n}.xlsx": b"" for n in range(limits.MAX_FILES + 1)})
    delivery = deliver([put(tmp_path / "z.zip", data), put(tmp_path / "b.xlsx", book("b"))])
    assert names(delivery) == ["b.xlsx"]
    assert told(delivery) == [("R017", "z.zip")]


def test_zips_of_zips_have_one_limit_together(tmp_path: Path) -> None:
    many = {f"{n}.txt": b"" for n in range(limits.MAX_FILES // 3)}
    data = zipped({f"{n}.zip": zipped({**many, "a": bytes([n])}) for n in range(4)})
    delivery = deliver([put(tmp_path / "z.zip", data)])
    codes = [code for code, _ in told(delivery)]
    assert codes.count("R017") == 2
    assert codes.count("R004") == 2 * len(many)


def test_the_end_of_a_zip_is_not_believed(tmp_path: Path) -> None:
    """目録の終わりに「一つ」と書いてあっても、数える。"""
    data = bytearray(zipped({f"{n}": b"" for n in range(limits.MAX_FILES + 1)}))
    struct.pack_into("<2H", data, len(data) - 14, 1, 1)
    assert told(deliver([put(tmp_path / "z.zip", bytes(data))])) == [("R017", "z.zip")]


def test_a_directory_for_huge_zips_is_not_opened(tmp_path: Path) -> None:
    data = zipped({"a.xlsx": book("a")})
    data = data[:-22] + b"PK\x06\x07" + bytes(16) + data[-22:]
    size = struct.unpack_from("<I", data, len(data) - 10)[0]
    data = data[:-10] + struct.pack("<I", size + 20) + data[-6:]
    delivery = deliver([put(tmp_path / "z.zip", data)])
    assert told(delivery) == [("R015", "z.zip")]


def test_too_many_files_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "MAX_FILES", 3)
    for number in range(5):
        put(tmp_path / "in" / f"{number}.xlsx", book(str(number)))
    delivery = deliver([tmp_path / "in"])
    assert names(delivery) == ["in/0.xlsx", "in/1.xlsx", "in/2.xlsx"]
    assert told(delivery) == [("R017", "in")]


def test_a_file_too_large(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx", b"PK")
    with path.open("r+b") as file:
        file.truncate(limits.MAX_FILE_BYTES + 1)
    delivery = deliver([path, put(tmp_path / "b.xlsx", book("b"))])
    assert names(delivery) == ["b.xlsx"]
    assert told(delivery) == [("R003", "a.xlsx")]


def test_too_much_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = book("a")
    monkeypatch.setattr(budget, "MAX_TOTAL_BYTES", len(data) + 10)
    put(tmp_path / "in" / "a.xlsx", data)
    put(tmp_path / "in" / "b.xlsx", book("b"))
    put(tmp_path / "in" / "c.xlsx", b"tiny")
    delivery = deliver([tmp_path / "in"])
    assert names(delivery) == ["in/a.xlsx"]
    assert told(delivery) == [("R006", "in/c.xlsx"), ("R075", "in/b.xlsx")]


def test_missing_and_odd_paths(tmp_path: Path) -> None:
    missing = tmp_path / "ない.xlsx"
    delivery = deliver([missing, Path("a\0b"), put(tmp_path / "b.xlsx", book("b"))])
    assert names(delivery) == ["b.xlsx"]
    assert set(told(delivery)) == {("R001", str(missing)), ("R001", "a\ufffdb")}


def test_an_empty_folder_is_asked_about(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    put(tmp_path / "空" / "Thumbs.db", b"x")
    assert told(deliver([tmp_path / "空"])) == [("R071", "空")]
    assert CATALOGUE["R071"].level is Level.CONFIRM


def test_a_folder_named_twice_is_not_empty(tmp_path: Path) -> None:
    """フォルダーと、その中のフォルダーを、ともに指定した。"""
    put(tmp_path / "返信" / "総務課" / "a.xlsx", book("a"))
    for given in ([".", "総務課"], ["総務課", "."]):
        delivery = deliver([tmp_path / "返信" / name for name in given])
        assert (len(delivery.files), told(delivery)) == (1, [])


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows では、Excel で開いているファイルは PermissionError になる。"""
    locked = put(tmp_path / "in" / "a.xlsx", book("a"))
    put(tmp_path / "in" / "b.xlsx", book("b"))
    real = Path.open

    def refuse(self: Path, *args: object, **more: object) -> object:
        if self == locked:
            raise PermissionError(13, "locked")
        return real(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refuse)
    delivery = deliver([tmp_path / "in"])
    assert names(delivery) == ["in/b.xlsx"]
    assert told(delivery) == [("R002", "in/a.xlsx")]


@posix_only
def test_links_that_lead_back_end(tmp_path: Path) -> None:
    root = tmp_path / "in"
    put(root / "部" / "a.xlsx", book("a"))
    (root / "部" / "loop").symlink_to(root, target_is_directory=True)
    (root / "部" / "self").symlink_to("self")
    (root / "link.xlsx").symlink_to(root / "部" / "a.xlsx")
    delivery = deliver([root])
    assert names(delivery) == ["in/link.xlsx"]
    assert told(delivery) == [("R072", "in/部/loop"), ("R077", "in/部/self")]


@posix_only
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.xlsx")
    put(tmp_path / "b.xlsx", book("b"))
    delivery = deliver([tmp_path])
    assert names(delivery) == [f"{tmp_path.name}/b.xlsx"]
    assert told(delivery) == [("R002", f"{tmp_path.name}/a.xlsx")]
    assert told(deliver([tmp_path / "a.xlsx"])) == [("R002", "a.xlsx")]


@posix_only
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    raw = "回答".encode("cp932") + b".xlsx"
    put(tmp_path / os.fsdecode(raw), book("a"))
    (name,) = names(deliver([tmp_path]))
    assert name.isprintable()
    assert name.encode().endswith(b".xlsx")


def test_a_closed_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "in" / "closed" / "a.xlsx", book("a"))
    put(tmp_path / "in" / "b.xlsx", book("b"))
    real = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "closed")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    delivery = deliver([tmp_path / "in"])
    assert names(delivery) == ["in/b.xlsx"]
    assert told(delivery) == [("R002", "in/closed")]


def test_tiny_files_by_the_hundred(tmp_path: Path) -> None:
    for number in range(200):
        put(tmp_path / "in" / f"{number:03}.xlsx", book(str(number)))
    delivery = deliver([tmp_path / "in"])
    assert names(delivery) == [f"in/{number:03}.xlsx" for number in range(200)]
    assert delivery.problems == ()


@posix_only
def test_a_link_to_nothing_is_not_said_to_be_open(tmp_path: Path) -> None:
    folder = tmp_path / "返信"
    put(folder / "a.xlsx", book("a"))
    (folder / "b.xlsx").symlink_to(tmp_path / "消えた.xlsx")
    assert told(deliver([folder])) == [("R077", "返信/b.xlsx")]
    alone = folder / "b.xlsx"
    assert told(deliver([alone])) == [("R077", str(alone))]


@pytest.mark.parametrize("name", ["..", ".", "../..", "C:"])
def test_a_member_without_a_name_is_told(tmp_path: Path, name: str) -> None:
    data = zipped({"a.xlsx": book("a"), name: b"b", "課/": b""})
    delivery = deliver([put(tmp_path / "z.zip", data)])
    assert names(delivery) == ["z.zip の中の a.xlsx"]
    assert told(delivery) == [("R078", "z.zip")]


def test_two_equal_names_in_a_zip_are_no_wrong_extension(tmp_path: Path) -> None:
    """二つ目に付けた番号を、送った課の付けた拡張子と取り違えない。"""
    data = zipped_raw({b"a.xlsx": book("a"), b"b.xlsx": book("b")}).replace(b"b.xlsx", b"a.xlsx")
    delivery = deliver([put(tmp_path / "z.zip", data)])
    assert names(delivery) == ["z.zip の中の a.xlsx", "z.zip の中の a.xlsx（2）"]
    assert told(delivery) == []
