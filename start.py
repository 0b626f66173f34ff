"""準備から実行までを、一つの命令で行う。

    python start.py            様式の見本を作る（sheetgen generate）
    python start.py check      点検する（sheetgen のほかのコマンドも同じ）
    python start.py test       試験を走らせる（pytest）

Python のほかには何も要らない。隣に ``.venv`` を作って部品を入れ、コマンドを動かす。
動いている ``.venv`` は、フォルダーを移しても、別の Python を入れても、ネットにつながらなくても、
そのまま使う。足りないものがあるときだけ入れる。

打ったファイルとフォルダーの名は、打った所からのもの（``python ../start.py collect 返信``）。
data・templates・output は、打った所か、その上のフォルダーに計画があれば、そこのものを、
なければ start.py の隣のものを使う。

古い Python でも読めるように書き、何がいけないかを言えるようにする。
"""

import configparser
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SPARE = ROOT / ".venv-before"
STAMP = VENV / "sheetgen-stamp.json"
WHEELS = ROOT / "wheels"
NEEDED = (3, 11)
# 使うフォルダーを、コマンドに伝える環境変数。sheetgen/cli/parameters.py が読む。
FOLDER = "SHEETGEN_FOLDER"
# 試験はコアの数だけ並べる。一つのファイルの試験は、同じものを使い回すので分けない。
# ファイルの順は tests/conftest.py が決める。
# コアがいくらあっても八つまで。一つずつが LibreOffice を起こし、メモリーを使う。
IN_PARALLEL = ("-n", "auto", "--maxprocesses", "8", "--dist", "loadfile", "--no-loadscope-reorder")
COMPARISONS = {
    ">=": lambda have, asked: have >= asked,
    "<": lambda have, asked: have < asked,
    "==": lambda have, asked: have == asked,
}
RANGE_WORDS = {">=": "{} 以上", "<": "{} 未満", "==": "{}"}
# 仮想環境の Python に、自分のことと部品のことを答えさせる。別の Python のための部品は、
# 名と版があっても読み込めないので、読み込んでみる。
PROBE = r"""
import importlib, importlib.metadata as metadata, importlib.util, json, re, sys
asked, deep = json.loads(sys.argv[1])
found, broken = {}, {}

def visit(name):
    key = re.sub("[-_.]+", "-", name).lower()
    if key in found:
        return
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        found[key] = None
        return
    found[key] = package.version
    if not deep:
        return
    for line in package.requires or ():
        if ";" not in line:
            visit(re.match("[A-Za-z0-9._-]+", line).group())
    for file in package.files or ():
        parts = file.parts
        if len(parts) == 2 and parts[1] == "__init__.py":
            try:
                importlib.import_module(parts[0])
            except Exception as error:
                broken[key] = str(error)

for name in asked:
    visit(name)
print()
print(json.dumps({
    "version": sys.version, "pip": importlib.util.find_spec("pip") is not None,
    "numbers": list(sys.version_info[:3]), "found": found, "broken": broken,
}))
"""
# pip の記録にあることばから、入れられなかったわけへ。上から順に見る。
PIP_CAUSES = (
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError"),
        "証明書を確かめられず、部品の置き場所につながりません。",
    ),
    (("ProxyError", "407 Proxy"), "プロキシにつながりません。"),
    (("No space left", "Errno 28"), "ディスクに空きがありません。"),
    (("Permission denied", "WinError 5", "Read-only"), "このフォルダーに書き込めません。"),
    (
        ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "Failed to establish"),
        "ネットにつながりません。",
    ),
)


def say(text=""):
    """案内を標準エラーに出す。"""
    print(text, file=sys.stderr, flush=True)


def stop(*lines):
    """理由と直し方を出して、終わる。"""
    for line in lines:
        say(line)
    sys.exit(1)


def dotted(numbers):
    """版の数の並びを、点でつなぐ。"""
    return ".".join(str(number) for number in numbers)


def check_python():
    """仮想環境を作れる Python かどうかを確かめる。"""
    if sys.version_info < NEEDED:
        stop(
            "原因: この Python は古すぎます（{}）。3.11 以上が要ります。".format(  # noqa: UP032
                dotted(sys.version_info[:3])
            ),
            "対処: 3.11 以上の Python を入れ、その Python で start.py を動かしてください。",
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        stop(
            f"原因: Python の部品「{error.name}」がなく、仮想環境を作れません。",
            "対処: Debian・Ubuntu では、次を行ってからやり直してください。",
            "        sudo apt install python3-venv",
        )


# --- 求める部品 ---


def wanted(extras=()):
    """求める部品の名から、版の条件（比べ方と版の組）の並びへ。setup.cfg に書いてある。"""
    config = configparser.ConfigParser()
    config.read(str(ROOT / "setup.cfg"), encoding="utf-8")
    lines = config.get("options", "install_requires", fallback="").splitlines()
    for extra in extras:
        lines += config.get("options.extras_require", extra, fallback="").splitlines()
    out = {}
    for line in lines:
        match = re.match(r"\s*([A-Za-z0-9._-]+)\s*([^;]*)", line)
        if match:
            ranges = re.findall(r"(>=|==|<)\s*([0-9][0-9.]*)", match.group(2))
            out[re.sub("[-_.]+", "-", match.group(1)).lower()] = ranges
    return out


def numbers_of(version):
    """比べられる形の版。終わりの 0 は省く（3.0 と 3 は同じ）。"""
    numbers = [int(part) for part in re.match("[0-9.]*", version).group().split(".") if part]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def fits(version, ranges):
    """版が条件に合うかどうか。"""
    have = numbers_of(version)
    return all(COMPARISONS[sign](have, numbers_of(asked)) for sign, asked in ranges)


def range_words(name, ranges):
    """部品の名と、求める版。"""
    words = " ".join(RANGE_WORDS[sign].format(asked) for sign, asked in ranges)
    return f"{name}（{words}）" if words else name


# --- 仮想環境 ---


def venv_python():
    """仮想環境の Python の場所。"""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def look(names=(), deep=False):
    """仮想環境の Python の答え。動かなければ None。

    version・numbers（その Python の版）、pip（あるか）、found（部品の名から版へ。なければ None）、
    broken（読み込めない部品の名から、そのわけへ）の辞書。``deep`` なら、部品を読み込んでもみる。
    """
    try:
        asked = [str(venv_python()), "-I", "-c", PROBE, json.dumps([list(names), deep])]
        # capture_output は、古い Python にない。
        done = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: UP022
        state = json.loads(done.stdout.decode("ascii").splitlines()[-1])
    except (OSError, ValueError, IndexError):
        return None
    return state if tuple(state["numbers"]) >= NEEDED else None


def venv_origin():
    """仮想環境のもとの Python のあった所と、その版の初めの二つ（「3.11」）。分からなければ空。"""
    try:
        text = (VENV / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", ""
    pairs = [line.partition("=") for line in text.splitlines()]
    values = {key.strip().lower(): value.strip() for key, _, value in pairs}
    version = values.get("version") or values.get("version_info", "")
    return values.get("home", ""), ".".join(version.split(".")[:2])


def revive():
    """もとの Python のなくなった仮想環境を、部品を残したまま、いまの Python につなぎ直す。

    部品は Python の 3.11、3.12 などの版ごとに違うので、同じ版のときだけできる。
    """
    home, version = venv_origin()
    if sys.version_info < NEEDED or version != dotted(sys.version_info[:2]):
        return None
    for link in (VENV / "bin").glob("python*"):
        if link.is_symlink():
            link.unlink()
    asked = [sys.executable, "-m", "venv", "--without-pip", str(VENV)]
    subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    state = look()
    if state:
        say(f"準備: .venv のもとの Python（{home}）が使えないので、いまの Python につなぎました。")
    return state


def make_venv():
    """仮想環境を新しく作る。"""
    say("準備: 仮想環境 .venv を作っています。")
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if made.returncode != 0:
        stop(
            made.stdout.decode(errors="replace").strip(),
            "原因: 仮想環境 .venv を作れませんでした（上はその記録です）。",
            "対処: このフォルダーに書き込めるか、ディスクに空きがあるかを確かめてください。",
            "      Debian・Ubuntu では sudo apt install python3-venv も確かめてください。",
        )


def start_afresh(extras, why):
    """仮想環境を作り直して、部品を入れる。できなければ、前のものを戻して、わけを言う。"""
    check_python()
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
        stop(
            "原因: .venv という名の、仮想環境でないフォルダーがあります。",
            "対処: そのフォルダーの名を変えてから、やり直してください。",
        )
    if why:
        say(f"準備: {why}")
    had = VENV.exists()
    version = venv_origin()[1]
    if had:
        shutil.rmtree(str(SPARE), ignore_errors=True)
        try:
            VENV.rename(SPARE)
        except OSError as error:
            stop(
                f"原因: {why}作り直そうとしましたが、.venv を除けません（{error.strerror}）。",
                "対処: sheetgen の動いている窓を閉じてから、やり直してください。",
            )
    try:
        make_venv()
        log = install(extras)
        if log is not None:
            if numbers_of(version) >= list(NEEDED) and version != dotted(sys.version_info[:2]):
                why += f"Python {version} で start.py を動かせば、その部品を使い続けられます。"
            explain(log, list(wanted(extras)), sys.version_info[:3], why)
        stamp(sys.version, extras)
    except BaseException:
        if had:
            shutil.rmtree(str(VENV), ignore_errors=True)
            SPARE.rename(VENV)
        raise
    shutil.rmtree(str(SPARE), ignore_errors=True)


# --- 部品を入れる ---


def fingerprint(version):
    """確かめ直しが要るかを知るための、Python の版と置き場所と設定の要約。"""
    digest = hashlib.sha256(f"{version}{ROOT}".encode())
    for name in ("setup.cfg", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def read_stamp():
    """前に確かめたことの控え。なければ空。"""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def stamp(version, extras, tried=None):
    """確かめたことを控える。``tried`` は、版の違う部品を新しくしようとした日。"""
    kept = {"fingerprint": fingerprint(version), "extras": extras, "tried": tried}
    try:
        STAMP.write_text(json.dumps(kept), encoding="utf-8")
    except OSError:
        return  # 書けない所でも動く。次も確かめるだけ


def install(extras, patient=True):
    """プロジェクトと部品を入れる。入れられなければ、pip の記録を返す。

    ``patient`` でなければ、つながらないときにすぐあきらめる。
    """
    say("準備: 部品を入れています（初めてのときは数分かかります）。")
    command = [str(venv_python()), "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check"]
    if not patient:
        command += ["--retries", "0", "--timeout", "10"]
    if WHEELS.is_dir():
        command += ["--no-index", "--find-links", str(WHEELS)]
    command += ["--editable", f".[{','.join(extras)}]" if extras else "."]
    done = subprocess.run(
        command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return None if done.returncode == 0 else done.stdout.decode(errors="replace").strip()


def pip_cause(log):
    """pip の記録から読み取れる、入れられなかったわけ。"""
    for marks, words in PIP_CAUSES:
        if any(mark in log for mark in marks):
            return words
    return ""


def explain(log, lacking, numbers, why=""):
    """部品を入れられなかったときの案内を出して、終わる。

    ``lacking`` は足りない部品の名、``numbers`` はその部品を使う Python の版。
    """
    asked = wanted(["test"])
    names = "、".join(range_words(name, asked.get(name, ())) for name in lacking)
    using = (
        f"Python {dotted(numbers)} のための部品が要ります（いま動いているのは {sys.executable}）。"
    )
    say("\n".join(line for line in log.splitlines() if "WARNING: Retrying" not in line))
    say(f"原因: {why}要る部品を入れられませんでした（上は pip の記録です）。{pip_cause(log)}")
    say(f"      足りない部品: {names}")
    if WHEELS.is_dir():
        stop(
            f"      wheels フォルダーの部品だけでは足りません。{using}",
            "対処: ネットにつながる PC で、同じ OS・同じ版の Python を使って集め直してください。",
            '        python -m pip download -d wheels ".[test]" "setuptools>=68" wheel',
        )
    stop(
        f"      {using}",
        "対処: ネットワークにつながっているかを確かめて、やり直してください。",
        "      プロキシの中では、環境変数 HTTPS_PROXY を設定してください。",
        "      ネットにつながらない PC では、部品を集めた wheels フォルダーを",
        "      start.py の隣に置いてください（docs/guide.md「ネットにつながらない PC」）。",
    )


def why_dead():
    """仮想環境が動かないわけ。まだなければ空。"""
    home, version = venv_origin()
    if not (home and VENV.exists()):
        return ""
    now = "動きません" if Path(home).is_dir() else "その Python は、いまはありません"
    return f".venv は Python {version}（{home}）で作られましたが、{now}。"


def prepare(extra):
    """仮想環境と部品を確かめ、足りないものだけを入れる。足りていれば、ネットを見ない。"""
    extras = [extra] if extra else []
    state = look() or revive()
    if state is None:
        start_afresh(extras, why_dead())
        return
    before = read_stamp()
    known = before.get("fingerprint") == fingerprint(state["version"])
    had = before.get("extras") or []
    if known and not before.get("tried") and (extra is None or extra in had):
        return
    extras = sorted({*extras, *(had if known else [])})
    names = wanted(extras)
    own = look(wanted(), deep=True) or state
    # 試験の部品は、版を見るだけ。読み込むと、時間がかかる。
    found = {**((look(names) or state)["found"] if extras else {}), **own["found"]}
    lacking = sorted(name for name in {*names, *found} if not found.get(name))
    unfit = [name for name in names if found.get(name) and not fits(found[name], names[name])]
    broken = {name: words for name, words in own["broken"].items() if name not in lacking}
    if broken and not lacking:
        name, words = sorted(broken.items())[0]
        start_afresh(extras, f"部品 {name} を、この Python で読み込めません（{words}）。")
        return
    today = datetime.date.today().isoformat()
    tried = before.get("tried") if known else None
    if lacking or (unfit and tried != today):
        if not state["pip"]:
            start_afresh(extras, ".venv に pip がありません。")
            return
        log = install(extras, patient=bool(lacking))
        if log is None:
            unfit = []
        elif lacking:
            explain(log, lacking, state["numbers"])
    if unfit:
        words = "、".join(f"{range_words(name, names[name])}は {found[name]}" for name in unfit)
        say(f"確認: 版の違う部品を、新しくできないので、そのまま使います: {words}")
    stamp(state["version"], extras, today if unfit else None)


# --- 動かす ---


def command_for(arguments):
    """引数から、入れる追加の組と、動かす命令を決める。"""
    python = str(venv_python())
    if arguments[:1] == ["test"]:
        given = [from_here(argument) for argument in arguments[1:]]
        return "test", [python, "-m", "pytest", *IN_PARALLEL, *given]
    # -P: 打ったフォルダーにある .py を、Python の部品と取り違えない。
    return None, [python, "-P", "-m", "sheetgen", *(arguments or ["generate"])]


def from_here(argument):
    """試験のファイルの名を、打った所からのものとして読む。"""
    name, mark, rest = argument.partition("::")
    path = Path.cwd() / name
    return f"{path}{mark}{rest}" if not name.startswith("-") and path.exists() else argument


def workplace():
    """data・templates・output のあるフォルダー。

    打った所か、その上のフォルダーに計画のデータがあれば、そこ。新しい市のフォルダーで打った
    コマンドが、start.py の隣の計画を書き換えてはならない。
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        plan = str(folder / "data" / "plan.json")
        # Path.is_file は、読む権限のない所で止まる。
        if folder == ROOT or os.path.isfile(plan):  # noqa: PTH113
            return folder
    return ROOT


def run(command, is_test):
    """命令を動かし、その終了コードを返す。

    パッケージは、start.py の隣のものを使う。フォルダーを移した仮想環境は、前の所を覚えている。
    """
    places = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, places)))
    environment.pop(FOLDER, None)
    if is_test:
        return subprocess.run(command, cwd=str(ROOT), env=environment, check=False).returncode
    environment[FOLDER] = str(workplace())
    return subprocess.run(command, env=environment, check=False).returncode


def main():
    """準備をして命令を動かし、その終了コードを返す。"""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    extra, command = command_for(sys.argv[1:])
    try:
        prepare(extra)
    except KeyboardInterrupt:
        say("準備を途中で止めました。もう一度行うと、準備から始めます。")
        return 1
    try:
        return run(command, extra == "test")
    except KeyboardInterrupt:
        return 1  # 何が起きたかは、コマンドがもう言っている


if __name__ == "__main__":
    sys.exit(main())
