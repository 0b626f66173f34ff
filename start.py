"""準備から実行までを、一つの命令で行う。

    python start.py            様式の見本を作る（sheetgen generate）
    python start.py check      点検する（sheetgen のほかのコマンドも同じ）
    python start.py test       試験を走らせる（pytest）

Python のほかには何も要らない。隣に ``.venv`` を作ってプロジェクトを入れ、
このフォルダーでコマンドを動かす。呼ばれたフォルダーに計画があれば、
そのフォルダーで動かす（``python ../start.py check``）。古い Python でも読めるように書き、
何がいけないかを言えるようにする。
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "sheetgen-stamp.json"
WHEELS = ROOT / "wheels"
NEEDED = (3, 11)
# 試験はコアの数だけ並べる。一つのファイルの試験は、同じものを使い回すので分けない。
# コアがいくらあっても八つまで。一つずつが LibreOffice を起こし、メモリーを使う。
IN_PARALLEL = ("-n", "auto", "--maxprocesses", "8", "--dist", "loadfile")


def say(text=""):
    """案内を標準エラーに出す。"""
    print(text, file=sys.stderr, flush=True)


def stop(*lines):
    """理由と直し方を出して、終わる。"""
    for line in lines:
        say(line)
    sys.exit(1)


def check_python():
    """Python の版と部品を確かめる。"""
    if sys.version_info < NEEDED:
        have = ".".join(str(part) for part in sys.version_info[:3])
        stop(
            "原因: この Python は古すぎます（{}）。3.11 以上が要ります。".format(have),  # noqa: UP032
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


def venv_python():
    """仮想環境の Python の場所。"""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_works():
    """前に作った仮想環境が、まだ動くかどうか。"""
    if not venv_python().exists():
        return False
    try:
        asked = [str(venv_python()), "-m", "pip", "--version"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv():
    """仮想環境を作る。壊れていれば作り直す。"""
    if venv_works():
        return
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
        stop(
            "原因: .venv という名の、仮想環境でないフォルダーがあります。",
            "対処: そのフォルダーの名を変えてから、やり直してください。",
        )
    say("準備: 仮想環境 .venv を作っています。")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
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


def fingerprint():
    """入れ直しが要るかを知るための、設定の要約。"""
    digest = hashlib.sha256(f"{sys.version}{ROOT}".encode())
    for name in ("setup.cfg", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def installed_extras():
    """今の設定で入れてある追加の組の名。何も入れていなければ None。"""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return stamp["extras"] if stamp["fingerprint"] == fingerprint() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def install(extra):
    """プロジェクトと部品を仮想環境に入れる。変わりがなければ何もしない。"""
    have = installed_extras()
    if have is not None and (extra is None or extra in have):
        return
    extras = sorted(set(have or []) | ({extra} if extra else set()))
    say("準備: 部品を入れています（初めてのときは数分かかります）。")
    command = [str(venv_python()), "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check"]
    if WHEELS.is_dir():
        command += ["--no-index", "--find-links", str(WHEELS)]
    command += ["--editable", f".[{','.join(extras)}]" if extras else "."]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        explain_install_failure()
    STAMP.write_text(json.dumps({"fingerprint": fingerprint(), "extras": extras}), encoding="utf-8")


def explain_install_failure():
    """部品を入れられなかったときの案内を出して、終わる。"""
    if WHEELS.is_dir():
        stop(
            "原因: wheels フォルダーの部品だけでは足りませんでした（上は pip の記録です）。",
            "対処: ネットにつながる PC で、同じ OS・同じ版の Python を使って集め直してください。",
            '        python -m pip download -d wheels ".[test]" "setuptools>=68" wheel',
        )
    stop(
        "原因: 部品を入れられませんでした（上は pip の記録です）。",
        "対処: ネットワークにつながっているかを確かめて、やり直してください。",
        "      プロキシの中では、環境変数 HTTPS_PROXY を設定してください。",
        "      ネットにつながらない PC では、部品を集めた wheels フォルダーを",
        "      start.py の隣に置いてください（docs/guide.md「ネットにつながらない PC」）。",
    )


def command_for(arguments):
    """引数から、入れる追加の組と、動かす命令を決める。"""
    python = str(venv_python())
    if arguments[:1] == ["test"]:
        return "test", [python, "-m", "pytest", *IN_PARALLEL, *arguments[1:]]
    return None, [python, "-m", "sheetgen", *(arguments or ["generate"])]


def workplace(arguments):
    """命令を動かすフォルダー。計画のデータのある所で打たれたら、そこ。"""
    here = Path.cwd()
    # 新しい市のフォルダーで打ったコマンドが、start.py の隣の計画を書き換えてはならない。
    if arguments[:1] != ["test"] and (
        arguments[:1] == ["init"] or (here / "data" / "plan.json").is_file()
    ):
        return here
    return ROOT


def main():
    """準備をして命令を動かし、その終了コードを返す。"""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    check_python()
    extra, command = command_for(sys.argv[1:])
    try:
        make_venv()
        install(extra)
    except KeyboardInterrupt:
        say("準備を途中で止めました。もう一度行うと、準備から始めます。")
        return 1
    try:
        return subprocess.run(command, cwd=workplace(sys.argv[1:]), check=False).returncode
    except KeyboardInterrupt:
        return 1  # 何が起きたかは、コマンドがもう言っている


if __name__ == "__main__":
    sys.exit(main())
