"""文書が、今のプログラムと合っていること。

``pytest tests/test_docs.py --update-docs`` で、作った所を新しくする。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from openpyxl import load_workbook
from plan_samples import entry, sample_plan
from pydantic import BaseModel, ValidationError

import sheetgen
from sheetgen.cli.commands import COMMANDS, cli
from sheetgen.cli.japanese import JapaneseContext, speak_japanese
from sheetgen.messages.catalogue import CATALOGUE, OF_JSON, describe
from sheetgen.plan.fields import SHIPPED
from sheetgen.plan.plan import Plan
from sheetgen.problems import Place, Problem

TEMPLATES = Path(__file__).parent.parent / "templates"
WIDTH = 80
FIELDS_BEGIN = "<!-- 欄の一覧: ここから -->"
FIELDS_END = "<!-- 欄の一覧: ここまで -->"


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """文書を作り直す実行かどうか。"""
    return bool(request.config.getoption("--update-docs"))


def commands() -> list[tuple[str, click.Command]]:
    """``sheetgen`` と、そのコマンド。"""
    found: list[tuple[str, click.Command]] = [("sheetgen", cli)]
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        found.append((f"sheetgen {name}", command))
    return found


def commands_page() -> str:
    """コマンドの説明を一つのページにする。"""
    speak_japanese()
    parts = [
        "# コマンド",
        "このページは `sheetgen --help` などの出力から作られる"
        "（`python start.py test tests/test_docs.py --update-docs`）。",
    ]
    for name, command in commands():
        context = JapaneseContext(command, info_name=name, terminal_width=WIDTH)
        parts += [f"## {name}", f"```text\n{command.get_help(context)}\n```"]
    return "\n\n".join(parts) + "\n"


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """型の中の、欄を持つ型。"""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def all_models(start: type[BaseModel]) -> list[type[BaseModel]]:
    """``start`` から届くすべての型を、出てくる順に返す。"""
    found = [start]
    for model in found:
        for field in model.model_fields.values():
            for inner in models_in(field.annotation):
                if inner not in found:
                    found.append(inner)
    return found


def fields_table() -> str:
    """計画のデータの欄の一覧を、型ごとの表にする。"""
    parts = []
    for model in all_models(Plan):
        summary = (model.__doc__ or "").splitlines()[0].rstrip("。")
        rows = [f"| `{name}` | {field.title} |" for name, field in model.model_fields.items()]
        parts.append(
            "\n".join([f"### {model.__name__}（{summary}）", "", "| 名 | 欄 |", "|---|---|", *rows])
        )
    return "\n\n".join(parts)


def test_commands_page_is_current(project_root: Path, update: bool) -> None:
    path = project_root / "docs" / "commands.md"
    if update:
        path.write_text(commands_page(), encoding="utf-8", newline="\n")
    assert path.read_text("utf-8") == commands_page()


def test_field_table_is_current(project_root: Path, update: bool) -> None:
    path = project_root / "docs" / "glossary.md"
    before, _, rest = path.read_text("utf-8").partition(FIELDS_BEGIN)
    _, _, after = rest.partition(FIELDS_END)
    expected = f"{before}{FIELDS_BEGIN}\n\n{fields_table()}\n\n{FIELDS_END}{after}"
    if update:
        path.write_text(expected, encoding="utf-8", newline="\n")
    assert path.read_text("utf-8") == expected


def test_every_field_has_a_japanese_title() -> None:
    untitled = [
        f"{model.__name__}.{name}"
        for model in all_models(Plan)
        for name, field in model.model_fields.items()
        if not field.title or field.title.isascii()
    ]
    assert len(all_models(Plan)) > 10
    assert untitled == []


def test_no_remedy_sends_an_official_into_the_json() -> None:
    """手で書いた JSON の誤り（M）とテンプレート（T）のほかは、JSON の欄の名を言わない。"""
    names = {name for model in all_models(Plan) for name in model.model_fields}
    written = re.compile(rf"(?<![-\w.{{/])(?:{'|'.join(names)})(?![\w}}=.])")
    told = {
        code: written.findall(
            re.sub(r"--per section|\{terms[^}]*\}", "", f"{entry.cause}{entry.remedy}")
        )
        for code, entry in CATALOGUE.items()
        if not code.startswith((*OF_JSON, "T"))
    }
    assert len(told) > 300
    assert {code: words for code, words in told.items() if words} == {}
    place = Place("plan.json", item="08-08", label="担当", path="policies[4]")
    assert "policies" in describe(Problem("M026", place))
    assert "policies" not in describe(Problem("M092", place, {"name": "", "text": "", "now": ""}))
    sheets = load_workbook(TEMPLATES / "keikaku_henshu.xlsx", read_only=True).sheetnames

    def said(text: str) -> str:
        return re.sub(r"\{terms[^}]*\}", lambda found: found[0].format(terms=SHIPPED), text)

    named = {
        name
        for entry in CATALOGUE.values()
        for name in re.findall(
            r"編集ブック(?:（sheetgen edit）)?の「([^」]+)」", said(entry.remedy)
        )
    }
    assert len(named) > 8
    assert named <= set(sheets)


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_command_is_explained(name: str, command: click.Command, project_root: Path) -> None:
    assert command.help
    # 説明の行は、画面の幅で折り返さない長さで書く。
    shown = command.get_help(JapaneseContext(command, info_name=name, terminal_width=WIDTH))
    lines = filter(None, map(str.strip, command.help.splitlines()))
    assert {f"  {line}" for line in lines} <= set(shown.splitlines())
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
    assert f"`{name}" in (project_root / "README.md").read_text("utf-8")


def test_changelog_knows_the_version(project_root: Path) -> None:
    changelog = (project_root / "CHANGELOG.md").read_text("utf-8")
    assert f"## {sheetgen.__version__}" in changelog


def anchors_of(page: Path) -> set[str]:
    """見出しの目印。GitHub の作り方による：記号と全角の空きを除き、空白を「-」にする。"""
    lines = page.read_text("utf-8").splitlines()
    heads = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", head).replace(" ", "-") for head in heads}


def test_links_lead_somewhere(project_root: Path) -> None:
    """どのリンクの先にも、ファイルと見出しがある。"""
    pages = [
        *project_root.glob("*.md"), *project_root.glob("docs/*.md"),
        *project_root.glob("benchmarks/*.md"),
    ]  # fmt: skip
    broken = []
    for page in pages:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
            name, _, anchor = link.partition("#")
            target = page.parent / name if name else page
            if not target.exists() or (anchor and anchor not in anchors_of(target)):
                broken.append(f"{page.name}: {link}")
    assert len(pages) >= 10
    assert broken == []


def test_pages_name_existing_files(project_root: Path) -> None:
    """文書が名を挙げるフォルダーとファイルが、本当にある。使ううちにできるものは除く。"""
    ignored = (project_root / ".gitignore").read_text("utf-8").split()
    made_in_use = tuple(line.strip("/") for line in ignored if line.startswith("/data/"))
    assert made_in_use
    absent = []
    for page in [*sorted(project_root.glob("*.md")), *sorted((project_root / "docs").glob("*.md"))]:
        for name in re.findall(
            r"`((?:sheetgen|data|docs|templates|tests|tools)/[\w./-]+)`", page.read_text("utf-8")
        ):
            if not (name.startswith(made_in_use) or (project_root / name).exists()):
                absent.append(f"{page.name}: {name}")
    assert absent == []


def test_blanks_are_written_as_the_page_says(project_root: Path) -> None:
    """``""`` を書ける欄は、計画のデータの頁に挙げたものだけ。"""
    page = (project_root / "docs" / "master.md").read_text("utf-8")
    (line,) = [one for one in page.splitlines() if one.startswith("- 空欄は `null`")]
    named = set(re.findall(r"`([a-z_]+)`", line)) - {"null"}
    plan = sample_plan()
    item = entry(plan, 0)
    assert named == {"improvement", "current_state", "vision", "name", "description"}
    item.update(improvement="", current_state="", vision="")
    item["indicator"]["name"] = plan["policies"][0]["description"] = ""
    assert Plan.model_validate(plan)
    for blank in ("section", "overall_grade"):
        assert _refuses(plan, item, blank)
    for blank in ("plan", "target", "effect"):
        assert _refuses(plan, item["years"][0], blank)


def _refuses(plan: dict[str, Any], holder: dict[str, Any], field: str) -> bool:
    before, holder[field] = holder[field], ""
    try:
        Plan.model_validate(plan)
    except ValidationError:
        return True
    finally:
        holder[field] = before
    return False


def test_the_help_of_each_command_lists_all_it_takes(project_root: Path) -> None:
    """README は、コマンドごとの ``--help`` にすべての指定があると言う。"""
    assert "`sheetgen collect --help`" in (project_root / "README.md").read_text("utf-8")
    speak_japanese()
    for name, command in commands():
        context = JapaneseContext(command, info_name=name, terminal_width=WIDTH)
        words = command.get_help(context)
        for parameter in command.params:
            assert parameter.opts[0] in words or isinstance(parameter, click.Argument), name
