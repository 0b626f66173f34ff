"""試験ぜんたいの設定。"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from live_browser import Browser
from making import make
from programs import programs_required
from reporting import make_report, with_results
from returned.fixtures import (  # noqa: F401  回収の試験で分け合うもの
    desk,
    filled_books,
    honest_forms,
    issued_desk,
    libreoffice,
    post,
)

from sheetgen.messages.vocabulary import speaking
from sheetgen.plan.fields import SHIPPED
from sheetgen.publish.publishing import ReportResult
from sheetgen.send.generating import GenerateResult

ROOT = Path(__file__).resolve().parent.parent

# 混んだ機械では、例を作るのに時間がかかる。全部を行う実行は、毎回同じ例で、同じ答えを出す。
settings.register_profile(
    "sheetgen",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=programs_required(),
)
settings.load_profile("sheetgen")


@pytest.fixture(autouse=True, scope="module")
def shipped_words() -> Iterator[None]:
    """一つのファイルの試験が読んだ計画のことばを、次のファイルの試験に残さない。"""
    with speaking(SHIPPED):
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """文書を作り直す印を足す。"""
    parser.addoption(
        "--update-docs",
        action="store_true",
        help="docs の作られるページと data/plan.schema.json を、今のプログラムから作り直す",
    )


# 一分ほどかかるファイル。並べて走らせる終わりに残ると、一つのコアが、それだけを待つ。
SLOW = (
    "test_desk_pages_axe",
    "test_five_years",
    "test_guide_walk",
    "test_one_page",
    "test_desk_browser",
    "test_benchmarks",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """遅いファイルを先に、ほかは試験の多いものから並べる。ファイルの中の順は変えない。"""
    counts = Counter(item.path for item in items)

    def turn(item: pytest.Item) -> tuple[int, int, str]:
        name = item.path.stem
        slow = SLOW.index(name) if name in SLOW else len(SLOW)
        return slow, -counts[item.path], name

    items.sort(key=turn)


@pytest.fixture(scope="session")
def project_root() -> Path:
    """プロジェクトの根のフォルダ。"""
    return ROOT


@pytest.fixture(scope="session")
def plan_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """実物の計画のデータの写し。そばに置かれる配布記録が、本物のそばに残らないようにする。"""
    copy = tmp_path_factory.mktemp("master") / "data" / "plan.json"
    copy.parent.mkdir()
    copy.write_bytes((ROOT / "data" / "plan.json").read_bytes())
    return copy


@pytest.fixture(scope="session")
def template_path() -> Path:
    """実物の様式。"""
    return ROOT / "templates" / "shinchoku_sheet.xlsx"


@pytest.fixture(scope="session")
def result(
    tmp_path_factory: pytest.TempPathFactory, plan_path: Path, template_path: Path
) -> GenerateResult:
    """実物の計画から作った、実績照会の28冊。"""
    return make(tmp_path_factory.mktemp("real"), plan_path, template_path)


@pytest.fixture(scope="session")
def report_result(tmp_path_factory: pytest.TempPathFactory) -> ReportResult:
    """実物の計画から作った、令和６年度の年次見直しの文書。"""
    return make_report(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def results_report(tmp_path_factory: pytest.TempPathFactory) -> ReportResult:
    """令和５年度の実績を入れた計画から作った、令和７年度の文書。"""
    folder = tmp_path_factory.mktemp("results")
    plan = with_results(ROOT / "data" / "plan.json", folder / "plan.json", (2023,))
    return make_report(folder, plan=plan, year=2025)


@pytest.fixture
def heeded_interrupt() -> Iterator[None]:
    """Ctrl-C の届く試験。``&`` や ``nohup`` で始めた実行は、聞かないことを子まで引き継ぐ。"""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """生きた Chromium。"""
    with Browser() as one:
        yield one
