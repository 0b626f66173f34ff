"""回収：届いたものを渡し、問いを決め、確かめてから記録する。"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

import sheetgen
from sheetgen.collect.request import Question, WayKind
from sheetgen.desk import collect_review as review
from sheetgen.desk.desk import Desk
from sheetgen.desk.forms import chosen_round, chosen_year
from sheetgen.desk.pages.common_pages import gone, started
from sheetgen.desk.pictures import picture_response
from sheetgen.desk.plan_needed import without_plan
from sheetgen.desk.revision import Moved, changed_at
from sheetgen.desk.running import Shown
from sheetgen.desk.stale_pages import stale_page
from sheetgen.desk.uploads import Batch
from sheetgen.progress import Progress
from sheetgen.records.open_items import COLLECTED

pages = Blueprint("collecting", __name__, url_prefix="/collecting")
pages.before_request(without_plan)
KIND = "collect"


@pages.get("/")
def index() -> Response:
    """届いたものを渡すページ。"""
    desk = Desk.of_request()
    waiting = desk.uploads.waiting(KIND)
    return make_response(render_template("collecting.html", waiting=waiting, problem=""))


@pages.post("/")
def receive() -> BaseResponse:
    """届いたものを受け取り、読み始める。"""
    desk = Desk.of_request()
    kind, year = chosen_round(), chosen_year()
    note = {"round": kind, "year": year}
    batch = desk.uploads.keep(KIND, request.files.getlist("files"), note)
    if batch is None:
        words = "ファイルが選ばれていません。届いたファイルを選んでから、「読む」を押してください。"
        page = render_template("collecting.html", waiting=desk.uploads.waiting(KIND), problem=words)
        return make_response(page, 400)
    return _reading(desk, batch)


@pages.get("/<name>")
def show(name: str) -> BaseResponse:
    """読んだ結果と、決めること。"""
    desk, batch = Desk.of_request(), _batch(name)
    found = review.remembered(desk, batch)
    if found is None:
        return _reading(desk, batch)
    return make_response(_page(batch, found))


@pages.get("/<name>/sheet")
def picture(name: str) -> Response:
    """問いのある様式の絵。戻った値を入れ、問いのある欄に枠を付ける。"""
    desk, batch = Desk.of_request(), _batch(name)
    found = review.remembered(desk, batch)
    asked = {one.key: one for one in found.questions} if found else {}
    question = asked.get(request.args.get("question", ""))
    if found is None or question is None:
        abort(404)
    doubts = [doubt for one in found.questions if one.item == question.item for doubt in one.doubts]
    return picture_response(
        lambda: sheetgen.sheet_picture(
            desk.recall("plan", lambda: sheetgen.load_plan(desk.plan)),
            desk.template,
            found.result.round,
            question.item,
            [
                place.path or place.cell or ""
                for place in (one.problem.place for one in question.doubts)
            ],
            layout=desk.picture_layout,
            values={
                **found.result.returned.get(question.item, {}),
                **{
                    one.problem.place.path: one.returned
                    for one in doubts
                    if one.has_values and one.problem.place.path
                },
            },
        )
    )


@pages.post("/<name>/decide")
def decide(name: str) -> BaseResponse:
    """一つの問いか、同じ課の同じ問いを、まとめて決める。"""
    desk, batch = Desk.of_request(), _batch(name)
    found = review.remembered(desk, batch)
    if found is None:
        return _reading(desk, batch)
    asked = {one.key: one for one in found.questions}
    question = asked.get(request.form.get("question", ""))
    ways = {str(number): one for number, one in enumerate(question.ways)} if question else {}
    way = ways.get(request.form.get("way", ""))
    if question is None or way is None:
        abort(404)
    reason = " ".join(request.form.get("reason", "").split())
    if way.kind is WayKind.WAIVE and not reason:
        words = "通すわけを書いてください（例: 課に電話で確認）。記録簿に残ります。"
        return make_response(_page(batch, found, question.key, words), 400)
    review.decide(batch, question, way, reason)
    if request.form.get("alike"):
        for one in _alike(found.questions, question, review.decisions_of(batch)):
            same = review.same_way(one, way)
            if same is not None:
                review.decide(batch, one, same, reason)
    desk.uploads.write(batch)
    return redirect(url_for("collecting.show", name=name) + f"#{_after(found, batch, question)}")


@pages.post("/<name>/undecide")
def undecide(name: str) -> BaseResponse:
    """決めたことを、決める前に戻す。"""
    desk, batch = Desk.of_request(), _batch(name)
    key = request.form.get("question", "")
    review.undecide(batch, key)
    desk.uploads.write(batch)
    return redirect(url_for("collecting.show", name=name) + f"#{_anchor(key)}")


@pages.post("/<name>/confirm")
def confirm(name: str) -> BaseResponse:
    """決めたとおりに試しに回収し、記録する前に見る。"""
    desk, batch = Desk.of_request(), _batch(name)
    back = url_for("collecting.show", name=name)
    command = review.command_for(desk, batch)

    def work(progress: Progress) -> Shown:
        found = review.read(desk, batch, progress)
        shown = {"command_line": command, "seen_revision": found.revision, "mark": found.mark}
        return Shown("collecting_confirm.html", _values(batch, found) | shown)

    return started(desk.host.runner.start("記録する前の確かめ", back, work))


@pages.post("/<name>/record")
def record(name: str) -> BaseResponse:
    """記録する。"""
    desk, batch = Desk.of_request(), _batch(name)
    if request.form.get("mark", "") != review.mark_of(batch):
        moved = Moved("ここで決めたこと", changed_at(desk.uploads.note_of(batch)))
        shown = stale_page([moved], url_for("collecting.show", name=name))
        return make_response(render_template(shown.template, **shown.values), 409)
    back = url_for("collecting.index")
    command = review.command_for(desk, batch)

    def work(progress: Progress) -> Shown:
        result = sheetgen.collect_returns(review.request_for(desk, batch, dry_run=False), progress)
        # 届いたものは data/returned にしまわれ、値は記録簿にある。
        desk.uploads.discard(batch)
        desk.remembered.pop(batch.id, None)
        values = {
            "result": result,
            "states": list(COLLECTED),
            "table": _table(result),
            "command_line": command,
        }
        return Shown("collecting_recorded.html", values)

    return started(desk.host.runner.start("回収の記録", back, work))


@pages.post("/<name>/discard")
def discard(name: str) -> BaseResponse:
    """記録せずに取りやめる。"""
    desk, batch = Desk.of_request(), _batch(name)
    desk.uploads.discard(batch)
    desk.remembered.pop(batch.id, None)
    return redirect(url_for("collecting.index"), 303)


def _batch(name: str) -> Batch:
    batch = Desk.of_request().uploads.find(name)
    return batch if batch is not None and batch.kind == KIND else gone()


def _reading(desk: Desk, batch: Batch) -> BaseResponse:
    to = url_for("collecting.show", name=batch.id)

    def work(progress: Progress) -> Shown:
        review.read(desk, batch, progress)
        return Shown("", to=to)

    return started(desk.host.runner.start("届いたものを読む", url_for("collecting.index"), work))


def _page(batch: Batch, found: review.Review, wrong: str = "", words: str = "") -> str:
    values = _values(batch, found) | {"wrong": wrong, "words": words}
    return render_template("collecting_review.html", **values)


def _values(batch: Batch, found: review.Review) -> dict[str, Any]:
    decided = review.decisions_of(batch)
    must = [one for one in found.questions if not one.is_optional]
    asked = _by_section(found)
    left = [one.key for one in asked if not one.is_optional and one.key not in decided]
    first = left[0] if left else ""  # 次に決める問いだけ、様式の絵を開いておく
    known = {outcome.item: outcome for outcome in found.result.items}
    return {
        "batch": batch,
        "names": found.result.names,
        "states": list(COLLECTED),
        "result": found.result,
        "table": _table(found.result),
        "sections": [
            (section, [_card(one, decided, found.questions, first) for one in group])
            for section, group in groupby(asked, key=lambda one: one.section)
        ],
        "must": len(must),
        "decided": sum(one.key in decided for one in must),
        "optional": len(found.questions) - len(must),
        "elsewhere": [one for one in found.result.problems if one.place.item not in known],
        "notes": [
            one
            for one in found.result.problems
            if one.place.item in known and not _is_asked(one.code, one.place.item, found)
        ],
        "changes": sum(len(one.changes) for one in found.result.items),
    }


def _is_asked(code: str, item: str | None, found: review.Review) -> bool:
    return any(one.code == code and one.item == item for one in found.questions)


def _by_section(found: review.Review) -> list[Question]:
    """課ごとに集め、庁内の順にする。"""
    order = {name: number for number, name in enumerate(found.result.sections)}
    return sorted(found.questions, key=lambda one: order.get(one.section, len(order)))


def _card(
    question: Question,
    decided: dict[str, dict[str, Any]],
    everything: tuple[Question, ...],
    first: str,
) -> dict[str, Any]:
    mine = decided.get(question.key)
    return {
        "question": question,
        "anchor": _anchor(question.key),
        "is_first": question.key == first,
        "decided": mine,
        "way": review.chosen_way(question, mine) if mine else None,
        "alike": 1 + len(_alike(everything, question, decided)),
    }


def _alike(
    everything: tuple[Question, ...], question: Question, decided: dict[str, dict[str, Any]]
) -> list[Question]:
    """同じ課の、同じ符号の、まだ決めていない、ほかの問い。"""
    return [
        one
        for one in everything
        if (one.code, one.section) == (question.code, question.section)
        and one.key != question.key
        and one.key not in decided
    ]


def _anchor(key: str) -> str:
    return "q-" + key.replace(":", "-")


def _after(found: review.Review, batch: Batch, question: Question) -> str:
    """次に決める問い。なければ、いま決めたもの。"""
    decided = review.decisions_of(batch)
    order = _by_section(found)
    at = order.index(question)
    for one in (*order[at:], *order[:at]):
        if one.key not in decided and not one.is_optional:
            return _anchor(one.key)
    return "finish"


def _table(result: Any) -> list[tuple[str, int, list[int]]]:
    """課ごとの、状態別の項目数。庁内の順、最後に計。"""
    counted: dict[str, Counter[str]] = {}
    for outcome in result.items:
        counted.setdefault(outcome.section, Counter())[outcome.state] += 1
    total = sum(counted.values(), Counter())
    names = sorted(counted, key=lambda one: result.sections.index(one))
    rows = [(name, counted[name]) for name in names] + [("計", total)]
    return [(name, one.total(), [one[state] for state in COLLECTED]) for name, one in rows]
