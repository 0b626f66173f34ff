"""画面を、この PC の、この人だけのものにする。

番号（ポート）は、同じ PC のほかの人にも、ブラウザーの開いたほかのページにも見える。
初めのアドレスに付けた鍵をクッキーに替え、宛て名（Host）と、送り出したページ（Origin）を毎回確かめる。
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import Flask, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from sheetgen.desk.hosting import Host

TOKEN = "token"
UPLOAD_LIMIT = 512 * 1024 * 1024
"""一度に受け取る大きさ（バイト）。回収の、一回に読む量の上限に合わせる。"""
PARTS_LIMIT = 5000
_PLAIN_PORT = 80
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_OPEN = frozenset({"static"})
"""鍵がなくても答えるもの。中身のない部品だけ。"""


def guard(app: Flask, host: Host) -> None:
    """守りを ``app`` に付ける。どこにも出していない画面では、ページの守りだけを付ける。"""
    app.config["MAX_CONTENT_LENGTH"] = UPLOAD_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = 8 * 1024 * 1024
    app.config["MAX_FORM_PARTS"] = PARTS_LIMIT
    app.after_request(_with_headers)
    if not host.is_served:
        return

    @app.before_request
    def check() -> BaseResponse | None:
        if request.host not in _names(host.port):
            abort(400)
        if request.method not in ("GET", "HEAD") and not _is_own_page(host.port):
            abort(403)
        given = request.args.get(TOKEN)
        if given is not None:
            return _enter(given, host)
        known = request.cookies.get(cookie_name(host.port), "")
        if request.endpoint not in _OPEN and not _same(known, host.token):
            return make_response(render_template("stranger.html"), 403)
        return None


def cookie_name(port: int) -> str:
    """鍵を入れるクッキーの名。

    クッキーは番号（ポート）を分けない。名を分けないと、別のフォルダーの画面を開いたときに、
    前の画面から締め出される。
    """
    return f"sheetgen-{port}"


def _names(port: int) -> frozenset[str]:
    names = ("127.0.0.1", "localhost")
    # 80 番のアドレスには、ブラウザーは番号を付けない。
    bare = names if port == _PLAIN_PORT else ()
    return frozenset((*(f"{name}:{port}" for name in names), *bare))


def _is_own_page(port: int) -> bool:
    """送り出したのが、この画面のページか。ブラウザーは、書き込むときに必ず Origin を付ける。"""
    origin = request.headers.get("Origin")
    if origin is None or origin == "null":
        return False
    parts = urlsplit(origin)
    return parts.scheme == "http" and parts.netloc in _names(port)


def _enter(given: str, host: Host) -> BaseResponse:
    """初めのアドレスの鍵をクッキーに替え、鍵のないアドレスへ移る。"""
    if not _same(given, host.token):
        return make_response(render_template("stranger.html"), 403)
    answer = redirect("/")
    answer.set_cookie(
        cookie_name(host.port), host.token, httponly=True, samesite="Strict", path="/"
    )
    return answer


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode("utf-8"))


def _with_headers(answer: Response) -> Response:
    headers = answer.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return answer
