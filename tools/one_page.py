"""操作の画面を、一つの HTML のファイル（dist/sheetgen.html）にする。

Python（Pyodide）と部品は、名・版・sha256 を tools/one_page.lock に決めたものだけを使う。
取り寄せたものは .cache/one_page に取っておき、使うたびに sha256 を確かめる。
同じものからは、同じファイルになる。

``python tools/one_page.py`` で作る。``--output`` で置く所を変える。
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from one_page_notices import Notice, notices_html, npm_notice, own_notices, wheel_notice

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tools" / "one_page"
LOCK = ROOT / "tools" / "one_page.lock"
CACHE = ROOT / ".cache" / "one_page"
OUTPUT = ROOT / "dist" / "sheetgen.html"
LARGEST = 80_000_000
"""できるファイルの大きさの上限（バイト）。"""

PLATFORMS = {"wheel": "pyemscripten_2026_0_wasm32", "other-wheel": "win_amd64"}
"""部品の種類ごとの、wheel の相手。other-wheel からは、純粋な Python だけを使う。"""
PYTHON = "3.14"
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
SCRIPTS = {
    "desk_source": ("python.js", "mounted.js", "desk_worker.js"),
    "helper_source": ("python.js", "helper.js"),
    "script": ("folder.js", "zip.js", "page.js"),
}
"""それぞれのスクリプトを、どのファイルからつなぐか。"""

Files = dict[str, bytes]


class Pinned(NamedTuple):
    """取り寄せるもの一つ。``kind`` は ``wheel``、``other-wheel``、``npm``。"""

    kind: str
    name: str
    version: str
    digest: str
    file: str


class Failure(Exception):  # noqa: N818 - 道具を使う人に見せる、終わりのわけ
    """作れないわけ。"""


def pinned(lock: Path = LOCK) -> tuple[Pinned, ...]:
    """決めてある部品。"""
    lines = lock.read_text("utf-8").splitlines()
    return tuple(Pinned(*line.split()) for line in lines if line and not line.startswith("#"))


def fetched(part: Pinned, cache: Path = CACHE) -> bytes:
    """部品の中身。なければ取り寄せる。どちらでも sha256 を確かめる。

    :raises Failure: 取り寄せられない、または中身が違う。
    """
    path = cache / part.file
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            _fetch(part, Path(folder))
            found = Path(folder) / part.file
            if not found.is_file():
                raise Failure(f"{part.name} {part.version} が {part.file} の名で届かない")
            shutil.move(found, path)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != part.digest:
        raise Failure(f"{path} の中身が tools/one_page.lock の sha256 と違う")
    return data


def _fetch(part: Pinned, folder: Path) -> None:
    if part.kind == "npm":
        npm = shutil.which("npm")
        if npm is None:
            raise Failure("npm がない（Node.js を入れる）")
        command = [npm, "pack", "--silent", f"{part.name}@{part.version}"]
    else:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", f"--platform={PLATFORMS[part.kind]}"]
        command += [f"--python-version={PYTHON}", "--implementation=cp"]
        command += ["--abi=cp314", "--abi=abi3", "--abi=none", f"{part.name}=={part.version}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"{part.name} {part.version} を取り寄せられない\n{done.stderr[-2000:]}")


def wheel_files(data: bytes) -> Files:
    """wheel の中のファイル。"""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {one: archive.read(one) for one in archive.namelist() if not one.endswith("/")}


def npm_files(data: bytes) -> Files:
    """npm の部品の中のファイル（``package/`` を除いた名）。"""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        members = [one for one in archive.getmembers() if one.isfile()]
        return {
            one.name.partition("/")[2]: stream.read()
            for one in members
            if (stream := archive.extractfile(one)) is not None
        }


_UNUSED = re.compile(
    r"(^|/)(tests?|testing|__pycache__|doc|debug)/"
    r"|\.(pyi|pyd|c|exe|po|md|html)$|\.dist-info/(?!METADATA)|^NOTICE\.txt$"
    r"|^pydantic/(v1|mypy|deprecated/[a-z]+_tools)"
)


def needed(files: Files) -> Files:
    """ページの中で使うもの。試験、型、説明は要らない。"""
    return {name: data for name, data in files.items() if not _UNUSED.search(name)}


def compiled(files: Files, pyodide: Files) -> Files:
    """Python のファイルを、ページの Python のことばに訳したもの。このパッケージは、元の文も残す。

    :raises Failure: Node.js がない、または訳せない。
    """
    node = shutil.which("node")
    if node is None:
        raise Failure("node がない（Node.js を入れる）")
    with tempfile.TemporaryDirectory() as folder:
        machine, parts = Path(folder) / "pyodide", Path(folder) / "parts"
        _write(pyodide, machine)
        _write({name: one for name, one in files.items() if name.endswith(".py")}, parts)
        command = [node, str(SOURCES / "compile.mjs"), str(machine), str(parts)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure(f"部品を訳せない\n{done.stderr[-2000:]}")
        made = dict(files)
        for path in sorted(parts.rglob("*.pyc")):
            source = (
                f"{path.parent.parent.relative_to(parts).as_posix()}/{path.name.split('.')[0]}.py"
            )
            source = source.removeprefix("./")
            if source.startswith("sheetgen/"):
                made[path.relative_to(parts).as_posix()] = path.read_bytes()
            else:
                del made[source]
                made[f"{source}c"] = path.read_bytes()
    return made


def _write(files: Files, folder: Path) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def pack(files: Files) -> bytes:
    """ファイルの束。目録（JSON の一行）と、中身の並び。gzip で縮める。

    目録は、名と大きさ（バイト）の組の並び。名の順なので、同じ中身からは同じ束になる。
    """
    index = [[name, len(files[name])] for name in sorted(files)]
    head = json.dumps(index, ensure_ascii=False).encode("utf-8") + b"\n"
    return gzip.compress(head + b"".join(files[name] for name, _ in index), 6, mtime=0)


def own_files(root: Path = ROOT) -> Files:
    """このパッケージ。実行に要るものだけ。"""
    kept = (".py", ".mo", ".html", ".css", ".js", ".svg", ".txt")
    found = sorted((root / "sheetgen").rglob("*"))
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in found
        if path.suffix in kept and "__pycache__" not in path.parts
    }


def templates(root: Path = ROOT) -> Files:
    """同梱のテンプレート。パッケージの隣に置く。"""
    found = sorted((root / "templates").rglob("*"))
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in found
        if path.is_file() and not path.name.startswith((".", "~$"))
    }


class Contents(NamedTuple):
    """ページに入れるもの。``packs`` は束の名から、縮めた中身。"""

    packs: dict[str, bytes]
    notices: list[Notice]


def contents(root: Path = ROOT) -> Contents:
    """ページに入れるものを、部品からそろえる。

    :raises Failure: 部品がそろわない。
    """
    notices = own_notices(root)
    npm: dict[str, Files] = {}
    parts: Files = {}
    packs: dict[str, bytes] = {}
    for part in pinned():
        data = fetched(part)
        if part.kind == "npm":
            npm[part.name] = npm_files(data)
            notices.append(npm_notice(npm[part.name], SOURCES / "licences"))
            continue
        files = wheel_files(data)
        notices.append(wheel_notice(files))
        if part.name == "typst":
            packs["typst"] = data  # もう縮めてある
        else:
            parts.update(needed(files))
    pyodide = npm["pyodide"]
    machine = {name: pyodide[name] for name in PYODIDE}
    machine["lock.json"] = _empty_lock(pyodide["pyodide-lock.json"])
    helpers = {path.name: path.read_bytes() for path in sorted(SOURCES.glob("*.py"))}
    parts.update({**own_files(root), **templates(root), **helpers})
    packs["python"] = pack(machine)
    packs["parts"] = _packed_parts(parts, pyodide)
    packs["fonts"] = pack(fonts_of(npm["@expo-google-fonts/biz-udgothic"]))
    return Contents(packs, notices)


def _packed_parts(parts: Files, pyodide: Files) -> bytes:
    """訳した部品の束。同じものからは同じ束になるので、取っておく。"""
    mark = hashlib.sha256((SOURCES / "compile.mjs").read_bytes() + pyodide["package.json"])
    for name in sorted(parts):
        mark.update(name.encode() + hashlib.sha256(parts[name]).digest())
    kept = CACHE / "packed" / mark.hexdigest()
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.iterdir():
            old.unlink(missing_ok=True)
        kept.write_bytes(pack(compiled(parts, pyodide)))
    return kept.read_bytes()


def fonts_of(files: Files) -> Files:
    """書体の部品の中の、書体のファイル。"""
    found = {name.rpartition("/")[2]: one for name, one in files.items()}
    return {f"fonts/{name}": one for name, one in found.items() if name.endswith(".ttf")}


def _empty_lock(data: bytes) -> bytes:
    """Pyodide の部品の目録から、部品を除いたもの。ほかから取り寄せることがない。"""
    found = json.loads(data)
    return json.dumps({**found, "packages": {}}).encode("utf-8")


def policy(script: str, style: str) -> str:
    """ページの守り。ページの外には、何も求められない。"""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_mark(script)}' blob: 'wasm-unsafe-eval'",
            "worker-src blob:",
            f"style-src '{_mark(style)}'",
            "img-src blob: data:",
            "connect-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
        )
    )


def _mark(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def assembled(found: Contents) -> str:
    """ページの全文。"""

    def joined(names: tuple[str, ...]) -> str:
        return "\n".join((SOURCES / name).read_text("utf-8") for name in names)

    texts = {name: joined(files) for name, files in SCRIPTS.items()}
    texts["style"] = joined(("page.css",))
    for name in ("desk_source", "helper_source", "script"):
        if "</script" in texts[name]:
            raise Failure(f"{name} に </script がある")
    texts["policy"] = policy(texts["script"], texts["style"])
    texts["notices"] = notices_html(found.notices)
    texts["packs"] = "\n".join(
        f'<script type="text/plain" id="pack-{name}">{base64.b64encode(data).decode()}</script>'
        for name, data in found.packs.items()
    )
    page = (SOURCES / "page.html").read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda one: texts[one[1]], page)


def build(output: Path = OUTPUT) -> int:
    """ページを作り、大きさ（バイト）を返す。

    :raises Failure: 部品を取り寄せられない、部品が決めたものと違う、または大きすぎる。
    """
    return write(contents(), output)


def write(found: Contents, output: Path) -> int:
    """そろえたものを、ページにして置く。大きさ（バイト）を返す。

    :raises Failure: 大きすぎる。
    """
    data = assembled(found).encode("utf-8")
    if len(data) > LARGEST:
        raise Failure(f"大きすぎる（{len(data):,} バイト。上限は {LARGEST:,} バイト）")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(data)
    return len(data)


def main() -> int:
    """作って、置いた所と大きさを言う。"""
    parser = argparse.ArgumentParser(description="操作の画面を、一つの HTML にする。")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="置く所")
    output = parser.parse_args().output
    try:
        size = build(output)
    except Failure as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{output}（{size / 1e6:.1f} MB）")
    return 0


if __name__ == "__main__":
    sys.exit(main())
