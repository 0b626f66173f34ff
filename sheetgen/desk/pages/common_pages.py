"""どの仕事にも要るページ：進み具合、ファイルを開く、終える。"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NoReturn

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from sheetgen.desk.bugs import bug_page
from sheetgen.desk.desk import Desk
from sheetgen.desk.rendering import problem_page
from sheetgen.desk.running import Job
from sheetgen.problems import SheetgenError

pages = Blueprint("common", __name__)
BEAT_SECONDS = 10.0


def started(job: Job) -> BaseResponse:
    """始めた仕事のページへ移る。"""
    return redirect(url_for("common.job", name=job.id), 303)


def gone() -> NoReturn:
    """渡されたものが、もうない。ほかの窓で済ませたか、戻るボタンで戻って来た。"""
    remedy = (
        "記録したか、取りやめたものです。記録した回は、「取り消し」のページに並んでいます。"
        "まだのものは、「いま」のページにあります。"
    )
    page = render_template("refused.html", title="渡したものは、もうありません", remedy=remedy)
    abort(make_response(page, 404))


@pages.get("/job/<name>")
def job(name: str) -> BaseResponse:
    """仕事の進み具合か、結果。"""
    found = Desk.of_request().host.runner.find(name)
    if found is None:
        abort(404)
    if isinstance(found.error, SheetgenError):
        return problem_page(found.error)
    if isinstance(found.error, Exception):
        return bug_page(found.error, found.title)
    if found.shown is not None and found.shown.to:
        return redirect(found.shown.to, 303)
    if found.shown is not None:
        return make_response(render_template(found.shown.template, job=found, **found.shown.values))
    return make_response(render_template("job.html", job=found))


@pages.get("/job/<name>/events")
def events(name: str) -> Response:
    """進み具合を、進むたびに送る（server-sent events）。"""
    found = Desk.of_request().host.runner.find(name)
    if found is None:
        abort(404)

    def told() -> Iterator[str]:
        while True:
            now = {
                "done": found.done,
                "total": found.total,
                "name": found.name,
                "finished": found.is_finished,
            }
            yield f"data: {json.dumps(now, ensure_ascii=False)}\n\n"
            if found.is_finished:
                return
            found.wait(BEAT_SECONDS)

    return Response(told(), mimetype="text/event-stream")


@pages.get("/file/<name>/<shown>")
def file(name: str, shown: str) -> Response:
    """ページに出したファイルを渡す。``shown`` は、受け取ったときの名になるだけ。"""
    path = Desk.of_request().files.find(name)
    if path is None or not path.is_file():
        abort(404)
    return send_file(path, as_attachment=True, download_name=path.name)


@pages.post("/open")
def open_file() -> BaseResponse:
    """ページに出したファイルかフォルダーを、この PC のソフトで開く。"""
    desk = Desk.of_request()
    path = desk.files.find(request.form.get("file", ""))
    if path is None or desk.host.open_path is None:
        abort(404)
    desk.host.open_path(path)
    return Response(status=204)


@pages.get("/alive")
def alive() -> Response:
    """動いていることを答える。"""
    return jsonify(alive=True)


@pages.post("/quit")
def quit() -> BaseResponse:
    """画面を終える。仕事の途中では終えない。"""
    host = Desk.of_request().host
    if host.stop is None:
        abort(404)
    if host.runner.is_busy:
        remedy = "いま動いている仕事が終わってから、もう一度押してください。"
        page = render_template("refused.html", title="まだ終えられません", remedy=remedy)
        return make_response(page, 409)
    answer = make_response(render_template("finished.html"))
    answer.call_on_close(host.stop)
    return answer
