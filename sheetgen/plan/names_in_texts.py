"""計画のデータの文に残っている、もうない部・課・実施項目の名と、つづりの違う名。

概要表の担当と［再］の行は、名を印刷どおりの文字で持つ。部と課の一覧や実施項目の名を直しても、
ひとりでには変わらない。文の中の名も同じ。誤りとは限らないので、問う。

部と課の一覧（``departments``）には、実施項目を持つ課だけがある。関連所属と文には、
ほかの課や「窓口関連課」のような言い方もあり、一覧にないだけでは問わない。
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from sheetgen.messages.plan import NOW
from sheetgen.messages.quoting import excerpt
from sheetgen.plan.item import CrossReference, Item
from sheetgen.plan.json_tree import Path
from sheetgen.plan.labels import locate
from sheetgen.plan.leaves import address_of, steps_of
from sheetgen.plan.plan import Measure, Plan, Policy
from sheetgen.problems import Place, Problem


class FormerNames(NamedTuple):
    """前にあって、いまはない名。

    ``sections`` は部と課の前の名から、いまの名（分からなければ None）へ。``titles`` は実施項目の
    IDから、前の名へ。もうない実施項目のものもある。``left`` は、前の名のまま残すと決めた所の目印
    （:func:`stale_key`）。
    """

    sections: Mapping[str, str | None] = {}
    titles: Mapping[str, tuple[str, ...]] = {}
    left: frozenset[str] = frozenset()


NONE_FORMER = FormerNames()


class Staleness(StrEnum):
    """どのように古いか。値は、問うときの符号。"""

    FORMER = "M090"
    """部か課の、もうない名。"""
    MISSPELT = "M091"
    """一覧と書き方の違う、部か課の名。"""
    OTHER_OWNER = "M092"
    """主管課でない課が、担当に書かれている。"""
    UNKNOWN = "M093"
    """一覧にも、その実施項目の様式にもない課が、担当に書かれている。"""
    OTHER_TITLE = "M094"
    """実施項目の名と違う、行の題。"""
    FORMER_TITLE = "M095"
    """かぎ括弧の中の、もうない実施項目の名。"""
    OTHER_PLACE = "M096"
    """再掲した実施項目のある所と違う、記載先。"""


class StaleName(NamedTuple):
    """文に残っている名の一つ。

    ``path`` は JSON の道、``item`` は実施項目のID、``label`` は欄の名、``text`` はいまの文。
    ``successor`` はいまの名、``proposed`` は名を直した文で、決まらなければ None。``is_past`` が真
    なら過ぎた年度の文で、そのころの名のままでよい。
    """

    path: str
    item: str | None
    label: str | None
    text: str
    name: str
    successor: str | None
    proposed: str | None
    kind: Staleness
    is_past: bool = False


def stale_names(plan: Plan, former: FormerNames = NONE_FORMER) -> tuple[StaleName, ...]:
    """文に残っている、もうない名と、つづりの違う名。計画のデータの順。"""
    return tuple(_Search(plan, former).all())


def name_doubts(plan: Plan, former: FormerNames, file: str) -> list[Problem]:
    """:func:`stale_names` のうち、いまの文にあり、残すと決めていないもの（M090～M096）。"""
    tree = plan.model_dump(mode="json") if former.left else {}
    return [
        Problem(
            one.kind.value,
            Place(file, path=one.path, label=one.label, item=one.item),
            {
                "name": one.name,
                "now": one.successor or "",
                "told": NOW.format(name=one.successor) if one.successor else "",
                "text": excerpt(one.text, at=one.text.find(one.name)),
            },
        )
        for one in stale_names(plan, former)
        if not one.is_past and not (former.left and stale_key(one, tree) in former.left)
    ]


def stale_key(one: StaleName, tree: object) -> str:
    """文に残る名の目印。並びが動いても変わらない。``tree`` は JSON の値としての計画。"""
    item, path = address_of(tree, steps_of(one.path))
    return f"{item or ''}/{path}/{one.name}"


def sections_of(tree: object) -> Iterator[tuple[str, str]]:
    """部と課の名を、それのある部の名とともに返す。``tree`` は JSON の値としての計画。"""
    for department in _listed_in(tree, "departments"):
        yield str(department.get("name")), str(department.get("name"))
        for section in _listed_in(department, "sections"):
            yield str(department.get("name")), str(section.get("name"))


def items_of(tree: object) -> Iterator[tuple[str, str, str]]:
    """実施項目のID、名、初めの主管課。``tree`` は JSON の値としての計画。"""
    for policy in _listed_in(tree, "policies"):
        for measure in _listed_in(policy, "measures"):
            for entry in _listed_in(measure, "entries"):
                if entry.get("type") == "item":
                    owner = next(_listed_in(entry, "owners"), {})
                    yield str(entry.get("id")), str(entry.get("title")), str(owner.get("section"))


def _listed_in(tree: object, key: str) -> Iterator[Mapping[str, object]]:
    values = tree.get(key) if isinstance(tree, Mapping) else None
    if isinstance(values, Sequence) and not isinstance(values, str):
        yield from (value for value in values if isinstance(value, Mapping))


_APART = {"departments", "ended_items", "past_scales"}
_NOT_WORDS = {"type", "id", "item_id", "number_format", "fiscal_year", "mark"}
_SEPARATORS = "、,，()（）\n"
_AND_OTHERS = re.compile("(?:等|他|ほか|など)$")
_IN_GENERAL = re.compile("各|全|庁内|関係|関連|所管|主管|担当|施設")
"""一つの課を指さない言い方（``総務部各課``、``窓口関連課``）。"""
_CONTINUED = {
    "課": "題税程金外業目",
    "部": "門分会局隊署品材",
    "局": "面地",
    "所": "属得感見轄在有",
}
"""名の終わりの字と続けて、ほかの語になる字（``財政課`` と ``財政課題``）。"""
_OURS = ("本市", "当市")
_DOT = re.compile("[・･]")
_KANA = re.compile("[ぁ-ゖァ-ヺ]")
_SOUNDS_ALIKE = "課科過化"
_SHORTEST_MISSPELT = 5
_QUOTED = (("「", "」"), ("『", "』"))
_PARTS = re.compile("[：:；;]")
_RECORDED_IN = re.compile("「([^」]*)」")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def _key(name: str) -> str:
    """全角・半角と空白の違いを除いた名。"""
    return "".join(unicodedata.normalize("NFKC", name).split())


def _letters(text: str) -> str:
    """字だけを残した題。記号の書き方は、様式と概要表でわざと違えてある。"""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


class _Folded(NamedTuple):
    """全角・半角の違いを除いた文と、その一字ずつの、もとの文での位置。"""

    words: str
    spans: tuple[tuple[int, int], ...]


def _fold(text: str) -> _Folded:
    words, spans = "", []
    # 半角の濁点は、前の字と合わせて一字になる。
    for found in re.finditer("(?s).[\u3099\u309a\uff9e\uff9f]*", text):
        piece = unicodedata.normalize("NFKC", found[0])
        words += piece
        spans += [found.span()] * len(piece)
    return _Folded(words, tuple(spans))


def _places(words: str, name: str) -> Iterator[int]:
    at = words.find(name)
    while at >= 0:
        yield at
        at = words.find(name, at + 1)


def _is_within(short: str, full: str) -> bool:
    """``full`` の字を略しただけの題か。"""
    rest = iter(full)
    return all(letter in rest for letter in short)


def _is_shortened(shown: str, item: Item) -> bool:
    return _is_within(_letters(shown), _letters(item.title))


def _is_misspelt(written: str, name: str) -> bool:
    """``name`` の打ち違いか。``土木総務課`` と ``土木管理課`` のような、別の課とは見ない。"""
    if written == name:
        return False
    if written.replace("ー", "") == name.replace("ー", ""):
        return True
    if len(written) == len(name):
        wrong = [pair for pair in zip(written, name, strict=True) if pair[0] != pair[1]]
        if len(wrong) == 2 and wrong[0] == wrong[1][::-1]:
            return len(name) >= _SHORTEST_MISSPELT
        if len(wrong) != 1:
            return False
        ends = written[:-1] == name[:-1]
        return all(map(_KANA.match, wrong[0])) or (
            ends and all(c in _SOUNDS_ALIKE for c in wrong[0])
        )
    short, full = sorted((written, name), key=len)
    # ``下水道課`` と ``上下水道課`` は、別の課でありうる。
    fits = len(full) - len(short) == 1 and len(full) >= _SHORTEST_MISSPELT
    return fits and short[0] == full[0] and _is_within(short, full)


class _Listed(NamedTuple):
    """担当などの並びの一つ。``is_main`` は、括弧の外か。"""

    written: str
    key: str
    is_main: bool


def _names_listed(text: str) -> Iterator[_Listed]:
    written, depth = "", 0
    for letter in f"{text}、":
        if letter not in _SEPARATORS:
            written += letter
            continue
        name = _AND_OTHERS.sub("", written.strip()).strip()
        if name:
            yield _Listed(name, _key(name), depth == 0)
        written = ""
        depth = max(depth + (letter in "(（") - (letter in ")）"), 0)


class _Search:
    """一つの計画から探す。"""

    def __init__(self, plan: Plan, former: FormerNames) -> None:
        self._plan = plan
        self._tree = plan.model_dump(mode="json")
        self._known = {_key(name): name for _, name in sections_of(self._tree)}
        self._in_department = {
            _key(department + name): name for department, name in sections_of(self._tree)
        }
        self._gone = {
            _key(name): now
            for name, now in former.sections.items()
            if _key(name) not in self._known
        }
        self._told = {key for key, now in self._gone.items() if now is not None}
        self._titles = former.titles
        self._before = {
            _key(name)
            for name in (*(one.name for one in plan.departments), *former.sections)
            if name.endswith("部")
        } | {*map(_key, _OURS), _key(plan.municipality)}
        differing = sum(not _is_shortened(item.overview.title, item) for _, _, item in plan.items())
        # 行の題を、どれも様式と違う言い方で書く市もある。
        self._titles_differ = 2 * differing > plan.item_count
        self._rows: dict[Path, list[StaleName]] = {}
        self._of_row: dict[Path, dict[str, str]] = {}

    def all(self) -> Iterator[StaleName]:
        """すべて。行の食い違いから、前の名の分かることもある。"""
        for path, entry, item, place in list(self._entries()):
            self._check_row(path, entry, item, place)
        longer = {*self._known, *self._gone, *(one.key for one in self._related())}
        titles = self._former_titles()
        for path, text in _texts(self._tree):
            told = [*self._former_sections(path, text, longer), *self._quoted(path, text, titles)]
            yield from told or self._rows.get(path, [])

    def _entries(
        self,
    ) -> Iterator[tuple[Path, Item | CrossReference, Item, tuple[Policy, Measure]]]:
        """概要表の行。``item`` はその行の実施項目で、その次は、それのある所。"""
        at = {item.id: (policy, measure) for policy, measure, item in self._plan.items()}
        items = {item.id: item for _, _, item in self._plan.items()}
        for p, policy in enumerate(self._plan.policies):
            for m, measure in enumerate(policy.measures):
                for e, entry in enumerate(measure.entries):
                    path: Path = ("policies", p, "measures", m, "entries", e)
                    item = entry.id if isinstance(entry, Item) else entry.item_id
                    yield path, entry, items[item], at[item]

    def _related(self) -> Iterator[_Listed]:
        for _, _, item in self._plan.items():
            for text in item.related_sections:
                yield from _names_listed(text)

    def _check_row(
        self,
        path: Path,
        entry: Item | CrossReference,
        item: Item,
        place: tuple[Policy, Measure],
    ) -> None:
        if isinstance(entry, CrossReference):
            self._check_owners((*path, "owners"), entry.owners, item)
            self._check_title((*path, "title"), entry.title, item)
            self._check_note((*path, "note"), entry.note, *place)
            return
        for index, text in enumerate(item.related_sections):
            where = (*path, "related_sections", index)
            for one in _names_listed(text):
                self._misspelt(where, text, one)
        self._check_owners((*path, "overview", "owners"), item.overview.owners or "", item)
        self._check_title((*path, "overview", "title"), item.overview.title, item)

    def _check_owners(self, path: Path, text: str, item: Item) -> None:
        """担当の行。主管課があり、ほかの名は一覧か、その実施項目の様式にあること。"""
        listed = list(self._split(_names_listed(text)))
        if not listed or any(one.is_main and _IN_GENERAL.search(one.key) for one in listed):
            return
        own = {_key(owner.section): owner for owner in item.owners}
        related = {one.key for text in item.related_sections for one in _names_listed(text)}
        read = [
            one._replace(key=_key(self._in_department.get(one.key, one.written))) for one in listed
        ]
        there = {one.key for one in read}
        missing = [
            owner.section
            for key, owner in own.items()
            if key not in there and _key(owner.department) not in there
        ]
        strange = [one for one in read if one.key not in {*self._known, *related}]
        main = [one for one in strange if one.is_main]
        others = [one for one in read if one.is_main and one.key not in own and one not in strange]
        if missing and len(main) == len(missing):
            for one, owner in zip(main, missing, strict=True):
                if self._misspelt(path, text, one):
                    continue
                # いまの主管課の代わりに書かれている知らない名は、その課の前の名である。改めた先が
                # 記録から分かっていれば、この実施項目だけが、ほかの課に移ったのである。
                self._of_row.setdefault(path, {})[one.key] = owner
                if one.key in self._told:
                    continue
                before = self._gone.setdefault(one.key, owner)
                self._gone[one.key] = owner if before in (None, owner) else None
        elif missing and len(others) == len(missing):
            for one, owner in zip(others, missing, strict=True):
                self._found(path, text, one.written, owner, Staleness.OTHER_OWNER)
        elif missing:
            now = "、".join(owner.section for owner in item.owners)
            self._found(path, text, text, now, Staleness.OTHER_OWNER, whole=False)
        told = missing and (len(main) == len(missing) or len(others) != len(missing))
        for one in strange:
            general = _IN_GENERAL.search(one.key) is not None
            if not ((told and one.is_main) or general or self._misspelt(path, text, one)):
                self._found(path, text, one.written, None, Staleness.UNKNOWN)

    def _split(self, listed: Iterable[_Listed]) -> Iterator[_Listed]:
        """中点でつないだ名を分ける。``図書館･子ども科学館`` のように、それで一つの名もある。"""
        for one in listed:
            parts = [one._replace(written=part, key=_key(part)) for part in _DOT.split(one.written)]
            whole = one.key in self._known or not all(part.key in self._known for part in parts)
            yield from [one] if whole else parts

    def _misspelt(self, path: Path, text: str, one: _Listed) -> bool:
        """一覧の名の打ち違いなら、挙げる。"""
        if one.key in self._known or one.key in self._gone or one.key in self._in_department:
            return False
        near = [name for key, name in self._known.items() if _is_misspelt(one.key, key)]
        if len(near) != 1:
            return False
        self._found(path, text, one.written, near[0], Staleness.MISSPELT)
        return True

    def _check_title(self, path: Path, shown: str, item: Item) -> None:
        """行の題。様式の名を略しただけのものは、わざとである。"""
        letters = _letters(shown)
        rows = {_letters(item.title), _letters(_row_title(item.title, shown))}
        if isinstance(path[-2], int):  # 再掲は、もとの行と同じ題でもよい
            rows.add(_letters(item.overview.title))
        if letters in rows:
            return
        former = self._titles.get(item.id, ())
        left = {_letters(one) for old in former for one in (old, _row_title(old, shown))}
        if letters not in left and (self._titles_differ or _is_shortened(shown, item)):
            return
        now = _row_title(item.title, shown)
        self._found(path, shown, shown, item.title, Staleness.OTHER_TITLE, proposed=now)

    def _check_note(self, path: Path, note: str, policy: Policy, measure: Measure) -> None:
        """再掲の記載先。``「基本方針４ … (７) …」 に記載`` の形のものだけを見る。"""
        found = _RECORDED_IN.search(note)
        if found is None or not _key(found[1]).startswith("基本方針"):
            return
        now = (
            f"基本方針{str(policy.number).translate(_WIDE)} {policy.name} "
            f"({str(measure.number).translate(_WIDE)}) {measure.name}"
        )
        if _letters(found[1]) != _letters(now):
            proposed = f"{note[: found.start(1)]}{now}{note[found.end(1) :]}"
            self._found(path, note, found[1], now, Staleness.OTHER_PLACE, proposed=proposed)

    def _found(
        self,
        path: Path,
        text: str,
        name: str,
        now: str | None,
        kind: Staleness,
        *,
        whole: bool = True,
        proposed: str | None = None,
    ) -> None:
        if proposed is None and now is not None and whole:
            proposed = text.replace(name, now, 1)
        self._rows.setdefault(path, []).append(self._stale(path, text, name, now, proposed, kind))

    def _stale(
        self,
        path: Path,
        text: str,
        name: str,
        now: str | None,
        proposed: str | None,
        kind: Staleness,
    ) -> StaleName:
        place = locate(path, self._tree)
        item = place.item or self._pointed(path)
        past = _is_past(path, self._plan)
        return StaleName(place.path, item, place.label, text, name, now, proposed, kind, past)

    def _pointed(self, path: Path) -> str | None:
        """再掲の行なら、それの指す実施項目。"""
        if len(path) < 7 or path[0] != "policies":
            return None
        node = self._tree["policies"][path[1]]["measures"][path[3]]["entries"][path[5]]
        return str(node["item_id"]) if "item_id" in node else None

    def _former_sections(self, path: Path, text: str, longer: set[str]) -> Iterator[StaleName]:
        """文の中の、もうない部と課の名。"""
        plain = unicodedata.normalize("NFKC", text)
        for key, now in self._gone.items():
            if key not in plain:
                continue
            folded = _fold(text)
            spans = list(self._spans(folded, key, {one for one in longer if one != key}))
            if spans:
                now = self._of_row.get(path, {}).get(key, now)
                name = text[slice(*spans[0])]
                new = _replaced(text, spans, now)
                yield self._stale(path, text, name, now, new, Staleness.FORMER)

    def _spans(self, folded: _Folded, key: str, longer: Iterable[str]) -> Iterator[tuple[int, int]]:
        """一語として書かれている所。ほかの長い名の中にあるものは、除く。"""
        words = folded.words
        covered = [
            (at, at + len(name)) for name in longer if key in name for at in _places(words, name)
        ]
        for start in _places(words, key):
            end = start + len(key)
            if any(first <= start and end <= last for first, last in covered):
                continue
            if self._begins(words[:start]) and words[end : end + 1] not in _follows(key):
                yield folded.spans[start][0], folded.spans[end - 1][1]

    def _begins(self, before: str) -> bool:
        """ここから名が始まりうるか。漢字や片仮名に続くものは、長い語の一部である（``旧収納課``）。"""
        last = before[-1:]
        return (
            not last.isalnum()
            or "ぁ" <= last <= "ゖ"
            or any(before.endswith(one) for one in self._before)
        )

    def _former_titles(self) -> dict[str, str | None]:
        """もうない実施項目の名から、いまの名へ。"""
        now = {item.id: item.title for _, _, item in self._plan.items()}
        ended = {one.item.id: one.item.title for one in self._plan.ended_items}
        kept = {_letters(title) for title in (*now.values(), *ended.values())}
        return {
            unicodedata.normalize("NFKC", old): now.get(item)
            for item, titles in self._titles.items()
            for old in titles
            if _letters(old) not in kept
        }

    def _quoted(
        self, path: Path, text: str, titles: Mapping[str, str | None]
    ) -> Iterator[StaleName]:
        """かぎ括弧の中の、もうない実施項目の名。括弧のないものは、ただの言い方でありうる。"""
        plain = unicodedata.normalize("NFKC", text)
        for title, now in titles.items():
            if title not in plain:
                continue
            folded = _fold(text)
            spans = [
                (folded.spans[at][0], folded.spans[at + len(title) - 1][1])
                for at in _places(folded.words, title)
                if (folded.words[at - 1 : at], folded.words[at + len(title) :][:1]) in _QUOTED
            ]
            if spans:
                name = text[slice(*spans[0])]
                new = _replaced(text, spans, now)
                yield self._stale(path, text, name, now, new, Staleness.FORMER_TITLE)


def _follows(key: str) -> set[str]:
    return set(_CONTINUED.get(key[-1:], ""))


def _row_title(title: str, shown: str) -> str:
    """様式の名を、概要表の行の題にする。見出しの部分は、行では略してあることがある。"""
    parts = list(_PARTS.finditer(title))
    if not parts:
        return title
    head, rest = title[: parts[-1].start()], title[parts[-1].end() :]
    return title if _letters(head) and _letters(head) in _letters(shown) else rest


def _replaced(text: str, spans: Sequence[tuple[int, int]], now: str | None) -> str | None:
    if now is None:
        return None
    for start, end in reversed(spans):
        text = f"{text[:start]}{now}{text[end:]}"
    return text


def _texts(node: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """名の残りうる文。部と課の一覧と、終わった実施項目は除く。"""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            is_list_of_owners = key == "owners" and isinstance(value, list)
            if not (key in _NOT_WORDS or is_list_of_owners or (not path and key in _APART)):
                yield from _texts(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _texts(value, (*path, index))


def _is_past(path: Path, plan: Plan) -> bool:
    """過ぎた年度のための文か。実績は、どれも過ぎた年度のもの。"""
    now = plan.revision.fiscal_year
    if "initiatives" in path:
        return int(str(path[-1])) < now
    if "years" not in path:
        return False
    index = path[path.index("years") + 1]
    return "result" in path or plan.fiscal_years[int(index)] < now
