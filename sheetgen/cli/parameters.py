"""指定の値の読み方と、コマンドに共通の指定。"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from sheetgen.era import REIWA_OFFSET
from sheetgen.plan.round import RoundKind
from sheetgen.problems import Problem

DEFAULT_PLAN = Path("data/plan.json")
DEFAULT_TEMPLATE = Path("templates/shinchoku_sheet.xlsx")
FOLDER = "SHEETGEN_FOLDER"
"""使うフォルダーを start.py が知らせる環境変数。"""
_TEMPLATES = "templates"
_LAST_YEAR = 2099
_DAY = re.compile("(令和|[Rr]|)(元|[0-9]{1,4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
Value = TypeVar("Value")
Command = TypeVar("Command", bound=Callable[..., Any])


def refusal(code: str, **facts: object) -> click.BadParameter:
    """符号 ``code`` のことばで、指定を断る例外。"""
    # ここで読み込む。断らない日には、ことばは要らない。
    from sheetgen.messages.catalogue import message_of

    message = message_of(Problem(code, facts=facts))
    return click.BadParameter(f"{message.cause}{message.remedy}")


def fiscal_year(value: str) -> int:
    """``2024``・``R6``・``令和６年度`` を、西暦の年度として読む。

    :raises click.BadParameter: 令和の年度として読めない。
    """
    text = unicodedata.normalize("NFKC", value).strip().removesuffix("年度").removesuffix("年")
    bare = text.removeprefix("令和").removeprefix("R").removeprefix("r").strip()
    number = 1 if bare == "元" else int(bare) if bare.isdecimal() else 0
    year = number + REIWA_OFFSET if bare != text and number else number
    if not REIWA_OFFSET < year <= _LAST_YEAR:
        raise refusal("U001", value=value)
    return year


def day(value: str) -> date:
    """``2024-07-31``・``R6.7.31``・``令和６年７月31日`` を日付として読む。

    :raises click.BadParameter: 令和の日付として読めない。
    """
    match = _DAY.fullmatch("".join(unicodedata.normalize("NFKC", value).split()))
    if match is not None:
        era, year, month, number = match.groups()
        years = (1 if year == "元" else int(year)) + (REIWA_OFFSET if era else 0)
        if REIWA_OFFSET < years <= _LAST_YEAR:
            with suppress(ValueError):
                return date(years, int(month), int(number))
    raise refusal("U003", value=value)


def month(value: str) -> str:
    """``2025-03``・``R7.3``・``令和７年３月`` を年月 ``2025-03`` として読む。

    :raises click.BadParameter: 令和の年月として読めない。
    """
    text = "".join(unicodedata.normalize("NFKC", value).split()).removesuffix("月")
    with suppress(click.BadParameter):
        return f"{day(f'{text}-1'):%Y-%m}"
    raise refusal("U005", value=value)


def item_name(value: str) -> str:
    """実施項目のID（``８－８`` も ``08-08`` にする）か、印刷の番号 ``(8)⑧``。ほかは、そのまま。

    番号がどの実施項目かは、計画を読んでから決まる。
    """
    # ここで読み込む。説明を見せるだけのときには要らない。
    from sheetgen.plan.item_names import written_id

    return written_id(value) or value.strip()


def one_of(words: Mapping[str, Value]) -> Callable[[str], Value]:
    """決まったことばのどれかを読む関数を返す。"""

    def read(value: str) -> Value:
        text = unicodedata.normalize("NFKC", value).strip()
        if text not in words:
            raise refusal("U002", value=value, choices="、".join(words))
        return words[text]

    return read


def workplace() -> Path:
    """使うフォルダー。指定のない data・templates・output は、ここのものを使う。

    動かしたフォルダー。start.py から動かしたときは、start.py の決めたフォルダー。
    指定されたファイルとフォルダーの名は、いつも、動かしたフォルダーからのもの。
    """
    here = Path.cwd()
    told = Path(os.environ.get(FOLDER) or here)
    return here if told.is_dir() and told.samefile(here) else told


def _placed(context: click.Context, parameter: click.Parameter, value: Path) -> Path:
    """指定しなかったファイルやフォルダーを、使うフォルダーのものにする。

    使うフォルダーに templates がなければ、同梱のものにし、そう言う。

    :raises SheetgenError: 同梱のテンプレートもない（I002）。
    """
    if context.get_parameter_source(parameter.name or "") is not ParameterSource.DEFAULT:
        return value
    home = workplace()
    first, *rest = value.parts
    if first == _TEMPLATES and not (home / first).is_dir():
        from sheetgen.form.shipped_templates import templates_of

        shipped = templates_of(home)
        # 計画もないフォルダーでは、計画がないことだけを言わせる。
        given = context.get_parameter_source("plan") is ParameterSource.COMMANDLINE
        if given or (home / DEFAULT_PLAN).is_file():
            _tell(context, f"テンプレート: {shipped}（templates がないので、同梱のもの）")
        return shipped.joinpath(*rest)
    return value if home == Path.cwd() else home / value


def _placed_plan(context: click.Context, parameter: click.Parameter, value: Path) -> Path:
    """計画のデータの場所を決める。動かしたフォルダーのものを使わないなら、どこかを言う。"""
    home = workplace()
    if home != Path.cwd():
        _tell(context, f"使うフォルダー: {home}")
    return _placed(context, parameter, value)


def _tell(context: click.Context, words: str) -> None:
    """一度だけ、標準エラーに書く。コマンドの答えに混ざらない。"""
    if words not in context.meta:
        context.meta[words] = True
        click.echo(words, err=True)


LARGEST_MAIL = 1000
"""メールの大きさの上限として指定できる数（MB）。"""


def megabytes(value: str) -> int:
    """``10`` や ``１０MB`` を、MB の数として読む。

    :raises click.BadParameter: 1から1000までの数として読めない。
    """
    text = unicodedata.normalize("NFKC", value).strip().upper().removesuffix("MB").strip()
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_MAIL:
        raise refusal("U002", value=value, choices=f"1から{LARGEST_MAIL}までの数")
    return int(text)


def plan_option(command: Command) -> Command:
    """``--plan`` を付ける。"""
    return _file_option("--plan", DEFAULT_PLAN, "計画のデータ。", _placed_plan)(command)


def source_options(command: Command) -> Command:
    """``--plan`` と ``--template`` を付ける。"""
    return plan_option(_file_option("--template", DEFAULT_TEMPLATE, "テンプレート。")(command))


def round_option(help_text: str, default: RoundKind | None = None) -> Callable[[Command], Command]:
    """``--round`` を付ける。``default`` がなければ、指定しないと ``None``。

    どの照会があるかは計画が言うので、ない名は、計画を読んでから断る。
    """
    shown: dict[str, Any] = {"default": default.value, "show_default": True} if default else {}
    return click.option("--round", "round_kind", metavar="照会", help=help_text, **shown)


def year_option(help_text: str) -> Callable[[Command], Command]:
    """``--year`` を付ける。"""
    return click.option("--year", type=fiscal_year, metavar="年度", help=help_text)


def sections_option(help_text: str) -> Callable[[Command], Command]:
    """``--section`` を付ける。"""
    return click.option("--section", "sections", metavar="課", multiple=True, help=help_text)


def folder_option(
    name: str, help_text: str, default: Path | None = None
) -> Callable[[Command], Command]:
    """フォルダーの指定を付ける。``default`` がなければ、指定しないと ``None``。"""
    shown: dict[str, Any] = (
        {"default": default, "show_default": True, "callback": _placed} if default else {}
    )
    return click.option(
        name,
        type=click.Path(path_type=Path, file_okay=False),
        metavar="フォルダー",
        help=help_text,
        **shown,
    )


def _file_option(
    name: str, default: Path, help_text: str, callback: Callable[..., Path] = _placed
) -> Callable[[Command], Command]:
    return click.option(
        name,
        type=click.Path(path_type=Path),
        metavar="ファイル",
        default=default,
        show_default=True,
        callback=callback,
        help=help_text,
    )
