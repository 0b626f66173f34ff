"""戻ってくるもの、その3（19-33）：ブックの形、入れ物、悪意。"""

from __future__ import annotations

import io
import os
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from making import bindings
from ooxml.draft import Draft, fragment, place
from ooxml.package import q
from returned import clients, hostile
from returned.desk import Desk, codes, errors, recorded, results, states
from returned.libreoffice import LibreOffice
from returned.post import BENCH, GARBAGE, SPORTS, TAX, WORDS, Post
from returned.sections import GRADE, TEXT, VALUE, Form
from returned.zips import write_cp932

from sheetgen.collect.request import CollectResult
from sheetgen.reading import delivery
from sheetgen.records.open_items import ItemState


def assert_exact(post: Post, result: CollectResult, item: str) -> None:
    """答えが記録され、書いたとおりである。"""
    assert errors(result) == []
    assert states(result)[item] is ItemState.RECORDED
    assert results(post.desk)[item] == dict(post.forms[item].answers)


def assert_refused(desk: Desk, result: CollectResult, file: str, *wanted: str) -> None:
    """そのファイルを断り、名と符号を言い、何も記録していない。"""
    found = {p.code for p in errors(result) if p.place.file and p.place.file.endswith(file)}
    assert found & set(wanted) if wanted else found, [p.code for p in result.problems]
    assert recorded(result) == set()


def test_line_19_pasted_over(desk: Desk, post: Post) -> None:
    """結合が解け、書式と入力規則が失われ、保護も外れた様式。"""
    book = post.send(TAX)
    with clients.edited(book) as opened:
        sheet = opened[post.sheets[TAX]]
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
        for row in sheet.iter_rows():
            for cell in row:
                cell.style = "Normal"
        sheet.data_validations.dataValidation.clear()
        sheet.protection.disable()
    assert_exact(post, desk.settle(book), TAX)


def test_line_19_merged_answers(desk: Desk, post: Post) -> None:
    """二つの記入欄を結合した様式。覆われた欄を、空欄として記録しない。"""
    book = post.send(TAX)
    first, last = post.cell(VALUE), post.cell("years[0].result.effect")
    with clients.edited(book) as opened:
        opened[post.sheets[TAX]].merge_cells(f"{first}:{last}")
    result = desk.collect(book)
    assert states(result)[TAX] is ItemState.HELD
    assert "R304" in codes(result, TAX)


def test_line_20_locked_text_changed(desk: Desk, post: Post) -> None:
    """計画の文の書き換えは、変更申出として残し、計画は変えない。"""
    before = desk.items()[TAX]["improvement"]
    [cell] = [c for c, path in bindings(desk.template).items() if path == "item.improvement"]
    book = post.send(TAX, name="計画も直した.xlsx")
    with clients.edited(book) as opened:
        found = opened[post.sheets[TAX]][cell]
        found.value = f"{found.value}\n● 口座振替の勧奨を強化する。"
    result = desk.settle(book)
    assert_exact(post, result, TAX)
    assert desk.items()[TAX]["improvement"] == before
    [outcome] = [one for one in result.items if one.item == TAX]
    [proposed] = outcome.proposals
    assert proposed.proposal.old == before
    assert proposed.proposal.new.endswith("口座振替の勧奨を強化する。")
    [entry] = [entry for entry in desk.journal() if entry["action"] == "propose"]
    assert entry["item"] == TAX
    assert entry["cell"] == cell


def test_line_21_million_formatted_rows(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    with post.xml(book, TAX) as root:
        place(root, fragment('<dimension ref="A1:XFD1048576"/>'))
        data = root.find(q("sheetData"))
        for number in range(30, 60_030):
            data.append(
                fragment(f'<row r="{number}" s="3" customFormat="1"><c r="A{number}" s="3"/></row>')
            )
        data.append(fragment('<row r="1048576"><c r="XFD1048576" s="3"/></row>'))
    assert_exact(post, desk.settle(book), TAX)


def test_line_21_false_dimension(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    with post.xml(book, TAX) as root:
        place(root, fragment('<dimension ref="A1"/>'))
    assert_exact(post, desk.settle(book), TAX)


def test_line_22_hidden_personal_data(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    with clients.edited(book) as opened:
        secret = opened.create_sheet("滞納者一覧")
        secret.append(["氏名", "住所", "生年月日", "滞納額"])
        secret.append(["（氏名）", "（住所）", "（電話）", 120000])
        secret.sheet_state = "hidden"
        form = opened[post.sheets[TAX]]
        form["Q40"] = "氏名：（略）　生年月日：（略）"
        form.row_dimensions[40].hidden = True
    result = desk.collect(book)
    told = [(p.place.sheet, p.code) for p in result.problems if p.place.sheet]
    assert [code for sheet, code in told if sheet == "滞納者一覧"] == ["R350"]
    assert (post.sheets[TAX], "R350") in told


@pytest.mark.parametrize("suffix", [".xls", ".ods"])
def test_line_23_other_formats(
    suffix: str, desk: Desk, post: Post, libreoffice: LibreOffice
) -> None:
    book = post.send(TAX)
    target = book.with_suffix(suffix)
    libreoffice.work(book, [], target)
    assert_exact(post, desk.settle(target), TAX)


def test_line_23_macro_book(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    with post.parts(book) as draft:
        draft.add(
            "xl/vbaProject.bin",
            b"\xd0\xcf\x11\xe0" + b"\x00" * 512,
            "application/vnd.ms-office.vbaProject",
        )
        draft.relate(draft.book(), "vbaProject", "xl/vbaProject.bin")
        types = draft.parts["[Content_Types].xml"].decode()
        draft.parts["[Content_Types].xml"] = types.replace(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        ).encode()
    target = book.rename(book.with_suffix(".xlsm"))
    result = desk.settle(target)
    assert_exact(post, result, TAX)
    assert "R040" in codes(result)


def test_line_23_csv_and_pdf(desk: Desk, post: Post, tmp_path: Path) -> None:
    (tmp_path / "一覧.csv").write_bytes("項目,実績\n徴収率,98.3\n".encode("cp932"))
    (tmp_path / "様式.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\n")
    good = post.send(TAX)
    result = desk.settle(tmp_path / "一覧.csv", tmp_path / "様式.pdf", good)
    told = {(p.place.file, p.code) for p in errors(result)}
    assert told == {("一覧.csv", "R006"), ("様式.pdf", "R005")}
    assert recorded(result) == {TAX}


def test_line_23_zip_with_japanese_names(desk: Desk, post: Post, tmp_path: Path) -> None:
    """Windows の zip：名は cp932、フォルダーは何段にもなる。"""
    books = {
        "総務部/収納課（回答）.xlsx": post.send(TAX),
        "経済環境部/農業/様式①.xlsx": post.send(BENCH),
    }
    target = tmp_path / "回答一式.zip"
    write_cp932(target, {"空のフォルダー/": b""} | {n: p.read_bytes() for n, p in books.items()})
    result = desk.settle(target)
    assert recorded(result) == {TAX, BENCH}
    shown = " ".join(file.file for file in result.files)
    assert "収納課（回答）.xlsx" in shown
    assert "様式①.xlsx" in shown


def test_line_23_wrong_extension(desk: Desk, post: Post, libreoffice: LibreOffice) -> None:
    book = post.send(TAX)
    old = book.with_suffix(".xls")
    libreoffice.work(book, [], old)
    book.write_bytes(old.read_bytes())
    old.unlink()
    result = desk.settle(book)
    assert_exact(post, result, TAX)
    assert "R018" in codes(result)


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods"])
def test_line_24_encrypted(suffix: str, desk: Desk, post: Post, libreoffice: LibreOffice) -> None:
    book = post.send(TAX)
    target = book.with_name(f"暗号{suffix}")
    libreoffice.work(book, [], (target, "himitsu"))
    assert_refused(desk, desk.collect(target), target.name, "R022")


def test_line_25_strict(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    with post.parts(book) as draft:
        for name, data in draft.parts.items():
            if name.endswith((".xml", ".rels")):
                for old, new in STRICT.items():
                    data = data.replace(old.encode(), new.encode())
                draft.parts[name] = data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert openpyxl.load_workbook(book).sheetnames == []  # だから openpyxl では読まない
    assert_exact(post, desk.settle(book), TAX)


STRICT = {
    hostile.MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    hostile.REL: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


@pytest.fixture(scope="module")
def trouble(
    issued_desk: Desk, honest_forms: dict[str, Form], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, CollectResult]:
    """壊れたファイルと悪意のあるファイルのすべてを、一つのよいファイルとともに回収した結果。"""
    folder = tmp_path_factory.mktemp("trouble")
    desk = Desk.copy_of(issued_desk, folder / "desk")
    post = Post(desk, honest_forms, folder / "in")
    book = post.send(BENCH, name="よい.xlsx").read_bytes()
    for number, make in enumerate(hostile.BROKEN.values()):
        (folder / "in" / f"{number:02d}.xlsx").write_bytes(make(book))
    return desk, desk.collect(folder / "in")


@pytest.mark.parametrize("fault", hostile.BROKEN)
def test_line_26_and_29_broken_and_hostile(fault: str, trouble: tuple[Desk, CollectResult]) -> None:
    """どれも断り、そのファイルの名とわけを言う。"""
    _, result = trouble
    name = f"in/{list(hostile.BROKEN).index(fault):02d}.xlsx"
    told = {problem.code for problem in errors(result) if name in (problem.place.file or "")}
    assert told, [(p.code, p.place.file) for p in result.problems]
    assert "R064" not in told  # 思わぬ形ではなく、わけの分かる断り方


def test_line_26_and_29_other_files_go_on(
    trouble: tuple[Desk, CollectResult], honest_forms: dict[str, Form]
) -> None:
    desk, result = trouble
    assert recorded(result) == {BENCH}
    assert results(desk)[BENCH] == dict(honest_forms[BENCH].answers)


def test_line_26_false_sizes(desk: Desk, post: Post) -> None:
    """一覧の大きさが偽りでも、中身が正しければ読む。"""
    book = post.send(TAX)
    book.write_bytes(hostile.lying_size(book.read_bytes()))
    result = desk.collect(book)
    assert_exact(post, result, TAX)


def test_line_26_missing_part(desk: Desk, post: Post) -> None:
    bad = post.send(TAX)
    bad.write_bytes(hostile.without(bad.read_bytes(), "xl/sharedStrings.xml"))
    assert_refused(desk, desk.collect(bad), bad.name, "R026")


def test_line_26_backslash_part_names(desk: Desk, post: Post) -> None:
    bad = post.send(TAX)
    bad.write_bytes(hostile.backslash_names(bad.read_bytes()))
    result = desk.settle(bad)
    assert_exact(post, result, TAX)


def test_line_27_other_programs_files(desk: Desk, post: Post) -> None:
    post.send(TAX)
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._0206.xlsx"):
        (post.folder / name).write_bytes(b"\x00\x05\x16\x07")
    (post.folder / "~$別の様式.xlsx").write_bytes(b"\x05user" + b" " * 160)
    (post.folder / "__MACOSX").mkdir()
    (post.folder / "__MACOSX" / "._0206.xlsx").write_bytes(b"\x00\x05\x16\x07")
    result = desk.settle(post.folder)
    assert_exact(post, result, TAX)


def test_line_28_unreadable_file(desk: Desk, post: Post, tmp_path: Path) -> None:
    good = post.send(TAX)
    (post.folder / "どこにもない.xlsx").symlink_to(tmp_path / "なし.xlsx")
    locked = post.folder / "権限がない.xlsx"
    locked.write_bytes(good.read_bytes())
    locked.chmod(0)
    can_read = os.access(locked, os.R_OK)
    result = desk.settle(post.folder, tmp_path / "打ちまちがい.xlsx")
    assert recorded(result) == {TAX}
    told = {p.place.file: p.code for p in errors(result)}
    assert told[str(tmp_path / "打ちまちがい.xlsx")] == "R001"
    assert "どこにもない.xlsx" in str(told)
    assert can_read or "権限がない.xlsx" in str(told)
    locked.chmod(0o600)


FORMULAS = {
    WORDS: '=HYPERLINK("http://127.0.0.1/","押す")',
    BENCH: "+1+1",
    SPORTS: "-2+3",
    GARBAGE: "@SUM(A1)",
    TAX: "\t=1+1",
}


@pytest.mark.parametrize("is_held", [False, True])
def test_line_30_formula_text_stays_text(is_held: bool, desk: Desk, post: Post) -> None:
    """式に見える文字は、計画のデータでも、回収結果でも、差戻しでも文字のまま。"""
    changes = {GRADE: "Ｚ"} if is_held else {}
    books = [post.send(item, {TEXT: text, **changes}) for item, text in FORMULAS.items()]
    result = desk.collect(*books) if is_held else desk.settle(*books)
    held = results(desk)
    wanted = dict.fromkeys(FORMULAS) if is_held else FORMULAS
    assert {item: held[item][TEXT] for item in FORMULAS} == wanted
    assert result.report is not None
    made = [result.report, *result.returns]
    assert len(made) == 1 + is_held * len(FORMULAS)
    cells = [
        cell
        for path in made
        for sheet in openpyxl.load_workbook(path).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if any(text.strip() in str(cell.value) for text in FORMULAS.values())
    ]
    assert len(cells) >= len(FORMULAS)
    assert {cell.data_type for cell in cells} == {"s"}


def test_line_31_links_and_embedded_objects(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    with post.parts(book) as draft:
        _link_outside(draft)
        sheet = draft.sheet(post.sheets[TAX])
        draft.add("xl/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0" + b"\x00" * 512,
                  "application/vnd.openxmlformats-officedocument.oleObject")  # fmt: skip
        draft.relate(sheet, "oleObject", "xl/embeddings/oleObject1.bin")
    result = desk.settle(book)
    assert_exact(post, result, TAX)
    assert {"R041", "R042"} <= codes(result)


def _link_outside(draft: Draft) -> None:
    part = "xl/externalLinks/externalLink1.xml"
    draft.add(
        part,
        f'<externalLink xmlns="{hostile.MAIN}" xmlns:r="{hostile.REL}"><externalBook r:id="rId1"/>'
        "</externalLink>",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml",
    )
    draft.relate(part, "externalLinkPath", "file:///C:/課内/集計.xlsx", external=True)
    rid = draft.relate(draft.book(), "externalLink", part)
    with draft.edit(draft.book()) as root:
        names = root.find(q("definedNames"))
        found = fragment(
            f'<externalReferences><externalReference r:id="{rid}"/></externalReferences>'
        )
        names.addprevious(found)


def test_line_32_paths_that_climb(desk: Desk, post: Post, tmp_path: Path) -> None:
    """zip の中の名が外を指しても、どこにも書かず、中身は読む。"""
    data = post.send(TAX).read_bytes()
    other = post.send(BENCH).read_bytes()
    target = tmp_path / "逃げる.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../../../外へ.xlsx", data)
        archive.writestr("/絶対/外へ.xlsx", other)
        archive.writestr("C:\\Windows\\外へ.xlsx", post.send(SPORTS).read_bytes())
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(desk.root)}
    result = desk.settle(target)
    after = {path for path in tmp_path.rglob("*") if not path.is_relative_to(desk.root)}
    assert after == before
    assert not [p for p in desk.root.rglob("*") if "外へ" in p.name]
    assert recorded(result) <= {TAX, BENCH, SPORTS}
    if recorded(result) != {TAX, BENCH, SPORTS}:
        assert errors(result)


def test_line_32_sheet_names(desk: Desk, post: Post) -> None:
    book = post.send(TAX)
    with post.parts(book) as draft, draft.edit(draft.book()) as root:
        for sheet in root.find(q("sheets")):
            if sheet.get("name") == post.sheets[TAX]:
                sheet.set("name", "..\\..\\外へ/[1]'!A1")
        for name in list(root.find(q("definedNames"))):
            name.getparent().remove(name)
    result = desk.settle(book)
    assert recorded(result) == {TAX}
    held = desk.collect(post.send(BENCH, {VALUE: "不明"}))
    for path in held.returns:
        assert path.parent.is_relative_to(desk.root)


def test_line_33_html(desk: Desk, post: Post) -> None:
    text = '<script>alert(1)</script><b onclick="x">太字</b> &lt; &nbsp; <br>次の行'
    desk.settle(post.send(TAX, {TEXT: text}))
    assert results(desk)[TAX][TEXT] == text


def test_the_hostile_files_are_what_they_say() -> None:
    """試験のファイルが、言うとおりの悪さを持つこと。"""
    assert len(hostile.zip_bomb()) < 1 << 20
    twice = hostile.duplicate_parts(hostile.zipped({"xl/sheet2.xml": "<v>1"}))
    assert zipfile.ZipFile(io.BytesIO(twice)).namelist() == ["xl/sheet2.xml"] * 2
    assert len(hostile.billion_cells()) < 2000


def _not_read(folder: Path) -> dict[str, bytes]:
    """読み取れないもの。名から中身へ。"""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("控え.pdf", b"%PDF-1.4 inside")
    made = {
        "回答.pdf": b"%PDF-1.7 answer",
        "同じもの.pdf": b"%PDF-1.7 answer",
        "画面.PNG": b"\x89PNG\r\n\x1a\n picture",
        "文書.docx": _word_document(),
        "一覧.csv": "番号,実績\r\n1,34\r\n".encode("cp932"),
        "連絡.eml": b"From: a@example.jp\r\nSubject: x\r\n\r\nbody",
        "まとめ.7z": b"7z\xbc\xaf\x27\x1c rest",
        "道具.exe": b"MZ" + bytes(range(256)),
        "空.xlsx": b"",
        "壊れた.zip": b"PK\x03\x04" + b"broken" * 20,
        "添付.zip": inner.getvalue(),
    }
    folder.mkdir()
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return made


def _word_document() -> bytes:
    """Word の文書。"""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return target.getvalue()


def test_what_cannot_be_read_is_kept_all_the_same(desk: Desk, tmp_path: Path) -> None:
    """PDF も画像もメールも、捨てない。同じ中身は一度だけ、試しの回ではしまわない。"""
    made = _not_read(tmp_path / "返信")
    assert desk.collect(tmp_path / "返信", dry_run=True).files == ()
    assert desk.originals() == []
    result = desk.collect(tmp_path / "返信")
    kept = {path.read_bytes(): path for path in desk.originals()}
    wanted = {data for name, data in made.items() if data and name != "添付.zip"}
    assert set(kept) == {*wanted, b"%PDF-1.4 inside"}
    endings = {name: kept[made[name]].suffix for name in made if made[name] in kept}
    assert endings == {
        "回答.pdf": ".pdf", "同じもの.pdf": ".pdf", "画面.PNG": ".png", "文書.docx": ".docx",
        "一覧.csv": ".csv", "連絡.eml": ".eml", "まとめ.7z": ".7z", "道具.exe": ".unknown",
        "壊れた.zip": ".zip",
    }  # fmt: skip
    assert "R385" not in {one.code for one in result.problems}
    before = {path: path.stat().st_mtime_ns for path in kept.values()}
    desk.collect(tmp_path / "返信")
    assert {path: path.stat().st_mtime_ns for path in desk.originals()} == before


def test_the_bound_of_what_is_kept_is_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MAX_OTHER_BYTES", 20)
    folder = tmp_path / "返信"
    folder.mkdir()
    (folder / "一.pdf").write_bytes(b"%PDF-1.7 small")
    (folder / "二.pdf").write_bytes(b"%PDF-1.7 much larger")
    result = desk.collect(folder)
    (told,) = [one for one in result.problems if one.code == "R385"]
    assert told.place.file == "返信/二.pdf"
    assert [path.read_bytes() for path in desk.originals()] == [b"%PDF-1.7 small"]
