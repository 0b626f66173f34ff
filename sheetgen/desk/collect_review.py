"""回収の途中：渡されたファイルと、決めたこと。コマンドの指定と同じ形にして、回収に渡す。"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sheetgen
from sheetgen.collect.request import (
    CollectRequest,
    CollectResult,
    Question,
    Take,
    Waiver,
    Way,
    WayKind,
)
from sheetgen.desk.command_lines import command_line, option, options
from sheetgen.desk.desk import Desk
from sheetgen.desk.revision import revision_of
from sheetgen.desk.uploads import Batch
from sheetgen.plan.loading import load_plan
from sheetgen.progress import Progress

DECISIONS = "decisions"
_MARK_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Review:
    """読んだ結果。``result`` は ``mark`` の決めごとで試した回収、``revision`` は読んだときの版。"""

    result: CollectResult
    questions: tuple[Question, ...]
    mark: str
    revision: str


def decisions_of(batch: Batch) -> dict[str, dict[str, Any]]:
    """問いの名から、決めたことへ。書き留めたものが読めなければ、決めていないとする。"""
    found = batch.note.get(DECISIONS)
    return (
        {key: one for key, one in found.items() if _is_decision(one)}
        if isinstance(found, dict)
        else {}
    )


def _is_decision(one: Any) -> bool:
    if not isinstance(one, dict) or one.get("kind") not in tuple(WayKind):
        return False
    return {
        WayKind.WAIVE: isinstance(one.get("reason"), str),
        WayKind.TAKE: isinstance(one.get("file", 0), str | None),
    }.get(WayKind(one["kind"]), True)


def request_for(desk: Desk, batch: Batch, *, dry_run: bool) -> CollectRequest:
    """決めたことのとおりの、回収の依頼。"""
    waivers, takes, formats = [], [], []
    for key, one in decisions_of(batch).items():
        code, _, item = key.partition(":")
        kind = WayKind(one["kind"])
        if kind is WayKind.WAIVE:
            waivers.append(Waiver(code, item, one["reason"]))
        elif kind is WayKind.TAKE:
            takes.append(Take(one["file"], item))
        elif kind is WayKind.FORMAT:
            formats.append(item)
    kind_word, year = batch.note.get("round"), batch.note.get("year")
    return CollectRequest(
        paths=_delivered(batch),
        plan=desk.plan,
        template=desk.template,
        root=desk.root,
        round=kind_word if kind_word in _rounds(desk) else None,
        year=year if isinstance(year, int) else None,
        waivers=tuple(waivers),
        takes=tuple(dict.fromkeys(takes)),
        formats=tuple(dict.fromkeys(formats)),
        dry_run=dry_run,
    )


def _rounds(desk: Desk) -> set[object]:
    """この計画の照会の名と見出し。"""
    kinds = load_plan(desk.plan).round_kinds
    return {name for one in kinds for name in (one.value, one.label)}


def _delivered(batch: Batch) -> tuple[Path, ...]:
    """渡されたもの。番が来るまでに取りやめていれば、ないものとして回収が告げる。"""
    try:
        return tuple(sorted(batch.files.iterdir()))
    except OSError:
        return (batch.files,)


def read(desk: Desk, batch: Batch, progress: Progress | None = None) -> Review:
    """渡されたファイルを、決めたことのとおりに試しに回収する。

    前に出た問いは、決めて消えても、決め直せるように残す。決めたために出た問いは、後に加わる。
    """
    revision = revision_of(desk.plan)
    result = sheetgen.collect_returns(request_for(desk, batch, dry_run=True), progress)
    decided = decisions_of(batch)
    before = desk.remembered.get(batch.id)
    if isinstance(before, Review) and before.revision == revision:
        asked_before = before.questions
    elif decided:  # 画面を開き直した。決める前の問いを、もう一度出す
        plain = replace(request_for(desk, batch, dry_run=True), waivers=(), takes=(), formats=())
        asked_before = sheetgen.collect_returns(plain).questions
    else:
        asked_before = ()
    known = {one.key: one for one in asked_before if one.key in decided}
    known |= {one.key: one for one in result.questions if one.key not in known}
    order = {outcome.item: number for number, outcome in enumerate(result.items)}
    asked = tuple(sorted(known.values(), key=lambda one: order.get(one.item, len(order))))
    review = Review(result, asked, mark_of(batch), revision)
    desk.remembered[batch.id] = review
    return review


def mark_of(batch: Batch) -> str:
    """決めたことの目印。"""
    words = json.dumps(batch.note, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK_LENGTH]


def remembered(desk: Desk, batch: Batch) -> Review | None:
    """読んであり、そのあと計画のデータが変わっていなければ、読んだ結果。"""
    found = desk.remembered.get(batch.id)
    if isinstance(found, Review) and found.revision == revision_of(desk.plan):
        return found
    return None


def decide(batch: Batch, question: Question, way: Way, reason: str) -> None:
    """一つの問いを決める。``reason`` は、通すときのわけ。"""
    decided: dict[str, Any] = {"kind": way.kind.value}
    if way.kind is WayKind.WAIVE:
        decided["reason"] = reason
    elif way.take is not None:
        decided["file"] = way.take.file
    batch.note[DECISIONS] = decisions_of(batch) | {question.key: decided}


def undecide(batch: Batch, key: str) -> None:
    """決めたことを、決める前に戻す。"""
    batch.note[DECISIONS] = {name: one for name, one in decisions_of(batch).items() if name != key}


def same_way(question: Question, way: Way) -> Way | None:
    """``way`` と同じ決め方。採る値は、同じファイルのものか、どちらもいまの計画の値のときだけ。"""
    file = way.take.file if way.take else None
    return _way(question, way.kind, file)


def chosen_way(question: Question, decided: dict[str, Any]) -> Way | None:
    """決めてある決め方。選べるものの中になければ ``None``。"""
    return _way(question, decided["kind"], decided.get("file"))


def _way(question: Question, kind: str, file: str | None) -> Way | None:
    for way in question.ways:
        if way.kind == kind and (way.take.file if way.take else None) == file:
            return way
    return None


def command_for(desk: Desk, batch: Batch) -> str:
    """同じことを、コマンドで行うときの一行。「返信」は、届いたファイルを入れたフォルダー。"""
    request = request_for(desk, batch, dry_run=False)
    waivers = (f"{one.code}:{one.item}:{one.reason}" for one in request.waivers)
    takes = (f"{one.item}:{one.file or 'master'}" for one in request.takes)
    return command_line(
        [
            *("sheetgen", "collect", "返信"),
            *option("--round", request.round),
            *option("--year", request.year),
            *options("--waive", waivers),
            *options("--take", takes),
            *options("--format", request.formats),
        ]
    )
