"""``sheetgen init``: 新しい計画を始める。"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

import sheetgen
from sheetgen.cli.japanese import JapaneseCommand
from sheetgen.cli.parameters import fiscal_year, one_of
from sheetgen.cli.showing import show_problems, verdict
from sheetgen.era import LONGEST_PLAN
from sheetgen.messages.vocabulary import terms
from sheetgen.problems import ExitCode, Problem, UsageError
from sheetgen.year.starting_points import STARTING_POINTS, USUAL, starting_point

if TYPE_CHECKING:
    from sheetgen.year.new_plan import InitResult

Value = TypeVar("Value")
USUAL_YEARS = 5
_POLICY_WORDS = "方針と施策（例: 市民サービス：窓口、相談）"
_ONE_LEVEL_WORDS = "方針（例: 窓口の改革）"
_SECTION_WORDS = "部と課（例: 総務部 総務課）"


def _code(text: str) -> str:
    """コードを確かめる。合わなければ、画面で聞き直される。"""
    from sheetgen.plan.text import check_digit  # ここで読み込む。pydantic も連れてくる

    plain = unicodedata.normalize("NFKC", text).strip()
    if plain and not (len(plain) == 6 and plain.isdecimal()):
        raise _refusal(Problem("I036", facts={"value": text}))
    if plain and plain[5] != check_digit(plain[:5]):
        raise _refusal(Problem("M044", facts={"value": plain, "expected": check_digit(plain[:5])}))
    return plain


def _count(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("年")
    if not plain.isdecimal() or not 1 <= int(plain) <= LONGEST_PLAN:
        raise _refusal(
            Problem("U002", facts={"value": text, "choices": f"1から{LONGEST_PLAN}まで"})
        )
    return int(plain)


def _refusal(problem: Problem) -> click.BadParameter:
    from sheetgen.messages.catalogue import message_of

    message = message_of(problem)
    return click.BadParameter(f"{message.cause}{message.remedy}")


@click.command(name="init", cls=JapaneseCommand, options_metavar="[指定]")
@click.argument(
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="[フォルダー]",
    default=Path(),
)
@click.option(
    "--kind",
    type=one_of({one.name: one.name for one in STARTING_POINTS}),
    metavar="形",
    help=f"始める形。{'、'.join(one.name for one in STARTING_POINTS)}のどれか。省くと{USUAL}。",
)
@click.option("--municipality", metavar="名称", help="市区町村の名称（例: 伊勢原市）。")
@click.option(
    "--code", type=_code, metavar="コード", help="全国地方公共団体コード（検査数字まで6桁）。"
)
@click.option("--plan-title", metavar="名称", help="計画の名称。")
@click.option("--office", metavar="名称", help="事務局の名称。")
@click.option(
    "--first-year",
    type=fiscal_year,
    metavar="年度",
    help="計画の初年度。2025、R7、令和7年度 のどの形でもよい。",
)
@click.option(
    "--years", type=_count, metavar="年数", help=f"計画の年数（1から{LONGEST_PLAN}まで）。"
)
@click.option(
    "--grade",
    "grades",
    multiple=True,
    metavar="評価",
    help="「S：目標を大きく上回った：達成」のように、評価、意味、扱い"
    "（達成、順調、遅れ、対象外）を書く。良いものから、何度でも書ける。省くと、形の段階。",
)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="方針",
    help="「市民サービス：窓口、相談」のように、方針と、その下の施策を書く。何度でも書ける。",
)
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="課",
    help="「総務部 総務課」のように、部と課を書く。何度でも書ける。",
)
@click.option(
    "--sections",
    "sections_file",
    type=click.Path(path_type=Path),
    metavar="ファイル",
    help="部と課のファイル（CSV）。一行に「部,課」か「部,課,メール」。",
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="ファイル",
    help="書き込んだ編集ブック。次の計画を始めるなら、引き継ぐ前の計画のデータ（plan.json）。",
)
@click.option(
    "--blank", is_flag=True, help="新しい計画を書き込む、空の編集ブックを置くだけで終わる。"
)
@click.option(
    "--item",
    "items",
    multiple=True,
    metavar="ID",
    help="引き継ぐ項目。何度でも書ける。省くとすべて。",
)
def init(
    folder: Path,
    kind: str | None,
    municipality: str | None,
    code: str | None,
    plan_title: str | None,
    office: str | None,
    first_year: int | None,
    years: int | None,
    grades: tuple[str, ...],
    policies: tuple[str, ...],
    sections: tuple[str, ...],
    sections_file: Path | None,
    source: Path | None,
    blank: bool,
    items: tuple[str, ...],
) -> ExitCode:
    """新しい計画を始める。

    項目のまだない計画のデータ、テンプレートの写し、
    項目を書く一覧（Excel）、説明を、フォルダーに置く。
    --blank の置く空の編集ブック（Excel）に書き、--from に指定してもよい。
    指定のないことは、画面で一つずつ聞く。前からあるファイルは書き換えない。
    --from に前の計画を指定すると、部と課、評価の段階などを引き継ぎ、
    前の計画の項目を、書き込む一覧に写す。聞くのは計画の名称だけになる。
    """
    is_book = source is not None and source.suffix.lower() != ".json"
    if blank or is_book:
        _refuse_others(blank)
    if blank:
        return _blank(folder, kind)
    if source is not None and is_book:
        result = sheetgen.init_from_book(folder, source)
        _summarize(result, has_items=True)
        return verdict(result.problems)
    from sheetgen.year.new_plan import InitRequest

    earlier = sheetgen.load_plan(source) if source else None
    if earlier is not None:
        municipality = municipality or earlier.municipality
        code = code or earlier.municipality_code
        office = office or earlier.office
        first_year = first_year or earlier.final_year + 1
        years = years or len(earlier.fiscal_years)
    if None in (municipality, plan_title, office, first_year, years):
        sheetgen.refuse_started(folder)  # 二十も答えたあとで断られては困る
    asked = municipality is None
    if kind is None and earlier is None and asked:
        kind = _ask_kind()
    request = InitRequest(
        folder=folder,
        municipality=municipality or _ask_words("--municipality", "市区町村の名称"),
        code=code or (_ask_code() if asked else None),
        plan_title=plan_title or _ask_words("--plan-title", "計画の名称"),
        office=office or _ask_words("--office", "事務局の名称"),
        first_year=first_year or _ask("--first-year", "計画の初年度（例: 令和7年度）", fiscal_year),
        years=years or _ask("--years", "計画の年数", _count, str(USUAL_YEARS)),
        policies=policies
        or (() if earlier else _ask_lines("--policy", _policy_words(kind), sheetgen.parse_policy)),
        sections=sections
        or (
            ()
            if sections_file or earlier
            else _ask_lines("--section", _SECTION_WORDS, sheetgen.parse_section)
        ),
        sections_file=sections_file,
        source=source,
        items=items,
        kind=kind,
        grades=grades,
    )
    result = sheetgen.init(request)
    _summarize(result)
    return verdict(result.problems)


def _ask_words(option: str, words: str) -> str:
    return _ask(option, words, _words)


def _ask(
    option: str, words: str, read: Callable[[str], Value], default: str | None = None
) -> Value:
    """画面で一つ聞く。答える人がいなければ、指定のしかたを告げて止まる。

    :raises UsageError: 答える人がいない（I003）。
    """
    shown = bool(default)
    try:
        found: Value = click.prompt(words, value_proc=read, default=default, show_default=shown)
    except click.Abort:
        raise UsageError(Problem("I003", facts={"name": words, "option": option})) from None
    return found


def _ask_lines(option: str, words: str, read: Callable[[str], object]) -> tuple[str, ...]:
    """空の答えが来るまで、一つずつ聞く。一つは要る。読めない答えは、その場で聞き直す。"""

    def line(text: str) -> str:
        plain = text.strip()
        if plain or not found:
            try:
                read(_words(plain))
            except UsageError as error:
                raise _refusal(error.problems[0]) from None
        return plain

    found: list[str] = []
    found.append(_ask(option, f"{words}の1つ目", line))
    while answer := _ask(option, f"{words}の{len(found) + 1}つ目（なければ Enter）", line, ""):
        found.append(answer)
    return tuple(found)


def _ask_kind() -> str:
    """始める形を、番号か名で聞く。"""
    for number, one in enumerate(STARTING_POINTS, 1):
        click.echo(f"  {number} {one.name}: {one.about}")

    def read(text: str) -> str:
        plain = unicodedata.normalize("NFKC", text).strip()
        if plain.isdecimal() and 1 <= int(plain) <= len(STARTING_POINTS):
            return STARTING_POINTS[int(plain) - 1].name
        try:
            return starting_point(plain).name
        except UsageError as error:
            raise _refusal(error.problems[0]) from None

    return _ask("--kind", "始める形（番号。Enter なら 1）", read, "1")


def _policy_words(kind: str | None) -> str:
    return _ONE_LEVEL_WORDS if starting_point(kind).levels == 1 else _POLICY_WORDS


def _ask_code() -> str | None:
    words = "全国地方公共団体コード（6桁。分からなければ Enter）"
    return _ask("--code", words, _code, "") or None


def _words(text: str) -> str:
    """空白だけでない文字。"""
    if not text.strip():
        raise _refusal(Problem("I020"))
    return text.strip()


def _refuse_others(blank: bool) -> None:
    """ブックに書くことを、指定でも言っていれば止める。黙って捨てない。

    :raises UsageError: ほかの指定がある（I043）。
    """
    context = click.get_current_context()
    own = {"folder", "blank", "kind"} if blank else {"folder", "source"}
    given = [
        one.opts[0]
        for one in context.command.params
        if one.name not in own and context.params.get(one.name or "")
    ]
    if given:
        way = "空の編集ブックを置く" if blank else "編集ブックから立てる"
        raise UsageError(Problem("I043", facts={"options": "、".join(given), "way": way}))


def _blank(folder: Path, kind: str | None) -> ExitCode:
    """空の編集ブックを置く。"""
    path = sheetgen.init_blank(folder, kind)
    click.echo(f"空の編集ブックを置きました: {path}")
    click.echo("Excel で書いて保存し、次を実行してください。")
    click.echo(f'  sheetgen init "{folder}" --from "{path}"')
    return ExitCode.OK


def _summarize(result: InitResult, *, has_items: bool = False) -> None:
    """置いたものと、次に行うことを書く。"""
    from sheetgen.year.list_columns import list_file

    click.echo(f"新しい計画を始めました: {result.folder}")
    for path in result.files:
        click.echo(f"  {path.relative_to(result.folder).as_posix()}")
    click.echo(f"  templates（テンプレート {result.templates}個）")
    if has_items:
        click.echo("次を実行して、点検してください。直すところは sheetgen edit で直せます。")
    else:
        click.echo(f"次に、{list_file(terms())} に{terms().item}を書き、次を実行してください。")
    if result.folder.resolve() != Path.cwd():
        # 別のフォルダーで打つと、そこの計画のデータに加えてしまう。
        name = str(result.folder)
        click.echo(f'  cd "{name}"' if " " in name else f"  cd {name}")
    adding = f"  sheetgen add-item --from {list_file(terms())}"
    click.echo("  sheetgen check" if has_items else adding)
    show_problems(result.problems)
