"""どのブックに、どの実施項目の様式を入れるか。ブックの名も決める。"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from sheetgen.era import wareki_full
from sheetgen.form.rounds import Placed, asked_items, round_kind, settle_round
from sheetgen.messages.quoting import in_short
from sheetgen.messages.vocabulary import terms
from sheetgen.plan.item import Owner
from sheetgen.plan.plan import Plan, item_label
from sheetgen.plan.round import Round, RoundKind
from sheetgen.problems import Place, Problem, UsageError


class Per(StrEnum):
    """ブック一冊に入れる範囲。"""

    SECTION = "section"
    ITEM = "item"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateRequest:
    """様式を作る依頼。

    ``root`` は作業フォルダー。``out`` が None なら、ブックは
    ``root/output/令和N年度/実績照会/見本`` のように、照会ごとのフォルダーに
    置く。``round`` が None なら、最後に送った照会（なければ実績照会）。``year`` は照会の実施年度
    （西暦）で、None なら送った記録と計画の ``revision.fiscal_year`` から決める。
    ``items``（実施項目のID）と ``sections``（課の名）で範囲を絞る。空なら全部。
    ``only_asked`` が真なら、この照会で書いてもらう実施項目だけにする。
    """

    plan: Path
    template: Path
    root: Path
    out: Path | None = None
    round: RoundKind | str | None = None
    year: int | None = None
    per: Per = Per.SECTION
    items: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    deadline: date | None = None
    only_asked: bool = False


_FORBIDDEN = '<>:"/\\|?*'
_FULL_WIDTH = {ord(c): chr(ord(c) + 0xFEE0) for c in _FORBIDDEN}
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"COM{n}" for n in range(1, 10)),
             *(f"LPT{n}" for n in range(1, 10))}  # fmt: skip
RETURN_LABEL = "差戻し"
"""差戻しのブックとフォルダーの名。"""
_SHOWN = 5
MAX_NAME = 80
"""ファイル名の長さの上限（拡張子などを除く文字数）。長い道でも開けるようにする。"""
MAX_BYTES = 220
"""UTF-8 での長さの上限。共有フォルダーには、一つの名を255バイトまでとするものがある。"""


def safe_name(text: str) -> str:
    """使えない文字を全角などに替えた名。空なら ``_``。"""
    wide = text.translate(_FULL_WIDTH)
    clean = "".join("_" if unicodedata.category(c)[0] == "C" else c for c in wide)
    clean = clean[:MAX_NAME].encode()[:MAX_BYTES].decode(errors="ignore").strip(" .")
    # 「..」だけの名や予約された名は、Windows でファイルにならない。
    if not clean or clean.upper().partition(".")[0] in _RESERVED:
        return f"_{clean}"
    return clean


class BookJob(NamedTuple):
    """作るブック一冊。

    ``items`` の様式は、このブックにある。``joint`` は、様式がほかの課のブックにある共同の
    実施項目で、一覧に名だけが載る。
    """

    file_name: str
    addressee: str
    items: tuple[Placed, ...]
    joint: tuple[Placed, ...] = ()


def plan_jobs(plan: Plan, request: GenerateRequest) -> list[BookJob]:
    """依頼どおりに、作るブックを並べる。

    :raises UsageError: 計画にない実施項目か課（F003、F004）、または作るものがない（F005、F030）。
    """
    scope, label = _scope(plan, request), round_kind(plan, request.round).label
    wanted = _wanted(plan, request)
    chosen = tuple(place for place in scope if wanted(place))
    if not chosen:
        skipped = _labels(place for place in plan.items() if wanted(place))
        facts = {"count": len(skipped), "items": in_short(skipped, _SHOWN, "件")}
        raise UsageError(Problem("F030", facts=facts) if skipped else Problem("F005"))
    if request.per is Per.SECTION:
        joint = [place for place in scope if not request.items or place[2].id in request.items]
        return list(_by_section(plan, chosen, joint, label))
    return list((_per_item if request.per is Per.ITEM else _per_plan)(label, chosen))


def return_jobs(plan: Plan, items: Collection[str]) -> list[BookJob]:
    """差戻しのブックを、課ごとに並べる。``items`` は差し戻す実施項目の ID。"""
    chosen = tuple(place for place in plan.items() if place[2].id in items)
    return list(_by_section(plan, chosen, chosen, RETURN_LABEL))


def return_file_name(plan: Plan, owner: Owner) -> str | None:
    """その課の差戻しのブックの名。計画にない課なら ``None``。"""
    names = {key: name for key, name, _ in _sections(plan)}
    name = names.get(_key(owner))
    return _file_name(name, RETURN_LABEL) if name else None


def section_named_in(plan: Plan, text: str) -> str | None:
    """文字の中に名のある、ブックを持つ課の正式な名。一つに決まらなければ ``None``。

    配ったブックの名の初めの番号（``0206_``）、部と課、課だけのうち、いちばん長く合うもの。
    """
    plain = _plain(text)
    holders = {_key(item.owners[0]) for _, _, item in plan.items()}
    found: dict[str, int] = {}
    for key, name, addressee in _sections(plan):
        number = name.partition("_")[0] + "_"
        fits = [len(one) for one in map(_plain, ("".join(key), key[1])) if one in plain]
        fits += [len(plain)] if plain.startswith(number) else []
        if key in holders and fits:
            found[addressee] = max(fits)
    best = [one for one, length in found.items() if length == max(found.values())]
    return best[0] if len(best) == 1 else None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def sections_without_book(
    plan: Plan, request: GenerateRequest, jobs: list[BookJob]
) -> list[Problem]:
    """共管の実施項目だけを持つので、ブックのない課を知らせる。"""
    if request.per is not Per.SECTION or not is_whole(request):
        return []
    made = {job.addressee for job in jobs}
    joint = {owner.full_name for _, _, item in _scope(plan, request) for owner in item.owners[1:]}
    return [Problem("F012", facts={"section": name}) for name in sorted(joint - made)]


def without_initiative(plan: Plan, jobs: list[BookJob], year: int) -> list[Problem]:
    """実績照会の様式に載せる取組方針が、計画のデータにない項目の数を知らせる。"""
    if not plan.has("initiatives"):
        return []
    # 終わった実施項目に、その年度の取組方針はない。
    ended = {one.item.id for one in plan.ended_items if one.fiscal_year < year}
    items = [item for job in jobs for _, _, item in job.items if item.id not in ended]
    count = sum(1 for item in items if not (item.initiative(year) or "").strip())
    facts = {"year": wareki_full(year), "count": count}
    return [Problem("F014", Place(), facts)] if count else []


def not_asked(plan: Plan, chosen: Round, request: GenerateRequest) -> list[Problem]:
    """作る範囲にあって、この照会では書くところのない実施項目を知らせる。"""
    asked = {item.id for _, _, item in asked_items(plan, chosen)}
    wanted = _wanted(plan, request)
    rest = (place for place in plan.items() if place[2].id not in asked and wanted(place))
    found = _labels(rest)
    if not found:
        return []
    facts = {"round": chosen.full_name, "count": len(found), "items": in_short(found, _SHOWN, "件")}
    return [Problem("F032" if request.only_asked else "F031", facts=facts)]


def homeless(plan: Plan) -> list[Problem]:
    """主管課がいまの部と課にないので、様式を配れない、終わった実施項目を知らせる。"""
    known = set(plan.owners())
    lost = [place for place in plan.items() if place[2].owners[0] not in known]
    return [
        Problem("F040", Place(item=item.id), {"item": name, "owner": item.owners[0].full_name})
        for name, (_, _, item) in zip(_labels(lost), lost, strict=True)
    ]


def is_whole(request: GenerateRequest) -> bool:
    """一部に絞らず、計画のすべてを作る依頼か。"""
    return not (request.items or request.sections)


def _labels(places: Iterable[Placed]) -> list[str]:
    return [f"{item_label(measure, item)} {item.title}" for _, measure, item in places]


def _scope(plan: Plan, request: GenerateRequest) -> tuple[Placed, ...]:
    """絞る前の実施項目。"""
    if request.only_asked:
        return asked_items(plan, settle_round(plan, request.round, request.year))
    return tuple(plan.items())


def _wanted(plan: Plan, request: GenerateRequest) -> Callable[[Placed], bool]:
    """依頼の ``items`` と ``sections`` に当たるか。

    :raises UsageError: 計画にない実施項目か課（F003、F004）。
    """
    known = {item.id for _, _, item in plan.items()}
    problems = [
        Problem("F003", Place(label="--item"), {"item": one, "first": min(known, default="")})
        for one in request.items
        if one not in known
    ]
    owners = plan.owners()
    wanted: set[Owner] = set()
    for name in request.sections:
        same = [o for o in owners if name in (o.section, o.full_name)]
        if not same:
            names = "、".join(owner.section for owner in owners)
            problems.append(
                Problem("F004", Place(label="--section"), {"section": name, "known": names})
            )
        wanted.update(same)
    if problems:
        raise UsageError(problems)
    return lambda place: (
        (not request.items or place[2].id in request.items)
        and (not request.sections or place[2].owners[0] in wanted)
    )


def _by_section(
    plan: Plan, chosen: Iterable[Placed], joint: Iterable[Placed], label: str
) -> Iterator[BookJob]:
    """課ごとのブック。``joint`` は、共管の課の一覧に載せてよい実施項目。"""
    owned: dict[tuple[str, str], list[Placed]] = {}
    shared: dict[tuple[str, str], list[Placed]] = {}
    for place in chosen:
        owned.setdefault(_key(place[2].owners[0]), []).append(place)
    for place in joint:
        for owner in place[2].owners[1:]:
            shared.setdefault(_key(owner), []).append(place)
    for key, name, addressee in _sections(plan):
        if key in owned:
            others = tuple(shared.get(key, ()))
            yield BookJob(_file_name(name, label), addressee, tuple(owned[key]), others)


def _sections(plan: Plan) -> Iterator[tuple[tuple[str, str], str, str]]:
    """課の（部と課, ファイル名のもと, 宛先）。庁内の順。"""
    for department_number, department in enumerate(plan.departments, 1):
        for section_number, section in enumerate(department.sections, 1):
            key = (department.name, section.name)
            addressee = " ".join(key)
            yield key, f"{department_number:02d}{section_number:02d}_{addressee}", addressee


def _key(owner: Owner) -> tuple[str, str]:
    return owner.department, owner.section


def _per_item(label: str, chosen: tuple[Placed, ...]) -> Iterator[BookJob]:
    for place in chosen:
        item = place[2]
        owner = item.owners[0]
        name = f"{item.id}_{item.title}"
        yield BookJob(_file_name(name, label), owner.full_name, (place,))


def _per_plan(label: str, chosen: tuple[Placed, ...]) -> Iterator[BookJob]:
    yield BookJob(_file_name(f"全{terms().item}", label), "各所属", chosen)


def _file_name(name: str, label: str) -> str:
    return f"{safe_name(name)}_{safe_name(label)}.xlsx"
